"""Messages as files."""

from __future__ import annotations

import asyncio
from pathlib import Path

from outreach.model.delivery import Sent
from outreach.model.message import Message
from outreach.transports.folder import FolderTransport


def message(recipient: str, message_id: str, content: bytes = b"Subject: x\r\n\r\n") -> Message:
    return Message(
        envelope_from="marie@atelier.example",
        recipient=recipient,
        message_id=message_id,
        subject="x",
        text="",
        html=None,
        content=content,
    )


def put(folder: Path, *messages: Message) -> list[Sent]:
    async def work() -> list[Sent]:
        async with FolderTransport(folder) as transport:
            return [await transport.deliver(m) for m in messages]

    return asyncio.run(work())


def test_each_message_is_a_file_with_exactly_its_bytes(tmp_path: Path) -> None:
    sent = put(
        tmp_path / "out", message("anne@example.org", "<1@x>"), message("bob@example.org", "<2@x>")
    )

    files = sorted((tmp_path / "out").iterdir())
    assert [f.name.split("-")[0] for f in files] == ["anne@example.org", "bob@example.org"]
    assert [f.read_bytes() for f in files] == [b"Subject: x\r\n\r\n"] * 2
    assert sent[0] == Sent(str(files[0]))


def test_a_message_sent_again_replaces_its_own_file(tmp_path: Path) -> None:
    put(
        tmp_path, message("anne@example.org", "<1@x>"), message("anne@example.org", "<1@x>", b"new")
    )

    assert [f.read_bytes() for f in tmp_path.iterdir()] == [b"new"]


def test_an_address_cannot_leave_the_folder(tmp_path: Path) -> None:
    put(tmp_path / "out", message("../../etc/x@example.org", "<1@x>"))

    assert [f.parent.name for f in tmp_path.rglob("*.eml")] == ["out"]
