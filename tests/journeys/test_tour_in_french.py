"""A tour in French: what a seller reads of a day, of a person and of what was promised.

March 2027: Mondays are the 1st, 8th, 15th.
"""

from __future__ import annotations

import pytest
from workspaces import Workspace

HEADER = "Ref;First name;Last name;E-mail;Phone;Street;Postal code;City"
CALL = "  - {step: call, channel: call}\n"
MONDAY = "2027-03-01T09:00"


@pytest.fixture
def french(workspace: Workspace) -> Workspace:
    """Five people of Rennes, the first of them without an e-mail; the workspace speaks French."""
    workspace.people(
        [
            (ref, "Anne", ref.upper(), f"{ref}@mail.example" if n > 1 else "",
             f"02 99 00 00 {n:02}", f"{n} rue", 35000, "Rennes")
            for n, ref in enumerate("abcde", 1)
        ],
        HEADER,
    )  # fmt: skip
    settings = workspace.folder / "outreach.yaml"
    settings.write_text(settings.read_text().replace("locale: en_GB", "locale: fr_FR"))
    return workspace


def told(workspace: Workspace, *words: str, now: str = MONDAY) -> str:
    """What a command says to people."""
    done = workspace.run(*words, now=now)
    assert done.code == 0, (words, done)
    return done.out


def test_a_shortened_list_says_how_many_wait(french: Workspace) -> None:
    """Also of steps with a condition: whoever has answered is not called and not counted."""
    calls = "  - {step: call, channel: call, when: not replied}\n"
    french.campaign("spring", steps=calls)
    french.launch("spring", now=MONDAY)
    french.ok("record", "e", "replied", "--campaign", "spring", now=MONDAY)
    assert len(french.ok("calls", now=MONDAY)["calls"]) == 4
    assert last_line(told(french, "calls", "--limit", "1")).startswith("1 ")
    assert " 4 " in last_line(told(french, "calls", "--limit", "1"))
    assert last_line(told(french, "calls", "--limit", "4")).startswith("4 appels")
    assert last_line(told(french, "calls")).startswith("4 appels")


@pytest.mark.parametrize("channel", ["visit", "task"])
def test_so_do_visits_and_tasks(french: Workspace, channel: str) -> None:
    french.campaign("spring", steps=f"  - {{step: one, channel: {channel}}}\n")
    french.launch("spring", now=MONDAY)
    last = last_line(told(french, f"{channel}s", "--limit", "2"))
    assert last.startswith("2 ")
    assert " 5 " in last


def last_line(said: str) -> str:
    """The end of a list, and what it was broken into at 80 columns."""
    return " ".join(said.rstrip().rsplit("\n\n", 1)[-1].split())


@pytest.mark.parametrize(
    ("note", "shown"),
    [([], "rendez-vous – 14:30"), (["--note", "À l'atelier"], "14:30 – À l'atelier")],
)
def test_what_was_promised_stands_in_the_day(
    french: Workspace, note: list[str], shown: str
) -> None:
    french.ok("record", "b", "rendez-vous", "--back-on", "jeudi 14:30", *note, now=MONDAY)
    (promise,) = french.ok("why", "b", now=MONDAY)["promises"]
    assert (promise["due_on"], promise["note"]) == ("2027-03-04", shown)
    assert shown in told(french, "today", now="2027-03-04T09:00")


def test_a_bare_promise_keeps_its_own_words(french: Workspace) -> None:
    french.ok("record", "b", "promised", "--back-on", "jeudi", "--note", "Le devis", now=MONDAY)
    (promise,) = french.ok("why", "b", now=MONDAY)["promises"]
    assert promise["note"] == "Le devis"


@pytest.mark.parametrize(
    ("typed", "day"),
    [("lundi", "2027-03-08"), ("demain", "2027-03-02"), ("+2w", "2027-03-15"),
     ("12/03", "2027-03-12"), ("2027-04-02", "2027-04-02"),
     ("2027-04-02T10:00", "2027-04-02")],
)  # fmt: skip
def test_a_day_to_ask_is_said_as_any_day_to_come(french: Workspace, typed: str, day: str) -> None:
    assert french.ok("referrals", "ask", "b", "--on", typed, now=MONDAY)["on"] == day


def test_what_is_no_day_says_how_to_write_one(french: Workspace) -> None:
    done = french.run("referrals", "ask", "b", "--on", "soon", "--json", now=MONDAY)
    assert done.code != 0
    (error,) = done.errors
    assert "+2s" in error["hint"]


def test_the_list_of_recommendations_cuts_no_heading(french: Workspace) -> None:
    names = {"x": "Saint-Germain-en-Laye", "y": "Châteauneuf-du-Faou"}
    rows = [(ref, "Marie-Antoinette", name, f"{ref}@mail.example", "", "1 rue", 35000, "Brest")
            for ref, name in names.items()]  # fmt: skip
    french.people(rows, HEADER)
    french.ok("referrals", "add", "x", "y", now=MONDAY)
    french.ok("referrals", "thank", "x", now=MONDAY)
    french.ok("record", "y", "order", "--amount", "123456.78", now=MONDAY)
    heading, _ = told(french, "referrals").split("───", 1)
    assert "…" not in heading


def test_who_is_in_a_control_group_may_be_written_to_by_another_campaign(
    workspace: Workspace,
) -> None:
    """`why` says of which campaign that is true."""
    workspace.townspeople(10)
    workspace.campaign("spring", audience="  control: 50%\n")
    workspace.launch("spring")
    kept = next(
        f"p{n:03}" for n in range(1, 11)
        if workspace.next_of(f"p{n:03}")["reason"] == "control"
    )  # fmt: skip
    said = " ".join(told(workspace, "why", kept).split())
    assert "in the control group: never contacted by this campaign" in said
