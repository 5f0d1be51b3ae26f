"""A campaign that ran elsewhere, row by row: what a file says happened to one person in it.

Read by `runner/history_rows.py`, written by `store/history.py`. Money is in units of the
workspace's currency; instants are aware.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from outreach.model.campaign import Channel
from outreach.model.contact import Draft
from outreach.model.ids import ContactId
from outreach.model.value import value

#: Facts that somebody may repeat on one day and for one amount: each row is one of its own.
#: Any other fact is told once, however many rows repeat it.
REPEATED = frozenset({"quote", "order"})


@value(kw_only=True)
class PastFact:
    """A stage, or another fact beside the chain, and when it was reached."""

    stage: str
    at: datetime
    amount: Decimal | None = None
    margin: Decimal | None = None
    #: How many articles the receipt of an order holds.
    items: int | None = None


@value(kw_only=True)
class PastTouch:
    """What was sent, posted, dialled or visited."""

    #: The step of the campaign it belongs to.
    step: str
    channel: Channel
    #: None: the person had drawn a variant of the step and nothing was sent.
    at: datetime | None
    #: How often it was tried, on that day as far as the file says.
    attempts: int = 1
    variant: str | None = None
    #: It reached nobody: a call that was not answered.
    in_vain: bool = False
    #: Of all attempts together.
    cost: Decimal | None = None
    minutes: Decimal | None = None


@value(kw_only=True)
class PastRow:
    """One row, understood. `draft` says who; `who` a number or a name where the file has one."""

    line: int
    draft: Draft
    number: ContactId | None = None
    name: str | None = None
    control: bool = False
    touch: PastTouch | None = None
    facts: tuple[PastFact, ...] = ()
    author: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastCounts:
    """What became of the rows: `recorded + unchanged + rejected = read`."""

    read: int = 0
    #: Rows that told something new.
    recorded: int = 0
    #: Rows whose every word was on record.
    unchanged: int = 0
    rejected: int = 0
    #: People who were not on file.
    created: int = 0
    enrolled: int = 0
    control: int = 0
    #: Attempts, orders and the other facts that were written down.
    touches: int = 0
    orders: int = 0
    facts: int = 0

    def __add__(self, other: PastCounts) -> PastCounts:
        sums = {name: getattr(self, name) + getattr(other, name) for name in self.__slots__}
        return PastCounts(**sums)
