"""A base with its texts in the forms that are compared and looked up.

Pure. Everything is worked out once per distinct text (see `forms.py`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from outreach.cleaning.likeness.base import Base, Column, Flags, Floats, Ints
from outreach.cleaning.likeness.calling import are_given_names, callings, spelling
from outreach.cleaning.likeness.forms import (
    PUBLIC_DOMAINS,
    ROLES,
    Street,
    digits,
    firm_words,
    name_form,
    street_form,
)
from outreach.cleaning.likeness.given_names import LAST_NAMES

#: Fields of the user's that repeat less often than this, per filled cell, number the rows.
_LEAST_REPEATS = 0.005

#: Longer texts are descriptions: they identify nobody.
_LONGEST_OWN = 80


@dataclass(slots=True)
class Lines:
    """One line of the address, with its parts: arrays by code of `column`, the last for missing."""

    column: Column
    streets: list[Street]
    words: Column
    #: Code of the line → code in `words`.
    word_codes: Ints
    #: House numbers; -1 where there is none.
    numbers: Ints
    #: 1 to 4 where a line says so, else 0.
    compass: Ints
    #: Bits of sharing number, street and compass.
    rarity: Floats

    @classmethod
    def of(cls, column: Column) -> Lines:
        streets = [street_form(text) for text in column.texts]
        words, word_codes = _of_texts(column, [street.words for street in streets])
        whole, codes = _of_texts(column, [f"{s.number}|{s.words[:6]}|{s.compass}" for s in streets])
        numbers = [int(s.number[:9]) if s.number else -1 for s in streets]
        return cls(
            column=column,
            streets=streets,
            words=words,
            word_codes=word_codes,
            numbers=np.array([*numbers, -1], dtype=np.int64),
            compass=np.array([*(" nsew".find(s.compass or " ") for s in streets), 0]),
            rarity=whole.rarity(codes),
        )


def _of_texts(column: Column, forms: list[str]) -> tuple[Column, Ints]:
    """A column of forms, one per text of `column`, and the form of each of its codes."""
    distinct = Column(forms)
    codes = np.append(distinct.codes, -1)
    distinct.codes = codes[column.codes]
    return distinct, codes


@dataclass(slots=True)
class Prepared:
    """What blocking and evidence read."""

    base: Base
    first: Column
    last: Column
    #: By code of `first` and `last`, the last for missing: above 0 for what is rather a first name.
    givenness_of_first: Floats
    givenness_of_last: Floats
    #: By code of `first`: a name that many people bear, whatever this base says.
    is_given: Flags
    is_common_last: Flags
    #: First names without what is spelt in two ways.
    spelling: Column
    #: `fils`, `pere` … where a name says so.
    generation: Column
    civility: Column
    company: Column
    #: Word of a firm's name → how many people's firms bear it.
    firm_counts: Counter[str]
    street: Lines
    street2: Lines
    postal: Column
    city: Column
    email: Column
    #: The part before the @, where it may name somebody.
    mailbox: Column
    domain: Column
    siret: Column
    siren: Column
    #: Digits of a person's numbers.
    phones: list[tuple[str, ...]]
    phone_counts: Counter[str]
    #: The fields of the user's that can tell people apart.
    own: dict[str, Column]
    #: Names a person; names a firm and no person.
    is_person: Flags
    is_firm: Flags

    @property
    def people(self) -> int:
        return self.base.people


def prepare(base: Base) -> Prepared:
    """Bring a base into the forms that are compared."""
    columns = base.columns
    names = callings(columns["first_name"], columns["last_name"])
    first, last = names.first, names.last
    company = columns["company"].recoded(lambda text: " ".join(firm_words(text)))
    phones = [tuple(sorted({digits(p) for p in found} - {""})) for found in base.phones]
    is_person = (first.codes >= 0) | (last.codes >= 0)
    return Prepared(
        base=base,
        first=first,
        last=last,
        givenness_of_first=_givenness(first, first, last),
        givenness_of_last=_givenness(last, first, last),
        is_given=np.array([*map(are_given_names, first.texts), False]),
        is_common_last=np.array([*(text in LAST_NAMES for text in last.texts), False]),
        spelling=first.recoded(spelling),
        generation=names.generation,
        civility=columns["civility"].recoded(_gender),
        company=company,
        firm_counts=_word_counts(company),
        street=Lines.of(columns["street"]),
        street2=Lines.of(columns["street2"]),
        postal=columns["postal_code"].recoded(lambda text: text.replace(" ", "")),
        city=columns["city"].recoded(name_form),
        email=columns["email"],
        mailbox=columns["email"].recoded(_mailbox),
        domain=columns["email"].recoded(_own_domain),
        siret=columns["siret"].recoded(lambda text: text if len(text) == 14 else ""),
        siren=columns["siret"].recoded(lambda text: text[:9]),
        phones=phones,
        phone_counts=Counter(number for found in phones for number in found),
        own={name: column for name, column in base.own.items() if _tells(column)},
        is_person=is_person,
        is_firm=~is_person & (company.codes >= 0),
    )


def _gender(civility: str) -> str:
    """`m` or `f`, where a civility says so."""
    word = civility.rstrip(".")
    return {"m": "m", "mr": "m", "mme": "f", "mlle": "f", "mrs": "f", "ms": "f"}.get(word, "")


def _mailbox(address: str) -> str:
    """The name of a mailbox that is somebody's own; empty for short and shared ones."""
    local = address.partition("@")[0]
    return local if len(local) > 4 and local not in ROLES else ""


def _own_domain(address: str) -> str:
    domain = address.rpartition("@")[2]
    return "" if domain in PUBLIC_DOMAINS else domain


def _givenness(column: Column, first: Column, last: Column) -> Floats:
    """How much more often each text is a first name than a last name, -1 to 1."""
    as_first = dict(zip(first.texts, first.counts.tolist(), strict=True))
    as_last = dict(zip(last.texts, last.counts.tolist(), strict=True))
    shares = [
        (as_first.get(text, 0) - as_last.get(text, 0))
        / (as_first.get(text, 0) + as_last.get(text, 0))
        for text in column.texts
    ]
    return np.array([*shares, 0.0])


def _word_counts(company: Column) -> Counter[str]:
    counts: Counter[str] = Counter()
    for text, count in zip(company.texts, company.counts.tolist(), strict=True):
        for word in set(text.split()):
            counts[word] += count
    return counts


def _tells(column: Column) -> bool:
    """Whether a field says who somebody is: not a number per row, no category, no prose."""
    if column.filled < 2:
        return False
    repeated = column.filled - len(column.texts)
    if repeated < max(1, _LEAST_REPEATS * column.filled):
        return False
    return bool(np.median([len(text) for text in column.texts]) <= _LONGEST_OWN)
