"""The call or the visit that a recorded fact is the outcome of, and what it cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from outreach.model.audience import Arm
from outreach.model.campaign import Channel, Step
from outreach.model.change import Change, Progress, Settled
from outreach.model.delivery import Delivery, DeliveryState, Skipped
from outreach.model.event import Event, EventKind
from outreach.model.settings import Settings
from outreach.model.stage import CALL_AGAIN, DEFAULT_CHAIN, IN_PERSON, NOBODY_THERE
from outreach.runner.facts import Fact
from outreach.runner.outcomes import Situation, change_for, contacted, following
from outreach.scheduling.attempts import call_back_at, gives_up, next_attempt
from outreach.scheduling.calendar import Calendar
from outreach.store.known import Known

#: Facts that are the outcome of a call, where one is due for the person.
OUTCOMES_OF_A_CALL = frozenset(
    {"no_answer", "wrong_number", "call_back", "spoken", "met", "refused", "lost", "appointment"}
)

#: Facts that tell of a call or a visit that reached nobody.
_IN_VAIN = NOBODY_THERE | {"bounced", "returned"}

#: The first stage of a chain.
FIRST_STAGE = DEFAULT_CHAIN[0]

#: The outcome of a task: our own work, that touches nobody.
DONE = "done"


@dataclass(frozen=True, slots=True)
class Work:
    """What somebody did with his own hands, and what it takes to take it back."""

    change: Change = field(default_factory=Change)
    delivery: Delivery | None = None
    undoing: Mapping[str, object] = field(default_factory=dict)


def work_done(
    fact: Fact, known: Known, settings: Settings, calendar: Calendar, now: datetime
) -> Work:
    """What follows for the step that was due, or of the call made beside all steps."""
    delivery = answered(fact, known, calendar, now)
    if delivery is None:
        return Work(_beside_all_steps(fact, settings, now) + _got_through(fact, known, now))
    assert fact.campaign is not None
    here = Situation(
        launched=fact.campaign,
        calendar=calendar,
        costs=settings.costs,
        now=now,
        at=fact.at,
        author=fact.author,
        expected=(DeliveryState.DUE,),
    )
    step = fact.campaign.definition.step(delivery.step)
    touch = _touch(fact, delivery.channel, settings, now, step=step, delivery=delivery)
    change = Change(events=(touch,))
    if _reached_someone(fact):
        change += contacted(delivery, here)
    change += _settled(delivery, step, fact, here, touch)
    left = change.settled[0]
    was = {
        "id": delivery.id,
        "due_at": delivery.due_at.isoformat(),
        "state": delivery.state.value,
        "attempts": delivery.attempts,
        "left": left.state.value,
        "left_due": left.due_at.isoformat() if left.due_at else None,
        "tries": int(left.attempted),
        **known.beside.get(delivery.id, {}),
    }
    return Work(change, delivery, {"was": [was]})


def answered(fact: Fact, known: Known, calendar: Calendar, now: datetime) -> Delivery | None:
    """The step done by hand that the fact is the outcome of: the one named, else one due.

    On a channel that is not worked by hand nobody was called: the call stays to be made. What
    is said to have come of a call or a visit is the outcome of one, whatever it is; and who
    was spoken with before its day has had his call; so has whoever waits for a later day only
    because his own was full, whatever came of it. Where no channel is told, what was said
    before the day of the call did not come of it, however late it is written down. A task is
    done by what names it: what a person says does not do our work.
    """
    if fact.delivery is not None:
        return fact.delivery
    if fact.campaign is None or (fact.channel is not None and not fact.channel.by_hand):
        return None
    if fact.channel is None and fact.stage not in (*OUTCOMES_OF_A_CALL, DONE):
        return None
    is_task = fact.stage == DONE or fact.channel is Channel.TASK
    early = fact.channel is not None and fact.stage not in (*_IN_VAIN, *CALL_AGAIN)
    for one in known.open:
        fallen_due = one.due_at <= max(now, fact.at)
        if fact.channel is None and not is_task:
            fallen_due &= calendar.day_of(one.due_at) <= calendar.day_of(fact.at)
        fallen_due |= _is_given(one, known)
        waits = one.state is DeliveryState.DUE and (early or fallen_due)
        ours = one.campaign == fact.campaign.id and one.channel.by_hand
        if (
            waits
            and ours
            and (one.channel is Channel.TASK) == is_task
            and (fact.channel in (None, one.channel))
        ):
            return one
    return None


def _is_given(delivery: Delivery, known: Known) -> bool:
    """It has fallen due and stands in somebody's day; nobody has begun with it."""
    said = known.beside.get(delivery.id, {})
    return "assignee" in said and "detail" not in said and delivery.attempts == 0


def _settled(delivery: Delivery, step: Step, fact: Fact, here: Situation, touch: Event) -> Change:
    """What becomes of the step: done, to be tried again, or passed over after so many tries."""
    due_at: datetime | None = None
    follows = Change()
    if fact.stage not in CALL_AGAIN:
        state = DeliveryState.SENT
        follows = Change(planned=following(delivery, here))
    elif why := _passed_over(delivery, step, fact):
        passed = change_for(delivery, Skipped(why), here)
        state = DeliveryState.SKIPPED
        follows = Change(events=passed.events, planned=passed.planned)
    else:
        state = DeliveryState.DUE
        due_at = (
            call_back_at(here.calendar, fact.at, fact.back_on)
            if fact.stage == "call_back"
            else next_attempt(here.calendar, fact.at)
        )
    done = Settled(
        delivery=delivery.id,
        state=state,
        # A step that stays to be made was tried when it was said; one that is over, when it was.
        at=here.now if state is DeliveryState.DUE else fact.at,
        expected=(DeliveryState.DUE,),
        detail=fact.stage,
        due_at=due_at,
        # Who asks to be called back was reached: it ends nobody's patience.
        attempted=fact.stage != "call_back",
        cost=touch.cost,
    )
    return Change(settled=(done,)) + follows


def _passed_over(delivery: Delivery, step: Step, fact: Fact) -> str | None:
    """Why the chain goes on without it, after a try in vain: no number is left, or patience."""
    if fact.stage not in _IN_VAIN:
        return None
    if fact.stage == "wrong_number" and not delivery.channel.kind.reaches(fact.contact.values):
        return "no_address"
    return "no_answer" if gives_up(step, delivery.attempts) else None


def _beside_all_steps(fact: Fact, settings: Settings, now: datetime) -> Change:
    """A call or a visit that no campaign had planned is a touch all the same, at its cost.

    Minutes and kilometres of anything else are work for the person, that touches nobody: they
    cost what they cost, and nobody is taken to have been called.
    """
    if fact.channel in (Channel.CALL, Channel.VISIT):
        return Change(events=(_touch(fact, fact.channel, settings, now),))
    if fact.minutes is None and fact.km is None:
        return Change()
    work = _touch(fact, Channel.TASK, settings, now)
    return Change(events=(replace(work, stage=DONE),))


def _reached_someone(fact: Fact) -> bool:
    """Of a call or a visit: whether anybody was there, whatever he said."""
    return fact.stage not in (*_IN_VAIN, FIRST_STAGE, DONE)


def _got_through(fact: Fact, known: Known, now: datetime) -> Change:
    """A call or a visit that reached somebody is a contact, planned by a step or not (CONTRACT).

    Who was spoken with or met was called or visited, though nobody says by which way. Nothing
    is done to the control group, whatever is recorded of it.
    """
    campaign = fact.campaign
    called = fact.channel in (Channel.CALL, Channel.VISIT) and _reached_someone(fact)
    if campaign is None or not (called or (fact.channel is None and fact.stage in IN_PERSON)):
        return Change()
    place = known.places.get(campaign.id)
    if place is None or place.arm != Arm.ENROLLED.value:
        return Change()
    stage = campaign.definition.chain[0]
    event = Event(
        kind=EventKind.REACHED,
        contact=fact.contact.id,
        at=fact.at,
        recorded_at=now,
        campaign=campaign.id,
        channel=fact.channel,
        stage=stage,
        author=fact.author,
    )
    came_to = Progress(campaign=campaign.id, contact=fact.contact.id, stage=stage, rank=0)
    return Change(events=(event,), progress=(came_to,))


def _touch(
    fact: Fact,
    channel: Channel,
    settings: Settings,
    now: datetime,
    *,
    step: Step | None = None,
    delivery: Delivery | None = None,
) -> Event:
    """One attempt, with what it took; it reached nobody when nobody answered."""
    minutes = fact.minutes
    if minutes is None:
        minutes = step.minutes if step and step.minutes is not None else channel.kind.minutes
    return Event(
        kind=EventKind.TOUCHED,
        contact=fact.contact.id,
        at=fact.at,
        recorded_at=now,
        campaign=fact.campaign.id if fact.campaign else None,
        step=delivery.step_id if delivery else None,
        delivery=delivery.id if delivery else None,
        channel=channel,
        stage="no_answer" if fact.stage in _IN_VAIN else DONE if fact.stage == DONE else None,
        cost=_cost(fact, step, minutes, settings),
        minutes=minutes,
        km=fact.km,
        author=fact.author,
    )


def _cost(fact: Fact, step: Step | None, minutes: Decimal | None, settings: Settings) -> Decimal:
    """The step's own price, else its minutes at the settings' rate; the road comes on top of both.

    The price of a step stands for what each of its touches takes alike; how far somebody drove
    for one of them is told of that one alone.
    """
    costs = settings.costs
    road = (fact.km or 0) * costs.km
    if step is not None and step.cost is not None:
        return step.cost + road
    return (minutes or 0) * costs.minute + road
