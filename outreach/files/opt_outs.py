"""A mailbox of people who said no: mbox, Maildir, or single messages (.eml).

Each message is somebody's opposition, by his address or by the token that our own link to
unsubscribe put into its subject. What a machine answers (a notice of absence, a failure) is
nobody's no.
"""

from __future__ import annotations

import mailbox
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import Message
from email.parser import BytesParser
from email.utils import parseaddr, parsedate_to_datetime
from pathlib import Path

from outreach.errors import Location, OutreachError, Text

#: In the subject of an answer to `List-Unsubscribe: <mailto:…?subject=unsubscribe-TOKEN>`.
_TOKEN = re.compile(r"unsubscribe-([a-z2-7]{20,64})", re.IGNORECASE)
_OURS = re.compile(r"(mailer-daemon|postmaster|no-?reply)@", re.IGNORECASE)


class NoMessages(OutreachError):
    def __init__(self, path: Path) -> None:
        super().__init__(
            Text("there is no message in the mailbox"),
            where=Location(str(path)),
            hint=Text("an mbox file, a Maildir folder or an .eml file is understood"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOut:
    """One message: from whom, when, and whose token it carries."""

    #: From 1, in the order of the mailbox.
    number: int
    address: str | None
    token: str | None
    at: datetime | None
    #: A machine wrote it.
    automatic: bool


def is_mailbox(path: Path) -> bool:
    """Whether a file or a folder holds messages: by its name, its folders, its first line."""
    if path.is_dir():
        return (path / "cur").is_dir() or (path / "new").is_dir()
    if path.suffix.lower() in (".mbox", ".eml"):
        return path.is_file()
    try:
        with path.open("rb") as file:
            return file.read(5) == b"From "
    except OSError:
        return False


def opt_outs_of(path: Path) -> list[OptOut]:
    """Every message of a mailbox. Raises `NoMessages`."""
    try:
        found = [_read(number, one) for number, one in enumerate(_messages(path), start=1)]
    except OSError as error:
        what = Text("the file cannot be read: {reason}", reason=error.strerror or str(error))
        raise OutreachError(what, where=Location(str(path))) from None
    if not found:
        raise NoMessages(path)
    return found


def _messages(path: Path) -> Iterator[Message]:
    if path.suffix.lower() == ".eml":
        with path.open("rb") as file:
            yield BytesParser(policy=policy.compat32).parse(file, headersonly=True)
        return
    if path.is_dir():
        yield from mailbox.Maildir(path, create=False)
    else:
        yield from mailbox.mbox(path, create=False)


def _read(number: int, message: Message) -> OptOut:
    address = parseaddr(str(message.get("From", "")))[1].strip()
    subject = re.sub(r"\s+", "", str(message.get("Subject", "")))
    token = _TOKEN.search(subject)
    return OptOut(
        number=number,
        address=address if "@" in address else None,
        token=token[1].lower() if token else None,
        at=_date(message),
        automatic=_is_automatic(message, address),
    )


def _is_automatic(message: Message, address: str) -> bool:
    """RFC 3834: `Auto-Submitted`; a report of failure has an empty sender (RFC 5321 §4.5.5)."""
    submitted = str(message.get("Auto-Submitted", "no")).split(";")[0].strip().lower()
    empty = str(message.get("Return-Path", "x")).strip() == "<>"
    return submitted != "no" or empty or bool(_OURS.match(address))


def _date(message: Message) -> datetime | None:
    try:
        found = parsedate_to_datetime(str(message["Date"]))
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else None
