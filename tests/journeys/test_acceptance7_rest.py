"""Acceptance of issue 7, lines 6.1 to 6.3: what another pair of eyes looks at.

Midnights, summer time, a year's end; orders taken back; costs of several campaigns; worked numbers
of the notes (B9); groups that no lot has made. Every expected value is worked out beside the rows
it comes from.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from workspaces import Workspace

LATER = "2028-01-10T09:00"
TODAY = date(2027, 6, 30)
NOW = "2027-06-30T18:00"
COSTS = "costs: {minute: 0.60, km: 0.45, stamp: 1.39, paper: 0.36}\n"


def past(workspace: Workspace, name: str, *lines: str, now: str = LATER) -> Any:
    """What was done elsewhere, from a table; nothing of it is refused."""
    workspace.write(f"{name}.csv", "\n".join(lines) + "\n")
    words = ("history", "import", f"{name}.csv", "--campaign", name, "--create-contacts")
    told = workspace.ok(*words, now=now)
    assert told["rejected"] == 0
    return told


def people_of(part: Any) -> list[int]:
    return [link["contacts"] for link in part["chain"]]


def by(report: Any, dimension: str) -> dict[str, list[int]]:
    return {row["key"]: people_of(row) for row in report["by"][dimension]}


def narrow(text: str) -> bool:
    return max(map(len, text.splitlines())) <= 80


# --- 6.1: when ------------------------------------------------------------------------------------


def test_days_weeks_and_months_begin_at_midnight_here_in_summer_and_at_new_year(
    workspace: Workspace,
) -> None:
    """Paris is an hour or two ahead of UTC: what is told at half past midnight is of that day."""
    past(
        workspace, "edges", "Code;Envoyé le;Canal;Étape;Date;Montant",
        # Seven days later to the minute is still "at once", nine are not.
        "y1;2026-12-31T23:30;courrier;order;2027-01-07T23:30;10",
        "y2;2027-01-01T00:30;courrier;order;2027-01-10;20",
        "y3;2027-01-03T23:59;courrier;;;",
        "y4;2027-01-04T00:00;courrier;;;",
        # The clocks go forward on 28 March, back on 31 October.
        "s1;2027-03-27T12:00;courrier;order;2027-03-28T00:30;100",
        "s2;2027-03-27T12:00;courrier;order;2027-03-28T23:30;200",
        "s3;2027-03-27T12:00;courrier;order;2027-03-29T00:30;400",
        "s4;2027-03-27T12:00;courrier;order;2027-03-28;800",
        "w1;2027-10-30T12:00;courrier;order;2027-10-31T00:30;1",
        "w2;2027-10-30T12:00;courrier;order;2027-10-31T23:30;2",
        "w3;2027-10-30T12:00;courrier;order;2027-11-01T00:30;4",
    )  # fmt: skip
    found = workspace.ok("report", "edges", "--by", "month", "--by", "week", now=LATER)
    cohorts = [
        [week[key] for key in ("week", "contacts", "at_once", "later", "not_yet")]
        for week in found["cohorts"]
    ]
    # 1 January 2027 is of the week that began on Monday, 28 December.
    assert cohorts == [
        ["2026-12-28", 3, 1, 1, 1], ["2027-01-04", 1, 0, 0, 1],
        ["2027-03-22", 4, 4, 0, 0], ["2027-10-25", 3, 3, 0, 0],
    ]  # fmt: skip
    # Who was contacted or ordered then, and who ordered then.
    assert {key: (row[0], row[-1]) for key, row in by(found, "month").items()} == {
        "2026-12": (1, 0), "2027-01": (4, 2), "2027-03": (4, 4), "2027-10": (3, 2),
        "2027-11": (1, 1),
    }  # fmt: skip
    assert {key: (row[0], row[-1]) for key, row in by(found, "week").items()} == {
        "2026-12-28": (3, 0), "2027-01-04": (3, 2), "2027-03-22": (4, 3), "2027-03-29": (1, 1),
        "2027-10-25": (3, 2), "2027-11-01": (1, 1),
    }  # fmt: skip
    for first, last, revenue, touches in (
        ("2027-03-28", "2027-03-28", 100 + 200 + 800, 0),
        ("2027-10-31", "2027-10-31", 1 + 2, 0),
        ("2026-12-31", "2026-12-31", 0, 1),
        ("2027-01-01", "2027-01-03", 0, 2),
        ("2026-12-31", "2027-01-09", 10, 4),
    ):
        part = workspace.ok("report", "edges", "--from", first, "--to", last, now=LATER)
        assert (part["revenue"], part["touch_count"]) == (revenue, touches), (first, last)
    # The portfolio's months are the same months.
    months = workspace.ok("portfolio", "--on", "2027-12-31", "--months", "13", now=LATER)
    assert {m["month"]: m["revenue"] for m in months["by_month"] if m["revenue"]} == {
        "2027-01": 30, "2027-03": 1500, "2027-10": 3, "2027-11": 4,
    }  # fmt: skip


# --- 6.1, 6.2: two campaigns, what they cost, which touch earned it, an order taken back ----------


def two_campaigns(workspace: Workspace) -> None:
    """Letters to p0, p1, p2; calls to p1, p2, p3 (who does not answer), then a visit to p2."""
    workspace.settings(more=COSTS)
    workspace.people(
        ((f"p{n}", f"N{n}", f"p{n}@x.example", f"{n + 1} rue du Four", "35000", "Rennes",
          f"02 99 02 00 0{n}", "prospect") for n in range(4)),
        "Ref;Last name;E-mail;Street;Postal code;City;Phone;Kind",
    )  # fmt: skip
    workspace.campaign(
        "post", 'external_id in ("p0", "p1", "p2")',
        steps="  - {step: letter, channel: letter, template: letter.docx}\n",
        head="alongside: true\nfixed_costs: {design: 10}\nmargin_per_order: 5\n"
             "objective: {quotes: 3, orders: 2, by: 2027-06-30}\n",
    )  # fmt: skip
    workspace.campaign(
        "talk", 'external_id in ("p1", "p2", "p3")',
        steps="  - {step: call, channel: call}\n"
              "  - {step: visit, channel: visit, after: call + 5 days}\n",
        head="alongside: true\nfixed_costs: {list: 6}\nstop_on: [opted_out]\n",
    )  # fmt: skip
    workspace.launch("post", now="2027-03-01T09:00")
    workspace.ok("letters", "post", now="2027-03-01T09:10")
    workspace.ok("letters", "posted", "post", "--on", "2027-03-01", now="2027-03-01T17:00")
    workspace.launch("talk", now="2027-03-08T09:00")
    workspace.write("facts.csv", """\
contact,stage,campaign,channel,on,minutes,km,amount,margin
p1,spoken,talk,call,2027-03-09T10:00,5,,,
p2,spoken,talk,call,2027-03-09T10:10,,,,
p3,no_answer,talk,call,2027-03-09T10:20,1,,,
p2,met,talk,visit,2027-03-15T10:00,30,20,,
p0,quote,post,,2027-03-05,,,500,
p0,order,post,,2027-03-10,,,500,150
p2,quote,talk,,2027-03-16,,,900,
""")  # fmt: skip
    assert workspace.ok("record", "--from", "facts.csv", now="2027-03-16T18:00")["rejected"] == 0


def earned(report: Any) -> dict[str, tuple[float, float, float]]:
    return {one["channel"]: pytest.approx((one["orders"], one["revenue"], one["margin"]))
            for one in report["attribution"]["steps"] if one["orders"]}  # fmt: skip


def test_two_campaigns_cost_their_paper_minutes_and_road_and_share_what_they_earned(
    workspace: Workspace,
) -> None:
    two_campaigns(workspace)
    for who, on, amount, margin in (("p2", "2027-03-20", "900", "300"),
                                    ("p1", "2027-03-25", "100", "30")):  # fmt: skip
        # Nobody says of which campaign: it is credited to the last that touched them.
        told = workspace.ok("record", who, "order", "--on", on, "--amount", amount, "--margin",
                            margin, now=f"{on}T18:00")  # fmt: skip
        assert told["campaign"] == "talk"
    report = workspace.ok("report", "post", "talk", now="2027-04-10T09:00")
    post, talk = report["campaigns"]
    # 3 × (1.39 + 0.36) and 10 fixed; calls of 5, 2 (the usual) and 1 minute, a visit of 30 minutes
    # and 20 km, 6 fixed: 3 + 1.20 + 0.60 + 18 + 9 + 6.
    assert (post["cost"]["total"], post["cost"]["touches"]) == pytest.approx((15.25, 5.25))
    assert (talk["cost"]["total"], talk["cost"]["touches"]) == pytest.approx((37.8, 31.8))
    assert (talk["cost"]["minutes"], talk["cost"]["km"]) == (38, 20)
    # Two were reached of three that were called.
    assert talk["cost"]["per_contact"] == pytest.approx(37.8 / 2)
    assert talk["cost"]["per_touch"] == pytest.approx(31.8 / 4)
    assert (post["profit"], talk["profit"]) == pytest.approx((150 - 15.25, 330 - 37.8))
    # All four are prospects, three of them customers now: all the money was spent on winning.
    winning = report["customers"]["winning"]
    assert (winning["new_customers"], winning["touches"]) == (3, 7)
    assert winning["cost"] == pytest.approx(15.25 + 37.8)
    assert winning["per_new_customer"] == pytest.approx(53.05 / 3)
    # The margin that is measured (150) is better than the one that was stated (5): one order pays.
    even = post["break_even"]
    assert (even["orders"], even["margin_per_order"], even["origin"]) == (1, 150, "measured")
    board = {row["indicator"]: (row["objective"], row["realised"], row["variance"])
             for row in post["dashboard"]}  # fmt: skip
    assert board == {"quote": (3, 1, -2), "orders": (2, 1, -1)}

    together = report["together"]
    assert (together["enrolled"], together["contacted"], together["touch_count"]) == (4, 3, 7)
    assert people_of(together)[-1] == 3
    # p0: letter. p1: letter and call. p2: letter, call and visit.
    expected = {
        "last": {"letter": (1, 500, 150), "call": (1, 100, 30), "visit": (1, 900, 300)},
        "first": {"letter": (3, 1500, 480)},
        "even": {
            "letter": (1 + 1 / 2 + 1 / 3, 500 + 50 + 300, 150 + 15 + 100),
            "call": (1 / 2 + 1 / 3, 50 + 300, 15 + 100), "visit": (1 / 3, 300, 100),
        },
    }  # fmt: skip
    for rule, parts in expected.items():
        found = workspace.ok("report", "post", "talk", "--rule", rule, now="2027-04-10T09:00")
        assert earned(found["together"]) == parts, rule
        # In its own report each campaign has what came in it, whatever the rule.
        for one, revenue in zip(found["campaigns"], (500, 1000), strict=True):
            shares = [part["revenue"] for part in one["attribution"]["steps"]]
            assert sum(shares) == pytest.approx(revenue)
    told = workspace.run("report", "post", "talk", now="2027-04-10T09:00").out
    assert "€53.05" in told
    assert narrow(told)

    # p2 never ordered: taken back by its number, though another was recorded since.
    listed = workspace.ok("undo", "--list", now="2027-04-10T09:00")
    number = sorted(one["number"] for one in listed["recordings"])[-2]
    workspace.ok("undo", str(number), "--yes", now="2027-04-10T10:00")
    again = workspace.ok("report", "post", "talk", "--rule", "even", now="2027-04-10T11:00")
    assert (again["together"]["orders"], again["together"]["revenue"]) == (2, 600)
    assert earned(again["together"]) == {"letter": (1.5, 550, 165), "call": (0.5, 50, 15)}
    assert again["campaigns"][1]["cost"]["total"] == pytest.approx(37.8)
    assert again["campaigns"][1]["profit"] == pytest.approx(30 - 37.8)
    assert again["customers"]["winning"]["per_new_customer"] == pytest.approx(53.05 / 2)
    assert [(one["touches"], one["orders"]) for one in again["together"]["touches_yield"]] == [
        (1, 1), (2, 1), (3, 0),
    ]  # fmt: skip


def test_an_order_of_the_day_of_a_touch_and_of_the_hour_before_it(workspace: Workspace) -> None:
    """A day without an hour is its whole day; what came an hour before a letter it did not earn."""
    past(
        workspace, "first", "Code;Envoyé le;Canal;Étape;Date;Montant",
        "b;2027-03-08T15:00;courrier;order;2027-03-08;20",
        "c;2027-03-08;courrier;order;2027-03-08;40",
        "e;2027-03-08T15:00;courrier;order;2027-03-08T15:00;160",
        "f;2027-03-01T15:00;courrier;;;",
    )  # fmt: skip
    past(workspace, "second", "Code;Envoyé le;Canal", "f;2027-03-08T15:00;appel")
    for on, campaign in (("2027-03-08T14:00", "first"), ("2027-03-08T16:00", "second"),
                         ("2027-03-07", "first"), ("2027-03-08", "second")):  # fmt: skip
        told = workspace.ok("record", "f", "order", "--on", on, "--amount", "1000", now=LATER)
        assert told["campaign"] == campaign, on
        workspace.ok("undo", "--yes", now=LATER)
    found = workspace.ok("report", "first", "second", now=LATER)
    assert (found["together"]["orders"], found["together"]["revenue"]) == (3, 220)
    assert [(one["channel"], one["orders"]) for one in found["together"]["attribution"]["steps"]
            if one["orders"]] == [("letter", 3)]  # fmt: skip


# --- 6.2: the worked numbers in full --------------------------------------------------------------


def test_three_thousand_orders_of_fifteen_euros_margin(workspace: Workspace) -> None:
    """(25 − 10) × 3,000 = 45,000 of contribution margin."""
    past(workspace, "contribution", "Code;Stage;Date;Amount;Margin",
         *(f"k{n};order;2026-10-20;25;15" for n in range(3000)))  # fmt: skip
    sold = workspace.ok("report", "contribution", now=LATER)
    assert (sold["orders"], sold["revenue"], sold["margin"]) == (3000, 75_000, 45_000)
    assert (sold["average_order_value"], sold["margin_rate"], sold["markup_rate"]) == (25, 0.6, 1.5)


def test_half_a_million_mails_at_a_hundredth(workspace: Workspace) -> None:
    """5,000 mails, 20 €, 10 € an order: 2 orders, 0.04 %, before the first and after the second."""
    workspace.townspeople(5000)
    workspace.campaign(
        "mails", steps="  - {step: tell, channel: task}\n",
        head="fixed_costs: {send: 20}\nmargin_per_order: 10\n",
    )  # fmt: skip
    plan = workspace.run("preview", "mails", "--calendar", now=NOW).out
    assert "2 orders" in plan
    assert "0.04%" in plan
    # A price below a cent would be counted as nothing: the file says it is not one.
    workspace.campaign("cheap", steps="  - {step: tell, channel: task, cost: 0.004}\n")
    (error,) = workspace.run("check", "cheap", "--json", now=NOW).json["problems"][:1]
    assert (error["severity"], error["line"]) == ("error", 7)
    assert "0.004" in error["message"]
    assert "fixed_costs" in error["hint"]


# --- 6.3: groups that no lot has made -------------------------------------------------------------


def alarms(report: Any) -> dict[tuple[str | None, str], tuple[float, bool]]:
    return {(one["step"], one["check"]): (one["chi_square"], one["alarm"])
            for one in report["balance"]}  # fmt: skip


def test_groups_that_were_chosen_raise_the_alarm_and_later_edits_do_not(
    workspace: Workspace,
) -> None:
    """40 prospects of a fair got A, 40 customers of a directory B, 20 of the fair nothing.

    A and B: 40 against 0 where 20 and 20 were due: χ² = 4 × 20² ÷ 20 = 80. Of the enrolled 40 of
    80 are customers, of control 0 of 20, where 32 and 8 were due: 8² × (1/32 + 1/8 + 1/48 + 1/12).
    """
    groups = {"A": [f"a{n}" for n in range(40)], "B": [f"b{n}" for n in range(40)],
              "témoin": [f"t{n}" for n in range(20)]}  # fmt: skip
    for name, kind, source in (("A", "prospect", "fair"), ("B", "client", "directory"),
                               ("témoin", "prospect", "fair")):  # fmt: skip
        rows = "".join(f"{who};N{who};{who}@x.example;{kind}\n" for who in groups[name])
        workspace.write("list.csv", "Code;Nom;E-mail;Type\n" + rows)
        workspace.ok("contacts", "import", "list.csv", "--source", source, now=NOW)
    past(workspace, "lots", "Code;Groupe;Envoyé le;Canal", *(
        f"{who};{name};{'2027-07-01;courrier' if name != 'témoin' else ';'}"
        for name, people in groups.items() for who in people
    ))  # fmt: skip
    of_control = 64 * (1 / 32 + 1 / 8 + 1 / 48 + 1 / 12)
    found = workspace.ok("report", "lots", now=LATER)
    assert alarms(found) == {
        (None, "kind"): (pytest.approx(of_control), True),
        (None, "source"): (pytest.approx(of_control), True),
        ("letter", "kind"): (pytest.approx(80), True),
        ("letter", "source"): (pytest.approx(80), True),
    }
    assert "not by the lot alone" in workspace.run("report", "lots", now=LATER).out

    # A lot drawn here is fair; those it wrote to come back in a list of the shop, a source they
    # have only since then: nothing of that was there when the lot was drawn.
    workspace.people((f"p{n:03}", f"P{n}", f"p{n:03}@mail.example", "Brest") for n in range(200))
    workspace.campaign("drawn", 'city = "Brest"', audience="  control: 50%\n",
                       steps="  - {step: tell, channel: task}\n")  # fmt: skip
    workspace.launch("drawn", now="2027-07-01T09:00")
    workspace.ok("events", "export", "events.csv", "--campaign", "drawn", now=LATER)
    lines = Path("events.csv").read_text(encoding="utf-8-sig").splitlines()
    head = lines[0].split(";")
    events = [dict(zip(head, line.split(";"), strict=False)) for line in lines[1:]]
    tried = [e["external_id"] for e in events if e["kind"] == "enrolled" and e["arm"] == "enrolled"]
    assert len(tried) == 100
    rows = "".join(f"{who};{who}@mail.example\n" for who in tried[:40])
    workspace.write("shop.csv", "Ref;E-mail\n" + rows)
    workspace.ok("contacts", "import", "shop.csv", "--source", "shop", now="2027-08-01T09:00")
    report = workspace.ok("report", "drawn", now=LATER)
    assert alarms(report)[None, "shares"] == (0, False)
    assert not any(alarm for _, alarm in alarms(report).values())
