"""What is wrong with the letters of a campaign, and what their authors may want to know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from outreach.errors import Location, OutreachError, Plural, Text
from outreach.files.campaigns import CampaignFile
from outreach.model.campaign import Channel, Step
from outreach.model.ids import ContactId
from outreach.runner.compose import Mailroom
from outreach.runner.drawing import Lots
from outreach.runner.findings import Problem, Severity, errors_of, warning
from outreach.runner.letter_facts import LetterFacts, PrintedField, letter_facts
from outreach.runner.merging import Answers
from outreach.runner.steps import with_variant


class LetterCheck:
    """The Word templates of one campaign, each looked at once: steps and attachments."""

    def __init__(self, file: CampaignFile, mailroom: Mailroom, now: datetime) -> None:
        self.file = file
        self.mailroom = mailroom
        self.now = now
        self._readable: list[tuple[str, Answers]] = []

    def problems(self) -> Iterator[Problem]:
        """What keeps a template from being used, and what reading it found."""
        for (name, answers), where in self._places().items():
            merging = self.mailroom.merging
            try:
                template = merging.template(name, where)
            except OutreachError as error:
                yield from errors_of(error)
                continue
            self._readable.append((name, answers))
            found: list[Problem] = []
            try:
                merging.program(name, answers=answers)
            except OutreachError as error:
                found = errors_of(error)
            told = {str(one.error) for one in found}
            yield from found
            for one in template.warnings:
                if str(one) not in told:
                    yield Problem(Severity.WARNING, one)

    def facts(
        self, chosen: Sequence[ContactId] | None, lots: Lots | None = None
    ) -> tuple[LetterFacts, ...]:
        """What the templates that can be read print; asked after `problems`.

        `lots`: which variant the people `chosen` get.
        """
        lots = lots or Lots(self.file.campaign.name)
        locale = self.mailroom.locale(self.mailroom.language(self.file.campaign))
        return tuple(
            letter_facts(
                name,
                self.mailroom,
                locale=locale,
                now=self.now,
                chosen=self._getting(name, chosen, lots),
                answers=answers,
            )
            for name, answers in self._readable
        )

    def warnings(self, facts: Sequence[LetterFacts]) -> Iterator[Problem]:
        """Pictures that do nothing, and people whose letter would be held."""
        places = {name: where for (name, _), where in reversed(self._places().items())}
        for letter in facts:
            for field in letter.fields:
                if field.unfit:
                    yield _without_effect(field, Location(f"templates/{letter.template}"))
            if letter.held:
                yield _held(letter, letter.held, places[letter.template])

    def _getting(
        self, template: str, chosen: Sequence[ContactId] | None, lots: Lots
    ) -> Sequence[ContactId] | None:
        """Those of the people chosen whose variant has this template."""
        campaign = self.file.campaign
        steps = [one for one in campaign.steps if template in (name for name, _ in _templates(one))]
        letters = all(one.channel is Channel.LETTER and one.variants for one in steps)
        if chosen is None or not steps or not letters:
            return chosen
        drawn = [(one, [variant.name for variant in one.variants]) for one in steps]
        return [
            contact
            for contact in chosen
            if any(
                with_variant(one, lots.variant(one.name, contact, names)).template == template
                for one, names in drawn
            )
        ]

    def _places(self) -> dict[tuple[str, Answers], Location]:
        """Each Word template with the answers to its prompts, and where it is named first."""
        found: dict[tuple[str, Answers], Location] = {}
        for index, step in enumerate(self.file.campaign.steps):
            if step.channel is Channel.LETTER:
                for template, path in _templates(step):
                    where = self._at("steps", index, *path)
                    found.setdefault((template, step.answers), where)
            for number, attachment in enumerate(step.attachments):
                if attachment.letter:
                    where = self._at("steps", index, "attachments", number)
                    found.setdefault((attachment.letter, attachment.answers), where)
        return found

    def _at(self, *path: str | int) -> Location:
        return self.file.locate(tuple(path))


def _templates(step: Step) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The templates of a step and of its variants, with their places in it.

    The step's own is nobody's where each variant has one.
    """
    if step.template and not (step.variants and all(one.template for one in step.variants)):
        yield step.template, ("template",)
    for variant in step.variants:
        if variant.template:
            yield variant.template, ("variants", variant.name, "template")


def _without_effect(field: PrintedField, where: Location) -> Problem:
    return warning(
        Text(
            "{switches} of the field {written} cannot write “{value}”: it is printed as it is",
            switches=field.switches,
            written=field.written,
            value=field.unfit[0],
        ),
        where,
        Text("write that value as a date or a number in the contact base, or take the picture out"),
    )


def _held(letter: LetterFacts, count: int, where: Location) -> Problem:
    lacking = [one.field for one in letter.fields if one.field in letter.needed and one.lacking]
    return warning(
        Plural(
            "{count} person lacks a value that the letter {template} prints ({fields})",
            "{count} people lack a value that the letter {template} prints ({fields})",
            count,
            template=letter.template,
            fields=", ".join(dict.fromkeys(lacking)),
        ),
        where,
        Text("their letter is held until it is there: fill it in with outreach contacts set WHO"),
    )
