"""Sheets of paper for calls: what stands on them, page by page, and always the same bytes."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

from docx import Document

from outreach.rendering.sheets import Sheet, document

SHEET = Sheet(
    kind="Call sheet · spring / call",
    number="n° 12",
    name="Anne Le Gall",
    facts=(("Phone", "02 99 00 00 01"),),
    sections=(("Introduction", ("Good morning.", "→ Is she in?")),),
    outcome_title="Outcome",
    outcomes=("1 reached", "2 no answer", "3 wrong number", "4 call back"),
    blanks=("On (day, hour)", "Minutes", "Kilometres"),
    notes_title="Notes",
    lines=2,
)


def texts(content: bytes) -> list[str]:
    return [one.text for one in Document(BytesIO(content)).paragraphs if one.text]


def test_who_it_is_is_said_on_the_front_and_over_the_boxes() -> None:
    assert texts(document([SHEET], locale="en_GB")) == [
        "Call sheet · spring / call\tn° 12",
        "Anne Le Gall",
        "Introduction",
        "Good morning.",
        "→ Is she in?",
        "Outcome · Anne Le Gall · n° 12",
        "Notes",
    ]


def test_there_are_boxes_to_tick_cells_to_fill_and_lines_to_write_on() -> None:
    facts, ticks, blanks, lines = Document(BytesIO(document([SHEET], locale="en_GB"))).tables
    assert [cell.text for cell in facts.rows[0].cells] == ["Phone", "02 99 00 00 01"]
    assert [cell.text for row in ticks.rows for cell in row.cells] == [
        "☐ 1 reached", "☐ 2 no answer", "☐ 3 wrong number", "☐ 4 call back", "", "",
    ]  # fmt: skip
    assert [cell.text for row in blanks.rows for cell in row.cells] == [
        "On (day, hour)", "Minutes", "Kilometres", "",
    ]  # fmt: skip
    assert len(lines.rows) == 2


def test_every_sheet_begins_on_a_page_of_its_own() -> None:
    content = document([SHEET, replace(SHEET, name="Bruno Morin")], locale="en_GB")
    breaks = [
        one.text
        for one in Document(BytesIO(content)).paragraphs
        if one.paragraph_format.page_break_before
    ]
    assert breaks == ["Call sheet · spring / call\tn° 12"]


def test_what_no_document_can_hold_is_left_out() -> None:
    content = document([replace(SHEET, name="A\x00n\x0bn & <e>")], locale="en_GB")
    assert "Ann & <e>" in texts(content)


def test_the_same_sheets_are_the_same_bytes() -> None:
    assert document([SHEET], locale="fr_FR") == document([SHEET], locale="fr_FR")
