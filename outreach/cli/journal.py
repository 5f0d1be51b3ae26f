"""`data/outreach.log`: which command ran when, how it ended, and the trace of a mistake of ours.

Names no person: what was done to whom stands in the events. A log that cannot be written
never changes what a command answers.
"""

from __future__ import annotations

import traceback
from contextlib import suppress
from datetime import UTC, datetime

from outreach.application import Application


def note(parts: Application, command: str, code: int, bug: BaseException | None = None) -> None:
    """A line per command, where the workspace has its `data/` folder already."""
    if "settings" not in parts.__dict__ or not parts.settings.data.is_dir():
        return
    at = datetime.now(UTC).isoformat(timespec="seconds")
    lines = f"{at} {command} {code}\n"
    if bug is not None:
        # Frames and the kind of error; its words may name a person.
        frames = "".join(traceback.format_tb(bug.__traceback__))
        lines += f"{frames}{type(bug).__name__}\n"
    with (
        suppress(OSError),
        (parts.settings.data / "outreach.log").open("a", encoding="utf-8") as log,
    ):
        log.write(lines)
