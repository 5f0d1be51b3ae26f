"""A section of a report on the terminal: 80 columns, with plots of letters where they help.

A number is never cut. A table that is too wide first breaks its titles, then its text, and
is last laid in several pieces one below the other, each with its first column.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from outreach.application import Application
from outreach.cli import output
from outreach.cli.plot import block, inline, spark
from outreach.errors import Text
from outreach.evaluation.document import Column, Document, Plot, Section, Table, totals
from outreach.files.reports.cells import is_number, written

#: Between two columns.
_GAP = 2
#: Text in a table is not broken into pieces narrower than this.
_NARROW = 14
#: The title of the row of totals.
_TOTAL = Text("total")

#: One column laid out: its title and cells, and whether it stands on the right.
Laid = tuple[str, list[str], bool]


def show_document(parts: Application, document: Document) -> None:
    """A whole report: its title, what matters, every section."""
    output.wrap(parts.language.say(document.title), rest="  ")
    if document.subtitle is not None:
        output.say(parts, document.subtitle)
    for sentence in document.headline:
        output.say(parts, sentence)
    for section in document.sections:
        show_section(parts, section)


def show_section(parts: Application, section: Section) -> None:
    """A section under its title: sentences, tables, plots that no table shows, notes."""
    output.say(parts)
    output.wrap(parts.language.say(section.title), rest="  ")
    for sentence in section.lead:
        _wrapped(parts, sentence)
    shown = set()
    for place, table in enumerate(one for one in section.tables if one.rows):
        if place:
            output.say(parts)
        plot = next((one for one in section.plots if one.table is table), None)
        bars = inline(parts, plot) if plot is not None else None
        if _show_table(parts, table, bars, own_title=table.title != section.title):
            shown.add(id(plot))
    sparks = [plot for plot in section.plots if id(plot) not in shown and _told(section, plot)]
    for line in spark(parts, sparks):
        output.say(parts, line)
    for plot in section.plots:
        if id(plot) not in shown and plot not in sparks:
            for line in block(parts, plot):
                output.say(parts, line)
    for note in section.notes:
        _wrapped(parts, note)


def _told(section: Section, plot: Plot) -> bool:
    """A line whose figures stand in a table just above: its course is all that it adds."""
    table = any(one is plot.table for one in section.tables)
    return table and plot.kind == "lines" and len(plot.y) == 1 and plot.low is None


def _wrapped(parts: Application, sentence: Text) -> None:
    output.wrap(parts.language.say(sentence), first="  ", rest="  ")


def _show_table(parts: Application, table: Table, bars: Laid | None, *, own_title: bool) -> bool:
    """Prints it; whether there was room for the bars."""
    if own_title and (title := parts.language.say(table.title)):
        output.wrap(title, first="  ", rest="    ")
    laid = [_laid(parts, table, one) for one in table.columns]
    if bars is not None and totals(table) is not None:
        # The row of totals has no bar.
        bars = (bars[0], [*bars[1], ""], bars[2])
    together = [*laid, bars] if bars is not None else laid
    room = bars is not None and _natural(together) <= output.WIDTH
    for piece in _pieces(together if room else laid):
        for line in _lines(piece, totalled=totals(table) is not None):
            output.say(parts, line)
    if table.basis is not None:
        output.wrap(parts.language.say(table.basis), first="  ", rest="  ")
    return room


def _laid(parts: Application, table: Table, column: Column) -> Laid:
    """A column's title and cells as text, the row of totals last."""
    key, unit, currency = column.key, column.unit, parts.settings.currency
    cells = [written(row.get(key), unit, parts.language, currency) for row in table.rows]
    if (sums := totals(table)) is not None:
        first = column is table.columns[0]
        of_all = written(sums[key], unit, parts.language, currency) if key in sums else ""
        cells.append(parts.language.say(_TOTAL) if first else of_all)
    return (parts.language.say(column.title), cells, is_number(unit))


# --- widths -----------------------------------------------------------------------------------


def _cell_width(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(text)


def _longest_word(text: str) -> int:
    return max((_cell_width(word) for word in text.split()), default=0)


def _content(column: Laid) -> int:
    return max((_cell_width(cell) for cell in column[1]), default=0)


def _natural(columns: Sequence[Laid]) -> int:
    """The width with titles broken between words, if that is what it takes."""
    widths = [max(_content(one), _longest_word(one[0])) for one in columns]
    return _whole(widths)


def _whole(widths: Sequence[int]) -> int:
    return 2 + sum(widths) + _GAP * (len(widths) - 1)


def _least(column: Laid) -> int:
    """As narrow as it may become: numbers whole, words of text whole up to `_NARROW`."""
    title, cells, right = column
    if right:
        return max(_content(column), min(_longest_word(title), _NARROW))
    longest = max((_longest_word(cell) for cell in (title, *cells)), default=0)
    return min(max(longest, 1), _NARROW)


def _pieces(columns: Sequence[Laid]) -> list[list[Laid]]:
    """The columns side by side, or in pieces that fit, each led by the first column."""
    first, *rest = columns
    found: list[list[Laid]] = [[first]]
    for one in rest:
        if _whole([_least(each) for each in (*found[-1], one)]) > output.WIDTH:
            if len(found[-1]) == 1:
                found[-1].append(one)
                continue
            found.append([first])
        found[-1].append(one)
    return found


def _widths(columns: Sequence[Laid]) -> list[int]:
    """What each column gets: its content, then its title, as far as 80 columns go."""
    least = [_least(one) for one in columns]
    wished = [max(_content(one), _longest_word(one[0])) for one in columns]
    full = [max(width, _cell_width(one[0])) for width, one in zip(wished, columns, strict=True)]
    return _grown(_grown(least, wished), full)


def _grown(widths: list[int], wished: Sequence[int]) -> list[int]:
    """Wider where there is room, the narrowest lack first, so that few cells are broken."""
    widths = list(widths)
    by_lack = sorted(range(len(widths)), key=lambda place: wished[place] - widths[place])
    for place in by_lack:
        room = output.WIDTH - _whole(widths)
        widths[place] += max(0, min(room, wished[place] - widths[place]))
    return widths


# --- lines ------------------------------------------------------------------------------------


def _lines(columns: Sequence[Laid], *, totalled: bool) -> list[str]:
    widths = _widths(columns)
    rule = "  " + "─" * (_whole(widths) - 2)
    rights = [right for _, _, right in columns]
    lines = [*_row([title for title, _, _ in columns], widths, rights, low=True), rule]
    rows = list(zip(*(cells for _, cells, _ in columns), strict=True))
    for place, row in enumerate(rows):
        if totalled and place == len(rows) - 1:
            lines.append(rule)
        lines += _row(row, widths, rights)
    return lines


def _row(
    cells: Sequence[str], widths: Sequence[int], rights: Sequence[bool], *, low: bool = False
) -> list[str]:
    """The lines of one row; `low` lets titles stand just above the rule."""
    broken = [_broken(cell, width) for cell, width in zip(cells, widths, strict=True)]
    height = max(map(len, broken))
    if low:
        broken = [[""] * (height - len(lines)) + lines for lines in broken]
    return [
        ("  " + (" " * _GAP).join(map(_padded, line, widths, rights))).rstrip()
        for line in zip_longest(*broken, fillvalue="")
    ]


def _padded(text: str, width: int, right: bool) -> str:
    blanks = " " * (width - _cell_width(text))
    return blanks + text if right else text + blanks


def _broken(text: str, width: int) -> list[str]:
    """Text in lines of that width, between words; a longer word is cut."""
    from rich.cells import chop_cells

    lines = [""]
    for word in text.split(" "):
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if _cell_width(joined) <= width:
            lines[-1] = joined
            continue
        parts = chop_cells(word, width) or [""]
        lines[len(lines) if lines[-1] else 0 :] = parts
    return lines
