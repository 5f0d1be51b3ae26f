"""Held messages whose missing value is there now become due again: looked at in every run.

Each is made as it would be sent. A value may have come from anywhere (the person, his
orders, the settings, a file that is attached), so nothing less tells whether it can be
made; they are made in groups, for which everything is read at once.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from outreach.model.campaign import Channel
from outreach.model.change import Change, Settled
from outreach.model.delivery import Delivery, DeliveryState, Held
from outreach.model.ids import CampaignId
from outreach.runner.compose import Mailroom

if TYPE_CHECKING:
    from outreach.runner.letters import Letters

#: Messages for which everything is read at once.
_GROUP = 500


def mend(mailroom: Mailroom, campaigns: Collection[CampaignId], *, now: datetime) -> None:
    """Whatever can be made now is due since the day it was; the rest stays held."""
    deliveries = mailroom.store.deliveries
    held = deliveries.in_state(DeliveryState.HELD, list(campaigns))
    emails = [one for one in held if one.channel is Channel.EMAIL]
    for begin in range(0, len(emails), _GROUP):
        group = emails[begin : begin + _GROUP]
        mailroom.prepare(group)
        made = [one for one in group if not isinstance(mailroom(one), Held)]
        deliveries.write(_due_again(made, now))
    letters = [one for one in held if one.channel is not Channel.EMAIL]
    if letters:
        press = letters_of(mailroom)
        made = [one for one in letters if not isinstance(press.try_one(one), Held)]
        deliveries.write(_due_again(made, now))


def _due_again(mended: Sequence[Delivery], now: datetime) -> Change:
    return Change(
        settled=tuple(
            Settled(
                delivery=delivery.id,
                state=DeliveryState.DUE,
                at=now,
                due_at=delivery.due_at,
                expected=(DeliveryState.HELD,),
            )
            for delivery in mended
        )
    )


def letters_of(mailroom: Mailroom) -> Letters:
    """Imported here: what letters are made with stays out of a run that has none (7 MB)."""
    from outreach.runner.letters import Letters

    return Letters(mailroom)
