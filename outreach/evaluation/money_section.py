"""The money of a campaign as sections: costs, result, break-even and budget, steps, customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from outreach.errors import Text
from outreach.evaluation.break_even import MarginOrigin
from outreach.evaluation.cost import Cost, Result
from outreach.evaluation.cost_section import cost_section
from outreach.evaluation.customers_section import customers_section
from outreach.evaluation.document import Section, Unit
from outreach.evaluation.figure_lines import Line, figures
from outreach.evaluation.money import Money
from outreach.evaluation.steps_section import steps_section
from outreach.evaluation.verdict import Verdict

VERDICTS: Mapping[Verdict, Text] = {
    Verdict.RENEW: Text("renew it"),
    Verdict.CHANGE: Text("change it"),
    Verdict.STOP: Text("stop it"),
    Verdict.EVEN: Text("it paid for itself, no more"),
    Verdict.OPEN: Text("open"),
}


def money_sections(found: Money, spent: Cost, outcome: Result) -> tuple[Section, ...]:
    """What it cost, what it brought, what each step added, winning beside keeping."""
    sections = [cost_section(found, spent), result_section(found, spent, outcome)]
    if found.steps:
        sections.append(steps_section(found))
    if found.keeping is not None:
        sections.append(customers_section(found.winning, found.keeping))
    return tuple(sections)


# --- what it brought --------------------------------------------------------------------------


def result_section(found: Money, spent: Cost, outcome: Result) -> Section:
    """Margin against cost, where it breaks even, what a customer cost, the budget."""
    tables = [figures("result", Text("Result"), _result_rows(found, spent, outcome))]
    tables.append(figures("break_even", Text("Break-even"), _break_even_rows(found)))
    if found.budget is not None:
        tables.append(figures("budget", Text("Budget"), _budget_rows(found)))
    return Section(key="result", title=Text("Result"), tables=tuple(tables))


def _result_rows(found: Money, spent: Cost, outcome: Result) -> Sequence[Line]:
    margins = found.margins
    return (
        (Text("orders"), outcome.orders, Unit.COUNT, Text("orders, not people")),
        (Text("revenue"), outcome.revenue, Unit.MONEY, Text("sum of the amounts known")),
        (Text("margin"), outcome.margin, Unit.MONEY, Text("what orders leave before this cost")),
        (Text("cost"), spent.total, Unit.MONEY, Text("touches and fixed costs")),
        (Text("profit"), outcome.profit, Unit.MONEY, Text("margin − cost, never revenue − cost")),
        (Text("return on cost"), outcome.roi, Unit.RATE, Text("profit ÷ cost")),
        (
            Text("average order"),
            margins.average_order_value,
            Unit.MONEY,
            Text("revenue ÷ orders with an amount"),
        ),
        (Text("mark-up"), margins.markup_rate, Unit.RATE, Text("margin ÷ cost of what was sold")),
        (Text("margin rate"), margins.margin_rate, Unit.RATE, Text("margin ÷ price")),
        (
            Text("cost of a new customer"),
            outcome.cac_gross,
            Unit.MONEY,
            Text("cost ÷ new customers"),
        ),
        (
            Text("the same, margin deducted"),
            outcome.cac_net,
            Unit.MONEY,
            Text("(cost − margin) ÷ new customers"),
        ),
    )


def _break_even_rows(found: Money) -> Sequence[Line]:
    even = found.break_even
    origin = {
        MarginOrigin.MEASURED: Text("mean of the orders so far"),
        MarginOrigin.STATED: Text("as the campaign states it"),
        None: Text("no order with its margin yet; see: margin_per_order"),
    }[even.origin]
    return (
        (Text("margin of an order"), even.margin_per_order, Unit.MONEY, origin),
        (Text("orders to break even"), even.orders, Unit.COUNT, Text("cost ÷ margin of an order")),
        (
            Text("least response"),
            even.minimum_response,
            Unit.RATE,
            Text("these orders ÷ people contacted"),
        ),
        (Text("response"), even.response, Unit.RATE, Text("orders ÷ people contacted")),
    )


def _budget_rows(found: Money) -> Sequence[Line]:
    control = found.budget
    assert control is not None
    return (
        (Text("budget"), control.budget, Unit.MONEY, Text("as the campaign states it")),
        (Text("actual"), control.actual, Unit.MONEY, Text("spent so far")),
        (
            Text("variance"),
            control.variance,
            Unit.MONEY,
            Text("actual − budget: favourable")
            if control.favourable
            else Text("actual − budget: unfavourable"),
        ),
        (Text("variance in %"), control.variance_rate, Unit.RATE, Text("variance ÷ budget")),
    )
