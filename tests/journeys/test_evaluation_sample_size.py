"""Before an experiment: how many people it takes, and a word where there are too few."""

from __future__ import annotations

from pathlib import Path

import pytest
from workspaces import Workspace


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.chdir(tmp_path)
    return Workspace(tmp_path)


def test_a_sample_size_as_the_textbook_has_it(workspace: Workspace) -> None:
    """From 5 % to 6 %, 80 % power: 8,158 in each group at one look (Fleiss)."""
    found = workspace.ok("plan", "sample", "--rate", "5%", "--lift", "1%")
    assert (found["per_group"], found["total"], found["comparisons"]) == (8158, 16316, 1)
    assert {row["rule"]: row["per_group"] for row in found["rules"]} == {
        "once": 8158,
        "day_of_decision": 8714,
        "any_look": 17911,
    }


def test_three_arms_and_another_power(workspace: Workspace) -> None:
    words = ("plan", "sample", "--rate", "5%", "--lift", "1%", "--arms", "3")
    found = workspace.ok(*words)
    assert (found["per_group"], found["total"], found["comparisons"]) == (9880, 29640, 2)
    surer = workspace.ok("plan", "sample", "--rate", "5%", "--lift", "1%", "--power", "90%")
    assert surer["per_group"] == 10921


def test_people_for_money_per_head_and_what_so_many_people_can_tell(workspace: Workspace) -> None:
    """2 × ((1.96 + 0.84) × 30 ÷ 2)² = 3,532."""
    found = workspace.ok("plan", "sample", "--money", "2", "--spread", "30", "--people", "8158",
                         "--rate", "5%")  # fmt: skip
    once = found["rules"][0]
    assert once["per_group_money"] == 3532
    assert once["detectable"] == pytest.approx(0.01, abs=1e-4)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "say what is to be seen"),
        (("--rate", "120%", "--lift", "1%"), "--rate lies between 0 and 100%"),
        (("--rate", "95%", "--lift", "6%"), "together are no rate"),
        (("--rate", "5%", "--lift", "0"), "a difference of 0"),
        (("--money", "3"), "--money and --spread go together"),
    ],
)
def test_what_cannot_be_is_said(workspace: Workspace, words: tuple[str, ...], said: str) -> None:
    done = workspace.run("plan", "sample", *words)
    assert done.code == 2
    assert said in done.err


def test_the_answer_fits_the_terminal(workspace: Workspace) -> None:
    done = workspace.run("plan", "sample", "--lift", "1%", "--people", "300", "--arms", "4",
                         "--money", "2", "--spread", "40")  # fmt: skip
    assert done.code == 0
    assert max(map(len, done.out.splitlines())) <= 80
    assert "the sources' default" in done.out


def test_groups_too_small_to_tell_anything_are_named_before_the_launch(
    workspace: Workspace,
) -> None:
    workspace.townspeople(40)
    workspace.campaign("small", audience="  control: 10%\n")
    (note,) = [n for n in workspace.ok("check", "small")["notes"] if "groups" in n["message"]]
    assert "(36 and 4 people)" in note["message"]
    assert "outreach plan sample" in note["hint"]
    shown = workspace.run("launch", "small", "--dry-run")
    assert "The groups compared (36 and 4 people)" in shown.out
    assert "The groups compared (36 and 4 people)" in workspace.run("preview", "small").out
    workspace.campaign("plain")
    assert workspace.ok("check", "plain")["notes"] == []
