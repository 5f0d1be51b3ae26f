"""Everything that is wrong with a campaign before it starts, with its place.

Errors stop a launch: what the files say cannot be done, or nobody would be written to.
Warnings are what the law and the mailbox providers would ask for; `compliance: strict`
makes those stop it too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from outreach.errors import (
    DefinitionError,
    Location,
    OutreachError,
    Plural,
    Problems,
    Text,
    did_you_mean,
)
from outreach.files.campaigns import CampaignFile
from outreach.files.templates import MissingTemplate
from outreach.model.campaign import Channel, Step
from outreach.model.settings import Compliance
from outreach.model.stage import FACTS
from outreach.runner.compose import Mailroom, MissingAttachment
from outreach.runner.fingerprint import jinja_names
from outreach.runner.launch import Chosen, EmptyAudience, choose
from outreach.runner.unread import UnknownSender
from outreach.segmentation.checking import Vocabulary, understand
from outreach.store.conditions import Selection, compile_condition


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and whether it stops a launch."""

    severity: Severity
    error: OutreachError
    #: A lack that the law or the mailbox providers would mind.
    legal: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """The problems of a campaign and, where its expression reads well, its audience."""

    problems: tuple[Problem, ...]
    chosen: Chosen | None

    def stopping(self, compliance: Compliance) -> list[OutreachError]:
        """What must be mended before the launch."""
        strict = compliance is Compliance.STRICT
        return [
            problem.error
            for problem in self.problems
            if problem.severity is Severity.ERROR or (strict and problem.legal)
        ]

    def under(self, compliance: Compliance) -> Checked:
        """As it is told: what stops the launch is an error, also where only strictness asks it."""
        if compliance is not Compliance.STRICT:
            return self
        told = (replace(p, severity=Severity.ERROR) if p.legal else p for p in self.problems)
        return replace(self, problems=tuple(told))


def check(
    file: CampaignFile,
    mailroom: Mailroom,
    *,
    now: datetime,
    pilot: int | None = None,
) -> Checked:
    """Every problem of a campaign file, and the audience it would have now."""
    checker = _Checker(file, mailroom, now)
    problems = [*checker.senders(), *checker.team(), *checker.templates()]
    problems += [*checker.conditions(), *checker.legal()]
    chosen = None
    try:
        condition = checker.where()
    except OutreachError as error:
        return Checked((*problems, *_errors(error)), None)
    chosen = choose(
        mailroom.store,
        file.campaign,
        condition,
        settings=mailroom.settings,
        now=now,
        pilot=pilot,
        extending=mailroom.store.campaigns.look_up(file.campaign.name),
    )
    if chosen.count.enrolled == 0:
        problems.append(Problem(Severity.ERROR, EmptyAudience(file.campaign.name, chosen.count)))
    problems += checker.lacking(condition)
    return Checked(tuple(problems), chosen)


def _errors(error: OutreachError) -> list[Problem]:
    every = error.errors if isinstance(error, Problems) else (error,)
    return [Problem(Severity.ERROR, one) for one in every]


class _Checker:
    def __init__(self, file: CampaignFile, mailroom: Mailroom, now: datetime) -> None:
        self.file = file
        self.campaign = file.campaign
        self.mailroom = mailroom
        self.settings = mailroom.settings
        self.now = now
        self._broken: set[str] = set()

    # --- names that must be known -------------------------------------------------------------

    def senders(self) -> Iterator[Problem]:
        told: set[Location] = set()
        for index, step in enumerate(self.campaign.steps):
            key = self.campaign.sender_of(step)
            where = self._at("steps", index, "sender") if step.sender else self._at("sender")
            if step.channel is not Channel.EMAIL or where in told:
                continue
            if key is None:
                what = Text("the e-mail step {step!r} has no sender", step=step.name)
                hint = Text("write `sender:` with one of: {names}", names=self._senders())
                yield self._error(what, self._at("steps", index), hint)
            elif key not in self.settings.senders:
                told.add(where)
                unknown = UnknownSender(key, self.settings.senders, where)
                yield Problem(Severity.ERROR, unknown)
            elif not self.settings.senders[key].servers:
                told.add(where)
                what = Text("the sender {sender!r} has no mail server", sender=key)
                yield self._warning(what, where, Text("write `smtp:` under it in outreach.yaml"))

    def _senders(self) -> str:
        return ", ".join(self.settings.senders) or "–"

    def team(self) -> Iterator[Problem]:
        for index, step in enumerate(self.campaign.steps):
            if step.by and self.settings.team and step.by not in self.settings.team:
                what = Text("there is nobody {key!r} in the team", key=step.by)
                hint = did_you_mean(step.by, self.settings.team)
                yield self._error(what, self._at("steps", index, "by"), hint)

    # --- templates and guides -----------------------------------------------------------------

    def templates(self) -> Iterator[Problem]:
        for index, step in enumerate(self.campaign.steps):
            if step.channel is Channel.EMAIL:
                yield from self._email(step, index)
            elif step.channel is Channel.LETTER and step.template:
                yield from self._letter(step.template, self._at("steps", index, "template"))
            if step.guide:
                yield from self._guide(step.guide, self._at("steps", index, "guide"))

    def _email(self, step: Step, index: int) -> Iterator[Problem]:
        templates = self.mailroom.templates(self.mailroom.language(self.campaign))
        subjects = [(step.subject, ("subject",))] + [
            (variant.subject, ("variants", variant.name, "subject")) for variant in step.variants
        ]
        for subject, path in subjects:
            where = self._at("steps", index, *path)
            for problem in templates.text_problems(subject or "", where=where):
                self._broken.add(step.name)
                yield Problem(Severity.ERROR, problem)
        for name in jinja_names(step):
            if not self._exists(name):
                self._broken.add(step.name)
                where = self._place_of(name, index)
                yield Problem(Severity.ERROR, MissingTemplate(name, self.settings.templates, where))
                continue
            for problem in templates.problems(name):
                self._broken.add(step.name)
                yield Problem(Severity.ERROR, problem)
        yield from self._attachments(step, index)

    def _exists(self, name: str) -> bool:
        try:
            self.mailroom.folder.path(name)
        except MissingTemplate:
            return False
        return True

    def _place_of(self, name: str, index: int) -> Location:
        step = self.campaign.steps[index]
        if name in (step.template, step.text):
            return self._at("steps", index, "template" if name == step.template else "text")
        variant = next(v.name for v in step.variants if v.template == name)
        return self._at("steps", index, "variants", variant, "template")

    def _attachments(self, step: Step, index: int) -> Iterator[Problem]:
        for number, attachment in enumerate(step.attachments):
            where = self._at("steps", index, "attachments", number)
            if attachment.letter:
                if attachment.as_pdf:
                    what = Text("a merged letter cannot be attached as PDF yet")
                    yield self._error(what, where, Text("attach it as it is: as: docx"))
                yield from self._letter(attachment.letter, where)
                continue
            path = attachment.path or ""
            if "{" not in path and not (self.settings.folder / path).is_file():
                yield Problem(Severity.ERROR, MissingAttachment(path, where))

    def _letter(self, name: str, where: Location) -> Iterator[Problem]:
        try:
            warnings = self.mailroom.merging.warnings(name, where)
        except OutreachError as error:
            yield from _errors(error)
        else:
            yield from (Problem(Severity.WARNING, warning) for warning in warnings)

    def _guide(self, name: str, where: Location) -> Iterator[Problem]:
        from outreach.runner.guides import guide_problems

        try:
            problems = guide_problems(name, self.campaign, self.mailroom, where)
        except OutreachError as error:
            yield from _errors(error)
        else:
            yield from (Problem(Severity.ERROR, problem) for problem in problems)

    # --- expressions --------------------------------------------------------------------------

    def _vocabulary(self, stages: tuple[str, ...] = ()) -> Vocabulary:
        return Vocabulary(
            catalogue=self.mailroom.store.database.catalogue,
            segments=self.mailroom.store.segments.all(),
            stages=stages,
            locale=self.settings.locale,
            currency=self.settings.currency,
        )

    def conditions(self) -> Iterator[Problem]:
        stages = (*self.campaign.chain, *FACTS)
        for index, step in enumerate(self.campaign.steps):
            if step.when is None:
                continue
            try:
                understand(
                    step.when, self._vocabulary(stages), where=self._at("steps", index, "when")
                )
            except OutreachError as error:
                yield from _errors(error)

    def where(self) -> Selection:
        """The audience as a condition. Raises what is wrong with the expression."""
        text = self.campaign.audience.where
        condition = understand(text, self._vocabulary(), where=self._at("audience", "where"))
        today = self.now.astimezone(self.settings.zone).date()
        return compile_condition(
            condition,
            self.mailroom.store.database,
            today=today,
            now=self.now,
            zone=self.settings.zone,
        )

    # --- what people lack, what the law asks for ----------------------------------------------

    def lacking(self, condition: Selection) -> Iterator[Problem]:
        """How many of those matched lack a value that a step cannot do without."""
        contacts = self.mailroom.store.contacts
        for index, step in enumerate(self.campaign.steps):
            if step.channel is not Channel.EMAIL or step.name in self._broken:
                continue
            fields = sorted(self._required(step) - {"email"})
            count = contacts.count_lacking(fields, condition) if fields else 0
            if count:
                yield self._warning(
                    Plural(
                        "{count} person lacks a value that step {step!r} prints ({fields})",
                        "{count} people lack a value that step {step!r} prints ({fields})",
                        count,
                        step=step.name,
                        fields=", ".join(fields),
                    ),
                    self._at("steps", index),
                    Text(
                        "their message is held until it is there;"
                        " or write {{ name | default('…') }}"
                    ),
                )

    def _required(self, step: Step) -> frozenset[str]:
        templates = self.mailroom.templates(self.mailroom.language(self.campaign))
        names = templates.text_required(step.subject or "")
        for name in jinja_names(step):
            names |= templates.required(name)
        return names

    def legal(self) -> Iterator[Problem]:
        """Lacks that do not stop a launch unless `compliance: strict`."""
        channels = {step.channel for step in self.campaign.steps}
        if not self.campaign.offer:
            what = Text("the campaign says nothing of its offer")
            hint = Text("write `offer:` in a line: what have we to say to these people?")
            yield self._warning(what, self._at("campaign"), hint)
        if not self.settings.organisation.address:
            yield self._warning(
                Text("the settings give no postal address of the organisation"),
                None,
                Text("every message must say who writes: write `organisation: {address: …}`"),
                legal=True,
            )
        if Channel.EMAIL in channels and not self.settings.unsubscribe_url:
            yield self._warning(
                Text("no page to unsubscribe in one click: only an answer by e-mail"),
                None,
                Text("Gmail and Yahoo ask bulk senders for one: write `unsubscribe_url:`"),
                legal=True,
            )
        if not self.settings.organisation.privacy_url:
            yield self._warning(
                Text("no page says what is done with people's data"),
                None,
                Text("GDPR art. 13 and 14: write `organisation: {privacy_url: …}`"),
                legal=True,
            )

    # --- wording ------------------------------------------------------------------------------

    def _at(self, *path: str | int) -> Location:
        return self.file.locate(tuple(path))

    def _error(self, what: Text, where: Location | None, hint: Text | None) -> Problem:
        return Problem(Severity.ERROR, DefinitionError(what, where=where, hint=hint))

    def _warning(
        self, what: Text, where: Location | None, hint: Text | None, *, legal: bool = False
    ) -> Problem:
        return Problem(Severity.WARNING, DefinitionError(what, where=where, hint=hint), legal)
