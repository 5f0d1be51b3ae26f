"""The cells of standard fields: each cleaner takes tidy text and gives a value or a reason.

A cleaner returns `Clean(value)` or `Clean(None, reason)`. Nothing is guessed: a number that
a spreadsheet rounded, an address that is none, are refused and stay known as set aside.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from outreach.cleaning import languages
from outreach.cleaning.clean import Clean, Cleaner
from outreach.cleaning.emails import email
from outreach.cleaning.phones import ALSO
from outreach.errors import Text
from outreach.model.text import fold
from outreach.model.words import KINDS

# --- phone ------------------------------------------------------------------------------------

#: Mainland numbers, which need no library. 040… and 07 have holes, 08 has rules of its own;
#: 0262, 0590, 0594, 0596, 0639, 069x are overseas, but 06 39 98 is ARCEP's range for fiction.
_FRENCH = re.compile(r"0((?!262|40|59[046]|639(?!98)|69)[1-6]\d{8}|9\d{8})")

#: What stands beside a number: a remark, a word for what it is.
_COMMENT = re.compile(r"\([^()\d]*\)")
_WORDS = re.compile(r"[^\W\d_]{3,}\.?\s*:?")
#: What stands between two numbers of one cell.
_BETWEEN_NUMBERS = re.compile(r"\s*(?:[/;,|\n]|:::|\b(?:ou|et|or|and)\b|\s[-–—]\s)\s*")
_PUNCTUATION = str.maketrans("", "", " .-/()\u00a0\u202f")


def phone_cleaner(country: str) -> Cleaner:
    """Numbers as E.164, read as they are dialled in `country` (ISO 3166, two letters)."""

    def clean(text: str) -> Clean:
        if country == "FR":
            found = _FRENCH.fullmatch(text.translate(_PUNCTUATION))
            if found:
                return Clean(f"+33{found[1]}")
        parsed = _parsed_phone(text, country)
        return parsed if parsed.value is not None else _first_phone(text, country)

    return clean


@lru_cache(maxsize=65536)
def _parsed_phone(text: str, country: str) -> Clean:
    import phonenumbers

    # A spreadsheet that took the number for one has dropped its leading 0.
    lost_zero = country == "FR" and re.fullmatch(r"[1-9](?:[\s.]?\d){8}", text)
    candidate = f"0{text}" if lost_zero else text
    for region in (country, *ALSO.get(country, ())):
        try:
            number = phonenumbers.parse(candidate, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number_for_region(number, region) or (
            text.startswith("+") and phonenumbers.is_valid_number(number)
        ):
            return Clean(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return Clean(None, Text("not a phone number"))


def _first_phone(text: str, country: str) -> Clean:
    """A number among words (`Tél : 02 … (matin)`), or the first of several in one cell."""
    bare = _WORDS.sub(" ", _COMMENT.sub(" ", text))
    parts = [part for part in _BETWEEN_NUMBERS.split(bare) if part.strip(" .:-")]
    if bare == text and len(parts) < 2:
        return Clean(None, Text("not a phone number"))
    several = [_parsed_phone(part.strip(" .:-"), country).value for part in parts]
    numbers = list(dict.fromkeys(filter(None, several)))
    if not numbers or None in several:
        return Clean(None, Text("not a phone number"))
    first, *others = numbers
    if not others:
        return Clean(first)
    told = Text(
        "several numbers in one cell: the first one was taken, not {others}",
        others=", ".join(others),
    )
    return Clean(first, told)


# --- firms ------------------------------------------------------------------------------------

_SCIENTIFIC = re.compile(r"\d([.,]\d+)?E[+]?\d+", re.IGNORECASE)


def siret(text: str) -> Clean:
    """14 digits with their check digit (INSEE; La Poste's sites have a rule of their own)."""
    digits = text.translate(_PUNCTUATION)
    if _SCIENTIFIC.fullmatch(digits) or _SCIENTIFIC.fullmatch(text):
        return Clean(None, Text("a spreadsheet rounded this SIRET: its last digits are lost"))
    if len(digits) == 9 and digits.isdigit():
        return Clean(None, Text("a SIREN (9 digits) names the firm, a SIRET (14 digits) its site"))
    return _checked_siret(digits)


def siren(text: str) -> Clean:
    """9 digits with their check digit (INSEE)."""
    from stdnum.fr import siren as numbers

    digits = text.translate(_PUNCTUATION)
    if is_rounded(text):
        return Clean(None, Text("a spreadsheet rounded this number: its last digits are lost"))
    if not digits.isascii() or not numbers.is_valid(digits):
        return Clean(None, Text("not a SIREN: 9 digits with a check digit"))
    return Clean(digits)


@lru_cache(maxsize=4096)
def vat(text: str) -> Clean:
    """A VAT number of any country of the European Union, without its spaces."""
    from stdnum.eu import vat as european
    from stdnum.exceptions import ValidationError
    from stdnum.fr import tva as french

    for numbers, prefix in ((european, ""), (french, "FR")):
        try:
            number = str(numbers.validate(text))
        except ValidationError:
            continue
        return Clean(number if number.startswith(prefix) else f"{prefix}{number}")
    return Clean(None, Text("not a VAT number"))


def is_rounded(text: str) -> bool:
    """Whether a spreadsheet wrote this long number as a power of ten: `3,90098E+13`."""
    return "+" in text and bool(_SCIENTIFIC.fullmatch(text.replace(" ", "")))


def identifier(text: str) -> Clean:
    """An identifier as it is written; never one whose digits a spreadsheet has rounded."""
    if is_rounded(text):
        return Clean(None, Text("a spreadsheet rounded this number: its last digits are lost"))
    return plain(text)


#: Fields of the user's that hold numbers of firms, by the letters of their header.
OWN_RULES: Mapping[str, Cleaner] = {
    **dict.fromkeys(
        ("siren", "nsiren", "nosiren", "numsiren", "numerosiren", "codesiren", "sirennumber"), siren
    ),
    **dict.fromkeys(
        ("vat", "vatnumber", "vatno", "vatid", "ntva", "notva", "numtva", "numerotva", "codetva",
         "tvaintracommunautaire", "tvaintra", "notvaintracommunautaire", "notvaintra",
         "numerotvaintracommunautaire", "numerodetvaintracommunautaire", "numerodetva"), vat
    ),
}  # fmt: skip


@lru_cache(maxsize=4096)
def _checked_siret(digits: str) -> Clean:
    from stdnum.fr import siret as numbers

    if not digits.isascii() or not numbers.is_valid(digits):
        return Clean(None, Text("not a SIRET: 14 digits with a check digit"))
    return Clean(digits)


# --- address, civility, kind ------------------------------------------------------------------


def postal_code_cleaner(country: str) -> Cleaner:
    """Postal codes; a French one that a spreadsheet took for a number gets its 0 back."""

    def clean(text: str) -> Clean:
        code = text.upper()
        if _SCIENTIFIC.fullmatch(code):
            return Clean(None, Text("a spreadsheet made a number of this postal code"))
        if country == "FR":
            digits = code.replace(" ", "")
            if digits.isdigit() and len(digits) in (4, 5):
                # No French code has four digits: 1000 can only be 01000.
                return Clean(digits.zfill(5))
        return Clean(code)

    return clean


_CIVILITIES = {
    "M.": "m|monsieur|mons|sieur",
    "Mme": "mme|madame",
    "Mlle": "mlle|mademoiselle",
    "Mr": "mr|mister",
    "Mrs": "mrs|missus",
    "Ms": "ms|miss",
    "Dr": "dr|docteur|doctor",
    "Me": "me|maître",
}
_CIVILITY: Mapping[str, str] = {
    fold(word): form for form, words in _CIVILITIES.items() for word in words.split("|")
}


def civility_cleaner(language: str) -> Cleaner:
    """`Madame` → `Mme`; `Mr` is `M.` where French is spoken. Unknown titles stay as written."""
    french = language == "fr"

    def clean(text: str) -> Clean:
        word = fold(text).rstrip(". ")
        form = _CIVILITY.get(word)
        if word == "mr":
            form = "M." if french else "Mr"
        return Clean(form) if form else plain(text)

    return clean


def is_kind(word: str) -> bool:
    """Whether a folded word says how far a contact has come."""
    return word in KINDS


def kind(text: str) -> Clean:
    """How far the contact has come, in either language."""
    found = KINDS.get(fold(text))
    return Clean(found or None, None if found else Text("not one of suspect, prospect, customer"))


def plain(text: str) -> Clean:
    """Text on one line."""
    return Clean(text.replace("\n", " ") if "\n" in text else text)


def cleaners(*, country: str, language: str) -> Mapping[str, Cleaner]:
    """The cleaner of every standard field that has rules; the others are plain text."""
    phone = phone_cleaner(country)
    return {
        "external_id": identifier,
        "email": email,
        "phone": phone,
        "mobile": phone,
        "siret": siret,
        "postal_code": postal_code_cleaner(country),
        "civility": civility_cleaner(language),
        "kind": kind,
        "language": languages.language,
    }
