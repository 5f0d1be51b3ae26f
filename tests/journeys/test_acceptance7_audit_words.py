"""Audit of issue 7: what a report and a plan call things.

Money is written as money, two ways to call are told apart, and a figure says where it is from.
"""

from __future__ import annotations

import re

import pytest
from workspaces import Workspace

EVENING = "2027-03-31T18:00"
YEAR = ("--start", "2027-01-01", "--by", "2027-12-31")


@pytest.fixture
def called(workspace: Workspace) -> Workspace:
    """Three people, called; the second of two calls to p001 is beside all steps. Both order."""
    workspace.settings(more="costs: {minute: 0.50}\n")
    workspace.people(
        ((f"p{n}", f"P{n}", "Rennes", f"02 99 00 00 0{n}", "prospect") for n in (1, 2, 3)),
        "Ref;Last name;City;Phone;Type",
    )
    head = "stop_on: [opted_out]\nbudget: 5\nfixed_costs: {design: 10.50}\n"
    workspace.campaign("talk", steps="  - {step: call, channel: call}\n", head=head)
    workspace.launch("talk", now="2027-02-01T09:00")
    workspace.write("facts.csv", """\
contact,stage,campaign,channel,on,minutes,amount,margin
p1,spoken,talk,call,2027-02-02T10:00,3,,
p2,spoken,talk,call,2027-02-02T10:10,4,,
p1,spoken,talk,call,2027-02-09T10:00,2,,
p1,order,talk,,2027-02-10,,1200,200
p2,order,talk,,2027-02-11,,300,100
""")  # fmt: skip
    assert workspace.ok("record", "--from", "facts.csv", now=EVENING)["rejected"] == 0
    return workspace


def lines(workspace: Workspace, *words: str) -> list[str]:
    """What a terminal shows, each line with single spaces."""
    shown = workspace.run(*words, now=EVENING).out
    assert max(map(len, shown.splitlines())) <= 80
    return [" ".join(line.split()) for line in shown.splitlines()]


def test_a_call_beside_all_steps_is_told_apart_from_the_step_of_that_name(
    called: Workspace,
) -> None:
    """p1's last touch is the second call, p2's the first: 1 order each, 1,200 and 300."""
    shown = lines(called, "report", "talk")
    start = shown.index("Which touch earned it")
    found = [line for line in shown[start:] if line.startswith(("call", "total"))]
    assert [re.sub(r" (0 )+", " ", line) for line in found] == [
        "call 1 €300.00", "call, beside all steps 1 €1,200.00", "total 2 €1,500.00",
    ]  # fmt: skip


def test_the_budget_that_is_exceeded_is_money(called: Workspace) -> None:
    """Nine minutes at 0.50 and 10.50 of design are 15.00: 10.00 more than the budget of 5."""
    assert "the budget is exceeded by €10.00" in lines(called, "report", "talk")


def test_an_objective_in_money_is_followed_in_money(called: Workspace) -> None:
    """9,000 by the end of the year: a quarter is gone, 2,250 were planned, 1,500 came.

    7,500 are left for 275 days, hence 190.91 a week; so far 1,500 ÷ 90 × 7 = 116.67.
    """
    called.ok("plan", "objectives", "add", "Win 9000", "--metric", "new_revenue", "--target",
              "9000", *YEAR, "--checkpoint", "2027-03-31", now=EVENING)  # fmt: skip
    shown = lines(called, "plan", "objectives", "show", "Win 9000")
    assert "31 Mar 2027 €2,250.00 €1,500.00 -€750.00 66.7%" in shown
    assert "€7,500.00 are left: €190.91 a week, against €116.67 so far." in shown
    listed = lines(called, "plan", "objectives")
    assert any(line.startswith("Win 9000 €9,000.00 31 Dec 2027 €1,500.00 66.7%") for line in listed)
    called.ok("plan", "objectives", "add", "Win 8 shops", "--metric", "new_customers", "--target",
              "8", *YEAR, now=EVENING)  # fmt: skip
    listed = lines(called, "plan", "objectives")
    assert any(line.startswith("Win 8 shops 8 31 Dec 2027 2 100%") for line in listed)


@pytest.mark.parametrize(
    ("minutes", "origin", "value"),
    [(("--minutes", "call=4,letter=1.5"), "given", 3), (("--minutes", "5"), "given", 5),
     (("--minutes", "letter=1"), "history", None), ((), "history", None)],
)  # fmt: skip
def test_minutes_given_for_every_channel_are_given(
    called: Workspace, minutes: tuple[str, ...], origin: str, value: float | None
) -> None:
    """60 % at 4 minutes and 40 % at 1.5 are 3 minutes, all of it told by the user."""
    answer = called.ok("plan", "effort", "--deals", "3", "--average-deal", "100", "--split",
                       "call=60%,letter=40%", *minutes, now=EVENING)  # fmt: skip
    told = answer["coefficients"]["minutes"]
    assert told["origin"] == origin
    assert value is None or told["value"] == value


def test_the_months_of_a_forecast_add_up_to_what_is_to_be_expected(workspace: Workspace) -> None:
    """25 actives ÷ 12 = 2.08 orders: 1.04, 0.63, then ten months that share a fifth, 0.42: were
    they rounded first they would come to 2.07."""
    workspace.townspeople(25)
    for number in range(1, 26):
        workspace.ok("record", f"p{number:03}", "replied", now=EVENING)
    words = ("plan", "forecast", "--average-deal", "1000", "--delays", "50,30,20")
    shown = lines(workspace, *words)
    assert any(line.startswith("2.08 orders are to be expected") for line in shown)
    assert [line.split()[1] for line in shown if line.startswith("total")] == ["2.08", "25"]


def test_a_list_on_file_that_nobody_noted_says_how_to_note_it(workspace: Workspace) -> None:
    workspace.people([("p1", "One", "fair")], "Ref;Last name;Source")
    wrong = workspace.run("plan", "sources", "edit", "fair", "--cost", "50", "--json")
    assert (wrong.code, wrong.errors[0]["hint"]) == (
        1, "note it with: outreach plan sources add NAME",
    )  # fmt: skip
    workspace.ok("plan", "sources", "add", "fair", "--cost", "50")
    (fair,) = workspace.ok("plan", "sources")["sources"]
    assert (fair["cost"], fair["added"], fair["cost_per_new"]) == (50, 1, 50)


def test_days_for_visits_are_those_of_the_weeks_less_the_holidays_shown(
    workspace: Workspace,
) -> None:
    """July to December are 184 days, 26.29 weeks, of which 20.29 are worked: 60.86 days at 3 a
    week. Three of its holidays fall from Monday to Friday, 3 ÷ 5 of them on days of visits, and
    20.29 ÷ 26.29 of these in weeks worked: 1.39, and 59.47 days are left."""
    words = ("plan", "visits", "--from", "2027-07-01", "--to", "2027-12-31", "--leave", "6",
             "--days", "3", "--visits-per-day", "4")  # fmt: skip
    assert "one seller 20.29 59.47 1.39 4 237" in lines(workspace, *words)
