"""The portfolio reviewed: every figure, judged once, for the terminal, for JSON and for pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from outreach.errors import Plural, Text
from outreach.evaluation.portfolio.actions import Action, actions
from outreach.evaluation.portfolio.buying import Outlook, outlook
from outreach.evaluation.portfolio.classes import (
    Cell,
    Concentration,
    Segment,
    concentration,
    matrix,
)
from outreach.evaluation.portfolio.loyalty import (
    Basket,
    Movement,
    Needed,
    Reason,
    Shape,
    Verdict,
    basket,
    expected_life,
    movement,
    needed,
    repeat_rate,
    shape,
    verdict,
)
from outreach.evaluation.portfolio.prospects import (
    Alarm,
    Level,
    Prospects,
    alarm,
    is_at_end,
    lived,
    prospects,
)
from outreach.evaluation.portfolio.worth import WinBack, Worth, margin_rate, win_back
from outreach.model.market_tally import penetration
from outreach.model.money import to_decimal
from outreach.model.portfolio import UNKNOWN, MonthTally, PortfolioRules, PortfolioTally

#: The months that tell how long something has been short, however few are shown.
_REMEMBERED = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentSum:
    """The people of one segment of the matrix."""

    contacts: int = 0
    revenue: Fraction = Fraction(0)
    remaining: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Penetration:
    """Customers of an area, the lost apart, ÷ potential customers of that area."""

    area: str | None
    customers: int
    potential: int | None

    @property
    def rate(self) -> Fraction | None:
        return penetration(self.customers, self.potential)


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolio:
    """Everything the review shows. `months` is the length of the period of comparison."""

    on: date
    since: date
    months: int
    tally: PortfolioTally
    rules: PortfolioRules
    prospects: Prospects
    shape: Shape
    shape_before: Shape
    #: The share of those who decline grew since the start.
    decline_grew: bool
    verdict: Verdict
    reason: Reason
    movement: Movement
    repeat_rate: Fraction | None
    #: Months that a customer stays, by the attrition of the period.
    life_months: Fraction | None
    basket: Basket
    needed: Needed | None
    short: Alarm
    concentration: Concentration
    cells: tuple[Cell, ...]
    segments: Mapping[Segment, SegmentSum]
    unknown_potential: int
    worth: Worth | None
    outlook: Outlook | None
    win_back: WinBack
    penetration: tuple[Penetration, ...]
    actions: tuple[Action, ...] = ()
    notes: tuple[Text, ...] = ()


def review(tally: PortfolioTally, rules: PortfolioRules, *, months: int) -> Portfolio:
    """The review of a portfolio as it was at the end of a day.

    The tally holds more months than are shown, which are those after `since`: how long something
    has been short is told by all of them, so that an alarm is as loud however few are looked at.
    """
    before_it = [month for month in tally.months if month.end <= tally.since]
    known = _ends(tally.months, max(months, _REMEMBERED))
    tally = replace(tally, months=tuple(m for m in tally.months if m.start > tally.since))
    now, before = shape(tally.stages), shape(tally.stages, at_start=True)
    said, reason = verdict(now, rules)
    moved, bought = movement(tally.stages), basket(tally, rules)
    turnover = None if rules.turnover is None else Fraction(rules.turnover)
    wanted = needed(bought, turnover)
    cells = matrix(tally.cells, tally.per_unit)
    rate = margin_rate(tally, rules)
    ahead = _outlook(tally, rules)
    found = Portfolio(
        on=tally.on,
        since=tally.since,
        months=months,
        tally=tally,
        rules=rules,
        prospects=prospects(tally, rules, known, before_it[-1] if before_it else None),
        shape=now,
        shape_before=before,
        decline_grew=(now.declining_share or 0) > (before.declining_share or 0) and before.base > 0,
        verdict=said,
        reason=reason,
        movement=moved,
        repeat_rate=repeat_rate(tally.stages),
        life_months=expected_life(moved.attrition, months),
        basket=bought,
        needed=wanted,
        short=_short(tally, rules, wanted, known),
        concentration=concentration(tally),
        cells=cells,
        segments=_segments(cells),
        unknown_potential=sum(cell.contacts for cell in cells if cell.name.endswith(UNKNOWN)),
        worth=_worth(tally, rules, bought, moved, months),
        outlook=ahead,
        win_back=win_back(tally.stages, rules, rate=rate, per_unit=tally.per_unit),
        penetration=_penetration(tally, rules, now),
    )
    return replace(found, actions=actions(found), notes=tuple(_notes(found)))


def _ends(months: Sequence[MonthTally], most: int) -> list[MonthTally]:
    """The last so many of those that end a calendar month, and the last of all in any case."""
    return [one for one in months if is_at_end(one) or one is months[-1]][-most:]


def _segments(cells: tuple[Cell, ...]) -> dict[Segment, SegmentSum]:
    found: dict[Segment, SegmentSum] = {}
    for cell in cells:
        before = found.get(cell.segment, SegmentSum())
        found[cell.segment] = SegmentSum(
            contacts=before.contacts + cell.contacts,
            revenue=before.revenue + cell.revenue,
            remaining=before.remaining + cell.remaining,
        )
    return {segment: found[segment] for segment in Segment if segment in found}


def _short(
    tally: PortfolioTally,
    rules: PortfolioRules,
    wanted: Needed | None,
    known: Sequence[MonthTally],
) -> Alarm:
    """Too few customers: since how many months, by who bought in the year up to each end."""
    if wanted is None:
        return Alarm(Level.NONE, 0)
    buyers = [month.buyers for month in lived(known, tally.begun)]
    return alarm([count < wanted.needed for count in buyers], tally, rules)


def _worth(
    tally: PortfolioTally, rules: PortfolioRules, bought: Basket, moved: Movement, months: int
) -> Worth | None:
    if not bought.used or not bought.frequency_used:
        return None
    yearly = None if moved.retention is None else _yearly(moved.retention, months)
    life = expected_life(moved.attrition, months)
    won = sum(month.conversions for month in tally.months)
    spent = sum(month.cost for month in tally.months)
    return Worth(
        basket=bought.used,
        orders_per_year=bought.frequency_used,
        years=Fraction(rules.years) if life is None else life / 12,
        margin_rate=margin_rate(tally, rules),
        retention=yearly,
        discount=rules.discount,
        horizon=rules.years,
        cac=Fraction(spent, won * tally.per_unit) if won and spent else None,
    )


def _yearly(retention: Fraction, months: int) -> Fraction:
    """The retention of twelve months that goes with that of so many."""
    if months == 12:
        return retention
    return Fraction(float(retention) ** (12 / months)).limit_denominator(10**6)


def _outlook(tally: PortfolioTally, rules: PortfolioRules) -> Outlook | None:
    if tally.buying is None:
        return None
    discount = float(rules.discount)
    return outlook(tally.buying, per_unit=tally.per_unit, discount=discount, years=rules.years)


def _penetration(
    tally: PortfolioTally, rules: PortfolioRules, now: Shape
) -> tuple[Penetration, ...]:
    """The whole market, where its size is stated, then each area. The lost are no customers."""
    whole = []
    if rules.potential_customers is not None:
        ours = now.base + tally.without_orders
        whole.append(Penetration(None, ours, rules.potential_customers))
    return (*whole, *(Penetration(a.name, a.customers, a.potential) for a in tally.areas))


# --- what the reader must know ------------------------------------------------------------------


def _notes(found: Portfolio) -> Iterator[Text]:
    tally, rules = found.tally, found.rules
    if tally.without_orders:
        yield Plural(
            "{count} customer without an order on record is in no life stage",
            "{count} customers without an order on record are in no life stage",
            tally.without_orders,
        )
    if tally.by_hand:
        yield Plural(
            "the life stage of {count} customer was set by hand",
            "the life stages of {count} customers were set by hand",
            tally.by_hand,
        )
    lacking = tally.orders - tally.orders_with_margin
    if tally.orders and lacking:
        yield Plural(
            "{count} order of {orders} of the last twelve months has no margin",
            "{count} orders of {orders} of the last twelve months have no margin",
            lacking,
            orders=tally.orders,
        )
    exceeded = sum(cell.exceeded for cell in found.cells)
    if exceeded:
        yield Plural(
            "{count} customer brings more than the potential on record: it is out of date",
            "{count} customers bring more than the potential on record: it is out of date",
            exceeded,
        )
    if rules.prospects is None:
        yield Text(
            "to be warned when prospects are few, state how many you need in outreach.yaml:"
            " portfolio: {example}",
            example="{prospects: 100}",
        )
    if rules.turnover is None:
        yield Text(
            "to compare the number of customers with the turnover you expect, state it in"
            " outreach.yaml: portfolio: {example}",
            example="{turnover: 120000}",
        )


def plain(amount: Fraction) -> Decimal:
    """An exact amount as a decimal number, for a sentence."""
    return round(to_decimal(amount), 2)
