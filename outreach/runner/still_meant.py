"""What is due on a day and not meant any more: its condition is false by now, or its last day gone.

A run passes such steps over, so nobody is to be told beforehand that they are his day's work.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from outreach.model.ids import CampaignId
from outreach.model.settings import Settings
from outreach.runner.calls import DayList
from outreach.runner.steps import may_lapse, too_late
from outreach.store.by_hand import HandWork
from outreach.store.campaigns import Launched
from outreach.store.follow_ups import Promise
from outreach.store.store import Store

#: People whose past is read at once.
_PAGE = 1000


def not_meant(
    store: Store,
    settings: Settings,
    campaigns: Mapping[CampaignId, Launched],
    steps: Collection[tuple[CampaignId, str]],
    *,
    before: datetime,
    now: datetime,
) -> Iterator[HandWork]:
    """Of these steps, what falls due before an instant and would be passed over now.

    Steps without a condition and a last day are not even read.
    """
    asked = {
        (number, name)
        for number, name in steps
        if may_lapse(campaigns[number].definition, campaigns[number].definition.step(name))
    }
    if not asked:
        return
    from outreach.runner.conditions import Conditions

    channels = {campaigns[number].definition.step(name).channel for number, name in asked}
    waiting = store.by_hand.waiting(
        channels, before=before, now=now, campaigns=[number for number, _ in asked]
    )
    found = [one for one in waiting if _is_asked(one, asked)]
    conditions = Conditions(store, settings, campaigns)
    for start in range(0, len(found), _PAGE):
        page = found[start : start + _PAGE]
        people = store.contacts.get_many([one.delivery.contact for one in page])
        conditions.prepare([one.delivery for one in page], people)
        for one in page:
            delivery = one.delivery
            definition = campaigns[delivery.campaign].definition
            late = too_late(definition, definition.step(delivery.step), now, settings.zone)
            if late or not conditions.hold(delivery, now=now):
                yield one


def still_to_do(lists: DayList, waiting: Sequence[HandWork | Promise], now: datetime) -> int:
    """How many of what waits on a day are meant: conditions are read for a page of people."""
    works = [one.delivery for one in waiting if isinstance(one, HandWork)]
    if not works:
        return len(waiting)
    off = not_meant(
        lists.store, lists.settings, lists.campaigns,
        {(one.campaign, one.step) for one in works},
        before=max(one.due_at for one in works) + timedelta(microseconds=1), now=now,
    )  # fmt: skip
    gone = {one.delivery.id for one in off}
    return len(waiting) - sum(one.id in gone for one in works)


def _is_asked(one: HandWork, asked: Collection[tuple[CampaignId, str]]) -> bool:
    return not one.obstacle and (one.delivery.campaign, one.delivery.step) in asked
