"""How far people stand in their campaigns, made anew from the events that stand.

The furthest stage; whether their chain is stopped, by whom and why; which track they are in;
and what of their steps comes again since it is not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select, true, update
from sqlalchemy.engine import Dialect

from outreach.model.audience import Arm
from outreach.model.campaign import Campaign, CampaignState, Step, Track
from outreach.model.delivery import DeliveryState
from outreach.model.event import EventKind
from outreach.model.ids import CampaignId, ContactId
from outreach.model.stage import ALONE, FACTS, INTERESTS, OPPOSED, OTHERS, SET_ASIDE
from outreach.store import schema
from outreach.store.bulk import insert_rows
from outreach.store.folding import Folded
from outreach.store.known import Other
from outreach.store.lists import among
from outreach.store.prepared import ForEach
from outreach.store.standing import STOPPED
from outreach.store.turning import TRACK, cancelled

#: A person in a campaign.
Place = tuple[CampaignId, ContactId]


@dataclass(frozen=True, slots=True)
class Again:
    """Where somebody stands by what is on record."""

    place: Place
    stage: str | None
    rank: int | None
    #: Why his chain is stopped; None: it goes on.
    stopped: str | None
    track: Track


def stand_again(
    connection: Connection,
    people: Mapping[ContactId, Folded],
    others: Mapping[ContactId, Sequence[Other]],
    theirs: Mapping[ContactId, Folded],
    definitions: Mapping[CampaignId, Campaign],
    now: datetime,
) -> tuple[list[Place], list[int]]:
    """Put enrolments and deliveries to what stands.

    The places whose chain goes on again, and the deliveries that come again with it.
    """
    e, c = schema.enrolment.c, schema.campaign.c
    # A record that was merged away gets nothing more: its chain stays as the merge left it.
    rows = connection.execute(
        select(schema.enrolment, _over().label("over"))
        .join(schema.campaign, c.id == e.campaign_id)
        .join(schema.contact, schema.contact.c.id == e.contact_id)
        .where(among(connection, e.contact_id, people), e.arm != Arm.EXCLUDED.value)
        .where(schema.contact.c.merged_into.is_(None))
    ).all()
    freed: list[Place] = []
    revived: list[int] = []
    #: People who go on in the same campaign on the same track.
    alike: dict[tuple[CampaignId, Track], list[ContactId]] = {}
    agains: list[tuple[Any, Again]] = []
    for row in rows:
        definition = definitions.get(CampaignId(row.campaign_id))
        if definition is not None:
            relatives = [(one, theirs[one.contact]) for one in others.get(row.contact_id, ())]
            agains.append((row, _again(row, people[row.contact_id], relatives, definition)))
    _write(connection, agains)
    for row, again in agains:
        if row.over:
            continue
        if again.stopped is None and (row.stopped_at is not None or _moved(row, again)):
            freed.append(again.place)
            alike.setdefault((again.place[0], again.track), []).append(again.place[1])
    for (campaign, track), contacts in alike.items():
        _leave_others(connection, campaign, contacts, definitions[campaign].of_track(track), now)
        revived += _revive(connection, campaign, contacts, definitions[campaign], track)
    return freed, revived


def _moved(row: Any, again: Again) -> bool:
    return bool(row.arm == Arm.ENROLLED.value) and _track(row) is not again.track


def _track(row: Any) -> Track:
    named = row.stop_reason if row.stopped_at is None else None
    return Track(named) if named else Track.MAIN


def _again(
    row: Any, own: Folded, relatives: Sequence[tuple[Other, Folded]], definition: Campaign
) -> Again:
    campaign = CampaignId(row.campaign_id)
    facts = [e for e in own.events if e.kind == EventKind.REACHED.value]
    here = [event.stage for event in facts if event.campaign_id == campaign]
    ranks = [definition.chain.index(stage) for stage in here if stage in definition.chain]
    rank = max(ranks, default=None)
    opened = [track for stage in here if (track := definition.opened_by(stage)) is not None]
    enrolled = row.arm == Arm.ENROLLED.value
    stopped = _stopped(row, facts, relatives, definition) if enrolled else None
    return Again(
        place=(campaign, ContactId(row.contact_id)),
        stage=None if rank is None else definition.chain[rank],
        rank=rank,
        stopped=stopped,
        track=opened[-1] if opened and enrolled else Track.MAIN,
    )


def _stopped(
    row: Any,
    facts: Iterable[Any],
    relatives: Sequence[tuple[Other, Folded]],
    definition: Campaign,
) -> str | None:
    """Why the chain is stopped. What no recording has to do with stays as it is."""
    if row.stopped_at is None:
        return None
    if row.stop_reason not in _words(definition):
        return str(row.stop_reason)
    ends = {*definition.stop_on, *SET_ASIDE}

    def ending(events: Iterable[Any], words: Collection[str]) -> str | None:
        for event in events:
            here = event.campaign_id == row.campaign_id and event.stage in words
            if event.stage in OPPOSED or (here and definition.opened_by(event.stage) is None):
                return str(event.stage)
        return None

    if (own := ending(facts, ends)) is not None:
        return own
    answers = {word for word in definition.stop_on if word not in ALONE}
    for other, their in relatives:
        said = [e for e in their.events if e.kind == EventKind.REACHED.value]
        if other.relation == "same" and (word := ending(said, answers | SET_ASIDE)) is not None:
            return word
        if other.relation in definition.stop_on:
            said = [event for event in said if event.stage not in OPPOSED]
            if ending(said, answers) is not None:
                return other.relation
    # Nothing goes on in a campaign that was stopped for good meanwhile.
    return STOPPED if row.over else None


def _over() -> ColumnElement[bool]:
    """Nothing leaves of the campaign any more: it was stopped for good, or deleted."""
    c = schema.campaign.c
    return or_(c.state == CampaignState.STOPPED.value, c.deleted_at.is_not(None))


def _words(definition: Campaign) -> set[str]:
    """Why recordings end chains."""
    return {*definition.chain, *FACTS, *INTERESTS, *OTHERS}


def _write(connection: Connection, agains: Sequence[tuple[Any, Again]]) -> None:
    some = [again for _, again in agains]
    _writing(connection.dialect).run(
        connection,
        {
            "campaign": [one.place[0] for one in some],
            "contact": [one.place[1] for one in some],
            "stage": [one.stage for one in some],
            "rank": [one.rank for one in some],
            "stopped_at": [row.stopped_at if one.stopped else None for row, one in agains],
            "reason": [one.stopped or _named(one.track) for one in some],
        },
    )


def _named(track: Track) -> str | None:
    return None if track is Track.MAIN else track.value


@lru_cache(maxsize=4)
def _writing(dialect: Dialect) -> ForEach:
    e = schema.enrolment.c

    def statement(given: Any) -> Any:
        return (
            update(schema.enrolment)
            .where(e.campaign_id == given["campaign"], e.contact_id == given["contact"])
            .values(
                stage=given["stage"], stage_rank=given["rank"], stopped_at=given["stopped_at"],
                stop_reason=given["reason"],
            )
        )  # fmt: skip

    each = {
        "campaign": e.campaign_id, "contact": e.contact_id, "stage": e.stage,
        "rank": e.stage_rank, "stopped_at": e.stopped_at, "reason": e.stop_reason,
    }  # fmt: skip
    return ForEach(statement, dialect, each=each)


def _leave_others(
    connection: Connection,
    campaign: CampaignId,
    contacts: Sequence[ContactId],
    steps: Sequence[Step],
    now: datetime,
) -> None:
    """What waits of a track that they turn out not to be in does not come."""
    d, s = schema.delivery.c, schema.step.c
    open_ = (DeliveryState.DUE.value, DeliveryState.HELD.value)
    astray = (
        select(d.id, d.campaign_id, d.contact_id, d.step_id, d.channel)
        .join(schema.step, s.id == d.step_id)
        .where(d.campaign_id == campaign, among(connection, d.contact_id, contacts))
        .where(d.state.in_(open_), s.name.not_in([step.name for step in steps]))
    )
    rows = connection.execute(astray).all()
    if rows:
        connection.execute(
            update(schema.delivery)
            .where(among(connection, d.id, [row.id for row in rows]))
            .values(state=DeliveryState.CANCELLED.value, detail=TRACK, settled_at=now)
        )
        insert_rows(connection, schema.event, cancelled(rows, now, TRACK))


def _revive(
    connection: Connection,
    campaign: CampaignId,
    contacts: Sequence[ContactId],
    definition: Campaign,
    track: Track,
) -> list[int]:
    """What the stop, or the other track, had cancelled comes again, on the track they are in."""
    d, s, b = schema.delivery.c, schema.step.c, schema.print_batch.c
    other = schema.delivery.alias("other")
    # Of a repeated one the firing to come and the one before it: nobody is sent old ones.
    newest = (
        select(func.max(other.c.occurrence))
        .where(other.c.campaign_id == campaign, other.c.step_id == d.step_id)
        .correlate(schema.delivery)
        .scalar_subquery()
    )
    firing = d.occurrence >= newest - 1 if definition.repeat else true()
    gone = connection.execute(
        select(d.id)
        .join(schema.step, s.id == d.step_id)
        .where(
            d.campaign_id == campaign,
            among(connection, d.contact_id, contacts),
            d.state == DeliveryState.CANCELLED.value,
            # The fact that ended it first may be another than the one that did last.
            d.detail.in_(sorted({*_words(definition), TRACK})),
            s.name.in_([step.name for step in definition.of_track(track)]),
            firing,
        )
    )
    ids = [one.id for one in gone]
    if ids:
        posted = select(b.id).where(b.campaign_id == campaign, b.posted_on.is_not(None))
        connection.execute(
            update(schema.delivery)
            .where(among(connection, d.id, ids))
            .values(
                state=DeliveryState.DUE.value, detail=None, settled_at=None,
                # Its letter was taken out of a pile that is posted: it is printed once more.
                batch_id=case((d.batch_id.in_(posted), None), else_=d.batch_id),
            )
        )  # fmt: skip
        _wake(connection, campaign)
    return ids


def _wake(connection: Connection, campaign: CampaignId) -> None:
    """A campaign in which all was done goes on."""
    c = schema.campaign.c
    here = and_(c.id == campaign, c.state == CampaignState.FINISHED.value)
    connection.execute(
        update(schema.campaign)
        .where(here)
        .values(state=CampaignState.RUNNING.value, finished_at=None)
    )
