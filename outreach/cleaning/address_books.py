"""What address books keep in several columns: home and office, telephones by their type.

A contact has one address and one telephone. Of an address book the office's come first
(`aliases.py`); here, row by row, who has none there is reached at home, and a number that
Gmail calls mobile is the mobile. The other columns stay fields of their own: nothing moves.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from outreach.cleaning.headers import Column, key_of, standard_field
from outreach.errors import Text
from outreach.model.text import fold

#: The fields that belong together: an address is taken whole or not at all.
_ADDRESS = ("street", "street2", "postal_code", "city", "country")

#: Whose an address or a number is, by the letters of its header; the first that is filled counts.
_PLACES = (
    ("home", re.compile(r"domicile|home|privee?|personnel|privat")),
    ("other", re.compile(r"autre|other")),
)

#: `Phone 1 - Type` (Gmail until 2023), `Phone 1 - Label` (since), and the number itself.
_PHONE_TYPE = re.compile(r"phone(\d+)(?:type|label)")
_PHONE_VALUE = re.compile(r"phone(\d+)value")
_MOBILE = re.compile(r"mobile|cell|portable|iphone")
_FAX = re.compile(r"fax|telecopie|pager")


@dataclass(frozen=True, slots=True)
class _Instead:
    """Cells to copy, `(to, from)`, where the cells of `empty` are all blank."""

    empty: tuple[int, ...]
    pairs: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Arrangement:
    """How the cells of a row are put in their places, before they are cleaned."""

    instead: tuple[_Instead, ...] = ()
    #: Of each number: the column of its type, the column of the number.
    phones: tuple[tuple[int, int], ...] = ()
    #: Where the telephone and the mobile go.
    phone: int = -1
    mobile: int = -1

    def of(self, cells: Sequence[str]) -> Sequence[str]:
        """The cells of a row; one more than the file has where mobiles get their own."""
        out = [*cells, ""] if self.phones else list(cells)
        if self.phones:
            self._sort_phones(cells, out)
        for one in self.instead:
            if not any(out[index].strip() for index in one.empty):
                for to, source in one.pairs:
                    out[to] = cells[source]
        return out

    def _sort_phones(self, cells: Sequence[str], out: list[str]) -> None:
        said = [(fold(cells[type_]), cells[value]) for type_, value in self.phones]
        said = [(type_, number) for type_, number in said if number.strip()]
        mobiles = [number for type_, number in said if _MOBILE.search(type_)]
        others = [n for type_, n in said if not _MOBILE.search(type_) and not _FAX.search(type_)]
        out[self.phone] = others[0] if others else ""
        out[self.mobile] = mobiles[0] if mobiles else ""


def with_mobiles(columns: Sequence[Column]) -> tuple[Column, ...]:
    """One column more, behind those of the file, where telephones say of what type they are."""
    filled = {column.field for column in columns}
    chosen = any(c.mapped for c in columns if _PHONE_VALUE.fullmatch(key_of(c.header)))
    if chosen or "mobile" in filled or not _typed_phones(columns):
        return tuple(columns)
    note = Text("the numbers whose type says so")
    return (*columns, Column(len(columns), "Phone - Mobile", "mobile", note=note))


def arrangement(columns: Sequence[Column]) -> Arrangement | None:
    """What is to be done to the rows of a file; None for a table with one address a row."""
    by_field = {c.field: c.index for c in columns if c.field and not c.own}
    phones: tuple[tuple[int, int], ...] = ()
    if columns and columns[-1].header == "Phone - Mobile":
        phones = _typed_phones(columns)
    instead = (*_addresses(columns, by_field), *_numbers(columns, by_field))
    if not phones and not instead:
        return None
    return Arrangement(instead, phones, by_field.get("phone", -1), by_field.get("mobile", -1))


def _typed_phones(columns: Sequence[Column]) -> tuple[tuple[int, int], ...]:
    types, values = {}, {}
    for column in columns:
        if found := _PHONE_TYPE.fullmatch(key_of(column.header)):
            types[found[1]] = column.index
        elif found := _PHONE_VALUE.fullmatch(key_of(column.header)):
            values[found[1]] = column.index
    return tuple((types[number], values[number]) for number in sorted(types.keys() & values.keys()))


def _place_of(header: str) -> str:
    key = key_of(header)
    return next((place for place, words in _PLACES if words.search(key)), "work")


def _spare(columns: Sequence[Column], place: str, fields: Sequence[str]) -> dict[str, int]:
    """Field → the column that would fill it at another place, had no better one been found."""
    found: dict[str, int] = {}
    for column in columns:
        meant = standard_field(column.header) if column.own and not column.mapped else None
        if meant and meant in fields and _place_of(column.header) == place:
            found.setdefault(meant, column.index)
    return found


def _addresses(columns: Sequence[Column], by_field: dict[str, int]) -> list[_Instead]:
    targets = tuple(by_field[name] for name in _ADDRESS if name in by_field)
    found = []
    for place, _ in _PLACES:
        spare = _spare(columns, place, _ADDRESS)
        pairs = tuple((by_field[n], index) for n, index in spare.items() if n in by_field)
        if {"street", "city", "postal_code"} & spare.keys() and pairs:
            found.append(_Instead(targets, pairs))
    return found


def _numbers(columns: Sequence[Column], by_field: dict[str, int]) -> list[_Instead]:
    if "phone" not in by_field:
        return []
    to = by_field["phone"]
    spare = [_spare(columns, place, ("phone",)) for place in ("work", *(p for p, _ in _PLACES))]
    return [_Instead((to,), ((to, one["phone"]),)) for one in spare if one]
