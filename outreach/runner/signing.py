"""DKIM signatures: the last thing that is done to a message (RFC 6376)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from outreach.model.message import Message
from outreach.model.settings import Sender

if TYPE_CHECKING:
    from outreach.rendering.dkim import SigningKey


class Signer:
    """Signs for the senders that have keys; each key is read once."""

    def __init__(self, secret: Callable[[str], str]) -> None:
        """`secret` resolves `file:…`, `env:…`."""
        self._secret = secret
        self._keys: dict[str, list[SigningKey]] = {}

    def signed(self, message: Message, sender: Sender, at: datetime) -> Message:
        """The message with a signature of each of the sender's keys."""
        if not sender.dkim:
            return message
        from outreach.rendering.dkim import sign

        return replace(message, content=sign(message.content, self.keys(sender), at=at))

    def keys(self, sender: Sender) -> list[SigningKey]:
        """The sender's keys. Raises `BadKey` or `SecretMissing`."""
        if sender.name not in self._keys:
            from outreach.rendering.dkim import load_key

            self._keys[sender.name] = [
                load_key(self._secret(key.key).encode(), domain=key.domain, selector=key.selector)
                for key in sender.dkim
            ]
        return self._keys[sender.name]
