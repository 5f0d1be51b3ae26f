"""The commercial action plan as values: actions, areas, losses, the vision they serve.

Objectives are in `planning/objective.py`, lists of contacts in `model/source.py`. Money is in
units of the workspace's currency, days are days of the workspace. Source: domain notes B6, B7.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from outreach.model.ids import ContactId


class Theme(StrEnum):
    """What an action is for (B6)."""

    #: Winning customers.
    CONQUEST = "conquest"
    #: Keeping them.
    LOYALTY = "loyalty"
    #: Motivating who sells.
    MOTIVATION = "motivation"
    #: Bringing out a product.
    LAUNCH = "launch"


class Term(StrEnum):
    SHORT = "short"
    MEDIUM = "medium"
    LONG = "long"


@dataclass(frozen=True, slots=True)
class ActionStep:
    """One step of an action. `on` is the day it is to be done by; None: no day of its own."""

    what: str
    on: date | None = None
    done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One line of the plan: who does what, with which means, until when. None is not stated."""

    name: str
    #: The part of the strategy it belongs to.
    project: str | None = None
    #: The objective it serves, by name.
    objective: str | None = None
    #: The campaign that carries it out, by name; it may not be launched yet.
    campaign: str | None = None
    theme: Theme | None = None
    #: What is offered to whom it addresses: no action without one (B8).
    offer: str | None = None
    steps: tuple[ActionStep, ...] = ()
    #: A key of the settings' `team`, or a name.
    owner: str | None = None
    #: With what, and with whom.
    means: str | None = None
    partners: tuple[str, ...] = ()
    budget: Decimal | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    #: As somebody said; else `planning.actions.term_of` tells it from the days.
    term: Term | None = None
    created_at: datetime
    done_at: datetime | None = None
    result: str | None = None
    #: None: not yet written down.
    id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A part of the market, and what makes it easier or harder (B7). None is not known."""

    name: str
    #: Who is in it, in the expression language.
    expression: str
    #: Customers there could be: ours, the competitors', and who could use it and does not yet.
    potential_customers: int | None = None
    #: Of the competitors, from 1 (weak) to 5 (strong).
    pressure: int | None = None
    #: Its share of the prospecting visits, against the other areas'; None: from the factors.
    weight: Decimal | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A customer lost, or one that will be: prospecting starts before it (B7)."""

    contact: ContactId
    #: As a list calls him.
    name: str
    on: date
    #: Turnover a year that goes with it.
    revenue: Decimal
    cause: str | None = None
    recorded_at: datetime
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Vision:
    """The firm in some years, as noted beside the plan (B6)."""

    text: str
    noted_on: date
