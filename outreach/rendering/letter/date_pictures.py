"""Dates: read from text by the letter's locale, written by a Word picture (`\\@`).

`01/03/2027` is a first of March in French and the third of January in American English;
which it is, only the locale says: a text is never guessed at. ISO dates are read everywhere.
Pictures: ECMA-376 Part 1, 17.16.4.1.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from functools import lru_cache

from outreach.model.text import fold

#: Items of a date picture: `d` and `y` in either case, `M` only upper (17.16.4.1).
_ITEM = re.compile(
    r"[dD]{1,4}|M{1,4}|[yY]{4}|[yY]{1,2}|H{1,2}|h{1,2}|m{1,2}|s{1,2}"
    r"|am/pm|AM/PM|'(?P<quoted>[^']*)'?|(?P<other>.)",
    re.DOTALL,
)
_TIME_ITEM = re.compile(r"[Hhms]{1,2}|am/pm|AM/PM")

_CLOCK = r"(?:[ T]\s*(?P<clock>\d{1,2}[:h]\d{2}(?::\d{2})?))?"
_ISO = re.compile(r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})" + _CLOCK)
_NUMERIC = re.compile(r"(\d{1,4})([/.\- ])(\d{1,2})\2(\d{1,4})" + _CLOCK)
#: `1er mars 2027`, `1 March 2027`; `March 1, 2027`.
_DAY_FIRST = re.compile(r"(?P<d>\d{1,2})(?:er|st|nd|rd|th|\.)? +(?P<m>[^\W\d]+\.?),? +(?P<y>\d{4})"
                        + _CLOCK)  # fmt: skip
_MONTH_FIRST = re.compile(r"(?P<m>[^\W\d]+\.?) +(?P<d>\d{1,2})(?:st|nd|rd|th)?,? +(?P<y>\d{4})"
                          + _CLOCK)  # fmt: skip
#: Two digits of a year mean 1950–2049, as in the settings of current Windows.
_NEXT_CENTURY = 50


def has_time(picture: str) -> bool:
    """Whether a date picture prints hours, minutes or seconds."""
    return any(_TIME_ITEM.fullmatch(item[0]) for item in _ITEM.finditer(picture))


def write_date(value: date, picture: str, locale: str) -> str:
    """A date by a Word picture: `dddd d MMMM yyyy` → `lundi 1 mars 2027`."""
    return "".join(_date_item(value, item, locale) for item in _ITEM.finditer(picture))


def date_of(text: str, locale: str) -> date | None:
    """The date (with hours: the datetime) a text is by the conventions of the locale, or None."""
    text = " ".join(text.split())
    if match := _ISO.fullmatch(text):
        return _day(int(match["y"]), int(match["m"]), int(match["d"]), match["clock"])
    if match := _NUMERIC.fullmatch(text):
        return _numeric(match, locale)
    for form in (_DAY_FIRST, _MONTH_FIRST):
        if match := form.fullmatch(text):
            month = _months_by_name(locale).get(fold(match["m"]).rstrip("."))
            return _day(int(match["y"]), month, int(match["d"]), match["clock"]) if month else None
    return None


def _numeric(match: re.Match[str], locale: str) -> date | None:
    first, second, third = match[1], match[3], match[4]
    parts = dict(zip(_order(locale), (first, second, third), strict=True))
    if len(parts["y"]) not in (2, 4) or len(parts["d"]) > 2 or len(parts["m"]) > 2:
        return None
    year = int(parts["y"])
    if len(parts["y"]) == 2:
        year += 2000 if year < _NEXT_CENTURY else 1900
    return _day(year, int(parts["m"]), int(parts["d"]), match["clock"])


def _day(year: int, month: int, day: int, clock: str | None) -> date | None:
    try:
        if clock is None:
            return date(year, month, day)
        hour, minute, second = (int(part) for part in [*re.split("[:h]", clock), "0"][:3])
        return datetime.combine(date(year, month, day), time(hour, minute, second))
    except ValueError:
        return None


@lru_cache(maxsize=64)
def _order(locale: str) -> str:
    """In which order a locale writes day, month and year: `dmy`, `mdy` or `ymd`."""
    from babel import Locale

    pattern = str(Locale.parse(locale).date_formats["short"].pattern).lower()
    return "".join(dict.fromkeys(letter for letter in pattern if letter in "dmy"))


@lru_cache(maxsize=64)
def _months_by_name(locale: str) -> dict[str, int]:
    return {
        fold(name).rstrip("."): number
        for length in ("wide", "abbreviated")
        for number, name in _names("months", length, locale).items()
    }


def _date_item(value: date, item: re.Match[str], locale: str) -> str:
    if item["quoted"] is not None:
        return item["quoted"]
    if item["other"] is not None:
        return item["other"]
    symbol, width = item[0][0], len(item[0])
    if item[0] in ("am/pm", "AM/PM"):
        afternoon = isinstance(value, datetime) and value.hour >= 12
        return item[0][3:] if afternoon else item[0][:2]
    if symbol in "dDMyY":
        return _calendar_item(value, symbol.lower(), width, locale)
    moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
    number = {"H": moment.hour, "h": moment.hour % 12 or 12, "m": moment.minute, "s": moment.second}
    return f"{number[symbol]:0{width}d}"


def _calendar_item(value: date, symbol: str, width: int, locale: str) -> str:
    if symbol == "y":
        return f"{value.year:04d}" if width == 4 else f"{value.year % 100:02d}"
    number = value.day if symbol == "d" else value.month
    if width <= 2:
        return f"{number:0{width}d}"
    length = "abbreviated" if width == 3 else "wide"
    if symbol == "d":
        return _names("days", length, locale)[value.weekday()]
    return _names("months", length, locale)[value.month]


@lru_cache(maxsize=64)
def _names(what: str, length: str, locale: str) -> dict[int, str]:
    from babel import Locale

    return dict(getattr(Locale.parse(locale), what)["format"][length])
