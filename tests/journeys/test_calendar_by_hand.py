"""The calendar and the runs: what the one says before the launch is what the others then do."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from smtp_servers import SmtpServer
from workspaces import Workspace, mail

from outreach.store.engine import Database

MONDAY = "2027-03-08T09:00"
HEADER = "Ref;Last name;E-mail;Phone;City;Postal code"
TEAM = """\
team:
  marie: {name: Marie, calls_per_day: 5, visits_per_day: 2}
  yann: {name: Yann, calls_per_day: 3}
"""
STEPS = (
    "  - {step: letter, channel: letter, template: letter.docx}\n"
    + mail("mail", "after: letter + 2 days")
    + "  - {step: call, channel: call, after: mail + 2 working days}\n"
    + "  - {step: visit, channel: visit, after: call + 1 working days}\n"
)
OFFICE = 'window: {days: mon-fri, hours: "09:00-18:00", holidays: skip}\n'

Days = dict[tuple[str, str], int]


def people(workspace: Workspace, count: int, *, without_phone: int = 0) -> None:
    rows = []
    for number in range(count):
        phone = "" if number < without_phone else f"02 99 01 02 {number:02}"
        who = f"p{number:02}"
        rows.append((who, f"N{who}", f"{who}@mail.example", phone, "Rennes", "35000"))
    workspace.people(rows, header=HEADER)


def store_line(base: Database) -> str:
    """The line of the settings that keeps the store of the test."""
    if base.is_sqlite:
        return ""
    return f"store: {base.engine.url.render_as_string(hide_password=False)}\n"


def told(answer: Any) -> Days:
    return {(row["date"], row["step"]): row["count"] for row in answer["calendar"]}


def play(workspace: Workspace, campaign: str, first: date, days: int) -> Days:
    """Every day a run; letters are posted, calls and visits made on the day they stand on."""
    for later in range(days):
        now = f"{first + timedelta(days=later)}T12:00"
        workspace.ok("run", now=now)
        if workspace.ok("status", campaign, now=now)["state"] != "running":
            break
        workspace.run("letters", "posted", campaign, now=now)  # 1 where none is printed
        for command in ("calls", "visits"):
            for one in workspace.ok(command, campaign, now=now)[command]:
                workspace.ok(
                    "record", f"p{int(one['contact']) - 1:02}", "contacted",
                    "--campaign", campaign, now=now,
                )  # fmt: skip
    counted: Counter[tuple[str, str]] = Counter()
    after = f"{first + timedelta(days=days)}T12:00"
    for row in workspace.ok("preview", campaign, "--calendar", now=after)["left"]:
        counted[row["date"], row["step"]] += row["count"]
    return dict(counted)


def test_the_calendar_says_which_calls_and_visits_stand_on_which_day_and_the_runs_do_it(
    workspace: Workspace, base: Database
) -> None:
    """Twenty people, two without a phone; eight calls a day, two visits a day; Easter."""
    people(workspace, 20, without_phone=2)
    workspace.campaign("spring", steps=STEPS, head=OFFICE)
    with SmtpServer() as server:
        workspace.settings(server.port, limits="{per_day: 12}", more=TEAM + store_line(base))
        foreseen = told(workspace.ok("preview", "spring", "--calendar", now=MONDAY))
        workspace.launch("spring", now=MONDAY)
        done = play(workspace, "spring", date(2027, 3, 8), 45)

    # The letters on Monday; 12 mails a day from Wednesday on; calls two working days later.
    assert foreseen == {
        ("2027-03-08", "letter"): 20,
        ("2027-03-10", "mail"): 12,
        ("2027-03-11", "mail"): 8,
        ("2027-03-12", "call"): 8,
        ("2027-03-15", "call"): 8,
        ("2027-03-16", "call"): 2,
        # Those without a phone are passed over on the day of their call.
        **{(f"2027-03-{day}", "visit"): 2 for day in (15, 16, 17, 18, 19, 22, 23, 24, 25, 26)},
    }
    assert done == foreseen


def test_a_launched_campaign_tells_the_days_that_calls_really_stand_on(
    workspace: Workspace,
) -> None:
    people(workspace, 12)
    steps = "  - {step: call, channel: call}\n"
    workspace.campaign("spring", steps=steps)
    workspace.settings(more=TEAM)
    foreseen = workspace.ok("preview", "spring", "--calendar", now=MONDAY)
    workspace.launch("spring", now=MONDAY)
    workspace.ok("run", now=MONDAY)
    # Two days later nobody has called anybody: Wednesday holds eight of the twelve.
    after = workspace.ok("preview", "spring", "--calendar", now="2027-03-10T09:00")
    workspace.ok("run", now="2027-03-10T09:00")
    again = workspace.ok("preview", "spring", "--calendar", now="2027-03-10T10:00")

    assert told(foreseen) == {("2027-03-08", "call"): 8, ("2027-03-09", "call"): 4}
    assert [row["by"] for row in foreseen["calendar"]] == [
        {"marie": 5, "yann": 3}, {"marie": 3, "yann": 1},
    ]  # fmt: skip
    assert told(after) == {("2027-03-10", "call"): 8, ("2027-03-11", "call"): 4}
    assert told(again) == told(after)


def test_two_campaigns_share_the_days_of_one_seller(workspace: Workspace) -> None:
    """Eight calls of the first stand on Monday; those of the second begin on Tuesday."""
    people(workspace, 14)
    steps = "  - {step: call, channel: call}\n"
    workspace.campaign("first", steps=steps, audience="  limit: 6\n", head="alongside: true\n")
    workspace.campaign("second", steps=steps, head="alongside: true\n")
    workspace.settings(more=TEAM)
    workspace.launch("first", now=MONDAY)
    before = workspace.ok("preview", "second", "--calendar", now=MONDAY)
    workspace.ok("run", now=MONDAY)
    after = workspace.ok("preview", "second", "--calendar", now=MONDAY)
    workspace.launch("second", now=MONDAY)
    workspace.ok("run", now=MONDAY)
    placed = workspace.ok("preview", "second", "--calendar", now=MONDAY)

    expected = {("2027-03-08", "call"): 2, ("2027-03-09", "call"): 8, ("2027-03-10", "call"): 4}
    assert told(before) == expected
    assert told(after) == expected
    assert told(placed) == expected


def test_the_calendar_warns_of_days_that_nobody_can_do(workspace: Workspace) -> None:
    people(workspace, 70)
    steps = (
        "  - {step: call, channel: call}\n"
        "  - {step: visit, channel: visit, after: call, not_after: 2027-03-07}\n"
    )
    workspace.campaign("spring", steps=steps)
    plain = workspace.ok("preview", "spring", "--calendar", now=MONDAY)
    workspace.settings(more=TEAM)
    spread = workspace.ok("preview", "spring", "--calendar", now=MONDAY)

    assert plain["warnings"] == [
        "70 of visit would be too late: its last day is gone by then",
        "call: 70 on 8 Mar 2027 for nobody in particular, more than one person does on a day;"
        " say under `team` in the settings how many a day holds: calls_per_day",
    ]
    assert spread["warnings"] == [
        "70 of visit would be too late: its last day is gone by then",
        "70 of call fall due on 8 Mar 2027; the team's days hold fewer: the last one is done on"
        " 18 Mar 2027",
    ]


def test_the_calendar_says_what_it_costs_and_what_it_may_bring(workspace: Workspace) -> None:
    """Ten letters of 1.39, ten calls of 2 minutes at 0.60, a design of 50: 75.90 of 70."""
    people(workspace, 10)
    steps = (
        "  - {step: letter, channel: letter, template: letter.docx}\n"
        "  - {step: call, channel: call, after: letter + 2 days}\n"
    )
    workspace.campaign("spring", steps=steps, head="budget: 70\nfixed_costs: {design: 50}\n")
    workspace.settings(more="costs: {minute: 0.60, stamp: 1.39}\n")
    answer = workspace.ok("preview", "spring", "--calendar", now=MONDAY)
    shown = workspace.run("preview", "spring", "--calendar", now=MONDAY).out

    assert answer["cost"] == {
        "total": 75.9, "steps": {"letter": 13.9, "call": 12}, "fixed": 50, "spent": 0,
        "budget": 70,
    }  # fmt: skip
    # 6 % of ten, a fourth of that, a third of that: the sources' figures, and it says so.
    expected = answer["expected"]
    assert expected["contacted"] == 10
    assert expected["active_prospects"] == 0.6
    assert expected["proposals"] == 0.15
    assert expected["deals"] == 0.05
    assert expected["revenue"] is None
    assert expected["coefficients"]["accessibility"] == {"value": 0.06, "origin": "default"}
    assert "It costs at most €75.90: letter €13.90 + call €12.00 + fixed €50.00." in shown
    assert "That is €5.90 beyond the budget of €70.00." in shown
    assert "what the sources observed: accessibility 6" in " ".join(shown.split())


@pytest.mark.parametrize("instant", ["2027-03-08T09:00", "2027-03-08T17:30"])
def test_whoever_called_first_goes_on_with_the_person(workspace: Workspace, instant: str) -> None:
    """Yann called p00; the second call of p00 is his, though Marie has room."""
    people(workspace, 8)
    steps = (
        "  - {step: call, channel: call}\n"
        "  - {step: again, channel: call, after: call + 1 working days}\n"
    )
    workspace.campaign("spring", steps=steps)
    workspace.settings(more=TEAM)
    workspace.launch("spring", now=instant)
    workspace.ok("run", now=instant)
    first = {one["contact"]: one["by"] for one in workspace.ok("calls", now=instant)["calls"]}
    for contact in first:
        workspace.ok("record", f"p{contact - 1:02}", "contacted", now=instant)
    day = datetime.fromisoformat(instant) + timedelta(days=1)
    workspace.ok("run", now=day.isoformat())
    second = {
        one["contact"]: one["by"] for one in workspace.ok("calls", now=day.isoformat())["calls"]
    }

    assert Counter(first.values()) == {"marie": 5, "yann": 3}
    assert second == first
