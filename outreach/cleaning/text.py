"""Text as it should be kept: composed letters, no invisible characters, no stray spaces."""

from __future__ import annotations

import re
import unicodedata

from outreach.cleaning.twice_encoded import mended

#: Marks that change the direction of text, zero-width signs, byte-order marks: invisible in a
#: spreadsheet, harmful in an address (Unicode bidirectional formatting, UAX #9).
_INVISIBLE = re.compile(
    "[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u00ad\ufffe\uffff]"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SPACES = re.compile(r"[^\S\n]+")
_BREAKS = re.compile(r" ?(?:\r\n|\r|\n|\u2028|\u2029) ?")

#: What our own export puts before a cell that a spreadsheet would run as a formula.
_NEUTRALISED = re.compile(r"'(?='*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20])")

#: How programs keep a spreadsheet from making a number of a cell: `="01000"`.
_KEPT_AS_TEXT = re.compile(r'="([^"]*)"')


def tidy(cell: str) -> str:
    """A cell without what nobody sees. Line breaks inside it stay, as LF."""
    if cell.isascii() and cell.isprintable():
        text = cell.strip()
        if "  " in text:
            text = _SPACES.sub(" ", text)
        return _unwrapped(text) if text[:1] in ("'", "=") else text
    text = unicodedata.normalize("NFC", mended(cell))
    text = _CONTROL.sub("", _BREAKS.sub("\n", _INVISIBLE.sub("", text)))
    return _unwrapped(_SPACES.sub(" ", text).strip())


def _unwrapped(text: str) -> str:
    """A cell without what was put around it for a spreadsheet's sake."""
    if _NEUTRALISED.match(text):
        return text[1:]
    kept = _KEPT_AS_TEXT.fullmatch(text)
    return kept[1].strip() if kept else text


def lost_signs(cell: str) -> bool:
    """Whether `tidy` takes something away that is not mere space."""
    if cell.isascii() and cell.isprintable():
        return False
    text = mended(cell)
    return bool(_INVISIBLE.search(text) or _CONTROL.search(text.replace("\r", "")))


def was_twice_encoded(cell: str) -> bool:
    """Whether `tidy` undoes a second encoding (`MÃ©dÃ©ric`)."""
    return not cell.isascii() and mended(cell) != cell


def one_line(text: str) -> str:
    """A value that stands on one line of an address or of a message's header."""
    return text.replace("\n", " ") if "\n" in text else text
