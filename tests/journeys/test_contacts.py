"""A list is imported, looked at, selected and exported again, all at the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

LIST = "Civilité;Prénom;Nom;Mail;Tél;Ville;Client depuis;CA\n" \
       "Mme;Zoé;Petit;zoe@lys.example;02 99 85 38 02;Besançon;01/02/2020;1 200,50\n" \
       "M.;Luc;Le Goff;luc@lys.example;;Rennes;;300\n" \
       "M.;Jean;Morel;pas une adresse;;Rennes;;\n"  # fmt: skip


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "outreach.yaml").write_text("locale: en_GB\n")
    (tmp_path / "list.csv").write_text(LIST, encoding="utf-8")
    return tmp_path


def outreach(workspace: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    code = "from outreach.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=workspace, env=environ, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip


def answer(workspace: Path, *words: str, code: int = 0) -> dict[str, Any]:
    done = outreach(workspace, *words, "--json")
    assert done.returncode == code, done.stderr
    data: dict[str, Any] = json.loads(done.stdout)
    return data


def counts(data: dict[str, Any]) -> tuple[int, ...]:
    names = ("read", "created", "updated", "unchanged", "merged", "rejected")
    return tuple(data[name] for name in names)


def test_a_list_goes_in_is_found_and_comes_back_unchanged(workspace: Path) -> None:
    first = answer(workspace, "contacts", "import", "list.csv")
    assert counts(first) == (3, 3, 0, 0, 0, 0)
    assert first["rejects_file"] is None
    assert counts(answer(workspace, "contacts", "import", "list.csv")) == (3, 0, 0, 3, 0, 0)

    assert answer(workspace, "contacts", "count") == {"count": 3}
    assert answer(workspace, "contacts", "count", 'city = "BESANCON"') == {"count": 1}

    (zoe,) = answer(workspace, "contacts", "list", 'city = "besançon" and ca > 1000')["contacts"]
    assert (zoe["id"], zoe["email"], zoe["phone"]) == (1, "zoe@lys.example", "+33299853802")
    assert (zoe["client_depuis"], zoe["ca"], zoe["kind"]) == ("2020-02-01", 1200.5, "suspect")

    for name in ("out.csv", "out.xlsx"):
        assert answer(workspace, "contacts", "export", name)["contacts"] == 3
        assert counts(answer(workspace, "contacts", "import", name)) == (3, 0, 0, 3, 0, 0)


def test_show_tells_what_was_set_aside(workspace: Path) -> None:
    answer(workspace, "contacts", "import", "list.csv")

    morel = answer(workspace, "contacts", "show", "Jean Morel")

    assert morel["email"] is None
    assert morel["set_aside"] == [
        {"field": "email", "original": "pas une adresse", "reason": "not an e-mail address"}
    ]
    text = outreach(workspace, "contacts", "show", "3").stdout
    assert "pas une adresse" in text
    assert "City: Rennes" in text


def test_rejected_rows_are_named_and_the_exit_code_is_4(workspace: Path) -> None:
    (workspace / "ragged.csv").write_text("Nom;Mail\nPetit\nMorel;m@lys.example\n")

    done = outreach(workspace, "contacts", "import", "ragged.csv")

    assert done.returncode == 4
    assert "line 2: has 1 cell where the header has 2" in done.stdout
    (rejects,) = (workspace / "data" / "rejects").iterdir()
    assert rejects.name in done.stdout.replace("\n", "")


def test_several_files_are_summed_and_one_that_is_no_table_stops_before_any_is_read(
    workspace: Path,
) -> None:
    (workspace / "b.csv").write_text("Nom;Mail\nDurand;d@lys.example\n")
    both = answer(workspace, "contacts", "import", "list.csv", "b.csv")
    assert counts(both) == (4, 4, 0, 0, 0, 0)
    assert [counts(one)[0] for one in both["files"]] == [3, 1]

    (workspace / "c.csv").write_text("Nom;Mail\nNouveau;n@lys.example\n")
    failed = answer(workspace, "contacts", "import", "c.csv", "missing.csv", "data", code=1)
    assert [error["message"] for error in failed["errors"]] == [
        "there is no such file",
        "this is a folder, not a file",
    ]
    assert answer(workspace, "contacts", "count") == {"count": 4}


def test_a_dry_run_shows_the_mapping_and_writes_nothing(workspace: Path) -> None:
    done = outreach(workspace, "contacts", "import", "list.csv", "--dry-run")

    assert done.returncode == 0
    assert "client_depuis" in done.stdout
    assert "this was a rehearsal: nothing was written" in done.stdout
    assert answer(workspace, "contacts", "count") == {"count": 0}


def test_a_list_for_people_is_80_wide_and_says_how_many_more(workspace: Path) -> None:
    answer(workspace, "contacts", "import", "list.csv")

    text = outreach(workspace, "contacts", "list", "--limit", "2").stdout

    assert "Zoé Petit" in text
    assert "and 1 more" in text
    assert max(map(len, text.splitlines())) <= 80
    assert "Besançon" in outreach(workspace, "contacts", "list", "--fields", "city,ca").stdout


def test_an_unknown_field_is_named_with_the_near_one(workspace: Path) -> None:
    answer(workspace, "contacts", "import", "list.csv")

    failed = answer(workspace, "contacts", "list", "--fields", "citty", code=2)

    assert failed["errors"][0]["hint"] == "did you mean 'city'?"
    assert {"name": "ca", "label": "CA", "type": "number", "origin": "user"} in answer(
        workspace, "contacts", "fields"
    )["fields"]
