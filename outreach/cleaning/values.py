"""The cells of standard fields: each cleaner takes tidy text and gives a value or a reason.

A cleaner returns `Clean(value)` or `Clean(None, reason)`. Nothing is guessed: a number that
a spreadsheet rounded, an address that is none, are refused and stay known as set aside.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from outreach.errors import Text
from outreach.model.contact import Kind
from outreach.model.text import fold


@dataclass(frozen=True, slots=True)
class Clean:
    """What became of a cell: a value, or the reason why there is none."""

    value: str | None
    reason: Text | None = None


Cleaner = Callable[[str], Clean]

# --- e-mail -----------------------------------------------------------------------------------

#: Plain addresses, which most are; every other goes to email-validator (RFC 5321, RFC 6531).
_PLAIN_EMAIL = re.compile(
    r"[A-Za-z0-9_+-]+(?:[.'][A-Za-z0-9_+-]+)*"
    r"@((?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63})"
)
_SEVERAL = re.compile(r"[;,\s/|]+")
_WRAPPED = re.compile(r"(?:mailto:)?<?([^<>]+@[^<>]+?)>?", re.IGNORECASE)
_NAMED = re.compile(r"[^<>@]*<([^<>\s]+@[^<>\s]+)>")


def email(text: str) -> Clean:
    """An address with its domain in small letters. Of several in one cell, the first."""
    named = _NAMED.fullmatch(text) or _WRAPPED.fullmatch(text)
    address = named[1].strip() if named else text
    clean = _one_email(address)
    if clean.value is None and _SEVERAL.search(address):
        several = [_one_email(part).value for part in _SEVERAL.split(address) if "@" in part]
        if len(several) > 1 and all(several):
            return Clean(several[0], Text("several addresses in one cell: the first one was taken"))
    return clean


def _one_email(address: str) -> Clean:
    if len(address) <= 254 and _PLAIN_EMAIL.fullmatch(address):
        local, _, domain = address.rpartition("@")
        if len(local) <= 64 and "--" not in domain:
            return Clean(f"{local}@{domain.lower()}")
    return _validated_email(address)


@lru_cache(maxsize=4096)
def _validated_email(address: str) -> Clean:
    from email_validator import EmailNotValidError, validate_email

    try:
        # Names that no public DNS knows (`.example`, `.invalid`) are let through: they are
        # well formed, and whether a domain takes mail is asked elsewhere.
        found = validate_email(address, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        return Clean(None, Text("not an e-mail address"))
    if "." not in found.domain:
        return Clean(None, Text("not an e-mail address"))
    return Clean(found.normalized)


# --- phone ------------------------------------------------------------------------------------

#: Mainland numbers, which need no library. 040… and 07 have holes, 08 has rules of its own;
#: 0262, 0590, 0594, 0596, 0639, 069x are overseas, but 06 39 98 is ARCEP's range for fiction.
_FRENCH = re.compile(r"0((?!262|40|59[046]|639(?!98)|69)[1-6]\d{8}|9\d{8})")

#: Where a number dialled in France may really lie: its country code is another one.
_ALSO: Mapping[str, tuple[str, ...]] = {"FR": ("RE", "GP", "MQ", "GF", "YT")}
_PUNCTUATION = str.maketrans("", "", " .-/()\u00a0\u202f")


def phone_cleaner(country: str) -> Cleaner:
    """Numbers as E.164, read as they are dialled in `country` (ISO 3166, two letters)."""

    def clean(text: str) -> Clean:
        if country == "FR":
            found = _FRENCH.fullmatch(text.translate(_PUNCTUATION))
            if found:
                return Clean(f"+33{found[1]}")
        return _parsed_phone(text, country)

    return clean


@lru_cache(maxsize=65536)
def _parsed_phone(text: str, country: str) -> Clean:
    import phonenumbers

    # A spreadsheet that took the number for one has dropped its leading 0.
    lost_zero = country == "FR" and re.fullmatch(r"[1-9](?:[\s.]?\d){8}", text)
    candidate = f"0{text}" if lost_zero else text
    for region in (country, *_ALSO.get(country, ())):
        try:
            number = phonenumbers.parse(candidate, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number_for_region(number, region) or (
            text.startswith("+") and phonenumbers.is_valid_number(number)
        ):
            return Clean(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return Clean(None, Text("not a phone number"))


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
        return Clean(form or text)

    return clean


_KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(("suspect", "suspects", "piste", "lead", "contact", "cold"), Kind.SUSPECT),
    **dict.fromkeys(("prospect", "prospects", "prospecte"), Kind.PROSPECT),
    **dict.fromkeys(
        ("client", "cliente", "clients", "customer", "customers", "client actif", "acheteur"),
        Kind.CUSTOMER,
    ),
}


def kind(text: str) -> Clean:
    """How far the contact has come, in either language."""
    found = _KINDS.get(fold(text))
    return (
        Clean(found.value) if found else Clean(None, Text("not one of suspect, prospect, customer"))
    )


def plain(text: str) -> Clean:
    """Text on one line."""
    return Clean(text.replace("\n", " ") if "\n" in text else text)


def cleaners(*, country: str, language: str) -> Mapping[str, Cleaner]:
    """The cleaner of every standard field that has rules; the others are plain text."""
    phone = phone_cleaner(country)
    return {
        "email": email,
        "phone": phone,
        "mobile": phone,
        "siret": siret,
        "postal_code": postal_code_cleaner(country),
        "civility": civility_cleaner(language),
        "kind": kind,
    }
