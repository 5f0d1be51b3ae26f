"""Files of the workspace that go with e-mails: read once, for all who get them.

Attachments lie in the workspace's folder, pictures of the page below `templates/`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from mimetypes import guess_type
from pathlib import Path

from outreach.errors import DefinitionError, Location, Text
from outreach.rendering.mime import AttachedFile
from outreach.rendering.pictures import content_id

#: Files kept in memory: those of a campaign, not one per person.
_KEPT = 8


class MissingAttachment(DefinitionError):
    def __init__(self, path: str, where: Location | None = None) -> None:
        super().__init__(
            Text("there is no file {path!r} to attach", path=path),
            where=where,
            hint=Text("attachments are looked for in the workspace's folder"),
        )


class MissingPicture(DefinitionError):
    def __init__(self, path: str, where: Location | None = None) -> None:
        super().__init__(
            Text("there is no picture {path!r}", path=path),
            where=where,
            hint=Text("a path without https:// is looked for below templates/"),
        )


class FilesToAttach:
    """What lies below one folder, and nothing outside it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        #: With the time and the size they had when they were read.
        self._known: dict[Path, tuple[tuple[int, int], AttachedFile]] = {}

    def file(self, path: str) -> AttachedFile:
        """The file as it lies there now, read again only where it changed."""
        file = (self._folder / path).resolve()
        if not file.is_relative_to(self._folder) or not file.is_file():
            raise MissingAttachment(path)
        now = file.stat()
        state = (now.st_mtime_ns, now.st_size)
        known = self._known.get(file)
        if known is None or known[0] != state:
            if len(self._known) >= _KEPT:
                self._known.clear()
            known = state, AttachedFile(file.name, file.read_bytes(), mime_of(file.name))
            self._known[file] = known
        return known[1]


def pictures(files: FilesToAttach, paths: Iterable[str]) -> Iterator[AttachedFile]:
    """The pictures that a page shows from within its message. Raises `MissingPicture`."""
    for path in paths:
        try:
            file = files.file(path)
        except MissingAttachment:
            raise MissingPicture(path) from None
        yield replace(file, content_id=content_id(path))


def mime_of(name: str) -> str:
    """The type of a file by the ending of its name."""
    if name.endswith(".docx"):
        return "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    return guess_type(name)[0] or "application/octet-stream"
