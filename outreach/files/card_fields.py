"""What the properties of a vCard mean for a contact: columns by the names of its fields."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from outreach.model.text import fold

#: What begins a property that only we write: a field that vCard has no word for.
OURS = "X-OUTREACH-"

#: Properties that hold no text about the person, or that no list of contacts needs.
SKIPPED = frozenset({
    "PHOTO", "LOGO", "SOUND", "KEY", "AGENT", "LABEL", "X-MS-CARDPICTURE", "X-MS-OL-DESIGN",
    "X-ABLABEL", "X-ABADR", "X-ANDROID-CUSTOM", "MAILER", "CLASS", "SOURCE", "CALURI", "FBURL",
})  # fmt: skip

#: How a card of ours is called that has no name, no firm and no address.
NAMELESS = "?"

#: Properties that fill a column, and those that say something about the card alone.
_TAKEN = frozenset({
    "UID", "N", "FN", "ORG", "TITLE", "ROLE", "EMAIL", "TEL", "ADR", "BDAY", "NICKNAME", "URL",
    "LANG", "NOTE", "CATEGORIES", "PRODID", "REV", "KIND", "X-ABLABEL", "X-ABADR",
})  # fmt: skip

_DAY = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:T.*)?")

#: Single properties of their own columns.
_PLAIN = {"NICKNAME": "Nickname", "URL": "Website", "LANG": "language"}


class CardProperty(Protocol):
    """What is read of one line of a card."""

    @property
    def name(self) -> str: ...
    @property
    def types(self) -> frozenset[str]: ...
    @property
    def preference(self) -> int: ...
    def text(self) -> str: ...
    def parts(self) -> list[str]: ...
    def listed(self) -> list[str]: ...


class CardLike(Protocol):
    """What is read of a card."""

    @property
    def properties(self) -> Sequence[CardProperty]: ...
    def all(self, name: str) -> Sequence[CardProperty]: ...
    def first(self, name: str) -> str: ...


def columns_of(card: CardLike) -> dict[str, str]:
    """Column → text; only what the card says."""
    found: dict[str, str] = {}
    _identity(card, found)
    _work(card, found)
    _numbered(found, "email", "E-mail", (one.text() for one in _preferred(card.all("EMAIL"))))
    _phones(card, found)
    _addresses(card, found)
    if birthday := card.first("BDAY"):
        day = _DAY.fullmatch(birthday)
        found["Birthday"] = "-".join(day.groups()) if day else birthday
    for name, column in _PLAIN.items():
        found[column] = card.first(name)
    found["Note"] = "\n".join(dict.fromkeys(one.text() for one in card.all("NOTE")))
    tags = (tag for one in card.all("CATEGORIES") for tag in one.listed())
    found["tags"] = "; ".join(filter(None, tags))
    for one in card.properties:
        if one.name.startswith(OURS):
            found[one.name.removeprefix(OURS).lower().replace("-", "_")] = one.text()
    return {column: text for column, text in found.items() if text}


def left_out(card: CardLike) -> set[str]:
    """The properties of a card that fill no column."""
    names = {one.name for one in card.properties}
    return {name for name in names - _TAKEN if not name.startswith(OURS)}


def _identity(card: CardLike, found: dict[str, str]) -> None:
    found["external_id"] = card.first("UID").removeprefix("urn:uuid:")
    name = next((one.parts() for one in card.all("N")), [])
    last, first, middle, civility, suffix = (*name, "", "", "", "", "")[:5]
    found |= {"civility": civility, "first_name": first, "last_name": last}
    found |= {"Middle name": middle.replace(",", " "), "Suffix": suffix}
    shown = card.first("FN")
    firm = next((one.parts()[0] for one in card.all("ORG")), "")
    if not (last or first):
        # The name as shown, unless it is the firm's or an address: cutting it in two would
        # be a guess.
        found["last_name"] = "" if shown in _other_names(card, firm) else shown
    elif not _words(shown) <= _words(" ".join([*name, firm])):
        found["Display name"] = shown


def _other_names(card: CardLike, firm: str) -> set[str]:
    """What a card without a name of its own is called by."""
    of = (one.text() for name in ("EMAIL", "TEL", "UID") for one in card.all(name))
    return {NAMELESS, firm, *of}


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", fold(text)))


def _work(card: CardLike, found: dict[str, str]) -> None:
    firm = next((one.parts() for one in card.all("ORG")), [""])
    found["company"] = firm[0]
    found["Department"] = ", ".join(filter(None, firm[1:]))
    title, role = card.first("TITLE"), card.first("ROLE")
    found["job_title"] = title or role
    found["Role"] = role if title else ""


def _preferred(properties: Iterable[CardProperty]) -> list[CardProperty]:
    """The preferred one first, then those of work, then the others, those of home last."""

    def rank(one: CardProperty) -> tuple[int, bool, bool]:
        return (one.preference, "work" not in one.types, "home" in one.types)

    return sorted(properties, key=rank)


def _numbered(found: dict[str, str], field: str, label: str, values: Iterable[str]) -> None:
    """The first value fills the field, the others columns `label 2`, `label 3`."""
    texts = list(dict.fromkeys(filter(None, values)))
    for number, text in enumerate(texts, start=1):
        found[field if number == 1 else f"{label} {number}"] = text


def _phones(card: CardLike, found: dict[str, str]) -> None:
    kinds: Mapping[str, list[str]] = {"fax": [], "pager": [], "cell": [], "": []}
    for one in _preferred(card.all("TEL")):
        kind = next((k for k in kinds if k and k in one.types), "")
        kinds[kind].append(one.text().removeprefix("tel:").partition(";")[0])
    _numbered(found, "phone", "Phone", kinds[""])
    _numbered(found, "mobile", "Mobile", kinds["cell"])
    _numbered(found, "Fax", "Fax", kinds["fax"])
    _numbered(found, "Pager", "Pager", kinds["pager"])


def _addresses(card: CardLike, found: dict[str, str]) -> None:
    addresses = [one.parts() for one in _preferred(card.all("ADR"))]
    for number, parts in enumerate(addresses, start=1):
        box, more, street, city, region, code, country = (*parts, *[""] * 7)[:7]
        if number > 1:
            whole = (box, more, street, f"{code} {city}".strip(), region, country)
            # Not `Address 2`, which is the second line of an address elsewhere.
            name = "Other address" if number == 2 else f"Other address {number - 1}"
            found[name] = ", ".join(w.replace("\n", ", ") for w in whole if w)
            continue
        found |= {
            "street": street, "street2": ", ".join(filter(None, (more, box))),
            "postal_code": code, "city": city, "Region": region, "country": country,
        }  # fmt: skip
