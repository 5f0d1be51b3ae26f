"""What the days of a campaign depend on beside its people: limits, windows, sellers, pressure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cache
from typing import Any

from outreach.model.campaign import Campaign, Channel, Step, Window
from outreach.model.contact import Contact
from outreach.model.ids import CampaignId, ContactId
from outreach.model.providers import provider_of_domain
from outreach.model.settings import Limits, Sender, Settings
from outreach.runner.fitting import Fitting
from outreach.runner.limits import provider_limits
from outreach.runner.placing import taken
from outreach.runner.preview import Preview
from outreach.runner.reach import no_address
from outreach.runner.windows import zone_by
from outreach.scheduling.calendar import Calendar
from outreach.scheduling.foreseen import Bounds, Elsewhere, Kind
from outreach.scheduling.levelling import Work, minutes_of, seller_of
from outreach.store.permission import cut_off
from outreach.store.pressure import touched_of
from outreach.store.zones import FIELD

#: People read at once; only how many of them have which addresses is kept.
PAGE = 2000


@dataclass(frozen=True, slots=True)
class Around:
    """What the days of a campaign depend on, beside its people."""

    preview: Preview
    campaign: Campaign
    #: Of a launched campaign.
    number: CampaignId | None = None

    @property
    def calendar(self) -> Calendar:
        settings = self.preview.mailroom.settings
        return Calendar.of(settings)

    def bounds(self, *, left: int = 0) -> Bounds:
        """`left`: how many of its e-mails have left today already."""
        settings, paces = self.preview.mailroom.settings, self.preview.mailroom.store.paces
        midnight = self.calendar.midnight(self.calendar.day_of(self.preview.now))

        def together(step: Step) -> Limits:
            return _together([sender.limits for sender in self._senders(step)])

        def began(step: Step) -> datetime | None:
            firsts = [paces.first_sent(sender.name) for sender in self._senders(step)]
            return min((first for first in firsts if first is not None), default=None)

        def sent(step: Step) -> int:
            logs = [paces.sent_log(midnight, sender=one.name) for one in self._senders(step)]
            return sum(count for log in logs for at, count in log if at <= self.preview.now)

        return Bounds(
            sender=cache(together),
            began=cache(began),
            sent=cache(sent),
            left=left,
            providers=self._providers(),
            first=settings.first,
            team=settings.team,
            taken=taken(self.preview.mailroom.store, settings, self.calendar, now=self.preview.now),
            elsewhere=self._elsewhere(),
            pressure=settings.pressure,
        )

    def _elsewhere(self) -> tuple[Elsewhere, ...]:
        """What other campaigns that run will ask of the team."""
        settings, store = self.preview.mailroom.settings, self.preview.mailroom.store
        if not settings.team:
            return ()
        known = {launched.id: launched for launched in store.campaigns.all()}
        found: list[Elsewhere] = []
        now, day = self.preview.now, self.calendar.day_of(self.preview.now)
        before = self.calendar.midnight(day + timedelta(days=1))
        for one in store.placing.elsewhere(self.number, before=before, now=now):
            if one.campaign in known:
                definition = known[one.campaign].definition
                step = known[one.campaign].step_named(one.step)
                falls = self.calendar.day_of(one.due_at)
                last = definition.last_day(step)
                if last is None or max(falls, day) <= last:
                    only = seller_of(settings.team, step, *one.owners)
                    found.append(
                        Elsewhere(
                            work=Work(step.channel, minutes_of(step), only),
                            day=falls,
                            count=one.count,
                            last=last,
                            stands=one.owners[0] is not None,
                            priority=definition.priority,
                            position=definition.every_step.index(step),
                        )
                    )
        return tuple(found)

    def _senders(self, step: Step) -> list[Sender]:
        senders = self.preview.mailroom.settings.senders
        return [senders[key] for key in self.campaign.senders_of(step) if key in senders]

    def _providers(self) -> Mapping[str, Limits]:
        everybody = [one for step in self.campaign.steps for one in self._senders(step)]
        return provider_limits(self.preview.mailroom.settings, everybody)

    def kinds(self, people: Sequence[ContactId]) -> Iterator[tuple[ContactId, Kind]]:
        """For which steps each of them can be reached, at which provider, by which clock.

        And which are not meant for them, whose they are, and when they were touched, where that
        matters.
        """
        store, providers = self.preview.mailroom.store, self._providers()
        channels = {step.channel for step in self.campaign.steps}
        settings, now = self.preview.mailroom.settings, self.preview.now
        fitting = Fitting(store, settings, self.campaign, self.number, now)
        for start in range(0, len(people), PAGE):
            page = people[start : start + PAGE]
            keepers, days = self._keepers(page), self._days(page)
            barred = cut_off(store.database, page, channels)
            contacts = store.contacts.get_many(page)
            unmet = fitting.unmet(contacts)
            for number, contact in contacts.items():
                kind = self._kind(contact, providers, barred.get(number, frozenset()))
                yield (
                    number,
                    replace(
                        kind,
                        keeper=keepers.get(number),
                        touched=tuple(sorted(days.get(number, ()))),
                        unmet=unmet.get(number, frozenset()),
                    ),
                )

    def _kind(
        self, contact: Contact, providers: Mapping[str, Limits], barred: frozenset[Channel]
    ) -> Kind:
        steps, settings = self.campaign.steps, self.preview.mailroom.settings
        windowed = self.campaign.window != Window()
        addressed = [step for step in steps if not no_address(contact, step.channel)]
        return Kind(
            frozenset(step.name for step in addressed),
            _provider(contact, providers),
            _zone(contact, settings) if windowed else None,
            cut_off=frozenset(step.name for step in addressed if step.channel in barred),
        )

    def _keepers(self, people: Sequence[ContactId]) -> Mapping[ContactId, str]:
        """Whose contacts they are, where that decides who calls or visits them."""
        team = self.preview.mailroom.settings.team
        if not team or not any(step.channel.by_hand for step in self.campaign.steps):
            return {}
        found = self.preview.mailroom.store.placing.keepers(people)
        return {contact: owner for contact, owner in found.items() if owner in team}

    def _days(self, people: Sequence[ContactId]) -> Mapping[ContactId, Sequence[date]]:
        """When they were touched, where a pressure asks for it."""
        mailroom = self.preview.mailroom
        if mailroom.settings.pressure is None:
            return {}
        return touched_of(
            mailroom.store.database, people, mailroom.settings.pressure, now=self.preview.now
        )


def _together(several: list[Limits]) -> Limits:
    """What several senders may send who share the people out; no limit of one is one of none."""

    def of_all(name: str) -> Any:
        values = [getattr(limits, name) for limits in several]
        return None if not values or None in values else sum(values)

    return Limits(
        per_second=of_all("per_second"),
        per_minute=of_all("per_minute"),
        per_hour=of_all("per_hour"),
        per_day=of_all("per_day"),
        warm_up_start=of_all("warm_up_start"),
        warm_up_growth=min((limits.warm_up_growth for limits in several), default=Fraction(0)),
        gap=_gap_of_all([limits.gap for limits in several]),
    )


def _gap_of_all(gaps: list[tuple[float, float] | None]) -> tuple[float, float] | None:
    """Two who each pause a minute send as often as one who pauses half a minute."""
    known = [gap for gap in gaps if gap is not None]
    if not known or len(known) < len(gaps):
        return None
    pause = 1 / sum(2 / (least + most) for least, most in known)
    return pause, pause


def _provider(contact: Contact, providers: Mapping[str, Limits]) -> str | None:
    domain = (contact.text("email") or "").rpartition("@")[2].lower()
    provider = provider_of_domain(domain)
    return provider if provider in providers else None


def _zone(contact: Contact, settings: Settings) -> str | None:
    said = contact.text(FIELD)
    where, postcode = contact.text("country"), contact.text("postal_code")
    return zone_by(settings, country=where, postcode=postcode, said=said)
