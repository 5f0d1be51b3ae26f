"""The page for the boss: one page, however much there is to say."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import pikepdf
import pytest
from docx import Document as WordDocument
from sample_report import REPORT, long_winded

from outreach.errors import Text
from outreach.evaluation.document import Column, Document, Section, Table, Unit
from outreach.files.pdf_office import Office
from outreach.files.reports import one_page
from outreach.files.reports.word import word
from outreach.language import Language

ENGLISH, FRENCH = Language("en_GB"), Language("fr_FR")
BARE = Document(Text("Nothing yet"), None, (), ())


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    with Office() as running:
        yield running


@pytest.mark.parametrize("language", [ENGLISH, FRENCH], ids=["en", "fr"])
@pytest.mark.parametrize("document", [REPORT, long_winded(), BARE], ids=["usual", "long", "bare"])
def test_it_is_one_page(office: Office, document: Document, language: Language) -> None:
    with pikepdf.open(BytesIO(office.convert(word(document, language, "EUR")))) as pdf:
        assert len(pdf.pages) == 1


def test_what_matters_comes_first_then_as_many_sections_as_there_is_room_for() -> None:
    made = WordDocument(BytesIO(word(REPORT, FRENCH, "EUR")))
    texts = [paragraph.text for paragraph in made.paragraphs if paragraph.text]
    assert texts[:2] == ["Open day", "520 enrolled, 50 in the control group"]
    assert "5 orders of 500 people contacted." in texts
    chain = made.tables[0]
    assert [cell.text for cell in chain.rows[3].cells] == [
        "quote", "10", "20\u00a0%", "2\u00a0%",
    ]  # fmt: skip
    assert made.core_properties.language == "fr-FR"


def test_the_picture_says_what_it_shows_to_who_cannot_see_it() -> None:
    made = WordDocument(BytesIO(word(REPORT, ENGLISH, "EUR")))
    (shape,) = made.inline_shapes
    assert shape._inline.docPr.get("descr") == "How far"


def test_a_line_that_is_too_long_ends_in_three_dots() -> None:
    said = "Rechtsschutzversicherung " * 20
    short = one_page.cut(said, 9, 200)
    assert short.endswith("…")
    assert one_page.width_of(short, 9) <= 200
    assert one_page.cut("short", 9, 200) == "short"


def test_rows_and_columns_that_do_not_fit_are_left_out_and_rows_are_told() -> None:
    page = one_page.one_page(long_winded(), ENGLISH, "EUR")
    block = page.blocks[0]
    assert sum(block.grid.widths) <= one_page.WIDTH
    assert 1 < len(block.grid.titles) < 14
    more = 40 - (len(block.grid.rows) - 1)
    assert block.remark.startswith(f"and {more} more rows")


def figures(*counts: int) -> Document:
    """A table of two columns for each count, with so many rows."""
    columns = (Column("figure", Text("figure"), Unit.TEXT), Column("n", Text("value"), Unit.COUNT))
    return Document(Text("Result"), None, (), tuple(
        Section(key=f"s{place}", title=Text("Result"), tables=(
            Table(key=f"t{place}", title=Text("Result"), columns=columns,
                  rows=tuple({"figure": f"line {n}", "n": n} for n in range(count))),
        ))
        for place, count in enumerate(counts)
    ))  # fmt: skip


def rows_of(document: Document) -> list[int]:
    return [len(one.grid.rows) for one in one_page.one_page(document, ENGLISH, "EUR").blocks]


def test_no_row_is_left_out_while_there_is_room_for_it() -> None:
    """A row is 14 points high; 756 less 24 at the foot, the title's 23, 15 below it leave 694.

    A table takes 24 for its heading, 14 for its titles, and 12 to say what was left out.
    """
    assert rows_of(figures(12)) == [12]
    assert rows_of(figures(11, 11, 11)) == [11, 11, 11]
    # 694 − 24 − 14 − 12 = 644 are 46 rows.
    assert rows_of(figures(100)) == [46]
    # The second keeps its 8 rows of (24 + 14 + 112 + 12) 162: 694 − 162 − 50 = 482 are 34 rows.
    assert rows_of(figures(100, 100)) == [34, 8]


@pytest.mark.parametrize("counts", [(100,), (100, 100), (30,) * 12], ids=str)
def test_a_page_that_is_filled_is_one_page(office: Office, counts: tuple[int, ...]) -> None:
    made = word(figures(*counts), ENGLISH, "EUR")
    with pikepdf.open(BytesIO(office.convert(made))) as pdf:
        assert len(pdf.pages) == 1
