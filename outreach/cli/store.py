"""`store`: copy the contact base, put a copy back, bring it to this program's revision."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from outreach.application import Application
from outreach.cli.confirm import confirm
from outreach.cli.door import Group
from outreach.cli.numbers import Count
from outreach.cli.output import show
from outreach.errors import Plural, Text

if TYPE_CHECKING:
    from outreach.store.upgrading import State


@click.group(cls=Group)
def store() -> None:
    """Copy the whole contact base, put a copy back, upgrade it."""


@store.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Write over FILE when it is there.")
@click.pass_obj
def backup(parts: Application, file: Path, force: bool) -> None:
    """Write a copy of the whole base to FILE; runs may go on meanwhile."""
    from outreach.runner.keeping import back_up

    # Made when it is not there yet, refused when it is too new.
    _ = parts.database_to_upgrade
    found = back_up(parts.copies, file, replace=force, now=parts.now())
    data = {"file": str(file), "bytes": file.stat().st_size, "contacts": found.contacts,
            "revision": found.revision}  # fmt: skip
    line = Plural("{count} contact copied to {file}", "{count} contacts copied to {file}",
                  found.contacts, file=file)  # fmt: skip
    show(parts, data, [line])


@store.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--confirm", "given", type=Count(), metavar="N",
              help="The number of contacts in FILE, typed again.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Say what FILE holds, change nothing.")
@click.pass_obj
def restore(parts: Application, file: Path, given: int | None, dry_run: bool) -> None:
    """Put the copy FILE in the base's place; the present base is copied first.

    What was sent since the copy was made is not in it: `outreach run` then sends nothing before
    `outreach store confirm`.
    """
    from outreach.runner.keeping import restore as put_back

    found = parts.copies.look_into(file)
    told = Plural("{file} holds {count} contact", "{file} holds {count} contacts",
                  found.contacts, file=file)  # fmt: skip
    data = {"file": str(file), "contacts": found.contacts, "revision": found.revision}
    if dry_run:
        show(parts, data | {"copy": None, "dry_run": True}, [told])
        return
    confirm(parts, told, found.contacts, given)
    done = put_back(parts.copies, file, settings=parts.settings, now=parts.now())
    lines = [
        told,
        Text("it is the contact base now; before it sends: outreach store confirm"),
    ]
    if done.copy:
        lines.append(Text("the base as it was before is in {file}", file=done.copy))
    copy = str(done.copy) if done.copy else None
    show(parts, data | {"copy": copy, "dry_run": False}, lines)


@store.command(name="confirm")
@click.option("--from", "sources", multiple=True, metavar="MAILDIR|LOG",
              type=click.Path(exists=True, path_type=Path),
              help="A Sent or Bcc mailbox or a mail server's log: what it holds was sent already"
              " (can be repeated).")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Say what is known, change nothing.")
@click.pass_obj
def confirm_(parts: Application, sources: tuple[Path, ...], dry_run: bool) -> None:
    """Say that this is the base to send from, after it was put back, copied or moved.

    What was sent after the copy was made is still due in it, and a second copy would send
    everything again. See to both first: --from finds what was sent meanwhile (files as for
    `outreach settle`), and `outreach run --dry-run` lists what would leave.
    """
    from outreach.model.campaign import Channel
    from outreach.runner.learning import Learnt, learn
    from outreach.runner.place import confirm_place, doubt_of_place
    from outreach.runner.settle import Settlement
    from outreach.store.place import placed

    doubt = doubt_of_place(parts.store, parts.settings)
    last = placed(parts.store.database).last_run_at
    last = last.astimezone(parts.settings.zone) if last else None
    lines: list[str | Text] = [doubt] if doubt else []
    learnt = Learnt(Settlement(), nameless=0)
    if sources and not dry_run:
        with parts.alone():
            learnt = learn(parts.store, parts.settings, sources, now=parts.now())
        lines.append(Plural("{count} message that it did not know of was sent",
                            "{count} messages that it did not know of were sent",
                            learnt.found.settled))  # fmt: skip
        if learnt.nameless:
            lines.append(_nameless(learnt.nameless))
    due = parts.store.deliveries.count_due(now=parts.now(), channels=(Channel.EMAIL,))
    if last:
        lines.append(Text("the last run that it knows of began {instant}", instant=last))
    lines.append(Plural("{count} e-mail is due", "{count} e-mails are due", due))
    done = doubt is not None and not dry_run
    if done:
        with parts.alone():
            confirm_place(parts.store, parts.settings)
        lines.append(Text("it is confirmed: outreach run sends from here again"))
    elif doubt is None:
        lines.append(Text("there was nothing to confirm: outreach run sends from here"))
    doubted = parts.language.say(doubt) if doubt else None
    data = {"confirmed": done, "doubt": doubted, "last_run": last, "due": due,
            "sent": learnt.found.sent, "refused": learnt.found.refused,
            "nameless": learnt.nameless}  # fmt: skip
    show(parts, data, lines)


def _nameless(count: int) -> Plural:
    return Plural(
        "{count} due e-mail is of a sender who is not in outreach.yaml: if he wrote from another"
        " domain, it may have been sent and cannot be found",
        "{count} due e-mails are of senders who are not in outreach.yaml: if they wrote from"
        " another domain, they may have been sent and cannot be found",
        count,
    )


@store.command()
@click.option("--dry-run", is_flag=True, help="Say what would be done, change nothing.")
@click.pass_obj
def upgrade(parts: Application, dry_run: bool) -> None:
    """Bring the base to this program's revision, after a copy; deleted fields go for good."""
    from outreach.runner.keeping import copy_first
    from outreach.store.upgrading import outdated
    from outreach.store.upgrading import upgrade as bring_up

    database = parts.database_to_upgrade
    state = outdated(database)
    data = {"from": state.revision, "revision": state.wanted, "dropped": list(state.left_behind)}
    if not state.is_outdated or dry_run:
        lines_ = _outdated(state) if state.is_outdated else [Text("nothing is to be done")]
        empty = {"upgraded": False, "copy": None, "dry_run": dry_run}
        show(parts, data | empty, lines_)
        return
    with parts.alone(database):
        copy = copy_first(parts.copies, "before-upgrade", settings=parts.settings, now=parts.now())
        bring_up(database)
    lines: list[str | Text] = [
        Text("the contact base has revision {revision} now", revision=state.wanted),
        Text("the base as it was before is in {file}", file=copy),
    ]
    show(parts, data | {"upgraded": True, "copy": str(copy), "dry_run": False}, lines)


def _outdated(state: State) -> list[str | Text]:
    """What an upgrade would do."""
    lines: list[str | Text] = []
    if state.revision != state.wanted:
        lines.append(Text("from revision {old} to {new}", old=state.revision, new=state.wanted))
    if state.left_behind:
        columns = ", ".join(state.left_behind)
        lines.append(Text("what deleted fields held is dropped: {columns}", columns=columns))
    return lines
