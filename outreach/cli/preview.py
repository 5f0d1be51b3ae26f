"""`preview`: what would leave, for whom, before anything is written anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from outreach.application import Application
from outreach.cleaning.phones import as_dialled
from outreach.cli.campaigns import campaign_file, mailroom
from outreach.cli.door import Command
from outreach.cli.output import leave, say, show, wrap
from outreach.errors import ExitCode, Text
from outreach.rendering.guide import SECTIONS
from outreach.runner.preview import Page, preview_pages
from outreach.runner.wording import CHANNELS


@click.command(cls=Command)
@click.argument("campaign")
@click.option("--who", metavar="WHO", help="This person; else one who would be enrolled.")
@click.option("--step", metavar="S", help="Only this step.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Also write .eml, .html, .txt and .docx there.",
)
@click.pass_obj
def preview(
    parts: Application, campaign: str, who: str | None, step: str | None, out: Path | None
) -> None:
    """Show every step of CAMPAIGN as one person would get it. Nothing is sent or recorded."""
    file = campaign_file(parts, campaign)
    pages = preview_pages(
        file,
        mailroom(parts),
        person=parts.person(who) if who else None,
        step=step,
        out=out,
        now=parts.now(),
    )
    data = {"campaign": file.campaign.name, "steps": [_row(parts, page) for page in pages]}
    show(parts, data, lambda: _print(parts, pages))
    if any(page.problem for page in pages):
        leave(ExitCode.PARTLY_DONE)


def _row(parts: Application, page: Page) -> dict[str, Any]:
    return {
        "contact": page.contact.id,
        "name": page.contact.name,
        "step": page.step,
        "channel": page.channel.value,
        "date": page.at.astimezone(parts.settings.zone),
        "subject": page.subject,
        "text": page.text,
        "files": [str(path) for path in page.files],
        "problem": parts.language.say(page.problem) if page.problem else None,
    }


def _print(parts: Application, pages: list[Page]) -> None:
    for page in pages:
        day = parts.language.write(page.at.astimezone(parts.settings.zone).date())
        channel = parts.language.say(CHANNELS[page.channel])
        say(parts, f"── {page.step} · {channel} · {day} · {page.contact.name}")
        if page.problem:
            say(parts, Text("would be held: {problem}", problem=page.problem))
        if page.to:
            address = as_dialled(page.to, parts.settings.country)
            say(parts, Text("To: {address}", address=address))
        if page.subject:
            say(parts, Text("Subject: {subject}", subject=page.subject))
        if page.text:
            say(parts)
            for line in page.text.rstrip().splitlines():
                if line.strip():
                    wrap(line)
                else:
                    say(parts)
        if page.guide:
            for title, lines in page.guide.blocks:
                say(parts, SECTIONS[title])
                for line in lines:
                    wrap(line, first="  • ", rest="    ")
        for path in page.files:
            say(parts, Text("written: {path}", path=path))
        say(parts)
