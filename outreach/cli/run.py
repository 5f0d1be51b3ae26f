"""`run`: everything due now."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import click

from outreach.application import Application
from outreach.cli.door import Command
from outreach.cli.journal import summary
from outreach.cli.output import leave, notice, show
from outreach.cli.run_progress import progress_bar
from outreach.cli.run_report import (
    GOES_ON,
    KEYS,
    local,
    print_rehearsed,
    print_report,
    would_rows,
)
from outreach.cli.standing import standing_line
from outreach.cli.telling import as_json, when_interrupted
from outreach.errors import AlreadyRunning, ExitCode, Plural
from outreach.files.settings_apart import read_settings_apart
from outreach.model.campaign import CampaignState, Channel
from outreach.model.event import EventKind
from outreach.runner.alarms import CampaignPaused
from outreach.runner.place import doubt_of_place, refuse_a_copy
from outreach.runner.rehearse import Rehearsed, rehearse
from outreach.runner.run import Runner, RunReport
from outreach.store.campaigns import Launched

#: E-mails that are due longer than that are told of before they leave.
_LATE = timedelta(days=1)
#: A time of the clock, as English and French write it.
_TIME = re.compile(r"([01]?\d|2[0-3])(?::|h(?=\d|$))([0-5]\d)?(?<!:)", re.IGNORECASE)


@click.command(cls=Command)
@click.argument("campaigns", nargs=-1, metavar="[CAMPAIGN]...")
@click.option("--limit", type=click.IntRange(0), metavar="N", help="At most N e-mails.")
@click.option(
    "--until", metavar="TIME", help="Begin nothing after that time (14:30, or a date and time)."
)
@click.option("--dry-run", is_flag=True, help="Say what would leave now, and what not and why.")
@click.option(
    "-q", "--quiet", is_flag=True, help="Say nothing unless somebody is needed (for cron)."
)
@click.pass_obj
def run(
    parts: Application,
    campaigns: tuple[str, ...],
    limit: int | None,
    until: str | None,
    dry_run: bool,
    quiet: bool,
) -> None:
    """Do everything that is due now: the one command cron needs.

    Sends e-mails at the sender's pace, prints letters into the outbox, counts the calls that
    wait. Run twice, it sends nothing twice. It stays while the next e-mail may leave within a
    minute; else it ends and says when the next one may. After days without a run, what is due
    leaves at the pace of the limits; steps that follow are counted from the day it really left.

    Exit codes: 0 done; 1 something to mend; 4 messages are held for what they lack; 5 another
    run is under way; 6 the outcome of some messages is unknown (outreach settle); 130
    interrupted, nothing lost. A line with the numbers of every run is added to outreach.log in
    the workspace's data folder.
    """
    # A run lives long: what it takes to read them is not to stay in memory.
    parts.settings = read_settings_apart(parts.settings_file)
    chosen = _chosen(parts, campaigns)
    end = _until(parts, until)
    if dry_run:
        _show_rehearsed(parts, chosen, limit, end)
        return
    try:
        report = run_now(parts, chosen, limit=limit, until=end, quiet=quiet)
    except AlreadyRunning:
        if not quiet:
            raise
        # What is due leaves all the same: with the run that is under way.
        leave(ExitCode.LOCKED)
    code = exit_code(report)
    data = {key: getattr(report, key) for key in KEYS}
    data["not_before"] = local(parts, report.not_before)
    summary(parts, "run", data)
    if report.errors:
        data["errors"] = [as_json(error, parts.language.say) for error in report.errors]
    if not quiet or code is not ExitCode.DONE or parts.options.json:
        show(parts, data, lambda: print_report(parts, report))
    if code is not ExitCode.DONE:
        leave(code)


def run_now(
    parts: Application,
    campaigns: tuple[Launched, ...],
    *,
    limit: int | None = None,
    until: datetime | None = None,
    quiet: bool = False,
) -> RunReport:
    """One run under the workspace's lock, with a progress bar where somebody looks."""
    runner = Runner(
        store=parts.store,
        settings=parts.settings,
        clock=parts.clock,
        secret=parts.secret,
        transport=parts.transport,
    )
    numbers = [campaign.id for campaign in campaigns]
    with when_interrupted(GOES_ON), parts.alone():
        refuse_a_copy(parts.store, parts.settings)
        if not quiet:
            _tell_paused(parts, campaigns)
            _tell_late(parts, campaigns)
        with progress_bar(parts, numbers, limit=limit) as progress:
            report = runner.run(campaigns, limit=limit, until=until, progress=progress)
    if not quiet:
        _tell_paused(parts, _paused_meanwhile(parts, campaigns, report))
    return report


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
    """A time of today (14:30, also 14h30 and 14h), or an instant."""
    if text is None:
        return None
    if of_today := _TIME.fullmatch(text):
        time = f"{of_today[1].zfill(2)}:{of_today[2] or '00'}"
        return parts.instant(f"{parts.today().isoformat()}T{time}")
    return parts.instant(text)


def _tell_paused(parts: Application, campaigns: tuple[Launched, ...]) -> None:
    """Why nothing of a campaign leaves that somebody, or a run, has paused."""
    for launched in campaigns:
        if launched.state is CampaignState.PAUSED and (line := standing_line(parts, launched)):
            notice(parts, line)


def _paused_meanwhile(
    parts: Application, campaigns: tuple[Launched, ...], report: RunReport
) -> tuple[Launched, ...]:
    """Those that somebody paused while the run sent; those that the run paused, it tells itself."""
    ran = {one.id for one in campaigns if one.state is CampaignState.RUNNING}
    told = [e.what.values.get("name") for e in report.errors if isinstance(e, CampaignPaused)]
    now = parts.store.campaigns.all()
    return tuple(one for one in now if one.id in ran and one.name not in told)


def _tell_late(parts: Application, campaigns: tuple[Launched, ...]) -> None:
    """After days without a run: how much there is to catch up with, and how it leaves."""
    mail = (Channel.EMAIL,)
    numbers = [campaign.id for campaign in campaigns]
    deliveries = parts.store.deliveries
    late = deliveries.count_due(now=parts.now() - _LATE, channels=mail, campaigns=numbers)
    if not late:
        return
    since = deliveries.next_due(numbers, channels=mail)
    notice(
        parts,
        Plural(
            "{count} e-mail is late, due since {since}; it leaves at the pace of the limits",
            "{count} e-mails are late, due since {since}; they leave at the pace of the limits"
            " (fewer with --limit)",
            late,
            since=local(parts, since),
        ),
    )


# --- a dry run --------------------------------------------------------------------------------


def _show_rehearsed(
    parts: Application, campaigns: tuple[Launched, ...], limit: int | None, until: datetime | None
) -> None:
    """What a run that began now would do, found by running."""
    numbers = [campaign.id for campaign in campaigns]
    due = parts.store.deliveries.count_due(
        now=parts.now(), channels=(Channel.EMAIL,), campaigns=numbers
    )
    _tell_paused(parts, campaigns)
    with parts.alone(), progress_bar(parts, numbers, limit=limit) as progress:
        rehearsed = rehearse(
            parts.rehearsing(),
            campaigns,
            settings=parts.settings,
            secret=parts.secret,
            nowhere=parts.nowhere,
            now=parts.now(),
            limit=limit,
            until=until,
            progress=progress,
        )
    if doubt := doubt_of_place(parts.store, parts.settings):
        notice(parts, doubt)
    report = rehearsed.report
    data = _rehearsed_data(parts, rehearsed) | {"remaining": due}
    if report.errors:
        data["errors"] = [as_json(error, parts.language.say) for error in report.errors]
    show(parts, data, lambda: print_rehearsed(parts, rehearsed))
    if report.errors:
        leave(ExitCode.MENDABLE)


def _rehearsed_data(parts: Application, rehearsed: Rehearsed) -> dict[str, Any]:
    """Nothing was done, so what is done in a run is 0; `would` says what it would be."""
    report, counted = rehearsed.report, rehearsed.counted
    return dict.fromkeys(KEYS, 0) | {
        "unknown": report.unknown,
        "letters": report.letters,
        "tasks": report.tasks,
        "not_before": local(parts, report.not_before),
        "dry_run": True,
        "would": {
            "sent": counted[EventKind.TOUCHED],
            "held": counted[EventKind.HELD],
            "skipped": counted[EventKind.SKIPPED],
            "remaining": report.remaining,
        },
        "messages": would_rows(parts, rehearsed),
    }
