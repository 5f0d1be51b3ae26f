"""How long people stay at each state of the chain, as it was known on a day.

A person's states are the furthest stages he came to: contacted, replied (or any other stage
between), appointment, quote. Each lasts from the day he first came to it to the day he first
went beyond it, ordered, or the chain closed; whoever is still there stays so on the day
looked from: his spell is not over, it is censored. Who passes two states in one day was at
the later one only. Days are those of the workspace's clock.

What was known on a past day is what had been recorded by then, with the corrections of then;
what was imported as history counts as known when it happened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from outreach.model.contact import Kind
from outreach.model.effort_tally import Due, Firsts, Spell
from outreach.model.event import EventKind
from outreach.model.ids import CampaignId
from outreach.model.money import from_minor
from outreach.model.stage import NO_STAGES, OPPOSED
from outreach.store.engine import Database
from outreach.store.followed import clock_of_events
from outreach.store.schema import contact, event
from outreach.store.tally_queries import CONTACTED, ORDER, QUOTE, reached
from outreach.store.types import Whole
from outreach.store.wall_clock import DAY, WallClock, date_of, on_the_wall

#: The states, by their places.
REPLIED, APPOINTMENT, ORDERED, CLOSED = 1, 2, 4, 5
_PLACES = {CONTACTED: 0, "appointment": APPOINTMENT, QUOTE: 3, ORDER: ORDERED}
#: Facts that close a chain, and those that make an active prospect.
_CLOSING = frozenset({"refused", "lost", "arid", *OPPOSED})
_ACTIVE = frozenset({"active", "inbound"})


class ForecastTallies:
    """`chains` tells the campaigns' own words: a first stage that is not called `contacted`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def since(self) -> datetime | None:
        """The first thing ever known of anybody's way along a chain."""
        with self._database.reading() as connection:
            first: datetime | None = connection.execute(
                select(func.min(event.c.at, type_=event.c.at.type)).where(
                    event.c.kind == EventKind.REACHED.value
                )
            ).scalar_one()
        return first

    def spells(self, at: datetime, chains: Mapping[CampaignId, Sequence[str]]) -> tuple[Spell, ...]:
        """Everybody's stays as known at an instant, by state, length and what came next."""
        person = self._people(at, chains)
        laid = union_all(*(_stays(person, state, self._number(at)) for state in range(ORDERED)))
        spell = laid.subquery("spell")
        query = select(
            spell.c.state, spell.c.days, spell.c.next, func.count().label("people")
        ).group_by(spell.c.state, spell.c.days, spell.c.next)
        with self._database.reading() as connection:
            return tuple(
                Spell(row.state, int(row.days), row.next, row.people)
                for row in connection.execute(query)
            )

    def firsts(
        self, at: datetime, days: int, chains: Mapping[CampaignId, Sequence[str]]
    ) -> tuple[Firsts, ...]:
        """First orders of the days after an instant, apart by whether they come from the stock."""
        today = literal(self._number(at), Whole)
        first_day = func.min(self._day_of(event.c.at))
        first = (
            select(event.c.contact_id, (first_day - today).label("days"))
            .where(reached(), event.c.stage == ORDER)
            .group_by(event.c.contact_id)
            .having(first_day > today, first_day <= today + days)
            .cte("first")
        )
        # Only the ways of those few who ordered are looked at.
        person = self._people(at, chains, among=select(first.c.contact_id))
        open_ = and_(person.c.m4.is_(None), person.c.stood.is_not(None), ~_closed(person))
        stock = select(person.c.contact_id).where(open_).subquery("stock")
        known = case((stock.c.contact_id.is_not(None), 1), else_=0)
        query = (
            select(first.c.days, known.label("from_stock"), func.count().label("people"))
            .select_from(first.outerjoin(stock, stock.c.contact_id == first.c.contact_id))
            .group_by(first.c.days, known)
        )
        with self._database.reading() as connection:
            return tuple(
                Firsts(int(row.days), bool(row.from_stock), row.people)
                for row in connection.execute(query)
            )

    def due(self, since: datetime, until: datetime) -> tuple[Due, ...]:
        """What was ordered from `since` on and up to `until`, by the day of the order."""
        day = self._day_of(event.c.at)
        query = (
            select(day.label("day"), func.sum(event.c.amount_minor).label("amount"))
            .where(reached(), event.c.stage == ORDER, event.c.amount_minor.is_not(None))
            .where(event.c.at > since, event.c.at <= until)
            .group_by(day)
        )
        with self._database.reading() as connection:
            return tuple(
                Due(
                    date_of(int(row.day)),
                    from_minor(int(row.amount), self._database.currency),
                )
                for row in connection.execute(query)
            )

    def _day_of(self, at: ColumnElement[Any]) -> ColumnElement[int]:
        """The workspace's day of an instant, in days since 1970."""
        return self._clock.day(at)

    def _number(self, at: datetime) -> int:
        """The same of an instant that is known here."""
        return on_the_wall(at, self._database.zone) // DAY

    @cached_property
    def _clock(self) -> WallClock:
        with self._database.reading() as connection:
            return clock_of_events(connection, self._database)

    def _people(
        self,
        at: datetime,
        chains: Mapping[CampaignId, Sequence[str]],
        *,
        among: Select[Any] | None = None,
    ) -> Any:
        """One row a person: first days at each state and beyond it, the last, the closing."""
        moved = self._laid(at, chains, few=among is not None)
        if among is None:
            moved = moved.where(event.c.contact_id.not_in(_others()))
        else:
            other = _others().where(contact.c.id == event.c.contact_id).correlate(event)
            moved = moved.where(event.c.contact_id.in_(among), ~other.exists())
        laid = moved.subquery("laid")
        day, place = laid.c.day, laid.c.place
        on_chain = place <= ORDERED

        def first(condition: ColumnElement[bool]) -> ColumnElement[int]:
            return func.min(case((condition, day)))

        return (
            select(
                laid.c.contact_id,
                *(first(place == state).label(f"m{state}") for state in range(ORDERED + 1)),
                *(
                    first(and_(place > state, on_chain)).label(f"n{state}")
                    for state in range(ORDERED)
                ),
                func.max(case((on_chain, day))).label("stood"),
                func.max(case((~on_chain, day))).label("closed"),
            )
            .group_by(laid.c.contact_id)
            .cte("person")
        )

    def _laid(
        self, at: datetime, chains: Mapping[CampaignId, Sequence[str]], *, few: bool
    ) -> Select[Any]:
        """Everything that moved anybody, as known at that instant."""
        erased = event.c.kind == EventKind.ERASED.value
        # Of a few people: found by their own index. SQLite would rather go by the kind's,
        # through all events there are.
        kind = func.coalesce(event.c.kind, "") if few else event.c.kind
        return select(
            event.c.contact_id,
            self._day_of(event.c.at).label("day"),
            case((erased, CLOSED), else_=_place(chains)).label("place"),
        ).where(
            kind.in_((EventKind.REACHED.value, EventKind.ERASED.value)),
            or_(erased, event.c.stage.not_in(sorted(NO_STAGES - _CLOSING - _ACTIVE))),
            event.c.at <= at,
            or_(event.c.recorded_at <= at, event.c.import_id.is_not(None)),
            _stood(at),
        )


def _place(chains: Mapping[CampaignId, Sequence[str]]) -> ColumnElement[int]:
    """The state that a stage leads to; a stage of a campaign's own is one of those between."""
    stage = event.c.stage
    firsts = [
        (and_(event.c.campaign_id == id_, stage == chain[0]), 0)
        for id_, chain in chains.items()
        if chain[0] not in _PLACES
    ]
    return case(
        *firsts,
        *((stage == word, place) for word, place in _PLACES.items()),
        (stage.in_(sorted(_CLOSING)), CLOSED),
        else_=REPLIED,
    )


def _stood(at: datetime) -> ColumnElement[bool]:
    """No other event had taken this one back by then."""
    correction = event.alias("correction")
    return ~exists().where(correction.c.corrects == event.c.id, correction.c.recorded_at <= at)


def _others() -> Select[Any]:
    """Who is no prospect of ours: merged into another, or a customer whose orders we never saw."""
    c = contact.c
    return select(c.id).where(
        or_(c.merged_into.is_not(None), and_(c.kind == Kind.CUSTOMER.value, c.order_count == 0))
    )


def _closed(person: Any) -> ColumnElement[bool]:
    """The last that was heard of him closed his chain."""
    return and_(person.c.closed.is_not(None), person.c.closed >= person.c.stood)


def _stays(person: Any, state: int, today: int) -> Select[Any]:
    """The people who stood at a state, how long, and where they went."""
    begun, beyond = person.c[f"m{state}"], person.c[f"n{state}"]
    later = [
        (person.c[f"m{place}"] == beyond, literal(place, Whole))
        for place in range(ORDERED, state, -1)
    ]
    left = case((_closed(person), literal(CLOSED, Whole)), else_=cast(null(), Whole))
    until = case((_closed(person), person.c.closed), else_=literal(today, Whole))
    return select(
        literal(state, Whole).label("state"),
        (func.coalesce(beyond, until) - begun).label("days"),
        case((beyond.is_(None), left), *later).label("next"),
    ).where(begun.is_not(None), or_(beyond.is_(None), begun < beyond))
