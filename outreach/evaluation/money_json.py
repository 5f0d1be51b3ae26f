"""The figures of money as plain values: rates fractions of 1, amounts in units of the currency.

Every quotient is told with its `basis`: what was divided by what, in words that stay.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from outreach.evaluation.attrition_cost import AttritionCost
from outreach.evaluation.budget import BudgetControl
from outreach.evaluation.customers import Customers
from outreach.evaluation.marginal import StepYield
from outreach.evaluation.money import Keeping, Money, Winning

#: What each cost of `cost` is divided by.
_COST_BASIS = {
    "per_touch": "cost of touches / touches",
    "per_contact": "total cost / people contacted",
    "per_useful_contact": "total cost / people who answered, were spoken with or met",
    "per_appointment": "total cost / people with an appointment",
    "per_appointment_held": "total cost / people met",
    "per_quote": "total cost / people quoted",
    "per_order": "total cost / orders",
}


def cost_json(found: Money) -> dict[str, object]:
    """What is added to the key `cost`."""
    unit, counts = found.unit, found.counts
    return {
        "per_touch": _number(unit.per_touch),
        "per_useful_contact": _number(unit.per_useful_contact),
        "per_appointment": _number(unit.per_appointment),
        "per_appointment_held": _number(unit.per_appointment_held),
        "per_quote": _number(unit.per_quote),
        "per_order": _number(unit.per_order),
        "basis": dict(_COST_BASIS),
        "touch_count": counts.touches,
        "useful_contacts": counts.useful_contacts,
        "appointments": counts.appointments,
        "appointments_held": counts.appointments_held,
        "quotes": counts.quotes,
        "minutes": _number(found.minutes),
        "km": _number(found.km),
        "fixed_by_name": {name: _number(cost) for name, cost in found.fixed_costs.items()},
        "without_cost": found.unpriced,
    }


def money_json(found: Money) -> dict[str, object]:
    """What is added beside the other keys of a report."""
    return {
        "break_even": _break_even(found),
        "average_order_value": _number(found.margins.average_order_value),
        "markup_rate": _number(found.margins.markup_rate),
        "margin_rate": _number(found.margins.margin_rate),
        "margins_basis": {
            "orders": found.margins.orders,
            "average_order_value": "revenue / orders with an amount",
            "markup_rate": "margin / (price - margin), orders with both",
            "margin_rate": "margin / price, orders with both",
        },
        "margin_after_advertising": _number(found.margin_after_advertising),
        "margin_after_advertising_per_customer": _number(
            found.margin_after_advertising_per_customer
        ),
        "budget_control": _budget(found.budget),
        "winning": winning_json(found.winning),
        "keeping": keeping_json(found.keeping),
        "steps": [_step(one) for one in found.steps],
    }


def winning_json(one: Winning) -> dict[str, object]:
    return {
        "touches": one.touches,
        "cost": _number(one.cost),
        "new_customers": one.new_customers,
        "margin": _number(one.margin),
        "per_new_customer": _number(one.per_new_customer),
        "net_per_new_customer": _number(one.net_per_new_customer),
        "basis": "cost of prospects' touches with their share of fixed costs / new customers",
    }


def keeping_json(one: Keeping | None) -> dict[str, object] | None:
    if one is None:
        return None
    return {
        "touches": one.touches,
        "customers": one.customers,
        "cost": _number(one.cost),
        "per_customer": _number(one.per_customer),
        "ordering": one.ordering,
        "orders": one.orders,
        "margin": _number(one.margin),
        "per_order": _number(one.per_order),
        "basis": "cost of customers' touches with their share of fixed costs / customers touched",
    }


def attrition_json(one: AttritionCost) -> dict[str, object]:
    return {
        "lost_margin": _number(one.lost_margin),
        "replacement": _number(one.replacement),
        "total": _number(one.total),
        "yearly_margin": _number(one.yearly_margin),
        "remaining_years": _number(one.remaining_years),
        "basis": "yearly margin of a customer x remaining years; cost of a new customer",
    }


def customers_json(found: Customers) -> dict[str, object]:
    """Of several campaigns: what winning, keeping and losing a customer costs the firm."""
    loyalty = found.loyalty
    return {
        "winning": winning_json(found.winning),
        "keeping": keeping_json(found.keeping),
        "attrition": {
            **attrition_json(found.losing),
            "customers_at_start": loyalty.at_start,
            "lost": loyalty.lost,
            "active": loyalty.active,
            "attrition_rate": _number(found.attrition_rate),
            "rate_basis": (
                "customers lost by life stage in the last 12 months / customers 12 months ago"
                " who were not lost then"
            ),
        },
    }


def _break_even(found: Money) -> dict[str, object]:
    even = found.break_even
    return {
        "orders": even.orders,
        "minimum_response": _number(even.minimum_response),
        "response": _number(even.response),
        "margin_per_order": _number(even.margin_per_order),
        "origin": even.origin.value if even.origin else None,
        "basis": "orders / people contacted",
    }


def _budget(control: BudgetControl | None) -> dict[str, object] | None:
    if control is None:
        return None
    return {
        "budget": _number(control.budget),
        "actual": _number(control.actual),
        "variance": _number(control.variance),
        "variance_rate": _number(control.variance_rate),
        "used": _number(control.used),
        "favourable": control.favourable,
    }


def _step(one: StepYield) -> dict[str, object]:
    return {
        "step": one.step,
        "contacts": one.people,
        "touches": one.touches,
        "cost": _number(one.cost),
        "minutes": _number(one.minutes),
        "km": _number(one.km),
        "answers": one.answers,
        "answer_rate": _number(one.answer_rate),
        "orders": one.orders,
        "order_rate": _number(one.order_rate),
        "revenue": _number(one.revenue),
        "margin": _number(one.margin),
        "profit": _number(one.profit),
        "break_even_orders": one.break_even_orders,
        "cumulative_cost": _number(one.cumulative_cost),
        "cumulative_profit": _number(one.cumulative_profit),
        "verdict": one.verdict.value if one.verdict else None,
        "answers_of_earlier_touches": one.earlier_answers,
        "orders_of_earlier_touches": one.earlier_orders,
        "basis": "people touched by the step",
    }


def _number(value: Fraction | Decimal | None) -> float | None:
    return None if value is None else float(value)
