"""What the fields of one template are read in, and why one cannot be computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from outreach.errors import Text
from outreach.rendering.letter.fields import Field
from outreach.rendering.letter.names import Names
from outreach.rendering.letter.sources import Source


class FieldError(Exception):
    """A field that cannot be computed, and why."""

    def __init__(self, what: Text, hint: Text | None = None) -> None:
        super().__init__(str(what))
        self.what = what
        self.hint = hint


class StaysLive(Exception):
    """A field that only Word can compute, page by page."""


def require_one_place(one: Field) -> None:
    """A field must end in the cell, or the box, where it begins. Raises `FieldError`."""
    if not one.in_one_paragraph:
        raise scattered(one)


def scattered(one: Field) -> FieldError:
    """A field that begins, say, in one cell and ends in another."""
    return FieldError(
        Text(
            "the field {field} begins and ends in different parts of the document",
            field=one.instruction.text,
        )
    )


@dataclass(slots=True)
class Surroundings:
    """What fields refer to: the template around them, and what its user has said."""

    names: Names
    #: The answers to ASK and FILLIN, by bookmark or prompt, folded.
    answers: Mapping[str, str] = field(default_factory=dict)
    #: Whether a prompt without an answer is a mistake now (it is none while only reading).
    must_answer: bool = False
    #: Names that SET and ASK give a value to, folded.
    stored: frozenset[str] = frozenset()
    #: What a bookmark of the document holds, by its folded name.
    bookmarks: Mapping[str, Source] = field(default_factory=dict)
    #: Properties and variables of the document, folded.
    properties: Mapping[str, str] = field(default_factory=dict)
    #: Columns by Word's own names for them: `_FIRST0_` → `Prénom`.
    mapped: Mapping[str, str] = field(default_factory=dict)
    #: The lists repeated around a field, from the outside in.
    scope: Callable[[Field], tuple[str, ...]] = lambda _: ()
    #: How numbers in formulas are written; None: not known yet.
    locale: str | None = None
    #: The ISO code (ISO 4217) of amounts of money.
    currency: str = "EUR"
