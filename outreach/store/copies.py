"""Copies of a whole store: made while it is used, looked into, put back.

A copy knows that it is one: its `meta` says since when, and so does a store that was put
back from one. What was sent after the copy was made stands in neither.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from outreach.errors import StoreError, Text
from outreach.store.opening import address_of
from outreach.store.schema import REVISIONS
from outreach.store.trouble import StoreTooNew

#: The key in `meta`: the instant at which this store became a copy, or was put back from one.
COPIED_AT = "copied_at"


@dataclass(frozen=True, slots=True)
class Copy:
    """What a file holds."""

    contacts: int
    revision: str


class Copies(Protocol):
    """How one kind of database is copied."""

    #: The ending of its copies.
    suffix: str
    #: Where the store lies; None where it is on a server.
    file: Path | None

    def alone(self) -> AbstractContextManager[bool]:
        """Whether nobody else acts for the store, until the block ends."""
        ...

    def exists(self) -> bool:
        """Whether there is a store that could be copied."""
        ...

    def backup(self, target: Path, *, now: datetime) -> None:
        """Write the store as it is now to `target`, whole or not at all."""
        ...

    def keep(self, target: Path, *, now: datetime) -> None:
        """The same before the store is replaced: a damaged one is kept byte by byte."""
        ...

    def look_into(self, file: Path) -> Copy:
        """What a copy holds. Raises `NotACopy` or `StoreTooNew`."""
        ...

    def restore(self, file: Path, *, now: datetime) -> None:
        """Put a copy in the store's place, whole or not at all."""
        ...


class NotACopy(StoreError):
    def __init__(self, file: Path, reason: Text | str) -> None:
        super().__init__(
            Text("{file} is no copy of a contact base: {reason}", file=file, reason=reason),
            hint=Text("a copy is made with: outreach store backup FILE"),
        )


class CopyFailed(StoreError):
    def __init__(self, file: Path, reason: Text | str) -> None:
        super().__init__(
            Text("{file} could not be copied: {reason}", file=file, reason=reason),
            hint=Text("nothing was changed; check the rights and the space on the disk"),
        )


def copies_of(url: str, folder: Path) -> Copies:
    """How the store at `url` is copied (relative SQLite paths start at `folder`)."""
    address = address_of(url, folder)
    if address.get_backend_name() == "postgresql":
        from outreach.store.copies_postgresql import PostgresqlCopies

        return PostgresqlCopies(address)
    from outreach.store.copies_sqlite import SqliteCopies

    return SqliteCopies(Path(str(address.database)))


def known(revision: str) -> str:
    """A revision that this program can use or upgrade. Raises `StoreTooNew`."""
    if revision not in REVISIONS:
        raise StoreTooNew(revision)
    return revision
