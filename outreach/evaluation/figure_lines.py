"""Figures of several kinds, one below the other, each with how it is counted."""

from __future__ import annotations

from collections.abc import Sequence

from outreach.errors import Text
from outreach.evaluation.document import Column, Figure, Number, Table, Unit

#: What it is, how much, in which unit, how it is counted.
Line = tuple[Text, Number | None, Unit, Text]


def figures(key: str, title: Text, lines: Sequence[Line]) -> Table:
    """A table of such lines, in their order."""
    return Table(
        key=key,
        title=title,
        columns=(
            Column("what", Text("figure"), Unit.TEXT),
            Column("value", Text("value"), Unit.NUMBER),
            Column("basis", Text("how it is counted"), Unit.TEXT),
        ),
        rows=tuple(
            {"what": what, "value": Figure(value, unit), "basis": basis}
            for what, value, unit, basis in lines
        ),
    )
