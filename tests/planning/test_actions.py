"""The action plan judged: terms, late and improvised actions, what each lacks (notes B6, B8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from outreach.model.plan import Action, Term
from outreach.planning.actions import (
    ActionState,
    Carried,
    Flag,
    Judged,
    by_project,
    improvised,
    is_precise,
    judge,
    term_of,
)
from outreach.planning.objective import Objective, ObjectiveKind

WRITTEN = date(2027, 1, 4)
SCHOOLS = Objective(
    name="Win 12 schools", kind=ObjectiveKind.RESULT, metric="new_customers", target=Fraction(12),
    deadline=date(2027, 12, 31),
)  # fmt: skip
ACTION = Action(
    id=1, name="Open day", objective="Win 12 schools", offer="a tour", owner="marie",
    campaign="open-day", budget=Decimal(600), starts_on=date(2027, 3, 1),
    ends_on=date(2027, 4, 15), created_at=datetime(2027, 1, 4, 9, tzinfo=UTC),
)  # fmt: skip
CARRIED = Carried(
    campaign="open-day", launched_on=date(2027, 3, 1), offer="a tour", over=False,
    cost=Decimal(580), orders=5, revenue=Decimal(100_000), profit=None,
)  # fmt: skip


def judged(
    action: Action,
    today: date,
    carried: Carried | None = None,
    *,
    created_on: date = WRITTEN,
    objective: Objective | None = SCHOOLS,
) -> Judged:
    return judge(
        action, created_on=created_on, objective=objective, carried=carried, today=today
    )  # fmt: skip


def test_an_action_that_says_everything_in_time_has_nothing_against_it() -> None:
    found = judged(ACTION, date(2027, 3, 10), CARRIED)
    assert (found.state, found.flags) == (ActionState.UNDER_WAY, ())


def test_on_its_first_day_its_campaign_may_still_be_launched_and_the_day_after_it_is_late() -> None:
    assert judged(ACTION, date(2027, 3, 1)).state is ActionState.PLANNED
    late = judged(ACTION, date(2027, 3, 2))
    assert (late.state, late.flags) == (ActionState.LATE, (Flag.NOT_LAUNCHED,))


def test_what_is_not_done_on_its_last_day_is_late_the_day_after() -> None:
    assert judged(ACTION, date(2027, 4, 15), CARRIED).flags == ()
    assert judged(ACTION, date(2027, 4, 16), CARRIED).flags == (Flag.LATE,)
    done = replace(ACTION, done_at=datetime(2027, 4, 10, tzinfo=UTC))
    found = judged(done, date(2027, 4, 16), CARRIED)
    assert (found.state, found.flags) == (ActionState.DONE, ())


def test_what_was_written_down_after_it_began_was_improvised() -> None:
    assert judged(ACTION, date(2027, 3, 2), CARRIED, created_on=date(2027, 3, 2)).flags == (
        Flag.IMPROVISED,
    )
    assert judged(ACTION, date(2027, 3, 2), CARRIED, created_on=date(2027, 3, 1)).flags == ()


def test_no_action_without_an_offer_and_a_precise_objective() -> None:
    bare = replace(ACTION, offer=None, objective=None, owner=None, ends_on=None, campaign=None)
    assert judged(bare, date(2027, 2, 1), objective=None).flags == (
        Flag.NO_OFFER, Flag.NO_OBJECTIVE, Flag.NO_DATES, Flag.NO_OWNER,
    )  # fmt: skip
    vague = replace(SCHOOLS, target=None)
    assert judged(ACTION, date(2027, 2, 1), objective=vague).flags == (Flag.VAGUE_OBJECTIVE,)


def test_the_offer_of_its_campaign_is_its_offer() -> None:
    assert judged(replace(ACTION, offer=None), date(2027, 3, 10), CARRIED).flags == ()


def test_what_cost_more_than_its_budget_says_so() -> None:
    dear = replace(CARRIED, cost=Decimal("600.01"))
    assert judged(ACTION, date(2027, 3, 10), dear).flags == (Flag.OVER_BUDGET,)


def test_a_quality_is_precise_with_a_sign_to_look_for_and_a_day() -> None:
    better = Objective(name="Answer better", kind=ObjectiveKind.QUALITATIVE,
                       deadline=date(2027, 9, 30))  # fmt: skip
    assert not is_precise(better)
    assert is_precise(replace(better, metric="satisfaction"))
    assert not is_precise(replace(better, metric="satisfaction", deadline=None))


@pytest.mark.parametrize(
    ("start", "term"),
    [
        (date(2027, 3, 1), Term.SHORT),
        (date(2027, 4, 7), Term.MEDIUM),
        (date(2028, 1, 5), Term.MEDIUM),
        (date(2028, 1, 6), Term.LONG),
        (None, None),
    ],
)
def test_terms_are_told_from_how_far_ahead_it_was_planned(
    start: date | None, term: Term | None
) -> None:
    assert term_of(replace(ACTION, starts_on=start), WRITTEN) is term


def test_a_term_that_somebody_said_stays() -> None:
    assert term_of(replace(ACTION, term=Term.LONG), WRITTEN) is Term.LONG


def test_campaigns_that_stand_in_no_action_were_improvised() -> None:
    launched = {"open-day": date(2027, 3, 1), "flyer": date(2027, 2, 1), "ad": date(2027, 5, 1)}
    assert improvised(launched, [ACTION]) == [
        ("ad", date(2027, 5, 1)), ("flyer", date(2027, 2, 1)),
    ]  # fmt: skip


def test_actions_stand_by_objective_and_project_those_without_last() -> None:
    names = [("b", None), (None, "x"), ("a", "p"), ("b", "q"), (None, None), ("a", "p")]
    plan = [
        judged(replace(ACTION, id=n, objective=objective, project=project), date(2027, 2, 1))
        for n, (objective, project) in enumerate(names)
    ]
    found = by_project(plan)
    assert [(key, [one.action.id for one in group]) for key, group in found.items()] == [
        (("a", "p"), [2, 5]), (("b", "q"), [3]), (("b", None), [0]), ((None, "x"), [1]),
        ((None, None), [4]),
    ]  # fmt: skip
