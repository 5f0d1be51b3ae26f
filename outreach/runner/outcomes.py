"""From what became of a delivery to everything that follows: one `Change`.

The one place that knows what a sent, refused, deferred, unknown, held or skipped
delivery means for the person, for the campaign and for the next steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import assert_never

from outreach.errors import Text
from outreach.model.campaign import Step
from outreach.model.change import Change, Deed, Done, Planned, Progress, Settled, Stop
from outreach.model.delivery import (
    Deferred,
    Delivery,
    DeliveryState,
    Held,
    Outcome,
    Refused,
    Reply,
    Sent,
    Skipped,
    Unknown,
)
from outreach.model.event import Event, EventKind
from outreach.model.ids import CampaignId, StepId
from outreach.model.said import as_line, kept
from outreach.model.settings import Costs
from outreach.model.value import value
from outreach.runner.planning import planned
from outreach.scheduling.calendar import Calendar
from outreach.scheduling.retrying import next_try
from outreach.scheduling.sequence import due_at
from outreach.store.campaigns import Launched

#: What a delivery may be before it is settled without having been on the wire.
_AT_REST = (DeliveryState.DUE, DeliveryState.HELD, DeliveryState.CLAIMED)


@value(kw_only=True)
class Situation:
    """What the consequences of an outcome depend on."""

    launched: Launched
    calendar: Calendar
    costs: Costs
    now: datetime
    #: When it really happened, where that is not now (a letter's posting, a call's day).
    at: datetime | None = None
    author: str | None = None
    #: The states in which the delivery may be found.
    expected: tuple[DeliveryState, ...] = (DeliveryState.CLAIMED,)
    #: Where the message went.
    address: str | None = None

    @property
    def happened_at(self) -> datetime:
        return self.at or self.now


def change_for(delivery: Delivery, outcome: Outcome, here: Situation) -> Change:
    """Everything that is written because `outcome` became of `delivery`."""
    match outcome:
        case Sent(reply):
            return all_sent([(delivery, reply)], here)
        case Deferred():
            return _deferred(delivery, outcome, here)
        case Refused():
            return _refused(delivery, outcome, here)
        case Unknown(reply):
            return _noted(delivery, DeliveryState.UNKNOWN, EventKind.UNKNOWN, reply, here)
        case Held(reason=Text() as reason):
            return _noted(delivery, DeliveryState.HELD, EventKind.HELD, reason, here)
        case Held(missing):
            fields = ", ".join(missing)
            return _noted(delivery, DeliveryState.HELD, EventKind.HELD, fields, here)
        case Skipped(reason, rule):
            passed = _noted(delivery, DeliveryState.SKIPPED, EventKind.SKIPPED, reason, here)
            if rule:
                ruled = tuple(replace(event, data={"rule": rule}) for event in passed.events)
                passed = replace(passed, events=ruled)
            return passed + Change(planned=following(delivery, here, passed_over=True))
        case _:
            assert_never(outcome)


def changes_for(
    finished: Iterable[tuple[Delivery, Outcome]], here: Mapping[CampaignId, Situation]
) -> list[Change]:
    """The same of many: the messages of a step that were sent are one change."""
    sent: dict[tuple[CampaignId, StepId], list[tuple[Delivery, str]]] = {}
    changes: list[Change] = []
    for delivery, outcome in finished:
        if isinstance(outcome, Sent):
            place = (delivery.campaign, delivery.step_id)
            sent.setdefault(place, []).append((delivery, outcome.reply))
        else:
            changes.append(change_for(delivery, outcome, here[delivery.campaign]))
    changes += [all_sent(some, here[campaign]) for (campaign, _), some in sent.items()]
    return changes


def concluded(delivery: Delivery, outcome: Outcome, now: datetime) -> Outcome:
    """A deferral after which nobody tries again is a refusal, and is counted as one."""
    if isinstance(outcome, Deferred) and _next_try(delivery, outcome, now) is None:
        return _given_up(outcome)
    return outcome


def following(
    delivery: Delivery, here: Situation, *, passed_over: bool = False
) -> tuple[Planned, ...]:
    """The steps that wait for this one, dated from the day it was done or `passed_over`."""
    definition = here.launched.definition
    steps = definition.following(delivery.step)
    if not steps:
        return ()
    # Whoever wrote first goes on writing; a step with a sender of its own changes nothing of it.
    writer = None if definition.step(delivery.step).sender else delivery.sender
    return tuple(
        planned(
            definition,
            step,
            delivery.contact,
            due_at(step, done_at=here.happened_at, calendar=here.calendar, passed_over=passed_over),
            campaign=delivery.campaign,
            step_id=here.launched.steps[step.name],
            sender=writer if writer in definition.senders else None,
            occurrence=delivery.occurrence,
        )
        for step in steps
    )


def contacted(delivery: Delivery, here: Situation) -> Change:
    """The person was really reached: the first stage of the chain."""
    stage = here.launched.definition.chain[0]
    progress = Progress(campaign=delivery.campaign, contact=delivery.contact, stage=stage, rank=0)
    event = _event(EventKind.REACHED, delivery, here, stage=stage)
    return Change(events=(event,), progress=(progress,))


def touched(delivery: Delivery, here: Situation, *, in_vain: str | None = None) -> Change:
    """One attempt was made, at its cost; `in_vain` says that it reached nobody (no_answer)."""
    step = here.launched.definition.step(delivery.step)
    cost, minutes = cost_of(step, here.costs), _minutes(step)
    event = _event(EventKind.TOUCHED, delivery, here, stage=in_vain, cost=cost, minutes=minutes)
    return Change(events=(event,))


def cost_of(step: Step, costs: Costs) -> Decimal:
    """What one touch of a step costs before any road: its own price, else the settings' `costs`.

    A letter takes paper and a stamp; what a person does takes the minutes of its step, or
    those its channel usually takes.
    """
    if step.cost is not None:
        return step.cost
    return costs.of_touch(step.channel, _minutes(step) or Decimal(0))


def _minutes(step: Step) -> Decimal | None:
    """What its channel usually takes; a step may say otherwise."""
    if step.minutes is not None:
        return step.minutes
    return step.channel.kind.minutes


def all_sent(sent: Sequence[tuple[Delivery, str]], here: Situation) -> Change:
    """Everything that is written because these deliveries of one step, and no fewer, were sent."""
    one = sent[0][0]
    step = here.launched.definition.step(one.step)
    deed = Deed(
        campaign=one.campaign,
        step=one.step_id,
        channel=one.channel,
        at=here.happened_at,
        recorded_at=here.now,
        # What a person does by hand is a touch; whether it reached anybody, he says himself.
        stage=None if one.channel.by_hand else here.launched.definition.chain[0],
        expected=here.expected,
        cost=cost_of(step, here.costs),
        minutes=_minutes(step),
        author=here.author,
        address=here.address,
    )
    each = tuple([(delivery.id, reply or None) for delivery, reply in sent])
    planned: list[Planned] = []
    if here.launched.definition.following(one.step):
        for delivery, _ in sent:
            planned += following(delivery, here)
    return Change(done=(Done(deed, each),), planned=tuple(planned))


def _deferred(delivery: Delivery, outcome: Deferred, here: Situation) -> Change:
    again = _next_try(delivery, outcome, here.now)
    if again is None:
        return _refused(delivery, _given_up(outcome), here)
    back = Settled(
        delivery=delivery.id,
        state=DeliveryState.DUE,
        at=here.now,
        expected=here.expected,
        detail=as_line(outcome.reply),
        due_at=again,
        attempted=outcome.counts,
    )
    return Change(settled=(back,))


def _next_try(delivery: Delivery, outcome: Deferred, now: datetime) -> datetime | None:
    return next_try(
        delivery.attempts + outcome.counts,
        outcome,
        now,
        seed=delivery.message_id or "",
        first_tried=delivery.message_date,
    )


def _given_up(outcome: Deferred) -> Refused:
    return Refused(Text("given up, at last: {reply}", reply=outcome.reply))


def _refused(delivery: Delivery, outcome: Refused, here: Situation) -> Change:
    refused = _noted(delivery, DeliveryState.REFUSED, EventKind.REFUSED, outcome.reply, here)
    if not outcome.dead_address:
        return refused + Change(planned=following(delivery, here))
    dead = Change(
        events=(
            _event(EventKind.REACHED, delivery, here, stage="bounced", note=str(outcome.reply)),
        ),
        bounced=(delivery.contact,),
    )
    if "bounced" in here.launched.definition.stop_on:
        stop = Stop(
            campaign=delivery.campaign, contact=delivery.contact, reason="bounced", at=here.now
        )
        return refused + dead + Change(stops=(stop,))
    return refused + dead + Change(planned=following(delivery, here))


def _noted(
    delivery: Delivery,
    state: DeliveryState,
    kind: EventKind,
    said: Reply,
    here: Situation,
) -> Change:
    """A state and the event that tells it: a sentence of ours so that everybody can read it."""
    data = kept(said) if isinstance(said, Text) else None
    on_the_wire = state in (DeliveryState.UNKNOWN, DeliveryState.REFUSED)
    expected = here.expected if on_the_wire else _AT_REST
    return Change(
        settled=(
            Settled(
                delivery=delivery.id,
                state=state,
                at=here.now,
                expected=expected,
                detail=as_line(said),
                attempted=state in (DeliveryState.REFUSED, DeliveryState.UNKNOWN),
                address=here.address,
            ),
        ),
        events=(_event(kind, delivery, here, note=str(said) or None, data=data),),
    )


def _event(
    kind: EventKind,
    delivery: Delivery,
    here: Situation,
    *,
    stage: str | None = None,
    cost: Decimal | None = None,
    minutes: Decimal | None = None,
    note: str | None = None,
    data: Mapping[str, object] | None = None,
) -> Event:
    return Event(
        kind=kind,
        contact=delivery.contact,
        at=here.happened_at,
        recorded_at=here.now,
        campaign=delivery.campaign,
        step=delivery.step_id,
        delivery=delivery.id,
        channel=delivery.channel,
        stage=stage,
        cost=cost,
        minutes=minutes,
        author=here.author,
        note=note,
        data=data,
    )
