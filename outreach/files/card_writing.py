"""vCards out (3.0, RFC 2426, which every address book reads); they come back unchanged.

Fields that vCard has no property for are written as `X-OUTREACH-<FIELD>`, which other
programs pass over and our reading takes back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from outreach.files.card_fields import NAMELESS, OURS
from outreach.files.exports import neutral, written
from outreach.model.field import Value

#: Longest line in octets, its end not counted.
_LINE = 75

_NAME = ("last_name", "first_name", "", "civility", "")
_ADDRESS = ("", "street2", "street", "city", "", "postal_code", "country")

#: Field → property.
_SINGLE = {
    "external_id": "UID",
    "company": "ORG",
    "job_title": "TITLE",
    "email": "EMAIL;TYPE=INTERNET",
    "phone": "TEL;TYPE=WORK,VOICE",
    "mobile": "TEL;TYPE=CELL",
}

#: What a card is called by where there is no name, best first.
_SHOWN = ("company", "email", "phone", "mobile", "external_id")

_TAGS = "tags"
_PLACED = frozenset({*_NAME, *_ADDRESS, *_SINGLE, _TAGS, "id"})


def write_cards(path: Path, header: Sequence[str], rows: Iterable[Sequence[Value]]) -> int:
    """Write a card for each row; how many there were."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        for row in rows:
            values = {name: _text(value) for name, value in zip(header, row, strict=True)}
            for line in _card({name: text for name, text in values.items() if text}):
                file.write(_folded(line))
            count += 1
    return count


def _text(value: Value) -> str:
    """A value as text. A leading apostrophe of its own is kept from being taken for ours."""
    if isinstance(value, str):
        return neutral(value) if value.startswith("'") else value
    return written(value)


def _card(values: Mapping[str, str]) -> Iterator[str]:
    yield "BEGIN:VCARD"
    yield "VERSION:3.0"
    person = " ".join(filter(None, (values.get("first_name"), values.get("last_name"))))
    shown = (person, *(values.get(name) for name in _SHOWN), NAMELESS)
    yield f"FN:{_escaped(next(filter(None, shown)))}"
    yield f"N:{_joined(_NAME, values)}"
    for name, label in _SINGLE.items():
        if name in values:
            yield f"{label}:{_escaped(values[name])}"
    if any(name in values for name in _ADDRESS):
        yield f"ADR;TYPE=WORK:{_joined(_ADDRESS, values)}"
    if _TAGS in values:
        yield "CATEGORIES:" + ",".join(map(_escaped, values[_TAGS].split(", ")))
    for name, text in values.items():
        if name not in _PLACED:
            yield f"{OURS}{name.upper().replace('_', '-')}:{_escaped(text)}"
    yield "END:VCARD"


def _joined(names: Sequence[str], values: Mapping[str, str]) -> str:
    return ";".join(_escaped(values.get(name, "")) for name in names)


def _escaped(text: str) -> str:
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")


def _folded(line: str) -> str:
    """A line over as many lines as it takes, cut between letters."""
    pieces, piece, size = [], "", 0
    for letter in line:
        width = len(letter.encode("utf-8"))
        if size + width > _LINE:
            pieces.append(piece)
            piece, size = "", 1
        piece, size = piece + letter, size + width
    return "\r\n ".join([*pieces, piece]) + "\r\n"
