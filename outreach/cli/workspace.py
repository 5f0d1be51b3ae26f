"""`outreach init`, `outreach schema`: a new workspace, and what may stand in its files."""

from __future__ import annotations

from pathlib import Path

import click

from outreach.application import Application
from outreach.cli.door import Command
from outreach.cli.output import json_text, show
from outreach.errors import OutreachError, Text
from outreach.language import Language, environment_locale


@click.command(cls=Command)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--locale", metavar="LOCALE", help="How it reads and writes dates and money: fr_FR.")
@click.pass_obj
def init(parts: Application, folder: Path, locale: str | None) -> None:
    """Make a new workspace in DIR, with sample campaigns and templates.

    Files that are there already are never overwritten.
    """
    from outreach.files.workspace import SETTINGS_FILE, kept_files, new_workspace

    chosen = _locale(locale) if locale else environment_locale()
    already = (folder / SETTINGS_FILE).exists()
    kept = kept_files(folder)
    written = new_workspace(folder, locale=chosen)
    data = {
        "folder": str(folder),
        "written": [str(path) for path in written],
        "kept": [str(path) for path in kept],
    }
    language = Language(chosen) if locale else parts.spoken()
    show(parts, data, lambda: _tell(language, folder, written, kept, already=already))


def _locale(text: str) -> str:
    """A locale that exists, or an error as a settings file would tell it."""
    from outreach.files.settings_values import read_locale
    from outreach.files.values import Unreadable

    try:
        return read_locale(text)
    except Unreadable as error:
        raise OutreachError(error.what, hint=error.hint) from None


def _tell(
    language: Language, folder: Path, written: list[Path], kept: list[Path], *, already: bool
) -> None:
    """What was written, in the language of the workspace."""
    say = language.say
    if already:
        what = Text("{folder} is a workspace already: nothing was changed", folder=str(folder))
        click.echo(say(what))
        return
    for path in written:
        click.echo(say(Text("written  {path}", path=str(path))))
    for path in kept:
        click.echo(say(Text("kept     {path}", path=str(path))))
    click.echo()
    click.echo(say(Text("{folder} is a workspace now. What to do next:", folder=str(folder))))
    click.echo(f"  cd {folder}")
    click.echo(say(Text("  edit outreach.yaml            who you are and your mail server")))
    click.echo("  outreach contacts import FILE")
    click.echo("  outreach check CAMPAIGN")


@click.command(cls=Command)
@click.argument("kind", type=click.Choice(["campaign", "settings"]))
def schema(kind: str) -> None:
    """Print the JSON Schema of campaign files or of outreach.yaml.

    Editors that know JSON Schema then complete and check these files.
    """
    from outreach.files.schemas import json_schema

    found = json_schema("campaign" if kind == "campaign" else "settings")
    click.echo(json_text(found, indent=2))
