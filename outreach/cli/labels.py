"""`contacts labels`: sheets of labels, or envelopes, for the people an expression selects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from outreach.application import Application
from outreach.cli.door import Command
from outreach.cli.output import leave, notice, show
from outreach.errors import ExitCode, OutreachError, Plural, Text, WrongUsage
from outreach.model.audience import Exclusion
from outreach.model.contact import Contact
from outreach.rendering.labels import SHEETS, read_envelope, read_labels

if TYPE_CHECKING:
    from outreach.runner.labels import Addressed, Sheets
    from outreach.store.conditions import Selection

_REASONS = {
    Exclusion.SUPPRESSED: Text("must not be written to"),
    Exclusion.NO_ADDRESS: Text("no postal address"),
    Exclusion.INVALID_ADDRESS: Text("letters came back from there"),
}
_ENDINGS = (".docx", ".pdf")
#: People named in a line of the answer.
_NAMED = 10


class NothingToPrint(OutreachError):
    def __init__(self) -> None:
        super().__init__(
            Text("nobody here has an address to print"),
            hint=Text("see who is meant: outreach contacts list EXPR"),
        )


@click.command(name="labels", cls=Command)
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("expression", required=False, metavar="[EXPR]")
@click.option(
    "--format",
    "labels",
    metavar="FORMAT",
    help="The labels: 99.1x38.1 (if nothing is said), 70x37, 105x57, 63.5x38.1, 63.5x33.9, "
    "99.1x67.7, 105x37, 105x42.3, the number on the box, or "
    "WIDTHxHEIGHT,ROWSxCOLUMNS[,LEFTxTOP[,GAPSxGAPS]] in mm.",
)
@click.option("--skip", type=click.IntRange(min=0), default=0, metavar="N",
              help="The first N labels of the first sheet are used.")  # fmt: skip
@click.option("--envelopes", metavar="SIZE", help="Envelopes instead: DL, C6/5, C6, C5, C4.")
@click.option("--template", metavar="FILE.docx",
              help="A sheet of your own below templates/, made in Word: NEXT before each label "
              "but the first.")  # fmt: skip
@click.pass_obj
def labels_(
    parts: Application,
    file: Path,
    expression: str | None,
    labels: str | None,
    skip: int,
    envelopes: str | None,
    template: str | None,
) -> None:
    """Print the addresses of those whom EXPR selects on labels, to FILE (.docx, .pdf).

    Sorted by postal code. Whom no letter may go to (opted out, no address, returned by the
    post) is left out.
    """
    # Letters are heavy to load, and this module is loaded for a line of help.
    from outreach.runner.labels import left_out_of_post

    if file.suffix.lower() not in _ENDINGS:
        raise WrongUsage(
            Text("labels are written as {endings}", endings=", ".join(_ENDINGS)),
            hint=Text("give the file one of these endings"),
        )
    if labels and envelopes:
        raise WrongUsage(Text("labels or envelopes? give --format or --envelopes"))
    if template and (labels or envelopes or skip):
        raise WrongUsage(Text("--template says itself what the sheet is: leave the others out"))
    chosen = parts.select(expression)
    excluded = left_out_of_post(parts.store, chosen)
    if template:
        done = _on_own_sheets(parts, file, chosen, template)
    else:
        wished = None if envelopes else labels or SHEETS[0]
        (sheets,) = sheets_wished(parts, labels=wished, skip=skip, envelope=envelopes).values()
        done = _written(parts, file, chosen, sheets)
    data = {**as_data(done), "excluded": excluded}
    if not done.addresses:
        for line in (*_why(excluded), *_lacks(done)):
            notice(parts, line)
        raise NothingToPrint
    show(parts, data, [*as_lines(done), *_why(excluded)])
    if done.left_out:
        leave(ExitCode.PARTLY_DONE)


def sheets_wished(
    parts: Application, *, labels: str | None, skip: int, envelope: str | None
) -> Mapping[str, Sheets]:
    """What the options ask for, by the name of its file. Raises what is wrong with them."""
    from outreach.runner.labels import envelopes, label_sheets

    wished: dict[str, Sheets] = {}
    if skip and not labels:
        raise WrongUsage(Text("--skip is for labels: it says how many are gone from the sheet"))
    if labels:
        wished["labels"] = label_sheets(read_labels(labels), skip=skip)
    if envelope:
        wished["envelopes"] = envelopes(read_envelope(envelope), parts.settings.organisation)
    return wished


def as_data(done: Addressed) -> dict[str, Any]:
    """What became of the addresses, for `--json`."""
    return {
        "file": str(done.file),
        "addresses": done.addresses,
        "pages": done.pages,
        "no_address": _people(done.without),
        "lacking": _people(done.lacking),
        "too_long": _people(done.unfit),
        "cut": [{**_person(one), "left_off": list(lost)} for one, lost in done.cut],
    }


def as_lines(done: Addressed) -> Iterator[Text]:
    """The same in sentences."""
    if done.addresses:
        yield Plural(
            "{count} address lies in {file} (pages: {pages})",
            "{count} addresses lie in {file} (pages: {pages})",
            done.addresses,
            pages=done.pages,
            file=done.file,
        )
    yield from _lacks(done)


def _lacks(done: Addressed) -> Iterator[Text]:
    """Who is not in the file, or not whole."""
    if done.without:
        yield Text("left out, no postal address: {people}", people=_names(done.without))
    if done.lacking:
        yield Text(
            "left out, a value of the template is missing: {people}", people=_names(done.lacking)
        )
    if done.unfit:
        yield Text("left out, the address does not fit: {people}", people=_names(done.unfit))
    if done.cut:
        yield Text(
            "longer than six lines of 38 characters, printed cut: {people}",
            people=_names([contact for contact, _ in done.cut]),
        )


def _written(parts: Application, file: Path, chosen: Selection | None, sheets: Sheets) -> Addressed:
    from outreach.files.pdf_office import Office
    from outreach.runner.labels import Addresses, in_post_order

    _require_office(file)
    people = in_post_order(parts.store, chosen, home=parts.settings.country)
    with Office() as office:
        return Addresses(parts.settings, office).write(file, people, sheets)


def _on_own_sheets(
    parts: Application, file: Path, chosen: Selection | None, template: str
) -> Addressed:
    from outreach.cli.campaigns import mailroom
    from outreach.runner.labels import in_post_order
    from outreach.runner.own_labels import OwnSheets

    _require_office(file)
    settings = parts.settings
    room = mailroom(parts)
    people = in_post_order(parts.store, chosen, home=settings.country)
    today = parts.now().astimezone(settings.zone).date()
    with room.office as office:
        sheets = OwnSheets(room.merging, office, locale=settings.locale, today=today)
        return sheets.write(file, people, template)


def _require_office(file: Path) -> None:
    """A PDF is asked for only where it can be made."""
    if file.suffix.lower() == ".pdf":
        from outreach.files.pdf_finding import find_office

        find_office()


def _why(excluded: Mapping[Exclusion, int]) -> list[Text]:
    return [
        Text("{people:>7}  left out: {reason}", people=count, reason=_REASONS[reason])
        for reason, count in excluded.items()
    ]


def _people(found: Sequence[Contact]) -> list[dict[str, Any]]:
    return [_person(contact) for contact in found]


def _person(contact: Contact) -> dict[str, Any]:
    return {"contact": contact.id, "name": contact.name}


def _names(found: Sequence[Contact]) -> str:
    shown = ", ".join(f"{one.name} (#{one.id})" for one in found[:_NAMED])
    return shown + (f", … ({len(found)})" if len(found) > _NAMED else "")
