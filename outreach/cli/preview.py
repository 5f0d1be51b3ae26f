"""`preview`: what would leave, for whom and when, before anything is written anywhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from outreach.application import Application
from outreach.cli.campaigns import campaign_file, mailroom, notes_data, print_notes
from outreach.cli.door import Command
from outreach.cli.output import leave, notice, show
from outreach.cli.preview_text import (
    difference_lines,
    print_pages,
    print_sample,
)
from outreach.errors import ExitCode, Text, WrongUsage
from outreach.model.contact import Contact
from outreach.runner.preview import Page, Preview
from outreach.runner.sampling import Sample, Sampled

if TYPE_CHECKING:
    from outreach.files.campaigns import CampaignFile


class OneThing(WrongUsage):
    def __init__(self, options: list[str]) -> None:
        super().__init__(
            Text("{options} do not go together", options=", ".join(options)),
            hint=Text("ask for one thing at a time"),
        )


@click.command(cls=Command)
@click.argument("campaign")
@click.option(
    "--who", multiple=True, metavar="WHO", help="This person; else a sample that tells most."
)
@click.option("--step", metavar="S", help="Only this step.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Also write .eml, .html, .txt, .docx and .pdf there.",
)
@click.option(
    "--calendar",
    is_flag=True,
    help="What would be done on which day, by whom; what it costs and may bring.",
)
@click.option(
    "--season", is_flag=True, help="Play all of it, run by run, against a mail server of ours."
)
@click.option("--diff", nargs=2, metavar="WHO WHO", help="What differs between two people.")
@click.option("--web", is_flag=True, help="Look through it in a browser, on this machine only.")
@click.pass_obj
def preview(
    parts: Application,
    campaign: str,
    who: tuple[str, ...],
    step: str | None,
    out: Path | None,
    calendar: bool,
    season: bool,
    diff: tuple[str, str] | None,
    web: bool,
) -> None:
    """Show every step of CAMPAIGN as people would get it. Nothing is sent or recorded.

    Without --who it shows a sample: each variant, each branch of the templates, missing
    values, the longest name. With --season every run to the end of the campaign is played on
    a copy that is forgotten: nobody answers, letters are posted, calls are made; with --out
    its e-mails are kept there.
    """
    ways = {"--calendar": calendar, "--season": season, "--diff": diff, "--web": web}
    _refuse_together(ways if season else {**ways, "--out": out})
    _refuse_together({"--calendar": calendar, "--season": season, "--diff": diff, "--who": who})
    file = campaign_file(parts, campaign)
    if season:
        _season(parts, file, step, out)
        return
    seen = Preview(file, mailroom(parts), step=step, now=parts.now())
    with seen.mailroom.office:
        if calendar:
            _calendar(parts, seen)
        elif diff:
            _diff(parts, seen, [parts.person(one) for one in diff])
        elif web:
            _web(parts, seen, _sample(parts, seen, who))
        else:
            _pages(parts, seen, _sample(parts, seen, who), out)


def _refuse_together(options: Mapping[str, object]) -> None:
    """At most one of them may be given. Raises `OneThing`."""
    given = [name for name, value in options.items() if value]
    if len(given) > 1:
        raise OneThing(given)


def _sample(parts: Application, seen: Preview, who: tuple[str, ...]) -> Sample:
    """The people asked for, each once; else those who tell most."""
    if not who:
        return seen.sample()
    named = {person.id: person for person in map(parts.person, who)}
    people = tuple(Sampled(person) for person in named.values())
    return Sample(people=people, looked_at=len(people), enrolled=len(people))


# --- pages --------------------------------------------------------------------------------------


def _pages(parts: Application, seen: Preview, sample: Sample, out: Path | None) -> None:
    pages = [page for one in sample.people for page in seen.pages(one.contact)]
    files = _written(parts, seen, pages, out)
    data = {
        "campaign": seen.campaign.name,
        "people": [_person(parts, seen, one) for one in sample.people],
        "looked_at": sample.looked_at,
        "enrolled": sample.enrolled,
        "steps": [_row(parts, page, files[at]) for at, page in enumerate(pages)],
    }
    notes = seen.experiment_notes()
    data["notes"] = notes_data(parts, notes)

    def lines() -> None:
        print_sample(parts, seen, sample)
        print_notes(parts, notes)
        print_pages(parts, pages, files)

    show(parts, data, lines)
    if any(page.problem for page in pages):
        leave(ExitCode.PARTLY_DONE)


def _written(
    parts: Application, seen: Preview, pages: list[Page], out: Path | None
) -> list[tuple[Path, ...]]:
    """The files of each page; none where no folder was given."""
    if out is None:
        return [()] * len(pages)
    from outreach.runner.preview_files import PageFiles

    folder = PageFiles(seen, out)
    files = [folder.write(page) for page in pages]
    for reason in folder.no_pdf:
        notice(parts, Text("a letter without its PDF: {reason}", reason=reason))
    return files


def _person(parts: Application, seen: Preview, one: Sampled) -> dict[str, Any]:
    outside = seen.outside(one.contact)
    return {
        "contact": one.contact.id,
        "name": one.contact.name,
        "reasons": [parts.language.say(reason) for reason in one.reasons],
        "outside": parts.language.say(outside) if outside else None,
    }


def _row(parts: Application, page: Page, files: tuple[Path, ...]) -> dict[str, Any]:
    say = parts.language.say
    return {
        "contact": page.contact.id,
        "name": page.contact.name,
        "step": page.step,
        "channel": page.channel.value,
        "date": page.at.astimezone(parts.settings.zone),
        "variant": page.variant,
        "sender": page.sender,
        "to": page.to,
        "subject": page.subject,
        "text": page.text,
        "attached": list(page.attached),
        "files": [str(path) for path in files],
        "problem": say(page.problem) if page.problem else None,
        "skipped": say(page.skipped) if page.skipped else None,
    }


# --- the other ways to look ---------------------------------------------------------------------


def _calendar(parts: Application, seen: Preview) -> None:
    from outreach.cli.preview_calendar import show_calendar

    show_calendar(parts, seen)


def _season(parts: Application, file: CampaignFile, step: str | None, out: Path | None) -> None:
    from outreach.cli.preview_season import show_season

    show_season(parts, file, step=step, out=out)


def _diff(parts: Application, seen: Preview, people: list[Contact]) -> None:
    from outreach.runner.differences import differences

    first, second = people
    found = differences(seen.pages(first), seen.pages(second), parts.language.say)
    data = {
        "campaign": seen.campaign.name,
        "people": [{"contact": one.id, "name": one.name} for one in people],
        "differences": [
            {"step": one.step, "part": one.part.value, "lines": list(one.lines)} for one in found
        ],
    }
    show(parts, data, lambda: difference_lines(parts, people, found))


def _web(parts: Application, seen: Preview, sample: Sample) -> None:
    from outreach.cli.output import on_terminal
    from outreach.web.serving import serve

    with ExitStack() as until_the_end:

        def ready(address: str) -> None:
            data = {"campaign": seen.campaign.name, "url": address}
            show(parts, data, [Text("The preview is at {address}", address=address)])
            notice(parts, Text("Ctrl-C ends it."))
            if on_terminal() and not parts.options.json:
                until_the_end.enter_context(_opened(address, parts.settings.data))

        serve(seen, sample, language=parts.language, find=parts.person, ready=ready)


@contextmanager
def _opened(address: str, folder: Path) -> Iterator[None]:
    """The address in the user's browser.

    By way of a file that only he may read: every user of a machine sees the words with which
    programs are started, and the address lets in whoever knows it. In the workspace, for
    browsers in a box of their own (Ubuntu's) see neither /tmp nor hidden folders.
    """
    with TemporaryDirectory(prefix="preview-", dir=folder) as private:
        page = Path(private) / "open.html"
        page.write_text(
            '<!DOCTYPE html><meta charset="utf-8"><meta name="referrer" content="no-referrer">'
            f'<meta http-equiv="refresh" content="0;url={address}">',
            encoding="utf-8",
        )
        click.launch(page.as_uri())
        yield
