"""`record`: a step of the prospecting chain."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import click

from outreach.application import Application
from outreach.cli.door import Command
from outreach.cli.output import leave, say, show
from outreach.cli.telling import as_json, tell
from outreach.errors import ExitCode, Text, WrongUsage
from outreach.runner.record import Recorded
from outreach.runner.record import record as write_down
from outreach.runner.recording import COLUMNS, Bulk, Desk, WrongColumns, record_rows
from outreach.runner.wording import stage_text


@click.command(cls=Command)
@click.argument("who", required=False)
@click.argument("stage", required=False)
@click.option(
    "--campaign",
    metavar="CAMPAIGN",
    help="Where it is credited; else the last that touched the person.",
)
@click.option("--on", "on", metavar="DATE", help="When it happened; else now.")
@click.option("--amount", metavar="X", help="Of a quote or an order.")
@click.option("--margin", metavar="X", help="What an order leaves when its own costs are paid.")
@click.option("--by", metavar="SELLER", help="Who did it.")
@click.option("--note", metavar="TEXT", help="A note.")
@click.option(
    "--from",
    "file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Many at once, from a CSV: contact,stage[,campaign,on,amount,margin,by,note].",
)
@click.pass_obj
def record(
    parts: Application,
    /,
    who: str | None,
    stage: str | None,
    file: Path | None,
    **cells: str | None,
) -> None:
    """Record that WHO reached STAGE: a reply, an appointment, an order…

    Stages are those of the campaign's chain; other facts are no_answer, call_back, met,
    refused, lost, opted_out, bounced, complained and returned.
    """
    desk = _desk(parts)
    if file is not None:
        if who or any(cells.values()):
            raise WrongUsage(Text("--from FILE stands alone"))
        _record_file(parts, desk, file)
        return
    if not who or not stage:
        raise WrongUsage(Text("name a person and a stage: outreach record WHO STAGE"))
    row = {"contact": who, "stage": stage, **{key: cell for key, cell in cells.items() if cell}}
    recorded = write_down(parts.store, desk.fact(row), settings=parts.settings, now=parts.now())
    show(parts, _row(recorded), lambda: _print(parts, recorded))


def _desk(parts: Application) -> Desk:
    return Desk(
        store=parts.store,
        settings=parts.settings,
        now=parts.now(),
        person=parts.person,
        campaign=parts.launched,
        instant=parts.instant,
    )


def _record_file(parts: Application, desk: Desk, file: Path) -> None:
    from outreach.files.tables import open_table

    table = open_table(file)
    names = [name.strip().lower() for name in table.header]
    if not {"contact", "stage"} <= set(names) or not set(names) <= set(COLUMNS):
        raise WrongColumns(str(file), names)
    rows = (
        (row.line, dict(zip(names, row.cells, strict=False)), row.fault) for row in table.rows()
    )
    bulk = record_rows(rows, desk, file=str(file))
    data = {
        "recorded": len(bulk.recorded),
        "unchanged": bulk.unchanged,
        "rejected": len(bulk.errors),
        "errors": [as_json(error, parts.language.say) for error in bulk.errors],
    }
    show(parts, data, lambda: _print_bulk(parts, bulk))
    if bulk.errors:
        leave(ExitCode.PARTLY_DONE)


def _row(recorded: Recorded) -> dict[str, object]:
    fact = recorded.fact
    return {
        "contact": fact.contact.id,
        "stage": fact.stage,
        "campaign": fact.campaign.name if fact.campaign else None,
        "at": fact.at,
        "amount": fact.amount,
        "margin": fact.margin,
        "stopped": recorded.stopped,
        "call_done": recorded.call_done,
    }


def _print(parts: Application, recorded: Recorded) -> None:
    fact = recorded.fact
    where = fact.campaign.name if fact.campaign else "–"
    say(
        parts,
        Text(
            "{name}: {stage}, credited to {campaign}",
            name=fact.contact.name,
            stage=stage_text(fact.stage),
            campaign=where,
        ),
    )
    if fact.amount is not None:
        say(parts, parts.language.money(Decimal(fact.amount), parts.settings.currency))
    if recorded.call_done:
        say(parts, Text("The call that was due is done."))
    if recorded.stopped:
        say(parts, Text("The chain of this person ends here: nothing more leaves."))


def _print_bulk(parts: Application, bulk: Bulk) -> None:
    say(
        parts,
        Text(
            "{recorded} recorded, {unchanged} known already, {rejected} rejected",
            recorded=len(bulk.recorded),
            unchanged=bulk.unchanged,
            rejected=len(bulk.errors),
        ),
    )
    for error in bulk.errors:
        tell(error, parts)
