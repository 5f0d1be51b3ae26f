"""How far a campaign had come by an instant: what its dashboard compares with the plan."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from outreach.model.value import value


@value(kw_only=True)
class Milestone:
    """Of the enrolled people, whatever happened before `until`."""

    until: datetime
    #: Distinct people who had reached a stage or a later one, by stage of the chain.
    people: Mapping[str, int]
    orders: int
    #: Money in units of the currency; `spent` is on touches.
    revenue: Decimal
    spent: Decimal
