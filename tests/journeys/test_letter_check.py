"""`check` on the letters of a campaign: what takes which field, who lacks it, what is frozen."""

from __future__ import annotations

from typing import Any

import pytest
from word import complex_field, docx, merge, paragraph, run
from workspaces import Workspace

from outreach.store.engine import Database

NOW = "2027-03-01T09:00"
LETTER = "  - {step: letter, channel: letter, template: lettre.docx}\n"
HEADER = "Réf;Nom;Code postal;Ville;Date de commande;Montant"


def template(*paragraphs: str) -> bytes:
    return docx("".join(paragraph(one) for one in paragraphs))


def full() -> bytes:
    return template(
        run("Cher ") + merge("NOM") + run(" de ") + merge("Ville", r"\* Upper"),
        merge("Ligne_adresse_1"),
        run("le ") + merge("date_de_commande", r'\@ "d MMMM yyyy"'),
        run("pour ") + merge("Montant", r'\# "# ##0,00 €"'),
        run("Fait le ") + complex_field(r' DATE \@ "d MMMM yyyy" '),
        run("page ") + complex_field(" PAGE ") + run(" de «toto»"),
    )


def people(workspace: Workspace) -> None:
    """The third has no postal code: he gets no letter and is not counted."""
    workspace.people(
        [("a", "Le Goff", "35000", "Rennes", "12/03/2027", "1234,5"),
         ("b", "Kerjean", "35200", "Rennes", "", ""),
         ("c", "Martin", "", "Rennes", "", "")],
        HEADER,
    )  # fmt: skip
    workspace.write("templates/lettre.docx", full())
    workspace.campaign("spring", steps=LETTER)


def fields(answer: Any) -> list[tuple[Any, ...]]:
    (letter,) = answer["letters"]
    return [(one["written"], one["field"], one["exact"], one["lacking"])
            for one in letter["fields"]]  # fmt: skip


def test_each_field_of_a_letter_says_what_it_takes_and_how_many_lack_it(
    workspace: Workspace, base: Database
) -> None:
    people(workspace)
    answer = workspace.ok("check", "spring", now=NOW)
    assert fields(answer) == [
        ("NOM", "last_name", False, 0),
        ("Ville", "city", False, 0),
        ("Ligne_adresse_1", "postal_line_1", False, None),
        ("date_de_commande", "date_de_commande", True, 1),
        ("Montant", "montant", True, 1),
    ]
    (letter,) = answer["letters"]
    assert letter["held"] == 1
    assert letter["frozen"] == [{"written": r'DATE \@ "d MMMM yyyy"', "sample": "1 March 2027"}]
    assert letter["left_to_word"] == ["PAGE"]
    told = [one["message"] for one in answer["problems"]]
    assert any("1 person lacks a value" in one and "date_de_commande, montant" in one
               for one in told)  # fmt: skip
    assert any("«toto»" in one for one in told)
    assert base.engine.dialect.name in ("sqlite", "postgresql")


def test_the_pictures_are_tried_with_somebodys_value_by_the_letters_language(
    workspace: Workspace,
) -> None:
    people(workspace)
    workspace.campaign("spring", head="language: fr\n", steps=LETTER)
    (letter,) = workspace.ok("check", "spring", now=NOW)["letters"]
    samples = {one["written"]: one["sample"] for one in letter["fields"]}
    assert samples["Ville"] == "RENNES"
    assert samples["date_de_commande"] == "12 mars 2027"
    assert samples["Montant"] == "1\u202f234,50 €"
    assert letter["frozen"][0]["sample"] == "1 mars 2027"


def test_a_picture_that_cannot_write_somebodys_value_is_told_with_that_value(
    workspace: Workspace,
) -> None:
    workspace.people(
        [
            ("a", "Le Goff", "35000", "Rennes", "mars 2027"),
            ("b", "Kerjean", "35200", "Rennes", "x"),
        ],
        "Réf;Nom;Code postal;Ville;Depuis",
    )
    workspace.write("templates/lettre.docx", template(merge("Depuis", r'\@ "d MMMM yyyy"')))
    workspace.campaign("spring", steps=LETTER)
    answer = workspace.ok("check", "spring")
    (warning,) = [one for one in answer["problems"] if one["file"] == "templates/lettre.docx"]
    assert warning["severity"] == "warning"
    assert r'\@ "d MMMM yyyy" of the field Depuis cannot write' in warning["message"]


@pytest.mark.parametrize(
    ("locale", "words"),
    [("en_GB", ["Good to know:", "In the letter", "Last name", "12 March 2027"]),
     ("fr_FR", ["Nom", "12 mars 2027"])],
)  # fmt: skip
def test_the_page_fits_eighty_columns_and_says_what_comes_next(
    workspace: Workspace, locale: str, words: list[str]
) -> None:
    people(workspace)
    settings = workspace.folder / "outreach.yaml"
    settings.write_text(settings.read_text().replace("en_GB", locale))
    shown = workspace.run("check", "spring")
    assert shown.code == 0, shown
    assert all(len(line) <= 80 for line in shown.out.splitlines())
    for word in (*words, "outreach test spring --to", "outreach launch spring"):
        assert word in " ".join(shown.out.split()), shown.out


def test_what_stops_the_launch_stands_first_and_by_its_place(workspace: Workspace) -> None:
    people(workspace)
    body = template(merge("Prénon"), merge("Nom"), run("«Ville»"))
    workspace.write("templates/lettre.docx", body)
    workspace.campaign("spring", steps=LETTER)
    shown = workspace.run("check", "spring")
    assert shown.code == 1
    assert shown.out.startswith("To mend before it can start:\n  templates/lettre.docx\n")
    assert "has no field 'Prénon'" in shown.out
    assert "“«Ville»” is plain text and no merge field" in " ".join(shown.out.split())
    answer = workspace.ok("check", "spring", code=1)
    assert fields(answer) == [("Prénon", None, False, None), ("Nom", "last_name", False, 0)]
    assert answer["letters"][0]["held"] is None


def test_letters_that_go_with_an_e_mail_are_looked_at_too(workspace: Workspace) -> None:
    people(workspace)
    workspace.campaign(
        "spring",
        steps="  - {step: mail, channel: email, subject: Hello, template: mail.html.j2,"
        " attachments: [{letter: lettre.docx, as: docx}]}\n",
    )
    answer = workspace.ok("check", "spring", code=1)  # nobody has an e-mail address
    assert [one["template"] for one in answer["letters"]] == ["lettre.docx"]
    assert answer["letters"][0]["held"] == 0


def test_what_a_letter_asks_is_shown_with_the_campaigns_answer(workspace: Workspace) -> None:
    people(workspace)
    ask = complex_field(r' FILLIN "Signé par ?" \d "Marie" ')
    workspace.write("templates/lettre.docx", template(merge("Nom"), ask))
    for keys, answer in (("", "Marie"), (', answers: {"Signé par ?": Yann}', "Yann")):
        step = "  - {step: letter, channel: letter, template: lettre.docx" + keys + "}\n"
        workspace.campaign("spring", steps=step)
        (letter,) = workspace.ok("check", "spring")["letters"]
        assert letter["frozen"] == [{"written": "FILLIN Signé par ?", "sample": answer}]
