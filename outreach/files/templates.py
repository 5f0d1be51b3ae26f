"""Templates as they lie in the workspace: text for Jinja, bytes for Word, nothing outside."""

from __future__ import annotations

from pathlib import Path

from outreach.errors import DefinitionError, Location, Text, did_you_mean
from outreach.files.plain_text import read_text, shown


class MissingTemplate(DefinitionError):
    """A campaign names a file that is not below `templates/`."""

    def __init__(self, name: str, folder: Path, where: Location | None) -> None:
        known = [
            path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
        ]
        super().__init__(
            Text("there is no template {name!r}", name=name),
            where=where,
            hint=did_you_mean(name, known)
            or Text("templates are looked for below {folder}", folder=shown(folder)),
        )


class TemplateFolder:
    """The `templates/` of one workspace. Remembers what it gave, for the fingerprint."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.given: dict[str, bytes] = {}

    def path(self, name: str, *, where: Location | None = None) -> Path:
        """The file of that name. Raises `MissingTemplate`, also for a way out of the folder."""
        path = (self.folder / name).resolve()
        if not path.is_relative_to(self.folder.resolve()) or not path.is_file():
            raise MissingTemplate(name, self.folder, where)
        return path

    def text(self, name: str) -> str:
        """The source of a Jinja template or a guide; KeyError where there is none."""
        try:
            path = self.path(name)
        except MissingTemplate:
            raise KeyError(name) from None
        source = read_text(path)
        self.given[name] = source.encode()
        return source

    def picture(self, path: str) -> bytes | None:
        """A picture that a letter names by a path of Word's; None where there is none.

        Only below the folder: a path of another kind (`C:\\…`) leads to no file here.
        """
        try:
            file = (self.folder / path.replace("\\", "/").lstrip("/")).resolve()
            if file.is_relative_to(self.folder.resolve()) and file.is_file():
                return file.read_bytes()
        except (OSError, ValueError):
            pass  # A value of the contact makes a name that no file can have.
        return None

    def content(self, name: str, *, where: Location | None = None) -> bytes:
        """The bytes of a Word template. Raises `MissingTemplate`."""
        path = self.path(name, where=where)
        self.given[name] = path.read_bytes()
        return self.given[name]
