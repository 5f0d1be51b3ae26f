"""Every figure of a report comes out of the exported events again, made by another program."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from workspaces import Workspace

from outreach.store.engine import Database

NOW = "2027-03-01T09:00"
SCRIPT = Path(__file__).parents[1] / "recompute"

#: 4 of variant A (1 order), 4 of B (2 who order, one of them twice), 4 control (1 order).
FAIR = """\
E-mail;Nom;Groupe;Envoyé le;Canal;Étape;Date;Montant;Marge;Tentatives;Coût
a1@x.example;Un;A;03/03/2025;courrier;commande;20/03/2025;1 200,00 €;300;1;1,50
a2@x.example;Deux;A;03/03/2025;courrier;RDV;10/03/2025;;;1;1,50
a3@x.example;Trois;A;03/03/2025;courrier;;;;;1;1,50
a4@x.example;Quatre;A;03/03/2025;courrier;;;;;2;3,00
b1@x.example;Cinq;B;03/03/2025;courrier;commande;21/03/2025;800;200;1;1,50
b1@x.example;Cinq;B;03/03/2025;courrier;commande;25/03/2025;400;100;1;1,50
b2@x.example;Six;B;03/03/2025;courrier;commande;22/03/2025;600;150;1;1,50
b3@x.example;Sept;B;03/03/2025;courrier;réponse;12/03/2025;;;1;1,50
b4@x.example;Huit;B;03/03/2025;courrier;;;;;1;1,50
c1@x.example;Neuf;témoin;;;commande;23/03/2025;500;125;;
c2@x.example;Dix;témoin;;;;;;;;
c3@x.example;Onze;témoin;;;;;;;;
c4@x.example;Douze;témoin;;;;;;;;
"""


#: By what the chain is laid, of which the export tells.
BY = ("step", "channel", "source", "kind", "wave", "week", "month")

#: What a row of a list is called by; of every other list it is not known.
NAMES = {
    "chain": ["stage"],
    "variants": ["step", "variant"],
    "lift": ["arm", "against", "step"],
    "touches": ["step", "channel"],
    "times": ["from", "to"],
    "cohorts": ["week"],
    "touches_yield": ["touches"],
    "steps": ["step", "channel"],
    "stages": ["stage"],
    "by_month": ["month"],
    **{name: ["key"] for name in BY},
}


#: Lists in the order of the campaign's file, which no event tells.
UNORDERED = {"lift", "steps", "touches", "variants", *BY}

#: What the script does not make again: words and judgements, what is only in the campaign's file
#: or in the settings, what is drawn by chance, and figures that other tests make again by hand.
NOT_MADE = {
    "report": """state period verdict verdict_reasons notes
                 dashboard objective budget budget_control balance
                 experiment break_even margins_basis steps""",
    "report.cost": "basis fixed_by_name without_cost",
    "report.lift": """p_looks p_looks_adjusted any_look_low any_look_high verdict lift_contacts
                      lift_orders lift_revenue more_contacts more_against detectable""",
    "portfolio": """months prospects needed abc rfm matrix lifetime_value model penetration win_back
                    actions notes without_orders verdict verdict_reason declining_grew""",
    "portfolio.attrition": "expected_life_months",
    "portfolio.basket": "used orders_per_year_used",
    "portfolio.by_month": """stock suspects prospects arid opposed customers new_prospects
                             by_source conversions""",
}


def recomputed(*words: str) -> dict[str, Any]:
    """What the script says, in a Python that knows nothing of outreach (-I: no path, no user)."""
    done = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), *words], capture_output=True, text=True, check=True
    )
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def compare(ours: Any, theirs: Any, path: str = "report") -> int:
    """Both say the same, neither a figure nor a row more; how many figures there are."""
    if isinstance(theirs, dict):
        assert set(ours) ^ set(theirs) == set(NOT_MADE.get(path, "").split()), path
        return sum(compare(ours[key], each, f"{path}.{key}") for key, each in theirs.items())
    if isinstance(theirs, list):
        mine, others = _by_name(ours, path), _by_name(theirs, path)
        assert list(mine) == list(others), path
        return sum(compare(mine[name], row, path) for name, row in others.items())
    if isinstance(theirs, float | int) and not isinstance(theirs, bool):
        assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-12), path
    else:
        assert ours == theirs, path
    return 1


def _by_name(rows: list[dict[str, Any]], path: str) -> dict[str, dict[str, Any]]:
    """The rows by what they are called, each once; in an order that both have."""
    last = path.rsplit(".", 1)[-1]
    found = {" ".join(str(row[name]) for name in NAMES[last]): row for row in rows}
    assert len(found) == len(rows), path
    return dict(sorted(found.items())) if last in UNORDERED else found


def test_neither_program_may_say_more_than_the_other() -> None:
    row = {"touches": 1, "contacts": 8}
    for more in ([row, {"touches": 2, "contacts": 1}], [{**row, "rate": 0.5}], []):
        for one, other in ((more, [row]), ([row], more)):
            with pytest.raises(AssertionError):
                compare({"touches_yield": one}, {"touches_yield": other}, "report.one")
    assert compare({"touches_yield": [row]}, {"touches_yield": [row]}, "report.one") == 2


def test_the_script_imports_nothing_of_ours() -> None:
    texts = [file.read_text(encoding="utf-8") for file in SCRIPT.glob("*.py")]
    lines = [line for text in texts for line in text.splitlines()]
    imports = [line for line in lines if line.startswith(("import ", "from "))]
    assert len(imports) > len(texts) > 1
    assert not [line for line in imports if "outreach" in line]


RULES = ("last", "first", "even")


def all_alike(workspace: Workspace, campaign: str, now: str) -> dict[str, Any]:
    """The report by each rule is what the script makes of the export; the script's own by even."""
    workspace.ok("events", "export", "events.csv", now=now)
    made = {}
    for rule in RULES:
        asked = ("--rule", rule, "--at-once", "10", *(w for d in BY for w in ("--by", d)))
        made = recomputed("events.csv", campaign, "--on", now[:10], *asked)
        assert compare(workspace.ok("report", campaign, *asked, now=now), made) > 100
    return made


def test_the_figures_of_an_imported_history(workspace: Workspace, base: Database) -> None:
    """Two variants and a control group; a stage that nobody has on record."""
    workspace.write("fair.csv", FAIR)
    words = ("history", "import", "fair.csv", "--campaign", "fair-2025", "--create-contacts")
    workspace.ok(*words, now=NOW)
    made = all_alike(workspace, "fair-2025", NOW)
    # And written out: 5 of 8 answered at least, 3 of them ordered four times.
    assert [link["contacts"] for link in made["chain"]] == [8, 5, 4, 3, 3]
    assert (made["orders"], made["revenue"], made["margin"]) == (4, 3000, 750)


def test_what_was_taken_back_counts_nowhere(workspace: Workspace, base: Database) -> None:
    workspace.write("fair.csv", FAIR)
    words = ("history", "import", "fair.csv", "--campaign", "fair-2025", "--create-contacts")
    workspace.ok(*words, now=NOW)
    workspace.ok("record", "a2@x.example", "order", "--campaign", "fair-2025", "--on",
                 "2025-04-01", "--amount", "999", "--margin", "333", now=NOW)  # fmt: skip
    assert all_alike(workspace, "fair-2025", NOW)["revenue"] == 3999
    workspace.ok("undo", "--yes", now=NOW)
    assert all_alike(workspace, "fair-2025", NOW)["revenue"] == 3000


def test_own_work_the_control_group_and_touches_of_every_kind(
    workspace: Workspace, base: Database
) -> None:
    """A task ticked off; a call to somebody in control, who orders; calls in vain and not,
    beside any step and by one; orders before, after and on the day of a touch, one without its
    margin; somebody touched twelve days ago, of whom nothing is known yet."""
    settings = workspace.folder / "outreach.yaml"
    settings.write_text(settings.read_text() + "costs: {minute: 0.60, km: 0.45}\n")
    workspace.townspeople(12)
    workspace.campaign(
        "c",
        head="fixed_costs: {design: 120}\n",
        audience="  control: 25%\n",
        steps="  - {step: talk, channel: task, minutes: 5}\n"
        "  - {step: call, channel: call, after: talk}\n",
    )
    workspace.launch("c", now="2027-03-01T09:00")
    enrolled, control = by_arm(workspace)
    assert (len(enrolled), len(control)) == (9, 3)

    def tell(who: str, stage: str, on: str, *words: str) -> None:
        workspace.ok("record", who, stage, "--campaign", "c", "--on", on, *words, now=on)

    a, b, c, d, e, f, g, *_ = enrolled
    tell(control[0], "no_answer", "2027-03-02T09:00", "--channel", "call", "--minutes", "3")
    tell(control[1], "order", "2027-03-20", "--amount", "70", "--margin", "20")
    for who in (a, b, c):
        workspace.ok("record", who, "done", "--campaign", "c", now="2027-03-02T10:00")
    tell(a, "no_answer", "2027-03-03T09:00", "--channel", "call", "--minutes", "2")
    tell(a, "contacted", "2027-03-04T09:00", "--channel", "call", "--minutes", "9")
    tell(a, "contacted", "2027-03-09T09:00", "--channel", "visit", "--minutes", "30", "--km", "12")
    tell(a, "replied", "2027-03-05")
    tell(a, "order", "2027-03-09", "--amount", "300", "--margin", "90")
    tell(b, "contacted", "2027-03-04T11:00", "--channel", "call")
    tell(b, "quote", "2027-03-10", "--amount", "500")
    tell(b, "order", "2027-03-22", "--amount", "500")
    tell(b, "order", "2027-04-02", "--amount", "45.50", "--margin", "10")
    tell(c, "order", "2027-03-03", "--amount", "80", "--margin", "15")
    tell(c, "contacted", "2027-03-11T11:00", "--channel", "letter")
    tell(d, "appointment", "2027-03-12", "--channel", "call")
    tell(d, "met", "2027-03-15", "--channel", "visit")
    tell(e, "no_answer", "2027-03-08T09:00", "--channel", "call")
    tell(f, "contacted", "2027-03-26T09:00", "--channel", "call")
    tell(g, "contacted", "2027-04-03T09:00", "--channel", "call")

    made = all_alike(workspace, "c", "2027-04-07T09:00")
    assert (made["orders"], made["revenue"], made["margin"]) == (4, 925.5, None)
    assert {row["contacts"] for row in made["touches"] if row["step"] == "talk"} == {0}
    assert any(week["too_early"] for week in made["cohorts"])


def by_arm(workspace: Workspace) -> tuple[list[str], list[str]]:
    """The references of the people enrolled, and of the control group."""
    workspace.ok("events", "export", "who.csv", now="2027-03-01T10:00")
    with (workspace.folder / "who.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter=";") if row["kind"] == "enrolled"]
    return tuple(
        sorted(row["external_id"] for row in rows if row["arm"] == arm)
        for arm in ("enrolled", "control")
    )


def test_customers_of_every_stage_on_two_days(workspace: Workspace, base: Database) -> None:
    """Forty customers of all habits; two who are one person, one who was erased, one whose order
    was taken back, two whose stage was set by hand, one of them without any order."""
    draw = Random(7)
    lines = ["Code;Last name;E-mail;City;stage;date;amount;margin;items"]
    for number in range(40):
        name = f"p{number}@x.example"
        who = f"c{number};Name-{number};{name};Rennes"
        if number < 2:
            who = f"c{number};Le Goff;marie@x.example;Rennes"
        day, usual = date(2024, 3, 1) + timedelta(days=draw.randrange(1100)), draw.randrange(5, 300)
        while day < date(2027, 3, 20):
            margin = draw.choice(["", "5", "7.50"])
            articles = "" if day.day % 3 == 0 else day.day % 4 + 1
            lines.append(f"{who};order;{day};{draw.randrange(10, 400)};{margin};{articles}")
            day += timedelta(days=max(1, round(usual * draw.uniform(0.3, 2.5))))
            if draw.random() < 0.25:
                break
    workspace.write("past.csv", "\n".join(lines) + "\n")
    words = ("past.csv", "--campaign", "past", "--create-contacts")
    workspace.ok("history", "import", *words, now="2027-03-20T09:00")
    workspace.people([("idle", "Idle", "idle@x.example", "Brest")])

    now = "2027-03-21T09:00"
    assert workspace.ok("contacts", "duplicates", "--merge", now=now)["merged"] == 1
    workspace.ok("contacts", "erase", "c5", "--confirm", now=now)
    workspace.ok("record", "c6", "order", "--amount", "9999", "--items", "90", now=now)
    workspace.ok("undo", "--yes", now=now)
    for who in ("c7", "idle"):
        workspace.ok("portfolio", "stage", who, "mature", "--reason", "yearly contract", now=now)

    on = "2027-04-02T09:00"
    workspace.ok("events", "export", "events.csv", now=on)
    made = {}
    for words in ((), ("--on", "2026-08-31", "--months", "7")):
        told = workspace.ok("portfolio", *words, now=on)
        made = recomputed("events.csv", "--on", told["on"], "--since", told["since"])
        assert compare(told, made, "portfolio") > 80
    assert all(row["customers"] for row in made["stages"])


def test_the_figures_of_the_demo_and_of_its_portfolio(workspace: Workspace) -> None:
    """The main job from end to end: letters, e-mails, calls, orders, a control group."""
    assert workspace.run("demo", "--dir", "d").code == 0
    there = ("--config", "d/outreach.yaml")
    workspace.ok(*there, "events", "export", "events.csv")
    portfolio = workspace.ok(*there, "portfolio", "--months", "12")
    on, since = portfolio["on"], portfolio["since"]
    for rule in RULES:
        report = workspace.ok(*there, "report", "open-day", "--rule", rule)
        made = recomputed("events.csv", "open-day", "--on", on, "--rule", rule)
        assert compare(report, made) > 150
    made = recomputed("events.csv", "--on", on, "--since", since)
    assert compare(portfolio, made, "portfolio") > 100
    assert made["customers"] > 0


def test_records_that_were_merged_later_are_one_person(
    workspace: Workspace, base: Database
) -> None:
    """Anne got both variants and ordered after the second; Eve was control under one number."""
    workspace.write(
        "twice.csv",
        "E-mail;Prénom;Nom;Téléphone;Groupe;Envoyé le;Canal;Étape;Date;Montant;Marge;Coût\n"
        "a@x.example;Anne;Martin;0299000001;A;03/03/2025;courrier;réponse;10/03/2025;;;1,50\n"
        "a2@x.example;Anne;Martin;0299000001;B;05/03/2025;courrier;commande;20/03/2025;400;100;2\n"
        "c@x.example;Carl;Cox;0299000002;A;03/03/2025;courrier;commande;25/03/2025;200;50;1,50\n"
        "d@x.example;Dora;Dahl;0299000003;B;03/03/2025;courrier;;;;;1,50\n"
        "e@x.example;Eve;Roy;0299000004;témoin;;;commande;22/03/2025;90;30;\n"
        "e2@x.example;Eve;Roy;0299000004;B;04/03/2025;courrier;;;;;1,50\n"
        "f@x.example;Felix;Fox;0299000005;témoin;;;commande;23/03/2025;500;125;\n",
    )
    words = ("history", "import", "twice.csv", "--campaign", "twice", "--create-contacts")
    workspace.ok(*words, now=NOW)
    made = all_alike(workspace, "twice", NOW)
    assert (made["enrolled"], made["control"]) == (5, 2)
    workspace.ok("contacts", "duplicates", "--merge", now=NOW)
    made = all_alike(workspace, "twice", NOW)
    assert (made["enrolled"], made["control"], made["touch_count"]) == (4, 1, 5)
