"""`contacts imports` and `contacts undo`: what was read in, and taking one import back whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from outreach.application import Application
from outreach.cli.door import Command
from outreach.cli.output import show, table
from outreach.errors import Plural, Text

if TYPE_CHECKING:
    from outreach.store.imports import ImportRun

_COUNTS = ("read", "created", "updated", "unchanged", "merged", "rejected")


@click.command(cls=Command)
@click.pass_obj
def imports(parts: Application) -> None:
    """List the imports: when, which file, what became of its rows."""
    runs = parts.store.imports.all()
    rows = [import_row(parts, run) for run in runs]
    show(parts, {"imports": rows}, lambda: _print(parts, rows))


@click.command(cls=Command)
@click.argument("number", metavar="IMPORT")
@click.option("--dry-run", is_flag=True, help="Say what would come back, change nothing.")
@click.pass_obj
def undo(parts: Application, number: str, dry_run: bool) -> None:
    """Undo IMPORT whole (its number, or `last`) while nothing happened to its people.

    Contacts that it made go, with the event that they came; values and tags that it changed
    come back, with events that say so. It is refused, with names, when one of its people was
    sent something, recorded or changed since.
    """
    run = parts.store.imports.find(number)
    done = parts.store.imports.undo(run, now=parts.now(), dry_run=dry_run)
    data = {"import": run.id, "file": run.file, "removed": done.removed,
            "restored": done.restored, "dry_run": dry_run}  # fmt: skip
    lines: list[str | Text] = [
        Plural("{count} contact removed", "{count} contacts removed", done.removed),
        Plural("{count} contact as it was before", "{count} contacts as they were before",
               done.restored),
    ]  # fmt: skip
    if dry_run:
        lines.append(Text("this was a rehearsal: nothing was written"))
    show(parts, data, lines)


def import_row(parts: Application, run: ImportRun) -> dict[str, Any]:
    """An import as `--json` shows it; counts that an interrupted one does not know are null."""
    zone = parts.settings.zone
    return {
        "id": run.id,
        "file": run.file,
        "source": run.source,
        "started_at": run.started_at.astimezone(zone),
        "finished_at": run.finished_at.astimezone(zone) if run.finished_at else None,
        "undone_at": run.undone_at.astimezone(zone) if run.undone_at else None,
        **{name: run.counts.get(name) for name in _COUNTS},
    }


def _print(parts: Application, rows: list[dict[str, Any]]) -> None:
    headers = [Text("Id"), Text("When"), Text("File"), Text("Source"),
               Text("Created"), Text("Updated"), Text("Rejected"), Text("State")]  # fmt: skip
    lines = [
        [str(row["id"]), parts.language.write(row["started_at"].date()), row["file"],
         row["source"] or "",
         *("" if row[n] is None else str(row[n]) for n in ("created", "updated", "rejected")),
         _state(parts, row)]
        for row in rows
    ]  # fmt: skip
    table(parts, headers, lines, right=[0, 4, 5, 6])


def _state(parts: Application, row: dict[str, Any]) -> str:
    if row["undone_at"]:
        return parts.language.say(Text("undone"))
    return "" if row["finished_at"] else parts.language.say(Text("interrupted"))
