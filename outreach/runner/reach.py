"""Whether a person has an address for a channel: what the store asks in SQL, of one contact."""

from __future__ import annotations

from outreach.model.campaign import Channel
from outreach.model.contact import Contact

#: The fields of which one is enough, or of which all are needed.
_ANY = {Channel.EMAIL: ("email",), Channel.CALL: ("phone", "mobile")}
_ALL = {Channel.LETTER: ("postal_code", "city")}


def no_address(contact: Contact, channel: Channel) -> bool:
    """True where a step on this channel would be passed over for lack of an address."""
    if channel in _ALL:
        return any(contact.values.get(name) is None for name in _ALL[channel])
    names = _ANY.get(channel, ())
    return bool(names) and all(contact.values.get(name) is None for name in names)
