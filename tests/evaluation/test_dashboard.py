"""The dashboard: variance, achievement, whether that is good, checkpoints and trend."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from outreach.evaluation.dashboard import (
    TREND,
    Indicator,
    Standing,
    Trend,
    dashboard,
    dashboard_json,
    instants_of,
)
from outreach.evaluation.dashboard_section import dashboard_section
from outreach.model.campaign import AudienceRule, Campaign, Channel, Objective, Step
from outreach.model.milestone import Milestone

LAUNCH = datetime(2027, 1, 1, 9, tzinfo=UTC)
#: 100 days after the launch's day.
BY = date(2027, 4, 11)


def campaign(budget: Decimal | None = None, **wanted: object) -> Campaign:
    return Campaign(
        name="open-day",
        audience=AudienceRule(where="true"),
        steps=(Step(name="letter", channel=Channel.LETTER),),
        objective=Objective(**wanted) if wanted else None,  # type: ignore[arg-type]
        budget=budget,
        fixed_costs={"design": Decimal(200)},
    )


def end_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)


def milestone(until: datetime, quotes: int = 0, orders: int = 0, spent: int = 0) -> Milestone:
    return Milestone(until=until, people={"contacted": 500, "quote": quotes}, orders=orders,
                     revenue=Decimal(orders * 1000), spent=Decimal(spent))  # fmt: skip


def made(one: Campaign, *milestones: Milestone) -> dict[str, Indicator]:
    found = dashboard(one, milestones, launched=LAUNCH.date(), launched_at=LAUNCH)
    return {each.key: each for each in found}


def test_nine_proposals_wanted_seven_made() -> None:
    """Domain notes B14: −2, −22.2 %, 77.8 %."""
    standing = Standing(objective=9, realised=7)
    assert standing.variance == -2
    assert standing.variance_rate == Fraction(-2, 9)
    assert standing.achievement == Fraction(7, 9)
    assert not standing.favourable


def test_a_cost_is_favourable_below_its_budget() -> None:
    assert Standing(objective=800, realised=570, is_cost=True).favourable
    assert Standing(objective=800, realised=800, is_cost=True).favourable
    assert not Standing(objective=800, realised=801, is_cost=True).favourable


def test_nothing_wanted_nothing_of_it_achieved() -> None:
    """An objective of 0 has no rate: undefined, not 0."""
    standing = Standing(objective=0, realised=3)
    assert (standing.variance_rate, standing.achievement) == (None, None)


def test_each_figure_of_the_file_is_an_indicator_and_fixed_costs_are_spent_from_the_start() -> None:
    one = campaign(Decimal(800), quotes=9, orders=5, revenue=Decimal(60_000))
    now = milestone(LAUNCH + timedelta(days=90), quotes=7, orders=4, spent=400)
    found = made(one, milestone(LAUNCH), milestone(LAUNCH), now)
    assert {key: each.standing.realised for key, each in found.items()} == {
        "quote": 7, "orders": 4, "revenue": 4000, "cost": 600,
    }  # fmt: skip
    told = dashboard_json(tuple(found.values()))[0]
    assert told["indicator"] == "quote"
    assert (told["objective"], told["realised"], told["variance"]) == (9, 7, -2)
    assert (told["favourable"], told["achievement"]) == (False, 7 / 9)


def test_a_checkpoint_compares_with_an_even_pace_and_days_to_come_have_no_figure() -> None:
    """100 days for 10 orders: 4 are due after 40."""
    one = campaign(orders=10, by=BY, checkpoints=(date(2027, 2, 10),))
    at = LAUNCH + timedelta(days=60)
    days = instants_of(one, days=end_of, now=at)
    assert days == [end_of(date(2027, 2, 10)), at - 2 * TREND, at - TREND, at]
    counts = [3, 0, 3, 4]
    found = made(one, *[milestone(day, orders=n) for day, n in zip(days, counts, strict=True)])
    first, last = found["orders"].checkpoints
    assert (first.on, first.due) == (date(2027, 2, 10), 4)
    assert first.standing is not None
    assert (first.standing.realised, first.standing.variance) == (3, -1)
    assert (last.on, last.due, last.standing) == (BY, 10, None)


def test_the_trend_sets_four_weeks_beside_the_four_before() -> None:
    one = campaign(orders=10)
    at = LAUNCH + timedelta(days=60)
    days = [at - 2 * TREND, at - TREND, at]
    cases = {(0, 3, 4): Trend.FALLING, (0, 2, 4): Trend.STEADY, (1, 2, 4): Trend.RISING}
    for counts, trend in cases.items():
        milestones = [milestone(day, orders=n) for day, n in zip(days, counts, strict=True)]
        assert made(one, *milestones)["orders"].trend is trend


def test_a_campaign_younger_than_eight_weeks_has_no_trend_yet() -> None:
    at = LAUNCH + timedelta(days=50)
    days = [at - 2 * TREND, at - TREND, at]
    found = made(campaign(orders=10), *[milestone(day) for day in days])
    assert found["orders"].trend is None


def test_who_wants_nothing_has_no_dashboard() -> None:
    assert instants_of(campaign(), days=end_of, now=LAUNCH) == []
    assert made(campaign()) == {}
    assert dashboard_section(()) is None
