"""What happened, once and for good: events are only added.

A correction is a new event that points at the one it corrects. The glossary of the
README explains each kind (a test compares).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from outreach.model.campaign import Channel
from outreach.model.ids import CampaignId, ContactId, DeliveryId, EventId, StepId
from outreach.model.value import value


class EventKind(StrEnum):
    #: A row of a file made this contact.
    IMPORTED = "imported"
    #: A row of a file, or a person, changed values of this contact.
    CHANGED = "changed"
    #: Chosen for a campaign at its launch, as enrolled or as control.
    ENROLLED = "enrolled"
    #: Matched by a campaign's expression and left out, with the reason.
    EXCLUDED = "excluded"
    #: A message was accepted, a letter posted, a call or a visit made: one attempt.
    TOUCHED = "touched"
    #: A server refused the message for good.
    REFUSED = "refused"
    #: A step waits for a value that the template names and the contact lacks.
    HELD = "held"
    #: A step was passed over: its condition is false, or there is no address for its channel.
    SKIPPED = "skipped"
    #: A step will not happen: a stop rule, or the campaign's end.
    CANCELLED = "cancelled"
    #: The run ended while the message was on the wire: nobody knows whether it arrived.
    UNKNOWN = "unknown"
    #: A stage of the chain was reached, or another fact became known; `stage` says which.
    REACHED = "reached"
    #: Kind changed: suspect, prospect, customer.
    BECAME = "became"
    #: Must not be contacted any more, on the channel that `data` names.
    SUPPRESSED = "suppressed"
    #: May be contacted again.
    UNSUPPRESSED = "unsuppressed"
    #: A free note about the person.
    NOTED = "noted"
    #: Two contacts were found to be one; `data` points at the other.
    MERGED = "merged"
    #: The person was emptied on request; a stub stays.
    ERASED = "erased"
    #: An earlier event was wrong; `corrects` points at it.
    CORRECTED = "corrected"


@value(kw_only=True)
class Event:
    """One thing that happened to one person. `at` is when, `recorded_at` when we were told."""

    kind: EventKind
    contact: ContactId
    at: datetime
    recorded_at: datetime
    id: EventId | None = None
    campaign: CampaignId | None = None
    step: StepId | None = None
    delivery: DeliveryId | None = None
    channel: Channel | None = None
    stage: str | None = None
    amount: Decimal | None = None
    margin: Decimal | None = None
    cost: Decimal | None = None
    minutes: Decimal | None = None
    #: Driven for it.
    km: Decimal | None = None
    #: A key of the settings' `team`, or free text.
    author: str | None = None
    note: str | None = None
    data: Mapping[str, object] | None = None
    corrects: EventId | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """An order as documents print it."""

    #: The day in the workspace's zone.
    on: date
    #: In units of the currency.
    amount: Decimal | None
    note: str | None
    #: The campaign it was recorded for, by its name.
    campaign: str | None
