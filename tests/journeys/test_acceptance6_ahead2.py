"""Acceptance of issue line 5.2: conditions, campaigns under way, and several at once. What the
calendar says on a day is what the runs of the following days do; every date was worked out by hand.

March 2027: Mondays are the 1st, 8th, 15th and 22nd.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from smtp_servers import SmtpServer
from weeks import Weeks, all_three
from workspaces import Workspace, mail

MONDAY = "2027-03-01T09:00"
LETTER = "  - {step: letter, channel: letter, template: letter.docx}\n"
CALL = "  - {step: call, channel: call}\n"
ONE_CALL_A_DAY = "team: {ana: {name: Ana, calls_per_day: 1}}\n"
TWO_CALLS_A_DAY = "team: {ana: {name: Ana, calls_per_day: 2}}\n"
ONE_VISIT_A_DAY = "team: {ana: {name: Ana, visits_per_day: 1}}\n"


@pytest.fixture
def weeks(workspace: Workspace) -> Iterator[Weeks]:
    with SmtpServer() as server:
        yield Weeks(workspace, server)


FORKED = (
    LETTER
    + mail("mail", 'after: letter + 2 days, when: level = "a"')
    + "  - {step: call, channel: call, after: mail + 2 working days, when: replied}\n"
    + "  - {step: visit, channel: visit, after: mail + 2 working days, when: not replied}\n"
)


def test_of_two_branches_with_a_condition_the_one_that_holds_is_shown(weeks: Weeks) -> None:
    """Letters on Tue 2 March; a mail two days on, Thu 4, to the two of level a.

    Nobody answers, so nobody is called; all four are visited from Mon 8 on, one a day, also those
    whose mail is passed over on its day.
    """
    weeks.settings(ONE_VISIT_A_DAY)
    weeks.people(range(1, 3), level="a")
    weeks.people(range(3, 5), level="b")
    weeks.workspace.campaign("forked", head="stop_on: [order]\n", steps=FORKED)
    at = "2027-03-02T09:00"
    visits = [(f"03-{day:02}", "visit", 1) for day in (8, 9, 10, 11)]

    shown = weeks.workspace.ok("preview", "forked", "--calendar", now=at)
    assert shown["unmet"] == {"mail": 2, "call": 4}
    said = weeks.workspace.run("preview", "forked", "--calendar", now=at).out
    assert "4 people do not fit the condition of call: it is passed over" in said
    expected = [("03-02", "letter", 4), ("03-04", "mail", 2), *visits]
    all_three(weeks, "forked", at, expected, until="2027-03-12")


def test_who_has_replied_by_now_is_seen_on_the_other_branch(weeks: Weeks) -> None:
    """The same; p1 replies on Fri 5: he is called on Mon 8, three visits remain."""
    weeks.settings(ONE_VISIT_A_DAY)
    weeks.people(range(1, 3), level="a")
    weeks.people(range(3, 5), level="b")
    weeks.workspace.campaign("forked", head="stop_on: [order]\n", steps=FORKED)
    weeks.workspace.launch("forked", now="2027-03-02T09:00")
    weeks.live("2027-03-02", "2027-03-05", "forked")
    weeks.workspace.ok("record", "p1", "replied", now="2027-03-05T18:00")
    expected = [("03-08", "call", 1)]
    expected += [(f"03-{day:02}", "visit", 1) for day in (8, 9, 10)]

    assert weeks.calendar("forked", "2027-03-05T19:00") == expected
    weeks.live("2027-03-06", "2027-03-12", "forked")
    assert weeks.left("forked", "2027-03-12T20:00")[2:] == expected


def test_a_reply_a_returned_letter_a_new_address_and_an_opposition(weeks: Weeks) -> None:
    """Five letters on Mon 1 March, mails on Thu 4, calls on Mon 8, letters again on Mon 15.

    p1 replies on Wed 3: a visit two days later instead of all that. p2's letter comes back on
    Fri 5: he is called all the same, and gets the second letter as his new street is known in time.
    p3 wants no more post from Wed 10 on.
    """
    weeks.settings()
    weeks.people(range(1, 6))
    steps = LETTER + mail("mail", "after: letter + 3 days")
    steps += "  - {step: call, channel: call, after: mail + 2 working days}\n"
    steps += "  - {step: again, channel: letter, template: letter.docx, after: call + 1 week}\n"
    steps += "  - {step: meet, channel: visit, track: positive, after: replied + 2 days}\n"
    weeks.workspace.campaign("life", steps=steps)
    weeks.workspace.launch("life", now=MONDAY)
    weeks.live("2027-03-01", "2027-03-02", "life")

    weeks.workspace.ok("record", "p1", "replied", now="2027-03-03T11:00")
    assert weeks.calendar("life", "2027-03-03T12:00") == [
        ("03-04", "mail", 4), ("03-05", "meet", 1), ("03-08", "call", 4), ("03-15", "again", 4),
    ]  # fmt: skip
    weeks.live("2027-03-03", "2027-03-05", "life")
    weeks.workspace.ok("letters", "returned", "p2", now="2027-03-05T18:00")
    shown = weeks.workspace.ok("preview", "life", "--calendar", now="2027-03-05T19:00")
    assert shown["cut_off"] == {"again": 1}
    assert weeks.calendar("life", "2027-03-05T19:00") == [("03-08", "call", 4),
                                                          ("03-15", "again", 3)]  # fmt: skip
    weeks.live("2027-03-06", "2027-03-09", "life")
    weeks.workspace.ok("contacts", "set", "p2", "street=5 rue Neuve", now="2027-03-10T08:00")
    assert weeks.calendar("life", "2027-03-10T09:00") == [("03-15", "again", 4)]
    weeks.workspace.ok("privacy", "oppose", "p3", "--only", "post", now="2027-03-10T10:00")
    assert weeks.calendar("life", "2027-03-10T11:00") == [("03-15", "again", 3)]
    weeks.live("2027-03-10", "2027-03-16", "life")
    assert weeks.left("life", "2027-03-16T20:00") == [
        ("03-01", "letter", 5), ("03-04", "mail", 4), ("03-05", "meet", 1), ("03-08", "call", 4),
        ("03-15", "again", 3),
    ]  # fmt: skip


def test_a_pause_moves_what_follows(weeks: Weeks) -> None:
    """Mails on Mon 1 March, calls due on Thu 4, visits two working days after each call.

    Paused from Wed 3 to Tue 9: three calls then, two a day: Tue 9 and Wed 10; visits on Thu 11
    and Fri 12.
    """
    weeks.settings(TWO_CALLS_A_DAY)
    weeks.people(range(1, 4))
    steps = mail() + "  - {step: call, channel: call, after: mail + 3 working days}\n"
    steps += "  - {step: visit, channel: visit, after: call + 2 working days}\n"
    weeks.workspace.campaign("rest", steps=steps)
    weeks.workspace.launch("rest", now=MONDAY)
    weeks.live("2027-03-01", "2027-03-02", "rest")
    weeks.workspace.ok("pause", "rest", now="2027-03-03T12:00")
    for day in ("04", "05", "08"):
        assert weeks.workspace.ok("run", now=f"2027-03-{day}T10:00")["tasks"] == 0
    weeks.workspace.ok("resume", "rest", now="2027-03-09T08:00")
    expected = [("03-09", "call", 2), ("03-10", "call", 1), ("03-11", "visit", 2),
                ("03-12", "visit", 1)]  # fmt: skip

    assert weeks.calendar("rest", "2027-03-09T08:30") == expected
    weeks.live("2027-03-09", "2027-03-12", "rest")
    assert weeks.left("rest", "2027-03-12T20:00") == [("03-01", "mail", 3), *expected]


def test_new_people_come_behind_those_who_are_under_way(weeks: Weeks) -> None:
    """Two mails on Mon 1 March, one call a day from Tue 2 on; two more people come in on Tue 2.

    Calls: Tue 2 and Wed 3 for the first two, Thu 4 and Fri 5 for the others.
    """
    weeks.settings(ONE_CALL_A_DAY)
    weeks.people(range(1, 3))
    steps = mail() + "  - {step: call, channel: call, after: mail + 1 working day}\n"
    weeks.workspace.campaign("more", steps=steps)
    weeks.workspace.launch("more", now=MONDAY)
    weeks.live("2027-03-01", "2027-03-01", "more")
    weeks.people(range(3, 5))
    weeks.workspace.ok("launch", "more", "--add", "--confirm", "2", now="2027-03-02T08:00")
    calls = [(f"03-{day:02}", "call", 1) for day in (2, 3, 4, 5)]
    expected = [("03-02", "mail", 2), *calls]

    assert weeks.calendar("more", "2027-03-02T09:00") == expected
    weeks.live("2027-03-02", "2027-03-05", "more")
    assert weeks.left("more", "2027-03-05T20:00") == [("03-01", "mail", 2), *expected]


def test_of_two_campaigns_the_weightier_one_has_the_seller_first(weeks: Weeks) -> None:
    """One call a day. `plain` wants three from Mon 1 March, `urgent`, launched after it, two.

    urgent: Mon 1 and Tue 2; plain: Wed 3 to Fri 5, and the mails that follow a day later.
    """
    weeks.settings(ONE_CALL_A_DAY)
    weeks.people(range(1, 4), level="a")
    weeks.people(range(4, 6), level="b")
    after = mail("mail", "after: call + 1 day")
    weeks.workspace.campaign("plain", 'level = "a"', steps=CALL + after)
    weeks.workspace.campaign("urgent", 'level = "b"', head="priority: 1\n", steps=CALL)
    weeks.workspace.launch("plain", now=MONDAY)
    weeks.workspace.launch("urgent", now=MONDAY)
    urgent = [("03-01", "call", 1), ("03-02", "call", 1)]
    plain = [
        ("03-03", "call", 1), ("03-04", "call", 1), ("03-04", "mail", 1), ("03-05", "call", 1),
        ("03-05", "mail", 1), ("03-06", "mail", 1),
    ]  # fmt: skip

    assert weeks.calendar("urgent", MONDAY) == urgent
    assert weeks.calendar("plain", MONDAY) == plain
    weeks.live("2027-03-01", "2027-03-06", "plain", "urgent")
    assert weeks.left("urgent", "2027-03-06T20:00") == urgent
    assert weeks.left("plain", "2027-03-06T20:00") == plain


def test_who_has_no_telephone_takes_nobody_s_time(weeks: Weeks) -> None:
    """Five letters on Thu 4 March; calls three days on, hence on Mon 8, two a day; p5 has no phone.

    Calls: Mon 8 and Tue 9. p5's is passed over on Sun 7; his visit falls due a week later, on
    Sun 14, and stands on Mon 15 as those of Monday's calls do.
    """
    weeks.settings(TWO_CALLS_A_DAY)
    weeks.people(range(1, 5))
    weeks.people(range(5, 6), without="phone")
    steps = LETTER + "  - {step: call, channel: call, after: letter + 3 days}\n"
    steps += "  - {step: visit, channel: visit, after: call + 1 week}\n"
    weeks.workspace.campaign("phone", steps=steps)
    expected = [("03-04", "letter", 5), ("03-08", "call", 2), ("03-09", "call", 2),
                ("03-15", "visit", 3), ("03-16", "visit", 2)]  # fmt: skip

    all_three(weeks, "phone", "2027-03-04T09:00", expected, until="2027-03-17")


def test_a_campaign_that_repeats_calls_after_each_of_its_mails(weeks: Weeks) -> None:
    """Mails on Mon 1 and Mon 8 March, one call a day from the day after: Tue and Wed of each week.

    Its last day is Fri 12: no third mail.
    """
    weeks.settings(ONE_CALL_A_DAY)
    weeks.people(range(1, 3))
    steps = mail() + "  - {step: call, channel: call, after: mail + 1 day}\n"
    head = 'repeat: "0 9 * * mon"\nnot_after: 2027-03-12\n'
    weeks.workspace.campaign("weekly", head=head, steps=steps)
    expected = [
        ("03-01", "mail", 2), ("03-02", "call", 1), ("03-03", "call", 1),
        ("03-08", "mail", 2), ("03-09", "call", 1), ("03-10", "call", 1),
    ]  # fmt: skip

    all_three(weeks, "weekly", "2027-03-01T08:00", expected, until="2027-03-12")
