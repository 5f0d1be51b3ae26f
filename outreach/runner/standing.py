"""Pausing, resuming and stopping a campaign, while another process may be sending it.

Asked twice, each does nothing the second time and says how the campaign stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from outreach.errors import OutreachError, Text
from outreach.model.campaign import CampaignState
from outreach.store.campaigns import Launched
from outreach.store.store import Store


class HasEnded(OutreachError):
    """A campaign that is over can neither be paused nor resumed."""

    def __init__(self, name: str, state: CampaignState) -> None:
        ended = {
            CampaignState.FINISHED: Text("the campaign {name!r} is finished", name=name),
            CampaignState.STOPPED: Text("the campaign {name!r} was stopped for good", name=name),
        }
        super().__init__(
            ended[state], hint=Text("see what came of it: outreach report {name}", name=name)
        )


@dataclass(frozen=True, slots=True)
class Stood:
    """How a campaign stands after somebody's word."""

    launched: Launched
    #: Whether that word changed it.
    changed: bool
    #: Steps that will not come any more.
    cancelled: int = 0


def pause(store: Store, launched: Launched, reason: str | None, *, now: datetime) -> Stood:
    """Nothing more of it is sent, printed or listed until it is resumed. Raises `HasEnded`."""
    why = Text("{reason}", reason=reason) if reason else None
    changed = store.standing.pause(launched.id, why, now=now)
    return _going_on(store, launched, changed)


def resume(store: Store, launched: Launched, *, now: datetime) -> Stood:
    """It goes on from where it was. Raises `HasEnded`."""
    return _going_on(store, launched, store.standing.resume(launched.id, now=now))


def stop(store: Store, launched: Launched, *, now: datetime) -> Stood:
    """End it for good: what is due or held is cancelled; a finished one stays as it is."""
    cancelled = store.standing.stop(launched.id, now=now)
    after = store.campaigns.find(launched.name)
    return Stood(after, after.state is not launched.state, cancelled)


def _going_on(store: Store, launched: Launched, changed: bool) -> Stood:
    after = store.campaigns.find(launched.name)
    if after.state in (CampaignState.FINISHED, CampaignState.STOPPED):
        raise HasEnded(after.name, after.state)
    return Stood(after, changed)
