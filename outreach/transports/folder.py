"""Messages as .eml files in a folder, to be looked at or taken by another program.

Each file appears whole or not at all: it is written under another name, synced, then
renamed. A message sent again replaces its own file.
"""

from __future__ import annotations

import os
import re
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self

from outreach.model.delivery import Sent
from outreach.model.message import Message


class FolderTransport:
    """Puts messages into `folder`, which is made when it is not there."""

    connections = 1

    def __init__(self, folder: Path) -> None:
        self._folder = folder

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

    async def deliver(self, message: Message) -> Sent:
        target = self._folder / file_name(message)
        written = target.with_suffix(".tmp")
        with written.open("wb") as file:
            file.write(message.content)
            file.flush()
            os.fsync(file.fileno())
        written.replace(target)
        return Sent(str(target))


def file_name(message: Message) -> str:
    """Who it is for, then a mark of the message: `anne@example.org-1f2e3d4c5b6a.eml`."""
    person = re.sub(r"[^A-Za-z0-9@._+-]", "_", message.recipient)[:80]
    mark = sha256(message.message_id.encode()).hexdigest()[:12]
    return f"{person}-{mark}.eml"
