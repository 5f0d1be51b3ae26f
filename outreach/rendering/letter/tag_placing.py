"""Jinja's tags become nodes: marks in their place, as those of Word's fields (slots.py).

Fields and tags may stand in one document, and a merge field inside a loop is one of its item.
What is not supported (`include`, `macro`, docxtpl's rich text …) is refused by its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from outreach.errors import DefinitionError, Location, Text
from outreach.rendering.letter.expression_names import ExpressionReader, Loop
from outreach.rendering.letter.field_context import FieldError
from outreach.rendering.letter.fields import RUN_LOOK, Element, Field, remove, text_of, w
from outreach.rendering.letter.marks import Marks, enclose
from outreach.rendering.letter.package import Package
from outreach.rendering.letter.program import Assign, If, Node, Print, Repeat, Rows
from outreach.rendering.letter.regions import Regions
from outreach.rendering.letter.runs import release_binding
from outreach.rendering.letter.sources import AnyItems, Literal, Test
from outreach.rendering.letter.tag_blocks import (
    Block,
    all_conditional,
    blocks_of,
    drop_bookmarks,
    settle,
)
from outreach.rendering.letter.tags import Level, Tag, Unclosed, find_tags

_STATEMENTS = frozenset({"if", "elif", "else", "endif", "for", "endfor", "set"})
_SET = re.compile(r"(?s)(\w+)\s*=(?!=)\s*(.+)")
_TRIMMED = re.compile(r"[{][{%#](?:p|tr|tc|r)?[-+]|[-+][}%#][}]")
_ROW, _CELL, _TABLE = w("tr"), w("tc"), w("tbl")


class TagPlacer:
    """Puts marks in the place of the tags of one part."""

    def __init__(
        self, reader: ExpressionReader, regions: Regions, marks: Marks, prefix: str, template: str
    ) -> None:
        self._reader = reader
        self._regions = regions
        self._marks = marks
        self._prefix = prefix
        self._template = template
        self._tags: list[Tag] = []
        #: The loops around an element, from the outside in.
        self._loops: dict[Element, tuple[Loop, ...]] = {}
        self.problems: list[DefinitionError] = []

    @property
    def personal(self) -> bool:
        """Whether the part differs from person to person."""
        return bool(self._tags)

    def find(self, root: Element, fields: Iterable[Field], *, thrown: frozenset[Element]) -> None:
        """Find the tags. `thrown` are runs of fields whose last result is not printed."""
        for found in find_tags(root, thrown):
            if isinstance(found, Unclosed):
                what = Text("{tag} … is not closed in its paragraph", tag=found.text)
                self._problem(found.near, FieldError(what))
            else:
                self._tags.append(found)
        for one in (inner for outer in fields for inner in outer.everything_inside()):
            code = one.instruction.text
            if "{{" in code or "{%" in code:
                what = Text("the field {field} holds a tag, which is not read there", field=code)
                self._problem("", FieldError(what))

    def stored(self) -> frozenset[str]:
        """The names that `{% set %}` gives a value to in this part."""
        matches = (_SET.fullmatch(tag.rest) for tag in self._tags if tag.word == "set")
        return frozenset(match[1] for match in matches if match)

    def put(self) -> None:
        """Put marks in the place of all tags; the names of `{% set %}` must be known."""
        tags = [tag for tag in self._tags if self._is_understood(tag)]
        tables = {table: None for tag in tags if tag.level in (Level.ROW, Level.CELL)
                  for table in tag.run.iterancestors(_TABLE)}  # fmt: skip
        refused: list[tuple[Tag, FieldError]] = []
        blocks = blocks_of(tags, refused)
        for tag, error in refused:
            self._problem(tag.near, error)
        for block in blocks:
            try:
                settle(block)
                self._block(block)
            except FieldError as error:
                self._problem(block.opening.near, error)
        for tag in tags:
            if tag.kind != "%" or tag.word == "set":
                try:
                    self._replace(tag)
                except FieldError as error:
                    self._problem(tag.near, error)
        for table in tables:
            self._settle_table(table)

    def _is_understood(self, tag: Tag) -> bool:
        try:
            _require_understood(tag)
        except FieldError as error:
            self._problem(tag.near, error)
            return False
        return True

    # --- one tag -------------------------------------------------------------------------------

    def _replace(self, tag: Tag) -> None:
        loops = self._loops_around(tag.run)
        node: Node
        if tag.kind == "#":
            node = Print(Literal(""), self._prefix)
        elif tag.kind == "{":
            node = Print(self._reader.printed_one(tag.body, loops), self._prefix)
        else:
            match = _SET.fullmatch(tag.rest)
            assert match is not None, "_require_understood"
            node = Assign(match[1], self._reader.read(match[2], loops))
        release_binding(tag.run)
        for child in [child for child in tag.run if child.tag != RUN_LOOK]:
            remove(child)
        tag.run.append(self._marks.element(node))

    def _loops_around(self, element: Element) -> tuple[Loop, ...]:
        around = (element, *element.iterancestors())
        return next((self._loops[e] for e in around if e in self._loops), ())

    # --- a block -------------------------------------------------------------------------------

    def _block(self, block: Block) -> None:
        instructions = self._loop(block) if block.opening.word == "for" else self._choice(block)
        pieces = block.pieces()
        drop_bookmarks(block, pieces)
        first, last = block.elements[0], block.elements[-1]
        if first is last:
            for instruction in instructions[0]:
                first.addprevious(instruction)
            for instruction in reversed(instructions[-1]):
                first.addnext(instruction)
        for tag, element, own in zip(block.tags, block.elements, instructions, strict=True):
            release_binding(tag.run)
            if first is not last:
                for instruction in own:
                    element.addprevious(instruction)
            remove(tag.run if first is last else element)

    def _choice(self, block: Block) -> list[list[Element]]:
        """What is put in the place of each tag of an `if`."""
        marks, found, ends = self._marks, list[list[Element]](), 0
        for tag in block.tags:
            own = [] if tag.word in ("if", "endif") else [marks.instruction("otherwise")]
            if tag.word in ("if", "elif"):
                test = self._reader.read(tag.rest, self._loops_around(tag.run))
                own.append(marks.opening("if", If(test, (), ())))
                ends += 1
            elif tag.word == "endif":
                own += (marks.instruction("end") for _ in range(ends))
            found.append(own)
        return found

    def _loop(self, block: Block) -> list[list[Element]]:
        """The same of a `for`; what it repeats is noted for the tags and fields inside."""
        marks, around = self._marks, self._loops_around(block.opening.run)
        loop, items = self._reader.head(block.opening.rest, around)
        own = items if items.text.split(None, 2)[2].strip() != loop.key else None
        opening = [marks.opening("repeat", Repeat(loop.key, (), own))]
        middle = [[marks.instruction("end"), marks.instruction("otherwise")]]
        if len(block.tags) == 2:
            middle = []
        else:
            test: Test = own or AnyItems((loop.key,))
            opening.insert(0, marks.opening("if", If(test, (), ())))
        repeated = block.pieces()[0]
        for element in repeated:
            self._loops[element] = (*around, loop)
        self._regions.note(repeated, loop.key)
        return [opening, *middle, [marks.instruction("end")]]

    # --- tables --------------------------------------------------------------------------------

    def _settle_table(self, table: Element) -> None:
        """A table that may lose all its rows vanishes with them; a row keeps one cell."""
        for row in table.iterchildren(_ROW):
            if all_conditional(row, _CELL):
                what = Text("all cells of a row may be left out: Word needs one in each row")
                self._problem(text_of(row), FieldError(what))
        if all_conditional(table, _ROW):
            enclose(self._marks.opening("if", Rows((), self._prefix)), table, table)

    def _problem(self, near: str, error: FieldError) -> None:
        hint = error.hint or (Text("it stands at “{text}”", text=near) if near else None)
        self.problems.append(DefinitionError(error.what, where=Location(self._template), hint=hint))


def linked_tags(package: Package) -> list[DefinitionError]:
    """Tags in the addresses of links, which Word keeps apart from the text."""
    return [
        DefinitionError(
            Text("the address of a link holds a tag, which is not read there"),
            where=Location(package.name),
            hint=Text("write the link as a field: HYPERLINK with a MERGEFIELD inside"),
        )
        for name, content in package.files.items()
        if name.endswith(".rels") and (b"%7B%7B" in content or b"{{" in content)
    ]


def _require_understood(tag: Tag) -> None:
    """Raises `FieldError` for what docxtpl or Jinja know and letters do not."""
    if _TRIMMED.search(tag.text):
        raise FieldError(
            Text("{tag}: - and + in a tag are not supported in a letter", tag=tag.text)
        )
    if tag.kind == "{" and tag.prefix:
        raise FieldError(
            Text("{tag}: rich text and documents inside a letter are not supported", tag=tag.text)
        )
    if tag.kind != "%":
        return
    if tag.word not in _STATEMENTS:
        raise FieldError(
            Text("{tag} is not supported in a letter", tag=tag.text),
            Text("a letter understands if, elif, else, endif, for, endfor and set"),
        )
    if tag.word == "set" and not _SET.fullmatch(tag.rest):
        raise FieldError(Text("{tag} is not supported in a letter", tag=tag.text))
