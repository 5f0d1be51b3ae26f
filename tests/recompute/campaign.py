"""One campaign's report: the chain, the ratios, what it cost and what it brought."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Any

from credit import attribution, touches_yield
from export import Row, as_people, is_attempt, is_order, per, reached, total, wall
from groups import chain, lift, variants
from portions import portions
from ways import cohorts, meetings, of_all, times, unrecorded
from worth import margins, ratios, useful_contacts, winning_and_keeping


def report(
    rows: list[Row], campaign: str, on: date, *, rule: str, at_once: int, by: list[str]
) -> dict[str, Any]:
    """The report's figures, by its own keys."""
    everything = rows
    rows = as_people(row for row in rows if row["campaign"] == campaign)
    enrolments = {row["contact_id"]: row for row in rows if row["kind"] == "enrolled"}
    people = {who for who, row in enrolments.items() if row["arm"] == "enrolled"}
    control = {who for who, row in enrolments.items() if row["arm"] == "control"}
    customers = {who for who, row in enrolments.items() if row["kind_at_enrolment"] == "customer"}
    first = next(iter(enrolments.values()))
    stages = first["chain"].split(" > ")
    ranks = furthest(rows, stages)
    when = {who: days for who, days in reached_at(rows, stages).items() if who in people}
    spending = [row for row in rows if row["kind"] == "touched"]
    touches = [row for row in spending if is_attempt(row) and row["contact_id"] in people]
    sold = [row for row in rows if is_order(row) and row["contact_id"] in people]
    fixed = Decimal(first["fixed_costs"])
    on_file = int(first["prospects_on_file"]) if first["prospects_on_file"] else None
    spent = total(spending, "cost") + fixed
    contacted = {who for who in people if who in ranks}
    prospects = contacted - customers
    won = {row["contact_id"] for row in sold} & prospects
    links = chain({who: ranks[who] for who in contacted}, stages)
    at = {link["stage"]: link["contacts"] for link in links}
    outcome = "order" if "order" in stages else stages[-1]
    met = {row["contact_id"] for row in reached(rows) if row["stage"] == "met"} & people
    useful = useful_contacts(rows, people, stages)
    interested = sum(ranks[who] > 0 for who in prospects)
    earned = money(sold, spent, len(won))
    profit = earned["profit"]
    weeks = cohorts(touches, when, stages.index(outcome), on, at_once)
    return {
        "campaign": campaign,
        "enrolled": len(people),
        "control": len(control),
        "chain": links,
        "ratios": {
            "prospecting_share": per(len(prospects), len(contacted)),
            "prospect_coverage": per(len(prospects), on_file),
            "interested_rate": per(interested, len(prospects)),
            "success_rate": per(len(won), len(prospects)),
        },
        "cost": {
            "total": spent,
            "touches": spent - fixed,
            "fixed": fixed,
            "per_contact": per(spent, len(contacted)),
            "per_stage": {stage: per(spent, count) for stage, count in at.items()},
            "per_touch": per(spent - fixed, len(touches)),
            "touch_count": len(touches),
            "per_order": per(spent, len(sold)),
            "useful_contacts": useful,
            "per_useful_contact": per(spent, useful),
            "appointments": at.get("appointment", 0),
            "per_appointment": per(spent, at.get("appointment", 0)),
            "appointments_held": len(met),
            "per_appointment_held": per(spent, len(met)),
            "quotes": at.get("quote", 0),
            "per_quote": per(spent, at.get("quote", 0)),
            "minutes": total(spending, "minutes"),
            "km": total(spending, "km"),
        },
        **earned,
        **margins(sold),
        "margin_after_advertising": profit,
        "margin_after_advertising_per_customer": None
        if profit is None
        else per(profit, len(won)),
        **winning_and_keeping(spending, sold, people, customers, fixed, len(won)),
        **ratios(touches, sold, customers & people, contacted, interested, on_file),
        "by": portions(everything, campaign, people, when, stages, by),
        "touch_count": len(touches),
        "contacted": len(contacted),
        "touched": len({row["contact_id"] for row in touches}),
        "touches": by_step(spending, people),
        "variants": variants(rows, people, ranks, stages),
        "lift": lift(rows, people, control, ranks, stages),
        "meetings": meetings(rows, people, {row["contact_id"] for row in sold}),
        "unrecorded": unrecorded(ranks, when, stages),
        "times": times(when, stages),
        "cohorts": weeks,
        "conversion": {
            "outcome": outcome, "at_once_days": at_once, "basis": "touched", **of_all(weeks)
        },
        "touches_yield": touches_yield(touches, sold),
        "attribution": {
            "rule": rule, "steps": attribution(touches, sold, when, stages, outcome, rule)
        },
    }  # fmt: skip


def rank_of(row: Row, stages: list[str]) -> int | None:
    """Being contacted is the first stage, whatever the campaign calls that."""
    if row["stage"] in stages:
        return stages.index(row["stage"])
    return 0 if row["stage"] == "contacted" else None


def furthest(rows: Iterable[Row], stages: list[str]) -> dict[str, int]:
    """Person → the furthest place in the chain."""
    found: dict[str, int] = {}
    for row in reached(rows):
        rank = rank_of(row, stages)
        if rank is not None:
            found[row["contact_id"]] = max(rank, found.get(row["contact_id"], 0))
    return found


def reached_at(rows: Iterable[Row], stages: list[str]) -> dict[str, dict[int, datetime]]:
    """Person → place in the chain → when it was first reached."""
    first: dict[str, dict[int, datetime]] = defaultdict(dict)
    for row in reached(rows):
        rank = rank_of(row, stages)
        if rank is not None:
            mine = first[row["contact_id"]]
            mine[rank] = min(wall(row), mine.get(rank, wall(row)))
    return first


def money(sold: list[Row], spent: Decimal, new_customers: int) -> dict[str, Any]:
    margin = None if any(not row["margin"] for row in sold) else total(sold, "margin")
    profit = None if margin is None else margin - spent
    mean = None if margin is None else per(margin, len(sold))
    return {
        "orders": len(sold),
        "revenue": total(sold, "amount"),
        "margin": margin,
        "profit": profit,
        "roi": None if profit is None else per(profit, spent),
        "break_even_orders": ceil(Fraction(spent) / mean) if mean and mean > 0 else None,
        "cac_gross": per(spent, new_customers),
        "cac_net": None if margin is None else per(spent - margin, new_customers),
    }


def by_step(spending: list[Row], people: set[str]) -> list[dict[str, Any]]:
    """Attempts are of the people enrolled; what was spent was spent, whoever it was done for."""
    groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in spending:
        groups[row["step"], row["channel"]].append(row)
    found = []
    for (step, channel), group in sorted(groups.items()):
        tried = [row for row in group if is_attempt(row) and row["contact_id"] in people]
        cost, minutes = total(group, "cost"), total(group, "minutes")
        if tried or cost or minutes:
            found.append(
                {
                    "step": step or None,
                    "channel": channel or None,
                    "touches": len(tried),
                    "contacts": len({row["contact_id"] for row in tried}),
                    "cost": cost,
                    "minutes": minutes,
                }
            )
    return found
