"""Single values of settings: addresses, web addresses, stores, secrets, codes.

Pure but for the lists of locales and time zones that the machine has. Each reader
takes the text of one scalar and returns the value or raises `Unreadable`.
"""

from __future__ import annotations

import re
from fractions import Fraction
from urllib.parse import quote
from zoneinfo import ZoneInfo, available_timezones

from outreach.errors import Text, did_you_mean
from outreach.files.codes import COUNTRIES, CURRENCIES
from outreach.files.secrets import is_reference
from outreach.files.values import (
    Unreadable,
    read_line,
    read_number,
    read_rate,
    read_text,
    read_whole,
)

_MAILBOX = re.compile(r"\s*(?:(?P<name>[^<>]*?)\s*<(?P<in_angles>[^<>]+)>|(?P<bare>[^<>]+))\s*")

#: A name as mail programs write it, quotes in it behind a backslash (RFC 5322 §3.2.4).
_QUOTED = re.compile(r'"(?P<inside>(?:[^"\\]|\\.)*)"')

#: An address that is right beyond doubt: nearly all are, and the library that knows the others
#: takes as long to load as the settings.
_PLAIN_ADDRESS = re.compile(
    r"(?P<local>[A-Za-z0-9]{1,20}(?:[._+-][A-Za-z0-9]{1,10}){0,3})@"
    r"(?P<domain>(?:[A-Za-z][A-Za-z0-9]{0,40}(?:-[A-Za-z0-9]{1,20})?[.]){1,3}"
    r"(?:example|fr|com|net|org|eu|be|ch|lu|ca))"
)

#: Signs of ASCII that stay as they are in a web address.
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))

#: A name longer than this stands in no header (`rendering.headers.LONGEST_NAME`).
LONGEST_NAME = 128


def read_address(text: str) -> str:
    """An e-mail address, its domain in ASCII."""
    text = read_text(text)
    if plain := _PLAIN_ADDRESS.fullmatch(text):
        return f"{plain['local']}@{plain['domain'].lower()}"
    from email_validator import EmailNotValidError, validate_email

    try:
        found = validate_email(
            text,
            check_deliverability=False,
            globally_deliverable=False,
            allow_smtputf8=False,
            test_environment=True,
        )
    except EmailNotValidError:
        raise Unreadable(
            Text("{text!r} is not an e-mail address", text=text),
            Text("write it like marie@atelier.example"),
        ) from None
    return found.ascii_email or found.normalized


def read_mailbox(text: str) -> tuple[str, str]:
    """Display name and address: `Marie Le Goff <marie@atelier.example>`, or an address alone."""
    parts = _MAILBOX.fullmatch(read_text(text))
    if not parts:
        raise Unreadable(
            Text("{text!r} is not a sender", text=text),
            Text("write it like Marie Le Goff <marie@atelier.example>"),
        )
    name = (parts["name"] or "").strip()
    if quoted := _QUOTED.fullmatch(name):
        name = re.sub(r"\\(.)", r"\1", quoted["inside"]).strip()
    if any(ord(character) < 32 for character in name):
        raise Unreadable(Text("a sender's name stands on one line"))
    return _short(name), read_address(parts["in_angles"] or parts["bare"])


def read_name_of_firm(text: str) -> str:
    """A name that stands in headers."""
    return _short(read_line(text))


def _short(name: str) -> str:
    if len(name) > LONGEST_NAME:
        raise Unreadable(
            Text("the name has {count} letters", count=len(name)),
            Text("headers of e-mails hold {most} at most", most=LONGEST_NAME),
        )
    return name


def read_bounce(text: str) -> str:
    """An address, with `{token}` where the person's token goes."""
    text = read_text(text)
    read_address(text.replace("{token}", "token", 1))
    return text


def read_url(text: str) -> str:
    text = read_text(text)
    if not re.fullmatch(r"https?://[^\s]+", text):
        raise Unreadable(
            Text("{text!r} is not a web address", text=text), Text("it begins with https://")
        )
    return text


def read_unsubscribe_url(text: str) -> str:
    """An address as a header holds it, in ASCII (RFC 2369 §2), https (RFC 8058 §3.1)."""
    url = _in_ascii(read_url(text))
    if "{token}" not in url:
        raise Unreadable(
            Text("the address does not say whose it is"),
            Text("put {token} where the person's token goes"),
        )
    if url.isascii() and not re.fullmatch(r"https://[!-;=?-~]{1,800}", url):
        raise Unreadable(
            Text("{text!r} cannot be opened with one click", text=text),
            Text("it begins with https:// and is no longer than 800 signs"),
        )
    return url


def _in_ascii(url: str) -> str:
    """A web address with its domain in A-labels and other signs in percent signs.

    A domain that cannot be one (`https://…/`, a sample's) stays: `check` tells that no message
    can be made with it.
    """
    if url.isascii():
        return url
    import idna

    scheme, _, whole = url.partition("://")
    host = re.split("[/?#]", whole, maxsplit=1)[0]
    rest = whole[len(host) :]
    name, colon, port = host.partition(":")
    try:
        name = idna.encode(name, uts46=True).decode("ascii")
    except idna.IDNAError:
        return url
    return f"{scheme}://{name}{colon}{port}{quote(rest, safe=_PRINTABLE)}"


def read_store(text: str) -> str:
    text = read_text(text)
    if re.fullmatch(r"sqlite:///.+", text):
        return text
    if not re.fullmatch(r"postgres(ql)?(\+psycopg)?://.+", text):
        raise Unreadable(
            Text("{text!r} is not a store", text=text),
            Text("write sqlite:///data/outreach.db or postgresql://user@host/base"),
        )
    if re.search(r"//[^/@]*:[^/@]*@|[?&]password=", text):
        raise Unreadable(
            Text("a password stands here in clear"),
            Text("leave it out and keep it in ~/.pgpass or in the variable PGPASSWORD"),
        )
    return text


def read_secret(text: str) -> str:
    text = read_text(text)
    if not is_reference(text):
        raise Unreadable(
            Text("a secret stands here in clear"),
            Text("write env:NAME, file:PATH or keyring:NAME instead, and change the secret"),
        )
    return text


def read_locale(text: str) -> str:
    from babel.localedata import exists

    text = read_text(text)
    wanted = text.replace("-", "_")
    if not re.fullmatch(r"[a-z]{2,3}(_[A-Za-z]{2,4})*", wanted) or not exists(wanted):
        raise Unreadable(
            Text("{text!r} is not a locale", text=text), Text("write it like fr_FR or en_GB")
        )
    return wanted


def read_timezone(text: str) -> str:
    text = read_text(text)
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        known = available_timezones()
        hint = did_you_mean(text, known) or Text("write it like Europe/Paris")
        raise Unreadable(Text("{text!r} is not a time zone", text=text), hint) from None
    return text


def read_country(text: str) -> str:
    code = read_text(text)
    if code.upper() not in COUNTRIES:
        hint = Text("write two letters, like FR or GB")
        raise Unreadable(Text("{text!r} is not a country's code", text=code), hint)
    return code.upper()


def read_currency(text: str) -> str:
    code = read_text(text)
    if code.upper() not in CURRENCIES:
        hint = Text("write three letters, like EUR or GBP")
        raise Unreadable(Text("{text!r} is not a currency's code", text=code), hint)
    return code.upper()


def read_port(text: str) -> int:
    port = read_whole(text, least=1)
    if port > 65535:
        raise Unreadable(Text("{text} is not a port", text=text))
    return port


def read_speed(text: str) -> float:
    speed = float(read_number(text))
    if speed <= 0:
        raise Unreadable(
            Text("{text} is too slow to send anything", text=text),
            Text("leave the line out for no limit"),
        )
    return speed


def read_growth(text: str) -> Fraction:
    """How much more each day allows: `20%` or `0.2`; a plain 20, twenty times more, is a slip."""
    growth = read_rate(text)
    if growth > 1 and "%" not in text:
        hint = Text("10 of a hundred is 10% or 0.1")
        raise Unreadable(Text("{text!r} is not a share", text=text.strip()), hint)
    return growth


def read_gap(text: str) -> tuple[float, float]:
    """Seconds between two messages: `40-90`, or `60` where it is always the same."""
    first, dash, last = (piece.strip() for piece in read_text(text).partition("-"))
    try:
        least = float(read_number(first))
        most = float(read_number(last)) if dash else least
    except Unreadable:
        raise Unreadable(
            Text("{text!r} is no pause", text=text), Text("write seconds, like 40-90")
        ) from None
    if most < least or most <= 0:
        raise Unreadable(
            Text("{text!r} is no pause", text=text),
            Text("the shorter pause stands first, and the longer one is not 0"),
        )
    return least, most
