"""The order in which letters go to the post, and the groups the post sorts them into.

First the letters of our own country by postal code, then those abroad by country. In
France the overseas departments and territories stand behind the mainland, as their codes
(97…, 98…) do, whatever the address names as its country: La Poste serves them as France.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from outreach.cleaning.countries import country_code, country_name
from outreach.model.field import Value
from outreach.model.text import fold

#: Territories with a code of their own in ISO 3166 and a French postal code (97…, 98…).
_FRENCH = frozenset(("GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "NC", "PF", "WF", "TF", "MC"))
_FRENCH_CODE = re.compile(r"\d{5}")

#: Letters of our own country, then those abroad, then those without a postal code.
_HOME, _ABROAD, _NOWHERE = range(3)

PostOrder = tuple[int, str, str, str, str]


def post_order(values: Mapping[str, Value], *, home: str) -> PostOrder:
    """What letters are sorted by: country, postal code, street, name.

    `home` (ISO 3166) is where the letters are posted. Streets together, as a round goes.
    """
    code = _text(values, "postal_code").upper()
    abroad = _abroad(values, home)
    place = _ABROAD if abroad else _HOME if code else _NOWHERE
    name = _text(values, "last_name") or _text(values, "company")
    return place, fold(abroad), code, fold(_text(values, "city")), fold(name)


def department(values: Mapping[str, Value], *, home: str) -> str:
    """The department of a French address, `2A` and `2B`, `971` … `988`; a country; or nothing.

    Corsica has one range of codes for two departments: up to 20199 it is 2A, the rest is 2B.
    Elsewhere than in France a letter's group is its postal code's first two characters.
    """
    abroad = _abroad(values, home)
    code = _text(values, "postal_code").upper()
    if abroad or not (home == "FR" and _FRENCH_CODE.fullmatch(code)):
        return abroad or code[:2]
    if code.startswith("20"):
        return "2A" if code < "20200" else "2B"
    return code[:3] if code[:2] in ("97", "98") else code[:2]


def postcode(values: Mapping[str, Value], *, home: str) -> str:
    """The postal code; a country for letters abroad; nothing where there is neither."""
    return _abroad(values, home) or _text(values, "postal_code").upper()


def _text(values: Mapping[str, Value], name: str) -> str:
    value = values.get(name)
    return "" if value is None else " ".join(str(value).split())


def _abroad(values: Mapping[str, Value], home: str) -> str:
    """The country of a letter that leaves ours, in words; nothing at home."""
    written = _text(values, "country")
    code = country_code(written) if written else home
    if code == home or (home == "FR" and code in _FRENCH):
        return ""
    return country_name(code, "fr" if home == "FR" else "en") if code else written
