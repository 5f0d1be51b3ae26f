"""Days as they are said on the telephone, typed in a hurry."""

from __future__ import annotations

from datetime import date, time

import pytest

from outreach.runner.said_days import BadDay, PastDay, SaidDay, read_day

MONDAY = date(2027, 3, 1)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("thu", date(2027, 3, 4)),
        ("Jeudi", date(2027, 3, 4)),
        ("lundi", date(2027, 3, 8)),
        ("tomorrow", date(2027, 3, 2)),
        ("demain", date(2027, 3, 2)),
        ("après-demain", date(2027, 3, 3)),
        ("+10", date(2027, 3, 11)),
        ("+2w", date(2027, 3, 15)),
        ("+2 s", date(2027, 3, 15)),
        ("+3m", date(2027, 6, 1)),
        ("+12m", date(2028, 3, 1)),
        ("12/03", date(2027, 3, 12)),
        ("12/02", date(2028, 2, 12)),
        ("2027-03-12", date(2027, 3, 12)),
        ("12/03/2027", date(2027, 3, 12)),
    ],
)
def test_a_day_is_the_next_one_that_fits(typed: str, day: date) -> None:
    assert read_day(typed, today=MONDAY, locale="fr_FR") == SaidDay(day)


def test_the_order_of_day_and_month_is_the_locales() -> None:
    assert read_day("03/12", today=MONDAY, locale="en_US").day == date(2027, 3, 12)


@pytest.mark.parametrize("typed", ["thu 14:30", "jeu 14h30", "jeudi à 14 h 30", "04/03, 14:30"])
def test_an_hour_may_follow(typed: str) -> None:
    said = read_day(typed, today=MONDAY, locale="fr_FR")
    assert said == SaidDay(date(2027, 3, 4), time(14, 30))


def test_an_hour_alone_is_todays() -> None:
    assert read_day("16h", today=MONDAY, locale="fr_FR") == SaidDay(MONDAY, time(16))


@pytest.mark.parametrize("typed", ["", "soon", "31/02", "99/99", "25:00", "+99999", "+9999999999"])
def test_what_is_no_day_is_refused(typed: str) -> None:
    with pytest.raises(BadDay):
        read_day(typed, today=MONDAY, locale="fr_FR")


def test_a_day_that_has_passed_is_refused() -> None:
    with pytest.raises(PastDay):
        read_day("2027-02-28", today=MONDAY, locale="fr_FR")
