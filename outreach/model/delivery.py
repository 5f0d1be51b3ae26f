"""The ledger: one delivery per campaign, step, occurrence and person, ever."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from outreach.errors import Text
from outreach.model.campaign import Channel
from outreach.model.ids import CampaignId, ContactId, DeliveryId, StepId
from outreach.model.value import value


class DeliveryState(StrEnum):
    """`due → claimed → sent | refused | unknown`; `claimed → due` on a deferral."""

    #: Waits for its time, for a person to act (letter, call), or for its turn.
    DUE = "due"
    #: Promised to a run, committed before the first byte leaves.
    CLAIMED = "claimed"
    #: Accepted by the server, posted, or done.
    SENT = "sent"
    #: Refused for good.
    REFUSED = "refused"
    #: Was on the wire when the run ended: never sent again by a machine.
    UNKNOWN = "unknown"
    #: A named value is missing; due again once it is mended.
    HELD = "held"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


#: States from which nothing more happens by itself.
SETTLED = frozenset(
    {DeliveryState.SENT, DeliveryState.REFUSED, DeliveryState.SKIPPED, DeliveryState.CANCELLED}
)


@value(kw_only=True)
class Delivery:
    """One step for one person. Instants are aware UTC."""

    id: DeliveryId
    campaign: CampaignId
    step_id: StepId
    step: str
    contact: ContactId
    channel: Channel
    state: DeliveryState
    due_at: datetime
    occurrence: int = 1
    variant: str | None = None
    sender: str | None = None
    attempts: int = 0
    #: Set at the first claim and kept for ever: a message sent again carries the same ones.
    message_id: str | None = None
    message_date: datetime | None = None

    def promised(self, claim: Claimed) -> Delivery:
        """The same, claimed (`dataclasses.replace` takes several times as long)."""
        return Delivery(
            id=self.id,
            campaign=self.campaign,
            step_id=self.step_id,
            step=self.step,
            contact=claim.contact,
            channel=self.channel,
            state=DeliveryState.CLAIMED,
            due_at=self.due_at,
            occurrence=self.occurrence,
            variant=self.variant,
            sender=self.sender,
            attempts=self.attempts,
            message_id=claim.message_id,
            message_date=claim.message_date,
        )


#: What a server said, as it said it (`str`); or a sentence of ours, where no server said it.
Reply = str | Text


@value
class Sent:
    """The server took it, or a person did it."""

    reply: str = ""


class Scope(StrEnum):
    """Whom a server's answer is about, when it does not take a message."""

    #: This message to this person, and nobody else.
    PERSON = "person"
    #: Refused for policy, with no word on whose: the person's wish, or our reputation. Alone it
    #: is the person's matter; a run of them is ours.
    POLICY = "policy"
    #: Our reputation, our authentication or our pace at this provider.
    GROUP = "group"
    #: The mailbox we submit through: its quota, its rights.
    SENDER = "sender"
    #: This connection: the server closes it, or it was lost.
    CONNECTION = "connection"


@value
class Deferred:
    """Not now: it goes back to due. `wait` is what the server asked for, None for the schedule."""

    reply: Reply
    wait: timedelta | None = None
    #: Whether it counts towards giving up (a dead server does not: it says nothing of the person).
    counts: bool = True
    scope: Scope = Scope.PERSON
    #: Every unknown sender is sent away once by such a server: no trouble at all.
    greylisted: bool = False


@value
class Refused:
    """The server refused this message to this person for good."""

    reply: Reply
    #: The address itself is dead (RFC 3463 X.1.x): it must not be written to again.
    dead_address: bool = False
    scope: Scope = Scope.PERSON
    #: How long the server wants to hear nothing, where it says so and `scope` is wider.
    wait: timedelta | None = None


@value
class Unknown:
    """The connection ended after the message went out and before the answer came."""

    reply: Reply = ""


@value
class Held:
    """A value that the template names is missing, or something is wrong for this person."""

    missing: tuple[str, ...] = ()
    #: What is wrong, where it is more than missing values.
    reason: Text | None = None


@value
class Skipped:
    """Passed over, with the reason in a word."""

    reason: str
    #: Of `not_permitted`: the id of the rule (`compliance/rules.py`).
    rule: str | None = None


Outcome = Sent | Deferred | Refused | Unknown | Held | Skipped


def explain(outcome: Outcome) -> Text:
    """One sentence on what became of a delivery."""
    match outcome:
        case Sent():
            return Text("sent")
        case Deferred(Text() as reason):
            return Text("not sent yet: {reason}", reason=reason)
        case Deferred(reply):
            return Text("deferred by the server: {reply}", reply=reply)
        case Refused(Text() as reason):
            return Text("not sent: {reason}", reason=reason)
        case Refused(reply):
            return Text("refused by the server: {reply}", reply=reply)
        case Unknown(reply):
            return Text("nobody knows whether it arrived: {reply}", reply=reply)
        case Held(reason=Text() as reason):
            return reason
        case Held(missing):
            return Text("waits for a value: {fields}", fields=", ".join(missing))
        case Skipped(reason):
            return Text("skipped: {reason}", reason=reason)


# --- what the ledger hands to the sending loop -----------------------------------------------


@value
class DueEmail:
    """An e-mail whose time has come, seen but not yet promised to anybody."""

    delivery: Delivery
    #: The key of the sender in the settings.
    sender: str
    #: The part behind the @ of the address it goes to, lower case.
    address_domain: str
    #: Leaves after the others when not all can (`first` in the settings).
    later: bool = False
    #: When the window it may leave in is over; None where it has no end.
    closes_at: datetime | None = None


@value
class Claimed:
    """What a claim fixed of a delivery that is promised to a run now."""

    id: DeliveryId
    #: Whom it is for, as the ledger has it now.
    contact: ContactId
    message_id: str
    message_date: datetime
