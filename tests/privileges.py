"""Root without root's right to write everywhere, so that tests of permissions run as root too.

Linux lets a process lay down capabilities and take them up again: capabilities(7). A command
that it starts would get them back for being root's; the secure bit NOROOT keeps it from that.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager

#: From linux/capability.h and linux/prctl.h.
_VERSION = 0x20080522
_FILES = (1 << 1) | (1 << 2)  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
_GET_SECUREBITS, _SET_SECUREBITS, _NOROOT = 27, 28, 1


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Sets(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


@contextmanager
def like_anybody() -> Iterator[None]:
    """Permissions of files hold inside, for this thread and what it starts. Raises `OSError`."""
    if os.geteuid() != 0:
        yield
        return
    libc = ctypes.CDLL(None, use_errno=True)
    header, sets = _Header(_VERSION, 0), (_Sets * 2)()

    def checked(answer: int) -> int:
        if answer < 0:
            raise OSError(ctypes.get_errno(), "capabilities cannot be laid down")
        return answer

    checked(libc.capget(ctypes.byref(header), sets))
    bits = checked(libc.prctl(_GET_SECUREBITS, 0, 0, 0, 0))
    checked(libc.prctl(_SET_SECUREBITS, bits | _NOROOT, 0, 0, 0))
    had = sets[0].effective
    try:
        sets[0].effective = had & ~_FILES
        checked(libc.capset(ctypes.byref(header), sets))
        yield
    finally:
        sets[0].effective = had
        checked(libc.capset(ctypes.byref(header), sets))
        checked(libc.prctl(_SET_SECUREBITS, bits, 0, 0, 0))
