"""Paper: printed, posted with some taken out, brought back by the post, answered by coupon."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from docx import Document
from workspaces import Workspace, letter

PEOPLE = [
    ("p1", "Alix", "alix@mail.example", "Rennes", "35000", "1 rue A"),
    ("p2", "Brun", "brun@mail.example", "Rennes", "35000", "2 rue B"),
    ("p3", "Caro", "caro@mail.example", "Rennes", "35000", "3 rue C"),
]
HEADER = "Ref;Last name;E-mail;City;CP;Street"
STEPS = """\
  - step: letter
    channel: letter
    template: letter.docx
    cost: 1.50
  - step: mail
    channel: email
    after: letter + 5 days
    subject: Hello
    template: mail.html.j2
  - step: second
    channel: letter
    after: mail + 5 days
    template: letter.docx
"""


def words_of_letter(path: Path) -> str:
    return " ".join(paragraph.text for paragraph in Document(str(path)).paragraphs)


def printed(workspace: Workspace) -> None:
    """Three letters of `fair`, launched and printed on Monday 1 March 2027."""
    workspace.people(PEOPLE, HEADER)
    workspace.write("templates/letter.docx", letter("last_name", "city", "reply_code"))
    workspace.campaign("fair", steps=STEPS)
    workspace.launch("fair", now="2027-03-01T09:00")
    made = workspace.ok("letters", "fair", now="2027-03-01T10:00")
    assert made["letters"] == 3


def codes(workspace: Workspace) -> dict[str, str]:
    """Last name → the code printed on that person's letter."""
    found = {}
    for path in sorted((workspace.folder / "data/outbox/letters").rglob("*.docx")):
        words = words_of_letter(path)
        if code := re.search(r"[0-9A-Z]+-[0-9A-Z]+-[0-9A-Z]{3}(?![0-9A-Z])", words):
            for name in ("Alix", "Brun", "Caro"):
                if name in words and sum(n in words for n in ("Alix", "Brun", "Caro")) == 1:
                    found[name] = code[0]
    return found


def test_the_chains_clock_starts_on_the_day_of_posting(workspace: Workspace) -> None:
    printed(workspace)
    done = workspace.ok("letters", "posted", "fair", "--on", "2027-03-02", now="2027-03-04T09:00")
    assert (done["posted"], done["on"]) == (3, "2027-03-02")
    # Five days after Tuesday the 2nd is Sunday the 7th.
    assert workspace.ok("status", "fair", now="2027-03-04T09:00")["next_at"].startswith(
        "2027-03-07"
    )


def test_who_is_taken_out_is_in_the_next_bundle(workspace: Workspace) -> None:
    printed(workspace)
    done = workspace.ok("letters", "posted", "fair", "--except", "Brun", now="2027-03-02T09:00")
    assert done["posted"] == 2
    assert [one["name"] for one in done["kept_back"]] == ["Brun"]
    assert workspace.ok("letters", "fair", now="2027-03-02T10:00")["letters"] == 1


def test_posted_twice_is_refused_and_says_when_they_were_posted(workspace: Workspace) -> None:
    printed(workspace)
    workspace.ok("letters", "posted", "fair", now="2027-03-02T09:00")
    again = workspace.run("letters", "posted", "fair", now="2027-03-03T09:00")
    assert again.code == 1
    assert "no printed letters that wait for the post" in again.err
    assert "2 Mar 2027" in again.err


def test_a_day_in_the_future_and_one_before_the_launch_are_refused(workspace: Workspace) -> None:
    printed(workspace)
    for day, said in (("2027-03-05", "in the future"), ("2027-02-20", "before fair was launched")):
        answer = workspace.run("letters", "posted", "fair", "--on", day, now="2027-03-02T09:00")
        assert answer.code == 1
        assert said in answer.err
    assert workspace.by_state("fair") == {"due": 3}


def test_who_answered_since_the_printing_is_named_to_be_taken_out(workspace: Workspace) -> None:
    printed(workspace)
    workspace.ok("record", "Caro", "replied", "--campaign", "fair", now="2027-03-02T08:00")
    done = workspace.ok("letters", "posted", "fair", now="2027-03-02T09:00")
    assert done["posted"] == 2
    assert [(one["name"], one["reason"]) for one in done["withdrawn"]] == [("Caro", "replied")]


def test_somebody_without_a_letter_cannot_be_taken_out(workspace: Workspace) -> None:
    printed(workspace)
    workspace.people([("p9", "Zoé", "zoe@mail.example", "Brest", "29200", "9 rue Z")], HEADER)
    answer = workspace.run("letters", "posted", "fair", "--except", "Zoé", now="2027-03-02T09:00")
    assert answer.code == 1
    assert "has no letter of fair that waits for the post" in answer.err


def test_the_code_of_a_coupon_names_the_person_and_the_campaign(workspace: Workspace) -> None:
    printed(workspace)
    workspace.ok("letters", "posted", "fair", now="2027-03-02T09:00")
    code = codes(workspace)["Brun"]
    said = workspace.ok("record", code.lower().replace("-", " "), "replied", now="2027-03-06T09:00")
    assert (said["contact"], said["campaign"], said["stopped"]) == (2, "fair", True)


def test_a_code_with_a_slip_is_nobodys(workspace: Workspace) -> None:
    printed(workspace)
    code = codes(workspace)["Brun"]
    slip = code[:-1] + ("0" if code[-1] != "0" else "1")
    answer = workspace.run("record", slip, "replied")
    assert answer.code == 2
    assert "nobody in the contact base is called" in answer.err


def test_returned_letters_mark_the_address_and_only_letters_skip_it(workspace: Workspace) -> None:
    printed(workspace)
    workspace.ok("letters", "posted", "fair", now="2027-03-02T09:00")
    found = codes(workspace)
    workspace.write("scan.txt", f"code\n{found['Alix']}\n\n{found['Alix']}\n1-1-ZZZ\n")
    done = workspace.ok("letters", "returned", "--from", "scan.txt", now="2027-03-05T09:00", code=4)
    assert (done["recorded"], done["unchanged"], done["rejected"]) == (1, 1, 1)
    assert done["errors"][0]["line"] == 5
    again = workspace.ok("letters", "returned", found["Alix"], now="2027-03-05T10:00")
    assert (again["recorded"], again["unchanged"]) == (0, 1)
    # The mail of the 7th goes on, to all three of them.
    shown = workspace.run("run", "--dry-run", now="2027-03-08T09:00")
    assert "3 e-mails would leave" in shown.out


def test_the_next_letter_skips_a_dead_address_until_it_changes(workspace: Workspace) -> None:
    printed(workspace)
    workspace.ok("letters", "posted", "fair", now="2027-03-02T09:00")
    found = codes(workspace)
    workspace.ok("letters", "returned", found["Alix"], found["Brun"], now="2027-03-05T09:00")
    workspace.campaign("autumn", steps=STEPS, head="alongside: true\n")
    checked = workspace.ok("launch", "autumn", "--dry-run", now="2027-03-05T09:00")
    assert checked["enrolled"] == 1
    assert checked["excluded"] == {"invalid_address": 2}
    workspace.ok("contacts", "set", "Alix", "street=7 rue Neuve")
    checked = workspace.ok("launch", "autumn", "--dry-run", now="2027-03-05T09:00")
    assert checked["enrolled"] == 2


def test_the_code_is_the_same_when_the_letter_is_printed_again(workspace: Workspace) -> None:
    printed(workspace)
    before = codes(workspace)
    out = Path("again")
    workspace.ok("letters", "fair", "--out", str(out), now="2027-03-01T11:00")
    again = {words_of_letter(path) for path in out.glob("*.docx")}
    assert all(any(code in words for words in again) for code in before.values())


def test_a_letter_that_waits_is_not_printed_once_its_address_is_dead(workspace: Workspace) -> None:
    printed(workspace)
    workspace.ok("letters", "posted", "fair", "--except", "Brun", now="2027-03-02T09:00")
    workspace.ok("letters", "returned", codes(workspace)["Brun"], now="2027-03-03T09:00")
    again = workspace.ok("letters", "fair", now="2027-03-04T09:00")
    assert (again["letters"], again["skipped"]) == (0, 1)
    # The e-mail behind it goes on.
    assert "mail" in workspace.run("why", "Brun", now="2027-03-04T09:00").out


def test_what_was_typed_wrongly_is_told_without_a_file(workspace: Workspace) -> None:
    printed(workspace)
    answer = workspace.run("letters", "returned", "nobody", now="2027-03-03T09:00")
    assert answer.code == 4
    assert answer.err.startswith("nobody in the contact base is called 'nobody'")


# --- what is said of a step that will not arrive ----------------------------------------------

LONG = """\
  - {step: letter, channel: letter, template: letter.docx}
  - {step: again, channel: letter, template: letter.docx, after: letter + 10 days}
  - step: mail
    channel: email
    after: again + 5 days
    subject: Hello
    template: mail.html.j2
  - {step: call, channel: call, after: mail + 5 days}
"""


@pytest.fixture
def long(workspace: Workspace) -> Workspace:
    """A letter was posted; a second letter, an e-mail and a call are to come."""
    workspace.people(
        [(ref, ref.capitalize(), f"{ref}@mail.example", "1 rue du Four", "35000", "Rennes",
          f"029900000{n}") for n, ref in enumerate(["alix", "brun", "cléo"], 1)],
        "Ref;Last name;E-mail;Street;Postal code;City;Phone",
    )  # fmt: skip
    workspace.campaign("long", steps=LONG, head="stop_on: [replied]\n")
    workspace.launch("long", now="2027-03-01T09:00")
    workspace.ok("letters", "long", now="2027-03-01T10:00")
    workspace.ok("letters", "posted", "long", now="2027-03-02T10:00")
    return workspace


def test_why_names_no_letter_that_cannot_arrive_but_what_comes_in_its_place(
    long: Workspace,
) -> None:
    """The letter of the 12th is passed over; the e-mail comes 5 days behind it, on the 17th."""
    long.ok("record", "alix", "returned", "--channel", "letter", now="2027-03-05T10:00")
    told = long.ok("why", "alix", now="2027-03-05T10:00")
    assert told["campaigns"][0]["next"] == told["next"] == {
        "step": "mail",
        "at": "2027-03-17T00:00:00+01:00",
        "by": None,
        "reason": "invalid_address",
        "rule": None,
        "what": "again will be passed over: post came back from the address (find another: "
        "outreach contacts set alix@mail.example street=…); then comes mail",
    }  # fmt: skip
    # The day it is due, every command says the same.
    due = "2027-03-12T10:00"
    assert long.ok("today", now=due)["today"]["letters"] == 2
    assert "1 would be passed over" in long.run("run", "--dry-run", now=due).out
    printed = long.ok("letters", "long", now=due)
    assert (printed["letters"], printed["skipped"]) == (2, 1)
    assert long.next_of("alix")["step"] == "mail"
    # With another address it comes after all: nothing is said against it.
    long.ok("record", "brun", "returned", "--channel", "letter", now=due)
    assert long.next_of("brun")["reason"] == "invalid_address"
    long.ok("contacts", "set", "brun", "street=7 rue Neuve")
    told = long.ok("why", "brun", now=due)["next"]
    assert (told["step"], told["reason"]) == ("again", None)


def test_two_steps_that_cannot_arrive_are_passed_over_one_behind_the_other(
    long: Workspace,
) -> None:
    """No letter on the 12th, no e-mail on the 17th: the call, 5 days later, is on the 22nd."""
    long.ok("record", "alix", "returned", "--channel", "letter", now="2027-03-05T10:00")
    long.ok("record", "alix", "bounced", now="2027-03-05T11:00")
    told = long.ok("why", "alix", now="2027-03-05T12:00")["next"]
    assert (told["step"], told["at"]) == ("call", "2027-03-22T00:00:00+01:00")
    long.ok("contacts", "set", "alix", "phone=")
    told = long.ok("why", "alix", now="2027-03-05T12:00")["next"]
    # Nothing follows: what comes is that the letter is passed over, on its day.
    assert (told["step"], told["reason"]) == ("again", "invalid_address")
    assert told["at"] == "2027-03-12T00:00:00+01:00"


def test_an_opposition_on_one_channel_passes_over_its_steps_only(long: Workspace) -> None:
    long.ok("suppress", "add", "alix@mail.example", "--channel", "post", now="2027-03-05T10:00")
    told = long.ok("why", "alix", now="2027-03-05T12:00")["next"]
    assert (told["step"], told["reason"]) == ("mail", "suppressed")
