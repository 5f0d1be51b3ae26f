"""A list kept in a table of a Word document."""

from __future__ import annotations

from pathlib import Path

import pytest
from docx import Document
from word import docx, paragraph, run

from outreach.files.tables import UnreadableTable
from outreach.files.word_tables import open_word_table


def document(path: Path, *tables: list[tuple[str, ...]]) -> Path:
    """A document with a heading and these tables."""
    made = Document()
    made.add_heading("Nos adhérents")
    for rows in tables:
        table = made.add_table(rows=0, cols=len(rows[0]))
        for row in rows:
            for cell, text in zip(table.add_row().cells, row, strict=True):
                cell.text = text
    made.save(str(path))
    return path


LIST = [("Nom", "Mail"), ("Petit", "zoe@lys.example"), ("", ""), ("Morel", "luc@lys.example")]


def test_the_first_table_with_rows_is_read_by_its_line_numbers(tmp_path: Path) -> None:
    opened = open_word_table(document(tmp_path / "l.docx", [("Atelier",)], LIST))

    assert opened.header == ("Nom", "Mail")
    found = [(row.line, row.cells) for row in opened.rows()]
    assert found == [(2, ("Petit", "zoe@lys.example")), (4, ("Morel", "luc@lys.example"))]
    assert [str(note) for note in opened.notes] == [
        "read from table 2 of the document", "not read: the tables 1",
    ]  # fmt: skip


def test_another_table_is_read_when_it_is_named(tmp_path: Path) -> None:
    other = [("Nom", "Mail"), ("Le Goff", "m@lys.example")]
    path = document(tmp_path / "l.docx", LIST, other)

    assert [row.cells[0] for row in open_word_table(path, 2).rows()] == ["Le Goff"]
    with pytest.raises(UnreadableTable, match="no table 3: the document has 2"):
        open_word_table(path, 3)


def test_merged_cells_count_for_their_rows_and_for_their_first_column(tmp_path: Path) -> None:
    made = Document()
    table = made.add_table(rows=3, cols=3)
    rows = [("Nom", "Mail", "Ville"), ("A", "a@x.example", "Rennes"), ("B", "b@x.example", "")]
    for number, row in enumerate(rows):
        for column, text in enumerate(row):
            table.cell(number, column).text = text
    table.cell(1, 2).merge(table.cell(2, 2))
    made.save(str(tmp_path / "l.docx"))

    found = [row.cells for row in open_word_table(tmp_path / "l.docx").rows()]

    assert found == [("A", "a@x.example", "Rennes"), ("B", "b@x.example", "Rennes")]


def test_tracked_changes_read_as_they_are_shown(tmp_path: Path) -> None:
    def cell(content: str) -> str:
        return f"<w:tc><w:tcPr/>{content}</w:tc>"

    inserted = '<w:ins w:id="1" w:author="a">' + run("new@lys.example") + "</w:ins>"
    deleted = (
        '<w:del w:id="2" w:author="a"><w:r><w:delText>old@lys.example</w:delText></w:r></w:del>'
    )
    header = cell(paragraph(run("Nom"))) + cell(paragraph(run("Mail")))
    row = cell(paragraph(run("Petit"))) + cell(paragraph(deleted + inserted))
    grid = "<w:tblPr/><w:tblGrid><w:gridCol/><w:gridCol/></w:tblGrid>"
    table = f"<w:tbl>{grid}<w:tr>{header}</w:tr><w:tr>{row}</w:tr></w:tbl>"
    (tmp_path / "l.docx").write_bytes(docx(table + paragraph("")))

    (found,) = open_word_table(tmp_path / "l.docx").rows()
    assert found.cells == ("Petit", "new@lys.example")


def test_a_document_without_a_table_and_what_is_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableTable, match="no table"):
        open_word_table(document(tmp_path / "empty.docx"))
    (tmp_path / "fake.docx").write_text("Nom;Mail")
    with pytest.raises(UnreadableTable, match="cannot be opened"):
        open_word_table(tmp_path / "fake.docx")
    with pytest.raises(UnreadableTable, match="no such file"):
        open_word_table(tmp_path / "absent.docx")
