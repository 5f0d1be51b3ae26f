"""A report as the renderings get it, with all that is hard about one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

from outreach.errors import Text
from outreach.evaluation.document import (
    Column,
    Document,
    Figure,
    Plot,
    Section,
    Share,
    Table,
    Unit,
)

#: The chain of the course sheet: 500 letters, 50 appointments, 10 quotes, 5 orders.
CHAIN = Table(
    key="chain",
    title=Text("Distinct people who came that far"),
    columns=(
        Column("stage", Text("stage"), Unit.TEXT),
        Column("people", Text("people"), Unit.COUNT),
        Column("previous", Text("of previous"), Unit.RATE,
               formula=Share("people", "people", of="previous")),
        Column("first", Text("of the first"), Unit.RATE,
               formula=Share("people", "people", of="first")),
    ),
    rows=tuple(
        {
            "stage": stage,
            "people": people,
            "previous": Fraction(people, before) if before else None,
            "first": Fraction(people, 500),
        }
        for stage, people, before in (
            ("contacted", 500, 0), ("appointment", 50, 500), ("quote", 10, 50), ("order", 5, 10),
        )
    ),
    basis=Text("rates of people, not of attempts"),
)  # fmt: skip

#: What people call their segments: long, like a formula, like a tag; one of nobody.
NAMES = ("Établissements d'enseignement supérieur de la Bretagne", "=cmd|'/C calc'!A0",
         "</script><b>x", "nobody")  # fmt: skip

SEGMENTS = Table(
    key="segments",
    title=Text("By segment"),
    columns=(
        Column("name", Text("segment"), Unit.TEXT),
        Column("people", Text("people"), Unit.COUNT, total="sum"),
        Column("orders", Text("orders"), Unit.COUNT, total="sum"),
        Column("rate", Text("orders of people"), Unit.RATE, formula=Share("orders", "people"),
               total=Share("orders", "people")),
        Column("share", Text("share of all"), Unit.RATE,
               formula=Share("people", "people", of="total")),
        Column("revenue", Text("revenue"), Unit.MONEY, total="sum"),
        Column("profit", Text("profit"), Unit.MONEY, total="sum"),
        Column("last", Text("last order"), Unit.DATE),
    ),
    rows=tuple(
        {
            "name": name,
            "people": people,
            "orders": orders,
            "rate": Fraction(orders, people) if people else None,
            "share": Fraction(people, 1501),
            "revenue": Decimal("12345.67") * orders,
            "profit": profit,
            "last": last,
        }
        for name, people, orders, profit, last in (
            (NAMES[0], 1200, 7, Decimal("85185.19"), date(2027, 3, 8)),
            (NAMES[1], 300, 2, Decimal("23456.84"), date(2027, 3, 3)),
            (NAMES[2], 1, 0, Decimal("-1234.50"), None),
            (NAMES[3], 0, 0, None, None),
        )
    ),
)  # fmt: skip

LIFT = Table(
    key="lift",
    title=Text("Difference"),
    columns=(
        Column("pair", Text("groups"), Unit.TEXT),
        Column("difference", Text("difference"), Unit.RATE),
        Column("low", Text("at least"), Unit.RATE),
        Column("high", Text("at most"), Unit.RATE),
    ),
    rows=(
        {"pair": "b − a", "difference": Fraction(3, 100), "low": -0.01, "high": 0.07},
        {"pair": "c − a", "difference": Fraction(-3, 100), "low": -0.05, "high": -0.01},
    ),
)

MONTHS = Table(
    key="months",
    title=Text("Effort and revenue"),
    columns=(
        Column("month", Text("month"), Unit.DATE),
        Column("touches", Text("touches"), Unit.COUNT),
        Column("revenue", Text("revenue"), Unit.MONEY),
    ),
    rows=tuple(
        {
            "month": date(2027, month, 1),
            "touches": 100 * (month % 2),
            "revenue": Decimal(10_000 * ((month + 1) % 2)),
        }
        for month in range(1, 13)
    ),
)

FIGURES = Table(
    key="figures",
    title=Text("Figures"),
    columns=(
        Column("name", Text("figure"), Unit.TEXT),
        Column("value", Text("value"), Unit.NUMBER),
    ),
    rows=(
        {"name": Text("orders"), "value": Figure(5, Unit.COUNT)},
        {"name": Text("cost"), "value": Figure(Decimal("600.00"), Unit.MONEY)},
        {"name": Text("return on cost"), "value": Figure(Fraction(3, 2), Unit.RATE)},
        {"name": Text("orders to break even"), "value": Figure(None, Unit.COUNT)},
    ),
)

#: Has no rows: is shown nowhere.
NOTHING = Table("nothing", Text("Nothing at all"), LIFT.columns, ())

REPORT = Document(
    title=Text("Open day"),
    subtitle=Text("520 enrolled, 50 in the control group"),
    headline=(Text("Verdict: renew it"), Text("5 orders of 500 people contacted.")),
    sections=(
        Section(
            key="chain", title=Text("The chain"), lead=(Text("220 attempts on 99 people."),),
            tables=(CHAIN,), plots=(Plot("funnel", Text("How far"), CHAIN, "stage", ("first",)),),
            notes=(Text("Who answered without a letter is not in it."),),
        ),
        Section(
            key="segments", title=Text("By segment"), tables=(SEGMENTS,),
            plots=(Plot("bars", Text("Orders"), SEGMENTS, "name", ("orders",)),),
        ),
        Section(
            key="lift", title=Text("Groups [compared]: a/b"), tables=(LIFT, NOTHING, FIGURES),
            plots=(Plot("intervals", Text("Lift"), LIFT, "pair", ("difference",), "low", "high"),),
        ),
        Section(
            key="months", title=Text("Month by month"), tables=(MONTHS,),
            plots=(Plot("lines", Text("Effort"), MONTHS, "month", ("touches", "revenue")),),
        ),
    ),
)  # fmt: skip


def long_winded() -> Document:
    """Twice as much of everything as fits on a page, in words without end."""
    endless = Text(("Rechtsschutzversicherungsgesellschaften " * 9).strip())
    words = Text(("Une phrase bien plus longue que prévu, pour voir. " * 12).strip())
    table = Table(
        key="long",
        title=endless,
        columns=tuple(
            Column(f"c{place}", endless, Unit.TEXT if place == 0 else Unit.MONEY, total="sum")
            for place in range(14)
        ),
        rows=tuple(
            {f"c{place}": "É" * 90 if place == 0 else Decimal("123456789.12")
             for place in range(14)}
            for _ in range(40)
        ),
        basis=words,
    )  # fmt: skip
    section = Section(
        key="long", title=endless, lead=(words,), tables=(table,),
        plots=(Plot("bars", endless, table, "c0", ("c1",)),), notes=(words,),
    )  # fmt: skip
    return Document(title=endless, subtitle=words, headline=(words,) * 9, sections=(section,) * 9)
