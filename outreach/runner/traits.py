"""What of a person shows in what he gets: the traits that a sample is chosen by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from outreach.errors import OutreachError, Text
from outreach.model.campaign import Campaign, Channel, Step
from outreach.model.contact import Contact
from outreach.model.ids import ContactId
from outreach.rendering.branches import Branch
from outreach.rendering.letter.branches import ways
from outreach.runner.compose import Mailroom
from outreach.runner.drawing import Lots
from outreach.runner.reach import no_address
from outreach.runner.sampling import Trait, Traits
from outreach.runner.steps import with_variant

#: What would be held wants to be seen most, then what is written differently.
_HELD, _WRITTEN, _LACKS = 4, 3, 2

#: Which branches each person takes; those of another variant are not asked for.
_Taken = dict[ContactId, frozenset[Branch]]


def traits_of(
    people: Sequence[Contact],
    definition: Campaign,
    mailroom: Mailroom,
    *,
    at: datetime,
    lots: Lots,
) -> Traits:
    """The traits of everybody; a step whose template cannot be read tells nothing.

    Nor does what somebody would get who has no address for it.
    """
    found: Traits = {one.id: set(_personal(one, definition, mailroom)) for one in people}
    for step in definition.steps:
        reached = [one for one in people if not no_address(one, step.channel)]
        if step.channel is Channel.EMAIL:
            _Emails(definition, step, mailroom, at, lots).note(reached, found)
        elif step.channel is Channel.LETTER and step.template:
            _note_letters(definition, step, reached, mailroom, at, found, lots)
    _keep_the_rarer(found)
    return found


def _keep_the_rarer(found: Traits) -> None:
    """Of those who have a value and those who lack it, the fewer are told of."""
    common = Counter(trait.key for of in found.values() for trait in of)
    names = {key[1] for key in common if key[0] == "lacks"}
    told = {
        ("has" if common["has", name] < common["lacks", name] else "lacks", name) for name in names
    }
    for of in found.values():
        of.difference_update(
            [one for one in of if one.key[0] in ("has", "lacks") and one.key not in told]
        )


def _personal(contact: Contact, definition: Campaign, mailroom: Mailroom) -> Iterator[Trait]:
    language = mailroom.language(definition, contact)
    if language != mailroom.language(definition):
        text = Text("is written to in another language: {language}", language=language)
        yield Trait(("language", language), text, _WRITTEN)
    country = (contact.text("country") or "").upper()
    if country not in ("", mailroom.settings.country):
        yield Trait(("abroad",), Text("lives abroad: {country}", country=country))
    for step in definition.steps:
        if no_address(contact, step.channel):
            text = Text("has no address for {step}: it is passed over", step=step.name)
            yield Trait(("no address", step.name), text, _LACKS)


def _lacks(name: str, mailroom: Mailroom) -> Trait:
    label = _label(name, mailroom)
    return Trait(("lacks", name), Text("has no value for {field}", field=label), _LACKS)


def _has(name: str, mailroom: Mailroom) -> Trait:
    label = _label(name, mailroom)
    return Trait(("has", name), Text("has a value for {field}", field=label), _LACKS)


def _label(name: str, mailroom: Mailroom) -> Text:
    field = mailroom.store.database.catalogue.find(name)
    return Text(field.label) if field and field.label else Text("{field}", field=name)


def _held(name: str, step: str) -> Trait:
    text = Text("lacks {field}: {step} would be held", field=name, step=step)
    return Trait(("held", step, name), text, _HELD)


def _variant(name: str, step: Step) -> Trait:
    text = Text("variant {variant} of {step}", variant=name, step=step.name)
    return Trait(("variant", step.name, name), text, _WRITTEN)


class _Emails:
    """One e-mail step: its variants, the fields they name, and their branches."""

    def __init__(
        self, definition: Campaign, step: Step, mailroom: Mailroom, at: datetime, lots: Lots
    ) -> None:
        self.definition, self.step, self.mailroom, self.at = definition, step, mailroom, at
        self.lots = lots
        self.names = [variant.name for variant in step.variants]
        self._fields: dict[Step, tuple[Sequence[str], frozenset[str]]] = {}
        self.sender = mailroom.settings.senders.get(definition.sender_of(step) or "")
        self.branches = {
            code: mailroom.templates(code).branches()
            for code in ("fr", "en", mailroom.language(definition))
        }

    def note(self, people: Sequence[Contact], found: Traits) -> None:
        taken: dict[str | None, _Taken] = {}
        for contact in people:
            name = self.lots.variant(self.step.name, contact.id, self.names)
            if name is not None:
                found[contact.id].add(_variant(name, self.step))
            step = with_variant(self.step, name)
            lacking = set(self._lacking(step, contact))
            found[contact.id] |= lacking
            if not any(trait.weight == _HELD for trait in lacking):
                taken.setdefault(name, {})[contact.id] = self._branches_of(step, contact)
        for of in taken.values():
            _note_branches(of, found, self.step.name)

    def _templates(self, step: Step) -> list[str]:
        return [name for name in (step.template, step.text) if name]

    def _lacking(self, step: Step, contact: Contact) -> Iterator[Trait]:
        named, needed = self._named(step)
        for name in named:
            if contact.values.get(name) is not None:
                yield _has(name, self.mailroom)
            else:
                yield _held(name, step.name) if name in needed else _lacks(name, self.mailroom)

    def _named(self, step: Step) -> tuple[Sequence[str], frozenset[str]]:
        """The fields that the step names, and those of them that it cannot do without."""
        if step not in self._fields:
            templates = self.mailroom.templates(self.mailroom.language(self.definition))
            try:
                named = templates.text_variables(step.subject or "")
                needed = templates.text_required(step.subject or "")
                for name in self._templates(step):
                    named |= templates.variables(name)
                    needed |= templates.required(name)
            except OutreachError:
                named = needed = frozenset()
            self._fields[step] = sorted(named - {"email"}), needed
        return self._fields[step]

    def _branches_of(self, step: Step, contact: Contact) -> frozenset[Branch]:
        branches = self.branches[self.mailroom.language(self.definition, contact)]
        values = self.mailroom.values(self.definition, contact, self.sender, self.at, "https://")
        taken = branches.of_text(step.subject or "", values)
        return taken.union(*(branches.of(name, values) for name in self._templates(step)))


def _note_branches(taken: _Taken, found: Traits, step: str) -> None:
    """A trait for each way that some take through a condition and others do not."""
    first_way = {branch.condition: branch for of in taken.values() for branch in of}
    ways = {contact: {b.condition: b for b in of} for contact, of in taken.items()}
    for condition, first in first_way.items():
        through = {contact: of.get(condition) for contact, of in ways.items()}
        if len(set(through.values())) > 1:
            for contact, way in through.items():
                found[contact].add(_way(way, step) if way else _passed_over(first, step))


def _way(branch: Branch, step: str) -> Trait:
    text = Text("takes “{words}” {place}", words=branch.words, place=_place(branch, step))
    return Trait((*_condition(branch, step), branch.words), text, _WRITTEN)


def _passed_over(branch: Branch, step: str) -> Trait:
    words = branch.words
    text = Text("does not take “{words}” {place}", words=words, place=_place(branch, step))
    return Trait(_condition(branch, step), text, _WRITTEN)


def _condition(branch: Branch, step: str) -> tuple[str, ...]:
    """What tells one condition from another: a layout's is the same for every step."""
    file, number = branch.condition
    return ("branch", file or f"subject of {step}", str(number))


def _place(branch: Branch, step: str) -> Text:
    if not branch.file:
        return Text("in the subject of {step}", step=step)
    return Text("in {file}, line {line}", file=branch.file, line=branch.line)


def _note_letters(
    definition: Campaign,
    step: Step,
    people: Sequence[Contact],
    mailroom: Mailroom,
    at: datetime,
    found: Traits,
    lots: Lots,
) -> None:
    """The same for the letters of each variant, and which variant it is."""
    names = [variant.name for variant in step.variants]
    drawn: dict[str | None, list[Contact]] = {}
    for contact in people:
        name = lots.variant(step.name, contact.id, names)
        drawn.setdefault(name, []).append(contact)
        if name is not None:
            found[contact.id].add(_variant(name, step))
    for name, group in drawn.items():
        _note_ways(definition, with_variant(step, name), group, mailroom, at, found)


def _note_ways(
    definition: Campaign,
    step: Step,
    people: Sequence[Contact],
    mailroom: Mailroom,
    at: datetime,
    found: Traits,
) -> None:
    """The ways that letters take at conditions, whose would be held, and whose lack a value."""
    template = step.template or ""
    try:
        program = mailroom.merging.program(template, answers=step.answers)
    except OutreachError:
        return
    locale = mailroom.locale(mailroom.language(definition))
    today = at.astimezone(mailroom.settings.zone).date()
    taken: dict[tuple[str, bool], set[ContactId]] = {}
    read = mailroom.merging.reader(program, people)
    for contact in people:
        values = read(contact)
        letter = ways(program, values, locale=locale, today=today)
        for way in letter.taken:
            taken.setdefault(way, set()).add(contact.id)
        for name in program.fields:
            if name in letter.missing:
                found[contact.id].add(_held(name, step.name))
            else:
                known = values.get(name) is not None
                found[contact.id].add((_has if known else _lacks)(name, mailroom))
    for (words, held), contacts in taken.items():
        if len(contacts) < len(people):
            for one in contacts:
                found[one].add(_letter_way(template, words, held))


def _letter_way(template: str, words: str, holds: bool) -> Trait:
    text = Text("“{words}” is true in {file}", words=words, file=template)
    if not holds:
        text = Text("“{words}” is not true in {file}", words=words, file=template)
    return Trait(("letter", template, words, str(holds)), text, _WRITTEN)
