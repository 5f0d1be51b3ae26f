"""Why a row is nobody's: whom it fits, by name, and by which keys.

The sentence stands in a cell of the rejects file, so it is short.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from outreach.errors import Text
from outreach.model.contact import Contact
from outreach.model.field import Value
from outreach.model.ids import ContactId
from outreach.store.matching import Known, Rank, keys_of

#: Contacts that are named, and letters of a name.
_NAMED, _NAME = 3, 30

_KEYS: Mapping[Rank, Text] = {
    Rank.IDENTIFIER: Text("identifier"),
    Rank.EMAIL: Text("e-mail"),
    Rank.SIRET: Text("SIRET"),
    Rank.PHONE: Text("phone"),
}


def several(values: Mapping[str, Value], found: Sequence[Known]) -> Text:
    """`fits several contacts: #1 Marie Le Goff (e-mail), #2 Yves Roy (SIRET, phone)`."""
    said: Text | None = None
    for known in found[:_NAMED]:
        one = _one(values, known)
        said = Text("{first}, {second}", first=said, second=one) if said else one
    if len(found) > _NAMED:
        said = Text("{first}, {second}", first=said, second="…")
    return Text("fits several contacts: {contacts}", contacts=said)


def _one(values: Mapping[str, Value], known: Known) -> Text:
    """A contact, and the keys that it shares with the row."""
    mine, theirs = set(keys_of(values)), set(keys_of(known.values))
    ranks = sorted({rank for rank, _ in mine & theirs})
    name = Contact(ContactId(known.id), known.values).name
    shown = "" if name.startswith("#") else name
    if len(shown) > _NAME:
        shown = f"{shown[: _NAME - 1]}…"
    who = f"#{known.id} {shown}".strip()
    keys: Text | None = None
    for rank in ranks:
        word = _KEYS[rank]
        keys = Text("{first}, {second}", first=keys, second=word) if keys else word
    return Text("{who} ({keys})", who=who, keys=keys) if keys else Text("{who}", who=who)
