"""Messages whose outcome nobody knows, settled by somebody's word."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from outreach.model.change import Change, Settled
from outreach.model.delivery import Delivery, DeliveryState, Sent
from outreach.model.settings import Settings
from outreach.runner.outcomes import Situation, change_for
from outreach.scheduling.calendar import Calendar
from outreach.store.store import Store


def settle_by_word(
    store: Store,
    doubtful: Sequence[Delivery],
    *,
    arrived: bool,
    settings: Settings,
    now: datetime,
) -> int:
    """Someone says what became of messages whose outcome is unknown. How many were settled.

    Sent: recorded as of the day it was on the wire. Not sent: due again, with the same
    Message-ID and date.
    """
    calendar = Calendar(settings.country, settings.zone)
    known = {campaign.id: campaign for campaign in store.campaigns.all()}
    change = Change()
    for delivery in doubtful:
        if arrived:
            here = Situation(
                launched=known[delivery.campaign],
                calendar=calendar,
                costs=settings.costs,
                now=now,
                at=delivery.message_date,
                expected=(DeliveryState.UNKNOWN,),
            )
            change += change_for(delivery, Sent("settled by word"), here)
        else:
            again = Settled(
                delivery=delivery.id,
                state=DeliveryState.DUE,
                at=now,
                due_at=now,
                expected=(DeliveryState.UNKNOWN,),
                detail="settled by word: not sent",
            )
            change += Change(settled=(again,))
    store.deliveries.write(change)
    return len(doubtful)
