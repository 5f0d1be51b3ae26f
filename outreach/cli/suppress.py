"""`suppress`: who must not be written to."""

from __future__ import annotations

from pathlib import Path

import click

from outreach.application import Application
from outreach.cli.door import Group
from outreach.cli.output import leave, say, show, table
from outreach.cli.telling import as_json, tell
from outreach.errors import ExitCode, Location, OutreachError, Plural, Problems, Text, WrongUsage
from outreach.model.suppression import Suppression, SuppressionScope
from outreach.model.text import shown
from outreach.runner.suppress import meaning, suppress_people, unsuppress


@click.group(cls=Group)
def suppress() -> None:
    """Say who must not be contacted; asked at selection and again before each message."""


_channel = click.option(
    "--channel",
    type=click.Choice([scope.value for scope in SuppressionScope]),
    default=SuppressionScope.ALL.value,
    show_default=True,
    help="What is forbidden.",
)


@suppress.command()
@click.argument("who", nargs=-1, required=True)
@_channel
@click.option("--reason", default="suppressed", metavar="WORD", help="Why, in a word.")
@click.option("--note", metavar="TEXT", help="A note, such as who asked for it.")
@click.pass_obj
def add(
    parts: Application, who: tuple[str, ...], channel: str, reason: str, note: str | None
) -> None:
    """Forbid WHO: an address, a @domain, a phone number, a name or an id."""
    entries = [
        entry
        for one in who
        for entry in meaning(
            one,
            parts.store,
            scope=SuppressionScope(channel),
            reason=reason,
            note=note,
            now=parts.now(),
            country=parts.settings.country,
        )
    ]
    added = suppress_people(parts.store, entries, now=parts.now())
    show(
        parts,
        {"added": added, "known": len(entries) - added},
        [Plural("{count} entry added", "{count} entries added", added)],
    )


class NotSuppressed(OutreachError):
    def __init__(self, who: str) -> None:
        super().__init__(
            Text("no entry in force is about {who!r}", who=who),
            hint=Text("see those there are: outreach suppress list"),
        )


@suppress.command()
@click.argument("who", nargs=-1, required=True)
@click.pass_obj
def remove(parts: Application, who: tuple[str, ...]) -> None:
    """Allow WHO again; the entries stay on record."""
    removed = 0
    for one in who:
        taken = unsuppress(parts.store, one, now=parts.now(), country=parts.settings.country)
        if not taken:
            raise NotSuppressed(one)
        removed += taken
    show(
        parts,
        {"removed": removed},
        [Plural("{count} entry taken back", "{count} entries taken back", removed)],
    )


@suppress.command(name="list")
@click.pass_obj
def list_(parts: Application) -> None:
    """Show the entries in force."""
    entries = parts.store.suppressions.all()
    rows = [
        {
            "key": e.key.value,
            "value": e.value,
            "scope": e.scope.value,
            "reason": e.reason,
            "at": e.at.astimezone(parts.settings.zone),
            "note": e.note,
        }
        for e in entries
    ]
    show(parts, {"suppressions": rows}, lambda: _print(parts, entries))


def _print(parts: Application, entries: list[Suppression]) -> None:
    if not entries:
        say(parts, Text("Nobody is suppressed."))
        return
    headers = [Text("What"), Text("Who"), Text("Channel"), Text("Reason"), Text("Since")]
    zone = parts.settings.zone
    table(
        parts,
        headers,
        (
            [
                e.key.value,
                e.value or "–",
                e.scope.value,
                e.reason,
                parts.language.write(e.at.astimezone(zone).date()),
            ]
            for e in entries
        ),
    )


@suppress.command(name="import")
@click.argument("file", type=click.Path(path_type=Path))
@_channel
@click.option("--reason", default="suppressed", metavar="WORD", help="Why, in a word.")
@click.pass_obj
def import_(parts: Application, file: Path, channel: str, reason: str) -> None:
    """Forbid everyone in FILE: an address, number or @domain per line, or a table with them.

    A mailbox (mbox, Maildir, .eml) forbids whoever wrote its messages: opt-outs that came by
    mail. What a machine answered is passed over.
    """
    from outreach.files.opt_outs import is_mailbox
    from outreach.files.words import words_of

    if is_mailbox(file):
        _import_mailbox(parts, file, SuppressionScope(channel))
        return
    entries: list[Suppression] = []
    errors: list[OutreachError] = []
    read = 0
    for line, word in words_of(file):
        read += 1
        try:
            entries += meaning(
                word,
                parts.store,
                scope=SuppressionScope(channel),
                reason=reason,
                note=shown(file.name),
                now=parts.now(),
                country=parts.settings.country,
            )
        except WrongUsage as error:
            errors.append(
                OutreachError(error.what, where=Location(str(file), line), hint=error.hint)
            )
    added = suppress_people(parts.store, entries, now=parts.now())
    counts = {"read": read, "added": added, "known": len(entries) - added, "rejected": len(errors)}
    rows = [as_json(error, parts.language.say) for error in errors]
    said = Text("{read} read, {added} added, {known} known already, {rejected} rejected", **counts)
    show(parts, counts | {"errors": rows}, [said])
    if errors and not parts.options.json:
        tell(Problems(errors), parts)
    if errors:
        leave(ExitCode.PARTLY_DONE)


def _import_mailbox(parts: Application, file: Path, scope: SuppressionScope) -> None:
    from outreach.files.opt_outs import opt_outs_of
    from outreach.runner.opt_outs import OptOuts

    takes = OptOuts(parts.store, parts.settings, scope, parts.now())
    done = takes.take(opt_outs_of(file), shown(file.name))
    counts = {
        "read": done.read,
        "added": len(done.people) + len(done.unknown),
        "known": done.known,
        "rejected": 0,
    }
    data = counts | {
        "people": done.people,
        "unknown": done.unknown,
        "skipped": len(done.skipped),
        "errors": [],
    }
    lines: list[str | Text] = [
        Plural("{count} message read", "{count} messages read", done.read),
        Plural("{count} person on file is left alone from now on",
               "{count} people on file are left alone from now on", len(done.people)),
        Plural("{count} address that nobody on file has is forbidden",
               "{count} addresses that nobody on file has are forbidden", len(done.unknown)),
        Plural("{count} was left alone before", "{count} were left alone before", done.known),
        Plural("{count} message is no opposition: written by a machine or by us",
               "{count} messages are no oppositions: written by machines or by us",
               len(done.skipped)),
    ]  # fmt: skip
    show(parts, data, lines)
