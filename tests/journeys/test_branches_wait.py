"""What waits for an e-mail of the day does so for a day, and is on nobody's list meanwhile.

Of a person's steps of one day the e-mails go first (`runner/peace.py`). An e-mail may not leave
for long: its sender is slow, or has no server. March 2027: the 1st is a Monday.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from smtp_servers import SmtpServer
from workspaces import Workspace, mail

from outreach.store.engine import Database

MONDAY = "2027-03-01T09:00"
THREE_DAYS = "pressure: {min_days_between_touches: 3}\n"
TEN_A_MONTH = "pressure: {most_touches_per_month: 10}\n"
BESIDE = "alongside: true\n"
CALL = "  - {step: c1, channel: call}\n"
HOURLY = "{per_hour: 1}"


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer() as running:
        yield running


def team(calls: int) -> str:
    return f"team: {{ana: {{name: Ana, calls_per_day: {calls}}}}}\n"


def store_line(base: Database) -> str:
    """The line of the settings that keeps the store of the test."""
    if base.is_sqlite:
        return ""
    return f"store: {base.engine.url.render_as_string(hide_password=False)}\n"


def people(workspace: Workspace, count: int, postcode: str = "35000") -> None:
    workspace.people(
        (
            (f"p{n}", f"N{n}", f"p{n}@mail.example", f"02 99 01 02 {n:02}", "1 rue", postcode,
             "Rennes")
            for n in range(1, count + 1)
        ),
        header="Ref;Last name;E-mail;Phone;Street;Postal code;City",
    )  # fmt: skip


def both(workspace: Workspace, *, window: str = "") -> None:
    """Everybody gets an e-mail of `autumn`, and a call of `spring`, on the same day."""
    workspace.campaign("autumn", head=BESIDE + window)
    workspace.launch("autumn", now=MONDAY)
    workspace.campaign("spring", head=BESIDE, steps=CALL)
    workspace.launch("spring", now=MONDAY)


def to_call(workspace: Workspace, now: str) -> list[tuple[int, str | None]]:
    """Who is on the list of calls, and on whose."""
    found = workspace.ok("calls", now=now)["calls"]
    return sorted((int(one["contact"]), one["by"]) for one in found)


def days(answer: Any) -> list[tuple[str, str, int]]:
    return [(one["date"][5:], one["step"], one["count"]) for one in answer]


def test_a_slow_sender_holds_calls_back_for_one_day(
    workspace: Workspace, base: Database, server: SmtpServer
) -> None:
    """One e-mail in each of two runs: Mon 1 to p1, Tue 2 to p2. p3 to p6 wait until Tue 2 only."""
    workspace.settings(server.port, limits=HOURLY, more=THREE_DAYS + team(9) + store_line(base))
    people(workspace, 6)
    both(workspace)
    monday = workspace.ok("run", now="2027-03-01T10:00")
    assert (monday["sent"], monday["tasks"]) == (1, 0)
    assert to_call(workspace, "2027-03-01T10:30") == []
    tuesday = workspace.ok("run", now="2027-03-02T10:00")
    assert (tuesday["sent"], tuesday["tasks"]) == (1, 4)
    assert to_call(workspace, "2027-03-02T10:30") == [(n, "ana") for n in (3, 4, 5, 6)]


def test_a_slow_sender_holds_letters_back_for_one_day(
    workspace: Workspace, server: SmtpServer
) -> None:
    """m2 and l1 are due on Fri 5: m2 to p1 on Fri 5 and to p2 on Sat 6, l1 to the others."""
    people(workspace, 5)
    workspace.settings(server.port, more=THREE_DAYS)
    letter = "  - {step: l1, channel: letter, after: m1 + 4 days, template: letter.docx}\n"
    steps = mail("m1") + mail("m2", "after: m1 + 4 days") + letter
    workspace.campaign("spring", steps=steps)
    workspace.launch("spring", now=MONDAY)
    workspace.ok("run", now="2027-03-01T10:00")
    workspace.settings(server.port, limits=HOURLY, more=THREE_DAYS)
    friday = workspace.ok("run", now="2027-03-05T10:00")
    assert (friday["sent"], friday["letters"]) == (1, 0)
    saturday = workspace.ok("run", now="2027-03-06T10:00")
    assert (saturday["sent"], saturday["letters"]) == (1, 3)


def test_a_sender_without_a_server_holds_calls_back_for_one_day(
    workspace: Workspace, base: Database
) -> None:
    """The window opens at nine, the runs are at eight: on Tue 2 the e-mail might have left."""
    workspace.settings(more=THREE_DAYS + team(9) + store_line(base))
    people(workspace, 1)
    both(workspace, window='window: {hours: "09:00-18:00"}\n')
    settings = (workspace.folder / "outreach.yaml").read_text()
    workspace.write("outreach.yaml", settings.replace("    smtp:", "    #smtp:"))
    listed = []
    for day in (1, 2, 3):
        workspace.run("run", now=f"2027-03-0{day}T08:00")
        listed.append(to_call(workspace, f"2027-03-0{day}T08:30"))
    assert listed == [[], [(1, "ana")], [(1, "ana")]]


def test_what_waits_for_an_email_is_on_no_list_and_stands_on_tomorrow(
    workspace: Workspace, base: Database, server: SmtpServer
) -> None:
    """Ana holds one call a day; p1 is written to at ten, p2 and p3 are still to be."""
    workspace.settings(server.port, limits=HOURLY, more=THREE_DAYS + team(1) + store_line(base))
    people(workspace, 3)
    both(workspace)
    assert workspace.ok("run", now="2027-03-01T10:00")["tasks"] == 0
    assert to_call(workspace, "2027-03-01T10:30") == []
    (story,) = workspace.ok("why", "p2", "spring", now="2027-03-01T10:30")["campaigns"]
    assert story["next"]["at"][:10] == "2027-03-02"


def test_a_season_does_not_wait_for_the_emails_of_other_campaigns(
    workspace: Workspace, base: Database, server: SmtpServer
) -> None:
    """`autumn` may write from nine in the morning; in the season of `spring` it never does."""
    workspace.settings(server.port, more=THREE_DAYS + team(9) + store_line(base))
    people(workspace, 2)
    window = 'window: {hours: "09:00-18:00"}\n'
    steps = mail("a1") + "  - {step: ac, channel: call, after: a1 + 30 days}\n"
    workspace.campaign("autumn", head=BESIDE + window, steps=steps)
    workspace.launch("autumn", now="2027-03-01T19:00")
    letter = "  - {step: l1, channel: letter, after: c1 + 4 days, template: letter.docx}\n"
    workspace.campaign("spring", head=BESIDE, steps=CALL + letter)
    expected = [("03-02", "c1", 2), ("03-06", "l1", 2)]
    for kind in ("--calendar", "--season"):
        told = workspace.ok("preview", "spring", kind, now="2027-03-02T07:00")
        assert days(told["calendar"]) == expected


def test_nothing_waits_where_the_pressure_has_room_for_both(
    workspace: Workspace, base: Database, server: SmtpServer
) -> None:
    """Ten touches a month: the e-mails of p2 and p3 leave later on Mon 1, the calls are given."""
    workspace.settings(server.port, limits=HOURLY, more=TEN_A_MONTH + team(9) + store_line(base))
    people(workspace, 3)
    both(workspace)
    assert workspace.ok("run", now="2027-03-01T10:00")["sent"] == 1
    assert to_call(workspace, "2027-03-01T10:30") == [(n, "ana") for n in (1, 2, 3)]


def test_after_a_limited_run_the_next_one_goes_on(workspace: Workspace, server: SmtpServer) -> None:
    """`--limit 1`: p2 is written to ten minutes later, his call is given to nobody before."""
    workspace.settings(server.port, more=THREE_DAYS + team(9))
    people(workspace, 2)
    both(workspace)
    for minute, written in ((0, 1), (10, 2)):
        workspace.ok("run", "--limit", "1", now=f"2027-03-01T10:{minute:02}")
        assert len(server.recipients) == written
        assert to_call(workspace, f"2027-03-01T10:{minute + 5:02}") == []


def test_calls_are_given_out_where_letters_cannot_be_printed(
    workspace: Workspace, server: SmtpServer
) -> None:
    """The letter of Fri 5 meets a broken outbox: the call of that day waits for nothing else."""
    workspace.settings(server.port, more=THREE_DAYS + team(9))
    people(workspace, 1)
    letter = "  - {step: l1, channel: letter, after: m1 + 4 days, template: letter.docx}\n"
    call = "  - {step: c1, channel: call, after: m1 + 4 days}\n"
    workspace.campaign("spring", steps=mail("m1") + letter + call)
    workspace.launch("spring", now=MONDAY)
    workspace.ok("run", now="2027-03-01T10:00")
    workspace.write("data/outbox", "not a folder")
    assert workspace.run("run", now="2027-03-05T10:00").code == 1
    assert to_call(workspace, "2027-03-05T10:30") == [(1, "ana")]


def test_a_call_waits_for_a_window_by_the_clock_of_its_person(
    workspace: Workspace, server: SmtpServer
) -> None:
    """Nine in Martinique is 14:00 in Paris: at 11:00 on Mon 1 the e-mail is still to leave."""
    workspace.settings(server.port, more=THREE_DAYS + team(9))
    people(workspace, 1, postcode="97200")
    both(workspace, window='window: {hours: "09:00-18:00"}\n')
    workspace.ok("run", now="2027-03-01T11:00")
    assert to_call(workspace, "2027-03-01T11:30") == []
    assert workspace.ok("run", now="2027-03-01T15:00")["sent"] == 1
