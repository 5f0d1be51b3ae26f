"""How large an address is printed: as large as the label lets it, and never too small to read."""

from __future__ import annotations

from decimal import Decimal

import pytest

from outreach.rendering.type_size import fitted, width

ROOM = (Decimal(62), Decimal(31))
SHORT = ["Madame Zoé Æbly", "1 rue du Four", "75003 PARIS"]


def size(lines: list[str], room: tuple[Decimal, Decimal] = ROOM) -> float | None:
    """In points."""
    block = fitted(lines, room)
    return block.size / 2 if block else None


def test_an_ordinary_address_is_printed_at_11_points() -> None:
    assert size(SHORT) == 11


@pytest.mark.parametrize(
    ("longest", "points"),
    [
        ("128 BOULEVARD DU GENERAL DE GAULLE", 8),
        ("MMMMMMMMMMMMMMMMMMMMM", 10),
        ("WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW", None),
    ],
)
def test_a_long_line_makes_the_address_smaller(longest: str, points: float | None) -> None:
    assert size([*SHORT, longest]) == points


def test_a_low_label_makes_it_smaller_until_it_cannot_be_read() -> None:
    """Six lines of 11 points take 6 × 13.2 points: 27.9 mm."""
    heights = [Decimal(28), Decimal(20), Decimal(18), Decimal(17)]
    assert [size(SHORT * 2, (Decimal(62), height)) for height in heights] == [11, 7.5, 7, None]


def test_widths_are_those_of_arial() -> None:
    """Adobe's metrics: a digit 556, a capital M 833, an l 222 thousandths of the size."""
    assert (width("0"), width("M"), width("l"), width("")) == (556, 833, 222, 0)


def test_accents_take_no_room_and_unknown_letters_a_lot() -> None:
    assert width("É") == width("E")
    assert width("日") == 1015
