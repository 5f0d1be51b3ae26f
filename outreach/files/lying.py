"""What lies in a folder of letters: what a printing has just made, and what was there before.

Letters may be printed into the same folder again, for fewer people: the letter of somebody
who has opted out since still lies there, and would be posted with the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

#: Which file a path names: one that is written anew is another, though its name is the same.
Stamp = tuple[int, int]

_ENDINGS = (".docx", ".pdf")


@dataclass(frozen=True, slots=True)
class Lying:
    """The files of one printing, and those of earlier ones beside them."""

    #: What goes to the printer: the bundle, as PDF where there is one; several when it is big.
    to_print: tuple[Path, ...]
    older: tuple[Path, ...]


def lying_in(folder: Path) -> Mapping[Path, Stamp]:
    """The Word and PDF files in a folder and in the folders in it; none where it is not there."""
    found = (path for path in (*folder.glob("*"), *folder.glob("*/*")) if path.suffix in _ENDINGS)
    return {path: _stamp(path) for path in found if path.is_file()}


def lying_since(before: Mapping[Path, Stamp], folder: Path) -> Lying:
    """What lies in a folder now, told apart by what lay there `before` the printing."""
    now = {path: stamp for path, stamp in lying_in(folder).items() if path.parent == folder}
    written = {path for path, stamp in now.items() if before.get(path) != stamp}
    bundles = sorted((p for p in written if p.name.startswith("bundle")), key=_in_number)
    as_pdf = [path for path in bundles if path.suffix == ".pdf"]
    return Lying(tuple(as_pdf or bundles), tuple(sorted(now.keys() - written)))


def _stamp(path: Path) -> Stamp:
    found = path.stat()
    return found.st_ino, found.st_mtime_ns


def _in_number(path: Path) -> tuple[int, str]:
    """`bundle-2` before `bundle-10`."""
    return len(path.name), path.name
