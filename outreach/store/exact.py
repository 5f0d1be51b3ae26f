"""The SQLite function that compares exactly: a small program worked out in fractions.

`arithmetic.py` writes the programs. This module imports next to nothing, because every
connection of every command registers the function.
"""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import date
    from fractions import Fraction

#: The SQLite function: (program, values…) → 1, 0 or NULL.
FUNCTION = "outreach_exact"
#: The verb of a program that asks whether its result is missing; others are comparisons.
MISSING = "missing"

_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def register_functions(connection: Any) -> None:
    """Give a new SQLite connection the function."""
    connection.create_function(FUNCTION, -1, _exact, deterministic=True)


def _exact(program: str, *values: int | float | str | None) -> int | None:
    verb, *terms = _read_program(program)
    results = [_result(term, values) for term in terms]
    if verb == MISSING:
        return int(results[0] is None)
    if None in results:
        return None
    return int(_COMPARE[verb](*results))


@lru_cache(maxsize=256)
def _read_program(program: str) -> list[Any]:
    read: list[Any] = json.loads(program)
    return read


def _result(term: Sequence[Any], values: Sequence[Any]) -> Fraction | None:
    from fractions import Fraction

    match term:
        case ["number", text]:
            return Fraction(text)
        case ["field", position, digits]:
            # repr gives back the at most 15 digits that were stored.
            value = values[position]
            return None if value is None else Fraction(repr(value)) / 10**digits
        case ["days", position, today, zone]:
            value = values[position]
            return None if value is None else Fraction((_day(today) - _day(value, zone)).days)
        case [sign, left, right]:
            return _worked_out(sign, _result(left, values), _result(right, values))
        case _:
            raise AssertionError(term)


def _worked_out(sign: str, left: Fraction | None, right: Fraction | None) -> Fraction | None:
    if left is None or right is None:
        return None
    match sign:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return left / right if right else None
        case _:
            raise AssertionError(sign)


def _day(text: str, zone: str | None = None) -> date:
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    if zone is None:
        return date.fromisoformat(text)
    return datetime.fromisoformat(text).astimezone(ZoneInfo(zone)).date()
