"""The figures of money as plain values: rates fractions of 1, amounts in units of the currency.

Every quotient is told with its `basis`: what was divided by what, in words that stay.
"""

from __future__ import annotations

from outreach.evaluation.attrition_cost import AttritionCost
from outreach.evaluation.budget import BudgetControl
from outreach.evaluation.customers import Customers
from outreach.evaluation.json_numbers import as_float
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
        "per_touch": as_float(unit.per_touch),
        "per_useful_contact": as_float(unit.per_useful_contact),
        "per_appointment": as_float(unit.per_appointment),
        "per_appointment_held": as_float(unit.per_appointment_held),
        "per_quote": as_float(unit.per_quote),
        "per_order": as_float(unit.per_order),
        "basis": dict(_COST_BASIS),
        "touch_count": counts.touches,
        "useful_contacts": counts.useful_contacts,
        "appointments": counts.appointments,
        "appointments_held": counts.appointments_held,
        "quotes": counts.quotes,
        "minutes": as_float(found.minutes),
        "km": as_float(found.km),
        "fixed_by_name": {name: as_float(cost) for name, cost in found.fixed_costs.items()},
        "without_cost": found.unpriced,
    }


def money_json(found: Money) -> dict[str, object]:
    """What is added beside the other keys of a report."""
    return {
        "break_even": _break_even(found),
        "average_order_value": as_float(found.margins.average_order_value),
        "markup_rate": as_float(found.margins.markup_rate),
        "margin_rate": as_float(found.margins.margin_rate),
        "margins_basis": {
            "orders": found.margins.orders,
            "average_order_value": "revenue / orders with an amount",
            "markup_rate": "margin / (price - margin), orders with both",
            "margin_rate": "margin / price, orders with both",
        },
        "margin_after_advertising": as_float(found.margin_after_advertising),
        "margin_after_advertising_per_customer": as_float(
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
        "cost": as_float(one.cost),
        "new_customers": one.new_customers,
        "margin": as_float(one.margin),
        "per_new_customer": as_float(one.per_new_customer),
        "net_per_new_customer": as_float(one.net_per_new_customer),
        "basis": "cost of prospects' touches with their share of fixed costs / new customers",
    }


def keeping_json(one: Keeping | None) -> dict[str, object] | None:
    if one is None:
        return None
    return {
        "touches": one.touches,
        "customers": one.customers,
        "cost": as_float(one.cost),
        "per_customer": as_float(one.per_customer),
        "ordering": one.ordering,
        "orders": one.orders,
        "margin": as_float(one.margin),
        "per_order": as_float(one.per_order),
        "basis": "cost of customers' touches with their share of fixed costs / customers touched",
    }


def attrition_json(one: AttritionCost) -> dict[str, object]:
    return {
        "lost_margin": as_float(one.lost_margin),
        "replacement": as_float(one.replacement),
        "total": as_float(one.total),
        "yearly_margin": as_float(one.yearly_margin),
        "remaining_years": as_float(one.remaining_years),
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
            "attrition_rate": as_float(found.attrition_rate),
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
        "minimum_response": as_float(even.minimum_response),
        "response": as_float(even.response),
        "margin_per_order": as_float(even.margin_per_order),
        "origin": even.origin.value if even.origin else None,
        "basis": "orders / people contacted",
    }


def _budget(control: BudgetControl | None) -> dict[str, object] | None:
    if control is None:
        return None
    return {
        "budget": as_float(control.budget),
        "actual": as_float(control.actual),
        "variance": as_float(control.variance),
        "variance_rate": as_float(control.variance_rate),
        "used": as_float(control.used),
        "favourable": control.favourable,
    }


def _step(one: StepYield) -> dict[str, object]:
    return {
        "step": one.step,
        "contacts": one.people,
        "touches": one.touches,
        "cost": as_float(one.cost),
        "minutes": as_float(one.minutes),
        "km": as_float(one.km),
        "answers": one.answers,
        "answer_rate": as_float(one.answer_rate),
        "orders": one.orders,
        "order_rate": as_float(one.order_rate),
        "revenue": as_float(one.revenue),
        "margin": as_float(one.margin),
        "profit": as_float(one.profit),
        "break_even_orders": one.break_even_orders,
        "cumulative_cost": as_float(one.cumulative_cost),
        "cumulative_profit": as_float(one.cumulative_profit),
        "verdict": one.verdict.value if one.verdict else None,
        "answers_of_earlier_touches": one.earlier_answers,
        "orders_of_earlier_touches": one.earlier_orders,
        "basis": "people touched by the step",
    }
