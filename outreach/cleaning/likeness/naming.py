"""What the names of two people say: alike, shortened, the wrong way round, or of one family.

Pure. First names weigh most against: who shares a last name, a home and a phone is a family as
long as the first names differ.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA, JaroWinkler

from outreach.cleaning.likeness.base import Column, Flags, Floats
from outreach.cleaning.likeness.comparing import alike, numbers_differ
from outreach.cleaning.likeness.evidence import Sides, rarity_of_pair
from outreach.cleaning.likeness.prepared import Prepared

#: How a first name may be shortened.
_INITIAL, _PART = 1, 2

#: Codes of few kinds.
Codes = NDArray[np.int8]

#: Names as alike as this may be one name misspelt (Jaro-Winkler).
_NAME = 0.88

#: Bits that a first name, and a last name, which many people bear is worth at most.
_MOST_GIVEN, _MOST_LAST = 7.0, 8.0


@dataclass(slots=True)
class Names:
    """The names of two people."""

    bits: Floats
    #: Alike as a whole; NaN where nobody is named.
    alike: Floats
    #: Another first name, or nothing alike: what a family shares proves nothing here.
    others: Flags
    swapped: Flags
    #: As brothers and sisters are called, or father and son: Marie and Marie-Claude, Julie and
    #: Julien, one of whom is said to be the other's son.
    kin: Flags


def names(p: Prepared, sides: Sides) -> Names:
    """First and last names, written straight or the wrong way round."""
    straight = (similarity(p.first, sides), similarity(p.last, sides))
    crossed = (
        similarity(p.first, sides, other=p.last),
        similarity(p.last, sides, other=p.first),
    )
    short = (_shortened(p.first, p.last, sides), _shortened(p.last, p.first, sides))
    swapped = _crossed(straight, crossed, short)
    given = _is_given(p, sides, crossed)
    first = np.where(swapped, np.where(given, crossed[0], crossed[1]), straight[0])
    last = np.where(swapped, np.where(given, crossed[1], crossed[0]), straight[1])
    straight_short = _shortened(p.first, p.first, sides)
    shorter = np.where(swapped, np.where(given, short[0], short[1]), straight_short)
    return _judge_names(p, sides, first, last, swapped, shorter)


def _crossed(
    straight: tuple[Floats, Floats], crossed: tuple[Floats, Floats], short: tuple[Codes, Codes]
) -> Flags:
    """Whether the names of one side stand in each other's place."""
    whole = _mean(crossed) > np.maximum(_mean(straight), _NAME - 0.02)
    whole &= np.fmin(crossed[0], crossed[1]) >= _NAME - 0.08
    # One name in the other's place and the other one an initial, or quite different.
    one = np.nan_to_num(np.fmax(crossed[0], crossed[1])) > 0.93
    initial = (short[0] == _INITIAL) | (short[1] == _INITIAL)
    other = np.nan_to_num(np.fmax(straight[0], straight[1])) < _NAME - 0.08
    return np.asarray(whole | (one & (initial | other)))


def _is_given(p: Prepared, sides: Sides, crossed: tuple[Floats, Floats]) -> Flags:
    """Of crossed names: whether the left one's first name is one (else it is his last name).

    Where the base does not know, what both share is the name of the family.
    """
    first, last = p.givenness_of_first, p.givenness_of_last
    a, b = sides.left, sides.right
    left = first[p.first.codes[a]] + last[p.last.codes[b]]
    right = last[p.last.codes[a]] + first[p.first.codes[b]]
    return np.asarray((left > right) | ((left == right) & (crossed[0] <= crossed[1])))


def _mean(pair: tuple[Floats, Floats]) -> Floats:
    """The mean of what is there; 0 where nothing is."""
    stacked = np.stack(pair)
    there = ~np.isnan(stacked)
    total: Floats = np.where(there, stacked, 0).sum(axis=0) / np.maximum(there.sum(axis=0), 1)
    return total


def _judge_names(
    p: Prepared, sides: Sides, first: Floats, last: Floats, swapped: Flags, short: Codes
) -> Names:
    known = _both(p.is_given, p.first, sides)
    rare_first = np.clip(rarity_of_pair(p.first, sides), 1, np.where(known, _MOST_GIVEN, 9))
    common = _both(p.is_common_last, p.last, sides)
    rare_last = np.clip(rarity_of_pair(p.last, sides), 2, np.where(common, _MOST_LAST, 12))
    slips = _two_names(p.first, sides) & (first < 1) & ~swapped
    first = np.where(slips, first - 0.15, first)
    shorter = short > 0
    f_same, l_same = (first >= _NAME) & ~shorter, last >= _NAME
    f_other = ~np.isnan(first) & ~f_same & ~shorter
    l_other = ~np.isnan(last) & ~l_same
    bits = np.where(f_same, _worth(rare_first, first), 0) + np.where(
        l_same, _worth(rare_last, last), 0
    )
    bits += np.where(shorter, 2.0, 0)
    bits += np.where(f_other & l_other, -14.0, 0)
    bits += np.where(f_other & ~l_other, -11.0, 0) + np.where(l_other & ~f_other, -6.0, 0)
    bits -= np.where(swapped, 1.0, 0)
    gender = _genders_differ(p, sides)
    bits += np.where(gender, -6.0, 0)
    return Names(
        bits=bits,
        alike=np.where(np.isnan(first) & np.isnan(last), np.nan, _mean((first, last))),
        others=f_other | (gender & ~(f_same & (first == 1) & _written_out(p, sides))),
        swapped=swapped,
        kin=(short == _PART) | _two_given(p, sides, known & ~swapped) | _generations(p, sides),
    )


def similarity(column: Column, sides: Sides, *, other: Column | None = None) -> Floats:
    """How alike two names are: the better of Jaro-Winkler and, for longer ones, one slip."""
    right = other or column
    a, b = column.codes[sides.left], right.codes[sides.right]
    close = alike(column, a, right, b, JaroWinkler.similarity)
    slips = alike(column, a, right, b, OSA.normalized_similarity)
    close = np.where(slips >= 0.74, np.maximum(close, 0.9), close)
    return np.where(numbers_differ(column, a, right, b), np.minimum(close, 0.5), close)


def _worth(rare: Floats, close: Floats) -> Floats:
    """A misspelt agreement is worth less: at the threshold some three bits."""
    return np.asarray(np.where(close >= 1, rare, rare * 0.9 - (1 - close) * 16), dtype=np.float64)


def _two_names(column: Column, sides: Sides) -> Flags:
    """Both spellings are names that several people bear: Jean and Jeanne are no slip."""
    common = max(4, column.filled // 2000)
    counts = np.append(column.counts, 0)
    a, b = sides.codes(column)
    return np.asarray((counts[a] >= common) & (counts[b] >= common) & (a != b))


def _shortened(left: Column, right: Column, sides: Sides) -> Codes:
    """`J.` for Jean: an initial. Jean for Jean-Pierre: a part, which may be a brother's name.

    `J.-P.` and `JP` are initials of Jean-Pierre.
    """
    a, b = left.codes[sides.left], right.codes[sides.right]
    found = np.zeros(len(a), dtype=np.int8)
    for place in np.flatnonzero((a >= 0) & (b >= 0)).tolist():
        one, other = left.texts[a[place]], right.texts[b[place]]
        if len(one) == len(other) or not one.startswith(other[:1]):
            continue
        short, long = (one, other) if len(one) < len(other) else (other, one)
        if len(short) == 1 or _are_initials(short, long):
            found[place] = _INITIAL
        elif long.startswith(short) and long[len(short)] == " ":
            found[place] = _PART
    return found


def _are_initials(short: str, long: str) -> bool:
    letters = [word[0] for word in long.split()]
    return len(letters) > 1 and short.replace(" ", "") == "".join(letters)


def _both(flags: Flags, column: Column, sides: Sides) -> Flags:
    a, b = sides.codes(column)
    return np.asarray(flags[a] & flags[b])


def _two_given(p: Prepared, sides: Sides, known: Flags) -> Flags:
    """Two names that many bear: Julie and Julien. Mathieu and Matthieu are two spellings."""
    a, b = sides.codes(p.spelling)
    return np.asarray(known & (a != b))


def _written_out(p: Prepared, sides: Sides) -> Flags:
    """Neither first name is an initial, which Monsieur and Madame may share."""
    long = np.array([*(len(text) > 1 for text in p.first.texts), True])
    a, b = sides.codes(p.first)
    return np.asarray(long[a] & long[b])


def _generations(p: Prepared, sides: Sides) -> Flags:
    a, b = sides.codes(p.generation)
    return np.asarray(a != b)


def _genders_differ(p: Prepared, sides: Sides) -> Flags:
    a, b = sides.codes(p.civility)
    return np.asarray((a >= 0) & (b >= 0) & (a != b))
