"""Addresses and numbers from a file of any shape: one per line, or a column among others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from outreach.errors import Location, OutreachError, Text
from outreach.files.encodings import find_encoding, lines_of

_CELLS = re.compile(r"[;,\t|]")
_QUOTES = " \t\"'<>\r\n\ufeff"
_NUMBER = re.compile(r"\+?[\d .()-]{6,20}")


class NoWords(OutreachError):
    def __init__(self, file: Path) -> None:
        super().__init__(
            Text("there is no e-mail address and no phone number in the file"),
            where=Location(str(file)),
            hint=Text("write one address, number or @domain per line"),
        )


def words_of(path: Path) -> list[str]:
    """Every address, @domain or number of the file, in its order. Raises `NoWords`."""
    try:
        found = list(_words(path))
    except OSError as error:
        what = Text("the file cannot be read: {reason}", reason=error.strerror or str(error))
        raise OutreachError(what, where=Location(str(path))) from None
    if not found:
        raise NoWords(path)
    return found


def _words(path: Path) -> Iterator[str]:
    encoding = find_encoding(path)
    if encoding is None:
        return
    with path.open("rb") as file:
        for line in lines_of(file, encoding, []):
            cells = [cell.strip(_QUOTES) for cell in _CELLS.split(line)]
            yield from (cell for cell in cells if "@" in cell or _NUMBER.fullmatch(cell))
