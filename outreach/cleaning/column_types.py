"""Which type a column of the user's holds, found from all of its cells.

A type is given when the cells leave no doubt: whole numbers, decimals in either
convention, dates, yes or no. What may be an identifier stays text: leading zeros, more
than 15 digits, a header that says code or number. A few cells that say "none" (`n/a`,
`inconnu`) do not change the type of the others: they are set aside.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from outreach.cleaning.headers import key_of
from outreach.cleaning.values import OWN_RULES, is_kind
from outreach.errors import Text
from outreach.model.field import FieldType, Value
from outreach.model.text import fold

#: Significant digits that survive a double-precision number (IEEE 754), hence both databases.
MOST_DIGITS = 15

_INTEGER = re.compile(r"[-+]?(?:0|[1-9]\d{0,14}|[1-9]\d{0,2}(?: \d{3}){1,4})")
_NUMBER = re.compile(
    r"[-+]?(?P<whole>0|[1-9]\d*|[1-9]\d{0,2}(?:(?P<sep>[ ']|(?P<point>\.)|(?P<comma>,))\d{3})*)"
    r"(?:[.,](?P<part>\d+))?"
)
_DIGIT = re.compile(r"\d")
_MONEY = re.compile(r"(?:€|EUR|EUROS?)", re.IGNORECASE)
_DATE = re.compile(
    r"(?:(?P<y>\d{4})[-/](?P<m>\d{1,2})[-/](?P<d>\d{1,2})|(?P<d2>\d{1,2})[/.-](?P<m2>\d{1,2})[/.-](?P<y2>\d{4}))"
    r"(?:[T ]00:00(?::00(?:\.0+)?)?)?"
)
_DATE_IN_WORDS = re.compile(r"(?P<d>\d{1,2})(?:er)?[ .-]+(?P<m>[^\W\d_]{3,9})\.?[ -]+(?P<y>\d{4})")

#: Months as they are written out, folded: in whole, or the first letters of them.
_MONTHS = (
    ("janvier", "january", "janv", "jan"), ("fevrier", "february", "fevr", "fev", "feb"),
    ("mars", "march", "mar"), ("avril", "april", "avr", "apr"), ("mai", "may"),
    ("juin", "june", "jun"), ("juillet", "july", "juil", "jul"), ("aout", "august", "aug"),
    ("septembre", "september", "sept", "sep"), ("octobre", "october", "oct"),
    ("novembre", "november", "nov"), ("decembre", "december", "dec"),
)  # fmt: skip
_MONTH: Mapping[str, int] = {
    word: number for number, words in enumerate(_MONTHS, start=1) for word in words
}

#: How programs write that there is no date: Outlook, MySQL, and forms that were not filled in.
NO_DATE = frozenset({"0/0/00", "00/00/0000", "0000-00-00", "00/00/00"})

#: Looks like a number that only an identifier has.
_IDENTIFIER = re.compile(r"0\d+|\d{16,}")

_TRUE = frozenset({"true", "vrai", "oui", "yes", "o", "y"})
_FALSE = frozenset({"false", "faux", "non", "no", "n"})

#: What people type into a cell to say that there is nothing to say.
_NOTHING = frozenset({
    "n/a", "na", "n.a.", "nc", "n.c.", "nd", "n.d.", "ns", "-", "--", "---", "?", "??", "/", ".",
    "neant", "aucun", "aucune", "inconnu", "inconnue", "unknown", "none", "null", "nul", "vide",
    "empty", "#n/a", "#ref!", "#value!", "#valeur!", "#div/0!", "#nom?", "#name?", "tbd",
    "non renseigne", "non communique", "sans objet", "a verifier", "a completer",
})  # fmt: skip

#: Words of a header that names an identifier, whatever its cells look like.
_CODE_WORDS = frozenset({
    "code", "codes", "id", "ident", "identifiant", "ref", "reference", "num", "numero", "siren",
    "siret", "nic", "naf", "ape", "uai", "insee", "cp", "zip", "zipcode", "postal", "postalcode",
    "postcode", "codepostal", "tel",
    "telephone", "phone", "mobile", "fax", "gsm", "iban", "bic", "ean", "isbn", "matricule", "sku",
})  # fmt: skip

#: Misfits tolerated in a column of at least so many cells.
_ENOUGH = 20
_TOLERATED = 0.05

#: Candidates, the narrowest first: the first that all cells fit is the column's type.
_CANDIDATES = (FieldType.BOOLEAN, FieldType.INTEGER, FieldType.NUMBER, FieldType.DATE)


@dataclass(slots=True)
class ColumnType:
    """Takes the cells of one column one by one and says, at the end, what they are."""

    header: str
    count: int = 0
    nothing: int = 0
    identifiers: int = 0
    #: Cells that say how far a contact has come (prospect, client …).
    kinds: int = 0
    fits: dict[FieldType, int] = field(default_factory=lambda: dict.fromkeys(_CANDIDATES, 0))

    def see(self, text: str, times: int = 1) -> None:
        """One tidy cell that holds something, or several that say the same."""
        if text in NO_DATE:
            return
        self.count += times
        if not _DIGIT.search(text):
            self._see_words(text, times)
        elif _INTEGER.fullmatch(text):
            self.fits[FieldType.INTEGER] += times
            self.fits[FieldType.NUMBER] += times
        elif _IDENTIFIER.fullmatch(text):
            self.identifiers += times
        elif _number(text) is not None:
            self.fits[FieldType.NUMBER] += times
        elif _date(text) is not None:
            self.fits[FieldType.DATE] += times

    def _see_words(self, text: str, times: int) -> None:
        if len(text) > 24:
            return
        word = fold(text)
        if is_kind(word):
            self.kinds += times
        elif word in _TRUE or word in _FALSE:
            self.fits[FieldType.BOOLEAN] += times
        elif word in _NOTHING:
            self.nothing += times

    @property
    def type(self) -> FieldType:
        if self.is_identifier:
            return FieldType.TEXT
        told = self.count - self.nothing
        for candidate in _CANDIDATES:
            misfits = told - self.fits[candidate]
            # Only dates are unmistakable enough to outvote a few odd cells.
            some = candidate is FieldType.DATE and told >= _ENOUGH
            if told and misfits <= (told * _TOLERATED if some else 0):
                return candidate
        return FieldType.TEXT

    @property
    def is_identifier(self) -> bool:
        """The cells, or the header, speak of an identifier."""
        return self.identifiers > 0 or is_identifier(self.header)

    def mostly(self, type_: FieldType) -> bool:
        """Whether at least half of the cells fit a type that the base already gives the field."""
        if type_ is FieldType.TEXT:
            return True
        return self.identifiers == 0 and self.fits.get(type_, 0) * 2 >= self.count


def is_identifier(header: str) -> bool:
    """Whether a header speaks of an identifier: a code, a number of something."""
    if key_of(header) in OWN_RULES:
        return True
    header = fold(header)
    return "n°" in header or bool(_CODE_WORDS & set(re.findall(r"[a-z]+", header)))


def typed(text: str, type_: FieldType) -> Value:
    """The value of a tidy cell, or None when it does not fit the type."""
    match type_:
        case FieldType.TEXT:
            return text
        case FieldType.INTEGER:
            return int(text.replace(" ", "")) if _INTEGER.fullmatch(text) else None
        case FieldType.NUMBER | FieldType.MONEY:
            return _number(text)
        case FieldType.DATE:
            return _date(text)
        case FieldType.BOOLEAN:
            return _boolean(text)
        case FieldType.DATETIME:
            return None


def _boolean(text: str) -> bool | None:
    word = fold(text)
    if word in _TRUE or word == "1":
        return True
    return False if word in _FALSE or word == "0" else None


def _number(text: str) -> Decimal | None:
    """`1 234,50 €`, `1.234,5`, `1,234.5`, `-3`: exact, at most 15 significant digits."""
    bare = _MONEY.sub("", text).strip()
    found = _NUMBER.fullmatch(bare)
    if not found:
        return None
    part = found["part"] or ""
    whole = re.sub(r"[ '.,]", "", found["whole"])
    if found["sep"] and (found["point"] or found["comma"]) and not _groups(bare, found):
        return None
    if len((whole + part).lstrip("0").rstrip("0" if part else "")) > MOST_DIGITS:
        return None
    sign = "-" if bare.startswith("-") else ""
    return Decimal(f"{sign}{whole}.{part}" if part else f"{sign}{whole}")


def _groups(text: str, found: re.Match[str]) -> bool:
    """`1.234,5` and `1.234.567` group thousands; a lone `1.234` may be either and is a decimal."""
    separator = "." if found["point"] else ","
    return text.count(separator) > 1 or bool(found["part"])


def _date(text: str) -> date | None:
    """`2027-03-01`, `01/03/2027`, `1er mars 2027`: the day first, as in French.

    A year of two digits is no date: whose century it is would be a guess.
    """
    found = _DATE.fullmatch(text)
    try:
        if found:
            year, month, day = (
                found.group("y", "m", "d") if found["y"] else found.group("y2", "m2", "d2")
            )
            return date(int(year), int(month), int(day))
        return _date_in_words(text)
    except ValueError:
        return None


def _date_in_words(text: str) -> date | None:
    """`1er février 2027`, `31 déc. 2026`, `1 March 2027`. Raises ValueError for 31 June."""
    found = _DATE_IN_WORDS.fullmatch(text)
    month = _MONTH.get(fold(found["m"])) if found else None
    return date(int(found["y"]), month, int(found["d"])) if found and month else None


def misfit(type_: FieldType) -> Text:
    """Why a cell was set aside in a column of that type."""
    match type_:
        case FieldType.INTEGER:
            return Text("not a whole number")
        case FieldType.DATE | FieldType.DATETIME:
            return Text("not a date")
        case FieldType.BOOLEAN:
            return Text("neither yes nor no")
        case _:
            return Text("not a number")
