"""What planning asks the store for: attempts by channel, inbound people, work done."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from sqlalchemy import insert

from outreach.model.effort_tally import AmountTally, ChannelTally, InboundTally, WorkTally
from outreach.model.ids import CampaignId
from outreach.store import schema
from outreach.store.effort_tallies import EffortTallies
from outreach.store.engine import Database

START = datetime(2027, 1, 1, tzinfo=UTC)
END = START + timedelta(days=100)


class Base:
    def __init__(self, database: Database) -> None:
        self.database = database
        for id_, name in ((1, "spring"), (2, "fair")):
            self.add(
                schema.campaign, id=id_, name=name, state="running", definition="", salt="",
                fingerprint="", launched_at=START, matched=0, selected=0,
            )  # fmt: skip

    def add(self, table: schema.Table, **values: object) -> int:
        with self.database.writing() as connection:
            key = connection.execute(insert(table).values(**values)).inserted_primary_key
        return int((key or (0,))[0])

    def person(self, id_: int, *, kind: str = "prospect", **values: object) -> None:
        self.add(schema.contact, id=id_, kind=kind, created_at=START, updated_at=START, **values)
        self.add(
            schema.enrolment, campaign_id=1, contact_id=id_, arm="enrolled", kind=kind,
            enrolled_at=START,
        )  # fmt: skip

    def event(self, person: int, kind: str, day: int = 1, **values: object) -> int:
        at = START + timedelta(days=day)
        row: dict[str, object] = {"campaign_id": 1} | values
        return self.add(schema.event, contact_id=person, kind=kind, at=at, recorded_at=at, **row)


@pytest.fixture
def base(database: Database) -> Base:
    return Base(database)


@pytest.fixture
def tallies(database: Database) -> EffortTallies:
    return EffortTallies(database)


def test_attempts_by_channel_and_the_minutes_that_are_known(
    base: Base, tallies: EffortTallies
) -> None:
    base.person(1)
    base.person(2, kind="customer")
    for minutes in (2, 3, None):
        base.event(1, "touched", channel="call", minutes=minutes)
    base.event(1, "touched", channel="letter")
    base.event(2, "touched", channel="letter")
    undone = base.event(1, "touched", channel="visit", minutes=60)
    base.event(1, "corrected", corrects=undone)
    assert tallies.channels() == (
        ChannelTally(channel="call", touches=3, timed=2, minutes=Decimal(5)),
        ChannelTally(channel="letter", touches=1, timed=0, minutes=Decimal(0)),
    )


def test_amounts_say_how_much_they_vary(base: Base, tallies: EffortTallies) -> None:
    """100 and 300: mean 200, deviations 20,000 of 40,000; with one more: (1 + ½) ÷ 2."""
    base.person(1)
    assert tallies.amounts() == AmountTally()
    base.event(1, "reached", stage="order", amount_minor=10_000)
    base.event(1, "reached", stage="order", amount_minor=30_000)
    base.event(1, "reached", stage="order")
    found = tallies.amounts()
    assert (found.orders, found.total, found.squares) == (2, 400, 100_000)
    assert found.spread == Fraction(3, 4)
    assert AmountTally(orders=1, total=Decimal(5), squares=Decimal(25)).spread == 1


def test_inbound_people_are_distinct_and_within_the_period(
    base: Base, tallies: EffortTallies
) -> None:
    base.person(1)
    base.person(2)
    base.event(2, "touched", 3)
    for day in (5, 9):
        base.event(1, "reached", day, stage="inbound")
    base.event(2, "reached", 400, stage="inbound")
    assert tallies.inbound(START, END) == InboundTally(people=1, since=date(2027, 1, 4))
    assert tallies.inbound(END, END) == InboundTally()


def test_work_is_done_with_those_who_were_no_customers_at_the_start(
    base: Base, tallies: EffortTallies
) -> None:
    base.person(1, first_order_on=date(2027, 1, 21))
    base.person(2)
    base.person(3, first_order_on=date(2026, 5, 1))
    base.person(4, kind="customer")
    for person in (1, 2, 3, 4):
        base.event(person, "touched", 2, channel="call", minutes=Decimal("2.5"))
        base.event(person, "reached", 2, stage="contacted")
    base.event(1, "reached", 5, stage="replied")
    base.event(1, "reached", 10, stage="quote")
    base.event(1, "reached", 20, stage="order", amount_minor=100_000)
    base.event(1, "reached", 30, stage="order", amount_minor=50_000)
    base.event(2, "reached", 30, stage="no_answer")
    base.event(3, "reached", 30, stage="order", amount_minor=999)
    base.event(1, "touched", 200, channel="call")
    expected = WorkTally(
        contacted=2, touches=2, minutes=Decimal(5), actives=1, quotes=1, orders=2,
        revenue=Decimal(1500),
    )  # fmt: skip
    assert tallies.work(START, END, {}) == expected
    assert tallies.work(START, END, {}, CampaignId(1)) == expected
    assert tallies.work(START, END, {}, CampaignId(2)) == WorkTally()


def test_a_first_stage_of_another_name_is_contact_and_no_reply(
    base: Base, tallies: EffortTallies
) -> None:
    base.person(1)
    base.event(1, "reached", 2, stage="fair", campaign_id=2)
    chains = {CampaignId(2): ("fair", "demo", "order")}
    assert tallies.work(START, END, chains).actives == 0
    assert tallies.work(START, END, chains).contacted == 1
    base.event(1, "reached", 3, stage="inbound")
    assert tallies.work(START, END, chains).actives == 1
