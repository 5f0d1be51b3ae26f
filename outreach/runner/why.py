"""`why`: what a person got, what comes next and when, or why nothing comes.

Everyone has an answer: enrolled people have a next step or a reason for none, the others
a reason why they are out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from outreach.errors import Text
from outreach.model.audience import Arm
from outreach.model.campaign import CampaignState, Channel
from outreach.model.contact import Contact
from outreach.model.delivery import DeliveryState
from outreach.model.event import EventKind
from outreach.model.field import Catalogue
from outreach.model.ids import ContactId
from outreach.model.said import from_line
from outreach.model.silence import Silence
from outreach.runner.happened import happened, reason_of
from outreach.runner.silences import silences
from outreach.runner.wording import exclusion_text, held_text, reason_text
from outreach.store.campaigns import Launched
from outreach.store.store import Store


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened: when, a sentence, and the words of the contract behind it."""

    at: datetime
    what: Text
    kind: str
    #: Under which record: the contact's own, or one that was merged into it since.
    record: ContactId
    stage: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """What comes next in a campaign, or why nothing does."""

    step: str | None
    at: datetime | None
    what: Text
    #: Why nothing comes, in the contract's word (`opted_out`, `appointment`, `control`).
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One person in one campaign."""

    campaign: str
    arm: Arm
    reason: str | None
    past: tuple[Line, ...]
    next: Next
    #: Who writes to this person, where the campaign has several senders.
    sender: str | None = None


@dataclass(frozen=True, slots=True)
class Why:
    """Everything there is to say of one person."""

    contact: Contact
    stories: tuple[Story, ...]
    #: What happened outside campaigns: imports, changes, oppositions.
    beside: tuple[Line, ...]
    #: Why the person may not be contacted at all, per channel.
    forbidden: tuple[tuple[Channel, str], ...]


def why(store: Store, contact: Contact, campaign: Launched | None = None, *, now: datetime) -> Why:
    """The story of a person, in one campaign or in all."""
    known = {c.id: c for c in store.campaigns.all()}
    memberships = [
        row
        for row in store.campaigns.all_memberships(contact.id)
        if row.campaign_id in known and (campaign is None or row.campaign_id == campaign.id)
    ]
    events = store.events.of_contact(contact.id)
    stories = tuple(
        _story(store, contact, row, known[row.campaign_id], events, now) for row in memberships
    )
    catalogue = store.database.catalogue
    beside = tuple(_line(event, catalogue) for event in events if event.campaign_id is None)
    channels = (Channel.EMAIL, Channel.LETTER, Channel.CALL)
    answers = [(channel, store.suppressions.forbids(contact, channel)) for channel in channels]
    return Why(contact, stories, beside, tuple((ch, reason) for ch, reason in answers if reason))


def _story(
    store: Store,
    contact: Contact,
    membership: Any,
    launched: Launched,
    events: list[Any],
    now: datetime,
) -> Story:
    here = [event for event in events if event.campaign_id == launched.id]
    deliveries = store.deliveries.of_contact(membership.contact_id, launched.id)
    return Story(
        campaign=launched.name,
        arm=Arm(membership.arm),
        reason=membership.reason,
        past=tuple(_line(event, store.database.catalogue) for event in here),
        next=_next(membership, launched, deliveries, here, _silences(store, contact, now)),
        sender=membership.sender,
    )


#: Of a delivery that is due: the silence that keeps it back.
_Silenced = Callable[[Any], Silence | None]


def _next(
    membership: Any,
    launched: Launched,
    deliveries: list[Any],
    events: list[Any],
    silenced: _Silenced,
) -> Next:
    """What comes, or the reason why nothing does: never nothing."""
    if membership.arm == Arm.EXCLUDED.value:
        why_out = exclusion_text(membership.reason)
        out = Text("left out at the launch: {reason}", reason=why_out)
        return _nothing(out, membership.reason)
    if membership.arm == Arm.CONTROL.value:
        what = Text("in the control group: never contacted, followed all the same")
        return _nothing(what, "control")
    if membership.stopped_at is not None:
        ended = Text("the chain ended: {reason}", reason=reason_text(membership.stop_reason))
        return _nothing(ended, membership.stop_reason)
    waiting = [d for d in deliveries if d.state in _WAITING]
    if waiting:
        return _coming(min(waiting, key=lambda d: d.due_at), launched, events, silenced)
    return _nothing(Text("every step is done"), None)


#: States in which something is still to happen.
_WAITING = frozenset(
    state.value
    for state in (
        DeliveryState.DUE,
        DeliveryState.CLAIMED,
        DeliveryState.HELD,
        DeliveryState.UNKNOWN,
    )
)


def _coming(delivery: Any, launched: Launched, events: list[Any], silenced: _Silenced) -> Next:
    state = DeliveryState(delivery.state)
    step = delivery.step_name
    if launched.state is CampaignState.PAUSED:
        what = _paused(step, launched.reason)
    elif launched.state is CampaignState.STOPPED:
        what = Text("{step} will not come: the campaign was stopped", step=step)
    elif state is DeliveryState.HELD:
        held = [e for e in events if e.kind == EventKind.HELD.value and e.step_name == step]
        what = held_text(step, delivery.detail, held[-1].data if held else None)
    elif state is DeliveryState.UNKNOWN:
        what = Text("{step}: nobody knows whether it arrived; see outreach settle", step=step)
    elif state is DeliveryState.CLAIMED:
        what = Text("{step} is being sent by a run", step=step)
    elif Channel(delivery.channel).by_hand:
        what = Text("{step}: somebody is to do it; see outreach calls", step=step)
    elif delivery.channel == Channel.LETTER.value and delivery.batch_id is not None:
        what = Text("{step} is printed and waits to be posted", step=step)
    elif silence := silenced(delivery):
        what = Text("{step} waits: {reason}", step=step, reason=silence.reason)
        return Next(step=step, at=silence.until, what=what)
    elif delivery.detail:
        what = Text(
            "{step} is tried again; last time: {reply}", step=step, reply=from_line(delivery.detail)
        )
    else:
        what = Text("{step} comes next", step=step)
    return Next(step=step, at=delivery.due_at, what=what)


def _silences(store: Store, contact: Contact, now: datetime) -> _Silenced:
    """Which silence of its sender, if any, an e-mail to this person waits for."""
    domain = (contact.text("email") or "").rpartition("@")[2].lower()

    def lasting(delivery: Any) -> Silence | None:
        if delivery.channel != Channel.EMAIL.value or delivery.sender is None:
            return None
        found = silences(store, now).towards(delivery.sender, domain)
        return found if found and found.until >= delivery.due_at else None

    return lasting


def _paused(step: str, reason: Text | None) -> Text:
    if reason is None:
        return Text("{step} waits: the campaign is paused", step=step)
    return Text("{step} waits: the campaign is paused: {reason}", step=step, reason=reason)


def _nothing(what: Text, reason: str | None) -> Next:
    return Next(step=None, at=None, what=what, reason=reason)


def _line(event: Any, catalogue: Catalogue) -> Line:
    sentence = happened(event, catalogue)
    reason = reason_of(event) or (event.note if event.kind == EventKind.SKIPPED.value else None)
    return Line(event.at, sentence, event.kind, ContactId(event.contact_id), event.stage, reason)
