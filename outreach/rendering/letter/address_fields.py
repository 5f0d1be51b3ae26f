"""ADDRESSBLOCK, GREETINGLINE, and merge fields by Word's own names (`First Name`)."""

from __future__ import annotations

from collections.abc import Mapping

from outreach.rendering.letter.address_block import (
    MAPPED,
    MAPPED_NAMES,
    default_address,
    read_address_format,
    read_greeting_format,
)
from outreach.rendering.letter.names import Names
from outreach.rendering.letter.pieces import Code
from outreach.rendering.letter.sources import AddressBlock, GreetingLine

#: What a greeting without a format may print.
_GREETED = ("_TITLE0_", "_FIRST0_", "_LAST0_")


def mapped_field(name: str, columns: Mapping[str, str], names: Names) -> str | None:
    """The field behind one of Word's names; `columns` are those the template ties to them."""
    word = MAPPED_NAMES.get(name, name)
    if word in columns:
        return names.find(columns[word])
    if word not in MAPPED:
        return None
    names.note(MAPPED[word])
    return MAPPED[word]


def read_block(
    kind: str, code: Code, columns: Mapping[str, str], names: Names
) -> AddressBlock | GreetingLine:
    """An ADDRESSBLOCK or a GREETINGLINE, with the fields it prints."""
    written, nobody = code.switch("f"), code.switch("e")
    if kind == "GREETINGLINE":
        greeting = read_greeting_format(written.text) if written else None
        parts = _parts(greeting.names if greeting else _GREETED, columns, names)
        return GreetingLine(greeting, parts, nobody.text if nobody else None)
    countries = code.switch("c")
    home = nobody.text if nobody else ""
    form = (read_address_format(written.text, countries.text.strip() if countries else None, home)
            if written else None)  # fmt: skip
    asked = form.names if form else default_address("").names
    return AddressBlock(form, _parts(asked, columns, names))


def _parts(
    words: tuple[str, ...], columns: Mapping[str, str], names: Names
) -> tuple[tuple[str, str], ...]:
    """Word's placeholders with the fields behind them; those without one stay empty."""
    found = ((word, mapped_field(word, columns, names)) for word in words)
    return tuple((word, field) for word, field in found if field is not None)
