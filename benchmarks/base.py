"""Selections on a large base: ours beside hand-written SQL and pandas; commands beside imports.

Made-up French contacts with 12 columns (`people.py`) are laid into a store by the store's own
bulk path (the speed of imports is measured elsewhere). Then, in turn and after a warm-up,
medians and medians of the ratios pair by pair:

* a selection (city, date, tag, text within), from its text to the count, beside the same
  hand-written SQL on the same file and `pandas.DataFrame.query` on a loaded frame;
* with `--postgresql`, the same selections in a schema of a PostgreSQL (`postgresql.py`);
* whole processes beside a process that only imports what the command needs.

    python benchmarks/base.py [--full] [--contacts N] [--runs N] [--postgresql [DSN]]

Goals: ≤ 1.5 × SQL, ≤ 1 × pandas, the first 20 rows and small commands ≤ 1.6 × their imports.
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from people import COLUMNS, Row, people
from postgresql import postgresql
from startup import NEEDED, OUTREACH, compare, prepared

from outreach.application import Application, Options
from outreach.model.field import FieldType, Value
from outreach.model.text import fold
from outreach.store import schema
from outreach.store.bulk import insert_rows
from outreach.store.rows import Columns

if TYPE_CHECKING:
    import pandas as pd

DAY = date(2027, 1, 1)

#: Each selection as ours, as SQL and as pandas. The date is the user's own field.
SELECTIONS: dict[str, tuple[str, str, str]] = {
    "city, date, tag, text within": (
        'city in ("Rennes", "nantes") and derniere_commande >= "2025-06-01"'
        ' and has_tag("vip") and contains(company, "bio")',
        "SELECT count(*) FROM contact WHERE city_folded IN ('rennes', 'nantes')"
        " AND f_derniere_commande >= '2025-06-01'"
        " AND EXISTS (SELECT 1 FROM tag WHERE contact_id = contact.id AND tag_folded = 'vip')"
        " AND company_folded LIKE '%bio%'",
        'city in ("rennes", "nantes") and ordered >= "2025-06-01"'
        ' and tags.str.contains("vip") and company.str.contains("bio")',
    ),
    "date, text within (no city)": (
        'derniere_commande < "2025-06-01" and contains(company, "bio")',
        "SELECT count(*) FROM contact WHERE f_derniere_commande < '2025-06-01'"
        " AND company_folded LIKE '%bio%'",
        'ordered < "2025-06-01" and company.str.contains("bio")',
    ),
    "tag and not city": (
        'has_tag("vip") and not city = "Paris"',
        "SELECT count(*) FROM contact WHERE (city_folded IS NULL OR city_folded <> 'paris')"
        " AND id IN (SELECT contact_id FROM tag WHERE tag_folded = 'vip')",
        'tags.str.contains("vip") and city != "paris"',
    ),
}

#: Commands, and what each cannot do without: `NEEDED`, expressions, tables in the terminal.
COMMANDS: dict[str, tuple[tuple[str, ...], str]] = {
    "contacts list EXPR, first 20 rows": (
        ("contacts", "list", SELECTIONS["city, date, tag, text within"][0]),
        f"{NEEDED}, sqlglot, babel.dates, rich.table, rich.console",
    ),
    "contacts count": (("contacts", "count"), NEEDED),
    "contacts count 'city = \"Rennes\"'": (
        ("contacts", "count", 'city = "Rennes"'),
        f"{NEEDED}, sqlglot",
    ),
    "contacts show WHO": (
        ("contacts", "show", "C0000777"),
        f"{NEEDED}, rich.console, babel.dates, babel.numbers",
    ),
    "segment list": (("segment", "list"), f"{NEEDED}, sqlglot, rich.table"),
    "status": (("status",), NEEDED),
}


def fill(folder: Path, count: int, store: str | None = None) -> Application:
    """A workspace in `folder` with that many contacts, in a store of its own or at a URL."""
    subprocess.run((*OUTREACH, "init", "."), cwd=folder, check=True, stdout=subprocess.DEVNULL)
    if store:
        settings = folder / "outreach.yaml"
        kept = [line for line in settings.read_text("utf-8").splitlines() if line[:6] != "store:"]
        settings.write_text("\n".join([*kept, f"store: {store}", ""]), "utf-8")
    parts = Application(Options(config=str(folder / "outreach.yaml")))
    now, database = parts.now(), parts.database
    with database.writing() as connection:
        database.add_field(
            connection, name="derniere_commande", label=COLUMNS[10], type_=FieldType.DATE, now=now
        )
    columns, rows, number = Columns(database), people(count), 0
    while chunk := list(islice(rows, 20_000)):
        contacts, tags = [], []
        for row in chunk:
            number += 1
            values = _values(row)
            stamps = {"id": number, "created_at": now, "updated_at": now}
            contacts.append({**columns.of(values, values), **stamps})
            for tag in filter(None, row[11].split(", ")):
                tags.append({"contact_id": number, "tag_folded": fold(tag), "tag": tag})
        with database.writing() as connection:
            insert_rows(connection, database.contact, contacts)
            insert_rows(connection, schema.tag, tags)
    return parts


def _values(row: Row) -> dict[str, Value]:
    names = ("external_id", "civility", "first_name", "last_name", "company", "email", "phone",
             "street", "postal_code", "city")  # fmt: skip
    values: dict[str, Value] = {name: row[n] or None for n, name in enumerate(names)}
    day = datetime.strptime(row[10], "%d/%m/%Y").date() if row[10] else None
    return {**values, "kind": "suspect", "derniere_commande": day}


def frame(count: int) -> pd.DataFrame:
    """The same people in memory, folded as the store keeps them."""
    import pandas as pd

    def rows() -> Iterator[tuple[Any, ...]]:
        for row in people(count):
            yield fold(row[9]), _values(row)["derniere_commande"], row[11], fold(row[4])

    table = pd.DataFrame(rows(), columns=["city", "ordered", "tags", "company"])
    table["ordered"] = pd.to_datetime(table["ordered"])
    return table


def seconds(act: Callable[[], int]) -> tuple[float, int]:
    start = time.perf_counter()
    answer = act()
    return time.perf_counter() - start, answer


def measure_selections(parts: Application, path: Path, table: pd.DataFrame, runs: int) -> None:
    raw = sqlite3.connect(path)
    print(f"{'':<34} {'outreach':>10} {'SQL':>10} {'pandas':>10} {'/ SQL':>8} {'/ pandas':>9}")
    for label, (ours, sql, query) in SELECTIONS.items():
        acts: list[Callable[[], int]] = [
            lambda ours=ours: parts.store.contacts.count(parts.select(ours)),  # type: ignore[misc]
            lambda sql=sql: int(raw.execute(sql).fetchone()[0]),  # type: ignore[misc]
            lambda query=query: len(table.query(query, engine="python")),  # type: ignore[misc]
        ]
        show(label, acts, runs)


def show(label: str, acts: list[Callable[[], int]], runs: int) -> None:
    """A line: the medians of three ways to the same count, and the first beside the others."""
    times: list[list[float]] = []
    for _ in range(runs + 1):
        taken = [seconds(act) for act in acts]
        assert len({answer for _, answer in taken}) == 1, (label, taken)
        times.append([spent for spent, _ in taken])
    a, b, c = (statistics.median(column) for column in zip(*times[1:], strict=True))
    second = statistics.median(row[0] / row[1] for row in times[1:])
    third = statistics.median(row[0] / row[2] for row in times[1:])
    print(
        f"{label:<34} {a * 1000:7.1f} ms {b * 1000:7.1f} ms {c * 1000:7.1f} ms"
        f" {second:6.2f} × {third:7.2f} ×"
    )


def measure_postgresql(parts: Application, beside: Application, url: str, runs: int) -> None:
    """The same selections in PostgreSQL: beside its own SQL, and beside SQLite."""
    import psycopg

    raw = psycopg.connect(url, autocommit=True)
    raw.execute("VACUUM ANALYZE")
    print(f"\n{'':<34} {'PostgreSQL':>10} {'SQL':>10} {'SQLite':>10} {'/ SQL':>8} {'/ SQLite':>9}")
    for label, (ours, sql, _) in SELECTIONS.items():
        acts: list[Callable[[], int]] = [
            lambda ours=ours: parts.store.contacts.count(parts.select(ours)),  # type: ignore[misc]
            lambda sql=sql: int(raw.execute(sql).fetchone()[0]),  # type: ignore[misc]
            lambda ours=ours: beside.store.contacts.count(beside.select(ours)),  # type: ignore[misc]
        ]
        show(label, acts, runs)


def measure_commands(folder: Path, runs: int) -> None:
    subprocess.run(
        (*OUTREACH, "segment", "save", "bretons", 'city in ("Rennes", "Saint-Malo")'),
        cwd=folder, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    print(f"\n{'':<34} {'outreach':>10} {'imports':>10} {'ratio':>9}")
    for label, (words, imports) in COMMANDS.items():
        beside = (sys.executable, "-c", imports)
        compare(label, (*OUTREACH, *words), beside, folder, runs)


def main() -> None:
    read = argparse.ArgumentParser(description="Selections on a large base.")
    read.add_argument("--full", action="store_true", help="a million contacts")
    read.add_argument("--contacts", type=int, default=200_000)
    read.add_argument("--runs", type=int, default=7)
    read.add_argument("--postgresql", metavar="DSN", nargs="?", const="")
    given = read.parse_args()
    count = 1_000_000 if given.full else given.contacts
    prepared()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        start = time.perf_counter()
        parts = fill(folder, count)
        print(f"{count} contacts laid in {time.perf_counter() - start:.0f} s\n")
        measure_selections(parts, folder / "data" / "outreach.db", frame(count), given.runs)
        if given.postgresql is not None:
            with postgresql(given.postgresql) as url:
                (folder / "postgresql").mkdir()
                there = fill(folder / "postgresql", count, url)
                measure_postgresql(there, parts, url, given.runs)
        measure_commands(folder, given.runs)


if __name__ == "__main__":
    main()
