"""Keeping the store: a copy of it, a copy put back, brought to this program's revision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from outreach.errors import OutreachError, Text
from outreach.model.settings import Settings
from outreach.runner.lock import elsewhere, hold, hold_file
from outreach.store.copies import Copies, Copy


class FileThere(OutreachError):
    def __init__(self, file: Path) -> None:
        super().__init__(
            Text("{file} is there already", file=file),
            hint=Text("take another name, or write over it with --force"),
        )


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back, and where the store that it replaced was copied to."""

    found: Copy
    copy: Path | None


def back_up(copies: Copies, target: Path, *, replace: bool, now: datetime) -> Copy:
    """A copy of the store as it is now. Raises `FileThere`."""
    if target.is_dir() or (target.exists() and not replace):
        raise FileThere(target)
    copies.backup(target, now=now)
    return copies.look_into(target)


def restore(copies: Copies, file: Path, *, settings: Settings, now: datetime) -> Restored:
    """Put a copy in the store's place; the present one is copied first.

    No run may be under way: raises `AlreadyRunning`.
    """
    zone = settings.zone
    with (
        hold(settings.data, zone=zone),
        hold_file(copies.file, zone=zone),
        copies.alone() as free,
    ):
        if not free:
            raise elsewhere()
        found = copies.look_into(file)
        copy = copy_first(copies, "before-restore", settings=settings, now=now)
        copies.restore(file, now=now)
    return Restored(found, copy)


def copy_first(copies: Copies, reason: str, *, settings: Settings, now: datetime) -> Path | None:
    """A copy in `data/backups` before the store is changed; None where there is no store."""
    if not copies.exists():
        return None
    stamp = now.astimezone(settings.zone).strftime("%Y%m%d-%H%M%S")
    place = settings.data / "backups" / f"{reason}-{stamp}{copies.suffix}"
    number = 2
    while place.exists():
        place = place.with_name(f"{reason}-{stamp}~{number}{copies.suffix}")
        number += 1
    copies.keep(place, now=now)
    return place
