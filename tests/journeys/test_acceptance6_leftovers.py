"""Acceptance of issue lines 5.1, 5.2, 5.3, 5.8, 5.9, 5.10, 5.12, 5.13: what was left of them.

1 March 2027 is a Monday; Paris is at +01:00 until Sunday 28 March, at +02:00 after it.
"""

from __future__ import annotations

import os
import subprocess
from typing import Any

import pytest
from smtp_servers import SmtpServer
from workspaces import PROGRAM, Workspace, mail

MONDAY = "2027-03-01T09:00"
TUESDAY = "2027-03-02T10:00"
HEADER = "Ref;First name;Last name;Company;E-mail;Phone;Street;Postal code;City"
CALL = "  - {step: call, channel: call}\n"


def people(workspace: Workspace, *names: str) -> None:
    workspace.people(
        [
            (name, "Anne", name.title(), f"{name.title()} SA", f"{name}@{name}.example",
             f"02 23 00 {n:02} {n:02}", f"{n} rue du Four", "35000", "Rennes")
            for n, name in enumerate(names, 1)
        ],
        HEADER,
    )  # fmt: skip


def coming(workspace: Workspace, who: str, now: str) -> tuple[str | None, str | None]:
    """The step that comes next in the only campaign with its day, or why none does."""
    (story,) = workspace.ok("why", who, now=now)["campaigns"]
    following = story["next"]
    if following["at"] is None:
        return None, following["reason"]
    return following["step"], following["at"][:10]


# --- ticking off (5.9, 5.10) ----------------------------------------------------------------------


def lists(workspace: Workspace, now: str = TUESDAY) -> list[Any]:
    """All that ticking off could change: the day, requests, referrals, what they think."""
    asked = [workspace.ok(*words, now=now) for words in (["today"], ["inquiries"])]
    asked.append(workspace.ok("referrals", "list", now=now))
    return [*asked, workspace.ok("why", "bach@bach.example", now=now)["interest_until"]]


def test_a_promise_of_each_kind_is_ticked_off_and_undo_reopens_it_and_nothing_else(
    workspace: Workspace,
) -> None:
    """Six kinds. Whoever is thanked or answered is so for all until then: both promises go."""
    people(workspace, "adam", "bach", "cohn", "dahl", "egal", "faye")
    for words in (
        ["record", "adam", "call_back", "--back-on", "2027-03-02"],
        ["record", "bach", "latent", "--reason", "budget", "--back-on", "2027-03-02"],
        ["record", "cohn", "inbound", "--origin", "web", "--note", "doors"],
        ["record", "cohn", "inbound", "--origin", "fair", "--note", "windows"],
        ["record", "dahl", "promised", "--back-on", "2027-03-02", "--note", "prices"],
        ["referrals", "add", "egal", "faye"],
        ["referrals", "add", "egal", "dahl"],
        ["referrals", "ask", "egal", "--on", "2027-03-02"],
    ):
        workspace.ok(*words, now=MONDAY)
    before = lists(workspace)
    day = before[0]["today"]
    numbers = {one["kind"]: one["n"] for one in [*day["follow_ups"], *day["slipped"]]}
    assert sorted(numbers) == ["ask_referral", "call_back", "promise", "thank"]
    numbers |= {"come_back": day["latent"][0]["n"], "answer": day["inquiries"][0]["n"]}
    ticked = dict.fromkeys(numbers, 1) | {"thank": 2, "answer": 2}
    for kind, number in numbers.items():
        done = workspace.ok("today", "--done", str(number), now=TUESDAY)
        assert lists(workspace) != before, kind
        newest = workspace.ok("undo", "--list", now=TUESDAY)["recordings"][0]
        assert (newest["kept"], newest["together"]) == (kind, ticked[kind])
        back = workspace.ok("undo", "--yes", now=TUESDAY)
        assert (back["kept"], back["recordings"]) == (kind, ticked[kind]), done
        assert lists(workspace) == before, kind

    # Several at once are one recording; an unknown number among them ticks off nothing.
    every = [word for number in numbers.values() for word in ("--done", str(number))]
    assert workspace.run("today", *every, "--done", "99", "--now", TUESDAY).code == 1
    assert lists(workspace) == before
    workspace.ok("today", *every, now=TUESDAY)
    assert "Nothing is due today." in workspace.run("today", now=TUESDAY).out
    assert "8 promises   ticked off" in workspace.run("undo", "--list", now=TUESDAY).out
    assert workspace.ok("undo", "--yes", now=TUESDAY)["recordings"] == 8
    assert lists(workspace) == before
    # What was done before is no recording: undo takes back what stands before it.
    workspace.ok("today", "--done", str(numbers["promise"]), now=TUESDAY)
    again = workspace.run("today", "--done", str(numbers["promise"]), now=TUESDAY)
    assert "was done before" in again.out
    workspace.ok("undo", "--yes", now=TUESDAY)
    assert lists(workspace) == before


# --- a stop undone after the campaign was changed (5.1, 5.10) -------------------------------------


def test_who_goes_on_after_an_edit_goes_on_as_the_campaign_is_now(workspace: Workspace) -> None:
    """Six by twos from Thu 4 March, a week apart: 4, 11, 18. One of each wave answers on the 4th.

    Changed on the 5th to begin on Mon 8, two weeks apart, the call two working days after the
    task: who had not begun has 22 March and 5 April; who did the task on the 4th the call on
    Mon 8. Undone, everybody stands where the other one of his wave does. Then a step is put in
    before the task while the same three are stopped again: it comes first for them, too.
    """
    names = ("adam", "bach", "cohn", "dahl", "egal", "faye")
    people(workspace, *names)
    head = "start: 2027-03-04\nwaves: {size: 2, every: 1 week}\n"
    task = "  - {step: task, channel: task}\n"
    call = "  - {step: call, channel: call, after: task + 5 days}\n"
    workspace.campaign("spring", head=head, steps=task + call)
    workspace.launch("spring", now=MONDAY)
    now = "2027-03-05T10:00"
    waves: dict[str | None, list[str]] = {}
    for who in names:
        waves.setdefault(coming(workspace, who, now)[1], []).append(who)
    assert sorted(map(str, waves)) == ["2027-03-04", "2027-03-11", "2027-03-18"]
    (a, b), (c, d), (e, f) = (waves[day] for day in sorted(waves, key=str))
    workspace.ok("tasks", "done", a, b, "--on", "2027-03-04", now="2027-03-04T12:00")
    workspace.write("said.csv", "contact,stage\n" + "".join(f"{x},replied\n" for x in (a, c, e)))
    workspace.ok("record", "--from", "said.csv", now="2027-03-04T15:00")

    head = "start: 2027-03-08\nwaves: {size: 2, every: 2 weeks}\n"
    call = "  - {step: call, channel: call, after: task + 2 working days}\n"
    workspace.campaign("spring", head=head, steps=task + call)
    workspace.ok("launch", "spring", "--confirm-change", now=now)
    assert coming(workspace, c, now) == (None, "replied")
    workspace.ok("undo", "--yes", now=now)
    expected = [("call", "2027-03-08")] * 2
    expected += [("task", "2027-03-22")] * 2 + [("task", "2027-04-05")] * 2
    assert [coming(workspace, who, now) for who in (a, b, c, d, e, f)] == expected

    workspace.write("said.csv", "contact,stage\n" + "".join(f"{x},order\n" for x in (a, c, e)))
    workspace.ok("record", "--from", "said.csv", now=now)
    first = "  - {step: file, channel: task}\n"
    task = "  - {step: task, channel: task, after: file + 1 day}\n"
    workspace.campaign("spring", head=head, steps=first + task + call)
    workspace.ok("launch", "spring", "--confirm-change", now=now)
    workspace.ok("undo", "--yes", now=now)
    for one, other in ((a, b), (c, d), (e, f)):
        assert coming(workspace, one, now) == coming(workspace, other, now)
    # Nobody has two tasks at once: on 22 March the file of these two, the next day their task.
    monday = "2027-03-22T09:00"
    listed = workspace.ok("tasks", now=monday)["tasks"]
    found = [
        (one["name"], one["step"]) for one in listed if one["name"].split()[1].lower() in c + d
    ]
    assert sorted(found) == sorted((f"Anne {who.title()}", "file") for who in (c, d))
    workspace.ok("tasks", "done", c, "--step", "file", now=monday)
    assert coming(workspace, c, monday) == ("task", "2027-03-23")


def test_a_step_of_a_track_comes_back_counted_from_its_fact_as_the_campaign_is_now(
    workspace: Workspace,
) -> None:
    """Adam answers on Tue 2: a parcel three days later, then eight days: Wed 10."""
    people(workspace, "adam", "bach")
    parcel = "  - {{step: parcel, channel: task, track: positive, after: replied + {} days}}\n"
    workspace.campaign("spring", steps=CALL + parcel.format(3))
    workspace.launch("spring", now=MONDAY)
    workspace.ok("record", "adam", "replied", now=TUESDAY)
    assert coming(workspace, "adam", TUESDAY) == ("parcel", "2027-03-05")
    workspace.ok("record", "adam", "arid", "--reason", "moved", now="2027-03-03T10:00")
    workspace.campaign("spring", steps=CALL + parcel.format(8))
    workspace.ok("launch", "spring", "--confirm-change", now="2027-03-03T11:00")
    workspace.ok("undo", "--yes", now="2027-03-03T12:00")
    assert coming(workspace, "adam", "2027-03-03T12:00") == ("parcel", "2027-03-10")
    # The answer taken back, too: he is where Bach is, before his call.
    workspace.ok("undo", "--yes", now="2027-03-03T12:30")
    now = "2027-03-03T13:00"
    assert coming(workspace, "adam", now) == coming(workspace, "bach", now)


# --- complaints and refusals (5.3, 5.13) ----------------------------------------------------------


def test_a_complaint_is_an_opposition_everywhere_and_undo_lifts_all_of_it(
    workspace: Workspace,
) -> None:
    """The register, his consent, every channel, runs, later campaigns; then none of it."""
    people(workspace, "adam", "bach")
    workspace.campaign("spring", steps=mail("one") + mail("two", "after: one + 5 days"))
    evidence = ["--channel", "email", "--evidence", "form of the fair"]
    workspace.ok("privacy", "consent", "adam", *evidence, now=MONDAY)

    def state() -> list[Any]:
        may = workspace.ok("privacy", "may", "adam", now=TUESDAY)["channels"]
        return [
            workspace.ok("privacy", "requests", now=TUESDAY)["requests"],
            workspace.ok("privacy", "consents", "adam", now=TUESDAY)["consents"],
            {one["channel"]: one["verdict"] for one in may},
            workspace.ok("suppress", "list", now=TUESDAY)["suppressions"],
            workspace.ok("why", "adam", now=TUESDAY)["forbidden"],
        ]

    with SmtpServer() as server:
        workspace.settings(server.port)
        workspace.launch("spring", now=MONDAY)
        assert workspace.ok("run", now=MONDAY)["sent"] == 2
        before = state()
        said = workspace.ok("record", "adam", "complained", now=TUESDAY)
        assert (said["stopped"], said["next"]) == (True, None)
        requests, consents, verdicts, suppressed, forbidden = state()
        assert [(one["kind"], one["received_at"][:10]) for one in requests] == [
            ("opposition", "2027-03-02")
        ]
        assert consents[0]["withdrawn_at"] == "2027-03-02T10:00:00+01:00"
        assert set(verdicts.values()) == {"deny"}
        assert {"email", "contact", "phone"} <= {one["key"] for one in suppressed}
        assert set(forbidden) == {"email", "letter", "call"}
        workspace.campaign("summer", head="alongside: true\n", steps=CALL)
        shown = workspace.ok("launch", "summer", "--dry-run", now=TUESDAY)
        assert (shown["enrolled"], shown["excluded"]) == (1, {"opted_out": 1})
        workspace.ok("undo", "--yes", now=TUESDAY)
        assert state() == before
        workspace.ok("record", "adam", "complained", now="2027-03-02T11:00")
        assert workspace.ok("run", now="2027-03-06T10:00")["sent"] == 1
        workspace.ok("undo", "--yes", now="2027-03-06T11:00")
        assert workspace.ok("run", now="2027-03-06T12:00")["sent"] == 1
        assert len(server.received) == 4


def test_a_no_without_a_track_says_what_comes_all_the_same_and_how_to_end_it(
    workspace: Workspace,
) -> None:
    """m2 comes five days after m1 of Mon 1: Sat 6. Both ways that `record` names do end it."""
    people(workspace, "adam", "bach", "cohn")
    steps = mail("m1") + mail("m2", "after: m1 + 5 days")
    workspace.campaign("spring", steps=steps)
    (note,) = workspace.ok("check", "spring", now=MONDAY)["notes"]
    assert "refuses (refused, lost) gets the next steps all the same" in note["message"]
    assert (
        "stop_on: [replied, appointment, order, opted_out, bounced, refused, lost]" in note["hint"]
    )
    with SmtpServer() as server:
        workspace.settings(server.port)
        workspace.launch("spring", now=MONDAY)
        workspace.ok("run", now=MONDAY)
        told = workspace.run("record", "adam", "refused", "--reason", "dear", now=TUESDAY).out
        assert "This does not end the chain: m2 comes next, on 6 Mar 2027." in told
        assert "outreach record adam@adam.example arid --reason" in told
        said = workspace.ok("record", "bach", "lost", "--reason", "dear", now=TUESDAY)
        assert (said["stopped"], said["next"]["step"], said["next"]["at"]) == (
            False, "m2", "2027-03-06T09:00:00+01:00",
        )  # fmt: skip
        workspace.ok("record", "adam", "arid", "--reason", "dear", now=TUESDAY)
        assert coming(workspace, "adam", TUESDAY) == (None, "arid")
        # For everybody: who had said no before the change is stopped by the next one only.
        stop = "stop_on: [replied, appointment, order, opted_out, bounced, refused, lost]\n"
        workspace.campaign("spring", head=stop, steps=steps)
        workspace.ok("launch", "spring", "--confirm-change", now=TUESDAY)
        assert workspace.ok("check", "spring", now=TUESDAY)["notes"] == []
        said = workspace.ok("record", "cohn", "refused", "--reason", "dear", now=TUESDAY)
        assert (said["stopped"], said["next"]) == (True, None)
        # With a negative track there is nothing to warn of: it leads there.
        goodbye = "channel: letter, template: letter.docx, track: negative"
        goodbye = f"  - {{step: bye, {goodbye}, after: refused + 1 day}}\n"
        workspace.campaign("other", steps=CALL + goodbye)
        assert workspace.ok("check", "other", now=TUESDAY)["notes"] == []


# --- merged records (5.10, 5.12) ------------------------------------------------------------------


def twice(workspace: Workspace) -> None:
    """Adam is on file twice, with another e-mail and another street; Bach is somebody else."""
    workspace.people(
        [
            ("adam", "Anne", "Adam", "Adam SA", "adam@adam.example", "0223000001",
             "1 rue du Four", "35000", "Rennes"),
            ("twin", "Anne", "Adam", "Adam SA", "anne@twin.example", "0223000001",
             "1 rue du Four", "35000", "Rennes"),
            ("bach", "Bruno", "Bach", "Bach SA", "bach@bach.example", "0499000077",
             "8 rue Haute", "69001", "Lyon"),
        ],
        HEADER,
    )  # fmt: skip


def test_a_merged_referrer_is_followed_by_today_lists_and_undo(workspace: Workspace) -> None:
    twice(workspace)
    workspace.ok("record", "bach", "inbound", "--referrer", "twin", now=MONDAY)
    workspace.ok("referrals", "add", "adam@adam.example", "bach", now="2027-03-01T09:30")
    before = workspace.ok("today", now=TUESDAY)["today"]
    assert [one["kind"] for one in before["follow_ups"]] == ["thank", "thank"]
    assert workspace.run("contacts", "duplicates", "--merge", now=MONDAY).code == 0
    assert workspace.ok("contacts", "count")["count"] == 2
    listed = workspace.ok("referrals", "list", now=TUESDAY)["referrals"]
    assert len(listed) == 2
    numbers = [one["n"] for one in workspace.ok("today", now=TUESDAY)["today"]["follow_ups"]]
    assert len(numbers) == 2
    # Each taken back takes its own row and its own promise, whichever record it stood on.
    workspace.ok("undo", "--yes", now=TUESDAY)
    assert len(workspace.ok("referrals", "list", now=TUESDAY)["referrals"]) == 1
    assert len(workspace.ok("today", now=TUESDAY)["today"]["follow_ups"]) == 1
    workspace.ok("undo", "--yes", now=TUESDAY)
    assert workspace.ok("referrals", "list", now=TUESDAY)["referrals"] == []
    day = workspace.ok("today", now=TUESDAY)["today"]
    assert (day["follow_ups"], day["inquiries"]) == ([], [])


def test_nothing_ever_leaves_for_a_record_that_was_merged_away(
    workspace: Workspace,
) -> None:
    """Not even where its delivery is made due again behind the program's back."""
    import sqlite3
    from contextlib import closing

    twice(workspace)
    workspace.campaign(
        "spring", 'external_id in ("adam", "bach", "twin")', head="alongside: true\n"
    )
    with SmtpServer() as server:
        workspace.settings(server.port)
        workspace.launch("spring", now=MONDAY)
        workspace.run("contacts", "duplicates", "--merge", now=MONDAY)
        with closing(sqlite3.connect(workspace.folder / "data" / "outreach.db")) as base:
            gone = base.execute("SELECT id FROM contact WHERE merged_into IS NOT NULL").fetchall()
            assert len(gone) == 1
            base.execute(
                "UPDATE delivery SET state = 'due', detail = NULL, settled_at = NULL "
                "WHERE contact_id = ?", gone[0],
            )  # fmt: skip
            base.commit()
        workspace.ok("run", now=MONDAY)
        got = sorted(bytes(raw).split(b"\nTo: ")[1].split(b"\n")[0] for _, raw in server.received)
        assert len(got) == 2, got
        assert sum(b"adam" in to or b"twin" in to for to in got) == 1


def test_a_letter_that_comes_back_after_a_merge_marks_the_address_it_was_sent_to(
    workspace: Workspace,
) -> None:
    """No letter goes to that address again, whichever of the two records it was sent to."""
    twice(workspace)
    letters = "  - {step: letter, channel: letter, template: letter.docx}\n"
    second = "  - {step: second, channel: letter, template: letter.docx, after: letter + 5 days}\n"
    workspace.campaign("spring", 'external_id = "twin"', steps=letters + second)
    workspace.launch("spring", now=MONDAY)
    workspace.ok("run", now=MONDAY)
    workspace.ok("letters", "posted", "spring", now=MONDAY)
    workspace.run("contacts", "duplicates", "--merge", now=TUESDAY)
    # It is wrong, and taken back; then it comes back indeed.
    workspace.ok("letters", "returned", "twin", now="2027-03-04T10:00")
    workspace.ok("undo", "--yes", now="2027-03-04T11:00")
    monday = "2027-03-08T10:00"
    assert workspace.ok("run", "--dry-run", now=monday)["letters"] == 1
    workspace.ok("letters", "returned", "twin", now="2027-03-04T12:00")
    done = workspace.ok("run", now=monday)
    assert (done["letters"], done["skipped"]) == (0, 1)


# --- small ones (5.6, 5.10) -----------------------------------------------------------------------


def test_what_is_no_text_is_refused_wherever_text_is_typed_and_nothing_is_written(
    workspace: Workspace,
) -> None:
    people(workspace, "adam", "bach")
    workspace.campaign("spring", steps=CALL)
    workspace.launch("spring", now=MONDAY)
    before = workspace.stored()
    typed = [
        ["record", "adam", "replied", "--note", "a\0b"],
        ["record", "adam", "refused", "--reason", "a\udce9"],
        ["record", "ad\0am", "replied"],
        ["contacts", "note", "adam", "caf\udce9"],
        ["contacts", "tag", "adam", "v\0ip"],
        ["contacts", "set", "adam", "city=\0"],
        ["segment", "save", "x\0", 'city = "Rennes"'],
        ["suppress", "add", "a\0@b.example"],
        ["privacy", "oppose", "\udcff"],
        ["referrals", "add", "adam", "bach", "--note", "\0"],
        ["tasks", "later", "adam", "--to", "\0"],
        ["letters", "returned", "\0"],
        ["pause", "spring", "--reason", "\udce9"],
        ["why", "\udcff"],
    ]
    for words in typed:
        answer = workspace.run(*words, "--json", now=TUESDAY)
        assert answer.code in (1, 2), words
        (error,) = answer.errors
        assert "signs that are no text" in error["message"], words
    # An expression is refused with the place in it.
    (wrong,) = workspace.run("contacts", "count", 'city = "\0"', "--json", now=TUESDAY).errors
    assert wrong["line"] == 1
    assert workspace.stored() == before
    # As a shell hands it over: bytes of Latin-1. A file may be called so, a note may not.
    environment = {**os.environ, "PYTHONUTF8": "1", "NO_COLOR": "1"}
    note = subprocess.run(
        [*map(os.fsencode, PROGRAM), b"contacts", b"note", b"adam", b"caf\xe9"],
        capture_output=True, check=False, env=environment,
    )  # fmt: skip
    assert note.returncode == 1
    assert b"signs that are no text" in note.stderr
    assert b"Traceback" not in note.stderr
    (workspace.folder / os.fsdecode(b"caf\xe9.csv")).write_text("contact,stage\nadam,replied\n")
    read = subprocess.run(
        [*map(os.fsencode, PROGRAM), b"record", b"--from", b"caf\xe9.csv", b"--now",
         TUESDAY.encode()],
        capture_output=True, check=False, env=environment,
    )  # fmt: skip
    assert read.returncode == 0, read


def test_a_task_put_off_and_an_appointment_with_its_day_are_in_the_list_of_recordings(
    workspace: Workspace,
) -> None:
    people(workspace, "adam", "bach", "cohn")
    workspace.campaign("spring", steps="  - {step: file, channel: task}\n")
    workspace.launch("spring", now=MONDAY)
    said = workspace.ok("record", "adam", "appointment", "--back-on", "2027-03-09", now=MONDAY)
    assert (said["stage"], said["back_on"], said["stopped"]) == ("appointment", "2027-03-09", True)
    later = workspace.ok("tasks", "later", "bach", "cohn", "--to", "thu", now=MONDAY)["later"]
    assert [(one["was"], one["to"]) for one in later] == [("2027-03-01", "2027-03-04")] * 2
    assert workspace.ok("tasks", now="2027-03-03T18:00")["tasks"] == []
    assert len(workspace.ok("tasks", now="2027-03-04T08:00")["tasks"]) == 2
    for words in (["bach", "--to", "2027-02-01"], ["adam", "--to", "fri"]):
        assert workspace.run("tasks", "later", *words, "--now", MONDAY).code in (1, 2)
    listed = workspace.ok("undo", "--list", now=MONDAY)["recordings"]
    assert [(one["stage"], one["campaign"], one["together"]) for one in listed] == [
        (None, "spring", 2), ("appointment", "spring", 1),
    ]  # fmt: skip
    workspace.ok("undo", "--yes", now=MONDAY)
    assert [one["name"] for one in workspace.ok("tasks", now=MONDAY)["tasks"]] == [
        "Anne Bach", "Anne Cohn",
    ]  # fmt: skip
    (met,) = workspace.ok("today", now="2027-03-09T08:00")["today"]["follow_ups"]
    assert (met["name"], met["due_on"]) == ("Anne Adam", "2027-03-09")
    early = workspace.run("record", "cohn", "appointment", "--back-on", "2027-02-01", now=MONDAY)
    assert early.code == 2
    # The campaign is deleted: its history is told all the same.
    workspace.ok("stop", "spring", "--yes", now=TUESDAY)
    workspace.ok("campaign", "delete", "spring", now=TUESDAY)
    for words in (["adam"], ["adam", "spring"]):
        (story,) = workspace.ok("why", *words, now=TUESDAY)["campaigns"]
        assert (story["campaign"], story["deleted"]) == ("spring", True)
        assert "appointment" in [one["stage"] for one in story["past"]]


# --- who stops whom, and days to come (5.3, 5.10) -------------------------------------------------


def test_the_home_and_the_firm_stop_whom_the_campaign_says_and_undo_frees_them(
    workspace: Workspace,
) -> None:
    """Adam and Bach live together, Cohn is Adam's colleague, Dahl knows nobody of them."""
    rows = [
        (
            "adam",
            "Anne",
            "Moreau",
            "Menuiserie Élan",
            "adam@elan.example",
            "0223000001",
            "1 rue Haute",
        ),
        ("bach", "Bruno", "Moreau", "", "bach@b.example", "0223000002", "1 rue Haute"),
        (
            "cohn",
            "Carl",
            "Cohn",
            "MENUISERIE ELAN",
            "cohn@elan.example",
            "0223000003",
            "9 rue Basse",
        ),
        ("dahl", "Dora", "Dahl", "Rey", "dahl@d.example", "0223000004", "5 place Verte"),
    ]
    workspace.people([(*row, "35000", "Rennes") for row in rows], HEADER)
    stops = {
        "none": "",
        "home": ", household",
        "firm": ", colleague",
        "both": ", household, colleague",
    }
    for name, more in stops.items():
        head = f"alongside: true\nstop_on: [replied, opted_out{more}]\n"
        workspace.campaign(name, head=head, steps=CALL)
        workspace.launch(name, now=MONDAY)

    def stopped(campaign: str) -> dict[str, str]:
        found = {}
        for who in ("bach", "cohn", "dahl"):
            (story,) = workspace.ok("why", who, campaign, now=TUESDAY)["campaigns"]
            if story["next"]["at"] is None:
                found[who] = story["next"]["reason"]
        return found

    expected = {
        "none": {}, "home": {"bach": "household"}, "firm": {"cohn": "colleague"},
        "both": {"bach": "household", "cohn": "colleague"},
    }  # fmt: skip
    for name, ends in expected.items():
        workspace.ok("record", "adam", "replied", "--campaign", name, now=TUESDAY)
        assert stopped(name) == ends, name
        workspace.ok("undo", "--yes", now=TUESDAY)
        assert stopped(name) == {}, name


def test_days_to_come_are_refused_but_where_a_season_is_rehearsed_and_there_within_it(
    workspace: Workspace,
) -> None:
    """The clock stands in 2026 or later; a campaign launched in 2090 is a rehearsal."""
    people(workspace, "adam")
    workspace.campaign("spring", steps=CALL)
    order = ("record", "adam", "order", "--amount", "10", "--on")
    refused = workspace.run(*order, "2090-03-10", "--json")
    assert refused.code == 1
    assert "still to come" in refused.errors[0]["message"]
    assert workspace.ok("undo", "--list")["recordings"] == []
    workspace.launch("spring", now="2090-03-01T09:00")
    for late in ("2207-03-10", "2092-03-10"):
        assert workspace.run(*order, late).code == 1
    assert workspace.ok(*order, "2090-05-10")["stage"] == "order"
    # With --now it is that day which counts.
    assert workspace.run(*order, "2090-03-10", now="2090-03-02T09:00").code == 1


# --- the calendar and the runs (5.2) --------------------------------------------------------------


@pytest.mark.parametrize(
    ("other", "head", "expected"),
    [
        # Four calls of the other campaign fill Monday and Tuesday.
        ("", "", ["03-03", "03-03", "03-04"]),
        # Ten of them, and what Tuesday does not hold takes nobody's time.
        ("not_after: 2027-03-02\n", "", ["03-03", "03-03", "03-04"]),
        # Due on Tuesday only: who falls due first has the day first.
        ("start: 2027-03-02\n", "", ["03-01", "03-01", "03-02"]),
        # The weightier campaign goes first.
        ("", "priority: 5\n", ["03-01", "03-01", "03-02"]),
    ],
)
def test_the_calendar_knows_the_calls_of_other_campaigns_as_the_runs_do(
    workspace: Workspace, other: str, head: str, expected: list[str]
) -> None:
    """Ana makes two calls a day; three people of ours, ten or four of another campaign."""
    many = 10 if "not_after" in other else 4
    names = [f"p{n}" for n in range(1, many + 4)]
    workspace.people(
        [(name, f"Name {name}", f"02 23 00 00 {n:02}", "Ours" if n < 3 else "Theirs")
         for n, name in enumerate(names)],
        "Ref;Last name;Phone;City",
    )  # fmt: skip
    workspace.settings(more="team: {ana: {name: Ana, calls_per_day: 2}}\n")
    workspace.campaign("theirs", 'city = "Theirs"', head=other, steps=CALL)
    workspace.campaign("ours", 'city = "Ours"', head=head, steps=CALL)
    workspace.launch("theirs", now=MONDAY)

    def days(answer: Any, key: str = "calendar") -> list[str]:
        return [one["date"][5:] for one in answer[key] for _ in range(one["count"])]

    assert days(workspace.ok("preview", "ours", "--calendar", now=MONDAY)) == expected
    assert days(workspace.ok("preview", "ours", "--season", now=MONDAY)) == expected
    workspace.launch("ours", now=MONDAY)
    assert days(workspace.ok("preview", "ours", "--calendar", now=MONDAY)) == expected
    for day in ("01", "02", "03", "04"):
        now = f"2027-03-{day}T10:00"
        workspace.ok("run", now=now)
        due = workspace.ok("calls", now=now)["calls"]
        lines = [f"{one['contact']},spoken,{one['campaign']}" for one in due]
        workspace.write("done.csv", "\n".join(["contact,stage,campaign", *lines]) + "\n")
        workspace.ok("record", "--from", "done.csv", now=now)
    assert (
        days(workspace.ok("preview", "ours", "--calendar", now="2027-03-05T08:00"), "left")
        == expected
    )
