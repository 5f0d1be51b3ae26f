"""`history`: campaigns and orders from elsewhere, brought in, listed, taken back."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from outreach.application import Application
from outreach.cli.door import Group
from outreach.cli.output import leave, say, show, table
from outreach.errors import ExitCode, Plural, Text, WrongUsage
from outreach.model.campaign import Channel
from outreach.model.stage import DEFAULT_CHAIN

if TYPE_CHECKING:
    from outreach.runner.history import PastReport

#: Columns that were left out and are named.
_NAMED = 8


@click.group(cls=Group)
def history() -> None:
    """Bring in campaigns and orders from elsewhere, so that rates are the firm's own.

    The report, the plan and the segments then count them like any other campaign.
    """


@history.command(name="import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--campaign", required=True, metavar="NAME",
              help="What the past campaign is called.")  # fmt: skip
@click.option("--map", "map_file", type=click.Path(path_type=Path), metavar="FILE",
              help="YAML or JSON: header: contact, group, sent_on, stage, amount…")  # fmt: skip
@click.option("--create-contacts", is_flag=True, help="Make contacts of people not on file.")
@click.option("--channel", type=click.Choice([one.value for one in Channel]),
              help="How it was sent, where the file does not say; else task.")  # fmt: skip
@click.option("--on", "on", metavar="DATE", help="When it was sent, where the file does not say.")
@click.option("--chain", metavar="STAGES",
              help="The stages of that campaign, where they are others: a,b,c.")  # fmt: skip
@click.option("--title", default="", metavar="TEXT", help="What the report calls it.")
@click.option("--sheet", metavar="NAME", help="Which sheet of a spreadsheet.")
@click.option("--dry-run", is_flag=True, help="Do everything, keep nothing.")
@click.pass_obj
def import_(
    parts: Application,
    file: Path,
    campaign: str,
    map_file: Path | None,
    create_contacts: bool,
    channel: str | None,
    on: str | None,
    chain: str | None,
    title: str,
    sheet: str | None,
    dry_run: bool,
) -> None:
    """Read the campaign NAME out of FILE: a row per person, or per order or sending.

    Columns are recognised in French and English: who (contact, E-mail, Code…), variant or
    control, sent on, channel, stage with its date, amount, margin, attempts, cost. A column may
    be named after a stage (Quote on, Devis le). All of the file is written, or nothing; rows
    that cannot be used go to a file to be mended; the same file again adds nothing.
    """
    from outreach.cli.imports import map_shown, progress
    from outreach.cli.telling import when_interrupted
    from outreach.files.maps import read_map
    from outreach.runner.history import PastWanted, bring_in
    from outreach.runner.opening import open_list

    wanted = PastWanted(
        campaign=_named(campaign),
        title=title,
        chain=_stages(chain),
        overrides=read_map(map_file) if map_file else None,
        create_contacts=create_contacts,
        dry_run=dry_run,
        channel=Channel(channel) if channel else Channel.TASK,
        sent_at=parts.instant(on) if on else None,
    )
    list_ = open_list(file, sheet=sheet)
    interrupted = when_interrupted(Text("nothing was written"))
    with interrupted, progress(parts, list_.file) as told, map_shown(map_file):
        report = bring_in(
            parts.store, list_, wanted, settings=parts.settings, now=parts.now(),
            instant=parts.instant, say=parts.language.say, told=told,
        )  # fmt: skip
    show(parts, _data(parts, report, dry_run=dry_run), lambda: _print(parts, report, dry_run))
    if report.counts.rejected:
        leave(ExitCode.PARTLY_DONE)


@history.command(name="list")
@click.pass_obj
def list_(parts: Application) -> None:
    """List the campaigns that were brought in."""
    rows = [
        {
            "campaign": one.name,
            "file": one.file,
            "from": parts.database.day_of(one.launched_at),
            "until": parts.database.day_of(one.finished_at) if one.finished_at else None,
            "people": one.enrolled + one.control,
        }
        for one in parts.store.shelf.all()
        if one.origin == "history"
    ]
    show(parts, {"campaigns": rows}, lambda: _print_list(parts, rows))


@history.command()
@click.argument("campaign")
@click.option("--dry-run", is_flag=True, help="Say what would go, change nothing.")
@click.pass_obj
def undo(parts: Application, campaign: str, dry_run: bool) -> None:
    """Take CAMPAIGN back whole, as if its files had never been read.

    People whom it made go with it, unless something else happened to them; who asked not to be
    contacted any more stays on the list of those.
    """
    from outreach.store.history_undoing import take_back

    launched = parts.launched(campaign, hidden_too=True)
    done = take_back(parts.database, launched.id, launched.name, now=parts.now(), dry_run=dry_run)
    data = {"campaign": launched.name, "people": done.people, "removed": done.removed}
    lines: list[str | Text] = [
        Plural("{campaign}: {count} person is out of it again",
               "{campaign}: {count} people are out of it again",
               done.people, campaign=launched.name),
        Plural("{count} contact removed", "{count} contacts removed", done.removed),
    ]  # fmt: skip
    if dry_run:
        lines.append(Text("this was a rehearsal: nothing was written"))
    show(parts, data | ({"dry_run": True} if dry_run else {}), lines)


# --- words --------------------------------------------------------------------------------------


def _named(campaign: str) -> str:
    name = campaign.strip()
    if not name or "/" in name or name.endswith((".yaml", ".yml")):
        raise WrongUsage(
            Text("{name!r} is no name for a past campaign", name=campaign),
            hint=Text("give it a name of its own, such as spring-2024"),
        )
    return name


def _stages(chain: str | None) -> tuple[str, ...]:
    if chain is None:
        return DEFAULT_CHAIN
    stages = tuple(dict.fromkeys(word.strip().lower() for word in chain.split(",")))
    if len(stages) < 2 or not all(stage.replace("_", "").isalnum() for stage in stages):
        raise WrongUsage(
            Text("{chain!r} is no chain of stages", chain=chain),
            hint=Text("write it like contacted,replied,order"),
        )
    return stages


# --- showing ------------------------------------------------------------------------------------


def _data(parts: Application, report: PastReport, *, dry_run: bool) -> dict[str, Any]:
    speak = parts.language.say
    return {
        "campaign": report.campaign,
        "file": str(report.file),
        **asdict(report.counts),
        "rejects_file": str(report.rejects_file) if report.rejects_file else None,
        "rejections": [{"line": r.line, "reason": speak(r.reason)} for r in report.rejections],
        "mapping": [{"header": header, "means": means} for header, means in report.mapping],
        "notes": [speak(note) for note in report.notes],
        **({"dry_run": True} if dry_run else {}),
    }


def _print(parts: Application, report: PastReport, dry_run: bool) -> None:
    counts = report.counts
    say(parts, Plural("{file}: {count} row read", "{file}: {count} rows read", counts.read,
                      file=report.file.name))  # fmt: skip
    say(parts, Text("  {recorded} recorded, {unchanged} on record already, {rejected} rejected",
                    recorded=counts.recorded, unchanged=counts.unchanged,
                    rejected=counts.rejected))  # fmt: skip
    say(parts, Text("  people enrolled: {enrolled}, control group: {control}, "
                    "new contacts: {created}", enrolled=counts.enrolled, control=counts.control,
                    created=counts.created))  # fmt: skip
    say(parts, Text("  attempts: {touches}, orders: {orders}, other facts: {facts}",
                    touches=counts.touches, orders=counts.orders, facts=counts.facts))  # fmt: skip
    for note in report.notes:
        say(parts, f"  {parts.language.say(note)}")
    if dry_run:
        _print_mapping(parts, report)
    else:
        _print_left_out(parts, report)
    for one in report.rejections:
        say(parts, Text("  line {line}: {reason}", line=one.line, reason=one.reason))
    if counts.rejected > len(report.rejections):
        say(parts, "  …")
    if report.rejects_file:
        say(parts, Text("  the rejected rows are in {file}: mend them there and import that file",
                        file=report.rejects_file))  # fmt: skip
    if dry_run:
        say(parts, Text("this was a rehearsal: nothing was written"))
    elif counts.recorded:
        say(parts, Text("what came of it: outreach report {name}", name=report.campaign))
    else:
        say(parts, Text("nothing was written"))


def _print_mapping(parts: Application, report: PastReport) -> None:
    rows = [[header, means or "–"] for header, means in report.mapping]
    table(parts, [Text("Column"), Text("Says")], rows)


def _print_left_out(parts: Application, report: PastReport) -> None:
    left = [header for header, means in report.mapping if means is None]
    if left:
        more = ["…"] if len(left) > _NAMED else []
        names = ", ".join([*left[:_NAMED], *more])
        say(parts, Plural("  {count} column left out: {names}",
                          "  {count} columns left out: {names}", len(left),
                          names=names))  # fmt: skip


def _print_list(parts: Application, rows: list[dict[str, Any]]) -> None:
    if not rows:
        say(parts, Text("No campaign was brought in yet: outreach history import FILE"))
        return
    headers = [Text("Campaign"), Text("From"), Text("Until"), Text("People"), Text("File")]
    lines = [
        [row["campaign"], parts.language.write(row["from"]),
         parts.language.write(row["until"]) if row["until"] else "", str(row["people"]),
         Path(row["file"] or "").name]
        for row in rows
    ]  # fmt: skip
    table(parts, headers, lines, right=[3])
