"""What was promised to people, or about them, beside the steps of a campaign.

A promise has a day and somebody who keeps it, so that nobody is dropped silently (B0):
to call back, to come back to a latent prospect, to thank who recommended us.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from outreach.model.ids import CampaignId, ContactId, DeliveryId, FollowUpId
from outreach.model.value import value


class FollowUpKind(StrEnum):
    #: He asked to be called again on that day.
    CALL_BACK = "call_back"
    #: A latent prospect whose time will have come.
    COME_BACK = "come_back"
    #: Who recommended us is to be thanked.
    THANK = "thank"
    #: A satisfied customer is to be asked whom he would recommend us to.
    ASK_REFERRAL = "ask_referral"
    #: Somebody who came to us by himself waits for an answer.
    ANSWER = "answer"
    #: Whatever else we said we would do by that day.
    PROMISE = "promise"


@value(kw_only=True)
class FollowUp:
    """One promise. `due_on` is a day of the workspace's zone; `done_at` None while it is open."""

    contact: ContactId
    kind: FollowUpKind
    due_on: date
    created_at: datetime
    campaign: CampaignId | None = None
    delivery: DeliveryId | None = None
    #: Who keeps it: a key of the settings' `team`.
    owner: str | None = None
    note: str | None = None
    done_at: datetime | None = None
    id: FollowUpId | None = None


@value
class FollowUpDone:
    """A promise that was kept, at that instant; one that was kept before stays as it is."""

    id: FollowUpId
    at: datetime
