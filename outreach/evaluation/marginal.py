"""What each further step brought beyond the one before, and what it cost.

An answer or an order belongs to the step whose touch was the last before it: it came after
step n and before step n + 1, so it is what step n added. Whether it would have come without
that step only a control group can say (`comparison.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from outreach.evaluation.cost import break_even
from outreach.evaluation.intervals import Sample, wilson
from outreach.model.spending import Effort, Sales, Spending, StepGain


class StepVerdict(StrEnum):
    #: It brought at least what it cost, or costs nothing.
    KEEP = "keep"
    #: It costs more than it brings, even at the upper bound of its rate of orders.
    DROP = "drop"
    #: Too few people to tell, or a margin or all costs are missing.
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepYield:
    """One step. `step` is None for what belongs to none: no verdict is passed on it."""

    step: str | None
    #: Distinct people touched by it, and attempts.
    people: int
    touches: int
    cost: Decimal
    minutes: Decimal
    km: Decimal
    #: People whose first answer came after it.
    answers: int
    #: Answers ÷ people; without those of earlier touches, whose people are not among them. None
    #: where there is no step: some of them were never touched.
    answer_rate: Fraction | None
    orders: int
    #: Orders ÷ people, in the same way.
    order_rate: Fraction | None
    revenue: Decimal
    #: None when an order lacks its margin.
    margin: Decimal | None
    #: Answers and orders of touches made before the period that is asked for.
    earlier_answers: int = 0
    earlier_orders: int = 0
    #: Margin − cost of this step.
    profit: Decimal | None
    #: Orders that pay for this step alone.
    break_even_orders: int | None
    #: Of this step and those before it, without the fixed costs.
    cumulative_cost: Decimal
    cumulative_profit: Decimal | None
    verdict: StepVerdict | None


def step_yields(spending: Spending, margin_per_order: Fraction | None) -> tuple[StepYield, ...]:
    """A row per step in the campaign's order, last what belongs to none."""
    efforts = dict(spending.steps)
    gains = {gain.step: gain for gain in spending.gains}
    names = [name for name, _ in spending.steps if name is not None]
    names += [name for name in gains if name is not None and name not in efforts]
    rows: list[StepYield] = []
    for name in names:
        effort, gain = efforts.get(name, Effort()), gains.get(name, StepGain(step=name))
        rows.append(_row(name, effort, gain, margin_per_order, rows))
    if None in efforts or None in gains:
        effort, gain = efforts.get(None, Effort()), gains.get(None, StepGain(step=None))
        rows.append(_row(None, effort, gain, margin_per_order, rows))
    return tuple(rows)


def judged(effort: Effort, sales: Sales, margin_per_order: Fraction | None) -> StepVerdict:
    """Whether a step is worth its cost, as far as its people can tell."""
    margin = known_margin(sales)
    if not effort.cost:
        # Nothing on record is not nothing spent.
        return StepVerdict.OPEN if effort.unpriced else StepVerdict.KEEP
    if margin is None:
        return StepVerdict.OPEN
    if sales.orders and margin >= effort.cost:
        return StepVerdict.KEEP
    if margin_per_order is None:
        return StepVerdict.DROP if sales.orders else StepVerdict.OPEN
    best = wilson(Sample(min(sales.orders, effort.people), effort.people))
    if best is None or best.high * effort.people * float(margin_per_order) >= effort.cost:
        return StepVerdict.OPEN
    return StepVerdict.DROP


def known_margin(sales: Sales) -> Decimal | None:
    """None when an order lacks its margin: a part would pass for the whole."""
    return sales.margin if sales.with_margin == sales.orders else None


def _row(
    name: str | None,
    effort: Effort,
    gain: StepGain,
    margin_per_order: Fraction | None,
    before: Sequence[StepYield],
) -> StepYield:
    sales = gain.sales
    margin = known_margin(sales)
    profit = None if margin is None else margin - effort.cost
    so_far = before[-1].cumulative_cost if before else Decimal(0)
    gained = before[-1].cumulative_profit if before else Decimal(0)
    people = effort.people if name is not None else 0

    def of_people(count: int) -> Fraction | None:
        return Fraction(count, people) if people else None

    return StepYield(
        step=name,
        people=effort.people,
        touches=effort.touches,
        cost=effort.cost,
        minutes=effort.minutes,
        km=effort.km,
        answers=gain.answers,
        answer_rate=of_people(gain.answers - gain.earlier_answers),
        orders=sales.orders,
        order_rate=of_people(sales.orders - gain.earlier_orders),
        revenue=sales.revenue,
        margin=margin,
        earlier_answers=gain.earlier_answers,
        earlier_orders=gain.earlier_orders,
        profit=profit,
        break_even_orders=break_even(Fraction(effort.cost), margin_per_order),
        cumulative_cost=so_far + effort.cost,
        cumulative_profit=None if gained is None or profit is None else gained + profit,
        verdict=None if name is None else judged(effort, sales, margin_per_order),
    )
