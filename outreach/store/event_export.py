"""Every event, with the names of what it points at: what any figure can be made of again.

Read by pages in the order in which they were written, so that ten million of them take no
more memory than a thousand; what is added meanwhile comes at the end.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Select, func, select

from outreach.model.campaign import Campaign
from outreach.model.event import EventKind
from outreach.model.field import Value
from outreach.model.ids import CampaignId
from outreach.model.money import from_minor
from outreach.store import schema
from outreach.store.campaigns import Launched
from outreach.store.engine import Database
from outreach.store.lists import among

#: Events read at once.
_PAGE = 5000

#: The columns, in their order. Money is in units of `currency`, instants have their offset.
COLUMNS = (
    "id", "at", "recorded_at", "kind", "stage", "contact_id", "external_id", "name", "email",
    "company", "campaign_id", "campaign", "arm", "kind_at_enrolment", "wave", "step_id", "step",
    "channel", "delivery_id", "occurrence", "variant", "sender", "assignee", "amount", "margin",
    "cost", "currency", "minutes", "km", "author", "note", "data", "corrects", "corrected_by",
    "import_id", "import_file", "person_id", "chain", "fixed_costs", "prospects_on_file",
    "source",
)  # fmt: skip

#: What an enrolment tells beside itself: what its campaign as a whole was told.
_OF_CAMPAIGN = ("chain", "fixed_costs", "prospects_on_file")
#: Between the stages of a chain.
_THEN = " > "

_MONEY = ("amount", "margin", "cost")
_INSTANTS = ("at", "recorded_at")


def all_events(
    database: Database,
    *,
    launched: Iterable[Launched] = (),
    campaign: CampaignId | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Iterator[tuple[Value, ...]]:
    """A row per event, its cells as `COLUMNS` names them. `until` is not in any more.

    `launched` are the campaigns whose chains and fixed costs are told with their events.
    """
    definitions = {int(one.id): one.definition for one in launched}
    v = schema.event.c
    query = _query(database)
    if campaign is not None:
        query = query.where(v.campaign_id == campaign)
    if since is not None:
        query = query.where(v.at >= since)
    if until is not None:
        query = query.where(v.at < until)
    last = 0
    while True:
        with database.reading() as connection:
            page = connection.execute(query.where(v.id > last).limit(_PAGE)).all()
            taken_back = _corrections(connection, [row.id for row in page])
        for row in page:
            definition = definitions.get(row.campaign_id)
            yield _cells(row, taken_back.get(row.id), definition, database)
        if len(page) < _PAGE:
            return
        last = page[-1].id


def _query(database: Database) -> Select[Any]:
    v, c, k, s = schema.event, database.contact, schema.campaign, schema.step
    d, e, r = schema.delivery, schema.enrolment, schema.import_run
    here = (e.c.campaign_id == v.c.campaign_id) & (e.c.contact_id == v.c.contact_id)
    person = [c.c.external_id, c.c.first_name, c.c.last_name, c.c.company, c.c.email]
    return (
        select(
            *v.c,
            *person,
            k.c.name.label("campaign"),
            e.c.arm,
            e.c.kind.label("kind_at_enrolment"),
            e.c.wave,
            s.c.name.label("step"),
            d.c.occurrence,
            d.c.variant,
            d.c.sender,
            d.c.assignee,
            r.c.file.label("import_file"),
            func.coalesce(c.c.merged_into, c.c.id).label("person_id"),
            k.c.prospects_on_file,
            c.c.source,
        )
        .select_from(
            v.join(c, c.c.id == v.c.contact_id)
            .outerjoin(k, k.c.id == v.c.campaign_id)
            .outerjoin(e, here)
            .outerjoin(s, s.c.id == v.c.step_id)
            .outerjoin(d, d.c.id == v.c.delivery_id)
            .outerjoin(r, r.c.id == v.c.import_id)
        )
        .order_by(v.c.id)
    )


def _corrections(connection: Connection, ids: list[int]) -> dict[int, int]:
    """Event → the one that takes it back."""
    if not ids:
        return {}
    v = schema.event.c
    query = select(v.corrects, v.id).where(
        v.corrects.is_not(None), among(connection, v.corrects, ids)
    )
    return {row.corrects: row.id for row in connection.execute(query)}


def _cells(
    row: Any, corrected_by: int | None, definition: Campaign | None, database: Database
) -> tuple[Value, ...]:
    told = dict(row._mapping)
    told |= dict.fromkeys(_OF_CAMPAIGN)
    if row.kind == EventKind.ENROLLED.value and definition is not None:
        told["chain"] = _THEN.join(definition.chain)
        told["fixed_costs"] = sum(definition.fixed_costs.values(), Decimal(0))
        told["prospects_on_file"] = row.prospects_on_file
    told["name"] = " ".join(filter(None, (row.first_name, row.last_name))) or None
    told["currency"] = database.currency
    told["corrected_by"] = corrected_by
    told["data"] = json.dumps(row.data, ensure_ascii=False) if row.data is not None else None
    for name in _MONEY:
        minor = told[f"{name}_minor"]
        told[name] = None if minor is None else from_minor(minor, database.currency)
    for name in _INSTANTS:
        told[name] = told[name].astimezone(database.zone)
    return tuple(told[name] for name in COLUMNS)
