"""A condition of the expression language as SQL over the table `contact`.

Means what `segmentation.predicate` means, on SQLite and PostgreSQL (held by a
property test). Nothing a user typed gets into SQL but as a bound parameter. A
comparison with something missing is unknown in SQL, which WHERE takes for false;
`not` therefore asks for "known and true" first.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any, assert_never

from sqlalchemy import ColumnElement, Text, and_, false, func, literal, not_, or_, select, true
from sqlalchemy.types import TypeEngine

from outreach.model.event import EventKind
from outreach.model.field import Field, FieldType
from outreach.model.ids import CampaignId
from outreach.segmentation.dates import at_zone, day_bounds
from outreach.segmentation.predicate import CONTACTED, Person, holds
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
    Term,
    Wild,
    fields_of,
    type_of,
)
from outreach.store import schema
from outreach.store.arithmetic import COMPARE, Frame, compare_exactly, missing_exactly
from outreach.store.engine import Database
from outreach.store.keepers import keepers
from outreach.store.life import COMPUTED, life_stage_column
from outreach.store.types import Day, Flag, Instant, Number, Whole

#: Integers that both databases take as such.
_LARGEST = 2**63 - 1
#: `days_since(f) > n` is a plain comparison of dates as long as the date exists.
_FARTHEST = 36500


#: A compiled condition: what the other rooms hand back to the store without looking inside.
Selection = ColumnElement[bool]


def compile_condition(
    condition: Condition,
    database: Database,
    *,
    today: date,
    now: datetime,
    zone: tzinfo = UTC,
    campaign: CampaignId | None = None,
) -> ColumnElement[bool]:
    """The condition over `database.contact`, to be put into WHERE.

    `zone` says where days begin; `campaign` is the one that plain words of `when` speak of.
    """
    frame = Frame(database, today, zone)
    return _Compiler(frame, now, campaign).condition(condition)


class _Compiler:
    def __init__(self, frame: Frame, now: datetime, campaign: CampaignId | None) -> None:
        self.frame = frame
        self.now = now
        self.campaign = campaign
        self.contact = frame.database.contact

    def condition(self, condition: Condition) -> ColumnElement[bool]:
        match condition:
            case Always(value):
                return true() if value else false()
            case And(parts):
                return and_(*(self.condition(part) for part in parts))
            case Or(parts):
                return or_(*(self.condition(part) for part in parts))
            case Not(part):
                return not_(func.coalesce(self.condition(part), false()))
            case Comparison(sign, left, right):
                return self._comparison(sign, left, right)
            case OneOf(term, choices):
                return self._one_of(term, choices)
            case Like(term, pattern):
                return self._like(condition, term, pattern)
            case Missing(term):
                return self._missing(condition, term)
            case HasTag(tag):
                return self._has_tag(tag)
            case _:
                return self._lived(condition)

    def _constant(self, condition: Condition) -> ColumnElement[bool]:
        """A condition that reads no field is decided here."""
        met = holds(condition, Person(), today=self.frame.today, now=self.now, zone=self.frame.zone)
        return true() if met else false()

    # --- comparisons -----------------------------------------------------------------------

    def _comparison(self, sign: Operator, left: Term, right: Term) -> ColumnElement[bool]:
        if not any(fields_of(left)):
            if not any(fields_of(right)):
                return self._constant(Comparison(sign, left, right))
            left, right, sign = right, left, sign.turned
        if isinstance(left, DaysSince):
            left, right, sign = self._as_date(left, right, sign)
        if not isinstance(left, FieldValue) or self._needs_arithmetic(left.field, right):
            return compare_exactly(sign, left, right, self.frame)
        if type_of(left) is FieldType.DATETIME and type_of(right) is FieldType.DATE:
            return self._within_day(sign, left.field, self._day(right))
        column, value = self._column(left.field), self._right(left.field, right)
        if type_of(left) is FieldType.TEXT and sign is not Operator.EQUAL:
            column = self._by_code_point(column)
        compared: ColumnElement[bool] = COMPARE[sign](column, value)
        return compared

    def _as_date(self, left: DaysSince, right: Term, sign: Operator) -> tuple[Term, Term, Operator]:
        """More than 30 days since the field = the field lies before the day 30 days ago."""
        if isinstance(right, Given) and isinstance(right.value, Decimal):
            days = right.value
            if days == days.to_integral_value() and abs(days) <= _FARTHEST:
                return left.of, DaysAgo(int(days)), sign.turned
        return left, right, sign

    def _needs_arithmetic(self, field: Field, right: Term) -> bool:
        """Amounts hide decimals: beside another kind of number they must be scaled."""
        if isinstance(right, FieldValue):
            return self.frame.digits(field) != self.frame.digits(right.field)
        return isinstance(right, Arithmetic | DaysSince)

    def _within_day(self, sign: Operator, field: Field, day: date) -> ColumnElement[bool]:
        """An instant against a day: the day is all that lies between two midnights."""
        column = self._column(field)
        start, end = (literal(at, Instant()) for at in day_bounds(day, self.frame.zone))
        match sign:
            case Operator.EQUAL:
                return and_(column >= start, column < end)
            case Operator.LESS:
                return column < start
            case Operator.AT_MOST:
                return column < end
            case Operator.MORE:
                return column >= end
            case Operator.AT_LEAST:
                return column >= start
            case _:
                assert_never(sign)

    def _one_of(self, term: Term, choices: Sequence[Term]) -> ColumnElement[bool]:
        days = FieldType.DATETIME
        typed = all(isinstance(choice, Given | DaysAgo) for choice in choices)
        if isinstance(term, FieldValue) and typed and type_of(term) is not days:
            values = [self._right(term.field, choice) for choice in choices]
            return self._column(term.field).in_(values)
        return or_(*(self._comparison(Operator.EQUAL, term, choice) for choice in choices))

    def _like(
        self, condition: Like, term: Term, pattern: Sequence[str | Wild]
    ) -> ColumnElement[bool]:
        if not isinstance(term, FieldValue):
            return self._constant(condition)
        text = "".join(
            piece.value if isinstance(piece, Wild) else _escaped(piece) for piece in pattern
        )
        return self._column(term.field).like(literal(text, Text()), escape="\\")

    def _missing(self, condition: Missing, term: Term) -> ColumnElement[bool]:
        match term:
            case FieldValue(field) | DaysSince(FieldValue(field)):
                return self._stored(field).is_(None)
            case Arithmetic():
                return missing_exactly(term, self.frame)
            case _:
                return self._constant(condition)

    # --- values ----------------------------------------------------------------------------

    def _column(self, field: Field) -> ColumnElement[Any]:
        """The column that is compared: for text its folded twin."""
        return (
            self.contact.c[f"{field.stored_in}_folded"] if field.has_twin else self._stored(field)
        )

    def _stored(self, field: Field) -> ColumnElement[Any]:
        """The column of a field, or what is computed in its place."""
        if field.name in COMPUTED:
            return life_stage_column(
                self.frame.database, today=self.frame.today, zone=self.frame.zone
            )
        return self.frame.column(field)

    def _by_code_point(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """PostgreSQL would order text by its locale; SQLite and Python order code points."""
        return column if self.frame.database.is_sqlite else column.collate("C")

    def _right(self, field: Field, term: Term) -> ColumnElement[Any]:
        """What a column is compared with."""
        match term:
            case FieldValue(other):
                return self._column(other)
            case DaysAgo():
                return literal(self._day(term), Day())
            case Given(Decimal() as number):
                return _number(number.scaleb(self.frame.digits(field)))
            case Given(value):
                return _literal(value, self.frame.zone)
            case _:
                raise AssertionError("arithmetic is compared exactly")

    def _day(self, term: Term) -> date:
        match term:
            case DaysAgo(days):
                return self.frame.today - timedelta(days=days)
            case Given(date() as day):
                return day
            case _:
                raise AssertionError("checking lets no other date stand beside an instant")

    # --- what tags and events tell -----------------------------------------------------------

    def _has_tag(self, tag: str) -> ColumnElement[bool]:
        t = schema.tag.alias()
        found = select(literal(1)).where(t.c.contact_id == self.contact.c.id)
        return found.where(t.c.tag_folded == tag).correlate(self.contact).exists()

    def _lived(self, condition: Received | Reached | ContactedWithin | Fact) -> ColumnElement[bool]:
        e = schema.event.alias()
        match condition:
            case Received(campaign, step):
                tests = [_of_stage(e, CONTACTED), _of_campaign(e, campaign)]
                if step is not None:
                    tests.append(_of_step(e, campaign, step))
            case Reached(stage, campaign):
                tests = [_of_stage(e, stage)]
                if campaign is not None:
                    tests.append(_of_campaign(e, campaign))
            case ContactedWithin(days):
                since = literal(self.now - timedelta(days=days), Instant())
                tests = [_of_stage(e, CONTACTED), e.c.at >= since]
            case Fact(stage):
                if self.campaign is None:
                    raise ValueError(f"{stage!r} is a fact of one campaign: which?")
                tests = [_of_stage(e, stage), e.c.campaign_id == self.campaign]
            case _:
                assert_never(condition)
        found = select(literal(1)).where(e.c.contact_id == self.contact.c.id, *tests, _stands(e))
        before = keepers(e, [*tests, _stands(e)])
        return found.correlate(self.contact).exists() | self.contact.c.id.in_(before)


def _number(value: Decimal) -> ColumnElement[Any]:
    """Whole numbers are bound as integers, so that SQLite compares them exactly."""
    if value == value.to_integral_value() and abs(value) <= _LARGEST:
        return literal(int(value), Whole)
    return literal(value, Number())


def _literal(value: str | bool | date | datetime | Decimal, zone: tzinfo) -> ColumnElement[Any]:
    if isinstance(value, datetime):
        return literal(at_zone(value, zone), Instant())
    types: dict[type, TypeEngine[Any]] = {str: Text(), bool: Flag(), date: Day()}
    return literal(value, types[type(value)])


def _escaped(piece: str) -> str:
    """A piece of a pattern in which nothing is a wildcard."""
    for special in ("\\", "%", "_"):
        piece = piece.replace(special, f"\\{special}")
    return piece


def _of_stage(e: Any, stage: str) -> ColumnElement[bool]:
    """`contacted` is a touch that reached someone (a call nobody answered has a stage of its
    own); every other stage stands in the events by its name."""
    if stage == CONTACTED:
        return and_(e.c.kind == EventKind.TOUCHED.value, e.c.stage.is_(None))
    return and_(e.c.kind == EventKind.REACHED.value, e.c.stage == stage)


def _of_campaign(e: Any, name: str) -> ColumnElement[bool]:
    c = schema.campaign.alias()
    test: ColumnElement[bool] = e.c.campaign_id.in_(select(c.c.id).where(c.c.name == name))
    return test


def _of_step(e: Any, campaign: str, name: str) -> ColumnElement[bool]:
    c, s = schema.campaign.alias(), schema.step.alias()
    steps = select(s.c.id).join(c, c.c.id == s.c.campaign_id)
    test: ColumnElement[bool] = e.c.step_id.in_(steps.where(c.c.name == campaign, s.c.name == name))
    return test


def _stands(e: Any) -> ColumnElement[bool]:
    """No correction took the event back. Not correlated, so it is looked up once per query."""
    fix = schema.event.alias()
    test: ColumnElement[bool] = e.c.id.not_in(
        select(fix.c.corrects).where(fix.c.corrects.is_not(None))
    )
    return test
