"""What to make of the figures: a verdict, and the sentences with the figures it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from outreach.errors import Plural, Text
from outreach.evaluation.break_even import BreakEven, MarginOrigin
from outreach.evaluation.chain import people_at
from outreach.evaluation.comparison import Finding
from outreach.evaluation.cost import Cost, Result
from outreach.evaluation.intervals import Sample, wilson
from outreach.evaluation.marginal import StepVerdict, StepYield
from outreach.evaluation.money import Money
from outreach.language import Amount, Percent
from outreach.model.tally import CampaignTally


class Verdict(StrEnum):
    """Whether the action paid (domain notes B9: positive, renew it)."""

    RENEW = "renew"
    #: It cost more than it brought, and a change may well bring that about.
    CHANGE = "change"
    #: It cost more than it brought, and nothing in its figures says that it could pay.
    STOP = "stop"
    #: It paid for itself, no more.
    EVEN = "even"
    #: No order yet, or an order whose margin is not known.
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    verdict: Verdict
    #: Each with its figures, the weightiest first.
    reasons: tuple[Text, ...]


def verdict(outcome: Result, found: Money, *, over: bool = False) -> Verdict:
    """`over`: no more orders are awaited, so that none at all is an answer too.

    A loss is to be changed where the response may really be high enough (95 %), or where
    leaving out the steps that do not pay would make it pay; else to be stopped.
    """
    if outcome.profit is None:
        return Verdict.OPEN
    if not outcome.orders and not (over and found.break_even.orders):
        return Verdict.OPEN
    if outcome.profit > 0:
        return Verdict.RENEW
    if outcome.profit == 0:
        return Verdict.EVEN
    within = _within_reach(found.break_even, found.counts.contacts, outcome.orders)
    return Verdict.CHANGE if within or _pays_without(found) else Verdict.STOP


def judgement(
    outcome: Result,
    found: Money,
    tally: CampaignTally,
    *,
    over: bool = False,
    against_control: Finding | None = None,
) -> Judgement:
    """The verdict with its reasons.

    `against_control`: what the comparison with the control group found; None: there is none.
    """
    told = verdict(outcome, found, over=over)
    reasons = _reasons(told, outcome, found, tally, against_control)
    return Judgement(verdict=told, reasons=tuple(reasons))


# --- what decides -----------------------------------------------------------------------------


def _within_reach(even: BreakEven, people: int, orders: int) -> bool:
    """Whether the response may be as high as it must; so where nobody can tell."""
    best = _best_response(people, orders)
    if best is None or even.minimum_response is None:
        return even.margin_per_order is None or even.margin_per_order > 0
    return best >= even.minimum_response


def _best_response(people: int, orders: int) -> float | None:
    """The upper bound of the response, 95 %."""
    interval = wilson(Sample(min(orders, people), people))
    return interval.high if interval else None


def _pays_without(found: Money) -> bool:
    """Whether the steps that are worth their cost would carry the fixed costs alone."""
    kept = [one for one in found.steps if one.verdict is not StepVerdict.DROP]
    if len(kept) == len(found.steps) or any(one.profit is None for one in kept):
        return False
    left = sum((one.profit or Decimal(0) for one in kept), Decimal(0))
    return left > sum(found.fixed_costs.values(), Decimal(0))


# --- the reasons ------------------------------------------------------------------------------


def _reasons(
    told: Verdict,
    outcome: Result,
    found: Money,
    tally: CampaignTally,
    against_control: Finding | None,
) -> Iterator[Text]:
    yield _result(outcome, found)
    yield from _break_even(told, outcome, found)
    if len(found.steps) > 1:
        yield from filter(None, (_step(one, found.currency) for one in found.steps))
    yield from _budget(found)
    yield from _control(tally, against_control)
    if found.unpriced:
        yield Plural(
            "{count} attempt of {touches} has no cost on record: it cost more than shown.",
            "{count} attempts of {touches} have no cost on record: it cost more than shown.",
            found.unpriced,
            touches=found.counts.touches,
        )


def _orders(count: int) -> Text:
    return Plural("{count} order", "{count} orders", count)


def _people(count: int) -> Text:
    return Plural("{count} person contacted", "{count} people contacted", count)


def _result(outcome: Result, found: Money) -> Text:
    if not outcome.orders:
        spent = Amount(-(outcome.profit or Decimal(0)), found.currency)
        return Text("No order came in so far, and {cost} was spent.", cost=spent)
    if outcome.margin is None or outcome.profit is None:
        return Text("The margin of some orders is not known, so the profit is not either.")
    words = {
        "orders": _orders(outcome.orders),
        "margin": Amount(outcome.margin, found.currency),
        "cost": Amount(outcome.margin - outcome.profit, found.currency),
        "profit": Amount(abs(outcome.profit), found.currency),
    }
    if outcome.roi is None:
        return Text("Margin of {orders}: {margin}; no cost is on record.", **words)
    words["roi"] = Percent(abs(outcome.roi))
    if outcome.profit < 0:
        return Text(
            "Margin of {orders}: {margin}; cost: {cost}. Loss: {profit}, {roi} of the cost.",
            **words,
        )
    return Text(
        "Margin of {orders}: {margin}; cost: {cost}. Profit: {profit}, {roi} of the cost.",
        **words,
    )


def _break_even(told: Verdict, outcome: Result, found: Money) -> Iterator[Text]:
    even, people = found.break_even, found.counts.contacts
    if even.margin_per_order is not None and even.margin_per_order <= 0:
        yield Text(
            "An order leaves {margin}: no number of orders pays for it.",
            margin=Amount(even.margin_per_order, found.currency),
        )
    if even.orders is None or even.minimum_response is None or even.response is None:
        return
    if even.margin_per_order is not None and even.origin is MarginOrigin.STATED:
        yield Text(
            "The campaign states that an order leaves {margin}.",
            margin=Amount(even.margin_per_order, found.currency),
        )
    yield Text(
        "It pays from {orders} on, {minimum} of {people}; {response} ordered.",
        orders=_orders(even.orders),
        minimum=Percent(even.minimum_response),
        people=_people(people),
        response=Percent(even.response),
    )
    best = _best_response(people, outcome.orders)
    if told is Verdict.STOP and best is not None:
        yield Text(
            "Even at the top of its range (95 %: {best}) the response stays below that.",
            best=Percent(best),
        )
    elif told is Verdict.CHANGE and best is not None and best >= even.minimum_response:
        yield Text(
            "That is within its range: with so few people the response may be {best} (95 %).",
            best=Percent(best),
        )


def _step(one: StepYield, currency: str) -> Text | None:
    if one.step is None or one.verdict is None or not one.people:
        return None
    words = {
        "step": one.step,
        "orders": _orders(one.orders),
        "margin": Amount(one.margin or Decimal(0), currency),
        "cost": Amount(one.cost, currency),
        "people": Plural("{count} person", "{count} people", one.people),
    }
    if one.margin is None:
        return None
    match one.verdict:
        case StepVerdict.KEEP:
            return Text("Step {step}: {orders} and {margin} more for {cost}: keep it.", **words)
        case StepVerdict.DROP:
            return Text(
                "Step {step}: {orders} and {margin} more for {cost}: leave it out or change it.",
                **words,
            )
        case StepVerdict.OPEN if not one.cost:
            return Text(
                "Step {step}: {orders} and {margin} more; nobody noted what it cost.", **words
            )
        case StepVerdict.OPEN:
            return Text(
                "Step {step}: {orders} and {margin} more for {cost}: {people} are too few to tell.",
                **words,
            )


def _budget(found: Money) -> Iterator[Text]:
    control = found.budget
    if control is None or control.favourable or control.variance_rate is None:
        return
    yield Text(
        "It cost {amount} more than its budget of {budget} ({rate}).",
        amount=Amount(control.variance, found.currency),
        budget=Amount(control.budget, found.currency),
        rate=Percent(control.variance_rate),
    )


def _control(tally: CampaignTally, finding: Finding | None) -> Iterator[Text]:
    """Whether the control group, which was left alone, ordered as often, as the groups tell."""
    last = "order" if "order" in tally.chain else tally.chain[-1]
    one, other = (
        Sample(people_at(arm, tally.chain, last), arm.people)
        for arm in (tally.enrolled, tally.control)
    )
    if finding in (None, Finding.NOT_BY_LOT) or last != "order" or not (one.did or other.did):
        return
    words = {
        "rate": Percent(Fraction(one.did, one.people)),
        "control": Percent(Fraction(other.did, other.people)),
    }
    if finding is Finding.CANNOT_TELL:
        yield Text(
            "{rate} of the enrolled ordered and {control} of the control group: that may be"
            " chance, and some orders would have come by themselves.",
            **words,
        )
    else:
        yield Text(
            "{rate} of the enrolled ordered and {control} of the control group: more than chance.",
            **words,
        )


# --- what the reader must know ----------------------------------------------------------------


def notes(
    tally: CampaignTally, cost: Cost, budget: Decimal | None, currency: str
) -> tuple[Text, ...]:
    """What the reader must know about the figures: what is missing, what went over."""
    return tuple(_notes(tally, cost, budget, currency))


def _notes(
    tally: CampaignTally, cost: Cost, budget: Decimal | None, currency: str
) -> Iterator[Text]:
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
        over = Amount(cost.total - budget, currency)
        yield Text("the budget is exceeded by {amount}", amount=over)
