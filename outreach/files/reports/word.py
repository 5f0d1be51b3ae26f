"""A report as a Word document of one page, for the boss: what `one_page.py` found room for.

Every line has its height written down, so that the page is the same in Word, in LibreOffice
and as PDF.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from outreach.evaluation.document import Document
from outreach.files.exports import in_xml
from outreach.files.reports import one_page
from outreach.files.reports.one_page import Block, Grid, OnePage
from outreach.files.reports.plots import picture
from outreach.language import Language

#: Metric twins exist in LibreOffice (Carlito), so that lines break alike.
_TYPE = "Calibri"
_ACCENT, _SOFT = "2B5F97", "59616B"


def word(document: Document, language: Language, currency: str) -> bytes:
    """The .docx file."""
    from docx import Document as NewDocument

    page = one_page.one_page(document, language, currency)
    made = NewDocument()
    _prepared(made, page, language)
    _line(made, page.title, size=one_page.TITLE_SIZE, height=one_page.TITLE_LINE, style="Title")
    if page.subtitle:
        _line(made, page.subtitle, size=one_page.SIZE, height=one_page.LINE, colour=_SOFT)
    for place, sentence in enumerate(page.headline):
        _line(made, sentence, size=one_page.SIZE, height=one_page.LINE, bold=place == 0)
    if page.plot is not None:
        png = picture(page.plot, language, currency, width=650, height=150)
        if png is not None:
            said = one_page.cut(language.say(page.plot.title), one_page.SMALL_SIZE, one_page.WIDTH)
            _picture(made, png, said)
            _line(made, said, size=one_page.SMALL_SIZE, height=one_page.SMALL_LINE, colour=_SOFT)
    for block in page.blocks:
        _block(made, block)
    _line(made, "", size=1, height=1)
    file = BytesIO()
    made.save(file)
    return file.getvalue()


def _prepared(made: Any, page: OnePage, language: Language) -> None:
    """A4, its margins, its letters, its language and title."""
    from docx.oxml.ns import qn
    from docx.shared import Mm

    paper = made.sections[0]
    paper.page_width, paper.page_height = Mm(210), Mm(297)
    paper.left_margin = paper.right_margin = Mm(18)
    paper.top_margin = paper.bottom_margin = Mm(15)
    paper.header_distance = paper.footer_distance = Mm(5)
    for name in ("Normal", "Title", "Heading 1"):
        font = made.styles[name].font
        font.name = _TYPE
        fonts = font.element.rPr.rFonts
        for kind in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{kind}"), None)
        fonts.set(qn("w:hAnsi"), _TYPE)
    tag = language.locale.replace("_", "-")
    for element in made.styles.element.iter(qn("w:lang")):
        element.set(qn("w:val"), tag)
    made.core_properties.title = in_xml(page.title)
    made.core_properties.language = tag
    made.core_properties.author = ""
    made.core_properties.comments = ""


def _line(
    made: Any,
    text: str,
    *,
    size: float,
    height: float,
    bold: bool = False,
    colour: str | None = None,
    style: str = "Normal",
    before: float = 0,
) -> Any:
    """A paragraph whose lines are each that high; heights and sizes in points."""
    paragraph = made.add_paragraph(style=style)
    _exactly(paragraph, height)
    paragraph.paragraph_format.space_before = _points(before)
    _written(paragraph, text, size=size, bold=bold, colour=colour)
    return paragraph


def _exactly(paragraph: Any, height: float) -> None:
    from docx.enum.text import WD_LINE_SPACING

    layout = paragraph.paragraph_format
    layout.space_before = layout.space_after = _points(0)
    layout.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    layout.line_spacing = _points(height)
    borders = paragraph._p.get_or_add_pPr()
    for border in borders.findall(".//{*}pBdr"):
        borders.remove(border)


def _points(count: float) -> Any:
    from docx.shared import Pt

    return Pt(count)


def _written(
    paragraph: Any, text: str, *, size: float, bold: bool = False, colour: str | None = None
) -> None:
    from docx.shared import RGBColor

    run = paragraph.add_run(_printable(text))
    run.font.size, run.font.bold = _points(size), bold
    run.font.name = _TYPE
    run.font.color.rgb = RGBColor.from_string(colour or "1D2126")


def _printable(text: str) -> str:
    """One line of what XML can hold."""
    return " ".join(in_xml(text).split("\n"))


def _picture(made: Any, png: bytes, said: str) -> None:
    """A plot across the page, with words for who cannot see it."""
    from docx.shared import Pt

    paragraph = made.add_paragraph()
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(0)
    shape = paragraph.add_run().add_picture(BytesIO(png))
    scale = min(one_page.WIDTH / shape.width.pt, (one_page.PICTURE - 4) / shape.height.pt)
    shape.width, shape.height = int(shape.width * scale), int(shape.height * scale)
    shape._inline.docPr.set("descr", _printable(said))


def _block(made: Any, block: Block) -> None:
    heading = _line(made, block.heading, size=one_page.SIZE + 1, height=one_page.HEADING - 8,
                    bold=True, colour=_ACCENT, style="Heading 1", before=8)  # fmt: skip
    heading.paragraph_format.keep_with_next = True
    _grid(made, block.grid)
    if block.remark:
        _line(made, block.remark, size=one_page.SMALL_SIZE, height=one_page.SMALL_LINE,
              colour=_SOFT)  # fmt: skip


def _grid(made: Any, grid: Grid) -> None:
    """A table without frames: a line below its titles and above its totals."""
    from docx.enum.table import WD_ROW_HEIGHT_RULE

    table = made.add_table(rows=1 + len(grid.rows), cols=len(grid.widths))
    table.autofit = False
    for column, width in zip(table.columns, grid.widths, strict=True):
        column.width = _points(width)
    heights = (grid.head_height, *grid.heights)
    for row, cells, high in zip(table.rows, (grid.titles, *grid.rows), heights, strict=True):
        head, last = cells is grid.titles, grid.totalled and cells is grid.rows[-1]
        row.height_rule = WD_ROW_HEIGHT_RULE.EXACTLY
        row.height = _points(high)
        for cell, text, width, right in zip(
            row.cells, cells, grid.widths, grid.on_the_right, strict=True
        ):
            cell.width = _points(width)
            _cell(cell, text, right=right, head=head, bold=head or last)
            if head or last:
                _ruled(cell, "bottom" if head else "top")
    _titled(table.rows[0])


def _cell(cell: Any, text: str, *, right: bool, head: bool, bold: bool) -> None:
    """Titles stand on the line below them, everything else at the top of its row."""
    from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    paragraph = cell.paragraphs[0]
    _exactly(paragraph, one_page.CELL_SIZE + 3)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if right else WD_ALIGN_PARAGRAPH.LEFT
    where = WD_CELL_VERTICAL_ALIGNMENT
    cell.vertical_alignment = where.BOTTOM if head else where.TOP
    colour = _SOFT if head else None
    _written(paragraph, text, size=one_page.CELL_SIZE, bold=bold, colour=colour)


def _ruled(cell: Any, side: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    borders = OxmlElement("w:tcBorders")
    line = OxmlElement(f"w:{side}")
    for name, said in (("val", "single"), ("sz", "6"), ("space", "0"), ("color", "9AA1A9")):
        line.set(qn(f"w:{name}"), said)
    borders.append(line)
    # Where the schema has it: behind the width, before the alignment (ECMA-376, CT_TcPr).
    cell._tc.get_or_add_tcPr().find(qn("w:tcW")).addnext(borders)


def _titled(row: Any) -> None:
    """The row of titles, as screen readers know it."""
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
