"""How a value is written: by the locale, by a date picture, by the `\\*` switches.

`Caps` and `FirstCap` leave the rest of a word as it is (ECMA-376 Part 1, 17.16.4.3;
Microsoft Q80307: lower first where all is upper case). Switches apply from left to right,
the picture before them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from outreach.model.field import Value

#: `\* …` switches that change the letters of the value.
CASES = frozenset({"upper", "lower", "caps", "firstcap"})
#: `\* …` switches that choose the typeface (compiling.py).
LOOKS = frozenset({"mergeformat", "mergeformatinet", "charformat"})

#: Items of a date picture: `d` and `y` in either case, `M` only upper (17.16.4.1).
_ITEM = re.compile(
    r"[dD]{1,4}|M{1,4}|[yY]{4}|[yY]{1,2}|H{1,2}|h{1,2}|m{1,2}|s{1,2}"
    r"|am/pm|AM/PM|'(?P<quoted>[^']*)'?|(?P<other>.)",
    re.DOTALL,
)
_TIME_ITEM = re.compile(r"[Hhms]{1,2}|am/pm|AM/PM")


@dataclass(frozen=True, slots=True)
class Format:
    """What a field's switches ask for. `cases` in their order, in lower case."""

    date_picture: str | None = None
    cases: tuple[str, ...] = ()

    def write(self, value: Value, locale: str) -> str:
        """The text of a value in `locale` (`fr_FR`); a missing one is ''."""
        if self.date_picture and isinstance(value, date):
            text = write_date(value, self.date_picture, locale)
        else:
            text = write_value(value, locale)
        for case in self.cases:
            text = change_case(text, case)
        return text


def write_value(value: Value, locale: str) -> str:
    """A value as running text: `1 mars 2027`, `1 234,5`, `oui`. Whole numbers are not grouped."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _truth(value, locale)
    if isinstance(value, date):
        return _long_date(value, locale)
    if isinstance(value, Decimal):
        return _decimal(value, locale)
    return str(value)


def change_case(text: str, case: str) -> str:
    """Words begin after a blank or a hyphen: `jean-paul d’arcy` → `Jean-Paul D’arcy`."""
    if case == "upper":
        return text.upper()
    if case == "lower":
        return text.lower()
    if case == "firstcap":
        return re.sub(r"\w", lambda m: m[0].upper(), text, count=1)
    return re.sub(r"(?:^|(?<=[\s-]))\w", lambda m: m[0].upper(), text)


def has_time(picture: str) -> bool:
    """Whether a date picture prints hours, minutes or seconds."""
    return any(_TIME_ITEM.fullmatch(item[0]) for item in _ITEM.finditer(picture))


def write_date(value: date, picture: str, locale: str) -> str:
    """A date by a Word picture: `dddd d MMMM yyyy` → `lundi 1 mars 2027`."""
    return "".join(_date_item(value, item, locale) for item in _ITEM.finditer(picture))


def _date_item(value: date, item: re.Match[str], locale: str) -> str:
    if item["quoted"] is not None:
        return item["quoted"]
    if item["other"] is not None:
        return item["other"]
    symbol, width = item[0][0], len(item[0])
    if symbol in "dDMyY":
        return _calendar_item(value, symbol.lower(), width, locale)
    moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
    if item[0] in ("am/pm", "AM/PM"):
        return item[0][:2] if moment.hour < 12 else item[0][3:]
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


@lru_cache(maxsize=4096)
def _long_date(value: date, locale: str) -> str:
    from babel.dates import format_date, format_time

    day = str(format_date(value, "long", locale=locale))
    if isinstance(value, datetime):
        return f"{day} {format_time(value.timetz(), 'short', tzinfo=value.tzinfo, locale=locale)}"
    return day


def _decimal(value: Decimal, locale: str) -> str:
    from babel.numbers import format_decimal

    return str(format_decimal(value, locale=locale, decimal_quantization=False))


def _truth(value: bool, locale: str) -> str:
    words = ("oui", "non") if locale.startswith("fr") else ("yes", "no")
    return words[0] if value else words[1]
