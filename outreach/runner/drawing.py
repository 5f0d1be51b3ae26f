"""Draws that come out the same every time: order, control, variants.

A draw is a hash of the campaign's name, of what is drawn and of the person. Nobody moves
to another group when people are added, nor when the draw is made again elsewhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from fractions import Fraction

from outreach.model.ids import ContactId


def draw(salt: str, purpose: str, contact: ContactId) -> int:
    """A number of 64 bits, evenly spread and always the same for these three."""
    digest = hashlib.sha256(f"{salt}\0{purpose}\0{contact}".encode()).digest()
    return int.from_bytes(digest[:8], "big")


def nearest_whole(share: Fraction, people: int) -> int:
    """10 % of 25 people is 3: the nearest whole number, a half goes up."""
    return int(share * people + Fraction(1, 2))


def variant_for(salt: str, step: str, contact: ContactId, names: Sequence[str]) -> str | None:
    """The variant of a step that this person gets; None where there is nothing to draw."""
    if not names:
        return None
    return names[draw(salt, f"variant:{step}", contact) % len(names)]
