"""The portfolio: customers by life stage on two days, who stays, and month by month."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import floor
from statistics import median
from typing import Any

from export import Row, day_of, instant, is_attempt, is_order, per, total

DAY = 86400
#: Days compared with those before them: a year, today included.
YEAR = 365
#: For so many days a customer is new.
NEW = 183
STAGES = ("new", "developing", "mature", "declining", "episodic", "lost")


def portfolio(rows: list[Row], on: date, since: date) -> dict[str, Any]:
    """Who buys, at the end of `on` beside the end of `since`; people as they are after merges."""
    now, then = life(rows, on), life(rows, since)
    alive = {who for who, stage in now.items() if stage != "lost"}
    were = {who for who, stage in then.items() if stage != "lost"}
    new, back = alive - set(then), {who for who in alive if then.get(who) == "lost"}
    lost = {who for who in were if now.get(who) == "lost"}
    orders = [row for row in rows if is_order(row) and day_of(row) <= on]
    told = shape(now, then, orders, on)
    return {
        "on": on.isoformat(),
        "since": since.isoformat(),
        **told,
        "retention": {
            "rate": per(len(alive) - len(new) - len(back), len(were)),
            "basis": "(end - new - reactivated) / start",
            "start": len(were),
            "end": len(alive),
            "new": len(new),
            "reactivated": len(back),
        },
        "attrition": {
            "rate": per(len(lost), len(were)),
            "basis": "start",
            "lost": len(lost),
            "by_end": per(len(lost), len(alive)),
            "by_total": per(len(lost), len(were) + len(new) + len(back)),
        },
        **baskets(now, orders, on),
        "by_month": by_month(rows, orders, on, since),
    }


def shape(now: dict[str, str], then: dict[str, str], orders: list[Row], on: date) -> dict[str, Any]:
    """Customers by life stage: shares are of all but the lost."""
    counts, before = Counter(now.values()), Counter(then.values())
    alive, were = (count.total() - count["lost"] for count in (counts, before))
    revenue: dict[str, list[Row]] = defaultdict(list)
    for row in orders:
        if row["person_id"] in now and is_recent(row, on):
            revenue[now[row["person_id"]]].append(row)
    return {
        "customers": counts.total(),
        "stages": [
            {
                "stage": stage,
                "customers": counts[stage],
                "share": None if stage == "lost" else per(counts[stage], alive),
                "before": before[stage],
                "revenue": total(revenue[stage], "amount"),
            }
            for stage in STAGES
        ],
        "stages_basis": {"share": "customers but the lost", "customers": alive},
        "healthy_share": per(counts["developing"] + counts["mature"], alive),
        "declining_share": per(counts["declining"], alive),
        "declining_share_before": per(before["declining"], were),
    }


def baskets(now: dict[str, str], orders: list[Row], on: date) -> dict[str, Any]:
    """Receipts of the year, whoever's; orders a year of the customers who are still there."""
    here = [row for row in orders if row["person_id"] in now]
    ordered = Counter(row["person_id"] for row in here)
    year = [row for row in orders if is_recent(row, on)]
    buyers = Counter(row["person_id"] for row in here if is_recent(row, on))
    priced = [row for row in year if row["amount"]]
    articles = [json.loads(row["data"] or "{}").get("items") for row in year]
    told = [many for many in articles if many]
    return {
        "repeat_rate": {
            "rate": per(sum(count > 1 for count in ordered.values()), len(ordered)),
            "basis": "customers with an order",
        },
        "basket": {
            "value": per(total(priced, "amount"), len(priced)),
            "basis": "turnover / receipts",
            "receipts": len(priced),
            "items_per_order": per(sum(told), len(told)),
            "items_per_order_basis": "items / receipts that tell their items",
            "receipts_with_items": len(told),
            "orders_per_year": per(buyers.total(), len(buyers)),
            "orders_per_year_basis": "orders / customers who ordered",
            "buyers": len(buyers),
        },
    }


def by_month(rows: list[Row], orders: list[Row], on: date, since: date) -> list[dict[str, Any]]:
    """The months after `since`, the first and the last of them cut off by the two days."""
    bought = customers_since(rows)
    attempts = [
        row
        for row in rows
        if is_attempt(row) and day_of(row) < bought.get(row["person_id"], date.max)
    ]
    found, start = [], since + timedelta(days=1)
    while start <= on:
        next_month = (start.replace(day=1) + timedelta(days=32)).replace(day=1)
        end = min(on, next_month - timedelta(days=1))
        sold = [row for row in orders if start <= day_of(row) <= end]
        tried = [row for row in attempts if start <= day_of(row) <= end]
        year = [row for row in orders if day_of(row) <= end and is_recent(row, end)]
        found.append(
            {
                "month": f"{start:%Y-%m}",
                "from": start.isoformat(),
                "to": end.isoformat(),
                "orders": len(sold),
                "revenue": total(sold, "amount"),
                "touches": len(tried),
                "touch_cost": total(tried, "cost"),
                "buyers": len({row["person_id"] for row in year}),
            }
        )
        start = next_month
    return found


def customers_since(rows: list[Row]) -> dict[str, date]:
    """Since when people are customers: when they became it, else from their first order on.

    Who was a customer when a campaign first chose him, and never became it, was one when he came.
    """
    became: dict[str, date] = {}
    ordered: dict[str, date] = {}
    for row in rows:
        to = json.loads(row["data"] or "{}").get("to") if row["kind"] == "became" else None
        found = became if to == "customer" else ordered if is_order(row) else None
        if found is not None:
            who = row["person_id"]
            found[who] = min(day_of(row), found.get(who, date.max))
    always = {row["person_id"] for row in rows if row["kind_at_enrolment"] == "customer"}
    return ordered | dict.fromkeys(always - set(became), date.min) | became


# --- life stages --------------------------------------------------------------------------------


def life(rows: list[Row], on: date) -> dict[str, str]:
    """Customer → life stage at the end of a day; one set by hand wins, with or without an order."""
    gone = {row["contact_id"] for row in rows if row["kind"] == "erased"}
    here = [row for row in rows if row["contact_id"] not in gone and day_of(row) <= on]
    orders: dict[str, list[Row]] = defaultdict(list)
    for row in here:
        if is_order(row):
            orders[row["person_id"]].append(row)
    by_hand: dict[str, str] = {}
    for row in sorted(here, key=lambda row: (instant(row), int(row["id"]))):
        if row["kind"] == "changed" and row["stage"]:
            by_hand[row["person_id"]] = row["stage"]
    said = {who: stage for who, stage in by_hand.items() if stage != "computed"}
    return {who: stage_of(mine, on) for who, mine in orders.items()} | said


def stage_of(orders: list[Row], on: date) -> str:
    """The rules of README's table "The portfolio", with the thresholds it names."""
    days = [day_of(row) for row in orders]
    silent = (on - max(days)).days
    usual = usual_gap(orders)
    recent = [row for row in orders if is_recent(row, on)]
    this_year = total(recent, "amount")
    before = total((row for row in orders if YEAR <= (on - day_of(row)).days <= 2 * YEAR), "amount")
    if silent > 2 * YEAR or (usual is not None and silent > 3 * usual):
        return "lost"
    if (on - min(days)).days < NEW:
        return "new"
    if usual is not None and silent > Fraction(3, 2) * usual:
        return "declining"
    if before and this_year < before * Decimal("0.8"):
        return "declining"
    if before and this_year > before * Decimal("1.2"):
        return "developing"
    return "episodic" if usual is None and len(recent) < 2 else "mature"


def usual_gap(orders: list[Row]) -> Fraction | None:
    """The median of the days between orders; orders of one day are one, two gaps make a habit."""
    at = sorted(instant(row) for row in orders)
    gaps = [floor((b - a).total_seconds() / DAY + 0.5) for a, b in pairwise(at)]
    gaps = [gap for gap in gaps if gap]
    return Fraction(median(gaps)) if len(gaps) > 1 else None


def is_recent(row: Row, on: date) -> bool:
    return (on - day_of(row)).days < YEAR
