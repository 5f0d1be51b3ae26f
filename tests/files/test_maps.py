"""The file of --map: a field for a column, and what that column may change."""

from __future__ import annotations

from pathlib import Path

import pytest

from outreach.errors import Problems
from outreach.files.maps import read_map, read_policies
from outreach.model.admission import OnMatch


def test_a_line_names_a_field_or_says_more(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.write_text("Nom: last_name\nE-mail: {field: email, on_match: keep}\n"
                    "Ville: {on_match: replace}\nObs: ignore\n")  # fmt: skip

    assert read_map(path) == {"Nom": "last_name", "E-mail": "email", "Obs": "ignore"}
    assert read_policies(path) == {"E-mail": OnMatch.KEEP, "Ville": OnMatch.REPLACE}


def test_every_wrong_line_is_told_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.write_text("Nom: [a]\nMail: {field: email, on_match: kept}\nVille: {feild: city}\n")

    with pytest.raises(Problems) as refused:
        read_map(path)

    found = [(error.where.line if error.where else 0, str(error.hint or ""))
             for error in refused.value.errors]  # fmt: skip
    assert found == [
        (1, "write each line as: header: field"),
        (2, "did you mean 'keep'?"),
        (3, "did you mean 'field'?"),
    ]
