"""`campaign list | clone | renew | delete`: the campaigns there are, and new ones made of old."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from outreach.application import Application
from outreach.cli.door import Group
from outreach.cli.output import say, show, table
from outreach.errors import Text
from outreach.runner.wording import CAMPAIGN_STATES

if TYPE_CHECKING:
    from outreach.runner.campaign_copies import Copied
    from outreach.store.shelf import Shelved


@click.group(cls=Group, default="list")
def campaign() -> None:
    """The campaigns there are: list, clone, renew and delete them."""


@campaign.command(name="list")
@click.option("--all", "all_", is_flag=True, help="The deleted ones too.")
@click.pass_obj
def list_(parts: Application, all_: bool) -> None:
    """List every campaign: those that are only written, those launched, those brought in."""
    from outreach.files.campaigns import campaign_files, written_name

    launched = parts.store.shelf.all(deleted_too=all_)
    names = {one.name for one in parts.store.shelf.all(deleted_too=True)}
    files = {written_name(path): path for path in campaign_files(parts.settings)}
    rows = [_launched(parts, one) for one in launched]
    rows += [
        {"campaign": name, "title": None, "state": "written", "origin": None, "launched_at": None,
         "finished_at": None, "renews": None, "enrolled": 0, "control": 0, "deleted": False,
         "file": str(path)}
        for name, path in files.items()
        if name not in names
    ]  # fmt: skip
    show(parts, {"campaigns": rows}, lambda: _print(parts, rows))


@campaign.command()
@click.argument("campaign")
@click.argument("new", metavar="NEW")
@click.pass_obj
def clone(parts: Application, campaign: str, new: str) -> None:
    """Write CAMPAIGN again as NEW, in campaigns/NEW.yaml, with its comments.

    The templates are shared; copy one before you change it.
    """
    from outreach.runner.campaign_copies import clone as write_again

    file = parts.campaign_file(campaign)
    made = write_again(file, new, store=parts.store, settings=parts.settings)
    show(parts, _made(made), _told(made))


@campaign.command()
@click.argument("campaign")
@click.option("--as", "new", metavar="NEW", help="What the next wave is called; else NAME-2, -3…")
@click.pass_obj
def renew(parts: Application, campaign: str, new: str | None) -> None:
    """Prepare the next wave of CAMPAIGN: its file again, with `renews: CAMPAIGN`.

    The dates of last time are commented out. Nothing starts before `launch`, which remembers
    what the new campaign renews.
    """
    from outreach.runner.campaign_copies import renew as write_next

    file = parts.campaign_file(campaign)
    made = write_next(file, name=new, store=parts.store, settings=parts.settings)
    lines = _told(made)
    where = file.campaign.audience.where
    if "received(" not in where:
        lines.insert(1, Text(
            "who got {name} is in it again; to leave them out: and not received(\"{name}\")",
            name=file.campaign.name,
        ))  # fmt: skip
    show(parts, _made(made) | {"renews": file.campaign.name}, lines)


@campaign.command()
@click.argument("campaign")
@click.pass_obj
def delete(parts: Application, campaign: str) -> None:
    """Hide CAMPAIGN, which must be over. Its people, messages and events stay on record.

    The file is left where it is.
    """
    from outreach.runner.campaign_copies import may_be_deleted, only_written

    found = parts.store.shelf.find(campaign)
    if found is None:
        found = only_written(parts.campaign_file(campaign), parts.store)
    may_be_deleted(found)
    parts.store.shelf.hide(found.id, now=parts.now())
    show(
        parts,
        {"campaign": found.name, "deleted": True},
        [Text("{name} is hidden; what happened in it stays on record", name=found.name)],
    )


# --- showing ------------------------------------------------------------------------------------


def _launched(parts: Application, one: Shelved) -> dict[str, Any]:
    zone = parts.settings.zone
    return {
        "campaign": one.name,
        "title": one.title or None,
        "state": one.state.value,
        "origin": one.origin,
        "launched_at": one.launched_at.astimezone(zone),
        "finished_at": one.finished_at.astimezone(zone) if one.finished_at else None,
        "renews": one.renews,
        "enrolled": one.enrolled,
        "control": one.control,
        "deleted": one.deleted_at is not None,
        "file": one.file,
    }


def _made(made: Copied) -> dict[str, Any]:
    return {"campaign": made.name, "file": str(made.path), "from": str(made.source)}


def _told(made: Copied) -> list[Text]:
    return [
        Text("written  {path}", path=str(made.path)),
        Text("look through it, then: outreach check {name}", name=made.name),
    ]


def _print(parts: Application, rows: list[dict[str, Any]]) -> None:
    if not rows:
        say(parts, Text("there is no campaign yet: campaigns are the files campaigns/*.yaml"))
        return
    headers = [Text("Campaign"), Text("State"), Text("Since"), Text("Enrolled"), Text("Renews")]
    lines = [
        [row["campaign"], _state(parts, row),
         parts.language.write(row["launched_at"].date()) if row["launched_at"] else "",
         str(row["enrolled"]) if row["launched_at"] else "", row["renews"] or ""]
        for row in rows
    ]  # fmt: skip
    table(parts, headers, lines, right=[3])


def _state(parts: Application, row: dict[str, Any]) -> str:
    speak = parts.language.say
    if row["deleted"]:
        return speak(Text("deleted"))
    if row["origin"] == "history":
        return speak(Text("brought in"))
    if row["state"] == "written":
        return speak(Text("not launched"))
    return speak(CAMPAIGN_STATES[row["state"]])
