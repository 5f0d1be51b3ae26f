"""Sheets of labels and envelopes: where on the paper each address stands, in millimetres."""

from __future__ import annotations

from decimal import Decimal

import pytest

from outreach.rendering.labels import (
    A4,
    ENVELOPES,
    SHEETS,
    BadFormat,
    Layout,
    edges,
    read_envelope,
    read_labels,
)


def corners(layout: Layout) -> list[tuple[str, str]]:
    """The upper left corner of each place, in mm."""
    across, down = edges(layout.columns, layout.left), edges(layout.rows, layout.top)
    return [(str(across[p.column]), str(down[p.row])) for p in layout.places]


@pytest.mark.parametrize(
    ("name", "count", "first", "second", "last"),
    [
        ("99.1x38.1", 14, ("4.65", "15.15"), ("106.25", "15.15"), ("106.25", "243.75")),
        ("70x37", 24, ("0", "0.5"), ("70", "0.5"), ("140", "259.5")),
        ("105x57", 10, ("0", "6"), ("105", "6"), ("105", "234")),
        ("63.5x38.1", 21, ("7.25", "15.15"), ("73.25", "15.15"), ("139.25", "243.75")),
    ],
)
def test_the_usual_sheets_stand_in_the_middle_of_a4(
    name: str, count: int, first: tuple[str, str], second: tuple[str, str], last: tuple[str, str]
) -> None:
    found = [
        tuple(f"{Decimal(length).normalize():f}" for length in corner)
        for corner in corners(read_labels(name))
    ]

    assert (len(found), found[0], found[1], found[-1]) == (count, first, second, last)


@pytest.mark.parametrize("typed", ["99,1 × 38,1 mm", "99.1X38.1", " l7163 ", "J8163"])
def test_a_sheet_may_be_written_as_on_its_box(typed: str) -> None:
    assert read_labels(typed) == read_labels("99.1x38.1")


def test_a_sheet_of_ones_own_is_centred() -> None:
    layout = read_labels("80x50,5x2")

    assert (len(layout.places), corners(layout)[0], corners(layout)[-1]) == (
        10, ("25", "23.5"), ("105", "223.5"),
    )  # fmt: skip


def test_a_sheet_of_ones_own_with_margins_and_gaps() -> None:
    assert corners(read_labels("80x50,2x2,20x10,5x2.5")) == [
        ("20", "10"), ("105", "10"), ("20", "62.5"), ("105", "62.5"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "what"),
    [
        ("99x99,9x9", "99x99,9x9: the labels do not fit on A4: they take 891 mm of 210 mm"),
        ("100x40,8x2", "100x40,8x2: the labels do not fit on A4: they take 320 mm of 297 mm"),
        ("99x37,8x2,15x0",
         "99x37,8x2,15x0: the labels do not fit on A4: they take 213 mm of 210 mm"),
        ("20x10,5x5", "20x10,5x5: no address fits on so small a label"),
        ("80x50,0x2", "80x50,0x2: a sheet has at least one label"),
        ("80x50", "'80x50' is no size of labels"),
        ("80x50,5", "'80x50,5' is no size of labels"),
        ("large", "'large' is no size of labels"),
        ("", "'' is no size of labels"),
        ("80x50,5x2,", "'80x50,5x2,' is no size of labels"),
        ("1e9x50,5x2", "'1e9x50,5x2' is no size of labels"),
    ],
)  # fmt: skip
def test_a_size_that_is_none_is_refused_with_a_hint(typed: str, what: str) -> None:
    with pytest.raises(BadFormat) as refused:
        read_labels(typed)

    assert str(refused.value.what) == what
    assert (refused.value.hint is not None) == ("at least one" not in what)


@pytest.mark.parametrize("name", SHEETS)
def test_every_known_sheet_fits_on_its_paper(name: str) -> None:
    layout = read_labels(name)
    assert edges(layout.columns, layout.left)[-1] <= A4[0]
    assert edges(layout.rows, layout.top)[-1] <= A4[1]


@pytest.mark.parametrize(
    ("name", "paper", "below"),
    [
        ("DL", (220, 110), 20),
        ("C6/5", (229, 114), 20),
        ("C6", (162, 114), 20),
        ("C5", (229, 162), 60),
        ("C4", (324, 229), 60),
    ],
)
def test_the_recipient_stands_where_the_window_is(
    name: str, paper: tuple[int, int], below: int
) -> None:
    """100 × 45 mm, 20 mm from the right edge: La Poste's machines keep 20 mm below it free."""
    layout = read_envelope(name.lower())
    ours, theirs = layout.places
    across, down = edges(layout.columns, layout.left), edges(layout.rows, layout.top)

    assert (layout.width, layout.height) == paper
    assert layout.columns[theirs.column] == 100
    assert layout.rows[theirs.row] == 45
    assert layout.width - across[theirs.column + 1] == 20
    assert layout.height - down[theirs.row + 1] == below
    assert down[theirs.row] >= 40, "the postmark and the stamp"
    assert (across[ours.column], down[ours.row]) == (8, 8)


def test_an_envelope_of_no_size_is_refused() -> None:
    with pytest.raises(BadFormat, match="'A7' is no size of envelopes") as refused:
        read_envelope("A7")
    assert str(refused.value.hint) == f"known are: {', '.join(ENVELOPES)}"
