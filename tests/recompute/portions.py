"""The chain by what people are, and by what was done: a row for each, asked for with `--by`.

Who a seller's people are, and who is in a saved segment, no event tells.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from export import Row, as_people, is_attempt, reached, wall
from groups import chain
from ways import When

#: Person → the furthest place in the chain; None: none of them.
Places = dict[str, int | None]
BY = ("step", "channel", "source", "kind", "wave", "week", "month")


def portions(
    rows: list[Row], campaign: str, people: set[str], when: When, stages: list[str], by: list[str]
) -> dict[str, list[dict[str, Any]]]:
    """A row per key: the people, each once, and how far they came."""
    here = [row for row in rows if row["campaign"] == campaign]
    told = [row for row in as_people(here) if row["contact_id"] in people]
    found = {}
    for dimension in by:
        if dimension in ("step", "channel"):
            keyed = from_then_on(told, dimension, when)
        elif dimension in ("week", "month"):
            keyed = what_happened(told, dimension, stages)
        else:
            keyed = what_they_are(rows, here, dimension, people, when)
        found[dimension] = [
            {
                "key": key,
                "enrolled": len(places),
                "chain": chain({w: p for w, p in places.items() if p is not None}, stages),
            }
            for key, places in keyed.items()
        ]
    return found


def what_they_are(
    rows: list[Row], here: list[Row], dimension: str, people: set[str], when: When
) -> dict[str | None, Places]:
    """Everyone in one row; of records that were merged: the person's own source."""
    sources = {row["person_id"]: row["source"] for row in rows
               if row["contact_id"] == row["person_id"]}  # fmt: skip
    kinds: dict[str, str] = {}
    for row in here:
        if row["kind"] == "enrolled":
            # Of two records the furthest, and the alphabet has them so.
            kinds[row["person_id"]] = min(
                row["kind_at_enrolment"], kinds.get(row["person_id"], "~")
            )
    waves = {row["contact_id"]: row["wave"] for row in as_people(here) if row["kind"] == "enrolled"}
    told = {"source": sources, "kind": kinds, "wave": waves}[dimension]
    found: dict[str | None, Places] = defaultdict(dict)
    for who in people:
        key = told.get(who) or None
        found[key][who] = max(when.get(who, {}), default=None)
    return found


def what_happened(told: list[Row], dimension: str, stages: list[str]) -> dict[str | None, Places]:
    """Attempts and stages of a week or a month; a touch that got through is a contact."""
    found: dict[str | None, Places] = defaultdict(dict)
    for row, place in _dated(told, stages):
        day = wall(row).date()
        key = f"{day:%Y-%m}" if dimension == "month" else _monday(day).isoformat()
        before = found[key].get(row["contact_id"])
        found[key][row["contact_id"]] = before if place is None else max(place, before or 0)
    return found


def _dated(told: list[Row], stages: list[str]) -> Iterator[tuple[Row, int | None]]:
    for row in told:
        if is_attempt(row):
            yield row, None if row["stage"] else 0
    for row in reached(told):
        if row["stage"] in stages or row["stage"] == "contacted":
            yield row, stages.index(row["stage"]) if row["stage"] in stages else 0


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def from_then_on(told: list[Row], dimension: str, when: When) -> dict[str | None, Places]:
    """Whoever got such a touch, and the stages he reached from the day of the first one on."""
    tried: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    for row in told:
        if is_attempt(row):
            got = tried[row[dimension], row["contact_id"]]
            got += [] if row["stage"] else [wall(row)]
    found: dict[str | None, Places] = defaultdict(dict)
    for (key, who), got in tried.items():
        place = None
        if got:
            day = datetime.combine(min(got).date(), time())
            later = [place for place, at in when.get(who, {}).items() if at >= day]
            place = max(later, default=0)
        found[key or None][who] = place
    return found
