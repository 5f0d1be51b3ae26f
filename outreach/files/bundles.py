"""Files on disk: letters in a folder, many in one bundle, reports, tables.

A file is written under a temporary name beside its place and renamed when it is whole: a
full disk, a Ctrl-C or a crash leaves the old file or none, never half a one.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from errno import EISDIR, ELOOP, ENOTSUP
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


class OneFile(OutreachError):
    """Two files of one answer have one place, through a link."""

    def __init__(self, path: Path, other: Path) -> None:
        super().__init__(
            Text("{path} and {other} are one file, through a link", path=path, other=other),
            hint=Text("give each of them a name of its own"),
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


@contextmanager
def whole_file(path: Path, *, settled: bool = True) -> Iterator[Write]:
    """A file that appears under its name when the block ends well, and else not at all.

    `settled`: not before it is on the disk, so that a power cut leaves it whole or not there.
    Raises `CannotWrite` where the disk refuses; the block's own errors pass through.
    """
    with whole_place(path, settled=settled) as temporary:
        with disk_errors(path):
            file = temporary.open("wb")
        try:
            yield _careful(file.write, path)
        except BaseException:
            with suppress(OSError):
                file.close()  # tries once more to write what a full disk refused
            raise
        with disk_errors(path):
            file.close()


@contextmanager
def whole_place(path: Path, *, settled: bool = True) -> Iterator[Path]:
    """The same for what writes by a file's name: the one to write to meanwhile."""
    target = _led_to(path)
    with _beside(target) as temporary:
        yield temporary
        with disk_errors(path):
            _finish(temporary, target, settled=settled)
            os.replace(temporary, target)


def write_together(contents: Sequence[tuple[Path, bytes]]) -> None:
    """Several files of one answer: all of them appear, or none. Raises `CannotWrite`, `OneFile`.

    Each is whole on the disk under a temporary name before the first takes its place, and where
    a later one cannot take its own, the earlier ones get back what was there.
    """
    targets = [_led_to(path) for path, _ in contents]
    _apart([path for path, _ in contents], targets)
    with ExitStack() as ready, ExitStack() as placed:
        waiting = [ready.enter_context(_beside(target)) for target in targets]
        for temporary, target, (path, content) in zip(waiting, targets, contents, strict=True):
            with disk_errors(path):
                temporary.write_bytes(content)
                _finish(temporary, target, settled=True)
        for temporary, target in zip(waiting[:-1], targets[:-1], strict=True):
            placed.enter_context(_placed(temporary, target))
        for temporary, target in zip(waiting[-1:], targets[-1:], strict=True):
            with disk_errors(target):
                os.replace(temporary, target)


def _apart(paths: Sequence[Path], targets: Sequence[Path]) -> None:
    """No two of the files are one behind a link: the later would take the earlier's place."""
    known: dict[str, Path] = {}
    for path, target in zip(paths, targets, strict=True):
        with disk_errors(path):
            other = known.setdefault(os.path.realpath(target), path)
        if other is not path:
            raise OneFile(other, path)


@contextmanager
def _placed(temporary: Path, target: Path) -> Iterator[None]:
    """The file in its place; where the block fails, what was there before is there again."""
    old = temporary.with_suffix(".old")
    with disk_errors(target), suppress(FileNotFoundError):
        _second_name(target, old)
    try:
        with disk_errors(target):
            os.replace(temporary, target)
        try:
            yield
        except BaseException:
            with disk_errors(target):
                os.replace(old, target) if old.exists() else target.unlink()
            raise
    finally:
        with suppress(OSError):
            old.unlink()


def _second_name(path: Path, name: Path) -> None:
    """The file under another name too, or a copy where the disk knows no second names."""
    try:
        os.link(path, name)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copy2(path, name)


def _led_to(path: Path) -> Path:
    """Where a link leads to: the link stays. A folder, a pipe or a device is no place for a file.

    Raises `CannotWrite`.
    """
    with disk_errors(path):
        target = Path(os.path.realpath(path)) if path.is_symlink() else path
        if target.is_symlink():
            raise OSError(ELOOP, os.strerror(ELOOP))
        if target.is_dir():
            raise OSError(EISDIR, os.strerror(EISDIR))
        if target.exists() and not target.is_file():
            raise OSError(ENOTSUP, os.strerror(ENOTSUP))
    return target


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """An empty file of its own beside the place; gone at the end, where nobody has put it there."""
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        # Cut: the name alone may be as long as the disk takes.
        start = f".{path.name[:40]}."
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=start, suffix=".part")
        os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
    finally:
        with suppress(OSError):
            temporary.unlink()


def _finish(temporary: Path, target: Path, *, settled: bool) -> None:
    """On the disk where that is asked for, and with the rights it shall have in its place."""
    if settled:
        with temporary.open("r+b") as file:
            os.fsync(file.fileno())
    temporary.chmod(_rights(target))


def _careful(write: Write, path: Path) -> Write:
    def wrapped(content: bytes) -> None:
        with disk_errors(path):
            write(content)

    return wrapped


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """What the disk refuses within the block, as `CannotWrite` of this file."""
    try:
        yield
    except OSError as error:
        raise CannotWrite(path, error) from error


def _rights(path: Path) -> int:
    """Those of the file in whose place it comes, else the usual ones of a new file.

    Temporary files are readable by their owner alone.
    """
    with suppress(FileNotFoundError):
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
