"""The morning's lists: calls, visits and tasks that wait for somebody, with what one must know.

A call comes from a step of a campaign, or from a promise to call back beside any campaign.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from outreach.compliance.permission import Ruling
from outreach.compliance.retention import kept_since
from outreach.errors import OutreachError, Text
from outreach.model.campaign import Channel
from outreach.model.contact import Contact
from outreach.model.delivery import Delivery, DeliveryState
from outreach.model.follow_up import FollowUpKind
from outreach.model.ids import CampaignId, ContactId, DeliveryId
from outreach.model.message import Guide
from outreach.runner.call_rules import LOOK_BACK, Legal, forbidding, is_closed, legal
from outreach.runner.compose import Mailroom
from outreach.runner.guides import guide_for
from outreach.runner.past import past_lines
from outreach.runner.permission import Permissions
from outreach.scheduling.attempts import most_attempts
from outreach.scheduling.calendar import Calendar
from outreach.store.by_hand import CallLog, HandWork, recent
from outreach.store.campaigns import Launched
from outreach.store.follow_ups import Promise
from outreach.store.persons import Standing
from outreach.store.store import Store


@dataclass(frozen=True, slots=True)
class _Past:
    """What is known of a person before he is called."""

    log: CallLog
    lines: tuple[Text, ...]
    #: How the rules see him.
    standing: Standing


_Pasts = Mapping[ContactId, _Past]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Which calls are asked for."""

    channels: Collection[Channel]
    #: Whose they are, and those that are nobody's; None: everybody's.
    seller: str | None = None
    #: Of the workspace's zone; None: today, with what is left of the days before.
    day: date | None = None
    limit: int | None = None
    guides: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call, visit or task to make."""

    contact: Contact
    channel: Channel
    #: None of a promise beside campaigns.
    campaign: str | None
    step: str | None
    number: str | None
    #: A second number, where the person has one.
    other_number: str | None
    due_at: datetime
    #: Tries so far, and after how many in vain the chain goes on.
    attempts: int
    most: int | None
    by: str | None
    history: tuple[Text, ...]
    guide: Guide | None = None
    #: Why the guide cannot be shown: a value is missing.
    problem: Text | None = None
    #: Of a call; None of a visit or a task.
    legal: Legal | None = None
    #: What was promised, in the words of who promised it.
    note: str | None = None
    #: Somebody has it before him now.
    held: bool = False
    delivery: Delivery | None = None
    promise: Promise | None = None


class DayList:
    """Who is to be called, visited, seen to: read from the ledger each time it is asked."""

    def __init__(
        self,
        store: Store,
        mailroom: Mailroom,
        campaigns: Sequence[Launched],
        *,
        beside: bool = True,
    ) -> None:
        """`beside`: promises outside these campaigns too."""
        self.store = store
        self.mailroom = mailroom
        self.settings = mailroom.settings
        self.campaigns = {campaign.id: campaign for campaign in campaigns}
        self.calendar = Calendar.of(self.settings)
        self._beside = beside
        self._names = {key: member.name for key, member in self.settings.team.items()}
        #: By campaign and day: the rules of another day may be others.
        self._permissions: dict[tuple[CampaignId, date], Permissions] = {}

    def calls(
        self, wish: Wish, now: datetime, waiting: Sequence[HandWork | Promise] | None = None
    ) -> list[Call]:
        """What is to be done of what waits, but for who may not be contacted.

        Whom the law forbids to call at any hour is left out under `compliance: strict`.
        """
        chosen: list[HandWork | Promise] = []
        for one in self.waiting(wish, now) if waiting is None else waiting:
            if wish.limit is not None and len(chosen) >= wish.limit:
                break
            if self.is_meant(one, now):
                chosen.append(one)
        people = self.store.contacts.get_many([contact_of(one) for one in chosen])
        pasts = self._pasts(list(people), now)
        at = self._instant(wish, now)
        found = (
            self._call(one, people[contact_of(one)], pasts, at, guides=wish.guides)
            for one in chosen
        )
        return [call for call in found if not is_closed(call.legal, self.settings)]

    def waiting(self, wish: Wish, now: datetime) -> list[HandWork | Promise]:
        """The same before anything is made of it; whether it is still meant is not asked yet."""
        found: list[HandWork | Promise] = [*self._works(wish, now), *self._promises(wish, now)]
        return sorted(found, key=lambda one: _due(one, self.calendar))

    def is_meant(self, work: HandWork | Promise, now: datetime) -> bool:
        """Whether the condition of its step holds, and its last day has not passed."""
        return isinstance(work, Promise) or not self.mailroom.not_meant(work.delivery, now)

    def again(self, work: HandWork, wish: Wish, now: datetime) -> HandWork | None:
        """A step as it is now; None where it is done, not meant any more, or forbidden."""
        found = list(self._works(wish, now, only=work.delivery.id))
        return found[0] if found and self.is_meant(found[0], now) else None

    def _works(
        self, wish: Wish, now: datetime, only: DeliveryId | None = None
    ) -> Iterator[HandWork]:
        since, before = self._bounds(wish, now)
        waiting = self.store.by_hand.waiting(
            wish.channels, before=before, since=since, now=now, campaigns=list(self.campaigns),
            only=only,
        )  # fmt: skip
        for one in waiting:
            if not one.obstacle and (
                wish.seller is None or self._seller(one) in (None, wish.seller)
            ):
                yield one

    def one(self, work: HandWork | Promise, now: datetime, *, guides: bool = True) -> Call:
        """One of them, as it is now."""
        contact = self.store.contacts.get(contact_of(work))
        return self._call(work, contact, self._pasts([contact.id], now), now, guides=guides)

    def whole_past(self, contact: ContactId) -> tuple[Text, ...]:
        """Everything that happened with a person, oldest first."""
        rows = recent(self.store.database, [contact])[contact]
        return past_lines(rows, self.settings.zone, team=self._names, most=None)

    # --- which -----------------------------------------------------------------------------------

    def _bounds(self, wish: Wish, now: datetime) -> tuple[datetime | None, datetime]:
        today = self.calendar.day_of(now)
        day = wish.day or today
        before = self.calendar.midnight(day + timedelta(days=1))
        return (self.calendar.midnight(day) if day > today else None), before

    def _instant(self, wish: Wish, now: datetime) -> datetime:
        """When the rules are asked: now, or as the day asked for begins."""
        day = wish.day
        if day is None or day <= self.calendar.day_of(now):
            return now
        return self.calendar.midnight(day)

    def _seller(self, work: HandWork) -> str | None:
        """Who was given it, else whom the step names, else whose person it is."""
        delivery = work.delivery
        named = self.campaigns[delivery.campaign].definition.step(delivery.step).by
        return work.assignee or named or work.owner

    def _promises(self, wish: Wish, now: datetime) -> Iterator[Promise]:
        """Who asked to be called back, where no open step stands for it."""
        if not self._beside or Channel.CALL not in wish.channels:
            return
        today = self.calendar.day_of(now)
        day = wish.day or today
        for one in self.store.follow_ups.open(until=day):
            due = one.follow_up
            if due.kind is not FollowUpKind.CALL_BACK or one.forbidden:
                continue
            if day > today and due.due_on != day:
                continue
            if wish.seller is not None and one.owner not in (None, wish.seller):
                continue
            if self._stands_for(due.delivery) or not one.who.number:
                continue
            yield one

    def _stands_for(self, delivery: DeliveryId | None) -> bool:
        """Whether a step that is still to be done is the promised call."""
        found = self.store.by_hand.find(delivery) if delivery is not None else None
        return found is not None and found.state is DeliveryState.DUE

    # --- what one must know -----------------------------------------------------------------------

    def _pasts(self, contacts: Sequence[ContactId], now: datetime) -> _Pasts:
        zone = self.settings.zone
        logs = self.store.by_hand.call_logs(contacts, since=now - LOOK_BACK)
        rows = recent(self.store.database, contacts)
        since = kept_since(now.astimezone(zone).date(), self.settings.policy)
        standings = self.store.persons.standings(contacts, since)
        return {
            one: _Past(logs[one], past_lines(rows[one], zone, team=self._names), standings[one])
            for one in contacts
        }

    def _call(
        self,
        work: HandWork | Promise,
        contact: Contact,
        pasts: _Pasts,
        at: datetime,
        *,
        guides: bool,
    ) -> Call:
        past = pasts[contact.id]
        numbers = [number for name in ("phone", "mobile") if (number := contact.text(name))]
        call = Call(
            contact=contact,
            channel=Channel.CALL,
            campaign=None,
            step=None,
            number=numbers[0] if numbers else None,
            other_number=numbers[1] if len(numbers) > 1 else None,
            due_at=_due(work, self.calendar),
            attempts=0,
            most=None,
            by=None,
            history=past.lines,
        )
        if isinstance(work, Promise):
            call = replace(
                call, by=work.owner, campaign=work.campaign, note=work.follow_up.note, promise=work
            )
        else:
            call = self._of_step(call, work, at, guides=guides)
        if call.channel is Channel.CALL:
            call = replace(
                call,
                legal=legal(
                    contact, past.log, settings=self.settings, at=at,
                    forbids=self._forbids(work, past, at),
                ),
            )  # fmt: skip
        return call

    def _forbids(self, work: HandWork | Promise, past: _Past, at: datetime) -> Ruling | None:
        """What speaks against any call to the person in that campaign."""
        if isinstance(work, Promise):
            return None  # he asked for it himself
        campaign = self.campaigns[work.delivery.campaign]
        day = self.calendar.day_of(at)
        key = (campaign.id, day)
        if key not in self._permissions:
            self._permissions[key] = Permissions(
                self.settings, campaign.definition, (Channel.CALL,), at
            )
        return forbidding(self._permissions[key](past.standing))

    def _of_step(self, call: Call, work: HandWork, at: datetime, *, guides: bool) -> Call:
        delivery = work.delivery
        launched = self.campaigns[delivery.campaign]
        step = launched.definition.step(delivery.step)
        guide, problem = None, None
        if guides and step.guide:
            try:
                guide = guide_for(
                    step.guide, launched.definition, call.contact, self.mailroom, at=at
                )
            except OutreachError as error:
                problem = error.what
        return replace(
            call,
            channel=delivery.channel,
            campaign=launched.name,
            step=step.name,
            attempts=delivery.attempts,
            most=most_attempts(step),
            by=self._seller(work),
            guide=guide,
            problem=problem,
            held=work.held,
            delivery=delivery,
        )


def contact_of(work: HandWork | Promise) -> ContactId:
    """Whom it is about."""
    return work.who.id if isinstance(work, Promise) else work.delivery.contact


def _due(work: HandWork | Promise, calendar: Calendar) -> datetime:
    if isinstance(work, Promise):
        return calendar.midnight(work.follow_up.due_on).astimezone(UTC)
    return work.delivery.due_at
