"""Sections on the terminal: 80 columns, whatever they hold; no number is ever cut."""

from __future__ import annotations

from pathlib import Path

import pytest
from sample_report import FIGURES, MONTHS, NAMES, REPORT, SEGMENTS, long_winded

from outreach.application import Application, Options
from outreach.cli.document import show_document, show_section
from outreach.errors import Text
from outreach.evaluation.document import Document, Plot, Section, Table


@pytest.fixture
def parts(tmp_path: Path, request: pytest.FixtureRequest) -> Application:
    locale = getattr(request, "param", "en_GB")
    (tmp_path / "outreach.yaml").write_text(f"locale: {locale}\n", encoding="utf-8")
    return Application(Options(config=str(tmp_path / "outreach.yaml")))


def lines_of(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]


def section(*tables: Table, plot: Plot | None = None) -> Section:
    return Section(key="x", title=Text("X"), tables=tables, plots=(plot,) if plot else ())


@pytest.mark.parametrize("parts", ["en_GB", "fr_FR"], indirect=True)
@pytest.mark.parametrize("document", [REPORT, long_winded()], ids=["usual", "long"])
def test_nothing_is_wider_than_80_columns(
    parts: Application, document: Document, capsys: pytest.CaptureFixture[str]
) -> None:
    show_document(parts, document)
    assert [line for line in capsys.readouterr().out.splitlines() if len(line) > 80] == []


def test_a_table_too_wide_is_laid_in_pieces_each_with_its_names(
    parts: Application, capsys: pytest.CaptureFixture[str]
) -> None:
    show_section(parts, section(SEGMENTS))
    lines = lines_of(capsys)
    assert len([line for line in lines if line.startswith(NAMES[1])]) == 2
    for whole in ("€86,419.69", "€111,111.03", "-€1,234.50", "8 Mar 2027"):
        assert any(whole in line for line in lines), whole


def test_the_last_row_holds_the_totals(
    parts: Application, capsys: pytest.CaptureFixture[str]
) -> None:
    show_section(parts, section(SEGMENTS))
    first, second = [line for line in lines_of(capsys) if line.startswith("total")]
    # The share of all has no total, nor have days.
    assert (first, second) == ("total 1,501 9 0.6% €111,111.03 €107,407.53", "total")


def test_figures_of_several_kinds_each_have_their_unit_and_none_is_a_dash(
    parts: Application, capsys: pytest.CaptureFixture[str]
) -> None:
    show_section(parts, section(FIGURES))
    lines = lines_of(capsys)
    for line in ("orders 5", "cost €600.00", "return on cost 150%", "orders to break even –"):
        assert line in lines


def test_a_table_without_rows_is_not_shown(
    parts: Application, capsys: pytest.CaptureFixture[str]
) -> None:
    show_document(parts, REPORT)
    assert "Nothing at all" not in capsys.readouterr().out


def test_bars_of_one_column_stand_beside_their_table(
    parts: Application, capsys: pytest.CaptureFixture[str]
) -> None:
    """A full bar is the largest value; anything above 0 shows."""
    plot = Plot("bars", Text("Touches"), MONTHS, "month", ("touches",))
    show_section(parts, section(MONTHS, plot=plot))
    lines = lines_of(capsys)
    assert "1 Jan 2027 100 €0.00 ██████████" in lines
    assert "1 Feb 2027 0 €10,000.00" in lines
    assert "Touches" not in lines


def test_two_lines_are_two_blocks(parts: Application, capsys: pytest.CaptureFixture[str]) -> None:
    plot = Plot("lines", Text("Effort"), MONTHS, "month", ("touches", "revenue"))
    show_section(parts, section(MONTHS, plot=plot))
    lines = lines_of(capsys)
    assert lines[lines.index("Effort") + 1] == "touches"
    assert [line for line in lines if line.startswith("1 Feb 2027 €10,000.00 ███")]


def test_an_interval_is_a_whisker_and_a_line_stands_at_nought(
    parts: Application, capsys: pytest.CaptureFixture[str]
) -> None:
    show_document(parts, REPORT)
    rows = [line for line in capsys.readouterr().out.splitlines() if "●" in line]
    assert [row.split()[:4] for row in rows] == [["b", "−", "a", "3%"], ["c", "−", "a", "-3%"]]
    # From −1 % to 7 % nought is inside, from −5 % to −1 % it is not.
    assert rows[0].index("├") < rows[0].index("●") < rows[0].index("┤")
    assert "│" in rows[1]
    assert rows[1].index("┤") < rows[1].index("│")
