"""The exported events, row by row: which of them stand, and what one tells."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

Row = dict[str, str]


def read(path: Path) -> list[Row]:
    """The events that stand: neither taken back nor a correction themselves."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    return [row for row in rows if not row["corrected_by"]]


def as_people(rows: Iterable[Row]) -> list[Row]:
    """One campaign's rows, each of the person whom its record has become: merged ones are one.

    Of several records the one that counts is an enrolled one, of two of these the earliest; a
    variant is that which it drew. A person was a customer at the start if one record was.
    """
    rows = list(rows)
    enrolled = [row for row in rows if row["kind"] == "enrolled"]
    enrolled.sort(key=lambda row: (row["arm"] != "enrolled", instant(row), int(row["contact_id"])))
    counts: dict[str, Row] = {}
    customers = set()
    for row in enrolled:
        counts.setdefault(row["person_id"], row)
        if row["kind_at_enrolment"] == "customer":
            customers.add(row["person_id"])
    told = []
    for row in rows:
        person, same = row["person_id"], True
        if person in counts:
            same = counts[person]["contact_id"] == row["contact_id"]
            if row["kind"] == "enrolled" and not same:
                continue
        was = "customer" if person in customers else row["kind_at_enrolment"]
        told.append({**row, "contact_id": person, "kind_at_enrolment": was,
                     "variant": row["variant"] if same else ""})  # fmt: skip
    return told


def reached(rows: Iterable[Row]) -> Iterator[Row]:
    return (row for row in rows if row["kind"] == "reached")


def is_order(row: Row) -> bool:
    return row["kind"] == "reached" and row["stage"] == "order"


def is_attempt(row: Row) -> bool:
    """A task that was ticked off is the firm's own work: it touched nobody."""
    return row["kind"] == "touched" and row["stage"] != "done"


def instant(row: Row) -> datetime:
    return datetime.fromisoformat(row["at"])


def day_of(row: Row) -> date:
    """The day where the workspace is: instants are exported with its offset."""
    return instant(row).date()


def wall(row: Row) -> datetime:
    """What the clock on the wall said: days are counted as people count them."""
    return instant(row).replace(tzinfo=None)


def end_of(at: datetime) -> datetime:
    """A day without an hour is written as its midnight, and is the whole day."""
    midnight = (at.hour, at.minute, at.second) == (0, 0, 0)
    return at + timedelta(days=1, seconds=-1) if midnight else at


def per(part: Decimal | Fraction | int, whole: Decimal | int | None) -> Fraction | None:
    return Fraction(part) / Fraction(whole) if whole else None


def total(rows: Iterable[Row], column: str) -> Decimal:
    return sum((Decimal(row[column]) for row in rows if row[column]), Decimal(0))
