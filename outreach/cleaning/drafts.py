"""A row of a file, through the mapping and the cleaners, becomes a draft of a contact.

Pure. Making a `Drafter` once per file keeps the work per row small: one function
per column, chosen beforehand.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache

from outreach.cleaning.address_books import arrangement
from outreach.cleaning.clean import Clean, Cleaner
from outreach.cleaning.column_types import NO_DATE, is_identifier, misfit, typed
from outreach.cleaning.countries import country_code
from outreach.cleaning.headers import Column, key_of
from outreach.cleaning.postcodes import Postcodes
from outreach.cleaning.text import lost_signs, tidy, was_twice_encoded
from outreach.cleaning.values import OWN_RULES, cleaners, identifier, plain
from outreach.errors import Text
from outreach.model.contact import Draft, SetAside
from outreach.model.field import SCORED_TYPES, STANDARD_NAMES, FieldType, Value

#: A cell → its value, and what is to be remembered about it.
_Reader = Callable[[str], tuple[Value, SetAside | None]]

#: Towns, names and civilities come again: a column's last cells are remembered, as many as
#: this. What is everybody's own is not.
_REMEMBERED = 4096
_ONES_OWN = frozenset({"external_id", "email", "phone", "mobile", "street"})

#: What a score may be: why not, and from where to where.
_SCORES: Mapping[str, tuple[Text, tuple[int, int]]] = {
    "potential": (Text("an amount of 0 or more"), (0, 10**13)),
    "ease": (Text("from 1 (hard) to 5 (easy)"), (1, 5)),
}

#: Gmail writes `* myContacts ::: Clients`.
_TAG_SEPARATORS = re.compile(r"[,;|\n]+|:::")


class Drafter:
    """Makes drafts of the rows of one file.

    `types` gives the type of every field of the user's; `country` (ISO 3166) is how phone
    numbers and postal codes are read where a row names no country of its own; `language` is
    how civilities are written; `postcodes`, where given, says which towns a code belongs to.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        types: Mapping[str, FieldType],
        *,
        country: str,
        language: str,
        postcodes: Postcodes | None = None,
    ) -> None:
        self._columns = [c for c in columns if c.field and c.field != "tags"]
        self._types = types
        self._home, self._language = country, language
        self._readers_of = {country: self._readers(country)}
        self._tags = [column.index for column in columns if column.field == "tags"]
        self._country = next((c.index for c in self._columns if c.field == "country"), None)
        self._arrangement = arrangement(columns)
        self._postcodes = postcodes
        #: Field → cells whose text had been encoded twice, and was mended.
        self.mended: Counter[str] = Counter()
        #: Field → cells that invisible signs were taken out of.
        self.invisible: Counter[str] = Counter()

    def _readers(self, country: str) -> list[tuple[int, str, _Reader]]:
        rules = cleaners(country=country, language=self._language)
        return [(c.index, c.field or "", self._reader(c, rules)) for c in self._columns]

    def _reader(self, column: Column, rules: Mapping[str, Cleaner]) -> _Reader:
        read = _reader(column, rules, self._types)
        return read if column.field in _ONES_OWN else lru_cache(_REMEMBERED)(read)

    def draft(self, line: int, cells: Sequence[str]) -> Draft:
        """What one row says. Cells that hold nothing say nothing."""
        values: dict[str, Value] = {}
        remembered: list[SetAside] = []
        if self._arrangement:
            cells = self._arrangement.of(cells)
        country = self._country_of(cells)
        for index, field, read in self._readers_of[country]:
            cell = cells[index]
            if not cell:
                continue
            value, aside = read(cell)
            if value is not None:
                values[field] = value
            if aside is not None:
                remembered.append(aside)
                self._note(aside)
        if self._postcodes and country == "FR" and (odd := self._misplaced(values)):
            remembered.append(odd)
        return Draft(line, values, self._tags_of(cells), tuple(remembered))

    def _country_of(self, cells: Sequence[str]) -> str:
        """The country of the row, by whose habits its cells are read."""
        if self._country is None or not (text := tidy(cells[self._country])):
            return self._home
        code = country_code(text) or self._home
        if code not in self._readers_of:
            self._readers_of[code] = self._readers(code)
        return code

    def _note(self, aside: SetAside) -> None:
        if was_twice_encoded(aside.original):
            self.mended[aside.field] += 1
        if lost_signs(aside.original):
            self.invisible[aside.field] += 1

    def _misplaced(self, values: Mapping[str, Value]) -> SetAside | None:
        """A town and a postal code that do not go together: both are kept, and it is told."""
        code, town = values.get("postal_code"), values.get("city")
        if self._postcodes is None or not isinstance(code, str) or not isinstance(town, str):
            return None
        reason = self._postcodes.misfit(code, town)
        return SetAside("city", town, reason) if reason else None

    def _tags_of(self, cells: Sequence[str]) -> tuple[str, ...]:
        found = [_TAG_SEPARATORS.split(cells[index]) for index in self._tags]
        tags = (tidy(tag).removeprefix("* ") for part in found for tag in part if tag)
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
    if field not in types and field in SCORED_TYPES:
        return _scored(field)
    type_ = types[field]
    if type_ is not FieldType.TEXT:
        return _typed(field, type_)
    rule = OWN_RULES.get(key_of(column.header))
    if rule is None and is_identifier(column.header):
        rule = identifier
    return _standard(field, rule) if rule else _text(field)


def _standard(field: str, clean: Cleaner) -> _Reader:
    def read(cell: str) -> tuple[Value, SetAside | None]:
        text = tidy(cell)
        if not text:
            return None, None
        found: Clean = clean(text)
        if found.reason is not None:
            return found.value, SetAside(field, cell, found.reason)
        # A cell that tidying leaves as it is has nothing to mend.
        if found.value != text or (text != cell and _mends(cell)):
            return found.value, _remember(field, cell, found.value)
        return found.value, None

    return read


def _mends(cell: str) -> bool:
    """Whether tidying takes away more than spaces."""
    return lost_signs(cell) or was_twice_encoded(cell)


def _remember(field: str, cell: str, value: str | None) -> SetAside | None:
    """The original, unless only spaces and line breaks differ."""
    return None if " ".join(cell.split()) == value else SetAside(field, cell)


def _text(field: str) -> _Reader:
    def read(cell: str) -> tuple[Value, SetAside | None]:
        text = tidy(cell)
        if text in NO_DATE:
            return None, None
        return text or None, SetAside(field, cell) if text != cell and _mends(cell) else None

    return read


def _scored(field: str) -> _Reader:
    """What somebody is worth winning: an amount of 0 or more, an ease from 1 to 5."""
    type_ = SCORED_TYPES[field]
    if type_ is FieldType.TEXT:
        return _text(field)
    read = _typed(field, type_)
    reason, most = _SCORES[field]

    def bounded(cell: str) -> tuple[Value, SetAside | None]:
        value, aside = read(cell)
        if isinstance(value, int | Decimal) and not most[0] <= value <= most[1]:
            return None, SetAside(field, cell, reason)
        return value, aside

    return bounded


def _typed(field: str, type_: FieldType) -> _Reader:
    reason: Text = misfit(type_)

    def read(cell: str) -> tuple[Value, SetAside | None]:
        text = tidy(cell)
        if not text or text in NO_DATE:
            return None, None
        value = typed(text, type_)
        return value, SetAside(field, cell, reason) if value is None else None

    return read
