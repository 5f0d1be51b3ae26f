"""Acceptance of issue lines 1.4 and 1.11: any table comes in, nothing is lost, nothing twice."""

from __future__ import annotations

import csv
import datetime
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from workspaces import Workspace

COUNTS = ("created", "updated", "unchanged", "merged", "rejected")
HEADER = ["Réf", "Prénom", "Nom", "Courriel", "Code postal", "Ville", "Société"]
PEOPLE = [
    ["1", "Zoé", "Lévêque", "zoe@a.example", "01000", "Bourg-en-Bresse", "Café Noël"],
    ["2", "Jérôme", "Œuvrard", "jerome@a.example", "25000", "Besançon", "L’Atelier d’à côté"],
]


def table(separator: str, end: str = "\r\n") -> str:
    return "".join(separator.join(row) + end for row in [HEADER, *PEOPLE])


def adds_up(answer: dict[str, int]) -> bool:
    return answer["read"] == sum(answer[name] for name in COUNTS)


def imported(workspace: Workspace, name: str, code: int = 0) -> dict[str, Any]:
    answer: dict[str, Any] = workspace.ok("contacts", "import", name, code=code)
    assert adds_up(answer), answer
    return answer


def everybody(workspace: Workspace) -> list[list[str | None]]:
    names = (
        "external_id",
        "first_name",
        "last_name",
        "email",
        "postal_code",
        "city",
        "company",
    )
    return [[p[n] for n in names] for p in workspace.ok("contacts", "list")["contacts"]]


@pytest.mark.parametrize(
    "content",
    [
        table(";").encode("cp1252"),
        table("\t").encode("utf-16"),
        table(",", "\n").encode("utf-8-sig"),
        table(",", "\r").encode("mac_roman"),
        ("sep=|\r\n" + table("|")).encode(),
        ("Fichier des prospects 2027;;;;;;\r\n;;;;;;\r\n" + table(";")).encode("cp1252"),
        table(";").encode("utf-16-le"),
    ],
    ids=["cp1252", "utf-16", "utf-8-bom", "macroman", "sep-line", "title-rows", "utf-16-no-bom"],
)
def test_the_same_two_people_come_out_of_every_encoding(
    workspace: Workspace, content: bytes
) -> None:
    """1.4: CSV in any usual encoding and separator; a second import changes nothing."""
    workspace.write("people.csv", content)
    answer = imported(workspace, "people.csv")
    assert (answer["read"], answer["created"], answer["rejects_file"]) == (2, 2, None)
    assert everybody(workspace) == PEOPLE
    again = imported(workspace, "people.csv")
    assert (again["unchanged"], again["updated"], again["created"]) == (2, 0, 0)


def test_a_ragged_row_goes_to_a_file_that_can_be_mended_and_imported(workspace: Workspace) -> None:
    """1.4, 1.11: rejected rows go to a file with their reason and line; exit code 4."""
    ragged = "3;Ana;Court\r\n4;Bob;Long;bob@a.example;35000;Rennes;X;extra;more\r\n"
    workspace.write("people.csv", (table(";") + ragged).encode("cp1252"))
    answer = imported(workspace, "people.csv", code=4)
    assert (answer["read"], answer["created"], answer["rejected"]) == (4, 2, 2)

    rejects = Path(str(answer["rejects_file"]))
    rows = list(csv.reader(io.StringIO(rejects.read_text("utf-8-sig")), delimiter=";"))
    assert rows[0][2:] == HEADER
    assert [row[0] for row in rows[1:]] == ["4", "5"]
    assert rows[2][2:] == ["4", "Bob", "Long", "bob@a.example", "35000", "Rennes", "X", "extra",
                           "more"]  # fmt: skip
    assert all("cells" in row[1] for row in rows[1:])

    rows[1:] = [row[: len(rows[0])] + [""] * (len(rows[0]) - len(row)) for row in rows[1:]]
    rejects.write_text("\n".join(";".join(row) for row in rows), "utf-8")
    mended = imported(workspace, str(rejects))
    assert (mended["read"], mended["created"]) == (2, 2)
    names = [field["name"] for field in workspace.ok("contacts", "fields")["fields"]]
    assert not [name for name in names if name.startswith("outreach")]


def test_a_line_in_another_encoding_is_read_and_told(workspace: Workspace) -> None:
    """1.11: a CSV with mixed encoding."""
    odd = "3;Hélène;Dupré;h@a.example;35000;Rennes;Été".encode("cp1252")
    workspace.write("people.csv", table(";").encode() + odd + b"\n")
    told = workspace.run("contacts", "import", "people.csv")
    assert (told.code, "Windows-1252" in told.out) == (0, True)
    assert everybody(workspace)[2] == ["3", "Hélène", "Dupré", "h@a.example", "35000", "Rennes",
                                       "Été"]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"Ref;Nom;E-mail;E-mail\n1;A;a@x.example;b@x.example\n", 1),
        (b"", None),
        (b"\x00\x01\x02" * 50, None),
    ],
    ids=["duplicate-header", "empty", "binary"],
)
def test_a_file_that_cannot_be_read_changes_nothing_and_says_what_to_do(
    workspace: Workspace, content: bytes, line: int | None
) -> None:
    """1.11: a clear error with place and next step, exit 1, nothing lost."""
    workspace.write("people.csv", content)
    done = workspace.run("contacts", "import", "people.csv", "--json")
    assert done.code == 1
    (error,) = done.errors
    assert error["file"].endswith("people.csv")
    assert error["line"] == line
    assert error["message"]
    assert workspace.ok("contacts", "count") == {"count": 0}


def test_a_table_without_header_keeps_every_cell(workspace: Workspace) -> None:
    """1.11: no header."""
    rows = "1;Zoé;Lévêque;zoe@a.example;01000;Bourg\n2;Jérôme;Œuvrard;j@a.example;25000;Besançon\n"
    workspace.write("people.csv", rows)
    answer = imported(workspace, "people.csv")
    assert (answer["read"], answer["created"]) == (2, 2)
    people = workspace.ok("contacts", "list")["contacts"]
    for line, person in zip(rows.splitlines(), people, strict=True):
        shown = workspace.run("contacts", "show", str(person["id"]), "--json").out
        for cell in line.split(";")[1:]:
            assert cell in shown


def test_a_workbook_with_a_title_above_its_header(workspace: Workspace) -> None:
    """1.11: an XLSX with a title above the header; numbers, dates and truths keep their type."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Liste des clients au 1er mars"])
    sheet.append([])
    sheet.append(["Réf", "Nom", "E-mail", "Code postal", "Dernier achat", "Chiffre", "Actif"])
    sheet.append([7, "Ünal", "u@x.example", 1000, datetime.datetime(2026, 3, 1), 1234.5, True])
    sheet.append([8, "Bâ", "b@x.example", "35000", None, None, False])
    book.save(workspace.folder / "clients.xlsx")
    assert imported(workspace, "clients.xlsx")["created"] == 2
    assert imported(workspace, "clients.xlsx")["unchanged"] == 2
    for expression in ('dernier_achat = "2026-03-01"', "chiffre between 1234.4 and 1234.6",
                       "actif", 'external_id = "7"', '`Dernier achat` < "02/03/2026"',
                       'postal_code = "01000"'):  # fmt: skip
        assert workspace.ok("contacts", "count", expression) == {"count": 1}, expression


def test_both_school_files_become_one_base(workspace: Workspace, real_data: Path) -> None:
    """1.4: nothing lost, headers recognised, one postal code; the second import changes nothing."""
    total = 0
    files = sorted((real_data / "french-schools").glob("*.csv"))
    assert len(files) == 2
    for file in files:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream, delimiter=";"))
        first = imported(workspace, str(file))
        assert (first["read"], first["rejected"]) == (len(rows), 0)
        total += len(rows)
    assert workspace.ok("contacts", "count") == {"count": total}
    for file in files:
        again = imported(workspace, str(file))
        assert again["unchanged"] == again["read"]

    assert workspace.ok("contacts", "count", "postal_code is null") == {"count": 0}
    fields = [field["name"] for field in workspace.ok("contacts", "fields")["fields"]]
    assert [name for name in fields if "postal" in name] == ["postal_code"]
    with files[0].open(encoding="utf-8-sig", newline="") as stream:
        first_row = next(csv.DictReader(stream, delimiter=";"))
    shown = workspace.run("contacts", "show", first_row["Identifiant_de_l_etablissement"], "--json")
    assert shown.code == 0
    kept = shown.out.casefold()
    for header, cell in first_row.items():
        if header not in ("Telephone",):
            assert cell.casefold() in kept, (header, cell)
    rennes = sum(
        row["Nom_commune"] == "Rennes"
        for row in csv.DictReader(files[0].open(encoding="utf-8-sig"), delimiter=";")
    )
    assert workspace.ok("contacts", "count", 'city = "RENNES"') == {"count": rennes}


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_what_is_exported_comes_back_unchanged(workspace: Workspace, ending: str) -> None:
    """1.4: export, and import of it: into the same base and into an empty one."""
    workspace.write(
        "people.csv",
        "Réf;Nom;E-mail;Code postal;Ville;Tags;Kind;Né le;Points;Remarque\n"
        '1;"Le ""Grand""";a@x.example;01000;Bourg;vip,salon;customer;01/02/1980;12;"deux\nlignes"\n'
        "2;Nguyễn;b@x.example;35000;Rennes;;prospect;;-3;=1+1\n"
        "3;;c@x.example;;;;;;;\n",
    )
    imported(workspace, "people.csv")
    before = workspace.ok("contacts", "list")["contacts"]
    workspace.ok("contacts", "export", f"out.{ending}")
    again = imported(workspace, f"out.{ending}")
    assert again["unchanged"] == 3, again
    assert workspace.ok("contacts", "list")["contacts"] == before

    (workspace.folder / "data/outreach.db").unlink()
    assert imported(workspace, f"out.{ending}")["created"] == 3
    after = workspace.ok("contacts", "list")["contacts"]
    for old, new in zip(before, after, strict=True):
        assert {**new, "id": 0} == {**old, "id": 0}
    for count in ('has_tag("vip")', 'remarque = "=1+1"', "points < 0", 'kind = "customer"'):
        assert workspace.ok("contacts", "count", count) == {"count": 1}, count


def test_fill_keep_and_replace_say_what_a_row_may_change(workspace: Workspace) -> None:
    """1.4: `fill` by default: an empty field is filled, a value is not overwritten."""
    workspace.people([("1", "Zoé", "Blanc", "a@x.example", "")], "Ref;Prénom;Nom;E-mail;City")
    workspace.write("new.csv", "Ref;Prénom;Nom;E-mail;City\n1;Zoé;Noir;a@x.example;Rennes\n")
    keys = ("last_name", "city")

    def person() -> list[str | None]:
        (found,) = workspace.ok("contacts", "list")["contacts"]
        return [found[key] for key in keys]

    rehearsed = workspace.ok("contacts", "import", "new.csv", "--dry-run")
    assert (rehearsed["updated"], person()) == (1, ["Blanc", None])
    assert workspace.ok("contacts", "import", "new.csv", "--on-match", "keep")["unchanged"] == 1
    assert person() == ["Blanc", None]
    assert workspace.ok("contacts", "import", "new.csv")["updated"] == 1
    assert person() == ["Blanc", "Rennes"]
    assert workspace.ok("contacts", "import", "new.csv", "--on-match", "replace")["updated"] == 1
    assert person() == ["Noir", "Rennes"]


def test_a_row_that_fits_two_contacts_is_rejected_with_its_reason(workspace: Workspace) -> None:
    """CONTRACT, `contacts import`: a row that fits two contacts is rejected with its reason."""
    workspace.people([("1", "Blanc", "a@x.example", ""), ("2", "Noir", "a@x.example", "")])
    assert workspace.ok("contacts", "count") == {"count": 2}
    workspace.write("new.csv", "E-mail;City\na@x.example;Rennes\n")
    answer = imported(workspace, "new.csv", code=4)
    assert (answer["rejected"], answer["updated"]) == (1, 0)
    reason = Path(str(answer["rejects_file"])).read_text("utf-8-sig").splitlines()[1]
    assert reason.startswith("2;")
    assert len(reason.split(";")[1]) > 10


def test_a_map_renames_and_leaves_out(workspace: Workspace) -> None:
    """`contacts import --map FILE`."""
    workspace.write("people.csv", "K1;K2;K3\na@x.example;Blanc;secret\n")
    workspace.write("map.yaml", "K1: email\nK2: last_name\nK3: ignore\n")
    answer = workspace.ok("contacts", "import", "people.csv", "--map", "map.yaml")
    assert answer["created"] == 1
    shown = workspace.run("contacts", "show", "a@x.example", "--json").out
    assert "Blanc" in shown
    assert "secret" not in shown
    workspace.write("map.yaml", "K1: emial\n")
    wrong = workspace.run("contacts", "import", "people.csv", "--map", "map.yaml", "--json")
    if wrong.code:
        assert wrong.errors[0]["line"] == 1


# --- expressions -------------------------------------------------------------------------------


@pytest.fixture
def base(workspace: Workspace) -> Workspace:
    workspace.write(
        "people.csv",
        "Réf;Nom;E-mail;Ville;Tags;Kind;Date de commande;Points;Inscrit\n"
        "1;Étienne;e@x.example;Besançon;vip,salon;customer;03/04/2026;10;oui\n"
        "2;Muller;m@x.example;BESANCON;;prospect;2026-05-06;20,5;non\n"
        "3;Ölmez;o@x.example;Nantes;salon;prospect;;;\n"
        "4;;n@x.example;;VIP;suspect;31/12/2025;-5;oui\n",
    )
    workspace.ok("contacts", "import", "people.csv")
    return workspace


@pytest.mark.parametrize(
    ("expression", "who"),
    [
        ('city = "besancon"', "12"),
        ('city == "BESANÇON"', "12"),
        ("city = 'besançon' and not has_tag('vip')", "2"),
        ('has_tag("Vip")', "14"),
        ('city != "Nantes"', "124"),
        ('city <> "Nantes"', "124"),
        ('not city = "Nantes"', "124"),
        ('city not in ("Nantes", "Paris")', "124"),
        ('city in ("nantes", "BESANCON")', "123"),
        ("city is null", "4"),
        ("last_name is not null", "123"),
        ('last_name like "o%"', "3"),
        ('last_name not like "o%"', "124"),
        ('contains(last_name, "LL")', "2"),
        ('starts_with(city, "béS")', "12"),
        ('lower(city) = "nantes"', "3"),
        ('date_de_commande < "2026-04-04"', "14"),
        ('date_de_commande < "04/04/2026"', "14"),
        ('`Date de commande` between "2026-04-03" and "2026-12-31"', "12"),
        ('date_de_commande not between "2026-04-03" and "2026-12-31"', "34"),
        ("points > 10", "2"),
        ("points * 2 - 1 = 19", "1"),
        ("points / 0 = 1", ""),
        ("not points / 0 = 1", "1234"),
        ("points >= 10 or points < 0", "124"),
        ("inscrit", "14"),
        ("not inscrit", "23"),
        ("inscrit = false", "2"),
        ("true", "1234"),
        ('kind in ("prospect", "suspect") and (has_tag("salon") or points = -5)', "34"),
        ("days_since(date_de_commande) > 360", "14"),
        ("date_de_commande < days_ago(300)", "124"),
        ("date_de_commande <= today()", "124"),
        ('received("spring")', None),
        ('reached("order")', ""),
        ("contacted_within(30)", ""),
        ("order_count = 0", "1234"),
    ],
)
def test_an_expression_selects_these_people(
    base: Workspace, expression: str, who: str | None
) -> None:
    """1.5: accents, case, missing values, dates in both orders, tags, backtick labels."""
    done = base.run("contacts", "list", expression, "--json", "--now", "2027-04-05T09:00")
    if who is None:
        assert done.code in (0, 1)
        return
    assert done.code == 0, done
    assert "".join(person["external_id"] for person in done.json["contacts"]) == who
    assert base.ok("contacts", "count", expression, now="2027-04-05T09:00") == {"count": len(who)}


@pytest.mark.parametrize(
    ("expression", "column", "hint"),
    [
        ('citty = "Rennes"', 1, "city"),
        ('city = "Rennes" and has_tagg("x")', 21, "has_tag"),
        ("points >", None, ""),
        ('city = "Rennes', None, ""),
        ('city = "a"; drop table contacts', None, ""),
        ("city in (select email from contacts)", None, ""),
        ('city = "a" -- comment', None, ""),
        ('points = "beaucoup"', None, ""),
        ('date_de_commande < "31/31/2026"', None, ""),
        ("count(*) > 1", None, ""),
        ("upper(city) = 'X'", None, ""),
        ("contacts.city = 'X'", None, ""),
        ("case when true then true end", None, ""),
    ],
)
def test_nothing_else_of_sql_can_be_reached_and_the_spot_is_shown(
    base: Workspace, expression: str, column: int | None, hint: str
) -> None:
    """1.5: an error names line and column, points at the spot and says "did you mean"."""
    done = base.run("contacts", "list", expression, "--json")
    assert done.code == 1, done
    (error,) = done.errors
    assert error["line"] == 1
    assert error["column"] == column if column else error["column"] >= 1
    assert hint in (error["hint"] or "")
    told = base.run("contacts", "list", expression)
    assert (told.code, told.out) == (1, "")
    assert expression in told.err
    assert "^" in told.err
    assert base.ok("contacts", "count") == {"count": 4}


def test_a_recognised_heading_in_backticks_is_the_standard_field(workspace: Workspace) -> None:
    """CONTRACT: a field is written by its label in backticks, in whatever language the shell is."""
    workspace.write("people.csv", "Nom;Courriel;Code_postal;Ville\nA;a@x.example;35000;Rennes\n")
    workspace.ok("contacts", "import", "people.csv")
    for expression in ('`Code postal` = "35000"', '`Code_postal` = "35000"', '`Ville` = "rennes"',
                       '`Postal code` = "35000"', '`Nom` = "a"'):  # fmt: skip
        assert workspace.ok("contacts", "count", expression) == {"count": 1}, expression


def test_every_answer_about_contacts_fits_80_columns(base: Workspace) -> None:
    """Text output is at most 80 columns wide, whatever is in the base."""
    long = "Compagnie générale des très longues appellations de Basse-Bretagne et d'ailleurs"
    base.write("long.csv", f"Nom;E-mail;Ville;Une colonne au titre démesurément long pour lui\n"
               f"{long};{'x' * 60}@x.example;{long};{long}\n")  # fmt: skip
    base.ok("contacts", "import", "long.csv")
    for words in (["list"], ["fields"], ["count"], ["show", "5"], ["show", "e@x.example"],
                  ["list", "city is null"], ["import", "people.csv"], ["import", "long.csv"],
                  ["list", "--fields", "email,city,last_name,company,points,inscrit"],
                  ["export", "out.csv"]):  # fmt: skip
        done = base.run("contacts", *words)
        assert done.code == 0, done
        assert max(map(len, done.out.splitlines())) <= 80, (words, done.out)


def test_somebody_who_is_not_there_or_is_not_one_person(base: Workspace) -> None:
    """WHO is an address, a name, an identifier or an id; else a clear error."""
    for who in ("e@x.example", "E@X.Example", "étienne", "Etienne", "1"):
        shown = base.ok("contacts", "show", who)
        assert shown["id"] == 1, who
    missing = base.run("contacts", "show", "nobody@x.example", "--json")
    assert missing.code in (1, 2)
    assert missing.errors[0]["message"]
