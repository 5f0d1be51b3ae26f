"""What a person is called, in the form that is compared: civilities and generations set aside.

Pure. Lists write `Mme Brigitte` for a first name, `Nathalie GIRARD` for a last one and
`Lacombe fils` where a father and his son are meant to be told apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from outreach.cleaning.likeness.base import Column
from outreach.cleaning.likeness.forms import name_form
from outreach.cleaning.likeness.given_names import GIVEN_NAMES

_CIVILITIES = frozenset({"mme", "mlle", "mr", "mrs", "ms", "monsieur", "madame", "mademoiselle"})

#: What sets a son apart from his father, as it is written behind a name.
_GENERATIONS = frozenset(
    {"fils", "pere", "fille", "mere", "junior", "jr", "senior", "sr", "aine", "ainee", "cadet",
     "cadette", "ii", "iii"}
)  # fmt: skip


#: A consonant written twice.
_TWICE = re.compile(r"([^aeiou ])\1")


@dataclass(slots=True)
class Callings:
    """The names of everybody, as columns."""

    first: Column
    last: Column
    #: `fils`, `pere` … where a name says so.
    generation: Column


def callings(first: Column, last: Column) -> Callings:
    """Everybody's names in the form that is compared."""
    known: dict[tuple[int, int], tuple[str, str, str]] = {}
    firsts, lasts = [*first.texts, ""], [*last.texts, ""]
    found = []
    for pair in zip(first.codes.tolist(), last.codes.tolist(), strict=True):
        if pair not in known:
            known[pair] = called(firsts[pair[0]], lasts[pair[1]])
        found.append(known[pair])
    return Callings(*(_column(name[place] for name in found) for place in range(3)))


def called(first: str, last: str) -> tuple[str, str, str]:
    """First name, last name, generation; empty where one is missing."""
    given, generation = _without_generation(name_form(first).split())
    family, other = _without_generation(name_form(last).split())
    given, family = _without_civility(given), _without_civility(family)
    if not given and len(family) > 1:
        given, family = _parted(family)
    return " ".join(given), " ".join(family), generation or other


def are_given_names(text: str) -> bool:
    """Whether every part of a first name is one that many bear."""
    return bool(text) and all(word in GIVEN_NAMES for word in text.split())


def spelling(text: str) -> str:
    """A first name without what is spelt in two ways: Matthieu, Mathieu; Rémy, Rémi.

    A vowel written twice is a letter more: Andrée is not André.
    """
    plain = text.replace("ph", "f").replace("y", "i").replace("h", "")
    return _TWICE.sub(r"\1", plain)


def _without_generation(words: list[str]) -> tuple[list[str], str]:
    if len(words) > 1 and words[-1] in _GENERATIONS:
        return words[:-1], words[-1]
    return words, ""


def _without_civility(words: list[str]) -> list[str]:
    return words[1:] if len(words) > 1 and words[0] in _CIVILITIES else words


def _parted(words: list[str]) -> tuple[list[str], list[str]]:
    """A whole name in one cell: the first names before or behind, as far as they are known."""
    for ordered, front in ((words, True), (words[::-1], False)):
        count = 0
        while count < len(words) - 1 and ordered[count] in GIVEN_NAMES:
            count += 1
        if count:
            return (words[:count], words[count:]) if front else (words[-count:], words[:-count])
    return [], words


def _column(texts: Iterable[str]) -> Column:
    return Column(text or None for text in texts)
