"""Taking back what was recorded: the last of it, or one by its number; a file whole.

Nothing is deleted that was told. Corrections are told, and everything that had followed is
taken back: progress, counters, stops, tracks, calls, promises, suppressions where they came
from it. Steps that had ended come again, dated from when the step before was really done.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from outreach.errors import OutreachError, Text, WrongUsage
from outreach.model.change import Change, Planned
from outreach.model.delivery import Delivery, DeliveryState
from outreach.model.ids import CampaignId, ContactId, StepId
from outreach.model.settings import Settings
from outreach.runner.outcomes import Situation, following
from outreach.runner.planning import planned
from outreach.runner.repeating import coming_firing
from outreach.runner.wrong_numbers import put_back
from outreach.scheduling.calendar import Calendar
from outreach.store.campaigns import Launched
from outreach.store.editing import Moved
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
    campaigns = {campaign.id: campaign for campaign in store.campaigns.all(hidden_too=True)}
    definitions = {number: campaign.definition for number, campaign in campaigns.items()}
    came, coming = TakenBack(), 0
    for heads in store.recordings.pages(recording):
        with store.together() as held:
            held.recordings.take_turn()
            # Somebody else may have been quicker, while this one was asked whether he is sure.
            heads = held.recordings.standing(heads)
            if not heads:
                continue
            back = held.recordings.take_back(heads, definitions, now=now, author=author)
            put_back(held, heads, now)
            steps = _planned_again(held, back, campaigns, settings, now)
            held.deliveries.write(Change(planned=tuple(steps)))
        came += back
        coming += len(steps)
    if not came.recordings:
        raise TakenBackAlready(recording.number)
    return Undone(recording, came, coming)


def _planned_again(
    store: Store,
    back: TakenBack,
    campaigns: Mapping[CampaignId, Launched],
    settings: Settings,
    now: datetime,
) -> list[Planned]:
    """The steps after those that were done while the chain had ended: nobody planned them.

    Of a repeated campaign the coming firing. What comes again in a campaign that was changed
    since is dated as the campaign is now.
    """
    calendar = Calendar(settings.country, settings.zone, settings.region)
    missing: list[Planned] = []
    moved: list[Moved] = []
    freed: dict[CampaignId, list[ContactId]] = {}
    for campaign, contact in back.freed:
        freed.setdefault(campaign, []).append(contact)
    for campaign, people in freed.items():
        launched = campaigns[campaign]
        missing += _firing(store, launched, people)
        for rows in store.recordings.ended(campaign, people).values():
            there = {(one.step_id, one.occurrence): one for one, _ in rows}
            for one, at in rows:
                if one.state not in _OVER or at is None:
                    continue
                here = Situation(
                    launched=launched, calendar=calendar, costs=settings.costs, now=now, at=at
                )
                passed = one.state is DeliveryState.SKIPPED
                steps = following(one, here, passed_over=passed)
                missing += [step for step in steps if (step.step, step.occurrence) not in there]
                if launched.definition.edition > 1:
                    moved += _moved(steps, there, back.coming)
    store.editing.move(moved)
    return missing


#: What the next step is counted from.
_OVER = (DeliveryState.SENT, DeliveryState.SKIPPED, DeliveryState.REFUSED)


def _moved(
    steps: Iterable[Planned],
    there: Mapping[tuple[StepId, int], Delivery],
    coming: Collection[int],
) -> Iterator[Moved]:
    """What comes again, as the campaign would plan it now; what was tried keeps its day."""
    for step in steps:
        one = there.get((step.step, step.occurrence))
        if one is not None and one.id in coming and not one.attempts:
            sender = step.sender or one.sender
            yield Moved(delivery=one.id, due_at=step.due_at, variant=step.variant, sender=sender)


def _firing(store: Store, launched: Launched, people: Collection[ContactId]) -> Iterator[Planned]:
    """The coming firing, for those whom the ones before had left out: it goes on with them."""
    definition = launched.definition
    firing = coming_firing(store, launched) if definition.repeat else None
    if firing is None:
        return
    for step in definition.following(None):
        number = launched.steps[step.name]
        for contact, writer in store.repeating.without(launched.id, number, firing, people):
            yield planned(
                definition,
                step,
                contact,
                firing.due_at,
                campaign=launched.id,
                step_id=number,
                sender=writer if writer in definition.senders else None,
                occurrence=firing.occurrence,
            )
