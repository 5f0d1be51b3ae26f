"""`run`: everything due now."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from outreach.application import Application
from outreach.cli.door import Command
from outreach.cli.output import console, leave, say, show
from outreach.cli.telling import as_json, tell, when_interrupted
from outreach.errors import ExitCode, Plural, Text
from outreach.model.campaign import Channel
from outreach.runner.coming import coming
from outreach.runner.run import Runner, RunReport
from outreach.scheduling.calendar import Calendar
from outreach.store.campaigns import Launched

if TYPE_CHECKING:
    from outreach.runner.send import Progress

KEYS = (
    "sent",
    "deferred",
    "refused",
    "unknown",
    "held",
    "skipped",
    "letters",
    "tasks",
    "remaining",
)

#: What Ctrl-C means for a run.
_GOES_ON = Text("nothing is lost and nothing is sent twice; outreach run goes on from here")


@click.command(cls=Command)
@click.argument("campaigns", nargs=-1, metavar="[CAMPAIGN]...")
@click.option("--limit", type=click.IntRange(0), metavar="N", help="At most N e-mails.")
@click.option(
    "--until", metavar="TIME", help="Begin nothing after that time (14:30, or a date and time)."
)
@click.option("--dry-run", is_flag=True, help="Say what is due; do nothing.")
@click.pass_obj
def run(
    parts: Application,
    campaigns: tuple[str, ...],
    limit: int | None,
    until: str | None,
    dry_run: bool,
) -> None:
    """Do everything that is due now: the one command cron needs.

    Sends e-mails at the sender's pace, prints letters into the outbox, counts the calls that
    wait. Run twice, it sends nothing twice.
    """
    chosen = _chosen(parts, campaigns)
    if dry_run:
        _show_due(parts, chosen)
        return
    report = run_now(parts, chosen, limit=limit, until=_until(parts, until))
    data = {key: getattr(report, key) for key in KEYS}
    data["not_before"] = _local(parts, report.not_before)
    if report.errors:
        data["errors"] = [as_json(error, parts.language.say) for error in report.errors]
    show(parts, data, lambda: print_report(parts, report))
    code = exit_code(report)
    if code is not ExitCode.DONE:
        leave(code)


def run_now(
    parts: Application,
    campaigns: tuple[Launched, ...],
    *,
    limit: int | None = None,
    until: datetime | None = None,
) -> RunReport:
    """One run under the workspace's lock, with a progress bar where somebody looks."""
    from outreach.files.secrets import resolve_secret

    runner = Runner(
        store=parts.store,
        settings=parts.settings,
        clock=parts.clock,
        secret=lambda reference: resolve_secret(reference, parts.settings.folder),
        transport=parts.transport,
    )
    with when_interrupted(_GOES_ON), parts.alone(), progress_bar(parts, campaigns) as progress:
        return runner.run(campaigns, limit=limit, until=until, progress=progress)


def exit_code(report: RunReport) -> ExitCode:
    """130 before 6 before 4 before 1 (CONTRACT, "Exit codes")."""
    if report.interrupted:
        return ExitCode.INTERRUPTED
    if report.unknown:
        return ExitCode.UNKNOWN_OUTCOME
    if report.held:
        return ExitCode.PARTLY_DONE
    return ExitCode.MENDABLE if report.errors else ExitCode.DONE


def _chosen(parts: Application, names: tuple[str, ...]) -> tuple[Launched, ...]:
    if names:
        return tuple(parts.launched(name) for name in names)
    return tuple(parts.store.campaigns.all())


def _until(parts: Application, text: str | None) -> datetime | None:
    """A time of today, or an instant."""
    if text is None:
        return None
    if len(text) <= 5 and ":" in text:
        return parts.instant(f"{parts.today().isoformat()}T{text.zfill(5)}")
    return parts.instant(text)


def _local(parts: Application, instant: datetime | None) -> datetime | None:
    return instant.astimezone(parts.settings.zone) if instant else None


def _show_due(parts: Application, campaigns: tuple[Launched, ...]) -> None:
    """What a run would find due, by the same question."""
    numbers = [campaign.id for campaign in campaigns]
    due = {
        channel: parts.store.deliveries.count_due(
            now=parts.now(), channels=(channel,), campaigns=numbers
        )
        for channel in Channel
    }
    tasks = sum(count for channel, count in due.items() if channel.by_hand)
    data: dict[str, Any] = dict.fromkeys(KEYS, 0) | {
        "letters": due[Channel.LETTER],
        "tasks": tasks,
        "remaining": due[Channel.EMAIL],
        "not_before": _local(parts, _coming(parts, campaigns)),
    }
    show(
        parts,
        data,
        [
            Text(
                "{emails} e-mails, {letters} letters and {tasks} calls or tasks are due now.",
                emails=due[Channel.EMAIL],
                letters=due[Channel.LETTER],
                tasks=tasks,
            ),
            Text("Nothing was done."),
        ],
    )


def _coming(parts: Application, campaigns: tuple[Launched, ...]) -> datetime | None:
    settings = parts.settings
    calendar = Calendar(settings.country, settings.zone)
    return coming(parts.store, calendar, campaigns, now=parts.now(), overdue=True)


def print_report(parts: Application, report: RunReport) -> None:
    """One summary line, and what it means for whoever reads it."""
    for error in report.errors:
        tell(error, parts)
    say(
        parts,
        Text(
            "{sent} sent, {deferred} deferred, {refused} refused, {unknown} unknown, {held} held,"
            " {skipped} skipped; {remaining} remaining",
            **{key: getattr(report, key) for key in KEYS},
        ),
    )
    if report.interrupted:
        say(parts, Text("interrupted: {what}", what=_GOES_ON))
    for batch in report.printed:
        say(
            parts,
            Plural(
                "{count} letter of {campaign} lies in {folder}",
                "{count} letters of {campaign} lie in {folder}",
                batch.letters,
                campaign=batch.campaign,
                folder=batch.folder,
            ),
        )
    if report.letters:
        say(
            parts,
            Plural(
                "{count} letter waits for the post: outreach letters posted CAMPAIGN",
                "{count} letters wait for the post: outreach letters posted CAMPAIGN",
                report.letters,
            ),
        )
    if report.tasks:
        say(
            parts,
            Plural(
                "{count} call or task waits: outreach calls",
                "{count} calls or tasks wait: outreach calls",
                report.tasks,
            ),
        )
    if report.held:
        say(
            parts,
            Text("Held messages wait for what they lack: outreach status, then outreach why WHO"),
        )
    if report.unknown:
        say(
            parts,
            Plural(
                "Nobody knows whether {count} message arrived: outreach settle",
                "Nobody knows whether {count} messages arrived: outreach settle",
                report.unknown,
            ),
        )
    if report.not_before:
        say(parts, Text("Next: {instant}", instant=_local(parts, report.not_before)))


@contextmanager
def progress_bar(
    parts: Application, campaigns: tuple[Launched, ...]
) -> Iterator[Callable[[Progress], None]]:
    """A bar on stderr where somebody looks; nothing elsewhere."""
    screen = console(stderr=True)
    if parts.options.json or not screen.is_terminal:
        yield lambda _progress: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    total = parts.store.deliveries.count_due(
        now=parts.now(), channels=(Channel.EMAIL,), campaigns=[c.id for c in campaigns]
    )
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=screen, transient=True) as bar:
        task = bar.add_task(parts.language.say(Text("e-mails")), total=total)

        def listen(progress: Progress) -> None:
            done = progress.sent + progress.refused + progress.deferred + progress.held
            waits = progress.waits_until
            label = Text("waits until {instant}", instant=waits) if waits else Text("e-mails")
            bar.update(
                task, completed=done + progress.skipped, description=parts.language.say(label)
            )

        yield listen
