"""People are left in peace where the settings state a pressure: their step waits, by name.

Asked at the claim of an e-mail, before a letter is printed, and before a call is given to
somebody. A step that waits is neither skipped nor counted: it is due again on the first day
on which it may be done. Without a pressure nothing is asked.

Of the steps of one person on one day the e-mails go first, then letters, then what is done by
hand, in the order in which it is handed out; the calendar (`scheduling/ahead.py`) says the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import cache
from itertools import groupby, islice
from operator import attrgetter

from outreach.model.campaign import Channel
from outreach.model.delivery import Delivery
from outreach.model.ids import CampaignId, DeliveryId
from outreach.model.settings import Settings
from outreach.runner.placing import in_turn, place_by_hand, with_work
from outreach.scheduling.calendar import Calendar
from outreach.store.campaigns import Launched
from outreach.store.due_to import Writing
from outreach.store.placing import ToPlace
from outreach.store.pressure import Claim, Resting
from outreach.store.store import Store

#: People asked about in one query.
_PAGE = 2000


def resting(settings: Settings, campaigns: Mapping[CampaignId, Launched]) -> Resting | None:
    """What a run has to ask before it writes to anybody; None: nothing."""
    if settings.pressure is None:
        return None
    return _asking(settings, campaigns)


def hand_out(
    store: Store,
    settings: Settings,
    campaigns: Mapping[CampaignId, Launched],
    *,
    now: datetime,
    more: tuple[Channel, ...],
) -> set[DeliveryId]:
    """Give calls, visits and tasks of today to the team, but of people who are left in peace.

    Whoever may still be written to today waits for that: `more` says on which channels more of
    what is due already is still to leave today. What waits is answered.
    """
    waits = _in_peace_by_hand(store, settings, campaigns, now=now, more=more)
    place_by_hand(store, settings, campaigns, now=now, but=waits)
    return waits


def _in_peace_by_hand(
    store: Store,
    settings: Settings,
    campaigns: Mapping[CampaignId, Launched],
    *,
    now: datetime,
    more: tuple[Channel, ...],
) -> set[DeliveryId]:
    """Calls, visits and tasks of today wait, unless somebody has begun with them; which ones."""
    numbers = with_work(campaigns)
    if settings.pressure is None or not numbers:
        return set()
    calendar = Calendar.of(settings)
    before = calendar.midnight(calendar.day_of(now) + timedelta(days=1))
    waiting = store.placing.to_place(numbers, before=before, now=now)
    turns = in_turn(waiting, campaigns, settings, calendar)
    covered = [turn.one for turn in turns if settings.pressure.covers(turn.work.channel)]
    asking = _asking(settings, campaigns, (Channel.EMAIL, Channel.LETTER), more)
    return _hold_back(store, covered, asking, now=now)


def leave_in_peace_by_post(
    store: Store,
    settings: Settings,
    campaigns: Mapping[CampaignId, Launched],
    *,
    now: datetime,
    more: tuple[Channel, ...] = (),
) -> set[DeliveryId]:
    """Letters that are due and not yet printed wait, for e-mails of today too; which ones.

    `more`: the channels on which more of what is due already is still to leave today.
    """
    pressure = settings.pressure
    if pressure is None or not campaigns or not pressure.covers(Channel.LETTER):
        return set()
    due = store.printing.due_letters(now=now, campaigns=list(campaigns), printed_too=False)
    asking = _asking(settings, campaigns, (Channel.EMAIL,), more)
    return _hold_back(store, due, asking, now=now)


def _asking(
    settings: Settings,
    campaigns: Mapping[CampaignId, Launched],
    first: tuple[Channel, ...] = (),
    more: tuple[Channel, ...] = (),
) -> Resting:
    """What is asked of people for whom these channels go first."""
    assert settings.pressure is not None
    calendar = Calendar.of(settings)
    definitions = {number: launched.definition for number, launched in campaigns.items()}

    @cache
    def opens(campaign: CampaignId, at: datetime) -> datetime:
        return calendar.opening(definitions[campaign].window, at)

    covered = tuple(channel for channel in first if settings.pressure.covers(channel))
    priorities = {number: definition.priority for number, definition in definitions.items()}
    return Resting(settings.pressure, priorities, writing=Writing(covered, opens, more))


def _hold_back(
    store: Store, waiting: Iterable[Delivery | ToPlace], asking: Resting, *, now: datetime
) -> set[DeliveryId]:
    claims = [
        Claim(one.id, one.contact, one.campaign, one.due_at, turn)
        for turn, one in enumerate(waiting)
    ]
    # Whoever has several has them in one page.
    claims.sort(key=attrgetter("contact"))
    persons = groupby(claims, key=attrgetter("contact"))
    waits: set[DeliveryId] = set()
    while page := [one for _, own in islice(persons, _PAGE) for one in own]:
        waits |= store.deliveries.hold_back(page, asking, now=now)
    return waits
