"""The review as JSON: rates fractions of 1, money in units, every rate with its basis."""

from __future__ import annotations

from collections.abc import Callable

from outreach.errors import Text
from outreach.evaluation.chain import share
from outreach.evaluation.portfolio.answer_prospects import (
    alarm_json,
    money,
    months_json,
    prospects_json,
)
from outreach.evaluation.portfolio.classes import CONVENTION
from outreach.evaluation.portfolio.review import Portfolio
from outreach.model.contact import LifeStage


def as_json(found: Portfolio, say: Callable[[Text], str] = str) -> dict[str, object]:
    """The review as plain values, its keys as README says. `say` speaks the reader's language."""
    return {
        "on": found.on,
        "since": found.since,
        "months": found.months,
        "prospects": prospects_json(found),
        "by_month": months_json(found),
        **_stages(found),
        "retention": _retention(found),
        "attrition": _attrition(found),
        "repeat_rate": {"rate": found.repeat_rate, "basis": "customers with an order"},
        "basket": _basket(found),
        "needed": _needed(found),
        "abc": _abc(found),
        "rfm": _rfm(found),
        "matrix": _matrix(found),
        "lifetime_value": _worth(found),
        "model": _model(found),
        "penetration": [
            {"area": one.area, "customers": one.customers, "potential": one.potential,
             "rate": one.rate}
            for one in found.penetration
        ],
        "win_back": _win_back(found),
        "actions": [
            {"when": one.when.value, "key": one.key, "action": say(one.what),
             "contacts": one.contacts, "where": one.where}
            for one in found.actions
        ],
        "notes": [say(note) for note in found.notes],
    }  # fmt: skip


def _stages(found: Portfolio) -> dict[str, object]:
    now, before = found.shape, found.shape_before
    revenue = dict.fromkeys(LifeStage, 0)
    for row in found.tally.stages:
        revenue[LifeStage(row.stage)] += row.revenue
    stages = [
        {
            "stage": stage.value,
            "customers": count,
            "share": share(count, now.base) if stage is not LifeStage.LOST else None,
            "before": before.counts[stage],
            "revenue": money(revenue[stage], found.tally.per_unit),
        }
        for stage, count in now.counts.items()
    ]
    return {
        "customers": now.customers,
        "without_orders": found.tally.without_orders,
        "stages": stages,
        "stages_basis": {"share": "customers but the lost", "customers": now.base},
        "healthy_share": now.healthy_share,
        "declining_share": now.declining_share,
        "declining_share_before": before.declining_share,
        "declining_grew": found.decline_grew,
        "verdict": found.verdict.value,
        "verdict_reason": found.reason.value,
    }


def _retention(found: Portfolio) -> dict[str, object]:
    moved = found.movement
    return {
        "rate": moved.retention,
        "basis": "(end - new - reactivated) / start",
        "start": moved.start,
        "end": moved.end,
        "new": moved.new,
        "reactivated": moved.reactivated,
    }


def _attrition(found: Portfolio) -> dict[str, object]:
    moved = found.movement
    return {
        "rate": moved.attrition,
        "basis": "start",
        "lost": moved.lost,
        "by_end": moved.attrition_by_end,
        "by_total": moved.attrition_by_total,
        "expected_life_months": found.life_months,
    }


def _basket(found: Portfolio) -> dict[str, object]:
    one = found.basket
    return {
        "value": one.measured,
        "basis": "turnover / receipts",
        "receipts": one.orders,
        "items_per_order": one.items_per_order,
        "items_per_order_basis": "items / receipts that tell their items",
        "receipts_with_items": one.orders_with_items,
        "orders_per_year": one.orders_per_year,
        "orders_per_year_basis": "orders / customers who ordered",
        "buyers": one.buyers,
        "used": one.used,
        "orders_per_year_used": one.frequency_used,
    }


def _needed(found: Portfolio) -> dict[str, object] | None:
    one = found.needed
    if one is None:
        return None
    return {
        "turnover": one.turnover,
        "exact": one.exact,
        "needed": one.needed,
        "have": one.have,
        "short": one.short,
        "alarm": alarm_json(found.short),
    }


def _abc(found: Portfolio) -> dict[str, object]:
    one = found.concentration
    return {
        "basis": "customers who ordered in the last twelve months",
        "customers": one.customers,
        "revenue": one.revenue,
        "classes": [
            {
                "class": each.name,
                "customers": each.customers,
                "customer_share": each.customer_share,
                "revenue": each.revenue,
                "revenue_share": each.revenue_share,
                "convention": {
                    "customer_share": CONVENTION[each.name][0],
                    "revenue_share": CONVENTION[each.name][1],
                },
            }
            for each in one.classes
        ],
        "curve": [{"customers": people, "revenue": money_} for people, money_ in one.curve],
        "customers_for_80": one.for_four_fifths,
    }


def _rfm(found: Portfolio) -> dict[str, object]:
    return {
        "basis": "customers who ordered in the last twelve months",
        "method": "1 + floor(classes * customers strictly below / customers); ties score alike",
        "classes": found.rules.classes,
        "monetary": found.rules.monetary.value,
        "cells": [
            {
                "recency": cell.recency,
                "frequency": cell.frequency,
                "monetary": cell.monetary,
                "total": cell.recency + cell.frequency + cell.monetary,
                "customers": cell.customers,
                "revenue": money(cell.revenue, found.tally.per_unit),
            }
            for cell in sorted(
                found.tally.scores, key=lambda c: (-c.recency, -c.frequency, -c.monetary)
            )
        ],
    }


def _matrix(found: Portfolio) -> dict[str, object]:
    return {
        "cells": [
            {
                "cell": cell.name,
                "segment": cell.segment.value,
                "contacts": cell.contacts,
                "revenue": cell.revenue,
                "potential": cell.potential,
                "remaining": cell.remaining,
            }
            for cell in found.cells
        ],
        "segments": {
            segment.value: {
                "contacts": one.contacts,
                "revenue": one.revenue,
                "remaining": one.remaining,
            }
            for segment, one in found.segments.items()
        },
        "remaining_potential": sum(cell.remaining for cell in found.cells),
    }


def _worth(found: Portfolio) -> dict[str, object] | None:
    one = found.worth
    if one is None:
        return None
    return {
        "basket": one.basket,
        "orders_per_year": one.orders_per_year,
        "years": one.years,
        "margin_rate": one.margin_rate,
        "yearly_retention": one.retention,
        "discount": one.discount,
        "horizon_years": one.horizon,
        "revenue": one.revenue,
        "margin": one.margin,
        "discounted_margin": one.discounted,
        "cac": one.cac,
        "cac_basis": "touches on prospects / customers won, without fixed costs",
        "net": one.net,
    }


def _model(found: Portfolio) -> dict[str, object] | None:
    one = found.outlook
    if one is None:
        return None
    spending = one.spending
    rate = found.worth.margin_rate if found.worth else None
    return {
        "name": "BG/NBD",
        "unit": "week",
        "customers": one.of,
        "fitted_to": one.fitted,
        "r": one.buying.r,
        "alpha": one.buying.alpha,
        "a": one.buying.a,
        "b": one.buying.b,
        "log_likelihood": one.buying.log_likelihood,
        "spending": None
        if spending is None
        else {"name": "Gamma-Gamma", "p": spending.p, "q": spending.q, "gamma": spending.gamma,
              "mean": spending.mean},
        "alive": one.alive,
        "orders_next_year": one.orders,
        "revenue_next_year": one.revenue,
        "lifetime_revenue": one.lifetime,
        "lifetime_margin": None
        if one.lifetime is None or rate is None
        else one.lifetime * float(rate),
        "lifetime_years": found.rules.years,
    }  # fmt: skip


def _win_back(found: Portfolio) -> dict[str, object]:
    one = found.win_back
    return {
        "lost": one.lost,
        "lost_at_once": one.at_once,
        "yearly_revenue": one.yearly_revenue,
        "yearly_margin": one.yearly_margin,
        "chance": one.chance,
        "chance_from": "history" if one.measured else "settings",
        "chance_basis": "reactivated / lost at the start",
        "cost": one.cost,
        "value": one.value,
    }
