"""Losses, actual or coming, as a signal: the effort that replaces them, and when to begin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from secrets import token_hex

from outreach.model.change import Change
from outreach.model.event import Event, EventKind
from outreach.model.follow_up import FollowUp, FollowUpDone, FollowUpKind
from outreach.model.plan import Loss
from outreach.model.planning import Planning
from outreach.planning.effort import Effort, Goal, effort
from outreach.planning.habits import Coefficients, Origin
from outreach.planning.visits import start_by
from outreach.runner.habits import habits_of
from outreach.store.store import Store

#: Years of first orders that the mean sales delay is measured on.
_LOOK_BACK = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """Mean days from the first touch to the first order, and of how many people."""

    days: Fraction
    origin: Origin
    people: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """A loss, what replaces it, and when prospecting for it must begin at the latest."""

    loss: Loss
    #: None: nobody knows what a deal brings.
    effort: Effort | None
    delay: Delay | None
    #: None: the sales delay is not known.
    start_by: date | None
    #: That day has passed, or the loss itself: begin now.
    overdue: bool

    @property
    def deals(self) -> int | None:
        """Whole deals that bring as much."""
        return None if self.effort is None else int(self.effort.deals.rounded)


def losses_ahead(
    store: Store,
    planning: Planning,
    *,
    now: datetime,
    average_deal: Fraction | None = None,
    sales_delay: Fraction | None = None,
) -> list[Coming]:
    """Every loss with its effort, as `plan effort` has it; inbound prospects are left aside.

    Source: domain notes B7.
    """
    losses = store.market.losses()
    if not losses:
        return []
    given = Coefficients(average_deal=average_deal, inbound=Fraction(0))
    used = habits_of(store, planning, given)
    today = store.database.day_of(now)
    delay = _delay(store, today, sales_delay)
    found = []
    for loss in losses:
        goal = Goal(revenue=Fraction(loss.revenue))
        begin = start_by(loss.on, delay.days if delay else None)
        found.append(
            Coming(
                loss=loss,
                effort=effort(goal, used) if used.average_deal else None,
                delay=delay,
                start_by=begin,
                overdue=min(begin or loss.on, loss.on) <= today,
            )
        )
    return found


def remind(store: Store, one: Coming, *, note: str, owner: str | None, now: datetime) -> date:
    """Promise to begin prospecting in time: `today` reminds of it on the day that comes back.

    Where the day to begin is not known or has passed it is today.
    """
    today = store.database.day_of(now)
    day = max(one.start_by or today, today)
    act, kind = token_hex(6), FollowUpKind.PROMISE
    contact = one.loss.contact
    promised = {"recording": act, "promised": [[contact, kind.value, day.isoformat()]]}
    event = Event(
        kind=EventKind.NOTED, contact=contact, at=now, recorded_at=now, author=owner, note=note,
        data=promised,
    )  # fmt: skip
    promise = FollowUp(
        contact=contact, kind=kind, due_on=day, created_at=one.loss.recorded_at, owner=owner,
        note=note,
    )  # fmt: skip
    store.deliveries.write(Change(events=(event,), follow_ups=(promise,)))
    return day


def take_back(store: Store, number: int, *, now: datetime) -> bool:
    """A loss will not come after all; nobody is reminded of it any more. False: there is none."""
    loss = next((one for one in store.market.losses() if one.id == number), None)
    if loss is None:
        return False
    promises = [one.follow_up for one in store.follow_ups.of_contact(loss.contact)]
    kept = [
        FollowUpDone(one.id, now)
        for one in promises
        if one.id is not None and one.kind is FollowUpKind.PROMISE and one.done_at is None
        and one.created_at == loss.recorded_at
    ]  # fmt: skip
    store.deliveries.write(Change(kept=tuple(kept)))
    return store.market.remove_loss(number)


def _delay(store: Store, today: date, given: Fraction | None) -> Delay | None:
    if given is not None:
        return Delay(days=given, origin=Origin.GIVEN)
    mean, people = store.plan_tallies.sales_delay(date(today.year - _LOOK_BACK, 1, 1))
    return None if mean is None else Delay(days=mean, origin=Origin.HISTORY, people=people)
