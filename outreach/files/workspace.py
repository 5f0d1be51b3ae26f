"""Workspaces: where the settings of this one are, and how a new one is laid."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from outreach.errors import OutreachError, Text
from outreach.language import DEFAULT_LOCALE

SETTINGS_FILE = "outreach.yaml"

#: What a new workspace gets beside its settings.
_SAMPLE_FOLDERS = ("campaigns", "templates")

_INIT = Text("make a workspace with: outreach init DIR")


class NoWorkspace(OutreachError):
    """No settings were found where they are looked for."""


class CannotMakeWorkspace(OutreachError):
    """A folder cannot become a workspace."""


def find_settings(explicit: str | None, environ: Mapping[str, str], start: Path) -> Path:
    """The settings file of this invocation.

    The first of: `explicit` (`--config`), `$OUTREACH_CONFIG`, `outreach.yaml` in `start`
    or a folder above it, `$XDG_CONFIG_HOME/outreach/outreach.yaml`. Raises `NoWorkspace`.
    """
    if explicit:
        return _named(explicit, start, Text("--config"))
    if named := environ.get("OUTREACH_CONFIG"):
        return _named(named, start, Text("OUTREACH_CONFIG"))
    for folder in (start, *start.parents):
        if (folder / SETTINGS_FILE).is_file():
            return folder / SETTINGS_FILE
    home = environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    personal = Path(home) / "outreach" / SETTINGS_FILE
    if personal.is_file():
        return personal
    raise NoWorkspace(
        Text("there is no outreach.yaml in {folder} or above it", folder=str(start)), hint=_INIT
    )


def _named(name: str, start: Path, source: Text) -> Path:
    path = start / Path(name).expanduser()
    if path.is_dir():
        path /= SETTINGS_FILE
    if path.is_file():
        return path
    raise NoWorkspace(
        Text("{source} names {path}, which is not there", source=source, path=str(path)),
        hint=_INIT,
    )


def written_locale(settings: Path) -> str | None:
    """`locale:` of a settings file, read without validating the rest of it.

    None for a file that cannot be read: errors are then said in the language of the shell.
    """
    try:
        lines = settings.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    found = [line.split(":", 1)[1] for line in lines if line.startswith("locale:")]
    return found[0].split("#")[0].strip(" \"'") if found else DEFAULT_LOCALE


def samples_folder() -> Path:
    """Where the sample workspace lies: in an installed package, or in the repository."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "samples", package.parent):
        if (folder / SETTINGS_FILE).is_file():
            return folder
    raise OutreachError(
        Text("the sample files are missing from this installation"),
        hint=Text("install outreach again"),
    )


def new_workspace(folder: Path, *, locale: str) -> list[Path]:
    """Lay a workspace in `folder` from the samples; return the files that were written.

    A file that is there is kept, whatever it says; a folder that is a workspace already
    gets nothing. The settings come last, so that what was begun and not finished is no
    workspace. Raises `CannotMakeWorkspace`, before anything is written where it can.
    """
    if (folder / SETTINGS_FILE).exists():
        return []
    _must_be_writable(folder)
    written: list[Path] = []
    try:
        for source, target in _planned(folder):
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                _write(source, target, locale)
                written.append(target)
    except OSError as error:
        raise _refused(folder, error.strerror or str(error)) from None
    return written


def kept_files(folder: Path) -> list[Path]:
    """The files in `folder` that a new workspace would have and that are there already."""
    return [target for _, target in _planned(folder) if target.exists()]


def _planned(folder: Path) -> Iterator[tuple[Path, Path]]:
    """Each sample file and where it goes, the settings last."""
    samples = samples_folder()
    for name in _SAMPLE_FOLDERS:
        for source in sorted((samples / name).rglob("*")):
            if source.is_file() and not source.name.startswith((".", "~$")):
                yield source, folder / source.relative_to(samples)
    yield samples / SETTINGS_FILE, folder / SETTINGS_FILE


def _write(source: Path, target: Path, locale: str) -> None:
    """Copy one sample; never over a file that another process wrote meanwhile."""
    if target.name == SETTINGS_FILE:
        text = source.read_text(encoding="utf-8")
        text = re.sub(r"^locale: .*$", f"locale: {locale}", text, flags=re.MULTILINE)
        with target.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
        return
    with source.open("rb") as original, target.open("xb") as copy:
        shutil.copyfileobj(original, copy)


def _must_be_writable(folder: Path) -> None:
    """Raise before the first file where nothing could be written."""
    there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    if not there.is_dir():
        raise _refused(folder, Text("a file stands in the way"))
    if not os.access(there, os.W_OK | os.X_OK):
        raise _refused(folder, Text("nothing may be written there"))


def _refused(folder: Path, reason: Text | str) -> CannotMakeWorkspace:
    return CannotMakeWorkspace(
        Text("{folder} cannot become a workspace: {reason}", folder=str(folder), reason=reason),
        hint=Text("choose a folder that you may write to"),
    )
