"""What of a report goes on one page for the boss: the headline, a picture, the first tables.

Sections come in the report's own order, each with its first table, as long as there is room.
Room is counted in points and generously: letters are taken for wider than they are, and every
row of a table is exactly as high as is said here. Whatever is cut ends in "…".
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from outreach.errors import Plural, Text
from outreach.evaluation.document import Cell, Column, Document, Plot, Section, Table, totals
from outreach.files.reports.cells import is_number, paragraphs, written
from outreach.language import Language

#: A4 within margins of 18 mm at the sides and 15 mm above and below, in points.
WIDTH = 493
_HEIGHT = 756
#: Left empty at the foot, for what another program writes a little larger.
_SPARE = 24
#: Heights in points: a line of each kind of text, a row, a row of titles, a picture.
TITLE_LINE, LINE, SMALL_LINE, ROW = 23, 15, 12, 14
HEADING = 24
PICTURE = 118
#: Sizes of type, in points.
TITLE_SIZE, SIZE, CELL_SIZE, SMALL_SIZE = 18, 11, 9, 8
_TITLE_LINES, _SENTENCE_LINES, _HEAD_LINES = 2, 3, 18
#: Of each table at first, so that there is room for several.
_ROWS = 8
#: Of what goes on from month to month: half a year.
_MONTHS = 6
#: A second line of text in a cell, and how much two lines hold, broken between words.
_SECOND, _TWO = 11, 1.8
_FEWEST_ROWS = 2
#: How much wider than plain letters bold ones are.
_BOLD = 1.1
#: Between a cell's text and its borders, both sides together, in points.
_PADDING = 12
#: The narrowest column of names, in points.
_NAMES = 110

#: Some rows of a table.
Rows = Sequence[Mapping[str, Cell]]
#: A column: its title, its cells, whether it stands on the right.
Laid = tuple[str, list[str], bool]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as it stands on the page; widths in points, cells cut to fit their column."""

    widths: tuple[int, ...]
    on_the_right: tuple[bool, ...]
    titles: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    #: Whether the last row is one of totals.
    totalled: bool

    @property
    def heights(self) -> tuple[int, ...]:
        """Of each row, in points: text that is too long for its column takes a second line."""
        return tuple(ROW + _SECOND * self._breaks(row) for row in self.rows)

    def _breaks(self, row: Sequence[str]) -> bool:
        pairs = zip(row, self.widths, strict=True)
        return any(width_of(cell, CELL_SIZE) > width - _PADDING for cell, width in pairs)

    @property
    def head_height(self) -> int:
        """Of the row of titles, in points: one line, or two where a title needs them."""
        pairs = zip(self.titles, self.widths, strict=True)
        two = any(width_of(said, CELL_SIZE) * _BOLD > width - _PADDING for said, width in pairs)
        return ROW + 12 * two


@dataclass(frozen=True, slots=True)
class Block:
    """A section on the page."""

    heading: str
    grid: Grid
    #: What was counted; how many rows were left out.
    remark: str


@dataclass(frozen=True, slots=True)
class OnePage:
    """All that stands on the page."""

    title: str
    subtitle: str
    headline: tuple[str, ...]
    plot: Plot | None
    blocks: tuple[Block, ...]


def one_page(document: Document, language: Language, currency: str) -> OnePage:
    """What fits on one sheet of A4."""
    title = cut(language.say(document.title), TITLE_SIZE, WIDTH * _TITLE_LINES)
    subtitle = cut(language.say(document.subtitle) if document.subtitle else "", SIZE, WIDTH)
    headline = _headline(paragraphs(document.headline, language))
    plot = next((plot for one in document.sections for plot in one.plots if _seen(plot)), None)
    used = TITLE_LINE * _lines(title, TITLE_SIZE) + LINE * bool(subtitle)
    used += sum(LINE * _lines(said, SIZE) for said in headline) + LINE
    used += PICTURE + SMALL_LINE if plot else 0
    room = _HEIGHT - _SPARE - used
    blocks = _filled(document.sections, room, language, currency)
    return OnePage(title, subtitle, headline, plot, tuple(blocks))


def _filled(
    sections: Sequence[Section], room: int, language: Language, currency: str
) -> list[Block]:
    """Some rows of every section that fits; what is then left goes to the first that were cut."""
    taken: list[tuple[Section, Block]] = []
    for section in sections:
        block = _block(section, room, language, currency)
        if block is not None:
            taken.append((section, block))
            room -= height(block)
    blocks = []
    for section, block in taken:
        room += height(block)
        more = _block(section, room, language, currency, whole=True) or block
        better = more if len(more.grid.rows) > len(block.grid.rows) else block
        blocks.append(better)
        room -= height(better)
    return blocks


def _headline(sentences: Sequence[str]) -> tuple[str, ...]:
    """The first sentences, as many as leave room for the rest."""
    found: list[str] = []
    lines = 0
    for said in sentences:
        short = cut(said, SIZE, WIDTH * _SENTENCE_LINES)
        lines += _lines(short, SIZE)
        if lines > _HEAD_LINES:
            break
        found.append(short)
    return tuple(found)


def height(block: Block) -> int:
    """What a block takes of the page, in points."""
    grid = block.grid
    rows = sum(grid.heights)
    return HEADING + grid.head_height + rows + SMALL_LINE * bool(block.remark)


def width_of(text: str, size: float) -> float:
    """How wide text is at most, in points: a little more than in Calibri or Liberation Sans."""
    return sum(_letter(letter) for letter in text) * size


def cut(text: str, size: float, width: float) -> str:
    """Text that is no wider than that."""
    if width_of(text, size) <= width:
        return text
    while text and width_of(text + "…", size) > width:
        text = text[:-1]
    return text.rstrip() + "…"


def _letter(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in "WF":
        return 1.05
    if letter in "mwMW@%€œŒ…–—÷":
        return 0.85
    if letter in "ijltfr.,;:'’|!()[] \u00a0\u202f-":
        return 0.32
    return 0.68 if letter.isupper() else 0.54


def _lines(text: str, size: float) -> int:
    return 1 + int(width_of(text, size) // (WIDTH * 0.95))


def _seen(plot: Plot) -> bool:
    return any(row.get(key) is not None for row in plot.table.rows for key in plot.y)


def _block(
    section: Section, room: int, language: Language, currency: str, *, whole: bool = False
) -> Block | None:
    """The section's first table, with as many rows as there is room for, `whole` or a few of them.

    The first rows; of what goes on from month to month the last ones.
    """
    table = next((one for one in section.tables if one.rows), None)
    if table is None:
        return None
    last = totals(table) is not None
    # At most: titles of two lines, text of two lines, a remark take some of it again.
    fits = (room - HEADING - ROW) // ROW - last
    if fits < min(_FEWEST_ROWS, len(table.rows)):
        return None
    goes_on = any(plot.kind == "lines" and plot.table is table for plot in section.plots)
    few = _MONTHS if goes_on else _ROWS
    count = min(len(table.rows), len(table.rows) if whole else few, fits)
    # With fewer rows rather than with cut text, down to a few: these are cut then.
    for lines in (_TWO, 1):
        for some in range(count, min(_FEWEST_ROWS, count) - 1, -1):
            rows = table.rows[-some:] if goes_on else table.rows[:some]
            block = _with_rows(section, table, rows, lines, language, currency)
            if height(block) <= room:
                return block
    return None


def _with_rows(
    section: Section, table: Table, rows: Rows, lines: float, language: Language, currency: str
) -> Block:
    heading = cut(language.say(section.title), SIZE + 1, WIDTH)
    grid = _grid(table, rows, lines, language, currency)
    said = [language.say(table.basis)] if table.basis is not None else []
    if more := len(table.rows) - len(rows):
        said.insert(0, language.say(Plural("and {count} more row", "and {count} more rows", more)))
    return Block(heading, grid, cut(" · ".join(said), SMALL_SIZE, WIDTH))


def _grid(table: Table, rows: Rows, lines: float, language: Language, currency: str) -> Grid:
    """Numbers get the room they take, text what is left; columns that do not fit are left out."""
    laid = [_laid(table, one, rows, language, currency) for one in table.columns]
    widths = _widths(laid)
    columns = laid[: len(widths)]
    cells = [
        [cut(cell, CELL_SIZE, (width - _PADDING) * (1 if right else lines)) for cell in column]
        for (_, column, right), width in zip(columns, widths, strict=True)
    ]
    return Grid(
        widths=tuple(widths),
        on_the_right=tuple(right for _, _, right in columns),
        titles=tuple(
            cut(title, CELL_SIZE, 2 * (width - _PADDING))
            for (title, _, _), width in zip(columns, widths, strict=True)
        ),
        rows=tuple(zip(*cells, strict=True)),
        totalled=totals(table) is not None,
    )


def _widths(columns: Sequence[Laid]) -> list[int]:
    """Of as many columns, from the first, as the page is wide for; titles in a line if may be."""
    wide = [_natural(cells, _heading_width(title.split())) for title, cells, _ in columns]
    if sum(wide) <= WIDTH:
        return wide
    widths = [_natural(cells, _in_two_lines(title)) for title, cells, _ in columns]
    lack = sum(widths) - WIDTH
    for place, (_, _, right) in enumerate(columns):
        given = 0 if right else max(0, min(lack, widths[place] - _NAMES))
        widths[place] -= given
        lack -= given
    if lack <= 0 or len(columns) == 1:
        return [min(width, WIDTH) for width in widths]
    return _widths(columns[:-1])


def _laid(table: Table, one: Column, rows: Rows, language: Language, currency: str) -> Laid:
    cells = [written(row.get(one.key), one.unit, language, currency) for row in rows]
    sums = totals(table)
    if sums is not None:
        of_all = written(sums[one.key], one.unit, language, currency) if one.key in sums else ""
        cells.append(language.say(Text("total")) if one is table.columns[0] else of_all)
    return (language.say(one.title), cells, is_number(one.unit))


def _natural(cells: Sequence[str], title: float) -> int:
    """As wide as the cells, and as the title, unless that is long."""
    widest = max((width_of(cell, CELL_SIZE) for cell in cells), default=0.0)
    return int(max(widest, min(title, _NAMES))) + _PADDING + 1


def _in_two_lines(title: str) -> float:
    """The width at which a title takes two lines at most."""
    words = title.split()
    halves = [(words[:place], words[place:]) for place in range(1, len(words) + 1)]
    return min((max(map(_heading_width, two)) for two in halves), default=0.0)


def _heading_width(words: Sequence[str]) -> float:
    return width_of(" ".join(words), CELL_SIZE) * _BOLD
