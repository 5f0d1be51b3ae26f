"""Whether a person may be called at an instant: the hours, the days, the calls made so far.

The rules themselves, dated and with their sources, are `compliance/phone.py`'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from outreach.compliance.nature import Nature, nature_of
from outreach.compliance.permission import Decision, Ruling, decision
from outreach.compliance.phone import may_call_at, next_call
from outreach.compliance.rules import Effect
from outreach.errors import Text
from outreach.model.campaign import Campaign, Channel
from outreach.model.contact import Contact
from outreach.model.policy import People, Policy
from outreach.model.settings import Compliance, Settings
from outreach.runner.permission import Permission, of_person
from outreach.runner.windows import zone_by
from outreach.scheduling.calendar import Calendar
from outreach.scheduling.zones import overseas_postcode, region_of
from outreach.store.by_hand import CallLog
from outreach.store.store import Store
from outreach.store.zones import FIELD

#: How far back calls and refusals are read: the longest period that the rules know (60 days of
#: silence after a refusal), and what a firm may state of its own.
LOOK_BACK = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Legal:
    """Whether somebody may be called now, by the hour and the number of calls."""

    allowed: bool
    #: The first rule that speaks against it, as a reader is told.
    reason: Text | None = None
    #: Its name, its first day and where it is written.
    ruling: Ruling | None = None
    #: From when on he may be called; None: now, or not within months.
    since: datetime | None = None


def legal(
    contact: Contact,
    log: CallLog,
    *,
    settings: Settings,
    at: datetime,
    forbids: Ruling | None = None,
) -> Legal:
    """What the rules on calls say of calling this person at `at`.

    `forbids` is what speaks against any call: the lack of a consent that the law asks for.
    """
    if forbids is not None:
        return Legal(False, forbids.text, forbids)
    found = at_this_hour(contact, log, settings=settings, at=at)
    if not found.findings:
        return Legal(True)
    theirs = calendar_of(contact, settings)
    later = next_call(
        _nature(contact, settings.policy), at, log.attempts, theirs.zone,
        is_holiday=theirs.is_holiday, refused_at=log.refused_at,
        country=contact.text("country") or settings.country, policy=settings.policy,
    )  # fmt: skip
    first = found.findings[0]
    return Legal(False, first.text, first, later.astimezone(UTC) if later else None)


def at_this_hour(contact: Contact, log: CallLog, *, settings: Settings, at: datetime) -> Decision:
    """What the hour, the calls made so far and a refusal say of a call at `at`."""
    theirs = calendar_of(contact, settings)
    return may_call_at(
        _nature(contact, settings.policy), at, log.attempts, theirs.zone,
        is_holiday=theirs.is_holiday, refused_at=log.refused_at,
        country=contact.text("country") or settings.country, policy=settings.policy,
    )  # fmt: skip


def of_person_at(
    store: Store, settings: Settings, contact: Contact, *, campaign: Campaign | None, now: datetime
) -> dict[Channel, Decision]:
    """What the rules say of one person on each channel at this very hour."""
    decided = of_person(store, settings, contact, campaign=campaign, now=now)
    log = store.by_hand.call_logs([contact.id], since=now - LOOK_BACK)[contact.id]
    hour = at_this_hour(contact, log, settings=settings, at=now)
    calls = decided[Channel.CALL]
    return {**decided, Channel.CALL: decision((*calls.findings, *hour.findings))}


def calendar_of(contact: Contact, settings: Settings) -> Calendar:
    """The clock and the public holidays of where the person lives, as far as that is known."""
    country = contact.text("country") or settings.country
    postcode = contact.text("postal_code")
    if postcode is None and country == "FR":
        postcode = overseas_postcode(contact.text("phone") or contact.text("mobile") or "")
    zone = zone_by(settings, country=country, postcode=postcode, said=contact.text(FIELD))
    region = region_of(postcode) if postcode and country == "FR" else settings.region
    return Calendar(settings.country, ZoneInfo(zone) if zone else settings.zone, region)


def forbidding(permission: Permission) -> Ruling | None:
    """The rule by which the law says no to calls; what it only asks for is told at the launch."""
    found = permission.by_channel[Channel.CALL].findings
    return next((ruling for ruling in found if ruling.effect is not Effect.ASKS), None)


def is_barred(answer: Legal | None, settings: Settings) -> bool:
    """Whether a call is not to be offered now: under `compliance: strict`; else it is warned."""
    return answer is not None and not answer.allowed and settings.compliance is Compliance.STRICT


def is_closed(answer: Legal | None, settings: Settings) -> bool:
    """Whether no later hour helps either: the call is not even listed under `strict`."""
    return answer is not None and answer.since is None and is_barred(answer, settings)


def _nature(contact: Contact, policy: Policy) -> Nature:
    if policy.people is People.PROFESSIONALS:
        return Nature.PROFESSIONAL
    if policy.people is People.CONSUMERS:
        return Nature.CONSUMER
    return nature_of(
        Channel.CALL,
        firm=bool(contact.text("company")),
        registered=bool(contact.text("siret")),
        function=bool(contact.text("job_title")),
    )
