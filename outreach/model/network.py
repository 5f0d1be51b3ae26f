"""Who came to us by himself, who recommended whom, and what each thinks of the offer (B2)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from outreach.model.contact import Interest
from outreach.model.ids import CampaignId, ContactId
from outreach.model.value import value


@value(kw_only=True)
class InterestSet:
    """What a person thinks of the offer from now on; None takes it back."""

    contact: ContactId
    interest: Interest | None
    #: Why: of an arid one and of a latent one.
    reason: str | None = None
    #: The day to come back to a latent one.
    until: date | None = None


@value(kw_only=True)
class Inquiry:
    """Somebody asked us: where he comes from, what about, and how well and fast he was answered."""

    contact: ContactId
    at: datetime
    #: An old campaign it answers, however late.
    campaign: CampaignId | None = None
    #: Reputation, recommendation, former customer, web, fair…
    origin: str | None = None
    subject: str | None = None
    answered_at: datetime | None = None
    #: Of our answer, from 1 (bad) to 5 (good).
    quality: int | None = None
    note: str | None = None


@value(kw_only=True)
class InquiryAnswered:
    """The open requests of a person that came no later than `at` are answered by it."""

    contact: ContactId
    at: datetime
    quality: int | None = None


@value(kw_only=True)
class Referral:
    """One person recommended us to another, who may not be on file yet."""

    referrer: ContactId
    at: datetime
    referred: ContactId | None = None
    asked_on: date | None = None
    thanked_on: date | None = None
    #: In units of the currency: it makes the referrer an introducer.
    fee: Decimal | None = None
    note: str | None = None


@value(kw_only=True)
class Thanked:
    """A referrer was thanked on that day for all he recommended until then."""

    referrer: ContactId
    on: date
