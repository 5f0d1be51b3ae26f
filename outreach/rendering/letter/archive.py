"""ZIP archives as bytes: read safely, written the same way every time.

Members that do not change from letter to letter are copied as compressed bytes. The
date of every member is fixed (1 January 1980, the ZIP epoch), so that the same letter
has the same bytes. Format: PKWARE APPNOTE 6.3, §4.3.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO

#: A Word document that unpacks to more than this is refused (bytes): no letter needs it.
MAX_UNPACKED = 256 * 1024 * 1024

_EPOCH_DATE = 0x21  # 1980-01-01
_UTF8_NAME = 0x800
_SIZES_FOLLOW = 0x8
_DEFLATED = 8


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive, compressed. `size` is its unpacked length in bytes."""

    name: str
    packed: bytes
    crc: int
    size: int
    #: The sizes stand behind the data: they were not known when it began (streaming).
    streamed: bool = False

    def local(self) -> bytes:
        """The local header and the data."""
        return _local_header(self) + self.packed


def pack(name: str, content: bytes) -> Member:
    """`content` compressed as a member. Level 6 and no header: the same bytes every time."""
    deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
    return Member(
        name, deflate.compress(content) + deflate.flush(), zlib.crc32(content), len(content)
    )


def unpack(content: bytes) -> dict[str, bytes]:
    """Every file of an archive, in its order.

    Raises `zipfile.BadZipFile` for whatever is wrong with it, a size above
    `MAX_UNPACKED` and encrypted members included.
    """
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            if sum(info.file_size for info in infos) > MAX_UNPACKED:
                raise zipfile.BadZipFile("too large")
            return {info.filename: archive.read(info) for info in infos}
    except (RuntimeError, NotImplementedError, EOFError, zlib.error, ValueError) as error:
        raise zipfile.BadZipFile(str(error)) from error


@dataclass(frozen=True, slots=True)
class Shared:
    """Members that are the same in every archive, laid out once; they stand at its beginning."""

    local: bytes
    #: Their entries of the central directory.
    entries: bytes
    count: int


def lay_out(members: Iterable[Member]) -> Shared:
    """The beginning of archives that share these members."""
    writer = Directory()
    pieces = [writer.add(member) for member in members]
    return Shared(b"".join(pieces), b"".join(writer.entries), len(pieces))


def join(shared: Shared, members: Iterable[Member]) -> bytes:
    """A whole archive: what all letters share, then what is this one's own."""
    writer = Directory(shared)
    pieces = [writer.add(member) for member in members]
    return b"".join([shared.local, *pieces, writer.end()])


class Directory:
    """The central directory, collected while the members are written one after another."""

    def __init__(self, shared: Shared | None = None) -> None:
        """`shared` was written before."""
        self.entries: list[bytes] = [shared.entries] if shared else []
        self._count = shared.count if shared else 0
        self._offset = len(shared.local) if shared else 0

    def add(self, member: Member) -> bytes:
        """The bytes to write for a whole member."""
        local = member.local()
        self.note(member, length=len(local), packed=len(member.packed))
        return local

    def note(self, member: Member, *, length: int, packed: int) -> None:
        """A member was written right after the one before.

        `length` is all of it in bytes, `packed` its compressed data.
        """
        self.entries.append(_central_header(member, self._offset, packed))
        self._count += 1
        self._offset += length

    def end(self) -> bytes:
        """The central directory and the end record: the last bytes of the archive."""
        directory = b"".join(self.entries)
        count = self._count
        return directory + struct.pack(
            "<IHHHHIIH", 0x06054B50, 0, 0, count, count, len(directory), self._offset, 0
        )


def stream_header(name: str) -> bytes:
    """The local header of a member whose sizes follow its data."""
    return _local_header(Member(name, b"", 0, 0, streamed=True))


def stream_trailer(member: Member, packed_size: int) -> bytes:
    """What stands behind the data of a streamed member."""
    return struct.pack("<IIII", 0x08074B50, member.crc, packed_size, member.size)


def _flags(member: Member) -> int:
    return _UTF8_NAME | (_SIZES_FOLLOW if member.streamed else 0)


def _local_header(member: Member) -> bytes:
    name = member.name.encode()
    sums = (member.crc, len(member.packed), member.size)
    crc, packed, size = (0, 0, 0) if member.streamed else sums
    return (
        struct.pack(
            "<IHHHHHIIIHH", 0x04034B50, 20, _flags(member), _DEFLATED, 0, _EPOCH_DATE,
            crc, packed, size, len(name), 0,
        )
        + name
    )  # fmt: skip


def _central_header(member: Member, offset: int, packed: int) -> bytes:
    name = member.name.encode()
    return (
        struct.pack(
            "<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, _flags(member), _DEFLATED, 0, _EPOCH_DATE,
            member.crc, packed, member.size, len(name), 0, 0, 0, 0, 0, offset,
        )
        + name
    )  # fmt: skip
