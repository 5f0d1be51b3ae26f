"""Starting what was chosen: the audience frozen, the first steps planned, people added later."""

from __future__ import annotations

from datetime import datetime

from outreach.errors import OutreachError, Text
from outreach.model.campaign import Campaign, CampaignState
from outreach.model.ids import CampaignId
from outreach.model.settings import Settings
from outreach.runner.beginning import Beginning, Begun, outlook
from outreach.runner.collecting import few_collections
from outreach.runner.launch import Chosen, EmptyAudience
from outreach.runner.repeating import coming_firing, plan_firings
from outreach.scheduling.calendar import Calendar
from outreach.store.campaigns import Launched
from outreach.store.store import Store


class AlreadyLaunched(OutreachError):
    def __init__(self, name: str) -> None:
        super().__init__(
            Text("campaign {name!r} was launched already", name=name),
            hint=Text(
                "more people: outreach launch {name} --add; a changed file: outreach launch {name}"
                " --confirm-change; how far it is: outreach status {name}",
                name=name,
            ),
        )


class WrongNumber(OutreachError):
    def __init__(self, confirmed: int, enrolled: int) -> None:
        super().__init__(
            Text(
                "{confirmed} people were confirmed, but {enrolled} would be enrolled",
                confirmed=confirmed,
                enrolled=enrolled,
            ),
            hint=Text("look at them again, then: --confirm {enrolled}", enrolled=enrolled),
        )


@few_collections()
def launch(
    store: Store,
    definition: Campaign,
    chosen: Chosen,
    *,
    file: str,
    fingerprint: str,
    settings: Settings,
    now: datetime,
    confirmed: int | None,
    pilot: bool = False,
    extending: Launched | None = None,
) -> CampaignId:
    """Freeze `chosen` and plan the first steps, in one transaction.

    Raises `EmptyAudience` and `WrongNumber`; nothing is written then.
    """
    count = chosen.count
    if count.enrolled == 0:
        raise EmptyAudience(definition.name, count)
    if confirmed is not None and confirmed != count.enrolled:
        raise WrongNumber(confirmed, count.enrolled)
    calendar = Calendar.of(settings)
    if extending is not None:
        already = store.campaigns.members(extending.id)
        more = [member for member in chosen.members if member.contact not in already]
        beginning = _later(store, extending, calendar, now)
        store.campaigns.extend(
            extending,
            beginning.members(more),
            matched=count.matched + (extending.matched if chosen.adding else 0),
            selected=count.selected + (extending.selected if chosen.adding else 0),
            now=now,
            stays_paused=chosen.adding,
        )
        return extending.id
    members = _at_once(definition, calendar, now).members(chosen.members)
    return store.campaigns.launch(
        definition,
        members,
        file=file,
        fingerprint=fingerprint,
        matched=count.matched,
        selected=count.selected,
        pilot=pilot,
        now=now,
    )


def waves_ahead(
    store: Store,
    definition: Campaign,
    chosen: Chosen,
    *,
    settings: Settings,
    now: datetime,
    extending: Launched | None = None,
) -> tuple[Begun, ...]:
    """When those who would come in would begin, wave by wave; nothing is written."""
    calendar = Calendar.of(settings)
    if extending is None:
        return outlook(_at_once(definition, calendar, now), chosen.members)
    already = store.campaigns.members(extending.id)
    more = [member for member in chosen.members if member.contact not in already]
    return outlook(_after(store, extending, calendar, now), more)


def _at_once(definition: Campaign, calendar: Calendar, now: datetime) -> Beginning:
    return Beginning(definition=definition, calendar=calendar, launched_at=now, now=now)


def _later(store: Store, launched: Launched, calendar: Calendar, now: datetime) -> Beginning:
    """How people begin who come in after the launch: in the next wave, with the next firing."""
    plan_firings(store, [launched], calendar=calendar, now=now)
    return _after(store, launched, calendar, now)


def _after(store: Store, launched: Launched, calendar: Calendar, now: datetime) -> Beginning:
    firing = coming_firing(store, launched) if launched.definition.repeat else None
    return Beginning(
        definition=launched.definition,
        calendar=calendar,
        launched_at=launched.launched_at,
        now=now,
        wave=store.editing.last_wave(launched.id) + 1,
        occurrence=firing.occurrence if firing else 1,
    )


def may_launch_again(launched: Launched | None, name: str) -> Launched | None:
    """A campaign launched as a pilot may be launched again for the rest; nothing else may."""
    if launched is None:
        return None
    if launched.state in (CampaignState.RUNNING, CampaignState.PAUSED) and launched.pilot:
        return launched
    raise AlreadyLaunched(name)
