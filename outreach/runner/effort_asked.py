"""What somebody asks the plan of an effort for, and the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from outreach.model.channels import Channel
from outreach.model.effort_tally import WorkTally
from outreach.model.ids import CampaignId
from outreach.planning.capacity import Fit, Part, Schedule
from outreach.planning.checkpoints import CatchUp, Comparison
from outreach.planning.effort import Effort, Goal, Rounding
from outreach.planning.habits import Coefficients, Habits
from outreach.planning.ranges import Range
from outreach.planning.smart import Answer
from outreach.planning.what_if import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody asks the plan for. Either a goal, or hours, or weeks of people."""

    goal: Goal | None = None
    hours: Fraction | None = None
    weeks: Fraction | None = None
    given: Coefficients = field(default_factory=Coefficients)
    rounding: Rounding = Rounding.UP
    #: Of the sources' defaults; None: as the settings state.
    weight: Fraction | None = None
    changes: Sequence[Change] = ()
    #: Shares of the touches by channel; None: no split, every touch takes `minutes`.
    split: Mapping[Channel, Fraction] | None = None
    #: The shares of the firm's own touches so far.
    split_of_history: bool = False
    minutes: Mapping[Channel, Fraction] | None = None
    #: Keys of the team; empty: everybody with hours or calls.
    people: Sequence[str] = ()
    #: Of whoever prospects, where the settings name nobody.
    hours_per_week: Fraction | None = None
    start: date
    by: date | None = None
    name: str | None = None
    owner: str | None = None
    checkpoints: Sequence[date] = ()
    realised: Fraction | None = None
    campaign: CampaignId | None = None
    #: Whether planned and realised are to be compared today, without any checkpoint.
    compared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Planned against realised. `work` is what the base counted up to today."""

    comparisons: tuple[Comparison, ...]
    catch_up: CatchUp | None
    work: WorkTally
    #: The effort that the remaining goal asks for.
    remaining: Effort | None
    #: What should be done by today, of the whole effort.
    elapsed: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The answer. Figures that were not asked for, or cannot be known, are None or empty."""

    asked: Asked
    habits: Habits
    effort: Effort
    #: Exact; None where nobody knows what a deal brings.
    revenue: Fraction | None
    ranges: Mapping[str, Range]
    parts: tuple[Part, ...]
    schedule: Schedule | None
    fit: Fit | None
    what_if: Sequence[tuple[Change, Effort]]
    progress: Progress | None
    smart: tuple[Answer, ...]
