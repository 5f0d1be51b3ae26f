"""`outreach plan effort` and `outreach report`, asked at the door."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from outreach.cli import main

Ask = Callable[..., tuple[int, str, str]]

#: The course sheet's own values (domain notes B1).
SHEET = (
    *("--revenue", "60000"),
    *("--average-deal", "20000"),
    *("--proposals-per-deal", "3"),
    *("--compensation", "4"),
    *("--inbound", "8"),
    *("--accessibility", "6%"),
    *("--touches", "4"),
    *("--minutes", "2"),
)


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Runs a command in a workspace of its own: exit code, stdout, stderr."""
    (tmp_path / "outreach.yaml").write_text(
        "store: sqlite:///data/outreach.db\nlocale: en_GB\n", encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path)

    def ask(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as leaving:
            main(list(arguments))
        out, err = capsys.readouterr()
        return int(leaving.value.code or 0), out, err

    return ask


def asked(ask: Ask, *arguments: str) -> dict[str, Any]:
    code, out, err = ask("plan", "effort", *arguments, "--json")
    assert code == 0, err
    data: dict[str, Any] = json.loads(out)
    return data


def test_the_course_sheets_effort_has_an_exact_and_a_rounded_column(ask: Ask) -> None:
    data = asked(ask, *SHEET)
    steps = ("deals", "proposals", "active_prospects", "to_find", "prospects", "touches", "hours")
    assert [round(data[step]["exact"], 3) for step in steps] == [
        3,
        9,
        36,
        28,
        466.667,
        1866.667,
        62.222,
    ]
    assert [round(data[step]["rounded"], 3) for step in steps] == [
        3,
        9,
        36,
        28,
        467,
        1868,
        62.267,
    ]


def test_rounding_down_prints_the_sources_own_row(ask: Ask) -> None:
    data = asked(ask, *SHEET, "--rounding", "down")
    assert [data[step]["rounded"] for step in ("prospects", "touches", "hours")] == [466, 1864, 62]


@pytest.mark.parametrize("rate", ["6%", "6 %", "6,0 %", "0.06", "0,06"])
def test_a_rate_is_written_as_a_percentage_or_as_a_fraction(ask: Ask, rate: str) -> None:
    data = asked(ask, "--deals", "3", "--inbound", "8", "--accessibility", rate)
    assert data["prospects"]["rounded"] == 467


def test_what_is_not_given_comes_from_the_sources_and_it_says_so(ask: Ask) -> None:
    data = asked(ask, "--deals", "3", "--inbound", "8")
    assert data["hours"]["rounded"] == pytest.approx(62.267, abs=1e-3)
    assert data["coefficients"]["inbound"] == {"value": 8, "origin": "given"}
    assert data["coefficients"]["accessibility"] == {"value": 0.06, "origin": "default"}
    _, text, _ = ask("plan", "effort", "--deals", "3", "--inbound", "8")
    assert "the sources' default" in text
    assert "still to find ÷ accessibility" in text
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((), 2, "either a revenue or a number of deals"),
        (("--revenue", "60000", "--deals", "3"), 2, "either a revenue or a number of deals"),
        (("--revenue", "60000"), 2, "--average-deal"),
        (("--revenue", "60,000"), 2, "60000"),
        (("--revenue", "much"), 2, "'much'"),
        (("--deals", "3", "--accessibility", "6"), 2, "6% or 0.06"),
        (("--deals", "3", "--accessibility", "0%"), 1, "accessibility of 0"),
    ],
)
def test_what_cannot_be_calculated_is_told(
    ask: Ask, arguments: tuple[str, ...], code: int, words: str
) -> None:
    found, out, err = ask("plan", "effort", *arguments)
    assert found == code
    assert words in err
    assert out == ""


def test_a_report_of_no_campaign_is_an_empty_list(ask: Ask) -> None:
    code, out, _ = ask("report", "--json")
    nothing = {"campaigns": [], "together": None, "customers": None}
    assert (code, json.loads(out)) == (0, {**nothing, "period": {"from": None, "to": None}})


def test_a_report_of_an_unknown_campaign_says_so(ask: Ask) -> None:
    code, _, err = ask("report", "autumn")
    assert code == 2
    assert "'autumn'" in err
