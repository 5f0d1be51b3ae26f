"""How people went along the chain, as plain values: rates fractions of 1, time in days."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from outreach.evaluation.attribution import Credit, Yield
from outreach.evaluation.chain import Link
from outreach.evaluation.cohorts import Cohort
from outreach.evaluation.paths import Paths
from outreach.evaluation.ratios import Ratio
from outreach.evaluation.timing import Duration


def paths_json(found: Paths) -> dict[str, object]:
    """The keys that a report has of it, beside the chain's own."""
    return {
        "contacted": found.contacted,
        "touch_count": found.touch_count,
        "touched": found.touched,
        "ratios_by_basis": {basis.value: _ratios(table) for basis, table in found.ratios.items()},
        "activity": _ratios(found.activity),
        "meetings": {
            "accepted": found.appointments,
            "held": found.met,
            "orders_without": found.orders_without_meeting,
        },
        "unrecorded": dict(found.unrecorded),
        "times": [_duration(one) for one in found.times],
        "cohorts": [_cohort(one) for one in found.cohorts],
        "conversion": {
            "outcome": found.outcome,
            "at_once_days": found.at_once,
            **_counts(found.everybody),
            "basis": "touched",
        },
        "touches_yield": [_yield(one) for one in found.yields],
        "attribution": {
            "rule": found.rule.value,
            "steps": [_credit(one, found.outcome) for one in found.credits],
        },
        "by": {
            dimension.value: [
                {
                    "key": part.key,
                    "enrolled": part.enrolled,
                    "chain": [link_json(link) for link in part.chain],
                }
                for part in parts
            ]
            for dimension, parts in found.by.items()
        },
    }


def link_json(link: Link) -> dict[str, object]:
    """One stage of a chain."""
    return {
        "stage": link.stage,
        "contacts": link.contacts,
        "from_previous": _float(link.from_previous),
        "from_first": _float(link.from_first),
        "low": link.interval.low if link.interval else None,
        "high": link.interval.high if link.interval else None,
    }


def _ratios(table: Mapping[str, Ratio]) -> dict[str, object]:
    return {
        name: {
            "value": _float(one.value),
            "part": _number(one.part),
            "whole": _number(one.whole),
            "basis": str(one.basis),
        }
        for name, one in table.items()
    }


def _duration(one: Duration) -> dict[str, object]:
    return {
        "from": one.start,
        "to": one.end,
        "contacts": one.contacts,
        "median_days": _float(one.median),
        "first_quartile_days": _float(one.first_quartile),
        "third_quartile_days": _float(one.third_quartile),
        "not_yet": one.not_yet,
        "unknown": one.unknown,
    }


def _cohort(one: Cohort) -> dict[str, object]:
    return {"week": one.week.isoformat() if one.week else None, **_counts(one)}


def _counts(one: Cohort) -> dict[str, object]:
    return {
        "contacts": one.contacts,
        "at_once": one.at_once,
        "later": one.later,
        "not_yet": one.not_yet,
        "too_early": one.too_early,
        "at_once_rate": _float(one.at_once_rate),
        "later_rate": _float(one.later_rate),
    }


def _yield(one: Yield) -> dict[str, object]:
    return {
        "touches": one.touches,
        "contacts": one.contacts,
        "orders": one.orders,
        "rate": _float(one.rate),
        "low": one.interval.low if one.interval else None,
        "high": one.interval.high if one.interval else None,
        "at_least": one.at_least,
        "marginal_rate": _float(one.marginal_rate),
    }


def _credit(one: Credit, outcome: str) -> dict[str, object]:
    return {
        "step": one.step,
        "channel": one.channel,
        "contacts": {stage: _number(people) for stage, people in one.people.items()},
        "orders": _number(one.people.get(outcome, Fraction(0))),
        "revenue": _float(one.revenue),
        "margin": _float(one.margin),
    }


def _float(value: int | Fraction | Decimal | None) -> float | None:
    """What was divided, and money: of one type, however even it comes out."""
    return None if value is None else float(value)


def _number(value: int | Fraction | Decimal | None) -> float | int | None:
    """A count: whole where it is whole; a share of an order is a broken one."""
    if value is None:
        return None
    return int(value) if value == int(value) else float(value)
