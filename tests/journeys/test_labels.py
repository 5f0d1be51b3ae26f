"""Labels, envelopes and separator pages, told through the command."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from docx import Document
from pypdf import PdfReader
from word import docx, fields, lines, real_faults
from workspaces import Workspace

from outreach.files.pdf_finding import Found

HEADER = "Ref;Last name;Company;E-mail;Street;Postal code;City"
LETTER = "  - {step: letter, channel: letter, template: letter.docx}\n"
NOON = "2027-03-15T12:00"
PEOPLE = [
    ("p1", "Nantais", "", "p1@mail.example", "1 rue X", "44000", "Nantes"),
    ("p2", "Rennais", "", "p2@mail.example", "2 rue X", "35000", "Rennes"),
    ("p3", "Corse", "", "p3@mail.example", "3 rue X", "20200", "Bastia"),
    ("p4", "Cesson", "", "p4@mail.example", "4 rue X", "35510", "Cesson"),
    ("p5", "Nowhere", "", "p5@mail.example", "", "", ""),
]


def addresses(path: Path) -> list[str]:
    """The first line of each label."""
    tables = Document(str(path)).tables
    found = (cell.text for table in tables for row in table.rows for cell in row.cells)
    return [text.split("\n")[0] for text in found if text]


@pytest.fixture
def town(workspace: Workspace) -> Workspace:
    workspace.people(PEOPLE, HEADER)
    return workspace


@pytest.fixture
def campaign(town: Workspace) -> Workspace:
    town.campaign("fair", "postal_code is not null", steps=LETTER)
    town.launch("fair", now=NOON)
    return town


def test_labels_of_those_selected_in_the_order_of_the_post(town: Workspace) -> None:
    town.ok("suppress", "add", "p4@mail.example")

    done = town.ok("contacts", "labels", "sheet.docx", "--skip", "3")

    assert done == {
        "file": "sheet.docx", "addresses": 3, "pages": 1, "no_address": [], "lacking": [],
        "too_long": [], "cut": [], "excluded": {"suppressed": 1, "no_address": 1},
    }  # fmt: skip
    assert addresses(town.folder / "sheet.docx") == ["Corse", "Rennais", "Nantais"]


OWN = "".join(
    fields(label)
    for label in (
        "Fiche {MERGEREC}: {MERGEFIELD last_name}, {MERGEFIELD city \\* Upper}",
        "{NEXT}{MERGEFIELD last_name}, {MERGEFIELD city \\* Upper}",
        "{NEXT}{MERGEFIELD last_name}, {MERGEFIELD city \\* Upper}",
    )
)


def own_sheet(town: Workspace, body: str) -> None:
    place = town.folder / "templates/letters/own.docx"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(docx(body))


def test_a_sheet_of_ones_own_goes_on_to_the_next_person(town: Workspace, tmp_path: Path) -> None:
    """NEXT, as Word's own label sheets are made; behind the last person the fields are empty."""
    own_sheet(town, OWN)
    town.ok(
        "contacts", "add", "last_name=Sans", "postal_code=35000", "city=Rennes", "street=1 rue Y"
    )

    done = town.ok("contacts", "labels", "own.docx", "--template", "letters/own.docx")

    assert (done["addresses"], done["pages"], done["lacking"]) == (5, 2, [])
    content = (town.folder / "own.docx").read_bytes()
    assert [line.strip() for line in lines(content) if line.strip()] == [
        "Fiche 1: Corse, BASTIA", "Rennais, RENNES", "Sans, RENNES",
        "Fiche 2: Cesson, CESSON", "Nantais, NANTES", ",",
    ]  # fmt: skip
    assert real_faults(content, tmp_path) == []


def test_who_lacks_a_value_of_ones_own_sheet_is_left_out_and_named(town: Workspace) -> None:
    own_sheet(town, fields("{MERGEFIELD company}, {MERGEFIELD city}."))
    town.ok("contacts", "set", "p1", "company=Bois & Cie")

    done = town.ok("contacts", "labels", "own.docx", "--template", "letters/own.docx", code=4)

    assert [one["name"] for one in done["lacking"]] == ["Corse", "Rennais", "Cesson"]
    assert lines((town.folder / "own.docx").read_bytes())[0] == "Bois & Cie, Nantes."
    told = town.run("contacts", "labels", "own.docx", "--template", "letters/own.docx")
    assert "left out, a value of the template is missing: Corse (#3)" in told.err + told.out


def test_a_campaigns_letters_have_their_labels_and_envelopes_in_the_same_order(
    campaign: Workspace,
) -> None:
    done = campaign.ok(
        "letters", "fair", "--out", "post", "--labels", "L7163", "--skip", "13",
        "--envelopes", "dl", now=NOON,
    )  # fmt: skip

    (batch,) = done["bundles"]
    assert [(one["file"], one["addresses"], one["pages"]) for one in batch["addresses"]] == [
        ("post/labels.docx", 4, 2), ("post/envelopes.docx", 4, 4),
    ]  # fmt: skip
    names = ["Corse", "Rennais", "Cesson", "Nantais"]
    assert addresses(campaign.folder / "post/labels.docx") == names
    printed = addresses(campaign.folder / "post/envelopes.docx")
    assert [name for name in printed if name != "Atelier"] == names
    bundle = lines((campaign.folder / "post/bundle.docx").read_bytes())
    assert [line for line in bundle if "last_name" in line] == [f"last_name: {n}" for n in names]


def test_separators_say_the_group_and_count_the_letters_that_are_really_there(
    campaign: Workspace,
) -> None:
    """One without a name lacks a value and is held, one without a town has no address any more
    and is passed over: nobody counts their letters."""
    campaign.ok("contacts", "set", "p2@mail.example", "last_name=")
    campaign.ok("contacts", "set", "p1@mail.example", "city=")

    done = campaign.ok("letters", "fair", "--out", "post", "--separators", "department", now=NOON,
                       code=4)  # fmt: skip

    assert (done["letters"], done["held"], done["skipped"]) == (2, 1, 1)
    assert "no address for this channel" in campaign.run("why", "p1@mail.example").out
    bundle = lines((campaign.folder / "post/bundle.docx").read_bytes())
    assert [line for line in bundle if ":" not in line] == [
        "2B", "1 letter", "35", "1 letter",
    ]  # fmt: skip


def test_pdf_files_of_all_of_them(campaign: Workspace, libreoffice: Found) -> None:
    campaign.ok("letters", "fair", "--out", "post", "--pdf", "--labels", "70x37",
                "--separators", "postcode", now=NOON)  # fmt: skip

    pages = [page.extract_text().split() for page in
             PdfReader(campaign.folder / "post/bundle.pdf").pages]  # fmt: skip
    assert [page[0] for page in pages] == [
        "20200", "last_name:", "35000", "last_name:", "35510", "last_name:", "44000", "last_name:",
    ]  # fmt: skip
    assert len(PdfReader(campaign.folder / "post/labels.pdf").pages) == 1
    (alone,) = (campaign.folder / "post").glob("44000-*.pdf")
    assert len(PdfReader(alone).pages) == 1


def test_two_bundles_in_one_folder_do_not_overwrite_each_other(town: Workspace) -> None:
    for name, where in (
        ("fair", 'city in ("Rennes", "Nantes")'),
        ("sale", 'city in ("Bastia", "Cesson")'),
    ):
        town.campaign(name, where, steps=LETTER)
        town.launch(name, now=NOON)

    done = town.ok("letters", "--out", "post", "--labels", "L7163", "--skip", "13", now=NOON)

    assert [batch["folder"] for batch in done["bundles"]] == [
        "post/fair-letter", "post/sale-letter",
    ]  # fmt: skip
    found = [addresses(town.folder / "post" / f"{n}-letter/labels.docx") for n in ("fair", "sale")]
    assert found == [["Rennais", "Nantais"], ["Corse", "Cesson"]]
    # The part-used sheet is used up by the first.
    assert [batch["addresses"][0]["pages"] for batch in done["bundles"]] == [2, 1]


def test_an_address_that_does_not_fit_is_named_and_left_out(town: Workspace) -> None:
    town.people([("p6", "Long", "W" * 38, "", "1 rue X", "29000", "Quimper")], HEADER)

    done = town.ok("contacts", "labels", "sheet.docx", "--format", "70x37", code=4)
    said = town.run("contacts", "labels", "sheet.docx", "--format", "70x37")

    assert [one["name"] for one in done["too_long"]] == ["Long"]
    assert done["addresses"] == 4
    assert "left out, the address does not fit: Long (#6)" in said.out


def test_nobody_to_write_to_is_said_and_makes_no_file(town: Workspace) -> None:
    done = town.run("contacts", "labels", "sheet.docx", 'last_name = "Nowhere"')

    assert done.code == 1
    assert "1  left out: no postal address" in done.err
    assert "nobody here has an address to print" in done.err
    assert not (town.folder / "sheet.docx").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["contacts", "labels", "a.txt"], "labels are written as .docx, .pdf"),
        (["contacts", "labels", "a.docx", "--format", "99x99,9x9"], "do not fit on A4"),
        (["contacts", "labels", "a.docx", "--format", "L7163", "--envelopes", "DL"],
         "labels or envelopes?"),
        (["contacts", "labels", "a.docx", "--envelopes", "DL", "--skip", "1"],
         "--skip is for labels"),
        (["contacts", "labels", "a.docx", "--skip", "14"], "has 14 labels"),
        (["letters", "--envelopes", "B9"], "'B9' is no size of envelopes"),
        (["letters", "--labels", "none"], "'none' is no size of labels"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_a_wrong_usage(
    town: Workspace, words: Sequence[str], message: str
) -> None:
    done = town.run(*words, "--json")
    assert done.code == 2
    assert message in done.errors[0]["message"]
