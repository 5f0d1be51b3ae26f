"""What a condition means for one person: the reference, in Python.

The runner asks it for `when`; tests hold the SQL of `store/conditions.py` to it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from fractions import Fraction
from typing import Any, assert_never

from outreach.model.event import EventKind
from outreach.model.field import Value
from outreach.model.text import fold
from outreach.segmentation.dates import at_zone, day_bounds
from outreach.segmentation.tree import (
    Always,
    And,
    Arithmetic,
    Comparison,
    Condition,
    ContactedWithin,
    DaysAgo,
    DaysSince,
    Fact,
    FieldValue,
    Given,
    HasTag,
    Like,
    Missing,
    Not,
    OneOf,
    Operator,
    Or,
    Reached,
    Received,
    Sign,
    Term,
    Wild,
)

#: The stage that a touch is: it stands in the events as `touched`.
CONTACTED = "contacted"


@dataclass(frozen=True, slots=True)
class Past:
    """One event that stands (not taken back by a correction), as conditions see it."""

    kind: EventKind
    at: datetime
    campaign: str | None = None
    step: str | None = None
    stage: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """All that a condition can ask about one person.

    `values` holds the fields by name, money in units of the currency; `facts` are the
    stages and facts reached in the campaign that `when` speaks of.
    """

    values: Mapping[str, Value] = field(default_factory=dict)
    tags: frozenset[str] = frozenset()
    facts: frozenset[str] = frozenset()
    history: tuple[Past, ...] = ()


#: A value as it is compared: text folded, numbers as fractions.
_Known = str | Fraction | date | datetime | bool

_COMPARE: dict[Operator, Callable[[Any, Any], Any]] = {
    Operator.EQUAL: operator.eq,
    Operator.LESS: operator.lt,
    Operator.AT_MOST: operator.le,
    Operator.MORE: operator.gt,
    Operator.AT_LEAST: operator.ge,
}


def holds(
    condition: Condition, person: Person, *, today: date, now: datetime, zone: tzinfo = UTC
) -> bool:
    """Whether the condition is true of the person; `zone` says where the days begin."""
    return _Judge(person, today, now, zone).holds(condition)


@dataclass(frozen=True, slots=True)
class _Judge:
    person: Person
    today: date
    now: datetime
    zone: tzinfo

    def holds(self, condition: Condition) -> bool:
        match condition:
            case Always(value):
                return value
            case And(parts):
                return all(self.holds(part) for part in parts)
            case Or(parts):
                return any(self.holds(part) for part in parts)
            case Not(part):
                return not self.holds(part)
            case Comparison(sign, left, right):
                return self._compare(sign, left, right)
            case OneOf(term, choices):
                return any(self._compare(Operator.EQUAL, term, choice) for choice in choices)
            case Like(term, pattern):
                text = self._value(term)
                return isinstance(text, str) and matches(pattern, text)
            case Missing(term):
                return self._value(term) is None
            case _:
                return self._lived(condition)

    def _lived(self, condition: HasTag | Received | Reached | ContactedWithin | Fact) -> bool:
        """What tags and events tell."""
        match condition:
            case HasTag(tag):
                return tag in {fold(own) for own in self.person.tags}
            case Fact(stage):
                return stage in self.person.facts
            case Received(campaign, step):
                return any(
                    past.campaign == campaign and step in (None, past.step)
                    for past in self._touches()
                )
            case Reached(stage, campaign):
                return any(campaign in (None, past.campaign) for past in self._reached(stage))
            case ContactedWithin(days):
                since = self.now - timedelta(days=days)
                return any(past.at >= since for past in self._touches())
            case _:
                assert_never(condition)

    def _touches(self) -> Sequence[Past]:
        """The touches that reached someone: a call nobody answered has a stage of its own."""
        touches = (past for past in self.person.history if past.kind is EventKind.TOUCHED)
        return [past for past in touches if past.stage is None]

    def _reached(self, stage: str) -> Sequence[Past]:
        if stage == CONTACTED:
            return self._touches()
        history = self.person.history
        return [p for p in history if p.kind is EventKind.REACHED and p.stage == stage]

    def _compare(self, sign: Operator, left: Term, right: Term) -> bool:
        a, b = self._value(left), self._value(right)
        if a is None or b is None:
            return False
        if isinstance(b, datetime) and not isinstance(a, datetime):
            a, b, sign = b, a, sign.turned
        if isinstance(a, datetime) and isinstance(b, date) and not isinstance(b, datetime):
            return self._within_day(sign, a, b)
        return bool(_COMPARE[sign](a, b))

    def _within_day(self, sign: Operator, instant: datetime, day: date) -> bool:
        """An instant against a day: the day is all that lies between two midnights."""
        start, end = day_bounds(day, self.zone)
        match sign:
            case Operator.EQUAL:
                return start <= instant < end
            case Operator.LESS:
                return instant < start
            case Operator.AT_MOST:
                return instant < end
            case Operator.MORE:
                return instant >= end
            case Operator.AT_LEAST:
                return instant >= start
            case _:
                assert_never(sign)

    def _value(self, term: Term) -> _Known | None:
        match term:
            case FieldValue(of):
                return self._known(self.person.values.get(of.name))
            case Given(value):
                return self._known(value)
            case DaysAgo(days):
                return self.today - timedelta(days=days)
            case DaysSince(FieldValue(of)):
                return self._days_since(self.person.values.get(of.name))
            case Arithmetic(sign, left, right):
                return _calculate(sign, self._value(left), self._value(right))
            case _:
                assert_never(term)

    def _known(self, value: Value) -> _Known | None:
        match value:
            case bool() | None:
                return value
            case str():
                return fold(value)
            case int() | Decimal():
                return Fraction(value)
            case datetime():
                return at_zone(value, self.zone)
            case date():
                return value
            case _:
                assert_never(value)

    def _days_since(self, value: Value) -> Fraction | None:
        if isinstance(value, datetime):
            value = at_zone(value, self.zone).astimezone(self.zone).date()
        return Fraction((self.today - value).days) if isinstance(value, date) else None


def _calculate(sign: Sign, left: _Known | None, right: _Known | None) -> Fraction | None:
    if not isinstance(left, Fraction) or not isinstance(right, Fraction):
        return None
    match sign:
        case Sign.PLUS:
            return left + right
        case Sign.MINUS:
            return left - right
        case Sign.TIMES:
            return left * right
        case Sign.OVER:
            return left / right if right else None
        case _:
            assert_never(sign)


def matches(pattern: Sequence[str | Wild], text: str) -> bool:
    """Whether folded text fits the pieces; the work grows with the product of both lengths."""
    units: list[str | Wild] = []
    for piece in pattern:
        units.extend([piece] if isinstance(piece, Wild) else piece)
    reachable = {0}
    for unit in units:
        if unit is Wild.ANY:
            reachable = set(range(min(reachable), len(text) + 1))
        else:
            reachable = {
                at + 1 for at in reachable if at < len(text) and unit in (Wild.ONE, text[at])
            }
        if not reachable:
            return False
    return len(text) in reachable
