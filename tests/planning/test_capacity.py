"""Weeks, people, days and cost of an effort, and what the time there is can bring."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

from outreach.model.channels import Channel
from outreach.model.settings import Costs
from outreach.planning.capacity import (
    Load,
    Worker,
    fit,
    hours_in_weeks,
    parts,
    schedule,
)
from outreach.planning.effort import Rounding
from outreach.planning.expectation import within
from outreach.planning.habits import Coefficients, Habits, weighed

CALLS = (Load(channel=None, share=Fraction(1), minutes=Fraction(2)),)
MARIE = Worker(key="marie", name="Marie", hours_per_week=Fraction(8))
TOUCHES = Fraction(5600, 3)
MONDAY = date(2027, 3, 1)


def working(day: date) -> bool:
    return day.weekday() < 5


def sheet() -> Habits:
    return weighed(Coefficients(average_deal=Fraction(20_000), inbound=Fraction(8)), {})


def test_62_222_hours_at_8_a_week_are_7_78_weeks_so_8() -> None:
    """B1, capacity check: it is done in the 8th week, on its 4th day."""
    found = schedule(TOUCHES, CALLS, (MARIE,), MONDAY, working)
    assert found is not None
    assert round(float(found.weeks), 2) == 7.78
    assert found.whole_weeks == 8
    assert found.ends_on == date(2027, 4, 22)


def test_public_holidays_and_a_person_s_own_days_move_the_end() -> None:
    def no_easter_monday(day: date) -> bool:
        return working(day) and day != date(2027, 3, 29)

    later = schedule(TOUCHES, CALLS, (MARIE,), MONDAY, no_easter_monday)
    assert later is not None
    assert later.ends_on == date(2027, 4, 23)
    tuesdays = Worker(key="p", name="Paul", hours_per_week=Fraction(8), days=(1,))
    found = schedule(TOUCHES, CALLS, (tuesdays,), MONDAY, working)
    assert found is not None
    assert found.ends_on == date(2027, 4, 20)


def test_no_more_calls_a_day_than_somebody_makes() -> None:
    """8 hours a week would hold 48 calls a day; 20 a day make 1,866.67 calls last 18.7 weeks."""
    slow = Worker(key="m", name="M", hours_per_week=Fraction(8), calls_per_day=20)
    found = schedule(TOUCHES, CALLS, (slow,), MONDAY, working)
    assert found is not None
    assert (round(float(found.weeks), 1), found.whole_weeks) == (18.7, 19)


def test_people_share_whole_touches_by_their_time_and_the_sum_is_exact() -> None:
    paul = Worker(key="paul", name="Paul", hours_per_week=Fraction(4))
    found = schedule(TOUCHES, CALLS, (MARIE, paul), MONDAY, working)
    assert found is not None
    assert [one.touches for one in found.shares] == [1245, 622]
    assert sum(one.touches for one in found.shares) == 1867


def test_nobody_s_time_is_no_schedule() -> None:
    assert schedule(TOUCHES, CALLS, (), MONDAY, working) is None


def test_the_time_up_to_a_deadline_holds_it_or_says_what_is_missing() -> None:
    by = date(2027, 3, 26)
    found = fit(TOUCHES, CALLS, (MARIE,), start=MONDAY, by=by, is_working_day=working)
    assert not found.fits
    assert found.possible_hours == 32
    assert round(float(found.missing_hours), 2) == 30.22
    assert found.hours_per_week is not None
    assert round(float(found.hours_per_week), 2) == 16.75
    end = date(2027, 4, 22)
    assert fit(TOUCHES, CALLS, (MARIE,), start=MONDAY, by=end, is_working_day=working).fits


def test_channels_have_their_minutes_and_letters_their_stamp_and_paper() -> None:
    """60 calls of 2 min and 40 letters of 3: 2 h each, 72 € a line at 0.60, 70 € of post."""
    loads = (
        Load(channel=Channel.CALL, share=Fraction(6, 10), minutes=Fraction(2)),
        Load(channel=Channel.LETTER, share=Fraction(4, 10), minutes=Fraction(3)),
    )
    costs = Costs(minute=Decimal("0.60"), stamp=Decimal("1.39"), paper=Decimal("0.36"))
    calls, letters = parts(Fraction(100), loads, costs)
    assert (calls.touches, calls.hours, calls.cost) == (60, 2, 72)
    assert (letters.touches, letters.hours, letters.cost) == (40, 2, 142)


def test_what_62_222_hours_bring_is_the_sheet_read_backwards() -> None:
    found = within(Fraction(560, 9), sheet())
    steps = ("touches", "prospects", "to_find", "active_prospects", "proposals", "deals")
    exact = [getattr(found, step).exact for step in steps]
    assert exact == [Fraction(5600, 3), Fraction(1400, 3), 28, 36, 9, 3]
    # Part of a person is none: 466 prospects are 27 actives, 35 with the inbound, 8 proposals.
    rounded = [getattr(found, step).rounded for step in steps]
    assert rounded == [1866, 466, 27, 35, 8, 2]
    unrounded = within(Fraction(560, 9), sheet(), Rounding.EXACT)
    assert unrounded.deals.rounded == 3


def test_eight_weeks_of_eight_hours_are_64_hours() -> None:
    assert hours_in_weeks(Fraction(8), (MARIE,), CALLS) == 64
