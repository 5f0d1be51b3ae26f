"""The portfolio of customers and prospects: the firm's own rules, and what the store counted.

No rate and no verdict: `evaluation/portfolio` makes these. Money of a tally is whole minor
units (cents), so that a million amounts are a million plain numbers; `per_unit` says how many
make a unit of the currency. Source: domain notes B0, B8, B11–B13.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from outreach.model.life import LifeRules


class Boundary(StrEnum):
    """From when somebody on file is a prospect: the sources differ (B2, B18)."""

    #: Whoever might be interested and is on file.
    ON_FILE = "on_file"
    #: From the first contact on.
    CONTACTED = "contacted"


class Monetary(StrEnum):
    """What the M of RFM is: the amounts of the period added up, or their average."""

    SUM = "sum"
    AVERAGE = "average"


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioRules:
    """What a firm says of its own trade. None: not stated, hence measured or not judged."""

    life: LifeRules = field(default_factory=LifeRules)
    prospect: Boundary = Boundary.ON_FILE
    #: Fewer prospects than that are too few.
    prospects: int | None = None
    #: Turnover expected of a year.
    turnover: Decimal | None = None
    #: Turnover of a receipt, and orders of a customer in a year, where they are not measured.
    basket: Decimal | None = None
    orders_per_year: Decimal | None = None
    #: All who could be customers: the base of penetration.
    potential_customers: int | None = None
    #: Margin ÷ turnover, for orders whose margin is not on record.
    margin_rate: Fraction | None = None
    #: A year's discount of money to come, and how many years are looked ahead.
    discount: Fraction = Fraction(1, 10)
    years: int = 3
    #: Cumulated share of turnover that ends class A, and class B.
    a: Fraction = Fraction(4, 5)
    b: Fraction = Fraction(19, 20)
    #: Classes of each letter of RFM.
    classes: int = 5
    monetary: Monetary = Monetary.SUM
    #: From that share of the customers (the lost apart) who decline, the effort is redoubled.
    declining: Fraction = Fraction(1, 4)
    #: Share of the lost who come back when asked, and what asking one costs.
    win_back: Fraction | None = None
    win_back_cost: Decimal = Decimal(0)
    #: Days without a touch of a prospect after which prospecting has stopped.
    quiet: int = 30
    #: Months from the first order or contact within which no alarm is raised.
    start_up: int = 12


#: A class that nobody could be put in: the potential is not known.
UNKNOWN = "?"


@dataclass(frozen=True, slots=True, kw_only=True)
class StageTally:
    """Customers who stood at one stage at the start and stand at one at the end.

    `before` is None of who was no customer at the start. Turnover and orders are those of
    the last twelve months, but for `lifetime`.
    """

    before: str | None
    stage: str
    customers: int
    #: Of them, those with one order in all, and those without any: set by hand.
    one_time: int = 0
    unordered: int = 0
    orders: int = 0
    revenue: int = 0
    #: Turnover of all their past; and the days from the first order to the last, a year at
    #: least for each, added up.
    lifetime: int = 0
    lived_days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthTally:
    """One month. Stocks are those at its end; `touches` are attempts on prospects."""

    start: date
    end: date
    suspects: int = 0
    prospects: int = 0
    #: Of both, those set aside as arid, and of the others those who opted out or complained.
    arid: int = 0
    opposed: int = 0
    #: Of the arid and the opposed, those who are suspects.
    suspects_aside: int = 0
    customers: int = 0
    #: Customers with an order in the twelve months up to its end.
    buyers: int = 0
    new_prospects: int = 0
    #: Prospects who became customers in it.
    conversions: int = 0
    touches: int = 0
    #: What these touches cost.
    cost: int = 0
    orders: int = 0
    revenue: int = 0
    by_source: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CellTally:
    """Customers or prospects of one class of turnover (None: a prospect) and one of potential."""

    turnover: str | None
    potential: str
    contacts: int
    revenue: int = 0
    #: Sum of the potentials that are known, and of what each is above the turnover.
    potential_sum: int = 0
    remaining: int = 0
    #: Turnover above the potential on record: that one is out of date.
    exceeded: int = 0


@dataclass(frozen=True, slots=True)
class ScoreTally:
    """Customers of one cell of RFM."""

    recency: int
    frequency: int
    monetary: int
    customers: int
    revenue: int


@dataclass(frozen=True, slots=True)
class AreaTally:
    """An area: its customers among those who could be."""

    name: str
    customers: int
    potential: int | None


@dataclass(frozen=True, slots=True)
class BuyingTally:
    """How customers bought, one number each per column (B12, BG/NBD).

    `repeats` counts days with orders after the first, `last` and `age` are days since the
    first order, of the last order and of today; `value` is what the repeats brought.
    """

    repeats: Sequence[int]
    last: Sequence[int]
    age: Sequence[int]
    value: Sequence[int]
    #: Customers in all, where only some were read.
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioTally:
    """Everything the portfolio is made of, as it was at the end of the day `on`.

    `since` is the day at whose end the period of comparison began. The months go farther
    back; the one that `since` is in is told in two parts, so that those that start after it are
    the period, to the day.
    """

    on: date
    since: date
    per_unit: int
    stages: tuple[StageTally, ...] = ()
    months: tuple[MonthTally, ...] = ()
    #: Customers on file of whom no order is known.
    without_orders: int = 0
    #: Orders of the last twelve months, those with an amount, those with a margin.
    orders: int = 0
    orders_with_amount: int = 0
    revenue: int = 0
    orders_with_margin: int = 0
    revenue_with_margin: int = 0
    margin: int = 0
    #: Of those orders, the ones that tell how many articles they held, and these articles.
    orders_with_items: int = 0
    items: int = 0
    #: Turnover of the last twelve months, highest first, and how many customers had each.
    amounts: Sequence[int] = ()
    amount_counts: Sequence[int] = ()
    cells: tuple[CellTally, ...] = ()
    #: The least turnover of class A and of class B, the least potential of class 1 and of 2.
    bounds: Mapping[str, int | None] = field(default_factory=dict)
    scores: tuple[ScoreTally, ...] = ()
    areas: tuple[AreaTally, ...] = ()
    buying: BuyingTally | None = None
    #: The first day of anything: an order, or a contact on file.
    begun: date | None = None
    last_touch: date | None = None
    last_order: date | None = None
    #: Stages set by hand that hold.
    by_hand: int = 0
