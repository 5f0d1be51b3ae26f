"""Control and variants within strata: exact shares, by the lot, and nobody moves."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as some

from outreach.model.ids import ContactId
from outreach.runner.allocation import (
    Strata,
    control_by_stratum,
    control_drawn,
    variants_drawn,
)
from outreach.runner.drawing import draw, nearest_whole

TENTH = Fraction(1, 10)


def town(sizes: dict[str, int]) -> dict[ContactId, str | None]:
    """People numbered through, so many of each stratum."""
    names = [name for name, size in sizes.items() for _ in range(size)]
    return {ContactId(number): name for number, name in enumerate(names, start=1)}


def test_largest_remainder() -> None:
    """10 % of 25, 14 and 6 is 2.5, 1.4, 0.6; of 45 in all 5: the half and the 0.6 go up."""
    sizes: dict[str | None, int] = {"Rennes": 25, "Brest": 14, "Vannes": 6}
    found = control_by_stratum(5, TENTH, sizes, salt="spring")
    assert found == {"Rennes": 3, "Brest": 1, "Vannes": 1}


def test_control_is_the_exact_share_of_each_stratum() -> None:
    people = town({"Rennes": 100, "Brest": 50, "Vannes": 20})
    control = control_drawn(
        list(people), people, share=TENTH, salt="spring", already=(), settled=()
    )
    assert Counter(people[one] for one in control) == {"Rennes": 10, "Brest": 5, "Vannes": 2}


def test_without_strata_control_is_who_the_lot_names_first() -> None:
    people = [ContactId(number) for number in range(1, 48)]
    control = control_drawn(people, {}, share=TENTH, salt="spring", already=(), settled=())
    first = sorted(people, key=lambda one: draw("spring", "control", one))[:5]
    assert control == set(first)


@given(
    some.dictionaries(some.sampled_from("abcdefgh"), some.integers(1, 40), min_size=1),
    some.fractions(0, Fraction(9, 10), max_denominator=20),
)
def test_the_whole_is_the_nearest_share_and_no_stratum_is_off_by_one(
    sizes: dict[str, int], share: Fraction
) -> None:
    people = town(sizes)
    control = control_drawn(
        list(people), people, share=share, salt="spring", already=(), settled=()
    )
    assert len(control) == nearest_whole(share, len(people))
    counted = Counter(people[one] for one in control)
    assert all(abs(counted[name] - share * size) < 1 for name, size in sizes.items())


@given(
    some.dictionaries(some.sampled_from("abcdefgh"), some.integers(1, 40), min_size=1),
    some.integers(2, 4),
)
def test_no_two_variants_differ_by_more_than_one_in_any_stratum_or_in_the_whole(
    sizes: dict[str, int], count: int
) -> None:
    people, names = town(sizes), [*"wxyz"[:count]]
    drawn = variants_drawn(people, people, step="mail", names=names, salt="spring", already={})
    assert set(drawn) == set(people)
    for stratum in sizes:
        has = Counter(drawn[one] for one in people if people[one] == stratum)
        assert max(has[name] for name in names) - min(has[name] for name in names) <= 1
    whole = Counter(drawn.values())
    assert max(whole[name] for name in names) - min(whole[name] for name in names) <= 1


def test_people_who_come_later_take_what_their_stratum_lacks_and_nobody_moves() -> None:
    people = town({"Rennes": 5, "Brest": 3})
    first = variants_drawn(people, people, step="mail", names="ab", salt="s", already={})
    more = town({"Rennes": 9, "Brest": 8})
    # Another numbering: the first eight keep their stratum, nine more come in.
    strata = {**{ContactId(n + 100): s for n, s in more.items()}, **people}
    later = variants_drawn(strata, strata, step="mail", names="ab", salt="s", already=first)
    assert all(later[one] == name for one, name in first.items())
    for stratum in ("Rennes", "Brest"):
        has = Counter(later[one] for one in strata if strata[one] == stratum)
        assert abs(has["a"] - has["b"]) <= 1


@pytest.mark.parametrize("step", ["mail", "reminder"])
def test_each_step_draws_for_itself(step: str) -> None:
    people = town({"Rennes": 40})
    drawn = variants_drawn(people, people, step=step, names="ab", salt="s", already={})
    other = variants_drawn(people, people, step="call", names="ab", salt="s", already={})
    assert 8 < sum(drawn[one] == other[one] for one in people) < 32


def test_strata_are_one_however_they_are_spelled() -> None:
    strata = Strata()
    strata.put(ContactId(1), ("Besançon", "prospect"))
    strata.put(ContactId(2), ("BESANCON", "prospect"))
    strata.put(ContactId(3), (None, "customer"))
    assert [*strata.of.values()] == [
        "Besançon · prospect", "Besançon · prospect", "– · customer",
    ]  # fmt: skip
