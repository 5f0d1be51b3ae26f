"""Sheets for calls and visits as a Word document: what one must know, and room to write.

One sheet of paper per person: who it is and how to reach him, what happened before, the
guide, then boxes to tick and lines to write on. Its number comes back with the table of
outcomes. The same sheets give the same bytes. Pure: words arrive in the reader's language.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape

from outreach.rendering.letter.archive import Directory, Member, pack
from outreach.rendering.type_size import FONT

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
#: What XML 1.0 cannot hold (§2.2).
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

#: A4 with margins of 15 mm, in twentieths of a point.
_PAGE = (11906, 16838)
_MARGIN = 850
_WIDTH = _PAGE[0] - 2 * _MARGIN
#: The boxes of a form: a little over a third of a millimetre, grey.
_LINE = 'w:val="single" w:sz="4" w:space="0" w:color="808080"'
#: What a line begins with that answers the one above it.
ANSWERS = "→ "
#: Height of a line to write on: 8 mm.
_WRITING = 454


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One call or visit on paper."""

    #: What kind of sheet, and of which campaign.
    kind: str
    #: What is copied into the table of outcomes.
    number: str
    name: str
    #: What one must know at a glance: a label and a value each.
    facts: tuple[tuple[str, str], ...]
    #: Sections to read: a title and its lines.
    sections: tuple[tuple[str, tuple[str, ...]], ...]
    #: What may come of it, to be ticked.
    outcome_title: str
    outcomes: tuple[str, ...]
    #: What is written beside it, such as the day, the reason, the minutes.
    blanks: tuple[str, ...]
    notes_title: str
    #: What is worth noting.
    notes: tuple[str, ...] = ()
    #: Lines to write on.
    lines: int = 9


def document(sheets: Iterable[Sheet], *, locale: str) -> bytes:
    """A whole .docx, one sheet after the other. `locale` (`fr_FR`) is the language of the text."""
    body = "".join("".join(_sheet(sheet, first=number == 0)) for number, sheet in enumerate(sheets))
    text = (
        f'{_HEAD}<w:document xmlns:w="{_W}" xmlns:r="{_R}"><w:body>{body}{_SECTION}</w:body>'
        "</w:document>"
    )
    directory = Directory()
    members = [*_static(locale), pack("word/document.xml", text.encode())]
    return b"".join([*(directory.add(member) for member in members), directory.end()])


# --- one sheet --------------------------------------------------------------------------------


def _sheet(sheet: Sheet, *, first: bool) -> Iterator[str]:
    yield _paragraph(
        _run(f"{sheet.kind}\t") + _run(sheet.number, bold=True), style="Kind", new_page=not first
    )
    yield _paragraph(_run(sheet.name), style="Name")
    yield _facts(sheet.facts)
    for title, lines in sheet.sections:
        yield _paragraph(_run(title), style="Section")
        for number, line in enumerate(lines):
            style = "Answer" if line.startswith(ANSWERS) else "Said"
            yield _paragraph(_run(line), style=style, keep=number == 0)
    # Said again: the guide may have filled the page, and sheets of paper get apart.
    again = " · ".join(filter(None, (sheet.outcome_title, sheet.name, sheet.number)))
    yield _paragraph(_run(again), style="Section")
    yield _ticks(sheet.outcomes)
    yield _blanks(sheet.blanks)
    yield _paragraph(_run(sheet.notes_title), style="Section")
    for line in sheet.notes:
        yield _paragraph(_run(line), style="Said", keep=True)
    yield _writing(sheet.lines)


def _facts(facts: tuple[tuple[str, str], ...]) -> str:
    """Two columns: a grey label and its value."""
    label = 1900
    rows = (
        _row(_cell(_paragraph(_run(name), style="Label"), label)
             + _cell(_paragraph(_run(value), style="Fact"), _WIDTH - label))
        for name, value in facts
    )  # fmt: skip
    return _table("".join(rows), [label, _WIDTH - label], borders=False)


def _ticks(outcomes: tuple[str, ...]) -> str:
    """Boxes to tick, three beside each other."""
    width = _WIDTH // 3
    rows = []
    for start in range(0, len(outcomes), 3):
        some = outcomes[start : start + 3]
        cells = [_cell(_paragraph(_box() + _run(f" {one}"), style="Fact", keep=True), width)
                 for one in some]  # fmt: skip
        cells += [_cell(_paragraph("", style="Fact"), width)] * (3 - len(some))
        rows.append(_row("".join(cells)))
    return _table("".join(rows), [width] * 3, borders=False)


def _blanks(blanks: tuple[str, ...]) -> str:
    """Cells to be filled in by hand, two beside each other, each under its label."""
    width = _WIDTH // 2
    rows = []
    for start in range(0, len(blanks), 2):
        some = blanks[start : start + 2]
        cells = [_cell(_paragraph(_run(one), style="Label", keep=True), width) for one in some]
        cells += [_cell(_paragraph("", style="Label"), width)] * (2 - len(some))
        rows.append(_row("".join(cells), height=_WRITING + 120))
    return _table("".join(rows), [width, width], borders=True)


def _writing(count: int) -> str:
    """Lines to write on; they stay together."""
    cell = _cell(_paragraph("", style="Label"), _WIDTH)
    return _table(_row(cell, height=_WRITING) * count, [_WIDTH], borders=True, between=True)


# --- WordprocessingML -------------------------------------------------------------------------


def _paragraph(runs: str, *, style: str, keep: bool = False, new_page: bool = False) -> str:
    # The order of a paragraph's properties is fixed (ECMA-376 Part 1, 17.3.1.26).
    ordered = ("<w:keepNext/>" if keep else "") + ("<w:pageBreakBefore/>" if new_page else "")
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{ordered}</w:pPr>{runs}</w:p>'


def _run(text: str, *, bold: bool = False) -> str:
    properties = "<w:rPr><w:b/></w:rPr>" if bold else ""
    pieces = _FORBIDDEN.sub("", text).split("\t")
    inner = "<w:tab/>".join(
        f'<w:t xml:space="preserve">{escape(piece)}</w:t>' if piece else "" for piece in pieces
    )
    return f"<w:r>{properties}{inner}</w:r>"


def _box() -> str:
    """A box to tick; no text font has one, so its font is said."""
    font = '<w:rFonts w:ascii="DejaVu Sans" w:hAnsi="DejaVu Sans" w:cs="DejaVu Sans"/>'
    return f"<w:r><w:rPr>{font}</w:rPr><w:t>\N{BALLOT BOX}</w:t></w:r>"


def _cell(content: str, width: int) -> str:
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{content}</w:tc>'


def _row(cells: str, *, height: int | None = None) -> str:
    tall = f'<w:trHeight w:val="{height}" w:hRule="atLeast"/>' if height else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{tall}</w:trPr>{cells}</w:tr>"


def _table(rows: str, widths: list[int], *, borders: bool, between: bool = False) -> str:
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    edges = ""
    if borders:
        sides = ["top", "left", "bottom", "right", "insideH", *([] if between else ["insideV"])]
        edges = f"<w:tblBorders>{''.join(f'<w:{one} {_LINE}/>' for one in sides)}</w:tblBorders>"
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/>{edges}'
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="60" w:type="dxa"/>'
        f'<w:right w:w="60" w:type="dxa"/></w:tblCellMar></w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
        f'{rows}</w:tbl><w:p><w:pPr><w:pStyle w:val="Gap"/></w:pPr></w:p>'
    )


_SECTION = (
    f'<w:sectPr><w:pgSz w:w="{_PAGE[0]}" w:h="{_PAGE[1]}"/>'
    f'<w:pgMar w:top="{_MARGIN}" w:right="{_MARGIN}" w:bottom="{_MARGIN}" w:left="{_MARGIN}" '
    'w:header="400" w:footer="400" w:gutter="0"/></w:sectPr>'
)

#: Name → what a paragraph of it is like, and its characters (sizes in half-points).
_STYLES: Mapping[str, tuple[str, str]] = {
    "Kind": (
        f'<w:tabs><w:tab w:val="right" w:pos="{_WIDTH}"/></w:tabs><w:spacing w:after="60"/>',
        '<w:color w:val="606060"/><w:sz w:val="18"/>',
    ),
    "Name": ('<w:spacing w:after="80"/>', '<w:b/><w:sz w:val="32"/>'),
    "Section": (
        '<w:keepNext/><w:spacing w:before="100" w:after="20"/>', '<w:b/><w:sz w:val="20"/>'
    ),
    "Said": (
        '<w:spacing w:after="20"/><w:ind w:left="200"/>', '<w:sz w:val="19"/>'
    ),
    "Answer": (
        '<w:spacing w:after="20"/><w:ind w:left="700" w:hanging="260"/>', '<w:sz w:val="19"/>'
    ),
    "Fact": ('<w:spacing w:after="10"/>', '<w:sz w:val="20"/>'),
    "Label": ('<w:spacing w:after="10"/>', '<w:color w:val="606060"/><w:sz w:val="17"/>'),
    "Gap": ('<w:spacing w:line="80" w:lineRule="exact"/>', '<w:sz w:val="4"/>'),
}  # fmt: skip


def _static(locale: str) -> Iterator[Member]:
    """The parts around the text; fonts and spacing are said here once."""
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{name}"><w:name w:val="{name}"/>'
        f'<w:basedOn w:val="Normal"/><w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>'
        for name, (paragraph, run) in _STYLES.items()
    )
    parts: Mapping[str, str] = {
        "[Content_Types].xml": (
            f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{_OFFICE}.document.main+xml"/>'
            f'<Override PartName="/word/styles.xml" ContentType="{_OFFICE}.styles+xml"/></Types>'
        ),
        "_rels/.rels": _relationship("officeDocument", "word/document.xml"),
        "word/_rels/document.xml.rels": _relationship("styles", "styles.xml"),
        "word/styles.xml": (
            f'<w:styles xmlns:w="{_W}"><w:docDefaults><w:rPrDefault><w:rPr>'
            f'<w:rFonts w:ascii="{FONT}" w:hAnsi="{FONT}" w:cs="{FONT}"/><w:sz w:val="20"/>'
            f'<w:lang w:val="{locale.replace("_", "-")}"/></w:rPr></w:rPrDefault>'
            "<w:pPrDefault/></w:docDefaults>"
            '<w:style w:type="paragraph" w:default="1" w:styleId="Normal">'
            f'<w:name w:val="Normal"/><w:qFormat/></w:style>{styles}</w:styles>'
        ),
    }
    return (pack(name, (_HEAD + xml).encode()) for name, xml in parts.items())


def _relationship(kind: str, target: str) -> str:
    return (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_R}/{kind}" Target="{target}"/></Relationships>'
    )
