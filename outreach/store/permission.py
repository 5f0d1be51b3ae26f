"""What keeps a delivery from being made after all: asked just before the claim."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, case, exists, false, literal, or_, select

from outreach.model.campaign import Channel
from outreach.model.delivery import DeliveryState
from outreach.model.ids import ContactId
from outreach.store import schema
from outreach.store.engine import Database
from outreach.store.lists import LookedUp, among
from outreach.store.suppressions import forbidden


def obstacle(contact: Table, channels: Collection[Channel]) -> ColumnElement[Any]:
    """The first reason, in a word, why a delivery must not be made after all; NULL: there is none.

    The claim asks the same again.
    """
    by_channel = [
        (schema.delivery.c.channel == channel.value, case(*_reasons(contact, channel), else_=None))
        for channel in channels
    ]
    return case(*by_channel, else_=None)


def out_of_reach(database: Database, contact: ContactId, channel: Channel) -> str | None:
    """Why nothing would reach a person on a channel, as he is now, in a word; None: it would."""
    query = select(case(*_reasons(database.contact, channel, step=False), else_=None)).where(
        database.contact.c.id == contact
    )
    with database.reading() as connection:
        reason: str | None = connection.execute(query).scalar()
        return reason


def cut_off(
    database: Database, people: Collection[ContactId], channels: Collection[Channel]
) -> dict[ContactId, frozenset[Channel]]:
    """On which channels nothing arrives to people, whatever address they have there.

    It came back from there, or they oppose it; whom everything reaches is not in it.
    """
    if not channels:
        return {}
    contact, asked = database.contact, list(channels)
    barred = [_barred(contact, channel) for channel in asked]
    with database.reading() as connection:
        query = select(contact.c.id, *(case((one, 1), else_=0) for one in barred)).where(
            among(connection, contact.c.id, people)
        )
        rows = [(who, told) for who, *told in connection.execute(query) if any(told)]
    return {
        ContactId(who): frozenset(one for one, is_so in zip(asked, told, strict=True) if is_so)
        for who, told in rows
    }


def _barred(contact: Table, channel: Channel) -> ColumnElement[bool]:
    """Whether that channel is forbidden, or the address there is dead."""
    reasons = [forbidden(contact, channel)]
    if channel.kind.dead:
        reasons.append(contact.c[channel.kind.dead[0]].is_not(None))
    return or_(*reasons)


def _reasons(
    contact: Table, channel: Channel, *, step: bool = True
) -> Iterator[tuple[ColumnElement[bool], Any]]:
    """In the order in which they are told; `step`: also what only a step of a campaign meets."""
    c = contact.c
    by_himself = (forbidden(contact, channel, reason="opted_out"), "opted_out")
    yield forbidden(contact, channel), case(by_himself, else_="suppressed")
    kind = channel.kind
    if kind.all_of or kind.any_of:
        yield no_address(contact, channel), "no_address"
    if kind.dead:
        since, reason = kind.dead
        yield c[since].is_not(None), reason
    if kind.shared and step:
        yield same_address(contact), "same_address"
    yield c.erased_at.is_not(None), "erased"
    yield c.merged_into.is_not(None), "merged"


def no_address(contact: Table, channel: Channel) -> ColumnElement[bool]:
    """Whether somebody lacks what a channel needs: `ChannelKind.reaches`, in SQL."""
    kind = channel.kind
    lacks: list[ColumnElement[bool]] = [contact.c[name].is_(None) for name in kind.all_of]
    if kind.any_of:
        lacks.append(and_(*[contact.c[name].is_(None) for name in kind.any_of]))
    return or_(*lacks) if lacks else literal(False)


def no_postal_address(contact: Table) -> ColumnElement[bool]:
    """No letter arrives without a postal code and a town."""
    return no_address(contact, Channel.LETTER)


def same_address(contact: Table) -> ColumnElement[bool]:
    """The same message already went, or is going, to this mailbox under another contact."""
    other, them = schema.delivery.alias(), schema.contact.alias()
    d = schema.delivery.c
    gone = [DeliveryState.CLAIMED.value, DeliveryState.SENT.value, DeliveryState.UNKNOWN.value]
    # The index finds them, the fingerprint tells é from e. Theirs are listed, not joined: SQLite,
    # which knows nothing of the sizes, would read every delivery of the step for each person.
    mailbox = select(them.c.id).where(
        them.c.email_folded == contact.c.email_folded,
        them.c.email_print == contact.c.email_print,
        them.c.id != contact.c.id,
    )
    gone_there = exists(
        select(literal(1))
        .where(
            other.c.campaign_id == d.campaign_id,
            other.c.step_id == d.step_id,
            other.c.occurrence == d.occurrence,
            LookedUp(other.c.contact_id, mailbox.correlate(contact).scalar_subquery()),
            other.c.state.in_(gone),
        )
        .correlate(contact, schema.delivery)
    )
    # Few share a mailbox: only for these is the ledger asked.
    return case((exists(mailbox.correlate(contact)), gone_there), else_=false())
