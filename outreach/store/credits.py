"""Which touch earned what came after it, and how many attempts it took.

Whoever reached a stage beyond the first is laid beside the touches made before; an attempt
that reached nobody is counted among the attempts and earns nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    Table,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)

from outreach.model.asked import CreditRule
from outreach.model.ids import CampaignId, StepId
from outreach.model.money import to_decimal
from outreach.model.path import CreditTally
from outreach.store.followed import TOGETHER, Followed
from outreach.store.types import Whole
from outreach.store.wall_clock import last_second

#: A touch is remembered by its instant and what it was, in one number that keeps the order.
_KINDS = 1024


@dataclass(frozen=True, slots=True)
class TouchKind:
    """What earns: a step by its number and name, or a channel beside any step."""

    step_id: StepId | None
    step: str | None
    channel: str | None


@dataclass(frozen=True, slots=True)
class Credited:
    """Who earned what, and how many attempts had been made before the outcome."""

    credits: tuple[CreditTally, ...]
    #: Attempts before the outcome → people.
    attempts: Mapping[int, int]


def credited(
    people: Followed,
    trail: Table,
    campaign: CampaignId,
    chain: Sequence[str],
    kinds: Sequence[TouchKind],
    outcome: str,
) -> Credited:
    """By the rule that was asked for; `trail`: see `trail.py`. Money is in minor units here."""
    stages = list(dict.fromkeys([*chain[1:], outcome]))
    laid = _Laid(people, trail, campaign, stages, kinds)
    place = stages.index(outcome)
    parts = [laid.parts(place) for place in range(len(stages))]
    rows = people.connection.execute(
        union_all(*[one for each in parts for one in each], laid.attempts(place))
    ).all()
    return Credited(
        credits=tuple(
            _credits([row for row in rows if row.place >= 0 and row.people], stages, kinds, outcome)
        ),
        attempts=Counter({row.kind: row.people for row in rows if row.place < 0}),
    )


class _Laid:
    """Whoever came further than the first stage, beside the touches made on him."""

    def __init__(
        self,
        people: Followed,
        trail: Table,
        campaign: CampaignId,
        stages: Sequence[str],
        kinds: Sequence[TouchKind],
    ) -> None:
        self._people = people
        self._touch = trail.c
        self._trail = trail
        self._campaign = campaign
        self._at = [people.at(stage) for stage in stages]
        self._kinds = kinds
        self._before = self._last_or_first()
        self._shared = self._shares() if people.asked.rule is CreditRule.EVEN else None

    def parts(self, place: int) -> list[Select[Any]]:
        """People of a stage by what earned it: all of them, or the part of each."""
        before, nothing = self._before.c, literal(None, Whole)
        here = before[f"at_{place}"].is_not(None)
        kind = before[f"key_{place}"] % _KINDS
        one = literal(1, Whole)
        if self._shared is None:
            return [_part(place, kind, one, one, before).where(here).group_by(kind)]
        shared = self._shared.c
        part, whole = shared[f"part_{place}"], shared[f"whole_{place}"]
        by_part = _part(place, shared.kind, part, whole, shared).where(part > 0)
        alone = _part(place, nothing, one, one, before).where(here, kind.is_(None))
        return [by_part.group_by(shared.kind, part, whole), alone]

    def attempts(self, place: int) -> Select[Any]:
        tried, one = self._before.c[f"tried_{place}"], literal(1, Whole)
        query = _part(-1, tried, one, one, self._before.c)
        return query.where(self._before.c[f"at_{place}"].is_not(None)).group_by(tried)

    def _last_or_first(self) -> CTE:
        """A row per person: what earned each stage, and the attempts made by then."""
        seconds = self._touch.at
        key = seconds * _KINDS + self._kind()
        pick = func.min if self._people.asked.rule is CreditRule.FIRST else func.max
        columns: list[ColumnElement[Any]] = []
        for place, at in enumerate(self._at):
            earlier = seconds <= last_second(at)
            got_through = and_(earlier, self._touch.got_through == 1)
            columns += [
                func.max(at).label(f"at_{place}"),
                pick(case((got_through, key))).label(f"key_{place}"),
                func.count(case((earlier, 1))).label(f"tried_{place}"),
            ]
        return self._joined(columns).group_by(self._people.table.c.contact_id).cte("before")

    def _shares(self) -> CTE:
        """A row per person and kind of touch: how many of his touches were of that kind."""
        seconds, kind = self._touch.at, self._kind()
        columns: list[ColumnElement[Any]] = [kind.label("kind")]
        for place, at in enumerate(self._at):
            earlier = and_(seconds <= last_second(at), self._touch.got_through == 1)
            columns.append(func.count(case((earlier, 1))).label(f"part_{place}"))
        contact = self._people.table.c.contact_id
        each = self._joined([contact, *columns]).group_by(contact, kind).subquery("each_kind")
        wholes = [
            func.sum(each.c[f"part_{place}"])
            .over(partition_by=each.c.contact_id)
            .label(f"whole_{place}")
            for place in range(len(self._at))
        ]
        return select(*each.c, *wholes).cte("shared")

    def _joined(self, columns: Sequence[ColumnElement[Any]]) -> Select[Any]:
        """Whoever came further beside each of his touches."""
        people, touch = self._people, self._touch
        c = people.table.c
        ours = [touch.contact_id == c.contact_id]
        if self._campaign != TOGETHER:
            ours.append(touch.campaign_id == self._campaign)
        beside = people.table.outerjoin(self._trail, and_(*ours))
        money = [
            func.max(c.revenue_minor).label("revenue"),
            func.max(c.margin_minor).label("margin"),
            func.max(c.orders - c.with_margin).label("lacking"),
        ]
        return (
            select(*columns, *money)
            .select_from(beside)
            .where(people.of(self._campaign), or_(*(at.is_not(None) for at in self._at)))
        )

    def _kind(self) -> ColumnElement[Any]:
        """What a touch was, as its place among `kinds`; the last place is for what is in none."""
        touch = self._touch
        known: list[tuple[ColumnElement[bool], int]] = []
        for place, one in enumerate(self._kinds[: _KINDS - 1]):
            here = touch.channel.is_(None) if one.channel is None else touch.channel == one.channel
            if self._campaign != TOGETHER:
                number = one.step_id
                of_step = touch.step_id.is_(None) if number is None else touch.step_id == number
                here = and_(of_step, here)
            known.append((here, place))
        return case(*known, else_=_KINDS - 1) if known else literal(_KINDS - 1, Whole)


def _part(
    place: int,
    kind: ColumnElement[Any],
    part: ColumnElement[Any],
    whole: ColumnElement[Any],
    columns: Any,
) -> Select[Any]:
    return select(
        literal(place, Whole).label("place"),
        kind.label("kind"),
        part.label("part"),
        whole.label("whole"),
        func.count().label("people"),
        func.coalesce(func.sum(columns.revenue), 0).label("revenue"),
        func.coalesce(func.sum(columns.margin), 0).label("margin"),
        func.coalesce(func.sum(columns.lacking), 0).label("lacking"),
    )


def _credits(
    rows: Iterable[Any], stages: Sequence[str], kinds: Sequence[TouchKind], outcome: str
) -> Iterable[CreditTally]:
    """Stage by stage, in the order of the kinds; what nothing earned comes last."""
    people: dict[tuple[int, int], Fraction] = {}
    revenue: dict[int, Fraction] = {}
    margin: dict[int, Fraction] = {}
    lacking: set[int] = set()
    last = stages.index(outcome)
    for row in rows:
        kind = len(kinds) if row.kind is None or row.kind >= len(kinds) else int(row.kind)
        share = Fraction(int(row.part), int(row.whole))
        key = (row.place, kind)
        people[key] = people.get(key, Fraction(0)) + share * int(row.people)
        if row.place == last:
            revenue[kind] = revenue.get(kind, Fraction(0)) + share * int(row.revenue)
            margin[kind] = margin.get(kind, Fraction(0)) + share * int(row.margin)
            if row.lacking:
                lacking.add(kind)
    for place, kind in sorted(people):
        touch = kinds[kind] if kind < len(kinds) else TouchKind(None, None, None)
        earned = place == last
        yield CreditTally(
            stage=stages[place],
            step=touch.step,
            channel=touch.channel,
            people=people[place, kind],
            revenue=to_decimal(revenue[kind]) if earned else Decimal(0),
            margin=_margin(margin[kind], lacking=kind in lacking) if earned else Decimal(0),
        )


def _margin(known: Fraction, *, lacking: bool) -> Decimal | None:
    """None where an order lacks its margin: a part would pass for the whole."""
    return None if lacking else to_decimal(known)
