"""The file of `--map`: header → field, in YAML or JSON.

A line may say more: `E-mail: {field: email, on_match: keep}`.
"""

from __future__ import annotations

from pathlib import Path

from outreach.cleaning.headers import BadMap
from outreach.errors import DefinitionError, Location, OutreachError, Problems, Text, did_you_mean
from outreach.files.source import Marked, read_source
from outreach.model.admission import OnMatch

_KEYS = ("field", "on_match")


def read_map(path: Path) -> dict[str, str]:
    """Which field each named column fills, or `ignore`. Raises `Problems`."""
    return {header: line["field"] for header, line in _lines(path).items() if "field" in line}


def read_policies(path: Path) -> dict[str, OnMatch]:
    """What each named column may do to somebody on file, where the map says so."""
    lines = _lines(path)
    return {h: OnMatch(line["on_match"]) for h, line in lines.items() if "on_match" in line}


def placed(path: Path, error: BadMap) -> BadMap:
    """The error of a map that does not fit a file, with the line of the map it is about."""
    _, marked = read_source(path)
    where = marked.location((error.header,))
    return BadMap(error.what, header=error.header, where=where, hint=error.hint)


def _lines(path: Path) -> dict[str, dict[str, str]]:
    """Header → what is said of its column. Raises `Problems`."""
    _, marked = read_source(path)
    if not isinstance(marked.plain, dict):
        raise Problems([_wrong(marked.location(()))])
    errors: list[OutreachError] = []
    lines: dict[str, dict[str, str]] = {}
    for header, said in marked.plain.items():
        line = {"field": said} if isinstance(said, str) else said
        errors += _faults(marked, header, line)
        if isinstance(line, dict):
            lines[header] = {key: str(value) for key, value in line.items()}
    if errors:
        raise Problems(errors)
    return lines


def _faults(marked: Marked, header: str, line: object) -> list[OutreachError]:
    if not isinstance(line, dict) or not line:
        return [_wrong(marked.location((header,)))]
    errors: list[OutreachError] = []
    for key, value in line.items():
        where = marked.location((header, key) if len(line) > 1 else (header,))
        if key not in _KEYS:
            what = Text("a map says field and on_match of a column, not {key!r}", key=key)
            errors.append(DefinitionError(what, where=where, hint=did_you_mean(key, _KEYS)))
        elif not isinstance(value, str):
            errors.append(_wrong(where))
        elif key == "on_match" and value not in list(OnMatch):
            known = ", ".join(OnMatch)
            what = Text("on_match is one of: {known}", known=known)
            near = did_you_mean(value, map(str, OnMatch))
            errors.append(DefinitionError(what, where=where, hint=near))
    return errors


def _wrong(place: Location) -> DefinitionError:
    hint = Text("write each line as: header: field")
    return DefinitionError(Text("a map names one field for each column"), where=place, hint=hint)
