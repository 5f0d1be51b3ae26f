"""Acceptance of issue 3, line 2.2: which column is which field, and what type it has."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from workspaces import Workspace

FIELDS = (
    "external_id", "civility", "first_name", "last_name", "job_title", "company", "siret",
    "email", "phone", "mobile", "street", "street2", "postal_code", "city", "country",
)  # fmt: skip
#: Every heading that CONTRACT names, and the ways a program or a colleague writes it.
HEADINGS = [
    "Code;Civilité;Prénom;Nom;Fonction;Société;SIRET;E-mail;Téléphone;Portable;Adresse;"
    "Complément;Code postal;Ville;Pays",
    "Identifiant;Titre;First name;Last name;Job title;Raison sociale;siret;Mail;Tél;Mobile;Rue;"
    "Complément d'adresse;CP;Commune;Country",
    "ID;CIVILITE;PRENOM;NOM;FONCTION;Entreprise;N° SIRET;Courriel;Phone;Tél. portable;ADRESSE;"
    "complement;CODE_POSTAL;VILLE;PAYS",
    "Réf;civilite;prenom;Nom de famille;fonction;Company;Siret;Adresse mail;Tel;GSM;rue;"
    "Adresse 2;code-postal;commune;pays",
]  # fmt: skip


def mapping(workspace: Workspace, content: str, *words: str) -> dict[str, str]:
    workspace.write("headings.csv", content)
    answer = workspace.ok("contacts", "import", "headings.csv", "--dry-run", *words)
    return {column["header"]: column["field"] for column in answer["mapping"]}


def own_fields(workspace: Workspace) -> dict[str, str]:
    fields = workspace.ok("contacts", "fields")["fields"]
    return {field["name"]: field["type"] for field in fields if field["origin"] == "user"}


def by_id(workspace: Workspace) -> dict[str, dict[str, Any]]:
    people = workspace.ok("contacts", "list")["contacts"]
    return {person["external_id"]: person for person in people}


def test_headings_in_two_languages_are_the_standard_fields(workspace: Workspace) -> None:
    """CONTRACT's list, with and without accents, capitals, spaces, lines below."""
    for header in HEADINGS:
        found = mapping(workspace, header + "\n" + ";".join("x" * 15) + "\n")
        assert list(found.values()) == list(FIELDS), header


def test_two_exports_of_one_source_fill_the_same_fields(workspace: Workspace) -> None:
    """Header drift: accents, capitals, apostrophes, separators; a field of the user's grows."""
    drift = [
        "Réf;Nom;Code postal;Secteur d'activité;Date de visite;Points",
        "REF;NOM;CODE_POSTAL;SECTEUR_D_ACTIVITE;DATE_DE_VISITE;POINTS",
        "ref;nom;Code-postal;Secteur d’activite;Date de  visite ;points",
        "réf.;Nom ;CODE POSTAL;secteurDActivite;date de visite;Points",
    ]
    cells = ["01000;Bois;01/02/2026;3", "01000;Bois;2026-02-01;7", "01000;Bois;1/2/2026;1 000",
             "01000;Bois;01-02-2026;2,5"]  # fmt: skip
    for number, (header, row) in enumerate(zip(drift, cells, strict=True)):
        workspace.write("e.csv", f"{header}\n{number};N{number};{row}\n")
        assert workspace.ok("contacts", "import", "e.csv")["created"] == 1
    assert own_fields(workspace) == {
        "secteur_d_activite": "text", "date_de_visite": "date", "points": "number",
    }  # fmt: skip
    people = by_id(workspace).values()
    assert {(p["postal_code"], p["secteur_d_activite"], p["date_de_visite"]) for p in people} == {
        ("01000", "Bois", "2026-02-01")
    }
    assert [p["points"] for p in people] == [3, 7, 1000, 2.5]


TYPED = {
    # heading: (type, the cells of two rows, their values)
    "Remarque": ("text", ("bois", "12"), ("bois", "12")),
    "Effectif": ("integer", ("1 200", "-3"), (1200, -3)),
    "Surface": ("number", ("1,5", "2 000,25"), (1.5, 2000.25)),
    "Chiffre": ("number", ("1 234,50 €", "12€"), (1234.5, 12)),
    "Solde": ("number", ("€ 3,10", "-5 EUR"), (3.1, -5)),
    "Visite": ("date", ("01/02/2026", "31/12/2025"), ("2026-02-01", "2025-12-31")),
    "Relance": ("date", ("2026-02-01", "2025/12/31"), ("2026-02-01", "2025-12-31")),
    "Signature": ("date", ("1er février 2026", "31 déc. 2025"), ("2026-02-01", "2025-12-31")),
    "Export": ("date", ("01/02/2026 00:00:00", "31/12/2025 00:00"), ("2026-02-01", "2025-12-31")),
    "Actif": ("boolean", ("oui", "Non"), (True, False)),
    "Membre": ("boolean", ("VRAI", "faux"), (True, False)),
    # Identifiers are never numbers, whether these rows show a zero in front or not.
    "Dossier": ("text", ("007", "042"), ("007", "042")),
    "Contrat": ("text", ('="007"', '="042"'), ("007", "042")),
    "N° adhérent": ("text", ("12345", "77"), ("12345", "77")),
    "Matricule": ("text", ("5", "6"), ("5", "6")),
    "Code NAF": ("text", ("6201", "7022"), ("6201", "7022")),
    "Home ZipCode": ("text", ("29200", "35000"), ("29200", "35000")),
    "EAN": ("text", ("3017620422003", "3017620422010"), ("3017620422003", "3017620422010")),
    "Grand nombre": ("text", ("12345678901234567890", "1"), ("12345678901234567890", "1")),
}


def test_types_are_found_from_the_data_and_are_real_columns(workspace: Workspace) -> None:
    """Text, integer, number, date, boolean; French dates, decimal commas, amounts with €."""
    lines = ["Code;Postal code;" + ";".join(TYPED)]
    for row in (0, 1):
        lines.append(f"{row};35000;" + ";".join(cells[row] for _, cells, _ in TYPED.values()))
    workspace.write("typed.csv", "\n".join(lines) + "\n")
    answer = workspace.ok("contacts", "import", "typed.csv")
    assert answer["set_aside"] == {}
    names = {m["header"]: m["field"] for m in answer["mapping"]}
    types = own_fields(workspace)
    people = list(by_id(workspace).values())
    for heading, (kind, _, values) in TYPED.items():
        name = names[heading]
        assert types[name] == kind, heading
        assert tuple(person[name] for person in people) == values, heading
    for expression in ("effectif > 1000", 'signature < "2026-01-01"', "not actif",
                       "chiffre between 1234.4 and 1234.6", 'dossier = "007"'):  # fmt: skip
        assert workspace.ok("contacts", "count", expression) == {"count": 1}, expression
    with closing(sqlite3.connect(workspace.folder / "data" / "outreach.db")) as base:
        columns = {row[1] for row in base.execute("pragma table_info(contact)")}
    assert {f"f_{name}" for name in types} <= columns


def test_a_later_file_widens_a_field_and_loses_no_zero(workspace: Workspace) -> None:
    """Whole numbers, then fractions, then a zero in front: nothing is a number in silence."""
    rows = ["12;12", "1,5;0042", "0042;7"]
    for code, row in enumerate(rows):
        workspace.write(f"{code}.csv", f"Code;Nom;Part;Lot\nK{code};N{code};{row}\n")
        workspace.ok("contacts", "import", f"{code}.csv")
    assert own_fields(workspace) == {"part": "number", "lot": "text"}
    people = by_id(workspace).values()
    assert [(p["part"], p["lot"]) for p in people] == [(12, "12"), (1.5, "0042"), (None, "7")]
    (aside,) = workspace.ok("contacts", "show", "K2")["set_aside"]
    assert (aside["field"], aside["original"], bool(aside["reason"])) == ("part", "0042", True)


def test_a_siret_that_a_spreadsheet_rounded_is_refused_not_guessed(workspace: Workspace) -> None:
    rounded = ("3,90098E+13", "3.90098E+13", "39009800000000,0", "3,9E13")
    rows = "".join(f"K{n};N{n};{siret}\n" for n, siret in enumerate(rounded))
    workspace.write("firms.csv", "Code;Nom;SIRET\n" + rows + "K9;N9;73282932000074\n")
    answer = workspace.ok("contacts", "import", "firms.csv")
    assert (answer["created"], answer["set_aside"]) == (5, {"siret": 4})
    people = by_id(workspace)
    assert [people[f"K{n}"]["siret"] for n in "01239"] == [None] * 4 + ["73282932000074"]
    for number, siret in enumerate(rounded):
        (aside,) = workspace.ok("contacts", "show", f"K{number}")["set_aside"]
        assert (aside["field"], aside["original"]) == ("siret", siret)
        assert aside["reason"]
    told = workspace.run("contacts", "import", "firms.csv").out
    assert "rounded" in told


def test_a_map_has_the_last_word(workspace: Workspace) -> None:
    """`--map FILE`, YAML or JSON: fields, own fields, `ignore`; what is wrong in it is told."""
    content = "K1;Nom;K3;Note\na@x.example;Blanc;7;secret\n"
    workspace.write("map.yaml", "K1: email\nNom: company\nK3: etage\nNote: ignore\n")
    found = mapping(workspace, content, "--map", "map.yaml")
    assert (found["K1"], found["Nom"], found["Note"]) == ("email", "company", None)
    workspace.write("map.json", '{"K1": "email", "Nom": "company", "Note": "ignore"}')
    workspace.ok("contacts", "import", "headings.csv", "--map", "map.json")
    (person,) = workspace.ok("contacts", "list")["contacts"]
    assert (person["email"], person["company"], person["last_name"], person["k3"]) == (
        "a@x.example", "Blanc", None, 7,
    )  # fmt: skip
    assert "secret" not in str(person)

    workspace.write("map.yaml", "K1: emial\n")
    told = workspace.run(
        "contacts", "import", "headings.csv", "--map", "map.yaml", "--dry-run", "--json"
    ).json
    assert "'email'" in told["mapping"][0]["note"]

    for wrong, line, hint in (
        ("Nom: company\nK11: email\n", 2, "K1"),
        ("K1: email\nK3: étage\n", 2, "etage"),
        ("K1: email\nNom: email\n", 2, ""),
        ("K1: [email\n", 1, ""),
    ):
        workspace.write("map.yaml", wrong)
        done = workspace.run(
            "contacts", "import", "headings.csv", "--map", "map.yaml", "--dry-run", "--json"
        )
        assert done.code == 1, (wrong, done)
        assert done.errors[0]["file"].endswith("map.yaml"), wrong
        assert done.errors[0]["line"] == line, wrong
        assert hint in (done.errors[0]["hint"] or ""), wrong


def test_a_rehearsal_shows_the_mapping_ten_rows_and_what_would_change(workspace: Workspace) -> None:
    workspace.people([("1", "Blanc", "p1@a.example", "Rennes"), ("2", "Noir", "p2@a.example", "")])
    before = workspace.stored()
    rows = "".join(f"{n};{n};p{n}@a.example;Vannes;{n}\n" for n in range(3, 14))
    workspace.write(
        "new.csv",
        "Ref;Nom;Courriel;Ville;Points\n1;Blanc;p1@a.example;Nantes;5\n2;Noir;p2@a.example;Brest;\n"
        + rows,
    )
    answer = workspace.ok("contacts", "import", "new.csv", "--dry-run", "--on-match", "replace")
    assert (answer["read"], answer["created"], answer["updated"]) == (13, 11, 2)
    assert [(m["header"], m["field"], m["type"], m["new"]) for m in answer["mapping"]] == [
        ("Ref", "external_id", "text", False),
        ("Nom", "last_name", "text", False),
        ("Courriel", "email", "text", False),
        ("Ville", "city", "text", False),
        ("Points", "points", "integer", True),
    ]
    assert len(answer["samples"]) == 10
    assert answer["changes"] == {"city": 2, "points": 1}

    told = workspace.run("contacts", "import", "new.csv", "--dry-run", "--on-match", "replace").out
    for words in ("Points", "integer", "new", "Rennes → Nantes", "city 2", "nothing was written"):
        assert words in told, words
    assert max(map(len, told.splitlines())) <= 80
    assert (workspace.stored(), own_fields(workspace)) == (before, {})


def test_the_real_files_of_schools_share_their_fields(
    workspace: Workspace, real_data: Path
) -> None:
    """`Code postal` of one export, `Code_postal` of the other."""
    found = []
    for file in sorted((real_data / "french-schools").glob("*.csv")):
        answer = workspace.ok("contacts", "import", str(file), "--dry-run")
        found.append({m["field"]: m["header"] for m in answer["mapping"]})
    assert {fields["postal_code"] for fields in found} == {"Code postal", "Code_postal"}
    for fields in found:
        assert {"external_id", "email", "phone", "street", "city"} <= set(fields)
