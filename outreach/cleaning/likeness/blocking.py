"""Which pairs are worth comparing: those that share one of several keys.

Pure. One key alone would miss whoever has a typo in it; of all 5,000,000,000 pairs of
100,000 people some ten per person are left. A key that many share tells nothing and is
passed over: the pair has others.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from itertools import combinations

import numpy as np

from outreach.cleaning.likeness.base import Column, Ints
from outreach.cleaning.likeness.forms import sound
from outreach.cleaning.likeness.prepared import Prepared

#: People who may share one key; a larger block is left to the other keys.
_LARGEST = 40

#: Pairs that one kind of key may bring together, per person and anyway; the smallest blocks, which
#: tell most, come first. Bases of few names and towns would take hours otherwise.
_MOST_PER_PERSON, _MOST_ANYWAY = 4, 50_000

#: A field of the user's is a key where so few share a value.
_LARGEST_OWN = 12


def candidate_pairs(prepared: Prepared) -> Ints:
    """The pairs to be compared, as rows of two places in the base, the lower first."""
    people = prepared.people
    found = [np.empty(0, dtype=np.int64)]
    for keys in _all_keys(prepared):
        found.append(np.unique(np.fromiter(_coded(keys, people), dtype=np.int64)))
    codes = np.unique(np.concatenate(found))
    return np.stack([codes // people, codes % people], axis=1)


def _coded(keys: Iterator[tuple[Hashable, int]], people: int) -> Iterator[int]:
    """The pairs of one kind of key, each as one number."""
    blocks: dict[int, list[int]] = {}
    for key, person in keys:
        blocks.setdefault(hash(key), []).append(person)
    left = _MOST_PER_PERSON * people + _MOST_ANYWAY
    for members in sorted(blocks.values(), key=len):
        if 1 < len(members) <= _LARGEST and left > 0:
            left -= len(members) * (len(members) - 1) // 2
            for one, other in combinations(sorted(set(members)), 2):
                yield one * people + other


def _all_keys(p: Prepared) -> Iterator[Iterator[tuple[Hashable, int]]]:
    yield _phone_keys(p)
    yield _email_keys(p)
    yield _column_keys(p.siren)
    yield _column_keys(p.domain)
    yield from _name_keys(p)
    yield from _firm_keys(p)
    yield from _street_keys(p)
    for column in p.own.values():
        yield _rare_keys(column)


def _phone_keys(p: Prepared) -> Iterator[tuple[Hashable, int]]:
    return ((number, person) for person, found in enumerate(p.phones) for number in found)


def _email_keys(p: Prepared) -> Iterator[tuple[Hashable, int]]:
    """The mailbox without its domain: people change firms and providers."""
    return _column_keys(p.mailbox)


def _column_keys(column: Column) -> Iterator[tuple[Hashable, int]]:
    return ((code, person) for person, code in enumerate(column.codes.tolist()) if code >= 0)


def _rare_keys(column: Column) -> Iterator[tuple[Hashable, int]]:
    counts = column.counts.tolist()
    for person, code in enumerate(column.codes.tolist()):
        if code >= 0 and 1 < counts[code] <= _LARGEST_OWN:
            yield code, person


def _cells(column: Column) -> Iterator[str]:
    """The text of every person; empty where it is missing."""
    texts = [*column.texts, ""]
    return (texts[code] for code in column.codes.tolist())


def _name_keys(p: Prepared) -> Iterator[Iterator[tuple[Hashable, int]]]:
    """Both names in any order as they sound; either one with the place; both as they are."""
    sounds = [p.first.recoded(sound), p.last.recoded(sound)]
    firsts, lasts = list(_cells(sounds[0])), list(_cells(sounds[1]))
    postal, city = list(_cells(p.postal)), list(_cells(p.city))
    everyone = range(p.people)
    both = [tuple(sorted((firsts[i], lasts[i]))) if firsts[i] and lasts[i] else None
            for i in everyone]  # fmt: skip
    yield ((both[i], i) for i in everyone if both[i])
    yield (((both[i], postal[i][:2]), i) for i in everyone if both[i] and postal[i])
    for place in (postal, city):
        for names in (firsts, lasts):
            yield (((names[i], place[i]), i) for i in everyone if names[i] and place[i])
    whole = zip(_cells(p.first), _cells(p.last), strict=True)
    yield ((tuple(sorted(pair)), i) for i, pair in enumerate(whole) if all(pair))


def _firm_keys(p: Prepared) -> Iterator[Iterator[tuple[Hashable, int]]]:
    """The whole name; its two rarest words; its rarest word with the place."""
    rarest = [
        sorted(set(text.split()), key=lambda word: (p.firm_counts[word], word))[:2]
        for text in [*p.company.texts, ""]
    ]
    codes = p.company.codes.tolist()
    postal = list(_cells(p.postal))
    firms = [i for i in range(p.people) if codes[i] >= 0 and p.is_firm[i]]
    yield ((codes[i], i) for i in firms)
    yield ((tuple(rarest[codes[i]]), i) for i in firms)
    yield ((word, i) for i in firms for word in rarest[codes[i]])
    yield (((word, postal[i]), i) for i in firms if postal[i] for word in rarest[codes[i]])


def _street_keys(p: Prepared) -> Iterator[Iterator[tuple[Hashable, int]]]:
    """Number and beginning of the street, alone and with the place; street and place."""
    for line_of in (p.street, p.street2):
        lines = [*line_of.streets, None]
        codes = line_of.column.codes.tolist()
        postal, city = list(_cells(p.postal)), list(_cells(p.city))
        there = [(i, line) for i in range(p.people) if (line := lines[codes[i]]) is not None]
        yield (((s.number, s.words[:5]), i) for i, s in there if s.number)
        yield (((s.number, s.words[:4], postal[i]), i) for i, s in there if postal[i])
        yield (((s.words[:6], city[i]), i) for i, s in there if city[i])
        yield (((s.number, s.compass, postal[i]), i) for i, s in there if s.number and postal[i])
