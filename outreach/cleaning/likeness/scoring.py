"""The evidence of all fields put together: how likely a pair is one person or one firm.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from rapidfuzz.distance import OSA

from outreach.cleaning.likeness import evidence, naming
from outreach.cleaning.likeness.base import LEAST_PEOPLE, Column, Flags, Floats, Ints
from outreach.cleaning.likeness.comparing import alike
from outreach.cleaning.likeness.evidence import Evidence, Sides
from outreach.cleaning.likeness.naming import Names
from outreach.cleaning.likeness.prepared import Prepared

#: How many doubles a contact has on average before anything is known of a base, and within
#: which bounds the base may say otherwise.
_EXPECTED = 0.3
_LEAST_EXPECTED, _MOST_EXPECTED = 0.05, 1.0

#: The most that a pair can reach which only a person can decide: as likely as not.
_DOUBT = 0.0

#: Bits from which a pair is taken for one while learning, and under which it counts for nothing.
_SURE, _UNLIKELY = 3.0, -8.0

#: Bits of what is a hint at most: a slip in a number, the same mailbox name at another provider.
_HINT = 2.0

#: Firms whose names are no more alike than this are two, whatever building they share.
_OTHER_FIRM = 0.5

#: Pairs scored at a time: some tens of megabytes.
_CHUNK = 250_000

#: Pairs that learning looks at: every second, third … of the candidates where there are more.
_SAMPLE = 200_000

#: Random pairs looked at to learn how often strangers agree on a field of the user's.
_STRANGERS = 20_000


#: Bits that a person's own numbers and dates must be worth to settle a doubt about his name.
_PERSONAL = 8.0

#: A field of the user's that fewer people have is taken for one that so many have.
_LEAST_OWN = 200


@dataclass(slots=True)
class Scores:
    """Pairs with what is known of them. `bits`: log2 of the odds that both are one."""

    pairs: Ints
    bits: Floats
    #: How alike per kind of evidence; NaN where one side says nothing.
    alike: dict[str, Floats]
    swapped: Floats

    @property
    def likelihood(self) -> Floats:
        """The odds as a probability."""
        return np.asarray(1 / (1 + np.exp2(-np.clip(self.bits, -60, 60))), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class OwnWeight:
    """What a field of the user's is worth, learnt from the base."""

    #: Share of the pairs thought the same, and of strangers, that agree, nearly agree.
    same: tuple[float, float]
    strangers: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Learnt:
    """What a base says of itself."""

    #: Doubles per contact.
    expected: float = _EXPECTED
    #: Worth of the user's fields, by name.
    own: Mapping[str, OwnWeight] = field(default_factory=dict)


def score(p: Prepared, pairs: Ints, learnt: Learnt, *, least: float = -np.inf) -> Scores:
    """Score pairs; those under `least` bits, which most are, are forgotten at once.

    `learnt` as `learn` found it.
    """
    parts = []
    for at in range(0, max(len(pairs), 1), _CHUNK):
        some = pairs[at : at + _CHUNK]
        parts.append(_above(_score(p, some, learnt), least))
    kinds = parts[0].alike
    return Scores(
        np.concatenate([part.pairs for part in parts]),
        np.concatenate([part.bits for part in parts]),
        {kind: np.concatenate([part.alike[kind] for part in parts]) for kind in kinds},
        np.concatenate([part.swapped for part in parts]),
    )


def _above(scores: Scores, least: float) -> Scores:
    kept = scores.bits >= least
    return Scores(
        scores.pairs[kept],
        scores.bits[kept],
        {kind: values[kept] for kind, values in scores.alike.items()},
        scores.swapped[kept],
    )


def learn(p: Prepared, pairs: Ints) -> Learnt:
    """How far each field of the user's agrees where everything else says the same, and by chance.

    One step of expectation and maximisation: the other fields say which pairs are one, and
    with the user's fields how many doubles there are.
    """
    step = 1 + len(pairs) // _SAMPLE
    some = pairs[::step]
    own = _learn_own(p, some) if p.own and len(some) else {}
    first = Learnt(own=own)
    likely = score(p, some, first, least=_UNLIKELY)
    found = step * float(likely.likelihood.sum())
    per_person = (2 * found + _EXPECTED * 100) / (p.people + 100)
    return Learnt(min(_MOST_EXPECTED, max(_LEAST_EXPECTED, per_person)), own)


def _learn_own(p: Prepared, pairs: Ints) -> dict[str, OwnWeight]:
    same = score(p, pairs, Learnt(), least=_SURE).pairs
    people = p.people
    count = min(_STRANGERS, people * 4)
    left = np.arange(count, dtype=np.int64) % people
    right = (left + 1 + (np.arange(count) * 7919) % max(people - 1, 1)) % people
    strangers = Sides(left[left != right], right[left != right])
    return {
        name: OwnWeight(
            _shares(column, Sides(same[:, 0], same[:, 1]), (0.8, 0.06), 20),
            _shares(column, strangers, (1 / people, 1 / people), 1),
        )
        for name, column in p.own.items()
    }


def _shares(
    column: Column, sides: Sides, before: tuple[float, float], weight: float
) -> tuple[float, float]:
    """Shares of pairs that agree and nearly agree, from a first guess that weighs so many pairs."""
    close = _own_alike(column, sides)
    there = int((~np.isnan(close)).sum())
    equal, near = int((close >= 1).sum()), int(((close >= 0.75) & (close < 1)).sum())
    return (
        (equal + before[0] * weight) / (there + weight),
        (near + before[1] * weight) / (there + weight),
    )


def _own_alike(column: Column, sides: Sides) -> Floats:
    """1 equal, between a slip, 0 other."""
    a, b = sides.codes(column)
    return alike(column, a, column, b, OSA.normalized_similarity)


def _own_bits(column: Column, sides: Sides, weight: OwnWeight) -> Evidence:
    close = _own_alike(column, sides)
    rare = evidence.rarity_of_pair(column, sides, _LEAST_OWN)
    equal = np.clip(rare + np.log2(weight.same[0]), 0, 12)
    near = np.clip(np.log2(weight.same[1] / max(weight.strangers[1], 1e-4)), 0, 7)
    rest = max(1 - sum(weight.same), 0.01) / max(1 - sum(weight.strangers), 0.01)
    differ = float(np.clip(np.log2(rest), -4, 0))
    bits = np.where(close >= 1, equal, np.where(close >= 0.75, near, differ))
    return Evidence(np.where(np.isnan(close), 0, bits), close)


def _score(p: Prepared, pairs: Ints, learnt: Learnt) -> Scores:
    sides = Sides(pairs[:, 0], pairs[:, 1])
    names = naming.names(p, sides)
    kinds = {
        "company": evidence.firms(p, sides),
        "street": evidence.streets(p, sides),
        "place": evidence.places(p, sides),
        "phone": evidence.phones(p, sides),
        "email": evidence.emails(p, sides),
        "domain": evidence.domains(p, sides),
        "siret": evidence.sirets(p, sides),
    }
    own = {name: _own_bits(p.own[name], sides, weight) for name, weight in learnt.own.items()}
    _settle(p, sides, names, kinds)
    bits = names.bits + sum(kind.bits for kind in kinds.values())
    firm = p.is_firm[sides.left] & p.is_firm[sides.right]
    extra = sum((one.bits for one in own.values()), np.zeros(len(pairs)))
    bits += np.clip(extra, np.where(firm, -4, -8), np.where(firm, 6, 24))
    bits -= np.log2(max(p.people, LEAST_PEOPLE) / learnt.expected)
    proven = kinds["email"].alike == 1
    doubtful = _names_alone(kinds, own) | (_other_site(firm, kinds) & ~proven)
    doubtful |= _other_firm(firm, kinds) & ~proven
    doubtful |= _somebody_at_a_firm(p, sides) & ~proven
    doubtful |= names.kin & ~proven & (extra < _PERSONAL)
    bits = np.where(doubtful, np.minimum(bits, _DOUBT), bits)
    found = {"name": names.alike, **{name: kind.alike for name, kind in kinds.items()}}
    found |= {f"own:{name}": one.alike for name, one in own.items()}
    return Scores(pairs, bits, found, names.swapped.astype(np.float64))


def _settle(p: Prepared, sides: Sides, names: Names, kinds: dict[str, Evidence]) -> None:
    """What fields mean together: families share homes, sites share phones, streets share names."""
    firm = p.is_firm[sides.left] & p.is_firm[sides.right]
    person = p.is_person[sides.left] & p.is_person[sides.right]
    street, place, company = kinds["street"], kinds["place"], kinds["company"]
    # The same street in another town is another street.
    elsewhere = (place.alike < 0.7) & (street.bits > 0)
    street.bits = np.where(elsewhere, street.bits * 0.5, street.bits)
    # A firm elsewhere is another site, a firm of quite another name is another firm.
    street.bits = np.where(firm & (street.bits < 0), -9.0, street.bits)
    # People have colleagues: their firm says little of them.
    company.bits = np.where(person, np.clip(company.bits, -1, 4), company.bits)
    for kind in ("company", "street", "place", "phone", "domain"):
        found = kinds[kind]
        found.bits = np.where(names.others, np.minimum(found.bits, 0), found.bits)
    email = kinds["email"]
    email.bits = np.where(names.others, np.minimum(email.bits, 4), email.bits)


def _other_site(firm: Flags, kinds: dict[str, Evidence]) -> Flags:
    """A firm in another street: a second site or a move, which a person has to decide."""
    street, siret, phone = kinds["street"], kinds["siret"], kinds["phone"]
    elsewhere = (street.bits < -3) | ((street.alike < 0.6) & ~(phone.alike >= 0.9))
    return np.asarray(firm & elsewhere & (siret.bits < 16))


def _other_firm(firm: Flags, kinds: dict[str, Evidence]) -> Flags:
    """Two SIREN, or two names of one building that do not answer the same phone."""
    other = kinds["company"].alike < _OTHER_FIRM
    proven = (kinds["phone"].alike == 1) | (kinds["siret"].bits >= 16)
    return np.asarray(firm & ((other & ~proven) | (kinds["siret"].alike == 0)))


def _somebody_at_a_firm(p: Prepared, sides: Sides) -> Flags:
    """Who is named beside a firm is somebody, not the firm: a person has to decide."""
    firm, person = p.is_firm, p.is_person
    left, right = sides.left, sides.right
    return np.asarray((firm[left] & person[right]) | (person[left] & firm[right]))


def _names_alone(kinds: dict[str, Evidence], own: dict[str, Evidence]) -> Flags:
    """Nothing beside a name speaks for it, or the town alone: people are called alike."""
    others = [kinds[name].bits for name in ("street", "phone", "siret")]
    others.append(kinds["email"].bits + kinds["domain"].bits)
    most = np.max(np.stack([*others, *(one.bits for one in own.values())]), axis=0)
    against = np.min(np.stack(others), axis=0) < 0
    place = kinds["place"].bits
    return np.asarray((most <= _HINT) & ((place < 2.0) | against))
