"""When people begin: all at once, in waves, or each time a campaign is repeated.

Pure. The same function dates the launch, the people added later and a changed plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from outreach.model.campaign import Campaign, Step, Unit, Waves
from outreach.scheduling.calendar import Calendar
from outreach.scheduling.repeats import firing_from
from outreach.scheduling.sequence import first_due


def numbered(enrolled: Iterable[bool], waves: Waves | None, *, first: int = 1) -> Iterator[int]:
    """The wave of each person in the stable order; those who are control fill no place.

    Without waves everybody begins in `first`.
    """
    count = 0
    for one in enrolled:
        yield first if waves is None else first + count // waves.size
        count += one


def begins(
    campaign: Campaign,
    step: Step,
    *,
    wave: int = 1,
    launched_at: datetime,
    enrolled_at: datetime | None = None,
    calendar: Calendar,
) -> datetime | None:
    """When an opening step falls due for somebody of a wave.

    `enrolled_at` is when the person came in, where that was after the launch: nobody begins
    before. A repeated campaign begins at its next firing; None where there is none any more.
    """
    since = enrolled_at or launched_at
    at = first_due(step, start=campaign.start, now=since, calendar=calendar)
    if campaign.repeat is not None:
        return firing_from(campaign.repeat, at, calendar=calendar, last=campaign.not_after)
    if campaign.waves is None or wave == 1:
        return at
    first = first_due(step, start=campaign.start, now=launched_at, calendar=calendar)
    return max(at, _wave_after(first, campaign.waves, wave - 1, step, calendar))


def _wave_after(
    first: datetime, waves: Waves, number: int, step: Step, calendar: Calendar
) -> datetime:
    """So many intervals after the first wave: e-mails at its time of day, work in the morning."""
    if waves.unit is Unit.HOURS:
        return first + timedelta(hours=number * waves.count)
    day = calendar.add(calendar.day_of(first), number * waves.count, waves.unit)
    if step.channel.kind.by_clock:
        return calendar.at(day, first.astimezone(calendar.zone).time())
    return calendar.midnight(day)
