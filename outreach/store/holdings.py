"""Everything the base holds about one person, table by table (GDPR art. 15)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, exists, literal, or_, select

from outreach.model.ids import ContactId
from outreach.store import schema
from outreach.store.engine import Database
from outreach.store.lists import among
from outreach.store.rows import one_with


def holdings(database: Database, contact: ContactId) -> dict[str, list[dict[str, Any]]]:
    """Every row about a person and the records merged into him, table by table."""
    with database.reading() as connection:
        ids = list(one_with(connection, database, [contact]))
        found = {
            name: _rows(connection, query)
            for name, query in _queries(connection, database, ids).items()
        }
        found["suppressions"] = _entries(connection, database, ids)
    return found


def _entries(
    connection: Connection, database: Database, ids: Sequence[ContactId]
) -> list[dict[str, Any]]:
    s, c = schema.suppression.c, database.contact.c
    numbers = [f"contact:{one}" for one in ids]
    query = select(s.key, s.value, s.scope, s.reason, s.note, s.at, s.removed_at).where(
        or_(
            among(connection, s.fingerprint, numbers),
            exists(
                select(literal(1)).where(
                    among(connection, c.id, ids),
                    s.fingerprint.in_([c.email_print, c.phone_print, c.mobile_print]),
                )
            ),
        )
    )
    return _rows(connection, query.order_by(s.id))


def _rows(connection: Connection, query: Any) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in connection.execute(query)]


def _queries(
    connection: Connection, database: Database, ids: Sequence[ContactId]
) -> dict[str, Any]:
    """What is asked of each table; numbers of ours that tell nobody anything stay out."""
    d, e, v, k = schema.delivery.c, schema.enrolment.c, schema.event.c, schema.campaign.c
    p, q, f = schema.step.c, schema.inquiry.c, schema.follow_up.c
    t, a, m, i = schema.tag.c, schema.set_aside.c, schema.import_change.c, schema.import_run.c
    g, r, x, n = schema.consent.c, schema.privacy_request.c, schema.source.c, database.contact.c
    j, o = schema.referral.c, schema.planned_loss.c
    mine = {column.table.name: among(connection, column, ids) for column in
            (d.contact_id, e.contact_id, v.contact_id, q.contact_id, f.contact_id, t.contact_id,
             a.contact_id, m.contact_id, g.contact_id, r.contact_id)}  # fmt: skip
    return {
        "records": select(database.contact).where(among(connection, n.id, ids)).order_by(n.id),
        "tags": select(t.tag).where(mine["tag"]).order_by(t.tag),
        "set_aside": select(a.field, a.original).where(mine["set_aside"]).order_by(a.id),
        "imports": select(i.file, i.started_at, m.before)
        .join(schema.import_change, m.import_id == i.id)
        .where(mine["import_change"])
        .order_by(i.id),
        "sources": select(x.name, x.origin, x.licence, x.obtained_on).where(
            x.name.in_(select(n.source).where(among(connection, n.id, ids)))
        ),
        "campaigns": select(
            k.name, k.title, e.arm, e.reason, e.stage, e.enrolled_at, e.stopped_at, e.stop_reason
        )
        .join(schema.campaign, k.id == e.campaign_id)
        .where(mine["enrolment"])
        .order_by(e.enrolled_at),
        "messages": select(
            k.name.label("campaign"), p.name.label("step"), d.channel, d.state, d.due_at,
            d.settled_at, d.address, d.detail,
        )
        .join(schema.campaign, k.id == d.campaign_id)
        .join(schema.step, p.id == d.step_id)
        .where(mine["delivery"])
        .order_by(d.id),
        "events": select(
            v.at, v.recorded_at, v.kind, v.stage, v.channel, v.note, v.amount_minor, v.author,
            v.data, k.name.label("campaign_name"), p.name.label("step_name"),
        )
        .outerjoin(schema.campaign, k.id == v.campaign_id)
        .outerjoin(schema.step, p.id == v.step_id)
        .where(mine["event"])
        .order_by(v.at, v.id),
        "promises": select(f.kind, f.due_on, f.note, f.created_at, f.done_at)
        .where(mine["follow_up"])
        .order_by(f.id),
        "losses": select(o.expected_on, o.yearly_revenue_minor, o.cause, o.recorded_at)
        .where(among(connection, o.contact_id, ids))
        .order_by(o.id),
        "inquiries": select(q.at, q.origin, q.subject, q.answered_at, q.note)
        .where(mine["inquiry"])
        .order_by(q.id),
        "recommendations": select(j.at, j.asked_on, j.thanked_on, j.outcome, j.note)
        .where(or_(among(connection, j.referrer_id, ids), among(connection, j.referred_id, ids)))
        .order_by(j.id),
        "consents": select(
            g.channel, g.purpose, g.basis, g.given_at, g.evidence, g.withdrawn_at
        )
        .where(mine["consent"])
        .order_by(g.given_at),
        "requests": select(r.kind, r.received_at, r.answered_at, r.note)
        .where(mine["privacy_request"])
        .order_by(r.id),
    }  # fmt: skip
