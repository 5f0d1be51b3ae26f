"""Days as people say them on the telephone: `thursday 14:30`, `jeu`, `+10`, `tomorrow`, `12/03`.

A day without a year is the next one to come. Weekdays, and the words for yesterday, today and
tomorrow, are understood in French and in English, whatever the workspace speaks: two sellers may
type differently.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta

from outreach.errors import Text, WrongUsage
from outreach.model.text import fold
from outreach.segmentation.dates import example_date, read_date

_DAY = timedelta(days=1)
#: 0 = Monday. Three letters tell them apart in both languages.
_WEEKDAYS: Mapping[str, int] = {
    "lun": 0, "mon": 0, "mar": 1, "tue": 1, "mer": 2, "wed": 2, "jeu": 3, "thu": 3,
    "ven": 4, "fri": 4, "sam": 5, "sat": 5, "dim": 6, "sun": 6,
}  # fmt: skip
_WHOLE = frozenset(
    [
        "lundi",
        "mardi",
        "mercredi",
        "jeudi",
        "vendredi",
        "samedi",
        "dimanche",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ]
)
#: Days from today; a hyphen may be a blank.
_NEAR: Mapping[str, int] = {
    "avant hier": -2, "yesterday": -1, "hier": -1, "today": 0, "aujourd'hui": 0, "tomorrow": 1,
    "demain": 1, "apres demain": 2,
}  # fmt: skip
_AHEAD = re.compile(r"\+ ?(\d{1,4}) ?(d|j|w|s|m)?", re.ASCII)
_WITHOUT_YEAR = re.compile(r"(\d{1,2})[./-](\d{1,2})", re.ASCII)
_CLOCK = re.compile(r"(?:^|\s)(?:(\d{1,2}):(\d{2})|(\d{1,2}) ?h ?(\d{2})?)$", re.ASCII)


@dataclass(frozen=True, slots=True)
class SaidDay:
    """A day, and the hour where one was said."""

    day: date
    clock: time | None = None


class BadDay(WrongUsage):
    def __init__(self, text: str, locale: str) -> None:
        super().__init__(
            Text("{text!r} is no day", text=text),
            hint=Text(
                "write it like {example}, thu, +10 (days), +2w (weeks), tomorrow; 14:30 behind it",
                example=example_date(locale),
            ),
        )


class PastDay(WrongUsage):
    def __init__(self, day: date) -> None:
        super().__init__(Text("{day} has passed", day=day))


def near_day(word: str, today: date) -> date | None:
    """The day that `yesterday`, `aujourd'hui` and their like mean today; None for any other."""
    return today + _NEAR[_near(word)] * _DAY if is_near(word) else None


def is_near(word: str) -> bool:
    """Whether a word means another day tomorrow."""
    return _near(word) in _NEAR


def _near(word: str) -> str:
    return " ".join(fold(word).replace("-", " ").split())


def read_day(text: str, *, today: date, locale: str) -> SaidDay:
    """The day to come, and the hour, that somebody typed. Raises `BadDay`, `PastDay`."""
    said = read_any_day(text, today=today, locale=locale)
    if said.day < today:
        raise PastDay(said.day)
    return said


def read_any_day(text: str, *, today: date, locale: str) -> SaidDay:
    """The same of a day that may have passed. Raises `BadDay`."""
    typed = " ".join(text.split())
    clock, rest = read_clock(typed)
    day = _day(fold(rest), today, locale) if rest else today
    if day is None or (clock is None and not rest):
        raise BadDay(text, locale)
    return SaidDay(day, clock)


def read_clock(text: str) -> tuple[time | None, str]:
    """The hour at the end, and what stands before it."""
    found = _CLOCK.search(text)
    if found is None:
        return None, text
    hour, minute = int(found[1] or found[3]), int(found[2] or found[4] or 0)
    if hour > 23 or minute > 59:
        return None, text
    return time(hour, minute), text[: found.start()].rstrip(" ,à@")


def _day(word: str, today: date, locale: str) -> date | None:
    if (near := near_day(word, today)) is not None:
        return near
    if ahead := _AHEAD.fullmatch(word):
        return _later(today, int(ahead[1]), ahead[2] or "d")
    if word in _WHOLE or word in _WEEKDAYS:
        return today + ((_WEEKDAYS[word[:3]] - today.weekday() - 1) % 7 + 1) * _DAY
    if short := _WITHOUT_YEAR.fullmatch(word):
        return _next(int(short[1]), int(short[2]), today, locale)
    return read_date(word, locale)


def _later(today: date, count: int, unit: str) -> date | None:
    days = count * (7 if unit in "ws" else 1)
    if unit == "m":
        months = today.month - 1 + count
        return _date(today.year + months // 12, months % 12 + 1, min(today.day, 28))
    return today + days * _DAY if days < 40_000 else None


def _next(first: int, second: int, today: date, locale: str) -> date | None:
    """A day and a month, in the locale's order: of this year, or of the next one."""
    month_first = example_date(locale).startswith("01")
    month, day = (first, second) if month_first else (second, first)
    this_year = _date(today.year, month, day)
    if this_year is not None and this_year >= today:
        return this_year
    return _date(today.year + 1, month, day)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
