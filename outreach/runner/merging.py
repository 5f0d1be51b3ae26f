"""Merging a Word template of the workspace for one person; each template is compiled once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from outreach.cleaning.headers import header_words, standard_field
from outreach.cleaning.phones import with_dialled_phones
from outreach.cleaning.postal import line_field, line_fields
from outreach.errors import Location
from outreach.files.templates import TemplateFolder
from outreach.model.contact import Contact
from outreach.model.field import Catalogue, Value
from outreach.model.settings import Organisation
from outreach.model.text import fold
from outreach.rendering.letter.address_block import MAPPED
from outreach.rendering.letter.compiling import compile_template
from outreach.rendering.letter.evaluating import Values
from outreach.rendering.letter.filling import fill
from outreach.rendering.letter.names import Names
from outreach.rendering.letter.program import Program
from outreach.rendering.letter.reading import Template, read_template
from outreach.runner.notices import NOTICE
from outreach.runner.orders import LISTS, ReadOrders, items
from outreach.runner.reply_codes import NO_CAMPAIGN, REPLY_CODE, Mark, code_of, is_reply_code

#: What ASK and FILLIN are answered with, by bookmark or prompt (`Step.answers`).
Answers = tuple[tuple[str, str], ...]


class Merging:
    """The Word templates below one folder, on one contact base."""

    def __init__(
        self,
        folder: TemplateFolder,
        catalogue: Catalogue,
        *,
        country: str,
        currency: str,
        organisation: Organisation,
        orders: ReadOrders,
        notice: Callable[[Contact], str | None],
        mark: Mark,
    ) -> None:
        """`country` (ISO 3166) is where addresses need no country line; `currency`: ISO 4217.

        `mark` is what the codes of answer coupons are made with.
        """
        self._mark = mark
        self._folder = folder
        self._catalogue = catalogue
        self._country = country
        self._currency = currency
        self._orders = orders
        self._notice = notice
        self._common = {
            "organisation.name": organisation.name or None,
            "organisation.address": organisation.address or None,
            "organisation.privacy_url": organisation.privacy_url,
        }
        self._programs: dict[tuple[str, Answers, bool], Program] = {}

    def program(
        self,
        name: str,
        where: Location | None = None,
        *,
        answers: Answers = (),
        several: bool = False,
    ) -> Program:
        """The compiled template, its prompts answered; `several` people may stand on one page.

        Raises `Problems` with all that is wrong.
        """
        key = name, answers, several
        if key not in self._programs:
            self._programs[key] = self._compiled(self.template(name, where), answers, several)
        return self._programs[key]

    def template(self, name: str, where: Location | None = None) -> Template:
        """The template as it lies in the workspace, so that its errors name its place."""
        content = self._folder.content(name, where=where)
        return read_template(content, f"templates/{name}", lambda one: bool(self.field_of(one)))

    def field_of(self, name: str) -> str | None:
        """The contact field that a merge field of that name takes; None: there is none."""
        if name in MAPPED:
            return MAPPED[name]
        names = Names(self._resolve, self._catalogue.names, "")
        return names.find(name) if names.knows(name) else None

    def merge(
        self,
        name: str,
        contact: Contact,
        *,
        locale: str,
        today: date,
        answers: Answers = (),
    ) -> bytes:
        """The letter of one person alone: a whole .docx.

        Raises `MissingValues`, `SkippedLetter` and `FormulaError`.
        """
        program = self.program(name, answers=answers)
        values = self.reader(program, [contact])(contact)
        return fill(program, values, locale=locale, today=today)

    def reader(self, program: Program, people: Sequence[Contact]) -> Callable[[Contact], Values]:
        """What a template sees of each of these people; their lists are read at once."""
        if not program.lists:
            return self.values
        orders = self._orders([contact.id for contact in people])
        return lambda contact: {**self.values(contact), "orders": items(orders[contact.id])}

    def values(self, contact: Contact) -> Mapping[str, Value]:
        """The contact's fields, and the lines of the address as the post wants them."""
        read = with_dialled_phones(contact, self._country)
        lines = line_fields(contact.values, home=self._country)
        code = code_of(contact.id, NO_CAMPAIGN, self._mark)
        told = {NOTICE: self._notice(contact), REPLY_CODE: code}
        return {**self._common, **told, **lines, **read.values}

    def _compiled(self, template: Template, answers: Answers, several: bool) -> Program:
        return compile_template(
            template,
            self._resolve,
            {*self._catalogue.names, *header_words(), REPLY_CODE},
            answers=dict(answers),
            pictures=self._folder.picture,
            lists=LISTS,
            several=several,
            currency=self._currency,
        )

    def _resolve(self, name: str) -> str | None:
        """The contact field a merge field means: by name, by label, or as in a file's header."""
        field = self._catalogue.find(name)
        if field is not None:
            return field.name
        if fold(name) == NOTICE:
            return NOTICE
        if is_reply_code(name):
            return REPLY_CODE
        known = standard_field(name) or line_field(name)
        if known is not None:
            return known
        plain = name.replace("_", " ")
        found = self._catalogue.find(plain) if plain != name else None
        return found.name if found else None
