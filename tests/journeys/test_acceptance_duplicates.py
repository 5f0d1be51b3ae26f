"""Acceptance of issue line 2.14: doubles found with reasons, merged, taken back, decided by hand.

The people of `doubles.py` are made up for it; what is right was written down before the program
was asked. One letter per household or firm where a campaign asks for it.
"""

from __future__ import annotations

import os
import pty
import select
import subprocess
import termios
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import combinations
from typing import Any

import pytest
from doubles import HEADER, ROWS
from workspaces import PROGRAM, Workspace

#: What the list alone cannot decide: a short form that is also a name, a move without a trace.
TO_DECIDE = {"19", "21"}


def pairs_of(groups: Sequence[Sequence[int]]) -> Iterator[tuple[int, int]]:
    return (pair for group in groups for pair in combinations(sorted(group), 2))


def everybody(workspace: Workspace) -> list[Any]:
    found: list[Any] = workspace.ok("contacts", "list", "--limit", "1000")["contacts"]
    return found


@pytest.mark.parametrize("files", [1, 2], ids=["within a file", "across two files"])
def test_a_french_address_book_is_found_without_a_wrong_pair(
    workspace: Workspace, files: int
) -> None:
    """Typos, swapped and shortened names, moves, new names, firms in other words; families,
    colleagues, namesakes, neighbours and sister sites stay apart."""
    for part in range(files):
        lines = [f"{row};{cells}" for row, (_, cells) in enumerate(ROWS) if row % files == part]
        workspace.write(f"{part}.csv", "\n".join([f"Rang;{HEADER}", *lines]) + "\n")
        workspace.ok("contacts", "import", f"{part}.csv")
    who = {one["id"]: ROWS[int(one["rang"])][0] for one in everybody(workspace)}
    assert sum(int(number) >= 50 for number in who.values()) == 31  # nobody of those is merged

    found = workspace.ok("contacts", "duplicates")

    wrong = [pair for pair in pairs_of(found["groups"]) if len({who[one] for one in pair}) > 1]
    assert wrong == []
    together = {frozenset(pair) for pair in pairs_of(found["groups"])}
    same = [ids for ids in combinations(who, 2) if who[ids[0]] == who[ids[1]]]
    missed = {who[ids[0]] for ids in same if frozenset(ids) not in together}
    assert missed == TO_DECIDE
    asked = {frozenset((pair["a"], pair["b"])) for pair in found["doubtful"]}
    assert {frozenset(ids) for ids in same if who[ids[0]] in TO_DECIDE} <= asked
    assert all(pair["reasons"] for pair in (*found["pairs"], *found["doubtful"]))
    best: dict[int, float] = {}
    for pair in found["pairs"]:
        best[pair["a"]] = max(pair["score"], best.get(pair["a"], 0))
    assert all(0.9 <= best[group[0]] <= 1 for group in found["groups"])
    for pair in found["doubtful"]:
        assert 0.3 <= pair["score"] < 0.9


PEOPLE = (
    ("Hélène", "Tanguy", "14 rue des Lilas", "35000", "Rennes", "02 99 85 38 02"),
    ("TANGUI", "Helene", "14, r. des Lilas", "35000", "RENNES", "02 99 85 38 02"),
    ("Louise", "Kerloc", "3 quai Sud", "29200", "Brest", ""),
    ("Louise", "Kerloc", "8 allée du Port", "29200", "Brest", ""),
    ("Arthur", "Pennec", "5 place Pasteur", "44000", "Nantes", "02 40 12 34 56"),
)


@pytest.fixture
def base(workspace: Workspace) -> Workspace:
    """Hélène twice (1, 2); Louise twice, or two Louises of Brest (3, 4); Arthur."""
    workspace.people(PEOPLE, "First name;Last name;Street;Postcode;City;Phone")
    return workspace


def test_the_threshold_says_who_is_merged_and_undo_brings_everything_back(base: Workspace) -> None:
    base.ok("contacts", "note", "2", "prefers the afternoon")
    base.ok("record", "2", "replied", "--note", "sent a postcard")
    before = everybody(base)

    assert base.ok("contacts", "duplicates", "--merge")["merged"] == 1
    assert [one["id"] for one in everybody(base)] == [2, 3, 4, 5]
    assert base.ok("contacts", "duplicates", "--threshold", "0.5", "--merge")["merged"] == 1
    assert [one["id"] for one in everybody(base)] == [2, 3, 5]

    assert base.ok("contacts", "duplicates", "--undo") == {"undone": 1, "contacts": [4]}
    assert base.ok("contacts", "duplicates", "--undo") == {"undone": 1, "contacts": [1]}
    assert everybody(base) == before


def test_the_past_of_the_record_that_went_is_shown_and_asked_for_under_the_one_that_stays(
    base: Workspace,
) -> None:
    base.ok("record", "1", "replied")
    base.ok("contacts", "note", "1", "first of all")
    base.ok("record", "2", "met")
    base.ok("contacts", "note", "2", "prefers the afternoon")
    base.ok("contacts", "note", "1", "and more")
    base.ok("contacts", "duplicates", "--merge")
    assert [one["id"] for one in everybody(base)] == [1, 3, 4, 5]

    shown = base.ok("contacts", "show", "1")["events"]
    assert {(e["record"], e["note"]) for e in shown if e["kind"] == "noted"} == {
        (1, "first of all"), (2, "prefers the afternoon"), (1, "and more")
    }  # fmt: skip
    beside = base.ok("why", "1")["beside"]
    assert [line["record"] for line in beside if line["stage"] == "met"] == [2]
    assert "prefers the afternoon  (#2)" in base.run("why", "1").out
    asked = [one["id"] for one in base.ok("contacts", "list", 'reached("met")')["contacts"]]
    assert asked == [1]
    assert base.ok("contacts", "count", 'reached("met") and reached("replied")') == {"count": 1}
    assert base.ok("contacts", "count", 'not reached("met")') == {"count": 3}

    base.ok("contacts", "duplicates", "--undo")
    assert base.ok("contacts", "count", 'reached("met") and reached("replied")') == {"count": 0}
    assert {e["record"] for e in base.ok("contacts", "show", "1")["events"]} == {1}


def test_the_rest_is_decided_at_the_terminal_key_by_key(base: Workspace) -> None:
    """In a real terminal a key is an answer; each pair is asked about once, ever."""
    shown = at_terminal(base, "sd")

    assert "1/2" in shown
    assert "14, r. des Lilas" in shown
    assert "s the same, d different, l later, q stop" in shown
    assert "1 the same, 1 different, 0 left for later" in shown
    after = base.ok("contacts", "duplicates")
    assert (after["groups"], after["doubtful"]) == ([], [])
    assert [one["id"] for one in everybody(base)] == [1, 3, 4, 5]


def at_terminal(workspace: Workspace, keys: str) -> str:
    """Run the review in a pseudo-terminal, typing these keys; everything it showed."""
    ours, its = pty.openpty()
    process = subprocess.Popen(
        [*PROGRAM, "contacts", "duplicates", "--review"], cwd=workspace.folder,
        stdin=its, stdout=its, stderr=its, env={**outside_ci(), "TERM": "xterm", "COLUMNS": "80"},
    )  # fmt: skip
    os.close(its)
    poll = select.poll()
    poll.register(ours, select.POLLIN)
    shown, answered = "", 0
    with suppress(OSError):  # how the end of a terminal is told on Linux
        while process.poll() is None or poll.poll(0):
            news = poll.poll(1000)
            if news:
                shown += os.read(ours, 4096).decode(errors="replace")
            asked = min(shown.count("q stop"), len(keys))
            # A key that came while the terminal was made ready is thrown away: it is typed again.
            unheard = asked == answered and not news
            if asked and (asked > answered or unheard) and waits_for_a_key(ours):
                os.write(ours, keys[asked - 1].encode())
                answered = asked
    os.close(ours)
    assert process.wait(timeout=30) == 0, shown
    return shown


def outside_ci() -> dict[str, str]:
    """Where `CI` is set nobody is asked for a key, whatever the terminal says."""
    return {name: value for name, value in os.environ.items() if name != "CI"}


def waits_for_a_key(terminal: int) -> bool:
    """The program reads keys, not lines: what is typed before is thrown away by it."""
    return not termios.tcgetattr(terminal)[3] & termios.ICANON


def test_one_letter_per_household_and_per_firm(workspace: Workspace) -> None:
    """A couple and a son at one address; two people of one firm; one person alone."""
    workspace.people(
        [
            ("a", "Jacques", "Bertin", "", "18 rue des Écoles", "72000", "Le Mans"),
            ("b", "Jeanne", "Bertin", "", "18 RUE DES ECOLES", "72000", "LE MANS"),
            ("c", "Luc", "Olivier", "", "18, rue des Écoles", "72000", "Le Mans"),
            ("d", "Julie", "Marchand", "Ocre Conseil", "8 rue de Sèze", "75009", "Paris"),
            ("e", "Sarah", "Benali", "OCRE CONSEIL", "2 rue Basse", "75010", "Paris"),
            ("f", "Emma", "Vasseur", "", "30 rue Basse", "14000", "Caen"),
        ],
        "Ref;First name;Last name;Company;Street;Postcode;City",
    )
    letter = "  - {step: letter, channel: letter, template: letter.docx}\n"
    for one_per, enrolled in (("person", 6), ("household", 4), ("company", 5)):
        workspace.campaign(one_per, where="true", steps=letter, audience=f"  one_per: {one_per}\n")
        shown = workspace.ok("launch", one_per, "--dry-run", now="2027-03-01T09:00")
        left_out = {} if enrolled == 6 else {"one_per": 6 - enrolled}
        assert (shown["enrolled"], shown["excluded"]) == (enrolled, left_out), one_per
