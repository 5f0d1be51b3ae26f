"""The words of the effort: its steps, its figures, and how numbers stand in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from outreach.errors import Text
from outreach.evaluation.document import Column, Unit
from outreach.planning.effort import Effort

STEP = Column("step", Text("step"), Unit.TEXT)

NAMES: Mapping[str, Text] = {
    "average_deal": Text("average deal"),
    "proposals_per_deal": Text("proposals per deal"),
    "compensation": Text("compensation (actives per proposal)"),
    "inbound": Text("inbound active prospects"),
    "accessibility": Text("accessibility"),
    "touches": Text("touches per prospect"),
    "minutes": Text("minutes per touch"),
}
UNITS: Mapping[str, Unit] = {"average_deal": Unit.MONEY, "accessibility": Unit.RATE}

STEPS: Mapping[str, Text] = {
    "deals": Text("deals"),
    "proposals": Text("proposals"),
    "active_prospects": Text("active prospects"),
    "to_find": Text("still to find"),
    "prospects": Text("prospects to contact"),
    "touches": Text("touches"),
    "hours": Text("hours"),
    "revenue": Text("revenue"),
}


def plain(value: Fraction | float, digits: int = 1) -> Decimal:
    """A number for a sentence, which the reader's locale writes."""
    exact = Fraction(str(value)) if isinstance(value, float) else value
    found = Decimal(round(exact * 10**digits)).scaleb(-digits)
    return found.quantize(Decimal(1)) if found == found.to_integral() else found


def exact_of(effort: Effort, step: str) -> Fraction:
    """The step that was never rounded."""
    value: Fraction = getattr(effort, step).exact
    return value
