"""The calendar and the runs: what the one says before the launch is what the others then do."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

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
        workspace.run("letters", "posted", campaign, now=now)  # 1 where none is printed
        made = [
            f"p{int(one['contact']) - 1:02},{came},{campaign}"
            for command, came in (("calls", "spoken"), ("visits", "met"))
            for one in workspace.ok(command, campaign, now=now)[command]
        ]
        if made:
            workspace.write("made.csv", "\n".join(["contact,stage,campaign", *made]) + "\n")
            workspace.ok("record", "--from", "made.csv", now=now)
    after = f"{first + timedelta(days=days)}T12:00"
    answer = workspace.ok("preview", campaign, "--calendar", now=after)
    assert answer["calendar"] == []
    return {(row["date"], row["step"]): row["count"] for row in answer["left"]}


def test_the_calendar_says_which_calls_and_visits_stand_on_which_day_and_the_runs_do_it(
    workspace: Workspace, base: Database
) -> None:
    """Nine people, one without a phone; three calls a day, three visits, five mails."""
    people(workspace, 9, without_phone=1)
    workspace.campaign("spring", steps=STEPS, head=OFFICE)
    team = """\
team:
  marie: {name: Marie, calls_per_day: 2, visits_per_day: 3}
  yann: {name: Yann, calls_per_day: 1}
"""
    with SmtpServer() as server:
        workspace.settings(server.port, limits="{per_day: 5}", more=team + store_line(base))
        foreseen = told(workspace.ok("preview", "spring", "--calendar", now=MONDAY))
        workspace.launch("spring", now=MONDAY)
        done = play(workspace, "spring", date(2027, 3, 8), 12)

    # The letters on Monday; five mails on Wednesday, four on Thursday; calls two working days
    # later, three a day; visits a working day after each call, three a day, and on Monday the
    # one of who has no phone and was passed over on Friday.
    assert {key: n for key, n in foreseen.items() if key[1] != "visit"} == {
        ("2027-03-08", "letter"): 9,
        ("2027-03-10", "mail"): 5,
        ("2027-03-11", "mail"): 4,
        ("2027-03-12", "call"): 3,
        ("2027-03-15", "call"): 3,
        ("2027-03-16", "call"): 2,
    }
    visits = [n for (_, step), n in sorted(foreseen.items()) if step == "visit"]
    assert visits in ([3, 3, 3], [3, 3, 2, 1], [3, 4, 2])
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
        {"marie": 5, "yann": 3}, {"marie": 2, "yann": 2},
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
        # What an order leaves is not known: neither is how many of them would pay for it.
        "break_even_orders": None, "minimum_response": None,
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


def test_whoever_called_first_goes_on_with_the_person(workspace: Workspace) -> None:
    """Yann called three of them; their second call is his, though Marie has room."""
    people(workspace, 8)
    steps = (
        "  - {step: call, channel: call}\n"
        "  - {step: again, channel: call, after: call + 1 working days}\n"
    )
    workspace.campaign("spring", steps=steps)
    workspace.settings(more=TEAM)
    workspace.launch("spring", now=MONDAY)
    workspace.ok("run", now=MONDAY)
    first = {one["contact"]: one["by"] for one in workspace.ok("calls", now=MONDAY)["calls"]}
    made = [f"p{int(contact) - 1:02},spoken,spring" for contact in first]
    workspace.write("made.csv", "\n".join(["contact,stage,campaign", *made]) + "\n")
    workspace.ok("record", "--from", "made.csv", now=MONDAY)
    tuesday = "2027-03-09T09:00"
    workspace.ok("run", now=tuesday)
    second = {one["contact"]: one["by"] for one in workspace.ok("calls", now=tuesday)["calls"]}

    assert Counter(first.values()) == {"marie": 5, "yann": 3}
    assert second == first


def test_the_pages_of_a_launched_campaign_have_the_real_dates(workspace: Workspace) -> None:
    """Mailed on Monday, a call on Wednesday; looked at on Friday, nothing begins anew."""
    people(workspace, 1)
    steps = mail("mail") + "  - {step: call, channel: call, after: mail + 2 days}\n"
    workspace.campaign("spring", steps=steps + mail("last", "after: call + 3 days"))
    with SmtpServer() as server:
        workspace.settings(server.port)
        workspace.launch("spring", now=MONDAY)
        workspace.ok("run", now=MONDAY)
        pages = workspace.ok("preview", "spring", "--who", "p00", now="2027-03-09T09:00")["steps"]
        late = workspace.ok("preview", "spring", "--who", "p00", now="2027-03-12T09:00")["steps"]

    assert [(page["step"], page["date"][:10]) for page in pages] == [
        ("mail", "2027-03-08"), ("call", "2027-03-10"), ("last", "2027-03-13"),
    ]  # fmt: skip
    assert [page["date"][:10] for page in late] == ["2027-03-08", "2027-03-12", "2027-03-15"]
