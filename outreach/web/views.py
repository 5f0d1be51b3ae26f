"""What the pages print: values ready to be read, in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from outreach.cleaning.phones import as_dialled
from outreach.errors import OutreachError, Text
from outreach.language import Language
from outreach.model.campaign import Channel
from outreach.model.contact import Contact
from outreach.model.field import Value
from outreach.rendering.guide import SECTIONS
from outreach.runner.ahead import ahead, not_leaving
from outreach.runner.findings import Severity
from outreach.runner.preview import Page
from outreach.runner.wording import CHANNELS
from outreach.web.look import Look
from outreach.web.mail import ReceivedMail


@dataclass(frozen=True, slots=True)
class PersonLink:
    place: int
    name: str
    reasons: Sequence[str]
    current: bool


@dataclass(frozen=True, slots=True)
class StepLink:
    name: str
    channel: str
    day: str
    #: `held`, `skipped` or nothing.
    state: str
    current: bool


@dataclass(frozen=True, slots=True)
class Warned:
    severity: str
    place: str
    what: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageView:
    """One step of one person, and what stands around it."""

    place: int
    person: str
    channel: str
    day: str
    steps: Sequence[StepLink]
    previous: int | None
    next: int | None
    step_before: str | None
    step_after: str | None
    outside: str | None
    to: str | None
    mail: ReceivedMail | None
    guide: Sequence[tuple[str, Sequence[str]]]
    known: Sequence[tuple[str, str | None]]
    warnings: Sequence[Warned]
    enrolled: int


@dataclass(frozen=True, slots=True)
class DayRow:
    day: str
    step: str
    channel: str
    count: int
    #: Of the fullest day, from 0 to 100.
    share: int


@dataclass(frozen=True, slots=True)
class CalendarView:
    rows: Sequence[DayRow]
    notes: Sequence[str]


def people_view(look: Look, current: int) -> list[PersonLink]:
    say = look.language.say
    return [
        PersonLink(place, one.contact.name, [say(r) for r in one.reasons], place == current)
        for place, one in enumerate(look.people)
    ]


def page_view(look: Look, place: int, page: Page) -> PageView:
    names = [one.step for one in look.pages(place)]
    at, last = names.index(page.step), len(look.people) - 1
    outside = look.outside(place)
    return PageView(
        place=place,
        person=page.contact.name,
        channel=look.language.say(CHANNELS[page.channel]),
        day=_day(look, page.at),
        steps=[_step_link(look, one, page) for one in look.pages(place)],
        previous=place - 1 if place > 0 else None,
        next=place + 1 if place < last else None,
        step_before=names[at - 1] if at else None,
        step_after=names[at + 1] if at + 1 < len(names) else None,
        outside=look.language.say(outside) if outside else None,
        to=_to(look, page),
        mail=ReceivedMail(page.message.content) if page.message else None,
        guide=_guide(look, page),
        known=known(look, page.contact),
        warnings=warnings(look),
        enrolled=look.enrolled,
    )


def _step_link(look: Look, page: Page, current: Page) -> StepLink:
    state = "held" if page.problem else "skipped" if page.skipped else ""
    channel = look.language.say(CHANNELS[page.channel])
    return StepLink(page.step, channel, _day(look, page.at), state, page.step == current.step)


def _day(look: Look, at: datetime) -> str:
    return look.language.write(at.astimezone(look.preview.mailroom.settings.zone).date())


def _to(look: Look, page: Page) -> str | None:
    if page.to and page.channel is Channel.CALL:
        return as_dialled(page.to, look.preview.mailroom.settings.country)
    return page.to


def _guide(look: Look, page: Page) -> list[tuple[str, Sequence[str]]]:
    blocks = page.guide.blocks if page.guide else ()
    return [(look.language.say(SECTIONS[title]), lines) for title, lines in blocks]


def known(look: Look, contact: Contact) -> list[tuple[str, str | None]]:
    """Every field of the base with the person's value; None where there is none."""
    catalogue = look.preview.mailroom.store.database.catalogue
    return [
        (
            look.language.say(Text(field.label)) if field.label else field.name,
            _written(look.language, contact.values.get(field.name)),
        )
        for field in catalogue
    ]


def _written(language: Language, value: Value) -> str | None:
    if value is None:
        return None
    if isinstance(value, Decimal | datetime | date):
        return language.write(value)
    return str(value)


def warnings(look: Look) -> list[Warned]:
    """What `check` says of the campaign."""
    kinds = {Severity.ERROR: Text("error"), Severity.WARNING: Text("warning")}
    say = look.language.say
    return [
        Warned(say(kinds[problem.severity]), _place(problem.error), say(problem.error.what),
               say(problem.error.hint) if problem.error.hint else "")
        for problem in look.preview.checked.problems
    ]  # fmt: skip


def _place(error: OutreachError) -> str:
    return str(error.where) if error.where else ""


def calendar_view(look: Look) -> CalendarView:
    """How much would leave on which day. Raises `EmptyAudience`."""
    looked = ahead(look.preview)
    most = max((one.count for one in looked.days), default=1)
    channels = {
        step.name: look.language.say(CHANNELS[step.channel]) for step in look.preview.campaign.steps
    }
    rows = [
        DayRow(look.language.write(one.day), one.step, channels[one.step], one.count,
               round(100 * one.count / most))
        for one in looked.days
    ]  # fmt: skip
    return CalendarView(rows, [look.language.say(line) for line in not_leaving(looked)])
