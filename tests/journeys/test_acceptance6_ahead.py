"""Acceptance of issue line 5.2, on campaigns that branch: the calendar, the season and the runs of
every day say the same days, and these are the days worked out by hand.

March 2027: Mondays are the 1st, 8th, 15th, 22nd and 29th (Easter Monday, a holiday). May 2027:
Thursday 6 is Ascension, Saturday 8 Victory Day, Monday 17 Whit Monday.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from smtp_servers import SmtpServer
from weeks import Weeks, all_three
from workspaces import Workspace, mail

LETTER = "  - {step: letter, channel: letter, template: letter.docx}\n"
TWO_SELLERS = """\
team:
  ana: {name: Ana, calls_per_day: 2}
  bob: {name: Bob, calls_per_day: 1}
"""
ONE_CALL_A_DAY = "team: {ana: {name: Ana, calls_per_day: 1}}\n"
OFFICE = 'window: {days: mon-fri, hours: "09:00-12:00, 14:00-18:00", holidays: skip}\n'


@pytest.fixture
def weeks(workspace: Workspace) -> Iterator[Weeks]:
    with SmtpServer() as server:
        yield Weeks(workspace, server)


def test_two_branches_of_a_letter_and_what_follows_each(weeks: Weeks) -> None:
    """Four people, letters on Wed 3 March; two ways of writing the mail change no day.

    mail    two working days on, Fri 5. A day later is Sat 6: their dossiers are made up on Mon 8.
    call    three working days on, Mon 8: Ana makes two, Bob one; the fourth on Tue 9.
    visit   a week after its call: three on Mon 15, one on Tue 16, by whoever called.
    """
    weeks.settings(TWO_SELLERS)
    weeks.people(range(1, 5))
    ab = 'variants: {a: {subject: "A"}, b: {subject: "B"}}'
    steps = LETTER + mail("mail", f"after: letter + 2 working days, {ab}")
    steps += "  - {step: call, channel: call, after: letter + 3 working days}\n"
    steps += "  - {step: dossier, channel: task, after: mail + 1 day}\n"
    steps += "  - {step: visit, channel: visit, after: call + 1 week}\n"
    weeks.workspace.campaign("fork", head=OFFICE, steps=steps)
    expected = [
        ("03-03", "letter", 4), ("03-05", "mail", 4), ("03-08", "call", 3),
        ("03-08", "dossier", 4), ("03-09", "call", 1), ("03-15", "visit", 3),
        ("03-16", "visit", 1),
    ]  # fmt: skip

    assert weeks.by("fork", "2027-03-03T09:00", "call")["03-08"] == {"ana": 2, "bob": 1}
    all_three(weeks, "fork", "2027-03-03T09:00", expected, until="2027-03-17")


def test_of_two_branches_of_one_day_the_mail_goes_first_and_the_call_is_left_in_peace(
    weeks: Weeks,
) -> None:
    """Three days of peace. Letters on Mon 1 March; mail and call both fall due on Thu 4.

    The mail leaves on Thu 4. The call may come on Sun 7, hence on Mon 8. The visit falls due two
    working days on, Wed 10, and may come on Thu 11.
    """
    weeks.settings(TWO_SELLERS + "pressure: {min_days_between_touches: 3}\n")
    weeks.people(range(1, 3))
    steps = LETTER + mail("mail", "after: letter + 3 days")
    steps += "  - {step: call, channel: call, after: letter + 3 days}\n"
    steps += "  - {step: visit, channel: visit, after: call + 2 working days}\n"
    weeks.workspace.campaign("peace", steps=steps)
    expected = [("03-01", "letter", 2), ("03-04", "mail", 2), ("03-08", "call", 2),
                ("03-11", "visit", 2)]  # fmt: skip

    all_three(weeks, "peace", "2027-03-01T09:00", expected, until="2027-03-12")


def test_two_touches_in_thirty_days(weeks: Weeks) -> None:
    """Mails on Mon 1 March and Mon 8: the third touch when the first is thirty days old.

    The call falls due on Mon 15: it comes on Wed 31, the visit, a day later, on Wed 7 April, when
    the second mail is thirty days old.
    """
    weeks.settings("pressure: {most_touches_per_month: 2}\n")
    weeks.people(range(1, 2))
    steps = mail("first") + mail("second", "after: first + 1 week")
    steps += "  - {step: call, channel: call, after: second + 1 week}\n"
    steps += "  - {step: visit, channel: visit, after: call + 1 day}\n"
    weeks.workspace.campaign("month", steps=steps)
    expected = [("03-01", "first", 1), ("03-08", "second", 1), ("03-31", "call", 1),
                ("04-07", "visit", 1)]  # fmt: skip

    all_three(weeks, "month", "2027-03-01T09:00", expected, until="2027-04-08")


def test_ascension_and_a_last_day_on_two_branches(weeks: Weeks) -> None:
    """Letters on Mon 3 May, a day in the post (Tue 4); the last day is Tue 11.

    call    two working days on: Wed 5, Fri 7. One a day: Fri 7, Mon 10, Tue 11.
    visit   two working days on: Tue 11 for the first; Wed 12 and Thu 13 are too late for two.
    mail    a week after the post: Tue 11, all three.
    """
    weeks.settings(ONE_CALL_A_DAY)
    weeks.people(range(1, 4))
    steps = "  - {step: letter, channel: letter, template: letter.docx, delivery_days: 1}\n"
    steps += "  - {step: call, channel: call, after: letter + 2 working days}\n"
    steps += mail("mail", "after: letter + 1 week")
    steps += "  - {step: visit, channel: visit, after: call + 2 working days}\n"
    weeks.workspace.campaign("may", head="not_after: 2027-05-11\n", steps=steps)
    at = "2027-05-03T09:00"
    expected = [
        ("05-03", "letter", 3), ("05-07", "call", 1), ("05-10", "call", 1), ("05-11", "call", 1),
        ("05-11", "mail", 3), ("05-11", "visit", 1),
    ]  # fmt: skip

    assert weeks.workspace.ok("preview", "may", "--calendar", now=at)["too_late"] == {"visit": 2}
    all_three(weeks, "may", at, expected, until="2027-05-14")
    assert weeks.workspace.by_state("may") == {"sent": 10, "skipped": 2}


def test_waves_of_two_share_the_calls_of_one_seller(weeks: Weeks) -> None:
    """Five people in waves of two, two working days apart: Thu 4 March, Mon 8, Wed 10.

    mail    Thu 4: 2, Mon 8: 2, Wed 10: 1.
    call    a working day on: due Fri 5, Tue 9, Thu 11; one a day: Fri 5, Mon 8; Tue 9, Wed 10;
            Thu 11.
    """
    weeks.settings(ONE_CALL_A_DAY)
    weeks.people(range(1, 6))
    steps = mail() + "  - {step: call, channel: call, after: mail + 1 working day}\n"
    head = "waves: {size: 2, every: 2 working days}\n" + OFFICE
    weeks.workspace.campaign("waves", head=head, steps=steps)
    expected = [
        ("03-04", "mail", 2), ("03-05", "call", 1), ("03-08", "mail", 2), ("03-08", "call", 1),
        ("03-09", "call", 1), ("03-10", "mail", 1), ("03-10", "call", 1), ("03-11", "call", 1),
    ]  # fmt: skip

    all_three(weeks, "waves", "2027-03-04T09:00", expected, until="2027-03-12")


def test_a_task_is_our_own_work_and_disturbs_nobody_s_peace(weeks: Weeks) -> None:
    """A week of peace. Letters and dossiers on Tue 2 March, what follows the dossier waits.

    The dossier is made up on the day of the letter; the mail that follows it falls due on Wed 3
    and waits for the letter's week to be over, Tue 9; the check, a task a day after the mail, is
    done on Wed 10.
    """
    weeks.settings("pressure: {min_days_between_touches: 7}\n")
    weeks.people(range(1, 3))
    steps = LETTER + "  - {step: dossier, channel: task}\n"
    steps += mail("mail", "after: dossier + 1 day")
    steps += "  - {step: check, channel: task, after: mail + 1 day}\n"
    weeks.workspace.campaign("work", steps=steps)
    expected = [("03-02", "letter", 2), ("03-02", "dossier", 2), ("03-09", "mail", 2),
                ("03-10", "check", 2)]  # fmt: skip

    all_three(weeks, "work", "2027-03-02T09:00", expected, until="2027-03-11")
