"""Templates of e-mails and subjects: Jinja2, strict and sandboxed.

A template reads other templates by their path below `templates/` and nothing else; what
it prints is escaped in `.html` and never in text or subjects. Nothing in it may depend on
chance (`lipsum` and `random` are gone): same input, same bytes.
What a template names without being rendered is read by `inspection`.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Collection
from typing import Any

from jinja2 import (
    BaseLoader,
    Environment,
    StrictUndefined,
    Template,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    UndefinedError,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from outreach.errors import DefinitionError, Location, OutreachError, Text
from outreach.rendering.context import MissingValue, Values
from outreach.rendering.inspection import Inspection, UnknownTemplate, syntax_error
from outreach.rendering.missing import MissingValues
from outreach.rendering.words import NotWritable, Words

#: What a mistake in a template raises while it runs, beside `MissingValue`.
_FAILURES = (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError,
             RecursionError)  # fmt: skip

#: How the compiled code calls a template that has no file: a subject, a file name.
_INLINE = "<template>"


class TemplateFailure(DefinitionError):
    """A template that reads well failed for one person's values."""


class Templates:
    """The templates of one workspace, in one language.

    `load` gives the source of a path below `folder` (`emails/open-day.html.j2`) and raises
    KeyError or FileNotFoundError where there is none. `fields` are the names of the catalogue.
    """

    def __init__(
        self,
        load: Callable[[str], str],
        *,
        fields: Collection[str],
        language: str,
        locale: str,
        currency: str,
        folder: str = "templates",
    ) -> None:
        self.folder = folder
        words = Words(language, locale, currency)
        self._environment = _environment(_Loader(load), words)
        self._inspection = Inspection(self._environment, frozenset(fields), folder)
        self._inline: dict[str, Template] = {}

    def render(self, name: str, values: Values) -> str:
        """The template of that name for one person.

        Raises `MissingValues` with every name that is printed and missing, `TemplateSyntax`,
        `UnknownTemplate` or `TemplateFailure` with file and line otherwise.
        """
        where = Location(f"{self.folder}/{name}")
        try:
            template = self._environment.get_template(name)
        except TemplateSyntaxError as error:
            raise syntax_error(error, self.folder, where) from error
        except TemplateNotFound as error:
            raise UnknownTemplate(str(error.name), where) from error
        return self._run(template, values, where)

    def render_text(self, source: str, values: Values, *, where: Location | None = None) -> str:
        """A template that stands in a campaign file: a subject, the path of an attachment."""
        place = where or Location()
        template = self._inline.get(source)
        if template is None:
            try:
                template = self._environment.from_string(source)
            except TemplateSyntaxError as error:
                raise syntax_error(error, self.folder, place) from error
            self._inline[source] = template
        return self._run(template, values, place)

    def problems(self, name: str) -> list[OutreachError]:
        """Everything wrong with a template and those it extends or includes, without a person."""
        return self._inspection.problems(name)

    def text_problems(self, source: str, *, where: Location | None = None) -> list[OutreachError]:
        """The same for a subject."""
        return self._inspection.text_problems(source, where or Location())

    def variables(self, name: str) -> frozenset[str]:
        """The fields a template names, with those of its parents and of what it includes."""
        return self._inspection.fields(name, required=False)

    def required(self, name: str) -> frozenset[str]:
        """Those of `variables` that no `if` and no `|default` guards: a lack holds the message."""
        return self._inspection.fields(name, required=True)

    def text_variables(self, source: str) -> frozenset[str]:
        """The fields a subject names; its problems must be known to be none."""
        return self._inspection.text_fields(source, required=False)

    def text_required(self, source: str) -> frozenset[str]:
        """Those of `text_variables` that nothing guards."""
        return self._inspection.text_fields(source, required=True)

    def _run(self, template: Template, values: Values, where: Location) -> str:
        try:
            return template.render(values.names)
        except MissingValue as missing:
            raise MissingValues(self._missing(template, values, missing.name)) from None
        except _FAILURES as error:
            raise self._failure(error, where) from error

    def _missing(self, template: Template, values: Values, first: str) -> list[str]:
        """All names that are missing, found by a second pass that prints nothing for them."""
        noted: list[str] = []
        try:
            template.render(values.noting(noted).names)
        except MissingValue as missing:
            noted.append(missing.name)
        except _FAILURES:
            pass  # what an empty value breaks is no news: the names found so far are
        return noted or [first]

    def _failure(self, error: Exception, where: Location) -> OutreachError:
        if isinstance(error, TemplateSyntaxError):  # in a template that this one includes
            return syntax_error(error, self.folder, where)
        if isinstance(error, TemplateNotFound):
            return UnknownTemplate(str(error.name), where)
        return TemplateFailure(_reason(error), where=self._place(error, where))

    def _place(self, error: Exception, where: Location) -> Location:
        """The line of the template that failed: Jinja puts it into the traceback."""
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            if frame.filename == _INLINE:
                return where
            if frame.filename.startswith(_Loader.MARK):
                name = frame.filename.removeprefix(_Loader.MARK)
                return Location(f"{self.folder}/{name}", frame.lineno)
        return where


def _reason(error: Exception) -> Text:
    if isinstance(error, NotWritable):
        return Text("a value cannot be written in this way: {value}", value=str(error))
    if isinstance(error, UndefinedError):
        return Text("the template names something unknown: {reason}", reason=str(error))
    return Text("the template cannot be filled in: {reason}", reason=str(error))


class _Loader(BaseLoader):
    """Sources by their path below the templates' folder, and from nowhere else."""

    #: Marks the lines of our templates in a traceback.
    MARK = "template:"

    def __init__(self, load: Callable[[str], str]) -> None:
        self._load = load

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        outside = template.startswith(("/", "\\", "~")) or ":" in template or "\\" in template
        if outside or ".." in template.split("/"):
            raise TemplateNotFound(template)
        try:
            source = self._load(template)
        except (KeyError, FileNotFoundError):
            raise TemplateNotFound(template) from None
        return source, self.MARK + template, lambda: True


def escapes(name: str | None) -> bool:
    """Whether what a template of that name prints is escaped as HTML."""
    return name is not None and name.removesuffix(".j2").endswith((".html", ".htm"))


def _environment(loader: BaseLoader, words: Words) -> Environment:
    environment: Any = ImmutableSandboxedEnvironment(
        loader=loader,
        undefined=StrictUndefined,
        autoescape=escapes,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=words.written,
        cache_size=-1,
    )
    environment.filters.update(words.filters())
    environment.globals.update(salutation=words.salutation, dear=words.dear)
    del environment.filters["random"], environment.globals["lipsum"]
    result: Environment = environment
    return result
