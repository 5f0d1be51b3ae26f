"""Labels and envelopes as a Word document, written as a stream.

A page is a table whose rows have an exact height, and a paragraph of 1 point behind it: so
every page is one by itself, in Word as in LibreOffice, and nothing moves when a line is
changed by hand. Positions are rounded to twips (1/1440 inch) one by one and not the sizes:
no error adds up over a sheet. The same addresses give the same bytes.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain, islice, pairwise
from xml.sax.saxutils import escape

from outreach.rendering.labels import Layout, Place, edges
from outreach.rendering.letter.archive import (
    Directory,
    Member,
    pack,
    stream_header,
    stream_trailer,
)
from outreach.rendering.type_size import FONT, Block

#: What stands on one page: a block, or nothing, for each place of the layout.
Page = Sequence[Block | None]

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_DOCUMENT = "word/document.xml"
#: The paragraph behind a table: 1 point, and as much again for rounding.
_BEHIND = 40
_EMPTY = (
    '<w:p><w:pPr><w:spacing w:line="20" w:lineRule="exact"/><w:rPr><w:sz w:val="2"/></w:rPr>'
    "</w:pPr></w:p>"
)
#: What XML 1.0 cannot hold (§2.2).
_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def filled(blocks: Iterable[Block], layout: Layout, *, skip: int = 0) -> Iterator[Page]:
    """Pages of labels; the first `skip` places of the first page stay empty: they are used."""
    waiting = chain([None] * skip, blocks)
    count = len(layout.places)
    while page := list(islice(waiting, count)):
        if any(page):
            yield page + [None] * (count - len(page))


def document(pages: Iterable[Page], layout: Layout, *, locale: str) -> Iterator[bytes]:
    """A whole .docx, piece by piece. `locale` (`fr_FR`) is the language of the text."""
    directory = Directory()
    yield from (directory.add(member) for member in _static(locale))
    deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
    crc = size = packed = 0
    header = stream_header(_DOCUMENT)
    yield header
    for text in _body(pages, layout):
        content = text.encode()
        crc, size = zlib.crc32(content, crc), size + len(content)
        ready = deflate.compress(content)
        packed += len(ready)
        yield ready
    ready = deflate.flush()
    packed += len(ready)
    member = Member(_DOCUMENT, b"", crc, size, streamed=True)
    trailer = stream_trailer(member, packed)
    directory.note(member, length=len(header) + packed + len(trailer), packed=packed)
    yield ready + trailer + directory.end()


def _body(pages: Iterable[Page], layout: Layout) -> Iterator[str]:
    """The XML of the document's main part."""
    grid = _Grid(layout)
    yield f'{_HEAD}<w:document xmlns:w="{_W}" xmlns:r="{_R}"><w:body>'
    anything = False
    for page in pages:
        anything = True
        yield grid.table(page)
    # A document has a paragraph, even if it has nothing to say.
    yield f"{'' if anything else _EMPTY}{_section(layout)}</w:body></w:document>"


class _Grid:
    """The table of a page: all that does not change from one to the next is made once."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._widths = _sizes(layout.columns, layout.left)
        self._heights = _sizes(layout.rows, layout.top)
        # What is too high by less than the paragraph behind the table is taken from its last row.
        over = twips(layout.top) + sum(self._heights) + _BEHIND - twips(layout.height)
        self._heights[-1] -= max(over, 0)
        self._number = {(p.row, p.column): n for n, p in enumerate(layout.places)}
        self._covered = {(p.row, p.column + n) for p in layout.places for n in range(1, p.span)}
        self._pad = twips(layout.pad_across)
        columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in self._widths)
        self._opening = (
            f'<w:tbl><w:tblPr><w:tblW w:w="{sum(self._widths)}" w:type="dxa"/>'
            '<w:tblInd w:w="0" w:type="dxa"/><w:tblLayout w:type="fixed"/><w:tblCellMar>'
            '<w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tblCellMar>'
            f"</w:tblPr><w:tblGrid>{columns}</w:tblGrid>"
        )

    def table(self, page: Page) -> str:
        rows = "".join(self._row(row, page) for row in range(len(self._heights)))
        return f"{self._opening}{rows}</w:tbl>{_EMPTY}"

    def _row(self, row: int, page: Page) -> str:
        cells = "".join(
            self._cell(row, column, page)
            for column in range(len(self._widths))
            if (row, column) not in self._covered
        )
        return (
            f'<w:tr><w:trPr><w:cantSplit/><w:trHeight w:val="{self._heights[row]}" '
            f'w:hRule="exact"/></w:trPr>{cells}</w:tr>'
        )

    def _cell(self, row: int, column: int, page: Page) -> str:
        number = self._number.get((row, column))
        block = page[number] if number is not None else None
        place = self._layout.places[number] if number is not None else None
        text = "".join(self._line(line, block) for line in block.lines) if block else _EMPTY
        span = place.span if place else 1
        return (
            f'<w:tc><w:tcPr><w:tcW w:w="{sum(self._widths[column : column + span])}" '
            f'w:type="dxa"/>{_manner(place)}</w:tcPr>{text}</w:tc>'
        )

    def _line(self, line: str, block: Block) -> str:
        return (
            f'<w:p><w:pPr><w:spacing w:line="{block.line_height}" w:lineRule="exact"/>'
            f'<w:ind w:left="{self._pad}" w:right="{self._pad}"/></w:pPr><w:r><w:rPr>'
            f'<w:sz w:val="{block.size}"/><w:szCs w:val="{block.size}"/></w:rPr>'
            f'<w:t xml:space="preserve">{escape(_FORBIDDEN.sub("", line))}</w:t></w:r></w:p>'
        )


def twips(millimetres: Decimal) -> int:
    """Word's unit of length: 1440 to the inch."""
    return int((millimetres * 1440 / Decimal("25.4")).to_integral_value())


def _sizes(bands: Sequence[Decimal], first: Decimal) -> list[int]:
    return [twips(end) - twips(begin) for begin, end in pairwise(edges(bands, first))]


def _manner(place: Place | None) -> str:
    """How a cell takes its place: over several columns, centred."""
    if place is None:
        return ""
    span = f'<w:gridSpan w:val="{place.span}"/>' if place.span > 1 else ""
    return span + ("" if place.top else '<w:vAlign w:val="center"/>')


def _section(layout: Layout) -> str:
    width, height = twips(layout.width), twips(layout.height)
    lying = ' w:orient="landscape"' if width > height else ""
    right = max(width - twips(layout.left + sum(layout.columns)), 0)
    # Below the table is room for the paragraph behind it, and not for the next page's first row.
    below = height - twips(layout.top + sum(layout.rows)) - _BEHIND
    return (
        f'<w:sectPr><w:pgSz w:w="{width}" w:h="{height}"{lying}/>'
        f'<w:pgMar w:top="{twips(layout.top)}" w:right="{right}" w:bottom="{max(below, 0)}" '
        f'w:left="{twips(layout.left)}" w:header="0" w:footer="0" w:gutter="0"/></w:sectPr>'
    )


def _static(locale: str) -> Iterator[Member]:
    """The parts around the text; fonts and spacing are said here once."""
    parts: Mapping[str, str] = {
        "[Content_Types].xml": (
            f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/{_DOCUMENT}" ContentType="{_OFFICE}.document.main+xml"/>'
            f'<Override PartName="/word/styles.xml" ContentType="{_OFFICE}.styles+xml"/>'
            f'<Override PartName="/word/settings.xml" ContentType="{_OFFICE}.settings+xml"/>'
            "</Types>"
        ),
        "_rels/.rels": _relationships(officeDocument=_DOCUMENT),
        "word/_rels/document.xml.rels": _relationships(
            styles="styles.xml", settings="settings.xml"
        ),
        "word/styles.xml": (
            f'<w:styles xmlns:w="{_W}"><w:docDefaults><w:rPrDefault><w:rPr>'
            f'<w:rFonts w:ascii="{FONT}" w:hAnsi="{FONT}" w:cs="{FONT}"/><w:sz w:val="20"/>'
            f'<w:lang w:val="{locale.replace("_", "-")}"/></w:rPr></w:rPrDefault>'
            "<w:pPrDefault/></w:docDefaults>"
            '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/>'
            "<w:qFormat/></w:style></w:styles>"
        ),
        "word/settings.xml": (
            f'<w:settings xmlns:w="{_W}"><w:compat><w:compatSetting w:name="compatibilityMode" '
            'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat></w:settings>'
        ),
    }
    return (pack(name, (_HEAD + xml).encode()) for name, xml in parts.items())


def _relationships(**targets: str) -> str:
    entries = "".join(
        f'<Relationship Id="rId{number}" Type="{_R}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets.items(), start=1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{entries}</Relationships>'
