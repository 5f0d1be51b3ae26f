"""Which letters the bytes of a text file stand for.

A byte-order mark decides; else strict UTF-8; else the file is old (Windows-1252,
MacRoman, DOS) or mixed, line by line. Old encodings are told apart by what their
bytes would spell: French and other western letters are expected, `‰`, `¬` or `Œ` in
the middle of words are not. Detection reads the file once, in blocks.
"""

from __future__ import annotations

import codecs
import hashlib
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_BLOCK = 1 << 20

#: Longest first: the mark of UTF-32 begins with that of UTF-16.
_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

#: One byte per letter: the ones western spreadsheets have written, most frequent first.
_OLD = ("cp1252", "mac_roman", "cp850")

#: What their high bytes should spell in western text, and what makes a reading unlikely.
_EXPECTED = frozenset("éèêëàâäçùûüôöîïœæñáíóúÉÈÊÀÂÇÔÎŒÑÜÖÄß°«»’‘“”–—…€ºª\xa0")

#: Where western letters are too rare, charset-normalizer is asked about these.
_FOREIGN = ["cp1250", "cp1251", "cp1253", "cp1254", "cp1257", "cp932", "gb18030", "big5", "cp949"]

#: The encoding that lines which are not UTF-8 are read in, when others are.
MIXED_WITH = "cp1252"


@dataclass(frozen=True, slots=True)
class Encoding:
    """How to read a file. `mixed`: UTF-8, with lines of Windows-1252 in between."""

    name: str
    mixed: bool = False
    #: Of the bytes of the whole file.
    sha256: str = ""


@dataclass(slots=True)
class _Signs:
    """What one pass over the bytes found out."""

    mark: str | None = None
    nul_even: int = 0
    nul_odd: int = 0
    utf8: bool = True
    sha256: str = ""
    size: int = 0


def find_encoding(path: Path) -> Encoding | None:
    """The encoding of a text file; None when these bytes are no text."""
    signs = _look(path)
    if signs.mark:
        return Encoding(signs.mark, sha256=signs.sha256)
    if signs.nul_even or signs.nul_odd:
        return _without_mark(signs)
    if signs.utf8:
        return Encoding("utf-8", sha256=signs.sha256)
    return _eight_bits(path, signs.sha256)


def _look(path: Path) -> _Signs:
    signs = _Signs()
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            if not signs.size:
                signs.mark = next((name for mark, name in _MARKS if block.startswith(mark)), None)
                signs.nul_even, signs.nul_odd = block[::2].count(0), block[1::2].count(0)
            signs.size += len(block)
            digest.update(block)
            signs.utf8 = signs.utf8 and _decodes(decoder, block)
        signs.utf8 = signs.utf8 and _decodes(decoder, b"", final=True)
    signs.sha256 = digest.hexdigest()
    return signs


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


def _without_mark(signs: _Signs) -> Encoding | None:
    """UTF-16 that lost its mark has its zero bytes on one side; anything else is no text."""
    first_block = min(signs.size, _BLOCK)
    low, high = sorted((signs.nul_even, signs.nul_odd))
    if high * 3 < first_block or low * 10 > high:
        return None
    return Encoding(
        "utf-16-be" if signs.nul_even > signs.nul_odd else "utf-16-le", sha256=signs.sha256
    )


def _eight_bits(path: Path, sha256: str) -> Encoding | None:
    """An old encoding, or UTF-8 with lines in Windows-1252."""
    sample = bytearray()
    utf8_lines = control = 0
    with path.open("rb") as file:
        for line in file:
            if line.isascii():
                control += sum(byte < 9 for byte in line)
                continue
            try:
                line.decode("utf-8")
                utf8_lines += 1
            except UnicodeDecodeError:
                control += sum(byte < 9 for byte in line)
                if len(sample) < _BLOCK:
                    sample += line
    if control > len(sample) // 20:
        return None
    if utf8_lines:
        return Encoding("utf-8", mixed=True, sha256=sha256)
    return Encoding(_most_western(bytes(sample)), sha256=sha256)


def _most_western(sample: bytes) -> str:
    scores = {name: _western(sample, name) for name in _OLD}
    best = max(_OLD, key=lambda name: scores[name])
    return best if scores[best] >= 0.6 else _foreign(sample) or best


def _western(sample: bytes, encoding: str) -> float:
    """The share of the high bytes that spell what western text is written with."""
    high = Counter(sample.decode(encoding, errors="replace"))
    letters = {letter: count for letter, count in high.items() if ord(letter) > 127}
    total = sum(letters.values())
    return sum(n for letter, n in letters.items() if letter in _EXPECTED) / total if total else 0.0


def _foreign(sample: bytes) -> str | None:
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=_FOREIGN).best()
    return best.encoding if best else None


def lines_of(file: BinaryIO, encoding: Encoding, misread: list[int]) -> Iterator[str]:
    """The lines of an open file, endings kept. Numbers of lines not in UTF-8 go to `misread`."""
    if not encoding.mixed:
        # newline="": a line ends at LF, CRLF or CR, and keeps what it ended with.
        yield from io.TextIOWrapper(file, encoding.name, errors="replace", newline="")
        return
    for number, raw in enumerate(file, start=1):
        try:
            yield raw.decode("utf-8")
        except UnicodeDecodeError:
            misread.append(number)
            yield _western_line(raw)


def _western_line(raw: bytes) -> str:
    try:
        return raw.decode(MIXED_WITH)
    except UnicodeDecodeError:
        # Five bytes mean nothing in Windows-1252; Latin-1 keeps them for cleaning to remove.
        return raw.decode("latin-1")
