"""The columns of the table `contact` as they really are, those of deleted fields included.

A deleted or retyped field leaves its column behind until the store is upgraded, so that
it can be taken back; a new field must not run into it.
"""

from __future__ import annotations

from sqlalchemy import Connection, cast, inspect, select

from outreach.store import schema


def columns_there(connection: Connection) -> set[str]:
    """Every column of `contact`."""
    return {str(column["name"]) for column in inspect(connection).get_columns("contact")}


def free_column(connection: Connection, wanted: str) -> str:
    """`wanted`, or the first of `wanted2`, `wanted3` … that is free."""
    taken = columns_there(connection)
    column, number = wanted, 2
    while column in taken or f"{column}_folded" in taken:
        column, number = f"{wanted}{number}", number + 1
    return column


def release_name(connection: Connection, name: str) -> None:
    """A deleted field gives its name to a new one; no name that people type has a `~`."""
    f = schema.field
    connection.execute(
        f.update()
        .where(f.c.name == name, f.c.deleted_at.is_not(None))
        .values(name=f.c.name + "~" + cast(f.c.id, f.c.name.type))
    )


def left_behind(connection: Connection) -> list[str]:
    """Columns of deleted and retyped fields, which nothing reads any more."""
    f = schema.field.c
    query = select(f.column_name).where(f.deleted_at.is_(None))
    used = {name for column in connection.scalars(query) for name in (column, f"{column}_folded")}
    return sorted(c for c in columns_there(connection) if c.startswith("f_") and c not in used)


def drop_left_behind(connection: Connection) -> list[str]:
    """Drop them for good, with the deleted fields they belonged to."""
    dropped = left_behind(connection)
    for column in dropped:
        connection.exec_driver_sql(f'ALTER TABLE contact DROP COLUMN "{column}"')
    connection.execute(schema.field.delete().where(schema.field.c.deleted_at.is_not(None)))
    return dropped
