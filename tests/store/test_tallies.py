"""What the store counts: distinct people per stage, attempts, orders, money."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import insert

from outreach.model.asked import Asked
from outreach.model.ids import CampaignId
from outreach.model.stage import DEFAULT_CHAIN
from outreach.model.tally import ArmTally, CampaignTally, OrderTally, TouchTally, VariantTally
from outreach.store import schema
from outreach.store.engine import Database
from outreach.store.tallies import Tallies

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
SPRING = CampaignId(1)
AUTUMN = CampaignId(2)


class Base:
    """A contact base with two campaigns, filled row by row."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.people = 0
        for id_, name in ((SPRING, "spring"), (AUTUMN, "autumn")):
            self.add(
                schema.campaign,
                id=id_,
                name=name,
                state="running",
                definition="",
                fingerprint="",
                salt="",
                launched_at=NOON,
                matched=0,
                selected=0,
                prospects_on_file=400 if id_ == SPRING else None,
            )
            for position, step in enumerate(("letter", "call")):
                self.add(
                    schema.step,
                    id=id_ * 10 + position,
                    campaign_id=id_,
                    name=step,
                    channel=step,
                    position=position,
                )

    def add(self, table: schema.Table, **values: object) -> int:
        with self.database.writing() as connection:
            result = connection.execute(insert(table).values(**values))
            return int((result.inserted_primary_key or (0,))[0])

    def person(
        self, *, arm: str = "enrolled", kind: str | None = "prospect", campaign: int = SPRING
    ) -> int:
        self.people += 1
        id_ = self.people
        self.add(schema.contact, id=id_, kind=kind, created_at=NOON, updated_at=NOON)
        self.enrol(id_, arm=arm, kind=kind, campaign=campaign)
        return id_

    def enrol(
        self, person: int, *, campaign: int, arm: str = "enrolled", kind: str | None = "prospect"
    ) -> None:
        self.add(
            schema.enrolment,
            campaign_id=campaign,
            contact_id=person,
            arm=arm,
            kind=kind,
            enrolled_at=NOON,
        )

    def event(self, person: int, kind: str, campaign: int = SPRING, **values: object) -> int:
        return self.add(
            schema.event,
            contact_id=person,
            campaign_id=campaign,
            kind=kind,
            at=NOON,
            recorded_at=NOON,
            **values,
        )

    def reached(self, person: int, *stages: str, campaign: int = SPRING, **values: object) -> None:
        for stage in stages:
            self.event(person, "reached", campaign, stage=stage, **values)

    def touched(self, people: Iterable[int], **values: object) -> None:
        for person in people:
            self.event(person, "touched", **values)


@pytest.fixture
def base(database: Database) -> Base:
    return Base(database)


@pytest.fixture
def tallies(database: Database) -> Tallies:
    return Tallies(database)


def counted(tallies: Tallies, campaign: CampaignId, chain: Sequence[str]) -> CampaignTally:
    """The plain counts of one campaign, as its report has them the day after."""
    found = tallies.chains({campaign: chain}, Asked(), now=NOON + timedelta(days=1))
    return found.campaigns[campaign].tally


def test_a_person_counts_once_at_the_furthest_stage_whatever_came_in_between(
    base: Base, tallies: Tallies
) -> None:
    """Two replies of one person are one; an order without a recorded meeting is not dropped."""
    base.reached(base.person(), "contacted", "replied", "replied")
    base.reached(base.person(), "contacted")
    base.reached(base.person(), "contacted", "order")
    base.person()
    assert counted(tallies, SPRING, DEFAULT_CHAIN).enrolled == ArmTally(
        4, {"replied": 1, "contacted": 1, "order": 1}
    )


def test_stages_follow_the_campaigns_own_chain(base: Base, tallies: Tallies) -> None:
    base.reached(base.person(), "contacted", "visited", "tasting")
    base.reached(base.person(), "contacted", "visited", "replied")
    tally = counted(tallies, SPRING, ("contacted", "tasting", "visited"))
    assert tally.enrolled.furthest == {"visited": 2}


def test_the_first_stage_of_a_chain_is_the_contact_whatever_its_name(
    base: Base, tallies: Tallies
) -> None:
    base.reached(base.person(), "mailed")
    base.reached(base.person(), "mailed", "met")
    base.reached(base.person(), "contacted")
    tally = counted(tallies, SPRING, ("mailed", "met", "order"))
    assert tally.enrolled.furthest == {"mailed": 2, "met": 1}
    assert tally.prospects_contacted == 3
    assert tally.prospects_interested == 1


def test_a_first_stage_of_another_name_makes_nobody_an_active_prospect(
    base: Base, tallies: Tallies
) -> None:
    base.reached(base.person(), "mailed")
    base.reached(base.person(), "mailed", "replied")
    history = tallies.habits({SPRING: ("mailed", "replied"), AUTUMN: DEFAULT_CHAIN})
    assert (history.prospects_contacted, history.actives) == (2, 1)


def test_control_stands_apart_and_excluded_people_are_nowhere(base: Base, tallies: Tallies) -> None:
    base.reached(base.person(arm="control"), "order", amount_minor=100)
    base.person(arm="control")
    base.reached(base.person(arm="excluded"), "order", amount_minor=100)
    base.reached(base.person(), "contacted")
    tally = counted(tallies, SPRING, DEFAULT_CHAIN)
    assert tally.control == ArmTally(2, {"order": 1})
    assert tally.enrolled == ArmTally(1, {"contacted": 1})
    assert tally.orders == OrderTally()
    assert tally.prospects_won == 0


def test_another_campaigns_events_do_not_count(base: Base, tallies: Tallies) -> None:
    person = base.person()
    base.enrol(person, campaign=AUTUMN)
    base.reached(person, "contacted", "order", campaign=AUTUMN, amount_minor=500)
    base.event(person, "touched", AUTUMN, cost_minor=120)
    tally = counted(tallies, SPRING, DEFAULT_CHAIN)
    assert tally.enrolled == ArmTally(1, {})
    assert tally.orders.orders == 0
    assert tally.touches == ()


def test_what_was_taken_back_does_not_count(base: Base, tallies: Tallies) -> None:
    person = base.person()
    base.reached(person, "contacted")
    order = base.event(person, "reached", stage="order", amount_minor=90_000, margin_minor=30_000)
    touch = base.event(person, "touched", step_id=10, channel="letter", cost_minor=120)
    base.event(person, "corrected", corrects=order)
    base.event(person, "corrected", corrects=touch)
    tally = counted(tallies, SPRING, DEFAULT_CHAIN)
    assert tally.enrolled.furthest == {"contacted": 1}
    assert tally.orders.orders == 0
    assert tally.touches == ()
    assert tallies.habits().orders == 0


def test_prospects_and_customers_by_their_kind_at_launch(base: Base, tallies: Tallies) -> None:
    """Whoever was no customer at launch is a prospect: suspects and the unknown too."""
    base.reached(base.person(kind="customer"), "contacted", "order")
    base.reached(base.person(kind="suspect"), "contacted", "replied")
    base.reached(base.person(kind=None), "contacted", "order")
    base.reached(base.person(kind="prospect"), "contacted")
    base.person(kind="prospect")
    tally = counted(tallies, SPRING, DEFAULT_CHAIN)
    assert (tally.prospects_contacted, tally.customers_contacted) == (3, 1)
    assert (tally.prospects_interested, tally.prospects_won) == (2, 1)
    assert tally.prospects_on_file == 400


def test_an_attempt_that_reached_nobody_is_a_touch_and_no_contact(
    base: Base, tallies: Tallies
) -> None:
    person = base.person()
    base.touched([person, person], step_id=11, channel="call", minutes=Decimal("1.5"))
    base.reached(person, "no_answer")
    tally = counted(tallies, SPRING, DEFAULT_CHAIN)
    assert tally.contacted == 0
    assert tally.touches == (
        TouchTally(step="call", channel="call", touches=2, people=1, minutes=Decimal(3)),
    )


def test_touches_by_step_in_the_campaigns_order_with_what_they_cost(
    base: Base, tallies: Tallies
) -> None:
    people = [base.person() for _ in range(3)]
    base.touched(people[:1], step_id=11, channel="call", cost_minor=60, minutes=Decimal(2))
    base.touched(people[:1], channel="visit", cost_minor=4000)
    base.touched(people, step_id=10, channel="letter", cost_minor=120)
    touches = counted(tallies, SPRING, DEFAULT_CHAIN).touches
    assert [(t.step, t.touches, t.people, t.cost) for t in touches] == [
        ("letter", 3, 3, Decimal("3.60")),
        ("call", 1, 1, Decimal("0.60")),
        (None, 1, 1, Decimal("40.00")),
    ]


def test_two_orders_of_one_person_are_two_orders_and_one_new_customer(
    base: Base, tallies: Tallies
) -> None:
    person = base.person()
    base.reached(person, "order", amount_minor=100_050, margin_minor=30_000)
    base.reached(person, "order", amount_minor=20_000)
    base.reached(base.person(), "order", margin_minor=1_000)
    tally = counted(tallies, SPRING, DEFAULT_CHAIN)
    assert tally.enrolled.furthest == {"order": 2}
    assert tally.new_customers == 2
    assert tally.orders == OrderTally(
        orders=3,
        revenue=Decimal("1200.50"),
        margin=Decimal("310.00"),
        without_amount=1,
        without_margin=1,
    )


def test_variants_count_everyone_who_drew_them_once(base: Base, tallies: Tallies) -> None:
    for name, stages in (("b", ("contacted",)), ("b", ()), ("a", ("contacted", "order"))):
        person = base.person()
        base.reached(person, *stages)
        for occurrence in (1, 2):
            base.add(
                schema.delivery,
                campaign_id=SPRING,
                step_id=10,
                contact_id=person,
                occurrence=occurrence,
                channel="email",
                state="sent",
                due_at=NOON,
                variant=name,
            )
    assert counted(tallies, SPRING, DEFAULT_CHAIN).variants == (
        VariantTally("letter", "a", ArmTally(1, {"order": 1})),
        VariantTally("letter", "b", ArmTally(2, {"contacted": 1})),
    )


def test_an_unknown_campaign_is_all_zeros(base: Base, tallies: Tallies) -> None:
    tally = counted(tallies, CampaignId(99), DEFAULT_CHAIN)
    assert tally.enrolled == ArmTally()
    assert tally.contacted == 0
    assert tally.prospects_on_file is None


def test_habits_count_distinct_prospects_over_all_campaigns(base: Base, tallies: Tallies) -> None:
    """A customer's orders and the control group's are none of prospecting's."""
    often = base.person()
    base.enrol(often, campaign=AUTUMN)
    base.reached(often, "contacted", "replied")
    base.reached(often, "contacted", "quote", campaign=AUTUMN)
    base.reached(base.person(), "contacted", "order", amount_minor=2_000_000)
    base.reached(base.person(), "refused", "no_answer")
    base.reached(base.person(), "tasting")
    base.reached(base.person(kind="customer"), "contacted", "order", amount_minor=1)
    base.reached(base.person(arm="control"), "order", amount_minor=1)
    base.touched([often], channel="call", minutes=Decimal("2.5"))
    base.touched([often], channel="call", minutes=Decimal("4"))
    base.touched([often], channel="call")
    base.touched([often], channel="letter", minutes=Decimal(9))
    history = tallies.habits()
    assert history.prospects_contacted == 3
    assert history.actives == 3
    assert (history.quotes, history.deals) == (2, 1)
    assert (history.orders, history.revenue) == (1, Decimal("20000.00"))
    assert history.touches == 4
    assert (history.calls, history.call_minutes) == (2, Decimal("6.5"))


def test_habits_of_an_empty_base_are_all_zeros(tallies: Tallies) -> None:
    assert tallies.habits().prospects_contacted == 0
    assert tallies.habits().revenue == 0
