"""How people went along the chain, as plain values: rates fractions of 1, time in days."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from outreach.evaluation.attribution import Credit, Yield
from outreach.evaluation.chain import Link
from outreach.evaluation.cohorts import Cohort
from outreach.evaluation.json_numbers import as_count, as_float
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
        "from_previous": as_float(link.from_previous),
        "from_first": as_float(link.from_first),
        "low": link.interval.low if link.interval else None,
        "high": link.interval.high if link.interval else None,
    }


def _ratios(table: Mapping[str, Ratio]) -> dict[str, object]:
    return {
        name: {
            "value": as_float(one.value),
            "part": as_count(one.part),
            "whole": as_count(one.whole),
            "basis": str(one.basis),
        }
        for name, one in table.items()
    }


def _duration(one: Duration) -> dict[str, object]:
    return {
        "from": one.start,
        "to": one.end,
        "contacts": one.contacts,
        "median_days": as_float(one.median),
        "first_quartile_days": as_float(one.first_quartile),
        "third_quartile_days": as_float(one.third_quartile),
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
        "at_once_rate": as_float(one.at_once_rate),
        "later_rate": as_float(one.later_rate),
    }


def _yield(one: Yield) -> dict[str, object]:
    return {
        "touches": one.touches,
        "contacts": one.contacts,
        "orders": one.orders,
        "rate": as_float(one.rate),
        "low": one.interval.low if one.interval else None,
        "high": one.interval.high if one.interval else None,
        "at_least": one.at_least,
        "marginal_rate": as_float(one.marginal_rate),
    }


def _credit(one: Credit, outcome: str) -> dict[str, object]:
    return {
        "step": one.step,
        "channel": one.channel,
        "contacts": {stage: as_count(people) for stage, people in one.people.items()},
        "orders": as_count(one.people.get(outcome, Fraction(0))),
        "revenue": as_float(one.revenue),
        "margin": as_float(one.margin),
    }
