"""Thousands of values in one statement, as one parameter.

A chunk of an import looks for thousands of keys. As a parameter each, they make a
statement of megabytes that is written, parsed and planned anew every time; pairs of
them (`(a, b) IN (…)`) make SQLite read the whole table. A list is one parameter: JSON in
SQLite, an array in PostgreSQL. Both look each value up in the column's index.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    FromClause,
    Text,
    and_,
    any_,
    func,
    literal,
    select,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import Boolean

from outreach.store.prepared import given


def among(
    connection: Connection, column: ColumnElement[Any], keys: Iterable[str] | Iterable[int]
) -> ColumnElement[bool]:
    """Whether a column of text or of whole numbers holds one of the keys."""
    wanted: list[Any] = sorted(keys)
    if connection.dialect.name == "postgresql":
        return column == any_(literal(wanted, ARRAY(column.type)))
    return column.in_(select(func.json_each(json.dumps(wanted)).table_valued("value").c.value))


def listed(dialect: Dialect, column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """The same in a statement that is kept: `name` is the parameter, see `packed`."""
    if dialect.name == "postgresql":
        return column == any_(given(name, ARRAY(column.type)))
    keys = func.json_each(given(name, Text())).table_valued("value")
    return column.in_(select(keys.c.value))


class LookedUp(FunctionElement[bool]):
    """Whether a column holds one of the few values of a sub-query: asked first, then looked up.

    PostgreSQL would take `IN (SELECT …)` for a join, and may read a whole table for each row.
    """

    type = Boolean()
    inherit_cache = True


@compiles(LookedUp)
def _listed_in(element: LookedUp, compiler: SQLCompiler, **how: Any) -> str:
    column, values = [compiler.process(clause, **how) for clause in element.clauses]
    return f"{column} IN {values}"


@compiles(LookedUp, "postgresql")
def _any_of_array(element: LookedUp, compiler: SQLCompiler, **how: Any) -> str:
    column, values = [compiler.process(clause, **how) for clause in element.clauses]
    return f"{column} = ANY (ARRAY{values})"


def packed(dialect: Dialect, keys: Iterable[str] | Iterable[int]) -> Any:
    """What the parameter of `listed` is given."""
    return list(keys) if dialect.name == "postgresql" else json.dumps(list(keys))


def together(
    connection: Connection, columns: Sequence[ColumnElement[Any]], rows: Iterable[Sequence[str]]
) -> tuple[FromClause, ColumnElement[bool]]:
    """What to join with, and on what, for the rows whose columns hold one of these tuples."""
    wanted = sorted({tuple(row) for row in rows})
    names = [f"v{place}" for place in range(len(columns))]
    if connection.dialect.name == "postgresql":
        arrays = [literal(list(values), ARRAY(Text())) for values in zip(*wanted, strict=True)]
        given: FromClause = func.unnest(*arrays).table_valued(*names).render_derived()
    else:
        each = func.json_each(json.dumps(wanted)).table_valued("value")
        cells = [func.json_extract(each.c.value, f"$[{n}]").label(v) for n, v in enumerate(names)]
        given = select(*cells).subquery()
    return given, and_(*(c == given.c[n] for c, n in zip(columns, names, strict=True)))
