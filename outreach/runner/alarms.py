"""What a person is told when a sender falls silent, a server closes or a campaign is paused."""

from __future__ import annotations

from datetime import datetime

from outreach.errors import OutreachError, Plural, Text
from outreach.model.delivery import Reply
from outreach.model.providers import PROVIDERS


class NoWayOut(OutreachError):
    """Deliveries name a sender that the settings no longer have."""

    def __init__(self, sender: str) -> None:
        super().__init__(
            Text("there is no mail server for the sender {sender!r}", sender=sender),
            hint=Text("write it under `senders:` in outreach.yaml"),
        )


class GroupSilent(OutreachError):
    """A provider refuses us, for what we are or for how much we send."""

    def __init__(self, sender: str, group: str, until: datetime, reply: Reply) -> None:
        super().__init__(
            Text(
                "{group} takes nothing from {sender!r}; silence until {until}; it said: {reply}",
                group=PROVIDERS[group].name if group in PROVIDERS else group,
                sender=sender,
                until=until,
                reply=reply,
            ),
            hint=Text(
                "this is about us, not about the people, who stay due: check SPF, DKIM and the pace"
                " (outreach doctor); the first outreach run after that tries one message"
            ),
        )


class SenderSilent(OutreachError):
    """The mailbox we submit through may send no more for now, or its server wants a pause."""

    def __init__(self, sender: str, until: datetime, reply: Reply) -> None:
        super().__init__(
            Text(
                "the mail server of {sender!r} takes no more now; silence until {until}."
                " It said: {reply}",
                sender=sender,
                until=until,
                reply=reply,
            ),
            hint=Text(
                "nobody is lost: the first outreach run after that tries one message; where the"
                " provider allows fewer messages, write it under `limits:` of the sender"
            ),
        )


class TooMuchTrouble(OutreachError):
    """Too many messages of a sender came to nothing, one after the other."""

    def __init__(self, sender: str, until: datetime, reply: Reply) -> None:
        super().__init__(
            Text(
                "the sender {sender!r} was stopped until {until}: too much went wrong in a row,"
                " at last: {reply}",
                sender=sender,
                until=until,
                reply=reply,
            ),
            hint=Text("ask the mail provider, then: outreach run; the others keep their turn"),
        )


class CampaignPaused(OutreachError):
    """So many people were refused that going on would cost the sender's good name."""

    def __init__(self, name: str, reason: Text) -> None:
        super().__init__(
            Text("the campaign {name!r} was paused: {reason}", name=name, reason=reason),
            hint=Text(
                "look at its addresses (outreach why WHO), then: outreach resume {name}", name=name
            ),
        )


def refused_in_a_row(count: int, reply: Reply) -> Text:
    """Why a campaign was paused: nobody was reached for a long time."""
    return Plural(
        "{count} e-mail was refused, at last: {reply}",
        "{count} e-mails in a row were refused, at last: {reply}",
        count,
        reply=reply,
    )


def refused_of_the_last(count: int, of: int, reply: Reply) -> Text:
    """Why a campaign was paused: too large a share is refused."""
    return Text(
        "{count} of the last {of} e-mails were refused, at last: {reply}",
        count=count,
        of=of,
        reply=reply,
    )


def asked_for_silence(reply: Reply) -> Text:
    """Why nothing leaves to a provider."""
    return Text("the server asked for silence: {reply}", reply=reply)
