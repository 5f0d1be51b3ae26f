"""People are left in peace where the settings state a pressure: their step waits, by name.

Asked at the claim of an e-mail, before a letter is printed, and before a call is given to
somebody. A step that waits is neither skipped nor counted: it is due again on the first day
on which it may be done. Without a pressure nothing is asked.

Of the steps of one person on one day the e-mails go first, then letters, then what is done by
hand, in the order in which it is handed out; the calendar (`scheduling/ahead.py`) says the same.
An e-mail that the limits do not let go today holds nothing back (`leaving_today.py`). What waits
for one of today, or for a letter, is still due while a run goes on. When the run asks for the last
time it is put off until tomorrow, when it is known whether that one has left; an e-mail that could
have left yesterday does not hold it back again. So where e-mails do not leave though the limits let
them (a sender without a server, runs that are too rare) a letter or a call loses a day, not more.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from itertools import groupby, islice
from operator import attrgetter

from outreach.model.campaign import Channel
from outreach.model.delivery import Delivery
from outreach.model.ids import CampaignId, DeliveryId
from outreach.model.settings import Settings
from outreach.runner.placing import in_turn, place_by_hand, with_work
from outreach.runner.windows import Windows
from outreach.scheduling.calendar import Calendar
from outreach.store.campaigns import Launched
from outreach.store.due_to import Writing
from outreach.store.placing import ToPlace
from outreach.store.pressure import Claim, Resting
from outreach.store.store import Store

#: People asked about in one query.
_PAGE = 2000
#: Nothing goes first.
_NOTHING = Writing()


#: Which e-mails the limits let go today (`leaving_today.py`), looked up where it matters.
LetGo = Callable[[], Collection[DeliveryId] | None]


def all_leave() -> None:
    """As long as a run may still send: no limit is known to keep anything back."""


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
    leaving: LetGo = all_leave,
    overdue: bool = True,
    last: bool = False,
    only: tuple[CampaignId, ...] | None = None,
) -> set[DeliveryId]:
    """Give calls, visits and tasks of today to the team, but of people who are left in peace.

    Whoever may still be written to today waits for that: `more` says on which channels more of
    what is due already is still to leave today, `leaving` which e-mails the limits let go
    (`leaving_today.py`), `only` whose e-mails and letters leave at all (None: those of all these
    campaigns). Without `overdue` what might have left before today does not hold back who has
    waited for a day; with `last` what waits is put off until tomorrow. It is answered.
    """
    opens = _openings(store, settings, campaigns)
    channels = (Channel.EMAIL, Channel.LETTER)
    writing = Writing(channels, opens, more, overdue=overdue, last=last, only=only)
    waits = _in_peace_by_hand(store, settings, campaigns, writing, leaving, now=now)
    place_by_hand(store, settings, campaigns, now=now, but=waits)
    return waits


def _in_peace_by_hand(
    store: Store,
    settings: Settings,
    campaigns: Mapping[CampaignId, Launched],
    writing: Writing,
    leaving: LetGo,
    *,
    now: datetime,
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
    asking = _asking(settings, campaigns, writing)
    return _hold_back(store, covered, asking, leaving, now=now)


def leave_in_peace_by_post(
    store: Store,
    settings: Settings,
    campaigns: Mapping[CampaignId, Launched],
    *,
    now: datetime,
    more: tuple[Channel, ...],
    leaving: LetGo,
    last: bool,
) -> set[DeliveryId]:
    """Letters that are due and not yet printed wait, for e-mails of today too; which ones.

    `more`: the channels on which more of what is due already is still to leave today, `leaving` as
    in `hand_out`. With `last`, as in a run, what waits for an e-mail is put off until tomorrow.
    """
    pressure = settings.pressure
    if pressure is None or not campaigns or not pressure.covers(Channel.LETTER):
        return set()
    due = store.printing.due_letters(now=now, campaigns=list(campaigns), printed_too=False)
    opens = _openings(store, settings, campaigns)
    writing = Writing((Channel.EMAIL,), opens, more, overdue=False, last=last)
    asking = _asking(settings, campaigns, writing)
    return _hold_back(store, due, asking, leaving, now=now)


def _asking(
    settings: Settings,
    campaigns: Mapping[CampaignId, Launched],
    first: Writing = _NOTHING,
) -> Resting:
    """What is asked of people for whom that goes first."""
    pressure = settings.pressure
    assert pressure is not None
    covered = tuple(channel for channel in first.channels if pressure.covers(channel))
    priorities = {number: one.definition.priority for number, one in campaigns.items()}
    return Resting(pressure, priorities, writing=replace(first, channels=covered))


def _openings(
    store: Store, settings: Settings, campaigns: Mapping[CampaignId, Launched]
) -> Callable[[CampaignId, str | None, datetime], datetime]:
    """When an e-mail leaves, by the clock of the person it goes to."""
    windows = Windows(store, Calendar.of(settings))

    @cache
    def opens(campaign: CampaignId, zone: str | None, at: datetime) -> datetime:
        return windows.opening(campaigns[campaign], zone, at)

    return opens


def _hold_back(
    store: Store,
    waiting: Iterable[Delivery | ToPlace],
    asking: Resting,
    leaving: LetGo,
    *,
    now: datetime,
) -> set[DeliveryId]:
    claims = [
        Claim(one.id, one.contact, one.campaign, one.due_at, turn)
        for turn, one in enumerate(waiting)
    ]
    if not claims:
        return set()
    asking.writing = replace(asking.writing, leaving=leaving())
    # Whoever has several has them in one page.
    claims.sort(key=attrgetter("contact"))
    persons = groupby(claims, key=attrgetter("contact"))
    waits: set[DeliveryId] = set()
    while page := [one for _, own in islice(persons, _PAGE) for one in own]:
        waits |= store.deliveries.hold_back(page, asking, now=now)
    return waits
