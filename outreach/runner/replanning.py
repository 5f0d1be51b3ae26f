"""Putting a changed campaign in force: only what is not yet done is planned anew.

The same function answers the dry run, in a store that keeps nothing, and the change itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from outreach.model.campaign import Campaign, Step
from outreach.model.change import Planned
from outreach.model.ids import ContactId, StepId
from outreach.runner.edits import Edit, Sort, StepEdit
from outreach.runner.planning import planned
from outreach.runner.repeating import coming_firing
from outreach.scheduling.calendar import Calendar
from outreach.scheduling.sequence import due_at
from outreach.scheduling.waves import begins
from outreach.store.campaigns import Launched
from outreach.store.editing import Moved
from outreach.store.places import Place
from outreach.store.store import Store


@dataclass(frozen=True, slots=True)
class Coming:
    """People of a campaign whose chain goes on again, and what of theirs comes again."""

    people: Collection[ContactId]
    deliveries: Collection[int]


@dataclass(slots=True, kw_only=True)
class StepReplanned:
    """What becomes of the deliveries of one step."""

    edit: StepEdit
    #: Deliveries that come in, that are dated otherwise, that do not come or not yet.
    added: int = 0
    moved: int = 0
    cancelled: int = 0
    #: Claimed, in doubt, tried, held or printed: they stay as they are.
    untouched: int = 0
    #: The first and the last day of what is added or moved: as it was, as it is.
    were: tuple[date, date] | None = None
    are: tuple[date, date] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replanned:
    """A change that is in force, or would be."""

    edit: Edit
    steps: tuple[StepReplanned, ...]

    @property
    def cancelled(self) -> int:
        return sum(one.cancelled for one in self.steps)

    @property
    def planned(self) -> int:
        return sum(one.added + one.moved for one in self.steps)


def replan(
    store: Store,
    launched: Launched,
    edit: Edit,
    *,
    fingerprint: str,
    file: str,
    calendar: Calendar,
    now: datetime,
) -> Replanned:
    """Put the file's campaign in force, in one transaction; what it changed."""
    definition = edit.definition()
    with store.together() as held:
        if not edit.replans:
            held.campaigns.confirm_change(
                launched.id, definition, fingerprint=fingerprint, file=file
            )
            return Replanned(edit=edit, steps=tuple(StepReplanned(edit=one) for one in edit.steps))
        firing = coming_firing(held, launched)
        numbers = held.editing.steps(launched.id, definition.steps)
        work = _Work(
            held, launched, definition, calendar, now, numbers,
            firing.occurrence if firing else 1,
        )  # fmt: skip
        work.people(edit)
        steps = tuple(work.step(one) for one in edit.steps)
        held.campaigns.confirm_change(
            launched.id, definition, fingerprint=fingerprint, file=file,
            goes_on=any(one.added or one.moved for one in steps), now=now,
        )  # fmt: skip
    return Replanned(edit=edit, steps=steps)


def plan_again(
    store: Store, launched: Launched, coming: Coming, *, calendar: Calendar, now: datetime
) -> int:
    """Plan those who go on as the campaign is by now: it was changed while they stood still.

    What comes again has its new day, whatever dates it; steps that were put in come too. How
    many more deliveries come in than do not come yet.
    """
    firing = coming_firing(store, launched)
    work = _Work(
        store, launched, launched.definition, calendar, now, launched.steps,
        firing.occurrence if firing else 1, only=coming,
    )  # fmt: skip
    return work.again()


@dataclass(slots=True)
class _Work:
    """One change, step by step."""

    store: Store
    launched: Launched
    definition: Campaign
    calendar: Calendar
    now: datetime
    numbers: Mapping[str, StepId]
    #: The firing that is planned last, of a repeated campaign.
    occurrence: int
    #: Only these people, and of their deliveries only these; None: everybody's.
    only: Coming | None = None
    _under_way: Mapping[StepId, int] = field(default_factory=dict)

    def people(self, edit: Edit) -> None:
        """What is kept with the people: their wave, who writes to them."""
        editing, waves = self.store.editing, self.definition.waves
        if "waves" in edit.keys and waves is not None:
            editing.waves(self.launched.id, waves.size)
        if self.definition.senders and "senders" in edit.keys:
            editing.writers(self.launched.id, self.definition.senders)
        self._under_way = editing.under_way(self.launched.id)

    def step(self, edit: StepEdit) -> StepReplanned:
        told = StepReplanned(edit=edit)
        number, step = self.numbers[edit.step.name], edit.step
        told.untouched = self._under_way.get(number, 0)
        if edit.sort is Sort.GONE:
            told.cancelled = self.store.editing.take_out(self.launched.id, number, self.now)
            return told
        if edit.replans:
            if step.waits_for is not None:
                told.cancelled = self.store.editing.put_off(
                    self.launched.id, number, self.numbers[step.waits_for], self.now
                )
            if "repeat" in edit.keys and self.definition.repeat is None:
                told.cancelled += self.store.editing.take_firings(
                    self.launched.id, number, first=2, now=self.now
                )
            self._replan(step, number, told)
        if "by" in edit.keys:
            self.store.editing.nobody(number)
        return told

    def again(self) -> int:
        """Plan every step of those who go on; how many more deliveries come in than do not.

        What comes again may wait by now for a step that is not over: it has its turn later.
        """
        assert self.only is not None
        added = 0
        for step in self.definition.steps:
            if step.waits_for is not None:
                added -= self.store.editing.put_off(
                    self.launched.id, self.numbers[step.name], self.numbers[step.waits_for],
                    self.now, people=self.only.people,
                )  # fmt: skip
            told = StepReplanned(edit=StepEdit(step=step, sort=Sort.SAME))
            self._replan(step, self.numbers[step.name], told)
            added += told.added
        return added

    def _replan(self, step: Step, number: StepId, told: StepReplanned) -> None:
        """Add what should be there, move what waits."""
        were, are = _Days(self.calendar), _Days(self.calendar)
        for places, dated in self._places(step, number):
            added: list[Planned] = []
            moved: list[Moved] = []
            for place in places:
                at = dated(place)
                if at is None or not self._meant(place):
                    continue
                one = self._planned(step, number, place, at)
                if place.waits is None:
                    added.append(one)
                    are.see(at)
                elif self._differs(place, one):
                    moved.append(
                        Moved(
                            delivery=place.waits, due_at=at, variant=one.variant,
                            sender=one.sender or place.writer,
                        )
                    )  # fmt: skip
                    if at != place.due_at:
                        told.moved += 1
                        were.see(place.due_at)
                        are.see(at)
            self.store.editing.plan(added)
            self.store.editing.move(moved)
            told.added += len(added)
        told.were, told.are = were.span, are.span

    def _meant(self, place: Place) -> bool:
        return self.only is None or place.waits in {None, *self.only.deliveries}

    def _differs(self, place: Place, one: Planned) -> bool:
        writer = one.sender or place.writer
        return (place.due_at, place.variant, place.sender) != (one.due_at, one.variant, writer)

    def _planned(self, step: Step, number: StepId, place: Place, at: datetime) -> Planned:
        # What was drawn within a stratum stands as long as the step has that variant.
        drawn = place.variant if self.definition.audience.stratify else None
        return planned(
            self.definition,
            step,
            place.contact,
            at,
            campaign=self.launched.id,
            step_id=number,
            sender=place.writer if place.writer in self.definition.senders else None,
            occurrence=place.occurrence,
            variant=drawn if drawn in [one.name for one in step.variants] else None,
        )

    # --- who is to get it, and when -----------------------------------------------------------

    def _places(
        self, step: Step, number: StepId
    ) -> Iterator[tuple[list[Place], Callable[[Place], datetime | None]]]:
        places, campaign = self.store.places, self.launched.id
        if self.only is not None:
            places = places.of(self.only.people)
        pages: Iterable[list[Place]]
        if step.waits_for is not None:
            before = self.numbers[step.waits_for]
            pages = places.after(campaign, number, before, step.track)
            dated = self._after(step)
        elif step in self.definition.following(None):
            pages = places.opening(campaign, number, self.occurrence)
            dated = self._opening(step)
        else:
            facts = [step.after.step] if step.after else list(self.definition.tracks[step.track])
            pages = places.in_track(campaign, number, step.track, facts)
            dated = self._after(step)
        for page in pages:
            yield page, dated

    def _after(self, step: Step) -> Callable[[Place], datetime | None]:
        """Counted from when what it waits for was over; many have the same instant."""
        known: dict[tuple[datetime, bool], datetime] = {}

        def dated(place: Place) -> datetime:
            key = (place.since, place.passed_over)
            if key not in known:
                known[key] = due_at(
                    step, done_at=place.since, calendar=self.calendar,
                    passed_over=place.passed_over,
                )  # fmt: skip
            return known[key]

        return dated

    def _opening(self, step: Step) -> Callable[[Place], datetime | None]:
        """By wave and by when the person came in; what has fired already stays."""
        known: dict[tuple[datetime, int], datetime | None] = {}
        repeated = self.definition.repeat is not None

        def dated(place: Place) -> datetime | None:
            if repeated and place.due_at is not None and place.due_at <= self.now:
                return place.due_at
            key = (place.since, place.wave)
            if key not in known:
                known[key] = begins(
                    self.definition,
                    step,
                    wave=place.wave,
                    launched_at=self.launched.launched_at,
                    enrolled_at=max(place.since, self.now) if repeated else place.since,
                    calendar=self.calendar,
                )
            return known[key]

        return dated


class _Days:
    """The first and the last day of some instants."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._first: datetime | None = None
        self._last: datetime | None = None

    def see(self, at: datetime | None) -> None:
        if at is None:
            return
        self._first = at if self._first is None else min(self._first, at)
        self._last = at if self._last is None else max(self._last, at)

    @property
    def span(self) -> tuple[date, date] | None:
        if self._first is None or self._last is None:
            return None
        return self._calendar.day_of(self._first), self._calendar.day_of(self._last)
