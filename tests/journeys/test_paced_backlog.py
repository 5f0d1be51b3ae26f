"""More e-mails than the pace lets go on a day: calendar, season and runs give the same days.

Of a person's steps of one day the e-mails go first; where the limits keep an e-mail back, the
letter or the call of that day comes on its day, and the e-mail waits for the rest in between.
March 2027: the 1st is a Monday; the office is open from nine to noon.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from smtp_servers import SmtpServer
from workspaces import Workspace, mail

THREE_DAYS = "pressure: {min_days_between_touches: 3}\n"
MORNINGS = 'window: {hours: "09:00-12:00"}\n'
MONDAY = "2027-03-01T08:00"
HOURS = (9, 10, 11)

Day = tuple[str, str, int]


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer() as running:
        yield running


def people(workspace: Workspace, count: int) -> None:
    workspace.people(
        (
            (f"p{n}", f"N{n}", f"p{n}@mail.example", f"02 99 01 02 {n:02}", "1 rue", "35000",
             "Rennes")
            for n in range(1, count + 1)
        ),
        header="Ref;Last name;E-mail;Phone;Street;Postal code;City",
    )  # fmt: skip


def letter(step: str, after: str) -> str:
    return f"  - {{step: {step}, channel: letter, template: letter.docx, after: {after}}}\n"


def call(step: str, after: str) -> str:
    return f"  - {{step: {step}, channel: call, after: {after}}}\n"


def rows(found: Any) -> list[Day]:
    counted: Counter[tuple[str, str]] = Counter()
    for one in found:
        counted[one["date"][5:], one["step"]] += one["count"]
    return sorted((day, step, count) for (day, step), count in counted.items())


def foretold(workspace: Workspace, kind: str, now: str = MONDAY) -> list[Day]:
    return rows(workspace.ok("preview", "spring", kind, now=now)["calendar"])


def lived(workspace: Workspace, days: int) -> list[Day]:
    """So many days of three runs each; letters are posted and calls made on their day."""
    first = date(2027, 3, 1)
    for day in (first + timedelta(days=later) for later in range(days)):
        for hour in HOURS:
            workspace.ok("run", now=f"{day}T{hour:02}:00")
        workspace.run("letters", "posted", "spring", now=f"{day}T15:30")
        for one in workspace.ok("calls", "spring", now=f"{day}T15:40")["calls"]:
            who = f"p{one['contact']}"
            workspace.ok("record", who, "spoken", "--channel", "call", now=f"{day}T15:50")
    answer = workspace.ok("preview", "spring", "--calendar", now=f"{day}T23:00")
    assert answer["calendar"] == []
    return rows(answer["left"])


@pytest.mark.parametrize(
    ("second", "channel"), [(letter, "letter"), (call, "call")], ids=["letter", "call"]
)
def test_whose_email_the_pace_keeps_back_has_the_other_step_on_its_day(
    workspace: Workspace, server: SmtpServer, second: Any, channel: str
) -> None:
    """Three e-mails a morning. m1 to five people: three on Mon 1, two on Tue 2.

    m2 and x1 are due three days later: m2 to three on Thu 4, to two on Fri 5. x1 waits for three
    days after m2: until Sun 7 and Mon 8; of calls Sunday's are Monday's.
    """
    people(workspace, 5)
    team = "team: {ana: {name: Ana}}\n" if channel == "call" else ""
    workspace.settings(server.port, limits="{per_hour: 1}", more=THREE_DAYS + team)
    steps = mail("m1") + mail("m2", "after: m1 + 3 days") + second("x1", "m1 + 3 days")
    workspace.campaign("spring", head=MORNINGS, steps=steps)
    calendar = foretold(workspace, "--calendar")
    season = foretold(workspace, "--season")
    workspace.launch("spring", now=MONDAY)
    assert (calendar, season, lived(workspace, 9)) == (calendar, calendar, calendar)


@pytest.mark.parametrize(
    ("second", "channel"), [(letter, "letter"), (call, "call")], ids=["letter", "call"]
)
def test_a_backlog_of_days_is_the_same_in_calendar_season_and_runs(
    workspace: Workspace, server: SmtpServer, second: Any, channel: str
) -> None:
    """m1 leaves without a limit on Mon 1; from Tue 2 on one an hour leaves, three a morning.

    Eight people, m2 and x1 due on Thu 4: m2 to three, x1 to five. On Sun 7 those five and those
    three are free again: m2 to three of the five, x1 to the three. The last two have m2 on Mon 8.
    """
    people(workspace, 8)
    team = "team: {ana: {name: Ana}}\n" if channel == "call" else ""
    workspace.settings(server.port, more=THREE_DAYS + team)
    steps = mail("m1") + mail("m2", "after: m1 + 3 days") + second("x1", "m1 + 3 days")
    workspace.campaign("spring", head=MORNINGS, steps=steps)
    workspace.launch("spring", now=MONDAY)
    workspace.ok("run", now="2027-03-01T09:00")
    workspace.settings(server.port, limits="{per_hour: 1}", more=THREE_DAYS + team)
    last = "03-07" if channel == "letter" else "03-08"
    expected = [
        ("03-01", "m1", 8),
        ("03-04", "m2", 3),
        ("03-04", "x1", 5),
        ("03-07", "m2", 3),
        (last, "x1", 3),
        ("03-08", "m2", 2),
    ]
    now = "2027-03-02T08:00"
    assert foretold(workspace, "--calendar", now) == sorted(expected[1:])
    assert foretold(workspace, "--season", now) == sorted(expected)
    assert lived(workspace, 8) == sorted(expected)


def test_a_campaign_whose_day_is_full_hides_no_e_mail_of_another(
    workspace: Workspace, server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten e-mails stand before his at a limit that is not his: he gets his, and no call that day.

    They are looked at in pages; of two here, to have several.
    """
    monkeypatch.setattr("outreach.runner.leaving_today._PAGE", 2)
    workspace.settings(server.port, more=f"{THREE_DAYS}team: {{ana: {{name: Ana}}}}\n")
    people(workspace, 11)
    of_many = mail("b", "after: a + 1 day")
    workspace.campaign(
        "big", 'external_id != "p11"', head="limits: {per_day: 1}\n" + MORNINGS,
        steps="  - {step: a, channel: letter, template: letter.docx}\n" + of_many,
    )  # fmt: skip
    workspace.campaign(
        "spring", 'external_id = "p11"', head='window: {hours: "14:00-18:00"}\n',
        steps=mail("m1") + mail("m2", "after: m1 + 3 days") + call("x1", "m1 + 3 days"),
    )  # fmt: skip
    for name in ("big", "spring"):
        workspace.launch(name, now=MONDAY)
    for day in (1, 2, 3):
        for hour in (9, 14):
            now = f"2027-03-0{day}T{hour:02}:30"
            workspace.ok("run", now=now)
            workspace.run("letters", "posted", "big", now=now)
    assert workspace.ok("run", now="2027-03-04T09:30")["sent"] == 1
    assert workspace.ok("calls", "spring", now="2027-03-04T09:30")["calls"] == []
    assert workspace.ok("run", now="2027-03-04T14:30")["sent"] == 1
