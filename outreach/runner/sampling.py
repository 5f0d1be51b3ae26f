"""A handful of people who show what a campaign can look like: who, and why they.

Everybody looked at has traits: a variant, a branch of a template, a value that is missing,
the longest name. The handful is chosen greedily, so that every trait that tells people apart
is seen with as few people as may be. The same audience gives the same sample.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from outreach.errors import Text
from outreach.model.contact import Contact
from outreach.model.ids import ContactId

#: People looked at, in the campaign's own order, which is drawn: more would hardly tell more.
LOOKED_AT = 2000

#: More people than anybody looks through.
AT_MOST = 12


@dataclass(frozen=True, slots=True)
class Trait:
    """Something that shows in what a person gets. `weight`: how much it wants to be seen."""

    key: tuple[str, ...]
    text: Text = field(compare=False)
    weight: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Sampled:
    """One person of the sample, and what is to be seen in what he gets."""

    contact: Contact
    reasons: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    people: tuple[Sampled, ...]
    #: Of how many people they were chosen, and how many would be enrolled.
    looked_at: int
    enrolled: int


Traits = dict[ContactId, set[Trait]]


def telling(people: Sequence[Contact], traits: Traits, at_most: int = AT_MOST) -> list[Sampled]:
    """The first person, then whoever shows most that was not seen yet."""
    for trait, contact in extremes(people):
        traits.setdefault(contact, set()).add(trait)
    common = Counter(trait for of in traits.values() for trait in of)
    unseen = {trait for trait, count in common.items() if count < len(people)}
    chosen: list[Sampled] = []
    places = {contact.id: place for place, contact in enumerate(people)}
    by_id = {contact.id: contact for contact in people}

    def worth(contact: ContactId) -> tuple[int, int]:
        return sum(trait.weight for trait in traits[contact] & unseen), -places[contact]

    candidates = [contact.id for contact in people if contact.id in traits]
    if people:
        chosen.append(_take(people[0], traits, unseen, Text("the first of the audience")))
    while unseen and len(chosen) < at_most:
        best = max(candidates, key=worth, default=None)
        if best is None or not traits[best] & unseen:
            break
        chosen.append(_take(by_id[best], traits, unseen))
    return chosen


def _take(contact: Contact, traits: Traits, unseen: set[Trait], *reasons: Text) -> Sampled:
    """That person, for everything about him that was not seen yet."""
    shown = sorted(traits.get(contact.id, set()) & unseen, key=lambda t: (-t.weight, t.key))
    unseen.difference_update(shown)
    return Sampled(contact, (*reasons, *(trait.text for trait in shown)))


def extremes(people: Sequence[Contact]) -> Iterator[tuple[Trait, ContactId]]:
    """What only one can be: the longest name, the longest company, the longest street."""
    for key, text, fields in (
        ("name", Text("the longest name"), ("first_name", "last_name")),
        ("company", Text("the longest company name"), ("company",)),
        ("street", Text("the longest address"), ("street", "street2", "city")),
    ):
        lengths = [sum(len(one.text(name) or "") for name in fields) for one in people]
        if lengths and max(lengths) > min(lengths):
            longest = people[lengths.index(max(lengths))]
            yield Trait(("longest", key), text, 2), longest.id
