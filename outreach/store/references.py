"""That no row of the three great tables points at nothing, in PostgreSQL.

A foreign key is asked about row by row there, six to twelve microseconds each time: of a launch
over a million people that is most of what the server does. Triggers ask the same of all rows of a
statement at once. They keep what a foreign key keeps, to the letter (PostgreSQL's documentation,
`ddl-constraints` and `explicit-locking`):

* Whoever adds a row locks what it points at (`FOR KEY SHARE`) until his transaction ends, and is
  refused if it is not there by then.
* Whoever deletes something waits for those locks, and is refused if anything points at it then.
  Only a transaction that sees what others have committed meanwhile can tell: the two stricter
  levels of isolation, which the program does not use, may delete nothing of the kind.

SQLite's foreign keys cost next to nothing, and stay.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection

#: Table → column → the table whose number it holds. All other pointers are foreign keys.
POINTERS: Mapping[str, Mapping[str, str]] = {
    "enrolment": {"campaign_id": "campaign", "contact_id": "contact"},
    "delivery": {"campaign_id": "campaign", "step_id": "step", "contact_id": "contact"},
    "event": {"contact_id": "contact", "campaign_id": "campaign"},
}

#: What a statement has done, as a trigger is told of it.
_ADDED = "REFERENCING NEW TABLE AS are FOR EACH STATEMENT"
_GONE = "REFERENCING OLD TABLE AS were FOR EACH STATEMENT"


def lay_references(connection: Connection) -> None:
    """Have triggers take the place of these foreign keys in PostgreSQL."""
    if connection.dialect.name == "postgresql":
        for statement in laying():
            connection.exec_driver_sql(statement)


def laying() -> Iterator[str]:
    """The statements, for a store with foreign keys or with the triggers."""
    yield from _no_foreign_keys()
    yield from _on_pointing()
    yield from _on_pointed_at()


def _no_foreign_keys() -> Iterator[str]:
    for table, columns in POINTERS.items():
        for column in columns:
            yield f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {_name(table, column)}"


def _on_pointing() -> Iterator[str]:
    """Rows that are added, and those of which a pointer is changed."""
    for table, columns in POINTERS.items():
        added = [
            _refuse_if_nothing(
                table,
                column,
                target,
                f"SELECT DISTINCT {column} FROM are WHERE {column} IS NOT NULL",
            )
            for column, target in columns.items()
        ]
        changed = [
            _refuse_if_nothing(
                table, column, target, f"SELECT NEW.{column} WHERE NEW.{column} IS NOT NULL"
            )
            for column, target in columns.items()
        ]
        yield _function(f"refers_{table}", added)
        yield from _trigger(f"refers_{table}", table, f"INSERT ON {table} {_ADDED}")
        yield _function(f"refers_{table}_changed", changed)
        of = ", ".join(columns)
        yield from _trigger(
            f"refers_{table}_changed", table, f"UPDATE OF {of} ON {table} FOR EACH ROW"
        )


def _on_pointed_at() -> Iterator[str]:
    """What is deleted, gets another number, or is emptied as a whole."""
    for target in dict.fromkeys(target for of in POINTERS.values() for target in of.values()):
        pointing = [
            (table, column)
            for table, columns in POINTERS.items()
            for column, at in columns.items()
            if at == target
        ]
        gone, renumbered, emptied = [_see_what_others_did()], [_see_what_others_did()], []
        for table, column in pointing:
            gone.append(_refuse_if_pointed_at(table, column, target, "SELECT id FROM were"))
            renumbered.append(
                _refuse_if_pointed_at(
                    table, column, target, "SELECT OLD.id WHERE OLD.id IS DISTINCT FROM NEW.id"
                )
            )
            emptied.append(
                f"IF EXISTS (SELECT FROM {table} WHERE {column} IS NOT NULL) THEN"
                f" {_refusal(table, column, target)}; END IF;"
            )
        yield _function(f"referred_{target}", gone)
        yield from _trigger(f"referred_{target}", target, f"DELETE ON {target} {_GONE}")
        yield _function(f"referred_{target}_renumbered", renumbered)
        yield from _trigger(
            f"referred_{target}_renumbered", target, f"UPDATE OF id ON {target} FOR EACH ROW"
        )
        yield _function(f"referred_{target}_emptied", emptied)
        yield from _trigger(f"referred_{target}_emptied", target, f"TRUNCATE ON {target}")


def _refuse_if_nothing(table: str, column: str, target: str, numbers: str) -> str:
    """Lock what is there, by its index whatever the planner thinks of so many, and count it.

    Only if something is missing, it is asked what.
    """
    return (
        f"told := ARRAY({numbers});"
        f" SELECT count(*) INTO there FROM (SELECT FROM {target}"
        " WHERE id = ANY ((SELECT told)::bigint[]) FOR KEY SHARE) AS locked;"
        " IF there < cardinality(told) THEN"
        f" SELECT number INTO one FROM unnest(told) AS asked (number)"
        f" WHERE NOT EXISTS (SELECT FROM {target} WHERE id = number) LIMIT 1;"
        f" {_refusal(table, column, target)}; END IF;"
    )


def _refuse_if_pointed_at(table: str, column: str, target: str, numbers: str) -> str:
    """A sub-query is asked for each number, by the index: never a join, nor a scan."""
    pointing = f"SELECT 1 FROM {table} WHERE {table}.{column} = gone.number LIMIT 1"
    return (
        f"SELECT number INTO one FROM ({numbers}) AS gone (number)"
        f" WHERE ({pointing}) IS NOT NULL LIMIT 1;"
        f" IF FOUND THEN {_refusal(table, column, target)}; END IF;"
    )


def _refusal(table: str, column: str, target: str) -> str:
    """As a foreign key says it, with the name that it had."""
    return (
        f"RAISE foreign_key_violation USING CONSTRAINT = '{_name(table, column)}',"
        f" TABLE = '{table}', COLUMN = '{column}',"
        f" MESSAGE = 'a row of {table} would point at nothing in {target}',"
        f" DETAIL = 'Key ({column}) = ' || coalesce(one::text, 'of any row') || '.'"
    )


def _see_what_others_did() -> str:
    return (
        "IF current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN"
        " RAISE feature_not_supported USING MESSAGE ="
        " 'what may be pointed at is deleted in READ COMMITTED only'; END IF;"
    )


def _name(table: str, column: str) -> str:
    """Of the foreign key that SQLite has, and PostgreSQL had."""
    return f"fk_{table}_{column}"


def _function(name: str, acts: list[str]) -> str:
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$"
        " DECLARE told bigint[]; there bigint; one bigint;"
        f" BEGIN {' '.join(acts)} RETURN NULL; END $$"
    )


def _trigger(name: str, table: str, when: str) -> Iterator[str]:
    yield f"DROP TRIGGER IF EXISTS {name} ON {table}"
    yield f"CREATE TRIGGER {name} AFTER {when} EXECUTE FUNCTION {name}()"
