"""The people of a base side by side: one column per thing that is compared.

Pure. A column keeps every distinct text once and a number per person: 100,000 people take
some tens of megabytes, and two people are compared through arrays, many pairs at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: The standard fields that are compared; `phones` holds every number of a person.
COMPARED = (
    "civility", "first_name", "last_name", "company", "siret", "email",
    "street", "street2", "postal_code", "city",
)  # fmt: skip

#: A base is never taken for smaller: in a list of ten, two Martins are no proof of anything.
LEAST_PEOPLE = 1000


class Column:
    """One text per person, or none. `codes[i]` is the place in `texts`, -1 where it is missing."""

    def __init__(self, values: Iterable[str | None]) -> None:
        known: dict[str, int] = {}
        codes = [-1 if not value else known.setdefault(value, len(known)) for value in values]
        self.texts: list[str] = list(known)
        self.codes: Ints = np.array(codes, dtype=np.int64)

    @cached_property
    def counts(self) -> Ints:
        """How many people have each text."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.texts))

    @cached_property
    def filled(self) -> int:
        return int((self.codes >= 0).sum())

    @cached_property
    def marks(self) -> Ints:
        """Per text a number that stands for its digits; 0 without any, and at the end for none."""
        found = ("".join(c for c in text if c.isdigit()) for text in self.texts)
        return np.array([*(hash(f"#{digits}") if digits else 0 for digits in found), 0])

    def recoded(self, form: Callable[[str], str]) -> Column:
        """The same people, each text in another form: worked out once per text."""
        forms = Column(form(text) for text in self.texts)
        column = Column(())
        column.texts = forms.texts
        column.codes = np.append(forms.codes, -1)[self.codes]
        return column

    def rarity(self, codes: Ints, least: int = LEAST_PEOPLE) -> Floats:
        """What it tells to share this text, in bits: log2 of one in how many has it.

        Of those who have anything there; fewer than `least` are taken for as many.
        """
        total = max(self.filled, least)
        bits: Floats = np.log2(total / np.append(self.counts, total)[codes])
        return bits


@dataclass(frozen=True, slots=True)
class Person:
    """What is compared of one contact. `values`: folded standard fields (see `COMPARED`).

    The first nine digits alone stand for a SIRET of which only the SIREN can be trusted.
    """

    id: int
    values: Mapping[str, str | None]
    #: Numbers as they are stored, also those that were set aside as no numbers of the country.
    phones: Sequence[str] = ()
    #: The user's own fields, as text, in the order of `Base.own_names`.
    own: Sequence[str | None] = ()


@dataclass(slots=True)
class Base:
    """Everybody who is compared, as columns."""

    ids: Ints
    columns: dict[str, Column]
    #: Every number of each person.
    phones: list[tuple[str, ...]]
    #: Fields of the user's, by name.
    own: dict[str, Column] = field(default_factory=dict)

    @property
    def people(self) -> int:
        return len(self.ids)

    @classmethod
    def of(cls, people: Iterable[Person], own_names: Sequence[str] = ()) -> Base:
        """Gather a stream of people."""
        ids: list[int] = []
        phones: list[tuple[str, ...]] = []
        texts: dict[str, list[str | None]] = {name: [] for name in COMPARED}
        own: list[list[str | None]] = [[] for _ in own_names]
        shared: dict[str, str] = {}
        for person in people:
            ids.append(person.id)
            phones.append(tuple(person.phones))
            for name, values in texts.items():
                value = person.values.get(name)
                values.append(value and shared.setdefault(value, value))
            for values, value in zip(own, person.own, strict=True):
                values.append(value and shared.setdefault(value, value))
        columns = {name: Column(values) for name, values in texts.items()}
        extra = {name: Column(values) for name, values in zip(own_names, own, strict=True)}
        return cls(np.array(ids, dtype=np.int64), columns, phones, extra)
