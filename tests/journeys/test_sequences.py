"""Tracks, waves, repeats, people added later, a campaign changed while it runs."""

from __future__ import annotations

from typing import Any

import pytest
from smtp_servers import SmtpServer
from workspaces import Workspace, mail

#: A Monday; Easter Monday is the 29th.
MONDAY = "2027-03-01T09:00"
HEADER = "Ref;Last name;E-mail;Phone;Postal code;City"

TRACKS = (
    mail("mail")
    + "  - {step: call, channel: call, after: mail + 3 days}\n"
    + "  - {step: visit, channel: visit, track: positive, after: replied + 2 days}\n"
    + "  - {step: offer, channel: task, track: positive, after: visit + 1 week}\n"
    + "  - {step: later, channel: task, track: negative, after: refused + 4 weeks}\n"
)


def deliveries(workspace: Workspace, who: str) -> list[tuple[str, str, str]]:
    """Step, state and day of everything planned for a person, in their order."""
    import sqlite3

    with sqlite3.connect(workspace.folder / "data" / "outreach.db") as connection:
        rows = connection.execute(
            "SELECT s.name, d.occurrence, d.state, substr(d.due_at, 1, 16) FROM delivery d"
            " JOIN step s ON s.id = d.step_id JOIN contact c ON c.id = d.contact_id"
            " WHERE c.email = ? ORDER BY d.id",
            [who],
        ).fetchall()
    return [(name if nth == 1 else f"{name}.{nth}", state, at) for name, nth, state, at in rows]


def states(workspace: Workspace, who: str) -> dict[str, str]:
    return {step: state for step, state, _ in deliveries(workspace, who)}


def dates(workspace: Workspace, who: str) -> dict[str, str]:
    return {step: at for step, _, at in deliveries(workspace, who)}


def sent(workspace: Workspace, server: SmtpServer, *instants: str) -> Any:
    """Runs, one after the other; the answer of the last."""
    workspace.settings(server.port)
    return [workspace.ok("run", now=instant) for instant in instants][-1]


# --- tracks ---------------------------------------------------------------------------------


def test_an_answer_ends_the_main_track_and_opens_the_other(workspace: Workspace) -> None:
    """Answered on Tuesday the 2nd: no call, a visit on the 4th, and the chain goes on."""
    people = workspace.townspeople(3)
    workspace.campaign("spring", steps=TRACKS)
    workspace.launch("spring", now=MONDAY)
    with SmtpServer() as server:
        sent(workspace, server, MONDAY)
    workspace.ok("record", people[0], "replied", now="2027-03-02T10:00")
    workspace.ok("record", people[1], "refused", now="2027-03-02T10:00")

    assert states(workspace, people[0]) == {"mail": "sent", "call": "cancelled", "visit": "due"}
    assert dates(workspace, people[0])["visit"] == "2027-03-03T23:00"
    assert states(workspace, people[1]) == {"mail": "sent", "call": "cancelled", "later": "due"}
    assert dates(workspace, people[1])["later"] == "2027-03-29T22:00"
    assert states(workspace, people[2]) == {"mail": "sent", "call": "due"}
    assert workspace.next_of(people[0])["step"] == "visit"
    (story,) = workspace.ok("why", people[0])["campaigns"]
    assert "track" in {line["reason"] for line in story["past"]}


def test_another_answer_leads_into_the_other_track_and_an_order_ends_all(
    workspace: Workspace,
) -> None:
    people = workspace.townspeople(2)
    workspace.campaign("spring", steps=TRACKS)
    workspace.launch("spring", now=MONDAY)
    with SmtpServer() as server:
        sent(workspace, server, MONDAY)
    workspace.ok("record", people[0], "replied", now="2027-03-02T10:00")
    workspace.ok("record", people[0], "refused", now="2027-03-03T10:00")
    assert states(workspace, people[0])["visit"] == "cancelled"
    assert states(workspace, people[0])["later"] == "due"

    workspace.ok("record", people[1], "replied", now="2027-03-02T10:00")
    workspace.ok("record", people[1], "order", "--amount", "900", now="2027-03-03T10:00")
    assert states(workspace, people[1])["visit"] == "cancelled"
    assert workspace.next_of(people[1])["reason"] == "order"


def test_a_step_of_a_track_is_done_and_the_next_of_it_comes(workspace: Workspace) -> None:
    """The visit is made on Friday the 5th: the offer is due a week later."""
    people = workspace.townspeople(1)
    workspace.campaign("spring", steps=TRACKS)
    workspace.launch("spring", now=MONDAY)
    with SmtpServer() as server:
        sent(workspace, server, MONDAY)
    workspace.ok("record", people[0], "replied", now="2027-03-02T10:00")
    workspace.ok("record", people[0], "met", now="2027-03-05T15:00")
    assert states(workspace, people[0])["visit"] == "sent"
    assert dates(workspace, people[0])["offer"] == "2027-03-11T23:00"


def test_what_was_on_the_way_when_the_answer_came_leads_no_further(workspace: Workspace) -> None:
    """The call is what told the answer: it is done, and no step of the main track follows it."""
    people = workspace.townspeople(1)
    after = "  - {step: again, channel: call, after: call + 3 days}\n"
    workspace.campaign("spring", steps=TRACKS + after)
    workspace.launch("spring", now=MONDAY)
    with SmtpServer() as server:
        sent(workspace, server, MONDAY)
    workspace.ok("record", people[0], "refused", now="2027-03-05T10:00")
    assert states(workspace, people[0]) == {"mail": "sent", "call": "sent", "later": "due"}


def test_a_late_answer_wakes_a_campaign_that_was_done(workspace: Workspace) -> None:
    people = workspace.townspeople(1)
    steps = mail("mail") + "  - {step: visit, channel: visit, track: positive}\n"
    workspace.campaign("spring", steps=steps)
    workspace.launch("spring", now=MONDAY)
    with SmtpServer() as server:
        sent(workspace, server, MONDAY)
        assert workspace.ok("status", "spring")["state"] == "finished"
        workspace.ok("record", people[0], "replied", now="2027-05-10T10:00")
        assert workspace.ok("status", "spring")["state"] == "running"
        assert workspace.ok("run", now="2027-05-11T09:00")["tasks"] == 1


# --- posting ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "step", "due"),
    [
        ("", "", "2027-03-09T23:00"),
        ("delivery_days: 3\n", "", "2027-03-14T23:00"),
        ("delivery_days: 3\n", "delivery_days: 0, ", "2027-03-09T23:00"),
        ("", "delivery_days: 2, ", "2027-03-13T23:00"),
    ],
)
def test_what_follows_a_letter_is_counted_from_its_posting_or_its_arrival(
    workspace: Workspace, settings: str, step: str, due: str
) -> None:
    """Posted on Friday the 5th, call 5 days later; three working days in the post: Wednesday."""
    workspace.people([("a", "A", "", "0299000001", "35000", "Rennes")], HEADER)
    workspace.settings(more=settings)
    letter = f"  - {{step: letter, channel: letter, {step}template: letter.docx}}\n"
    call = "  - {step: call, channel: call, after: letter + 5 days}\n"
    workspace.campaign("spring", steps=letter + call)
    workspace.launch("spring", now=MONDAY)
    workspace.ok("run", now=MONDAY)
    workspace.ok("letters", "posted", "spring", "--on", "2027-03-05", now="2027-03-05T18:00")
    assert workspace.next_of("a")["at"].startswith(due[:8])
    import sqlite3

    with sqlite3.connect(workspace.folder / "data" / "outreach.db") as connection:
        query = "SELECT substr(due_at, 1, 16) FROM delivery WHERE channel = 'call'"
        assert connection.execute(query).fetchall() == [(due,)]


# --- waves --------------------------------------------------------------------------------------


def test_people_begin_in_waves(workspace: Workspace) -> None:
    """Four, a week later four more, then one; nobody of a later wave gets anything before."""
    people = workspace.townspeople(9)
    workspace.campaign("spring", head="waves: {size: 4, every: 1 week}\n")
    shown = workspace.run("launch", "spring", "--dry-run", now=MONDAY)
    assert "      3  waves, of 4 people at most, from 1 Mar 2027 to 15 Mar 2027\n" in shown.out
    launched = workspace.launch("spring", now=MONDAY)
    assert [(wave["wave"], wave["people"], wave["at"]) for wave in launched["waves"]] == [
        (1, 4, "2027-03-01T09:00:00+01:00"),
        (2, 4, "2027-03-08T09:00:00+01:00"),
        (3, 1, "2027-03-15T09:00:00+01:00"),
    ]
    begins = sorted(dates(workspace, who)["mail"] for who in people)
    assert begins == ["2027-03-01T08:00"] * 4 + ["2027-03-08T08:00"] * 4 + ["2027-03-15T08:00"]
    with SmtpServer() as server:
        first = sent(workspace, server, MONDAY)
        assert (first["sent"], first["not_before"]) == (4, "2027-03-08T09:00:00+01:00")
        assert workspace.ok("run", now="2027-03-08T09:00")["sent"] == 4
        assert workspace.ok("run", now="2027-03-15T09:00")["sent"] == 1


# --- repeats --------------------------------------------------------------------------------------


def test_a_repeated_campaign_begins_anew_at_each_firing_for_who_is_still_in(
    workspace: Workspace,
) -> None:
    """Launched on Monday at ten: the first leaves next Monday at nine, over the end of March."""
    people = workspace.townspeople(2)
    workspace.campaign("news", head='repeat: "0 9 * * mon"\n')
    workspace.launch("news", now="2027-03-01T10:00")
    assert dates(workspace, people[0]) == {"mail": "2027-03-08T08:00"}
    with SmtpServer() as server:
        assert sent(workspace, server, "2027-03-01T11:00")["sent"] == 0
        done = workspace.ok("run", now="2027-03-08T09:00")
        assert (done["sent"], done["not_before"]) == (2, "2027-03-15T09:00:00+01:00")
        workspace.ok("record", people[1], "replied", now="2027-03-09T09:00")
        assert workspace.ok("run", now="2027-03-15T09:00")["sent"] == 1
        assert workspace.ok("run", now="2027-03-22T09:00")["sent"] == 1
        assert workspace.ok("status", "news")["state"] == "running"
    # Summer time: nine o'clock stays nine o'clock.
    assert dates(workspace, people[0])["mail.4"] == "2027-03-29T07:00"


def test_firings_that_were_missed_leave_once_not_ten_times(workspace: Workspace) -> None:
    people = workspace.townspeople(1)
    workspace.campaign("news", head='repeat: "0 9 * * mon"\n')
    workspace.launch("news", now=MONDAY)
    with SmtpServer() as server:
        done = sent(workspace, server, "2027-05-12T10:00")
        assert (done["sent"], done["not_before"]) == (1, "2027-05-17T09:00:00+02:00")
        assert workspace.ok("run", now="2027-05-12T10:05")["sent"] == 0
    assert states(workspace, people[0]) == {"mail": "sent", "mail.2": "due"}


def test_each_firing_has_its_own_reminder_in_its_own_thread(workspace: Workspace) -> None:
    import email

    people = workspace.townspeople(1)
    steps = mail("mail") + mail("again", "after: mail + 2 days")
    workspace.campaign("news", head='repeat: "0 9 * * mon"\n', steps=steps)
    workspace.launch("news", now="2027-03-01T08:00")
    days = ("2027-03-01T09:00", "2027-03-03T09:00", "2027-03-08T09:00", "2027-03-10T09:00")
    with SmtpServer() as server:
        sent(workspace, server, *days)
    mails = [email.message_from_bytes(content) for _, content in server.received]
    first, reminder, second, another = mails
    assert reminder["In-Reply-To"] == first["Message-ID"]
    assert another["In-Reply-To"] == another["References"] == second["Message-ID"]
    assert second["In-Reply-To"] is None
    assert states(workspace, people[0])["again.2"] == "sent"


def test_a_repeat_ends_with_the_last_day(workspace: Workspace) -> None:
    workspace.townspeople(1)
    workspace.campaign("news", head='repeat: "0 9 * * mon"\nnot_after: 2027-03-10\n')
    workspace.launch("news", now=MONDAY)
    with SmtpServer() as server:
        sent(workspace, server, MONDAY, "2027-03-08T09:00")
        assert workspace.ok("status", "news")["state"] == "finished"
        assert len(server.received) == 2


# --- people added later ------------------------------------------------------------------------


def test_people_are_added_later_as_a_wave_of_their_own_and_nobody_leaves(
    workspace: Workspace,
) -> None:
    first = workspace.townspeople(2)
    workspace.campaign("spring")
    workspace.launch("spring", now=MONDAY)
    workspace.people([("n", "New", "new@mail.example", "Rennes")])
    workspace.ok("contacts", "set", first[0], "city=Brest")

    shown = workspace.ok("launch", "spring", "--add", "--dry-run", now="2027-03-05T09:00")
    assert (shown["matched"], shown["enrolled"]) == (1, 1)
    wrong = workspace.run("launch", "spring", "--add", "--confirm", "3", now="2027-03-05T09:00")
    assert wrong.code == 1
    workspace.ok("launch", "spring", "--add", "--confirm", "1", now="2027-03-05T09:00")
    assert dates(workspace, "new@mail.example") == {"mail": "2027-03-05T08:00"}
    assert workspace.ok("status", "spring")["enrolled"] == 3
    again = workspace.run("launch", "spring", "--add", "--dry-run", "--json")
    assert again.code == 1
    with SmtpServer() as server:
        assert sent(workspace, server, "2027-03-05T09:00")["sent"] == 3


def test_who_was_left_out_comes_in_once_there_is_an_address(workspace: Workspace) -> None:
    workspace.people([("a", "A", "a@mail.example", "Rennes"), ("b", "B", "", "Rennes")])
    workspace.campaign("spring")
    assert workspace.launch("spring", now=MONDAY)["excluded"] == {"no_address": 1}
    workspace.ok("contacts", "set", "b", "email=b@mail.example")
    workspace.ok("launch", "spring", "--add", "--confirm", "1", now="2027-03-02T09:00")
    with SmtpServer() as server:
        assert sent(workspace, server, "2027-03-02T09:00")["sent"] == 2


# --- changed while it runs ----------------------------------------------------------------------


def change(workspace: Workspace, *words: str, now: str) -> dict[str, Any]:
    """What a change does to each step that it touches."""
    done = workspace.ok("launch", "spring", "--confirm-change", *words, now=now)
    keys = ("change", "added", "moved", "cancelled", "untouched")
    return {
        step["step"]: tuple(step[key] for key in keys)
        for step in done["steps"]
        if step["change"] != "same"
    }


def chain(*steps: str) -> str:
    return "".join(steps)


def test_a_wait_that_changed_moves_what_is_not_yet_done(workspace: Workspace) -> None:
    """Sent on the 1st; the second mail was due on the 6th and is due on the 8th."""
    people = workspace.townspeople(2)
    one, two = mail("one"), mail("two", "after: one + 5 days")
    workspace.campaign("spring", steps=one + two)
    workspace.launch("spring", now=MONDAY)
    with SmtpServer() as server:
        sent(workspace, server, MONDAY)
    workspace.campaign("spring", steps=one + mail("two", "after: one + 1 week"))

    asked = change(workspace, "--dry-run", now="2027-03-03T09:00")
    assert asked == {"two": ("changed", 0, 2, 0, 0)}
    assert dates(workspace, people[0])["two"] == "2027-03-06T08:00"
    assert change(workspace, now="2027-03-03T09:00") == asked
    assert dates(workspace, people[0])["two"] == "2027-03-08T08:00"


def test_a_step_put_in_between_comes_first_and_brings_the_later_one_back(
    workspace: Workspace,
) -> None:
    people = workspace.townspeople(1)
    one, two = mail("one"), mail("two", "after: one + 5 days")
    workspace.campaign("spring", steps=one + two)
    workspace.launch("spring", now=MONDAY)
    with SmtpServer() as server:
        sent(workspace, server, MONDAY)
        between = mail("between", "after: one + 2 days")
        workspace.campaign("spring", steps=one + between + mail("two", "after: between + 5 days"))
        workspace.settings(server.port)
        assert change(workspace, now="2027-03-02T09:00") == {
            "between": ("new", 1, 0, 0, 0),
            "two": ("changed", 0, 0, 1, 0),
        }
        assert workspace.next_of(people[0])["step"] == "between"
        assert workspace.ok("run", now="2027-03-06T09:00")["sent"] == 1
        assert deliveries(workspace, people[0])[1:] == [
            ("two", "due", "2027-03-11T08:00"),
            ("between", "sent", "2027-03-03T08:00"),
        ]
        assert workspace.ok("run", now="2027-03-11T09:00")["sent"] == 1


def test_a_step_taken_out_does_not_come_and_what_waited_for_it_does(
    workspace: Workspace,
) -> None:
    people = workspace.townspeople(1)
    one = mail("one")
    workspace.campaign(
        "spring",
        steps=one + mail("two", "after: one + 2 days") + mail("three", "after: two + 2 days"),
    )
    workspace.launch("spring", now=MONDAY)
    with SmtpServer() as server:
        sent(workspace, server, MONDAY)
    workspace.campaign("spring", steps=one + mail("three", "after: one + 4 days"))
    assert change(workspace, now="2027-03-02T09:00") == {
        "three": ("changed", 1, 0, 0, 0),
        "two": ("gone", 0, 0, 1, 0),
    }
    assert states(workspace, people[0]) == {"one": "sent", "two": "cancelled", "three": "due"}
    assert dates(workspace, people[0])["three"] == "2027-03-05T08:00"


def test_a_step_of_another_channel_needs_another_name(workspace: Workspace) -> None:
    workspace.townspeople(1)
    workspace.campaign("spring")
    workspace.launch("spring", now=MONDAY)
    workspace.campaign("spring", steps="  - {step: mail, channel: task}\n")
    (error,) = workspace.run("launch", "spring", "--confirm-change", "--json").errors
    assert error["message"] == "the step 'mail' was launched with channel: email"
    assert (error["line"], error["hint"]) == (
        7, "give the new step another name; the old one may go"
    )  # fmt: skip


def test_a_text_that_changed_is_named_beside_its_step(workspace: Workspace) -> None:
    workspace.townspeople(1)
    workspace.campaign("spring")
    workspace.launch("spring", now=MONDAY)
    workspace.write("templates/mail.html.j2", "<p>Otherwise, {{ last_name }}.</p>\n")
    done = workspace.ok("launch", "spring", "--confirm-change", "--dry-run")
    assert (done["confirmed"], done["files"], done["templates"]) == (
        False, ["mail.html.j2"], True
    )  # fmt: skip
    assert workspace.run("run", "--json", now=MONDAY).code == 1
    workspace.ok("launch", "spring", "--confirm-change")
    with SmtpServer() as server:
        assert sent(workspace, server, MONDAY)["sent"] == 1


def test_more_people_wait_until_a_changed_file_is_in_force(workspace: Workspace) -> None:
    workspace.townspeople(2)
    workspace.campaign("spring")
    workspace.launch("spring", now=MONDAY)
    workspace.campaign("spring", where="true")
    (error,) = workspace.run("launch", "spring", "--add", "--dry-run", "--json").errors
    assert error["message"] == "the file of campaign 'spring' changed since it was launched"
