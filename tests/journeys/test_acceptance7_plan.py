"""Acceptance of 6.7: `plan visits`, `areas`, `losses`, `objectives`, `actions`, `sources`.

Expected values are worked out by hand from the domain notes (B5, B6, B7, B16), never from the
program: the divisions stand beside the assertions.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from icalendar import Calendar
from openpyxl import load_workbook
from workspaces import Workspace

from outreach.store.engine import Database

TEAM = (
    "team: {marie: {name: Marie Le Goff, visits_per_day: 3, days: mon-thu, hours_per_week: 20}}\n"
)
#: 52 − 5 − 1 − 1 weeks, 4 days, 3 visits (B7, "Fixaris").
YEAR = ("--year", "2027", "--leave", "5", "--conventions", "1", "--training", "1",
        "--days", "4", "--visits-per-day", "3", "--no-holidays")  # fmt: skip
GOAL = ("--target", "130", "--current", "125", "--retention", "90%", "--visits-per-customer", "6")
MONDAY = "2027-01-04T09:00"


def region(workspace: Workspace, more: str = TEAM) -> None:
    """Six people of Rennes of whom five ordered, four of Brest of whom two did; two of Vannes."""
    workspace.settings(more=more)
    towns = ["Rennes"] * 6 + ["Brest"] * 4 + ["Vannes"] * 2
    rows = [(f"c{n:02}", f"Name-{n:02}", f"c{n:02}@mail.example", town)
            for n, town in enumerate(towns, 1)]  # fmt: skip
    workspace.people(rows)


def orders(workspace: Workspace, *rows: str, now: str = "2026-12-28T09:00") -> None:
    workspace.write("orders.csv", "\n".join(["contact,stage,on,amount", *rows]) + "\n")
    workspace.ok("record", "--from", "orders.csv", now=now)


def lines_of(workspace: Workspace, *words: str, now: str | None = None) -> str:
    """What a person reads, on 80 columns."""
    done = workspace.run(*words, now=now)
    assert done.code == 0, (words, done)
    assert max(map(len, done.out.splitlines())) <= 80, done.out
    return " ".join(done.out.split())


# --- visits and areas --------------------------------------------------------------------------


def test_visits_of_a_year_as_the_sources_count_them(workspace: Workspace) -> None:
    """45 weeks × 4 × 3 = 540; 492×4 + 198×2 + 230×1 = 2,594 → 4.80 → 5 sellers of 519 visits;
    130 − 125 × 90 % = 17.5 → 18 × 6 = 108 visits, 20 % of 540; 432 are left."""
    region(workspace)
    needs = ("--need", "492x4", "--need", "198x2", "--need", "230x1")
    plan = workspace.ok("plan", "visits", *YEAR, *needs, now=MONDAY)
    assert (plan["from"], plan["to"]) == ("2027-01-01", "2027-12-31")
    assert [(one["weeks"], one["days"], one["visits"]) for one in plan["team"]] == [(45, 180, 540)]
    assert [one["visits"] for one in plan["needs"]] == [1968, 396, 230]
    assert (plan["needed"], plan["sellers"]["rounded"]) == (2594, 5)
    assert plan["sellers"]["exact"] == pytest.approx(2594 / 540)
    assert plan["sellers"]["visits_each"] == pytest.approx(518.8)
    assert plan["sellers"]["visits_each_rounded"] == 519
    assert "2,594 ÷ 540 = 4.8 → 5 sellers, 519 visits each" in lines_of(
        workspace, "plan", "visits", *YEAR, *needs, now=MONDAY
    )

    share = workspace.ok("plan", "visits", *YEAR, *GOAL, now=MONDAY)["prospecting"]
    assert (share["new_customers_exact"], share["new_customers"]) == (17.5, 18)
    assert (share["visits"], share["share"], share["left"]) == (108, 0.2, 432)
    # Half the week for half the visits: 45 × 2 × 1 = 90 are fewer than 108; 18 find no time.
    short = [*YEAR[:9], "2", "--visits-per-day", "1", "--no-holidays"]
    share = workspace.ok("plan", "visits", *short, *GOAL, now=MONDAY)["prospecting"]
    assert (share["visits"], share["left"], share["beyond"]) == (108, 0, 18)

    # Monday to Thursday lose six holidays in 2027 (29 March, 6 and 17 May, 14 July, 1 and 11
    # November), 47 weeks of 52 of them worked: 188 − 5.42 = 182.58 days × 3 = 547.7 visits.
    (one,) = workspace.ok("plan", "visits", "--year", "2027", "--leave", "5", now=MONDAY)["team"]
    assert (one["seller"], one["holidays"], one["visits"]) == ("marie", 6, 547)
    assert one["days"] == pytest.approx(188 - 6 * 47 / 52)

    for words, said in (
        (("--leave", "60"), "weeks"),
        (("--retention", "900%"), "100"),
        (("--need", "12"), "492x4"),
        (("--need", "nobody:3"), "nobody"),
        (("--from", "2027-05-01", "--to", "2027-04-01"), "ends before it begins"),
        (("--from", "2027-05-01"), "--to"),
    ):
        done = workspace.run("plan", "visits", *words, "--json", now=MONDAY)
        assert done.code in (1, 2), (words, done)
        assert said in json.dumps(done.errors), (words, done)


def test_visits_are_spread_by_area_potential_and_ease(workspace: Workspace) -> None:
    """Weights 3, 2, 1 share 108 as 54, 36, 18; without them (potential − customers) ÷ pressure."""
    region(workspace)
    orders(workspace, *(f"c{n:02},order,2026-06-{n:02},1000" for n in (1, 2, 3, 4, 5, 7, 8)))
    for name, potential, pressure, weight in (
        ("Rennes", 6, 1, 3), ("Brest", 8, 2, 2), ("Vannes", 40, 4, 1),
    ):  # fmt: skip
        workspace.ok("plan", "areas", "add", name, f'city = "{name}"', "--potential",
                     str(potential), "--pressure", str(pressure), "--weight", str(weight),
                     now=MONDAY)  # fmt: skip
    known = {one["name"]: one for one in workspace.ok("plan", "areas", now=MONDAY)["areas"]}
    # 48 of 57.6 million are 83.33 %, as 5 of 6 are; 2 of 8; nobody of 40.
    assert [known[town]["customers"] for town in known] == [5, 2, 0]
    assert [known[town]["prospects"] for town in known] == [1, 2, 2]
    assert known["Rennes"]["penetration"] == pytest.approx(0.8333, abs=1e-4)
    assert (known["Brest"]["penetration"], known["Vannes"]["penetration"]) == (0.25, 0)
    assert [known[town]["revenue"] for town in known] == [5000, 2000, 0]
    assert known["Rennes"]["first_order_on"] == "2026-06-01"

    plan = workspace.ok("plan", "visits", *YEAR, *GOAL, now=MONDAY)
    assert [one["prospect_visits"] for one in plan["areas"]] == [54, 36, 18]
    # What is left goes by customers, 5 : 2 : 0 of 432 = 308.57, 123.43, 0.
    assert [one["customer_visits"] for one in plan["areas"]] == [309, 123, 0]
    assert [(one["absent"], one["prospecting_share"] == 1) for one in plan["areas"]] == [
        (False, False), (False, False), (True, True),
    ]  # fmt: skip

    # (6 − 5) ÷ 1, (8 − 2) ÷ 2, 40 ÷ 4 = 1, 3, 10: 7.71, 23.14, 77.14 of 108.
    for town in known:
        workspace.ok("plan", "areas", "edit", town, "--weight", "-", now=MONDAY)
    plan = workspace.ok("plan", "visits", *YEAR, *GOAL, now=MONDAY)
    assert [one["weight"] for one in plan["areas"]] == [1, 3, 10]
    assert [one["prospect_visits"] for one in plan["areas"]] == [8, 23, 77]

    # Of the five prospects one is big and easy, one big, one easy, two neither: the groups
    # weigh 3, 2, 1, and so 54, 36, 18 again.
    for who, potential, ease, kind in (
        ("c06", "12000", "5", "school"), ("c09", "12000", "2", "School"),
        ("c10", "500", "4", "garage"), ("c11", "500", "1", "garage"),
    ):  # fmt: skip
        workspace.ok("plan", "score", f'external_id = "{who}"', "--potential", potential,
                     "--ease", ease, "--type", kind, now=MONDAY)  # fmt: skip
    workspace.ok("plan", "score", 'external_id = "c01"', "--type", "school", now=MONDAY)
    plan = workspace.ok("plan", "visits", *YEAR, *GOAL, now=MONDAY)
    found = [(one["weight"], one["people"], one["visits"]) for one in plan["classes"]]
    assert found == [(3, 1, 54), (2, 2, 36), (1, 2, 18)]
    # A customer of the trade is a reference for its prospects, however the trade is spelt.
    types = {(one["type"] or "").lower(): one for one in plan["types"]}
    assert (types["school"]["prospects"], types["school"]["references"]) == (2, 1)
    assert (types["garage"]["prospects"], types["garage"]["references"]) == (2, 0)

    shown = lines_of(workspace, "plan", "visits", *YEAR, *GOAL, now=MONDAY)
    assert "all prospecting" in shown
    assert "83.3" in lines_of(workspace, "plan", "areas", now=MONDAY)


def test_who_is_on_file_as_a_customer_is_one_without_an_order(workspace: Workspace) -> None:
    """The first file of a firm says who its customers are, and no order yet: no area where one
    of them lives is without the firm, and nobody visits him as a prospect."""
    workspace.settings(more=TEAM)
    workspace.people(
        [("c1", "One", "Rennes", "client"), ("c2", "Two", "Rennes", "prospect"),
         ("c3", "Three", "Rennes", "prospect")],
        "Ref;Last name;City;Kind",
    )  # fmt: skip
    workspace.ok("plan", "areas", "add", "Rennes", 'city = "Rennes"', "--potential", "4")
    (area,) = workspace.ok("plan", "areas", now=MONDAY)["areas"]
    assert (area["customers"], area["prospects"], area["absent"]) == (1, 2, False)
    assert area["penetration"] == 0.25
    workspace.ok("plan", "score", 'city = "Rennes"', "--ease", "5", "--type", "school", now=MONDAY)
    plan = workspace.ok("plan", "visits", *YEAR, *GOAL, "--into-calendar", "--offer", "A visit",
                        now=MONDAY)  # fmt: skip
    assert [(one["prospects"], one["references"]) for one in plan["types"]] == [(2, 1)]
    assert sum(one["people"] for one in plan["classes"]) == 2
    shown = workspace.ok("launch", "visits-2027-rennes", "--dry-run", now=MONDAY)
    assert shown["matched"] == 2


def test_losses_retention_and_the_calendar(workspace: Workspace) -> None:
    """30,000 € ÷ 20,000 → 2 deals, 24 actives, 400 prospects, 1,600 contacts, 53.33 h; start a
    mean sale before. Four customers of 2025 of whom three came back: 75 %."""
    region(workspace)
    orders(workspace, *(f"c{n:02},order,2025-06-{n:02},1000" for n in (1, 2, 3, 7)),
           *(f"c{n:02},order,2026-06-{n:02},1000" for n in (1, 2, 3)))  # fmt: skip
    money = ("--average-deal", "20000", "--sales-delay", "90")
    noted = workspace.ok("plan", "losses", "add", "c01", "--on", "2027-12-31", "--revenue", "30000",
                         "--cause", "end of a site", "--owner", "marie", *money,
                         now=MONDAY)  # fmt: skip
    assert [noted[name] for name in ("deals", "active_prospects", "prospects", "touches")] == [
        2, 24, 400, 1600,
    ]  # fmt: skip
    assert noted["hours"] == pytest.approx(53.33, abs=0.01)
    # 90 days before 31 December: 2 October.
    assert (noted["start_by"], noted["start_now"]) == ("2027-10-02", False)
    workspace.ok("plan", "losses", "add", "c07@mail.example", "--on", "2026-12-01", "--revenue",
                 "5000", *money, now=MONDAY)  # fmt: skip
    coming, = [one for one in workspace.ok("plan", "losses", *money, now=MONDAY)["losses"]
               if one["name"] == "Name-01"]  # fmt: skip
    assert (coming["revenue"], coming["cause"]) == (30000, "end of a site")
    gone, = [one for one in workspace.ok("plan", "losses", *money, now=MONDAY)["losses"]
             if one["name"] == "Name-07"]  # fmt: skip
    assert (gone["deals"], gone["start_now"]) == (1, True)
    said = lines_of(workspace, "plan", "losses", *money, now=MONDAY)
    assert "30,000.00" in said
    assert "53.3" in said
    assert "Name-01" in lines_of(workspace, "today", now="2027-10-02T08:00")

    # Who stays is known from history: 3 of 4; 3 customers now × 75 % = 2.25, of 10 wanted 7.75
    # → 8, and 2 more for the loss of the year: 10 × 6 = 60 visits.
    goal = ("--target", "10", "--visits-per-customer", "6", *money)
    plan = workspace.ok("plan", "visits", *YEAR, *goal, now=MONDAY)
    assert (plan["customers"]["value"], plan["customers"]["origin"]) == (3, "history")
    assert (plan["retention"]["value"], plan["retention"]["of"]) == (0.75, 4)
    assert (plan["loyalty"], plan["volatility"]) == (0.75, 0.25)
    assert (plan["prospecting"]["new_customers"], plan["prospecting"]["visits"]) == (10, 60)
    assert [one["name"] for one in plan["losses"]] == ["Name-01"]

    # Into the calendar: a campaign for the area and an action that carries it.
    workspace.ok("plan", "areas", "add", "Rennes", 'city = "Rennes"', now=MONDAY)
    written = workspace.ok("plan", "visits", *YEAR, *goal, "--into-calendar", "--offer",
                           "A free look at your lighting", now=MONDAY)["campaigns"]  # fmt: skip
    names = [one["campaign"] for one in written]
    assert "visits-2027-rennes" in names
    assert workspace.run("check", "visits-2027-rennes").code == 0
    carried = [one["campaign"] for one in workspace.ok("plan", "actions", now=MONDAY)["actions"]]
    assert set(names) <= set(carried)
    again = workspace.run("plan", "visits", *YEAR, *goal, "--into-calendar", "--offer", "X",
                          "--json", now=MONDAY)  # fmt: skip
    assert "visits-2027-rennes" in json.dumps(again.errors)

    # What is planned around a person is his data too.
    workspace.ok("privacy", "export", "c01", now=MONDAY)
    (exported,) = Path("data/privacy").glob("*.json")
    held = exported.read_text(encoding="utf-8")
    assert "end of a site" in held
    assert "2027-12-31" in held
    assert "30000" in held.replace(",", "")

    for words, said in (
        (("c02", "--on", "2027-05-01", "--revenue", "-5"), "above 0"),
        (("nobody", "--on", "2027-05-01", "--revenue", "5"), "nobody"),
        (("c02", "--on", "someday", "--revenue", "5"), "someday"),
    ):
        done = workspace.run("plan", "losses", "add", *words, "--json", now=MONDAY)
        assert done.code in (1, 2)
        assert said in json.dumps(done.errors)
    number = str(coming["number"])
    workspace.ok("plan", "losses", "remove", number, now=MONDAY)
    assert [one["name"] for one in workspace.ok("plan", "losses", now=MONDAY)["losses"]] == [
        "Name-07"
    ]
    assert "Name-01" not in lines_of(workspace, "today", now="2027-10-02T08:00")


# --- selecting by what somebody is worth ------------------------------------------------------


def test_selecting_by_type_potential_and_ease(workspace: Workspace, base: Database) -> None:
    """The notes' checklist, 23 to 25: on both databases, however the type is spelt."""
    workspace.write(
        "scored.csv",
        "Ref;Last name;E-mail;City;Typologie;Potentiel;Facilité de conquête\n"
        "a;Alba;a@mail.example;Rennes;École;12 000,50 €;5\n"
        "b;Bari;b@mail.example;Rennes;retail;9999;3\n"
        "c;Cade;c@mail.example;Brest;;;2\n"
        "d;Dole;d@mail.example;Brest;ecole;10000;9\n",
    )
    # An ease of 9 is none: it is set aside, the rest of the row counts.
    workspace.ok("contacts", "import", "scored.csv", now=MONDAY)
    workspace.ok("contacts", "add", "external_id=e", "last_name=Elne", "customer_type=RETAIL",
                 "potential=25000", "ease=1", "city=Rennes", now=MONDAY)  # fmt: skip

    def found(expression: str) -> str:
        people = workspace.ok("contacts", "list", expression)["contacts"]
        return "".join(sorted(one["external_id"] for one in people))

    for expression, expected in (
        ('customer_type = "retail"', "be"),
        ('customer_type = "ECOLE"', "ad"),
        ('customer_type in ("école", "garage")', "ad"),
        ('customer_type like "r%"', "be"),
        ('customer_type != "retail"', "acd"),
        ("customer_type is null", "c"),
        ("potential >= 10000", "ade"),
        ("potential = 12000.50", "a"),
        ("potential between 9000 and 12000.50", "abd"),
        ("not potential >= 10000", "bc"),
        ("potential - revenue > 20000", "e"),
        ("ease >= 3", "ab"),
        ("ease is null", "d"),
        ('`Type of customer` = "retail" and `Ease of conquest` < 3', "e"),
    ):
        assert found(expression) == expected, expression
    with_type = {one["name"]: one["type"] for one in workspace.ok("contacts", "fields")["fields"]}
    assert [with_type[name] for name in ("customer_type", "potential", "ease")] == [
        "text", "money", "integer",
    ]  # fmt: skip

    # Set by hand, by `plan score`, and emptied again; what cannot be is said.
    workspace.ok("contacts", "set", "c", "potential=1 500", "customer_type=Garage", now=MONDAY)
    assert found('customer_type = "garage" and potential = 1500') == "c"
    workspace.ok("plan", "score", 'customer_type = "retail"', "--ease", "4", "--type", "Détail",
                 now=MONDAY)  # fmt: skip
    assert (found('customer_type = "detail"'), found("ease = 4")) == ("be", "be")
    workspace.ok("plan", "score", 'external_id = "b"', "--type", "-", now=MONDAY)
    assert found('customer_type = "detail"') == "e"
    for word, said in (("ease=6", "5"), ("potential=-1", "0"), ("potential=much", "much")):
        done = workspace.run("contacts", "set", "c", word, "--json")
        assert done.code == 1
        assert said in json.dumps(done.errors)

    # What leaves comes in again under the same fields.
    workspace.ok("contacts", "export", "out.csv")
    assert workspace.ok("contacts", "import", "out.csv", now=MONDAY)["unchanged"] == 5
    assert not [one for one in workspace.ok("contacts", "fields")["fields"]
                if one["origin"] == "user"]  # fmt: skip

    # A step's own condition, read in Python, means the same.
    steps = (
        '  - {step: call, channel: task, when: potential >= 10000 and customer_type = "ECOLE"}\n'
    )
    workspace.campaign("big", where='city in ("Rennes", "Brest")', steps=steps)
    workspace.launch("big", now=MONDAY)
    workspace.ok("run", now="2027-01-05T10:00")
    states = workspace.by_state("big")
    assert states.get("skipped", 0) == 3, states


def test_merging_two_people_keeps_what_they_are_worth(workspace: Workspace) -> None:
    """Whoever is kept lacks nothing that the other one had, and loses nothing of his own."""
    workspace.people(
        [("a", "Durand", "durand@mail.example", "Rennes", "", "12000", ""),
         ("b", "Durand", "durand@mail.example", "Rennes", "School", "500", "4")],
        "Ref;Last name;E-mail;City;Typologie;Potentiel;ease",
    )  # fmt: skip
    workspace.ok("plan", "losses", "add", "b", "--on", "2027-12-31", "--revenue", "800",
                 now=MONDAY)  # fmt: skip
    workspace.ok("contacts", "duplicates", "--merge", now=MONDAY)
    (one,) = workspace.ok("contacts", "list", 'customer_type = "school"')["contacts"]
    assert (one["customer_type"], one["ease"]) == ("School", 4)
    assert one["potential"] == 12000
    (loss,) = workspace.ok("plan", "losses", now=MONDAY)["losses"]
    assert loss["contact"] == one["id"]


# --- objectives ----------------------------------------------------------------------------------


def test_objectives_are_checked_and_followed(workspace: Workspace) -> None:
    """60,000 € over twelve months, at month 3 → 15,000; realised 12,000 → −3,000, 80 %."""
    region(workspace)
    orders(workspace, "c01,order,2026-06-01,900")
    orders(workspace, "c02,order,2027-02-01,8000", "c07,order,2027-03-20,4000",
           "c01,order,2027-02-02,5000", "c03,order,2027-04-02,2500",
           now="2027-04-15T09:00")  # fmt: skip
    workspace.ok("plan", "areas", "add", "Brest", 'city = "Brest"', now=MONDAY)
    add = ("plan", "objectives", "add")
    dated = ("--start", "2027-01-01", "--by", "2027-12-31")
    workspace.ok(*add, "Win 60000 EUR with new customers", "--metric", "new_revenue", "--target",
                 "60000", *dated, "--checkpoint", "2027-03-31", "--checkpoint", "2027-06-30",
                 "--owner", "marie", now=MONDAY)  # fmt: skip
    workspace.ok(*add, "Win 4 customers in Brest", "--metric", "new_customers", "--target", "4",
                 *dated, "--area", "Brest", "--checkpoint", "2027-03-31", "--owner", "marie",
                 now=MONDAY)  # fmt: skip
    workspace.ok(*add, "Raise satisfaction by 15 points", "--kind", "qualitative", "--metric",
                 "satisfaction", "--unit", "%", "--baseline", "60", "--target", "75", "--start",
                 "2027-01-01", "--by", "2027-09-30", "--checkpoint", "2027-03-31",
                 now=MONDAY)  # fmt: skip
    workspace.ok(*add, "Better", now=MONDAY)
    workspace.ok("plan", "objectives", "found", "Raise satisfaction by 15 points", "--on",
                 "2027-03-31", "--realised", "63", "--note", "a survey",
                 now="2027-04-15T09:00")  # fmt: skip

    now = "2027-04-15T09:00"
    found = {o["name"]: o for o in workspace.ok("plan", "objectives", now=now)["objectives"]}
    money = found["Win 60000 EUR with new customers"]
    # All of it is said but that it can be true: 2026 brought 900.
    assert {one["criterion"]: one["met"] for one in money["checks"]} == {
        "specific": True, "measurable": True, "achievable": True, "realistic": False,
        "timed": True,
    }  # fmt: skip
    assert (money["smart"], money["owner"], money["counted"]) == (False, "marie", True)
    at_three, at_six = money["checkpoints"]
    # The customer of last year is none of the new ones: 8,000 + 4,000.
    assert (at_three["on"], at_three["expected"], at_three["realised"]) == (
        "2027-03-31", 15000, 12000,
    )  # fmt: skip
    assert (at_three["variance"], at_three["achievement"]) == (-3000, 0.8)
    assert (at_six["expected"], at_six["realised"], at_six["variance"]) == (30000, None, None)
    # By today the third new customer has ordered too: 45,500 are left.
    assert money["now"]["realised"] == 14500
    assert money["ahead"]["remaining"] == 45500

    # Two of the new customers are of Rennes, one of Brest: 4 × 3 ÷ 12 = 1 was planned.
    brest = found["Win 4 customers in Brest"]
    (quarter,) = brest["checkpoints"]
    assert (quarter["expected"], quarter["realised"], quarter["achievement"]) == (1, 1, 1)
    # 60 + 15 × 3 ÷ 9 months = 65; somebody found 63.
    (seen,) = found["Raise satisfaction by 15 points"]["checkpoints"]
    assert (seen["expected"], seen["realised"], seen["variance"]) == (65, 63, -2)

    # What lacks is named, letter by letter.
    checks = {one["criterion"]: one["met"] for one in found["Better"]["checks"]}
    assert list(checks) == ["specific", "measurable", "achievable", "realistic", "timed"]
    assert not any((checks["specific"], checks["measurable"], checks["timed"]))
    assert found["Better"]["smart"] is False
    late = workspace.ok(*add, "Win 3 customers", "--metric", "new_customers", "--target", "3",
                        *dated, "--checkpoint", "2029-01-01", now=MONDAY)  # fmt: skip
    timed = next(one for one in late["checks"] if one["criterion"] == "timed")
    assert (timed["met"], "2029" in timed["said"]) == (False, True)
    shown = lines_of(workspace, "plan", "objectives", "show",
                     "Win 60000 EUR with new customers", now=now)  # fmt: skip
    assert "15,000" in shown
    assert "-€3,000.00" in shown.replace("−", "-")
    assert "80" in shown
    lines_of(workspace, "plan", "objectives", now=now)

    for words, said in (
        (("Better",), "edit"),
        (("Win 3", "--target", "three"), "three"),
        (("Win 3", "--start", "2027-05-01", "--by", "2027-04-01"), "ends before it begins"),
        (("Win 3", "--area", "Brets"), "Brest"),
    ):
        done = workspace.run(*add, *words, "--json", now=MONDAY)
        assert done.code in (1, 2), (words, done)
        assert said in json.dumps(done.errors), (words, done)


# --- actions -------------------------------------------------------------------------------------

PAC = """\
Projet;Action;Objectif;Étapes;Responsable;Moyens;Avec qui;Budget;Début;Fin;Thème;Offre
Salons;Salon de l'habitat;Win 12 customers;"2027-02-01 réserver le stand; imprimer";marie;Stand \
9 m²;La mairie;1 200,50;01/03/2027;05/03/2027;conquête;Devis gratuit
Fidélité;Cartes de vœux;Win 12 customers;;marie;;;150;2027-12-01;2027-12-20;fidélisation;Une remise
Salons;Nouvelle gamme;;;marie;;;;01/06/2029;30/06/2029;lancement;
"""


def test_the_action_plan_in_and_out(workspace: Workspace) -> None:
    """Vision → objective → projects → actions with steps, owner, means, budget, dates, result;
    late and improvised ones flagged; a workbook whose sum is a formula; a calendar file."""
    region(workspace)
    workspace.ok("plan", "vision", "First workshop of Brittany in 2030", now=MONDAY)
    workspace.ok("plan", "objectives", "add", "Win 12 customers", "--metric", "new_customers",
                 "--target", "12", "--by", "2027-12-31", now=MONDAY)  # fmt: skip
    workspace.write("pac.csv", PAC)
    dry = workspace.ok("plan", "actions", "import", "pac.csv", "--dry-run", now=MONDAY)
    assert (dry["read"], dry["added"]) == (3, 0)
    assert workspace.ok("plan", "actions", now=MONDAY)["actions"] == []
    assert workspace.ok("plan", "actions", "import", "pac.csv", now=MONDAY)["added"] == 3
    fair, cards, range_ = workspace.ok("plan", "actions", now=MONDAY)["actions"]
    assert (fair["project"], fair["objective"], fair["theme"]) == (
        "Salons", "Win 12 customers", "conquest",
    )  # fmt: skip
    assert [(one["what"], one["on"]) for one in fair["steps"]] == [
        ("réserver le stand", "2027-02-01"), ("imprimer", None),
    ]  # fmt: skip
    assert (fair["means"], fair["with"], fair["budget"]) == ("Stand 9 m²", ["La mairie"], 1200.5)
    assert (fair["start"], fair["end"], fair["offer"]) == (
        "2027-03-01", "2027-03-05", "Devis gratuit",
    )  # fmt: skip
    # Written in January, it ends in March, in December, in two years and a half.
    assert [one["term"] for one in (fair, cards, range_)] == ["short", "medium", "long"]
    assert set(range_["flags"]) == {"no_offer", "no_objective"}
    assert (fair["state"], fair["flags"]) == ("planned", [])

    # On 10 March the fair is late, and what began yesterday and was written today improvised.
    now = "2027-03-10T09:00"
    workspace.ok("plan", "actions", "add", "Flyers", "--start", "2027-03-09", "--end", "2027-03-20",
                 "--offer", "A discount", "--objective", "Win 12 customers", "--owner", "marie",
                 "--budget", "49.50", now=now)  # fmt: skip
    workspace.campaign("sudden")
    workspace.launch("sudden", now=now)
    plan = workspace.ok("plan", "actions", "--xlsx", "plan.xlsx", "--ics", "plan.ics", now=now)
    states = {one["name"]: (one["state"], one["flags"]) for one in plan["actions"]}
    assert states["Salon de l'habitat"] == ("late", ["late"])
    assert states["Flyers"] == ("under_way", ["improvised"])
    assert plan["late"] == 1
    # A campaign that no action carries was improvised too.
    assert "sudden" in json.dumps(plan["improvised"])
    assert (plan["vision"], plan["budget"]) == ("First workshop of Brittany in 2030", 1400)
    shown = lines_of(workspace, "plan", "actions", now=now)
    for said in ("late", "improvised", "sudden", "First workshop of Brittany", "1,200.50"):
        assert said in shown

    book = load_workbook("plan.xlsx")
    cells = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row]
    for said in ("Salon de l'habitat", "Win 12 customers", "First workshop of Brittany in 2030"):
        assert any(said in str(cell) for cell in cells), said
    assert 1200.5 in cells
    assert any(str(cell).startswith("=S") and "SUM" in str(cell).upper() for cell in cells) or any(
        "SUBTOTAL" in str(cell).upper() for cell in cells
    )
    entries = Calendar.from_ical(Path("plan.ics").read_bytes()).walk("VEVENT")
    days = {str(one["SUMMARY"]): (one.decoded("DTSTART"), one.decoded("DTEND")) for one in entries}
    # The last day belongs to it: in a calendar file the end is the day after.
    assert days["Salon de l'habitat"] == (date(2027, 3, 1), date(2027, 3, 6))
    assert any("réserver le stand" in name for name in days)
    assert len({str(one["UID"]) for one in entries}) == len(entries)
    assert all(one["DTSTAMP"] for one in entries)

    done = workspace.ok("plan", "actions", "done", "Salon de l'habitat", "--result", "7 quotes",
                        "--on", "2027-03-09", now=now)  # fmt: skip
    assert "7 quotes" in json.dumps(done)
    (fair, *_) = workspace.ok("plan", "actions", now=now)["actions"]
    assert (fair["state"], fair["result"], fair["done_at"][:10]) == (
        "done", "7 quotes", "2027-03-09",
    )  # fmt: skip


def test_a_file_that_is_no_plan_of_actions_adds_nothing(workspace: Workspace) -> None:
    """All mistakes at once, each with its line; a file of contacts is none of actions."""
    region(workspace)
    workspace.write(
        "bad.csv",
        "Action;Début;Fin;Budget;Objectif\n;;;;\nOne;2027-05-01;2027-04-01;;\n"
        "Two;someday;;;\nThree;;;-5;\nFour;;;;Nothing\n",
    )
    done = workspace.run("plan", "actions", "import", "bad.csv", "--json", now=MONDAY)
    assert done.code in (1, 2)
    assert {one["line"] for one in done.errors} >= {3, 4, 5, 6}
    for file, said in (
        ("people.csv", "no column says what the action is"),
        ("none.csv", "none.csv"),
    ):
        done = workspace.run("plan", "actions", "import", file, "--json", now=MONDAY)
        assert done.code in (1, 2), (file, done)
        assert said in json.dumps(done.errors, ensure_ascii=False)
    # A list of names looks like one of actions, but for its other columns.
    workspace.write("names.csv", "Nom;Courriel;Ville\nDurand;d@mail.example;Rennes\n")
    done = workspace.run("plan", "actions", "import", "names.csv", "--json", now=MONDAY)
    assert done.code in (1, 2), done
    assert "Courriel" in json.dumps(done.errors)
    assert workspace.ok("plan", "actions", now=MONDAY)["actions"] == []


# --- sources -------------------------------------------------------------------------------------


def test_every_list_with_its_price_overlap_and_yield(workspace: Workspace) -> None:
    """Our own file (12), a rented one (5, of whom 2 were there) and a directory; the rented one
    has a single use, which a campaign takes."""
    region(workspace)
    workspace.ok("contacts", "import", "people.csv", "--source", "own", now=MONDAY)
    sources = ("plan", "sources")
    workspace.ok(*sources, "edit", "own", "--origin", "internal", now=MONDAY)
    workspace.ok(*sources, "add", "yellow", "--origin", "directory", "--cost", "0", now=MONDAY)
    workspace.ok(*sources, "add", "rented", "--origin", "rented", "--cost", "300", "--uses", "1",
                 "--licence", "one mailing", now=MONDAY)  # fmt: skip
    before = {one["name"]: one for one in workspace.ok(*sources, now=MONDAY)["sources"]}
    assert (before["rented"]["obtained_on"], before["rented"]["contacts"]) == (None, 0)
    workspace.write(
        "rented.csv",
        "Ref;Last name;E-mail;City;Phone\nc01;Name-01;c01@mail.example;Rennes;\n"
        "c02;Name-02;c02@mail.example;Rennes;\n"
        + "".join(f"r{n};New-{n};r{n}@mail.example;Rennes;029990010{n}\n" for n in (1, 2, 3)),
    )
    workspace.ok("contacts", "import", "rented.csv", "--source", "rented", now="2027-01-05T09:00")
    found = workspace.ok(*sources, now="2027-01-06T09:00")
    assert [one["name"] for one in found["sources"]] == ["own", "rented", "yellow"]
    rented = found["sources"][1]
    assert (rented["contacts"], rented["there_before"], rented["added"]) == (5, 2, 3)
    # 300 ÷ 3 new ones.
    assert (rented["cost_per_new"], rented["licence"], rented["uses_left"]) == (
        100, "one mailing", 1,
    )  # fmt: skip
    assert rented["obtained_on"] == "2027-01-05"
    (pair,) = found["overlaps"]
    assert ({pair["first"], pair["second"]}, pair["people"], pair["drop_from"]) == (
        {"own", "rented"}, 2, "rented",
    )  # fmt: skip

    # A campaign takes the one use; 1 of the 3 new people ordered: 300 € an order.
    workspace.campaign("flat", where='external_id in ("r1", "r2", "r3")', steps=CALL)
    workspace.launch("flat", now="2027-01-11T09:00")
    for who in ("r1", "r2"):
        workspace.ok("record", who, "contacted", "--campaign", "flat", now="2027-01-12T10:00")
    workspace.ok("record", "r1", "appointment", "--campaign", "flat", now="2027-01-13T10:00")
    workspace.ok("record", "r1", "order", "--campaign", "flat", "--amount", "2000",
                 now="2027-01-14T10:00")  # fmt: skip
    after = {one["name"]: one for one in workspace.ok(*sources, now="2027-01-15T09:00")["sources"]}
    rented = after["rented"]
    assert (rented["uses"], rented["uses_left"]) == (1, 0)
    assert (rented["contacted"], rented["appointments"], rented["orders"]) == (2, 1, 1)
    assert (rented["revenue"], rented["cost_per_order"]) == (2000, 300)
    assert (rented["appointment_rate"], rented["order_rate"], rented["basis"]) == (
        0.5, 0.5, "contacted",
    )  # fmt: skip
    lines_of(workspace, *sources, now="2027-01-15T09:00")
    done = workspace.run(*sources, "edit", "rentde", "--cost", "1", "--json")
    assert done.code == 1
    assert "rented" in json.dumps(done.errors)
    done = workspace.run(*sources, "add", "rented", "--json")
    assert done.code in (1, 2)


CALL = "  - {step: call, channel: call}\n"


# --- in French, on a plain terminal -------------------------------------------------------------


def test_the_plan_in_french_on_eighty_columns(workspace: Workspace) -> None:
    """Numbers, amounts and days as a French reader writes them, nothing wider than 80."""
    region(workspace)
    orders(workspace, *(f"c{n:02},order,2026-06-{n:02},1000" for n in (1, 2, 7)))
    settings = workspace.folder / "outreach.yaml"
    settings.write_text(settings.read_text().replace("en_GB", "fr_FR"))
    needs = ("--need", "492x4", "--need", "198x2", "--need", "230x1")
    shown = lines_of(workspace, "plan", "visits", *YEAR, *GOAL, *needs, now=MONDAY)
    assert "2 594 ÷ 540 = 4,8 " in shown
    assert "17,5" in shown
    assert "1er janv. 2027" in shown
    noted = lines_of(workspace, "plan", "losses", "add", "c01", "--on", "31/12/2027", "--revenue",
                     "30 000", "--average-deal", "20000", "--sales-delay", "90",
                     now=MONDAY)  # fmt: skip
    assert "30 000,00 €" in noted
    assert "1 600" in noted
    assert "53,33" in noted
    assert "2 oct. 2027" in noted
    lines_of(workspace, "plan", "objectives", "add", "Gagner 12 clients", "--metric",
             "new_customers", "--target", "12", "--by", "31/12/2027", now=MONDAY)  # fmt: skip
    lines_of(workspace, "plan", "actions", "add", "Salon de l'habitat et du jardin de Rennes",
             "--project", "Salons et foires de tout l'Ouest", "--objective", "Gagner 12 clients",
             "--start", "01/03/2027", "--end", "05/03/2027", "--budget", "1 200,50", "--step",
             "2027-02-01 réserver le stand", now=MONDAY)  # fmt: skip
    shown = lines_of(workspace, "plan", "actions", "--ics", "plan.ics", now="2027-03-10T09:00")
    assert "1 200,50 €" in shown
    assert "5 mars 2027" in shown
    (fair, *_) = Calendar.from_ical(Path("plan.ics").read_bytes()).walk("VEVENT")
    assert str(fair["SUMMARY"]) == "Salon de l'habitat et du jardin de Rennes"
    workspace.ok("plan", "sources", "add", "Un fichier loué chez un courtier de Rennes", "--origin",
                 "rented", "--cost", "1 250,00")  # fmt: skip
    shown_alone = (("areas",), ("losses",), ("objectives",), ("sources",), ("vision",))
    for words in (
        *shown_alone,
        ("objectives", "show", "Gagner 12 clients"),
        ("actions", "show", "1"),
    ):
        lines_of(workspace, "plan", *words, now=MONDAY)
    assert "1 250,00 €" in lines_of(workspace, "plan", "sources")
