"""The calendar of a campaign that has not begun: what would leave on which day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from fractions import Fraction
from functools import cache
from typing import Any

from outreach.errors import OutreachError, Plural, Text
from outreach.model.audience import Arm
from outreach.model.campaign import Step, Window
from outreach.model.contact import Contact
from outreach.model.ids import ContactId
from outreach.model.providers import provider_of_domain
from outreach.model.settings import Limits, Sender, Settings
from outreach.runner.launch import EmptyAudience
from outreach.runner.limits import provider_limits
from outreach.runner.preview import Preview
from outreach.runner.reach import no_address
from outreach.runner.windows import zone_by
from outreach.scheduling.ahead import Ahead, Bounds, Kind, look_ahead
from outreach.scheduling.calendar import Calendar
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
    settings, store = preview.mailroom.settings, preview.mailroom.store
    campaign = preview.campaign

    def senders(step: Step) -> list[Sender]:
        keys = campaign.senders_of(step)
        return [settings.senders[key] for key in keys if key in settings.senders]

    def began(step: Step) -> datetime | None:
        firsts = [store.paces.first_sent(sender.name) for sender in senders(step)]
        return min((first for first in firsts if first is not None), default=None)

    calendar = Calendar(settings.country, settings.zone, settings.region)
    midnight = calendar.midnight(calendar.day_of(preview.now))

    def sent(step: Step) -> int:
        logs = [store.paces.sent_log(midnight, sender=sender.name) for sender in senders(step)]
        return sum(count for log in logs for at, count in log if at <= preview.now)

    everybody = [one for step in campaign.steps for one in senders(step)]
    providers = provider_limits(settings, everybody)
    return look_ahead(
        campaign,
        _kinds(preview, enrolled, providers),
        bounds=Bounds(
            sender=cache(lambda step: _together([sender.limits for sender in senders(step)])),
            began=cache(began),
            sent=cache(sent),
            providers=providers,
            first=settings.first,
        ),
        calendar=calendar,
        now=preview.now,
    )


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


def _kinds(
    preview: Preview, enrolled: list[ContactId], providers: Mapping[str, Limits]
) -> Counter[Kind]:
    """How many people have an address for which steps, at which provider, by which clock."""
    counted: Counter[Kind] = Counter()
    settings = preview.mailroom.settings
    contacts = preview.mailroom.store.contacts
    windowed = preview.campaign.window != Window()
    for start in range(0, len(enrolled), _PAGE):
        for contact in contacts.get_many(enrolled[start : start + _PAGE]).values():
            steps: Iterable[Step] = preview.campaign.steps
            kind = Kind(
                frozenset(s.name for s in steps if not no_address(contact, s.channel)),
                _provider(contact, providers),
                _zone(contact, settings) if windowed else None,
            )
            counted[kind] += 1
    return counted


def _provider(contact: Contact, providers: Mapping[str, Limits]) -> str | None:
    domain = (contact.text("email") or "").rpartition("@")[2].lower()
    provider = provider_of_domain(domain)
    return provider if provider in providers else None


def _zone(contact: Contact, settings: Settings) -> str | None:
    said = contact.text(FIELD)
    where, postcode = contact.text("country"), contact.text("postal_code")
    return zone_by(settings, country=where, postcode=postcode, said=said)
