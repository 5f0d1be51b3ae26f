"""`undo`: what was recorded last, or one recording by its number, taken back whole."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from outreach.application import Application
from outreach.cli.door import Command
from outreach.cli.output import on_terminal, say, show, table
from outreach.errors import OutreachError, Plural, Text
from outreach.runner.undo import Undone, find
from outreach.runner.undo import undo as take_back
from outreach.runner.wording import follow_up_text, stage_text
from outreach.store.recordings import Recording

#: Recordings listed where nobody says how many.
_LISTED = 10


class NotAgreed(OutreachError):
    """Nobody said that it is really meant."""

    def __init__(self) -> None:
        super().__init__(
            Text("nobody confirmed it, nothing was changed"),
            hint=Text("repeat the command with --yes"),
        )


@click.command(cls=Command)
@click.argument("number", type=int, required=False)
@click.option("--list", "list_", is_flag=True, help="List the last recordings, newest first.")
@click.option("--by", metavar="SELLER", help="Who takes it back.")
@click.option("--dry-run", is_flag=True, help="Say what would come of it, change nothing.")
@click.option("--yes", is_flag=True, help="Do it without asking.")
@click.pass_obj
def undo(
    parts: Application, number: int | None, list_: bool, by: str | None, dry_run: bool, yes: bool
) -> None:
    """Take back the last recording, or the one of that NUMBER; a recorded file goes whole.

    All that followed goes with it: the stage, the counters, the end of a chain, the call it
    closed, promises, an opposition. Steps come again. What was recorded stays known, with the
    correction that takes it back.
    """
    if list_:
        _list(parts)
        return
    recording = find(parts.store, number)
    if dry_run:
        with parts.rehearsing() as store:
            undone = take_back(store, recording, settings=parts.settings, now=parts.now())
    else:
        _ask(parts, recording, yes=yes)
        undone = take_back(
            parts.store, recording, settings=parts.settings, now=parts.now(), author=by
        )
    data = {**_row(parts, recording), **_came(undone), "dry_run": dry_run}
    show(parts, data, lambda: _print(parts, undone, dry_run=dry_run))


def _ask(parts: Application, recording: Recording, *, yes: bool) -> None:
    """Show what is meant, and go on only when somebody says so."""
    if yes:
        return
    if parts.options.json or not on_terminal():
        raise NotAgreed
    say(parts, _sentence(parts, recording))
    if not click.confirm(parts.language.say(Text("Take it back?")), default=False):
        raise NotAgreed


def _list(parts: Application) -> None:
    rows = parts.store.recordings.last(_LISTED)
    data = {"recordings": [_row(parts, one) for one in rows]}
    show(parts, data, lambda: _print_list(parts, rows))


def _print_list(parts: Application, rows: list[Recording]) -> None:
    if not rows:
        say(parts, Text("Nothing was recorded that could be taken back."))
        return
    headers = [Text("No."), Text("Recorded"), Text("Who"), Text("What"), Text("Campaign")]
    lines = [
        [str(one.number), parts.language.write(_when(parts, one.event.recorded_at).date()),
         _who(parts, one), _what(parts, one), one.event.campaign_name or "–"]
        for one in rows
    ]  # fmt: skip
    table(parts, headers, lines, right=[0])


def _row(parts: Application, one: Recording) -> dict[str, Any]:
    return {
        "number": one.number,
        "contact": one.event.contact_id,
        "name": parts.store.contacts.get(one.event.contact_id).name,
        "stage": one.event.stage,
        "kept": _ticked(one),
        "campaign": one.event.campaign_name,
        "at": _when(parts, one.event.at),
        "recorded_at": _when(parts, one.event.recorded_at),
        "author": one.event.author,
        "file": one.event.data.get("file"),
        "together": one.together,
    }


def _came(undone: Undone) -> dict[str, int]:
    return {
        "recordings": undone.came.recordings,
        "events": undone.came.events,
        "going_on": len(undone.came.freed),
        "steps": undone.came.revived + undone.planned,
    }


def _when(parts: Application, at: Any) -> Any:
    return at.astimezone(parts.settings.zone)


def _who(parts: Application, one: Recording) -> str:
    if one.together > 1 and _ticked(one) is not None:
        # Several may have been promised to one person, and of several kinds.
        return parts.language.say(Plural("{count} promise", "{count} promises", one.together))
    if one.together > 1:
        return parts.language.say(Plural("{count} person", "{count} people", one.together))
    return parts.store.contacts.get(one.event.contact_id).name


def _what(parts: Application, one: Recording) -> str:
    if one.together > 1 and (file := one.event.data.get("file")):
        return str(file)
    if one.together > 1 and _ticked(one) is not None:
        return parts.language.say(Text("ticked off"))
    if (kept := _ticked(one)) is not None:
        return parts.language.say(Text("done: {what}", what=follow_up_text(kept)))
    if (day := one.event.data.get("later")) is not None:
        return parts.language.say(Text("put off to {day}", day=date.fromisoformat(day)))
    if one.event.stage is None:
        [[_, kind, _]] = one.event.data.get("promised") or [[None, "promise", None]]
        return parts.language.say(follow_up_text(kind))
    return parts.language.say(stage_text(one.event.stage))


def _ticked(one: Recording) -> str | None:
    """The kind of the promise that was ticked off, where it is that which was recorded."""
    kept = one.event.data.get("kept")
    return kept if isinstance(kept, str) else None


def _sentence(parts: Application, one: Recording) -> Text | Plural:
    if one.together > 1 and one.event.data.get("file"):
        return Plural(
            "No. {number}: {count} row of {file}",
            "No. {number}: {count} rows of {file}",
            one.together,
            number=one.number,
            file=one.event.data.get("file"),
        )
    return Text(
        "No. {number}: {name}, {what}, of {day}",
        number=one.number,
        name=_who(parts, one),
        what=_what(parts, one),
        day=_when(parts, one.event.at).date(),
    )


def _print(parts: Application, undone: Undone, *, dry_run: bool) -> None:
    say(parts, _sentence(parts, undone.recording))
    say(
        parts,
        Plural(
            "{count} entry does not count any more.",
            "{count} entries do not count any more.",
            undone.came.events,
        ),
    )
    if undone.came.freed:
        say(
            parts,
            Plural(
                "The chain of {count} person goes on.",
                "The chains of {count} people go on.",
                len(undone.came.freed),
            ),
        )
    if steps := undone.came.revived + undone.planned:
        say(parts, Plural("{count} step comes again.", "{count} steps come again.", steps))
    if _ticked(undone.recording) is not None:
        count = undone.came.recordings
        say(parts, Plural("{count} promise is open again: outreach today",
                          "{count} promises are open again: outreach today", count))  # fmt: skip
    if dry_run:
        say(parts, Text("this was a rehearsal: nothing was written"))
