"""Silences as they are kept with the pace: a key for each sender and group, read again as values.

Kept by the run (`runner/gatekeeper.py`), read by whoever asks why nothing leaves.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta

from outreach.errors import Text
from outreach.model.said import said_again
from outreach.model.silence import Silence
from outreach.store.paces import KeptPace

#: Instead of a group: whoever it is.
EVERYBODY = "*"


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


def group_key(sender: str, group: str) -> str:
    return f"sender:{sender}:group:{group}"


def of_group(key: str) -> tuple[str, str]:
    """Sender and group of such a key; two empty words of any other."""
    owner, found, group = key.partition(":group:")
    return (owner.removeprefix("sender:"), group) if found else ("", "")


def reason_of(written: str | None) -> Text:
    said = said_again(json.loads(written)) if written else None
    return said or Text("the server asked for silence")
