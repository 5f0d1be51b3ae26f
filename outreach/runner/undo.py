"""Taking back what was recorded: the last of it, or one by its number; a file whole.

Nothing is deleted that was told. Corrections are told, and everything that had followed is
taken back: progress, counters, stops, tracks, calls, promises, suppressions where they came
from it. Steps that had ended come again, dated from when the step before was really done.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from outreach.errors import OutreachError, Text, WrongUsage
from outreach.model.change import Change, Planned
from outreach.model.delivery import DeliveryState
from outreach.model.ids import CampaignId, ContactId
from outreach.model.settings import Settings
from outreach.runner.outcomes import Situation, following
from outreach.runner.planning import planned
from outreach.runner.repeating import coming_firing
from outreach.runner.replanning import Coming, plan_again
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
            coming += _as_it_is_now(held, back, campaigns, settings, now)
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

    Of a repeated campaign the coming firing.
    """
    calendar = Calendar.of(settings)
    missing: list[Planned] = []
    for campaign, people in _freed(back).items():
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
    return missing


def _freed(back: TakenBack) -> dict[CampaignId, list[ContactId]]:
    """Whose chain goes on, campaign by campaign."""
    freed: dict[CampaignId, list[ContactId]] = {}
    for campaign, contact in back.freed:
        freed.setdefault(campaign, []).append(contact)
    return freed


def _as_it_is_now(
    store: Store,
    back: TakenBack,
    campaigns: Mapping[CampaignId, Launched],
    settings: Settings,
    now: datetime,
) -> int:
    """What comes again in a campaign that was changed since, planned as it is now; how many
    deliveries come in beside.
    """
    calendar = Calendar.of(settings)
    return sum(
        plan_again(
            store, campaigns[campaign], Coming(people, back.coming), calendar=calendar, now=now
        )
        for campaign, people in _freed(back).items()
        if campaigns[campaign].definition.edition > 1
    )


#: What the next step is counted from.
_OVER = (DeliveryState.SENT, DeliveryState.SKIPPED, DeliveryState.REFUSED)


def _firing(store: Store, launched: Launched, people: Collection[ContactId]) -> Iterator[Planned]:
    """The coming firing, for those whom the ones before had left out: it goes on with them."""
    definition = launched.definition
    firing = coming_firing(store, launched) if definition.repeat else None
    if firing is None:
        return
    for step in definition.following(None):
        number = launched.steps[step.name]
        strata = definition.audience.stratify and step.variants
        drawn = store.experiments.drawn(launched.id).variants if strata else {}
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
                variant=drawn.get(step.name, {}).get(contact),
            )
