"""What customers are worth, as a section: over their lives, in the coming year, won back."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from outreach.errors import Text
from outreach.evaluation.document import Cell, Column, Figure, Number, Section, Table, Unit
from outreach.evaluation.portfolio.review import Portfolio, plain

#: A line: what, how much, of which unit, how it is counted.
_Row = tuple[Text, Number | None, Unit, Text]


def worth_section(found: Portfolio) -> Section:
    tables = [
        _table("portfolio_worth", Text("The life of a customer"), list(_life(found))),
        _table("portfolio_model", Text("What they may buy (a model, no promise)"),
               list(_ahead(found))),
        _table("portfolio_win_back", Text("Winning back the lost"), list(_back(found))),
    ]  # fmt: skip
    return Section(
        key="worth",
        title=Text("What customers are worth"),
        tables=tuple(table for table in tables if table.rows),
        notes=tuple(_notes(found)),
    )


def _table(key: str, title: Text, rows: list[_Row]) -> Table:
    cells: list[dict[str, Cell]] = [
        {"name": name, "value": Figure(value, unit), "how": how} for name, value, unit, how in rows
    ]
    return Table(
        key=key,
        title=title,
        columns=(
            Column("name", Text("figure"), Unit.TEXT),
            Column("value", Text("value"), Unit.NUMBER),
            Column("how", Text("how"), Unit.TEXT),
        ),
        rows=tuple(cells),
    )


def _life(found: Portfolio) -> Iterator[_Row]:
    one = found.worth
    if one is None:
        return
    yield (Text("in turnover"), one.revenue, Unit.MONEY,
           Text("basket {basket} × {frequency} orders a year × {years} years",
                basket=plain(one.basket), frequency=plain(one.orders_per_year),
                years=plain(one.years)))  # fmt: skip
    rate = (
        Text("not known: no order has its margin")
        if one.margin_rate is None
        else Text("× margin of {rate} %", rate=plain(one.margin_rate * 100))
    )
    yield Text("in margin"), one.margin, Unit.MONEY, rate
    yield (Text("discounted"), one.discounted, Unit.MONEY,
           Text("margin of {years} years, discount {discount} %, retention counted in",
                years=one.horizon, discount=plain(one.discount * 100)))  # fmt: skip
    yield (Text("cost of winning one"), one.cac, Unit.MONEY,
           Text("touches of prospects ÷ customers won, without fixed costs"))  # fmt: skip
    yield Text("left of it"), one.net, Unit.MONEY, Text("discounted margin − cost")


def _ahead(found: Portfolio) -> Iterator[_Row]:
    one = found.outlook
    if one is None:
        return
    yield (Text("still alive"), one.alive, Unit.NUMBER,
           Text("of {count} customers", count=one.of))  # fmt: skip
    yield Text("orders next year"), one.orders, Unit.NUMBER, Text("days with orders")
    yield Text("turnover next year"), one.revenue, Unit.MONEY, Text("orders × expected amount")
    yield (Text("turnover to come"), one.lifetime, Unit.MONEY,
           Text("of {years} years, discounted", years=found.rules.years))  # fmt: skip


def _back(found: Portfolio) -> Iterator[_Row]:
    one = found.win_back
    if not one.lost:
        return
    yield (Text("lost"), one.lost, Unit.COUNT,
           Text("{count} of them after a single order", count=one.at_once))  # fmt: skip
    yield (Text("turnover of a year"), one.yearly_revenue, Unit.MONEY,
           Text("of all of them, as while they bought"))  # fmt: skip
    origin = (
        Text("came back ÷ lost at the start") if one.measured else Text("as outreach.yaml states")
    )
    yield Text("chance"), one.chance, Unit.RATE, origin
    yield Text("cost of asking"), one.cost, Unit.MONEY, Text("all of them")
    yield (Text("worth of asking"), one.value, Unit.MONEY,
           Text("chance × margin of a year − cost"))  # fmt: skip


def _notes(found: Portfolio) -> Iterator[Text]:
    one = found.outlook
    if one is None:
        return
    buying = one.buying
    yield Text(
        "BG/NBD in weeks: r {r}, α {alpha}, a {a}, b {b}",
        r=_short(buying.r), alpha=_short(buying.alpha), a=_short(buying.a), b=_short(buying.b),
    )  # fmt: skip
    if one.fitted < one.of:
        yield Text(
            "fitted to {some} of {all} customers, every n-th one", some=one.fitted, all=one.of
        )


def _short(value: float) -> object:
    return round(plain(Fraction(value) * 10) / 10, 3)
