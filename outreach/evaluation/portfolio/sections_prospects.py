"""The stock of prospects as a section: month by month, its warnings, what it led to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction

from outreach.errors import Plural, Text
from outreach.evaluation.document import Cell, Column, Plot, Section, Table, Unit
from outreach.evaluation.portfolio.prospects import Alarm, Level, stock_of
from outreach.evaluation.portfolio.review import Portfolio, plain
from outreach.model.portfolio import Boundary


def prospects_section(found: Portfolio) -> Section:
    months, sources = _months(found), _sources(found)
    return Section(
        key="prospects",
        title=Text("Prospects: where the turnover to come is"),
        tables=(months, *((sources,) if sources.rows else ())),
        plots=tuple(_plots(found, months)),
        notes=tuple(_prospect_notes(found)),
    )


def _plots(found: Portfolio, months: Table) -> Iterator[Plot]:
    """The stock, then prospecting above turnover; nothing is drawn of what never was."""
    if any(found.prospects.months):
        title = Text("Prospects at the end of the month")
        yield Plot("lines", title, months, "month", ("stock",))
    if any(month.touches for month in found.tally.months):
        yield Plot("lines", Text("Touches of prospects by month"), months, "month", ("touches",))
    if any(month.revenue for month in found.tally.months):
        yield Plot("lines", Text("Turnover by month"), months, "month", ("revenue",))


def _months(found: Portfolio) -> Table:
    per_unit, boundary = found.tally.per_unit, found.rules.prospect
    rows: tuple[dict[str, Cell], ...] = tuple(
        {
            "month": month.start,
            "stock": stock_of(month, boundary),
            "new": month.new_prospects,
            "touches": month.touches,
            "won": month.conversions,
            "orders": month.orders,
            "revenue": Fraction(month.revenue, per_unit),
        }
        for month in found.tally.months
    )
    days = {"first": found.since + timedelta(days=1), "last": found.on}
    basis = {
        Boundary.ON_FILE: Text(
            "from {first} to {last}; prospects: on file, no customers, neither set aside as arid"
            " nor opted out",
            **days,
        ),
        Boundary.CONTACTED: Text(
            "from {first} to {last}; prospects: contacted, no customers, neither set aside as arid"
            " nor opted out",
            **days,
        ),
    }[boundary]
    return Table(
        key="portfolio_months",
        title=Text("Prospecting and turnover by month"),
        columns=(
            Column("month", Text("month"), Unit.MONTH),
            Column("stock", Text("prospects"), Unit.COUNT),
            Column("new", Text("new prospects"), Unit.COUNT, total="sum"),
            Column("touches", Text("touches"), Unit.COUNT, total="sum"),
            Column("won", Text("won"), Unit.COUNT, total="sum"),
            Column("orders", Text("orders"), Unit.COUNT, total="sum"),
            Column("revenue", Text("turnover"), Unit.MONEY, total="sum"),
        ),
        rows=rows,
        basis=basis,
    )


def _sources(found: Portfolio) -> Table:
    rows: tuple[dict[str, Cell], ...] = tuple(
        {"source": source or Text("not known"), "new": count}
        for source, count in found.prospects.by_source[:10]
    )
    return Table(
        key="portfolio_sources",
        title=Text("New prospects by source"),
        columns=(
            Column("source", Text("source"), Unit.TEXT),
            Column("new", Text("new prospects"), Unit.COUNT, total="sum"),
        ),
        rows=rows,
    )


def warnings(found: Portfolio) -> list[Text]:
    """What cannot wait, for the head of the review."""
    one = found.prospects
    lines: list[Text] = []
    if one.wanted is not None and one.stock < one.wanted:
        lines.append(
            Text(
                "{loudness}: {stock} prospects, {wanted} are needed{since}",
                loudness=loudness(one.alarm),
                stock=one.stock,
                wanted=one.wanted,
                since=lasting(one.alarm),
            )
        )
    if one.stopped and one.silent_days is not None:
        lines.append(
            Plural(
                "Prospecting has stopped: no touch of a prospect for {count} day, while orders are"
                " delivered. The next months are decided now.",
                "Prospecting has stopped: no touch of a prospect for {count} days, while orders are"
                " delivered. The next months are decided now.",
                one.silent_days,
            )
        )
    return lines


def loudness(alarm: Alarm) -> Text:
    if alarm.start_up:
        return Text("no alarm at the start")
    return {
        Level.NONE: Text("noted"),
        Level.NOTICE: Text("watch out"),
        Level.WARNING: Text("warning"),
        Level.ALARM: Text("ALARM"),
    }[alarm.level]


def lasting(alarm: Alarm) -> Text:
    if alarm.months < 2:
        return Text("")
    return Plural(", for {count} month already", ", for {count} months already", alarm.months)


def _prospect_notes(found: Portfolio) -> list[Text]:
    one = found.prospects
    notes: list[Text] = []
    if one.sawtooth is not None:
        notes.append(
            Text(
                "saw-tooth index of the turnover: {index} (standard deviation ÷ mean of whole"
                " months; 0: always the same, 1: every other month nothing)",
                index=plain(Fraction(one.sawtooth)),
            )
        )
    told = [each for each in one.relation if each.correlation is not None]
    if told:
        best = max(told, key=lambda each: each.correlation or 0)
        notes.append(
            Plural(
                "prospects at the end of a month and conversions in the month after move"
                " together by {correlation} (Pearson; pairs of months: {pairs})",
                "prospects at the end of a month and conversions {count} months after move"
                " together by {correlation} (Pearson; pairs of months: {pairs})",
                best.lag + 1,
                pairs=best.months,
                correlation=plain(Fraction(best.correlation or 0)),
            )
        )
    if one.conversion_rate is not None:
        notes.append(
            Text(
                "conversion: {won} became customers ÷ {new} new prospects = {rate} %",
                won=one.conversions,
                new=one.new,
                rate=plain(one.conversion_rate * 100),
            )
        )
    rate = one.relation[0].rate if one.relation else None
    if rate:
        notes.append(
            Text(
                "of 1,000 prospects {count} become customers in a month",
                count=plain(rate * 1000),
            )
        )
    return notes
