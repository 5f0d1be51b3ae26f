"""What the store counted of the groups that were drawn by lot: control, enrolled, variants.

One `Cell` is people of whom everything that matters here is the same; those who ordered
nothing, most of them, share a few cells. So no person is held, and one number per person at
most: what his orders came to.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from outreach.model.audience import Arm
from outreach.model.value import value


@value(kw_only=True)
class Cell:
    """Some people of one arm. Money is in units of the currency, per person."""

    arm: Arm
    #: What they drew at each of the tally's `steps`; None: nothing, or not yet.
    variants: tuple[str | None, ...] = ()
    kind: str | None = None
    stratum: str | None = None
    source: str | None = None
    #: The list they came into the base by: unlike `source`, nothing changes it after the lot.
    origin: str | None = None
    #: The place in the chain of the furthest stage; None: none was reached.
    rank: int | None = None
    orders: int = 0
    revenue: Decimal = Decimal(0)
    people: int = 0


@value(kw_only=True)
class ExperimentTally:
    """Everyone who was drawn into a group of one campaign, reached by it or not."""

    chain: tuple[str, ...]
    #: The steps that have variants, in the campaign's order.
    steps: tuple[str, ...] = ()
    cells: tuple[Cell, ...] = ()

    def where(self, holds: Callable[[Cell], bool]) -> ExperimentTally:
        """The same of some of the people."""
        return ExperimentTally(
            chain=self.chain, steps=self.steps, cells=tuple(filter(holds, self.cells))
        )

    @property
    def people(self) -> int:
        return sum(cell.people for cell in self.cells)
