"""How a value is written: by the locale, by a picture, by the `\\*` switches.

A date picture is tried first, then a number picture; a text takes one only where it is a
date or a number by the locale, and stays as it is otherwise, as in Word. The forms come
after the picture, from left to right. `Caps` and `FirstCap` leave the rest of a word as it
is (ECMA-376 Part 1, 17.16.4.3; Microsoft Q80307: lower first where all is upper case).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, localcontext
from functools import lru_cache

from outreach.model.field import Value
from outreach.rendering.letter.date_pictures import date_of, has_time, write_date
from outreach.rendering.letter.number_forms import NUMBER_FORMS, form_named, write_form
from outreach.rendering.letter.number_pictures import number_of, number_within, write_number

__all__ = ["CASES", "FORMS", "LOOKS", "Format", "change_case", "form_of", "has_time",
           "write_date", "write_value"]  # fmt: skip

#: `\* …` switches that change the letters of the value.
CASES = frozenset({"upper", "lower", "caps", "firstcap"})
#: `\* …` switches that choose the typeface (compiling.py).
LOOKS = frozenset({"mergeformat", "mergeformatinet", "charformat"})
#: Everything `Format.forms` may hold.
FORMS = CASES | NUMBER_FORMS


@dataclass(frozen=True, slots=True)
class Format:
    """What a field's switches ask for. `forms` in their order, as `form_of` names them."""

    date_picture: str | None = None
    number_picture: str | None = None
    forms: tuple[str, ...] = ()

    def write(self, value: Value, locale: str) -> str:
        """The text of a value in `locale` (`fr_FR`); a missing one is ''.

        Raises `FormError` where a form cannot write the number.
        """
        text = self._picture(value, locale)
        for form in self.forms:
            text = change_case(text, form) if form in CASES else _form(text, value, form, locale)
        return text

    def _picture(self, value: Value, locale: str) -> str:
        if self.date_picture is not None:
            day = date_of(value, locale) if isinstance(value, str) else value
            if isinstance(day, date):
                return write_date(day, self.date_picture, locale)
        if self.number_picture is not None:
            number = _number(value, locale)
            if number is None and isinstance(value, str):
                number = number_within(value, locale)
            if number is not None:
                return write_number(number, self.number_picture, locale)
        return write_value(value, locale)


def form_of(argument: str) -> str | None:
    """What `\\* argument` asks for, as in `FORMS`; None for typefaces and unknown switches."""
    name = argument.lower()
    return name if name in CASES else form_named(argument)


def write_value(value: Value, locale: str) -> str:
    """A value as running text: `1 mars 2027`, `1 234,5`, `oui`. Whole numbers are not grouped."""
    if isinstance(value, str):
        return value
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


def _form(text: str, value: Value, form: str, locale: str) -> str:
    """What was written is counted with (`\\@ "d" \\* Ordinal`), else the value itself."""
    number = number_of(text, locale)
    if number is None:
        number = _number(value, locale)
    return text if number is None else write_form(number, form, locale)


def _number(value: Value, locale: str) -> Decimal | None:
    if isinstance(value, str):
        return number_of(value, locale)
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    return None


@lru_cache(maxsize=4096)
def _long_date(value: date, locale: str) -> str:
    from babel.dates import format_date, format_time

    day = str(format_date(value, "long", locale=locale))
    if isinstance(value, datetime):
        return f"{day} {format_time(value.timetz(), 'short', tzinfo=value.tzinfo, locale=locale)}"
    return day


def _decimal(value: Decimal, locale: str) -> str:
    from babel.numbers import format_decimal

    with localcontext(prec=400):  # a number of 26 digits would stop Babel
        return str(format_decimal(value, locale=locale, decimal_quantization=False))


def _truth(value: bool, locale: str) -> str:
    words = ("oui", "non") if locale.startswith("fr") else ("yes", "no")
    return words[0] if value else words[1]
