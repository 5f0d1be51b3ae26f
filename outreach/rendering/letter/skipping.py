"""A letter that its own template leaves out."""

from __future__ import annotations

from outreach.errors import Location, OutreachError, Text


class SkippedLetter(OutreachError):
    """The template itself asks that this person gets no letter (SKIPIF)."""

    def __init__(self, condition: str, where: Location | None = None) -> None:
        #: As it is written in the template, with the fields in braces.
        self.condition = condition
        super().__init__(
            Text("the template leaves this person out: {condition}", condition=condition),
            where=where,
        )
