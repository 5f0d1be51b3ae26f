"""Acceptance of issue line 5.1, continued: waves, repeats, people added, a running campaign edited.

2027: 1 March is a Monday; clocks go forward on Sunday 28 March, back on Sunday 31 October.
"""

from __future__ import annotations

from typing import Any

import pytest
from smtp_servers import SmtpServer
from workspaces import Workspace, mail

HEADER = "Ref;First name;Last name;E-mail;Phone;Street;Postal code;City"


def people(workspace: Workspace, refs: str) -> None:
    workspace.people(
        (
            (ref, "Anne", f"Name-{ref}", f"{ref}@mail.example", f"02990000{ord(ref)}",
             f"{ord(ref)} rue Haute", 35000, "Rennes")
            for ref in refs
        ),
        HEADER,
    )  # fmt: skip


@pytest.fixture
def post(workspace: Workspace) -> Any:
    """A mail server that the workspace sends through."""
    with SmtpServer() as server:
        workspace.settings(server.port)
        yield server


def comes(workspace: Workspace, who: str, now: str | None = None) -> tuple[str, str] | None:
    """The step that comes next for a person in the only campaign, and the day."""
    (story,) = workspace.ok("why", who, now=now)["campaigns"]
    coming = story["next"]
    return (coming["step"], coming["at"][:16]) if coming and coming["at"] else None


def receivers(server: SmtpServer) -> list[str]:
    import email

    return [
        str(email.message_from_bytes(raw)["To"]).split("@")[0][-1] for _, raw in server.received
    ]


# --- waves and people added ---------------------------------------------------------------------


def test_waves_begin_on_working_days_and_more_people_are_a_wave_of_their_own(
    workspace: Workspace, post: SmtpServer
) -> None:
    """Five people by twos, every two working days from Thursday 4 March: Monday 8, Wednesday 10.

    Added on the 9th: f, who came, and b, who has got an address; not who asked to be left
    alone, nor who is in already; nobody leaves although he moved. Theirs is the next wave, Friday
    the 12th. The call comes three days after each one's own mail.
    """
    people(workspace, "acdeg")
    workspace.people([("b", "Anne", "Name-b", "", "0299000098", "2 rue Haute", 35000, "Rennes")],
                     HEADER)  # fmt: skip
    workspace.campaign(
        "spring",
        head="start: 2027-03-04\nwaves: {size: 2, every: 2 working days}\n",
        steps=mail() + "  - {step: call, channel: call, after: mail + 3 days}\n",
    )
    launched = workspace.launch("spring", now="2027-03-01T09:00")
    assert launched["excluded"] == {"no_address": 1}
    assert [(w["people"], w["at"][:10]) for w in launched["waves"]] == [
        (2, "2027-03-04"), (2, "2027-03-08"), (1, "2027-03-10")
    ]  # fmt: skip
    assert workspace.ok("run", now="2027-03-03T09:00")["sent"] == 0
    assert workspace.ok("run", now="2027-03-04T09:00")["sent"] == 2
    assert workspace.ok("run", now="2027-03-07T09:00")["sent"] == 0
    assert workspace.ok("run", now="2027-03-08T09:00")["sent"] == 2
    first, second = receivers(post)[:2], receivers(post)[2:]
    (last,) = set("acdeg") - {*first, *second}
    assert comes(workspace, first[0], "2027-03-08T10:00") == ("call", "2027-03-07T00:00")
    assert comes(workspace, second[0], "2027-03-08T10:00") == ("call", "2027-03-11T00:00")

    people(workspace, "f")
    workspace.ok("contacts", "set", "b", "email=b@mail.example", now="2027-03-09T09:00")
    workspace.ok("contacts", "set", first[0], "city=Brest", now="2027-03-09T09:00")
    workspace.ok("record", first[1], "opted_out", now="2027-03-09T09:00")
    shown = workspace.ok("launch", "spring", "--add", "--dry-run", now="2027-03-09T09:00")
    assert shown["enrolled"] == 2
    before = workspace.stored()
    assert workspace.run("launch", "spring", "--add", now="2027-03-09T09:00").code == 1
    assert workspace.stored() == before
    workspace.ok("launch", "spring", "--add", "--confirm", "2", now="2027-03-09T09:00")
    assert workspace.ok("status", "spring")["enrolled"] == 7
    assert workspace.ok("run", now="2027-03-09T10:00")["sent"] == 0
    for who in "bf":
        assert comes(workspace, who, "2027-03-09T11:00") == ("mail", "2027-03-12T00:00")
    assert comes(workspace, last, "2027-03-09T11:00") == ("mail", "2027-03-10T00:00")
    assert workspace.ok("run", now="2027-03-12T09:00")["sent"] == 3
    assert sorted(receivers(post)[4:]) == sorted(["b", "f", last])
    assert comes(workspace, "f", "2027-03-12T11:00") == ("call", "2027-03-15T00:00")
    workspace.ok("stop", "spring", "--yes", now="2027-03-12T12:00")
    people(workspace, "h")
    refused = workspace.run("launch", "spring", "--add", "--json", now="2027-03-12T12:00")
    assert refused.code == 1
    assert refused.errors[0]["hint"]


# --- repeats ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("launched", "firings"),
    [
        # Half past two does not exist on 28 March: it fires once that night, never twice.
        ("2027-03-26T12:00", ["2027-03-27T02:30:00+01:00", "2027-03-28T03:", "2027-03-29T02:30"]),
        # Half past two comes twice on 31 October: it fires once.
        (
            "2027-10-29T12:00",
            ["2027-10-30T02:30:00+02:00", "2027-10-31T02:30:00+0", "2027-11-01T02:30:00+01:00"],
        ),
    ],
)
def test_each_night_fires_once_also_when_the_clocks_change(
    workspace: Workspace, post: SmtpServer, launched: str, firings: list[str]
) -> None:
    workspace.campaign("news", head='repeat: "30 2 * * *"\n', where="true")
    people(workspace, "a")
    workspace.launch("news", now=launched)
    coming = workspace.ok("status", "news", now=launched)["next_at"]
    for number, firing in enumerate(firings, 1):
        assert coming.startswith(firing), (coming, firing)
        done = workspace.ok("run", now=coming)
        assert done["sent"] == 1
        assert len(post.received) == number
        coming = done["not_before"]


def test_a_newsletter_with_its_reminder_over_months_with_pauses(
    workspace: Workspace, post: SmtpServer
) -> None:
    """The first of each month at nine, a reminder three days later; each to who is in by then.

    1 March: a and b. 4 March: their reminders. c comes on 10 March: gets 1 April, not March.
    Nothing runs till 3 June: one newsletter each, of the firing of 1 June or of the day it ran,
    not three; reminders three days after it really left, on 6 June. b answered: no more. The next
    is 1 July, nine o'clock by the summer clock.
    """
    people(workspace, "ab")
    workspace.campaign(
        "news", head='repeat: "0 9 1 * *"\n', steps=mail() + mail("again", "after: mail + 3 days")
    )
    workspace.launch("news", now="2027-02-20T12:00")
    assert comes(workspace, "a", "2027-02-20T12:00") == ("mail", "2027-03-01T09:00")
    assert workspace.ok("run", now="2027-03-01T09:00")["sent"] == 2
    assert workspace.ok("run", now="2027-03-04T09:00")["sent"] == 2
    people(workspace, "c")
    workspace.ok("launch", "news", "--add", "--confirm", "1", now="2027-03-10T09:00")
    assert workspace.ok("run", now="2027-03-10T09:30")["sent"] == 0
    assert comes(workspace, "c", "2027-03-10T10:00") == ("mail", "2027-04-01T09:00")
    assert workspace.ok("run", now="2027-04-01T09:00")["sent"] == 3
    workspace.ok("record", "b", "replied", now="2027-04-02T09:00")
    del post.received[:]
    # 4 April, the reminders of a and c; then nothing until June.
    assert workspace.ok("run", now="2027-04-04T09:00")["sent"] == 2
    done = workspace.ok("run", now="2027-06-03T10:00")
    assert done["sent"] == 2
    assert sorted(receivers(post)) == ["a", "a", "c", "c"]
    assert workspace.ok("run", now="2027-06-03T11:00")["sent"] == 0
    assert comes(workspace, "a", "2027-06-03T11:00") == ("again", "2027-06-06T10:00")
    assert workspace.ok("run", now="2027-06-06T10:00")["sent"] == 2
    status = workspace.ok("status", "news", now="2027-06-06T11:00")
    assert (status["state"], status["next_at"]) == ("running", "2027-07-01T09:00:00+02:00")
    # Paused over a firing: it is missed or late, but never doubled.
    workspace.ok("pause", "news", now="2027-06-20T09:00")
    assert workspace.ok("run", now="2027-07-01T09:00")["sent"] == 0
    workspace.ok("resume", "news", now="2027-07-02T09:00")
    assert workspace.ok("run", now="2027-07-02T09:30")["sent"] == 2


# --- a running campaign edited ------------------------------------------------------------------

LETTER = "  - {step: letter, channel: letter, template: letter.docx, after: mail + 2 days}\n"
CALL = "  - {step: call, channel: call, after: letter + 5 days}\n"
CARD = "  - {step: card, channel: task, track: positive, after: replied + 9 days}\n"


def changes(answer: Any) -> dict[str, tuple[Any, ...]]:
    keys = ("change", "added", "moved", "cancelled", "untouched")
    return {s["step"]: tuple(s[k] for k in keys) for s in answer["steps"] if s["change"] != "same"}


def test_only_what_nobody_has_begun_is_planned_anew_and_it_is_shown_first(
    workspace: Workspace, post: SmtpServer
) -> None:
    """Letters two days after the mail become four, calls five days after the letter become eight.

    a: letter posted on the 3rd, call moves from the 8th to the 11th. b: letter printed, not posted:
    stays. c: like a, but called in vain on the 8th: stays. d came later, mail on the 3rd, letter
    not printed yet: it moves from the 5th to the 7th.
    """
    people(workspace, "abc")
    workspace.campaign("spring", steps=mail() + LETTER + CALL)
    workspace.launch("spring", now="2027-03-01T09:00")
    workspace.ok("run", now="2027-03-01T09:00")
    people(workspace, "d")
    workspace.ok("launch", "spring", "--add", "--confirm", "1", now="2027-03-03T08:00")
    assert workspace.ok("run", now="2027-03-03T09:00")["letters"] == 3
    workspace.ok("letters", "posted", "spring", "--except", "b", now="2027-03-03T17:00")
    assert workspace.ok("run", now="2027-03-04T09:00")["letters"] == 1
    workspace.ok("record", "c", "no_answer", now="2027-03-08T10:00")
    letter = LETTER.replace("2 days", "4 days")
    call = CALL.replace("5 days", "8 days")
    workspace.campaign("spring", steps=mail() + letter + call)

    # Nothing happens by itself: the file as it was launched holds.
    assert comes(workspace, "d", "2027-03-08T11:00") == ("letter", "2027-03-05T00:00")
    before = workspace.stored()
    words = ("launch", "spring", "--confirm-change")
    shown = workspace.ok(*words, "--dry-run", now="2027-03-08T12:00")
    assert changes(shown) == {"letter": ("changed", 0, 1, 0, 1), "call": ("changed", 0, 1, 0, 1)}
    text = workspace.run(*words, "--dry-run", now="2027-03-08T12:00").out
    assert "8 Mar 2027" in text
    assert "11 Mar 2027" in text
    assert workspace.stored() == before
    assert changes(workspace.ok(*words, now="2027-03-08T12:00")) == changes(shown)
    assert comes(workspace, "a", "2027-03-08T13:00") == ("call", "2027-03-11T00:00")
    assert comes(workspace, "d", "2027-03-08T13:00") == ("letter", "2027-03-07T00:00")
    assert (comes(workspace, "c", "2027-03-08T13:00") or ("", ""))[1] < "2027-03-11"
    # A second time there is nothing to do.
    assert changes(workspace.ok(*words, now="2027-03-08T14:00")) == {}
    # b's letter is posted on the 9th: what follows is of the new file, the 17th.
    workspace.ok("letters", "posted", "spring", now="2027-03-09T17:00")
    assert comes(workspace, "b", "2027-03-09T18:00") == ("call", "2027-03-17T00:00")


def test_a_track_put_in_a_condition_and_a_wait_that_is_over_by_now(
    workspace: Workspace, post: SmtpServer
) -> None:
    """a replied on the 2nd, twice, once wrongly: the new file has a visit two days after it.

    The reminder, ten days after the mail of the 1st, becomes one of two days: on the 5th it is
    overdue and leaves once. Its condition leaves c of Brest out. Files with errors change nothing.
    """
    people(workspace, "abc")
    workspace.campaign("spring", steps=mail() + mail("again", "after: mail + 10 days") + CARD)
    workspace.launch("spring", now="2027-03-01T09:00")
    workspace.ok("run", now="2027-03-01T09:00")
    workspace.ok("record", "a", "replied", "--on", "2027-03-01", now="2027-03-02T10:00")
    workspace.ok("undo", "--yes", now="2027-03-02T10:00")
    workspace.ok("record", "a", "replied", now="2027-03-02T10:00")
    workspace.ok("contacts", "set", "c", "city=Brest", now="2027-03-02T10:00")
    again = mail("again", "after: mail + 2 days, when: city = 'Rennes'")
    visit = CARD + "  - {step: visit, channel: visit, track: positive, after: replied + 2 days}\n"
    words = ("launch", "spring", "--confirm-change")

    workspace.campaign("spring", steps=mail() + again.replace("mail + 2", "mial + 2") + visit)
    before = workspace.stored()
    assert workspace.run(*words, "--json", now="2027-03-05T08:00").code == 1
    assert workspace.stored() == before

    workspace.campaign("spring", steps=mail() + again + visit)
    shown = changes(workspace.ok(*words, now="2027-03-05T08:00"))
    assert shown["visit"][:2] == ("new", 1), shown
    assert shown["again"][:3] == ("changed", 0, 2), shown
    assert comes(workspace, "a", "2027-03-05T08:30") == ("visit", "2027-03-04T00:00")
    done = workspace.ok("run", now="2027-03-05T09:00")
    assert (done["sent"], done["skipped"], done["tasks"]) == (1, 1, 1)
    assert workspace.ok("run", now="2027-03-11T09:00")["sent"] == 0
    assert receivers(post)[3:] == ["b"]
    # The wait made longer again: what has left is not sent a second time.
    workspace.campaign("spring", steps=mail() + again.replace("2 days", "20 days") + visit)
    workspace.ok(*words, now="2027-03-06T09:00")
    assert workspace.ok("run", now="2027-03-30T09:00")["sent"] == 0
    # A step renamed is a new step: the old one's history stays, and nothing that left leaves again
    # under a name that is known.
    workspace.campaign("spring", steps=mail() + visit)
    gone = changes(workspace.ok(*words, now="2027-03-30T10:00"))
    assert gone["again"][0] == "gone"
    (story,) = workspace.ok("why", "b", now="2027-03-30T11:00")["campaigns"]
    assert any(line.get("step") == "again" or "again" in str(line) for line in story["past"])
