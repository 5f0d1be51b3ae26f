"""Deliveries of a campaign whose steps were changed: found, moved, put off, brought back.

Only what nobody has begun is touched: what is claimed, in doubt, tried, printed or told of
stays as it is. What is put off is cancelled with the reason `edited`, and comes back with the
step it waits for.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, update
from sqlalchemy.engine import Dialect

from outreach.model.change import Planned
from outreach.model.delivery import DeliveryState
from outreach.store import schema
from outreach.store.prepared import ForEach
from outreach.store.turning import TRACK

#: Why a step that a change took out or put off does not come (now).
EDITED = "edited"
#: Why a step that a recording had planned does not come: the recording was taken back.
UNDONE = "undone"


def bring_back(connection: Connection, planned: Sequence[Planned]) -> None:
    """What a change had put off, an undo taken back or another track ended, falls due again.

    What is not there is left to the plan.
    """
    if not planned:
        return
    _bringing_back(connection.dialect).run(
        connection,
        {
            "campaign": [one.campaign for one in planned],
            "step": [one.step for one in planned],
            "occurrence": [one.occurrence for one in planned],
            "contact": [one.contact for one in planned],
            "due_at": [one.due_at for one in planned],
            "variant": [one.variant for one in planned],
        },
    )


@lru_cache(maxsize=4)
def _bringing_back(dialect: Dialect) -> ForEach:
    d = schema.delivery.c

    def statement(given: Any) -> Any:
        return (
            update(schema.delivery)
            .where(
                d.campaign_id == given["campaign"],
                d.step_id == given["step"],
                d.occurrence == given["occurrence"],
                d.contact_id == given["contact"],
                d.state == DeliveryState.CANCELLED.value,
                d.detail.in_([EDITED, UNDONE, TRACK]),
            )
            .values(
                state=DeliveryState.DUE.value, due_at=given["due_at"], variant=given["variant"],
                detail=None, settled_at=None,
            )
        )  # fmt: skip

    each = {
        "campaign": d.campaign_id, "step": d.step_id, "occurrence": d.occurrence,
        "contact": d.contact_id, "due_at": d.due_at, "variant": d.variant,
    }  # fmt: skip
    return ForEach(statement, dialect, each=each)
