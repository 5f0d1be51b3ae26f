"""Acceptance of issue line 5.1: channels, waits, tracks, repeats; each date by hand.

Days of 2027 that matter: 28 March is Easter, its Monday a holiday; clocks go forward that night and
back on 31 October; 6 May is Ascension. Offices are in Paris: +01:00 in winter, +02:00 in summer.
"""

from __future__ import annotations

from typing import Any

import pytest
from smtp_servers import SmtpServer
from workspaces import Workspace, mail

HEADER = "Ref;First name;Last name;E-mail;Phone;Street;Postal code;City"


def person(ref: str, last: str, number: int, city: str = "Rennes") -> tuple[object, ...]:
    phone = f"02990000{number:02}"
    return (ref, "Anne", last, f"{ref}@mail.example", phone, f"{number} rue Haute", 35000, city)


def task(step: str, *keys: str, channel: str = "task") -> str:
    return "  - {" + ", ".join([f"step: {step}", f"channel: {channel}", *keys]) + "}\n"


def call(step: str, *keys: str) -> str:
    return task(step, *keys, channel="call")


@pytest.fixture
def post(workspace: Workspace) -> Any:
    """A mail server that the workspace sends through."""
    with SmtpServer() as server:
        workspace.settings(server.port)
        yield server


def comes(workspace: Workspace, who: str, now: str | None = None) -> tuple[str, str] | None:
    """The step that comes next for a person in the only campaign, and from when on."""
    (story,) = workspace.ok("why", who, now=now)["campaigns"]
    coming = story["next"]
    return (coming["step"], coming["at"]) if coming and coming["at"] else None


# --- waits ------------------------------------------------------------------------------------


def test_five_channels_in_one_chain_each_counted_from_what_was_really_done(
    workspace: Workspace, post: SmtpServer
) -> None:
    """Letter, e-mail, call, visit and task over Easter, Ascension and the summer time.

    Printed on Wednesday 24 March, posted on Thursday the 25th; two working days in the post: Friday
    the 26th and, after Easter Monday, Tuesday the 30th. Five days later is Sunday 4 April: the
    window opens on Monday the 5th at nine. Seven working days: Wednesday the 14th. Called on Friday
    the 16th; two weeks later is Friday the 30th. Visited on Monday 3 May; three working days
    without Ascension Thursday end on Friday the 7th.
    """
    workspace.people([person("a", "Adam", 1), person("b", "Bois", 2)], HEADER)
    workspace.campaign(
        "spring",
        head='window: {days: mon-fri, hours: "09:00-12:00, 14:00-18:00", holidays: skip}\n',
        steps=task("letter", "template: letter.docx", "delivery_days: 2", channel="letter")
        + mail("mail", "after: letter + 5 days")
        + call("call", "after: mail + 7 working days")
        + task("visit", "after: call + 2 weeks", channel="visit")
        + task("parcel", "after: visit + 3 working days"),
    )
    workspace.launch("spring", now="2027-03-24T10:00")
    assert comes(workspace, "a") == ("letter", "2027-03-24T10:00:00+01:00")
    assert workspace.ok("run", now="2027-03-24T10:00")["letters"] == 2
    # Nothing is counted from the print: until it is posted nothing is due, however long it lies.
    assert workspace.ok("run", now="2027-04-20T10:00")["not_before"] is None
    assert comes(workspace, "a") == ("letter", "2027-03-24T10:00:00+01:00")
    posted = ("letters", "posted", "spring", "--on", "2027-03-25", "--except", "b")
    workspace.ok(*posted, now="2027-03-25T18:00")
    assert comes(workspace, "a", "2027-03-26T09:00") == ("mail", "2027-04-05T09:00:00+02:00")
    assert workspace.ok("run", now="2027-04-04T12:00")["sent"] == 0
    assert workspace.ok("run", now="2027-04-05T09:00")["sent"] == 1
    assert comes(workspace, "a", "2027-04-05T10:00") == ("call", "2027-04-14T00:00:00+02:00")
    assert not workspace.ok("calls", now="2027-04-13T10:30")["calls"]
    (due,) = workspace.ok("calls", now="2027-04-14T10:30")["calls"]
    assert due["step"] == "call"
    workspace.ok("record", "a", "spoken", "--on", "2027-04-16", now="2027-04-19T10:00")
    assert comes(workspace, "a", "2027-04-19T10:30") == ("visit", "2027-04-30T00:00:00+02:00")
    workspace.ok("record", "a", "met", "--on", "2027-05-03", now="2027-05-04T10:00")
    assert comes(workspace, "a", "2027-05-04T10:30") == ("parcel", "2027-05-07T00:00:00+02:00")
    # The other letter went with the next batch, and everything after it that much later.
    assert workspace.ok("letters", "posted", "spring", now="2027-05-04T17:00")["posted"] == 1
    # Wednesday 5 and Friday 7 May in the post; five days later is Wednesday the 12th, at that hour.
    assert comes(workspace, "b", "2027-05-04T19:00") == ("mail", "2027-05-12T17:00:00+02:00")
    assert workspace.ok("run", now="2027-05-12T17:00")["sent"] == 1
    # 13, 14 and, after Pentecost Monday, 18, 19, 20, 21, 24. Called on the 19th: that counts.
    assert comes(workspace, "b", "2027-05-12T18:00") == ("call", "2027-05-24T00:00:00+02:00")
    workspace.ok("record", "b", "spoken", "--channel", "call", now="2027-05-19T10:00")
    assert comes(workspace, "b", "2027-05-19T11:00") == ("visit", "2027-06-02T00:00:00+02:00")


def test_tries_in_vain_are_no_call_made(workspace: Workspace, post: SmtpServer) -> None:
    """What follows is counted from the day somebody was reached; after three tries, from the last.

    Mail on Monday 1 March, called from Wednesday the 3rd. a: nobody on the 3rd and the 5th, reached
    on Tuesday the 9th: the note leaves on the 11th. b: nobody on the 3rd, the 5th and the 9th: the
    third try in vain gives the next step its turn, two days later. c asks on the 3rd to be
    called back on the 12th: no try in vain, and nothing is counted from it.
    """
    workspace.people([person(ref, f"Name-{ref}", n) for n, ref in enumerate("abc", 1)], HEADER)
    steps = (
        mail("mail") + call("call", "after: mail + 2 days") + task("note", "after: call + 2 days")
    )
    workspace.campaign("spring", steps=steps)
    workspace.launch("spring", now="2027-03-01T09:00")
    workspace.ok("run", now="2027-03-01T09:00")
    for day in ("03", "05"):
        at = f"2027-03-{day}T11:00"
        assert "call" in {c["step"] for c in workspace.ok("calls", now=at)["calls"]}
        workspace.ok("record", "a", "no_answer", now=at)
        workspace.ok("record", "b", "no_answer", now=at)
    back = ("record", "c", "call_back", "--back-on", "2027-03-12")
    workspace.ok(*back, now="2027-03-03T11:00")
    for who in "ab":
        assert (comes(workspace, who, "2027-03-05T12:00") or ("", ""))[0] == "call"
    assert comes(workspace, "c", "2027-03-05T12:00") == ("call", "2027-03-12T00:00:00+01:00")
    workspace.ok("record", "a", "spoken", now="2027-03-09T11:00")
    workspace.ok("record", "b", "no_answer", now="2027-03-09T11:00")
    assert comes(workspace, "a", "2027-03-09T12:00") == ("note", "2027-03-11T00:00:00+01:00")
    assert comes(workspace, "b", "2027-03-09T12:00") == ("note", "2027-03-11T00:00:00+01:00")
    workspace.ok("record", "c", "spoken", now="2027-03-12T11:00")
    assert comes(workspace, "c", "2027-03-12T12:00") == ("note", "2027-03-14T00:00:00+01:00")


def test_when_is_asked_on_the_day_and_what_follows_counts_from_there(
    workspace: Workspace, post: SmtpServer
) -> None:
    """A step whose condition is false is passed over with its reason, and the chain goes on.

    Mail on the 1st, a reminder on the 4th unless answered, a call two days after it. a answers on
    the 2nd, b moves to Brest on the 3rd, c does neither. The reminder goes to c only (`when` and
    its values are of the day); the call is due on the 6th for all who are still in.
    """
    workspace.people([person(ref, f"Name-{ref}", n) for n, ref in enumerate("abc", 1)], HEADER)
    steps = (
        mail("mail")
        + mail("reminder", "after: mail + 3 days, when: 'not replied and city = \"Rennes\"'")
        + call("call", "after: reminder + 2 days")
    )
    head = "stop_on: [order, opted_out]\n"
    workspace.campaign("spring", steps=steps, head=head)
    workspace.launch("spring", now="2027-03-01T09:00")
    workspace.ok("run", now="2027-03-01T09:00")
    workspace.ok("record", "a", "replied", now="2027-03-02T10:00")
    workspace.ok("contacts", "set", "b", "city=Brest", now="2027-03-03T10:00")
    done = workspace.ok("run", now="2027-03-04T09:00")
    assert (done["sent"], done["skipped"]) == (1, 2)
    assert len(post.received) == 4
    for who in "abc":
        assert comes(workspace, who, "2027-03-04T10:00") == ("call", "2027-03-06T00:00:00+01:00")
    (story,) = workspace.ok("why", "a", now="2027-03-04T10:00")["campaigns"]
    assert any("skipped" in line["what"] or line["what"] == "skipped" for line in story["past"])


def test_a_wait_that_cannot_be_is_an_error_of_the_file(workspace: Workspace) -> None:
    """Every wrong word with its place and what is meant; nothing is launched."""
    workspace.townspeople(1)
    workspace.campaign(
        "spring",
        head='repeat: "0 25 * * mon"\nwaves: {size: 0, every: 1 fortnight}\n',
        steps=mail("mail")
        + "  - {step: one, channel: cal, after: mail + 2 days}\n"
        + "  - {step: two, channel: call, after: mial + 2 days}\n"
        + "  - {step: three, channel: call, after: mail + 2 workingdays}\n"
        + "  - {step: four, channel: call, after: five}\n"
        + "  - {step: five, channel: call, after: four}\n"
        + "  - {step: six, channel: call, track: positiv}\n"
        + "  - {step: seven, channel: call, when: not repleid}\n",
    )
    done = workspace.run("check", "spring", "--json")
    assert done.code == 1
    found = {(e["line"], e["hint"]) for e in done.json.get("problems", done.json.get("errors"))}
    assert {4, 5, 10, 11, 12, 15} <= {line for line, _ in found}
    assert {
        (10, "did you mean 'call'?"), (11, "did you mean 'mail'?"),
        (12, "did you mean 'working days'?"), (15, "did you mean 'positive'?"),
    } <= found  # fmt: skip
    assert {line for line, _ in found} & {13, 14}, done.json  # each waits for the other
    assert workspace.run("launch", "spring", "--confirm", "1").code == 1
    steps = mail("mail") + "  - {step: seven, channel: call, when: not repleid}\n"
    workspace.campaign("spring", steps=steps)
    done = workspace.run("check", "spring", "--json").json
    (wrong,) = [
        e for e in done.get("problems", done.get("errors")) if e.get("severity") != "warning"
    ]
    assert (wrong["line"], wrong["hint"]) == (8, "did you mean 'replied'?")


# --- tracks -----------------------------------------------------------------------------------

TRACKS = (
    mail("mail")
    + call("call", "after: mail + 7 days")
    + task("visit", "track: positive", "after: replied + 2 working days", channel="visit")
    + task("quote", "track: positive", "after: visit + 1 week")
    + task("card", "track: negative")
    + task("letter", "track: negative", "after: refused + 26 weeks")
)


@pytest.fixture
def tracks(workspace: Workspace, post: SmtpServer) -> Workspace:
    """Three people who got their mail on Monday 1 March; the call is due on the 8th."""
    workspace.people([person(ref, f"Name-{ref}", n) for n, ref in enumerate("abc", 1)], HEADER)
    workspace.campaign("spring", steps=TRACKS, head="stop_on: [order, opted_out]\n")
    workspace.launch("spring", now="2027-03-01T09:00")
    assert workspace.ok("run", now="2027-03-01T09:00")["sent"] == 3
    return workspace


def test_an_answer_told_late_is_dated_from_its_day_and_the_last_one_counts(
    tracks: Workspace,
) -> None:
    """a answered on Thursday the 4th, told on the 9th: visit on Monday the 8th, no call.

    Refused on the 10th, told on the 11th: a card at once, the letter 26 weeks after the 10th, which
    is 8 September. An older `replied` of b, told after a refusal, does not turn b back.
    """
    tracks.ok("record", "a", "replied", "--on", "2027-03-04", now="2027-03-09T10:00")
    assert comes(tracks, "a", "2027-03-09T11:00") == ("visit", "2027-03-08T00:00:00+01:00")
    assert len(tracks.ok("calls", now="2027-03-09T11:00")["calls"]) == 2
    refused = ("record", "a", "refused", "--on", "2027-03-10", "--channel", "email")
    tracks.ok(*refused, now="2027-03-11T10:00")
    assert (comes(tracks, "a", "2027-03-11T11:00") or ("",))[0] == "card"
    assert not tracks.ok("visits", now="2027-03-12T10:00")["visits"]
    tracks.ok("record", "b", "refused", "--on", "2027-03-05", now="2027-03-09T10:00")
    tracks.ok("record", "b", "replied", "--on", "2027-03-03", now="2027-03-09T10:05")
    assert (comes(tracks, "b", "2027-03-09T11:00") or ("",))[0] == "card"
    assert not tracks.ok("visits", now="2027-03-12T10:00")["visits"]
    assert comes(tracks, "c", "2027-03-09T11:00") == ("call", "2027-03-08T00:00:00+01:00")
    # Whoever changes his mind again is visited all the same, two working days after that.
    tracks.ok("record", "a", "replied", now="2027-03-12T10:00")
    assert comes(tracks, "a", "2027-03-12T11:00") == ("visit", "2027-03-16T00:00:00+01:00")
    tracks.ok("undo", "--yes", now="2027-03-12T12:00")
    assert (comes(tracks, "a", "2027-03-12T13:00") or ("",))[0] == "card"
    assert not tracks.ok("visits", now="2027-03-17T10:00")["visits"]


def test_an_answer_taken_back_leads_back_and_told_again_leads_there_again(
    tracks: Workspace,
) -> None:
    """`undo` of a reply: the call comes back on its own day, the visit goes; and once more."""
    before = ("call", "2027-03-08T00:00:00+01:00")
    for day in ("02", "03"):
        tracks.ok("record", "a", "replied", now=f"2027-03-{day}T10:00")
        visit = {"02": "04", "03": "05"}[day]
        at = f"2027-03-{day}T11:00"
        assert comes(tracks, "a", at) == ("visit", f"2027-03-{visit}T00:00:00+01:00")
        tracks.ok("undo", "--yes", now=f"2027-03-{day}T12:00")
        assert comes(tracks, "a", f"2027-03-{day}T13:00") == before
        assert not tracks.ok("visits", now="2027-03-06T10:00")["visits"]
    # From one track into another and back: the answer before holds again.
    tracks.ok("record", "b", "replied", now="2027-03-02T10:00")
    tracks.ok("record", "b", "refused", now="2027-03-02T11:00")
    assert (comes(tracks, "b", "2027-03-02T12:00") or ("",))[0] == "card"
    tracks.ok("undo", "--yes", now="2027-03-02T13:00")
    assert comes(tracks, "b", "2027-03-02T14:00") == ("visit", "2027-03-04T00:00:00+01:00")
    tracks.ok("undo", "--yes", now="2027-03-02T15:00")
    assert comes(tracks, "b", "2027-03-02T16:00") == before
    # An order ends all tracks; taken back, the positive one goes on.
    tracks.ok("record", "c", "replied", now="2027-03-02T10:00")
    tracks.ok("record", "c", "order", "--amount", "900", now="2027-03-02T11:00")
    assert comes(tracks, "c", "2027-03-02T12:00") is None
    tracks.ok("undo", "--yes", now="2027-03-02T13:00")
    assert comes(tracks, "c", "2027-03-02T14:00") == ("visit", "2027-03-04T00:00:00+01:00")


def test_two_records_of_one_person_on_two_tracks_become_one_chain(
    workspace: Workspace, post: SmtpServer
) -> None:
    """Merged: the last answer decides for both, nothing is done twice, and it can be taken back.

    Anne is on file twice, with one number: her answer ends the chain of the other address, and the
    visit of the 4th stands after the merge. Of the two records of Zoe the newer refused: the older,
    with more history, stays; nobody calls it on the 8th, the card is due, and the letter on
    31 August (26 weeks after 2 March).
    """
    rows = [
        ("a", "Anne", "Le Gall", "anne@mail.example", "0299000001", "1 rue Haute", 35000, "Rennes"),
        ("b", "Anne", "Le Gall", "a.legall@mail.example", "0299000001", "1 rue Haute", 35000,
         "Rennes"),
        ("c", "Zoe", "Quemener", "zoe@mail.example", "0299000009", "9 quai Bas", 35000, "Rennes"),
        ("d", "Zoe", "Quemener", "z.q@mail.example", "0299000009", "9 quai Bas", 35000, "Rennes"),
    ]  # fmt: skip
    workspace.people(rows, HEADER)
    workspace.campaign("spring", steps=TRACKS, head="stop_on: [order, opted_out]\n")
    workspace.launch("spring", now="2027-03-01T09:00")
    workspace.ok("run", now="2027-03-01T09:00")
    workspace.ok("record", "anne@mail.example", "replied", now="2027-03-02T10:00")
    workspace.ok("record", "z.q@mail.example", "refused", now="2027-03-02T10:00")
    for minute in range(3):
        workspace.ok("contacts", "note", "zoe@mail.example", "calls often",
                     now=f"2027-03-02T11:0{minute}")  # fmt: skip
    before = {who: comes(workspace, f"{who}@mail.example", "2027-03-03T08:00")
              for who in ("anne", "a.legall", "zoe", "z.q")}  # fmt: skip
    states = workspace.by_state("spring")
    assert before["zoe"] == ("call", "2027-03-08T00:00:00+01:00")
    assert workspace.ok("contacts", "duplicates", "--merge", now="2027-03-03T09:00")["merged"] == 2
    at = "2027-03-03T10:00"
    assert comes(workspace, "anne@mail.example", at) == ("visit", "2027-03-04T00:00:00+01:00")
    assert comes(workspace, "zoe@mail.example", at) == before["z.q"]
    assert (before["z.q"] or ("",))[0] == "card"
    assert not workspace.ok("calls", now="2027-03-09T10:30")["calls"]
    assert len(workspace.ok("visits", now="2027-03-09T10:30")["visits"]) == 1
    assert workspace.by_state("spring")["due"] == 3  # the visit, the card, the letter
    assert comes(workspace, "zoe@mail.example", "2027-03-09T11:00")
    assert workspace.ok("contacts", "duplicates", "--undo", now="2027-03-03T11:00")["undone"] == 2
    after = {who: comes(workspace, f"{who}@mail.example", "2027-03-03T12:00") for who in before}
    assert after == before
    assert workspace.by_state("spring")["due"] == states["due"]
    # Both are on their own ways again: what Zoe says then leads the record that she says it of.
    workspace.ok("record", "z.q@mail.example", "replied", "--channel", "email",
                 now="2027-03-04T10:00")  # fmt: skip
    assert comes(workspace, "z.q@mail.example", "2027-03-04T11:00") == (
        "visit", "2027-03-08T00:00:00+01:00"
    )  # fmt: skip
