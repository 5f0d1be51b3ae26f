"""Campaigns of the past, laid by statements: what runs of sending would have written.

A campaign is launched through the product; what happened then (touches, second touches,
replies, orders) comes from its deliveries by `INSERT … SELECT`. Who does what is an
arithmetic hash of his number, the same in SQLite and PostgreSQL: the seed of it all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

#: Of 1,000 people contacted: how many reach each later stage.
SHARES = {"replied": 50, "appointment": 20, "quote": 10, "order": 5}
#: Of 1,000 people of the control group: how many order without being asked.
BY_THEMSELVES = 3
#: Of 10 people contacted: how many are called a week later.
CALLED = 3

DAY = 86_400


@dataclass(frozen=True, slots=True)
class Base:
    """A store as its own driver opens it, and the little in which the two differ."""

    run: Callable[[str], Any]
    is_sqlite: bool

    def later(self, instant: str, seconds: str) -> str:
        """An instant, so many seconds on."""
        if not self.is_sqlite:
            return f"({instant} + ({seconds}) * interval '1 second')"
        return f"strftime('%Y-%m-%dT%H:%M:%S.000000Z', {instant}, '+' || ({seconds}) || ' seconds')"

    def day(self, instant: str) -> str:
        """The date of an instant; all of ours lie between nine and five."""
        return f"substr({instant}, 1, 10)" if self.is_sqlite else f"({instant})::date"

    def json(self, text: str) -> str:
        return f"'{text}'" if self.is_sqlite else f"'{text}'::jsonb"

    def one(self, query: str) -> Any:
        return self.run(query).fetchone()[0]


@contextmanager
def opened(url: str) -> Iterator[Base]:
    """A base at the address of its store, for statements; committed at the end."""
    if url.startswith("sqlite:///"):
        import sqlite3

        raw = sqlite3.connect(url.removeprefix("sqlite:///"))
        raw.execute("PRAGMA cache_size=-200000")
        try:
            yield Base(raw.execute, is_sqlite=True)
            raw.commit()
        finally:
            raw.close()
        return
    import psycopg

    with psycopg.connect(url) as connection:
        yield Base(lambda text: connection.execute(text.encode()), is_sqlite=False)


def lot(contact: str, purpose: int, of: int) -> str:
    """A number below `of` for each person, by what it is drawn for."""
    return f"(({contact} * 7919 + {purpose} * 104729) * 31 % 1000003 % {of})"


def lay(base: Base, campaign: str) -> None:
    """What happened in a campaign of two steps, an e-mail and a call, since its launch."""
    number = base.one(f"SELECT id FROM campaign WHERE name = '{campaign}'")
    first, second = (
        base.one(f"SELECT id FROM step WHERE campaign_id = {number} AND name = '{name}'")
        for name in ("mail", "call")
    )
    _send(base, number, first, second)
    _tell(base, number)
    for place, stage in enumerate(SHARES, 1):
        _reach(base, number, first, stage, place)
    _by_themselves(base, number)
    _advance(base, number)
    _count(base, number)


def _send(base: Base, campaign: int, first: int, second: int) -> None:
    """The mails leave over two weeks; a week after his, somebody is called."""
    spread = f"{lot('contact_id', campaign, 14)} * {DAY} + {lot('contact_id', 7, 28_000)}"
    launched = f"(SELECT launched_at FROM campaign WHERE id = {campaign})"
    base.run(
        f"UPDATE delivery SET state = 'sent', attempts = 1,"
        f" settled_at = {base.later(launched, spread)} WHERE step_id = {first}"
        f" AND campaign_id = {campaign}"
    )
    week = base.later("settled_at", str(7 * DAY))
    base.run(
        "INSERT INTO delivery (campaign_id, step_id, occurrence, contact_id, channel, state,"
        " due_at, attempts, settled_at, cost_minor)"
        f" SELECT campaign_id, {second}, 1, contact_id, 'call', 'sent', {week}, 1, {week}, 250"
        f" FROM delivery WHERE campaign_id = {campaign} AND step_id = {first}"
        f" AND {lot('contact_id', campaign + 50, 10)} < {CALLED} ORDER BY id"
    )


def _tell(base: Base, campaign: int) -> None:
    """Of each delivery a touch; of each person the first contact, and that he is a prospect."""
    base.run(
        "INSERT INTO event (at, recorded_at, kind, contact_id, campaign_id, step_id, delivery_id,"
        " channel, cost_minor, minutes) SELECT settled_at, settled_at, 'touched', contact_id,"
        " campaign_id, step_id, id, channel, cost_minor, CASE channel WHEN 'call' THEN 4 END"
        f" FROM delivery WHERE campaign_id = {campaign} ORDER BY id"
    )
    base.run(
        "INSERT INTO event (at, recorded_at, kind, contact_id, campaign_id, step_id, delivery_id,"
        " channel, stage) SELECT settled_at, settled_at, 'reached', contact_id, campaign_id,"
        " step_id, id, channel, 'contacted' FROM delivery"
        f" WHERE campaign_id = {campaign} AND channel = 'email' ORDER BY id"
    )
    told = base.json('{"from": "suspect", "to": "prospect"}')
    base.run(
        "INSERT INTO event (at, recorded_at, kind, contact_id, campaign_id, data)"
        f" SELECT d.settled_at, d.settled_at, 'became', c.id, d.campaign_id, {told}"
        " FROM delivery d JOIN contact c ON c.id = d.contact_id"
        f" WHERE d.campaign_id = {campaign} AND d.channel = 'email' AND c.kind = 'suspect'"
    )


def _reach(base: Base, campaign: int, first: int, stage: str, place: int) -> None:
    """Fewer at each stage: those who order have replied, and so on."""
    amount = margin = "NULL"
    if stage in ("quote", "order"):
        amount = f"20000 + {lot('contact_id', 11, 80_000)}"
        margin = f"({amount}) * 3 / 10"
    days = f"({place} * 3 + {lot('contact_id', place + 20, 9)}) * {DAY}"
    at = base.later("settled_at", days)
    base.run(
        "INSERT INTO event (at, recorded_at, kind, contact_id, campaign_id, stage, amount_minor,"
        f" margin_minor) SELECT {at}, {at}, 'reached', contact_id, campaign_id, '{stage}',"
        f" {amount}, {margin} FROM delivery"
        f" WHERE campaign_id = {campaign} AND step_id = {first}"
        f" AND {lot('contact_id', campaign + 90, 1000)} < {SHARES[stage]} ORDER BY id"
    )


def _by_themselves(base: Base, campaign: int) -> None:
    """Orders of the control group."""
    at = base.later(
        f"(SELECT launched_at FROM campaign WHERE id = {campaign})",
        f"(20 + {lot('contact_id', 5, 14)}) * {DAY}",
    )
    base.run(
        "INSERT INTO event (at, recorded_at, kind, contact_id, campaign_id, stage, amount_minor,"
        f" margin_minor) SELECT {at}, {at}, 'reached', contact_id, campaign_id, 'order', 40000,"
        f" 12000 FROM enrolment WHERE campaign_id = {campaign} AND arm = 'control'"
        f" AND {lot('contact_id', campaign + 90, 1000)} < {BY_THEMSELVES}"
    )


def _advance(base: Base, campaign: int) -> None:
    """How far everybody is in the campaign."""
    drawn = lot("contact_id", campaign + 90, 1000)
    stages = list(reversed(list(enumerate(SHARES, 1))))

    def furthest(then: Callable[[int, str], str], otherwise: str) -> str:
        whens = [f"WHEN {drawn} < {SHARES[stage]} THEN {then(n, stage)}" for n, stage in stages]
        return f"CASE {' '.join(whens)} ELSE {otherwise} END"

    word = furthest(lambda _, stage: f"'{stage}'", "'contacted'")
    place = furthest(lambda n, _: str(n), "0")
    base.run(
        f"UPDATE enrolment SET stage = {word}, stage_rank = {place}"
        f" WHERE campaign_id = {campaign} AND arm = 'enrolled'"
    )
    base.run(
        f"UPDATE enrolment SET stage = 'order', stage_rank = 4 WHERE campaign_id = {campaign}"
        f" AND arm = 'control' AND {drawn} < {BY_THEMSELVES}"
    )


def _count(base: Base, campaign: int) -> None:
    """The counters on people's records; campaigns are laid in the order of their time."""
    order = "kind = 'reached' AND stage = 'order'"
    acted = "kind = 'reached' AND stage <> 'contacted'"
    day = base.day("at")
    base.run(
        "CREATE TEMPORARY TABLE totals AS SELECT contact_id,"
        " count(CASE WHEN kind = 'touched' THEN 1 END) AS touches,"
        f" max(CASE WHEN kind = 'touched' THEN {day} END) AS touched_on,"
        f" max(CASE WHEN {acted} THEN at END) AS acted_at,"
        f" max(CASE WHEN stage = 'replied' THEN {day} END) AS replied_on,"
        f" count(CASE WHEN {order} THEN 1 END) AS orders,"
        f" coalesce(sum(CASE WHEN {order} THEN amount_minor END), 0) AS revenue,"
        f" coalesce(sum(CASE WHEN {order} THEN margin_minor END), 0) AS margin,"
        f" min(CASE WHEN {order} THEN {day} END) AS first_on,"
        f" max(CASE WHEN {order} THEN {day} END) AS last_on"
        f" FROM event WHERE campaign_id = {campaign} AND kind IN ('touched', 'reached')"
        " GROUP BY contact_id"
    )
    base.run(
        "UPDATE contact SET touch_count = touch_count + t.touches,"
        " last_contacted_on = coalesce(t.touched_on, last_contacted_on),"
        " last_active_at = coalesce(t.acted_at, last_active_at),"
        " last_reply_on = coalesce(t.replied_on, last_reply_on),"
        " order_count = order_count + t.orders, revenue_minor = revenue_minor + t.revenue,"
        " margin_minor = margin_minor + t.margin,"
        " first_order_on = coalesce(first_order_on, t.first_on),"
        " last_order_on = coalesce(t.last_on, last_order_on),"
        " kind = CASE WHEN t.orders > 0 THEN 'customer' WHEN kind = 'suspect' AND t.touches > 0"
        " THEN 'prospect' ELSE kind END FROM totals t WHERE t.contact_id = contact.id"
    )
    base.run("DROP TABLE totals")


def settled(base: Base) -> None:
    """What a server's own housekeeping would have done by then."""
    if not base.is_sqlite:
        base.run("ANALYZE")


def counts(base: Base, tables: Sequence[str]) -> dict[str, int]:
    return {table: base.one(f"SELECT count(*) FROM {table}") for table in tables}
