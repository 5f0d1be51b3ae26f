"""Acceptance of issue line 5.2: the dated plan, its warnings and its levelling, and that the runs
of those days do what it says. Every date is worked out by hand.

March 2027: Mondays are the 1st, 8th, 15th, 22nd, 29th (Easter Monday).
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from smtp_servers import SmtpServer
from workspaces import Workspace, mail

MONDAY = "2027-03-01T09:00"
OFFICE = 'window: {days: mon-fri, hours: "09:00-12:00, 14:00-18:00", holidays: skip}\n'
CALL = "  - {step: call, channel: call}\n"
LETTER = "  - {step: letter, channel: letter, template: letter.docx}\n"


def people(workspace: Workspace, count: int, *, without_mail: int = 0) -> None:
    rows = []
    for n in range(1, count + 1):
        address = "" if n <= without_mail else f"p{n}@mail.example"
        phone = f"02 99 {n // 10000:02} {n // 100 % 100:02} {n % 100:02}"
        rows.append((f"p{n}", f"N{n}", address, phone, "1 rue du Four", "35000", "Rennes"))
    workspace.people(rows, header="Ref;Last name;E-mail;Phone;Street;Postal code;City")


def rows(answer: Any) -> list[tuple[str, str, int]]:
    return [(one["date"][5:], one["step"], one["count"]) for one in answer["calendar"]]


def left(answer: Any) -> list[tuple[str, str, int]]:
    return [(one["date"][5:], one["step"], one["count"]) for one in answer["left"]]


def calendar(workspace: Workspace, name: str = "spring", now: str = MONDAY) -> Any:
    return workspace.ok("preview", name, "--calendar", now=now)


def lived(workspace: Workspace, first: str, days: int) -> list[tuple[str, str, int]]:
    """What has left after so many days of one run each; letters are posted, calls are made."""
    day = date.fromisoformat(first)
    for _ in range(days):
        now = f"{day}T10:00"
        report = workspace.ok("run", now=now)
        if report["letters"]:
            workspace.ok("letters", "posted", "spring", now=now)
        if report["tasks"]:
            calls = workspace.ok("calls", "spring", now=now)["calls"]
            done = [f"p{one['contact']},spoken,spring" for one in calls]
            workspace.write("done.csv", "\n".join(["contact,stage,campaign", *done]) + "\n")
            workspace.ok("record", "--from", "done.csv", now=now)
        day += timedelta(days=1)
    return left(calendar(workspace, now=f"{day}T08:00"))


def test_whoever_has_no_address_is_passed_over_on_his_day_whatever_the_window(
    workspace: Workspace,
) -> None:
    """Letters on Wed 3 March, mails three days on: Sat 6.

    Two have no e-mail: their step is passed over on Saturday, and the call, two working days on,
    falls due on Tue 9. The other three get theirs when the window opens, Mon 8: calls on Wed 10.
    """
    people(workspace, 5, without_mail=2)
    steps = LETTER + mail("mail", "after: letter + 3 days")
    steps += "  - {step: call, channel: call, after: mail + 2 working days}\n"
    workspace.campaign("spring", head=OFFICE, steps=steps)
    start = "2027-03-03T10:00"
    expected = [("03-03", "letter", 5), ("03-08", "mail", 3), ("03-09", "call", 2),
                ("03-10", "call", 3)]  # fmt: skip

    assert rows(calendar(workspace, now=start)) == expected
    assert rows(workspace.ok("preview", "spring", "--season", now=start)) == expected
    with SmtpServer() as server:
        workspace.settings(server.port)
        workspace.launch("spring", now=start)
        assert lived(workspace, "2027-03-03", 8) == expected


def test_no_run_on_the_weekend_and_who_has_no_address_still_counts_from_his_day(
    workspace: Workspace,
) -> None:
    """The same, but the machine is off from Friday to Monday: the calls fall due on Tue 9."""
    people(workspace, 2, without_mail=1)
    steps = LETTER + mail("mail", "after: letter + 3 days")
    steps += "  - {step: call, channel: call, after: mail + 2 working days}\n"
    workspace.campaign("spring", head=OFFICE, steps=steps)
    with SmtpServer() as server:
        workspace.settings(server.port)
        workspace.launch("spring", now="2027-03-03T10:00")
        workspace.ok("run", now="2027-03-03T10:00")
        workspace.ok("letters", "posted", "spring", now="2027-03-03T17:00")
        done = workspace.ok("run", now="2027-03-08T10:00")
    assert (done["sent"], done["skipped"]) == (1, 1)
    by_person = {who: workspace.next_of(who)["at"][:10] for who in ("p1", "p2")}
    assert by_person == {"p1": "2027-03-09", "p2": "2027-03-10"}


def test_a_full_day_and_a_last_day_calendar_season_and_runs_agree(workspace: Workspace) -> None:
    """Ten calls from Thu 4 March, two a day, the last day Mon 8: two, two, two, four too late.

    Those who were called get a mail two days later; the four once the last day is over: the call
    is passed over on Tue 9, whatever day it would have stood on, and the mail leaves on Thu 11.
    """
    people(workspace, 10)
    steps = "  - {step: call, channel: call, not_after: 2027-03-08}\n"
    workspace.campaign("spring", steps=steps + mail("mail", "after: call + 2 days"))
    start = "2027-03-04T10:00"
    expected = [
        ("03-04", "call", 2), ("03-05", "call", 2), ("03-06", "mail", 2), ("03-07", "mail", 2),
        ("03-08", "call", 2), ("03-10", "mail", 2), ("03-11", "mail", 4),
    ]  # fmt: skip
    team = "team: {ana: {name: Ana, calls_per_day: 2}}\n"
    with SmtpServer() as server:
        workspace.settings(server.port, more=team)
        foretold = calendar(workspace, now=start)
        shown = workspace.run("preview", "spring", "--calendar", now=start).out
        assert rows(foretold) == expected
        assert [warning for warning in foretold["warnings"] if "4 of call" in warning]
        assert "too late" in shown
        assert rows(workspace.ok("preview", "spring", "--season", now=start)) == expected
        workspace.launch("spring", now=start)
        # What the launched campaign's calendar says is the same.
        assert rows(calendar(workspace, now=start)) == expected
        assert lived(workspace, "2027-03-04", 8) == expected
    assert workspace.by_state("spring") == {"sent": 16, "skipped": 4}
    assert workspace.ok("status", "spring")["state"] == "finished"


@pytest.mark.parametrize("team", [False, True])
def test_two_hundred_calls_on_a_tuesday_are_warned_of_or_levelled(
    workspace: Workspace, team: bool
) -> None:
    """Mails on Mon 1 March, calls a day later for Marie: 200 on Tue 2, or 80 a day.

    With 50 for Marie and 30 for Yann: 80 on Tue 2 and Wed 3, 40 on Thu 4, as evenly as the two
    can: each day's list is within what each of them makes.
    """
    people(workspace, 200)
    by = "" if team else ", by: marie"
    steps = mail("mail") + f"  - {{step: call, channel: call, after: mail + 1 day{by}}}\n"
    workspace.campaign("spring", steps=steps)
    lines = "team: {marie: {name: Marie Le Goff}}\n"
    if team:
        lines = (
            "team: {marie: {name: Marie Le Goff, calls_per_day: 50},"
            " yann: {name: Yann Morvan, calls_per_day: 30}}\n"
        )
    workspace.settings(more=lines)
    answer = calendar(workspace)
    calls = [one for one in answer["calendar"] if one["step"] == "call"]
    shown = " ".join(workspace.run("preview", "spring", "--calendar", now=MONDAY).out.split())

    (warning,) = answer["warnings"]
    assert warning in shown
    assert "200" in warning
    assert "2 Mar 2027" in warning
    if not team:
        assert "Marie Le Goff" in warning
        assert [(one["date"][5:], one["count"], one["by"]) for one in calls] == [
            ("03-02", 200, {"marie": 200})
        ]
        return
    assert "4 Mar 2027" in warning
    assert [(one["date"][5:], one["count"]) for one in calls] == [
        ("03-02", 80), ("03-03", 80), ("03-04", 40),
    ]  # fmt: skip
    assert [one["by"] for one in calls[:2]] == [{"marie": 50, "yann": 30}] * 2
    assert sum(calls[2]["by"].values()) == 40
    assert max(calls[2]["by"].values()) <= 30


def test_holidays_absences_and_weekly_hours_are_kept(workspace: Workspace) -> None:
    """Calls of 30 minutes from Thu 25 March: Ana works mon-thu, two hours a week.

    Thu 25 is in the first week (Mon 22 to Sun 28): two hours hold four calls. Fri 26 she does not
    work; Mon 29 is Easter Monday; Tue 30 begins with the next week's two hours: four. Then the
    week is over until Mon 5 April: one.
    """
    people(workspace, 9)
    workspace.campaign("spring", steps="  - {step: call, channel: call, minutes: 30}\n")
    workspace.settings(more="team: {ana: {name: Ana, hours_per_week: 2, days: mon-thu}}\n")
    answer = calendar(workspace, now="2027-03-25T09:00")
    played = workspace.ok("preview", "spring", "--season", now="2027-03-25T09:00")

    per_week: dict[str, int] = {}
    for day, _, count in rows(answer):
        assert day not in ("03-26", "03-29", "04-02")
        week = "first" if day < "03-29" else "second" if day < "04-05" else "third"
        per_week[week] = per_week.get(week, 0) + count
    assert per_week == {"first": 4, "second": 4, "third": 1}
    assert rows(played) == rows(answer)


def test_a_letter_or_mail_beyond_the_last_day_is_warned_of(workspace: Workspace) -> None:
    """Letters on Mon 1, mails ten days on would be Thu 11, the last day is Wed 10; so no call."""
    people(workspace, 4)
    steps = LETTER + mail("mail", "after: letter + 10 days") + mail("last", "after: mail + 1 day")
    workspace.campaign("spring", head="not_after: 2027-03-10\n", steps=steps)
    answer = calendar(workspace)

    assert rows(answer) == [("03-01", "letter", 4)]
    assert any("4 of mail" in warning for warning in answer["warnings"])
    assert rows(workspace.ok("preview", "spring", "--season", now=MONDAY)) == rows(answer)


def test_a_repeated_campaign_shows_all_its_firings_until_its_last_day(
    workspace: Workspace,
) -> None:
    """Mondays at nine, a call two days after each: 1, 8, 15 and 22 March, the last day the 24th."""
    people(workspace, 3)
    steps = mail("mail") + "  - {step: call, channel: call, after: mail + 2 days}\n"
    head = 'repeat: "0 9 * * mon"\nnot_after: 2027-03-24\n'
    workspace.campaign("spring", head=head, steps=steps)
    expected = [
        (f"03-{day:02}", step, 3)
        for day, step in (
            (1, "mail"), (3, "call"), (8, "mail"), (10, "call"), (15, "mail"), (17, "call"),
            (22, "mail"), (24, "call"),
        )
    ]  # fmt: skip
    now = "2027-03-01T08:00"

    assert rows(calendar(workspace, now=now)) == expected
    assert rows(workspace.ok("preview", "spring", "--season", now=now)) == expected
    with SmtpServer() as server:
        workspace.settings(server.port)
        workspace.launch("spring", now=now)
        assert rows(calendar(workspace, now=now)) == expected
        workspace.ok("run", now=MONDAY)
        after = calendar(workspace, now="2027-03-01T10:00")
    assert (left(after), rows(after)) == (expected[:1], expected[1:])


def test_a_repeat_without_an_end_is_shown_up_to_a_day_that_is_told(workspace: Workspace) -> None:
    """On the first of each month; no calendar is endless, and this one says where it ends."""
    people(workspace, 2)
    workspace.campaign("spring", head='repeat: "0 9 1 * *"\n')
    answer = calendar(workspace, now="2027-03-01T08:00")
    shown = " ".join(workspace.run("preview", "spring", "--calendar", now=MONDAY).out.split())

    months = [day[:2] for day, _, _ in rows(answer)]
    assert months[:3] == ["03", "04", "05"]
    assert all(day.endswith("-01") for day, _, _ in rows(answer))
    assert answer["until"] is not None
    assert max(one["date"] for one in answer["calendar"]) <= answer["until"]
    assert "repeat" in shown.lower()
