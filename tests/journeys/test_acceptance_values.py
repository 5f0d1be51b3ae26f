"""Acceptance of issue 3, line 2.3: each kind of value is cleaned, and its original is kept."""

from __future__ import annotations

from typing import Any

from workspaces import Workspace


def imported(workspace: Workspace, header: str, *rows: str, words: tuple[str, ...] = ()) -> Any:
    """Import these rows, with codes K0, K1, … in front; the answer of the command."""
    lines = [f"Code;Nom;{header}", *(f"K{n};N{n};{row}" for n, row in enumerate(rows))]
    workspace.write("list.csv", "\n".join(lines) + "\n")
    return workspace.ok("contacts", "import", "list.csv", *words)


def shown(workspace: Workspace, code: int) -> Any:
    return workspace.ok("contacts", "show", f"K{code}")


def original(person: Any, field: str) -> tuple[str, str | None]:
    """What the file had, and why it could not be used (None: only written otherwise)."""
    (found,) = [aside for aside in person["set_aside"] if aside["field"] == field]
    return found["original"], found["reason"]


def test_mailboxes_are_found_in_what_people_type(workspace: Workspace) -> None:
    """Comments around, several in one cell, brackets, mailto; a wrong one keeps its row."""
    cells = [
        ("zoe@a.example (bureau)", "zoe@a.example", False),
        ("Zoé Blanc <zoe@b.example>", "zoe@b.example", False),
        ("<zoe@c.example>", "zoe@c.example", False),
        ("mailto:zoe@d.example", "zoe@d.example", False),
        ("zoe@e.example, b@e.example", "zoe@e.example", True),
        ("zoe@f.example / b@f.example", "zoe@f.example", True),
        ('"zoe@g.example; b@g.example"', "zoe@g.example", True),
        ("Zoé@Exämple.FR", "Zoé@exämple.fr", False),
        ("\u200bzoe@h.example\u00a0", "zoe@h.example", False),
        ("zoe@localhost", None, True),
        ("zoe@@i.example", None, True),
        ("pas d'adresse", None, True),
    ]
    answer = imported(workspace, "Courriel", *(cell for cell, _, _ in cells))
    assert (answer["created"], answer["set_aside"]) == (12, {"email": 6})
    for code, (cell, value, told) in enumerate(cells):
        person = shown(workspace, code)
        assert person["email"] == value, cell
        kept, reason = original(person, "email")
        assert (kept, bool(reason)) == (cell.strip('"'), told), cell


def test_phones_are_written_as_their_country_says(workspace: Workspace) -> None:
    """E.164 by the row's country, else the workspace's; several in one cell: the first."""
    cells = [
        ("02.99.00.00.01;", "+33299000001", False),
        ("+33 (0)6 12 34 56 78;", "+33612345678", False),
        ("0033 2 99 00 00 01;France", "+33299000001", False),
        ("0470 12 34 56;Belgique", "+32470123456", False),
        ("020 7946 0958;GB", "+442079460958", False),
        ("030 901820;ALLEMAGNE", "+4930901820", False),
        ("+1 650-253-0000;France", "+16502530000", False),
        ("Tél : 02 99 00 00 01 (matin);", "+33299000001", False),
        ("02 99 00 00 01 / 06 12 34 56 78;", "+33299000001", True),
        ("299000001;", "+33299000001", False),
        ("06 12 34;", None, True),
        ("sur liste rouge;", None, True),
    ]
    imported(workspace, "Téléphone;Pays", *(cell for cell, _, _ in cells))
    for code, (cell, value, told) in enumerate(cells):
        person = shown(workspace, code)
        assert person["phone"] == value, cell
        kept, reason = original(person, "phone")
        assert (kept, bool(reason)) == (cell.split(";")[0], told), cell
    assert "+33612345678" in str(original(shown(workspace, 8), "phone")[1])


def test_numbers_of_firms_are_checked_by_their_digits(workspace: Workspace) -> None:
    """SIRET (La Poste's own rule too), SIREN, VAT of several countries; wrong ones set aside."""
    header = "SIRET;SIREN;N° TVA intracommunautaire"
    imported(
        workspace, header,
        "732 829 320 00074;732 829 320;FR 44 732 829 320",
        "35600000049837;356000000;DE136695976",
        "73282932000075;732829321;FR00732829320",
        "7328293200007;12;XX123",
    )  # fmt: skip
    good, post, wrong, short = (shown(workspace, code) for code in range(4))
    own = [name for name in good if "tva" in name]
    assert len(own) == 1
    names = ("siret", "siren", own[0])
    assert [good[n] for n in names] == ["73282932000074", "732829320", "FR44732829320"]
    assert [post[n] for n in names] == ["35600000049837", "356000000", "DE136695976"]
    for person in (wrong, short):
        assert [person[n] for n in names] == [None] * 3
        assert all(original(person, n)[1] for n in names)
    assert original(good, "siret") == ("732 829 320 00074", None)


def test_an_address_is_at_most_six_lines_of_38_characters(workspace: Workspace) -> None:
    """NF Z10-011: order, no punctuation in the street, the town in capitals, no line empty."""
    header = "Civilité;Prénom;Société;Adresse;Complément;CP;Ville;Pays"
    answer = imported(
        workspace, header,
        "M.;Jean;;12 bis, avenue du Général de Gaulle;Bât. B - esc. 2;35000;Rennes;France",
        ";;Mairie;1, place de l'Hôtel-de-Ville;;1000;Bourg-en-Bresse;",
        "Mme;Ann;;Rue de la Loi 16;;1000;Bruxelles;Belgique",
        "Mme;Marie-Antoinette;Société anonyme des établissements réunis de Bretagne occidentale;"
        "1234 avenue du Maréchal de Lattre de Tassigny prolongée;"
        "Zone industrielle de la très grande rivière noire;35510;Cesson-Sévigné Cedex;",
    )  # fmt: skip
    assert answer["created"] == 4
    lines = [shown(workspace, code)["postal_lines"] for code in range(4)]
    assert lines[0] == [
        "M. Jean N0", "Bât B - esc 2", "12 bis avenue du Général de Gaulle", "35000 RENNES",
    ]  # fmt: skip
    assert lines[1][0] == "Mairie"
    assert lines[1][-1] == "01000 BOURG EN BRESSE"
    assert lines[2][-2:] == ["1000 BRUXELLES", "BELGIQUE"]
    for block in lines:
        assert len(block) <= 6
        assert all(line and len(line) <= 38 for line in block), block
    assert "Mme Marie-Antoinette N3" in lines[3]
    assert "prolongée" in lines[3]
    assert shown(workspace, 0)["postal_left_off"] == []
    assert shown(workspace, 3)["postal_left_off"] != []
    assert "No room on the envelope" in workspace.run("contacts", "show", "K3").out
    assert lines[3][-1] == "35510 CESSON SEVIGNE CEDEX"


def test_a_postcode_and_its_town_are_held_against_a_table(workspace: Workspace) -> None:
    """Where a table is given: 75002 LILLE is told; abbreviations, CEDEX, districts are not."""
    workspace.write(
        "codes.csv",
        "Code_commune_INSEE;Nom_commune;Code_postal\n35238;RENNES;35000\n75102;PARIS 02;75002\n"
        "59350;LILLE;59000\n44184;ST NAZAIRE;44600\n69383;LYON 03;69003\n"
        "01053;BOURG EN BRESSE;01000\n",
    )
    rows = ("35000;Rennes", "75002;LILLE", "44600;Saint-Nazaire", "75002;Paris", "69003;Lyon 3e",
            "35042;Rennes Cedex", "1000;Bourg en Bresse", "1000;Bruxelles")  # fmt: skip
    answer = imported(
        workspace, "CP;Ville;Pays", *(f"{row};" for row in rows[:-1]), f"{rows[-1]};Belgique",
        words=("--postcodes", "codes.csv"),
    )  # fmt: skip
    assert (answer["created"], answer["set_aside"]) == (8, {})
    assert [(one["field"], one["count"]) for one in answer["to_look_at"]] == [("city", 1)]
    kept, reason = original(shown(workspace, 1), "city")
    assert kept == "LILLE"
    assert "75002" in str(reason)
    assert "PARIS" in str(reason)
    assert shown(workspace, 6)["postal_code"] == "01000"


def test_civilities_and_names_with_particles(workspace: Workspace) -> None:
    """One spelling for each civility; a particle belongs to the name, as it was written."""
    names = ["Le Goff", "d'Ornano", "de La Tour du Pin", "van der Berg", "O'Neill", "LE GOFF",
             "d’Ormesson", "Müller-Lüdenscheidt"]  # fmt: skip
    titles = ["Monsieur", "madame", "MLLE", "Mr", "Mme.", "M", "Dr", "M. et Mme"]
    rows = [f"{title};Anne;{name}" for title, name in zip(titles, names, strict=True)]
    lines = "".join(f"K{n};Rennes;{row}\n" for n, row in enumerate(rows))
    workspace.write("list.csv", "Code;Ville;Civilité;Prénom;Nom\n" + lines)
    workspace.ok("contacts", "import", "list.csv")
    people = [shown(workspace, n) for n in range(8)]
    assert [p["civility"] for p in people] == [
        "M.", "Mme", "Mlle", "Mr", "Mme", "M.", "Dr", "M. et Mme",
    ]  # fmt: skip
    assert [p["last_name"].replace("’", "'").casefold() for p in people] == [
        name.replace("’", "'").casefold() for name in names
    ]
    assert people[2]["postal_lines"] == ["Mlle Anne de La Tour du Pin", "RENNES"]
    assert original(people[0], "civility") == ("Monsieur", None)


def test_signs_that_cannot_be_seen_are_taken_out_and_reported(workspace: Workspace) -> None:
    """Control characters and bidi marks: removed, said in the report, the original kept."""
    dirty = "Le\u202e Goff\u200f", "Ren\x07nes\x7f", "a\u2066b\u2069c\x1b[31m"
    workspace.write("list.csv", "Code;Nom;Ville;Remarque\nK1;" + ";".join(dirty) + "\n")
    told = workspace.run("contacts", "import", "list.csv")
    assert told.code == 0
    assert "invisible signs" in told.out
    for field in ("last_name 1", "city 1", "remarque 1"):
        assert field in told.out
    person = shown(workspace, 1)
    assert (person["last_name"], person["city"], person["remarque"]) == (
        "Le Goff", "Rennes", "abc[31m",
    )  # fmt: skip
    assert original(person, "last_name")[0] == dirty[0]
    assert original(person, "remarque")[0] == dirty[2]
    on_screen = workspace.run("contacts", "show", "K1").out
    assert not [sign for sign in on_screen if sign in "\u202e\u200f\x07\x7f\u2066\u2069\x1b"]
