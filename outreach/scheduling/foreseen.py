"""What a look ahead is told and what it answers (`ahead.py`). Values only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from outreach.model.campaign import Step
from outreach.model.pressure import Pressure
from outreach.model.settings import First, Limits, TeamMember
from outreach.scheduling.levelling import Taken, Work


@dataclass(frozen=True, slots=True)
class Kind:
    """People who go the same way."""

    #: The steps by name that they have an address for.
    steps: frozenset[str]
    #: Who receives their e-mails, where it is a provider with limits.
    provider: str | None = None
    #: Where their clock stands, when it is not the workspace's zone.
    zone: str | None = None
    #: Whose they are in the campaign, and whose contacts, of the team.
    owner: str | None = None
    keeper: str | None = None
    #: The days on which they were touched, where a pressure makes them matter.
    touched: tuple[date, ...] = ()
    #: In which wave they begin.
    wave: int = 1
    #: Of the steps that they have an address for: those that do not arrive there (post came back,
    #: they oppose it).
    cut_off: frozenset[str] = frozenset()
    #: The steps whose condition (`when`) will be false of them, as far as that is known.
    unmet: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """So many calls, visits or tasks of one step of another campaign."""

    work: Work
    #: The day they fall due, and the last one on which they are done; None: there is none.
    day: date
    count: int
    last: date | None = None
    #: What decides whose turn it is on a day, as `run` reads it: whether it stands in somebody's
    #: day, how weighty its campaign is, which step of it this is.
    stands: bool = False
    priority: int = 0
    position: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What may leave on a day, by whom it is limited."""

    #: Of who writes a step.
    sender: Callable[[Step], Limits]
    #: When who writes a step began to write at all; None: with this campaign.
    began: Callable[[Step], datetime | None] = lambda step: None
    #: How many e-mails who writes a step has sent today already.
    sent: Callable[[Step], int] = lambda step: 0
    #: How many e-mails of the campaign have left today already.
    left: int = 0
    providers: Mapping[str, Limits] = field(default_factory=dict)
    first: First = First.FOLLOW_UPS
    #: Who makes calls and visits, and what stands in their days already.
    team: Mapping[str, TeamMember] = field(default_factory=dict)
    taken: tuple[Taken, ...] = ()
    #: What other campaigns will ask of the team.
    elsewhere: tuple[Elsewhere, ...] = ()
    pressure: Pressure | None = None


@dataclass(frozen=True, slots=True)
class Waits:
    """A step that waits for somebody's time to come."""

    due: datetime
    step: Step
    #: Of calls and visits that stand in somebody's day already: whose.
    member: str | None = None
    #: Nothing moves it: somebody has begun with it, or has promised it for its day.
    fixed: bool = False
    #: Whether it comes again with the next firing of a campaign that repeats.
    repeats: bool = False


@dataclass(frozen=True, slots=True)
class Planned:
    """So many people of a kind have the same steps to come, as they were planned."""

    kind: Kind
    count: int
    steps: tuple[Waits, ...]


@dataclass(frozen=True, slots=True, order=True)
class Leaving:
    """So many touches of one step on one day."""

    day: date
    step: str
    count: int
    #: Of calls and visits: how many of them are whose.
    members: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    days: tuple[Leaving, ...]
    #: By step: those whose last day (`not_after`) would be gone.
    too_late: Mapping[str, int]
    #: By step: those who have no address for it.
    passed_over: Mapping[str, int]
    #: By step: those whom it would not reach at the address they have.
    cut_off: Mapping[str, int] = field(default_factory=dict)
    #: By step: those who do not fit its condition.
    unmet: Mapping[str, int] = field(default_factory=dict)
    #: Calls, visits and tasks: how many fall due on which day, before they are spread.
    fall_due: Mapping[tuple[date, str], int] = field(default_factory=dict)
    #: The last day that is looked at of a campaign that repeats beyond it; None: all is told.
    until: date | None = None
