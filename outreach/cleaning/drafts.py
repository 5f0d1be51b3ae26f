"""A row of a file, through the mapping and the cleaners, becomes a draft of a contact.

Pure. Making a `Drafter` once per file keeps the work per row small: one function
per column, chosen beforehand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from outreach.cleaning.column_types import misfit, typed
from outreach.cleaning.headers import Column
from outreach.cleaning.text import lost_signs, tidy
from outreach.cleaning.values import Clean, Cleaner, cleaners, plain
from outreach.errors import Text
from outreach.model.contact import Draft, SetAside
from outreach.model.field import STANDARD_NAMES, FieldType, Value

#: A cell → its value, and what is to be remembered about it.
_Reader = Callable[[str], tuple[Value, SetAside | None]]

_TAG_SEPARATORS = re.compile(r"[,;|\n]+")


class Drafter:
    """Makes drafts of the rows of one file.

    `types` gives the type of every field of the user's; `country` (ISO 3166) is how phone
    numbers and postal codes are read, `language` how civilities are written.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        types: Mapping[str, FieldType],
        *,
        country: str,
        language: str,
    ) -> None:
        rules = cleaners(country=country, language=language)
        self._readers: list[tuple[int, str, _Reader]] = [
            (column.index, column.field, _reader(column, rules, types))
            for column in columns
            if column.field and column.field != "tags"
        ]
        self._tags = [column.index for column in columns if column.field == "tags"]

    def draft(self, line: int, cells: Sequence[str]) -> Draft:
        """What one row says. Cells that hold nothing say nothing."""
        values: dict[str, Value] = {}
        remembered: list[SetAside] = []
        for index, field, read in self._readers:
            cell = cells[index]
            if not cell:
                continue
            value, aside = read(cell)
            if value is not None:
                values[field] = value
            if aside is not None:
                remembered.append(aside)
        return Draft(line, values, self._tags_of(cells), tuple(remembered))

    def _tags_of(self, cells: Sequence[str]) -> tuple[str, ...]:
        found = [_TAG_SEPARATORS.split(cells[index]) for index in self._tags]
        tags = (tidy(tag) for part in found for tag in part)
        return tuple(dict.fromkeys(tag for tag in tags if tag))


def is_blank(cells: Iterable[str]) -> bool:
    """A row of separators only."""
    return not any(cell.strip() for cell in cells)


def _reader(
    column: Column, rules: Mapping[str, Cleaner], types: Mapping[str, FieldType]
) -> _Reader:
    field = column.field or ""
    if field in STANDARD_NAMES:
        return _standard(field, rules.get(field, plain))
    type_ = types[field]
    return _text(field) if type_ is FieldType.TEXT else _typed(field, type_)


def _standard(field: str, clean: Cleaner) -> _Reader:
    def read(cell: str) -> tuple[Value, SetAside | None]:
        text = tidy(cell)
        if not text:
            return None, None
        found: Clean = clean(text)
        if found.reason is not None:
            return found.value, SetAside(field, cell, found.reason)
        if found.value != text or lost_signs(cell):
            return found.value, _remember(field, cell, found.value)
        return found.value, None

    return read


def _remember(field: str, cell: str, value: str | None) -> SetAside | None:
    """The original, unless only spaces and line breaks differ."""
    return None if " ".join(cell.split()) == value else SetAside(field, cell)


def _text(field: str) -> _Reader:
    def read(cell: str) -> tuple[Value, SetAside | None]:
        text = tidy(cell)
        return text or None, SetAside(field, cell) if lost_signs(cell) else None

    return read


def _typed(field: str, type_: FieldType) -> _Reader:
    reason: Text = misfit(type_)

    def read(cell: str) -> tuple[Value, SetAside | None]:
        text = tidy(cell)
        if not text:
            return None, None
        value = typed(text, type_)
        return value, SetAside(field, cell, reason) if value is None else None

    return read
