"""`why`: the whole story of a person, what comes next, when and by whom, or why nothing does.

Everyone has an answer: a step to come, a promise, a day to come back, a reason to leave him
be; whoever has none of them is adrift, and that is said.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from outreach.errors import Text
from outreach.model.audience import Arm
from outreach.model.campaign import CampaignState, Channel, Track
from outreach.model.contact import Contact, Interest
from outreach.model.event import EventKind
from outreach.model.field import Catalogue
from outreach.model.ids import ContactId
from outreach.model.settings import Settings
from outreach.runner.adrift import Adrift, Plans, adrift_one, named_in
from outreach.runner.coming_next import at_midnight, last_track, next_in
from outreach.runner.happened import happened, reason_of
from outreach.runner.next_step import Around, Next
from outreach.runner.refusals import Refusal, refusals
from outreach.runner.wording import follow_up_text, interest_text
from outreach.store.campaigns import Launched
from outreach.store.follow_ups import Promise
from outreach.store.store import Store
from outreach.store.ties import (
    Recommendation,
    Request,
    State,
    recommendations,
    requests,
    state_of,
)


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
    author: str | None = None
    #: It was taken back, or corrected, later.
    corrected: bool = False


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
    #: The seller he was given to.
    owner: str | None = None
    #: In which of the waves he began, and on which track he is.
    wave: int = 1
    track: Track = Track.MAIN
    #: The campaign is not over, nor is the person's part in it.
    goes_on: bool = False
    #: The campaign was deleted; its history is kept.
    deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Everything there is to say of one person."""

    contact: Contact
    state: State
    stories: tuple[Story, ...]
    #: What happened outside campaigns: imports, changes, oppositions.
    beside: tuple[Line, ...]
    #: Why the person may not be contacted at all, per channel.
    forbidden: tuple[tuple[Channel, str], ...]
    #: The rules behind it, and those that are not met, with their dates.
    refusals: tuple[Refusal, ...]
    promises: tuple[Promise, ...]
    requests: tuple[Request, ...]
    recommendations: tuple[Recommendation, ...]
    #: Of somebody who was forgotten.
    adrift: Adrift | None
    #: The first that comes, whatever it comes from; or why nothing does.
    next: Next


def why(
    store: Store,
    contact: Contact,
    campaign: Launched | None = None,
    *,
    settings: Settings,
    plans: Callable[[], Plans],
    now: datetime,
) -> Why:
    """The story of a person, in one campaign or in all.

    `plans` reads the campaigns that are written and not launched; it is only asked for
    somebody whom nothing else holds.
    """
    # What a deleted campaign sent, it sent.
    known = {c.id: c for c in store.campaigns.all(hidden_too=True)}
    memberships = [
        row
        for row in store.campaigns.all_memberships(contact.id)
        if row.campaign_id in known and (campaign is None or row.campaign_id == campaign.id)
    ]
    events = store.events.of_contact(contact.id)
    state = state_of(store.database, contact.id)
    around = Around(store=store, settings=settings, contact=contact, owner=state.owner, now=now,
                    events=events)  # fmt: skip
    lines = _Lines(store.database.catalogue, events)
    stories = tuple(_story(row, known[row.campaign_id], around, lines) for row in memberships)
    channels = (Channel.EMAIL, Channel.LETTER, Channel.CALL)
    answers = [(channel, store.suppressions.forbids(contact, channel)) for channel in channels]
    promises = tuple(store.follow_ups.of_contact(contact.id))
    read = cache(plans)
    adrift = adrift_one(store, read, contact.id)
    ends = _Ends(state, adrift, all(reason for _, reason in answers),
                 lambda: named_in(store, read(), contact.id))  # fmt: skip
    return Why(
        contact=contact,
        state=state,
        stories=stories,
        beside=lines.of(None),
        forbidden=tuple((channel, reason) for channel, reason in answers if reason),
        refusals=refusals(store, contact, settings, now=now),
        promises=promises,
        requests=tuple(requests(store.database, contact.id)),
        recommendations=tuple(recommendations(store.database, contact.id)),
        adrift=adrift,
        next=_first(stories, promises, ends, settings),
    )


def _story(membership: Any, launched: Launched, around: Around, lines: _Lines) -> Story:
    deliveries = around.store.deliveries.of_contact(membership.contact_id, launched.id)
    return Story(
        campaign=launched.name,
        arm=Arm(membership.arm),
        reason=membership.reason,
        past=lines.of(launched.id),
        next=_deleted(launched, around) or next_in(membership, launched, deliveries, around),
        sender=membership.sender,
        owner=membership.owner,
        wave=membership.wave,
        track=last_track(launched, deliveries),
        goes_on=(
            launched.deleted_at is None
            and launched.state in (CampaignState.RUNNING, CampaignState.PAUSED)
            and membership.stopped_at is None
            and membership.arm != Arm.EXCLUDED.value
        ),
        deleted=launched.deleted_at is not None,
    )


def _deleted(launched: Launched, around: Around) -> Next | None:
    if launched.deleted_at is None:
        return None
    day = launched.deleted_at.astimezone(around.settings.zone).date()
    what = Text("the campaign was deleted on {day}: its history is kept", day=day)
    return _nothing(what, "deleted")


# --- the past ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Lines:
    """A person's events as sentences."""

    catalogue: Catalogue
    events: Sequence[Any]

    def of(self, campaign: int | None) -> tuple[Line, ...]:
        """Those of a campaign, or those outside of all."""
        corrected = {event.corrects for event in self.events if event.corrects is not None}
        return tuple(
            self._line(event, event.id in corrected)
            for event in self.events
            if event.campaign_id == campaign
        )

    def _line(self, event: Any, corrected: bool) -> Line:
        skipped = event.note if event.kind == EventKind.SKIPPED.value else None
        return Line(
            at=event.at,
            what=happened(event, self.catalogue),
            kind=event.kind,
            record=ContactId(event.contact_id),
            stage=event.stage,
            reason=reason_of(event) or skipped,
            author=event.author,
            corrected=corrected,
        )


# --- what comes first -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Ends:
    """What is to be said of somebody for whom nothing is dated."""

    state: State
    adrift: Adrift | None
    forbidden: bool
    #: The campaigns to come that would take him.
    planned: Callable[[], tuple[str, ...]]

    def said(self, stories: Sequence[Story]) -> Next:
        if self.adrift is not None:
            return _nothing(self.adrift.why, "adrift")
        if self.state.interest == Interest.ARID.value:
            return _nothing(Text("archived: {reason}", reason=_reason(self.state)), "arid")
        if self.forbidden:
            return _nothing(Text("must not be contacted any more"), "suppressed")
        if going_on := [story.next for story in stories if story.goes_on]:
            return going_on[0]
        names = ", ".join(self.planned())
        what = Text("to come: {campaigns}, written and not launched yet", campaigns=names)
        return _nothing(what, "planned")


def _first(
    stories: Sequence[Story], promises: Sequence[Promise], ends: _Ends, settings: Settings
) -> Next:
    """The first dated thing to come; else what holds the person; else that he is adrift."""
    dated = [story.next for story in stories if story.next.at is not None]
    dated += [_promised(one, settings) for one in promises if one.follow_up.done_at is None]
    state = ends.state
    if state.interest == Interest.LATENT.value and state.interest_until is not None:
        what = Text("come back to them: {reason}", reason=_reason(state))
        at = at_midnight(state.interest_until, settings)
        dated.append(Next(step=None, at=at, what=what, reason="latent", by=state.owner))
    if dated:
        return min(dated, key=lambda one: one.at or at_midnight(date.max, settings))
    return ends.said(stories)


def _nothing(what: Text, reason: str) -> Next:
    return Next(step=None, at=None, what=what, reason=reason)


def _promised(one: Promise, settings: Settings) -> Next:
    what = follow_up_text(one.follow_up.kind.value)
    if one.follow_up.note:
        what = Text("{what}: {note}", what=what, note=one.follow_up.note)
    return Next(step=None, at=at_midnight(one.follow_up.due_on, settings), what=what,
                reason=one.follow_up.kind.value, by=one.owner)  # fmt: skip


def _reason(state: State) -> Text:
    if state.interest_reason:
        return Text("{reason}", reason=state.interest_reason)
    return interest_text(state.interest or "")
