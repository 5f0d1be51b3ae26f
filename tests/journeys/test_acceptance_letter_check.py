"""Acceptance of issue line 3.5: what `check` says of a Word template before it is used."""

from __future__ import annotations

from typing import Any

import pytest
from word import complex_field, docx, merge, paragraph, run
from workspaces import Workspace

NOW = "2027-03-15T12:00"
HEADER = "Réf;Civilité;Prénom;Nom;Adresse;Code postal;Ville;Dernière visite;Remise;Depuis"
PEOPLE = [
    "a;Mme;Anaïs;Le Goff;12 rue X;35000;Rennes;12/03/2027;1234,5;mars",
    "b;M.;Yann;Kerjean;3 rue X;35400;Saint-Malo;;;",
    "c;;Léa;Paoli;5 rue X;20000;Ajaccio;01/02/2027;;",
    "d;Mme;Zoé;Sans-Rue;;;Rennes;;;",
]
NBSP = "\u00a0"
LETTER = "  - {step: letter, channel: letter, template: lettre.docx}\n"


@pytest.fixture
def town(workspace: Workspace) -> Workspace:
    """Three people with an address and one without; letters are in French."""
    workspace.write("people.csv", "\n".join([HEADER, *PEOPLE]) + "\n")
    assert workspace.ok("contacts", "import", "people.csv")["created"] == 4
    workspace.campaign("spring", "last_name is not null", head="language: fr\n", steps=LETTER)
    return workspace


def checked(workspace: Workspace, *content: str, code: int = 0) -> Any:
    """What `check` answers of a letter with one paragraph of these runs each."""
    workspace.write("templates/lettre.docx", docx("".join(paragraph(one) for one in content)))
    return workspace.ok("check", "spring", now=NOW, code=code)


def messages(answer: Any, severity: str) -> list[str]:
    return [p["message"] for p in answer["problems"]
            if (p["severity"], p["file"]) == (severity, "templates/lettre.docx")]  # fmt: skip


def test_a_field_is_found_by_its_name_its_case_its_accents_its_blanks(town: Workspace) -> None:
    """3.5: each says which field it takes, how it prints for somebody, how many lack it."""
    written = {
        "last_name": ("last_name", True, 0),
        "NOM": ("last_name", False, 0),
        "Prenom": ("first_name", False, 0),
        '"Code postal"': ("postal_code", False, 0),
        "Code_postal": ("postal_code", False, 0),
        "civilite": ("civility", False, 1),
        "derniere_visite": ("derniere_visite", True, 1),
        '"DERNIÈRE VISITE"': ("derniere_visite", False, 1),
    }
    (letter,) = checked(town, *(run("Vu : ") + merge(one) for one in written))["letters"]
    found = [(f["field"], f["exact"], f["lacking"]) for f in letter["fields"]]
    assert found == list(written.values())
    # The one without civility and the one without a visit; who has no street gets no letter.
    assert letter["held"] == 2
    assert letter["fields"][2]["sample"] in ("Anaïs", "Yann", "Léa")
    assert letter["fields"][6]["sample"] in ("12 mars 2027", "1 février 2027", "12/03/2027")


def test_pictures_are_tried_and_those_that_do_nothing_are_told(town: Workspace) -> None:
    """3.5: with a value of somebody's, by the language of the letter."""
    answer = checked(
        town,
        merge("Derniere_visite", r'\@ "dddd d MMMM yyyy"'),
        merge("Remise", r'\# "# ##0,00 €"'),
        merge("Ville", r"\* Upper"),
        merge("Depuis", r'\@ "dd/MM/yyyy"'),
    )
    samples = [field["sample"] for field in answer["letters"][0]["fields"]]
    assert samples[0] in ("vendredi 12 mars 2027", "lundi 1 février 2027")
    assert samples[1].replace("\u202f", " ").replace(NBSP, " ") == "1 234,50 €"
    assert samples[2] in ("RENNES", "SAINT-MALO", "AJACCIO")
    (told,) = [one for one in messages(answer, "warning") if "Depuis" in one]
    assert r'\@ "dd/MM/yyyy"' in told
    assert "mars" in told


def test_what_is_frozen_computed_left_or_refused_is_said(town: Workspace) -> None:
    """3.5: each field that is no merge field in its group; what cannot be done is an error."""
    answer = checked(
        town,
        merge("Nom") + complex_field(r' DATE \@ "d MMMM yyyy" ') + complex_field(" PAGE "),
        complex_field(' IF "a" = "a" "oui" "non" '),
    )
    (letter,) = answer["letters"]
    assert letter["frozen"] == [{"written": r'DATE \@ "d MMMM yyyy"', "sample": "15 mars 2027"}]
    assert (letter["computed"], letter["left_to_word"]) == (["IF"], ["PAGE"])
    assert messages(answer, "error") == []

    refused = checked(
        town, merge("Nom"), complex_field(r' DATABASE \d "C:\\clients.mdb" '),
        complex_field(r' INCLUDETEXT "C:\\conditions.docx" '), merge("Ville", r"\* Tartempion"),
        code=1,
    )  # fmt: skip
    told = messages(refused, "error")
    assert len(told) == 3
    for word, one in zip(("DATABASE", "INCLUDETEXT", "Tartempion"), told, strict=True):
        assert word in one


def test_a_name_typed_as_text_and_a_name_misspelt_stop_it(town: Workspace) -> None:
    """3.5: `«Nom»` of a field is an error, of nothing a warning; a quotation is left alone.

    A French Word puts blanks within the chevrons one types: that may be a quotation, so it
    is a warning where a field has that name.
    """
    answer = checked(
        town, run("Cher «Nom», de «VILLE», «Client»"),
        run(f"«{NBSP}Prénom{NBSP}» et «{NBSP}bonjour{NBSP}»"), merge("Prénon"), code=1,
    )  # fmt: skip
    errors, warnings = messages(answer, "error"), messages(answer, "warning")
    assert [one for one in errors if "«Nom»" in one or "«VILLE»" in one] == errors[:2]
    assert [one["hint"] for one in answer["problems"] if "'Prénon'" in one["message"]] == [
        "did you mean 'Prénom'?"
    ]
    assert len(errors) == 3
    assert [one.split("»")[0].split("«")[1].strip() for one in warnings] == ["Client", "Prénom"]
    assert town.run("launch", "spring", "--confirm", "3", now=NOW).code == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (docx(paragraph(run("Bonjour")))[:300], "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), ".doc"),
        (b"Bonjour", "Word document"),
    ],
)
def test_a_file_that_is_no_word_letter_is_told_in_words(
    town: Workspace, content: bytes, words: str
) -> None:
    """3.5: an old .doc, a cut-off download, an empty file."""
    town.write("templates/lettre.docx", content)
    answer = town.ok("check", "spring", now=NOW, code=1)
    (told,) = messages(answer, "error")
    assert words in told
