"""Which way people go: what a recorded fact opens, and what they wait for there."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from outreach.errors import Text
from outreach.model.audience import Arm
from outreach.model.campaign import Campaign, CampaignState, Step, Track
from outreach.model.change import Change, Turn
from outreach.model.ids import ContactId
from outreach.runner.planning import planned
from outreach.runner.wording import stage_text
from outreach.scheduling.calendar import Calendar
from outreach.scheduling.sequence import due_at
from outreach.store.campaigns import Launched

#: What people call the tracks.
TRACKS = {
    Track.MAIN.value: Text("the main track"),
    Track.POSITIVE.value: Text("the positive track"),
    Track.NEGATIVE.value: Text("the negative track"),
}


def opens(launched: Launched, membership: Any, fact: str) -> bool:
    """Whether a fact leads this person into a track with steps, and so does not end his chain.

    `membership` is a row of the enrolments, or None.
    """
    return (
        membership is not None
        and membership.arm == Arm.ENROLLED.value
        and membership.stopped_at is None
        and launched.state is not CampaignState.STOPPED
        and launched.definition.opened_by(fact) is not None
    )


def turned(
    launched: Launched,
    membership: Any,
    fact: str,
    *,
    at: datetime,
    calendar: Calendar,
    now: datetime,
    because: str | None = None,
) -> Change:
    """What follows from a fact that opens a track: other steps end, those it opens fall due.

    They are counted from `at`, when it happened. Nothing where it opens none. `because` is
    the token of the recording, by which it is taken back.
    """
    definition = launched.definition
    track = definition.opened_by(fact)
    if track is None or not opens(launched, membership, fact):
        return Change()
    contact = ContactId(membership.contact_id)
    writer = membership.sender if membership.sender in definition.senders else None
    coming = tuple(
        planned(
            definition,
            step,
            contact,
            due_at(step, done_at=at, calendar=calendar),
            campaign=launched.id,
            step_id=launched.steps[step.name],
            sender=writer,
        )
        for step in definition.opening(track, fact)
    )
    turn = Turn(
        campaign=launched.id,
        contact=contact,
        track=track,
        fact=fact,
        at=now,
        steps=tuple(launched.steps[step.name] for step in definition.of_track(track)),
        opens=bool(coming),
        because=because,
    )
    return Change(turns=(turn,), planned=coming)


def way(definition: Campaign, facts: Iterable[str]) -> Track:
    """Which way somebody goes of whom these facts are known, in the order they were recorded."""
    track = Track.MAIN
    for fact in facts:
        track = definition.opened_by(fact) or track
    return track


def track_of(membership: Any) -> Track:
    """Which way somebody goes whose chain has not ended."""
    if membership.stopped_at is not None or membership.stop_reason is None:
        return Track.MAIN
    return Track(membership.stop_reason)


def opened_by(definition: Campaign, step: Step) -> Text | None:
    """The answers that lead to a step; None for those of the main track."""
    if step.track is Track.MAIN:
        return None
    begin = step
    while begin.waits_for is not None:
        begin = definition.step(begin.waits_for)
    facts = [begin.after.step] if begin.after else definition.tracks.get(step.track, ())
    return _listed(facts)


def _listed(facts: Iterable[str]) -> Text | None:
    told: Text | None = None
    for fact in dict.fromkeys(facts):
        word = stage_text(fact)
        told = Text("{first}, {rest}", first=told, rest=word) if told else word
    return told


def awaited(definition: Campaign, membership: Any, known: Collection[str]) -> Text | None:
    """What somebody in a track waits for when nothing is due: the facts its steps name.

    `known` are the steps that were planned for him. None where nothing more is to come.
    """
    track = track_of(membership)
    facts = [
        step.after.step
        for step in definition.of_track(track)
        if step.after and step.after.fact and step.name not in known
    ]
    if track is Track.MAIN or not facts:
        return None
    return Text(
        "{track}: it goes on with: {facts}", track=TRACKS[track.value], facts=_listed(facts)
    )
