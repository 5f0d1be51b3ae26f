"""What comes next for a person in a campaign: which step, when, by whom; or why nothing does.

Never nothing: whoever was matched by a campaign has a step to come or a reason for none.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from outreach.errors import Text
from outreach.model.audience import Arm
from outreach.model.campaign import Campaign, CampaignState, Channel, Step, Track
from outreach.model.contact import Contact
from outreach.model.delivery import DeliveryState
from outreach.model.event import EventKind
from outreach.model.said import from_line
from outreach.model.settings import Settings
from outreach.runner.kept_back import not_permitted, pressed, silent
from outreach.runner.next_step import Around
from outreach.runner.next_step import Next as Next
from outreach.runner.record import Recorded
from outreach.runner.tracks import awaited
from outreach.runner.unreachable import leaves_at, unreachable
from outreach.runner.wording import (
    exclusion_text,
    held_text,
    reason_text,
    rule_text,
    stage_text,
)
from outreach.scheduling.repeats import firing_after
from outreach.store.campaigns import Launched
from outreach.store.due_to import WAITED
from outreach.store.store import Store
from outreach.store.ties import state_of

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


def next_of(
    store: Store, contact: Contact, launched: Launched, *, settings: Settings, now: datetime
) -> Next | None:
    """What comes next for a person in one campaign; None of somebody it did not match."""
    membership = store.campaigns.enrolment(launched.id, contact.id)
    if membership is None:
        return None
    around = Around(
        store=store,
        settings=settings,
        contact=contact,
        owner=state_of(store.database, contact.id).owner,
        now=now,
        events=store.events.of_contact(contact.id),
    )
    deliveries = store.deliveries.of_contact(contact.id, launched.id)
    return next_in(membership, launched, deliveries, around)


def still_coming(
    store: Store, recorded: Recorded, *, settings: Settings, now: datetime
) -> Next | None:
    """The step that somebody gets all the same who has just said no; None where none comes."""
    fact = recorded.fact
    if not recorded.in_spite or fact.campaign is None:
        return None
    found = next_of(store, fact.contact, fact.campaign, settings=settings, now=now)
    return found if found is not None and found.step is not None else None


def next_in(membership: Any, launched: Launched, deliveries: Sequence[Any], around: Around) -> Next:
    """What comes, or the reason why nothing does."""
    if membership.arm == Arm.EXCLUDED.value:
        return _left_out(membership, launched, around)
    if membership.arm == Arm.CONTROL.value:
        what = Text("in the control group: never contacted by this campaign, followed all the same")
        return _nothing(what, "control")
    waiting = [d for d in deliveries if d.state in _WAITING]
    if membership.stopped_at is not None and not waiting:
        ended = Text("the chain ended: {reason}", reason=reason_text(membership.stop_reason))
        return _nothing(ended, membership.stop_reason)
    if waiting:
        delivery = min(waiting, key=lambda d: (d.due_at, d.id))
        return _coming(delivery, launched, membership, around)
    if waits := awaited(launched.definition, membership, {d.step_name for d in deliveries}):
        return _nothing(waits, "track")
    again = None if membership.stop_reason else _again(launched, around)
    return again or _nothing(Text("every step is done"), None)


def last_track(launched: Launched, deliveries: Sequence[Any]) -> Track:
    """The last track that was opened for the person, also where his chain has ended since."""
    track = Track.MAIN
    steps = {step.name: step for step in launched.definition.steps}
    for delivery in deliveries:
        step = steps.get(delivery.step_name)
        if step is not None and step.track is not Track.MAIN:
            track = step.track
    return track


# --- a step that waits --------------------------------------------------------------------------


def _coming(delivery: Any, launched: Launched, membership: Any, around: Around) -> Next:
    step = _step(launched.definition, delivery.step_name)
    name = delivery.step_name
    by = _by(delivery, membership, step, around)
    if delivery.occurrence > 1:
        name = f"{name} ({delivery.occurrence})"
    what = _standing(launched, name) or _moving(delivery, name, around)
    if what is not None:
        return Next(step=delivery.step_name, at=delivery.due_at, what=what, by=by)
    return (
        unreachable(delivery, launched, name, around)
        or not_permitted(delivery, launched, name, by, around)
        or pressed(delivery, name, by, around)
        or silent(delivery, name, by, around)
        or Next(
            step=delivery.step_name,
            at=leaves_at(
                delivery.due_at, Channel(delivery.channel), launched.definition, around
            ),
            what=_due(delivery, name, around),
            by=by,
        )
    )  # fmt: skip


def _step(definition: Campaign, name: str) -> Step | None:
    """The step of that name; None where an edited campaign has it no more."""
    return next((step for step in definition.steps if step.name == name), None)


def _by(delivery: Any, membership: Any, step: Step | None, around: Around) -> str | None:
    """Who does it: a seller of the team, or the sender of an e-mail."""
    if not Channel(delivery.channel).by_hand:
        return str(delivery.sender) if delivery.sender else None
    named = step.by if step else None
    found = delivery.assignee or named or membership.owner or around.owner
    return str(found) if found else None


def _standing(launched: Launched, step: str) -> Text | None:
    """Why a campaign that does not run does nothing."""
    if launched.state is CampaignState.STOPPED:
        return Text("{step} will not come: the campaign was stopped", step=step)
    if launched.state is not CampaignState.PAUSED:
        return None
    if launched.reason is None:
        return Text("{step} waits: the campaign is paused", step=step)
    return Text("{step} waits: the campaign is paused: {reason}", step=step,
                reason=launched.reason)  # fmt: skip


def _moving(delivery: Any, step: str, around: Around) -> Text | None:
    """What is held, on its way, or in doubt."""
    match DeliveryState(delivery.state):
        case DeliveryState.HELD:
            held = [
                event
                for event in around.events
                if event.kind == EventKind.HELD.value and event.delivery_id == delivery.id
            ]
            return held_text(step, delivery.detail, held[-1].data if held else None)
        case DeliveryState.UNKNOWN:
            return Text("{step}: nobody knows whether it arrived; see outreach settle", step=step)
        case DeliveryState.CLAIMED:
            return Text("{step} is being sent by a run", step=step)
        case _:
            return None


def _due(delivery: Any, step: str, around: Around) -> Text:
    channel, due = Channel(delivery.channel), delivery.due_at <= around.now
    if channel.by_hand:
        return _by_hand(delivery, step, channel, due)
    if channel is Channel.LETTER and delivery.batch_id is not None:
        return Text("{step} is printed and waits to be posted", step=step)
    if delivery.detail not in (None, "", WAITED):
        return Text(
            "{step} is tried again; last time: {reply}", step=step, reply=from_line(delivery.detail)
        )
    return Text("{step} comes next", step=step)


def _by_hand(delivery: Any, step: str, channel: Channel, due: bool) -> Text:
    if delivery.attempts:
        return Text("{step}: to be tried again, after {count} in vain ({last})", step=step,
                    count=delivery.attempts, last=stage_text(delivery.detail))  # fmt: skip
    if not due:
        return Text("{step} comes next", step=step)
    if channel is Channel.CALL:
        return Text("{step}: somebody is to do it; see outreach calls", step=step)
    if channel is Channel.VISIT:
        return Text("{step}: somebody is to do it; see outreach visits", step=step)
    return Text("{step}: somebody is to do it; see outreach tasks", step=step)


# --- nothing comes --------------------------------------------------------------------------------


def _left_out(membership: Any, launched: Launched, around: Around) -> Next:
    rule = next(
        (
            str(event.data["rule"])
            for event in reversed(around.events)
            if event.campaign_id == launched.id and (event.data or {}).get("rule")
        ),
        None,
    )
    reason = exclusion_text(membership.reason)
    if rule is not None:
        reason = Text("{first}: {rest}", first=reason, rest=rule_text(rule))
    out = Text("left out at the launch: {reason}", reason=reason)
    return Next(step=None, at=None, what=out, reason=membership.reason, rule=rule)


def _again(launched: Launched, around: Around) -> Next | None:
    """The next time that a repeated campaign begins anew."""
    definition = launched.definition
    if definition.repeat is None or launched.state is not CampaignState.RUNNING:
        return None
    at = firing_after(
        definition.repeat, around.now, calendar=around.calendar, last=definition.not_after
    )
    if at is None:
        return None
    first = definition.following(None)
    step = first[0].name if first else None
    what = Text("{step} comes again: the campaign repeats", step=step or definition.name)
    return Next(step=step, at=at, what=what)


def _nothing(what: Text, reason: str | None) -> Next:
    return Next(step=None, at=None, what=what, reason=reason)


def at_midnight(day: date, settings: Settings) -> datetime:
    """The first instant of a day in the workspace's zone."""
    return datetime.combine(day, time(), settings.zone)
