"""Margins and baskets, each on its own base. Source: domain notes B9.

Prices are without tax. *Taux de marge* is the margin ÷ what was paid for the goods
(mark-up), *taux de marque* the margin ÷ the price. A basket is turnover ÷ receipts, never
÷ customers.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from outreach.model.spending import Sales


@dataclass(frozen=True, slots=True, kw_only=True)
class Margins:
    """None where the base is 0 or unknown."""

    #: Of the orders whose amount and margin are both known: how many there are.
    orders: int
    #: Margin ÷ (price − margin): taux de marge.
    markup_rate: Fraction | None
    #: Margin ÷ price: taux de marque.
    margin_rate: Fraction | None
    #: Turnover ÷ orders whose amount is known: panier moyen.
    average_order_value: Fraction | None


def margins(sales: Sales) -> Margins:
    """Rates over the orders that say enough; the others would distort them."""
    price, margin = sales.priced_revenue, sales.priced_margin
    return Margins(
        orders=min(sales.with_amount, sales.with_margin),
        markup_rate=markup_rate(price, margin),
        margin_rate=margin_rate(price, margin),
        average_order_value=average_order_value(sales.revenue, sales.with_amount),
    )


def markup_rate(price: Decimal, margin: Decimal) -> Fraction | None:
    """Sold 120, bought 80: 40 ÷ 80 = 50 %."""
    goods = price - margin
    return Fraction(margin) / Fraction(goods) if goods else None


def margin_rate(price: Decimal, margin: Decimal) -> Fraction | None:
    """Sold 120, bought 80: 40 ÷ 120 = 33.33 %."""
    return Fraction(margin) / Fraction(price) if price else None


def contribution_margin(price: Decimal, *, variable: Decimal, quantity: int) -> Decimal:
    """What is left to pay the fixed costs (marge sur coût variable): (25 − 10) × 3,000."""
    return (price - variable) * quantity


def average_order_value(turnover: Decimal, receipts: int) -> Fraction | None:
    """5,000 € on 50 receipts: 100 €, however many customers there were."""
    return Fraction(turnover) / receipts if receipts else None


def items_per_order(items: int, receipts: int) -> Fraction | None:
    """Indice de vente: 120 items on 50 receipts are 2.4."""
    return Fraction(items, receipts) if receipts else None
