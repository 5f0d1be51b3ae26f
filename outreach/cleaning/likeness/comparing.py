"""How alike two texts are, for many pairs at a time.

Pure. rapidfuzz compares lists pair by pair in C; equal texts are not compared at all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from rapidfuzz import process

from outreach.cleaning.likeness.base import Column, Flags, Floats, Ints

#: Pairs compared in one go.
_CHUNK = 200_000

#: Compares two texts: 0 nothing in common, 1 the same.
Scorer = Callable[..., Any]


def alike(
    left: Column,
    left_codes: Ints,
    right: Column,
    right_codes: Ints,
    scorer: Scorer,
    *,
    scale: float = 1.0,
) -> Floats:
    """Per pair of codes how alike the texts are, 0 to 1; NaN where one is missing.

    `scale`: what the scorer calls the same (rapidfuzz's `fuzz` counts to 100).
    """  # fmt: skip
    result = np.full(len(left_codes), np.nan)
    both = (left_codes >= 0) & (right_codes >= 0)
    places = np.flatnonzero(both)
    if left is right:
        same = left_codes[places] == right_codes[places]
        result[places[same]] = 1.0
        places = places[~same]
    if not len(places):
        return result
    width = len(right.texts)
    pairs, back = np.unique(left_codes[places] * width + right_codes[places], return_inverse=True)
    found = _scores(
        [left.texts[code] for code in (pairs // width).tolist()],
        [right.texts[code] for code in (pairs % width).tolist()],
        scorer,
    )
    result[places] = (found / scale)[back]
    return result


def numbers_differ(left: Column, left_codes: Ints, right: Column, right_codes: Ints) -> Flags:
    """Whether both texts have digits, and other ones: `Site 1` and `Site 2` are no slip."""
    one, other = left.marks[left_codes], right.marks[right_codes]
    return np.asarray((one != 0) & (other != 0) & (one != other))


def _scores(left: Sequence[str], right: Sequence[str], scorer: Scorer) -> Floats:
    parts = [
        process.cpdist(left[at : at + _CHUNK], right[at : at + _CHUNK], scorer=scorer,
                       dtype=np.float64)
        for at in range(0, len(left), _CHUNK)
    ]  # fmt: skip
    return np.concatenate(parts)
