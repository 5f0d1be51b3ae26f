"""What a firm states for its planning: what the sources weigh, when orders come and are paid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Planning:
    """The settings' `planning`. What is not stated is as below, or as the sources say."""

    #: How much the sources' defaults weigh beside the firm's own history: 1 as
    #: `planning.blending` states it, 0 nothing at all, 2 twice as much.
    weight: Decimal = Decimal(1)
    #: By coefficient: how many observations of one's own the default stands for.
    weights: Mapping[str, Decimal] = field(default_factory=dict)
    #: By channel: minutes of one touch, where history does not tell.
    minutes: Mapping[str, Decimal] = field(default_factory=dict)
    #: Shares of the orders in the first month, the next…, the last over the rest of a year;
    #: empty: 50, 30, 20 %.
    delays: tuple[Fraction, ...] = ()
    #: From an order to its money. 30 days after receipt where nothing is agreed: Code de
    #: commerce, art. L441-10.
    payment_days: int = 30
