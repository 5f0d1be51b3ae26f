"""Letters on disk: one .docx per person in a folder, and many in one bundle.

A file is written under a temporary name beside its place and renamed when it is whole: a
full disk, a Ctrl-C or a crash leaves the old file or none, never half a one.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from errno import EISDIR, ENOTSUP
from pathlib import Path

from outreach.errors import OutreachError, Text
from outreach.model.message import Letter

#: Writes the next bytes of a file.
Write = Callable[[bytes], object]

#: Whether the system can be asked to bring everything to the disk (Windows cannot).
_ALL_AT_ONCE = hasattr(os, "sync")


class CannotWrite(OutreachError):
    """A file could not be written; what was there before is untouched."""

    def __init__(self, path: Path, error: OSError) -> None:
        super().__init__(
            Text("cannot write {path}: {reason}", path=path, reason=error.strerror or str(error)),
            hint=Text("free some space or choose another folder, then run the command again"),
        )


def write_letter(folder: Path, letter: Letter) -> Path:
    """One letter in `folder`, which is made where it is missing. Raises `CannotWrite`.

    Call `settle` behind the last of many.
    """
    path = folder / letter.name
    with whole_file(path, settled=not _ALL_AT_ONCE) as write:
        write(letter.content)
    return path


def settle() -> None:
    """Wait until all letters are on the disk: once for all, not a thousand times for each."""
    if _ALL_AT_ONCE:
        os.sync()


def write_letters(folder: Path, letters: Iterable[Letter]) -> Iterator[Path]:
    """Each letter in `folder` as it comes, and its path when it is there."""
    return (write_letter(folder, letter) for letter in letters)


@contextmanager
def whole_file(path: Path, *, settled: bool = True) -> Iterator[Write]:
    """A file that appears under its name when the block ends well, and else not at all.

    `settled`: not before it is on the disk, so that a power cut leaves it whole or not there.
    Raises `CannotWrite` where the disk refuses; the block's own errors pass through.
    """
    path = _led_to(path)
    with _disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    temporary, file = Path(name), os.fdopen(handle, "wb")
    try:
        yield _careful(file.write, path)
        with _disk_errors(path):
            file.flush()
            if settled:
                os.fsync(file.fileno())
            file.close()
            _give_usual_rights(temporary)
            os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            file.close()  # tries once more to write what a full disk refused
        with suppress(OSError):
            temporary.unlink()
        raise


def write_together(contents: Sequence[tuple[Path, bytes]]) -> None:
    """Several files of one answer: all of them appear, or none. Raises `CannotWrite`.

    Each is whole on the disk under a temporary name before the first takes its place.
    """
    for path, _ in contents:
        if path.is_dir():
            raise CannotWrite(path, IsADirectoryError(EISDIR, os.strerror(EISDIR)))
    with ExitStack() as left:
        led = [(_led_to(path), content) for path, content in contents]
        ready = [(left.enter_context(_ready(*one)), one[0]) for one in led]
        for temporary, path in ready:
            with _disk_errors(path):
                os.replace(temporary, path)


def _led_to(path: Path) -> Path:
    """Where a link leads to: the link stays. A pipe or a device is not replaced by a file."""
    target = path.resolve() if path.is_symlink() else path
    if target.exists() and not (target.is_file() or target.is_dir()):
        raise CannotWrite(path, OSError(ENOTSUP, os.strerror(ENOTSUP)))
    return target


@contextmanager
def _ready(path: Path, content: bytes) -> Iterator[Path]:
    """The content beside its place; gone at the end, where nobody has put it there."""
    with _disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    temporary = Path(name)
    try:
        with _disk_errors(path), os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _give_usual_rights(temporary)
        yield temporary
    finally:
        with suppress(OSError):
            temporary.unlink()


def _careful(write: Write, path: Path) -> Write:
    def wrapped(content: bytes) -> None:
        with _disk_errors(path):
            write(content)

    return wrapped


@contextmanager
def _disk_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CannotWrite(path, error) from error


def _give_usual_rights(path: Path) -> None:
    """The rights of a newly made file: temporary files are readable by their owner alone."""
    mask = os.umask(0)
    os.umask(mask)
    path.chmod(0o666 & ~mask)
