"""The comparison of two values, as IF, COMPARE, SKIPIF and NEXTIF make it.

Two dates are compared as dates, two numbers as numbers, everything else as text with its
case and accents (Word 2003's page "Format switches for text comparisons"). What a text is,
date or number, the locale says. `?` and `*` stand for one and for any letters in the right
operand of `=` and `<>` only (MS-OI29500 2.1.478).
"""

from __future__ import annotations

import operator as compare
import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from outreach.model.field import Value
from outreach.model.text import fold
from outreach.rendering.letter.date_pictures import date_of
from outreach.rendering.letter.formats import write_value
from outreach.rendering.letter.number_pictures import number_of

#: The operators of Word, and what they ask of two values of one kind.
OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": compare.eq, "<>": compare.ne, "<": compare.lt,
    "<=": compare.le, ">": compare.gt, ">=": compare.ge,
}  # fmt: skip


def holds(left: Value, operator: str, right: Value, locale: str) -> bool:
    """Whether `left operator right` is true; `operator` is one of `OPERATORS`.

    A missing value is the empty text: it equals "" and nothing else, and as a number or a
    date it is neither more nor less than another.
    """
    if operator in ("=", "<>") and isinstance(right, str) and re.search("[?*]", right):
        return _fits(_text(left, locale), right) is (operator == "=")
    test = OPERATORS[operator]
    days = _day(left, locale), _day(right, locale)
    if days[0] is not None and days[1] is not None:
        return test(*_alike(days[0], days[1]))
    numbers = _number(left, locale), _number(right, locale)
    if numbers[0] is not None and numbers[1] is not None:
        return test(*numbers)
    texts = _text(left, locale), _text(right, locale)
    if operator in ("=", "<>"):
        return test(*texts)
    if "" in texts and any(part is not None for part in (*days, *numbers)):
        return False
    return test(*((fold(text), text) for text in texts))


def _fits(text: str, pattern: str) -> bool:
    parts = {"?": ".", "*": ".*"}
    pattern = unicodedata.normalize("NFC", pattern)
    source = "".join(parts.get(letter) or re.escape(letter) for letter in pattern)
    return re.fullmatch(re.sub(r"(\.\*)+", ".*", source), text, re.DOTALL) is not None


def _day(value: Value, locale: str) -> date | None:
    if isinstance(value, str):
        return date_of(value, locale)
    return value if isinstance(value, date) else None


def _alike(left: date, right: date) -> tuple[date, date]:
    """Two instants, or two days where one of them has no hours."""
    if isinstance(left, datetime) and isinstance(right, datetime):
        return left.replace(tzinfo=None), right.replace(tzinfo=None)
    return _without_hours(left), _without_hours(right)


def _without_hours(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def _number(value: Value, locale: str) -> Decimal | None:
    if isinstance(value, str):
        return number_of(value, locale)
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return Decimal(value)
    return None


def _text(value: Value, locale: str) -> str:
    return unicodedata.normalize("NFC", write_value(value, locale))
