"""What every step of a campaign would be for one person: made, shown, kept nowhere.

The same functions as in a run; the store is only read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from outreach.errors import OutreachError, Text, WrongUsage, did_you_mean
from outreach.files.bundles import whole_file
from outreach.files.campaigns import CampaignFile
from outreach.model.audience import Arm
from outreach.model.campaign import Campaign, Channel, Step
from outreach.model.contact import Contact
from outreach.model.message import Guide
from outreach.rendering.letter.naming import letter_name
from outreach.rendering.letter.text import letter_text
from outreach.runner.check import check
from outreach.runner.compose import Mailroom
from outreach.runner.drawing import variant_for
from outreach.runner.guides import guide_for
from outreach.runner.launch import EmptyAudience
from outreach.scheduling.calendar import Calendar
from outreach.scheduling.sequence import due_at, first_due, order


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One step as one person would get it."""

    contact: Contact
    step: str
    channel: Channel
    #: When it would fall due if every step before it were done at once.
    at: datetime
    to: str | None = None
    subject: str | None = None
    text: str | None = None
    guide: Guide | None = None
    files: tuple[Path, ...] = ()
    #: Why it would be held.
    problem: Text | None = None


class UnknownStep(WrongUsage):
    def __init__(self, name: str, campaign: Campaign) -> None:
        known = [step.name for step in campaign.steps]
        super().__init__(
            Text("campaign {campaign!r} has no step {name!r}", campaign=campaign.name, name=name),
            hint=did_you_mean(name, known) or Text("it has: {names}", names=", ".join(known)),
        )


def preview_pages(
    file: CampaignFile,
    mailroom: Mailroom,
    *,
    person: Contact | None,
    step: str | None,
    out: Path | None,
    now: datetime,
) -> list[Page]:
    """The pages of one person: the one asked for, else the first who would be enrolled.

    Raises what is wrong with the files, so that nothing is previewed that could not leave.
    """
    definition = file.campaign
    if step is not None and step not in {one.name for one in definition.steps}:
        raise UnknownStep(step, definition)
    contact = person or _somebody(file, mailroom, now)
    dates = _dates(definition, mailroom, now)
    chosen = [one for one in order(definition.steps) if step in (None, one.name)]
    return [_page(definition, one, contact, mailroom, dates[one.name], out) for one in chosen]


def _somebody(file: CampaignFile, mailroom: Mailroom, now: datetime) -> Contact:
    checked = check(file, mailroom, now=now)
    if checked.chosen is None:
        raise checked.problems[-1].error
    enrolled = [m for m in checked.chosen.members if m.arm is Arm.ENROLLED]
    if not enrolled:
        raise EmptyAudience(file.campaign.name, checked.chosen.count)
    return mailroom.store.contacts.get(enrolled[0].contact)


def _dates(definition: Campaign, mailroom: Mailroom, now: datetime) -> dict[str, datetime]:
    calendar = Calendar(mailroom.settings.country, mailroom.settings.zone)
    dates: dict[str, datetime] = {}
    for step in order(definition.steps):
        if step.after is None:
            dates[step.name] = first_due(step, start=definition.start, now=now, calendar=calendar)
        else:
            dates[step.name] = due_at(step, done_at=dates[step.after.step], calendar=calendar)
    return dates


def _page(
    definition: Campaign,
    step: Step,
    contact: Contact,
    mailroom: Mailroom,
    at: datetime,
    out: Path | None,
) -> Page:
    page = Page(contact=contact, step=step.name, channel=step.channel, at=at)
    try:
        match step.channel:
            case Channel.EMAIL:
                return _email(page, definition, step, mailroom, out)
            case Channel.LETTER:
                return _letter(page, definition, step, mailroom, out)
            case _ if step.guide:
                guide = guide_for(step.guide, definition, contact, mailroom, at=at)
                return replace(page, to=contact.text("phone"), guide=guide, text=guide.title)
            case _:
                return page
    except OutreachError as error:
        return replace(page, problem=error.what)


def _email(
    page: Page, definition: Campaign, step: Step, mailroom: Mailroom, out: Path | None
) -> Page:
    names = [variant.name for variant in step.variants]
    variant = variant_for(definition.name, step.name, page.contact.id, names)
    message = mailroom.message(definition, step, page.contact, at=page.at, variant=variant)
    contents = {".eml": message.content, ".txt": message.text.encode()}
    if message.html:
        contents[".html"] = message.html.encode()
    files = _write(out, f"{step.name}-{page.contact.id}", contents)
    return replace(
        page, to=message.recipient, subject=message.subject, text=message.text, files=files
    )


def _letter(
    page: Page, definition: Campaign, step: Step, mailroom: Mailroom, out: Path | None
) -> Page:
    contact = page.contact
    locale = mailroom.locale(mailroom.language(definition))
    today = page.at.astimezone(mailroom.settings.zone).date()
    content = mailroom.merging.merge(step.template or "", contact, locale=locale, today=today)
    name = letter_name(
        contact.text("postal_code"),
        contact.text("last_name") or contact.text("company"),
        contact.text("first_name"),
        contact.id,
    )
    files = _write(out, f"{step.name}-{name.removesuffix('.docx')}", {".docx": content})
    return replace(page, text=letter_text(content), files=files)


def _write(out: Path | None, stem: str, contents: dict[str, bytes]) -> tuple[Path, ...]:
    if out is None:
        return ()
    written = []
    for ending, content in contents.items():
        path = out / f"{stem}{ending}"
        with whole_file(path) as write:
            write(content)
        written.append(path)
    return tuple(written)
