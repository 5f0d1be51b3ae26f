"""Silences as they are kept with the pace: a key for each sender and group, read again as values.

Kept by the run (`runner/gatekeeper.py`), read by whoever asks why nothing leaves.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta

from outreach.errors import Text
from outreach.model.said import said_again
from outreach.model.silence import Silence
from outreach.scheduling.pace import DAY
from outreach.store.paces import KeptPace

#: Instead of a group: whoever it is.
EVERYBODY = "*"

#: Clocks differ by so much.
_TOLERANCE = timedelta(minutes=1)


def silences_of(paces: Iterable[KeptPace]) -> list[Silence]:
    """The silences among what is kept."""
    found: list[Silence] = []
    for before in paces:
        sender, group = of_group(before.key)
        if group and before.closed_until:
            length = json.loads(before.reason or "{}").get("seconds", 0)
            found.append(
                Silence(
                    sender=sender,
                    group=None if group == EVERYBODY else group,
                    until=before.closed_until,
                    length=timedelta(seconds=length),
                    reason=reason_of(before.reason),
                )
            )
    return found


def not_ahead(pace: KeptPace, now: datetime) -> KeptPace:
    """As it is kept; a silence by a clock that was ahead lasts as long as was asked for, from now.

    It would else last until the clock has caught up.
    """
    if pace.closed_until is None or not of_group(pace.key)[1]:
        return pace
    length = timedelta(seconds=json.loads(pace.reason or "{}").get("seconds", 0))
    if not length or pace.closed_until <= now + length + _TOLERANCE:
        return pace
    until = now + length
    return KeptPace(pace.key, until + DAY, until, pace.reason)


def group_key(sender: str, group: str) -> str:
    return f"sender:{sender}:group:{group}"


def of_group(key: str) -> tuple[str, str]:
    """Sender and group of such a key; two empty words of any other."""
    owner, found, group = key.partition(":group:")
    return (owner.removeprefix("sender:"), group) if found else ("", "")


def reason_of(written: str | None) -> Text:
    said = said_again(json.loads(written)) if written else None
    return said or Text("the server asked for silence")
