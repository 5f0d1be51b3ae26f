"""What an import is asked to do, and what became of every row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum

from outreach.errors import Text


class OnMatch(StrEnum):
    """What a row may do to a contact that is already on file (`--on-match`)."""

    #: Fill in what is missing, change nothing else.
    FILL = "fill"
    #: Leave the contact as it is.
    KEEP = "keep"
    #: What the row says wins; what it does not say stays.
    REPLACE = "replace"


@dataclass(frozen=True, slots=True)
class ImportCounts:
    """Every row ends as one of five, so that they add up to `read`.

    `merged`: the row spoke of a contact that an earlier row of the same import had created.
    `updated` and `unchanged` are about contacts that were there before.
    """

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    merged: int = 0
    rejected: int = 0

    @property
    def read(self) -> int:
        return self.created + self.updated + self.unchanged + self.merged + self.rejected

    def __add__(self, other: ImportCounts) -> ImportCounts:
        return ImportCounts(
            self.created + other.created,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.merged + other.merged,
            self.rejected + other.rejected,
        )

    def as_mapping(self) -> Mapping[str, int]:
        """`read` first, as the commands show them."""
        return {"read": self.read, **asdict(self)}


@dataclass(frozen=True, slots=True)
class Rejection:
    """A row that could not be taken in, and why."""

    line: int
    reason: Text


@dataclass(frozen=True, slots=True)
class Admitted:
    """What became of some rows."""

    counts: ImportCounts = ImportCounts()
    rejected: tuple[Rejection, ...] = ()

    def __add__(self, other: Admitted) -> Admitted:
        return Admitted(self.counts + other.counts, self.rejected + other.rejected)
