"""A whole season played before the first stamp is bought: every run, on every day, by itself.

The runs are the runs (`run.py`), on a store that keeps nothing, and their e-mails leave for a
mail server of ours that passes nothing on. Letters are merged and taken to be posted on the
day they fall due, calls and visits to be made on the day they stand on; nobody answers. What
it tells is what the calendar foresees, and what would be held on the way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from outreach.errors import OutreachError, Problems
from outreach.files.campaigns import CampaignFile
from outreach.model.audience import Arm
from outreach.model.campaign import CampaignState, Channel
from outreach.model.change import Change
from outreach.model.channels import BY_HAND
from outreach.model.delivery import Delivery, DeliveryState, Outcome, Sent, Skipped
from outreach.model.ids import CampaignId, DeliveryId
from outreach.model.settings import Sender, Settings
from outreach.runner.check import check
from outreach.runner.clock import PretendedClock
from outreach.runner.coming import coming
from outreach.runner.compose import Mailroom
from outreach.runner.fingerprint import fingerprint
from outreach.runner.launch import EmptyAudience
from outreach.runner.mending import letters_of
from outreach.runner.outcomes import Situation, change_for
from outreach.runner.peace import hand_out, leave_in_peace_by_post
from outreach.runner.placing import with_work
from outreach.runner.run import Runner, RunReport
from outreach.runner.send import Progress
from outreach.runner.starting import launch
from outreach.scheduling.calendar import Calendar
from outreach.scheduling.foreseen import Leaving
from outreach.scheduling.repeats import horizon
from outreach.store.campaigns import Launched
from outreach.store.store import Store
from outreach.transports import Transport

#: Between two runs at the least.
_STEP = timedelta(minutes=1)
_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What a season came to."""

    launched: Launched
    enrolled: int
    #: What was sent, posted and done on which day, what had left before it among it.
    days: tuple[Leaving, ...]
    #: What would wait for somebody: of which step, held or in doubt, how many.
    stuck: tuple[tuple[str, DeliveryState, int], ...]
    skipped: int
    runs: int
    ended: datetime
    errors: tuple[OutreachError, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What a season is played with."""

    settings: Settings
    secret: Callable[[str], str]
    #: To the mail server that passes nothing on.
    transport: Callable[[Sender], Transport]
    progress: Callable[[Progress], None]


def play(
    rehearsing: AbstractContextManager[Store], file: CampaignFile, stage: Stage, *, now: datetime
) -> Played:
    """Launch it where it is not launched, and run it to its end. Under the workspace's lock.

    Raises what would stop the launch.
    """
    with rehearsing as store:
        return _Season(store, stage, _launched(store, file, stage, now), now).play()


def _launched(store: Store, file: CampaignFile, stage: Stage, now: datetime) -> Launched:
    """As the store has it; else launched now, with everybody whom it would enrol."""
    definition = file.campaign
    found = store.campaigns.look_up(definition.name)
    if found is not None:
        return found
    room = Mailroom(store, stage.settings, secret=stage.secret, now=lambda: now, campaigns={})
    with room.office:
        checked = check(file, room, now=now)
        if stopping := checked.stopping(stage.settings.compliance):
            raise Problems(stopping)
        assert checked.chosen is not None
        if not checked.chosen.count.enrolled:
            raise EmptyAudience(definition.name, checked.chosen.count)
        launch(
            store,
            definition,
            checked.chosen,
            file=str(file.path),
            fingerprint=fingerprint(
                definition, room.folder, room.templates(room.language(definition))
            ),
            settings=stage.settings,
            now=now,
            confirmed=None,
        )
    return store.campaigns.find(definition.name)


@dataclass(slots=True)
class _Season:
    store: Store
    stage: Stage
    launched: Launched
    began: datetime
    clock: PretendedClock = field(init=False)
    calendar: Calendar = field(init=False)
    #: Other campaigns that run and want the same people's days.
    others: Mapping[CampaignId, Launched] = field(init=False)
    #: Whose calls and visits: by day, step and member.
    made: Counter[tuple[date, str, str]] = field(default_factory=Counter)
    errors: list[OutreachError] = field(default_factory=list)
    skipped: int = 0
    runs: int = 0

    def __post_init__(self) -> None:
        settings = self.stage.settings
        self.calendar = Calendar.of(settings)
        self.clock = PretendedClock(self.began)
        running = {
            one.id: one
            for one in self.store.campaigns.all()
            if one.state is CampaignState.RUNNING and one.id != self.launched.id
        }
        shared = with_work(running) if settings.team else ()
        self.others = {number: running[number] for number in shared}

    def play(self) -> Played:
        while True:
            self._share_out(more=(Channel.EMAIL, Channel.LETTER))
            report = self._run()
            more = self._more_today(report)
            done = self._post(more=more) + self._make(more=more)
            again = self._next(report, done)
            if again is None or again - self.began > self._longest or self.errors:
                break
            self.clock = PretendedClock(max(again, self.clock.now() + _STEP))
        return self._played()

    @property
    def _longest(self) -> timedelta:
        return horizon(self.launched.definition.repeat)

    def _run(self) -> RunReport:
        runner = Runner(
            store=self.store,
            settings=self.stage.settings,
            clock=self.clock,
            secret=self.stage.secret,
            transport=self.stage.transport,
            rehearsal=True,
            hands_out=False,
        )
        found = self.store.campaigns.find(self.launched.name)
        report = runner.run((found,), progress=self.stage.progress)
        self.runs += 1
        self.skipped += report.skipped
        self.errors += report.errors
        return report

    def _next(self, report: RunReport, done: int) -> datetime | None:
        """When there is something to do again: at once, where what was done leads to more."""
        now = self.clock.now()
        if done:
            return now + _STEP
        going = [self.store.campaigns.find(self.launched.name)]
        later = coming(self.store, self.calendar, going, now=now, overdue=False)
        if later is None and report.not_before is None:
            return None
        # The calls of the others are made on their days: else they would fill every day after.
        theirs = self.store.deliveries.next_due([*self.others], channels=BY_HAND, after=now)
        return min(filter(None, (report.not_before, later, theirs)))

    # --- by people --------------------------------------------------------------------------------

    def _more_today(self, report: RunReport) -> tuple[Channel, ...]:
        """E-mails, where more of them may leave today."""
        again, today = report.not_before, self.calendar.day_of(self.clock.now())
        goes_on = again is not None and self.calendar.day_of(again) == today
        return (Channel.EMAIL,) if goes_on else ()

    def _post(self, *, more: tuple[Channel, ...]) -> int:
        """The letters that are due are made, and go to the post."""
        now = self.clock.now()
        numbers = {self.launched.id: self.launched}
        settings = self.stage.settings
        room = Mailroom(
            self.store, settings, secret=self.stage.secret, now=self.clock.now, campaigns=numbers
        )
        waits = leave_in_peace_by_post(
            self.store, settings, numbers, now=now, more=more, last=False
        )
        due = self.store.printing.due_letters(now=now, campaigns=list(numbers), printed_too=True)
        with room.office:
            letters = letters_of(room)
            made = [(one, letters.try_one(one)) for one in due if one.id not in waits]
        return self._settle(
            (one, Sent() if isinstance(outcome, bytes) else outcome) for one, outcome in made
        )

    def _make(self, *, more: tuple[Channel, ...]) -> int:
        """The calls and visits of the day are made, by those in whose day they stand."""
        now = self.clock.now()
        # Those that the letters of this very day brought are handed out as a run would.
        waits = self._share_out(more=more, overdue=False)
        standing = self.store.by_hand.waiting(
            BY_HAND, before=now + _MOMENT, now=now, campaigns=[self.launched.id, *self.others]
        )
        today = self.calendar.day_of(now)
        done: list[tuple[Delivery, Outcome]] = []
        for one in standing:
            if one.delivery.id in waits:
                continue
            done.append((one.delivery, Skipped(one.obstacle) if one.obstacle else Sent()))
            ours = one.delivery.campaign == self.launched.id
            if ours and not one.obstacle and one.assignee:
                self.made[today, one.delivery.step, one.assignee] += 1
        return self._settle(done)

    def _share_out(self, *, more: tuple[Channel, ...], overdue: bool = True) -> set[DeliveryId]:
        """What falls due today is given to the team, other campaigns' too, as a run would.

        Of what is written only this campaign's leaves here: nothing waits for that of the others.
        What waits for something else of today is answered.
        """
        now, settings = self.clock.now(), self.stage.settings
        numbers = {self.launched.id: self.launched, **self.others}
        ours = (self.launched.id,)
        return hand_out(
            self.store, settings, numbers, now=now, more=more, overdue=overdue, only=ours
        )

    def _settle(self, done: Iterable[tuple[Delivery, Outcome]]) -> int:
        """How many are over by it."""
        here = Situation(
            launched=self.launched,
            calendar=self.calendar,
            costs=self.stage.settings.costs,
            now=self.clock.now(),
            expected=(DeliveryState.DUE,),
        )
        situations = {self.launched.id: here} | {
            number: replace(here, launched=other) for number, other in self.others.items()
        }
        changes = [
            change_for(delivery, outcome, situations[delivery.campaign])
            for delivery, outcome in done
        ]
        if changes:
            self.store.deliveries.write(Change.joined(changes))
        return len(changes)

    # --- what it came to --------------------------------------------------------------------------

    def _played(self) -> Played:
        arms = self.store.campaigns.arms(self.launched.id)
        names = {number: name for name, number in self.launched.steps.items()}
        stuck = self.store.standing.stuck(self.launched.id)
        return Played(
            launched=self.launched,
            enrolled=arms.get(Arm.ENROLLED, 0),
            days=self._days(),
            stuck=tuple((names[step], state, count) for step, state, count in stuck),
            skipped=self.skipped,
            runs=self.runs,
            ended=self.clock.now(),
            errors=tuple(self.errors),
        )

    def _days(self) -> tuple[Leaving, ...]:
        names = {number: name for name, number in self.launched.steps.items()}
        counted: Counter[tuple[date, str]] = Counter()
        for step, at, count in self.store.standing.left(self.launched.id):
            counted[self.calendar.day_of(at), names[step]] += count
        place = {step.name: at for at, step in enumerate(self.launched.definition.steps)}
        ordered: Sequence[tuple[date, str]] = sorted(counted, key=lambda o: (o[0], place[o[1]]))
        return tuple(
            Leaving(day, step, counted[day, step], self._members(day, step))
            for day, step in ordered
        )

    def _members(self, day: date, step: str) -> tuple[tuple[str, int], ...]:
        found = [(who, n) for (on, name, who), n in self.made.items() if (on, name) == (day, step)]
        return tuple(sorted(found))
