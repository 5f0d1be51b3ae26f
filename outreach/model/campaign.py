"""A campaign as its file defines it: whom, what, when, until what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from outreach.model.channels import Channel as Channel
from outreach.model.legal import Legal
from outreach.model.settings import Limits
from outreach.model.stage import DEFAULT_CHAIN, DEFAULT_STOP


class Track(StrEnum):
    """Which way a person goes: the chain as it was meant, or what an answer opens."""

    MAIN = "main"
    POSITIVE = "positive"
    NEGATIVE = "negative"


#: What opens the tracks where a campaign says nothing (those of its words that its chain knows).
DEFAULT_TRACKS: Mapping[Track, tuple[str, ...]] = {
    Track.POSITIVE: ("replied", "appointment", "met"),
    Track.NEGATIVE: ("refused", "lost"),
}

#: No way on leads from these: the beginning itself, calls still to be made, what ends all tracks.
OPENS_NOTHING = frozenset(
    {"contacted", "no_answer", "call_back", "opted_out", "complained", "bounced", "order"}
)


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

    #: The step, or the fact (`replied`), that is waited for.
    step: str
    count: int = 0
    unit: Unit = Unit.DAYS
    #: What is named is a fact that opens the track of the step, not a step.
    fact: bool = False
    #: Working days that the letter waited for is under way once it is posted.
    in_post: int = 0


@dataclass(frozen=True, slots=True)
class Waves:
    """`waves: {size: 200, every: 1 week}`: people begin in groups, one after the other."""

    size: int
    #: Between the beginnings of two of them.
    count: int
    unit: Unit


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
    #: Calls and visits: tries in vain before the chain goes on. None: `scheduling.attempts`.
    attempts: int | None = None
    not_after: date | None = None
    track: Track = Track.MAIN
    #: Working days that a letter is under way once posted. None: what the settings say.
    delivery_days: int | None = None

    @property
    def waits_for(self) -> str | None:
        """The step that must be over before this one falls due; None: it opens its track."""
        return self.after.step if self.after and not self.after.fact else None


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceRule:
    """Who is meant: an expression, and how many of them."""

    where: str
    limit: int | None = None
    #: The share that is never contacted, followed all the same.
    control: Fraction = Fraction(0)
    one_per: OnePer = OnePer.PERSON
    #: Fields by which people are sorted before control and variants are drawn: each group gets
    #: its exact share of every stratum.
    stratify: tuple[str, ...] = ()


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
    quotes: int | None = None
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
    #: What an order is expected to leave: tells break-even before the first one.
    margin_per_order: Decimal | None = None
    fixed_costs: Mapping[str, Decimal] = field(default_factory=dict)
    window: Window = Window()
    #: Of this campaign alone, over all its senders; None where there are none.
    limits: Limits | None = None
    start: date | None = None
    not_after: date | None = None
    #: Enrols people who are already in another unfinished campaign.
    alongside: bool = False
    #: The campaign this one renews, by name.
    renews: str | None = None
    #: Where two claim the same person, the one with more of it goes first.
    priority: int = 0
    #: What it says about its own ground.
    legal: Legal = field(default_factory=Legal)
    #: Which facts open which track; only of tracks that have steps.
    tracks: Mapping[Track, tuple[str, ...]] = field(default_factory=dict)
    waves: Waves | None = None
    #: Cron, five fields, in the workspace's zone: each firing begins the chain anew.
    repeat: str | None = None
    #: How often its steps were changed since the launch; what was put off then may come back.
    edition: int = 1
    #: Steps that a change took out: what was done of them stays, nothing of them comes any more.
    former: tuple[Step, ...] = ()

    def step(self, name: str) -> Step:
        """The step of that name, one that was taken out too. Raises KeyError for none."""
        for step in self.every_step:
            if step.name == name:
                return step
        raise KeyError(name)

    def following(self, name: str | None) -> tuple[Step, ...]:
        """The steps that wait for the step `name`; for None those that open the main track."""
        if name is None:
            return tuple(s for s in self.steps if s.after is None and s.track is Track.MAIN)
        return tuple(s for s in self.steps if s.waits_for == name)

    def last_day(self, step: Step) -> date | None:
        """The last day on which a step may be done: its own, or the campaign's if that is first."""
        last = [day for day in (step.not_after, self.not_after) if day is not None]
        return min(last, default=None)

    def opened_by(self, fact: str) -> Track | None:
        """The track with steps of its own that a fact opens."""
        return next((track for track, facts in self.tracks.items() if fact in facts), None)

    def goes_on_after(self, fact: str) -> bool:
        """Whether steps may come after a fact as if it had not been: nothing is said of it."""
        later = self.repeat is not None or any(step.after is not None for step in self.steps)
        return later and fact not in self.stop_on and self.opened_by(fact) is None

    def opening(self, track: Track, fact: str) -> tuple[Step, ...]:
        """The steps of a track that fall due when `fact` opens it."""
        return tuple(
            step
            for step in self.steps
            if step.track is track
            and (step.after is None or (step.after.fact and step.after.step == fact))
        )

    @property
    def every_step(self) -> tuple[Step, ...]:
        """Its steps, and those that a change took out: what was done of them is told too."""
        return (*self.steps, *self.former)

    def of_track(self, track: Track) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.track is track)

    def sender_of(self, step: Step) -> str | None:
        """Who writes the step; of several senders the first."""
        return step.sender or self.sender

    def senders_of(self, step: Step) -> tuple[str, ...]:
        """Everybody who may write the step; empty where nobody is named."""
        if step.sender:
            return (step.sender,)
        return self.senders or ((self.sender,) if self.sender else ())
