"""How many visits, for whom, when: every number of domain notes B7 through the command."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from workspaces import Workspace

NEW_YEAR = "2027-01-04T09:00"
FIXARIS = ("--leave", "5", "--conventions", "1", "--training", "1", "--days", "4",
           "--visits-per-day", "3", "--no-holidays")  # fmt: skip
SHARE = ("--target", "130", "--current", "125", "--retention", "90%", "--visits-per-customer", "6")
TEAM = "team:\n  marie: {name: Marie Le Goff, visits_per_day: 4, days: mon-thu}\n"


def towns(workspace: Workspace) -> None:
    """40 people of Lille, 30 of Brest, 20 of Nice; the first 4 of Lille and 6 of Brest ordered."""
    rows = [(f"{city[0]}{n}", f"{city}-{n}", f"{city}{n}@mail.example", city)
            for city, count in (("Lille", 40), ("Brest", 30), ("Nice", 20))
            for n in range(count)]  # fmt: skip
    header = "Ref;Last name;E-mail;City"
    lines = [header, *(";".join(row) for row in rows)]
    workspace.write("people.csv", "\n".join(lines) + "\n")
    workspace.ok("contacts", "import", "people.csv", now="2026-01-10T09:00")
    orders = [f"L{n};order;2026-05-0{n + 1};100" for n in range(4)]
    orders += [f"B{n};order;2026-06-0{n + 1};100" for n in range(6)]
    workspace.write("orders.csv", "contact;stage;on;amount\n" + "\n".join(orders) + "\n")
    workspace.ok("record", "--from", "orders.csv", now=NEW_YEAR)


def test_fixaris_makes_540_visits_and_needs_5_sellers(workspace: Workspace) -> None:
    """(52 − 5 − 1 − 1) × 4 × 3 = 540; 2,594 ÷ 540 = 4.8 → 5; 518.8 → 519 each."""
    needs = ("--need", "492x4", "--need", "198x2", "--need", "230x1")
    found = workspace.ok("plan", "visits", *FIXARIS, *needs, now=NEW_YEAR)
    assert found["team"] == [
        {"seller": None, "weeks": 45, "days": 180, "holidays": 0, "visits_per_day": 3,
         "visits": 540}
    ]  # fmt: skip
    assert found["needed"] == 2594
    assert round(found["sellers"]["exact"], 2) == 4.8
    assert found["sellers"]["rounded"] == 5
    assert found["sellers"]["visits_each"] == 518.8
    assert found["sellers"]["visits_each_rounded"] == 519


def test_20_percent_of_540_visits_are_for_prospects(workspace: Workspace) -> None:
    """130 − 125 × 90 % = 17.5 → 18 × 6 = 108; 432 are left."""
    found = workspace.ok("plan", "visits", *FIXARIS, *SHARE, now=NEW_YEAR)
    assert found["prospecting"] == {
        "new_customers_exact": 17.5, "new_customers": 18, "leaving": 12.5, "visits": 108,
        "share": 0.2, "left": 432, "beyond": 0,
    }  # fmt: skip
    told = workspace.run("plan", "visits", *FIXARIS, *SHARE, now=NEW_YEAR).out
    assert "17.5" in told
    assert max(map(len, told.splitlines())) <= 80


def test_weights_of_3_2_1_spread_them_54_36_18_over_areas(workspace: Workspace) -> None:
    towns(workspace)
    for city, weight in (("Lille", "3"), ("Brest", "2"), ("Nice", "1")):
        workspace.ok("plan", "areas", "add", city, f'city = "{city}"', "--weight", weight)
    found = workspace.ok("plan", "visits", *FIXARIS, *SHARE, now=NEW_YEAR)
    areas = {one["name"]: one for one in found["areas"]}
    assert {name: one["prospect_visits"] for name, one in areas.items()} == {
        "Lille": 54, "Brest": 36, "Nice": 18,
    }  # fmt: skip
    assert sum(one["customer_visits"] for one in areas.values()) == 432
    assert areas["Nice"]["absent"]
    assert areas["Nice"]["prospecting_share"] == 1
    assert areas["Lille"]["customer_visits"] == 173


def test_penetration_is_customers_out_of_those_there_could_be(workspace: Workspace) -> None:
    """48 of 57.6 million, here in a market of 6: 5 ÷ 6 = 83.33 %."""
    workspace.people((f"p{n}", "x", f"p{n}@mail.example", "Lille") for n in range(5))
    orders = "".join(f"p{n};order;2026-05-01;100\n" for n in range(5))
    workspace.write("orders.csv", f"contact;stage;on;amount\n{orders}")
    workspace.ok("record", "--from", "orders.csv", now=NEW_YEAR)
    area = workspace.ok(
        "plan", "areas", "add", "Nord", 'city = "Lille"', "--potential", "6", now=NEW_YEAR
    )
    assert area["penetration"] == pytest.approx(0.8333, abs=1e-4)
    assert area["weight"] == pytest.approx(1 / 3)
    assert workspace.ok("plan", "areas", "edit", "nord", "--pressure", "1")["weight"] == 1
    told = workspace.run("plan", "areas").out
    assert "83.3%" in told


def test_a_loss_of_30_000_asks_for_53_hours_before_it(workspace: Workspace) -> None:
    """30,000 → 1.5 → 2 deals → 24 actives → 400 prospects → 1,600 contacts → 53.33 h."""
    workspace.townspeople(2)
    loss = workspace.ok(
        "plan", "losses", "add", "p001", "--on", "2027-09-30", "--revenue", "30 000", "--cause",
        "the site ends", "--average-deal", "20000", "--sales-delay", "60", now=NEW_YEAR,
    )  # fmt: skip
    assert {name: loss[name] for name in ("deals", "active_prospects", "prospects", "touches")} == {
        "deals": 2, "active_prospects": 24, "prospects": 400, "touches": 1600,
    }  # fmt: skip
    assert round(loss["hours"], 2) == 53.33
    assert loss["start_by"] == "2027-08-01"
    assert not loss["start_now"]
    again = workspace.ok("plan", "losses", "--average-deal", "20000", "--sales-delay", "60",
                         now="2027-08-01T09:00")["losses"]  # fmt: skip
    assert [one["start_now"] for one in again] == [True]


def test_today_reminds_of_a_loss_on_the_day_to_begin_and_no_more_when_it_is_taken_back(
    workspace: Workspace,
) -> None:
    workspace.townspeople(1)
    loss = workspace.ok("plan", "losses", "add", "p001", "--on", "2027-09-30", "--revenue",
                        "30000", "--sales-delay", "60", now=NEW_YEAR)  # fmt: skip
    assert loss["remind_on"] == "2027-08-01"
    assert workspace.ok("today", now="2027-07-31T09:00")["today"]["follow_ups"] == []
    (promise,) = workspace.ok("today", now="2027-08-01T09:00")["today"]["follow_ups"]
    assert promise["note"] == "Name-p001 will be lost on 30 Sept 2027: begin prospecting"
    workspace.ok("plan", "losses", "remove", "1", now="2027-08-01T09:00")
    assert workspace.ok("today", now="2027-08-01T09:00")["today"]["follow_ups"] == []


def test_the_loss_of_somebody_erased_stays_as_a_figure_alone(workspace: Workspace) -> None:
    workspace.townspeople(1)
    workspace.ok("plan", "losses", "add", "p001", "--on", "2027-09-30", "--revenue", "500",
                 "--cause", "he retires", now=NEW_YEAR)  # fmt: skip
    workspace.ok("privacy", "erase", "p001", "--confirm", now=NEW_YEAR)
    (loss,) = workspace.ok("plan", "losses", now=NEW_YEAR)["losses"]
    assert (loss["name"], loss["cause"], loss["revenue"]) == ("#1", None, 500)


def test_what_history_does_not_tell_is_said_and_not_guessed(workspace: Workspace) -> None:
    workspace.townspeople(1)
    loss = workspace.ok("plan", "losses", "add", "p001", "--on", "2027-09-30", "--revenue", "500",
                        now=NEW_YEAR)  # fmt: skip
    assert (loss["deals"], loss["sales_delay_days"], loss["start_by"]) == (None, None, None)
    told = workspace.run("plan", "losses", now=NEW_YEAR).out
    assert "--average-deal" in told
    assert "--sales-delay" in told


def test_losses_of_the_period_add_to_the_customers_to_win(workspace: Workspace) -> None:
    """18 new customers and 2 deals for the loss: 20 × 6 = 120 visits."""
    workspace.townspeople(2)
    for who, day in (("p001", "2027-09-30"), ("p002", "2028-02-01")):
        workspace.ok("plan", "losses", "add", who, "--on", day, "--revenue", "30000", now=NEW_YEAR)
    found = workspace.ok("plan", "visits", *FIXARIS, *SHARE, "--average-deal", "20000",
                         now=NEW_YEAR)  # fmt: skip
    assert [one["name"] for one in found["losses"]] == ["Name-p001"]
    assert found["prospecting"]["visits"] == 120
    workspace.ok("plan", "losses", "remove", "1")
    assert workspace.run("plan", "losses", "remove", "1").code == 1
    found = workspace.ok("plan", "visits", *FIXARIS, *SHARE, now=NEW_YEAR)
    assert found["prospecting"]["visits"] == 108


def test_loyalty_visits_and_customers_come_from_history(workspace: Workspace) -> None:
    """Of 10 customers of 2025, 9 ordered in 2026; 6 visits won the only new one of that year."""
    workspace.townspeople(11)
    rows = [f"p{n:03};order;2025-06-01;100;;" for n in range(1, 11)]
    rows += [f"p{n:03};order;2026-06-01;100;;" for n in range(1, 10)]
    rows += [f"p011;met;2026-0{n}-01;;visit;" for n in range(1, 7)]
    rows += ["p011;order;2026-08-01;100;;"]
    workspace.write("past.csv", "contact;stage;on;amount;channel;note\n" + "\n".join(rows) + "\n")
    workspace.ok("record", "--from", "past.csv", now="2026-12-31T18:00")
    found = workspace.ok("plan", "visits", *FIXARIS, "--target", "12", now="2026-12-31T18:00")
    assert (found["loyalty"], found["volatility"], found["loyalty_basis"]) == (0.9, 0.1, 10)
    assert found["retention"] == {"value": 0.9, "origin": "history", "of": 10}
    assert found["customers"] == {"value": 10, "origin": "history", "of": 0}
    assert found["visits_per_customer"]["value"] == 6
    assert found["prospecting"]["new_customers"] == 3


def test_days_are_those_the_team_visits_without_public_holidays(workspace: Workspace) -> None:
    """2027: Marie visits from Monday to Thursday. Of these days France takes 6 off:
    29 March, 6 and 17 May, 14 July, 1 and 11 November."""
    workspace.settings(more=TEAM)
    (marie,) = workspace.ok("plan", "visits", "--year", "2027", now=NEW_YEAR)["team"]
    assert marie["seller"] == "marie"
    assert marie["holidays"] == 6
    assert marie["days"] == 52 * 4 - 6
    assert marie["visits"] == 202 * 4


def test_without_visits_a_day_there_is_no_plan(workspace: Workspace) -> None:
    done = workspace.run("plan", "visits", "--target", "130", now=NEW_YEAR)
    assert done.code == 2
    assert "--visits-per-day" in done.err


def test_needs_are_told_from_segments_and_expressions(workspace: Workspace) -> None:
    towns(workspace)
    workspace.ok("segment", "save", "north", 'city = "Lille"')
    found = workspace.ok("plan", "visits", *FIXARIS, "--need", "north:4", "--need",
                         'city = "Brest":1', now=NEW_YEAR)  # fmt: skip
    assert [(one["people"], one["visits"]) for one in found["needs"]] == [(40, 160), (30, 30)]
    wrong = workspace.run("plan", "visits", *FIXARIS, "--need", "nort:4", now=NEW_YEAR)
    assert "did you mean 'north'" in wrong.err
    assert workspace.run("plan", "visits", *FIXARIS, "--need", "x", now=NEW_YEAR).code == 2


def test_prospects_are_spread_by_potential_and_ease_too(workspace: Workspace) -> None:
    towns(workspace)
    workspace.ok("plan", "score", 'city = "Lille"', "--potential", "9000", "--ease", "5",
                 "--type", "school")  # fmt: skip
    scored = workspace.ok("plan", "score", 'city = "Brest"', "--potential", "100", "--ease", "4")
    assert scored == {"scored": 30}
    found = workspace.ok("plan", "visits", *FIXARIS, *SHARE, now=NEW_YEAR)
    assert [(one["name"], one["people"], one["visits"]) for one in found["classes"]] == [
        ("3", 36, 54), ("2", 24, 36), ("1", 20, 18),
    ]  # fmt: skip
    assert found["types"] == [
        {"type": "school", "prospects": 36, "references": 4},
        {"type": None, "prospects": 44, "references": 6},
    ]
    assert workspace.run("plan", "score", 'city = "Lille"', "--ease", "6").code == 2


# --- into the calendar ------------------------------------------------------------------------


def test_visits_go_into_the_calendar_week_by_week_and_into_the_action_plan(
    workspace: Workspace,
) -> None:
    """45 visits for Lille's 36 prospects: one a week, by Marie, and in her list that day."""
    workspace.settings(more=TEAM)
    towns(workspace)
    workspace.ok("plan", "areas", "add", "Lille", 'city = "Lille"', now=NEW_YEAR)
    found = workspace.ok(
        "plan", "visits", "--for", "marie", "--leave", "7", "--target", "14", "--retention", "90%",
        "--visits-per-customer", "9", "--into-calendar", "--offer", "A guided tour", "--owner",
        "marie", now=NEW_YEAR,
    )  # fmt: skip
    assert found["prospecting"]["visits"] == 45
    assert found["campaigns"][0]["campaign"] == "visits-2027-lille"
    written = yaml.safe_load(Path("campaigns/visits-2027-lille.yaml").read_text())
    assert written["audience"] == {
        "where": '(city = "Lille") and order_count = 0 and kind != "customer"',
        "limit": 36,
    }
    assert written["waves"] == {"size": 1, "every": "1 week"}
    assert written["objective"]["orders"] == 4
    problems = workspace.ok("check", "visits-2027-lille", now=NEW_YEAR)["problems"]
    assert {one["severity"] for one in problems} <= {"warning"}

    days = workspace.ok("preview", "visits-2027-lille", "--calendar", now=NEW_YEAR)["calendar"]
    assert len(days) == 36
    assert days[0] == {
        "date": "2027-01-04", "step": "visit", "channel": "visit", "count": 1, "by": {"marie": 1},
    }  # fmt: skip
    workspace.launch("visits-2027-lille", now=NEW_YEAR)
    workspace.run("run", now=NEW_YEAR)
    (visit,) = workspace.ok("visits", now=NEW_YEAR)["visits"]
    assert (visit["campaign"], visit["by"]) == ("visits-2027-lille", "marie")

    plan = workspace.ok("plan", "actions", now=NEW_YEAR)
    action = plan["actions"][0]
    assert (action["campaign"], action["offer"]) == ("visits-2027-lille", "A guided tour")
    assert action["actual"]["launched_on"] == "2027-01-04"
    assert plan["improvised"] == []


def test_visits_without_an_offer_or_anybody_to_visit_are_not_planned(workspace: Workspace) -> None:
    towns(workspace)
    bare = workspace.run("plan", "visits", *FIXARIS, *SHARE, "--into-calendar", now=NEW_YEAR)
    assert bare.code == 2
    assert "--offer" in bare.err
    assert not list(Path().glob("campaigns/*"))


def test_nothing_is_written_twice(workspace: Workspace) -> None:
    towns(workspace)
    words = ("plan", "visits", *FIXARIS, *SHARE, "--into-calendar", "--offer", "A tour")
    workspace.ok(*words, now=NEW_YEAR)
    files = {path: path.read_bytes() for path in Path("campaigns").iterdir()}
    again = workspace.run(*words, now=NEW_YEAR)
    assert again.code == 2
    assert {path: path.read_bytes() for path in Path("campaigns").iterdir()} == files
    assert len(workspace.ok("plan", "actions", now=NEW_YEAR)["actions"]) == 1


def test_areas_say_what_is_wrong_with_them(workspace: Workspace) -> None:
    workspace.ok("plan", "areas", "add", "Nord", 'city = "Lille"')
    assert workspace.run("plan", "areas", "add", "NORD", 'city = "Lille"').code == 2
    assert "citty" in workspace.run("plan", "areas", "add", "Sud", 'citty = "Nice"').err
    assert workspace.run("plan", "areas", "edit", "Nrd").code == 1
    workspace.ok("plan", "areas", "remove", "nord")
    assert workspace.ok("plan", "areas") == {"areas": []}
