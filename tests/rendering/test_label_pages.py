"""Labels and envelopes as a Word document: exact geometry, one table per page, streamed."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from tracemalloc import get_traced_memory, start, stop

import pytest
from docx import Document
from lxml import etree
from word import W, faults, members, opened

from outreach.rendering.label_pages import Page, document, filled
from outreach.rendering.labels import ENVELOPES, SHEETS, Layout, read_envelope, read_labels
from outreach.rendering.type_size import Block, fitted

L7163 = read_labels("99.1x38.1")


def block(*lines: str) -> Block:
    return Block(lines, 22)


def docx(pages: Iterable[Page], layout: Layout) -> bytes:
    return b"".join(document(pages, layout, locale="fr_FR"))


def sheets(layout: Layout, count: int, skip: int = 0) -> bytes:
    return docx(filled((block(f"Name {n}") for n in range(count)), layout, skip=skip), layout)


def cells(content: bytes) -> list[list[str]]:
    """The text of every cell, page by page."""
    tables = Document(BytesIO(content)).tables
    return [[cell.text for row in table.rows for cell in row.cells] for table in tables]


def numbers(content: bytes, path: str, name: str) -> list[int]:
    found = opened(content).iterfind(f".//{{{W}}}{path}")
    return [int(element.get(f"{{{W}}}{name}", "")) for element in found]


def test_a_sheet_is_a_table_with_rows_of_an_exact_height() -> None:
    """38.1 mm are 2160 twips; 99.1 mm 5618, and 2.5 mm between them 142, rounded in place."""
    content = sheets(L7163, 14)

    assert numbers(content, "trHeight", "val") == [2160] * 7
    assert {e.get(f"{{{W}}}hRule") for e in opened(content).iter(f"{{{W}}}trHeight")} == {"exact"}
    assert numbers(content, "gridCol", "w") == [5618, 142, 5618]
    assert numbers(content, "pgMar", "left") == [264]
    assert numbers(content, "pgMar", "top") == [859]
    assert numbers(content, "pgSz", "w") == [11906]
    assert numbers(content, "pgSz", "h") == [16838]


def test_labels_are_filled_row_by_row_and_begin_behind_those_that_are_gone() -> None:
    first, second = cells(sheets(L7163, 13, skip=3))

    assert first[:9] == ["", "", "", "", "", "Name 0", "Name 1", "", "Name 2"]
    assert second[:6] == ["Name 11", "", "Name 12", "", "", ""]


def test_nobody_is_no_page() -> None:
    assert cells(sheets(L7163, 0, skip=3)) == []


@pytest.mark.parametrize(
    "name", [*SHEETS, *ENVELOPES, "99x99,3x2", "60x74.25,4x3", "60x40,3x2,9x9"]
)
def test_a_page_holds_its_table_and_what_word_wants_behind_it(name: str) -> None:
    """And no row of the next page: each sheet is a page, also one without any margin."""
    layout = read_envelope(name) if name in ENVELOPES else read_labels(name)
    content = sheets(layout, 2 * len(layout.places))

    height = sum(numbers(content, "trHeight", "val")) // 2
    (top,), (below,) = numbers(content, "pgMar", "top"), numbers(content, "pgMar", "bottom")
    (paper,) = numbers(content, "pgSz", "h")
    assert height + 20 <= paper - top - below
    assert paper - top - below - height - 20 < min(numbers(content, "trHeight", "val"))


@pytest.mark.parametrize("name", ENVELOPES)
def test_an_envelope_is_a_page_lying_on_its_long_side(name: str, tmp_path: Path) -> None:
    layout = read_envelope(name)
    ours, theirs = block("Atelier", "35000 Rennes"), block("Mme Petit", "44000 NANTES")

    content = docx([(ours, theirs)] * 3, layout)

    assert [[text for text in dict.fromkeys(page) if text] for page in cells(content)] == [
        ["Atelier\n35000 Rennes", "Mme Petit\n44000 NANTES"]
    ] * 3
    (size,) = opened(content).iter(f"{{{W}}}pgSz")
    assert size.get(f"{{{W}}}orient") == "landscape"
    assert found_faults(content, tmp_path) == []


@pytest.mark.parametrize("name", SHEETS)
def test_sheets_are_valid(name: str, tmp_path: Path) -> None:
    layout = read_labels(name)
    assert found_faults(sheets(layout, len(layout.places) + 1, skip=1), tmp_path) == []


def found_faults(content: bytes, tmp_path: Path) -> list[str]:
    """The validator asks for a theme and a table of fonts; Word does not (ISO 29500, 11.3)."""
    return [f for f in faults(content, tmp_path) if "required relationship" not in f]


def test_a_name_is_text_whatever_it_holds() -> None:
    name = "<w:p>&amp; \x00\x0b\ud800 Æ 日本 👩‍👧 ]]>"
    first, *_ = cells(docx(filled([block(name)], L7163), L7163))[0]
    assert first == "<w:p>&amp;  Æ 日本 👩‍👧 ]]>"


def test_the_same_addresses_give_the_same_bytes() -> None:
    assert sheets(L7163, 40) == sheets(L7163, 40)
    assert members(sheets(L7163, 1))[0] == "[Content_Types].xml"


def test_every_element_of_a_cell_stands_where_the_schema_wants_it() -> None:
    """ECMA-376 Part 1, 17.4.66 and 17.3.1.26: width, span, alignment; spacing before indent."""
    content = docx([(block("A"), block("B"))], read_envelope("DL"))
    properties = opened(content).iter(f"{{{W}}}tcPr")
    order = [[etree.QName(child).localname for child in one] for one in properties]
    assert order == [["tcW", "gridSpan"], ["tcW"], ["tcW", "vAlign"]]


def test_thousands_of_labels_are_never_held() -> None:
    """What is in memory does not grow with the number of people."""

    def peak(count: int) -> int:
        room = L7163.room(L7163.places[0])
        blocks = (fitted([f"Name {n}", "Rennes"], room) for n in range(count))
        pages = filled((one for one in blocks if one), L7163)
        start()
        for _ in document(pages, L7163, locale="fr_FR"):
            pass
        _, most = get_traced_memory()
        stop()
        return most

    peak(100)
    assert peak(8000) < 1.2 * peak(800)
