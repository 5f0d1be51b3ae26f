"""A campaign as its file defines it: whom, what, when, until what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from outreach.model.settings import Limits
from outreach.model.stage import DEFAULT_CHAIN, DEFAULT_STOP


class Channel(StrEnum):
    EMAIL = "email"
    LETTER = "letter"
    CALL = "call"
    VISIT = "visit"
    TASK = "task"

    @property
    def by_hand(self) -> bool:
        """A step that a person does, and that `record` closes."""
        return self in (Channel.CALL, Channel.VISIT, Channel.TASK)


class CampaignState(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    FINISHED = "finished"


class OnePer(StrEnum):
    PERSON = "person"
    HOUSEHOLD = "household"
    COMPANY = "company"


class Unit(StrEnum):
    HOURS = "hours"
    DAYS = "days"
    WORKING_DAYS = "working days"
    WEEKS = "weeks"


@dataclass(frozen=True, slots=True)
class After:
    """`after: letter + 5 working days`: counted from the day the named step was really done."""

    step: str
    count: int = 0
    unit: Unit = Unit.DAYS


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with an e-mail: `path` is a template; `letter` is merged for the person."""

    path: str | None = None
    letter: str | None = None
    as_pdf: bool = False
    #: What the letter's ASK and FILLIN are answered with, by bookmark or prompt.
    answers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Variant:
    """One way of writing a step, drawn by a stable hash of person and step."""

    name: str
    subject: str | None = None
    template: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One link of the chain: one document on one channel."""

    name: str
    channel: Channel
    #: Path below the workspace's `templates/`.
    template: str | None = None
    #: The hand-written text part of an e-mail; made from the HTML where there is none.
    text: str | None = None
    subject: str | None = None
    #: The guide of a call or a visit, below `templates/`.
    guide: str | None = None
    after: After | None = None
    #: An expression about this person in this campaign; the step is skipped where it is false.
    when: str | None = None
    #: In units of the currency, per touch. None: what the settings' `costs` give, else 0.
    cost: Decimal | None = None
    #: Minutes one call, visit or task takes.
    minutes: Decimal | None = None
    variants: tuple[Variant, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    sender: str | None = None
    #: What ASK and FILLIN of a Word template are answered with, by bookmark or prompt.
    answers: tuple[tuple[str, str], ...] = ()
    #: Who makes the calls and visits: a key of the settings' `team`.
    by: str | None = None
    not_after: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceRule:
    """Who is meant: an expression, and how many of them."""

    where: str
    limit: int | None = None
    #: The share that is never contacted, followed all the same.
    control: Fraction = Fraction(0)
    one_per: OnePer = OnePer.PERSON


@dataclass(frozen=True, slots=True)
class Window:
    """When e-mails may leave, in the workspace's zone. Empty tuples: any day, any hour."""

    #: 0 = Monday.
    days: tuple[int, ...] = ()
    hours: tuple[tuple[time, time], ...] = ()
    skip_holidays: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """What the campaign is to bring, by when (B5)."""

    orders: int | None = None
    revenue: Decimal | None = None
    appointments: int | None = None
    by: date | None = None
    checkpoints: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A campaign definition, validated. Money is in units of the workspace's currency."""

    name: str
    audience: AudienceRule
    steps: tuple[Step, ...]
    title: str = ""
    offer: str | None = None
    #: Who writes; of several senders the first, which stands for them where nobody is meant.
    sender: str | None = None
    #: Where there are several: each person is written to by one of them, from first to last.
    senders: tuple[str, ...] = ()
    #: `fr` or `en`: how its letters and e-mails write dates and amounts. None: the workspace's.
    language: str | None = None
    chain: tuple[str, ...] = DEFAULT_CHAIN
    stop_on: tuple[str, ...] = DEFAULT_STOP
    objective: Objective | None = None
    budget: Decimal | None = None
    fixed_costs: Mapping[str, Decimal] = field(default_factory=dict)
    window: Window = Window()
    #: Of this campaign alone, over all its senders; None where there are none.
    limits: Limits | None = None
    start: date | None = None
    not_after: date | None = None
    #: Enrols people who are already in another unfinished campaign.
    alongside: bool = False

    def step(self, name: str) -> Step:
        """The step of that name. Raises KeyError where there is none."""
        for step in self.steps:
            if step.name == name:
                return step
        raise KeyError(name)

    def following(self, name: str | None) -> tuple[Step, ...]:
        """The steps that wait for `name`; for None those that open the chain."""
        return tuple(s for s in self.steps if (s.after.step if s.after else None) == name)

    def sender_of(self, step: Step) -> str | None:
        """Who writes the step; of several senders the first."""
        return step.sender or self.sender

    def senders_of(self, step: Step) -> tuple[str, ...]:
        """Everybody who may write the step; empty where nobody is named."""
        if step.sender:
            return (step.sender,)
        return self.senders or ((self.sender,) if self.sender else ())
