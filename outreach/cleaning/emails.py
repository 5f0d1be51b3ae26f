"""E-mail addresses as people write them into a cell: named, commented, several, misspaced.

An address is taken where no other reading is possible; `a b@lys.example` may be two words
or one address with a stray space, and is set aside.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from outreach.cleaning.clean import Clean
from outreach.errors import Text

#: Plain addresses, which most are; every other goes to email-validator (RFC 5321, RFC 6531).
_PLAIN = re.compile(
    r"[A-Za-z0-9_+-]+(?:[.'][A-Za-z0-9_+-]+)*"
    r"@((?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63})"
)
_WRAPPED = re.compile(r"(?:mailto:)?<?([^<>]+@[^<>]+?)>?", re.IGNORECASE)
_NAMED = re.compile(r"[^<>@]*<(?:mailto:)?([^<>\s]+@[^<>\s]+)>", re.IGNORECASE)
_COMMENT = re.compile(r"\([^()@]*\)|\[[^\[\]@]*\]")
_AROUND_AT = re.compile(r"\s*@\s*")
_AROUND_DOT = re.compile(r" *\. *")
_ADDRESS = re.compile(r"[^\s<>(),;:\"\[\]|/]+@[^\s<>(),;:\"\[\]|/]+")
#: What may stand before an address: nothing, or a word that ends with a sign.
_BEFORE = re.compile(r"(?:.*[:=,;|/–—\"<-])?\s*", re.DOTALL)

#: A longer cell is no list of addresses.
_LONGEST = 4000

#: Alphabets whose letters look like Latin ones.
_ALIKE = ("CYRILLIC", "GREEK", "CHEROKEE", "ARMENIAN")


def email(text: str) -> Clean:
    """An address with its domain in small letters. Of several in one cell, the first."""
    named = _NAMED.fullmatch(text) or _WRAPPED.fullmatch(text)
    address = named[1].strip() if named else text
    clean = _one(address)
    return clean if clean.value is not None else _found_in(text, clean)


def _found_in(text: str, refused: Clean) -> Clean:
    """The address in a cell that holds more than one address, or more than an address."""
    if len(text) > _LONGEST or ("@" not in text and "＠" not in text):
        return refused
    text = _COMMENT.sub(" ", unicodedata.normalize("NFKC", text))
    text = _AROUND_AT.sub("@", text).strip()
    found = list(_ADDRESS.finditer(re.sub("mailto:", "", text, flags=re.IGNORECASE)))
    if len(found) < 2:
        return _only_one(text, refused)
    several = [_one(one[0].strip("'\"").rstrip(".")).value for one in found]
    first, *others = several
    if first is None or None in others:
        return refused
    others = [one for one in others if one and one.lower() != first.lower()]
    if not others:
        return Clean(first)
    told = Text(
        "several addresses in one cell: the first one was taken, not {others}",
        others=", ".join(filter(None, others)),
    )
    return Clean(first, told)


def _only_one(text: str, refused: Clean) -> Clean:
    bare = re.sub("^.*mailto:", "", text, flags=re.IGNORECASE)
    local, _, domain = bare.partition("@")
    domain = _AROUND_DOT.sub(".", domain).rstrip(" .,;'\"<>")
    whole = _one(f"{local}@{domain}".lstrip(" ,;'\"<>"))
    if whole.value is not None:
        return whole
    found = _ADDRESS.search(bare)
    if found is None or not _BEFORE.fullmatch(bare[: found.start()]):
        return refused
    clean = _one(found[0].strip("'\"").rstrip("."))
    return clean if clean.value is not None else refused


def _one(address: str) -> Clean:
    if len(address) <= 254 and _PLAIN.fullmatch(address):
        local, _, domain = address.rpartition("@")
        if len(local) <= 64 and "--" not in domain:
            return Clean(f"{local}@{domain.lower()}")
    return _validated(address)


@lru_cache(maxsize=4096)
def _validated(address: str) -> Clean:
    from email_validator import EmailNotValidError, validate_email

    try:
        # Names that no public DNS knows (`.example`, `.invalid`) are let through: they are
        # well formed, and whether a domain takes mail is asked elsewhere.
        found = validate_email(address, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        return Clean(None, Text("not an e-mail address"))
    if "." not in found.domain:
        return Clean(None, Text("not an e-mail address"))
    if any(map(_mixes_alphabets, re.split(r"[@.]", found.normalized))):
        return Clean(None, Text("mixes letters of several alphabets that look alike"))
    return Clean(found.normalized)


def _mixes_alphabets(label: str) -> bool:
    """A Cyrillic `а` among Latin letters: another address than the eye reads."""
    if label.isascii():
        return False
    alphabets = {unicodedata.name(c, "").split(" ")[0] for c in label if c.isalpha()}
    return "LATIN" in alphabets and bool(alphabets.intersection(_ALIKE))
