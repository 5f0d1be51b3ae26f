"""What is wrong with the e-mails of a campaign: their templates and what goes with them."""

from __future__ import annotations

from collections.abc import Iterator

from outreach.errors import Location
from outreach.files.campaigns import CampaignFile
from outreach.files.pdf_finding import NoOffice, find_office
from outreach.files.templates import MissingTemplate
from outreach.model.campaign import Step
from outreach.runner.attached import MissingAttachment
from outreach.runner.compose import Mailroom
from outreach.runner.findings import Problem, Severity, warning
from outreach.runner.fingerprint import jinja_names
from outreach.runner.mail_findings import MailFindings


class MailCheck:
    """The e-mail steps of one campaign. `broken` names those whose templates cannot be used."""

    def __init__(self, file: CampaignFile, mailroom: Mailroom) -> None:
        self.file = file
        self.mailroom = mailroom
        self.settings = mailroom.settings
        self.broken: set[str] = set()
        self._findings = MailFindings(file, mailroom)
        self._templates = mailroom.templates(mailroom.language(file.campaign))

    def problems(self, step: Step, index: int) -> Iterator[Problem]:
        """Subjects, templates and files; attached letters are looked at as letters."""
        for problem in (*self._subjects(step, index), *self._bodies(step, index)):
            self.broken.add(step.name)
            yield problem
        yield from self._attachments(step, index)
        if step.name not in self.broken:
            yield from self._findings.problems(step, index)

    def required(self, step: Step) -> frozenset[str]:
        """The fields that the step prints and cannot do without."""
        names = self._templates.text_required(step.subject or "")
        for name in jinja_names(step):
            names |= self._templates.required(name)
        return names

    def _subjects(self, step: Step, index: int) -> Iterator[Problem]:
        subjects = [(step.subject, ("subject",))] + [
            (variant.subject, ("variants", variant.name, "subject")) for variant in step.variants
        ]
        for subject, path in subjects:
            where = self._at("steps", index, *path)
            for problem in self._templates.text_problems(subject or "", where=where):
                yield Problem(Severity.ERROR, problem)

    def _bodies(self, step: Step, index: int) -> Iterator[Problem]:
        for name in jinja_names(step):
            if not self._exists(name):
                where = self._place_of(name, index)
                yield Problem(Severity.ERROR, MissingTemplate(name, self.settings.templates, where))
                continue
            for problem in self._templates.problems(name):
                yield Problem(Severity.ERROR, problem)

    def _exists(self, name: str) -> bool:
        try:
            self.mailroom.folder.path(name)
        except MissingTemplate:
            return False
        return True

    def _place_of(self, name: str, index: int) -> Location:
        step = self.file.campaign.steps[index]
        if name in (step.template, step.text):
            return self._at("steps", index, "template" if name == step.template else "text")
        variant = next(v.name for v in step.variants if v.template == name)
        return self._at("steps", index, "variants", variant, "template")

    def _attachments(self, step: Step, index: int) -> Iterator[Problem]:
        for number, attachment in enumerate(step.attachments):
            where = self._at("steps", index, "attachments", number)
            if attachment.letter:
                yield from self._office(where) if attachment.as_pdf else ()
                continue
            path = attachment.path or ""
            if "{" not in path and not (self.settings.folder / path).is_file():
                yield Problem(Severity.ERROR, MissingAttachment(path, where))

    def _office(self, where: Location) -> Iterator[Problem]:
        """A warning only: the machine that sends may be another one."""
        try:
            find_office()
        except NoOffice as missing:
            yield warning(missing.what, where, missing.hint)

    def _at(self, *path: str | int) -> Location:
        return self.file.locate(tuple(path))
