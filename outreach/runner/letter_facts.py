"""What a letter template prints, held against the contact base and the people chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from outreach.errors import OutreachError
from outreach.model.contact import Contact
from outreach.model.field import FieldType, Value
from outreach.model.ids import ContactId
from outreach.model.text import fold
from outreach.rendering.letter.duties import Duty
from outreach.rendering.letter.summary import (
    PROMPTS,
    Written,
    has_effect,
    sample_of,
    written_fields,
)
from outreach.runner.compose import Mailroom
from outreach.runner.merging import Answers
from outreach.runner.orders import is_of_a_list
from outreach.store.lacking import lacking_any, lacking_each

#: People among whom a value is looked for to try a field with.
TRIED = 200

#: Kinds of fields that print the same for everybody of a run.
_FROZEN = frozenset({"DATE", "TIME"}) | PROMPTS

#: What a field is tried with where nobody looked at has a value.
_SAMPLES: Mapping[FieldType, Value] = {
    FieldType.INTEGER: 1234,
    FieldType.NUMBER: Decimal("1234.5"),
    FieldType.MONEY: Decimal("1234.5"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedField:
    """One merge field of a letter, and what takes its place."""

    written: str
    #: `\\@ "d MMMM yyyy"`; '' where it is printed as it is.
    switches: str
    #: The contact field, by the name that expressions use; None where there is none.
    field: str | None
    #: Whether it is written in the letter as it is in the base.
    exact: bool
    #: How it is printed for somebody; '' where nobody looked at has a value.
    sample: str
    #: Values that its picture cannot write: no date, no number.
    unfit: tuple[str, ...] = ()
    #: How many of those chosen have no value; None where that is not known.
    lacking: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterFacts:
    """One letter template of a campaign."""

    template: str
    fields: tuple[PrintedField, ...]
    #: Fields that print the same for everybody, and what: DATE → 1 March 2027.
    frozen: tuple[tuple[str, str], ...]
    #: Kinds of fields that are computed for each person (IF, MERGEREC), that stay Word's (page
    #: numbers, references), and that keep the text they have in the template (properties).
    computed: tuple[str, ...]
    left_to_word: tuple[str, ...]
    kept: tuple[str, ...]
    #: The fields without which a letter is held, and how many of those chosen lack one of them.
    needed: tuple[str, ...]
    held: int | None = None


def letter_facts(
    name: str,
    mailroom: Mailroom,
    *,
    locale: str,
    now: datetime,
    chosen: Sequence[ContactId] | None,
    answers: Answers = (),
) -> LetterFacts:
    """The facts of a template that can be read. `chosen`: who is to get it; None: not known."""
    merging = mailroom.merging
    template = merging.template(name)
    found = written_fields(template)
    written = [
        one for one in found
        if one.duty is not Duty.FILLED or merging.field_of(one.name) or not is_of_a_list(one.name)
    ]  # fmt: skip
    database = mailroom.store.database
    today = now.astimezone(mailroom.settings.zone).date()
    needed = _needed(name, mailroom, answers)
    names = {one.name: merging.field_of(one.name) for one in written if one.duty is Duty.FILLED}
    known = [field for field in names.values() if field]
    lacking = lacking_each(database, known, chosen) if chosen is not None else {}
    given = {fold(name): text for name, text in answers}
    trial = _Trial(mailroom, _some(mailroom, chosen or ()), locale, today, given)
    return LetterFacts(
        template=name,
        fields=tuple(trial.field(one, names[one.name], lacking)
                     for one in written if one.duty is Duty.FILLED),
        frozen=tuple((_shown(one), trial.frozen(one))
                     for one in written if one.name in _FROZEN),
        computed=_kinds(one for one in written
                        if one.duty is Duty.EVALUATED and one.name not in _FROZEN),
        left_to_word=_kinds(one for one in written if one.duty is Duty.LIVE),
        kept=_kinds(one for one in written if one.duty in (Duty.KEPT, Duty.UNKNOWN)),
        needed=needed or (),
        held=None if needed is None or chosen is None
        else lacking_any(database, needed, chosen),
    )  # fmt: skip


def _needed(name: str, mailroom: Mailroom, answers: Answers) -> tuple[str, ...] | None:
    """The fields without which there is no letter; None where the template cannot be used."""
    try:
        return mailroom.merging.program(name, answers=answers).required
    except OutreachError:
        # What is wrong with it is told by `check_letters`.
        return None


def _shown(one: Written) -> str:
    return " ".join(filter(None, (one.name, *one.asked, one.switches)))


def _kinds(fields: Iterable[Written]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.name for one in fields))


def _some(mailroom: Mailroom, chosen: Sequence[ContactId]) -> list[Mapping[str, Value]]:
    """The values of the first people, in the order in which they were chosen."""
    people: Mapping[ContactId, Contact] = mailroom.store.contacts.get_many(chosen[:TRIED])
    return [mailroom.merging.values(people[one]) for one in chosen[:TRIED] if one in people]


@dataclass(frozen=True, slots=True)
class _Trial:
    """Tries fields with the values of some people."""

    mailroom: Mailroom
    people: Sequence[Mapping[str, Value]]
    locale: str
    today: date
    #: What the campaign answers to ASK and FILLIN, folded.
    answers: Mapping[str, str]

    def field(self, one: Written, name: str | None, lacking: Mapping[str, int]) -> PrintedField:
        if name is None:
            return PrintedField(
                written=one.name, switches=one.switches, field=None, exact=False, sample=""
            )
        values = [v for person in self.people if (v := person.get(name)) is not None]
        unfit = (str(v) for v in values if not has_effect(one.format, v, self.locale))
        found = self.mailroom.store.database.catalogue.find(name)
        sample = values[0] if values else self._made_up(found.type if found else None)
        return PrintedField(
            written=one.name,
            switches=one.switches,
            field=name,
            exact=one.name in (name, found.label if found else name),
            sample=self._sample(one, name) or self._write(one, sample),
            unfit=tuple(dict.fromkeys(unfit)),
            lacking=lacking.get(name),
        )

    def _sample(self, one: Written, name: str) -> str:
        """What a tag of Jinja prints for the first who has the value."""
        if one.expression is None or one.expression.is_loop:
            return ""
        given = (person for person in self.people if person.get(name) is not None)
        tried = (sample_of(one.expression, person, self.locale, self.today) for person in given)
        return next(tried, "")

    def frozen(self, one: Written) -> str:
        """The day it is now; the campaign's answer, else the one in the template."""
        if one.name not in PROMPTS:
            return self._write(one, self.today)
        given = (self.answers[fold(asked)] for asked in one.asked if fold(asked) in self.answers)
        return next(given, one.answer)

    def _made_up(self, kind: FieldType | None) -> Value:
        return self.today if kind is FieldType.DATE else _SAMPLES.get(kind) if kind else None

    def _write(self, one: Written, value: Value) -> str:
        try:
            return one.format.write(value, self.locale)
        except OutreachError:
            # A number too large for its form: it is said when the letter of that person is made.
            return ""
