"""How many deliveries of a campaign are in each state, and how many people in each arm.

The numbers stand in the table `counted`: over a million people, counting them anew takes
seconds. The database itself keeps them, by triggers on `delivery` and `enrolment`, in the
transaction that moves a row: whoever writes there need not know of it, and what is rolled
back is not counted.

SQLite, where one writes at a time, has one row for each number (`part` 0). In PostgreSQL
runs on several machines would wait for one another at such a row: there, every statement
adds a row that says by how much it changed the number, and the end of a run folds them.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, func, select

from outreach.model.ids import CampaignId
from outreach.store import schema

#: What is counted: of which table, by which of its columns. No state is named like an arm.
COUNTED = {"delivery": "state", "enrolment": "arm"}

_OLD_AND_NEW = "OLD TABLE AS were NEW TABLE AS are"
#: The statements that change a number, and the rows they had or have in PostgreSQL's triggers.
_TURNS = {"INSERT": "NEW TABLE AS are", "DELETE": "OLD TABLE AS were", "UPDATE": _OLD_AND_NEW}


def counts(connection: Connection, campaign: CampaignId) -> dict[str, int]:
    """State or arm → how many; what there is none of is not in it."""
    c = schema.counted.c
    query = select(c.what, func.sum(c.number)).where(c.campaign_id == campaign).group_by(c.what)
    return {what: int(number) for what, number in connection.execute(query) if number}


def fold(connection: Connection) -> None:
    """Make one row of the many that PostgreSQL has for one number; there is nothing to do else.

    Rows that others add meanwhile are not seen, and stay.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(
            "WITH gone AS (DELETE FROM counted RETURNING campaign_id, what, number)"
            " INSERT INTO counted (campaign_id, what, number)"
            " SELECT campaign_id, what, sum(number) FROM gone GROUP BY campaign_id, what"
            " HAVING sum(number) <> 0"
        )


def lay_triggers(connection: Connection) -> None:
    """Have the database keep the numbers from now on."""
    laid = _on_postgresql() if connection.dialect.name == "postgresql" else _on_sqlite()
    for statement in laid:
        connection.exec_driver_sql(statement)


def count_anew(connection: Connection) -> None:
    """Count what is there: for a store whose rows are older than the triggers."""
    connection.exec_driver_sql("DELETE FROM counted")
    part, zero = (", part", ", 0") if connection.dialect.name == "sqlite" else ("", "")
    for table, column in COUNTED.items():
        connection.exec_driver_sql(
            f"INSERT INTO counted (campaign_id, what, number{part})"
            f" SELECT campaign_id, {column}, count(*){zero} FROM {table}"
            f" GROUP BY campaign_id, {column}"
        )


def _on_sqlite() -> Iterator[str]:
    """A trigger for each row: a microsecond where a state changes, nothing where it does not."""
    for table, column in COUNTED.items():
        less = (
            "UPDATE counted SET number = number - 1"
            f" WHERE campaign_id = old.campaign_id AND what = old.{column} AND part = 0;"
        )
        more = (
            "INSERT INTO counted (campaign_id, what, part, number)"
            f" VALUES (new.campaign_id, new.{column}, 0, 1)"
            " ON CONFLICT (campaign_id, what, part) DO UPDATE SET number = number + 1;"
        )
        name = f"CREATE TRIGGER counted_{table}"
        yield f"{name}_insert AFTER INSERT ON {table} BEGIN {more} END"
        yield f"{name}_delete AFTER DELETE ON {table} BEGIN {less} END"
        yield (
            f"{name}_update AFTER UPDATE OF campaign_id, {column} ON {table}"
            f" WHEN new.campaign_id <> old.campaign_id OR new.{column} <> old.{column}"
            f" BEGIN {less} {more} END"
        )


def _on_postgresql() -> Iterator[str]:
    """A trigger for each statement: what it changed is added up before it is written."""
    for table, column in COUNTED.items():
        rows = {
            "INSERT": f"SELECT campaign_id, {column}, 1 FROM are",
            "DELETE": f"SELECT campaign_id, {column}, -1 FROM were",
        }
        rows["UPDATE"] = f"{rows['INSERT']} UNION ALL {rows['DELETE']}"
        for act, transition in _TURNS.items():
            name = f"counted_{table}_{act.lower()}"
            yield (
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$"
                " BEGIN INSERT INTO counted (campaign_id, what, number)"
                f" SELECT campaign, what, sum(n) FROM ({rows[act]}) AS moved (campaign, what, n)"
                " GROUP BY campaign, what HAVING sum(n) <> 0; RETURN NULL; END $$"
            )
            yield (
                f"CREATE TRIGGER {name} AFTER {act} ON {table} REFERENCING {transition}"
                f" FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
            )
