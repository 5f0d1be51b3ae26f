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
from outreach.cli.telling import when_interrupted
from outreach.errors import ExitCode, Plural, Text
from outreach.model.admission import ImportCounts, OnMatch
from outreach.model.source import Source
from outreach.runner.admit import Wanted, admit_table, refuse_unreadable
from outreach.runner.import_report import ImportReport, Reason
from outreach.runner.opening import open_list, open_query

#: Reasons why cells are set aside or odd that are shown, the most frequent first.
_REASONS = 12

#: Characters of a cell that are shown.
_CELL = 40


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
        kept = Text("nothing was written") if dry_run else Text(
            "the rows read so far are kept, in whole chunks;"
            " import {file} again and the rest follows", file=list_.file.name,
        )  # fmt: skip
        with (
            when_interrupted(kept), progress(parts, list_.file) as told, map_shown(map_file)
        ):  # fmt: skip
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
def map_shown(map_file: Path | None) -> Iterator[None]:
    """What does not fit a file is shown in the line of the map that says it."""
    from outreach.cleaning.headers import BadMap
    from outreach.files.maps import placed

    try:
        yield
    except BadMap as error:
        raise placed(map_file, error) if map_file else error from None


@contextmanager
def progress(parts: Application, file: Path) -> Iterator[Callable[[int], None]]:
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
        "set_aside_reasons": _reasons(parts, report.reasons),
        "to_look_at": _reasons(parts, report.to_look_at),
        "mapping": [
            {"header": c.header, "field": c.field, "type": c.type.value, "new": c.new,
             "note": speak(c.note) if c.note else None}
            for c in report.mapping
        ],
        "notes": [speak(note) for note in report.notes],
        "rejections": [{"line": r.line, "reason": speak(r.reason)} for r in report.rejections],
        **({"samples": [
            dict(d.values) | ({"tags": list(d.tags)} if d.tags else {}) for d in report.samples
        ]} if report.samples else {}),
        **({"changes": dict(report.changes)} if report.changes else {}),
        **({"changed": [
            {"contact": name, "fields": [
                {"field": c.field, "before": c.before, "after": c.after} for c in changed
            ]} for name, changed in report.changed
        ]} if report.changed else {}),
    }  # fmt: skip


def _reasons(parts: Application, reasons: Sequence[Reason]) -> list[dict[str, Any]]:
    return [
        {"field": one.field, "reason": parts.language.say(one.reason), "count": one.count,
         "line": one.line, "original": one.original}
        for one in reasons
    ]  # fmt: skip


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
        _print_reasons(parts, report.reasons)
    if report.to_look_at:
        say(parts, Plural(
            "  {count} cell to look at, kept as it is:",
            "  {count} cells to look at, kept as they are:",
            sum(one.count for one in report.to_look_at),
        ))  # fmt: skip
        _print_reasons(parts, report.to_look_at)
    _print_rejections(parts, report)


def _print_reasons(parts: Application, reasons: Sequence[Reason]) -> None:
    for one in reasons[:_REASONS]:
        say(parts, Text(
            "    {field} {count}: {reason} (line {line}: {value})", field=one.field,
            count=one.count, reason=one.reason, line=one.line, value=_short(one.original),
        ))  # fmt: skip


def _short(cell: str) -> str:
    """A cell on one line, cut where it is long."""
    line = " ".join(cell.split())
    return f"'{line if len(line) <= _CELL else line[: _CELL - 1] + '…'}'"


def _shown(value: object) -> str:
    """A value before or after a change; `–` for none."""
    said = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return "–" if value is None or value == [] else " ".join(said.split())[:_CELL]


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
    for name, changed in report.changed:
        told = [f"{c.field} {_shown(c.before)} → {_shown(c.after)}" for c in changed]
        say(parts, f"    {name}: {_few(told, 4)}")
    if report.samples:
        say(parts, Text("  the first rows, as they would be read:"))
    for draft in report.samples:
        values = [f"{name}={_shown(value)}" for name, value in draft.values.items()]
        values += [f"tags={_shown(list(draft.tags))}"] if draft.tags else []
        say(parts, f"  {draft.line}: {_few(values, 8)}")
