"""How templates are read and compiled: Jinja's sandbox, strict, and nothing outside the folder.

A template reads other templates by their path below `templates/` and nothing else; what it
prints is escaped in `.html` and `.md` and never in text or subjects. Nothing in it may depend
on chance (`lipsum` and `random` are gone): same input, same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping
from functools import lru_cache
from types import CodeType, MethodType
from typing import Any

from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateNotFound, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing
from markupsafe import escape

from outreach.rendering.markdown import standing_apart
from outreach.rendering.markdown_tree import (
    APART_FILTER,
    file_of,
    is_markdown,
    mark_markdown,
    markdown_source,
    refuse_extends,
)
from outreach.rendering.pieces import Constants
from outreach.rendering.words import Words


class Loader(BaseLoader):
    """Sources by their path below the templates' folder, and from nowhere else."""

    #: Marks the lines of our templates in a traceback.
    MARK = "template:"

    def __init__(self, load: Callable[[str], str], language: str) -> None:
        self._load = load
        #: Of a message in Markdown that names none.
        self._layouts = (f"emails/layout-{language}.html.j2", "emails/layout.html.j2")

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        file = file_of(template)
        outside = file.startswith(("/", "\\", "~")) or ":" in file or "\\" in file
        if outside or ".." in file.split("/"):
            raise TemplateNotFound(file)
        source = self._source(file)
        if is_markdown(file):
            source = markdown_source(template, source, self._existing_layout())
        return source, self.MARK + file, lambda: True

    def text(self, name: str) -> str:
        """A file as it is read: without the head of a Markdown one."""
        source = self._source(name)
        return markdown_source(name, source, "") if is_markdown(name) else source

    def _source(self, name: str) -> str:
        try:
            return self._load(name)
        except (KeyError, FileNotFoundError):
            raise TemplateNotFound(name) from None

    def _existing_layout(self) -> str:
        for layout in self._layouts:
            try:
                self._source(layout)
            except TemplateNotFound:
                continue
            return layout
        return self._layouts[-1]


@lru_cache(maxsize=256)
def escapes(name: str | None) -> bool:
    """Whether what a template of that name prints is escaped as HTML."""
    file = file_of(name or "").removesuffix(".j2")
    return file.endswith((".html", ".htm", ".md"))


class _Names(dict[str, Any]):
    """The names of one template for one person, above those that every template knows."""

    __slots__ = ("known_to_all",)
    known_to_all: MutableMapping[str, Any]

    def __missing__(self, key: str) -> object:
        return self.known_to_all.get(key, missing)


class _OneTable(Context):
    """Jinja's context with all its names in one table, and no function between.

    What a template sets is set there too: each context has a table of its own.
    """

    def __init__(
        self,
        environment: Environment,
        parent: dict[str, Any],
        name: str | None,
        blocks: dict[str, Callable[[Context], Iterator[str]]],
        globals: MutableMapping[str, Any] | None = None,
    ) -> None:
        names = _Names(parent)
        names.known_to_all = environment.globals
        # All that Jinja's own sets: one of these is made per message and template.
        self.parent = self.vars = names
        self.environment = environment
        self.eval_ctx = nodes.EvalContext(environment, name)
        self.exported_vars = set()
        self.name = name
        self.globals_keys = set()
        self.blocks = {block: [made] for block, made in blocks.items()}
        # A method of the class gives way to what its object holds under the same name.
        self.__dict__["resolve_or_missing"] = names.__getitem__

    def get_all(self) -> dict[str, Any]:
        return self.vars


class _Generator(CodeGenerator):
    """Writes each value with one call instead of Jinja's three, and most words with none.

    `v` is no name that Jinja gives to anything.
    """

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.volatile:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("(v if type(v := (")

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.volatile:
            super()._output_child_post(node, frame, finalize)
        else:
            escaped = frame.eval_ctx.autoescape
            test, call = (" and v.isalnum()", "escaped") if escaped else ("", "bare")
            self.write(f")) is str{test} else environment.{call}(v))")


#: What a dictionary can do comes before what it holds, as Jinja has it.
_DONE_BY_DICT = frozenset(dir(dict))


class StrictEnvironment(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, which knows the texts that stand in its templates."""

    context_class = _OneTable
    code_generator_class = _Generator

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.constants = Constants()
        #: Methods of ours that templates may call: no need to look whether they are safe.
        self.ours: frozenset[object] = frozenset()
        #: Whether any template read so far is Markdown.
        self.markdown = False

    def escaped(self, value: object) -> str:
        """What stands in a page for a value: what `escape` makes of it, written."""
        if type(value) is not str:
            value = self._written(value)
            if type(value) is not str:
                return str(value) if type(value) is int else str(escape(value))
        return (
            value.replace("&", "&amp;")
            .replace(">", "&gt;")
            .replace("<", "&lt;")
            .replace("'", "&#39;")
            .replace('"', "&#34;")
        )

    def bare(self, value: object) -> str:
        """What stands in a text for a value."""
        return str(self._written(value))

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """A call in a template: of what we give to templates ourselves nothing need be asked."""
        if type(obj) is MethodType and obj in self.ours:
            kwargs.pop("_loop_vars", None)
            kwargs.pop("_block_vars", None)
            return obj(*args, **kwargs)
        return super().call(context, obj, *args, **kwargs)

    def _written(self, value: object) -> object:
        return self.finalize(value) if self.finalize else value

    def getattr(self, obj: Any, attribute: str) -> Any:
        """`sender.name`: a part of a table is looked for where nearly all are."""
        if type(obj) is dict and attribute in obj and attribute not in _DONE_BY_DICT:
            return obj[attribute]
        return super().getattr(obj, attribute)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """One dictionary instead of Jinja's chain of two, which each message would copy."""
        return {**self.globals, **(d or {})}

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        if is_markdown(name):
            refuse_extends(tree, name or "")
        return tree

    def _generate(
        self,
        source: nodes.Template,
        name: str | None,
        filename: str | None,
        defer_init: bool = False,
    ) -> str:
        """Jinja's hook between reading and compiling."""
        if name is not None and is_markdown(name) and name == file_of(name):
            self.markdown = True
            mark_markdown(source, self)
        return super()._generate(source, name, filename, defer_init)

    def _compile(self, source: str, filename: str) -> CodeType:
        """Jinja's hook into its compiler: what a template says is a constant of its code."""
        code = super()._compile(source, filename)
        self.constants.update(_texts(code))
        return code


def _texts(code: CodeType) -> Iterator[str]:
    for constant in code.co_consts:
        if isinstance(constant, str):
            yield constant
        elif isinstance(constant, CodeType):
            yield from _texts(constant)


def strict_environment(loader: Loader, words: Words) -> StrictEnvironment:
    """The environment of one language; its filters are those of `words`."""
    environment = StrictEnvironment(
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
    environment.filters[APART_FILTER] = standing_apart(words.written)
    environment.globals.update(salutation=words.salutation, dear=words.dear)
    environment.ours = frozenset({words.salutation, words.dear})
    del environment.filters["random"], environment.globals["lipsum"]
    return environment
