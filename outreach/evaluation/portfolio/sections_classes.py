"""Who weighs how much, as sections: the curve and its classes, the scores, the matrix."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from outreach.errors import Text
from outreach.evaluation.document import Column, Plot, Section, Share, Table, Unit
from outreach.evaluation.portfolio.classes import CONVENTION
from outreach.evaluation.portfolio.review import Portfolio, plain
from outreach.evaluation.portfolio.wording import SEGMENTS
from outreach.model.portfolio import Monetary

#: Cells of RFM that are shown; JSON has all of them.
_SHOWN = 8


def classes_section(found: Portfolio) -> Section:
    one = found.concentration
    if not one.curve:
        return Section(key="classes", title=Text("Who weighs how much"))
    curve = _curve(found)
    lead: tuple[Text, ...] = ()
    if one.for_four_fifths is not None:
        lead = (
            Text(
                "{share} % of the customers make 80 % of the turnover (by convention 20 %).",
                share=plain(one.for_four_fifths * 100),
            ),
        )
    return Section(
        key="classes",
        title=Text("Who weighs how much"),
        lead=lead,
        tables=(_classes(found), *_matrix(found), curve),
        plots=(Plot("curve", Text("Concentration of the turnover"), curve, "customers",
                    ("revenue", "convention")),),
        notes=(
            Text("A: the biggest customers who make the first {a} % of the turnover; B: up to"
                 " {b} %; C: the others. Equal turnovers are in one class.",
                 a=plain(found.rules.a * 100), b=plain(found.rules.b * 100)),
        ),
    )  # fmt: skip


def _classes(found: Portfolio) -> Table:
    one = found.concentration
    return Table(
        key="portfolio_abc",
        title=Text("Classes by turnover"),
        columns=(
            Column("name", Text("class"), Unit.TEXT),
            Column("customers", Text("customers"), Unit.COUNT, total="sum"),
            Column("people", Text("of customers"), Unit.RATE),
            Column("usual_people", Text("by convention"), Unit.RATE),
            Column("revenue", Text("turnover"), Unit.MONEY, total="sum"),
            Column("money", Text("of turnover"), Unit.RATE),
            Column("usual_money", Text("by convention"), Unit.RATE),
        ),
        rows=tuple(
            {
                "name": each.name,
                "customers": each.customers,
                "people": each.customer_share,
                "usual_people": CONVENTION[each.name][0],
                "revenue": each.revenue,
                "money": each.revenue_share,
                "usual_money": CONVENTION[each.name][1],
            }
            for each in one.classes
        ),
        basis=Text("{count} customers who ordered in the last twelve months", count=one.customers),
    )


def _curve(found: Portfolio) -> Table:
    return Table(
        key="portfolio_curve",
        title=Text("Concentration of the turnover"),
        columns=(
            Column("customers", Text("biggest customers"), Unit.RATE),
            Column("revenue", Text("share of turnover"), Unit.RATE),
            Column("convention", Text("by convention"), Unit.RATE),
        ),
        rows=tuple(
            {"customers": part, "revenue": money, "convention": _convention(part)}
            for part, money in found.concentration.curve
        ),
    )


def _convention(part: Fraction) -> Fraction:
    """20 % → 80 %, 50 % → 95 %, 100 % → 100 %, straight between them."""
    points = [(Fraction(0), Fraction(0))]
    for people, money in CONVENTION.values():
        points.append((points[-1][0] + people, points[-1][1] + money))
    for (left, low), (right, high) in pairwise(points):
        if part <= right:
            return low + (high - low) * (part - left) / (right - left)
    return Fraction(1)


def _matrix(found: Portfolio) -> tuple[Table, ...]:
    """The segments of the crossed matrix, where any potential is known."""
    if all(cell.name.endswith("?") for cell in found.cells):
        return ()
    return (
        Table(
            key="portfolio_segments",
            title=Text("Turnover (A B C) crossed with potential (1 2 3); P: prospects"),
            columns=(
                Column("segment", Text("segment"), Unit.TEXT),
                Column("contacts", Text("people"), Unit.COUNT, total="sum"),
                Column("revenue", Text("turnover"), Unit.MONEY, total="sum"),
                Column("remaining", Text("remaining potential"), Unit.MONEY, total="sum"),
            ),
            rows=tuple(
                {
                    "segment": SEGMENTS[segment],
                    "contacts": one.contacts,
                    "revenue": one.revenue,
                    "remaining": one.remaining,
                }
                for segment, one in found.segments.items()
            ),
            basis=Text("remaining potential = potential − turnover, never below 0"),
        ),
        Table(
            key="portfolio_cells",
            title=Text("Cells of the matrix"),
            columns=(
                Column("cell", Text("cell"), Unit.TEXT),
                Column("contacts", Text("people"), Unit.COUNT, total="sum"),
                Column("revenue", Text("turnover"), Unit.MONEY, total="sum"),
                Column("potential", Text("potential"), Unit.MONEY, total="sum"),
                Column("remaining", Text("remaining potential"), Unit.MONEY, total="sum"),
            ),
            rows=tuple(
                {
                    "cell": cell.name,
                    "contacts": cell.contacts,
                    "revenue": cell.revenue,
                    "potential": cell.potential,
                    "remaining": cell.remaining,
                }
                for cell in found.cells
                if not cell.name.endswith("?")
            ),
        ),
    )


def scores_section(found: Portfolio) -> Section:
    """RFM: the best cells, and how many customers have each total."""
    cells = found.tally.scores
    if not cells:
        return Section(key="scores", title=Text("RFM scores"))
    ranked = sorted(
        cells, key=lambda c: (-(c.recency + c.frequency + c.monetary), -c.customers, -c.recency)
    )
    per_unit = found.tally.per_unit
    basis = {
        Monetary.SUM: Text("R: days since the last order; F: orders, M: amounts added up"),
        Monetary.AVERAGE: Text("R: days since the last order; F: orders, M: average amount"),
    }[found.rules.monetary]
    return Section(
        key="scores",
        title=Text("RFM scores"),
        tables=(
            Table(
                key="portfolio_rfm",
                title=Text("The best cells"),
                columns=(
                    Column("recency", Text("R"), Unit.COUNT),
                    Column("frequency", Text("F"), Unit.COUNT),
                    Column("monetary", Text("M"), Unit.COUNT),
                    Column("customers", Text("customers"), Unit.COUNT),
                    Column("revenue", Text("turnover"), Unit.MONEY),
                    Column("mean", Text("each"), Unit.MONEY, Share("revenue", "customers")),
                ),
                rows=tuple(
                    {
                        "recency": cell.recency,
                        "frequency": cell.frequency,
                        "monetary": cell.monetary,
                        "customers": cell.customers,
                        "revenue": Fraction(cell.revenue, per_unit),
                        "mean": Fraction(cell.revenue, per_unit * cell.customers),
                    }
                    for cell in ranked[:_SHOWN]
                ),
                basis=basis,
            ),
        ),
        notes=(
            Text(
                "Scores from 1 to {classes}, of the last twelve months: 1 + ⌊{classes} × share of"
                " the customers who are strictly below⌋. Equal values score alike.",
                classes=found.rules.classes,
            ),
        ),
    )
