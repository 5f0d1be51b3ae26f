"""From pairs to groups that do not chain.

Pure. A is like B, B is like C, and A is nothing like C: joining whoever is connected would make
one of all three. Groups grow from the surest pair on; two of them join only where their
members are alike on the whole, and never over a pair that a person called different.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

#: No pair weighs more than so many bits, for or against: one sure pair does not outvote ten.
_MOST = 12.0

#: Members of one group that are all compared with one another.
LARGEST = 200

Pair = tuple[int, int]


def connected(pairs: Iterable[Pair]) -> list[list[int]]:
    """Everybody who hangs together by some chain of pairs, in order."""
    root: dict[int, int] = {}

    def find(one: int) -> int:
        while root.setdefault(one, one) != one:
            root[one] = root[root[one]]
            one = root[one]
        return one

    for a, b in pairs:
        low, high = sorted((find(a), find(b)))
        root[high] = low
    found: dict[int, list[int]] = {}
    for one in sorted(root):
        found.setdefault(find(one), []).append(one)
    return list(found.values())


def groups(
    bits: Mapping[Pair, float], *, threshold: float, apart: frozenset[Pair] = frozenset()
) -> list[list[int]]:
    """Groups of two and more. `bits`: log2 of the odds of each pair, the lower place first.

    Pairs under `threshold` join nobody; a pair that `bits` lacks speaks against.
    """
    home: dict[int, list[int]] = {}
    for (a, b), weight in sorted(bits.items(), key=lambda item: (-item[1], item[0])):
        if weight < threshold:
            break
        one, other = home.setdefault(a, [a]), home.setdefault(b, [b])
        if one is not other and _belong(one, other, bits, apart):
            one += other
            for member in other:
                home[member] = one
    distinct = {id(group): sorted(group) for group in home.values() if len(group) > 1}
    return sorted(distinct.values())


def _belong(
    one: Sequence[int], other: Sequence[int], bits: Mapping[Pair, float], apart: frozenset[Pair]
) -> bool:
    total = 0.0
    for a in one:
        for b in other:
            pair = (a, b) if a < b else (b, a)
            if pair in apart:
                return False
            total += max(-_MOST, min(_MOST, bits.get(pair, -_MOST)))
    return total >= 0
