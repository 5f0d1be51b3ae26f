"""Objectives (B5): what the firm wants, of how much, by when, with dated checkpoints.

Pure. An objective is either measured by what the contact base records (`Metric`), or by
somebody who looks and says (a satisfaction survey, a quality): then what was found at a
checkpoint is written down with it. Source: domain notes B5.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction


class ObjectiveKind(StrEnum):
    """The three kinds of objectives (domain notes B5)."""

    #: What is to come of it: turnover, orders, new customers.
    RESULT = "result"
    #: What is to be done for it: visits, calls, prospects contacted.
    MEANS = "means"
    #: What is to become better without a count of its own.
    QUALITATIVE = "qualitative"


class Metric(StrEnum):
    """What the contact base counts by itself between the start and a day."""

    #: Amounts of all orders, in units of the currency.
    REVENUE = "revenue"
    #: Amounts of the orders of people whose first order falls after the start.
    NEW_REVENUE = "new_revenue"
    MARGIN = "margin"
    ORDERS = "orders"
    #: People whose first order falls after the start.
    NEW_CUSTOMERS = "new_customers"
    QUOTES = "quotes"
    APPOINTMENTS = "appointments"
    #: Distinct people touched.
    CONTACTED = "contacted"
    #: Attempts, of every channel.
    TOUCHES = "touches"
    CALLS = "calls"
    VISITS = "visits"
    #: Visits of people who were no customers that day.
    PROSPECT_VISITS = "prospect_visits"


class ScopeKind(StrEnum):
    """What an objective may be confined to."""

    AREA = "area"
    PRODUCT = "product"
    SEGMENT = "segment"
    CAMPAIGN = "campaign"


@dataclass(frozen=True, slots=True)
class Scope:
    """A part of the market: an area, a product (launch), a segment, a campaign."""

    kind: ScopeKind
    name: str

    def __str__(self) -> str:
        return f"{self.kind.value}:{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A day on which planned and realised are compared (point à date)."""

    on: date
    #: What somebody found, where the contact base does not count it.
    realised: Fraction | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """What is wanted by when. None is not stated: the SMART check says what is missing.

    `baseline` and `target` are in `unit`; `start` and `deadline` are days of the workspace,
    both inside the time frame.
    """

    name: str
    kind: ObjectiveKind
    #: A word of `Metric`, or the firm's own ("satisfaction").
    metric: str | None = None
    #: "EUR", "%", "visits": as people write it beside the number.
    unit: str | None = None
    baseline: Fraction | None = None
    target: Fraction | None = None
    start: date | None = None
    deadline: date | None = None
    #: Team: who answers for it (a key of the settings' `team`).
    owner: str | None = None
    checkpoints: tuple[Checkpoint, ...] = ()
    #: None: the whole market.
    scope: Scope | None = None
    note: str | None = None

    @property
    def measured(self) -> Metric | None:
        """What the contact base counts for it; None where a person has to look."""
        return Metric(self.metric) if self.metric in set(Metric) else None
