"""Which of the e-mails that are due the limits still let go today, and which wait for a later day.

Asked where a pressure lets a call or a letter wait for an e-mail of the day: it waits for one that
leaves, and comes on its day where the pace keeps the e-mail back. So does the calendar of a
preview (`scheduling/mail_days.py`), which counts as this does. The e-mails are looked at in the
order in which they leave, and no further than a day's limits reach.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial

from outreach.model.campaign import Channel
from outreach.model.ids import CampaignId, ContactId, DeliveryId, StepId
from outreach.model.providers import provider_of_domain
from outreach.model.settings import Limits, Sender, Settings
from outreach.runner.gatekeeper import Gatekeeper
from outreach.runner.ledger import ranks_of
from outreach.runner.limits import rules_of
from outreach.runner.mail_hosts import OwnDomains
from outreach.runner.peace import leave_in_peace_by_post
from outreach.runner.windows import Windows
from outreach.scheduling.calendar import Calendar
from outreach.scheduling.gates import EPOCH, to_instant, to_microseconds
from outreach.scheduling.mail_days import Day
from outreach.scheduling.pace import day_cap
from outreach.scheduling.pressure import free_on
from outreach.scheduling.rules import Rules
from outreach.store.campaigns import Launched
from outreach.store.due import Due
from outreach.store.pressure import touched_of
from outreach.store.store import Store

#: People looked at in one query.
_PAGE = 2000
_MICROSECOND = timedelta(microseconds=1)
_DAY = timedelta(days=1)
#: Two days: whatever opens later does not open today.
_LONG = to_microseconds(EPOCH + 2 * _DAY)

#: Whose limit it is: what it is, and which one.
_Key = tuple[str, str]
_SENDER, _CAMPAIGN, _PROVIDER = "sender", "campaign", "provider"


def senders_of(settings: Settings, campaigns: Collection[Launched]) -> dict[str, Sender]:
    """The senders that these campaigns write from, and that have a way out."""
    keys = {
        key
        for campaign in campaigns
        for step in campaign.definition.steps
        if step.channel is Channel.EMAIL
        for key in campaign.definition.senders_of(step)
    }
    known = settings.senders
    return {key: known[key] for key in keys if key in known and known[key].servers}


def goes_on_today(calendar: Calendar, *, again: datetime | None, now: datetime) -> bool:
    """Whether more e-mails leave `again` on the day of `now`; None: nothing is to leave again."""
    return again is not None and calendar.day_of(again) == calendar.day_of(now)


def leaving_today(
    store: Store, settings: Settings, campaigns: Mapping[CampaignId, Launched], *, now: datetime
) -> frozenset[DeliveryId] | None:
    """Those of today's e-mails of these campaigns that the limits let go; None: all of them."""
    senders = senders_of(settings, campaigns.values())
    rules = rules_of(settings, senders, campaigns, seed="")
    if settings.pressure is None or not settings.pressure.covers(Channel.EMAIL) or not rules.limit:
        return None
    looking = _Looking(store, settings, campaigns, rules, now)
    return frozenset(number for key in senders for number in looking.of(key))


def not_to_print(
    store: Store, settings: Settings, campaigns: Mapping[CampaignId, Launched], *, now: datetime
) -> set[DeliveryId]:
    """Letters of these campaigns that a run of now would not print: their people are in peace.

    `campaigns`: all that run, as any of their e-mails goes first. What waits for one of today is
    due as before: the run that sends it knows what becomes of the letter.
    """
    more = (Channel.EMAIL,) if senders_of(settings, campaigns.values()) else ()
    leaving = partial(leaving_today, store, settings, campaigns, now=now)
    return leave_in_peace_by_post(
        store, settings, campaigns, now=now, more=more, leaving=leaving, last=False
    )


@dataclass(slots=True)
class _Looking:
    store: Store
    settings: Settings
    campaigns: Mapping[CampaignId, Launched]
    rules: Rules
    now: datetime
    calendar: Calendar = field(init=False)
    windows: Windows = field(init=False)
    keeper: Gatekeeper = field(init=False)
    #: What is left of today to each limit, and how many left today before.
    days: dict[_Key, Day] = field(default_factory=dict)
    earlier: dict[_Key, int] = field(default_factory=dict)
    opens: dict[_Key, datetime] = field(default_factory=dict)
    began: dict[_Key, datetime | None] = field(default_factory=dict)
    #: Limits that let no more go today, as the page in hand met them.
    full: set[_Key] = field(default_factory=set)
    #: Who gets one of them.
    going: Counter[ContactId] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.calendar = Calendar.of(self.settings)
        self.windows = Windows(self.store, self.calendar)
        self.keeper = Gatekeeper(self.rules, self.store.paces, OwnDomains())

    @property
    def today(self) -> date:
        return self.calendar.day_of(self.now)

    def of(self, sender: str) -> Iterator[DeliveryId]:
        """Those of one sender that leave."""
        for steps in ranks_of(self.settings, self.campaigns.values()):
            yield from self._of_rank(sender, steps)

    def _of_rank(self, sender: str, steps: frozenset[StepId]) -> Iterator[DeliveryId]:
        end = self.calendar.midnight(self.today + _DAY) - _MICROSECOND
        behind, open_ones = None, set(self.campaigns)
        while (
            steps
            and open_ones
            and (
                page := self.store.deliveries.due(
                    now=end,
                    channels=(Channel.EMAIL,),
                    campaigns=sorted(open_ones),
                    sender=sender,
                    steps=steps,
                    limit=_PAGE,
                    after=behind,
                )
            )
        ):
            behind = page[-1].delivery
            leaving = 0
            self.full.clear()
            for one in self._in_peace([one for one in page if not one.obstacle]):
                if self._leaves(one, sender):
                    leaving += 1
                    self.going[one.delivery.contact] += 1
                    yield one.delivery.id
            if not leaving:
                # Whoever stands behind at a limit that is full waits as well.
                if (_SENDER, sender) in self.full:
                    return
                open_ones -= {one for one in open_ones if (_CAMPAIGN, str(one)) in self.full}

    def _in_peace(self, due: list[Due]) -> Iterator[Due]:
        """Without those whose person must be left in peace today."""
        pressure = self.settings.pressure
        assert pressure is not None
        people = {one.delivery.contact for one in due}
        touched = touched_of(self.store.database, people, pressure, now=self.now)
        for one in due:
            who = one.delivery.contact
            days = [*touched.get(who, ()), *[self.today] * self.going[who]]
            if free_on(days, pressure, self.today) == self.today:
                yield one

    # --- limits -------------------------------------------------------------------------------

    def _leaves(self, one: Due, sender: str) -> bool:
        """Whether every limit it is under lets it go today; it is counted then."""
        launched = self.campaigns[one.delivery.campaign]
        limits = self._limits(one, sender)
        opens = max((self._opens(key) for key in limits), default=self.now)
        at = self.windows.opening(launched, one.zone, max(one.delivery.due_at, opens, self.now))
        if self.calendar.day_of(at) > self.today:
            self.full |= {k for k in limits if self.calendar.day_of(self._opens(k)) > self.today}
            return False
        span = self.windows.open_for(launched, one.zone, at)
        days = {key: self.days.setdefault(key, Day()) for key in limits}
        full = {
            key
            for key, limit in limits.items()
            if not days[key].room(limit, span, self._cap(key, limit, at + span))
        }
        if full:
            self.full |= full
            return False
        for key, limit in limits.items():
            days[key].take(limit, 1, span)
        return True

    def _limits(self, one: Due, sender: str) -> dict[_Key, Limits]:
        rules, campaign = self.rules, one.delivery.campaign
        limits = {(_SENDER, sender): rules.senders[sender]}
        if campaign in rules.campaigns:
            limits[_CAMPAIGN, str(campaign)] = rules.campaigns[campaign]
        provider = provider_of_domain(one.domain or "")
        if provider is not None and provider in rules.providers:
            limits[_PROVIDER, provider] = rules.providers[provider]
        return limits

    def _opens(self, key: _Key) -> datetime:
        """When the next one may leave within a limit; what a provider takes, the run finds out."""
        if key not in self.opens:
            now, (what, which) = to_microseconds(self.now), key
            opens = now
            if what == _SENDER:
                opens = self.keeper.sender(which, now).opens(now)
            elif what == _CAMPAIGN:
                opens = self.keeper.campaign(CampaignId(int(which)), now).opens(now)
            self.opens[key] = to_instant(min(opens, now + _LONG))
        return self.opens[key]

    def _cap(self, key: _Key, limits: Limits, end: datetime) -> int | None:
        """How many more a limit by the day lets go."""
        began = self._began(key) if limits.warm_up_start is not None else None
        cap = day_cap(limits, began or self.now, end)
        return None if cap is None else max(1, cap) - self._earlier(key)

    def _earlier(self, key: _Key) -> int:
        """How many have left today."""
        if key not in self.earlier:
            log = self._log(key, self.calendar.midnight(self.today))
            self.earlier[key] = sum(count for at, count in log if at <= self.now)
        return self.earlier[key]

    def _log(self, key: _Key, since: datetime) -> Iterable[tuple[datetime, int]]:
        paces, (what, which) = self.store.paces, key
        if what == _SENDER:
            return paces.sent_log(since, sender=which)
        if what == _CAMPAIGN:
            return paces.sent_log(since, campaign=CampaignId(int(which)))
        found = paces.sent_by_domain(since)
        return [(at, count) for at, to, count in found if provider_of_domain(to) == which]

    def _began(self, key: _Key) -> datetime | None:
        """When it wrote for the first time."""
        if key not in self.began:
            paces, (what, which) = self.store.paces, key
            of_sender = which if what == _SENDER else None
            of_campaign = CampaignId(int(which)) if what == _CAMPAIGN else None
            self.began[key] = paces.first_sent(of_sender, campaign=of_campaign)
        return self.began[key]
