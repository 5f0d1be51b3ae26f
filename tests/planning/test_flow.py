"""Rates along the chain, with those who are not there yet, against published tables."""

from __future__ import annotations

from fractions import Fraction

import pytest

from outreach.model.effort_tally import Spell
from outreach.planning.flow import ORDERED, State, flow, states

CONTACTED, REPLIED, APPOINTMENT, QUOTE = range(4)


def of_history(weight: int = 0) -> tuple[State, ...]:
    return states(Fraction(6, 100), Fraction(4), Fraction(3), Fraction(weight))


def no_delays(days: int) -> object:
    from numpy import zeros

    return zeros(days)


def evenly(days: int) -> object:
    from numpy import full

    return full(days, 1 / days)


def test_kaplan_and_meier_s_curve_of_the_6_mp_patients() -> None:
    """Freireich 1963: 21 patients, 9 relapses, 12 censored; S(6) = 0.857 … S(23) = 0.448."""
    relapsed = {6: 3, 7: 1, 10: 1, 13: 1, 16: 1, 22: 1, 23: 1}
    censored = {6: 1, 9: 1, 10: 1, 11: 1, 17: 1, 19: 1, 20: 1, 25: 1, 32: 2, 34: 1, 35: 1}
    spells = [Spell(QUOTE, days, ORDERED, people) for days, people in relapsed.items()]
    spells += [Spell(QUOTE, days, None, people) for days, people in censored.items()]

    cumulated = flow(spells, of_history(), no_delays(40)).arrivals[QUOTE].cumsum()

    survival = {day: round(1 - float(cumulated[day - 1]), 3) for day in (6, 7, 10, 13, 16, 22, 23)}
    assert survival == {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.69, 16: 0.627, 22: 0.538, 23: 0.448}


def test_two_ways_out_share_those_who_leave() -> None:
    """10 quotes: after 5 days 4 order and 2 are lost, after 8 days 1 of the 4 left orders."""
    spells = [
        Spell(QUOTE, 5, ORDERED, 4), Spell(QUOTE, 5, 5, 2), Spell(QUOTE, 8, ORDERED, 1),
        Spell(QUOTE, 9, None, 3),
    ]  # fmt: skip
    arrivals = flow(spells, of_history(), no_delays(20)).arrivals[QUOTE]
    assert arrivals[4] == pytest.approx(0.4)
    assert arrivals[7] == pytest.approx(0.4 * 1 / 4)


def test_who_goes_from_state_to_state_orders_after_both_delays() -> None:
    """Half reply after 3 days, all of them get a quote after 2, 4 in 10 order after 5."""
    spells = [
        Spell(CONTACTED, 3, REPLIED, 5), Spell(CONTACTED, 9, 5, 5),
        Spell(REPLIED, 2, QUOTE, 5),
        Spell(QUOTE, 5, ORDERED, 2), Spell(QUOTE, 6, 5, 3),
    ]  # fmt: skip
    arrivals = flow(spells, of_history(), no_delays(20)).arrivals[CONTACTED]
    assert float(arrivals.sum()) == pytest.approx(0.5 * 0.4)
    assert arrivals[3 + 2 + 5 - 1] == pytest.approx(0.2)


def test_those_who_stand_there_are_expected_by_their_age() -> None:
    """All order after exactly 10 days; who has waited 8 orders in 2, who came today in 10."""
    spells = [Spell(QUOTE, 10, ORDERED, 6), Spell(QUOTE, 8, None, 3), Spell(QUOTE, 0, None, 2)]
    found = flow(spells, of_history(), no_delays(20))
    assert (found.people[QUOTE], found.ages[QUOTE]) == (5, 8)
    assert found.stock[QUOTE][1] == pytest.approx(3)
    assert found.stock[QUOTE][9] == pytest.approx(2)
    assert found.orders == 6


def test_a_state_without_history_is_the_sources_own_figure() -> None:
    """24 active prospects, 1 deal of 12: 2 orders; 200 contacted, 1; 3 quotes, 1."""
    spells = [
        Spell(REPLIED, 0, None, 24), Spell(CONTACTED, 0, None, 200), Spell(QUOTE, 0, None, 3),
    ]  # fmt: skip
    found = flow(spells, of_history(1), evenly(365))
    assert [round(float(one.sum()), 9) for one in found.stock] == [1, 2, 0, 1]
    assert [found.share(place) for place in range(4)] == [0, 0, 0, 0]


def test_history_weighs_as_many_people_as_were_followed() -> None:
    """3 quotes followed to their end weigh as much as the sources' 3: (1 in 3 + 3 in 3) ÷ 2."""
    spells = [Spell(QUOTE, 4, ORDERED, 3), Spell(QUOTE, 0, None, 6)]
    found = flow(spells, of_history(1), evenly(100))
    assert found.share(QUOTE) == pytest.approx(0.5)
    assert float(found.stock[QUOTE].sum()) == pytest.approx(6 * (0.5 * 1 + 0.5 / 3))
