"""The text of the files that people write: settings, campaigns, templates."""

from __future__ import annotations

import os
from pathlib import Path

from outreach.errors import DefinitionError, Location, Text

#: A settings or campaign file of a megabyte is not one.
MAX_BYTES = 1_000_000


class UnreadableFile(DefinitionError):
    """A settings or campaign file cannot be read as text at all."""


def shown(path: Path) -> str:
    """A path as errors show it: from the current folder where it lies below it."""
    try:
        return os.path.relpath(path) if path.resolve().is_relative_to(Path.cwd()) else str(path)
    except OSError:
        return str(path)


def read_text(path: Path) -> str:
    """The text of a file that must be UTF-8. Raises `UnreadableFile`."""
    file = shown(path)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise UnreadableFile(Text("there is no such file"), where=Location(file)) from None
    except OSError as error:
        what = Text("the file cannot be read: {reason}", reason=error.strerror or str(error))
        raise UnreadableFile(what, where=Location(file)) from None
    if len(content) > MAX_BYTES:
        raise UnreadableFile(Text("the file is larger than a megabyte"), where=Location(file))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = before.count(b"\n") + 1
        start_of_line = before.rfind(b"\n") + 1
        column = len(before[start_of_line:].decode("utf-8", errors="replace")) + 1
        raise UnreadableFile(
            Text("the file is not UTF-8 text"),
            where=Location(file, line, column),
            hint=Text("save it again with the encoding UTF-8"),
        ) from None
