"""An expression, understood: names are fields, texts are folded, types fit.

`predicate` says what each node means for one person; `store/conditions.py` says it
in SQL. A term gives a value or is missing; a condition is true or false, never
missing: a comparison with something missing is false, and its `not` is true.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from typing import assert_never

from outreach.model.field import Field, FieldType

# --- terms ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FieldValue:
    """What the contact's field holds."""

    field: Field


@dataclass(frozen=True, slots=True)
class Given:
    """A value that was typed. Text is folded; a datetime without a zone is in the workspace's."""

    value: str | Decimal | bool | date | datetime
    #: The text as it was typed, to be said again.
    written: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class DaysAgo:
    """The date that many days before today; `today()` is 0 days ago."""

    days: int


@dataclass(frozen=True, slots=True)
class DaysSince:
    """Whole days from the field's date to today, negative for a date to come."""

    of: FieldValue


class Sign(StrEnum):
    PLUS = "+"
    MINUS = "-"
    TIMES = "*"
    OVER = "/"


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Exact; missing where a part is missing or the divisor is 0."""

    sign: Sign
    left: Term
    right: Term


Term = FieldValue | Given | DaysAgo | DaysSince | Arithmetic

# --- conditions ----------------------------------------------------------------------------


class Operator(StrEnum):
    """`!=` is the `not` of `=`, hence no member here."""

    EQUAL = "="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="

    @property
    def turned(self) -> Operator:
        """The same comparison with its sides exchanged."""
        return _TURNED.get(self, self)


_TURNED = {
    Operator.LESS: Operator.MORE,
    Operator.MORE: Operator.LESS,
    Operator.AT_MOST: Operator.AT_LEAST,
    Operator.AT_LEAST: Operator.AT_MOST,
}


class Wild(Enum):
    """The wildcards of `like`."""

    ANY = "%"
    ONE = "_"


@dataclass(frozen=True, slots=True)
class Always:
    """`true` or `false`, written as such."""

    value: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    operator: Operator
    left: Term
    right: Term


@dataclass(frozen=True, slots=True)
class OneOf:
    """`in (…)`."""

    term: Term
    choices: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Like:
    """`like`, `contains`, `starts_with`: folded pieces of text between wildcards."""

    term: Term
    pattern: tuple[str | Wild, ...]
    #: The pattern or the piece as it was typed.
    written: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Missing:
    """`is null`."""

    term: Term


@dataclass(frozen=True, slots=True)
class HasTag:
    """The tag is folded."""

    tag: str
    written: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Received:
    """Was contacted in that campaign [by that step]."""

    campaign: str
    step: str | None = None


@dataclass(frozen=True, slots=True)
class Reached:
    """Reached that stage, or gave rise to that fact, in any campaign or in the one named."""

    stage: str
    campaign: str | None = None


@dataclass(frozen=True, slots=True)
class ContactedWithin:
    """Was contacted in the last so many days, by any campaign."""

    days: int


@dataclass(frozen=True, slots=True)
class Fact:
    """A plain word of `when`: this person reached that stage in *this* campaign."""

    stage: str


@dataclass(frozen=True, slots=True)
class Not:
    part: Condition


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Condition, ...]


Condition = (
    Always
    | Comparison
    | OneOf
    | Like
    | Missing
    | HasTag
    | Received
    | Reached
    | ContactedWithin
    | Fact
    | Not
    | And
    | Or
)

# --- questions about them ------------------------------------------------------------------


def type_of(term: Term) -> FieldType:
    """TEXT, NUMBER (integers and money too), DATE, DATETIME or BOOLEAN."""
    match term:
        case FieldValue(of):
            whole = of.type in (FieldType.INTEGER, FieldType.MONEY)
            return FieldType.NUMBER if whole else of.type
        case Given(value):
            return _type_of_value(value)
        case DaysAgo():
            return FieldType.DATE
        case DaysSince() | Arithmetic():
            return FieldType.NUMBER
        case _:
            assert_never(term)


def _type_of_value(value: str | Decimal | bool | date | datetime) -> FieldType:
    match value:
        case bool():
            return FieldType.BOOLEAN
        case str():
            return FieldType.TEXT
        case Decimal():
            return FieldType.NUMBER
        case datetime():
            return FieldType.DATETIME
        case date():
            return FieldType.DATE
        case _:
            assert_never(value)


def fields_of(term: Term) -> Iterator[Field]:
    """The fields a term reads."""
    match term:
        case FieldValue(of) | DaysSince(FieldValue(of)):
            yield of
        case Arithmetic(_, left, right):
            yield from fields_of(left)
            yield from fields_of(right)
        case Given() | DaysAgo():
            return
        case _:
            assert_never(term)


def parts_of(condition: Condition) -> tuple[Condition, ...]:
    """The conditions directly inside one."""
    match condition:
        case And(parts) | Or(parts):
            return parts
        case Not(part):
            return (part,)
        case _:
            return ()


def leaves_of(condition: Condition) -> Iterator[Condition]:
    """The conditions within it that hold no other one; itself, where it holds none."""
    parts = parts_of(condition)
    for part in parts:
        yield from leaves_of(part)
    if not parts:
        yield condition


def size_of(condition: Condition) -> tuple[int, int]:
    """(number of conditions in it, how deeply they are nested); a list counts each choice."""
    sizes = [size_of(part) for part in parts_of(condition)]
    own = 1 + len(condition.choices) if isinstance(condition, OneOf) else 1
    return own + sum(count for count, _ in sizes), 1 + max((deep for _, deep in sizes), default=0)
