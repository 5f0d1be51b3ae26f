"""Acceptance of 3.1: rows repeated for a customer's orders, and Jinja tags in a Word letter."""

from __future__ import annotations

from pathlib import Path

import pytest
from word import W, docx, fields, lines, opened, paragraph, real_faults, run
from workspaces import Workspace

NOW = "2027-03-01T09:05"
STEP = "  - {step: letter, channel: letter, template: letter.docx}\n"


@pytest.fixture
def town(workspace: Workspace) -> Workspace:
    settings = workspace.folder / "outreach.yaml"
    settings.write_text(settings.read_text("utf-8").replace("en_GB", "fr_FR"), "utf-8")
    workspace.people(
        [("a1", "Anne", "Le Goff", "35000", "Rennes", "anne@mail.example", "a <b> & c"),
         ("b2", "Paul", "Kerjean", "44000", "Nantes", "paul@mail.example", "")],
        "Réf;Prénom;Nom;Code postal;Ville;E-mail;Avis",
    )  # fmt: skip
    for day, amount in (("2026-12-01", "1234.5"), ("2027-01-15", "80")):
        workspace.ok("record", "anne@mail.example", "order", "--on", day, "--amount", amount,
                     now=NOW)  # fmt: skip
    return workspace


def letters(town: Workspace, body: str) -> list[bytes]:
    """Anne's, Paul's, and the bundle."""
    town.write("templates/letter.docx", docx(body))
    town.campaign("spring", "postal_code is not null", steps=STEP)
    town.launch("spring", now=NOW)
    town.ok("letters", "spring", "--out", "post", now=NOW)
    return [path.read_bytes() for path in sorted((town.folder / "post").glob("*.docx"))]


def rows(content: bytes) -> list[list[str]]:
    return [
        ["".join(t.text or "" for t in cell.iter(f"{{{W}}}t")).replace("\u202f", " ")
         for cell in row.iter(f"{{{W}}}tc")]
        for row in opened(content).iter(f"{{{W}}}tr")
    ]  # fmt: skip


def grid(*written: tuple[str, ...]) -> str:
    cells = ("".join(f"<w:tc><w:tcPr/>{fields(cell)}</w:tc>" for cell in row) for row in written)
    table = "".join(f"<w:tr>{row}</w:tr>" for row in cells)
    columns = "<w:gridCol/>" * len(written[0])
    return f"<w:tbl><w:tblPr/><w:tblGrid>{columns}</w:tblGrid>{table}</w:tbl>{paragraph()}"


def test_a_row_per_order_with_a_total_below(town: Workspace, tmp_path: Path) -> None:
    body = fields("{MERGEFIELD Prénom}") + grid(
        ("Date", "Montant"),
        (r'{MERGEFIELD orders.on \@ "d MMMM yyyy"}', r'{MERGEFIELD orders.amount \# "# ##0,00 €"}'),
        ("Total", r'{= SUM(ABOVE) \# "# ##0,00 €"}'),
    )
    anne, paul, both = letters(town, body)
    assert rows(anne) == [
        ["Date", "Montant"],
        ["1 décembre 2026", "1 234,50 €"],
        ["15 janvier 2027", "80,00 €"],
        ["Total", "1 314,50 €"],
    ]
    assert rows(paul) == [["Date", "Montant"], ["Total", "0,00 €"]]
    assert rows(both) == rows(anne) + rows(paul)
    for content in (anne, paul, both):
        assert real_faults(content, tmp_path) == []


def test_jinja_is_a_second_way(town: Workspace, tmp_path: Path) -> None:
    body = "".join(
        paragraph(run(text))
        for text in (
            "Bonjour {{ first_name }} {{ last_name|upper }}",
            "Avis : {{ avis|default('aucun') }}",
            "{%p if city == 'Rennes' %}",
            "Vous êtes d'ici.",
            "{%p else %}",
            "Venez à Rennes.",
            "{%p endif %}",
            "le {{ today|date }}",
        )
    )
    cells = ("{%tr for order in orders %}", "{{ order.amount|money }}", "{%tr endfor %}")
    table = "".join(f"<w:tr><w:tc><w:tcPr/>{paragraph(run(x))}</w:tc></w:tr>" for x in cells)
    body += f"<w:tbl><w:tblPr/><w:tblGrid><w:gridCol/></w:tblGrid>{table}</w:tbl>{paragraph()}"
    anne, paul, both = letters(town, body)
    assert [x for x in map(plain, lines(anne)) if x] == [
        "Bonjour Anne LE GOFF", "Avis : a <b> & c", "Vous êtes d'ici.", "le 1 mars 2027",
        "1 234,50 €", "80,00 €",
    ]  # fmt: skip
    assert [x for x in map(plain, lines(paul)) if x] == [
        "Bonjour Paul KERJEAN", "Avis : aucun", "Venez à Rennes.", "le 1 mars 2027",
    ]  # fmt: skip
    assert real_faults(both, tmp_path) == []


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\xa0", " ")


@pytest.mark.parametrize(
    "tag",
    ["{{ frist_name }}", "{{ first_name", "{% include 'x' %}", "{% for x in orders %}"],
)
def test_a_tag_that_is_wrong_is_told_by_check(tag: str, town: Workspace) -> None:
    town.write("templates/letter.docx", docx(paragraph(run(tag))))
    town.campaign("spring", "postal_code is not null", steps=STEP)
    told = town.ok("check", "spring", now=NOW, code=1)
    errors = [one for one in told["problems"] if one["severity"] == "error"]
    assert [one["file"] for one in errors] == ["templates/letter.docx"], told


def test_a_tag_cannot_reach_out_of_its_letter(town: Workspace) -> None:
    """Python's own attributes, and numbers of things that would fill the memory."""
    tags = ("{{ ''.__class__.__mro__ }}", "{{ cycler.__init__.__globals__ }}",
            "{{ range(10**9)|list }}")  # fmt: skip
    town.campaign("spring", "postal_code is not null", steps=STEP)
    for tag in tags:
        town.write("templates/letter.docx", docx(paragraph(run(tag))))
        shown = town.run("preview", "spring", now=NOW)
        assert shown.code == 4
        assert tag.strip("{} ").split("|")[0] in shown.out
    town.launch("spring", now=NOW)
    done = town.ok("letters", "spring", "--out", "post", now=NOW, code=4)
    assert (done["letters"], done["held"]) == (0, 2)
    assert not list(town.folder.glob("post/*.docx"))
