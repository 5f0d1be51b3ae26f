"""Acceptance of issue line 5.2 where one person has several steps to come at once.

Branches of one chain share what the settings state of a person (a pressure) and of a seller (how
many calls a day hold). The calendar, the played season and the runs of every day say one thing.
On one day a person's e-mails come first, then letters, then what is done by hand.

March 2027: Mondays are the 1st, 8th, 15th, 22nd, 29th.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from smtp_servers import SmtpServer
from workspaces import Workspace, mail

from outreach.store.engine import Database

FIRST = date(2027, 3, 1)
MONDAY = "2027-03-01T09:00"
THREE_DAYS = "pressure: {min_days_between_touches: 3}\n"
HEADER = "Ref;Last name;E-mail;Phone;Street;Postal code;City"

Day = tuple[str, str, int]


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer() as running:
        yield running


def people(workspace: Workspace, count: int) -> None:
    workspace.people(
        (
            (f"p{n:02}", f"N{n:02}", f"p{n:02}@mail.example", f"02 99 01 02 {n:02}", "1 rue",
             "35000", "Rennes")
            for n in range(count)
        ),
        header=HEADER,
    )  # fmt: skip


def call(step: str, after: str) -> str:
    return f"  - {{step: {step}, channel: call, after: {after}}}\n"


def store_line(base: Database) -> str:
    """The line of the settings that keeps the store of the test."""
    if base.is_sqlite:
        return ""
    return f"store: {base.engine.url.render_as_string(hide_password=False)}\n"


def rows(found: Any) -> list[Day]:
    """Day of March, step and number."""
    counted: Counter[tuple[str, str]] = Counter()
    for one in found:
        counted[one["date"][5:], one["step"]] += one["count"]
    return sorted((day, step, count) for (day, step), count in counted.items())


def foretold(workspace: Workspace, now: str = MONDAY) -> tuple[list[Day], list[Day]]:
    """The calendar, and a season that is played."""
    calendar = workspace.ok("preview", "spring", "--calendar", now=now)
    season = workspace.ok("preview", "spring", "--season", now=now)
    return rows(calendar["calendar"]), rows(season["calendar"])


def a_day(workspace: Workspace, day: date) -> None:
    """A run at ten; letters are posted, calls and visits made on the day they stand on."""
    workspace.ok("run", now=f"{day}T10:00")
    workspace.run("letters", "posted", "spring", now=f"{day}T10:30")  # 1 where none is printed
    made = [
        f"p{int(one['contact']) - 1:02},{came},{channel},spring"
        for command, came, channel in (("calls", "spoken", "call"), ("visits", "met", "visit"))
        for one in workspace.ok(command, "spring", now=f"{day}T11:00")[command]
    ]
    if made:
        workspace.write("made.csv", "\n".join(["contact,stage,channel,campaign", *made]) + "\n")
        workspace.ok("record", "--from", "made.csv", now=f"{day}T11:30")


def lived(workspace: Workspace, first: date, days: int) -> list[Day]:
    """What the runs of so many days have done in the end."""
    for later in range(days):
        a_day(workspace, first + timedelta(days=later))
    after = f"{first + timedelta(days=days)}T09:00"
    answer = workspace.ok("preview", "spring", "--calendar", now=after)
    assert answer["calendar"] == []
    return rows(answer["left"])


def test_two_branches_of_a_person_keep_one_pressure(
    workspace: Workspace, base: Database, server: SmtpServer
) -> None:
    """m1 on Mon 1: in peace until Thu 4.

    The call is due on Wed 3, m2 on Thu 4: both may come on Thu 4, and the e-mail goes first. The
    call waits until Sun 7, and m3, two days later, until Wed 10.
    """
    people(workspace, 3)
    steps = mail("m1") + call("c1", "m1 + 2 days") + mail("m2", "after: m1 + 3 days")
    workspace.campaign("spring", steps=steps + mail("m3", "after: c1 + 2 days"))
    workspace.settings(server.port, more=THREE_DAYS + store_line(base))
    calendar, season = foretold(workspace)
    workspace.launch("spring", now=MONDAY)
    done = lived(workspace, FIRST, 12)

    expected = [("03-01", "m1", 3), ("03-04", "m2", 3), ("03-07", "c1", 3), ("03-10", "m3", 3)]
    assert calendar == expected
    assert season == expected
    assert done == expected


def test_branches_of_calls_share_the_days_of_the_team_and_the_pressure(
    workspace: Workspace, base: Database, server: SmtpServer
) -> None:
    """Four people, two calls a day, from Monday to Friday.

    m1 on Mon 1: in peace until Thu 4. c1 for two on Thu 4, for two on Fri 5. m3, two days later,
    waits until Sun 7 and Mon 8. c2 has waited for that: Wed 10 and Thu 11.
    """
    people(workspace, 4)
    steps = mail("m1") + call("c1", "m1 + 2 days") + call("c2", "m1 + 3 days")
    workspace.campaign("spring", steps=steps + mail("m3", "after: c1 + 2 days"))
    team = "team: {ana: {name: Ana, calls_per_day: 2}}\n"
    workspace.settings(server.port, more=THREE_DAYS + team + store_line(base))
    calendar, season = foretold(workspace)
    workspace.launch("spring", now=MONDAY)
    done = lived(workspace, FIRST, 15)

    expected = [
        ("03-01", "m1", 4),
        ("03-04", "c1", 2),
        ("03-05", "c1", 2),
        ("03-07", "m3", 2),
        ("03-08", "m3", 2),
        ("03-10", "c2", 2),
        ("03-11", "c2", 2),
    ]
    assert calendar == expected
    assert season == expected
    assert done == expected


def test_an_appointment_opens_two_branches_that_keep_one_pressure(
    workspace: Workspace, server: SmtpServer
) -> None:
    """Of three people two make an appointment on the phone on Thu 4: in peace until Sun 7.

    They get a confirmation (a letter) and a visit, both due on Sat 6: the letter on Sun 7, the
    visit three days later, one a day: Wed 10 and Thu 11. The thanks follow two days after each
    visit, in peace until Sat 13 and Sun 14. The third one, called on Thu 4 too, gets m2: Sun 7.
    """
    people(workspace, 3)
    steps = (
        mail("m1")
        + call("c1", "m1 + 3 days")
        + mail("m2", "after: c1 + 2 days")
        + "  - {step: confirm, channel: letter, track: positive, after: appointment + 2 days,"
        " template: letter.docx}\n"
        "  - {step: visit, channel: visit, track: positive, after: appointment + 2 days}\n"
        + mail("thanks", "track: positive, after: visit + 2 days")
    )
    chain = "chain: [contacted, replied, appointment, quote, order]\n"
    workspace.campaign("spring", steps=steps, head=chain)
    team = "team: {ana: {name: Ana, calls_per_day: 9, visits_per_day: 1}}\n"
    workspace.settings(server.port, more=THREE_DAYS + team)
    workspace.launch("spring", now=MONDAY)
    for later in range(3):
        a_day(workspace, FIRST + timedelta(days=later))
    workspace.ok("run", now="2027-03-04T10:00")
    facts = ["contact,stage,channel,campaign"]
    facts += [f"p{n:02},appointment,call,spring" for n in (0, 1)] + ["p02,spoken,call,spring"]
    workspace.write("facts.csv", "\n".join(facts) + "\n")
    workspace.ok("record", "--from", "facts.csv", now="2027-03-04T11:30")
    evening = "2027-03-04T19:00"
    calendar, season = foretold(workspace, evening)
    left = rows(workspace.ok("preview", "spring", "--calendar", now=evening)["left"])
    done = lived(workspace, date(2027, 3, 5), 14)

    before = [("03-01", "m1", 3), ("03-04", "c1", 3)]
    coming = [
        ("03-07", "confirm", 2),
        ("03-07", "m2", 1),
        ("03-10", "visit", 1),
        ("03-11", "visit", 1),
        ("03-13", "thanks", 1),
        ("03-14", "thanks", 1),
    ]
    assert left == before
    assert calendar == coming
    assert season == before + coming
    assert done == before + coming


def test_branches_under_a_limit_of_mails_a_day(workspace: Workspace, server: SmtpServer) -> None:
    """Eight people, five e-mails a day, every person three days in peace.

    m1: five on Mon 1, three on Tue 2. m2 and the call are due two days later and come on Thu 4
    and Fri 5, the e-mail first: five on the 4th, three on the 5th. The calls three days later: Sun
    7 and Mon 8. m3, two days after each call, on Wed 10 and Thu 11.
    """
    people(workspace, 8)
    steps = mail("m1") + call("c1", "m1 + 2 days") + mail("m2", "after: m1 + 2 days")
    workspace.campaign("spring", steps=steps + mail("m3", "after: c1 + 2 days"))
    workspace.settings(server.port, limits="{per_day: 5}", more=THREE_DAYS)
    calendar, season = foretold(workspace)
    workspace.launch("spring", now=MONDAY)
    done = lived(workspace, FIRST, 13)

    expected = [
        ("03-01", "m1", 5),
        ("03-02", "m1", 3),
        ("03-04", "m2", 5),
        ("03-05", "m2", 3),
        ("03-07", "c1", 5),
        ("03-08", "c1", 3),
        ("03-10", "m3", 5),
        ("03-11", "m3", 3),
    ]
    assert calendar == expected
    assert season == expected
    assert done == expected
