"""`privacy`: what people may ask about their data, and what we owe them unasked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from outreach.application import Application
from outreach.cli.door import Group
from outreach.cli.output import say, show, table
from outreach.errors import Text
from outreach.model.suppression import SuppressionScope

_ELSEWHERE = {
    "consent": "privacy_consent:consent",
    "consents": "privacy_consent:consents",
    "withdraw": "privacy_consent:withdraw",
    "may": "privacy_may:may",
    "rules": "privacy_may:rules",
    "erase": "privacy_erase:erase",
    "purge": "privacy_erase:purge",
}

#: Shown wherever a rule is.
NOT_ADVICE = Text("This is no legal advice: read the sources, or ask somebody who knows the law.")


@click.group(cls=Group, elsewhere=_ELSEWHERE)
def privacy() -> None:
    """Consents, oppositions, and what people may ask about their data (GDPR)."""


@privacy.command()
@click.argument("who")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR",
              help="Where to write it; else data/privacy.")  # fmt: skip
@click.pass_obj
def export(parts: Application, who: str, out: Path | None) -> None:
    """Write everything held about WHO, for him to read: one JSON file and one text."""
    from outreach.cli.privacy_text import as_json, as_text, write_private
    from outreach.runner.privacy import answered, dossier

    contact = parts.person(who)
    found = dossier(parts.store, parts.settings, contact)
    folder = out or parts.settings.data / "privacy"
    name = f"contact-{contact.id}-{parts.today():%Y-%m-%d}"
    data = as_json(parts, found)
    files = [
        write_private(folder / f"{name}.json", data),
        write_private(folder / f"{name}.txt", as_text(parts, found)),
    ]
    answered(parts.store, contact, now=parts.now())
    counts = {table_: len(rows) for table_, rows in found.held.items()}
    lines: list[str | Text] = [
        Text("Everything held about {name} (#{id}):", name=contact.name, id=contact.id),
        *(f"  {file}" for file in files),
        Text("Make sure that it is really this person who asks before you hand it over."),
    ]
    answer = {"id": contact.id, "files": [str(file) for file in files], "rows": counts}
    show(parts, answer, lines)


@privacy.command()
@click.argument("who")
@click.option(
    "--only",
    type=click.Choice([scope.value for scope in SuppressionScope if scope != "all"]),
    multiple=True,
    help="Only this channel; else all of them. May be given again.",
)
@click.option("--on", "on", metavar="DATE", help="When he said so; else now.")
@click.option("--note", metavar="TEXT", help="How he said it, and to whom.")
@click.pass_obj
def oppose(
    parts: Application, who: str, only: tuple[str, ...], on: str | None, note: str | None
) -> None:
    """WHO asks to be left alone, said on whatever channel: nothing more leaves from now on."""
    from outreach.runner.check_permission import listed
    from outreach.runner.opposition import oppose as put_in_force
    from outreach.runner.wording import SCOPES

    contact = parts.person(who)
    scopes = [SuppressionScope(one) for one in only] or [SuppressionScope.ALL]
    at = parts.instant(on) if on else parts.now()
    entries = put_in_force(
        parts.store, parts.settings, contact, scopes, at=at, now=parts.now(), note=note
    )
    said: Text = Text("{name} is left alone on every channel", name=contact.name)
    if only:
        left = listed([SCOPES[scope] for scope in scopes])
        said = Text("{name} is left alone: {channels}", name=contact.name, channels=left)
    data = {"id": contact.id, "scope": [scope.value for scope in scopes], "entries": entries}
    show(parts, data, [said])


@privacy.command()
@click.pass_obj
def requests(parts: Application) -> None:
    """The register: who asked what about their data, and when it was answered."""
    rows = parts.store.privacy.requests()
    zone = parts.settings.zone
    found: list[dict[str, Any]] = [
        {
            "kind": one.kind,
            "contact": one.contact,
            "received_at": one.received_at.astimezone(zone),
            "answered_at": one.answered_at.astimezone(zone) if one.answered_at else None,
            "note": one.note,
        }
        for one in rows
    ]
    show(parts, {"requests": found}, lambda: _print_requests(parts, found))


def _print_requests(parts: Application, rows: list[dict[str, Any]]) -> None:
    if not rows:
        say(parts, Text("Nobody has asked anything yet."))
        return
    from outreach.runner.wording import REQUESTS

    headers = [Text("Received"), Text("What"), Text("Contact"), Text("Answered"), Text("Note")]
    write, speak = parts.language.write, parts.language.say
    table(
        parts,
        headers,
        [
            [
                write(row["received_at"].date()),
                speak(REQUESTS[row["kind"]]),
                f"#{row['contact']}" if row["contact"] else "–",
                write(row["answered_at"].date()) if row["answered_at"] else "–",
                row["note"] or "",
            ]
            for row in rows
        ],
    )
