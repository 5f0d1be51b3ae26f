"""Markdown templates as Jinja reads them: their names, their page, their parts marked.

`emails/x.md.j2` is a message of its own when a step names it: it is put into the block
`content` of a layout. Where another template includes it, it is its text alone. Lines between
two `---` at its head choose the layout and fill the layout's other blocks:

    ---
    layout: emails/layout-en.html.j2
    preheader: A date to keep, {{ first_name|default("dear reader") }}
    ---
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.visitor import NodeTransformer

from outreach.rendering.markdown import APART, CLOSES, OPENS, TOGETHER

#: Behind the name of a Markdown template: it as a message, in its layout.
_PAGE = "#page"
#: The filter around each expression; no template can name it.
APART_FILTER = "stands apart"

_KEY = re.compile(r"([A-Za-z_]\w*)\s*:(?:\s+(.*))?")
_RULE = "---"
#: Tags behind which the line's end counts: what they print may end a paragraph.
_LAST = re.compile(r"(\{%[-+]?\s*(?:include|endcall)\b(?:[^%]|%(?!\}))*?)(?<![-+])%\}")


def is_markdown(name: str | None) -> bool:
    return name is not None and file_of(name).removesuffix(".j2").endswith(".md")


def page_of(name: str) -> str:
    """The name under which a template is a whole message."""
    return name + _PAGE if is_markdown(name) else name


def file_of(name: str) -> str:
    """The file in which a template of that name stands."""
    return name.removesuffix(_PAGE)


def markdown_source(name: str, source: str, layout: str) -> str:
    """What Jinja reads for a Markdown file; its lines keep their numbers.

    `layout` is that of a message that chooses none. Raises `TemplateSyntaxError` for a head
    that cannot be read.
    """
    lines = source.split("\n")
    end = _head_end(lines)
    if not name.endswith(_PAGE):
        return _LAST.sub(r"\1+%}", "\n" * end + "\n".join(lines[end:]).rstrip("\n"))
    file = file_of(name)
    head = _blocks(lines[1 : end - 1], file) if end else {}
    _, layout = head.pop("layout", (1, layout))
    written = [""] * max(end, 1)
    written[0] = f'{{% extends "{_quoted(layout)}" %}}'
    for block, (number, text) in head.items():
        written[number - 1] += f"{{% block {block} %}}{text}{{% endblock %}}"
    written[-1] += f'{{% block content %}}{{% include "{_quoted(file)}" %}}{{% endblock %}}'
    return "\n".join(written)


def _head_end(lines: Sequence[str]) -> int:
    """How many lines the head has with its two rules; 0 where there is none."""
    if not lines or lines[0].rstrip() != _RULE:
        return 0
    ends = (number for number, line in enumerate(lines) if number and line.rstrip() == _RULE)
    return next(ends, -1) + 1


def _blocks(lines: Sequence[str], file: str) -> dict[str, tuple[int, str]]:
    """The number of the line and the text of each key."""
    found: dict[str, tuple[int, str]] = {}
    for number, line in enumerate(lines, start=2):
        if not line.strip() or line.startswith("#"):
            continue
        pair = _KEY.fullmatch(line.rstrip())
        if pair is None or pair[1] in found or pair[1] == "content":
            what = "between two lines --- stand layout: and the layout's blocks, each once"
            raise TemplateSyntaxError(what, number, file)
        text = (pair[2] or "").strip()
        if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
            text = text[1:-1]
        found[pair[1]] = number, text
    return found


def _quoted(name: str) -> str:
    return name.replace("\\", "\\\\").replace('"', '\\"')


def refuse_extends(tree: nodes.Template, name: str) -> None:
    """A Markdown file names its layout in its head. Raises `TemplateSyntaxError`."""
    extends = tree.find(nodes.Extends)
    if extends is not None and name == file_of(name):
        what = "a Markdown template chooses its layout at its head: ---, layout: …, ---"
        raise TemplateSyntaxError(what, extends.lineno, name)


def mark_markdown(tree: nodes.Template, environment: Environment) -> None:
    """Put the codes around what is Markdown in a template, and around what is not."""
    for output in tree.find_all(nodes.Output):
        output.nodes = [
            node
            if isinstance(node, nodes.TemplateData)
            else nodes.Filter(node, APART_FILTER, [], [], None, None, lineno=node.lineno)
            for node in output.nodes
        ]
    _Marking().visit(tree)
    tree.body = _between(OPENS, tree.body, CLOSES, 1)
    tree.set_environment(environment)


class _Marking(NodeTransformer):
    """What is read in prints by itself; what a macro or a `set` holds is Markdown again."""

    def visit_Include(self, node: nodes.Include) -> list[nodes.Node]:  # noqa: N802
        return _between(APART, [node], TOGETHER, node.lineno)

    def visit_CallBlock(self, node: nodes.CallBlock) -> list[nodes.Node]:  # noqa: N802
        self._visit_body(node)
        return _between(APART, [node], TOGETHER, node.lineno)

    def visit_Macro(self, node: nodes.Macro) -> nodes.Node:  # noqa: N802
        return self._visit_body(node)

    def visit_AssignBlock(self, node: nodes.AssignBlock) -> nodes.Node:  # noqa: N802
        return self._visit_body(node)

    def _visit_body(self, node: nodes.Macro | nodes.CallBlock | nodes.AssignBlock) -> nodes.Node:
        self.generic_visit(node)
        node.body = _between(OPENS, node.body, CLOSES, node.lineno)
        return node


def _between(opens: str, body: Sequence[nodes.Node], closes: str, line: int) -> list[nodes.Node]:
    before, after = (
        nodes.Output([nodes.TemplateData(code)], lineno=line) for code in (opens, closes)
    )
    return [before, *body, after]
