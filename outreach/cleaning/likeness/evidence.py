"""What each field says of a pair, in bits: how much likelier it makes that both are one.

Pure. The frame is Fellegi and Sunter's (1969): agreeing on a value that one in 2^k people has
is worth k bits, less a little because the same person's value may be written differently;
disagreeing costs what it seldom happens to the same person. How rare a value is, the base
itself says. The costs of disagreeing are this module's constants, from what people do: they
move, marry and change numbers; they seldom change their first name or date of birth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from outreach.cleaning.likeness.base import LEAST_PEOPLE, Column, Floats, Ints
from outreach.cleaning.likeness.comparing import alike, numbers_differ
from outreach.cleaning.likeness.prepared import Lines, Prepared

#: Streets, towns, addresses of mail as alike as this may be one misspelt.
_TEXT = 0.84

#: A list of fewer mailboxes is taken for one of so many: ten of one domain are a provider there.
_LEAST_MAILBOXES = 200

#: Bits of the same mailbox name at another provider: a hint, people of one name choose it too.
_SAME_LOCAL = 2.0


@dataclass(slots=True)
class Evidence:
    """What one kind of evidence says of every pair: bits, and how alike (NaN: nothing to say)."""

    bits: Floats
    alike: Floats


@dataclass(slots=True)
class Sides:
    """The pairs: left and right places in the base."""

    left: Ints
    right: Ints

    def codes(self, column: Column) -> tuple[Ints, Ints]:
        return column.codes[self.left], column.codes[self.right]


def rarity_of_pair(column: Column, sides: Sides, least: int = LEAST_PEOPLE) -> Floats:
    """Bits of sharing a value, by the commoner of both spellings."""
    a, b = sides.codes(column)
    return np.minimum(column.rarity(a, least), column.rarity(b, least))


def firms(p: Prepared, sides: Sides) -> Evidence:
    """What firms or sites are called: shared words count by how rare they are."""
    a, b = sides.codes(p.company)
    spelt = alike(p.company, a, p.company, b, fuzz.token_sort_ratio, scale=100)
    bits, overlap = np.zeros(len(a)), np.full(len(a), np.nan)
    known: dict[tuple[int, int], tuple[float, float]] = {}
    total = max(p.people, 1000)
    for place in np.flatnonzero((a >= 0) & (b >= 0)).tolist():
        key = (int(a[place]), int(b[place]))
        if key not in known:
            known[key] = _shared(p, key, float(spelt[place]), total)
        bits[place], overlap[place] = known[key]
    other = numbers_differ(p.company, a, p.company, b)
    return Evidence(
        np.where(other, bits - 5, bits), np.where(other, np.minimum(overlap, 0.7), overlap)
    )


def _shared(p: Prepared, key: tuple[int, int], spelt: float, total: int) -> tuple[float, float]:
    """Bits of the words that two firms share, and the share of the shorter name they make up."""
    one, other = (set(p.company.texts[code].split()) for code in key)
    weight = {w: np.log2(total / max(1, p.firm_counts[w])) for w in one | other}
    lesser = min(sum(weight[w] for w in one), sum(weight[w] for w in other)) or 1.0
    both = sum(weight[w] for w in one & other)
    overlap = float(min(1.0, both / lesser))
    if spelt >= _TEXT and spelt > overlap:
        both, overlap = lesser * (spelt - 0.1), spelt
    return min(14.0, 0.8 * both) - 7.0 * (1 - overlap), overlap


def streets(p: Prepared, sides: Sides) -> Evidence:
    """The postal line, the second line standing in for it where they were exchanged."""
    best: Evidence | None = None
    for left, right in ((p.street, p.street), (p.street, p.street2), (p.street2, p.street)):
        found = _lines(left, right, sides)
        if best is None:
            best = found
            continue
        better = (found.bits > best.bits) & (found.bits > 2) | np.isnan(best.alike)
        best = Evidence(
            np.where(better & ~np.isnan(found.alike), found.bits, best.bits),
            np.where(better & ~np.isnan(found.alike), found.alike, best.alike),
        )
    assert best is not None
    return best


def _lines(one: Lines, other: Lines, sides: Sides) -> Evidence:
    a, b = one.column.codes[sides.left], other.column.codes[sides.right]
    wa, wb = one.word_codes[a], other.word_codes[b]
    close = np.fmax(
        alike(one.words, wa, other.words, wb, fuzz.token_set_ratio, scale=100),
        alike(one.words, wa, other.words, wb, OSA.normalized_similarity),
    )
    na, nb = one.numbers[a], other.numbers[b]
    close = np.where((close >= 0.74) & (na == nb) & (na >= 0), np.maximum(close, _TEXT), close)
    close = np.where(numbers_differ(one.words, wa, other.words, wb), np.minimum(close, 0.6), close)
    ca, cb = one.compass[a], other.compass[b]
    turned = (ca > 0) & (cb > 0) & (ca != cb)
    same_number, no_number = (na == nb) & (na >= 0), (na < 0) & (nb < 0)
    words = np.minimum(one.words.rarity(wa), other.words.rarity(wb))
    rare = np.where(same_number, one.rarity[a] if one is other else words + 4, words)
    if one is other:
        rare = np.where(same_number, np.minimum(np.maximum(rare, words), other.rarity[b]), rare)
    agree = np.clip(rare, 2, 14) - (1 - close) * 10
    bits = np.where(same_number | no_number, agree, np.where((na < 0) | (nb < 0), agree / 2, 1.0))
    bits = np.where((close >= _TEXT) & ~turned, bits, -3.0)
    missing = np.isnan(close)
    number = np.where(same_number | no_number | (na < 0) | (nb < 0), 1.0, 0.4)
    score = np.where(turned, 0.3, close) * number
    return Evidence(np.where(missing, 0, bits), np.where(missing, np.nan, score))


def places(p: Prepared, sides: Sides) -> Evidence:
    """Postal code and town: one may be misspelt, both differing is another place."""
    postal = _field(p.postal, sides, cap=7, near=0.74)
    city = _field(p.city, sides, cap=7, near=_TEXT)
    bits = np.fmax(postal.bits, city.bits) + 0.4 * np.fmin(postal.bits, city.bits)
    return Evidence(bits, np.fmax(postal.alike, city.alike))


def _field(column: Column, sides: Sides, *, cap: float, near: float,
           differ: float = -2.5) -> Evidence:  # fmt: skip
    a, b = sides.codes(column)
    close = alike(column, a, column, b, OSA.normalized_similarity)
    rare = np.clip(rarity_of_pair(column, sides), 0, cap)
    worth = np.where(close >= 1, rare, 0.6 * rare)
    bits = np.where(close >= near, worth, differ)
    return Evidence(np.where(np.isnan(close), 0, bits), close)


def emails(p: Prepared, sides: Sides) -> Evidence:
    """Addresses of mail: the same, nearly, or the same person's way of naming a mailbox."""
    found = _field(p.email, sides, cap=17, near=0.9, differ=-1.5)
    other = numbers_differ(p.email, p.email.codes[sides.left], p.email, p.email.codes[sides.right])
    a, b = sides.codes(p.mailbox)
    bits = np.where((a >= 0) & (a == b), np.maximum(found.bits, _SAME_LOCAL), found.bits)
    return Evidence(
        np.where(other, -1.5, bits),
        np.where(other, np.minimum(found.alike, 0.5), found.alike),
    )


def domains(p: Prepared, sides: Sides) -> Evidence:
    """Another mailbox at the same domain, which is nobody's who lends mailboxes to all."""
    a, b = sides.codes(p.domain)
    same_box = p.email.codes[sides.left] == p.email.codes[sides.right]
    rare = rarity_of_pair(p.domain, sides, _LEAST_MAILBOXES) - 3
    shared = (a >= 0) & (a == b) & ~same_box & (rare > 0)
    # What the mailboxes differing has cost comes back.
    bits = np.clip(rare, 0, 5) + 1.5
    return Evidence(np.where(shared, bits, 0), np.where(shared, 1.0, np.nan))


def sirets(p: Prepared, sides: Sides) -> Evidence:
    """SIRET: the site; SIREN, its first nine digits: the firm. Others are other firms."""
    a, b = sides.codes(p.siret)
    sa, sb = sides.codes(p.siren)
    both, same = (sa >= 0) & (sb >= 0), (a >= 0) & (a == b)
    bits = np.where(same, 16.0, np.where(sa == sb, 5.0, -9.0))
    close = np.where(same, 1.0, np.where(sa == sb, 0.64, 0.0))
    return Evidence(np.where(both, bits, 0), np.where(both, close, np.nan))


def phones(p: Prepared, sides: Sides) -> Evidence:
    """Numbers: one in common, one with a slip, or all others. 1, 0.9 or 0 alike."""
    bits, close = np.zeros(len(sides.left)), np.full(len(sides.left), np.nan)
    total = max(p.people, 1000)
    for place, (i, j) in enumerate(zip(sides.left.tolist(), sides.right.tolist(), strict=True)):
        one, other = p.phones[i], p.phones[j]
        if not one or not other:
            continue
        common = [p.phone_counts[number] for number in one if number in other]
        if common:
            bits[place], close[place] = min(14.0, float(np.log2(total / min(common)))), 1.0
        elif any(OSA.distance(x, y, score_cutoff=1) <= 1 for x in one for y in other):
            bits[place], close[place] = 2.0, 0.9
        else:
            bits[place], close[place] = -1.5, 0.0
    return Evidence(bits, close)
