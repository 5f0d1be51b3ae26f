"""Reading the tables that people have: every dialect in, every row told with its line."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from disks import full_disk

from outreach.errors import OutreachError
from outreach.files import exports
from outreach.files.bundles import CannotWrite
from outreach.files.exports import UnfitTable, neutral, write_table
from outreach.files.maps import read_map
from outreach.files.tables import BadHeader, Table, UnreadableTable, open_table


def table(tmp_path: Path, content: str | bytes, name: str = "list.csv") -> Table:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return open_table(path)


def cells(opened: Table) -> list[tuple[str, ...]]:
    return [row.cells for row in opened.rows()]


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "mac_roman", "cp850"],
)
def test_the_encoding_is_found(tmp_path: Path, encoding: str) -> None:
    text = "Prénom;Ville\r\nZoé;Besançon\r\nHélène;Nîmes\r\nFrançois;Évry\r\n"

    opened = table(tmp_path, text.encode(encoding))

    assert opened.header == ("Prénom", "Ville")
    assert cells(opened) == [("Zoé", "Besançon"), ("Hélène", "Nîmes"), ("François", "Évry")]


def test_lines_in_another_encoding_are_read_and_named(tmp_path: Path) -> None:
    content = "Prénom;Ville\nZoé;Besançon\n".encode() + "Hélène;Nîmes\n".encode("cp1252")

    opened = table(tmp_path, content)

    assert cells(opened) == [("Zoé", "Besançon"), ("Hélène", "Nîmes")]
    assert opened.misread == [3]


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_the_separator_is_found(tmp_path: Path, separator: str) -> None:
    text = 'Nom,Adresse,Note\n"Le Goff","3, rue du Four; bât. B","12,5"\n"Petit","","a|b"\n'
    rows = list(csv.reader(text.splitlines()))
    path = tmp_path / "list.csv"
    with path.open("w", newline="") as file:
        csv.writer(file, delimiter=separator).writerows(rows)

    opened = open_table(path)

    assert [opened.header, *cells(opened)] == [tuple(row) for row in rows]


def test_excels_own_separator_line_is_believed_and_is_no_row(tmp_path: Path) -> None:
    opened = table(tmp_path, "sep=;\r\nNom;Note\r\nPetit;1,5\r\n")

    assert (opened.header, cells(opened)) == (("Nom", "Note"), [("Petit", "1,5")])


def test_one_column_needs_no_separator(tmp_path: Path) -> None:
    opened = table(tmp_path, "E-mail\na@lys.example\nb@lys.example\n")

    assert (opened.header, cells(opened)) == (("E-mail",), [("a@lys.example",), ("b@lys.example",)])


def test_titles_above_the_header_are_passed_over(tmp_path: Path) -> None:
    opened = table(
        tmp_path, "Export clients;;\nle 01/02/2027;;\n\nNom;Ville;CP\nPetit;Rennes;35000\n"
    )

    assert opened.header == ("Nom", "Ville", "CP")
    assert [(row.line, row.cells) for row in opened.rows()] == [(5, ("Petit", "Rennes", "35000"))]


def test_a_row_that_does_not_fit_the_header_says_so_and_is_not_padded(tmp_path: Path) -> None:
    opened = table(tmp_path, "a;b;c\n1;2\n1;2;3;4\n1;2;3;\n1;2;3\n")

    assert [(row.line, row.cells, row.fault and str(row.fault)) for row in opened.rows()] == [
        (2, ("1", "2"), "has 2 cells where the header has 3"),
        (3, ("1", "2", "3", "4"), "has 4 cells where the header has 3"),
        (4, ("1", "2", "3"), None),
        (5, ("1", "2", "3"), None),
    ]


def test_an_unclosed_quotation_mark_costs_its_own_line_only(tmp_path: Path) -> None:
    opened = table(tmp_path, 'a;b\n1;"open\n2;x\n3;"two\nlines"\n4;y\n')

    rows = [(row.line, row.cells, bool(row.fault)) for row in opened.rows()]

    assert rows[-1] == (6, ("4", "y"), False)
    assert [line for line, _, fault in rows if fault] == [2]


def test_an_unclosed_quotation_mark_at_the_end_of_a_long_file_swallows_nothing(
    tmp_path: Path,
) -> None:
    lines = ["a;b", '1;"open', *(f"{n};x" for n in range(2, 1000))]

    rows = list(table(tmp_path, "\n".join(lines) + "\n").rows())

    assert len(rows) == 999
    assert [row.line for row in rows if row.fault] == [2]
    assert rows[-1].cells == ("999", "x")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("", "the file is empty"),
        ("\n\n \n", "there is nothing in the file"),
        (b"\x00\x01\x02\x03\xff\xfe\x00\x10" * 50, "this is not a text file"),
        ("Nom;E-mail;nom\nPetit;p@lys.example;x\n", "columns 1 and 3 are both called 'nom'"),
        ("<html><table><tr>", "this is a web page or XML, whatever its name says"),
        ("1;2;3\n4;5;6\n", "no row names the columns: the first one already holds values"),
    ],
)
def test_what_is_no_table_is_refused_in_words(
    tmp_path: Path, content: str | bytes, what: str
) -> None:
    with pytest.raises(OutreachError) as caught:
        table(tmp_path, content)

    assert str(caught.value.what) == what


def test_a_missing_file_a_folder_and_a_false_workbook_are_refused(tmp_path: Path) -> None:
    (tmp_path / "false.xlsx").write_text("Nom;Ville\n")
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 and nothing")

    for name in ("missing.csv", ".", "false.xlsx", "broken.xlsx"):
        with pytest.raises(UnreadableTable):
            open_table(tmp_path / name)


def test_without_a_header_columns_are_named_by_what_they_hold(tmp_path: Path) -> None:
    opened = table(tmp_path, "Jean,jean@lys.example,35000\nAnne,anne@lys.example,44000\n")

    assert opened.header == ("Column 1", "E-mail", "Postal code")
    assert len(cells(opened)) == 2


def test_a_workbook_gives_cells_as_they_were_typed(tmp_path: Path) -> None:
    from openpyxl import Workbook

    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in (
        ["Clients du réseau"],
        [],
        ["Code", "CP", "Depuis", "Note", "Actif"],
        [1042, 35000, date(2024, 1, 2), 12.5, True],
        [None, None, None, None, None],
        ["007", "01000", None, None, False],
    ):
        sheet.append(row)
    workbook.save(tmp_path / "clients.xlsx")

    opened = open_table(tmp_path / "clients.xlsx")

    assert opened.header == ("Code", "CP", "Depuis", "Note", "Actif")
    assert [(row.line, row.cells) for row in opened.rows()] == [
        (4, ("1042", "35000", "2024-01-02", "12.5", "true")),
        (6, ("007", "01000", "", "", "false")),
    ]


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_what_is_written_reads_back_and_holds_no_formula(tmp_path: Path, ending: str) -> None:
    rows = [["=1+1", "+33299000000", "-3,5", "@x", "'=y", "é;\"'", None]]

    written = write_table(tmp_path / f"out{ending}", list("abcdefg"), rows)

    (row,) = cells(open_table(tmp_path / f"out{ending}"))
    assert written == 1
    assert row == ("'=1+1", "+33299000000", "-3,5", "'@x", "''=y", "é;\"'", "")


def test_a_table_is_not_written_where_it_cannot_be(tmp_path: Path) -> None:
    with pytest.raises(UnfitTable):
        write_table(tmp_path / "out.pdf", ["a"], [])
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(CannotWrite):
        write_table(tmp_path / "folder.csv", ["a"], [])


ENDINGS = pytest.mark.parametrize("ending", ["csv", "jsonl", "xlsx", "vcf"])


@ENDINGS
def test_a_table_goes_where_its_link_leads_and_a_pipe_stays_one(
    tmp_path: Path, ending: str
) -> None:
    file, link, pipe = (tmp_path / f"{name}.{ending}" for name in ("file", "link", "pipe"))
    file.write_text("old")
    file.chmod(0o600)
    link.symlink_to(file.name)
    os.mkfifo(pipe)
    assert write_table(link, ["last_name"], [["Petit"]]) == 1
    with pytest.raises(CannotWrite):
        write_table(pipe, ["last_name"], [["Petit"]])
    assert (link.is_symlink(), pipe.is_fifo()) == (True, True)
    assert file.stat().st_mode & 0o777 == 0o600
    if ending != "jsonl":
        assert "Petit" in cells(open_table(file))[0]
    assert sorted(each.name for each in tmp_path.iterdir()) == [file.name, link.name, pipe.name]


@ENDINGS
def test_a_full_disk_leaves_the_old_table_and_no_half_one(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"out.{ending}"
    path.write_text("old")
    rows = [[f"{number:020}"] for number in range(2000)]
    with full_disk(), pytest.raises(CannotWrite):
        write_table(path, ["last_name"], rows)
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [(path.name, "old")]


@ENDINGS
def test_two_tables_written_at_one_time_under_one_name_are_both_whole(
    tmp_path: Path, ending: str
) -> None:
    """The second is written while the first is half-way; who ends last is there."""
    path = tmp_path / f"out.{ending}"

    def rows() -> Iterator[list[str]]:
        yield ["Petit"]
        write_table(path, ["last_name"], [["Grand"]] * 3)
        yield ["Moyen"]

    assert write_table(path, ["last_name"], rows()) == 2
    assert [each.name for each in tmp_path.iterdir()] == [path.name]
    if ending != "jsonl":
        assert [row[0] for row in cells(open_table(path))] == ["Petit", "Moyen"]


def test_a_sheet_that_is_full_is_told_by_the_name_that_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Excel takes 1,048,575 rows below the header; here 3, to be done soon."""
    monkeypatch.setattr(exports, "SHEET_ROWS", 3)
    path = tmp_path / "out.xlsx"
    assert write_table(path, ["a"], [["1"]] * 3) == 3
    with pytest.raises(UnfitTable) as caught:
        write_table(path, ["a"], [["1"]] * 4)
    assert str(caught.value).startswith(f"{path}: an Excel sheet holds 3 rows, this is more")
    assert [each.name for each in tmp_path.iterdir()] == [path.name]
    assert len(cells(open_table(path))) == 3


@pytest.mark.parametrize("name", [f"{'n' * 300}.csv", "loop.csv"])
def test_a_name_that_cannot_be_a_tables_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / "loop.csv").symlink_to("loop.csv")
    with pytest.raises(CannotWrite):
        write_table(tmp_path / name, ["a"], [["1"]])
    assert [each.name for each in tmp_path.iterdir()] == ["loop.csv"]


def test_only_what_a_spreadsheet_would_run_is_neutralised() -> None:
    assert [neutral(text) for text in ("=A1", "-2", "+33299000000", "-", "a=b")] == [
        "'=A1", "-2", "+33299000000", "'-", "a=b",
    ]  # fmt: skip


def test_a_map_is_yaml_or_json(tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text("N° adh: external_id\nObs: ignore\n")
    (tmp_path / "map.json").write_text('{"N° adh": "external_id"}')
    (tmp_path / "wrong.yaml").write_text("a: [b, c]\n")

    assert read_map(tmp_path / "map.yaml") == {"N° adh": "external_id", "Obs": "ignore"}
    assert read_map(tmp_path / "map.json") == {"N° adh": "external_id"}
    with pytest.raises(OutreachError):
        read_map(tmp_path / "wrong.yaml")


def test_csv_spectrum(real_data: Path) -> None:
    """Eleven edge cases of CSV, with the JSON that their author expects."""
    for path in sorted((real_data / "csv-spectrum" / "csvs").glob("*.csv")):
        expected = json.loads(
            (real_data / "csv-spectrum" / "json" / f"{path.stem}.json").read_text()
        )
        opened = open_table(path)
        found = [dict(zip(opened.header, row.cells, strict=True)) for row in opened.rows()]
        assert found == [{k: str(v) for k, v in row.items()} for row in expected], path.stem


def test_address_books_of_other_programs(real_data: Path) -> None:
    folder = real_data / "contacts"
    assert len(cells(open_table(folder / "basic_csv_addressbook.csv"))) == 2
    assert open_table(folder / "csv_semicolon.csv").header[3] == "Primary Email"
    assert open_table(folder / "csv_no_header.csv").header == (
        "Column 1",
        "Column 2",
        "Column 3",
        "E-mail",
    )
    assert open_table(folder / "utf16_addressbook.csv").header[0] == "First Name"
    assert open_table(folder / "quote.csv").header[-1] == "Notes"
    faults = [bool(row.fault) for row in open_table(folder / "tab_comma_mixed.csv").rows()]
    assert faults.count(False) >= 1


def test_a_bad_header_names_its_line(tmp_path: Path) -> None:
    with pytest.raises(BadHeader) as caught:
        table(tmp_path, "titre;;\nNom;Nom;Ville\na;b;c\n")

    assert caught.value.where is not None
    assert caught.value.where.line == 2
