"""The forecast as JSON."""

from __future__ import annotations

from typing import Any

from outreach.planning.blending import LEVEL
from outreach.planning.flow import Flow
from outreach.planning.forecast import BackTest, Expected, MonthAhead, Tried
from outreach.runner.forecasting import Outlook

#: The figures of a forecast are no more exact than that.
_DIGITS = 6


def as_json(outlook: Outlook) -> dict[str, Any]:
    """Months, totals, the stock they come from, and how wrong past forecasts were."""
    ahead, money = outlook.forecast, outlook.money
    return {
        "on": ahead.on,
        "interval": LEVEL,
        "months": [_month(number, one) for number, one in enumerate(ahead.months, start=1)],
        "orders": expected(ahead.orders),
        "revenue": expected(ahead.revenue),
        "stock": _stock(ahead.flow),
        "from_new": round(ahead.from_new, _DIGITS),
        "average_deal": {
            "value": money.average,
            "origin": _origin(outlook),
        },
        "payment_days": money.payment_days,
        "delays": list(outlook.delays),
        "weight": outlook.weight,
        "orders_seen": ahead.flow.orders,
        "back_test": _back_test(outlook.back_test),
    }


def expected(one: Expected | None) -> dict[str, float] | None:
    """A figure with its range."""
    if one is None:
        return None
    return {
        "value": round(one.value, _DIGITS),
        "low": round(one.low, _DIGITS),
        "high": round(one.high, _DIGITS),
    }


def _origin(outlook: Outlook) -> str | None:
    if outlook.money.average is None:
        return None
    return "history" if outlook.money.blended is not None else "given"


def _month(number: int, one: MonthAhead) -> dict[str, Any]:
    return {
        "month": number,
        "from": one.start,
        "to": one.end,
        "orders": expected(one.orders),
        "revenue": expected(one.revenue),
        "cash": expected(one.cash),
        "already_ordered": one.due,
    }


def _stock(flow: Flow) -> list[dict[str, Any]]:
    return [
        {
            "stage": state.key,
            "people": flow.people[place],
            "median_days": flow.ages[place],
            "orders": round(float(flow.stock[place].sum()), _DIGITS),
            "default_conversion": state.conversion,
            "followed": round(flow.followed[place], _DIGITS),
            "history_weight": round(flow.share(place), _DIGITS),
        }
        for place, state in enumerate(flow.states)
    ]


def _back_test(found: BackTest) -> dict[str, Any]:
    return {
        "forecasts": [_tried(one) for one in found.tried],
        "bias": found.bias,
        "mean_absolute_error": found.mean_error,
        "relative_error": found.relative_error,
        "within": found.within,
    }


def _tried(one: Tried) -> dict[str, Any]:
    return {
        "on": one.on,
        "until": one.until,
        "orders": expected(one.orders),
        "came": one.came,
        "of_others": one.of_others,
        "error": round(one.error, _DIGITS),
        "within": one.within,
    }
