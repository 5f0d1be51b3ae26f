"""What is found of messages in a mailbox or a server's log that somebody has copied here.

A mailbox is a Maildir, a folder of .eml files, an mbox file or one .eml file: a message
that lies in the Sent folder or in a Bcc mailbox has left. Of a mailbox only the headers
are read. Any other file is read as a log (`server_logs.py`), packed or not, as large as it is.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from io import BufferedReader, TextIOWrapper
from pathlib import Path
from typing import Any

from outreach.errors import OutreachError, Text
from outreach.files.server_logs import LogReader, Trace

#: The first bytes of packed files, and what opens them.
_PACKED: tuple[tuple[bytes, Callable[[Path], gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile]], ...] = (
    (b"\x1f\x8b", gzip.GzipFile),
    (b"BZh", bz2.BZ2File),
    (b"\xfd7zXZ\x00", lzma.LZMAFile),
)
#: Bytes read at a time.
_BLOCK = 1 << 20
#: A header longer than that is none.
_HEADER = 262_144
#: The first line of a message in a file of its own.
_FIRST_HEADER = re.compile(
    rb"(?:return-path|received|delivered-to|dkim-signature|x-[a-z-]+|from|to|subject|date|message-id"
    rb"|mime-version|reply-to|authentication-results|arc-[a-z-]+):\s",
    re.IGNORECASE,
)
#: The line between two messages of an mbox: an address and a date; a body may begin a line so too.
_BETWEEN = re.compile(rb"From \S+ .*\d\d:\d\d")
_DATE = re.compile(rb"^date:([^\r\n]*)", re.IGNORECASE | re.MULTILINE)
_MESSAGE_ID = re.compile(rb"^message-id:\s*(<[^<>\s]+>)", re.IGNORECASE | re.MULTILINE)


class NoEvidence(OutreachError):
    """A path that is neither a mailbox nor a log, or cannot be read."""

    def __init__(self, path: Path, reason: Text | str) -> None:
        super().__init__(
            Text("{path} cannot be read: {reason}", path=path, reason=reason),
            hint=Text("a Maildir, a folder of .eml files, an mbox file or a server's log is read"),
        )


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found of the wanted messages, and how much was read for it."""

    traces: Mapping[str, Trace]
    #: Messages in mailboxes, lines of logs.
    messages: int
    lines: int
    #: A log was OpenSMTPD's, which names no Message-ID.
    nameless: bool


def read_evidence(
    paths: Sequence[Path], wanted: Collection[str], *, senders: Mapping[str, str] | None = None
) -> Evidence:
    """What mailboxes and logs say of these Message-IDs (in angle brackets).

    Logs are read in the order in which they were written to. `senders` are envelope senders
    that belong to one message each, with its Message-ID. Raises `NoEvidence`.
    """
    logs = LogReader(wanted, senders)
    lying: dict[str, Trace] = {}
    messages = 0
    for path in sorted(paths, key=_written):
        try:
            mails = _mailbox(path)
            if mails is None:
                with _unpacked(path) as log:
                    logs.feed(_lines(log))
                continue
            for head in mails:
                messages += 1
                if (named := _named(head)) in wanted:
                    said, at = f"in {path.name}", _dated(head)
                    lying[named] = Trace(named, arrived=True, said=said, at=at)
        except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
            raise NoEvidence(path, getattr(error, "strerror", None) or str(error)) from None
    # A mailbox says that it left, a log also what came of it.
    return Evidence({**lying, **logs.traces()}, messages, logs.read, logs.nameless)


def _written(path: Path) -> tuple[float, str]:
    try:
        return path.stat().st_mtime, path.name
    except OSError as error:
        raise NoEvidence(path, error.strerror or str(error)) from None


# --- mailboxes --------------------------------------------------------------------------------


def _mailbox(path: Path) -> Iterator[bytes] | None:
    """The headers of what lies in a mailbox; None for a log."""
    if path.is_dir():
        files = _mail_files(path)
        if not files and not any((path / part).is_dir() for part in ("cur", "new")):
            raise NoEvidence(path, Text("the folder holds no e-mails"))
        return _of_files(files)
    with _unpacked(path) as file:
        first = file.readline(1000)
    if _BETWEEN.match(first):
        return _of_mbox(path)
    return _of_files([path]) if _FIRST_HEADER.match(first) else None


def _mail_files(folder: Path) -> list[Path]:
    """The messages of a Maildir and of the folders in it, or every .eml file below a folder."""
    files = [
        file
        for part in ("cur", "new")
        for file in folder.glob(f"**/{part}/*")
        if not file.name.startswith(".") and file.is_file()
    ]
    return files or [file for file in folder.rglob("*") if file.suffix.lower() == ".eml"]


def _of_files(files: Iterable[Path]) -> Iterator[bytes]:
    for file in files:
        with _unpacked(file) as message:
            start = message.read(_HEADER)
        yield re.split(rb"\r?\n\r?\n", start, maxsplit=1)[0]


def _of_mbox(path: Path) -> Iterator[bytes]:
    """Header by header, however large the file is (RFC 4155)."""
    header: list[bytes] | None = None
    after_blank = True
    with _unpacked(path) as box:
        for line in box:
            if after_blank and _BETWEEN.match(line):
                header = []
            elif header is not None:
                if line.strip(b"\r\n"):
                    header.append(line)
                else:
                    yield b"".join(header)
                    header = None
            after_blank = not line.strip(b"\r\n")
    if header is not None:
        yield b"".join(header)


def _named(head: bytes) -> str:
    """Its Message-ID; empty for a message without one."""
    found = _MESSAGE_ID.search(head)
    return found[1].decode("ascii", "replace") if found else ""


def _dated(head: bytes) -> datetime | None:
    """When it says that it was written; without a zone that is UTC (RFC 5322 3.3)."""
    found = _DATE.search(head)
    if found is None:
        return None
    try:
        date = parsedate_to_datetime(found[1].decode("ascii", "replace").strip())
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


# --- files of any kind ------------------------------------------------------------------------


@contextmanager
def _unpacked(path: Path) -> Iterator[BufferedReader[Any]]:
    with path.open("rb") as file:
        start = file.read(6)
    for magic, opens in _PACKED:
        if start.startswith(magic):
            with opens(path) as unpacked, BufferedReader(unpacked, _BLOCK) as buffered:
                yield buffered
            return
    with path.open("rb", buffering=0) as raw, BufferedReader(raw, _BLOCK) as buffered:
        yield buffered


def _lines(log: BufferedReader[Any]) -> Iterable[bytes]:
    """Lines as bytes; a log that Windows wrote in UTF-16 is turned into UTF-8."""
    first = log.readline()
    if first[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        yield first
        yield from log
        return
    log.seek(0)
    with TextIOWrapper(log, encoding="utf-16", errors="replace") as text:
        for line in text:
            yield line.encode()
