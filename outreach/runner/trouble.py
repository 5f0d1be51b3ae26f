"""When a sender must stop: its server is closed, or too much goes wrong in a row.

One refused address is that person's matter. Twenty troubles in a row are the sender's,
and going on would use up the goodwill of the server, or people's patience.
"""

from __future__ import annotations

import re
from typing import assert_never

from outreach.errors import OutreachError, Text
from outreach.model.delivery import Deferred, Held, Outcome, Refused, Sent, Skipped, Unknown

#: Troubles in a row after which a sender stops for this run.
LIMIT = 20
#: An unknown outcome costs a person's time, so five of them are as bad as twenty others.
UNKNOWN_WEIGHT = 4

#: Refused for policy or reputation (RFC 3463 X.7.x): about us, not about the address.
_POLICY = re.compile(r"\b5\.7\.\d")


class NoWayOut(OutreachError):
    """Deliveries name a sender that the settings no longer have."""

    def __init__(self, sender: str) -> None:
        super().__init__(
            Text("there is no mail server for the sender {sender!r}", sender=sender),
            hint=Text("write it under `senders:` in outreach.yaml"),
        )


class TooMuchTrouble(OutreachError):
    """A sender was stopped for this run."""

    def __init__(self, sender: str, reply: str) -> None:
        super().__init__(
            Text(
                "the sender {sender!r} was stopped: too much went wrong in a row, at last: {reply}",
                sender=sender,
                reply=reply,
            ),
            hint=Text("ask the mail provider, then: outreach run; the others keep their turn"),
        )


class Trouble:
    """Counts what goes wrong in a row, and which senders and campaigns are closed."""

    def __init__(self) -> None:
        self._in_a_row: dict[str, int] = {}
        #: Told once each, in the order they came.
        self.errors: list[OutreachError] = []
        self.closed: set[object] = set()

    def close(self, what: object, error: OutreachError) -> None:
        """Stop a sender (its key) or a campaign (its id) for this run."""
        if what not in self.closed:
            self.closed.add(what)
            self.errors.append(error)

    def note(self, sender: str, outcome: Outcome) -> TooMuchTrouble | None:
        """Count an outcome; the error when the sender must stop now."""
        weight, reply = _weigh(outcome)
        before = self._in_a_row.get(sender, 0)
        self._in_a_row[sender] = before + weight if weight else 0
        return TooMuchTrouble(sender, reply) if before + weight >= LIMIT and weight else None


def _weigh(outcome: Outcome) -> tuple[int, str]:
    match outcome:
        case Deferred(reply):
            return 1, reply
        case Refused(reply):
            return (1 if _POLICY.search(reply) else 0), reply
        case Unknown(reply):
            return UNKNOWN_WEIGHT, reply
        case Sent() | Held() | Skipped():
            return 0, ""
        case _:
            assert_never(outcome)
