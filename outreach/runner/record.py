"""Recording what became of people: a reply, an appointment, an order, a returned letter.

One function decides everything that follows from one recorded fact: the stage of the
chain, the call it closes, the chain it stops, the address it ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from outreach.errors import OutreachError, Text, WrongUsage, did_you_mean
from outreach.model.audience import Arm
from outreach.model.campaign import Unit
from outreach.model.change import Change, Progress, Settled, Stop
from outreach.model.contact import Contact
from outreach.model.delivery import Delivery, DeliveryState, Sent, Skipped
from outreach.model.event import Event, EventKind
from outreach.model.ids import CampaignId
from outreach.model.settings import Settings
from outreach.model.stage import CALL_AGAIN, DEFAULT_CHAIN, FACTS
from outreach.model.suppression import Suppression, SuppressionKey, SuppressionScope
from outreach.runner.outcomes import Situation, change_for, contacted, touched
from outreach.scheduling.calendar import Calendar
from outreach.store.campaigns import Launched
from outreach.store.store import Store

#: Facts that are the outcome of a call, where one is due for the person.
OUTCOMES_OF_A_CALL = frozenset({"no_answer", "call_back", "met", "refused", "lost", "appointment"})

#: A call nobody answered this often is passed over, and the chain goes on.
CALL_ATTEMPTS = 3


class UnknownStage(WrongUsage):
    def __init__(self, stage: str, known: Iterable[str]) -> None:
        words = tuple(known)
        super().__init__(
            Text("{stage!r} is no stage of the chain", stage=stage),
            hint=did_you_mean(stage, words) or Text("known: {words}", words=", ".join(words)),
        )


class NotInCampaign(OutreachError):
    def __init__(self, contact: Contact, campaign: str) -> None:
        super().__init__(
            Text("{name} is not in campaign {campaign!r}", name=contact.name, campaign=campaign),
            hint=Text("see: outreach why {who}", who=contact.text("email") or str(contact.id)),
        )


class AmountWithoutOrder(WrongUsage):
    def __init__(self, stage: str) -> None:
        super().__init__(
            Text("an amount belongs to a quote or an order, not to {stage!r}", stage=stage)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that became known about a person. `at` is when it happened."""

    contact: Contact
    stage: str
    at: datetime
    campaign: Launched | None = None
    amount: Decimal | None = None
    margin: Decimal | None = None
    author: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was written down, and where it was credited."""

    fact: Fact
    #: The chain of the person in that campaign ended with it.
    stopped: bool
    #: A call that was due is done by it.
    call_done: bool


def credited(store: Store, contact: Contact) -> Launched | None:
    """The campaign an answer is credited to when none is named: the last one that touched him.

    Among the campaigns he is enrolled in (or control of): the one whose event about him is
    the latest; None when there is none.
    """
    memberships = [
        row for row in store.campaigns.memberships(contact.id) if row.arm != Arm.EXCLUDED.value
    ]
    if not memberships:
        return None
    last: dict[int, datetime] = {row.campaign_id: row.enrolled_at for row in memberships}
    for event in store.events.history([contact.id])[contact.id]:
        if event.campaign_id in last and event.kind == EventKind.TOUCHED.value:
            last[event.campaign_id] = max(last[event.campaign_id], event.at)
    chosen = max(last, key=lambda campaign: (last[campaign], campaign))
    return next((c for c in store.campaigns.all() if c.id == chosen), None)


def record(store: Store, fact: Fact, *, settings: Settings, now: datetime) -> Recorded:
    """Write down one fact and everything that follows from it, in one transaction.

    Raises `UnknownStage`, `NotInCampaign`, `AmountWithoutOrder`; nothing is written then.
    """
    _check(store, fact)
    calendar = Calendar(settings.country, settings.zone, settings.region)
    change = _the_fact(fact, now)
    call = _call_answered(store, fact, now)
    if call is not None:
        change += _after_call(call, fact, settings, calendar, now)
    stops = _stops(store, fact, now)
    change += Change(stops=stops) + _address_facts(fact, now)
    store.deliveries.write(change)
    done = call is not None and fact.stage not in CALL_AGAIN
    return Recorded(fact, stopped=bool(stops), call_done=done)


def _check(store: Store, fact: Fact) -> None:
    chain = fact.campaign.definition.chain if fact.campaign else DEFAULT_CHAIN
    if fact.stage not in chain and fact.stage not in FACTS:
        raise UnknownStage(fact.stage, [*chain, *FACTS])
    if fact.stage not in ("quote", "order") and (fact.amount or fact.margin):
        raise AmountWithoutOrder(fact.stage)
    if fact.campaign is None:
        return
    membership = store.campaigns.enrolment(fact.campaign.id, fact.contact.id)
    if membership is None or membership.arm == Arm.EXCLUDED.value:
        raise NotInCampaign(fact.contact, fact.campaign.name)


def _the_fact(fact: Fact, now: datetime) -> Change:
    campaign = fact.campaign
    event = Event(
        kind=EventKind.REACHED,
        contact=fact.contact.id,
        at=fact.at,
        recorded_at=now,
        campaign=campaign.id if campaign else None,
        stage=fact.stage,
        amount=fact.amount,
        margin=fact.margin,
        author=fact.author,
        note=fact.note,
    )
    if campaign is None or fact.stage not in campaign.definition.chain:
        return Change(events=(event,))
    rank = campaign.definition.chain.index(fact.stage)
    progress = Progress(campaign=campaign.id, contact=fact.contact.id, stage=fact.stage, rank=rank)
    return Change(events=(event,), progress=(progress,))


# --- the call it may be the outcome of --------------------------------------------------------


def _call_answered(store: Store, fact: Fact, now: datetime) -> Delivery | None:
    """The step done by hand that is due for this person, if the fact is an outcome of one."""
    if fact.campaign is None or fact.stage not in OUTCOMES_OF_A_CALL:
        return None
    for delivery in store.deliveries.open_by_hand(fact.contact.id, fact.campaign.id):
        if delivery.due_at <= max(now, fact.at):
            return delivery
    return None


def _after_call(
    call: Delivery, fact: Fact, settings: Settings, calendar: Calendar, now: datetime
) -> Change:
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
    reached = contacted(call, here) if fact.stage != "no_answer" else Change()
    if fact.stage not in CALL_AGAIN:
        return change_for(call, Sent(fact.stage), here) + reached
    vain = fact.stage if fact.stage == "no_answer" else None
    if vain and call.attempts + 1 >= CALL_ATTEMPTS:
        return touched(call, here, in_vain=vain) + change_for(call, Skipped("no_answer"), here)
    next_day = calendar.add(calendar.day_of(fact.at), 1, Unit.WORKING_DAYS)
    again = Settled(
        delivery=call.id,
        state=DeliveryState.DUE,
        at=now,
        expected=(DeliveryState.DUE,),
        detail=fact.stage,
        due_at=calendar.midnight(next_day),
        attempted=True,
    )
    return touched(call, here, in_vain=vain) + reached + Change(settled=(again,))


# --- what it ends -----------------------------------------------------------------------------


def _stops(store: Store, fact: Fact, now: datetime) -> tuple[Stop, ...]:
    """The chains that end: this campaign's by its own rule, all of them by an opposition."""
    everywhere = fact.stage in ("opted_out", "complained")
    stopped: list[CampaignId] = []
    for membership in store.campaigns.memberships(fact.contact.id):
        if membership.arm != Arm.ENROLLED.value or membership.stopped_at is not None:
            continue
        here = fact.campaign is not None and membership.campaign_id == fact.campaign.id
        if everywhere or (here and fact.stage in _stop_words(fact)):
            stopped.append(CampaignId(membership.campaign_id))
    return tuple(
        Stop(campaign=campaign, contact=fact.contact.id, reason=fact.stage, at=now)
        for campaign in stopped
    )


def _stop_words(fact: Fact) -> Sequence[str]:
    return fact.campaign.definition.stop_on if fact.campaign else ()


def _address_facts(fact: Fact, now: datetime) -> Change:
    """Oppositions suppress the person, bounces and returned post mark the address."""
    if fact.stage == "bounced":
        return Change(bounced=(fact.contact.id,))
    if fact.stage == "returned":
        return Change(returned=(fact.contact.id,))
    if fact.stage not in ("opted_out", "complained"):
        return Change()
    keys = [(SuppressionKey.CONTACT, str(fact.contact.id))]
    if email := fact.contact.text("email"):
        keys.append((SuppressionKey.EMAIL, email))
    return Change(
        suppressions=tuple(
            Suppression(
                key=key,
                value=value,
                scope=SuppressionScope.ALL,
                reason="opted_out",
                at=fact.at,
                note=fact.note,
            )
            for key, value in keys
        ),
        events=(
            Event(
                kind=EventKind.SUPPRESSED,
                contact=fact.contact.id,
                at=fact.at,
                recorded_at=now,
                data={"scope": SuppressionScope.ALL.value, "reason": fact.stage},
                author=fact.author,
            ),
        ),
    )
