"""A few people to select from: as values for the predicate, as rows for the databases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select

from outreach.model.event import EventKind
from outreach.model.field import Catalogue, Field, FieldType, Origin, Value
from outreach.model.ids import CampaignId
from outreach.model.life import Order, life_stage
from outreach.model.money import to_minor
from outreach.model.text import fold
from outreach.segmentation.checking import Vocabulary, understand
from outreach.segmentation.predicate import Past, Person, holds
from outreach.store import schema
from outreach.store.conditions import compile_condition
from outreach.store.engine import Database

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)
TODAY = date(2027, 3, 1)

USER_FIELDS = (
    Field("note", FieldType.TEXT, "Note interne", Origin.USER, "f_note"),
    Field("effectif", FieldType.INTEGER, "Effectif", Origin.USER, "f_effectif"),
    Field("surface", FieldType.NUMBER, "Surface (m²)", Origin.USER, "f_surface"),
    Field("budget", FieldType.MONEY, "Budget", Origin.USER, "f_budget"),
    Field("inscrit_le", FieldType.DATE, "Inscrit le", Origin.USER, "f_inscrit_le"),
    Field("vu_le", FieldType.DATETIME, "Vu le", Origin.USER, "f_vu_le"),
    Field("abonne", FieldType.BOOLEAN, "Abonné", Origin.USER, "f_abonne"),
)
CATALOGUE = Catalogue(USER_FIELDS)
SEGMENTS = {
    "Fidèles": "order_count > 1",
    "autres": 'not in_segment("Fidèles")',
    "large": " or ".join(["not (abonne and effectif > 1)"] * 28),
}
STAGES = ("contacted", "replied", "order", "opted_out")
VOCABULARY = Vocabulary(CATALOGUE, SEGMENTS, locale="fr_FR")

#: Counted from events by the store: 0 where nothing happened, never missing.
COUNTERS: Mapping[str, Value] = {"order_count": 0, "touch_count": 0, "revenue": Decimal(0)}

#: The campaign that plain words of `when` speak of.
THIS = "spring"
CAMPAIGNS = {THIS: ("letter", "mail"), "Été": ("mail",)}


@dataclass(frozen=True)
class Happened:
    """An event; `corrected`: a later one took it back."""

    kind: EventKind
    campaign: str | None = None
    step: str | None = None
    stage: str | None = None
    at: datetime = NOW
    corrected: bool = False
    #: Of an order, in cents.
    amount: int | None = None


@dataclass(frozen=True)
class Someone:
    values: Mapping[str, Value]
    tags: tuple[str, ...] = ()
    events: tuple[Happened, ...] = field(default=())

    def person(self) -> Person:
        past = [event for event in self.events if not event.corrected]
        here = [event for event in past if event.campaign == THIS]
        facts = {event.stage for event in here if event.stage}
        if any(event.kind is EventKind.TOUCHED for event in here):
            facts.add("contacted")
        return Person(
            values={**COUNTERS, **self.values, "life_stage": self.life_stage()},
            tags=frozenset(self.tags),
            facts=frozenset(facts),
            history=tuple(Past(e.kind, e.at, e.campaign, e.step, e.stage) for e in past),
        )

    def life_stage(self) -> str | None:
        """What the rule of `model.life` makes of the orders."""
        orders = [
            Order(event.at, event.amount or 0)
            for event in self.events
            if event.stage == "order" and not event.corrected
        ]
        first, last = self.values.get("first_order_on"), self.values.get("last_order_on")
        assert first is None or isinstance(first, date)
        assert last is None or isinstance(last, date)
        return life_stage(orders, first_on=first, last_on=last, today=TODAY, zone=PARIS)


class Base:
    """A contact base that can be filled anew and asked."""

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.writing() as connection:
            for one in USER_FIELDS:
                database.add_field(
                    connection, name=one.name, label=one.label, type_=one.type, now=NOW
                )
            self._add_campaigns(connection)

    def _add_campaigns(self, connection: Any) -> None:
        for number, (name, steps) in enumerate(CAMPAIGNS.items(), start=1):
            connection.execute(
                schema.campaign.insert().values(
                    id=number, name=name, state="running", definition="", fingerprint="", salt="",
                    launched_at=NOW, matched=0, selected=0,
                )
            )  # fmt: skip
            for position, step in enumerate(steps):
                connection.execute(
                    schema.step.insert().values(
                        campaign_id=number, name=step, channel="email", position=position
                    )
                )

    def fill(self, people: Sequence[Someone]) -> None:
        """Everyone of before is gone; the contacts are numbered from 0."""
        with self.database.writing() as connection:
            self._clear(connection)
            steps = {
                (row.campaign_id, row.name): row.id
                for row in connection.execute(select(schema.step))
            }
            for number, someone in enumerate(people):
                row = {"id": number, "created_at": NOW, "updated_at": NOW}
                connection.execute(
                    self.database.contact.insert().values(**row, **_columns(someone.values))
                )
                for tag in someone.tags:
                    row = {"contact_id": number, "tag": tag, "tag_folded": fold(tag)}
                    connection.execute(schema.tag.insert().values(**row))
                for event in someone.events:
                    self._add_event(connection, number, event, steps)

    def _clear(self, connection: Any) -> None:
        connection.execute(delete(schema.event).where(schema.event.c.corrects.is_not(None)))
        for table in (schema.event, schema.tag, self.database.contact):
            connection.execute(delete(table))

    def _add_event(
        self, connection: Any, contact: int, event: Happened, steps: Mapping[tuple[int, str], int]
    ) -> None:
        campaign = list(CAMPAIGNS).index(event.campaign) + 1 if event.campaign else None
        step = steps[campaign, event.step] if campaign and event.step else None
        same = {"contact_id": contact, "campaign_id": campaign, "at": event.at, "recorded_at": NOW}
        added = connection.execute(
            schema.event.insert().values(
                kind=event.kind.value, step_id=step, stage=event.stage,
                amount_minor=event.amount, **same
            )
        )  # fmt: skip
        if event.corrected:
            connection.execute(
                schema.event.insert().values(
                    kind="corrected", corrects=added.inserted_primary_key[0], **same
                )
            )

    def found(self, text: str, *, when: bool = False) -> set[int]:
        """Who the database finds."""
        condition = compile_condition(
            understand(text, vocabulary(when=when)), self.database,
            today=TODAY, now=NOW, zone=PARIS, campaign=CampaignId(1) if when else None,
        )  # fmt: skip
        with self.database.reading() as connection:
            return set(
                connection.execute(select(self.database.contact.c.id).where(condition)).scalars()
            )


def meant(text: str, people: Sequence[Someone], *, when: bool = False) -> set[int]:
    """Whom the predicate means."""
    condition = understand(text, vocabulary(when=when))
    return {
        number
        for number, someone in enumerate(people)
        if holds(condition, someone.person(), today=TODAY, now=NOW, zone=PARIS)
    }


def vocabulary(*, when: bool) -> Vocabulary:
    return Vocabulary(CATALOGUE, SEGMENTS, STAGES if when else (), locale="fr_FR")


def _columns(values: Mapping[str, Value]) -> dict[str, Any]:
    """What the importer will write: folded twins, money in cents."""
    columns: dict[str, Any] = {}
    for name, value in values.items():
        one = CATALOGUE.find(name)
        assert one is not None
        if one.type is FieldType.MONEY and isinstance(value, Decimal):
            value = to_minor(value, "EUR")
        columns[one.stored_in] = value
        if one.has_twin:
            columns[f"{one.stored_in}_folded"] = fold(value) if isinstance(value, str) else None
    return columns
