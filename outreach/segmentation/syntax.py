"""What was written, with its places, before names and types are looked at."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from outreach.segmentation.errors import Span


@dataclass(frozen=True, slots=True)
class Name:
    """A word outside quotes, or one in backticks (a label)."""

    text: str
    span: Span
    in_backticks: bool = False


@dataclass(frozen=True, slots=True)
class Quoted:
    """Text between single or double quotes."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Digits:
    """A number, never negative: the sign is an operation."""

    value: Decimal
    span: Span


@dataclass(frozen=True, slots=True)
class Truth:
    """`true` or `false`."""

    value: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Null:
    """`null` where a value stands; `is null` is an operation."""

    span: Span


@dataclass(frozen=True, slots=True)
class Call:
    """A function and its arguments."""

    name: str
    arguments: tuple[Raw, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator and what it works on.

    `and or` (two or more), `not negative is_null` (one), `= != < <= > >= like + - * /`
    (two), `between` (value, low, high), `in` (value, then the list).
    """

    operator: str
    operands: tuple[Raw, ...]
    span: Span


Raw = Name | Quoted | Digits | Truth | Null | Call | Operation
