"""A report as a workbook: one sheet for each section, totals and shares as formulas.

Whoever changes a count sees the shares follow. Numbers are numbers, with the format of what
they count; what people wrote is text, also where it begins like a formula.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from io import BytesIO
from typing import Any

from outreach.errors import Text
from outreach.evaluation.document import (
    Cell,
    Column,
    Document,
    Figure,
    Section,
    Share,
    Table,
    Unit,
    number,
    totals,
)
from outreach.files.exports import excel_text
from outreach.files.reports.cells import UNDEFINED, is_number, paragraphs, written
from outreach.files.reports.formulas import Grid
from outreach.language import Language
from outreach.model.money import minor_digits

#: Of a column, in characters.
_NARROWEST, _WIDEST = 11, 48
#: The height of a line of text, in points.
_LINE = 15
#: Sentences run over the cells beside them, as far as these go.
_SENTENCE = 6
#: What no sheet's name may hold (Excel), and how long it may be.
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\]")
_NAME = 31
#: Excel's own number of the short date, written as the reader's computer writes dates.
_SHORT_DATE = 14


def workbook(document: Document, language: Language, currency: str) -> bytes:
    """The .xlsx file."""
    from openpyxl import Workbook

    book = Workbook()
    book.properties.title = language.say(document.title)
    book.properties.language = language.locale.replace("_", "-")
    book.calculation.fullCalcOnLoad = True
    names: set[str] = set()
    first = _Sheet(book.active, language, currency)
    first.named(language.say(Text("Summary")), names)
    first.title(document.title)
    first.sentences([document.subtitle] if document.subtitle else [])
    first.sentences(document.headline)
    first.finished()
    for section in document.sections:
        sheet = _Sheet(book.create_sheet(), language, currency)
        sheet.named(language.say(section.title), names)
        sheet.section(section)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


class _Sheet:
    """One sheet, filled from above."""

    def __init__(self, sheet: Any, language: Language, currency: str) -> None:
        self._sheet = sheet
        self._language = language
        self._currency = currency
        self._formats = _formats(language, currency)
        #: The next row to be written, from 1.
        self._row = 1
        self._widths: dict[int, int] = {}

    def named(self, title: str, taken: set[str]) -> None:
        """A name that Excel takes and no other sheet has, whatever its capitals."""
        bare = _NOT_IN_NAMES.sub(" ", excel_text(title)).strip(" '")[:_NAME] or "–"
        name, count = bare, 2
        while name.casefold() in taken:
            name = f"{bare[: _NAME - len(str(count)) - 1]} {count}"
            count += 1
        taken.add(name.casefold())
        self._sheet.title = name

    def section(self, section: Section) -> None:
        self.title(section.title)
        self.sentences(section.lead)
        for table in (one for one in section.tables if one.rows):
            self._row += 1
            self._table(table, own_title=table.title != section.title)
        if section.notes:
            self._row += 1
            self.sentences(section.notes)
        self.finished()

    def title(self, title: Text) -> None:
        self._put(1, self._language.say(title)).font = _bold(14)
        self._row += 1

    def sentences(self, said: Sequence[Text]) -> None:
        """Each in a row of its own, over several cells, as high as it takes."""
        from openpyxl.styles import Alignment

        for sentence in paragraphs(said, self._language):
            cell = self._put(1, sentence)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            self._sheet.merge_cells(
                start_row=self._row, end_row=self._row, start_column=1, end_column=_SENTENCE
            )
            self._sheet.row_dimensions[self._row].height = _LINE * (1 + len(sentence) // 75)
            self._row += 1

    def finished(self) -> None:
        """Widths and how it is printed: as wide as a page, across where it is wide."""
        from openpyxl.utils import get_column_letter

        for place in range(1, max(self._sheet.max_column, _SENTENCE) + 1):
            width = self._widths.get(place, _NARROWEST)
            self._sheet.column_dimensions[get_column_letter(place)].width = width
        page = self._sheet.page_setup
        page.paperSize = self._sheet.PAPERSIZE_A4
        page.orientation = "landscape" if sum(self._widths.values()) > 90 else "portrait"
        page.fitToWidth, page.fitToHeight = 1, 0
        self._sheet.sheet_properties.pageSetUpPr.fitToPage = True
        self._sheet.oddFooter.left.text = "&A"
        self._sheet.oddFooter.right.text = "&P / &N"
        self._sheet.sheet_view.showGridLines = False

    def _put(self, place: int, text: str) -> Any:
        """Text, never taken for a formula."""
        cell = self._sheet.cell(self._row, place)
        cell.value = excel_text(text)
        cell.data_type = "s"
        cell.quotePrefix = text[:1] in ("=", "+", "-", "@")
        return cell

    # --- tables -------------------------------------------------------------------------

    def _table(self, table: Table, *, own_title: bool) -> None:
        if own_title:
            self._put(1, self._language.say(table.title)).font = _bold()
            self._row += 1
        self._headers(table.columns)
        first = self._row
        places = {one.key: place for place, one in enumerate(table.columns, start=1)}
        rows = range(first, first + len(table.rows))
        for row in table.rows:
            for place, one in enumerate(table.columns, start=1):
                self._cell(place, one, row, Grid(places, rows))
            self._row += 1
        if (sums := totals(table)) is not None:
            self._totals(table, sums, Grid(places, rows))
        if table.basis is not None:
            self.sentences([table.basis])

    def _headers(self, columns: Sequence[Column]) -> None:
        from openpyxl.styles import Alignment, Border, Side

        lines = 1
        for place, one in enumerate(columns, start=1):
            title = self._language.say(one.title)
            cell = self._put(place, title)
            cell.font = _bold()
            side = "right" if is_number(one.unit) else "left"
            indent = 1 if side == "left" and place > 1 else 0
            cell.alignment = Alignment(
                wrap_text=True, horizontal=side, vertical="bottom", indent=indent
            )
            cell.border = Border(bottom=Side("thin"))
            longest = max(map(len, title.split()), default=0)
            self._widen(place, longest + 4)
            lines = max(lines, -(-len(title) // max(self._widths[place] - 5, 6)))
        self._sheet.row_dimensions[self._row].height = _LINE * lines
        self._row += 1

    def _cell(self, place: int, one: Column, row: Mapping[str, Cell], grid: Grid) -> None:
        cell = row.get(one.key)
        formula = grid.divided(one.formula, self._row) if one.formula is not None else None
        if formula is not None:
            self._formula(place, formula, cell, one.unit)
        elif isinstance(cell, Text | str) or (cell is None and one.unit is Unit.TEXT):
            self._text(place, self._language.say(cell) if isinstance(cell, Text) else cell or "")
        else:
            self._number(place, cell, one.unit)

    def _text(self, place: int, text: str) -> None:
        from openpyxl.styles import Alignment

        indent = 1 if place > 1 else 0
        self._put(place, text).alignment = Alignment(wrap_text=True, vertical="top", indent=indent)
        self._widen(place, len(text) + 2 + 2 * indent)
        if len(text) > _WIDEST - 4:
            height = _LINE * (1 + len(text) // (_WIDEST - 8))
            row = self._sheet.row_dimensions[self._row]
            row.height = max(height, row.height or 0)

    def _number(self, place: int, cell: Cell, unit: Unit) -> None:
        """A number or a date as such; what is undefined is a dash, which no sum minds."""
        from openpyxl.styles import Alignment

        bare, unit = (cell.value, cell.unit) if isinstance(cell, Figure) else (cell, unit)
        if bare is None or (isinstance(bare, float) and bare != bare):
            self._put(place, UNDEFINED).alignment = Alignment(horizontal="right")
            return
        target = self._sheet.cell(self._row, place)
        if isinstance(bare, date):
            target.value = date(bare.year, bare.month, bare.day)
        else:
            found = number(bare)
            target.value = found if isinstance(found, int) else float(found or 0)
        self._formatted(target, place, cell, unit)

    def _formula(self, place: int, formula: str, result: Cell, unit: Unit) -> None:
        """A formula whose result is known here too: the column is made as wide as it takes."""
        target = self._sheet.cell(self._row, place)
        target.value = formula
        self._formatted(target, place, result, unit)

    def _formatted(self, target: Any, place: int, cell: Cell, unit: Unit) -> None:
        from openpyxl.styles import Alignment
        from openpyxl.styles.numbers import BUILTIN_FORMATS

        side = "right" if is_number(unit) else "left"
        target.alignment = Alignment(horizontal=side, vertical="top")
        target.number_format = (
            BUILTIN_FORMATS[_SHORT_DATE] if unit is Unit.DATE else self._formats[unit]
        )
        self._widen(place, len(written(cell, unit, self._language, self._currency)) + 4)

    def _totals(self, table: Table, sums: Mapping[str, Cell], grid: Grid) -> None:
        """The last row: sums of the rows above it, shares of these sums."""
        from openpyxl.styles import Border, Side

        for place, one in enumerate(table.columns, start=1):
            formula = None
            if isinstance(one.total, Share):
                formula = grid.divided(Share(one.total.over, one.total.under), self._row)
            elif one.total is not None and sums[one.key] is not None:
                formula = f"={grid.sum(one.key)}"
            if place == 1:
                self._text(place, self._language.say(Text("total")))
            elif formula is not None:
                self._formula(place, formula, sums[one.key], one.unit)
            elif one.total is not None:
                self._number(place, None, one.unit)
            cell = self._sheet.cell(self._row, place)
            cell.font, cell.border = _bold(), Border(top=Side("thin"))
        self._row += 1

    def _widen(self, place: int, width: int) -> None:
        wished = max(self._widths.get(place, _NARROWEST), width)
        self._widths[place] = min(wished, _WIDEST)


def _bold(size: int = 11) -> Any:
    from openpyxl.styles import Font

    return Font(name="Calibri", bold=True, size=size)


def _formats(language: Language, currency: str) -> Mapping[Unit, str]:
    """How a spreadsheet writes each unit; the decimal sign is that of the reader's computer."""
    from babel.numbers import get_currency_symbol

    symbol = get_currency_symbol(currency, locale=language.locale)
    digits = minor_digits(currency)
    plain = "#,##0." + "0" * digits if digits else "#,##0"
    amount = f'{plain}\\ "{symbol}"' if language.code == "fr" else f'"{symbol}"{plain}'
    percent = '0.0#"\N{NO-BREAK SPACE}"%' if language.code == "fr" else "0.0#%"
    return {
        Unit.TEXT: "@",
        Unit.COUNT: "#,##0",
        Unit.NUMBER: "#,##0.##",
        Unit.RATE: percent,
        Unit.MONEY: amount,
        Unit.DAYS: "#,##0.0",
        Unit.HOURS: "#,##0.0",
        Unit.DATE: "General",
        Unit.MONTH: "mmm yyyy",
    }
