"""The options `--html`, `--xlsx`, `--docx` and `--pdf` of what shows a report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Any

import click

from outreach.application import Application
from outreach.cli import output
from outreach.errors import Text, WrongUsage
from outreach.evaluation.document import Document

_KINDS = {
    "html": "One page for the browser, complete in itself.",
    "xlsx": "A workbook whose totals and shares are formulas.",
    "docx": "One page for the boss, as a Word document.",
    "pdf": "The same page as PDF.",
}


class WrongEnding(WrongUsage):
    def __init__(self, kind: str, path: Path) -> None:
        super().__init__(
            Text("{option} writes a .{kind} file, not {path}", option=f"--{kind}", kind=kind,
                 path=str(path)),
            hint=Text("name it {path}", path=str(path.with_suffix(f".{kind}"))),
        )  # fmt: skip


def check_endings(asked: Mapping[str, Path | None]) -> None:
    """Each file that was asked for ends as its kind does. Raises `WrongEnding`."""
    for kind, path in asked.items():
        if path is not None and path.suffix.lower() != f".{kind}":
            raise WrongEnding(kind, path)


def report_files(command: Callable[..., Any]) -> Callable[..., Any]:
    """The four options; the command gets the files that were asked for as `files`."""

    @wraps(command)
    def with_files(*args: Any, **given: Any) -> Any:
        asked = {kind: given.pop(kind) for kind in _KINDS}
        files = tuple(path for path in asked.values() if path is not None)
        check_endings(asked)
        return command(*args, files=files, **given)

    for kind in reversed(_KINDS):
        with_files = click.option(
            f"--{kind}", type=click.Path(path_type=Path), metavar="FILE", help=_KINDS[kind]
        )(with_files)
    return with_files


def answer(
    parts: Application,
    data: dict[str, Any],
    document: Callable[[], Document],
    files: tuple[Path, ...],
    lines: Callable[[], None],
) -> None:
    """The answer of a command with `report_files`: its data, its text, or the files asked for.

    Where files were asked for, these are the answer: the text says where they are. They are
    written together: where one of them cannot be, none is.
    """
    from outreach.files.reports.writing import write_documents

    if not files:
        output.show(parts, data, lines)
        return
    write_documents(document(), files, parts.language, currency=parts.settings.currency)
    written = [Text("report written to {file}", file=str(path)) for path in files]
    output.show(parts, {**data, "files": [str(path) for path in files]}, written)
