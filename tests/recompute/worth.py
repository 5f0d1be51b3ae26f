"""What one of each cost, by contact and by visit, and what winning and keeping a customer cost."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from export import Row, is_attempt, per, reached, total

#: What says that somebody was really reached, beside the later stages of the chain.
USEFUL = {"replied", "spoken", "met", "refused", "lost", "call_back", "arid", "latent", "active",
          "inbound"}  # fmt: skip


def useful_contacts(rows: list[Row], people: set[str], stages: list[str]) -> int:
    """Who answered, was spoken with or met, said yes, no or later."""
    found = set()
    for row in reached(rows):
        spoken = row["stage"] in ("contacted", stages[0]) and row["channel"] in ("call", "visit")
        if spoken or row["stage"] in USEFUL | set(stages[1:]):
            found.add(row["contact_id"])
    return len(found & people)


def ratios(
    touches: list[Row],
    sold: list[Row],
    customers: set[str],
    contacted: set[str],
    interested: int,
    on_file: int | None,
) -> dict[str, Any]:
    """S4's four ratios by contact and by visit, and what a seller's sheet draws from visits."""
    visits = [row for row in touches if row["channel"] == "visit"]
    made, paid = len(visits), [row for row in visits if row["contact_id"] not in customers]
    prospects = contacted - customers
    buyers = {row["contact_id"] for row in sold}
    won, there = len(buyers & prospects), len(prospects)
    alike = {
        "prospect_coverage": _ratio(there, on_file, "prospects contacted ÷ prospects on file"),
        "interested_rate": _ratio(interested, there, "prospects interested ÷ prospects contacted"),
    }
    to_prospects = "visits to prospects ÷ visits"
    by_visit = "new customers ÷ visits to prospects"
    by_contact = "new customers ÷ prospects contacted"
    found = {
        "per_contact": {
            "prospecting_share": _ratio(
                there, len(contacted), "prospects contacted ÷ people contacted"
            ),
            "success_rate": _ratio(won, there, by_contact),
            **alike,
        },
        "per_visit": {
            "prospecting_share": _ratio(len(paid), made, to_prospects),
            "success_rate": _ratio(won, len(paid), by_visit),
            **alike,
        },
    }
    if not visits:
        return {"ratios_by_basis": found, "activity": {}}
    revenue, margin, orders = total(sold, "amount"), _margin(sold), len(sold)
    activity = {
        "revenue_per_visit": _ratio(revenue, made, "turnover ÷ visits"),
        "visits_per_order": _ratio(made, orders, "visits ÷ orders"),
        "prospecting_effort": _ratio(len(paid), made, to_prospects),
        "prospecting_yield": _ratio(won, len(paid), by_visit),
        "conquest_rate": _ratio(
            won, len(customers | buyers), "new customers ÷ customers among the people"
        ),
        "conversion_rate": _ratio(won, there, by_contact),
        "average_order": _ratio(revenue, orders, "turnover ÷ orders"),
    }
    if margin is not None:
        activity |= {
            "margin_per_visit": _ratio(margin, made, "margin ÷ visits"),
            "margin_per_order": _ratio(margin, orders, "margin ÷ orders"),
            "margin_rate": _ratio(margin, revenue, "margin ÷ turnover"),
        }
    return {"ratios_by_basis": found, "activity": activity}


def _ratio(part: Any, whole: Any, basis: str) -> dict[str, Any]:
    return {"value": per(part, whole), "part": part, "whole": whole, "basis": basis}


def margins(sold: list[Row]) -> dict[str, Any]:
    """Of the orders that tell both their price and their margin; the basket, of those with one."""
    both = [row for row in sold if row["amount"] and row["margin"]]
    price, margin = total(both, "amount"), total(both, "margin")
    priced = sum(bool(row["amount"]) for row in sold)
    return {
        "average_order_value": per(total(sold, "amount"), priced),
        "markup_rate": per(margin, price - margin),
        "margin_rate": per(margin, price),
    }


def winning_and_keeping(
    spending: list[Row],
    sold: list[Row],
    people: set[str],
    customers: set[str],
    fixed: Decimal,
    won: int,
) -> dict[str, Any]:
    """Fixed costs are shared by the number of attempts; customers are those of the launch."""
    attempts = [row for row in spending if is_attempt(row) and row["contact_id"] in people]
    theirs = [row for row in spending if row["contact_id"] in people & customers]
    tried = [row for row in theirs if is_attempt(row)]
    share = Fraction(len(tried), len(attempts)) if attempts else Fraction(0)
    kept = Fraction(total(theirs, "cost")) + Fraction(fixed) * share
    spent = Fraction(total(spending, "cost") + fixed) - kept
    to_them = [row for row in sold if row["contact_id"] in customers]
    to_others = [row for row in sold if row["contact_id"] not in customers]
    margin = _margin(to_others)
    winning = {
        "touches": len(attempts) - len(tried),
        "cost": spent,
        "new_customers": won,
        "margin": margin,
        "per_new_customer": per(spent, won),
        "net_per_new_customer": None if margin is None else per(spent - Fraction(margin), won),
        "basis": "cost of prospects' touches with their share of fixed costs / new customers",
    }
    if not theirs and not to_them:
        return {"winning": winning, "keeping": None}
    touched = {row["contact_id"] for row in tried}
    keeping = {
        "touches": len(tried),
        "customers": len(touched),
        "cost": kept,
        "per_customer": per(kept, len(touched)),
        "ordering": len({row["contact_id"] for row in to_them}),
        "orders": len(to_them),
        "margin": _margin(to_them),
        "per_order": per(kept, len(to_them)),
        "basis": "cost of customers' touches with their share of fixed costs / customers touched",
    }
    return {"winning": winning, "keeping": keeping}


def _margin(sold: list[Row]) -> Decimal | None:
    return None if any(not row["margin"] for row in sold) else total(sold, "margin")
