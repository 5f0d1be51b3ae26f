"""What a report shows, before anybody knows on what: sections of sentences, tables and plots.

One model, five renderings: the terminal (`cli/document.py`), HTML, XLSX, Word and PDF
(`files/reports/`). A figure stands in it as an exact number with its unit and becomes words
only there, in the reader's language; a share of two columns stays a formula, so that a
workbook computes it from the counts beside it. Nothing here formats, sorts or draws.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Literal

from outreach.errors import Text
from outreach.model.money import to_decimal
from outreach.model.value import value


class Unit(StrEnum):
    """What a number counts, hence how it is written."""

    TEXT = "text"
    #: Whole things: people, touches, orders.
    COUNT = "count"
    #: Any other number: points, orders expected, a mean.
    NUMBER = "number"
    #: A fraction of 1, shown as a percentage.
    RATE = "rate"
    #: Units of the workspace's currency.
    MONEY = "money"
    DAYS = "days"
    HOURS = "hours"
    DATE = "date"
    #: A month, by its first day.
    MONTH = "month"


#: A number as the figures hold it; None is "undefined", shown as a dash, never as 0.
Number = int | Fraction | Decimal | float


@value
class Figure:
    """A cell with a unit of its own, where a column lists figures of several kinds."""

    value: Number | date | None
    unit: Unit


Cell = Text | str | Number | date | Figure | None


@value
class Share:
    """One column divided by another, by their keys: `row[over] / row[under]`.

    `of` says whose `under`: the row's own, that of the row before it, of the first row, or the
    sum of the whole column.
    """

    over: str
    under: str
    of: Literal["row", "previous", "first", "total"] = "row"


@value
class Column:
    """A column: the key of its cells, what stands above them, what they count."""

    key: str
    title: Text
    unit: Unit
    #: How a workbook computes the cell; the rows hold the same number.
    formula: Share | None = None
    #: What the last row shows; a share is computed from the summed columns.
    total: Literal["sum"] | Share | None = None


@value
class Table:
    """Rows by column key. `basis` says what was counted, and what the rates are of."""

    key: str
    title: Text
    columns: tuple[Column, ...]
    rows: tuple[Mapping[str, Cell], ...]
    basis: Text | None = None


@value
class Plot:
    """A picture of some columns of a table: `x` names the rows, `y` the columns drawn.

    `low` and `high` are the columns of an interval's bounds, drawn for "intervals" and "lines".
    """

    kind: Literal["bars", "lines", "funnel", "intervals", "curve"]
    title: Text
    table: Table
    x: str
    y: tuple[str, ...]
    low: str | None = None
    high: str | None = None


@value
class Section:
    """A part of a report: sentences that lead, tables, pictures of them, notes at the end."""

    key: str
    title: Text
    lead: tuple[Text, ...] = ()
    tables: tuple[Table, ...] = ()
    plots: tuple[Plot, ...] = ()
    notes: tuple[Text, ...] = ()


@value
class Document:
    """A whole report. `headline` is what somebody with one minute reads."""

    title: Text
    subtitle: Text | None
    headline: tuple[Text, ...]
    sections: tuple[Section, ...]


def column(table: Table, key: str) -> Column:
    """The column with that key. Raises `KeyError`, a mistake of ours, where there is none."""
    for one in table.columns:
        if one.key == key:
            return one
    raise KeyError(f"table {table.key!r} has no column {key!r}")


def number(cell: Cell) -> Number | None:
    """The number of a cell; None for what is none."""
    bare = cell.value if isinstance(cell, Figure) else cell
    return bare if isinstance(bare, int | Fraction | Decimal | float) else None


def totals(table: Table) -> Mapping[str, Cell] | None:
    """The last row, by the columns' keys; None where no column has a total.

    A sum passes over undefined cells; the share of a sum of 0 is undefined.
    """
    if not table.rows or not any(one.total for one in table.columns):
        return None
    sums = {one.key: _sum(table, one.key) for one in table.columns}
    return {
        one.key: sums[one.key] if one.total == "sum" else divided(sums, one.total)
        for one in table.columns
        if one.total is not None
    }


def divided(row: Mapping[str, Cell], share: Share) -> Number | None:
    """What a share comes to in a row of cells; undefined where the divisor is 0 or missing."""
    over, under = number(row.get(share.over)), number(row.get(share.under))
    if over is None or not under:
        return None
    if isinstance(over, float) or isinstance(under, float):
        return float(over) / float(under)
    return Fraction(over) / Fraction(under)


def _sum(table: Table, key: str) -> Number | None:
    found = [each for row in table.rows if (each := number(row.get(key))) is not None]
    if not found:
        return None
    if any(isinstance(each, float) for each in found):
        return sum(float(each) for each in found)
    if all(isinstance(each, int) for each in found):
        return sum(int(each) for each in found)
    whole = sum((Fraction(each) for each in found), Fraction(0))
    if all(isinstance(each, int | Decimal) for each in found):
        return to_decimal(whole)
    return whole
