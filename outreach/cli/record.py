"""`record`: a step of the prospecting chain, by anyone, on any channel; one or a file of them."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import click

from outreach.application import Application
from outreach.cli.door import Command
from outreach.cli.outcome_lines import in_spite
from outreach.cli.output import leave, notice, say, show
from outreach.cli.telling import as_json, tell
from outreach.errors import ExitCode, Plural, Text, WrongUsage
from outreach.model.campaign import Channel
from outreach.model.stage import WITH_REASON
from outreach.runner.coming_next import Next, still_coming
from outreach.runner.desk import Desk
from outreach.runner.facts import as_known
from outreach.runner.record import Recorded, credited
from outreach.runner.record import record as write_down
from outreach.runner.recording import Bulk
from outreach.runner.tracks import TRACKS
from outreach.runner.undated import second_facts
from outreach.runner.wording import stage_text
from outreach.store.store import Store

#: What a person reads of the step that his recording has done.
_DONE = {
    Channel.CALL: Text("The call that was due is done."),
    Channel.VISIT: Text("The visit that was due is done."),
    Channel.TASK: Text("The task that was due is done."),
}

#: Rejected rows told one by one to a person.
_SHOWN = 20


@click.command(cls=Command)
@click.argument("who", required=False)
@click.argument("stage", required=False)
@click.option(
    "--campaign",
    metavar="CAMPAIGN",
    help="Where it is credited; else the last that touched the person before.",
)
@click.option("--on", "on", metavar="DATE", help="When it happened; else now.")
@click.option("--amount", metavar="X", help="Of a quote or an order.")
@click.option("--margin", metavar="X", help="What an order leaves when its own costs are paid.")
@click.option("--items", metavar="N", help="How many articles an order holds.")
@click.option("--by", metavar="SELLER", help="Who did it.")
@click.option("--note", metavar="TEXT", help="A note.")
@click.option("--channel", metavar="CHANNEL", help="email, letter, call, visit or task.")
@click.option("--minutes", metavar="N", help="How long the call or the visit took.")
@click.option("--km", metavar="N", help="How far the visit was.")
@click.option("--reason", metavar="TEXT", help="Why: of what was refused, lost, arid, latent.")
@click.option("--back-on", metavar="DATE", help="When to call back, to come back, to keep it.")
@click.option("--origin", metavar="TEXT", help="Of an inbound request: web, fair, reputation…")
@click.option("--referrer", metavar="WHO", help="Who recommended us to an inbound prospect.")
@click.option("--quality", metavar="N", help="Of our answer to a request: 1 (bad) to 5 (good).")
@click.option(
    "--from",
    "file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Many at once, from a table: contact,stage[,campaign,on,amount,…], as the options.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be recorded, write nothing.")
@click.pass_obj
def record(
    parts: Application,
    /,
    who: str | None,
    stage: str | None,
    file: Path | None,
    dry_run: bool,
    **cells: str | None,
) -> None:
    """Record that WHO reached STAGE: a reply, an appointment, an order…

    Stages are those of the campaign's chain. Other facts: no_answer, wrong_number, call_back,
    spoken, met, done (a task), refused, lost, opted_out, bounced, complained, returned. What
    the prospect thinks: arid (--reason), latent (--back-on), active, inbound (--origin,
    --referrer). What we did: answered (--quality), promised (--back-on), asked, recommended,
    thanked. See also: outreach undo.
    """
    with parts.rehearsing() if dry_run else nullcontext(parts.store) as store:
        desk = _desk(parts, store)
        if file is not None:
            if who or any(cells.values()):
                raise WrongUsage(Text("--from FILE stands alone"))
            _record_file(parts, desk, file, dry_run=dry_run)
            return
        if not who or not stage:
            raise WrongUsage(Text("name a person and a stage: outreach record WHO STAGE"))
        row = {"contact": who, "stage": stage, **{key: cell for key, cell in cells.items() if cell}}
        fact = desk.fact(row)
        if fact.campaign is None:
            fact = replace(fact, campaign=credited(store, fact.contact, fact.at))
        recorded = write_down(store, as_known(fact), settings=parts.settings, now=parts.now())
        follows = still_coming(store, recorded, settings=parts.settings, now=parts.now())
    data = _row(parts, recorded, follows) | ({"dry_run": True} if dry_run else {})
    show(parts, data, lambda: _print(parts, recorded, follows, dry_run=dry_run))


def _desk(parts: Application, store: Store) -> Desk:
    return Desk(
        store=store,
        settings=parts.settings,
        now=parts.now(),
        person=parts.person,
        campaign=parts.launched,
        instant=parts.instant,
    )


# --- a file -----------------------------------------------------------------------------------


def _record_file(parts: Application, desk: Desk, file: Path, *, dry_run: bool) -> None:
    from outreach.cli.imports import progress
    from outreach.runner.recording_files import record_file

    with progress(parts, file) as told:
        bulk, rejects = record_file(desk, file, say=parts.language.say, told=told, keep=not dry_run)
    data = {
        "recorded": bulk.recorded,
        "unchanged": bulk.unchanged,
        "again": bulk.again,
        "rejected": bulk.rejected,
        "stopped": bulk.stopped,
        "going_on": bulk.in_spite,
        "rejects_file": str(rejects) if rejects else None,
        "errors": [as_json(error, parts.language.say) for error in bulk.errors],
    }
    if dry_run:
        data["dry_run"] = True
    show(parts, data, lambda: _print_bulk(parts, bulk, rejects, dry_run=dry_run))
    if bulk.rejected:
        leave(ExitCode.PARTLY_DONE)


def _print_bulk(parts: Application, bulk: Bulk, rejects: Path | None, *, dry_run: bool) -> None:
    say(
        parts,
        Text(
            "{recorded} recorded, {unchanged} known already, {rejected} rejected",
            recorded=bulk.recorded,
            unchanged=bulk.unchanged,
            rejected=bulk.rejected,
        ),
    )
    for error in bulk.errors[:_SHOWN]:
        tell(error, parts)
    if bulk.rejected > _SHOWN:
        say(parts, Text("… and {count} more", count=bulk.rejected - _SHOWN))
    if bulk.in_spite:
        told = Plural("{count} of them refused, and the chain goes on: see outreach why WHO",
                      "{count} of them refused, and their chains go on: see outreach why WHO",
                      bulk.in_spite)  # fmt: skip
        notice(parts, told)
    if bulk.again:
        notice(parts, second_facts(bulk.again))
    if rejects is not None:
        say(parts, Text("The rejected rows are in {file}: mend them and record that file.",
                        file=rejects))  # fmt: skip
    if dry_run:
        say(parts, Text("this was a rehearsal: nothing was written"))
    elif bulk.recorded:
        say(parts, Text("Take all of it back with: outreach undo"))


# --- one fact ---------------------------------------------------------------------------------


def _row(parts: Application, recorded: Recorded, follows: Next | None) -> dict[str, object]:
    fact = recorded.fact
    return {
        "number": recorded.number,
        "contact": fact.contact.id,
        "stage": fact.stage,
        "campaign": fact.campaign.name if fact.campaign else None,
        "at": fact.at.astimezone(parts.settings.zone),
        "amount": fact.amount,
        "margin": fact.margin,
        "channel": fact.channel.value if fact.channel else None,
        "reason": fact.reason,
        "back_on": fact.back_on,
        "stopped": recorded.stopped,
        "call_done": recorded.call_done,
        "track": recorded.track.value if recorded.track else None,
        "next": {
            "step": follows.step,
            "at": follows.at.astimezone(parts.settings.zone) if follows.at else None,
            "what": parts.language.say(follows.what),
        } if follows else None,
    }  # fmt: skip


def _print(parts: Application, recorded: Recorded, follows: Next | None, *, dry_run: bool) -> None:
    for line in _lines(parts, recorded):
        say(parts, line)
    if follows is not None:
        for line in in_spite(recorded.fact, follows, parts.settings.zone):
            say(parts, line)
    if dry_run:
        say(parts, Text("this was a rehearsal: nothing was written"))
        return
    if recorded.number is not None:
        say(parts, Text("Recorded as no. {number}; take it back with: outreach undo",
                        number=recorded.number))  # fmt: skip
    fact = recorded.fact
    if fact.stage in WITH_REASON and not fact.reason:
        notice(parts, Text("No reason was given: why he did not buy is worth knowing (--reason)"))


def _lines(parts: Application, recorded: Recorded) -> list[str | Text]:
    fact = recorded.fact
    words = {"name": fact.contact.name, "stage": stage_text(fact.stage)}
    lines: list[str | Text] = [
        Text("{name}: {stage}, credited to {campaign}", campaign=fact.campaign.name, **words)
        if fact.campaign
        else Text("{name}: {stage}, in no campaign", **words)
    ]
    if fact.amount is not None:
        lines.append(parts.language.money(Decimal(fact.amount), parts.settings.currency))
    if recorded.call_done:
        lines.append(_DONE[recorded.work])
    if recorded.stopped:
        lines.append(Text("The chain of this person ends here: nothing more leaves."))
    if recorded.track is not None:
        lines.append(Text("This person goes on in {track}.", track=TRACKS[recorded.track.value]))
    if fact.back_on is not None:
        lines.append(Text("Noted for {day}; see outreach today.", day=fact.back_on))
    return lines
