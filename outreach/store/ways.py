"""Which way the one that stays goes, where two who are made one went different ways in a campaign.

The last thing that either of them said decides, as it would have, had there been one record:
whoever refused under one name is not called under the other. What waits of that way for the
one that goes is planned for the one that stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, select, update

from outreach.model.audience import Arm
from outreach.model.campaign import Campaign, Channel, Track
from outreach.model.change import Planned, Turn
from outreach.model.delivery import DeliveryState
from outreach.model.event import EventKind
from outreach.model.ids import CampaignId, ContactId, StepId
from outreach.store import schema
from outreach.store.bulk import insert_rows
from outreach.store.definitions import from_json
from outreach.store.edited import UNDONE
from outreach.store.engine import Database
from outreach.store.ledger import plan
from outreach.store.lists import among
from outreach.store.rows import one_with
from outreach.store.turning import cancelled, leave_others, turn

_OPEN = (DeliveryState.DUE.value, DeliveryState.HELD.value)


@dataclass(frozen=True, slots=True)
class _Both:
    """A campaign in which both are, and in which the chain of the one that stays goes on."""

    campaign: CampaignId
    _text: str
    #: The track of each; None: the chain of the other one has ended.
    mine: Track
    theirs: Track | None

    @property
    def definition(self) -> Campaign:
        """Read where it is asked for: most who are merged went the same way."""
        return from_json(self._text)


def go_their_way(
    connection: Connection, database: Database, kept: ContactId, other: ContactId, now: datetime
) -> list[dict[str, Any]]:
    """Turn the one that stays where the other one's way is the later; what it takes to go back."""
    turned: list[dict[str, Any]] = []
    for both in _together(connection, kept, other):
        if both.theirs in (None, Track.MAIN, both.mine):
            continue
        last = _last(connection, database, both, (kept, other))
        if last is not None and last[0] is both.theirs:
            turned.append(_turned(connection, both, last, kept, other, now))
    return turned


def turned_already(connection: Connection, kept: ContactId, other: ContactId) -> set[CampaignId]:
    """Campaigns in which what ended the other one's chain has led the one that stays another way.

    An answer ends the chain of the same person under another address: for the one who gave it,
    it opened a track, and that goes on.
    """
    e = schema.enrolment.c
    ended = select(e.campaign_id, e.stop_reason).where(
        e.contact_id == other, e.stopped_at.is_not(None)
    )
    reasons = {row.campaign_id: row.stop_reason for row in connection.execute(ended)}
    return {
        both.campaign
        for both in _together(connection, kept, other)
        if both.mine is not Track.MAIN
        and both.definition.opened_by(str(reasons.get(both.campaign))) is not None
    }


def go_back(connection: Connection, kept: ContactId, turned: Iterable[Any], now: datetime) -> None:
    """Go the way again that the merge had ended; what changed since then stays as it is."""
    e, d = schema.enrolment.c, schema.delivery.c
    for one in turned:
        back = connection.execute(
            update(schema.enrolment)
            .where(e.contact_id == kept, e.campaign_id == one["campaign"])
            .where(e.stopped_at.is_(None), e.stop_reason == one["to"])
            .values(stop_reason=one["was"])
        )
        if not back.rowcount:
            continue
        rows = connection.execute(
            select(d.id, d.campaign_id, d.contact_id, d.step_id, d.channel).where(
                among(connection, d.id, one["planned"]), d.state.in_(_OPEN)
            )
        ).all()
        _state(connection, [row.id for row in rows], DeliveryState.CANCELLED, UNDONE, now)
        insert_rows(connection, schema.event, cancelled(rows, now, UNDONE))
        for state in _OPEN:
            _state(connection, one[state], DeliveryState(state), None, None)


def _state(
    connection: Connection, ids: Iterable[int], state: DeliveryState, detail: str | None,
    at: datetime | None,
) -> None:  # fmt: skip
    connection.execute(
        update(schema.delivery)
        .where(among(connection, schema.delivery.c.id, list(ids)))
        .values(state=state.value, detail=detail, settled_at=at)
    )


def _together(connection: Connection, kept: ContactId, other: ContactId) -> list[_Both]:
    e, o, c = schema.enrolment.c, schema.enrolment.alias("other").c, schema.campaign.c
    query = (
        select(e.campaign_id, e.stop_reason, o.stop_reason, o.stopped_at, c.definition)
        .where(e.contact_id == kept, e.arm == Arm.ENROLLED.value, e.stopped_at.is_(None))
        .where(o.contact_id == other, o.arm == Arm.ENROLLED.value)
        .where(o.campaign_id == e.campaign_id, c.id == e.campaign_id)
        .order_by(e.campaign_id)
    )
    return [
        _Both(CampaignId(campaign), text, Track(mine or Track.MAIN),
              None if ended is not None else Track(theirs or Track.MAIN))
        for campaign, mine, theirs, ended, text in connection.execute(query)
    ]  # fmt: skip


def _last(
    connection: Connection, database: Database, both: _Both, people: Iterable[ContactId]
) -> tuple[Track, str] | None:
    """The track that the last fact of these people about a track opens, and the fact."""
    v, fix = schema.event.c, schema.event.alias("fix")
    query = (
        select(v.stage)
        .where(
            among(connection, v.contact_id, one_with(connection, database, list(people))),
            v.campaign_id == both.campaign,
            v.kind == EventKind.REACHED.value,
            ~select(fix.c.id).where(fix.c.corrects == v.id).exists(),
        )
        .order_by(v.at.desc(), v.id.desc())
    )
    definition = both.definition
    opened = ((definition.opened_by(fact), fact) for fact in connection.scalars(query))
    return next(((track, fact) for track, fact in opened if track is not None), None)


def _turned(
    connection: Connection, both: _Both, last: tuple[Track, str], kept: ContactId,
    other: ContactId, now: datetime,
) -> dict[str, Any]:  # fmt: skip
    track, fact = last
    definition = both.definition
    d, s = schema.delivery.c, schema.step.c
    here = and_(d.campaign_id == both.campaign, d.state.in_(_OPEN))
    steps = {
        row.id: row.name
        for row in connection.execute(select(s.id, s.name).where(s.campaign_id == both.campaign))
    }
    names = {step.name for step in definition.of_track(track)}
    ours = tuple(StepId(step) for step, name in steps.items() if name in names)
    mine = connection.execute(
        select(d.id, d.state, d.step_id).where(here, d.contact_id == kept)
    ).all()  # fmt: skip
    theirs = connection.execute(
        select(schema.delivery).where(here, d.contact_id == other, d.step_id.in_(ours))
    ).all()
    way = Turn(
        campaign=both.campaign, contact=kept, track=track, fact=fact, at=now, steps=ours,
        opens=bool(theirs),
    )  # fmt: skip
    turn(connection, [way])
    leave_others(connection, [way])
    plan(connection, [_planned(row, kept, track) for row in theirs])
    planned = select(d.id).where(here, d.contact_id == kept, d.step_id.in_(ours))
    left: Mapping[str, list[int]] = {
        state: [row.id for row in mine if row.state == state and row.step_id not in ours]
        for state in _OPEN
    }
    return {
        "campaign": both.campaign,
        "was": None if both.mine is Track.MAIN else both.mine.value,
        "to": track.value,
        "planned": [one for one in connection.scalars(planned)
                    if one not in {row.id for row in mine}],
        **left,
    }  # fmt: skip


def _planned(row: Any, contact: ContactId, track: Track) -> Planned:
    return Planned(
        campaign=CampaignId(row.campaign_id),
        step=StepId(row.step_id),
        contact=contact,
        channel=Channel(row.channel),
        due_at=row.due_at,
        occurrence=row.occurrence,
        variant=row.variant,
        sender=row.sender,
        assignee=row.assignee,
        track=track,
        again=True,
    )
