"""Exact arithmetic in comparisons: `revenue / order_count >= 12.1` is the same in both stores.

PostgreSQL's NUMERIC rounds quotients, so a term is carried as numerator and
denominator, and comparing multiplies crosswise. SQLite has floating point only,
so a Python function on the connection works the whole comparison out in fractions.
Comparisons without arithmetic need neither (`conditions.py`).
"""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, tzinfo
from decimal import Decimal
from typing import Any, assert_never
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Numeric,
    Text,
    cast,
    func,
    literal,
)

from outreach.model.field import Field, FieldType
from outreach.model.money import minor_digits
from outreach.segmentation.tree import (
    Arithmetic,
    DaysAgo,
    DaysSince,
    FieldValue,
    Given,
    Operator,
    Sign,
    Term,
)
from outreach.store.engine import Database
from outreach.store.exact import FUNCTION, MISSING
from outreach.store.types import Day

#: How operators are applied, to columns and to fractions alike.
COMPARE: dict[Operator, Callable[[Any, Any], Any]] = {
    Operator.EQUAL: operator.eq,
    Operator.LESS: operator.lt,
    Operator.AT_MOST: operator.le,
    Operator.MORE: operator.gt,
    Operator.AT_LEAST: operator.ge,
}


@dataclass(frozen=True, slots=True)
class Frame:
    """What a condition is compiled against: the base, the day, the zone of its days."""

    database: Database
    today: date
    zone: tzinfo

    def column(self, of: Field) -> ColumnElement[Any]:
        return self.database.contact.c[of.stored_in]

    def digits(self, of: Field) -> int:
        """How many decimals the stored integer hides: 2 for euros in cents."""
        return minor_digits(self.database.currency) if of.type is FieldType.MONEY else 0

    @property
    def zone_name(self) -> str:
        if isinstance(self.zone, ZoneInfo) and self.zone.key:
            return self.zone.key
        if self.zone == UTC:
            return "UTC"
        raise TypeError("days can be counted only in a named time zone")


def compare_exactly(sign: Operator, left: Term, right: Term, frame: Frame) -> ColumnElement[bool]:
    """The comparison of two numbers, unknown where one is missing or divided by 0."""
    if frame.database.is_sqlite:
        return _called(sign.value, (left, right), frame)
    return _multiplied(sign, _ratio(left, frame), _ratio(right, frame))


def missing_exactly(term: Term, frame: Frame) -> ColumnElement[bool]:
    """Whether the result of the arithmetic is missing."""
    if frame.database.is_sqlite:
        return _called(MISSING, (term,), frame)
    ratio = _ratio(term, frame)
    return (ratio.top * (1 if ratio.bottom is None else ratio.bottom)).is_(None)


# --- PostgreSQL: numerators and denominators ----------------------------------------------


@dataclass(frozen=True, slots=True)
class _Ratio:
    """`bottom` is None for 1, and unknown (not 0) after a division by zero."""

    top: ColumnElement[Any]
    bottom: ColumnElement[Any] | None = None


def _ratio(term: Term, frame: Frame) -> _Ratio:
    match term:
        case Given(value):
            assert isinstance(value, Decimal)
            return _Ratio(literal(value, Numeric()))
        case FieldValue(of):
            digits = frame.digits(of)
            hidden = literal(Decimal(10**digits), Numeric()) if digits else None
            return _Ratio(cast(frame.column(of), Numeric()), hidden)
        case DaysSince(FieldValue(of)):
            return _Ratio(cast(_days_since(of, frame), Numeric()))
        case Arithmetic(sign, left, right):
            return _combined(sign, _ratio(left, frame), _ratio(right, frame))
        case DaysAgo():
            raise AssertionError("checking lets no date into arithmetic")
        case _:
            assert_never(term)


def _days_since(of: Field, frame: Frame) -> ColumnElement[int]:
    day = frame.column(of)
    if of.type is FieldType.DATETIME:
        day = cast(func.timezone(frame.zone_name, day), Date())
    return literal(frame.today, Day()).op("-", return_type=Integer())(day)


def _combined(sign: Sign, left: _Ratio, right: _Ratio) -> _Ratio:
    match sign:
        case Sign.TIMES:
            return _Ratio(left.top * right.top, _times(left.bottom, right.bottom))
        case Sign.OVER:
            divisor = func.nullif(right.top, literal(Decimal(0), Numeric()), type_=Numeric())
            return _Ratio(_by(left.top, right.bottom), _times(left.bottom, divisor))
        case Sign.PLUS | Sign.MINUS:
            first, second = _by(left.top, right.bottom), _by(right.top, left.bottom)
            top = first + second if sign is Sign.PLUS else first - second
            return _Ratio(top, _times(left.bottom, right.bottom))
        case _:
            assert_never(sign)


def _multiplied(sign: Operator, left: _Ratio, right: _Ratio) -> ColumnElement[bool]:
    """a/b against c/d: the sign of (ad - cb)·bd, whatever the signs of b and d."""
    first, second = _by(left.top, right.bottom), _by(right.top, left.bottom)
    bottoms = _times(left.bottom, right.bottom)
    if bottoms is None:
        compared: ColumnElement[bool] = COMPARE[sign](first, second)
        return compared
    difference: ColumnElement[bool] = COMPARE[sign](
        (first - second) * bottoms, literal(Decimal(0), Numeric())
    )
    return difference


def _by(value: ColumnElement[Any], factor: ColumnElement[Any] | None) -> ColumnElement[Any]:
    return value if factor is None else value * factor


def _times(
    left: ColumnElement[Any] | None, right: ColumnElement[Any] | None
) -> ColumnElement[Any] | None:
    return right if left is None else _by(left, right)


# --- SQLite: a program for a Python function ----------------------------------------------


@dataclass(slots=True)
class _Program:
    """Terms as nested lists, and the columns they read by position."""

    frame: Frame
    columns: list[ColumnElement[Any]] = field(default_factory=list)

    def write(self, term: Term) -> list[Any]:
        match term:
            case Given(value):
                return ["number", str(value)]
            case FieldValue(of):
                return ["field", self._reads(of), self.frame.digits(of)]
            case DaysSince(FieldValue(of)):
                zone = self.frame.zone_name if of.type is FieldType.DATETIME else None
                return ["days", self._reads(of), self.frame.today.isoformat(), zone]
            case Arithmetic(sign, left, right):
                return [sign.value, self.write(left), self.write(right)]
            case DaysAgo():
                raise AssertionError("checking lets no date into arithmetic")
            case _:
                assert_never(term)

    def _reads(self, of: Field) -> int:
        self.columns.append(self.frame.column(of))
        return len(self.columns) - 1


def _called(verb: str, terms: Sequence[Term], frame: Frame) -> ColumnElement[bool]:
    program = _Program(frame)
    text = json.dumps([verb, *(program.write(term) for term in terms)])
    call = getattr(func, FUNCTION)
    answer: ColumnElement[int] = call(literal(text, Text()), *program.columns, type_=Integer())
    return answer == literal(1, Integer())
