"""What a check warns of in e-mails that could leave: junk, broken links, pages too large.

Each fault is told once, with its file and line; nothing is fetched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice

from outreach.errors import Location, OutreachError, Text
from outreach.files.campaigns import CampaignFile
from outreach.files.templates import MissingTemplate
from outreach.model.audience import Arm
from outreach.model.campaign import Channel, Step
from outreach.model.ids import ContactId
from outreach.model.message import Message
from outreach.rendering.inspection_links import Fault, link_faults, picture_faults
from outreach.rendering.inspection_mail import (
    LARGEST_PICTURE,
    large_picture,
    message_faults,
    subject_faults,
    unsubscribe_faults,
)
from outreach.rendering.mail_source import VALUE, MailSource, Picture, holdings
from outreach.rendering.missing import MissingValues
from outreach.rendering.pictures import local_picture
from outreach.runner.attached import MissingPicture
from outreach.runner.compose import Mailroom
from outreach.runner.findings import Problem, Severity, warning
from outreach.runner.launch import Chosen
from outreach.runner.steps import emails_before

#: People tried until the message of one can be made.
_TRIED = 5


class MailFindings:
    """The warnings of one campaign's e-mails, read off their subjects and templates."""

    def __init__(self, file: CampaignFile, mailroom: Mailroom) -> None:
        self._file = file
        self._folder = mailroom.folder
        self._templates = mailroom.templates(mailroom.language(file.campaign))
        self._told: set[str] = set()

    def problems(self, step: Step, index: int) -> Iterator[Problem]:
        """Of a step whose templates can be read."""
        for problem in (*self._subjects(step, index), *self._bodies(step, index)):
            if str(problem.error) not in self._told:
                self._told.add(str(problem.error))
                yield problem

    def _subjects(self, step: Step, index: int) -> Iterator[Problem]:
        first = not emails_before(self._file.campaign, step)
        subjects = {("subject",): step.subject} | {
            ("variants", variant.name, "subject"): variant.subject for variant in step.variants
        }
        for path, subject in subjects.items():
            blanked = self._templates.blanked(subject or "")
            where = self._file.locate(("steps", index, *path))
            yield from _warnings(subject_faults(blanked, first=first), where)

    def _bodies(self, step: Step, index: int) -> Iterator[Problem]:
        variants = [variant.template for variant in step.variants]
        for name in filter(None, (step.template, *variants)):
            sources = self._templates.sources(name)
            for source in sources:
                yield from self._of(source)
            said = " ".join(source.text for source in sources)
            where = Location(f"{self._templates.folder}/{name}")
            for what, hint in unsubscribe_faults(self._templates.names(name), said):
                yield warning(what, where, hint, legal=True)

    def _of(self, source: MailSource) -> Iterator[Problem]:
        held = holdings(source)
        for link in held.links:
            yield from _warnings(link_faults(link), self._line(source, link.line))
        for picture in held.pictures:
            where = self._line(source, picture.line)
            yield from _warnings(picture_faults(picture), where)
            yield from self._file_of(picture, where)

    def _file_of(self, picture: Picture, where: Location) -> Iterator[Problem]:
        path = local_picture(picture.source)
        if path is None or VALUE in picture.source:
            return
        try:
            size = self._folder.path(path).stat().st_size
        except MissingTemplate:
            yield Problem(Severity.ERROR, MissingPicture(path, where))
            return
        if size > LARGEST_PICTURE:
            yield from _warnings([large_picture(path, size)], where)

    def _line(self, source: MailSource, line: int) -> Location:
        return Location(f"{self._templates.folder}/{source.name}", line)


class MessageFindings:
    """The warnings that only a finished message tells: made for somebody of the audience."""

    def __init__(self, file: CampaignFile, mailroom: Mailroom, now: datetime) -> None:
        self._file = file
        self._mailroom = mailroom
        self._now = now

    def problems(self, chosen: Chosen) -> Iterator[Problem]:
        """For each way in which a step is written; each warning once per step."""
        enrolled = (member.contact for member in chosen.members if member.arm is Arm.ENROLLED)
        people = list(islice(enrolled, _TRIED))
        for index, step in enumerate(self._file.campaign.steps):
            if step.channel is not Channel.EMAIL:
                continue
            where = self._file.locate(("steps", index, "template"))
            told: set[Fault] = set()
            variants: list[str | None] = [one.name for one in step.variants]
            for variant in variants or [None]:
                message = self._somebodys(step, variant, people)
                if isinstance(message, OutreachError):
                    yield warning(
                        Text("nobody's message can be made: {reason}", reason=message.what),
                        message.where or where,
                        message.hint,
                    )
                    continue
                faults = list(message_faults(message)) if message else []
                yield from _warnings((fault for fault in faults if fault not in told), where)
                told.update(faults)

    def _somebodys(
        self, step: Step, variant: str | None, people: Sequence[ContactId]
    ) -> Message | OutreachError | None:
        """The first that can be made; without its attachments, which take their time.

        Else what keeps the last of them from being made, if it is more than a missing value.
        """
        if self._file.campaign.sender_of(step) not in self._mailroom.settings.senders:
            return None
        bare = replace(step, attachments=())
        failed: OutreachError | None = None
        for one in people:
            contact = self._mailroom.store.contacts.get(one)
            try:
                return self._mailroom.message(
                    self._file.campaign, bare, contact, at=self._now, variant=variant
                )
            except MissingValues:  # told elsewhere, with how many people lack it
                continue
            except OutreachError as error:
                failed = error
        return failed


def _warnings(faults: Iterable[Fault], where: Location) -> Iterator[Problem]:
    return (warning(what, where, hint) for what, hint in faults)
