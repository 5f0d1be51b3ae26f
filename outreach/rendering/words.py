"""How templates write dates, numbers, amounts, names of places and forms of address.

One `Words` per language and locale; `filters()` is the table of what templates may
call. A value that is missing is never written by any of them: turning it into text
raises (see `context.MissingField`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal
from jinja2 import Undefined

_WOMAN = frozenset({"mme", "madame", "mlle", "mademoiselle", "mrs", "ms", "miss", "f"})
_MAN = frozenset({"m", "mr", "monsieur"})
#: The spellings of forms of address, and each in French and in English.
_TITLES: Mapping[str, tuple[str, str | None]] = {
    **dict.fromkeys(_WOMAN, ("Madame", "Ms")),
    "miss": ("Madame", "Miss"),
    "mrs": ("Madame", "Mrs"),
    **dict.fromkeys(_MAN, ("Monsieur", "Mr")),
    **dict.fromkeys(("dr", "docteur", "doctor"), ("Docteur", "Dr")),
    **dict.fromkeys(("me", "maître", "maitre"), ("Maître", None)),
    **dict.fromkeys(("pr", "prof", "professeur", "professor"), ("Professeur", "Professor")),
}

#: How Babel names its own lengths; anything else is a pattern such as `EEEE d MMMM`.
_LENGTHS = frozenset({"short", "medium", "long", "full"})
#: The lengths in which the first of a month is an ordinal, as French letters write it: `le 1er
#: juin 2026`. The CLDR does not know that (its long form is `1 juin 2026`), nor do the date
#: pictures of Word, whose merges print the same; hence it has to be asked for.
_ORDINAL: Mapping[str, str] = {"ordinal": "long", "full ordinal": "full"}

#: A first sound that elides: a vowel, but neither the y of « Yonne » nor the ou of
#: « Ouistreham »; of the words in h those in he-, hi-, hy- (« d'Hérouville »), while most
#: places in ha-, ho-, hu- keep the « de » (« de Houilles », « de Haguenau »).
_ELIDES = re.compile(r"(?!y[aeiou]|ou[aei])(?:[aeiouyœæ]|h[eiy])")
_CONTRACTED = {
    ("de", "le "): "du ",
    ("de", "les "): "des ",
    ("à", "le "): "au ",
    ("à", "les "): "aux ",
}
_ELIDED = {"de": "d'", "le": "l'", "la": "l'", "que": "qu'", "je": "j'", "se": "s'", "ne": "n'"}


class NotWritable(ValueError):
    """A filter was given a value it cannot write, such as a name as a date."""


@dataclass(frozen=True, slots=True)
class Words:
    """The conventions of one language (`fr` or `en`) in one locale (`fr_FR`)."""

    language: str
    locale: str
    currency: str

    def filters(self) -> Mapping[str, Callable[..., str]]:
        """The filters by the name templates call them, beside Jinja's own."""
        return {
            "date": self.date,
            "money": self.money,
            "number": self.number,
            "upper_first": upper_first,
            "elide": elide,
            "de": self.de,
            "salutation": self.salutation,
            "dear": self.dear,
        }

    def date(self, value: object, form: str = "long") -> str:
        """`1 mars 2027`; `form` is short, medium, long, full or a pattern like `EEEE d MMMM`.

        `ordinal` and `full ordinal` are `1er mars 2027` and `lundi 1er mars 2027`.
        """
        if form in _ORDINAL:
            day = _date(value)
            written = _day(day, _ORDINAL[form], self.locale)
            first = self.language == "fr" and day.day == 1
            return written.replace("1 ", "1er ", 1) if first else written
        if isinstance(value, datetime) and form not in _LENGTHS:
            return str(format_datetime(value, form, locale=self.locale))
        return _day(_date(value), form, self.locale)

    def money(self, value: object, currency: str | None = None) -> str:
        """`1 234,50 €`, the amount in units of the workspace's currency or of `currency`."""
        return str(format_currency(_decimal(value), currency or self.currency, locale=self.locale))

    def number(self, value: object, digits: int | None = None) -> str:
        """`1 234,5`; with `digits`, exactly so many after the decimal sign."""
        pattern = None if digits is None else "#,##0" + ("." + "0" * digits if digits else "")
        return str(format_decimal(_decimal(value), format=pattern, locale=self.locale))

    def de(self, value: object) -> str:
        """`d'Alençon`, `de Rennes`, `du Mans`; `of Rennes` in English."""
        return elide(value) if self.language == "fr" else f"of {_text(value)}"

    def salutation(self, contact: Mapping[str, object]) -> str:
        """`Madame Le Goff`, `Dear Ms Le Goff`; without civility or name, the neutral form."""
        title, last_name = self._title(contact), _optional(contact, "last_name")
        if self.language == "fr":
            return f"{title} {last_name}" if title and last_name else title or "Madame, Monsieur"
        if title and last_name:
            return f"Dear {title} {last_name}"
        whole = " ".join(filter(None, (_optional(contact, "first_name"), last_name)))
        return f"Dear {whole}" if whole else "Dear Sir or Madam"

    def dear(self, contact: Mapping[str, object]) -> str:
        """`Chère Madame`, `Cher Monsieur`, `Dear Madam`, `Dear Sir`; else the neutral form."""
        civility = _civility(contact)
        if self.language == "fr":
            title = self._title(contact)
            return (
                f"{'Chère' if civility in _WOMAN else 'Cher'} {title}"
                if title
                else "Madame, Monsieur"
            )
        if civility in _WOMAN:
            return "Dear Madam"
        return "Dear Sir" if civility in _MAN else "Dear Sir or Madam"

    def _title(self, contact: Mapping[str, object]) -> str | None:
        in_french, in_english = _TITLES.get(_civility(contact), (None, None))
        return in_french if self.language == "fr" else in_english

    def written(self, value: object) -> object:
        """How `{{ value }}` prints without a filter: dates and decimals by the locale."""
        if isinstance(value, (str, Undefined)):
            return value
        if value is None:
            raise NotWritable("None")
        if isinstance(value, bool):
            return (
                ("oui" if value else "non") if self.language == "fr" else "yes" if value else "no"
            )
        if isinstance(value, datetime):
            return format_datetime(value, "short", locale=self.locale)
        if isinstance(value, date):
            return self.date(value)
        return self.number(value) if isinstance(value, Decimal) else value


@lru_cache(maxsize=1024)
def _day(day: date, form: str, locale: str) -> str:
    return str(format_date(day, form, locale=locale))


def upper_first(value: object) -> str:
    """`portes ouvertes` → `Portes ouvertes`; the rest stays as it is."""
    text = _text(value)
    return text[:1].upper() + text[1:]


def elide(value: object, word: str = "de") -> str:
    """`word` before `value`, joined as French joins them: `d'Alençon`, `de Rennes`, `du Mans`."""
    return _elided(_text(value), word)


@lru_cache(maxsize=4096)
def _elided(text: str, word: str) -> str:
    for (short, article), contracted in _CONTRACTED.items():
        if word == short and text.lower().startswith(article):
            return contracted + text[len(article) :]
    bare = unicodedata.normalize("NFD", text.casefold())
    bare = "".join(c for c in bare if not unicodedata.combining(c))
    return _ELIDED[word] + text if word in _ELIDED and _ELIDES.match(bare) else f"{word} {text}"


def _civility(contact: Mapping[str, object]) -> str:
    return (_optional(contact, "civility") or "").rstrip(".").lower()


def _optional(contact: Mapping[str, object], name: str) -> str | None:
    value = contact.get(name)
    return None if value is None or isinstance(value, Undefined) else str(value)


def _text(value: object) -> str:
    """The text of a value; a missing one raises here."""
    return str(value)


def _date(value: Any) -> date:
    if isinstance(value, date):  # a datetime too
        return value
    try:
        return date.fromisoformat(_text(value))
    except ValueError:
        raise NotWritable(_text(value)) from None


def _decimal(value: object) -> Decimal:
    try:
        return Decimal(_text(value))
    except InvalidOperation:
        raise NotWritable(_text(value)) from None
