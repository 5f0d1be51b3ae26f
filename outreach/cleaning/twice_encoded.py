"""Text that was encoded twice: UTF-8 read as Windows-1252 and saved again.

`MÃ©dÃ©ric` is `Médéric`, `lâ€™Ã©cole` is `l’école`. Only sequences are undone that no
western language writes: `Ã`, `Â`, `Å` before a sign that stands for the second byte of a
letter, `â€` and `â‚`, `â„` before a third. Everything else stays as it is.
"""

from __future__ import annotations

import re


def _as_bytes() -> dict[int, int]:
    """Letter → byte, in Windows-1252 and in Latin-1, whose control signs fill its holes."""
    table = {byte: byte for byte in range(0x80, 0x100)}
    for byte in range(0x80, 0xA0):
        if letter := bytes([byte]).decode("cp1252", "ignore"):
            table[ord(letter)] = byte
    return table


_BYTES = _as_bytes()


def _written(first: int, last: int) -> str:
    """What the bytes from `first` to `last` look like, for a set of a pattern."""
    return "".join(
        re.escape(chr(letter)) for letter, byte in _BYTES.items() if first <= byte <= last
    )


#: The second and later bytes of a letter in UTF-8.
_LATER = _written(0x80, 0xBF)

#: `Â` begins the signs from U+00A0 on, `Ã` the letters, `Å` Œ œ Š š Ÿ Ž ž, `â` quotes, dashes, €.
_TWICE = re.compile(
    f"Â[{_written(0xA0, 0xBF)}]|Ã[{_LATER}]"
    f"|Å[{_written(0x92, 0x93)}{_written(0xA0, 0xA1)}{_written(0xB8, 0xB8)}{_written(0xBD, 0xBE)}]"
    f"|â[€‚„\x80\x82\x84][{_LATER}]"
)

#: Some files went through it more than once.
_TIMES = 3


def mended(text: str) -> str:
    """The text as it was first written; the same object when nothing was wrong."""
    if text.isascii():
        return text
    for _ in range(_TIMES):
        better = _TWICE.sub(_once, text)
        if better == text:
            break
        text = better
    return text


def _once(found: re.Match[str]) -> str:
    raw = bytes(_BYTES[ord(letter)] for letter in found[0])
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return found[0]
