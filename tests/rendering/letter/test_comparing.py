"""What IF and its like hold for true."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from outreach.model.field import Value
from outreach.rendering.letter.comparing import holds

TRUE: list[tuple[Value, str, Value]] = [
    ("900", "<", "1000"),  # as texts 900 would be more
    ("1 000,00", "=", "1000"),
    (Decimal(1000), "=", "1 000"),
    (12, ">=", "12"),
    (12, "<>", "douze"),
    ("Paris", "<>", "paris"),
    ("Élan", "<>", "Elan"),
    ("Élan", "<", "fin"),
    ("Zoe\u0301", "=", "Zoé"),
    ("01/12/2026", "<", "15/03/2027"),
    (date(2027, 3, 1), "=", "01/03/2027"),
    (date(2027, 3, 1), ">", "1er février 2027"),
    (datetime(2027, 3, 1, 14, 5), "=", date(2027, 3, 1)),
    (datetime(2027, 3, 1, 14, 5), ">", "01/03/2027 14:00"),
    ("75011", "=", "75*"),
    (75011, "=", "75???"),
    ("Lyon", "<>", "75*"),
    ("a+b", "=", "a+?"),
    ("", "=", "*"),
    (None, "=", ""),
    (None, "=", None),
    (None, "<", "abc"),  # two texts
    ("12", "<", "abc"),
    (True, "=", "oui"),
]
FALSE: list[tuple[Value, str, Value]] = [
    ("paris", "=", "Paris"),
    ("paris", "=", "P*"),
    ("75*", "=", "75011"),  # on the left a star is a star
    ("7501", "=", "75???"),
    ("1.5", "=", "1,5"),
    (None, "<", "5"),
    (None, ">=", 0),
    (None, "<", date(2027, 3, 1)),
    (None, "=", "0"),
    ("a", "<", "A"),
]


@pytest.mark.parametrize(("left", "operator", "right"), TRUE)
def test_it_holds(left: Value, operator: str, right: Value) -> None:
    assert holds(left, operator, right, "fr_FR")


@pytest.mark.parametrize(("left", "operator", "right"), FALSE)
def test_it_does_not_hold(left: Value, operator: str, right: Value) -> None:
    assert not holds(left, operator, right, "fr_FR")


def test_the_locale_says_what_is_a_number_and_which_day_a_date_is() -> None:
    assert holds("1,234", "=", "1234", "en_US")
    assert not holds("1,234", "=", "1234", "fr_FR")
    assert holds("02/01/2027", ">", "01/12/2027", "en_US")
    assert holds("02/01/2027", "<", "01/12/2027", "fr_FR")
