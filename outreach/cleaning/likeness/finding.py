"""Who is on file twice: groups to be merged, and pairs that a person has to decide.

Pure. The one way in: `find_duplicates`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from math import log2

import numpy as np

from outreach.cleaning.likeness.base import Base, Ints
from outreach.cleaning.likeness.blocking import candidate_pairs
from outreach.cleaning.likeness.grouping import LARGEST, Pair, connected, groups
from outreach.cleaning.likeness.prepared import Prepared, prepare
from outreach.cleaning.likeness.reasons import reasons
from outreach.cleaning.likeness.scoring import Learnt, Scores, learn, score
from outreach.errors import Text

#: How likely two contacts must be one to be put into a group. Measured, not tuned per file: see
#: `benchmarks/duplicates.py`.
THRESHOLD = 0.9

#: How likely a pair must be to be worth a person's look.
DOUBT = 0.3


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two contacts, the older first, and how likely they are one: 0 to 1."""

    a: int
    b: int
    score: float
    reasons: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Findings:
    """What a search for doubles found; contacts are named by their ids."""

    #: One person or firm each, oldest contact first.
    groups: tuple[tuple[int, ...], ...]
    #: Every two members of a group.
    pairs: tuple[Likeness, ...]
    #: Likely enough to be looked at, in no group together; the likeliest first.
    doubtful: tuple[Likeness, ...]


def find_duplicates(
    base: Base, *, threshold: float = THRESHOLD, apart: Iterable[tuple[int, int]] = ()
) -> Findings:
    """Compare everybody with whoever may be the same.

    `apart`: pairs of ids that a person called different, in any order: they are never in
    one group, nor doubtful again.
    """
    prepared = prepare(base)
    pairs = candidate_pairs(prepared)
    learnt = learn(prepared, pairs)
    least = _bits(min(threshold, DOUBT))
    scored = score(prepared, pairs, learnt, least=least)
    known = _places(base, apart)
    limit = _bits(threshold)
    scored = _completed(prepared, scored, learnt, limit)
    bits = dict(zip(map(_pair, scored.pairs.tolist()), scored.bits.tolist(), strict=True))
    found = groups(bits, threshold=limit, apart=known)
    together = {pair for group in found for pair in combinations(group, 2)}
    shown = [
        place for place, pair in enumerate(bits)
        if pair not in known and (pair in together or bits[pair] >= least)
    ]  # fmt: skip
    told = {_pair(scored.pairs[place].tolist()): _tell(base, scored, place) for place in shown}
    return Findings(
        tuple(tuple(base.ids[group].tolist()) for group in found),
        tuple(told[pair] for pair in sorted(together) if pair in told),
        tuple(sorted((one for pair, one in told.items() if pair not in together),
                     key=lambda one: (-one.score, one.a, one.b))),
    )  # fmt: skip


def _bits(likelihood: float) -> float:
    bounded = min(max(likelihood, 1e-9), 1 - 1e-9)
    return log2(bounded / (1 - bounded))


def _pair(places: list[int]) -> Pair:
    return places[0], places[1]


def _completed(prepared: Prepared, scores: Scores, learnt: Learnt, limit: float) -> Scores:
    """Score every pair that may come to stand in one group, also those no key brought together."""
    known = {_pair(pair) for pair in scores.pairs.tolist()}
    joined = (_pair(pair) for pair in scores.pairs[scores.bits >= limit].tolist())
    missing = [
        pair
        for group in connected(joined)
        if len(group) <= LARGEST
        for pair in combinations(group, 2)
        if pair not in known
    ]
    if not missing:
        return scores
    more = score(prepared, np.array(missing, dtype=np.int64), learnt)
    return Scores(
        np.concatenate([scores.pairs, more.pairs]),
        np.concatenate([scores.bits, more.bits]),
        {kind: np.concatenate([scores.alike[kind], more.alike[kind]]) for kind in scores.alike},
        np.concatenate([scores.swapped, more.swapped]),
    )


def _places(base: Base, apart: Iterable[tuple[int, int]]) -> frozenset[Pair]:
    """Pairs of ids as pairs of places; people who are not compared here are passed over."""
    place: dict[int, int] = {number: at for at, number in enumerate(_numbers(base.ids))}
    found = ((place.get(a), place.get(b)) for a, b in apart)
    return frozenset((min(a, b), max(a, b)) for a, b in found if a is not None and b is not None)


def _numbers(ids: Ints) -> list[int]:
    numbers: list[int] = ids.tolist()
    return numbers


def _tell(base: Base, scores: Scores, place: int) -> Likeness:
    left, right = scores.pairs[place].tolist()
    alike = {kind: float(values[place]) for kind, values in scores.alike.items()}
    likelihood = float(1 / (1 + 2 ** -min(max(scores.bits[place], -60), 60)))
    return Likeness(
        int(base.ids[left]),
        int(base.ids[right]),
        round(likelihood, 4),
        reasons(alike, swapped=bool(scores.swapped[place])),
    )
