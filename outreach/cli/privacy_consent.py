"""`privacy consent`, `consents`, `withdraw`: on what ground people may be contacted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from outreach.application import Application
from outreach.cli.door import Command
from outreach.cli.output import leave, notice, say, show, table
from outreach.cli.telling import as_json, tell
from outreach.errors import ExitCode, OutreachError, Plural, Problems, Text, WrongUsage
from outreach.model.campaign import Channel
from outreach.model.consent import Consent
from outreach.model.legal import Basis, Purpose
from outreach.model.suppression import SuppressionScope

_CHANNELS = ["all", *(channel.value for channel in Channel)]


@click.command(cls=Command)
@click.argument("who", required=False)
@click.option("--channel", type=click.Choice(_CHANNELS), multiple=True,
              help="For which channel. May be given again.")  # fmt: skip
@click.option("--basis", type=click.Choice([basis.value for basis in Basis]),
              help="On what ground; else consent.")  # fmt: skip
@click.option("--purpose", type=click.Choice([purpose.value for purpose in Purpose]),
              help="What for; else prospecting.")  # fmt: skip
@click.option("--evidence", metavar="TEXT",
              help="What proves it: a form and its version, a recording, a letter.")  # fmt: skip
@click.option("--on", "on", metavar="DATE", help="When it was given; else now.")
@click.option("--where", metavar="EXPR", help="Everyone whom EXPR selects, instead of WHO.")
@click.option("--evidence-from", metavar="FIELD", help="With --where: the field with the proof.")
@click.option("--on-from", metavar="FIELD", help="With --where: the field with the date.")
@click.option("--from", "file", type=click.Path(path_type=Path), metavar="FILE",
              help="A table of them: contact,channel[,basis,on,evidence,purpose].")  # fmt: skip
@click.pass_obj
def consent(
    parts: Application,
    /,
    who: str | None,
    channel: tuple[str, ...],
    where: str | None,
    evidence_from: str | None,
    on_from: str | None,
    file: Path | None,
    **usual: str | None,
) -> None:
    """Record that WHO may be contacted, with the proof: a consent, or another ground.

    A yes lifts no earlier no: an opposition stands until `suppress remove`.
    """
    if sum(bool(one) for one in (who, where, file)) != 1:
        raise WrongUsage(Text("name a person, or --where EXPR, or --from FILE"))
    if file is not None:
        _from_file(parts, file, channel, usual)
        return
    if not channel:
        raise WrongUsage(Text("say for which channel: --channel email"))
    reader = _reader(parts, usual)
    if who is not None:
        people = [(parts.person(who), usual)]
    else:
        fields = {"evidence": evidence_from, "on": on_from}
        people = list(_selected(parts, where, fields))
    found = [reader.of(one, {**_said(said), "channel": c}) for one, said in people for c in channel]
    added = parts.store.consents.record(found)
    _warn_opposed(parts, found)
    said = Plural("{count} ground recorded", "{count} grounds recorded", added)
    show(parts, {"recorded": added, "known": len(found) - added}, [said])


def _selected(
    parts: Application, where: str | None, fields: Mapping[str, str | None]
) -> Iterator[tuple[Any, dict[str, str | None]]]:
    """Everyone the expression selects, each with what his own fields say."""
    from outreach.runner.people import writable

    catalogue = parts.database.catalogue
    named = {key: writable(name, catalogue).name for key, name in fields.items() if name}
    for contact in parts.store.contacts.matching(parts.select(where)):
        yield contact, {key: contact.text(name) for key, name in named.items()}


def _said(row: Mapping[str, str | None]) -> dict[str, str]:
    return {name: cell for name, cell in row.items() if cell}


def _reader(parts: Application, usual: Mapping[str, str | None]) -> Any:
    from outreach.runner.consenting import Reader

    return Reader(person=parts.person, instant=parts.instant, now=parts.now(), usual=usual)


def _from_file(
    parts: Application, file: Path, channel: tuple[str, ...], usual: Mapping[str, str | None]
) -> None:
    from outreach.runner.consenting import columns_of, read_rows
    from outreach.runner.opening import open_list

    listed = open_list(file)
    names = columns_of(listed.header, str(file))
    reader = _reader(parts, {**usual, "channel": channel[0] if channel else None})
    rows = (
        (row.line, dict(zip(names, row.cells, strict=False)), row.fault) for row in listed.rows()
    )
    found, errors = read_rows(rows, reader, file=str(file))
    added = parts.store.consents.record(found)
    _warn_opposed(parts, found)
    data = {
        "recorded": added,
        "known": len(found) - added,
        "rejected": len(errors),
        "errors": [as_json(error, parts.language.say) for error in errors],
    }
    said = Text(
        "{recorded} recorded, {known} known already, {rejected} rejected",
        recorded=added, known=len(found) - added, rejected=len(errors),
    )  # fmt: skip
    show(parts, data, [said])
    _end(parts, errors)


def _end(parts: Application, errors: list[OutreachError]) -> None:
    if errors and not parts.options.json:
        tell(Problems(errors), parts)
    if errors:
        leave(ExitCode.PARTLY_DONE)


def _warn_opposed(parts: Application, found: list[Consent]) -> None:
    """Who said no before: his yes does not lift it by itself."""
    from outreach.runner.opposition import still_opposed

    contacts = parts.store.contacts
    opposed = [
        person
        for one in found[:200]
        if still_opposed(parts.store, person := contacts.get(one.contact), one.channel)
    ]
    for number in dict.fromkeys(one.id for one in opposed):
        line = Text(
            "#{id} said no before, and that stands: outreach suppress remove {id}", id=number
        )
        notice(parts, line)


@click.command(cls=Command)
@click.argument("who", required=False)
@click.pass_obj
def consents(parts: Application, who: str | None) -> None:
    """The log of grounds, of WHO or of everybody: what was given, when, and the proof."""
    store = parts.store.consents
    found = store.of(parts.person(who).id) if who else list(store.all())
    zone = parts.settings.zone
    rows = [
        {
            "contact": one.contact,
            "channel": one.channel.value if one.channel else "all",
            "purpose": one.purpose.value,
            "basis": one.basis.value,
            "given_at": one.given_at.astimezone(zone),
            "evidence": one.evidence,
            "withdrawn_at": one.withdrawn_at.astimezone(zone) if one.withdrawn_at else None,
        }
        for one in found
    ]
    show(parts, {"consents": rows}, lambda: _print(parts, rows))


def _print(parts: Application, rows: list[dict[str, Any]]) -> None:
    from outreach.runner.wording import BASES, CHANNELS

    if not rows:
        say(parts, Text("No ground is on record."))
        return
    write, speak = parts.language.write, parts.language.say
    headers = [Text("Contact"), Text("Channel"), Text("Ground"), Text("Given"), Text("Withdrawn"),
               Text("Proof")]  # fmt: skip
    everything = Text("every channel")
    cells = [
        [
            f"#{row['contact']}",
            speak(everything if row["channel"] == "all" else CHANNELS[Channel(row["channel"])]),
            speak(BASES[Basis(row["basis"])]),
            write(row["given_at"].date()),
            write(row["withdrawn_at"].date()) if row["withdrawn_at"] else "–",
            row["evidence"] or "–",
        ]
        for row in rows
    ]
    table(parts, headers, cells)


@click.command(cls=Command)
@click.argument("who")
@click.option("--only", type=click.Choice([c.value for c in Channel]), multiple=True,
              help="Only on this channel; else on all of them. May be given again.")  # fmt: skip
@click.option("--on", "on", metavar="DATE", help="When he took it back; else now.")
@click.option("--note", metavar="TEXT", help="How he said it.")
@click.pass_obj
def withdraw(
    parts: Application, who: str, only: tuple[str, ...], on: str | None, note: str | None
) -> None:
    """WHO takes a consent back: from now on he is left alone there (GDPR art. 7(3))."""
    from outreach.runner.opposition import oppose, scope_of

    contact = parts.person(who)
    at = parts.instant(on) if on else parts.now()
    scopes = [scope_of(Channel(one)) for one in only] or [SuppressionScope.ALL]
    before = sum(one.withdrawn_at is None for one in parts.store.consents.of(contact.id))
    oppose(parts.store, parts.settings, contact, scopes, at=at, now=parts.now(), note=note)
    ended = before - sum(one.withdrawn_at is None for one in parts.store.consents.of(contact.id))
    said = Plural(
        "{count} consent withdrawn; nothing more leaves there",
        "{count} consents withdrawn; nothing more leaves there",
        ended,
    )
    data = {"id": contact.id, "withdrawn": ended, "scope": [scope.value for scope in scopes]}
    show(parts, data, [said])
