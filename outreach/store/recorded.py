"""Which events are recordings, which stand: the conditions on `event` that `recordings.py` asks."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, Text, cast, exists, select

from outreach.model.event import EventKind
from outreach.store import schema

#: Kinds under which people record something.
_KINDS = (EventKind.REACHED.value, EventKind.NOTED.value)
#: In the event of a fact that another one brought with it: a day that was agreed on. It is
#: taken back with that one, and not counted beside it.
THEN = "then"


def with_campaign() -> Select[Any]:
    k = schema.campaign.c
    return select(schema.event, k.name.label("campaign_name")).outerjoin(
        schema.campaign, k.id == schema.event.c.campaign_id
    )


def is_recording() -> ColumnElement[bool]:
    """Of nobody who was erased: what is forgotten cannot be taken back."""
    e = schema.event.c
    return e.kind.in_(_KINDS) & cast(e.data, Text).like('%"recording"%') & ~of_the_erased()


def of_the_erased() -> ColumnElement[bool]:
    c = schema.contact.c
    return exists(
        select(c.id).where(c.id == schema.event.c.contact_id, c.erased_at.is_not(None))
    )  # fmt: skip


def says(key: str, token: str) -> ColumnElement[bool]:
    """Tokens are made by ourselves, of hexadecimal digits: no other text has the same form."""
    e = schema.event.c
    return cast(e.data, Text).like(f'%"{key}": "{token}"%')


def brought() -> ColumnElement[bool]:
    return cast(schema.event.c.data, Text).like(f'%"{THEN}": true%')


def taken_back() -> ColumnElement[bool]:
    fix = schema.event.alias("fix")
    return select(fix.c.id).where(fix.c.corrects == schema.event.c.id).exists()
