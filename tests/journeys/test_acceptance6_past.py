"""Acceptance of issue line 5.11: what was done elsewhere, its figures, its undoing, its events.

The figures are worked out by hand from the table below; the intervals are Wilson's and Newcombe's.
"""

from __future__ import annotations

import csv
import datetime
import random
import zipfile
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from workspaces import Workspace

NOW = "2027-03-01T09:00"
SENT = datetime.date(2024, 3, 12)
CAMPAIGN = "portes-ouvertes-2024"

#: Who, group, what came of it, when, amount, margin, letters, what they cost.
ROWS: list[tuple[str, str, str, datetime.date | None, str, str, int, str]] = [
    ("a1", "A", "commande", datetime.date(2024, 4, 2), "1250,50", "400,25", 1, "1,50"),
    ("a1", "A", "commande", datetime.date(2024, 4, 10), "249,50", "99,75", 1, "1,50"),
    ("a2", "A", "RDV", datetime.date(2024, 3, 20), "", "", 1, "1,50"),
    ("a3", "A", "réponse", datetime.date(2024, 3, 18), "", "", 1, "1,50"),
    ("a4", "A", "", None, "", "", 1, "1,50"),
    ("a4", "A", "", None, "", "", 1, "1,50"),
    ("a5", "A", "", None, "", "", 2, "3,00"),
    ("b1", "B", "commande", datetime.date(2024, 4, 5), "800,00", "200,00", 1, "1,50"),
    ("b2", "B", "commande", datetime.date(2024, 4, 6), "700,00", "150,00", 1, "1,50"),
    ("b3", "B", "devis", datetime.date(2024, 4, 2), "1500,00", "", 1, "1,50"),
    ("b4", "B", "RDV", datetime.date(2024, 3, 21), "", "", 1, "1,50"),
    ("b5", "B", "", None, "", "", 1, "1,50"),
    ("t1", "témoin", "commande", datetime.date(2024, 4, 8), "300,00", "100,00", 0, ""),
    *((f"t{i}", "témoin", "", None, "", "", 0, "") for i in range(2, 11)),
]
HEADER = ["Adresse e-mail", "Groupe", "Envoyé le", "Canal", "Étape", "Date", "Montant", "Marge",
          "Tentatives", "Coût"]  # fmt: skip


def typed() -> list[list[Any]]:
    """The table as a workbook holds it: dates and numbers are dates and numbers."""

    def number(text: str) -> float | None:
        return float(text.replace(",", ".")) if text else None

    return [
        [f"{who}@x.example", group, SENT if times else None, "courrier" if times else None,
         stage or None, day, number(amount), number(margin), times or None, number(cost)]
        for who, group, stage, day, amount, margin, times, cost in ROWS
    ]  # fmt: skip


def french(path: Path, *more: str) -> None:
    """As Excel saves a CSV in France: Windows-1252, semicolons, commas, spaces in thousands."""

    def cell(value: Any) -> str:
        if isinstance(value, datetime.date):
            return f"{value:%d/%m/%Y}"
        if isinstance(value, float):
            whole, _, rest = f"{value:,.2f}".partition(".")
            return f"{whole.replace(',', chr(0xA0))},{rest} €"
        return "" if value is None else str(value)

    lines = [HEADER, *([cell(value) for value in row] for row in typed())]
    text = "".join(";".join(line) + "\r\n" for line in lines) + "".join(f"{m}\r\n" for m in more)
    path.write_bytes(text.encode("cp1252"))


def xlsx(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["Opération de mars 2024"], [], HEADER, *typed()):
        sheet.append(row)
    book.save(path)


def ods(path: Path) -> None:
    """As LibreOffice writes it: typed values beside the text that is shown."""

    def cell(value: Any) -> str:
        if value is None:
            return "<table:table-cell/>"
        kind, held, shown = "string", "", str(value)
        if isinstance(value, datetime.date):
            kind, held, shown = "date", f'office:date-value="{value}"', f"{value:%d/%m/%y}"
        elif isinstance(value, int | float):
            kind, held = "float", f'office:value="{value}"'
        return (f'<table:table-cell office:value-type="{kind}" {held}><text:p>{shown}</text:p>'
                "</table:table-cell>")  # fmt: skip

    body = "".join(
        f"<table:table-row>{''.join(map(cell, row))}</table:table-row>"
        for row in (HEADER, *typed())
    )
    ns = "urn:oasis:names:tc:opendocument:xmlns:"
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content office:version="1.3" '
        f'xmlns:office="{ns}office:1.0" xmlns:table="{ns}table:1.0" xmlns:text="{ns}text:1.0">'
        f'<office:body><office:spreadsheet><table:table table:name="Mars">{body}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", '<?xml version="1.0"?><manifest/>')


def known(workspace: Workspace) -> None:
    """The twenty people are on file, in French settings."""
    settings = (workspace.folder / "outreach.yaml").read_text().replace("en_GB", "fr_FR")
    workspace.write("outreach.yaml", settings)
    names = sorted({row[0] for row in ROWS})
    workspace.people(
        ((name, f"Nom-{name}", f"{name}@x.example", "Rennes") for name in names),
    )


def bring(workspace: Workspace, file: str, *words: str, code: int = 0, name: str = CAMPAIGN) -> Any:
    return workspace.ok(
        "history", "import", file, "--campaign", name, *words, now=NOW, code=code
    )  # fmt: skip


def exported(workspace: Workspace, *words: str) -> list[dict[str, str]]:
    workspace.ok("events", "export", "e.csv", *words, now=NOW)
    with Path("e.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def selected(workspace: Workspace, expression: str) -> int:
    count: int = workspace.ok("contacts", "count", expression, now=NOW)["count"]
    return count


def test_a_french_table_gives_the_figures_a_hand_works_out(workspace: Workspace) -> None:
    """Ten letters in two variants, ten of control; a double row, somebody unknown."""
    known(workspace)
    french(
        workspace.folder / "passe.csv",
        "inconnu@x.example;A;12/03/2024;courrier;;;;;1;1,50",
    )
    told = bring(workspace, "passe.csv", code=4)
    assert (told["read"], told["recorded"], told["unchanged"], told["rejected"]) == (23, 21, 1, 1)
    assert (told["enrolled"], told["control"], told["created"]) == (10, 10, 0)
    # Ten people, one of them twice; three orders of ours and a second one, one of control.
    assert (told["touches"], told["orders"]) == (11, 5)
    rejects = Path(told["rejects_file"]).read_text(encoding="utf-8-sig").splitlines()
    assert len(rejects) == 2
    assert "inconnu@x.example" in rejects[1]

    report = workspace.ok("report", CAMPAIGN, now=NOW)
    chain = report["chain"]
    assert [link["stage"] for link in chain] == [
        "contacted", "replied", "appointment", "quote", "order",
    ]  # fmt: skip
    # Orders a1 b1 b2; quote b3 besides; appointment a2 b4 besides; reply a3 besides.
    assert [link["contacts"] for link in chain] == [10, 7, 6, 4, 3]
    assert [link["from_previous"] for link in chain] == [
        None, pytest.approx(7 / 10), pytest.approx(6 / 7), pytest.approx(4 / 6), pytest.approx(0.75)
    ]  # fmt: skip
    assert [link["from_first"] for link in chain][1:] == pytest.approx([0.7, 0.6, 0.4, 0.3])
    # Wilson for 3 of 10: (0.3 + 0.19207 ± 1.96 √(0.021 + 0.0096)) ÷ 1.38415
    assert (chain[4]["low"], chain[4]["high"]) == pytest.approx((0.1078, 0.6032), abs=2e-4)
    assert (report["orders"], report["revenue"], report["margin"]) == (4, 3000, 850)
    # Nine letters at 1.50, two at 3.00 together.
    assert report["cost"]["total"] == 16.5
    assert report["cost"]["per_contact"] == 1.65
    assert report["cost"]["per_stage"]["order"] == pytest.approx(5.5)
    assert report["profit"] == 833.5
    assert report["roi"] == pytest.approx(833.5 / 16.5)
    # 16.50 ÷ (850 ÷ 4) = 0.08: one order pays for it.
    assert report["break_even_orders"] == 1
    assert report["cac_gross"] == pytest.approx(5.5)
    assert report["cac_net"] == pytest.approx((16.5 - 850) / 3)
    assert report["ratios"]["prospecting_share"] == 1
    assert report["ratios"]["success_rate"] == pytest.approx(0.3)
    arms = {one["variant"]: one["enrolled"] for one in report["variants"]}
    assert arms == {"A": 5, "B": 5}
    lift = {
        one["arm"]: one
        for one in report["lift"]
        if one["outcome"] == "order"
        and one["against"] == ("control" if one["step"] is None else "A")
    }
    (control,) = (one for one in lift.values() if one["step"] is None)
    # 3 of 10 against 1 of 10; Newcombe: 0.2 ∓ √(0.1922² + 0.3042²), √(0.3032² + 0.0821²).
    assert control["difference"] == pytest.approx(0.2)
    assert (control["low"], control["high"]) == pytest.approx((-0.1593, 0.5134), abs=2e-3)
    # z = 0.2 ÷ √(0.2 × 0.8 × 0.2) = 1.118
    assert control["p"] == pytest.approx(0.2636, abs=1e-3)
    (between,) = (one for one in lift.values() if one["step"] is not None)
    assert between["difference"] == pytest.approx(0.2)
    # z = 0.2 ÷ √(0.3 × 0.7 × 0.4) = 0.690
    assert between["p"] == pytest.approx(0.4902, abs=1e-3)

    # The past is in the base: selected by, counted with, told of.
    assert selected(workspace, f'received("{CAMPAIGN}")') == 10
    assert selected(workspace, f'reached("order", "{CAMPAIGN}")') == 4
    assert selected(workspace, f'reached("quote", "{CAMPAIGN}")') == 1
    assert selected(workspace, 'kind = "customer"') == 4
    assert selected(workspace, 'kind = "prospect"') == 7
    assert selected(workspace, "revenue = 1500 and order_count = 2 and touch_count = 1") == 1
    assert selected(workspace, 'last_order_on = "2024-04-10"') == 1
    assert selected(workspace, "touch_count = 2") == 1
    story = workspace.run("why", "a1@x.example", now=NOW).out
    assert [day in story for day in ("12 mars 2024", "2 avr. 2024", "10 avr. 2024")] == [True] * 3
    # 4 orders came of it: 3,000 ÷ 4 = 750 each; 7,500 are ten of them.
    effort = workspace.ok("plan", "effort", "--revenue", "7500", now=NOW)
    assert effort["coefficients"]["average_deal"] == {"value": 750, "origin": "history"}
    assert effort["deals"]["exact"] == 10

    # The row that was rejected, once that person may be made; all of it again adds nothing.
    again = bring(workspace, told["rejects_file"], "--create-contacts")
    assert (again["recorded"], again["created"], again["enrolled"]) == (1, 1, 1)
    twice = bring(workspace, "passe.csv", "--create-contacts")
    assert (twice["recorded"], twice["unchanged"], twice["rejected"]) == (0, 23, 0)
    assert workspace.ok("report", CAMPAIGN, now=NOW)["cost"]["total"] == 18


@pytest.mark.parametrize("write", [xlsx, ods])
def test_a_workbook_says_what_the_same_table_says_as_text(
    workspace: Workspace, write: Callable[[Path], None]
) -> None:
    known(workspace)
    french(workspace.folder / "passe.csv")
    bring(workspace, "passe.csv")
    as_text = workspace.ok("report", CAMPAIGN, now=NOW)
    undone = workspace.ok("history", "undo", CAMPAIGN, now=NOW)
    assert undone["campaign"] == CAMPAIGN
    assert selected(workspace, "order_count > 0 or touch_count > 0") == 0
    name = f"passe.{write.__name__}"
    write(workspace.folder / name)
    bring(workspace, name)
    assert workspace.ok("report", CAMPAIGN, now=NOW) == as_text


def test_what_came_before_the_letter_is_no_result_of_it(workspace: Workspace) -> None:
    """An order of the winter before is the customer's, and not the letter's."""
    workspace.write(
        "past.csv",
        "Code;Envoyé le;Canal;Date de commande;Montant;Marge\n"
        "K1;12/03/2024;courrier;01/02/2024;500;100\n"
        "K2;12/03/2024;courrier;01/04/2024;700;200\n"
        "K3;12/03/2024;courrier;12/03/2024;300;50\n"
        "K4;12/03/2024;courrier;;;\n",
    )
    answer = workspace.run(
        "history", "import", "past.csv", "--campaign", "old", "--create-contacts", now=NOW
    )
    assert answer.code == 4
    said = "order on 1 Feb 2024 lies before the first message, of 12 Mar 2024"
    assert said in " ".join((answer.out + answer.err).split())
    report = workspace.ok("report", "old", now=NOW)
    assert (report["enrolled"], report["orders"], report["revenue"]) == (3, 2, 1000)


def test_a_list_of_whom_it_went_to_is_a_past_when_the_day_is_said(workspace: Workspace) -> None:
    """The commonest past of all: names, and on which day they were written to."""
    workspace.write("list.csv", "E-mail;Nom\na@x.example;Un\nb@x.example;Deux\n")
    without = workspace.run(
        "history", "import", "list.csv", "--campaign", "xmas", "--create-contacts", now=NOW
    )
    assert without.code == 1
    assert "--on" in without.err
    told = workspace.ok(
        "history", "import", "list.csv", "--campaign", "xmas", "--create-contacts",
        "--on", "2024-12-10", "--channel", "letter", "--title", "Christmas", now=NOW,
    )  # fmt: skip
    assert (told["enrolled"], told["touches"]) == (2, 2)
    assert selected(workspace, 'last_contacted_on = "2024-12-10"') == 2
    (row,) = workspace.ok("history", "list", now=NOW)["campaigns"]
    assert row["campaign"] == "xmas"


def test_people_of_a_past_campaign_leave_with_it_and_not_by_another_door(
    workspace: Workspace,
) -> None:
    """`contacts undo` names the way; who was emptied or had more happen to him stays."""
    workspace.write(
        "past.csv",
        "E-mail;Nom;Envoyé le;Canal;Date de commande;Montant\n"
        + "".join(f"p{i}@x.example;Nom{i};12/03/2024;courrier;;\n" for i in range(1, 5))
        + "p5@x.example;Nom5;12/03/2024;courrier;02/04/2024;100\n",
    )
    bring(workspace, "past.csv", "--create-contacts")
    (row,) = workspace.ok("contacts", "imports", now=NOW)["imports"]
    refused = workspace.run("contacts", "undo", str(row["id"]), now=NOW)
    assert refused.code == 1
    assert f"outreach history undo {CAMPAIGN}" in refused.err
    nothing = workspace.run("undo", "--dry-run", now=NOW)
    assert nothing.code == 1
    assert "outreach history undo" in nothing.err
    workspace.ok("contacts", "erase", "p2@x.example", "--confirm", now=NOW)
    workspace.ok("contacts", "note", "p3@x.example", "called by himself", now=NOW)
    shown = workspace.ok("history", "undo", CAMPAIGN, "--dry-run", now=NOW)
    assert len(workspace.ok("history", "list", now=NOW)["campaigns"]) == 1
    workspace.ok("history", "undo", CAMPAIGN, now=NOW)
    assert selected(workspace, "true") == 1
    left = workspace.ok("contacts", "list", "--fields", "email,touch_count", now=NOW)["contacts"]
    assert [(one["email"], one["touch_count"]) for one in left] == [("p3@x.example", 0)]
    assert shown["campaign"] == CAMPAIGN
    assert workspace.ok("history", "list", now=NOW)["campaigns"] == []
    assert workspace.run("history", "undo", CAMPAIGN, now=NOW).code == 2


def test_every_figure_is_made_again_of_the_events(workspace: Workspace) -> None:
    """What a spreadsheet finds in the export is what the report says."""
    known(workspace)
    french(workspace.folder / "passe.csv")
    bring(workspace, "passe.csv")
    rows = exported(workspace, "--campaign", CAMPAIGN)
    assert {row["campaign"] for row in rows} == {CAMPAIGN}
    arms = {row["external_id"]: row["arm"] for row in rows}
    assert Counter(arms.values()) == {"enrolled": 10, "control": 10}
    ours = [row for row in rows if row["arm"] == "enrolled"]
    orders = [row for row in ours if row["kind"] == "reached" and row["stage"] == "order"]
    assert sum(Decimal(row["amount"]) for row in orders) == 3000
    assert sum(Decimal(row["margin"]) for row in orders) == 850
    letters = [row for row in ours if row["kind"] == "touched"]
    assert len(letters) == 11
    assert sum(Decimal(row["cost"] or 0) for row in letters) == Decimal("16.50")
    assert {row["channel"] for row in letters} == {"letter"}
    assert {row["at"] for row in letters} == {"2024-03-12T00:00:00+01:00"}
    by_variant = Counter(row["variant"] for row in letters)
    assert by_variant == {"A": 6, "B": 5}
    # A month of it: the orders of April, of both groups, are six in a row.
    april = exported(workspace, "--since", "2024-04-06", "--until", "2024-04-08")
    facts = sorted((row["external_id"], row["stage"]) for row in april if row["kind"] == "reached")
    assert facts == [("b2", "order"), ("t1", "order")]


def test_real_schools_and_a_past_made_for_them(workspace: Workspace, real_data: Path) -> None:
    """996 schools under their own identifiers: what a plain count finds, the report finds."""
    source = real_data / "french-schools" / "annuaire_education_35_utf8bom_semicolon.csv"
    workspace.write("map.yaml", "Identifiant_de_l_etablissement: external_id\n")
    workspace.ok("contacts", "import", str(source), "--map", "map.yaml", "--source", "s", now=NOW)
    with source.open(encoding="utf-8-sig", newline="") as file:
        schools = [
            row["Identifiant_de_l_etablissement"] for row in csv.DictReader(file, delimiter=";")
        ]
    schools = list(dict.fromkeys(schools))
    chance = random.Random(6)
    lines, bought, revenue = ["contact;Groupe;Envoyé le;Canal;Commande le;Montant"], 0, Decimal(0)
    shares: Counter[str] = Counter()
    for number, school in enumerate(schools):
        group = ("témoin", "A", "B", "A", "B")[number % 5]
        shares[group] += 1
        amount = Decimal(chance.randrange(1000, 90000)) / 100 if chance.random() < 0.1 else None
        sent = ";" if group == "témoin" else "15/01/2024;e-mail"
        day = "01/02/2024" if amount else ""
        lines.append(f"{school};{group};{sent};{day};{str(amount or '').replace('.', ',')}")
        if amount and group != "témoin":
            bought, revenue = bought + 1, revenue + amount
    workspace.write("past.csv", ("\n".join(lines) + "\n").encode("cp1252"))
    told = bring(workspace, "past.csv", name="schools")
    assert (told["read"], told["rejected"]) == (len(schools), 0)
    assert told["control"] == shares["témoin"]
    report = workspace.ok("report", "schools", now=NOW)
    assert report["enrolled"] == shares["A"] + shares["B"]
    assert (report["orders"], report["chain"][-1]["contacts"]) == (bought, bought)
    assert Decimal(str(report["revenue"])) == revenue
    assert {v["variant"]: v["enrolled"] for v in report["variants"]} == {
        "A": shares["A"], "B": shares["B"],
    }  # fmt: skip


def test_what_cannot_be_read_says_where_and_what_to_do(workspace: Workspace) -> None:
    """No traceback, nothing written: a missing file, no columns, no such campaign or ending."""
    workspace.write("plain.csv", "a;b\n1;2\n")
    workspace.write("past.csv", "Code;Envoyé le\nK1;12/03/2024\n")
    for words, said in (
        (("history", "import", "absent.csv", "--campaign", "x"), "there is no such file"),
        (("history", "import", "plain.csv", "--campaign", "x"), "no column says who"),
        (("history", "undo", "nowhere"), "there is no campaign 'nowhere'"),
        (("events", "export", "e.doc"), "give the file one of these endings"),
        (("events", "export", "e.csv", "--campaign", "nowhere"), "there is no campaign"),
        (("history", "import", "past.csv", "--campaign", "x", "--map", "none.yaml"), "none.yaml"),
    ):  # fmt: skip
        answer = workspace.run(*words, now=NOW)
        assert answer.code in (1, 2), (words, answer)
        assert said in answer.err, (words, answer)
    assert workspace.run("history", "import", "past.csv", now=NOW).code == 2
    assert workspace.ok("campaign", "list", now=NOW)["campaigns"] == []
    assert not Path("e.doc").exists()
