"""What people are, told anew after recordings were taken back: first contacts, kinds, marks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from outreach.model.audience import Arm
from outreach.model.campaign import Channel
from outreach.model.contact import Kind
from outreach.model.event import EventKind
from outreach.model.ids import ContactId
from outreach.model.stage import IN_PERSON
from outreach.model.text import fold
from outreach.store import schema
from outreach.store.bulk import insert_rows
from outreach.store.folding import Folded, kind_of
from outreach.store.lists import among
from outreach.store.matching import ADDRESS

#: How somebody is reached without a step that planned it.
_BY_HAND = frozenset({Channel.CALL.value, Channel.VISIT.value})


def contacted_after_all(
    connection: Connection, people: Mapping[ContactId, Folded], now: datetime
) -> bool:
    """Tell the first contact of those who were touched and of whom it is not told any more.

    It was not told then because a later stage was known already. Whether there were any. A call
    or a visit that no step had planned is a contact of who is enrolled, as it was when recorded;
    so is that he was spoken with or met, though nobody says by which way.
    """
    rows = []
    enrolled = _enrolled_in(connection, people)
    for contact, said in people.items():
        told = {e.campaign_id for e in said.events
                if e.kind == EventKind.REACHED.value and e.stage == "contacted"}  # fmt: skip
        for event in sorted(said.events, key=_touches_first):
            if event.campaign_id in told or event.campaign_id is None:
                continue
            if not (_beside_all_steps(event) or _planned(event)):
                continue
            if event.step_id is None and (event.campaign_id, contact) not in enrolled:
                continue
            told.add(event.campaign_id)
            rows.append(_reached(contact, event, now))
    insert_rows(connection, schema.event, rows)
    return bool(rows)


def _touches_first(event: Any) -> tuple[datetime, bool]:
    """In the order of time; what was said of a call comes after that call."""
    return event.at, event.kind != EventKind.TOUCHED.value


def _planned(event: Any) -> bool:
    """A step got through to him; our own work touches nobody."""
    touched = event.kind == EventKind.TOUCHED.value and event.stage is None
    return touched and event.step_id is not None and event.channel != Channel.TASK.value


def _beside_all_steps(event: Any) -> bool:
    """He was called, visited, spoken with or met, and no step had planned it."""
    if event.step_id is not None:
        return False
    if event.kind == EventKind.REACHED.value:
        return event.channel is None and event.stage in IN_PERSON
    touched = event.kind == EventKind.TOUCHED.value and event.stage is None
    return touched and event.channel in _BY_HAND


def _enrolled_in(
    connection: Connection, people: Mapping[ContactId, Folded]
) -> set[tuple[int, ContactId]]:
    """The places of those who were contacted beside all steps; asked of them alone."""
    some = [
        contact
        for contact, said in people.items()
        if any(_beside_all_steps(event) for event in said.events)
    ]
    if not some:
        return set()
    e = schema.enrolment.c
    query = select(e.campaign_id, e.contact_id).where(
        among(connection, e.contact_id, some), e.arm == Arm.ENROLLED.value
    )
    return {(row.campaign_id, ContactId(row.contact_id)) for row in connection.execute(query)}


def _reached(contact: ContactId, touch: Any, now: datetime) -> dict[str, object]:
    said = touch.data or {}
    act = said.get("recording") or said.get("because")
    return {
        "at": touch.at,
        "recorded_at": now,
        "kind": EventKind.REACHED.value,
        "contact_id": contact,
        "campaign_id": touch.campaign_id,
        "step_id": touch.step_id,
        "delivery_id": touch.delivery_id,
        "channel": touch.channel,
        "stage": "contacted",
        # It goes with what it comes from, where that is taken back in its turn.
        "data": {"because": act} if act else None,
    }


def become_again(
    connection: Connection,
    people: Mapping[ContactId, Folded],
    taken_back: Sequence[Any],
    whole: Mapping[ContactId, ContactId],
    now: datetime,
) -> None:
    """Put the kinds of those whose move was taken back to what still stands, with its events."""
    first: dict[ContactId, Any] = {}
    for event in taken_back:
        if event.kind == EventKind.BECAME.value and "to" in (event.data or {}):
            contact = whole[event.contact_id]
            before = first.get(contact)
            if before is None or _from(event) < _from(before):
                first[contact] = event
    rows: list[dict[str, object]] = []
    kinds: dict[Kind, list[ContactId]] = {}
    for contact, move in first.items():
        said = people[contact]
        if _set_by_hand(said, move):
            continue
        before = Kind(move.data["from"])
        after = kind_of(said, before)
        kinds.setdefault(after, []).append(contact)
        known = {e.data.get("to") for e in said.events
                 if e.kind == EventKind.BECAME.value and e.data}  # fmt: skip
        rows += [_became(contact, row, now) for row in _moves(said, before, after)
                 if row[1].value not in known]  # fmt: skip
    c = schema.contact.c
    for kind, some in kinds.items():
        these = among(connection, c.id, some)
        connection.execute(update(schema.contact).where(these).values(kind=kind.value))
    insert_rows(connection, schema.event, rows)


def _from(move: Any) -> int:
    """How far he had come before the move."""
    return list(Kind).index(Kind(move.data["from"]))


def _set_by_hand(said: Folded, move: Any) -> bool:
    """Somebody, or a file, has said since what he is: that stands."""
    return any(
        event.kind == EventKind.CHANGED.value
        and event.id > move.id
        and "kind" in (event.data or {}).get("fields", ())
        for event in said.events
    )


def _moves(said: Folded, before: Kind, after: Kind) -> list[tuple[Kind, Kind, Any]]:
    """The moves that stand, each with the event it comes from."""
    moves: list[tuple[Kind, Kind, Any]] = []
    if before is Kind.SUSPECT and after is not Kind.SUSPECT:
        moves.append((Kind.SUSPECT, Kind.PROSPECT, said.prospect))
    if after is Kind.CUSTOMER and before is not Kind.CUSTOMER:
        moves.append((Kind.PROSPECT, Kind.CUSTOMER, said.customer))
    return moves


def _became(contact: ContactId, move: tuple[Kind, Kind, Any], now: datetime) -> dict[str, object]:
    before, after, event = move
    said = event.data or {}
    act = said.get("recording") or said.get("because")
    data = {"from": before.value, "to": after.value}
    return {
        "at": event.at,
        "recorded_at": now,
        "kind": EventKind.BECAME.value,
        "contact_id": contact,
        "campaign_id": event.campaign_id,
        "data": data if act is None else {**data, "because": act},
    }


def mark_again(
    connection: Connection,
    people: Mapping[ContactId, Folded],
    heads: Sequence[Any],
    whole: Mapping[ContactId, ContactId],
) -> None:
    """Addresses that were marked dead, or as not to be reached by post, by what stands."""
    for stage, column, fields in (
        ("bounced", "email_bounced_at", {"email"}),
        ("returned", "post_returned_at", {"street", "street2", "postal_code", "city", "country"}),
    ):
        for contact in {whole[head.contact_id] for head in heads if head.stage == stage}:
            others = _elsewhere(connection, contact, people[contact], stage)
            at = _marked(people[contact], stage, fields, others)
            here = schema.contact.c.id == contact
            connection.execute(update(schema.contact).where(here).values({column: at}))


def _elsewhere(
    connection: Connection, contact: ContactId, said: Folded, stage: str
) -> Collection[int]:
    """Records that were merged into his and have another address than he has."""
    holders = {_holder(event) for event in said.events if event.stage == stage} - {contact}
    if not holders:
        return ()
    c = schema.contact.c
    columns = [c.email] if stage == "bounced" else [c[name] for name in ADDRESS]
    query = select(c.id, *columns).where(among(connection, c.id, {*holders, contact}))
    found = {row[0]: [fold(cell or "") for cell in row[1:]] for row in connection.execute(query)}
    return [holder for holder in holders if found.get(holder) != found[contact]]


def _holder(event: Any) -> int:
    """The record whose address the fact is about."""
    number: int = (event.data or {}).get("written_to", event.contact_id)
    return number


def _marked(
    said: Folded, stage: str, fields: set[str], elsewhere: Collection[int]
) -> datetime | None:
    """The last such fact about the address he has now."""
    moved = max(
        (event.id for event in said.events
         if event.kind == EventKind.CHANGED.value
         and fields & set((event.data or {}).get("fields", ()))),
        default=0,
    )  # fmt: skip
    told = [event.at for event in said.events
            if event.kind == EventKind.REACHED.value and event.stage == stage
            and event.id > moved and _holder(event) not in elsewhere]  # fmt: skip
    return max(told, default=None)


def no_longer_cancelled(
    connection: Connection, people: Collection[ContactId], revived: Collection[int]
) -> list[Any]:
    """The events that told of the end of steps that come again."""
    if not revived:
        return []
    e = schema.event.c
    fix = schema.event.alias("fix")
    query = (
        select(schema.event)
        .where(among(connection, e.contact_id, people), e.kind == EventKind.CANCELLED.value)
        .where(~select(fix.c.id).where(fix.c.corrects == e.id).exists())
    )
    wanted = set(revived)
    return [row for row in connection.execute(query) if row.delivery_id in wanted]
