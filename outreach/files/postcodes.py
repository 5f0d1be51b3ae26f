"""The table of postal codes and towns, as La Poste publishes it (`laposte_hexasmal.csv`)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from outreach.cleaning.headers import key_of, standard_field
from outreach.cleaning.postcodes import Postcodes
from outreach.errors import Text
from outreach.files.tables import Table, UnreadableTable, open_table

#: Other names of a place, beside that of the commune: what stands on an envelope.
_ALSO_TOWNS = ("libelledacheminement", "libelleacheminement", "ligne5")


def read_postcodes(path: Path) -> Postcodes:
    """Every code with its towns. Raises `UnreadableTable` where there are no such columns."""
    table = open_table(path)
    code = _columns(table, "postal_code")
    towns = _columns(table, "city")
    if not code or not towns:
        raise UnreadableTable(
            path,
            Text("a table of postal codes has a column `Code postal` and a column `Commune`"),
            Text("La Poste's file is called laposte_hexasmal.csv"),
        )
    return Postcodes(_pairs(table, code[0], towns))


def _columns(table: Table, field: str) -> list[int]:
    return [
        index
        for index, name in enumerate(table.header)
        if standard_field(name) == field or (field == "city" and key_of(name) in _ALSO_TOWNS)
    ]


def _pairs(table: Table, code: int, towns: list[int]) -> Iterator[tuple[str, str]]:
    for row in table.rows():
        if row.fault is None:
            digits = row.cells[code].strip().zfill(5)
            yield from ((digits, town) for i in towns if (town := row.cells[i].strip()))
