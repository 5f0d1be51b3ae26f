"""One change of the ledger: what happened and everything that follows, in one transaction.

The runner decides and builds it, the store writes it whole or not at all. Events are
never written without the change of state they tell, nor the other way round.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from itertools import chain

from outreach.model.campaign import Channel
from outreach.model.delivery import DeliveryState
from outreach.model.event import Event
from outreach.model.ids import CampaignId, ContactId, DeliveryId, StepId
from outreach.model.suppression import Suppression
from outreach.model.value import value


@value(kw_only=True)
class Planned:
    """A delivery to come. Planned twice is planned once: the ledger's key sees to it."""

    campaign: CampaignId
    step: StepId
    contact: ContactId
    channel: Channel
    due_at: datetime
    occurrence: int = 1
    variant: str | None = None
    sender: str | None = None
    assignee: str | None = None


@value(kw_only=True)
class Settled:
    """What became of a delivery. `due_at` moves it when it goes back to due."""

    delivery: DeliveryId
    state: DeliveryState
    at: datetime
    #: Only rows in one of these states are changed: a late answer settles a doubt, nothing else.
    expected: tuple[DeliveryState, ...] = (DeliveryState.CLAIMED,)
    detail: str | None = None
    due_at: datetime | None = None
    #: An attempt was made that counts: a try at a server that answered, a call.
    attempted: bool = False
    cost: Decimal | None = None
    address: str | None = None
    fingerprint: str | None = None


@value(kw_only=True)
class Deed:
    """A step that was done, as it is told of everybody it was done for."""

    campaign: CampaignId
    step: StepId
    channel: Channel
    #: When it happened, and when we were told.
    at: datetime
    recorded_at: datetime
    #: The first stage of the chain, where doing the step is reaching the person.
    stage: str | None = None
    #: See `Settled`.
    expected: tuple[DeliveryState, ...] = (DeliveryState.CLAIMED,)
    cost: Decimal | None = None
    minutes: Decimal | None = None
    author: str | None = None
    address: str | None = None


@value
class Done:
    """Deliveries that were sent: settled, told as a touch and counted, all of them alike.

    A run of sending says this of hundreds at once; it takes as many statements as one.
    """

    deed: Deed
    #: Each delivery, and what the server said.
    each: tuple[tuple[DeliveryId, str | None], ...]


@value(kw_only=True)
class Progress:
    """The furthest stage a person has reached in a campaign; an earlier one changes nothing."""

    campaign: CampaignId
    contact: ContactId
    stage: str
    #: Its place in the campaign's chain: contacted is 0.
    rank: int


@value(kw_only=True)
class Stop:
    """A person's chain ends here: what is due or held is cancelled."""

    campaign: CampaignId
    contact: ContactId
    reason: str
    at: datetime


@value(kw_only=True)
class Change:
    """Everything one act writes. What was done is written first."""

    done: tuple[Done, ...] = ()
    events: tuple[Event, ...] = ()
    settled: tuple[Settled, ...] = ()
    planned: tuple[Planned, ...] = ()
    progress: tuple[Progress, ...] = ()
    stops: tuple[Stop, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    #: Addresses found dead, and post that came back.
    bounced: tuple[ContactId, ...] = ()
    returned: tuple[ContactId, ...] = ()

    def __add__(self, other: Change) -> Change:
        return Change(
            done=self.done + other.done,
            events=self.events + other.events,
            settled=self.settled + other.settled,
            planned=self.planned + other.planned,
            progress=self.progress + other.progress,
            stops=self.stops + other.stops,
            suppressions=self.suppressions + other.suppressions,
            bounced=self.bounced + other.bounced,
            returned=self.returned + other.returned,
        )

    @classmethod
    def joined(cls, changes: Iterable[Change]) -> Change:
        """Many changes as one, in their order; adding them one by one copies all of them anew."""
        parts = list(changes)
        return cls(
            done=tuple(chain.from_iterable([one.done for one in parts])),
            events=tuple(chain.from_iterable([one.events for one in parts])),
            settled=tuple(chain.from_iterable([one.settled for one in parts])),
            planned=tuple(chain.from_iterable([one.planned for one in parts])),
            progress=tuple(chain.from_iterable([one.progress for one in parts])),
            stops=tuple(chain.from_iterable([one.stops for one in parts])),
            suppressions=tuple(chain.from_iterable([one.suppressions for one in parts])),
            bounced=tuple(chain.from_iterable([one.bounced for one in parts])),
            returned=tuple(chain.from_iterable([one.returned for one in parts])),
        )
