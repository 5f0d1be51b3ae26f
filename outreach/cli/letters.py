"""`letters`: the print bundle, and the day it was posted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from outreach.application import Application
from outreach.cli.campaigns import mailroom
from outreach.cli.door import Group
from outreach.cli.labels import as_data, as_lines, sheets_wished
from outreach.cli.output import leave, show
from outreach.errors import ExitCode, Plural, Text, WrongUsage
from outreach.files.lying import Lying, lying_in, lying_since
from outreach.files.pdf import Failed
from outreach.files.pdf_finding import find_office
from outreach.model.campaign import CampaignState, Channel
from outreach.model.contact import Contact
from outreach.runner.beside import Beside
from outreach.runner.leaving_today import not_to_print
from outreach.runner.letters import Letters
from outreach.runner.passing_over import pass_over
from outreach.runner.pdf_letters import AsPdf
from outreach.runner.printed import Printed
from outreach.runner.separating import Separators

#: Files named in a line of the answer.
_NAMED = 10


@click.group(
    cls=Group,
    default="print",
    elsewhere={"posted": "letters_posted:posted", "returned": "letters_posted:returned"},
)
def letters() -> None:
    """Make the print bundle of the letters that are due; say when it was posted.

    `outreach letters CAMPAIGN` prints; `outreach letters posted CAMPAIGN` starts the chain's
    clock; `outreach letters returned CODE…` marks the addresses of those that came back.
    """


@letters.command(name="print")
@click.argument("campaign", required=False)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where the bundle goes; else data/outbox/letters.",
)
@click.option("--pdf", is_flag=True, help="PDF files too: one each, and one to print.")
@click.option(
    "--two-sided",
    is_flag=True,
    help="With --pdf: each letter of the print file begins on a new sheet of paper.",
)
@click.option("--labels", metavar="FORMAT",
              help="Sheets of labels too: 99.1x38.1, 70x37 … (see `contacts labels`).")  # fmt: skip
@click.option("--skip", type=click.IntRange(min=0), default=0, metavar="N",
              help="With --labels: the first N labels of the first sheet are used.")  # fmt: skip
@click.option("--envelopes", metavar="SIZE", help="Envelopes too: DL, C6/5, C6, C5, C4.")
@click.option("--separators", type=click.Choice([by.value for by in Separators]),
              help="A page before each group of the bundle, with its count.")  # fmt: skip
@click.pass_obj
def print_(
    parts: Application,
    campaign: str | None,
    out: Path | None,
    pdf: bool,
    two_sided: bool,
    labels: str | None,
    skip: int,
    envelopes: str | None,
    separators: str | None,
) -> None:
    """Merge the letters that are due: one .docx each, and one bundle sorted by postal code.

    Letters that were printed and not posted yet are in it again.
    """
    if two_sided and not pdf:
        raise WrongUsage(Text("--two-sided is for the print file of --pdf"))
    beside = Beside(
        sheets=sheets_wished(parts, labels=labels, skip=skip, envelope=envelopes),
        separators=Separators(separators) if separators else None,
        as_pdf=pdf,
    )
    if pdf:
        find_office()
    every = parts.store.campaigns.all()
    chosen = [parts.launched(campaign)] if campaign else every
    running = {c.id: c for c in chosen if c.state is CampaignState.RUNNING}
    going = {c.id: c for c in every if c.state is CampaignState.RUNNING}
    before = lying_in(out) if out else {}
    with parts.alone():
        room = mailroom(parts, chosen)
        passed = pass_over(running, room, now=parts.now, channels=[Channel.LETTER])
        now = parts.now()
        due = parts.store.printing.due_letters
        # Some are put off: they are counted before, where a pressure may do so.
        asked = parts.settings.pressure is not None
        theirs = due(now=now, campaigns=list(running), printed_too=False) if asked else []
        but = not_to_print(parts.store, parts.settings, going, now=now)
        waits = sum(one.id in but for one in theirs)
        made = Letters(room).print_due(
            running,
            now=now,
            but=but,
            out=out,
            again=True,
            pdf=AsPdf(two_sided) if pdf else None,
            beside=beside,
        )
    lying = [lying_since(before, batch.folder) for batch in made]
    held = sum(batch.held for batch in made)
    data = {
        "letters": sum(batch.letters for batch in made),
        "held": held,
        "skipped": passed + sum(batch.skipped for batch in made),
        "waiting": waits,
        "bundles": [
            {
                "campaign": batch.campaign,
                "step": batch.step,
                "folder": str(batch.folder),
                "letters": batch.letters,
                "held": batch.held,
                "print": [*map(str, there.to_print)],
                "older": [*map(str, there.older)],
                **({"no_pdf": _not_made(parts, batch)} if pdf else {}),
                **({"addresses": [*map(as_data, batch.addressed)]} if beside.sheets else {}),
            }
            for batch, there in zip(made, lying, strict=True)
        ],
    }
    lines = [
        line for batch, there in zip(made, lying, strict=True) for line in _bundle(batch, there)
    ] or ([] if waits else [Text("No letter is due.")])
    failed = [one for batch in made for one in batch.failed]
    told = [
        *lines,
        *_passed(passed),
        *_waiting(waits),
        *_skipped(sum(batch.skipped for batch in made)),
        *_failures(failed),
    ]
    told += [line for batch in made for done in batch.addressed for line in as_lines(done)]
    told += _once_posted(made)
    show(parts, data, [*told, *_next(held)])
    lacking = any(done.left_out for batch in made for done in batch.addressed)
    if held or failed or lacking:
        leave(ExitCode.PARTLY_DONE)


def _bundle(batch: Printed, there: Lying) -> Iterator[Text]:
    """What goes to the printer, and what in its folder does not."""
    yield Plural(
        "{count} letter of {campaign} lies in {folder}",
        "{count} letters of {campaign} lie in {folder}",
        batch.letters,
        campaign=batch.campaign,
        folder=batch.folder,
    )
    if there.to_print:
        yield Text("to print: {files}", files=", ".join(map(str, there.to_print)))
    if there.older:
        names = [path.name for path in there.older]
        more = ["…"] if len(names) > _NAMED else []
        yield Plural(
            "{count} file of an earlier printing lies there too, not part of this one: {names}",
            "{count} files of an earlier printing lie there too, not part of this one: {names}",
            len(names),
            names=", ".join([*names[:_NAMED], *more]),
        )


def _once_posted(made: Sequence[Printed]) -> list[Text]:
    names = dict.fromkeys(batch.campaign for batch in made if batch.letters)
    return [Text("once they are posted: outreach letters posted {name}", name=n) for n in names]


def _not_made(parts: Application, batch: Printed) -> list[dict[str, Any]]:
    """Whose letter is there as .docx alone, and why."""
    say = parts.language.say
    return [
        {"contact": one.letter.id, "name": one.letter.name, "reason": say(one.error.what)}
        for one in batch.failed
    ]


def _failures(failed: list[Failed[Contact]]) -> list[Text]:
    return [
        Text(
            "the letter of {name} is there as .docx alone: {reason}",
            name=one.letter.name,
            reason=one.error.what,
        )
        for one in failed
    ]


def _waiting(count: int) -> list[Plural]:
    if not count:
        return []
    return [
        Plural(
            "{count} letter waits: its person was contacted lately, or gets an e-mail first",
            "{count} letters wait: their people were contacted lately, or get an e-mail first",
            count,
        )
    ]


def _passed(count: int) -> list[Text | Plural]:
    if not count:
        return []
    return [
        Plural(
            "{count} letter is not printed: no usable address, an opposition, or its condition",
            "{count} letters are not printed: no usable address, an opposition, or a condition",
            count,
        )
    ]


def _skipped(count: int) -> list[Text | Plural]:
    if not count:
        return []
    return [
        Plural(
            "The template leaves {count} person out (SKIPIF).",
            "The template leaves {count} people out (SKIPIF).",
            count,
        )
    ]


def _next(held: int) -> list[Plural]:
    if not held:
        return []
    return [
        Plural(
            "{count} letter waits for what it lacks: outreach status, then outreach why WHO",
            "{count} letters wait for what they lack: outreach status, then outreach why WHO",
            held,
        )
    ]
