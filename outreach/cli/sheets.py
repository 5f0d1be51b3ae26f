"""Sheets of paper for calls and visits, and the report of what came of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from outreach.application import Application
from outreach.cli.campaigns import mailroom
from outreach.cli.day_list import day_asked, day_list, seller_known
from outreach.cli.guided import Talk
from outreach.cli.outcome_lines import as_row, told
from outreach.cli.output import leave, notice, say, show
from outreach.errors import ExitCode, Interrupted, Location, OutreachError, Plural, Text, WrongUsage
from outreach.model.admission import Rejection
from outreach.model.campaign import Channel
from outreach.model.contact import Contact
from outreach.model.text import shown
from outreach.runner.calls import DayList, Wish
from outreach.runner.sheets import Printed, SheetMaker
from outreach.runner.undated import second_facts
from outreach.store.campaigns import Launched
from outreach.store.store import Store


class NothingWaits(OutreachError):
    def __init__(self, contact: Contact, channel: Channel) -> None:
        name = contact.name
        what = (
            Text("no call waits for {name}", name=name)
            if channel is Channel.CALL
            else Text("no visit waits for {name}", name=name)
        )
        super().__init__(
            what,
            hint=Text("record it as it is: outreach record {who} STAGE",
                      who=contact.text("email") or str(contact.id)),
        )  # fmt: skip


def make_sheets(
    parts: Application,
    channel: Channel,
    campaign: str | None,
    *,
    out: Path | None,
    seller: str | None,
    day: str | None,
    limit: int | None,
    pdf: bool,
) -> None:
    """Print the sheets of a day and the table for their outcomes."""
    from outreach.files.pdf_finding import find_office
    from outreach.files.pdf_office import Office

    if pdf:
        find_office()
    on = day_asked(parts, day)
    wish = Wish(channels=(channel,), seller=seller_known(parts, seller), day=on, limit=limit)
    lists = day_list(parts, campaign)
    found = lists.calls(wish, parts.now())
    name = "-".join(
        filter(None, (f"{channel.value}s", (on or parts.today()).isoformat(), campaign, seller))
    )
    folder = out or parts.settings.outbox / f"{channel.value}s"
    maker = SheetMaker(lists, say=parts.language.say, write=parts.language.write)
    if pdf and found:
        with Office() as office:
            made = maker.files(found, folder, name, office=office)
    else:
        made = maker.files(found, folder, name, office=None)
    data = {
        "sheets": made.sheets,
        "files": [str(file) for file in made.files],
        "table": str(made.table) if made.table else None,
    }
    show(parts, data, lambda: _print_made(parts, made, channel))


def _print_made(parts: Application, made: Printed, channel: Channel) -> None:
    if not made.sheets:
        say(parts, Text("nothing to print"))
        return
    say(parts, Plural("{count} sheet", "{count} sheets", made.sheets))
    for file in made.files:
        say(parts, f"  {file}")
    say(parts, f"  {made.table}")
    if channel is Channel.CALL:
        say(parts, Text("fill the table in, then: outreach calls report --from {file}",
                        file=made.table))  # fmt: skip
    else:
        say(parts, Text("fill the table in, then: outreach visits report --from {file}",
                        file=made.table))  # fmt: skip


# --- what came of them ------------------------------------------------------------------------


def report(
    parts: Application,
    channel: Channel,
    who: str | None,
    file: Path | None,
    *,
    seller: str | None,
    dry_run: bool,
) -> None:
    """Report one person's call or visit, or those of a table."""
    if who and file:
        raise WrongUsage(Text("a person or a file? give one of them"))
    if who and Path(who).suffix.lower() in (".csv", ".xlsx", ".ods"):
        file, who = Path(who), None
    author = seller_known(parts, seller)
    if file is not None:
        _report_file(parts, channel, file, author, dry_run=dry_run)
    elif who:
        if dry_run:
            raise WrongUsage(Text("--dry-run is for a file"))
        _report_one(parts, channel, who, author)
    else:
        raise WrongUsage(Text("name a person, or the table of the sheets: --from FILE"))


def _report_one(parts: Application, channel: Channel, who: str, author: str | None) -> None:
    from outreach.cli.asking import conversation
    from outreach.runner.call_session import CallSession

    person = parts.person(who)
    wish = Wish(channels=(channel,), seller=author)
    session = CallSession(day_list(parts, None), wish, clock=parts.now, only=person.id)
    talk = Talk(parts, session, channel, limit=1)
    try:
        with conversation(parts):
            asked = talk.all()
    except KeyboardInterrupt:
        raise Interrupted(talk.kept()) from None
    finally:
        session.give_back()
    if not asked:
        raise NothingWaits(person, channel)
    show(parts, talk.data(), talk.summary)


def _report_file(
    parts: Application, channel: Channel, file: Path, author: str | None, *, dry_run: bool
) -> None:
    from outreach.cli.telling import when_interrupted

    kept = Text("the rows read so far are recorded; read the file again and the rest follows")
    chosen: Sequence[Launched] = parts.store.campaigns.all()
    if dry_run:
        with parts.rehearsing() as store:
            _read(parts, store, chosen, channel, file, author, dry_run=True)
    else:
        with when_interrupted(kept):
            _read(parts, parts.store, chosen, channel, file, author, dry_run=False)


def _read(
    parts: Application,
    store: Store,
    chosen: Sequence[Launched],
    channel: Channel,
    file: Path,
    author: str | None,
    *,
    dry_run: bool,
) -> None:
    from outreach.files.rejects import Rejects
    from outreach.files.tables import Row, open_table
    from outreach.runner.record import together
    from outreach.runner.reported import ReportDesk
    from outreach.runner.reported_table import Reported, report_rows

    table = open_table(file)
    desk = ReportDesk(
        day=DayList(store, mailroom(parts, chosen), chosen),
        channel=channel,
        now=parts.now(),
        author=author,
        person=parts.person,
        instant=parts.instant,
        say=parts.language.say,
        batch=together(store, file=shown(file)),
    )
    place = file.with_name(f"{file.stem}-rejects.csv")
    with Rejects(place, table.header, parts.language.say) as rejects:

        def keep(row: Row, rejection: Rejection) -> None:
            if not dry_run:
                rejects.keep([row], [rejection])

        done: Reported = report_rows(
            table.header, table.rows(), desk, file=str(file), rejected=keep
        )
        written = rejects.written
    data = _data(parts, done, written, file, dry_run=dry_run)
    show(parts, data, lambda: _print_report(parts, done, written, file, dry_run=dry_run))
    if done.rejected:
        leave(ExitCode.PARTLY_DONE)


def _data(
    parts: Application, done: Any, written: Path | None, file: Path, *, dry_run: bool
) -> dict[str, Any]:
    return {
        "read": done.read,
        "recorded": len(done.recorded),
        "unchanged": done.unchanged,
        "again": done.again,
        "blank": done.blank,
        "rejected": len(done.rejected),
        "rejects_file": str(written) if written else None,
        "rows": [as_row(parts, one) for one in done.recorded],
        "errors": [
            {
                "message": parts.language.say(one.reason),
                "file": str(file),
                "line": one.line,
                "column": None,
                "hint": None,
            }
            for one in done.rejected
        ],
    } | ({"dry_run": True} if dry_run else {})


def _print_report(
    parts: Application, done: Any, written: Path | None, file: Path, *, dry_run: bool
) -> None:
    if dry_run:
        for one in done.recorded:
            for number, line in enumerate(told(one)):
                head = f"{one.call.contact.name}: " if number == 0 else "  "
                say(parts, f"{head}{parts.language.say(line)}")
    say(
        parts,
        Text(
            "{recorded} recorded, {unchanged} known already, {blank} without an outcome, "
            "{rejected} rejected",
            recorded=len(done.recorded),
            unchanged=done.unchanged,
            blank=done.blank,
            rejected=len(done.rejected),
        ),
    )
    if done.again:
        notice(parts, second_facts(done.again))
    for one in done.rejected:
        say(parts, f"  {Location(file.name, one.line)}: {parts.language.say(one.reason)}")
    if written:
        say(parts, Text("the rejected rows are in {file}: mend them and read it again",
                        file=written))  # fmt: skip
    if dry_run:
        say(parts, Text("this was a rehearsal: nothing was written"))
