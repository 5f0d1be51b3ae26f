"""`data/outreach.log`: which command ran when, how it ended, and the trace of a mistake of ours.

Names no person: what was done to whom stands in the events. A log that cannot be written
never changes what a command answers.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime

from outreach.application import Application


def note(parts: Application, command: str, code: int, bug: BaseException | None = None) -> None:
    """A line per command, where the workspace has its `data/` folder already."""
    if "settings" not in parts.__dict__ or not parts.settings.data.is_dir():
        return
    lines = f"{_now()} {command} {code}\n"
    if bug is not None:
        # Frames and the kind of error; its words may name a person.
        frames = "".join(traceback.format_tb(bug.__traceback__))
        lines += f"{frames}{type(bug).__name__}\n"
    _write(parts, lines)


def summary(parts: Application, command: str, numbers: Mapping[str, object]) -> None:
    """What a command did, in numbers: `… run: sent=3 deferred=0 …`."""
    told = " ".join(f"{name}={value}" for name, value in numbers.items() if value is not None)
    _write(parts, f"{_now()} {command}: {told}\n")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _write(parts: Application, lines: str) -> None:
    with (
        suppress(OSError),
        (parts.settings.data / "outreach.log").open("a", encoding="utf-8") as log,
    ):
        log.write(lines)
