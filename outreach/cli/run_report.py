"""What a run has done, and what a dry run would do, for people."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from outreach.application import Application
from outreach.cli.output import say
from outreach.cli.telling import tell
from outreach.errors import Plural, Text
from outreach.model.event import EventKind
from outreach.runner.wording import held_reason, reason_text

if TYPE_CHECKING:
    from outreach.runner.rehearse import Rehearsed
    from outreach.runner.run import RunReport
    from outreach.store.rehearsing import Happened

#: The keys of the answer that are numbers (CONTRACT, "JSON keys").
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
GOES_ON = Text("nothing is lost and nothing is sent twice; outreach run goes on from here")

#: Messages of a kind that a dry run lists for people.
_LISTED = 20


def local(parts: Application, instant: datetime | None) -> datetime | None:
    return instant.astimezone(parts.settings.zone) if instant else None


def print_report(parts: Application, report: RunReport) -> None:
    """One summary line, and what it means for whoever reads it."""
    for error in report.errors:
        tell(error, parts)
    summary = Text(
        "{sent} sent, {deferred} deferred, {refused} refused, {unknown} unknown, {held} held,"
        " {skipped} skipped; {remaining} remaining",
        **{key: getattr(report, key) for key in KEYS},
    )
    # However long it is: one line, for those who look for it in a mail of cron's or a journal.
    say(parts, parts.language.say(summary))
    if report.interrupted:
        say(parts, Text("interrupted: {what}", what=GOES_ON))
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
                "{count} call, visit or task waits: outreach today",
                "{count} calls, visits or tasks wait: outreach today",
                report.tasks,
            ),
        )
    if report.held:
        say(
            parts,
            Text(
                "Held messages wait for what they lack: outreach status CAMPAIGN,"
                " then outreach why WHO"
            ),
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
    _print_next(parts, report)


def _print_next(parts: Application, report: RunReport) -> None:
    """When there is something to do again, and what keeps it back until then."""
    instant = local(parts, report.not_before)
    if instant and report.why:
        say(parts, Text("Next: {instant} ({why})", instant=instant, why=report.why))
    elif instant:
        say(parts, Text("Next: {instant}", instant=instant))


# --- a dry run --------------------------------------------------------------------------------


def would_rows(parts: Application, rehearsed: Rehearsed) -> list[dict[str, Any]]:
    """What would become of each message, for programs."""
    words = {EventKind.TOUCHED: "leaves", EventKind.HELD: "held", EventKind.SKIPPED: "skipped"}
    return [
        {
            "contact": one.contact,
            "email": one.email,
            "campaign": one.campaign,
            "step": one.step,
            "does": words[one.kind],
            "at": local(parts, one.at),
            "reason": parts.language.say(reason) if (reason := _reason(one)) else None,
        }
        for one in rehearsed.happened
    ]


def print_rehearsed(parts: Application, rehearsed: Rehearsed) -> None:
    """What a run that began now would do until it ended."""
    report, counted = rehearsed.report, rehearsed.counted
    for error in report.errors:
        tell(error, parts)
    sent, held = counted[EventKind.TOUCHED], counted[EventKind.HELD]
    skipped = counted[EventKind.SKIPPED]
    say(parts, Plural("{count} e-mail would leave", "{count} e-mails would leave", sent))
    _print_some(parts, rehearsed, EventKind.TOUCHED)
    if held:
        say(parts, Plural("{count} would be held", "{count} would be held", held))
        _print_some(parts, rehearsed, EventKind.HELD)
    if skipped:
        say(parts, Plural("{count} would be passed over", "{count} would be passed over", skipped))
        _print_some(parts, rehearsed, EventKind.SKIPPED)
    if report.remaining:
        say(parts, Plural("{count} e-mail that is due would wait",
                          "{count} e-mails that are due would wait", report.remaining))  # fmt: skip
    if report.letters or report.tasks:
        say(
            parts,
            Text(
                "{letters} letters and {tasks} calls or tasks are due now.",
                letters=report.letters,
                tasks=report.tasks,
            ),
        )
    _print_next(parts, report)
    say(parts, Text("Nothing was done."))


def _print_some(parts: Application, rehearsed: Rehearsed, kind: EventKind) -> None:
    listed = [one for one in rehearsed.happened if one.kind is kind][:_LISTED]
    for one in listed:
        time = one.at.astimezone(parts.settings.zone).strftime("%H:%M:%S")
        reason = _reason(one)
        why = f": {parts.language.say(reason)}" if reason else ""
        say(parts, f"  {time}  {one.email or one.contact}  {one.campaign}/{one.step}{why}")
    more = rehearsed.counted[kind] - len(listed)
    if more > 0:
        say(parts, Text("  … and {count} more", count=more))


def _reason(one: Happened) -> Text | None:
    if one.kind is EventKind.HELD:
        return held_reason(one.note, one.data)
    return reason_text(one.note) if one.kind is EventKind.SKIPPED else None
