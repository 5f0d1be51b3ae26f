"""What each further step added, and whether it is worth its cost, as a section of a report."""

from __future__ import annotations

from collections.abc import Mapping

from outreach.errors import Text
from outreach.evaluation.document import Column, Plot, Section, Share, Table, Unit
from outreach.evaluation.marginal import StepVerdict, StepYield
from outreach.evaluation.money import Money

_STEP_VERDICTS: Mapping[StepVerdict, Text] = {
    StepVerdict.KEEP: Text("keep"),
    StepVerdict.DROP: Text("leave out"),
    StepVerdict.OPEN: Text("open"),
}


def steps_section(found: Money) -> Section:
    """The marginal yield and profit of each further step, and whether it is worth its cost."""
    paid = _step_money(found)
    plot = Plot(
        kind="bars",
        title=Text("Cost and margin by step"),
        table=paid,
        x="step",
        y=("cost", "margin"),
    )
    return Section(
        key="steps",
        title=Text("What each further step added"),
        tables=(_step_yield(found), paid),
        plots=(plot,),
    )


def _step_yield(found: Money) -> Table:
    earlier = any(one.earlier_answers or one.earlier_orders for one in found.steps)
    # A formula would divide in every row, also where the people are others than the orders'.
    plain = not earlier and all(one.step is not None for one in found.steps)
    answered = Share("answers", "people") if plain else None
    ordered = Share("orders", "people") if plain else None
    basis = Text(
        "What came after a step and before the next one is what it added. Part of it would"
        " have come anyway: compare with a control group."
    )
    if earlier:
        basis = Text(
            "What came after a step and before the next one is what it added, in the period;"
            " shares are without what came of touches made before it."
        )
    return Table(
        key="step_yield",
        title=Text("People and orders"),
        columns=(
            Column("step", Text("step"), Unit.TEXT),
            Column("people", Text("people"), Unit.COUNT),
            Column("answers", Text("first answers"), Unit.COUNT, total="sum"),
            Column("answered", Text("of people"), Unit.RATE, formula=answered),
            Column("orders", Text("orders"), Unit.COUNT, total="sum"),
            Column("ordered", Text("of people"), Unit.RATE, formula=ordered),
        ),
        rows=tuple(
            {
                "step": step_name(one),
                "people": one.people,
                "answers": one.answers,
                "answered": one.answer_rate,
                "orders": one.orders,
                "ordered": one.order_rate,
            }
            for one in found.steps
        ),
        basis=basis,
    )


def _step_money(found: Money) -> Table:
    return Table(
        key="step_money",
        title=Text("Money"),
        columns=(
            Column("step", Text("step"), Unit.TEXT),
            Column("cost", Text("cost"), Unit.MONEY, total="sum"),
            Column("margin", Text("margin"), Unit.MONEY, total="sum"),
            Column("profit", Text("profit"), Unit.MONEY, total="sum"),
            Column("needed", Text("orders that pay for it"), Unit.COUNT),
            Column("verdict", Text("verdict"), Unit.TEXT),
        ),
        rows=tuple(
            {
                "step": step_name(one),
                "cost": one.cost,
                "margin": one.margin,
                "profit": one.profit,
                "needed": one.break_even_orders,
                "verdict": _STEP_VERDICTS[one.verdict] if one.verdict else None,
            }
            for one in found.steps
        ),
        basis=Text("Without the fixed costs, which no step brings about."),
    )


def step_name(one: StepYield) -> Text | str:
    return one.step or Text("beside all steps")
