"""A sample that tells much with few people."""

from __future__ import annotations

from outreach.errors import Text
from outreach.model.contact import Contact
from outreach.model.ids import ContactId
from outreach.runner.sampling import Trait, Traits, telling


def person(number: int, last_name: str = "Blanc") -> Contact:
    return Contact(ContactId(number), {"last_name": last_name})


def trait(name: str, weight: int = 1) -> Trait:
    return Trait((name,), Text(name), weight)


A, B, HELD = trait("a"), trait("b"), trait("held", 4)
PEOPLE = [person(n) for n in (1, 2, 3, 4)]


def shown(people: list[Contact], traits: dict[int, set[Trait]], at_most: int = 12) -> object:
    of: Traits = {ContactId(number): found for number, found in traits.items()}
    return [
        (one.contact.id, [str(reason) for reason in one.reasons])
        for one in telling(people, of, at_most)
    ]


def test_the_first_person_comes_first_with_what_is_his() -> None:
    assert shown(PEOPLE, {1: {A}, 2: {B}, 3: set(), 4: {B}}) == [
        (1, ["the first of the audience", "a"]),
        (2, ["b"]),
    ]


def test_who_shows_more_comes_before_who_shows_less() -> None:
    """One person shows both: nobody else is needed."""
    assert shown(PEOPLE, {1: set(), 2: {A}, 3: {B}, 4: {A, B}}) == [
        (1, ["the first of the audience"]),
        (4, ["a", "b"]),
    ]


def test_what_would_be_held_weighs_more_than_what_is_written_differently() -> None:
    found = shown(PEOPLE, {1: set(), 2: {A, B}, 3: {HELD}, 4: set()}, at_most=2)
    assert found == [(1, ["the first of the audience"]), (3, ["held"])]


def test_what_everybody_has_in_common_is_no_reason() -> None:
    assert shown(PEOPLE, {1: {A}, 2: {A}, 3: {A}, 4: {A}}) == [(1, ["the first of the audience"])]


def test_the_longest_name_is_shown() -> None:
    people = [person(1), person(2, "de la Rochefoucauld-Montbel"), person(3)]
    assert shown(people, {}) == [
        (1, ["the first of the audience"]),
        (2, ["the longest name"]),
    ]


def test_nobody_has_no_sample() -> None:
    assert shown([], {}) == []
