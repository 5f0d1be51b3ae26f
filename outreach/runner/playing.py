"""A whole season played before the first stamp is bought: every run, on every day, by itself.

The runs are the runs (`run.py`), on a store that keeps nothing, and their e-mails leave for a
mail server of ours that passes nothing on. Letters are merged and taken to be posted on the
day they fall due, calls and visits to be made on the day they stand on; nobody answers. What
it tells is what the calendar foresees, and what would be held on the way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache, partial

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
from outreach.runner.leaving_today import leaving_today
from outreach.runner.mending import letters_of
from outreach.runner.outcomes import Situation, change_for
from outreach.runner.passing_over import pass_over
from outreach.runner.peace import LetGo, all_leave, hand_out, leave_in_peace_by_post
from outreach.runner.placing import with_work
from outreach.runner.played import Played, days_of
from outreach.runner.run import Runner, RunReport
from outreach.runner.send import Progress
from outreach.runner.starting import launch
from outreach.scheduling.calendar import Calendar
from outreach.scheduling.repeats import horizon
from outreach.store.campaigns import Launched
from outreach.store.store import Store
from outreach.transports import Transport

#: Between two runs at the least.
_STEP = timedelta(minutes=1)
_MOMENT = timedelta(microseconds=1)


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
    #: When what stands late is done, on a day on which nobody works.
    at_work: datetime | None = None

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
            self._pass_over()
            self._share_out(more=(Channel.EMAIL, Channel.LETTER))
            report = self._run()
            leaving = cache(
                partial(
                    leaving_today, self.store, self.stage.settings, self._ours, now=self.clock.now()
                )
            )
            more = report.more_today
            done = self._post(more, leaving) + self._make(more, leaving)
            again = self._next(report, done)
            if again is None or again - self.began > self._longest or self.errors:
                break
            self.clock = PretendedClock(max(again, self.clock.now() + _STEP))
        return self._played()

    @property
    def _ours(self) -> Mapping[CampaignId, Launched]:
        return {self.launched.id: self.launched}

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
        if later is None and report.not_before is None and self.at_work is None:
            return None
        # The calls of the others are made on their days: else they would fill every day after.
        theirs = self.store.deliveries.next_due([*self.others], channels=BY_HAND, after=now)
        return min(filter(None, (report.not_before, later, theirs, self.at_work)))

    # --- by people --------------------------------------------------------------------------------

    def _pass_over(self) -> None:
        """What is not to be done takes nobody's day: a run knows that before it hands out."""
        self.skipped += pass_over(self._ours, self._room(), now=self.clock.now)

    def _room(self) -> Mailroom:
        return Mailroom(
            self.store,
            self.stage.settings,
            secret=self.stage.secret,
            now=self.clock.now,
            campaigns=self._ours,
        )

    def _post(self, more: tuple[Channel, ...], leaving: LetGo) -> int:
        """The letters that are due are made, and go to the post."""
        now = self.clock.now()
        settings, room = self.stage.settings, self._room()
        waits = leave_in_peace_by_post(
            self.store, settings, self._ours, now=now, more=more, leaving=leaving, last=False
        )
        due = self.store.printing.due_letters(now=now, campaigns=[*self._ours], printed_too=True)
        with room.office:
            letters = letters_of(room)
            made = [(one, letters.try_one(one)) for one in due if one.id not in waits]
        return self._settle(
            (one, Sent() if isinstance(outcome, bytes) else outcome) for one, outcome in made
        )

    def _make(self, more: tuple[Channel, ...], leaving: LetGo) -> int:
        """The calls and visits of the day are made, by those in whose day they stand."""
        now = self.clock.now()
        # Those that the letters of this very day brought are handed out as a run would.
        waits = self._share_out(more=more, leaving=leaving, overdue=False)
        standing = self.store.by_hand.waiting(
            BY_HAND, before=now + _MOMENT, now=now, campaigns=[self.launched.id, *self.others]
        )
        today = self.calendar.day_of(now)
        done: list[tuple[Delivery, Outcome]] = []
        works, self.at_work = self.calendar.working_day(today), None
        for one in standing:
            if one.delivery.id in waits:
                continue
            if works > today > self.calendar.day_of(one.delivery.due_at):
                # Not done on its day: it waits for people to be at work.
                self.at_work = self.calendar.midnight(works)
                continue
            done.append((one.delivery, Skipped(one.obstacle) if one.obstacle else Sent()))
            ours = one.delivery.campaign == self.launched.id
            if ours and not one.obstacle and one.assignee:
                self.made[today, one.delivery.step, one.assignee] += 1
        return self._settle(done)

    def _share_out(
        self, *, more: tuple[Channel, ...], leaving: LetGo = all_leave, overdue: bool = True
    ) -> set[DeliveryId]:
        """What falls due today is given to the team, other campaigns' too, as a run would.

        Of what is written only this campaign's leaves here: nothing waits for that of the others.
        What waits for something else of today is answered.
        """
        now, settings = self.clock.now(), self.stage.settings
        numbers = {**self._ours, **self.others}
        return hand_out(
            self.store, settings, numbers, now=now, more=more, leaving=leaving,
            overdue=overdue, only=(self.launched.id,),
        )  # fmt: skip

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
            days=days_of(self.store, self.launched, self.calendar, self.made),
            stuck=tuple((names[step], state, count) for step, state, count in stuck),
            skipped=self.skipped,
            runs=self.runs,
            ended=self.clock.now(),
            errors=tuple(self.errors),
        )
