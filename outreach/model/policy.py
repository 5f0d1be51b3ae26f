"""A firm's own answer where the law leaves a choice: what `policy:` in outreach.yaml may state.

The defaults are the careful ones; what differs from them is never silent: `check` and `doctor`
show it (`compliance/policy.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from enum import StrEnum

Hours = tuple[tuple[time, time], ...]


class People(StrEnum):
    """Whom the base holds."""

    #: Told person by person (`nature.py`).
    AUTO = "auto"
    PROFESSIONALS = "professionals"
    CONSUMERS = "consumers"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumerCalls:
    """When and how often private people are called.

    Source: décret 2022-1313 of 13 October 2022, art. D.223-9 of the Code de la consommation.
    """

    #: On the clock of who is called.
    hours: Hours = ((time(10), time(13)), (time(14), time(20)))
    #: 0 = Monday.
    days: tuple[int, ...] = (0, 1, 2, 3, 4)
    holidays: bool = False
    attempts: int = 4
    #: Days in which so many attempts are made at most.
    period: int = 30
    #: Days of silence after a refusal.
    rest: int = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the firm states. The defaults are the careful ones."""

    #: Years from a prospect's last own act until his data is deleted.
    retention_years: int = 3
    people: People = People.AUTO
    #: Whether customers gave their address at a sale, were told and could refuse (soft opt-in).
    customers_told: bool = False
    consumer_calls: ConsumerCalls = ConsumerCalls()
