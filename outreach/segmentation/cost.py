"""Why an expression is slow on a large base: what no index can answer.

Pure: the store says which columns have an index.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from outreach.errors import Text
from outreach.model.field import Field
from outreach.segmentation.tree import (
    Arithmetic,
    Comparison,
    Condition,
    ContactedWithin,
    Fact,
    FieldValue,
    HasTag,
    Like,
    Missing,
    OneOf,
    Reached,
    Received,
    Term,
    Wild,
    fields_of,
    leaves_of,
)

#: Fields of a few words each: an index finds too many people at once to be of use.
FEW_VALUES = frozenset({"kind", "stage", "interest", "civility", "country", "language"})


@dataclass(frozen=True, slots=True)
class Slow:
    """A part of an expression that every contact must be asked about, and why."""

    #: The field, or the function.
    what: str
    reason: Text


def slow_parts(condition: Condition, indexed: Collection[str]) -> list[Slow]:
    """Every slow part, once, in the order of the expression; `indexed` holds column names."""
    return list(dict.fromkeys(_slow(condition, indexed)))


def compared_fields(condition: Condition) -> list[Field]:
    """The fields of which an index can find a value: compared bare, and not of a few words."""
    found: dict[str, Field] = {}
    for part in leaves_of(condition):
        match part:
            case Comparison(_, left, right):
                terms: tuple[Term, ...] = (left, right)
            case OneOf(term, _):
                terms = (term,)
            case _:
                terms = ()
        for term in terms:
            if isinstance(term, FieldValue) and term.field.name not in FEW_VALUES | {"life_stage"}:
                found[term.field.name] = term.field
    return list(found.values())


def column_of(field: Field) -> str:
    """The column that comparisons of this field read."""
    return f"{field.stored_in}_folded" if field.has_twin else field.stored_in


def _slow(condition: Condition, indexed: Collection[str]) -> Iterator[Slow]:
    for part in leaves_of(condition):
        match part:
            case Comparison(_, left, right):
                yield from _compared((left, right), indexed)
            case OneOf(term, choices):
                yield from _compared((term, *choices), indexed)
            case Like(term, pattern):
                yield from _searched(term, inside=pattern[:1] != () and pattern[0] is Wild.ANY)
            case Received() | Reached() | ContactedWithin() | Fact():
                yield Slow(_FUNCTIONS[type(part)], Text("the history of each person is read"))
            case HasTag() | Missing():
                pass
            case _:
                pass


_FUNCTIONS: dict[type, str] = {
    Received: "received",
    Reached: "reached",
    ContactedWithin: "contacted_within",
    Fact: "reached",
}


def _compared(terms: tuple[Term, ...], indexed: Collection[str]) -> Iterator[Slow]:
    for term in terms:
        match term:
            case Arithmetic():
                reason = Text("arithmetic is worked out for each person")
                yield from (Slow(field.name, reason) for field in fields_of(term))
            case FieldValue(field) if field.name == "life_stage":
                yield Slow(field.name, Text("the history of each person is read"))
            case FieldValue(field) if field.name in FEW_VALUES:
                pass
            case FieldValue(field) if column_of(field) not in indexed:
                yield Slow(
                    field.name, Text("no index yet: saving the segment makes one for this field")
                )
            case _:
                pass


def _searched(term: Term, *, inside: bool) -> Iterator[Slow]:
    inside_text = Text("text is searched inside of the values, which no index can answer")
    begun = Text("beginnings are compared for each person")
    for field in fields_of(term):
        yield Slow(field.name, inside_text if inside else begun)
