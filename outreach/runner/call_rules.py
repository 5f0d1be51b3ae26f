"""Whether a person may be called at an instant: the hours, the days, the calls made so far.

The rules themselves, dated and with their sources, are `compliance/phone.py`'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from outreach.compliance.nature import Nature, nature_of
from outreach.compliance.permission import Ruling
from outreach.compliance.phone import may_call_at, next_call
from outreach.compliance.rules import Effect
from outreach.errors import Text
from outreach.model.campaign import Channel
from outreach.model.contact import Contact
from outreach.model.policy import People, Policy
from outreach.model.settings import Compliance, Settings
from outreach.runner.permission import Permission
from outreach.scheduling.calendar import Calendar
from outreach.store.by_hand import CallLog

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
    zone: str | None,
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
    nature = _nature(contact, settings.policy)
    theirs = _zone(zone, settings.zone)
    calendar = Calendar(settings.country, theirs, settings.region)
    country = contact.text("country") or settings.country
    found = may_call_at(
        nature, at, log.attempts, theirs, is_holiday=calendar.is_holiday,
        refused_at=log.refused_at, country=country, policy=settings.policy,
    )  # fmt: skip
    if not found.findings:
        return Legal(True)
    later = next_call(
        nature, at, log.attempts, theirs, is_holiday=calendar.is_holiday,
        refused_at=log.refused_at, country=country, policy=settings.policy,
    )  # fmt: skip
    first = found.findings[0]
    return Legal(False, first.text, first, later.astimezone(UTC) if later else None)


def forbidding(permission: Permission) -> Ruling | None:
    """The rule by which the law says no to calls; what it only asks for is told at the launch."""
    found = permission.by_channel[Channel.CALL].findings
    return next((ruling for ruling in found if ruling.effect is not Effect.ASKS), None)


def is_barred(answer: Legal | None, settings: Settings) -> bool:
    """Whether a call is not to be offered now: under `compliance: strict`; else it is warned."""
    return answer is not None and not answer.allowed and settings.compliance is Compliance.STRICT


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


def _zone(name: str | None, usual: tzinfo) -> tzinfo:
    try:
        return ZoneInfo(name) if name else usual
    except (ZoneInfoNotFoundError, ValueError):
        return usual
