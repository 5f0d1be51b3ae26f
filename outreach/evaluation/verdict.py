"""What to make of the figures, in sentences with their reasons."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum

from outreach.errors import Plural, Text
from outreach.evaluation.cost import Cost, Result
from outreach.model.tally import CampaignTally


class Verdict(StrEnum):
    """Whether the action paid (domain notes B9: positive, renew it)."""

    RENEW = "renew"
    #: It cost more than it brought.
    CHANGE = "change"
    #: It paid for itself, no more.
    EVEN = "even"
    #: No order yet, or an order whose margin is not known.
    OPEN = "open"


def verdict(outcome: Result) -> Verdict:
    if not outcome.orders or outcome.profit is None:
        return Verdict.OPEN
    if outcome.profit > 0:
        return Verdict.RENEW
    return Verdict.CHANGE if outcome.profit < 0 else Verdict.EVEN


def notes(tally: CampaignTally, cost: Cost, budget: Decimal | None) -> tuple[Text, ...]:
    """What the reader must know about the figures: what is missing, what went over."""
    return tuple(_notes(tally, cost, budget))


def _notes(tally: CampaignTally, cost: Cost, budget: Decimal | None) -> Iterator[Text]:
    orders = tally.orders
    if orders.without_margin:
        yield Plural(
            "{count} order of {orders} has no margin: profit is not known",
            "{count} orders of {orders} have no margin: profit is not known",
            orders.without_margin,
            orders=orders.orders,
        )
    if orders.without_amount:
        yield Plural(
            "{count} order of {orders} has no amount: revenue is higher than shown",
            "{count} orders of {orders} have no amount: revenue is higher than shown",
            orders.without_amount,
            orders=orders.orders,
        )
    if tally.prospects_on_file is None:
        yield Text("how many prospects were on file at launch is not known")
    if budget is not None and cost.total > budget:
        yield Text("the budget is exceeded by {amount}", amount=cost.total - budget)
