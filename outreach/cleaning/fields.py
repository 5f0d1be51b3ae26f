"""Which fields of the user's a file needs: known ones, new ones, ones that must grow.

Pure: what the columns hold was seen before, what the base has is its catalogue.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from outreach.cleaning.column_types import ColumnType
from outreach.cleaning.headers import Column
from outreach.cleaning.text import tidy
from outreach.model.field import Catalogue, Field, FieldType, Origin

#: What a type can become with every value kept (the store's `fields.py` carries it out).
_GROWS = {
    (FieldType.INTEGER, FieldType.NUMBER),
    (FieldType.INTEGER, FieldType.TEXT),
    (FieldType.DATE, FieldType.TEXT),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import does to the catalogue, and the type of every field it fills."""

    types: Mapping[str, FieldType]
    new: tuple[Field, ...]
    retyped: Mapping[str, FieldType]


def see_columns(
    columns: Sequence[Column], rows: Iterable[Sequence[str]]
) -> Mapping[str, ColumnType]:
    """What the columns of the user's fields hold, over all rows of the file."""
    own = [(c.index, ColumnType(c.header)) for c in columns if c.own]
    for cells in rows:
        for index, seen in own:
            if cells[index] and (text := tidy(cells[index])):
                seen.see(text)
    by_index = dict(own)
    return {c.field: by_index[c.index] for c in columns if c.own and c.field}


def doubtful(seen: Mapping[str, ColumnType], catalogue: Catalogue) -> Iterator[Field]:
    """Known fields whose column looks like another type: whether they are empty decides."""
    for name, column in seen.items():
        field = catalogue.find(name)
        if field and column.count and column.type is not field.type:
            yield field


def plan_fields(
    columns: Sequence[Column],
    seen: Mapping[str, ColumnType],
    catalogue: Catalogue,
    *,
    empty: frozenset[str],
) -> Plan:
    """The fields a file fills. `empty`: known fields in which nobody has a value yet.

    A column without any cell becomes text: the first file with values decides.
    """
    types: dict[str, FieldType] = {}
    new: list[Field] = []
    retyped: dict[str, FieldType] = {}
    for column in columns:
        if not column.own or column.field is None:
            continue
        name, found = column.field, seen[column.field]
        known = catalogue.find(name)
        types[name] = found.type
        if known is None:
            label = column.header or name
            new.append(Field(name, found.type, label, Origin.USER, f"f_{name}"))
        elif _must_change(known, found, name in empty):
            retyped[name] = found.type
        else:
            types[name] = known.type
    return Plan(types, tuple(new), retyped)


def _must_change(known: Field, found: ColumnType, empty: bool) -> bool:
    if not found.count or found.type is known.type:
        return False
    if empty:
        return True
    if (known.type, found.type) not in _GROWS:
        return False
    # A few odd cells are set aside; only another kind of column changes the field.
    return found.type is FieldType.NUMBER or not found.mostly(known.type)
