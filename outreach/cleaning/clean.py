"""What a cleaner gives back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from outreach.errors import Text


@dataclass(frozen=True, slots=True)
class Clean:
    """What became of a cell: a value, or the reason why there is none.

    A value with a reason was taken, and something of the cell was not.
    """

    value: str | None
    reason: Text | None = None


#: Takes tidy text.
Cleaner = Callable[[str], Clean]
