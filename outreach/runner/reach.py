"""Whether a person has an address for a channel: what the store asks in SQL, of one contact."""

from __future__ import annotations

from outreach.model.campaign import Channel
from outreach.model.contact import Contact


def no_address(contact: Contact, channel: Channel) -> bool:
    """True where a step on this channel would be passed over for lack of an address."""
    return not channel.kind.reaches(contact.values)
