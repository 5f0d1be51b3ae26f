"""Stays along the chain, as SQL counts them on both databases and as a slow twin does."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert

from outreach.model.effort_tally import Due, Firsts, Spell
from outreach.model.ids import CampaignId
from outreach.store import schema
from outreach.store.engine import Database
from outreach.store.forecast_tallies import ForecastTallies

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
CHAINS = {CampaignId(2): ("met_at_fair", "demo", "order")}
PLACES = {"contacted": 0, "met_at_fair": 0, "replied": 1, "demo": 1, "inbound": 1,
          "appointment": 2, "quote": 3, "order": 4, "lost": 5, "opted_out": 5}  # fmt: skip

Row = dict[str, object]


class Base:
    """Events written one by one; `rows` keeps them for the slow twin."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.people: set[int] = set()
        self.rows: list[Row] = []
        for id_, name in ((1, "spring"), (2, "fair")):
            self._add(
                schema.campaign, id=id_, name=name, state="running", definition="", salt="",
                fingerprint="", launched_at=START, matched=0, selected=0,
            )  # fmt: skip

    def _add(self, table: schema.Table, **values: object) -> int:
        with self.database.writing() as connection:
            key = connection.execute(insert(table).values(**values)).inserted_primary_key
        return int((key or (0,))[0])

    def person(self, id_: int, **values: object) -> None:
        if id_ not in self.people:
            self.people.add(id_)
            self._add(schema.contact, id=id_, created_at=START, updated_at=START, **values)

    def event(
        self,
        person: int,
        day: int,
        stage: str | None,
        *,
        told: int | None = None,
        kind: str = "reached",
        **values: object,
    ) -> int:
        """`told` is the day on which it was recorded, when that was later."""
        self.person(person)
        at = START + timedelta(days=day)
        recorded = START + timedelta(days=day if told is None else told)
        row: Row = {
            "contact_id": person, "campaign_id": 1, "kind": kind, "stage": stage, "at": at,
            "recorded_at": recorded,
        } | values  # fmt: skip
        number = self._add(schema.event, **row)
        self.rows.append(row | {"id": number})
        return number


@pytest.fixture
def base(database: Database) -> Base:
    return Base(database)


def spells(base: Base, day: int) -> Counter[tuple[int, int, int | None]]:
    found = ForecastTallies(base.database).spells(START + timedelta(days=day), CHAINS)
    return Counter({(one.state, one.days, one.next): one.people for one in found})


def test_each_stay_lasts_from_one_state_to_the_next(base: Base) -> None:
    """Contacted on day 0, replied on 4, quote on 9, order on 30; another only replied."""
    for stage, day in (("contacted", 0), ("replied", 4), ("replied", 6), ("quote", 9),
                       ("order", 30), ("order", 44)):  # fmt: skip
        base.event(1, day, stage)
    base.event(2, 5, "contacted")
    base.event(2, 7, "replied")
    assert spells(base, 50) == {
        (0, 4, 1): 1, (1, 5, 3): 1, (3, 21, 4): 1,
        (0, 2, 1): 1, (1, 43, None): 1,
    }  # fmt: skip
    # As it was known on day 20 the order had not come.
    assert spells(base, 20)[(3, 11, None)] == 1


def test_who_passes_two_states_in_one_day_was_at_the_later_one_only(base: Base) -> None:
    base.event(1, 0, "contacted")
    base.event(1, 3, "replied")
    base.event(1, 3, "quote")
    assert spells(base, 10) == {(0, 3, 3): 1, (3, 7, None): 1}


def test_a_chain_closes_with_the_last_word_and_opens_again_with_a_later_one(base: Base) -> None:
    base.event(1, 0, "contacted")
    base.event(1, 8, "lost")
    base.event(2, 0, "contacted")
    base.event(2, 8, "lost")
    base.event(2, 12, "replied")
    base.event(3, 0, "contacted")
    base.event(3, 9, None, kind="erased")
    assert spells(base, 20) == {
        (0, 8, 5): 1, (0, 12, 1): 1, (1, 8, None): 1, (0, 9, 5): 1,
    }  # fmt: skip


def test_a_campaign_s_own_words_are_states_too(base: Base) -> None:
    base.event(1, 0, "met_at_fair", campaign_id=2)
    base.event(1, 5, "demo", campaign_id=2)
    base.event(2, 0, "inbound")
    base.event(2, 1, "no_answer")
    assert spells(base, 10) == {(0, 5, 1): 1, (1, 5, None): 1, (1, 10, None): 1}


def test_what_was_recorded_or_taken_back_later_was_not_known_then(base: Base) -> None:
    base.event(1, 0, "contacted")
    base.event(1, 5, "replied", told=30)
    wrong = base.event(2, 0, "contacted")
    base.event(2, 25, None, kind="corrected", corrects=wrong)
    assert spells(base, 20) == {(0, 20, None): 2}
    assert spells(base, 40) == {(0, 5, 1): 1, (1, 35, None): 1}


def test_imported_history_counts_as_known_when_it_happened(base: Base) -> None:
    run = base._add(schema.import_run, file="past.csv", started_at=START)
    base.event(1, 0, "contacted", told=400, import_id=run)
    assert spells(base, 20) == {(0, 20, None): 1}


def test_customers_whose_orders_nobody_saw_are_no_prospects(base: Base) -> None:
    base.person(1, kind="customer", order_count=0)
    base.event(1, 0, "contacted")
    base.person(2, kind="customer", order_count=1)
    base.event(2, 0, "contacted")
    base.event(2, 5, "order")
    assert spells(base, 20) == {(0, 5, 4): 1}


def test_first_orders_afterwards_of_the_stock_and_of_others(base: Base) -> None:
    """Known on day 10: 1 and 2. They order on 12 and 40; 3 was not known; 4 had ordered."""
    base.event(1, 0, "contacted")
    base.event(1, 12, "order")
    base.event(1, 13, "order")
    base.event(2, 5, "replied")
    base.event(2, 40, "order")
    base.event(3, 14, "order")
    base.event(4, 0, "order")
    base.event(4, 15, "order")
    base.event(5, 0, "contacted")
    base.event(5, 6, "lost")
    base.event(5, 15, "order")
    found = ForecastTallies(base.database).firsts(START + timedelta(days=10), 20, CHAINS)
    assert sorted(found, key=lambda one: one.days) == [
        Firsts(2, True, 1), Firsts(4, False, 1), Firsts(5, False, 1),
    ]  # fmt: skip


def test_what_is_to_be_paid_by_the_day_of_the_order(base: Base) -> None:
    base.event(1, 3, "order", amount_minor=5000)
    base.event(2, 3, "order", amount_minor=2550)
    base.event(3, 4, "order")
    base.event(3, 9, "order", amount_minor=100)
    found = ForecastTallies(base.database).due(START, START + timedelta(days=5))
    assert [(one.on, float(one.amount)) for one in found] == [(date(2026, 1, 4), 75.5)]
    assert isinstance(found[0], Due)


def test_the_counts_are_those_of_a_slow_twin(base: Base) -> None:
    """A thousand random facts, looked at from three days."""
    draw = random.Random(11)
    for _ in range(1000):
        person, day = draw.randint(1, 120), draw.randint(0, 200)
        stage = draw.choice([*PLACES, "no_answer"])
        campaign = 2 if stage in {"met_at_fair", "demo"} else 1
        base.event(person, day, stage, told=day + draw.choice([0, 0, 0, 15]), campaign_id=campaign)
    for day in (40, 120, 230):
        assert spells(base, day) == slow(base.rows, day)


def slow(rows: list[Row], day: int) -> Counter[tuple[int, int, int | None]]:
    """Person by person, state by state."""
    at = START + timedelta(days=day)
    moves: dict[object, list[tuple[int, int]]] = defaultdict(list)
    for row in rows:
        known = row["at"] <= at and row["recorded_at"] <= at  # type: ignore[operator]
        if known and row["stage"] in PLACES:
            days = (row["at"] - START).days  # type: ignore[operator]
            moves[row["contact_id"]].append((days, PLACES[str(row["stage"])]))
    found: Counter[tuple[int, int, int | None]] = Counter()
    for own in moves.values():
        closed = max((d for d, place in own if place == 5), default=None)
        last = max((d for d, place in own if place < 5), default=None)
        for state in range(4):
            begun = min((d for d, place in own if place == state), default=None)
            beyond = [(d, place) for d, place in own if state < place < 5]
            first = min((d for d, _ in beyond), default=None)
            if begun is None or (first is not None and first <= begun):
                continue
            if first is not None:
                found[state, first - begun, max(p for d, p in beyond if d == first)] += 1
            elif closed is not None and last is not None and closed >= last:
                found[state, closed - begun, 5] += 1
            else:
                found[state, day - begun, None] += 1
    return found


def test_no_event_is_no_stay(base: Base) -> None:
    tallies = ForecastTallies(base.database)
    assert tallies.since() is None
    assert tallies.spells(START, {}) == ()
    base.event(1, 2, "contacted")
    assert tallies.since() == START + timedelta(days=2)
    assert tallies.spells(START + timedelta(days=3), {}) == (Spell(0, 1, None, 1),)
