"""Looking at the plain tree of a file before its shapes are sure: what is there, as text."""

from __future__ import annotations

from outreach.errors import Text
from outreach.files.source import Path_, Plain

#: Where, what, and what to do.
Contradiction = tuple[Path_, Text, Text | None]


def is_map(value: Plain) -> bool:
    return isinstance(value, dict)


def word(step: Plain, key: str) -> str | None:
    """The text under a key, where there is one."""
    value = step.get(key) if isinstance(step, dict) else None
    return value.strip() if isinstance(value, str) and value.strip() else None


def words(value: Plain | None) -> list[str]:
    return [v.strip() for v in value if isinstance(v, str)] if isinstance(value, list) else []
