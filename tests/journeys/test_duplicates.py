"""Doubles are found, shown with their reasons, merged, parted and decided at the command line."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from workspaces import Workspace, invoked

HEADER = "First name;Last name;Street;Postcode;City;Phone"
PEOPLE = (
    ("Hélène", "Tanguy", "14 rue des Lilas", "35000", "Rennes", "02 99 85 38 02"),
    ("TANGUI", "Helene", "14, r. des Lilas", "35000", "RENNES", "02 99 85 38 02"),
    ("Marc", "Tanguy", "14 rue des Lilas", "35000", "Rennes", "02 99 85 38 02"),
    ("Louise", "Kerloc", "3 quai Sud", "29200", "Brest", ""),
    ("Louise", "Kerloc", "8 allée du Port", "29200", "Brest", ""),
    ("Arthur", "Pennec", "5 place Pasteur", "44000", "Nantes", "02 40 12 34 56"),
)


@pytest.fixture
def base(workspace: Workspace) -> Workspace:
    workspace.people(PEOPLE, HEADER)
    return workspace


def ids(workspace: Workspace) -> list[int]:
    return [one["id"] for one in workspace.ok("contacts", "list")["contacts"]]


def review(*answers: str) -> Any:
    """Answer the questions of a review, a line each."""
    done = invoked(["contacts", "duplicates", "--review"], "".join(f"{a}\n" for a in answers))
    assert done.exit_code == 0, done.output
    return done


def test_doubles_are_told_with_reasons_and_families_stay_apart(base: Workspace) -> None:
    found = base.ok("contacts", "duplicates")

    assert found["groups"] == [[1, 2]]
    (pair,) = found["pairs"]
    assert (pair["a"], pair["b"]) == (1, 2)
    assert pair["score"] > 0.9
    assert pair["reasons"] == [
        "first and last name swapped", "names 96 % alike", "same street address", "same town",
        "same phone",
    ]  # fmt: skip
    assert [(one["a"], one["b"]) for one in found["doubtful"]] == [(4, 5)]

    text = base.run("contacts", "duplicates").out
    assert "same phone" in text
    assert "outreach contacts duplicates --merge" in text
    assert max(map(len, text.splitlines())) <= 80


def test_an_expression_and_a_threshold_say_who_is_compared(base: Workspace) -> None:
    nobody = base.ok("contacts", "duplicates", 'city = "Brest"')
    assert nobody["groups"] == []
    assert base.ok("contacts", "duplicates", 'city = "Nantes"')["doubtful"] == []
    assert base.run("contacts", "duplicates", "--threshold", "1.5").code == 2


def test_merging_is_undone_whole(base: Workspace) -> None:
    done = base.ok("contacts", "duplicates", "--merge")
    assert (done["merged"], done["busy"]) == (1, [])
    assert ids(base) == [1, 3, 4, 5, 6]
    assert base.ok("contacts", "duplicates")["groups"] == []

    assert base.ok("contacts", "duplicates", "--undo") == {"undone": 1, "contacts": [2]}
    assert ids(base) == [1, 2, 3, 4, 5, 6]
    assert base.ok("contacts", "duplicates")["groups"] == [[1, 2]]
    assert base.ok("contacts", "duplicates", "--undo")["undone"] == 0


def test_a_review_asks_pair_by_pair_and_never_again(base: Workspace) -> None:
    shown = review("s", "x", "d")

    assert "1/2  " in shown.stdout
    assert "14, r. des Lilas" in shown.stdout
    assert shown.stderr.count("s the same, d different, l later, q stop") == 3
    assert "1 the same, 1 different, 0 left for later" in shown.stdout
    assert ids(base) == [1, 3, 4, 5, 6]
    after = base.ok("contacts", "duplicates")
    assert (after["groups"], after["doubtful"]) == ([], [])


def test_later_and_an_end_of_the_answers_leave_the_pair_for_next_time(base: Workspace) -> None:
    assert "0 the same, 0 different, 1 left for later" in review("l").stdout
    assert "0 the same, 0 different, 0 left for later" in review("q").stdout
    assert base.ok("contacts", "duplicates")["groups"] == [[1, 2]]


def test_what_does_not_go_together_is_refused(base: Workspace) -> None:
    assert base.run("contacts", "duplicates", "--undo", "--merge").code == 2
    assert base.run("contacts", "duplicates", "--review", "--json").code == 2


def test_a_person_found_twice_across_two_files_is_one(workspace: Workspace) -> None:
    workspace.people([PEOPLE[0]], HEADER)
    workspace.people([("Hélene", "Tanguy", "14 rue des lilas", "35000", "Rennes", "")], HEADER)

    assert workspace.ok("contacts", "duplicates")["groups"] == [[1, 2]]


# --- real files -----------------------------------------------------------------------------


def f1_of(
    workspace: Workspace, file: Path, mapping: Mapping[str, str], key: str,
    truth: Callable[[str], str],
) -> float:  # fmt: skip
    """F1 in pairs of rows; `key` is the field that numbers the rows, none of which is merged."""
    workspace.write("map.json", json.dumps(mapping))
    counts = workspace.ok("contacts", "import", str(file), "--map", "map.json")
    assert counts["created"] == counts["read"]
    found = workspace.ok("contacts", "duplicates")["groups"]
    people = workspace.ok("contacts", "list", "--fields", f"id,{key}")["contacts"]
    same: dict[str, list[int]] = defaultdict(list)
    for person in people:
        same[truth(person[key])].append(person["id"])
    true = {pair for group in same.values() for pair in combinations(sorted(group), 2)}
    mine = {pair for group in found for pair in combinations(sorted(group), 2)}
    return 2 * len(mine & true) / (len(mine) + len(true))


def test_febrl1_is_found_with_f1_of_097(workspace: Workspace, real_data: Path) -> None:
    file = real_data / "dedupe" / "febrl1.csv"

    assert f1_of(workspace, file, {"rec_id": "rec_id"}, "rec_id", lambda x: x.split("-")[1]) >= 0.97


def test_early_childhood_sites_are_found_with_f1_of_093(
    workspace: Workspace, real_data: Path
) -> None:
    """What is to be found is left out of the base: as a field it would be evidence."""
    file = real_data / "dedupe" / "early-childhood-sites.csv"
    with file.open(encoding="utf-8", newline="") as stream:
        truth = {row["Id"].strip(): row["True Id"] for row in csv.DictReader(stream)}

    mapping = {"True Id": "ignore", "Id": "row_id"}
    assert f1_of(workspace, file, mapping, "row_id", truth.__getitem__) >= 0.93
