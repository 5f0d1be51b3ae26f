"""Merging a Word template of the workspace for one person; each template is compiled once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from outreach.cleaning.headers import standard_field
from outreach.cleaning.postal import line_field, line_fields
from outreach.errors import DefinitionError, Location
from outreach.files.templates import TemplateFolder
from outreach.model.contact import Contact
from outreach.model.field import Catalogue, Value
from outreach.rendering.letter.compiling import compile_template
from outreach.rendering.letter.filling import fill
from outreach.rendering.letter.program import Program
from outreach.rendering.letter.reading import Template, read_template


class Merging:
    """The Word templates below one folder, on one contact base."""

    def __init__(self, folder: TemplateFolder, catalogue: Catalogue, *, country: str) -> None:
        """`country` (ISO 3166) is where addresses need no country line."""
        self._folder = folder
        self._catalogue = catalogue
        self._country = country
        self._programs: dict[str, Program] = {}

    def program(self, name: str, where: Location | None = None) -> Program:
        """The compiled template. Raises `Problems` with everything wrong with it."""
        if name not in self._programs:
            self._programs[name] = self._compiled(self._read(name, where))
        return self._programs[name]

    def warnings(self, name: str, where: Location | None) -> Sequence[DefinitionError]:
        """What its author may want to know. Raises what keeps it from being used."""
        template = self._read(name, where)
        self._compiled(template)
        return template.warnings

    def merge(self, name: str, contact: Contact, *, locale: str, today: date) -> bytes:
        """The letter of one person: a whole .docx. Raises `MissingValues`."""
        return fill(self.program(name), self.values(contact), locale=locale, today=today)

    def values(self, contact: Contact) -> Mapping[str, Value]:
        """The contact's fields, and the lines of the address as the post wants them."""
        return {**line_fields(contact.values, home=self._country), **contact.values}

    def _compiled(self, template: Template) -> Program:
        return compile_template(template, self._resolve, self._catalogue.names)

    def _read(self, name: str, where: Location | None) -> Template:
        """The template as it lies in the workspace, so that its errors name its place."""
        return read_template(self._folder.content(name, where=where), f"templates/{name}")

    def _resolve(self, name: str) -> str | None:
        """The contact field a merge field means: by name, by label, or as in a file's header."""
        field = self._catalogue.find(name)
        if field is not None:
            return field.name
        known = standard_field(name) or line_field(name)
        if known is not None:
            return known
        plain = name.replace("_", " ")
        found = self._catalogue.find(plain) if plain != name else None
        return found.name if found else None
