"""Templates of e-mails and subjects: Jinja2, strict and sandboxed.

How they are read and compiled stands in `environment`, what is special in Markdown in
`markdown_tree`; what a template names without being rendered is read by `inspection`.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Collection

from jinja2 import (
    Template,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    UndefinedError,
)

from outreach.errors import DefinitionError, Location, OutreachError, Text
from outreach.rendering.branches import Branches
from outreach.rendering.context import MissingValue, Values
from outreach.rendering.environment import Loader, strict_environment
from outreach.rendering.inspection import Inspection, UnknownTemplate, syntax_error
from outreach.rendering.inspection_reads import reads
from outreach.rendering.mail_source import MailSource, without_tags
from outreach.rendering.markdown import CodeInValue, to_html
from outreach.rendering.markdown_tree import is_markdown, page_of
from outreach.rendering.mime import NotMail
from outreach.rendering.missing import MissingValues
from outreach.rendering.pictures import names_picture
from outreach.rendering.pieces import Constants
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
        self._loader = Loader(load, language)
        self._environment = strict_environment(self._loader, words)
        self._fields = frozenset(fields)
        self._inspection = Inspection(self._environment, self._fields, folder)
        #: Templates by their names and by their sources, and where each stands.
        self._pages: dict[str, tuple[Template, Location]] = {}
        self._inline: dict[str, tuple[Template, Location]] = {}
        #: How many constants were looked through for pictures, and whether there was one.
        self._pictured = (0, False)

    def render(self, name: str, values: Values) -> str:
        """The template of that name for one person. Raises what `pieces` raises."""
        return "".join(self.pieces(name, values))

    def pieces(self, name: str, values: Values) -> list[str]:
        """The same in the pieces in which the template prints it: text of the template, which
        is among `constants`, or one value.

        Raises `MissingValues` with every name that is printed and missing, `TemplateSyntax`,
        `UnknownTemplate` or `TemplateFailure` with file and line otherwise.
        """
        template, where = self._pages.get(name) or self._page(name)
        return self._run(template, values, where)

    def _page(self, name: str) -> tuple[Template, Location]:
        where = Location(f"{self.folder}/{name}")
        try:
            page = self._environment.get_template(page_of(name)), where
        except TemplateSyntaxError as error:
            raise syntax_error(error, self.folder, where) from error
        except TemplateNotFound as error:
            raise UnknownTemplate(str(error.name), where) from error
        self._pages[name] = page
        return page

    def branches(self) -> Branches:
        """The same templates, to be asked which branches they take for a person."""
        apart = self._environment.overlay(cache_size=-1)
        # An overlay shares its tables with the environment that it lies over.
        apart.globals, apart.constants = dict(self._environment.globals), Constants()
        return Branches(apart)

    @property
    def constants(self) -> Constants:
        """The texts that stand in the templates used so far."""
        return self._environment.constants

    @property
    def pictured(self) -> bool:
        """Whether any template used so far shows a picture that travels with the message."""
        constants = self.constants
        if self._pictured[0] != len(constants):
            self._pictured = (len(constants), any(map(names_picture, constants)))
        return self._pictured[1]

    def render_text(self, source: str, values: Values, *, where: Location | None = None) -> str:
        """A template that stands in a campaign file: a subject, the path of an attachment."""
        known = self._inline.get(source)
        if known is None:
            place = where or Location()
            try:
                known = self._inline[source] = self._environment.from_string(source), place
            except TemplateSyntaxError as error:
                raise syntax_error(error, self.folder, place) from error
        return "".join(self._run(known[0], values, where or known[1]))

    def problems(self, name: str) -> list[OutreachError]:
        """Everything wrong with a template and those it extends or includes, without a person."""
        return self._inspection.problems(page_of(name))

    def text_problems(self, source: str, *, where: Location | None = None) -> list[OutreachError]:
        """The same for a subject."""
        return self._inspection.text_problems(source, where or Location())

    def variables(self, name: str) -> frozenset[str]:
        """The fields a template names, with those of its parents and of what it includes."""
        return self._inspection.fields(page_of(name), required=False)

    def required(self, name: str) -> frozenset[str]:
        """Those of `variables` that no `if` and no `|default` guards: a lack holds the message."""
        return self._inspection.fields(page_of(name), required=True)

    def names(self, name: str) -> frozenset[str]:
        """All names of a template and its family, those that are no fields too."""
        return self._inspection.names(page_of(name))

    def reads(self, *names: str, subject: str) -> frozenset[str] | None:
        """The fields that a subject and these templates may read; None: any of them."""
        trees = self._inspection.text_trees(subject)
        for name in names:
            trees += self._inspection.trees(page_of(name))
        return reads(trees, self._fields)

    def sources(self, name: str) -> list[MailSource]:
        """The files that a message is made from, without their tags, to be looked at."""
        return [
            MailSource(file, self._blanked(self._loader.text(file), file), is_markdown(file))
            for file in self._inspection.files(page_of(name))
        ]

    def blanked(self, source: str) -> str:
        """A subject with `VALUE` for each of its values."""
        return self._blanked(source, None)

    def _blanked(self, source: str, name: str | None) -> str:
        try:
            return without_tags(self._environment.lex(source, name))
        except TemplateSyntaxError:
            return ""  # told where its problems are

    def text_variables(self, source: str) -> frozenset[str]:
        """The fields a subject names; its problems must be known to be none."""
        return self._inspection.text_fields(source, required=False)

    def text_required(self, source: str) -> frozenset[str]:
        """Those of `text_variables` that nothing guards."""
        return self._inspection.text_fields(source, required=True)

    def _run(self, template: Template, values: Values, where: Location) -> list[str]:
        try:
            pieces = _printed(template, values)  # which may first read Markdown in
            if template.name is None or not self._environment.markdown:
                return pieces
            return to_html(pieces, self._environment.constants)
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
        if isinstance(error, CodeInValue):
            return NotMail(Text("the message holds a code that stands for no character (U+FDD0)"))
        if isinstance(error, TemplateNotFound):
            return UnknownTemplate(str(error.name), where)
        return TemplateFailure(_reason(error), where=self._place(error, where))

    def _place(self, error: Exception, where: Location) -> Location:
        """The line of the template that failed: Jinja puts it into the traceback."""
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            if frame.filename == _INLINE:
                return where
            if frame.filename.startswith(Loader.MARK):
                name = frame.filename.removeprefix(Loader.MARK)
                return Location(f"{self.folder}/{name}", frame.lineno)
        return where


def _printed(template: Template, values: Values) -> list[str]:
    """What `Template.generate` yields, without its generator around the compiled one.

    A mistake is met again in Jinja's own way, which knows the line of the template.
    """
    try:
        environment = template.environment
        made = environment.context_class(environment, values.names, template.name, template.blocks)
        return list(template.root_render_func(made))
    except MissingValue:
        raise
    except Exception:
        return list(template.generate(values.names))


def _reason(error: Exception) -> Text:
    if isinstance(error, NotWritable):
        return Text("a value cannot be written in this way: {value}", value=str(error))
    if isinstance(error, UndefinedError):
        return Text("the template names something unknown: {reason}", reason=str(error))
    return Text("the template cannot be filled in: {reason}", reason=str(error))
