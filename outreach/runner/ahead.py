"""The calendar of a campaign: what would leave on which day; once launched, what has and will."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from itertools import groupby, islice
from operator import attrgetter

from outreach.errors import OutreachError, Plural, Text
from outreach.model.audience import Arm
from outreach.model.delivery import DeliveryState
from outreach.model.ids import StepId
from outreach.runner.around import PAGE, Around
from outreach.runner.beginning import wave_of
from outreach.runner.launch import EmptyAudience
from outreach.runner.preview import Preview
from outreach.scheduling.ahead import look_ahead, look_on
from outreach.scheduling.foreseen import Ahead, Kind, Leaving, Planned, Waits
from outreach.store.campaigns import Launched
from outreach.store.placing import ToCome


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
    waiting = preview.mailroom.store.placing.waiting(launched.id, now=preview.now)
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


#: What one person waits for: when, of which step, in whose day, whether nothing moves it, and
#: whether it comes again.
_Row = tuple[datetime, StepId, str | None, bool, bool]


def _planned(around: Around, launched: Launched, waiting: Iterable[ToCome]) -> Iterator[Planned]:
    """What waits, person by person; those are counted together who wait for the same."""
    counted: Counter[tuple[Kind, tuple[_Row, ...]]] = Counter()
    firings = _last_firings(around, launched)
    people = ((who, list(rows)) for who, rows in groupby(waiting, key=attrgetter("contact")))
    while page := dict(islice(people, PAGE)):
        for who, kind in around.kinds(list(page)):
            rows = page[who]
            steps = tuple(
                (_minute(row.due_at), row.step, row.member, row.fixed,
                 firings.get(row.step) == row.occurrence)
                for row in rows
            )  # fmt: skip
            counted[replace(kind, owner=rows[0].owner), steps] += 1
    # What is on its way of a step that was taken out leads no further.
    named = {number: launched.step_named(number) for number in launched.steps.values()}
    known = {number: step for number, step in named.items() if step in launched.definition.steps}
    for (kind, steps), count in counted.items():
        waits = (
            Waits(due, known[number], member, fixed=fixed, repeats=repeats)
            for due, number, member, fixed, repeats in steps
            if number in known
        )
        yield Planned(kind, count, tuple(waits))


def _minute(at: datetime) -> datetime:
    """Windows open and close with a minute: within one it makes no difference of days."""
    return at.replace(second=0, microsecond=0)


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
    """What would not leave for want of an address, or as it would not arrive, or is not meant."""
    nowhere_to = [
        Plural(
            "{count} person has no address for {step}: it is passed over",
            "{count} people have no address for {step}: it is passed over",
            count,
            step=step,
        )
        for step, count in looked.passed_over.items()
    ]
    in_vain = [
        Plural(
            "{count} person cannot be reached by {step} (it came back, or is opposed): it is "
            "passed over",
            "{count} people cannot be reached by {step} (it came back, or is opposed): it is "
            "passed over",
            count,
            step=step,
        )
        for step, count in looked.cut_off.items()
    ]
    not_meant = [
        Plural(
            "{count} person does not fit the condition of {step}: it is passed over",
            "{count} people do not fit the condition of {step}: it is passed over",
            count,
            step=step,
        )
        for step, count in looked.unmet.items()
    ]
    return [*nowhere_to, *in_vain, *not_meant]


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
