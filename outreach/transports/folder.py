"""Messages as .eml files in a folder, to be looked at or taken by another program.

Each file appears whole or not at all: it is written under another name, synced, then
renamed. A message sent again replaces its own file.
"""

from __future__ import annotations

import asyncio
import os
import re
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self

from outreach.model.delivery import Deferred, Sent
from outreach.model.message import Message, Parcel
from outreach.transports import Work

_MESSAGE_ID = re.compile(rb"^message-id:\s*(<[^>]*>)", re.IGNORECASE | re.MULTILINE)


class FolderTransport:
    """Puts messages into `folder`, which is made when it is not there."""

    connections = 1

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._more = asyncio.Event()
        self._draining = False

    async def __aenter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    async def carry(self, work: Work) -> None:
        """Write until `drain`. Raises `OSError` when the folder takes no more."""
        self._draining = False
        while not self._draining:
            self._more.clear()
            parcel = work.next()
            if parcel:
                self._put(parcel, work)
                await asyncio.sleep(0)
            else:
                await self._more.wait()

    def wake(self) -> None:
        self._more.set()

    def drain(self) -> None:
        self._draining = True
        self._more.set()

    async def deliver(self, message: Message) -> Sent:
        return self._write(message.recipient, message.message_id, message.content)

    def _put(self, parcel: Parcel, work: Work) -> None:
        head, _, _ = parcel.content.partition(b"\r\n\r\n")
        found = _MESSAGE_ID.search(head)
        mark = found[1].decode("latin-1") if found else str(parcel.key)
        work.record((), (parcel.key,))
        try:
            sent = self._write(parcel.recipient, mark, parcel.content)
        except OSError as error:
            work.record(((parcel.key, Deferred(str(error), counts=False)),), ())
            raise
        work.record(((parcel.key, sent),), ())

    def _write(self, recipient: str, mark: str, content: bytes) -> Sent:
        target = self._folder / file_name(recipient, mark)
        written = target.with_suffix(".tmp")
        with written.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        written.replace(target)
        return Sent(str(target))


def file_name(recipient: str, message_id: str) -> str:
    """Who it is for, then a mark of the message: `anne@example.org-1f2e3d4c5b6a.eml`."""
    person = re.sub(r"[^A-Za-z0-9@._+-]", "_", recipient)[:80]
    mark = sha256(message_id.encode()).hexdigest()[:12]
    return f"{person}-{mark}.eml"
