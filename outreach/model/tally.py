"""What the store counted: whole people, attempts and sums of money, no rate and no verdict.

`store/tallies.py` fills these from the events; `evaluation/` and `planning/` judge them.
People and attempts are different words here: `contacted` counts distinct people,
`touches` counts attempts (domain notes B4). Money is in units of the currency.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class ArmTally:
    """One group of people: how many they are, and how many got no further than each stage.

    `furthest` maps a stage of the chain to the people whose furthest stage it is; the
    people it leaves out reached none.
    """

    people: int = 0
    furthest: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VariantTally:
    """The people who drew one variant of one step."""

    step: str
    variant: str
    arm: ArmTally


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchTally:
    """The attempts of one step. `step` is None for touches recorded outside any step."""

    step: str | None
    channel: str | None
    touches: int
    #: Distinct people among them.
    people: int
    cost: Decimal = Decimal(0)
    minutes: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTally:
    """Orders (an order is an event: one person may place two) and what they brought."""

    orders: int = 0
    revenue: Decimal = Decimal(0)
    #: Sum of the margins that are known.
    margin: Decimal = Decimal(0)
    without_amount: int = 0
    without_margin: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignTally:
    """Everything one campaign's report is made of.

    A prospect is anyone who was no customer at launch; contacted is who reached the first
    stage of the chain, interested who went beyond it, won who ordered: a new customer.
    """

    chain: tuple[str, ...]
    enrolled: ArmTally = ArmTally()
    #: Never contacted, followed all the same; in no figure but the comparison.
    control: ArmTally = ArmTally()
    variants: tuple[VariantTally, ...] = ()
    prospects_contacted: int = 0
    customers_contacted: int = 0
    prospects_interested: int = 0
    prospects_won: int = 0
    touches: tuple[TouchTally, ...] = ()
    orders: OrderTally = OrderTally()
    #: Contacts who were no customers when the campaign was launched; None: not known.
    prospects_on_file: int | None = None

    @property
    def contacted(self) -> int:
        """Distinct enrolled people who were contacted, customers included."""
        return self.prospects_contacted + self.customers_contacted

    @property
    def new_customers(self) -> int:
        return self.prospects_won


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryTally:
    """What prospecting took so far, over all campaigns and the prospects enrolled in them.

    People are distinct over the campaigns. An active prospect answered in any way that the
    chain knows (`replied` or later); whoever ordered was also made a proposal.
    """

    prospects_contacted: int = 0
    touches: int = 0
    actives: int = 0
    quotes: int = 0
    #: People who ordered.
    deals: int = 0
    #: Order events whose amount is known, and the sum of these amounts.
    orders: int = 0
    revenue: Decimal = Decimal(0)
    #: Calls whose length is known, and the sum of these minutes.
    calls: int = 0
    call_minutes: Decimal = Decimal(0)
