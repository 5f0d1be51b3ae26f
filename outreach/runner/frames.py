"""What the dispatcher and its workers say to each other: pickled tuples, each with its length.

Both sides are this program, of the same version, over a pair of sockets that nobody else
can open.
"""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from operator import attrgetter
from struct import Struct
from typing import Any

from outreach.model.campaign import Channel
from outreach.model.delivery import Delivery, DeliveryState, Outcome, Sent
from outreach.model.ids import CampaignId, ContactId, DeliveryId, StepId

_LENGTH = Struct(">I")

#: A delivery as a tuple: pickling the dataclass itself takes several times as long.
_FIELDS = tuple(Delivery.__dataclass_fields__)
_values = attrgetter(*_FIELDS)


class Word(Enum):
    """The first element of a frame."""

    # --- to a worker
    GIVE = "give"
    WITHDRAW = "withdraw"
    FINISH = "finish"
    # --- from a worker
    BACK = "back"
    LEFT = "left"
    CLOSED = "closed"
    BROKE = "broke"
    DONE = "done"


def write_frame(writer: asyncio.StreamWriter, *frame: object) -> None:
    """Send without waiting: what is in hand bounds what can pile up."""
    content = pickle.dumps(frame, protocol=5)
    writer.write(_LENGTH.pack(len(content)) + content)


async def read_frame(reader: asyncio.StreamReader) -> tuple[Any, ...] | None:
    """The next frame; None when the other side is gone."""
    try:
        (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
        frame: tuple[Any, ...] = pickle.loads(await reader.readexactly(length))
    except (asyncio.IncompleteReadError, OSError):
        return None
    return frame


def packed(deliveries: Sequence[Delivery]) -> list[tuple[Any, ...]]:
    return [_values(delivery) for delivery in deliveries]


def unpacked(rows: Sequence[tuple[Any, ...]]) -> list[Delivery]:
    return [_delivery(*row) for row in rows]


def _delivery(
    number: DeliveryId,
    campaign: CampaignId,
    step_id: StepId,
    step: str,
    contact: ContactId,
    channel: Channel,
    state: DeliveryState,
    due_at: datetime,
    *rest: Any,
) -> Delivery:
    """Each field by its name: a dictionary of them takes six times as long."""
    occurrence, variant, sender, attempts, message_id, message_date = rest
    return Delivery(
        id=number,
        campaign=campaign,
        step_id=step_id,
        step=step,
        contact=contact,
        channel=channel,
        state=state,
        due_at=due_at,
        occurrence=occurrence,
        variant=variant,
        sender=sender,
        attempts=attempts,
        message_id=message_id,
        message_date=message_date,
    )


def pack_outcomes(ended: Sequence[tuple[int, Outcome]]) -> list[tuple[int, object]]:
    """Success as its reply alone."""
    return [(key, o.reply if type(o) is Sent else o) for key, o in ended]


def unpack_outcomes(ended: Sequence[tuple[int, Any]]) -> list[tuple[int, Outcome]]:
    return [(key, Sent(said) if isinstance(said, str) else said) for key, said in ended]
