"""A value that a document prints and a person lacks.

Nothing is emptied in silence (DESIGN, invariant 6): the document of that person is
held under the names found here until the values are mended.
"""

from __future__ import annotations

from collections.abc import Iterable

from outreach.errors import Location, OutreachError, Plural, Text


class MissingValues(OutreachError):
    """A document cannot be made for this person: `names` are the fields without a value."""

    def __init__(self, names: Iterable[str], *, where: Location | None = None) -> None:
        #: Each name once, in the order in which the document asks for them.
        self.names: tuple[str, ...] = tuple(dict.fromkeys(names))
        super().__init__(
            Plural(
                "the value of {names} is missing",
                "the values of {names} are missing",
                len(self.names),
                names=", ".join(self.names),
            ),
            where=where,
            hint=Text("fill it in, or write |default(…) in the template"),
        )
