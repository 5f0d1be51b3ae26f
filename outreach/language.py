"""French or English: how a `Text` becomes words at a door.

English sentences are the keys of the catalogue; `locale/fr/…/outreach.po` holds
the French, complete (a test compares). French is spoken under a `fr_*` locale,
English under every other. No room but the doors says a sentence with this; `cleaning`
asks it for the labels of fields, which people type in their own words.
"""

from __future__ import annotations

import gettext
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from outreach.errors import Plural, Text

LOCALE_DIR = Path(__file__).parent / "locale"

#: The languages we speak.
LANGUAGES = ("en", "fr")

#: The locale of a workspace that states none. Constant, so that cron and a terminal agree.
DEFAULT_LOCALE = "en_GB"

#: The conventions of a language for somebody who is not spoken to in the workspace's own.
LOCALES: Mapping[str, str] = {"fr": "fr_FR", "en": "en_GB"}


@dataclass(frozen=True, slots=True)
class Amount:
    """Money in a sentence: `Text("{cost} were spent", cost=Amount(Decimal(600), "EUR"))`."""

    amount: Decimal | Fraction
    currency: str

    def __str__(self) -> str:
        """In English, for logs and tests; a door writes it as its locale does."""
        return f"{_decimal(self.amount):.2f} {self.currency}"


@dataclass(frozen=True, slots=True)
class Percent:
    """A rate in a sentence, a fraction of 1; one digit, two below 1 %, where mailings live."""

    rate: Fraction | float

    @property
    def digits(self) -> int:
        small = self.rate != 0 and -Fraction(1, 100) < self.rate < Fraction(1, 100)
        return 2 if small else 1

    def __str__(self) -> str:
        return f"{float(self.rate) * 100:.{self.digits}f}%"


#: Values that say which one, or are to be typed: `no import 1042`, `line 1200`. Never grouped.
_NUMERALS = frozenset({"code", "given", "id", "line", "n", "number", "port", "process"})


def _says_how_many(name: str, msgid: str) -> bool:
    """Whether a whole number in a sentence is a count; behind an option it is to be copied."""
    copied = rf"--[a-z-]+ \{{{name}\}}|\{{{name}!r"
    return name not in _NUMERALS and not re.search(copied, msgid)


def _decimal(number: Decimal | Fraction) -> Decimal:
    if isinstance(number, Decimal):
        return number
    return Decimal(number.numerator) / number.denominator


class Language:
    """The words and the conventions of one locale, such as `fr_FR`."""

    def __init__(self, locale: str = DEFAULT_LOCALE) -> None:
        self.locale = locale
        self.code = locale.split("_")[0]
        self._catalogue = gettext.translation(
            "outreach", LOCALE_DIR, languages=[self.code], fallback=True
        )

    def say(self, text: Text) -> str:
        """The sentence in this language, its values written as the locale writes them."""
        values = {name: self._value(value) for name, value in text.values.items()}
        for name, value in text.values.items():
            # Thousands stand apart where a number says how many, not where it says which one.
            if type(value) is int and abs(value) > 999 and _says_how_many(name, text.msgid):
                values[name] = self.count(value)
        if isinstance(text, Plural):
            sentence = self._catalogue.ngettext(text.msgid, text.plural, text.count)
        else:
            # gettext answers its own header for the empty sentence.
            sentence = self._catalogue.gettext(text.msgid) if text.msgid else ""
        return sentence.format_map(values) if values else sentence

    def _value(self, value: object) -> object:
        if isinstance(value, Text):
            return self.say(value)
        if isinstance(value, Decimal | date | datetime):
            return self.write(value)
        if isinstance(value, Amount):
            return self.money(_decimal(value.amount), value.currency)
        if isinstance(value, Percent):
            return self.percent(float(value.rate), digits=value.digits)
        return value

    def write(self, value: int | Decimal | date | datetime) -> str:
        """A number or a date as the locale prints it."""
        from babel.dates import format_date, format_datetime
        from babel.numbers import format_decimal

        if isinstance(value, datetime):
            return format_datetime(value, "short", tzinfo=value.tzinfo, locale=self.locale)
        if isinstance(value, date):
            day = format_date(value, "medium", locale=self.locale)
            # The first of a month is an ordinal, which CLDR does not know: `1er juin 2027`.
            first = self.code == "fr" and value.day == 1 and day.startswith("1 ")
            return f"1er{day[1:]}" if first else day
        return format_decimal(value, locale=self.locale)

    def count(self, number: int) -> str:
        """How many, as the locale prints it; what has no thousands costs no import of its rules."""
        return str(number) if -1000 < number < 1000 else self.write(number)

    def month(self, day: date) -> str:
        """The month of a day: `sept. 2027` in French, `Sept 2027` in English."""
        from babel.dates import format_skeleton

        return format_skeleton("yMMM", day, locale=self.locale)

    def exact(self, number: Decimal) -> str:
        """A number with every digit it has, as the locale prints it."""
        from babel.numbers import format_decimal

        return format_decimal(number, locale=self.locale, decimal_quantization=False)

    def money(self, amount: Decimal, currency: str) -> str:
        """An amount in units of the currency: `1 234,50 €` in French."""
        from babel.numbers import format_currency

        return format_currency(amount, currency, locale=self.locale)

    def percent(self, rate: float | None, digits: int = 1) -> str:
        """A fraction of 1 as a percentage; an undefined rate is a dash."""
        if rate is None:
            return "–"
        from babel.numbers import format_percent

        pattern = "#,##0." + "#" * digits + ("\N{NO-BREAK SPACE}%" if self.code == "fr" else "%")
        return format_percent(Decimal(str(rate)), format=pattern, locale=self.locale)


def one_of_ours(said: str | None) -> str | None:
    """`fr` or `en`, as a person's field `language` says it (`fr-BE`, `English`); else None."""
    code = (said or "")[:2].lower()
    return code if code in LOCALES else None


def environment_locale() -> str:
    """The locale the shell asks for, where no workspace says otherwise."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "").split(".")[0]
        if value.startswith("fr"):
            return value if "_" in value else "fr_FR"
        if value:
            break
    return DEFAULT_LOCALE
