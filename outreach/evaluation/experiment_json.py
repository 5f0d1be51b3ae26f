"""The comparison of groups as plain values: rates fractions of 1, money in units."""

from __future__ import annotations

from fractions import Fraction

from outreach.evaluation.balance import Balance
from outreach.evaluation.comparison import Compared, Group
from outreach.evaluation.experiment import Experiment, Lift, PartLift
from outreach.evaluation.intervals import Interval
from outreach.evaluation.json_numbers import as_float
from outreach.evaluation.per_head import PerHead
from outreach.evaluation.sequential import ALPHA

#: What the rates and the money per head are of.
BASIS = "people_of_the_group"


def lift_json(experiment: Experiment | None) -> list[dict[str, object]]:
    """The rows under `lift`: one per comparison."""
    lifts = experiment.lifts if experiment else ()
    return [_lift(lift, len(lifts)) for lift in lifts]


def balance_json(experiment: Experiment | None) -> list[dict[str, object]]:
    """The rows under `balance`: one per check of the lot."""
    return [_balance(one) for one in experiment.balance] if experiment else []


def experiment_json(experiment: Experiment | None) -> dict[str, object] | None:
    """What stands under `experiment`; None where nothing was drawn by lot."""
    if experiment is None:
        return None
    looks = experiment.looks
    return {
        "outcome": experiment.outcome,
        "basis": BASIS,
        "alpha": ALPHA,
        "correction": "holm",
        "comparisons": len(experiment.lifts),
        "looks": {
            "rule": "always_valid" if looks.day is None else "day_of_decision",
            "day": looks.day.isoformat() if looks.day else None,
            "decided": looks.over,
        },
        "groups": [_group(one) for one in experiment.groups],
        "per_contact": [_head(one) for one in experiment.heads],
        "parts": [_part(one) for one in experiment.parts],
    }


def _lift(lift: Lift, comparisons: int) -> dict[str, object]:
    return {
        **_compared(lift.compared),
        "outcome": lift.outcome,
        "comparisons": comparisons,
        "p_adjusted": lift.p_adjusted,
        "p_looks": lift.p_looks,
        "p_looks_adjusted": lift.p_looks_adjusted,
        **_bounds("any_look", lift.compared.anytime),
        "verdict": lift.finding.value,
        "lift_contacts": float(lift.contacts),
        "lift_orders": float(lift.orders),
        "lift_revenue": float(lift.revenue),
        "more_contacts": lift.more[0] if lift.more else None,
        "more_against": lift.more[1] if lift.more else None,
        "detectable": lift.detectable,
    }


def _compared(one: Compared) -> dict[str, object]:
    """Who is compared with whom, and the difference of their rates."""
    pair = one.pair
    return {
        "arm": pair.one.name,
        "against": pair.other.name,
        "step": pair.one.step,
        "contacts": pair.one.people,
        "against_contacts": pair.other.people,
        "rate": as_float(_rate(pair.one)),
        "against_rate": as_float(_rate(pair.other)),
        "difference": float(one.difference),
        "low": one.interval.low,
        "high": one.interval.high,
        "p": one.p,
    }


def _group(group: Group) -> dict[str, object]:
    interval = group.interval
    return {
        "group": group.name,
        "step": group.step,
        "contacts": group.people,
        "reached": group.sample.did,
        "rate": as_float(_rate(group)),
        "low": interval.low if interval else None,
        "high": interval.high if interval else None,
        "orders": int(group.orders.total),
        "orders_per_contact": as_float(group.orders.mean),
        "revenue": float(group.revenue.total),
        "revenue_per_contact": as_float(group.revenue.mean),
    }


def _head(one: PerHead) -> dict[str, object]:
    return {
        "measure": one.measure,
        "arm": one.pair.one.name,
        "against": one.pair.other.name,
        "step": one.pair.one.step,
        "per_contact": float(one.mean),
        "against_per_contact": float(one.other_mean),
        "difference": float(one.difference),
        "low": one.interval.low if one.interval else None,
        "high": one.interval.high if one.interval else None,
        **_bounds("bootstrap", one.bootstrap),
        "p": one.p,
        "p_adjusted": one.p_adjusted,
        "p_looks_adjusted": one.p_looks_adjusted,
        "lift": float(one.lift),
    }


def _part(one: PartLift) -> dict[str, object]:
    contacts, orders, revenue = one.more
    return {
        "by": one.by,
        "key": one.key,
        **_compared(one.compared),
        "p_adjusted": one.p_adjusted,
        "p_looks_adjusted": one.p_looks_adjusted,
        "verdict": one.finding.value,
        "lift_contacts": float(contacts),
        "lift_orders": float(orders),
        "lift_revenue": float(revenue),
    }


def _balance(one: Balance) -> dict[str, object]:
    return {
        "check": one.trait or "shares",
        "step": one.step,
        "groups": {
            name: {"contacts": people, "meant": as_float(one.meant.get(name))}
            for name, people in one.people.items()
        },
        "chi_square": one.chi_square,
        "degrees_of_freedom": one.freedom,
        "p": one.p,
        "alarm": one.alarm,
        "furthest": one.furthest or None,
        "gap": as_float(one.gap),
    }


def _bounds(name: str, interval: Interval | None) -> dict[str, object]:
    return {
        f"{name}_low": interval.low if interval else None,
        f"{name}_high": interval.high if interval else None,
    }


def _rate(group: Group) -> Fraction | None:
    return Fraction(group.sample.did, group.people) if group.people else None
