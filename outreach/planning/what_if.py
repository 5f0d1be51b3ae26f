"""What if one figure were another: the same effort beside itself, column by column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from fractions import Fraction

from outreach.errors import Text, did_you_mean
from outreach.planning.effort import BadCoefficient, Effort, Goal, Rounding, effort
from outreach.planning.habits import Coefficient, Habits, Origin

#: The figures that may be changed.
NAMES = tuple(field.name for field in fields(Habits))


@dataclass(frozen=True, slots=True)
class Change:
    """One figure set to another value."""

    coefficient: str
    value: Fraction


class UnknownCoefficient(BadCoefficient):
    """A word that names none of the figures."""

    def __init__(self, name: str) -> None:
        hint = did_you_mean(name, NAMES) or Text("one of: {words}", words=", ".join(NAMES))
        super().__init__(Text("{name!r} is no figure of the effort", name=name), hint=hint)


def coefficient_named(name: str) -> str:
    """The figure's name, whether it was written with blanks, hyphens or underscores."""
    plain = name.strip().lower().replace("-", "_").replace(" ", "_")
    if plain not in NAMES:
        raise UnknownCoefficient(name.strip())
    return plain


def changed(habits: Habits, change: Change) -> Habits:
    """The same figures, one of them as somebody supposes it to be."""
    return replace(habits, **{change.coefficient: Coefficient(change.value, Origin.GIVEN)})


def what_if(
    goal: Goal, habits: Habits, changes: Sequence[Change], rounding: Rounding
) -> list[tuple[Change, Effort]]:
    """The effort of each change alone, everything else being equal."""
    return [(one, effort(goal, changed(habits, one), rounding)) for one in changes]
