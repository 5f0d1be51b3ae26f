"""Files into the base: every row told, nothing lost, the second time nothing changed."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from outreach.model.admission import OnMatch
from outreach.model.field import FieldType
from outreach.model.settings import Settings
from outreach.runner.admit import ImportReport, Wanted, admit
from outreach.store.contacts import Contacts
from outreach.store.engine import Database

NOW = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)


@pytest.fixture
def contacts(open_store: Callable[..., Database]) -> Contacts:
    return Contacts(open_store("sqlite:///data/outreach.db"))


def take(contacts: Contacts, file: Path, wanted: Wanted | None = None) -> ImportReport:
    settings = Settings(folder=file.parent, locale="fr_FR")
    return admit(contacts, file, wanted or Wanted(), settings=settings, now=NOW)


def write(tmp_path: Path, text: str, name: str = "list.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def told(report: ImportReport) -> dict[str, int]:
    """The counts that are not 0."""
    return {name: count for name, count in report.counts.as_mapping().items() if count}


def test_both_school_files_go_into_one_base_and_nothing_is_lost(
    database: Database, real_data: Path, tmp_path: Path
) -> None:
    """`Code postal` and `Code_postal` are one field; two sites under one id stay two."""
    schools = Contacts(database)
    settings = Settings(folder=tmp_path, locale="fr_FR")
    files = sorted((real_data / "french-schools").glob("*.csv"))
    first = [admit(schools, file, Wanted(), settings=settings, now=NOW) for file in files]
    again = [admit(schools, file, Wanted(), settings=settings, now=NOW) for file in files]

    assert [told(report) for report in first] == [
        {"read": 996, "created": 996},
        {"read": 613, "created": 613},
    ]
    assert [told(report) for report in again] == [
        {"read": 996, "unchanged": 996},
        {"read": 613, "unchanged": 613},
    ]
    assert schools.count() == 1609
    assert schools.count(database.contact.c.postal_code.is_not(None)) == 1609
    assert "code_postal" not in database.catalogue.names
    assert database.catalogue.find("Nombre_d_eleves").type is FieldType.INTEGER  # type: ignore[union-attr]
    assert _lost(schools, files) == []


def _lost(schools: Contacts, files: list[Path]) -> list[str]:
    """Names in the files that no contact of the base has."""
    known = {str(contact.values["company"]) for contact in schools.matching()}
    names = []
    for file in files:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            rows = csv.DictReader(opened, delimiter=";")
            names += [" ".join(row["Nom_etablissement"].split()) for row in rows]
    return [name for name in names if name not in known]


def test_every_row_is_told_and_rejected_rows_come_back_mended(
    contacts: Contacts, tmp_path: Path
) -> None:
    lines = (
        "Nom;Mail;Ville",
        "Petit;petit@lys.example;Rennes",
        "Morel;Nantes",
        ";;",
        "Le Goff;legoff@lys.example;Lyon;de trop",
        "Petit;PETIT@lys.example;",
    )
    file = write(tmp_path, "\n".join(lines) + "\n")

    report = take(contacts, file)

    assert told(report) == {"read": 5, "created": 1, "merged": 1, "rejected": 3}
    assert [(r.line, str(r.reason)) for r in report.rejections] == [
        (3, "has 2 cells where the header has 3"),
        (4, "the row is empty"),
        (5, "has 4 cells where the header has 3"),
    ]
    assert report.rejects_file == tmp_path / "data" / "rejects" / "list-20270301-090000.csv"
    assert report.rejects_file.read_text(encoding="utf-8-sig").splitlines() == [
        "outreach_line;outreach_reason;Nom;Mail;Ville",
        "3;has 2 cells where the header has 3;Morel;Nantes",
        "4;the row is empty;;;",
        "5;has 4 cells where the header has 3;Le Goff;legoff@lys.example;Lyon;de trop",
    ]

    header = "outreach_line;outreach_reason;Nom;Mail;Ville\n"
    row = "3;has 2 cells;Morel;morel@lys.example;Nantes\n"
    mended = write(tmp_path, header + row, "mended.csv")
    assert told(take(contacts, mended)) == {"read": 1, "created": 1}
    assert "outreach_line" not in contacts.database.catalogue


def test_an_ambiguous_row_is_rejected_with_the_others_of_its_chunk_taken(
    contacts: Contacts, tmp_path: Path
) -> None:
    take(contacts, write(tmp_path, "Code;Mail\nC1;\n;marie@lys.example\n"))

    report = take(contacts, write(tmp_path, "Code;Mail\nC1;marie@lys.example\nC2;b@lys.example\n"))

    assert told(report) == {"read": 2, "created": 1, "rejected": 1}
    assert str(report.rejections[0].reason) == (
        "fits several contacts: #1 (identifier), #2 marie@lys.example (e-mail)"
    )


def test_unknown_columns_become_typed_fields_and_drifting_headers_stay_one(
    contacts: Contacts, tmp_path: Path
) -> None:
    take(
        contacts,
        write(tmp_path, "Code;CA annuel;Créée le;Actif;Note\nC1;1 200,50 €;01/02/2020;oui;007\n"),
    )
    second = take(
        contacts, write(tmp_path, "code;ca_annuel;CREEE-LE;actif;note\nC2;3;2021-03-04;non;x\n")
    )

    assert not any(column.new for column in second.mapping)
    assert [(f.name, f.type.value, f.label) for f in contacts.database.catalogue.user_fields] == [
        ("ca_annuel", "number", "CA annuel"),
        ("creee_le", "date", "Créée le"),
        ("actif", "boolean", "Actif"),
        ("note", "text", "Note"),
    ]
    assert contacts.count() == 2


def test_a_dry_run_says_what_would_happen_and_writes_nothing(
    contacts: Contacts, tmp_path: Path
) -> None:
    file = write(tmp_path, "Code;Secteur;Mail\nC1;bio;a@lys.example\nC1;bio;a@lys.example\nC2;x\n")

    report = take(contacts, file, Wanted(dry_run=True))

    assert told(report) == {"read": 3, "created": 1, "merged": 1, "rejected": 1}
    assert [(c.field, c.new) for c in report.mapping] == [
        ("external_id", False),
        ("secteur", True),
        ("email", False),
    ]
    assert report.samples[0].values == {
        "external_id": "C1",
        "secteur": "bio",
        "email": "a@lys.example",
    }
    assert contacts.count() == 0
    assert "secteur" not in contacts.database.catalogue
    assert not (tmp_path / "data" / "rejects").exists()
    assert told(take(contacts, file)) == told(report)


def test_a_map_a_source_and_a_policy_are_obeyed(contacts: Contacts, tmp_path: Path) -> None:
    file = write(tmp_path, "Num;Ville\n1;Rennes\n")
    take(contacts, file, Wanted(source="salon", overrides={"Num": "external_id"}))
    moved = write(tmp_path, "Num;Ville\n1;Nantes\n")
    report = take(
        contacts, moved,
        Wanted(source="salon", overrides={"Num": "external_id"}, policy=OnMatch.REPLACE),
    )  # fmt: skip

    (contact,) = contacts.matching()
    assert told(report) == {"read": 1, "updated": 1}
    assert (contact.values["city"], contact.values["source"]) == ("Nantes", "salon")


def test_cells_set_aside_are_counted_by_field(contacts: Contacts, tmp_path: Path) -> None:
    report = take(contacts, write(tmp_path, "Nom;Mail;Tél\nPetit;petit(at)lys;02 99\nMorel;x;\n"))

    assert told(report) == {"read": 2, "created": 2}
    assert report.set_aside == {"email": 2, "phone": 1}


def test_lines_in_another_encoding_are_named(contacts: Contacts, tmp_path: Path) -> None:
    file = tmp_path / "mixed.csv"
    file.write_bytes("Nom;Ville\nZoé;Évry\n".encode() + "Noël;Nîmes\n".encode("cp1252"))

    report = take(contacts, file)

    assert str(report.notes[-1]) == "1 line is not UTF-8 and was read as Windows-1252: 3"
    assert [contact.values["last_name"] for contact in contacts.matching()] == ["Zoé", "Noël"]


def test_an_interruption_leaves_whole_chunks_and_a_second_run_finishes(
    contacts: Contacts, tmp_path: Path
) -> None:
    lines = [f"C{n};p{n}@lys.example" for n in range(4500)]
    file = write(tmp_path, "Code;Mail\n" + "\n".join(lines) + "\n")
    settings = Settings(folder=tmp_path)

    def stop(_rows: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        admit(contacts, file, Wanted(), settings=settings, now=NOW, told=stop)
    assert contacts.count() == 4000

    assert told(take(contacts, file)) == {"read": 4500, "created": 500, "unchanged": 4000}


def test_the_early_childhood_sites_lose_no_row(contacts: Contacts, real_data: Path) -> None:
    """Cells over several lines, hundreds of doubles, columns nobody filled."""
    file = real_data / "dedupe" / "early-childhood-sites.csv"
    settings = Settings(
        folder=Path(str(contacts.database.engine.url.database)).parent, country="US"
    )

    report = admit(contacts, file, Wanted(), settings=settings, now=NOW)
    again = admit(contacts, file, Wanted(), settings=settings, now=NOW)

    assert report.counts.read == 3337
    assert again.counts.read == 3337
    assert again.counts.updated == 0
    assert again.counts.created == 0


# --- what is told about cells ------------------------------------------------------------------


def test_reasons_are_counted_by_field_without_the_values_of_each_cell(
    contacts: Contacts, tmp_path: Path
) -> None:
    lines = ("Nom;Mail", "A;a@x.example;b@x.example", "B;c@x.example;d@x.example", "C;rien")
    text = "\n".join(lines).replace("example;", "example,")

    report = take(contacts, write(tmp_path, text + "\n"))

    told = [(one.field, str(one.reason), one.count, one.line) for one in report.reasons]
    assert told == [
        ("email", "several addresses in one cell: the first one was taken, not …", 2, 2),
        ("email", "not an e-mail address", 1, 4),
    ]
    assert [one.original for one in report.reasons] == ["a@x.example,b@x.example", "rien"]
    assert report.set_aside == {"email": 3}
    (first, *_others) = contacts.matching()
    (aside,) = contacts.set_aside_of(first.id)
    assert (aside.original, str(aside.reason)) == (
        "a@x.example,b@x.example",
        "several addresses in one cell: the first one was taken, not b@x.example",
    )


def test_text_that_was_encoded_twice_and_invisible_signs_are_mended_and_told(
    contacts: Contacts, tmp_path: Path
) -> None:
    file = write(tmp_path, "PrÃ©nom;Nom;Note\nMÃ©dÃ©ric;Pe\u202etit;lâ€™Ã©tÃ©\n")

    report = take(contacts, file)

    (contact,) = contacts.matching()
    found = [contact.values[name] for name in ("first_name", "last_name", "note")]
    assert found == ["Médéric", "Petit", "l’été"]
    assert [str(note) for note in report.notes[-2:]] == [
        "2 cells had been encoded twice (Ã© for é) and were mended: first_name 1, note 1",
        "invisible signs were taken out of 1 cell: last_name 1",
    ]
    assert [aside.original for aside in contacts.set_aside_of(contact.id)] == [
        "MÃ©dÃ©ric",
        "Pe\u202etit",
        "lâ€™Ã©tÃ©",
    ]


def test_a_town_that_is_not_its_postal_codes_is_told_and_kept(
    contacts: Contacts, tmp_path: Path
) -> None:
    """The table lies in the workspace's data folder, or is named."""
    (tmp_path / "data" / "postcodes.csv").write_text("Code_postal;Nom_commune\n35000;RENNES\n")
    file = write(tmp_path, "Nom;CP;Ville\nPetit;35000;Rennes\nMorel;35000;Lyon\n")

    report = take(contacts, file)

    assert told(report) == {"read": 2, "created": 2}
    assert (report.reasons, dict(report.set_aside)) == ((), {})
    assert [(one.field, one.count, one.line) for one in report.to_look_at] == [("city", 1, 3)]
    morel = contacts.find("Morel")[0]
    assert morel.values["city"] == "Lyon"
    assert str(contacts.set_aside_of(morel.id)[0].reason) == (
        "the postal code 35000 is not that of this town, but of RENNES"
    )


def test_identifiers_that_a_spreadsheet_rounded_are_never_guessed(
    contacts: Contacts, tmp_path: Path
) -> None:
    file = write(
        tmp_path,
        "Nom;SIRET;Code;N° adhérent;SIREN;N° TVA\n"
        "A;3,90098E+13;1,2E+05;4,5E+11;390 098 000;FR 40 303 265 045\n"
        "B;;007;0012;732829320;FR00\n",
    )

    report = take(contacts, file)

    first, second = contacts.matching()
    assert [first.values[n] for n in ("siret", "external_id", "n_adherent", "siren", "n_tva")] == [
        None, None, None, None, "FR40303265045",
    ]  # fmt: skip
    assert [second.values[n] for n in ("external_id", "n_adherent", "siren", "n_tva")] == [
        "007", "0012", "732829320", None,
    ]  # fmt: skip
    assert report.set_aside == {
        "siret": 1, "external_id": 1, "n_adherent": 1, "siren": 1, "n_tva": 1,
    }  # fmt: skip


def test_a_named_sheet_is_read(contacts: Contacts, tmp_path: Path) -> None:
    from openpyxl import Workbook

    made = Workbook()
    for name, rows in {"Un": ["A", "B"], "Deux": ["C"]}.items():
        sheet = made.create_sheet(name)
        sheet.append(["Nom", "Ville"])
        for one in rows:
            sheet.append([one, "Rennes"])
    made.save(tmp_path / "a.xlsx")

    assert told(take(contacts, tmp_path / "a.xlsx", Wanted(sheet="Deux"))) == {
        "read": 1, "created": 1,
    }  # fmt: skip


def test_a_dry_run_tells_which_fields_it_would_change(contacts: Contacts, tmp_path: Path) -> None:
    take(contacts, write(tmp_path, "Code;Nom;Ville\nC1;Petit;Rennes\nC2;Morel;\n"))
    file = write(tmp_path, "Code;Ville;Tél\nC1;Nantes;0299853802\nC2;Lyon;\n", "again.csv")

    filled = take(contacts, file, Wanted(dry_run=True))
    replaced = take(contacts, file, Wanted(dry_run=True, policy=OnMatch.REPLACE))

    assert filled.changes == {"phone": 1, "city": 1}
    assert replaced.changes == {"city": 2, "phone": 1}
    assert contacts.find("C1")[0].values["city"] == "Rennes"
