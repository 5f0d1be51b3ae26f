"""The plan of visits for `--json`."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from outreach.cli.plan_areas import as_row as area_row
from outreach.cli.plan_losses import as_row as loss_row
from outreach.runner.plan_visits import Known, OfClass, VisitPlan
from outreach.runner.visits_calendar import Written
from outreach.runner.visits_time import OfSeller


def data_of(plan: VisitPlan, written: Sequence[Written]) -> dict[str, Any]:
    """For `--json`."""
    share, sellers, loyalty = plan.prospecting, plan.sellers, plan.loyalty
    stayed = Fraction(loyalty.stayed, loyalty.at_start) if loyalty.at_start else None
    return {
        "from": plan.asked.since,
        "to": plan.asked.until,
        "team": [_seller(one) for one in plan.team],
        "visits": plan.visits,
        "needs": [
            {"who": one.name, "people": one.people, "each": one.each, "visits": one.visits}
            for one in plan.needs
        ],
        "needed": sellers.visits if sellers else None,
        "sellers": {
            "exact": sellers.exact, "rounded": sellers.whole, "visits_each": sellers.each,
            "visits_each_rounded": sellers.each_whole,
        } if sellers else None,
        "customers": _known(plan.current),
        "retention": _known(plan.retention),
        "loyalty": stayed,
        "volatility": None if stayed is None else 1 - stayed,
        "loyalty_basis": loyalty.at_start,
        "portfolio_retention": plan.moved.retention,
        "portfolio_retention_basis": plan.moved.start,
        "visits_per_customer": _known(plan.visits_per_customer),
        "prospecting": {
            "new_customers_exact": share.asked, "new_customers": share.new_customers,
            "leaving": share.leaving, "visits": share.visits, "share": share.share,
            "left": share.left, "beyond": share.beyond,
        } if share else None,
        "losses": [loss_row(one) for one in plan.losses],
        "areas": [
            {**area_row(one.surveyed), "prospect_visits": one.prospects,
             "customer_visits": one.customers, "prospecting_share": one.prospecting_share}
            for one in plan.areas
        ],
        "classes": [_class(one) for one in plan.classes],
        "stages": [_class(one) for one in plan.stages],
        "types": [
            {"type": name, "prospects": one.prospects, "references": one.customers}
            for name, one in plan.types.items()
        ],
        "campaigns": [
            {"campaign": one.round.name, "file": str(one.path), "people": one.round.people,
             "per_week": one.round.per_week, "action": one.action}
            for one in written
        ],
    }  # fmt: skip


def _seller(one: OfSeller) -> dict[str, Any]:
    return {
        "seller": one.who,
        "weeks": one.capacity.weeks,
        "days": one.capacity.days,
        "holidays": one.time.holidays,
        "visits_per_day": one.time.visits_per_day,
        "visits": one.capacity.visits,
    }


def _known(one: Known | None) -> dict[str, Any] | None:
    return None if one is None else {"value": one.value, "origin": one.origin.value, "of": one.of}


def _class(one: OfClass) -> dict[str, Any]:
    return {"name": one.name, "weight": one.weight, "people": one.people, "visits": one.visits}
