"""`letters posted`, `letters returned`: what left for the post, and what it brought back."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from outreach.application import Application
from outreach.cli.door import Command
from outreach.cli.output import leave, notice, show
from outreach.cli.telling import as_json, tell
from outreach.errors import ExitCode, Plural, Text, WrongUsage
from outreach.model.text import shown
from outreach.runner.wording import reason_text

#: What could not be read is told so often; all of it under --json.
_SHOWN = 10

if TYPE_CHECKING:
    from outreach.runner.posting import Posted
    from outreach.runner.recording import Bulk


@click.command(cls=Command)
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
    """Say that the printed letters of CAMPAIGN were posted: the chain's clock starts.

    Who was taken out is in the next bundle. Whose chain has ended since the printing is named:
    his letter still lies in the pile.
    """
    from outreach.cli.campaigns import mailroom
    from outreach.runner.informing import note_posted
    from outreach.runner.posting import post

    launched = parts.launched(campaign)
    people = [parts.person(who) for who in taken_out]
    at = parts.instant(on) if on else parts.now()
    with parts.alone():
        done = post(
            parts.store, launched, settings=parts.settings, on=at, now=parts.now(),
            taken_out=people,
        )  # fmt: skip
        note_posted(parts.store, mailroom(parts, [launched]), launched)
    data: dict[str, object] = {
        "campaign": launched.name,
        "posted": done.letters,
        "on": at.astimezone(parts.settings.zone).date(),
    }
    # Told where somebody is in it, as the sentences are.
    if done.kept_back:
        data["kept_back"] = [{"contact": one.id, "name": one.name} for one in done.kept_back]
    if done.withdrawn:
        data["withdrawn"] = [
            {"contact": one.id, "name": one.name, "reason": why} for one, why in done.withdrawn
        ]
    show(parts, data, _posted(done))


def _posted(done: Posted) -> list[Text | Plural]:
    lines: list[Text | Plural] = [
        Plural("{count} letter is posted", "{count} letters are posted", done.letters)
    ]
    if done.kept_back:
        lines.append(
            Text("kept back, and in the next bundle: {names}",
                 names=", ".join(one.name for one in done.kept_back))
        )  # fmt: skip
    lines += [
        Text("take the letter of {name} (#{id}) out of the pile: {reason}",
             name=one.name, id=one.id, reason=reason_text(why))
        for one, why in done.withdrawn
    ]  # fmt: skip
    return lines


@click.command(cls=Command)
@click.argument("who", nargs=-1, metavar="[CODE|WHO]…")
@click.option(
    "--from",
    "file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Many at once: a line each, as a scanner writes them.",
)
@click.option("--campaign", metavar="CAMPAIGN", help="Whose letters; else what the code says.")
@click.option("--on", "on", metavar="DATE", help="The day they came back; else today.")
@click.option("--dry-run", is_flag=True, help="Say what would be recorded, write nothing.")
@click.pass_obj
def returned(
    parts: Application,
    who: tuple[str, ...],
    file: Path | None,
    campaign: str | None,
    on: str | None,
    dry_run: bool,
) -> None:
    """Letters that the post brought back (NPAI, PND): type or scan the codes printed on them.

    The address is marked and no more letters go there until it changes; e-mails go on.
    """
    from outreach.runner.desk import Desk
    from outreach.runner.returning import Came, bring_back, written_codes

    if not who and file is None:
        raise WrongUsage(
            Text("say whose letters came back"),
            hint=Text("outreach letters returned CODE…, or --from FILE"),
        )
    codes = [Came(0, code) for code in who] + (written_codes(file) if file else [])
    with parts.rehearsing() if dry_run else nullcontext(parts.store) as store:
        desk = Desk(
            store=store, settings=parts.settings, now=parts.now(), person=parts.person,
            campaign=parts.launched, instant=parts.instant,
        )  # fmt: skip
        bulk = bring_back(codes, desk, campaign=campaign, on=on, file=shown(file or ""))
    data = {
        "recorded": bulk.recorded,
        "unchanged": bulk.unchanged,
        "rejected": bulk.rejected,
        "errors": [as_json(error, parts.language.say) for error in bulk.errors],
        **({"dry_run": True} if dry_run else {}),
    }
    show(parts, data, _returned(bulk, dry_run=dry_run))
    if not parts.options.json:
        for error in bulk.errors[:_SHOWN]:
            tell(error, parts)
        if bulk.rejected > _SHOWN:
            notice(parts, Text("… and {count} more", count=bulk.rejected - _SHOWN))
    if bulk.rejected:
        leave(ExitCode.PARTLY_DONE)


def _returned(bulk: Bulk, *, dry_run: bool) -> list[Text | Plural]:
    lines: list[Text | Plural] = [
        Plural("{count} address is marked: no letter goes there until it changes",
               "{count} addresses are marked: no letter goes there until they change",
               bulk.recorded)
    ]  # fmt: skip
    if bulk.unchanged:
        lines.append(Plural("{count} was marked already", "{count} were marked already",
                            bulk.unchanged))  # fmt: skip
    if dry_run:
        lines.append(Text("this was a rehearsal: nothing was written"))
    return lines
