"""Taking back a campaign that was brought in from elsewhere, whole, in one transaction.

What a file said wrongly is no history: its events, enrolments and deliveries go, and with them
the people whom it made and to whom nothing else ever happened. Everybody else is counted anew.
A word of opposition that came with the file stays: forgetting it would be the worse mistake.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Text, cast, delete, exists, literal, or_, select, update

from outreach.errors import OutreachError, Plural
from outreach.errors import Text as Sentence
from outreach.model.contact import Kind
from outreach.model.event import EventKind
from outreach.model.ids import CampaignId, ContactId
from outreach.store import schema
from outreach.store.bulk import update_rows
from outreach.store.engine import Database
from outreach.store.folding import recount
from outreach.store.lists import among
from outreach.store.shelf import HISTORY
from outreach.store.turn import take_turn
from outreach.store.undoing import POINTERS, indexed

_ORDER = [kind.value for kind in Kind]

#: Contacts deleted or put back at once.
_PAGE = 2000

#: What points at rows that go, and has no index of its own: without one the whole table would
#: be read for each of them.
_POINTERS = (*POINTERS, ("event", "delivery_id"))


class NotBroughtIn(OutreachError):
    def __init__(self, name: str) -> None:
        super().__init__(
            Sentence("campaign {name!r} was launched here, not brought in", name=name),
            hint=Sentence("hide it with: outreach campaign delete {name}", name=name),
        )


class GoneOn(OutreachError):
    """Something was recorded for the campaign since it was brought in."""

    def __init__(self, name: str, count: int) -> None:
        super().__init__(
            Plural(
                "{count} entry was recorded for {name!r} since it was brought in",
                "{count} entries were recorded for {name!r} since it was brought in",
                count, name=name,
            ),
            hint=Sentence("hide it with: outreach campaign delete {name}", name=name),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class TakenBack:
    """How many people were in it, and how many of them are gone with it."""

    people: int
    removed: int


def take_back(
    database: Database, campaign: CampaignId, name: str, *, now: datetime, dry_run: bool = False
) -> TakenBack:
    """Take it all back, or nothing. Raises `NotBroughtIn` or `GoneOn`."""
    c, e = schema.campaign.c, schema.enrolment.c
    with database.writing() as connection:
        take_turn(connection)
        origin = connection.execute(select(c.origin).where(c.id == campaign)).scalar_one()
        if origin != HISTORY:
            raise NotBroughtIn(name)
        imports = _imports(connection, campaign)
        _refuse_later(connection, campaign, name, imports)
        people = [
            ContactId(number)
            for number in connection.scalars(
                select(e.contact_id).where(e.campaign_id == campaign).order_by(e.contact_id)
            )
        ]
        made = _made(connection, campaign, imports)
        if not dry_run:
            before = _kinds_before(connection, campaign)
            with indexed(connection, _POINTERS):
                _forget(connection, campaign)
                _delete_people(connection, made)
            left = sorted(set(people) - set(made))
            _put_back(connection, database, left, before)
            r = schema.import_run
            connection.execute(update(r).where(r.c.id.in_(imports)).values(undone_at=now))
    return TakenBack(len(people), len(made))


def _imports(connection: Connection, campaign: CampaignId) -> list[int]:
    """The files it came from."""
    r = schema.import_run.c
    rows = connection.execute(select(r.id, r.counts).where(r.counts.is_not(None)))
    return [row.id for row in rows if (row.counts or {}).get(HISTORY) == int(campaign)]


def _refuse_later(
    connection: Connection, campaign: CampaignId, name: str, imports: Collection[int]
) -> None:
    v = schema.event.c
    later = select(v.id).where(
        v.campaign_id == campaign, or_(v.import_id.is_(None), v.import_id.not_in(imports))
    )
    found = connection.scalars(later).all()
    if found:
        raise GoneOn(name, len(found))


def _made(
    connection: Connection, campaign: CampaignId, imports: Collection[int]
) -> list[ContactId]:
    """People whom the files made and whom nothing else speaks of."""
    c, v = schema.contact.c, schema.event.alias("other").c
    other = exists(
        select(literal(1)).where(
            v.contact_id == c.id,
            or_(v.campaign_id.is_(None), v.campaign_id != campaign),
            v.kind != EventKind.IMPORTED.value,
        )
    )
    query = select(c.id).where(
        c.import_id.in_(imports), c.merged_into.is_(None), ~other, *_unnamed(campaign)
    )
    return [ContactId(number) for number in connection.scalars(query.order_by(c.id))]


def _unnamed(campaign: CampaignId) -> list[Any]:
    """No row of another table names the contact."""
    c = schema.contact.c
    e, d, f = schema.enrolment.c, schema.delivery.c, schema.follow_up.c
    named = [
        exists(select(literal(1)).where(e.contact_id == c.id, e.campaign_id != campaign)),
        exists(select(literal(1)).where(d.contact_id == c.id, d.campaign_id != campaign)),
        exists(select(literal(1)).where(f.contact_id == c.id)),
    ]
    for column in (
        schema.inquiry.c.contact_id, schema.consent.c.contact_id,
        schema.referral.c.referrer_id, schema.referral.c.referred_id,
        schema.privacy_request.c.contact_id, schema.planned_loss.c.contact_id,
        schema.duplicate_decision.c.low_id, schema.duplicate_decision.c.high_id,
    ):  # fmt: skip
        named.append(exists(select(literal(1)).where(column == c.id)))
    return [~one for one in named]


def _kinds_before(connection: Connection, campaign: CampaignId) -> dict[int, str]:
    """What each person was before the campaign made a prospect or a customer of him."""
    v = schema.event.c
    query = select(v.contact_id, v.data).where(
        v.campaign_id == campaign, v.kind == EventKind.BECAME.value
    )
    found: dict[int, str] = {}
    for row in connection.execute(query.order_by(v.id.desc())):
        found[row.contact_id] = str(row.data["from"])
    return found


def _forget(connection: Connection, campaign: CampaignId) -> None:
    for table in (schema.follow_up, schema.inquiry):
        unlinked = update(table).where(table.c.campaign_id == campaign)
        connection.execute(unlinked.values(campaign_id=None))
    for table in (schema.event, schema.delivery, schema.enrolment, schema.step):
        connection.execute(delete(table).where(table.c.campaign_id == campaign))
    connection.execute(delete(schema.campaign).where(schema.campaign.c.id == campaign))


def _delete_people(connection: Connection, made: Sequence[ContactId]) -> None:
    s = schema.suppression.c
    for begin in range(0, len(made), _PAGE):
        page = made[begin : begin + _PAGE]
        for table in (schema.tag, schema.set_aside, schema.event, schema.import_change):
            column = table.c.contact_id
            connection.execute(delete(table).where(among(connection, column, page)))
        numbers = select(literal("contact:").concat(cast(schema.contact.c.id, Text))).where(
            among(connection, schema.contact.c.id, page)
        )
        connection.execute(delete(schema.suppression).where(s.fingerprint.in_(numbers)))
        c = schema.contact.c
        connection.execute(delete(schema.contact).where(among(connection, c.id, page)))


def _put_back(
    connection: Connection,
    database: Database,
    people: Sequence[ContactId],
    before: dict[int, str],
) -> None:
    """Counters from what is left; the kind as it was, unless what is left says further."""
    counted = recount(connection, database, people)
    kinds = []
    for contact, kind in before.items():
        one = counted.get(ContactId(contact))
        if one is None:
            continue
        further = max(kind, one.value, key=_ORDER.index)
        kinds.append((contact, {"kind": further}))
    update_rows(connection, schema.contact, kinds)
