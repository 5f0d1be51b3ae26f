"""Everything that follows from one recorded fact, as one `Change`.

Decided from what is known of the person beforehand (`store/known.py`); nothing is read or
written here. The event of the fact keeps what is needed to take it back (`runner/undo.py`):
the token of the recording stands in it as `recording`, and as `because` in all that followed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from outreach.model.audience import Arm
from outreach.model.campaign import CampaignState, Channel, Track
from outreach.model.change import Change, Planned, Progress, Stop
from outreach.model.event import Event, EventKind
from outreach.model.ids import CampaignId
from outreach.model.settings import Settings
from outreach.model.stage import ALONE, CALL_AGAIN, NO_TO_IT, OPPOSED, SET_ASIDE
from outreach.model.text import fold
from outreach.runner.aftermath import beside
from outreach.runner.by_hand import work_done
from outreach.runner.facts import Fact
from outreach.runner.opposed import opposed, opposed_others
from outreach.runner.tracks import opens, turned
from outreach.scheduling.calendar import Calendar
from outreach.store.campaigns import Launched
from outreach.store.known import Known, Other
from outreach.store.matching import ADDRESS


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """What the consequences of all facts depend on."""

    settings: Settings
    calendar: Calendar
    campaigns: Mapping[CampaignId, Launched]
    now: datetime


@dataclass(frozen=True, slots=True)
class Decided:
    """What is to be written, and what of it people are told."""

    change: Change
    stopped: bool
    call_done: bool
    #: The track that the fact opened.
    track: Track | None = None
    #: The channel of the step that it is the outcome of.
    work: Channel = Channel.CALL
    #: A no after which the chain of this person goes on as it was meant.
    in_spite: bool = False


def decide(
    fact: Fact,
    known: Known,
    others: Sequence[Other],
    here: Here,
    *,
    act: str,
    batch: Mapping[str, object] | None = None,
) -> Decided:
    """Everything that is written because `fact` was recorded under the token `act`.

    `batch` is kept in its event: what the facts of one file are taken back by.
    """
    work = work_done(fact, known, here.settings, here.calendar, here.now)
    overtaken = _overtaken(fact, known)
    turn = Change() if overtaken else _turned(fact, known, here, act)
    stops = _stops(fact, known, here, act, turns=overtaken or bool(turn.turns))
    theirs = _of_others(fact, others, here, act, turns=turn)
    notes, promised = beside(fact, known, here.calendar, here.now)
    follows = (
        work.change + turn + opposed(fact, others, known, act=act, now=here.now) + _address(fact)
    )
    follows += notes + _progress(fact)
    follows = _again(replace(follows, events=_because(follows.events, act)), known)
    data = {"recording": act, **(batch or {}), **_told(fact), **work.undoing, **promised}
    if fact.stage in OPPOSED:
        data["opposed"] = list(known.grounds)
    concerned = {stop.contact for stop in theirs} | opposed_others(fact, others)
    concerned |= {event.contact for event in follows.events} - {fact.contact.id}
    if concerned:
        data["others"] = sorted(concerned)
    if follows.planned:
        data["planned"] = [[p.campaign, p.step, p.occurrence] for p in follows.planned]
    head = Change(events=(_head(fact, here.now, data),), stops=(*stops, *theirs))
    return Decided(
        head + follows,
        stopped=bool(stops),
        call_done=work.delivery is not None and fact.stage not in CALL_AGAIN,
        track=turn.turns[0].track if turn.turns else None,
        work=work.delivery.channel if work.delivery is not None else Channel.CALL,
        in_spite=_in_spite(fact, known),
    )


# --- what is written of the fact itself -------------------------------------------------------


def _head(fact: Fact, now: datetime, data: Mapping[str, object]) -> Event:
    return Event(
        kind=EventKind.REACHED,
        contact=fact.contact.id,
        at=fact.at,
        recorded_at=now,
        campaign=fact.campaign.id if fact.campaign else None,
        channel=fact.channel,
        stage=fact.stage,
        amount=fact.amount,
        margin=fact.margin,
        author=fact.author,
        note=fact.note,
        data=data,
    )


def _told(fact: Fact) -> dict[str, object]:
    """What the event has no column for."""
    told: dict[str, object] = {}
    for name in ("reason", "origin", "quality", "items"):
        if (said := getattr(fact, name)) is not None:
            told[name] = said
    if fact.back_on is not None:
        told["back_on"] = fact.back_on.isoformat()
    for name in ("referrer", "referred"):
        if (other := getattr(fact, name)) is not None:
            told[name] = other.id
    if fact.written_to is not None:
        told["written_to"] = fact.written_to.id
    if fact.objections:
        told["objections"] = list(fact.objections)
    if fact.wrong:
        told["wrong_number"] = {"number": fact.number, "fields": list(fact.wrong)}
    return told


def _because(events: Sequence[Event], act: str) -> tuple[Event, ...]:
    return tuple(replace(event, data={**(event.data or {}), "because": act}) for event in events)


def _again(change: Change, known: Known) -> Change:
    """What a recording that was taken back had planned, or another track had ended, comes again."""

    def once_more(one: Planned) -> Planned:
        there = (one.campaign, one.step, one.occurrence) in known.undone
        return replace(one, again=True) if there else one

    if not (change.planned and known.undone):
        return change
    return replace(change, planned=tuple(map(once_more, change.planned)))


def _progress(fact: Fact) -> Change:
    campaign = fact.campaign
    if campaign is None or fact.stage not in campaign.definition.chain:
        return Change()
    rank = campaign.definition.chain.index(fact.stage)
    one = Progress(campaign=campaign.id, contact=fact.contact.id, stage=fact.stage, rank=rank)
    return Change(progress=(one,))


# --- what it ends, and what it opens ----------------------------------------------------------


def _turned(fact: Fact, known: Known, here: Here, act: str) -> Change:
    """The track that the fact opens for this person; an opposition opens none."""
    if fact.campaign is None or fact.stage in OPPOSED:
        return Change()
    place = known.places.get(fact.campaign.id)
    if not opens(fact.campaign, place, fact.stage):
        return Change()
    return turned(
        fact.campaign, place, fact.stage, at=fact.at, calendar=here.calendar, now=here.now,
        because=act,
    )  # fmt: skip


def _overtaken(fact: Fact, known: Known) -> bool:
    """Whether what the person said later leads another way: he is not turned back by what was
    told late, and it ends nothing either.
    """
    if fact.campaign is None or fact.stage in OPPOSED:
        return False
    definition = fact.campaign.definition
    track = definition.opened_by(fact.stage)
    if track is None:
        return False
    later = sorted(
        (at, stage)
        for stage, campaign, at, _ in known.said
        if campaign == fact.campaign.id and at > fact.at and definition.opened_by(stage)
    )
    return bool(later) and definition.opened_by(later[-1][1]) is not track


def _stops(fact: Fact, known: Known, here: Here, act: str, *, turns: bool) -> tuple[Stop, ...]:
    """The chains that end: this campaign's by its own rule, all of them by an opposition."""
    ended = [
        campaign
        for campaign, place in known.places.items()
        if place.arm == Arm.ENROLLED.value
        and place.stopped_at is None
        and (fact.stage in OPPOSED or (not turns and _is_here(fact, campaign) and _ends(fact)))
    ]
    return tuple(
        Stop(campaign=one, contact=fact.contact.id, reason=fact.stage, at=here.now, because=act)
        for one in sorted(ended)
    )


def _in_spite(fact: Fact, known: Known) -> bool:
    """Whether he goes on being contacted though he said no: his chain, and his campaign, run."""
    if fact.stage not in NO_TO_IT or fact.campaign is None:
        return False
    place = known.places.get(fact.campaign.id)
    return (
        place is not None
        and place.arm == Arm.ENROLLED.value
        and place.stopped_at is None
        and fact.campaign.state in (CampaignState.RUNNING, CampaignState.PAUSED)
        and fact.campaign.definition.goes_on_after(fact.stage)
    )


def _is_here(fact: Fact, campaign: CampaignId) -> bool:
    return fact.campaign is not None and fact.campaign.id == campaign


def _ends(fact: Fact) -> bool:
    assert fact.campaign is not None
    return fact.stage in fact.campaign.definition.stop_on or fact.stage in SET_ASIDE


def _of_others(
    fact: Fact, others: Sequence[Other], here: Here, act: str, *, turns: Change
) -> tuple[Stop, ...]:
    """The chains of the same person under another address; of colleagues and of a household,
    where the campaign says so. What leads to a good end ends theirs as what stops would.
    """
    if fact.stage in OPPOSED:
        same = [(other, campaign) for other in others if other.relation == "same"
                for campaign in other.campaigns]  # fmt: skip
    elif fact.campaign is None or fact.stage in ALONE:
        return ()
    else:
        answered = fact.stage in fact.campaign.definition.stop_on or any(
            turn.track is Track.POSITIVE for turn in turns.turns
        )
        asked = ("same", *fact.campaign.definition.stop_on) if answered else ()
        if fact.stage in SET_ASIDE:
            # Who says "not now" is not called again by his other name; his colleagues may be.
            asked = ("same",)
        same = [(other, fact.campaign.id) for other in others
                if other.relation in asked and fact.campaign.id in other.campaigns]  # fmt: skip
    return tuple(
        Stop(
            campaign=campaign,
            contact=other.contact,
            reason=fact.stage if other.relation == "same" else other.relation,
            at=here.now,
            because=act,
        )
        for other, campaign in same
    )


# --- addresses --------------------------------------------------------------------------------


def _address(fact: Fact) -> Change:
    """Bounces and returned post mark the address; not the one of who lives elsewhere by now."""
    if fact.stage == "bounced":
        return Change(bounced=(fact.contact.id,))
    if fact.stage == "returned" and not _lives_elsewhere(fact):
        return Change(returned=(fact.contact.id,))
    return Change()


def _lives_elsewhere(fact: Fact) -> bool:
    """The letter went to the address of a record that was merged into his, and his is another."""
    written = fact.written_to
    return written is not None and any(
        fold(written.text(name) or "") != fold(fact.contact.text(name) or "") for name in ADDRESS
    )
