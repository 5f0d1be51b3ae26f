"""`contacts import`: what it shows while it reads, and afterwards."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from outreach.application import Application
from outreach.cli.output import console, leave, say, show, table
from outreach.errors import ExitCode, Plural, Text
from outreach.model.admission import ImportCounts, OnMatch
from outreach.model.source import Source
from outreach.runner.admit import Wanted, admit_table, refuse_unreadable
from outreach.runner.import_report import ImportReport
from outreach.runner.opening import open_list, open_query

#: Reasons for setting cells aside that are shown, the most frequent first.
_REASONS = 12


def import_files(
    parts: Application,
    files: Sequence[Path],
    *,
    source: str | None,
    map_file: Path | None,
    policy: OnMatch,
    dry_run: bool,
    sheet: str | None = None,
    postcodes: Path | None = None,
    table: int | None = None,
    provenance: Source | None = None,
    query: tuple[str, str] | None = None,
) -> None:
    """Read every file in and show what became of it; exit 4 when rows were rejected.

    `query`: the address of a database and a SELECT, instead of files.
    """
    from outreach.files.maps import read_map, read_policies

    overrides = read_map(map_file) if map_file else None
    policies = read_policies(map_file) if map_file else None
    wanted = Wanted(
        policy=policy, source=source, overrides=overrides, dry_run=dry_run,
        sheet=sheet, postcodes=postcodes, table=table, policies=policies, provenance=provenance,
    )  # fmt: skip
    refuse_unreadable(files, sheet, table)
    opened = (lambda: open_query(*query),) if query else ()
    openers = [*opened, *(partial(open_list, file, sheet=sheet, table=table) for file in files)]
    reports = []
    for open_one in openers:
        list_ = open_one()
        with _progress(parts, list_.file) as told:
            reports.append(
                admit_table(
                    parts.store.contacts, list_, wanted,
                    settings=parts.settings, now=parts.now(), say=parts.language.say, told=told,
                )
            )  # fmt: skip
    show(parts, _data(parts, reports, dry_run=dry_run), lambda: _print_all(parts, reports, dry_run))
    if any(report.counts.rejected for report in reports):
        leave(ExitCode.PARTLY_DONE)


@contextmanager
def _progress(parts: Application, file: Path) -> Iterator[Callable[[int], None]]:
    """Rows read so far, on stderr, where somebody watches."""
    if parts.options.json or not sys.stderr.isatty():
        yield lambda rows: None
        return
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description} {task.completed}"))
    with Progress(
        *columns, TimeElapsedColumn(), console=console(stderr=True), transient=True
    ) as bar:
        task = bar.add_task(file.name, total=None)
        yield lambda rows: bar.advance(task, rows)


# --- as JSON ----------------------------------------------------------------------------------


def _data(parts: Application, reports: Sequence[ImportReport], *, dry_run: bool) -> dict[str, Any]:
    rows = [_row(parts, report) for report in reports]
    if len(rows) == 1:
        return rows[0] | ({"dry_run": True} if dry_run else {})
    total = sum((report.counts for report in reports), ImportCounts())
    rejects = [row["rejects_file"] for row in rows if row["rejects_file"]]
    whole = {**total.as_mapping(), "rejects_file": rejects[0] if len(rejects) == 1 else None}
    return {**whole, "files": rows} | ({"dry_run": True} if dry_run else {})


def _row(parts: Application, report: ImportReport) -> dict[str, Any]:
    speak = parts.language.say
    return {
        **report.counts.as_mapping(),
        "rejects_file": str(report.rejects_file) if report.rejects_file else None,
        "file": str(report.file),
        "source": report.source,
        "set_aside": dict(report.set_aside),
        "set_aside_reasons": [
            {"field": name, "reason": speak(reason), "count": number}
            for name, reason, number in report.reasons
        ],
        "mapping": [
            {"header": c.header, "field": c.field, "type": c.type.value, "new": c.new,
             "note": speak(c.note) if c.note else None}
            for c in report.mapping
        ],
        "notes": [speak(note) for note in report.notes],
        "rejections": [{"line": r.line, "reason": speak(r.reason)} for r in report.rejections],
        **({"samples": [dict(d.values) for d in report.samples]} if report.samples else {}),
        **({"changes": dict(report.changes)} if report.changes else {}),
    }  # fmt: skip


# --- as text ----------------------------------------------------------------------------------


def _print_all(parts: Application, reports: Sequence[ImportReport], dry_run: bool) -> None:
    for report in reports:
        _print(parts, report)
        if dry_run:
            _print_rehearsal(parts, report)
    if dry_run:
        say(parts, Text("this was a rehearsal: nothing was written"))


def _print(parts: Application, report: ImportReport) -> None:
    counts = report.counts
    say(parts, Plural(
        "{file}: {count} row read", "{file}: {count} rows read", counts.read, file=report.file.name,
    ))  # fmt: skip
    say(parts, Text(
        "  {created} created, {updated} updated, {unchanged} unchanged, {merged} merged, "
        "{rejected} rejected",
        created=counts.created, updated=counts.updated, unchanged=counts.unchanged,
        merged=counts.merged, rejected=counts.rejected,
    ))  # fmt: skip
    for note in report.notes:
        say(parts, f"  {parts.language.say(note)}")
    new = [column.field or "" for column in report.mapping if column.new]
    if new:
        say(parts, Plural("  {count} new field: {names}", "  {count} new fields: {names}", len(new),
                          names=_few(new)))  # fmt: skip
    if report.set_aside:
        cells = [f"{name} {n}" for name, n in report.set_aside.items()]
        say(parts, Plural(
            "  {count} cell could not be used and was set aside: {cells}",
            "  {count} cells could not be used and were set aside: {cells}",
            sum(report.set_aside.values()), cells=_few(cells),
        ))  # fmt: skip
        for name, reason, number in report.reasons[:_REASONS]:
            say(parts, f"    {name} {number}: {parts.language.say(reason)}")
    _print_rejections(parts, report)


def _few(words: Sequence[str], shown: int = 6) -> str:
    more = [f"… (+{len(words) - shown})"] if len(words) > shown else []
    return ", ".join([*words[:shown], *more])


def _print_rejections(parts: Application, report: ImportReport) -> None:
    for one in report.rejections:
        say(parts, Text("  line {line}: {reason}", line=one.line, reason=one.reason))
    if report.rejects_file:
        say(parts, Text(
            "  the rejected rows are in {file}: mend them there and import that file",
            file=report.rejects_file,
        ))  # fmt: skip


def _print_rehearsal(parts: Application, report: ImportReport) -> None:
    speak = parts.language.say
    rows = [
        [c.header, c.field or "–", c.type.value if c.field else "",
         speak(c.note) if c.note else speak(Text("new")) if c.new else ""]
        for c in report.mapping
    ]  # fmt: skip
    table(parts, [Text("Column"), Text("Field"), Text("Type"), Text("Note")], rows)
    if report.changes:
        fields = [f"{name} {number}" for name, number in report.changes.items()]
        say(parts, Text("  would change on file: {fields}", fields=_few(fields, 12)))
    for draft in report.samples:
        values = [f"{name}={value}" for name, value in draft.values.items()]
        say(parts, f"  {draft.line}: {_few(values, 8)}")
