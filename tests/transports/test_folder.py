"""Messages as files."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from outreach.model.delivery import Outcome, Sent
from outreach.model.message import Message, Parcel, Plain
from outreach.transports.folder import FolderTransport


def message(recipient: str, message_id: str, content: bytes = b"Subject: x\r\n\r\n") -> Message:
    return Message(
        envelope_from="marie@atelier.example",
        recipient=recipient,
        message_id=message_id,
        subject="x",
        body=Plain(""),
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


def test_what_is_carried_lies_in_the_same_file_as_what_is_delivered(tmp_path: Path) -> None:
    content = b"Subject: x\r\nMessage-ID:\r\n <1@x>\r\n\r\ncarried"

    class Two:
        def __init__(self) -> None:
            self.left = [Parcel(n, "m@example.org", "anne@example.org", content) for n in (1, 2)]
            self.told: list[int] = []

        def next(self) -> Parcel | None:
            return self.left.pop(0) if self.left else None

        def record(self, ended: Sequence[tuple[int, Outcome]], begun: Sequence[int]) -> None:
            self.told += [*begun, *(key for key, _ in ended)]
            if len(self.told) == 4:
                transport.drain()

        def returned(self, keys: Sequence[int]) -> None:
            raise AssertionError(keys)

    put(tmp_path, message("anne@example.org", "<1@x>"))
    transport = FolderTransport(tmp_path)
    work = Two()
    asyncio.run(transport.carry(work))

    assert work.told == [1, 1, 2, 2]
    assert [f.read_bytes() for f in tmp_path.iterdir()] == [content]
