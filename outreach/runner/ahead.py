"""The calendar of a campaign: what would leave on which day; once launched, what has and will."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from itertools import islice

from outreach.errors import OutreachError, Plural, Text
from outreach.model.audience import Arm
from outreach.model.campaign import Step
from outreach.model.delivery import DeliveryState
from outreach.model.ids import StepId
from outreach.runner.around import PAGE, Around
from outreach.runner.beginning import wave_of
from outreach.runner.launch import EmptyAudience
from outreach.runner.preview import Preview
from outreach.scheduling.ahead import look_ahead, look_on
from outreach.scheduling.foreseen import Ahead, Kind, Leaving, Planned
from outreach.store.campaigns import Launched
from outreach.store.placing import Waits


def ahead(preview: Preview) -> Ahead:
    """The days of the whole audience. Raises what is wrong with it, and `EmptyAudience`."""
    chosen = preview.checked.chosen
    if chosen is None:
        raise _first_error(preview)
    enrolled = [m.contact for m in chosen.members if m.arm is Arm.ENROLLED]
    if not enrolled:
        raise EmptyAudience(preview.campaign.name, chosen.count)
    around = Around(preview, preview.campaign)
    waves = wave_of(chosen.members, preview.campaign.waves, first=1)
    people = Counter(replace(kind, wave=waves[number]) for number, kind in around.kinds(enrolled))
    return look_ahead(
        preview.campaign, people,
        bounds=around.bounds(), calendar=around.calendar, now=preview.now,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """A launched campaign: what has left on which day, what is planned, what waits for people."""

    left: tuple[Leaving, ...]
    planned: Ahead
    stuck: tuple[tuple[str, DeliveryState, int], ...]


def going_on(preview: Preview, launched: Launched) -> Going:
    """The days of a launched campaign, as the ledger has them."""
    definition, standing = launched.definition, preview.mailroom.store.standing
    around = Around(preview, definition, launched.id)
    day_of = cache(around.calendar.day_of)
    names = {number: name for name, number in launched.steps.items()}
    left: Counter[tuple[date, str]] = Counter()
    for step, at, count in standing.left(launched.id):
        left[day_of(at), names[step]] += count
    mails = {step.name for step in definition.steps if step.channel.kind.by_clock}
    today = day_of(preview.now)
    waiting = preview.mailroom.store.placing.waiting(
        launched.id,
        before=around.calendar.midnight(today + timedelta(days=1)),
        now=preview.now,
    )
    bounds = around.bounds(left=sum(left[today, name] for name in mails))
    planned = look_on(
        definition, _planned(around, launched, waiting),
        bounds=bounds, calendar=around.calendar, now=preview.now,
    )  # fmt: skip
    place = {step.name: number for number, step in enumerate(definition.every_step)}
    return Going(
        left=tuple(
            Leaving(day, name, count)
            for (day, name), count in sorted(left.items(), key=lambda o: (o[0][0], place[o[0][1]]))
        ),
        planned=planned,
        stuck=tuple((names[step], state, n) for step, state, n in standing.stuck(launched.id)),
    )


def _planned(around: Around, launched: Launched, waiting: Iterable[Waits]) -> Iterator[Planned]:
    """What waits, counted by when it is due, by step and by kind of people."""
    counted: Counter[tuple[datetime, StepId, Kind, str | None]] = Counter()
    firings = _last_firings(around, launched)
    rows = iter(waiting)
    while page := list(islice(rows, PAGE)):
        kinds = dict(around.kinds([one.contact for one in page]))
        for one in page:
            if one.contact in kinds:
                repeats = firings.get(one.step) == one.occurrence
                kind = replace(kinds[one.contact], owner=one.owner, repeats=repeats)
                counted[one.due_at, one.step, kind, one.member] += 1
    for (due_at, number, kind, member), count in counted.items():
        step: Step = launched.step_named(number)
        # What is on its way of a step that was taken out leads no further.
        if step in launched.definition.steps:
            yield Planned(due_at, step, kind, count, member)


def _last_firings(around: Around, launched: Launched) -> dict[StepId, int]:
    """Of each opening step of a campaign that repeats: the firing that is planned last."""
    definition, repeating = launched.definition, around.preview.mailroom.store.repeating
    if definition.repeat is None:
        return {}
    opening = [launched.steps[step.name] for step in definition.following(None)]
    found = {step: repeating.last(launched.id, step) for step in opening}
    return {step: firing.occurrence for step, firing in found.items() if firing}


def waiting_for_people(stuck: Iterable[tuple[str, DeliveryState, int]]) -> list[Text]:
    """What will not leave before somebody sees to it: of which step, in which state."""
    waiting = list(stuck)
    held = [
        Plural(
            "{count} of {step} is held for what it lacks: outreach status",
            "{count} of {step} are held for what they lack: outreach status",
            count,
            step=step,
        )
        for step, state, count in waiting
        if state is DeliveryState.HELD
    ]
    doubt = [
        Plural(
            "{count} of {step} is in doubt: outreach settle",
            "{count} of {step} are in doubt: outreach settle",
            count,
            step=step,
        )
        for step, state, count in waiting
        if state is DeliveryState.UNKNOWN
    ]
    return [*held, *doubt]


def not_leaving(looked: Ahead) -> list[Text]:
    """What would not leave at all, and why."""
    return [*passed_over(looked), *too_late(looked)]


def passed_over(looked: Ahead) -> list[Text]:
    """What would not leave for want of an address."""
    return [
        Plural(
            "{count} person has no address for {step}: it is passed over",
            "{count} people have no address for {step}: it is passed over",
            count,
            step=step,
        )
        for step, count in looked.passed_over.items()
    ]


def too_late(looked: Ahead) -> list[Text]:
    """What would fall after its last day."""
    return [
        Text(
            "{count} of {step} would be too late: its last day is gone by then",
            count=count,
            step=step,
        )
        for step, count in looked.too_late.items()
    ]


def _first_error(preview: Preview) -> OutreachError:
    return preview.checked.problems[-1].error
