"""The figures of a report as somebody who knows SQL would ask for them, by the raw driver.

The people of each campaign are gathered once, a row each, in a temporary table; everything
else is a statement over it, or over the events of the few who came further. Beside the rows
that are printed, nothing is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from reporting.laying import DAY, Base

CHAIN = ("contacted", "replied", "appointment", "quote", "order")
#: What was not taken back.
STANDS = "id NOT IN (SELECT corrects FROM event WHERE corrects IS NOT NULL)"


@dataclass(slots=True)
class Figures:
    """What is compared with the product's answer."""

    #: Of one campaign: people enrolled, control, who reached each stage or a later one.
    enrolled: int = 0
    control: int = 0
    chain: list[int] = field(default_factory=list)
    touches: int = 0
    orders: int = 0
    #: In minor units.
    revenue: int = 0


def seconds(base: Base, instant: str) -> str:
    if base.is_sqlite:
        return f"CAST(strftime('%s', {instant}) AS integer)"
    return f"extract(epoch FROM {instant})::bigint"


def report(base: Base, campaigns: Sequence[int]) -> list[Figures]:
    """Everything that a report of these campaigns prints, campaign by campaign."""
    _gather(base, campaigns)
    found = [_of_one(base, number) for number in campaigns]
    if len(campaigns) > 1:
        _together(base)
        _loyalty(base)
    base.run("DROP TABLE person")
    return found


def _gather(base: Base, campaigns: Sequence[int]) -> None:
    """A row per person and campaign: when each stage was first reached, attempts, money."""
    listed = ", ".join(map(str, campaigns))
    stages = ", ".join(
        f"min(CASE WHEN stage = '{stage}' THEN at END) AS at_{n}" for n, stage in enumerate(CHAIN)
    )
    order = "stage = 'order' AND kind = 'reached'"
    happened = (
        "SELECT campaign_id, contact_id, NULL AS arm, NULL AS bought,"
        " kind, stage, at, amount_minor, margin_minor FROM event"
        f" WHERE campaign_id IN ({listed}) AND kind IN ('touched', 'reached') AND {STANDS}"
    )
    enrolled = (
        "SELECT campaign_id, contact_id, arm, CASE kind WHEN 'customer' THEN 1 ELSE 0 END,"
        " NULL, NULL, NULL, NULL, NULL FROM enrolment"
        f" WHERE campaign_id IN ({listed}) AND arm <> 'excluded'"
    )
    base.run(
        "CREATE TEMPORARY TABLE person AS SELECT campaign_id, contact_id, max(arm) AS arm,"
        " max(bought) AS bought, count(CASE WHEN kind = 'touched' THEN 1 END) AS touches,"
        f" min(CASE WHEN kind = 'touched' THEN at END) AS first_touch, {stages},"
        f" count(CASE WHEN {order} THEN 1 END) AS orders,"
        f" sum(CASE WHEN {order} THEN amount_minor END) AS revenue,"
        f" sum(CASE WHEN {order} THEN margin_minor END) AS margin"
        f" FROM ({_typed(base, happened)} UNION ALL {_typed(base, enrolled)}) AS laid"
        " GROUP BY campaign_id, contact_id HAVING max(arm) IS NOT NULL"
    )


def _typed(base: Base, query: str) -> str:
    """PostgreSQL wants to know what a NULL would be."""
    if base.is_sqlite:
        return query
    if "AS arm" in query:
        return query.replace(
            "NULL AS arm, NULL AS bought", "NULL::text AS arm, NULL::int AS bought"
        )
    nulls = "NULL::text, NULL::text, NULL::timestamptz, NULL::bigint, NULL::bigint"
    return query.replace("NULL, NULL, NULL, NULL, NULL", nulls)


def _of_one(base: Base, campaign: int) -> Figures:
    found = Figures()
    rank = "CASE " + " ".join(
        f"WHEN at_{n} IS NOT NULL THEN {n}" for n in reversed(range(len(CHAIN)))
    ) + " END"  # fmt: skip
    found.chain = [0] * len(CHAIN)
    # How far, by arm and kind; attempts, orders and money.
    for arm, _, rank_, people, touches, orders, revenue, _ in base.run(
        f"SELECT arm, bought, {rank} AS place, count(*), sum(touches), sum(orders),"
        " sum(revenue), sum(margin) FROM person"
        f" WHERE campaign_id = {campaign} GROUP BY arm, bought, place"
    ).fetchall():
        if arm == "control":
            found.control += people
            continue
        found.enrolled += people
        found.touches += int(touches)
        found.orders += int(orders)
        found.revenue += int(revenue or 0)
        for place in range(len(CHAIN)):
            found.chain[place] += people if rank_ is not None and rank_ >= place else 0
    _touches(base, campaign)
    _times(base, campaign)
    _cohorts(base, campaign)
    _earned(base, campaign)
    _groups(base, campaign)
    return found


def _touches(base: Base, campaign: int) -> None:
    """Attempts, people, cost and time by step, customers apart."""
    base.run(
        "SELECT v.step_id, v.channel, count(*), count(DISTINCT v.contact_id), sum(v.cost_minor),"
        " sum(v.minutes), sum(v.km) FROM event v"
        f" WHERE v.campaign_id = {campaign} AND v.kind = 'touched' AND v.{STANDS}"
        " GROUP BY v.step_id, v.channel"
    ).fetchall()
    base.run(
        f"SELECT sum(touches), count(*) FROM person WHERE campaign_id = {campaign} AND bought = 1"
        " AND touches > 0"
    ).fetchall()


def _times(base: Base, campaign: int) -> None:
    """Median and quartiles of the days from stage to stage."""
    last = len(CHAIN) - 1
    for start, end in [*((n, n + 1) for n in range(last)), (0, last)]:
        took = f"{seconds(base, f'at_{end}')} - {seconds(base, f'at_{start}')}"
        base.run(
            "WITH one AS (SELECT took, row_number() OVER (ORDER BY took) AS place,"
            f" count(*) OVER () AS whole FROM (SELECT {took} AS took FROM person"
            f" WHERE campaign_id = {campaign} AND arm = 'enrolled' AND at_{end} >= at_{start})"
            " AS each_one) SELECT place, took FROM one"
            " WHERE place IN (whole / 4, whole / 2, whole * 3 / 4)"
        ).fetchall()


def _cohorts(base: Base, campaign: int) -> None:
    """By week of the first touch: who orders at once, later, not yet."""
    week = f"{seconds(base, 'first_touch')} / {7 * DAY}"
    days = f"({seconds(base, 'at_4')} - {seconds(base, 'first_touch')}) / {DAY}"
    base.run(
        f"SELECT {week} AS week, count(*), count(CASE WHEN {days} <= 7 THEN 1 END),"
        f" count(CASE WHEN {days} > 7 THEN 1 END) FROM person"
        f" WHERE campaign_id = {campaign} AND arm = 'enrolled' AND first_touch IS NOT NULL"
        " GROUP BY week"
    ).fetchall()
    base.run(
        f"SELECT touches, count(*), count(at_4) FROM person WHERE campaign_id = {campaign}"
        " AND arm = 'enrolled' GROUP BY touches"
    ).fetchall()


def _earned(base: Base, campaign: int) -> None:
    """By the last touch before it: answers, later stages, orders with their money."""
    step = (
        "(SELECT t.step_id FROM event t WHERE t.contact_id = p.contact_id"
        f" AND t.campaign_id + 0 = {campaign} AND coalesce(t.kind, '') = 'touched'"
        " AND t.at <= p.{at}"
        " ORDER BY t.at DESC LIMIT 1)"
    )
    for n in range(1, len(CHAIN)):
        base.run(
            f"SELECT {step.format(at=f'at_{n}')} AS step, count(*), sum(orders), sum(revenue),"
            f" sum(margin) FROM person p WHERE campaign_id = {campaign} AND arm = 'enrolled'"
            f" AND at_{n} IS NOT NULL GROUP BY step"
        ).fetchall()


def _groups(base: Base, campaign: int) -> None:
    """The enrolled beside the control group, by list, kind and how far they came."""
    base.run(
        "SELECT p.arm, p.bought, c.source, p.orders, p.revenue, count(*) FROM person p"
        f" JOIN contact c ON c.id = p.contact_id WHERE p.campaign_id = {campaign}"
        " GROUP BY p.arm, p.bought, c.source, p.orders, p.revenue"
    ).fetchall()


def _together(base: Base) -> None:
    """Each person once, over all campaigns in which he is enrolled."""
    stages = ", ".join(f"min(at_{n}) AS at_{n}" for n in range(len(CHAIN)))
    counted = ", ".join(f"count(at_{n})" for n in range(len(CHAIN)))
    base.run(
        f"SELECT count(*), {counted}, sum(touches), sum(orders), sum(revenue), sum(margin) FROM"
        f" (SELECT contact_id, {stages}, sum(touches) AS touches, sum(orders) AS orders,"
        " sum(revenue) AS revenue, sum(margin) AS margin FROM person WHERE arm = 'enrolled'"
        " GROUP BY contact_id) AS each_one"
    ).fetchall()


def _loyalty(base: Base) -> None:
    """Customers of two years ago who ordered in the last one, and what they brought."""
    base.run(
        "SELECT count(*), sum(orders), sum(revenue), sum(margin) FROM (SELECT contact_id,"
        " count(*) AS orders, sum(amount_minor) AS revenue, sum(margin_minor) AS margin"
        f" FROM event WHERE kind = 'reached' AND stage = 'order' AND {STANDS}"
        " GROUP BY contact_id) AS each_one"
    ).fetchall()
