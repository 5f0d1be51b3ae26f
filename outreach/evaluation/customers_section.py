"""What winning, keeping and losing a customer costs, as a section of a report."""

from __future__ import annotations

from collections.abc import Sequence

from outreach.errors import Plural, Text
from outreach.evaluation.attrition_cost import AttritionCost
from outreach.evaluation.customers import Customers
from outreach.evaluation.document import Section, Unit
from outreach.evaluation.figure_lines import Line, figures
from outreach.evaluation.money import Keeping, Winning


def firm_sections(found: Customers) -> tuple[Section, ...]:
    """Of several campaigns: winning beside keeping beside losing a customer."""
    return (customers_section(found.winning, found.keeping, found.losing),)


def customers_section(
    won: Winning, kept: Keeping | None, lost: AttritionCost | None = None
) -> Section:
    """What winning a customer costs, beside keeping one, beside losing one."""
    rows: list[Line] = [
        (
            Text("winning one"),
            won.per_new_customer,
            Unit.MONEY,
            Plural(
                "cost of their attempts ÷ {count} new customer",
                "cost of their attempts ÷ {count} new customers",
                won.new_customers,
            ),
        ),
        (
            Text("the same, margin deducted"),
            won.net_per_new_customer,
            Unit.MONEY,
            Text("less the margin of prospects' orders"),
        ),
    ]
    if kept is not None:
        rows.append(
            (
                Text("keeping one"),
                kept.per_customer,
                Unit.MONEY,
                Plural(
                    "cost of their attempts ÷ {count} customer contacted or tried",
                    "cost of their attempts ÷ {count} customers contacted or tried",
                    kept.customers,
                ),
            )
        )
    tables = [figures("customers", Text("What a customer costs"), rows)]
    if lost is not None:
        tables.append(figures("attrition", Text("What losing one costs"), _attrition_rows(lost)))
    return Section(
        key="customers",
        title=Text("Winning and keeping customers")
        if lost is None
        else Text("Winning, keeping and losing customers"),
        tables=tuple(tables),
        notes=(Text("Fixed costs are shared by the number of attempts."),),
    )


def _attrition_rows(lost: AttritionCost) -> Sequence[Line]:
    return (
        (
            Text("margin foregone"),
            lost.lost_margin,
            Unit.MONEY,
            Text("margin of a year × years left"),
        ),
        (Text("another in his place"), lost.replacement, Unit.MONEY, Text("cost of winning one")),
        (Text("both"), lost.total, Unit.MONEY, Text("the first is foregone, the second is spent")),
        (
            Text("margin of a year"),
            lost.yearly_margin,
            Unit.MONEY,
            Text("margin of last year's orders ÷ last year's customers"),
        ),
        (
            Text("years left"),
            lost.remaining_years,
            Unit.NUMBER,
            Text("customers of a year ago ÷ those of them lost since, by life stage"),
        ),
    )
