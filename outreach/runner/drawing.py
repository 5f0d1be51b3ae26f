"""Draws that come out the same every time: order, control, variants.

A draw is a hash of the campaign's name, of what is drawn and of the person. Nobody moves
to another group when people are added, nor when the draw is made again elsewhere.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from outreach.model.ids import ContactId


def draw(salt: str, purpose: str, contact: ContactId) -> int:
    """A number of 64 bits, evenly spread and always the same for these three."""
    digest = hashlib.sha256(f"{salt}\0{purpose}\0{contact}".encode()).digest()
    return int.from_bytes(digest[:8], "big")


def drawn_order(salt: str, purpose: str, contacts: Sequence[ContactId]) -> list[int]:
    """The places of people in the order of their draws; as given where two drew the same."""
    begin, sha256 = f"{salt}\0{purpose}\0".encode(), hashlib.sha256
    # Eight bytes sort as the number that they are; a million of them, by place, in a second.
    draws = [sha256(begin + b"%d" % contact).digest()[:8] for contact in contacts]
    return sorted(range(len(draws)), key=draws.__getitem__)


def nearest_whole(share: Fraction, people: int) -> int:
    """10 % of 25 people is 3: the nearest whole number, a half goes up."""
    return int(share * people + Fraction(1, 2))


def variant_for(salt: str, step: str, contact: ContactId, names: Sequence[str]) -> str | None:
    """The variant of a step that this person gets; None where there is nothing to draw."""
    if not names:
        return None
    return names[draw(salt, f"variant:{step}", contact) % len(names)]


@dataclass(frozen=True, slots=True)
class Lots:
    """Which variant each person gets: what was drawn in his stratum, else his own lot."""

    salt: str
    #: Contact → step → variant, of those for whom it was drawn within a stratum.
    drawn: Mapping[ContactId, Mapping[str, str]] = field(default_factory=dict)

    def variant(self, step: str, contact: ContactId, names: Sequence[str]) -> str | None:
        """The variant of a step that this person gets; None where there is nothing to draw."""
        name = self.drawn.get(contact, {}).get(step)
        return name if name in names else variant_for(self.salt, step, contact, names)


def shared_out(
    contacts: Sequence[ContactId], senders: Sequence[str], before: Mapping[ContactId, str]
) -> dict[ContactId, str]:
    """Who of several senders writes to whom; nobody where there are not several.

    Who wrote to somebody before goes on. Each of the others goes to whoever has fewest by then,
    in turn where all have the same: without a past nobody has more than one above another.
    """
    if not senders:
        return {}
    writers = {contact: before[contact] for contact in contacts if before.get(contact) in senders}
    has = Counter(writers.values())
    for contact in contacts:
        if contact not in writers:
            next_ = min(senders, key=has.__getitem__)
            writers[contact] = next_
            has[next_] += 1
    return writers
