"""People are left in peace where the settings state a pressure: their step waits, by name.

Asked at the claim of an e-mail, before a letter is printed, and before a call is given to
somebody. A step that waits is neither skipped nor counted: it is due again on the first day
on which it may be done. Without a pressure nothing is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import islice

from outreach.model.delivery import Delivery
from outreach.model.ids import CampaignId
from outreach.model.settings import Settings
from outreach.runner.placing import with_work
from outreach.scheduling.calendar import Calendar
from outreach.store.campaigns import Launched
from outreach.store.placing import ToPlace
from outreach.store.pressure import Claim, Resting
from outreach.store.store import Store

#: People asked about in one query.
_PAGE = 2000


def resting(settings: Settings, campaigns: Mapping[CampaignId, Launched]) -> Resting | None:
    """What a run has to ask before it touches anybody; None: nothing."""
    if settings.pressure is None:
        return None
    weights = {number: launched.definition.priority for number, launched in campaigns.items()}
    return Resting(settings.pressure, weights)


def leave_in_peace_by_hand(
    store: Store, settings: Settings, campaigns: Mapping[CampaignId, Launched], *, now: datetime
) -> None:
    """Calls, visits and tasks of today wait, unless somebody has begun with them."""
    numbers = with_work(campaigns)
    if settings.pressure is None or not numbers:
        return
    calendar = Calendar(settings.country, settings.zone, settings.region)
    before = calendar.midnight(calendar.day_of(now) + timedelta(days=1))
    waiting = store.placing.to_place(numbers, before=before, now=now)
    covered = [
        one
        for one in waiting
        if settings.pressure.covers(campaigns[one.campaign].step_named(one.step).channel)
    ]
    _hold_back(store, settings, campaigns, covered, now=now)


def leave_in_peace_by_post(
    store: Store, settings: Settings, campaigns: Mapping[CampaignId, Launched], *, now: datetime
) -> None:
    """Letters that are due and not yet printed wait."""
    if settings.pressure is None or not campaigns or not settings.pressure.covers("letter"):
        return
    due = store.printing.due_letters(now=now, campaigns=list(campaigns), printed_too=False)
    _hold_back(store, settings, campaigns, due, now=now)


def _hold_back(
    store: Store,
    settings: Settings,
    campaigns: Mapping[CampaignId, Launched],
    waiting: Iterable[Delivery | ToPlace],
    *,
    now: datetime,
) -> None:
    asking = resting(settings, campaigns)
    assert asking is not None
    rest = iter(waiting)
    while page := list(islice(rest, _PAGE)):
        claims = [Claim(one.id, one.contact, one.campaign, one.due_at) for one in page]
        store.deliveries.hold_back(claims, asking, now=now)
