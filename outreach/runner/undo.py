"""Taking back what was recorded: the last of it, or one by its number; a file whole.

Nothing is deleted that was told. Corrections are told, and everything that had followed is
taken back: progress, counters, stops, tracks, calls, promises, suppressions where they came
from it. Steps that had ended come again, dated from when the step before was really done.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from outreach.errors import OutreachError, Text, WrongUsage
from outreach.model.change import Change, Planned
from outreach.model.delivery import DeliveryState
from outreach.model.ids import CampaignId, ContactId, StepId
from outreach.model.settings import Settings
from outreach.runner.outcomes import Situation, following
from outreach.runner.wrong_numbers import put_back
from outreach.scheduling.calendar import Calendar
from outreach.store.campaigns import Launched
from outreach.store.recordings import Recording, TakenBack
from outreach.store.store import Store


class NothingRecorded(OutreachError):
    def __init__(self) -> None:
        super().__init__(
            Text("nothing was recorded that could be taken back"),
            hint=Text(
                "an import is undone with: outreach contacts undo; a past campaign with: "
                "outreach history undo"
            ),
        )


class NoSuchRecording(WrongUsage):
    def __init__(self, number: int) -> None:
        super().__init__(
            Text("there is no recording {number}", number=number),
            hint=Text("see: outreach undo --list"),
        )


class TakenBackAlready(OutreachError):
    def __init__(self, number: int) -> None:
        super().__init__(
            Text("recording {number} was taken back already", number=number),
            hint=Text("see: outreach undo --list"),
        )


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back, and what came of it."""

    recording: Recording
    came: TakenBack
    #: Steps that are planned again because a chain goes on.
    planned: int


def find(store: Store, number: int | None) -> Recording:
    """The recording of that number, or the last one.

    Raises `NothingRecorded`, `NoSuchRecording`, `TakenBackAlready`.
    """
    if number is None:
        last = store.recordings.last()
        if not last:
            raise NothingRecorded
        return last[0]
    found = store.recordings.find(number)
    if found is None:
        raise NoSuchRecording(number)
    # Of a file that was taken back in part (somebody stopped it), the rest is taken back.
    if found.taken_back and not (found.batch and found.together):
        raise TakenBackAlready(number)
    return found


def undo(
    store: Store,
    recording: Recording,
    *,
    settings: Settings,
    now: datetime,
    author: str | None = None,
) -> Undone:
    """Take it back, page by page where it is a file; each page in one transaction."""
    campaigns = {campaign.id: campaign for campaign in store.campaigns.all()}
    definitions = {number: campaign.definition for number, campaign in campaigns.items()}
    came, planned = TakenBack(), 0
    for heads in store.recordings.pages(recording):
        with store.together() as held:
            held.recordings.take_turn()
            back = held.recordings.take_back(heads, definitions, now=now, author=author)
            put_back(held, heads, now)
            steps = _planned_again(held, back, campaigns, settings, now)
            held.deliveries.write(Change(planned=tuple(steps)))
        came += back
        planned += len(steps)
    return Undone(recording, came, planned)


def _planned_again(
    store: Store,
    back: TakenBack,
    campaigns: Mapping[CampaignId, Launched],
    settings: Settings,
    now: datetime,
) -> list[Planned]:
    """The steps after those that were done while the chain had ended: nobody planned them."""
    calendar = Calendar(settings.country, settings.zone, settings.region)
    missing: list[Planned] = []
    freed: dict[CampaignId, list[ContactId]] = {}
    for campaign, contact in back.freed:
        freed.setdefault(campaign, []).append(contact)
    for campaign, people in freed.items():
        launched = campaigns[campaign]
        for rows in store.recordings.ended(campaign, people).values():
            there = {(one.step_id, one.occurrence) for one, _ in rows}
            for one, at in rows:
                if one.state not in _OVER or at is None:
                    continue
                here = Situation(
                    launched=launched, calendar=calendar, costs=settings.costs, now=now, at=at
                )
                passed = one.state is DeliveryState.SKIPPED
                missing += _missing(following(one, here, passed_over=passed), there)
    return missing


#: What the next step is counted from.
_OVER = (DeliveryState.SENT, DeliveryState.SKIPPED, DeliveryState.REFUSED)


def _missing(steps: Iterable[Planned], there: set[tuple[StepId, int]]) -> list[Planned]:
    return [one for one in steps if (one.step, one.occurrence) not in there]
