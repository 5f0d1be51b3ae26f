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


def words_of(path: Path) -> list[tuple[int, str]]:
    """Every address, @domain or number of the file with its line. Raises `NoWords`.

    A line that holds none comes as it is, so that a name is understood or told, never
    dropped; but for the first one, which may be a header.
    """
    try:
        found = list(_words(path))
    except OSError as error:
        what = Text("the file cannot be read: {reason}", reason=error.strerror or str(error))
        raise OutreachError(what, where=Location(str(path))) from None
    if not any(_is_word(word) for _, word in found):
        raise NoWords(path)
    return found


def _is_word(cell: str) -> bool:
    return "@" in cell or bool(_NUMBER.fullmatch(cell))


def _words(path: Path) -> Iterator[tuple[int, str]]:
    encoding = find_encoding(path)
    if encoding is None:
        return
    with path.open("rb") as file:
        for number, line in enumerate(lines_of(file, encoding, []), 1):
            cells = [cell.strip(_QUOTES) for cell in _CELLS.split(line)]
            words = [cell for cell in cells if _is_word(cell)]
            if not words and number > 1 and any(cells):
                words = [" ".join(filter(None, cells))]
            yield from ((number, word) for word in words)
