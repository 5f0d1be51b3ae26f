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
    from outreach.runner.renewing import Renewed
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
@click.option("--start", metavar="DATE", help="Its first day; else some weeks later, same weekday.")
@click.option(
    "--people",
    type=click.Choice(["new", "silent", "all"]),
    help="Those not reached yet (usual), reached and silent, or everybody again.",
)
@click.pass_obj
def renew(
    parts: Application, campaign: str, new: str | None, start: str | None, people: str | None
) -> None:
    """Prepare the next wave of CAMPAIGN: its file again, with `renews: CAMPAIGN`.

    Every date is moved, who was reached already is left out, and what came of the last wave
    stands in it as comments. It is checked at once; nothing starts before `launch`.
    """
    from outreach.cli.campaigns import campaign_file, mailroom
    from outreach.runner.renewing import Again, Wished, told
    from outreach.runner.renewing import renew as write_next

    wished = Wished(
        name=new,
        start=parts.coming_day(start) if start else None,
        again=Again(people) if people else None,
    )
    file = campaign_file(parts, campaign)
    say_ = parts.language.say
    made = write_next(file, wished, mailroom(parts), now=parts.now(), say=say_)
    lines = [*told(made), *_problems(made), *_next(made.name)]
    show(parts, _renewed(parts, made), lines)


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
    return [Text("written  {path}", path=str(made.path)), *_next(made.name)]


def _next(name: str) -> list[Text]:
    return [Text("look through it, then: outreach check {name}", name=name)]


def _renewed(parts: Application, made: Renewed) -> dict[str, Any]:
    from outreach.cli.telling import as_json

    say_, chosen = parts.language.say, made.checked.chosen
    return {
        "campaign": made.name,
        "file": str(made.path),
        "from": str(made.source),
        "renews": made.before,
        "start": made.start,
        "dates": [{"key": one.key, "from": one.before, "to": one.after} for one in made.moved],
        "people": made.again.value,
        "enrolled": chosen.count.enrolled if chosen else None,
        "verdict": made.verdict.value if made.verdict else None,
        "verdict_reasons": [say_(reason) for reason in made.reasons],
        "problems": [
            {"severity": one.severity.value, **as_json(one.error, say_)}
            for one in made.checked.problems
        ],
    }


def _problems(made: Renewed) -> list[Text]:
    """What must be mended before it can start; what is only good to know is `check`'s."""
    from outreach.runner.findings import Severity

    wrong = [one for one in made.checked.problems if one.severity is Severity.ERROR]
    return [Text("to mend before it can start: {problem}", problem=one.error.what) for one in wrong]


def _print(parts: Application, rows: list[dict[str, Any]]) -> None:
    if not rows:
        say(parts, Text("there is no campaign yet: campaigns are the files campaigns/*.yaml"))
        return
    headers = [Text("Campaign"), Text("State"), Text("Since"), Text("Enrolled"), Text("Renews")]
    lines = [
        [row["campaign"], _state(parts, row),
         parts.language.write(row["launched_at"].date()) if row["launched_at"] else "",
         parts.language.count(row["enrolled"]) if row["launched_at"] else "", row["renews"] or ""]
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
