"""The settings of a workspace, read by a process that ends: for a run, which lives long.

To understand them takes pydantic and PyYAML: 9 MB that Python gives back only by ending.
"""

from __future__ import annotations

import os
import pickle
import sys
from contextlib import suppress
from pathlib import Path

from outreach.model.settings import Settings


def read_settings_apart(path: Path) -> Settings:
    """The settings of a file. Raises what `files.settings.read_settings` raises.

    Only Linux forks well; elsewhere, and where the other process has nothing to show (there are
    mistakes to tell of, or it was ended), they are read here.
    """
    read = _by_another(path) if sys.platform == "linux" else b""
    if not read:
        from outreach.files.settings import read_settings

        return read_settings(path)
    settings: Settings = pickle.loads(read)
    return settings


def _by_another(path: Path) -> bytes:
    """The settings as another process hands them over; nothing where it could not."""
    ours, theirs = os.pipe()
    process = os.fork()
    if not process:
        _hand_over(path, theirs)
    os.close(theirs)
    with open(ours, "rb") as channel:
        read = channel.read()
    _, status = os.waitpid(process, 0)
    return b"" if status else read


def _hand_over(path: Path, channel: int) -> None:
    """The life of the other process."""
    code = 1
    with suppress(BaseException):
        from outreach.files.settings import read_settings

        with open(channel, "wb") as pipe:
            pipe.write(pickle.dumps(read_settings(path)))
        code = 0
    # Without the farewells of the process it was copied from: they are its own.
    os._exit(code)
