"""What PyYAML complains of, in words of ours: what is wrong and how to mend it.

The places are PyYAML's marks: those of the problem, or for something that is never
closed, of its beginning.
"""

from __future__ import annotations

import re

import yaml

from outreach.errors import DefinitionError, Location, Text


def worded(error: yaml.YAMLError, text: str, file: str) -> DefinitionError:
    """One syntax error of a YAML text as an error that the reader can act on."""
    if isinstance(error, yaml.reader.ReaderError):
        return _bad_character(error, text, file)
    assert isinstance(error, yaml.MarkedYAMLError)
    what, hint, at_start = _explained(error)
    mark = (error.context_mark if at_start else None) or error.problem_mark
    assert mark is not None
    lines = text.splitlines()
    line = lines[mark.line] if mark.line < len(lines) else ""
    if re.search(r":\s*\{\{|-\s*\{\{", line):
        hint = Text("text with {{ }} must stand in quotes")
    return DefinitionError(what, where=Location(file, mark.line + 1, mark.column + 1), hint=hint)


def _bad_character(error: yaml.reader.ReaderError, text: str, file: str) -> DefinitionError:
    before = text[: error.position]
    line = before.count("\n") + 1
    column = len(before) - before.rfind("\n")
    code = f"U+{ord(text[error.position]):04X}"
    return DefinitionError(
        Text("the invisible character {code} stands here", code=code),
        where=Location(file, line, column),
        hint=Text("delete it; it often comes from copying out of another program"),
    )


def _explained(error: yaml.MarkedYAMLError) -> tuple[Text, Text | None, bool]:
    """What, hint, and whether the beginning of the thing is the place to show."""
    problem = error.problem or ""
    context = error.context or ""
    quotes = Text("put the text in quotes")
    if problem == "too deep":
        return Text("the file nests more levels than any of ours"), None, False
    if "'\\t'" in problem:
        return Text("a tab stands where spaces belong"), Text("indent with spaces only"), False
    if found := re.search(r"found character '(.)' that cannot start", problem):
        return Text("text cannot begin with {character!r}", character=found[1]), quotes, False
    if "mapping values are not allowed" in problem:
        hint = Text("check the indentation; text that contains ': ' must stand in quotes")
        return Text("there cannot be a ':' here"), hint, False
    if "could not find expected ':'" in problem:
        hint = Text("write `key: value`; longer text must be indented or in quotes")
        return Text("this line has no ':'"), hint, True
    if "unexpected end of stream" in problem:
        return Text("the quotation mark that opens here is never closed"), None, True
    if "expected ',' or" in problem:
        bracket = "]" if "']'" in problem else "}"
        hint = Text("between brackets, text that contains '?' must stand in quotes")
        what = Text("the bracket that opens here has no {bracket!r}", bracket=bracket)
        return what, hint if "'?'" in problem else None, True
    return _explained_rare(problem, context)


def _explained_rare(problem: str, context: str) -> tuple[Text, Text | None, bool]:
    quotes = Text("put the text in quotes")
    if found := re.search(r"found undefined alias '(.+)'", problem):
        what = Text("{alias!r} refers to an anchor that is not there", alias="*" + found[1])
        return what, Text("text that begins with '*' must stand in quotes"), False
    if "scanning an alias" in context or "scanning an anchor" in context:
        character = "*" if "alias" in context else "&"
        return Text("text cannot begin with {character!r}", character=character), quotes, True
    if "unknown escape character" in problem:
        hint = Text("between double quotes, write \\\\ for a backslash; or use single quotes")
        return Text("a backslash means something else between double quotes"), hint, False
    if "second occurrence" in problem or "duplicate anchor" in context:
        return Text("this anchor stands twice"), None, False
    if "another document" in problem or "<document start>" in problem:
        hint = Text("one file holds one definition: remove the lines `---`, `...` or `%`")
        return Text("a second document begins here"), hint, False
    if "<block end>" in problem or "not allowed here" in problem:
        hint = Text("check the indentation and the quotes of this line and of the one above")
        return Text("this does not fit what stands before it"), hint, False
    return Text("this is not YAML: {problem}", problem=problem), None, False
