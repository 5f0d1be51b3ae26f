"""The stock of prospects as JSON: what it is, what moved it, month by month."""

from __future__ import annotations

from fractions import Fraction

from outreach.evaluation.portfolio.prospects import Alarm, stock_of
from outreach.evaluation.portfolio.review import Portfolio


def alarm_json(alarm: Alarm) -> dict[str, object]:
    return {
        "level": alarm.level.name.lower(),
        "months": alarm.months,
        "start_up": alarm.start_up,
    }


def prospects_json(found: Portfolio) -> dict[str, object]:
    one = found.prospects
    return {
        "stock": one.stock,
        "boundary": found.rules.prospect.value,
        "stock_before": one.stock_before,
        "wanted": one.wanted,
        "alarm": alarm_json(one.alarm),
        "new": one.new,
        "by_source": [
            {"source": source or None, "contacts": count} for source, count in one.by_source
        ],
        "conversions": one.conversions,
        "conversion_rate": {
            "rate": one.conversion_rate,
            "basis": "became customers / new prospects",
        },
        "relation": [
            {"lag": each.lag, "months": each.months, "correlation": each.correlation,
             "rate": each.rate}
            for each in one.relation
        ],
        "sawtooth": one.sawtooth,
        "silent_days": one.silent_days,
        "stopped": one.stopped,
    }  # fmt: skip


def months_json(found: Portfolio) -> list[dict[str, object]]:
    per_unit, boundary = found.tally.per_unit, found.rules.prospect
    return [
        {
            "month": f"{month.start:%Y-%m}",
            "from": month.start,
            "to": month.end,
            "stock": stock_of(month, boundary),
            "suspects": month.suspects,
            "prospects": month.prospects,
            "arid": month.arid,
            "opposed": month.opposed,
            "customers": month.customers,
            "buyers": month.buyers,
            "new_prospects": month.new_prospects,
            "by_source": {source or "": n for source, n in sorted(month.by_source.items())},
            "conversions": month.conversions,
            "touches": month.touches,
            "touch_cost": money(month.cost, per_unit),
            "orders": month.orders,
            "revenue": money(month.revenue, per_unit),
        }
        for month in found.tally.months
    ]


def money(minor: int, per_unit: int) -> Fraction:
    return Fraction(minor, per_unit)
