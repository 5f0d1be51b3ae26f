"""Plots made of letters: bars beside a table, or a block of lines of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from outreach.application import Application
from outreach.cli import output
from outreach.evaluation.document import Cell, Column, Plot, Unit, column, number
from outreach.files.reports.cells import written

#: The widest bar beside a table, in characters.
_BESIDE = 10
#: The longest name of a row in a block.
_NAME = 24
#: An eighth of a line and more, up to all of it.
_STEPS = "▁▂▃▄▅▆▇█"
#: Rows of a block; a longer curve is shown at so many places.
_ROWS = 24

#: One row of a plot's table.
Row = Mapping[str, Cell]


def inline(parts: Application, plot: Plot) -> tuple[str, list[str], bool] | None:
    """Bars as one more column of the plot's own table; None for what is no bar.

    Of a curve it is the first one: the others are what it is compared with.
    """
    if plot.kind != "curve" and (plot.kind not in ("bars", "funnel", "lines") or len(plot.y) != 1):
        return None
    values = _values(plot, plot.y[0])
    largest = _largest(plot, plot.y[0], values)
    if not largest:
        return None
    return ("", [bar(each, largest, _BESIDE) for each in values], False)


def block(parts: Application, plot: Plot) -> list[str]:
    """The plot in lines of its own, under its title; nothing where nothing is to be seen."""
    rows = _chosen(plot)
    if not any(number(row.get(key)) is not None for row in rows for key in plot.y):
        return []
    lines = ["", *output.pieces(parts.language.say(plot.title), "  ", "    ")]
    if plot.kind == "intervals" and plot.low and plot.high:
        return [*lines, *_intervals(parts, plot)]
    for key in plot.y:
        if len(plot.y) > 1:
            lines += output.pieces(parts.language.say(column(plot.table, key).title), "  ", "    ")
        lines += _bars(parts, plot, key, rows)
    return lines


def spark(parts: Application, plots: Sequence[Plot]) -> list[str]:
    """The course of each line in a row of small bars, where a table already told its figures."""
    drawn = [
        (parts.language.say(plot.title), _course(_values(plot, plot.y[0])))
        for plot in plots
        if _largest(plot, plot.y[0], _values(plot, plot.y[0]))
    ]
    wide = max((len(title) for title, _ in drawn), default=0)
    lines = [f"  {title:<{wide}}  {course}" for title, course in drawn]
    return ["", *lines] if lines else []


def _course(values: Sequence[float | None]) -> str:
    most = max((each for each in values if each is not None), default=0.0)
    return "".join(
        " " if each is None else _STEPS[max(0, min(7, round(each / most * 7)))] for each in values
    )


def bar(value: float | None, largest: float, width: int) -> str:
    """A bar as long as the value; anything above 0 shows."""
    if not value or value < 0 or not largest:
        return ""
    return "█" * round(value / largest * width) or "▏"


def _values(plot: Plot, key: str) -> list[float | None]:
    found = [number(row.get(key)) for row in plot.table.rows]
    return [None if each is None else float(each) for each in found]


def _largest(plot: Plot, key: str, values: Sequence[float | None]) -> float:
    """What a whole bar stands for: 100 % for rates of a funnel, else the largest value."""
    known = [each for each in values if each is not None]
    if plot.kind == "funnel" and column(plot.table, key).unit is Unit.RATE:
        return max(1.0, *known) if known else 0.0
    return max(known, default=0.0)


def _chosen(plot: Plot) -> list[Row]:
    """The rows that are drawn: all of them, or some at even distances, the last one too."""
    rows = list(plot.table.rows)
    if plot.kind not in ("lines", "curve") or len(rows) <= _ROWS:
        return rows
    return [rows[round(place * (len(rows) - 1) / (_ROWS - 1))] for place in range(_ROWS)]


def _names(parts: Application, plot: Plot, rows: Sequence[Row]) -> list[str]:
    of = column(plot.table, plot.x)
    names = [_written(parts, row.get(plot.x), of) for row in rows]
    return [name if len(name) <= _NAME else name[: _NAME - 1] + "…" for name in names]


def _written(parts: Application, cell: Cell, of: Column) -> str:
    return written(cell, of.unit, parts.language, parts.settings.currency)


def _bars(parts: Application, plot: Plot, key: str, rows: Sequence[Row]) -> list[str]:
    of = column(plot.table, key)
    names, told = _names(parts, plot, rows), [_written(parts, row.get(key), of) for row in rows]
    wide, wide_number = max(map(len, names)), max(map(len, told))
    room = output.WIDTH - 2 - wide - 2 - wide_number - 2
    known = [number(row.get(key)) for row in rows]
    values = [None if each is None else float(each) for each in known]
    largest = _largest(plot, key, values)
    return [
        f"  {name:<{wide}}  {figure:>{wide_number}}  {bar(value, largest, room)}".rstrip()
        for name, figure, value in zip(names, told, values, strict=True)
    ]


def _intervals(parts: Application, plot: Plot) -> list[str]:
    """Each row's figure between its bounds, all on one scale; a bar at 0 where it is crossed."""
    rows = [row for row in plot.table.rows if number(row.get(plot.y[0])) is not None]
    of = column(plot.table, plot.y[0])
    names, told = _names(parts, plot, rows), [_written(parts, row.get(of.key), of) for row in rows]
    wide, wide_number = max(map(len, names)), max(map(len, told))
    room = output.WIDTH - 2 - wide - 2 - wide_number - 2
    spans = [_span(plot, row) for row in rows]
    least = min(0.0, *(low for low, _, _ in spans))
    most = max(0.0, *(high for _, _, high in spans))
    if least == most:
        return []
    step = (most - least) / (room - 1)
    return [
        f"  {name:<{wide}}  {figure:>{wide_number}}  "
        + _whisker([round((each - least) / step) for each in (*span, 0.0)], room).rstrip()
        for name, figure, span in zip(names, told, spans, strict=True)
    ]


def _span(plot: Plot, row: Row) -> tuple[float, float, float]:
    """The lower bound, the figure and the upper one; a missing bound is the figure itself."""
    middle = number(row.get(plot.y[0])) or 0
    low, high = number(row.get(plot.low or "")), number(row.get(plot.high or ""))
    return (
        float(middle if low is None else low),
        float(middle),
        float(middle if high is None else high),
    )


def _whisker(places: Sequence[int], room: int) -> str:
    """`├──●──┤`, and `│` where 0 is."""
    low, middle, high, zero = places
    letters = [" "] * room
    letters[zero] = "│"
    letters[low : high + 1] = "─" * (high + 1 - low)
    letters[low], letters[high] = "├", "┤"
    letters[middle] = "●"
    return "".join(letters)
