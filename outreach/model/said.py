"""A sentence kept in the base, so that everybody who asks later reads it in his language."""

from __future__ import annotations

import json
from collections.abc import Mapping

from outreach.errors import Plural, Text


def kept(text: Text) -> dict[str, object]:
    """The sentence as JSON: its English words and what is put into them."""
    values = {
        name: kept(value)
        if isinstance(value, Text)
        else value
        if isinstance(value, int | str)
        else str(value)
        for name, value in text.values.items()
    }
    if isinstance(text, Plural):
        return {"one": text.msgid, "many": text.plural, "count": text.count, "values": values}
    return {"sentence": text.msgid, "values": values}


def said_again(data: object) -> Text | None:
    """The sentence that `kept` wrote; None for anything else."""
    match data:
        case {"one": str(one), "many": str(many), "count": int(count), "values": Mapping() as more}:
            return Plural(one, many, count, **_again(more, without="count"))
        case {"sentence": str(sentence), "values": Mapping() as more}:
            return Text(sentence, **_again(more))
    return None


def as_line(said: str | Text) -> str:
    """Words for a column of text: a server's as they are, a sentence of ours as JSON."""
    return json.dumps(kept(said)) if isinstance(said, Text) else said


def from_line(line: str) -> str | Text:
    """What `as_line` wrote, in whatever came before it too."""
    if not line.startswith("{"):
        return line
    try:
        return said_again(json.loads(line)) or line
    except ValueError:
        return line


def _again(values: Mapping[str, object], without: str = "") -> dict[str, object]:
    return {name: said_again(value) or value for name, value in values.items() if name != without}
