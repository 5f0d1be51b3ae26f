"""When a file was made: with its number (inode), what tells it from one that took its place.

A disk gives the number of a deleted file to the next one that is made. Neither `cp -p` nor
rsync can set when a file was made, and a file that is renamed or moved on its disk keeps it.
"""

from __future__ import annotations

import ctypes
import os
import struct
from pathlib import Path

#: Of Linux's `statx` (linux/stat.h): paths start here; ask for the birth; room for its answer.
_AT_FDCWD, _STATX_BTIME, _ROOM = -100, 0x800, 256
#: Where in the answer it says what it knows, and where seconds and nanoseconds of the birth are.
_MASK, _BIRTH = struct.Struct("=I"), struct.Struct("=qI")
_BIRTH_AT = 80


def birth_of(path: Path) -> str | None:
    """The instant at which the file was made, as text to compare; None where nobody knows it.

    The file is not opened: closing it would free the locks that SQLite holds on it.
    """
    born = getattr(path.stat(), "st_birthtime", None)
    if born is not None:
        return str(born)
    try:
        statx = ctypes.CDLL(None).statx
    except (OSError, AttributeError, TypeError):
        return None
    answer = ctypes.create_string_buffer(_ROOM)
    if statx(_AT_FDCWD, os.fsencode(path), 0, _STATX_BTIME, answer) != 0:
        return None
    if not _MASK.unpack_from(answer, 0)[0] & _STATX_BTIME:
        return None
    seconds, nanoseconds = _BIRTH.unpack_from(answer, _BIRTH_AT)
    return f"{seconds}.{nanoseconds:09}"
