"""The calendar of a campaign: what would leave on which day; once launched, what has and will."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from functools import cache
from itertools import islice
from typing import Any

from outreach.errors import OutreachError, Plural, Text
from outreach.model.audience import Arm
from outreach.model.campaign import Campaign, Channel, Step, Window
from outreach.model.contact import Contact
from outreach.model.delivery import DeliveryState
from outreach.model.ids import ContactId, StepId
from outreach.model.providers import provider_of_domain
from outreach.model.settings import Limits, Sender, Settings
from outreach.runner.launch import EmptyAudience
from outreach.runner.limits import provider_limits
from outreach.runner.preview import Preview
from outreach.runner.reach import no_address
from outreach.runner.windows import zone_by
from outreach.scheduling.ahead import Ahead, Bounds, Kind, Leaving, Planned, look_ahead, look_on
from outreach.scheduling.calendar import Calendar
from outreach.store.campaigns import Launched
from outreach.store.zones import FIELD

#: People read at once; only how many of them have which addresses is kept.
_PAGE = 2000


def ahead(preview: Preview) -> Ahead:
    """The days of the whole audience. Raises what is wrong with it, and `EmptyAudience`."""
    chosen = preview.checked.chosen
    if chosen is None:
        raise _first_error(preview)
    enrolled = [m.contact for m in chosen.members if m.arm is Arm.ENROLLED]
    if not enrolled:
        raise EmptyAudience(preview.campaign.name, chosen.count)
    around = _Around(preview, preview.campaign)
    people = Counter(kind for _, kind in around.kinds(enrolled))
    return look_ahead(
        preview.campaign, people,
        bounds=around.bounds(), calendar=around.calendar, now=preview.now,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """A launched campaign: what has left on which day, what is planned, what waits for people."""

    left: tuple[Leaving, ...]
    planned: Ahead
    stuck: tuple[tuple[str, DeliveryState, int], ...]


def going_on(preview: Preview, launched: Launched) -> Going:
    """The days of a launched campaign, as the ledger has them."""
    definition, standing = launched.definition, preview.mailroom.store.standing
    around = _Around(preview, definition)
    day_of = cache(around.calendar.day_of)
    names = {number: name for name, number in launched.steps.items()}
    left: Counter[tuple[date, str]] = Counter()
    for step, at, count in standing.left(launched.id):
        left[day_of(at), names[step]] += count
    mails = {step.name for step in definition.steps if step.channel is Channel.EMAIL}
    today = day_of(preview.now)
    bounds = around.bounds(left=sum(left[today, name] for name in mails))
    planned = look_on(
        definition, _planned(around, launched, standing.waiting(launched.id)),
        bounds=bounds, calendar=around.calendar, now=preview.now,
    )  # fmt: skip
    place = {step.name: number for number, step in enumerate(definition.steps)}
    return Going(
        left=tuple(
            Leaving(day, name, count)
            for (day, name), count in sorted(left.items(), key=lambda o: (o[0][0], place[o[0][1]]))
        ),
        planned=planned,
        stuck=tuple((names[step], state, n) for step, state, n in standing.stuck(launched.id)),
    )


def _planned(
    around: _Around, launched: Launched, waiting: Iterable[tuple[ContactId, StepId, datetime]]
) -> Iterator[Planned]:
    """What waits, counted by when it is due, by step and by kind of people."""
    counted: Counter[tuple[datetime, StepId, Kind]] = Counter()
    rows = iter(waiting)
    while page := list(islice(rows, _PAGE)):
        kinds = dict(around.kinds([contact for contact, _, _ in page]))
        for contact, step, due_at in page:
            if contact in kinds:
                counted[due_at, step, kinds[contact]] += 1
    for (due_at, step, kind), count in counted.items():
        yield Planned(due_at, launched.step_named(step), kind, count)


@dataclass(frozen=True, slots=True)
class _Around:
    """What the days of a campaign depend on, beside its people."""

    preview: Preview
    campaign: Campaign

    @property
    def calendar(self) -> Calendar:
        settings = self.preview.mailroom.settings
        return Calendar(settings.country, settings.zone, settings.region)

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
        )

    def _senders(self, step: Step) -> list[Sender]:
        senders = self.preview.mailroom.settings.senders
        return [senders[key] for key in self.campaign.senders_of(step) if key in senders]

    def _providers(self) -> Mapping[str, Limits]:
        everybody = [one for step in self.campaign.steps for one in self._senders(step)]
        return provider_limits(self.preview.mailroom.settings, everybody)

    def kinds(self, people: Sequence[ContactId]) -> Iterator[tuple[ContactId, Kind]]:
        """For which steps each of them has an address, at which provider, by which clock."""
        settings, providers = self.preview.mailroom.settings, self._providers()
        contacts = self.preview.mailroom.store.contacts
        windowed = self.campaign.window != Window()
        for start in range(0, len(people), _PAGE):
            for number, contact in contacts.get_many(people[start : start + _PAGE]).items():
                steps = self.campaign.steps
                yield (
                    number,
                    Kind(
                        frozenset(s.name for s in steps if not no_address(contact, s.channel)),
                        _provider(contact, providers),
                        _zone(contact, settings) if windowed else None,
                    ),
                )


def waiting_for_people(days: Going) -> list[Text]:
    """What will not leave before somebody sees to it."""
    held = [
        Plural(
            "{count} of {step} is held for what it lacks: outreach status",
            "{count} of {step} are held for what they lack: outreach status",
            count,
            step=step,
        )
        for step, state, count in days.stuck
        if state is DeliveryState.HELD
    ]
    doubt = [
        Plural(
            "{count} of {step} is in doubt: outreach settle",
            "{count} of {step} are in doubt: outreach settle",
            count,
            step=step,
        )
        for step, state, count in days.stuck
        if state is DeliveryState.UNKNOWN
    ]
    return [*held, *doubt]


def not_leaving(looked: Ahead) -> list[Text]:
    """What would not leave at all, and why."""
    passed_over = [
        Plural(
            "{count} person has no address for {step}: it is passed over",
            "{count} people have no address for {step}: it is passed over",
            count,
            step=step,
        )
        for step, count in looked.passed_over.items()
    ]
    too_late = [
        Text("{count} of {step} would be too late: its last day is gone by then",
             count=count, step=step)
        for step, count in looked.too_late.items()
    ]  # fmt: skip
    return [*passed_over, *too_late]


def _first_error(preview: Preview) -> OutreachError:
    return preview.checked.problems[-1].error


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
