"""What is known of people before a fact about them is written: their places, work, promises.

All of it for hundreds of people by a few statements: a file of facts is recorded by sets.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, func, or_, select, union

from outreach.model.audience import Arm
from outreach.model.contact import Contact
from outreach.model.delivery import Delivery, DeliveryState
from outreach.model.event import EventKind
from outreach.model.follow_up import FollowUp, FollowUpKind
from outreach.model.ids import CampaignId, ContactId, DeliveryId, FollowUpId
from outreach.model.stage import INTERESTS
from outreach.model.text import fold
from outreach.model.value import value
from outreach.store import schema
from outreach.store.contacts import Contacts
from outreach.store.delivery_rows import COLUMNS, delivery_of
from outreach.store.edited import UNDONE
from outreach.store.engine import Database
from outreach.store.lists import among
from outreach.store.opposing import open_grounds
from outreach.store.rows import is_there, one_with
from outreach.store.turning import TRACK

#: A fact as it was recorded: stage, campaign, when, amount in minor units.
Said = tuple[str, CampaignId | None, datetime, int | None]


@value(kw_only=True)
class Known:
    """One person."""

    kind: str | None = None
    interest: str | None = None
    #: When what he thinks of the offer became known.
    interest_at: datetime | None = None
    #: Rows of the enrolments he was chosen for, by campaign.
    places: Mapping[CampaignId, Any] = field(default_factory=dict)
    #: Deliveries that are due or held.
    open: tuple[Delivery, ...] = ()
    #: What these say beside: who is to make the call, what the last try cost and came to.
    beside: Mapping[DeliveryId, Mapping[str, object]] = field(default_factory=dict)
    #: Steps whose plan was taken back, or ended by another track: campaign, step, occurrence.
    undone: frozenset[tuple[int, int, int]] = frozenset()
    #: Grounds that a no of his ends, by their numbers.
    grounds: tuple[int, ...] = ()
    #: Promises that nobody has kept yet.
    promises: tuple[FollowUp, ...] = ()
    #: Campaigns that touched him, and when.
    touches: tuple[tuple[CampaignId, datetime], ...] = ()
    #: Everything that stands on record of him.
    said: frozenset[Said] = frozenset()


@value(kw_only=True)
class Other:
    """Somebody else whose chain an answer ends."""

    contact: ContactId
    #: `same` person under another address, `colleague`, `household`.
    relation: str
    #: Campaigns whose chain goes on for him.
    campaigns: frozenset[CampaignId]


class Acquaintance:
    def __init__(self, database: Database) -> None:
        self.database = database

    def of(self, contacts: Collection[ContactId]) -> dict[ContactId, Known]:
        """What is known of each of these people now."""
        with self.database.reading() as connection:
            whole = one_with(connection, self.database, contacts)
            places = self._places(connection, contacts)
            open_, besides, undone = self._work(connection, contacts)
            promises = self._promises(connection, contacts)
            grounds = open_grounds(connection, contacts)
            said, interests, touches = self._past(connection, whole)
            c = schema.contact.c
            rows = connection.execute(
                select(c.id, c.kind, c.interest).where(among(connection, c.id, contacts))
            ).all()
        return {
            ContactId(row.id): Known(
                kind=row.kind,
                interest=row.interest,
                interest_at=interests.get(row.id),
                places=places.get(row.id, {}),
                open=tuple(open_.get(row.id, ())),
                beside=besides.get(row.id, {}),
                undone=frozenset(undone.get(row.id, ())),
                grounds=tuple(grounds.get(row.id, ())),
                promises=tuple(promises.get(row.id, ())),
                touches=tuple(touches.get(row.id, ())),
                said=frozenset(said.get(row.id, ())),
            )
            for row in rows
        }

    def others(
        self, contacts: Collection[ContactId], relations: Collection[str] = ("same",)
    ) -> dict[ContactId, tuple[Other, ...]]:
        """Who is one with these people, or near to them, in these ways."""
        found: dict[tuple[ContactId, ContactId], str] = {}
        with self.database.reading() as connection:
            for relation in ("household", "colleague", "same"):
                if relation in relations:
                    query = _RELATED[relation](self.database, connection, contacts)
                    found |= {(row[0], row[1]): relation for row in connection.execute(query)}
            going = self._going_on(connection, {other for _, other in found})
        others: dict[ContactId, list[Other]] = {}
        for (contact, other), relation in sorted(found.items()):
            others.setdefault(contact, []).append(
                Other(contact=other, relation=relation, campaigns=frozenset(going.get(other, ())))
            )
        return {contact: tuple(some) for contact, some in others.items()}

    def named(self, words: Collection[str]) -> dict[str, Contact]:
        """Whom these words name by an e-mail address, where it is one only.

        Whoever is named otherwise, twice or not at all is in none of it: he is asked for alone.
        """
        mailed = {word: fold(word.strip()) for word in words if "@" in word}
        if not mailed:
            return {}
        c = self.database.contact.c
        with self.database.reading() as connection:
            there = is_there(self.database)
            by_mail: dict[str, list[int]] = {}
            query = select(c.email_folded, c.id).where(
                among(connection, c.email_folded, set(mailed.values())), there
            )
            for address, number in connection.execute(query):
                by_mail.setdefault(address, []).append(number)
        wanted = {word: by_mail[mail][0] for word, mail in mailed.items()
                  if len(by_mail.get(mail, ())) == 1}  # fmt: skip
        people = Contacts(self.database).get_many([ContactId(one) for one in wanted.values()])
        return {word: people[ContactId(one)] for word, one in wanted.items() if one in people}

    # --- statements -------------------------------------------------------------------------------

    def _places(
        self, connection: Connection, contacts: Collection[ContactId]
    ) -> dict[int, dict[CampaignId, Any]]:
        e = schema.enrolment.c
        query = select(schema.enrolment).where(
            among(connection, e.contact_id, contacts), e.arm != Arm.EXCLUDED.value
        )
        found: dict[int, dict[CampaignId, Any]] = {}
        for row in connection.execute(query):
            found.setdefault(row.contact_id, {})[CampaignId(row.campaign_id)] = row
        return found

    def _work(
        self, connection: Connection, contacts: Collection[ContactId]
    ) -> tuple[
        dict[int, list[Delivery]],
        dict[int, dict[DeliveryId, Mapping[str, object]]],
        dict[int, list[tuple[int, int, int]]],
    ]:
        d = schema.delivery.c
        waits = d.state.in_([DeliveryState.DUE.value, DeliveryState.HELD.value])
        gone = and_(d.state == DeliveryState.CANCELLED.value, d.detail.in_([UNDONE, TRACK]))
        query = (
            select(*COLUMNS, d.detail, d.settled_at, d.cost_minor, d.assignee)
            .join(schema.step, schema.step.c.id == d.step_id)
            .where(among(connection, d.contact_id, contacts), or_(waits, gone))
            .order_by(d.due_at, d.id)
        )
        open_: dict[int, list[Delivery]] = {}
        besides: dict[int, dict[DeliveryId, Mapping[str, object]]] = {}
        undone: dict[int, list[tuple[int, int, int]]] = {}
        for row in connection.execute(query):
            one = delivery_of(row[: len(COLUMNS)])
            if one.state is DeliveryState.CANCELLED:
                place = (one.campaign, one.step_id, one.occurrence)
                undone.setdefault(one.contact, []).append(place)
            else:
                open_.setdefault(one.contact, []).append(one)
                besides.setdefault(one.contact, {})[one.id] = _beside(row)
        return open_, besides, undone

    def _promises(
        self, connection: Connection, contacts: Collection[ContactId]
    ) -> dict[int, list[FollowUp]]:
        f = schema.follow_up.c
        query = select(schema.follow_up).where(
            among(connection, f.contact_id, contacts), f.done_at.is_(None)
        )
        found: dict[int, list[FollowUp]] = {}
        for row in connection.execute(query.order_by(f.id)):
            found.setdefault(row.contact_id, []).append(
                FollowUp(
                    id=FollowUpId(row.id),
                    contact=row.contact_id,
                    kind=FollowUpKind(row.kind),
                    due_on=row.due_on,
                    created_at=row.created_at,
                    campaign=row.campaign_id,
                    delivery=row.delivery_id,
                    owner=row.owner,
                    note=row.note,
                )
            )
        return found

    def _past(
        self, connection: Connection, whole: Mapping[ContactId, ContactId]
    ) -> tuple[
        dict[int, list[Said]], dict[int, datetime], dict[int, list[tuple[CampaignId, datetime]]]
    ]:
        """Facts, interests and touches that stand, also under records merged into theirs."""
        e = schema.event.c
        kinds = (EventKind.REACHED.value, EventKind.TOUCHED.value)
        taken_back = select(e.corrects).where(e.corrects.is_not(None))
        columns = (e.contact_id, e.kind, e.stage, e.campaign_id, e.at, e.amount_minor)
        query = select(*columns).where(
            among(connection, e.contact_id, whole), e.kind.in_(kinds), e.id.not_in(taken_back)
        )
        said: dict[int, list[Said]] = {}
        interests: dict[int, datetime] = {}
        touches: dict[int, list[tuple[CampaignId, datetime]]] = {}
        for record, kind, stage, campaign, at, amount in connection.execute(query):
            person = whole[record]
            if kind == EventKind.REACHED.value:
                said.setdefault(person, []).append((stage, campaign, at, amount))
                if stage in (*INTERESTS, *ACTIVE_BY):
                    interests[person] = max(at, interests.get(person, at))
            elif campaign is not None:
                touches.setdefault(person, []).append((campaign, at))
        return said, interests, touches

    def _going_on(
        self, connection: Connection, contacts: Collection[ContactId]
    ) -> dict[ContactId, list[CampaignId]]:
        e = schema.enrolment.c
        query = select(e.contact_id, e.campaign_id).where(
            among(connection, e.contact_id, contacts),
            e.arm == Arm.ENROLLED.value,
            e.stopped_at.is_(None),
        )
        found: dict[ContactId, list[CampaignId]] = {}
        for contact, campaign in connection.execute(query) if contacts else ():
            found.setdefault(contact, []).append(campaign)
        return found


def _beside(row: Any) -> dict[str, object]:
    """As the event of a recording keeps it (JSON), so that it can be put back."""
    said = {
        "detail": row.detail,
        "settled_at": row.settled_at and row.settled_at.isoformat(),
        "cost": row.cost_minor,
        "assignee": row.assignee,
    }
    return {name: value for name, value in said.items() if value is not None}


#: Stages that show somebody to be an active prospect: he may accept a proposal (S1).
ACTIVE_BY = ("appointment", "quote")


def _near(
    database: Database, connection: Connection, contacts: Collection[ContactId], column: str,
    *alike: str,
) -> Select[Any]:  # fmt: skip
    """Who has the same value in an indexed column, and in the columns `alike`.

    These are compared as a value of their own, so that no index of names is taken for it:
    many people are called alike.
    """
    c, o = database.contact.alias("asked").c, database.contact.alias("other").c
    return select(c.id, o.id.label("other")).where(
        among(connection, c.id, contacts),
        c[column].is_not(None),
        o[column] == c[column],
        o.id != c.id,
        o.merged_into.is_(None),
        o.erased_at.is_(None),
        *(func.coalesce(o[name], "") == c[name] for name in alike),
    )


def _same(database: Database, connection: Connection, contacts: Collection[ContactId]) -> Any:
    """The same name, and one more thing in common: firm, home, number or mailbox."""
    ways = ("company_id", "household", "phone_folded", "mobile_folded", "email_folded")
    names = ("last_name_folded", "first_name_folded")
    return union(*(_near(database, connection, contacts, way, *names) for way in ways))


def _colleagues(database: Database, connection: Connection, contacts: Collection[ContactId]) -> Any:
    return _near(database, connection, contacts, "company_id")


def _household(database: Database, connection: Connection, contacts: Collection[ContactId]) -> Any:
    return _near(database, connection, contacts, "household")


_RELATED = {"same": _same, "colleague": _colleagues, "household": _household}
