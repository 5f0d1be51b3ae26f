"""The file of `--map`: header → field, in YAML or JSON."""

from __future__ import annotations

from pathlib import Path

from outreach.errors import DefinitionError, Location, Problems, Text
from outreach.files.source import read_source


def read_map(path: Path) -> dict[str, str]:
    """Which field each named column fills, or `ignore`. Raises `Problems`."""
    _, marked = read_source(path)
    if not isinstance(marked.plain, dict):
        raise _wrong(marked.location(()))
    wrong = [name for name, field in marked.plain.items() if not isinstance(field, str)]
    if wrong:
        raise _wrong(*(marked.location((name,)) for name in wrong))
    return {name: str(field) for name, field in marked.plain.items()}


def _wrong(*places: Location) -> Problems:
    hint = Text("write each line as: header: field")
    what = Text("a map names one field for each column")
    return Problems([DefinitionError(what, where=place, hint=hint) for place in places])
