"""How people went along a campaign's chain, as the store counted it: no rate, no median here.

Instants were taken as the clock on the wall of the workspace shows them, so that from one
day to the next is a day, whatever summer time does. A person whose next stage is not known
yet is `not_yet`: he has not failed, he is not there yet (censored, as statisticians say).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from outreach.model.asked import CreditRule, Dimension
from outreach.model.tally import ArmTally


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeTally:
    """The people between two stages of the chain."""

    start: str
    end: str
    #: Both are on record, the second not before the first.
    arrived: int = 0
    #: The first is on record, and neither the second nor a later one.
    not_yet: int = 0
    #: They came as far, but one of the two days is not on record, lies before the period that was
    #: asked for, or the days are in no order.
    unknown: int = 0
    #: Seconds that those who arrived took, in order: some places of the list (from 0).
    seconds: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortTally:
    """People first touched in one week, and when the last stage that is asked for came."""

    #: The Monday.
    week: date
    contacts: int
    at_once: int = 0
    later: int = 0
    #: Of those with nothing yet: whose first days are not over.
    too_early: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class YieldTally:
    """People by the attempts made before their first order, or in all where none came."""

    touches: int
    contacts: int
    orders: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditTally:
    """What one step's touches earned of one stage. `step` is None for touches beside any step.

    Without a channel: nobody had got through to these people before, so no touch earned it.
    """

    stage: str
    step: str | None
    channel: str | None
    #: People; of a rule that divides, parts of people.
    people: Fraction
    revenue: Decimal = Decimal(0)
    #: None where one of the orders lacks it.
    margin: Decimal | None = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTally:
    """One row of a breakdown. `key` is None for those of whom it is not known."""

    key: str | None
    arm: ArmTally


@dataclass(frozen=True, slots=True, kw_only=True)
class PathTally:
    """How the enrolled people of a campaign, or of several, went along the chain."""

    #: Attempts, and the people they were made on.
    touch_count: int = 0
    touched: int = 0
    #: People of whom a later stage is on record and this one is not.
    unrecorded: Mapping[str, int] = field(default_factory=dict)
    #: People who accepted a meeting, and those who are known to have been met.
    appointments: int = 0
    met: int = 0
    #: Of those who ordered: no meeting of any kind is on record.
    orders_without_meeting: int = 0
    #: Visits made, and those among them made to people who were no customers at launch.
    visits: int = 0
    prospect_visits: int = 0
    #: Customers among the enrolled: at launch, and since.
    customers: int = 0
    times: tuple[TimeTally, ...] = ()
    cohorts: tuple[CohortTally, ...] = ()
    #: What the cohorts and the yield are counted to: `order`, or the end of another chain.
    outcome: str = "order"
    at_once: int = 7
    yields: tuple[YieldTally, ...] = ()
    rule: CreditRule = CreditRule.LAST
    credits: tuple[CreditTally, ...] = ()
    by: Mapping[Dimension, tuple[GroupTally, ...]] = field(default_factory=dict)
    #: The first day that was asked for: what was reached before it is on record, and not counted.
    since: date | None = None
