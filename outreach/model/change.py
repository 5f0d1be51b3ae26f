"""One change of the ledger: what happened and everything that follows, in one transaction.

The runner decides and builds it, the store writes it whole or not at all. Events are
never written without the change of state they tell, nor the other way round.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from itertools import chain

from outreach.model.campaign import Channel, Track
from outreach.model.delivery import DeliveryState
from outreach.model.event import Event
from outreach.model.follow_up import FollowUp, FollowUpDone
from outreach.model.ids import CampaignId, ContactId, DeliveryId, StepId
from outreach.model.network import Inquiry, InquiryAnswered, InterestSet, Referral, Thanked
from outreach.model.suppression import Suppression
from outreach.model.value import value


@value(kw_only=True)
class Planned:
    """A delivery to come. Planned twice is planned once: the ledger's key sees to it."""

    campaign: CampaignId
    step: StepId
    contact: ContactId
    channel: Channel
    due_at: datetime
    occurrence: int = 1
    variant: str | None = None
    sender: str | None = None
    assignee: str | None = None
    #: Of its step: nothing is planned for somebody who goes another way by now.
    track: Track = Track.MAIN
    #: It may have been put off when the campaign was changed: then it comes back.
    again: bool = False


@value(kw_only=True)
class Settled:
    """What became of a delivery. `due_at` moves it when it goes back to due."""

    delivery: DeliveryId
    state: DeliveryState
    at: datetime
    #: Only rows in one of these states are changed: a late answer settles a doubt, nothing else.
    expected: tuple[DeliveryState, ...] = (DeliveryState.CLAIMED,)
    detail: str | None = None
    due_at: datetime | None = None
    #: An attempt was made that counts: a try at a server that answered, a call.
    attempted: bool = False
    cost: Decimal | None = None
    address: str | None = None
    fingerprint: str | None = None


@value(kw_only=True)
class Deed:
    """A step that was done, as it is told of everybody it was done for."""

    campaign: CampaignId
    step: StepId
    channel: Channel
    #: When it happened, and when we were told.
    at: datetime
    recorded_at: datetime
    #: The first stage of the chain, where doing the step is reaching the person.
    stage: str | None = None
    #: See `Settled`.
    expected: tuple[DeliveryState, ...] = (DeliveryState.CLAIMED,)
    cost: Decimal | None = None
    minutes: Decimal | None = None
    author: str | None = None
    address: str | None = None


@value
class Done:
    """Deliveries that were sent: settled, told as a touch and counted, all of them alike.

    A run of sending says this of hundreds at once; it takes as many statements as one.
    """

    deed: Deed
    #: Each delivery, and what the server said.
    each: tuple[tuple[DeliveryId, str | None], ...]


@value(kw_only=True)
class Progress:
    """The furthest stage a person has reached in a campaign; an earlier one changes nothing."""

    campaign: CampaignId
    contact: ContactId
    stage: str
    #: Its place in the campaign's chain: contacted is 0.
    rank: int


@value(kw_only=True)
class Stop:
    """A person's chain ends here: what is due or held is cancelled."""

    campaign: CampaignId
    contact: ContactId
    reason: str
    at: datetime
    #: The token of the recording that ended it.
    because: str | None = None


@value(kw_only=True)
class Turn:
    """A person goes another way from here: what is due or held of other tracks is cancelled."""

    campaign: CampaignId
    contact: ContactId
    track: Track
    #: What opened it.
    fact: str
    at: datetime
    #: The steps of that track.
    steps: tuple[StepId, ...]
    #: Something is planned with it: a campaign in which all was done goes on.
    opens: bool = True
    #: The token of the recording that opened it.
    because: str | None = None


@value(kw_only=True)
class Opposition:
    """Somebody asked to be left alone: a request for the register, the end of what he allowed."""

    contact: ContactId
    at: datetime
    answered_at: datetime
    note: str
    #: The grounds that end with it, by their numbers.
    grounds: tuple[int, ...] = ()


@value(kw_only=True)
class Change:
    """Everything one act writes. What was done is written first."""

    done: tuple[Done, ...] = ()
    events: tuple[Event, ...] = ()
    settled: tuple[Settled, ...] = ()
    planned: tuple[Planned, ...] = ()
    progress: tuple[Progress, ...] = ()
    stops: tuple[Stop, ...] = ()
    turns: tuple[Turn, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    oppositions: tuple[Opposition, ...] = ()
    #: Addresses found dead, and post that came back.
    bounced: tuple[ContactId, ...] = ()
    returned: tuple[ContactId, ...] = ()

    #: Promises beside campaigns: new ones, and those that were kept.
    follow_ups: tuple[FollowUp, ...] = ()
    kept: tuple[FollowUpDone, ...] = ()
    #: What people think of the offer from now on.
    interests: tuple[InterestSet, ...] = ()
    #: Who came to us by himself, and who was answered.
    inquiries: tuple[Inquiry, ...] = ()
    answered: tuple[InquiryAnswered, ...] = ()
    #: Who recommended whom, and who was thanked for it.
    referrals: tuple[Referral, ...] = ()
    thanked: tuple[Thanked, ...] = ()

    def __add__(self, other: Change) -> Change:
        parts = {}
        for name in _PARTS:
            mine, theirs = getattr(self, name), getattr(other, name)
            if mine or theirs:
                parts[name] = mine + theirs
        return Change(**parts)

    @classmethod
    def joined(cls, changes: Iterable[Change]) -> Change:
        """Many changes as one, in their order; adding them one by one copies all of them anew."""
        parts = list(changes)
        together = chain.from_iterable
        return cls(**{name: tuple(together([getattr(p, name) for p in parts])) for name in _PARTS})


_PARTS = tuple(field.name for field in fields(Change))
