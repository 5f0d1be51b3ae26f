"""`letters`: the print bundle, and the day it was posted."""

from __future__ import annotations

from pathlib import Path

import click

from outreach.application import Application
from outreach.cli.campaigns import mailroom
from outreach.cli.door import Group
from outreach.cli.output import leave, show
from outreach.errors import ExitCode, Plural, Text
from outreach.model.campaign import CampaignState
from outreach.runner.letters import Letters


@click.group(cls=Group, default="print")
def letters() -> None:
    """Make the print bundle of the letters that are due; say when it was posted.

    `outreach letters CAMPAIGN` prints; `outreach letters posted CAMPAIGN` starts the chain's
    clock.
    """


@letters.command(name="print")
@click.argument("campaign", required=False)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where the bundle goes; else data/outbox/letters.",
)
@click.pass_obj
def print_(parts: Application, campaign: str | None, out: Path | None) -> None:
    """Merge the letters that are due: one .docx each, and one bundle sorted by postal code.

    Letters that were printed and not posted yet are in it again.
    """
    chosen = [parts.launched(campaign)] if campaign else parts.store.campaigns.all()
    running = {c.id: c for c in chosen if c.state is CampaignState.RUNNING}
    with parts.alone():
        made = Letters(mailroom(parts, chosen)).print_due(
            running, now=parts.now(), out=out, again=True
        )
    data = {
        "letters": sum(batch.letters for batch in made),
        "held": sum(batch.held for batch in made),
        "bundles": [
            {
                "campaign": batch.campaign,
                "step": batch.step,
                "folder": str(batch.folder),
                "letters": batch.letters,
                "held": batch.held,
            }
            for batch in made
        ],
    }
    lines = [
        Text(
            "{letters} letters of {campaign} lie in {folder}",
            letters=batch.letters,
            campaign=batch.campaign,
            folder=batch.folder,
        )
        for batch in made
    ] or [Text("No letter is due.")]
    show(parts, data, [*lines, *_next(parts, data["held"])])
    if data["held"]:
        leave(ExitCode.PARTLY_DONE)


def _next(parts: Application, held: object) -> list[Text]:
    if not held:
        return []
    return [
        Text("{held} lack a value and are held: outreach status, then outreach why WHO", held=held)
    ]


@letters.command()
@click.argument("campaign")
@click.option("--on", metavar="DATE", help="The day they were posted; else today.")
@click.option(
    "--except",
    "taken_out",
    multiple=True,
    metavar="WHO",
    help="Not posted: taken out of the bundle (can be repeated).",
)
@click.pass_obj
def posted(parts: Application, campaign: str, on: str | None, taken_out: tuple[str, ...]) -> None:
    """Say that the printed letters of CAMPAIGN were posted: the chain's clock starts."""
    launched = parts.launched(campaign)
    people = [parts.person(who).id for who in taken_out]
    at = parts.instant(on) if on else parts.now()
    with parts.alone():
        count = Letters(mailroom(parts, [launched])).post(
            launched, on=at, now=parts.now(), taken_out=people
        )
    lines = [Plural("{count} letter is posted", "{count} letters are posted", count)]
    show(
        parts,
        {
            "campaign": launched.name,
            "posted": count,
            "on": at.astimezone(parts.settings.zone).date(),
        },
        lines,
    )
