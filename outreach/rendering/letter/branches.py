"""Which way a person's letter takes at each condition of its template, and what it lacks.

A preview shows somebody for each way. The letter is filled as ever; only the conditions are
written down, and nothing is packed.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date

from outreach.errors import OutreachError
from outreach.rendering.letter.evaluating import Values, at_midnight
from outreach.rendering.letter.expressions import Expression
from outreach.rendering.letter.filling import Filling
from outreach.rendering.letter.program import Program
from outreach.rendering.letter.sources import (
    Condition,
    FieldValue,
    Formatted,
    Joined,
    Literal,
    Source,
    Test,
)
from outreach.rendering.missing import MissingValues


@dataclass(frozen=True, slots=True)
class Ways:
    """A condition as a person reads it, and whether it held; `missing` holds the letter."""

    taken: frozenset[tuple[str, bool]]
    missing: tuple[str, ...]


@dataclass(slots=True)
class _Watched(Filling):
    """A letter that writes down what its conditions were found to be."""

    taken: set[tuple[str, bool]] = field(default_factory=set)

    def holds(self, test: Test) -> bool:
        """Whether the condition holds for this person."""
        try:
            found = Filling.holds(self, test)
        except MissingValues as error:
            self.missing += error.names
            raise
        if isinstance(test, Condition):
            self.taken.add((in_words(test), found))
        elif isinstance(test, Expression):
            self.taken.add((test.text, found))
        return found


def ways(program: Program, values: Values, *, locale: str, today: date) -> Ways:
    """The ways of one person's letter: up to where it stops, if it cannot be made."""
    watched = _Watched(values, locale, at_midnight(today), 1, 1, pictures=program.pictures)
    # Why it cannot be made is told where it is made.
    with suppress(OutreachError):
        for nodes in program.parts.values():
            watched.text(nodes)
    return Ways(frozenset(watched.taken), tuple(dict.fromkeys(watched.missing)))


def in_words(condition: Condition) -> str:
    """`city = "Rennes"`: the condition with the fields of the contact base."""
    return f"{_side(condition.left)} {condition.operator} {_side(condition.right)}"


def _side(source: Source) -> str:
    match source:
        case Literal():
            return f'"{source.text}"'
        case FieldValue():
            return source.field
        case Formatted():
            return _side(source.source)
        case Joined():
            return " ".join(_side(part) for part in source.parts)
        case _:
            return "…"
