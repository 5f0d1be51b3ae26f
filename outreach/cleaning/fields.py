"""Which fields of the user's a file needs: known ones, new ones, ones that must grow.

Pure: what the columns hold was seen before, what the base has is its catalogue.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from outreach.cleaning.column_types import ColumnType
from outreach.cleaning.headers import Column, key_of
from outreach.cleaning.text import tidy
from outreach.errors import Text
from outreach.model.field import Catalogue, Field, FieldType, Origin

#: Rows looked at together.
_TOGETHER = 2000

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
    # Most columns repeat themselves: a cell is looked at once in a chunk. (pandas' own counting
    # and its vectorised patterns were measured: slower than this, and 0.3 s to import.)
    rows = iter(rows)
    while chunk := list(islice(rows, _TOGETHER)):
        for index, seen in own:
            for cell, times in Counter([cells[index] for cells in chunk]).items():
                if cell and (text := tidy(cell)):
                    seen.see(text, times)
    by_index = dict(own)
    return {c.field: by_index[c.index] for c in columns if c.own and c.field}


def settled(
    columns: Sequence[Column],
    seen: Mapping[str, ColumnType],
    catalogue: Catalogue,
    *,
    of_a_program: bool,
) -> tuple[Column, ...]:
    """The columns once their cells are known.

    A column called just `Type` is the contact's kind when it says nothing else. Columns that
    hold nothing make no field where they have no name, or where a program exports dozens of
    them into every address book (`of_a_program`).
    """
    has_kind = any(column.field == "kind" for column in columns)
    return tuple(
        _settled(column, seen, catalogue, of_a_program, has_kind) if column.own else column
        for column in columns
    )


def _settled(
    column: Column,
    seen: Mapping[str, ColumnType],
    catalogue: Catalogue,
    of_a_program: bool,
    has_kind: bool,
) -> Column:
    found = seen[column.field or ""]
    chosen = column.mapped or catalogue.find(column.field or "") is not None
    if chosen:
        return column
    if key_of(column.header) == "type" and not has_kind and 0 < found.count == found.kinds:
        note = Text("it says prospect, customer … and nothing else")
        return replace(column, field="kind", own=False, note=note)
    if not found.count and (of_a_program or not column.header):
        return replace(column, field=None, own=False, note=Text("left out: it is empty"))
    return column


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
