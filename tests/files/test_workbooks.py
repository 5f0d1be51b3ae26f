"""Spreadsheets: cells come back as they were typed, whatever program wrote them."""

from __future__ import annotations

import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from outreach.files.tables import Table, UnreadableTable, open_table


def cells(opened: Table) -> list[tuple[str, ...]]:
    return [row.cells for row in opened.rows()]


def workbook(path: Path, **sheets: list[list[object]]) -> Path:
    from openpyxl import Workbook

    made = Workbook()
    made.remove(made.worksheets[0])
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    made.save(path)
    return path


def test_numbers_dates_times_and_truth_come_back_as_typed(tmp_path: Path) -> None:
    header = ["Code", "CP", "Texte", "Le", "Vu", "À", "Actif", "Montant", "Durée"]
    first = [1042, 1000.0, "007", date(2024, 1, 2), datetime(2024, 1, 2, 3, 4, 5), time(8, 30),
             True, 12.5, timedelta(hours=30)]  # fmt: skip

    opened = open_table(workbook(tmp_path / "a.xlsx", s=[header, first]))

    assert cells(opened) == [
        ("1042", "1000", "007", "2024-01-02", "2024-01-02 03:04:05", "08:30:00", "true", "12.5",
         "1 day, 6:00:00"),
    ]  # fmt: skip


def test_words_that_pandas_would_drop_stay_and_errors_say_nothing(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    path = workbook(tmp_path / "a.xlsx", s=[["Nom", "Note", "Ville"], ["NA", "null", "x"]])
    made = load_workbook(path)
    made["s"].append(["nan", "=NA()", "#N/A"])
    made["s"]["B3"].value, made["s"]["B3"].data_type = "#N/A", "e"
    made.save(path)

    assert cells(open_table(path)) == [("NA", "null", "x"), ("nan", "", "")]


def test_hidden_rows_are_rows_and_a_merged_title_is_passed_over(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    rows: list[list[object]] = [
        ["Nos clients"],
        [],
        ["Nom", "Ville"],
        ["Petit", "Rennes"],
        ["Morel", "Lyon"],
    ]
    path = workbook(tmp_path / "a.xlsx", s=rows)
    made = load_workbook(path)
    made["s"].merge_cells("A1:B1")
    made["s"].row_dimensions[4].hidden = True
    made.save(path)

    opened = open_table(path)

    assert opened.header == ("Nom", "Ville")
    assert [(row.line, row.cells) for row in opened.rows()] == [
        (4, ("Petit", "Rennes")),
        (5, ("Morel", "Lyon")),
    ]


def test_the_first_sheet_with_a_table_is_read_and_named(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        Vide=[],
        Lisez=[["Fichier des clients"], ["établi en mars"]],
        Clients=[["Nom", "Ville"], ["Petit", "Rennes"]],
        Autres=[["Nom", "Ville"], ["Morel", "Lyon"]],
    )

    opened = open_table(path)

    assert cells(opened) == [("Petit", "Rennes")]
    assert [str(note) for note in opened.notes] == [
        "read from the sheet 'Clients'",
        "not read: the sheets Lisez, Autres",
    ]
    assert cells(open_table(path, "autres")) == [("Morel", "Lyon")]


def test_one_column_of_addresses_is_a_table(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx", a=[["E-mail"], ["a@lys.example"]], b=[["Nom", "Ville"], ["x", "y"]]
    )

    assert cells(open_table(path)) == [("a@lys.example",)]


def test_a_sheet_that_is_not_there_is_told_with_the_ones_that_are(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", Clients=[["Nom", "Ville"], ["x", "y"]])
    (tmp_path / "a.csv").write_text("Nom;Ville\nx;y\n")

    with pytest.raises(UnreadableTable) as caught:
        open_table(path, "Client")
    assert "Clients" in str(caught.value.hint)
    with pytest.raises(UnreadableTable) as caught:
        open_table(tmp_path / "a.csv", "Clients")
    assert str(caught.value.what) == "this file has no sheets"


def test_an_opendocument_sheet_is_read(tmp_path: Path) -> None:
    def cell(text: str, kind: str = 'office:value-type="string"') -> str:
        return f"<table:table-cell {kind}><text:p>{text}</text:p></table:table-cell>"

    rows = [
        cell("Code") + cell("CP") + cell("Depuis"),
        cell("007")
        + cell("35000", 'office:value-type="float" office:value="35000"')
        + cell("02/01/2024", 'office:value-type="date" office:date-value="2024-01-02"'),
    ]
    body = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    namespace = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<office:document-content xmlns:office="{namespace}:office:1.0" '
        f'xmlns:table="{namespace}:table:1.0" xmlns:text="{namespace}:text:1.0">'
        f'<office:body><office:spreadsheet><table:table table:name="Liste">{body}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    manifest = f'<manifest:manifest xmlns:manifest="{namespace}:manifest:1.0"/>'
    path = tmp_path / "a.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", content)

    opened = open_table(path)

    assert opened.header == ("Code", "CP", "Depuis")
    assert cells(opened) == [("007", "35000", "2024-01-02")]


def test_a_workbook_of_the_old_excel_is_read(tmp_path: Path) -> None:
    import xlwt

    made = xlwt.Workbook()
    sheet = made.add_sheet("Liste")
    for column, (name, value) in enumerate(
        {"Code": "007", "CP": 35000, "Ville": "Évry", "Montant": 12.5, "Actif": True}.items()
    ):
        sheet.write(0, column, name)
        sheet.write(1, column, value)
    sheet.write(0, 5, "Le")
    sheet.write(1, 5, date(2024, 1, 2), xlwt.easyxf(num_format_str="DD/MM/YYYY"))
    made.save(str(tmp_path / "a.xls"))

    assert cells(open_table(tmp_path / "a.xls")) == [
        ("007", "35000", "Évry", "12.5", "true", "2024-01-02")
    ]


def test_a_text_file_that_is_called_xls_is_read_as_text(tmp_path: Path) -> None:
    (tmp_path / "export.xls").write_text("Nom\tVille\nPetit\tRennes\n")

    assert cells(open_table(tmp_path / "export.xls")) == [("Petit", "Rennes")]


def test_more_than_a_hundred_thousand_rows_are_streamed(tmp_path: Path) -> None:
    """The same cells, whichever reader gives them."""
    from openpyxl import Workbook

    made = Workbook(write_only=True)
    sheet = made.create_sheet("Grand")
    sheet.append(["Code", "Le", "Montant", "Actif"])
    for number in range(100_001):
        sheet.append([f"{number:06}", date(2024, 1, 2), 12.0, True])
    made.save(tmp_path / "a.xlsx")

    opened = open_table(tmp_path / "a.xlsx")
    rows = list(opened.rows())

    assert len(rows) == 100_001
    assert (rows[-1].line, rows[-1].cells) == (100_002, ("100000", "2024-01-02", "12", "true"))
    assert str(opened.notes[0]) == "read from the sheet 'Grand'"
