"""Fields become nodes: a mark in their place, with the typeface that Word would choose.

The branches of an IF keep what they hold: runs with their typefaces, pictures, paragraphs,
fields. Which typeface a value has says runs.py.

This is the one module that knows both Word's fields and the nodes. Another language of
templates is another module like it: it puts marks (marks.py) for nodes (program.py) and
sources (sources.py) into the same tree, before lines and numbers are marked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import deepcopy

from lxml import etree

from outreach.errors import DefinitionError, Location, Text
from outreach.rendering.letter.building import Builder, branches
from outreach.rendering.letter.duties import Duty, duty, is_of_the_page
from outreach.rendering.letter.field_context import (
    FieldError,
    StaysLive,
    require_one_place,
)
from outreach.rendering.letter.fields import (
    BOX,
    RUN,
    RUN_LOOK,
    Element,
    Field,
    paragraph_of,
    remove,
    text_of,
    w,
)
from outreach.rendering.letter.formats import Format
from outreach.rendering.letter.grids import counts_cells
from outreach.rendering.letter.marks import Marks
from outreach.rendering.letter.pictures import is_personal, picture_of
from outreach.rendering.letter.pieces import (
    CODE,
    TABLE,
    Inner,
    Piece,
    Words,
    read_code,
)
from outreach.rendering.letter.program import (
    Assign,
    Code,
    If,
    Next,
    Node,
    Print,
    Skip,
    Slot,
)
from outreach.rendering.letter.regions import is_marker
from outreach.rendering.letter.runs import (
    chosen_look,
    code_to_text,
    count_section,
    fields_of,
    look_of,
    put_instead,
    text_run,
    told,
)
from outreach.rendering.letter.sources import (
    FieldValue,
    Formatted,
    Source,
    is_common,
)


class Placer:
    """Puts marks in the place of the fields of one part, at any depth."""

    def __init__(
        self, builder: Builder, marks: Marks, prefix: str, name: str, *, note: bool = False
    ) -> None:
        """`name` is how errors call the template; `note`: the part holds foot- or endnotes."""
        self._note = note
        self._builder = builder
        self._marks = marks
        self._prefix = prefix
        self._name = name
        #: Fields that cannot be computed, and why.
        self.problems: list[DefinitionError] = []
        #: Whether one of them shows pictures of the person's own, or goes to the next person,
        #: or differs from person to person at all.
        self.pictures = False
        self.several = False
        self.personal = False
        #: Fields that only Word can compute, page by page.
        self.of_the_page: list[Field] = []
        #: Tables whose own cells are counted in them.
        self.grids: dict[Element, None] = {}

    def put(self, fields: Iterable[Field]) -> None:
        """Put marks in the place of these fields and of those inside them."""
        # Before anything changes: where a field that cannot be computed stands.
        found = [(one, text_of(paragraph_of(one.begin))) for one in fields]
        for one, near in found:
            try:
                self._put(one)
            except StaysLive:
                self.of_the_page.append(one)
                self._leave(one)
            except FieldError as error:
                hint = error.hint or (Text("it stands at “{text}”", text=near) if near else None)
                self.problems.append(
                    DefinitionError(error.what, where=Location(self._name), hint=hint)
                )

    def _put(self, one: Field) -> None:
        what = duty(one.instruction)
        if what is Duty.EVALUATED and not one.in_one_paragraph and is_of_the_page(one):
            raise StaysLive
        if what in (Duty.FILLED, Duty.EVALUATED):
            require_one_place(one)
        if one.is_locked and what is not Duty.FILLED:
            self._unlink(one)
        elif what is Duty.FILLED:
            self._merge_field(one)
        elif what is Duty.EVALUATED:
            self._evaluated(one)
        elif what is Duty.KEPT:
            self._kept(one)
        elif what is Duty.REFUSED:
            self._builder.source(one)
        elif self._builder.is_reference(one):
            self._print(one, self._builder.source(one))
        else:
            self._leave(one)

    def _evaluated(self, one: Field) -> None:
        builder = self._builder
        match one.instruction.kind:
            case "IF":
                self._if(one)
            case "QUOTE":
                self._quote(one)
            case "SET" | "ASK":
                self._replace(one, Assign(*builder.assigned(one)))
            case "SKIPIF":
                condition = builder.condition(one, read_code(one, comparing=True))
                self._replace(one, Skip(condition, told(one)))
            case "NEXT":
                self._next(one, Next(None))
            case "NEXTIF":
                condition = builder.condition(one, read_code(one, comparing=True))
                self._next(one, Next(condition))
            case "INCLUDEPICTURE":
                self._picture(one)
            case _:
                self._print(one, builder.source(one))

    # --- values --------------------------------------------------------------------------------

    def _merge_field(self, one: Field) -> None:
        if is_marker(one):
            self._erase(one)
            return
        match self._builder.merge_field(one):
            case FieldValue(name):
                self._replace(one, Slot(name, self._prefix, Format()))
            case Formatted(FieldValue(name), form, before, after):
                optional = bool(before or after)
                slot = Slot(name, self._prefix, form, before, after, optional=optional)
                self._replace(one, slot)

    def _print(self, one: Field, source: Source) -> None:
        if counts_cells(source):
            table = next(one.begin.iterancestors(TABLE), None)
            if table is None:
                raise FieldError(
                    Text("the field {field} counts cells, and stands in no table",
                         field=one.instruction.text)
                )  # fmt: skip
            self.grids[table] = None
        self._replace(one, Print(source, self._prefix))

    def _kept(self, one: Field) -> None:
        source = self._builder.property_of(one)
        if source is None:
            self._unlink(one)
        else:
            self._print(one, source)

    def _next(self, one: Field, node: Next) -> None:
        if any(e.tag == BOX for e in one.begin.iterancestors()):
            # Word writes a text box twice: the next person would be left out.
            raise FieldError(
                Text("the field {field} cannot stand in a text box", field=one.instruction.text)
            )
        self.several = True
        self._replace(one, node)

    def _picture(self, one: Field) -> None:
        if not is_personal(one):
            self._unlink(one)
            return
        if self._note:
            raise FieldError(Text("a picture with a field cannot stand in a footnote"))
        arguments = read_code(one).arguments
        source = self._builder.text(arguments[0] if arguments else None)
        run = picture_of(one, source, self._marks, self._prefix)
        put_instead(one, [run])
        self.pictures = self.personal = True

    # --- pieces of the document -----------------------------------------------------------------

    def _if(self, one: Field) -> None:
        code = read_code(one, comparing=True)
        condition = self._builder.condition(one, code)
        if self._builder.format(one, code) != Format():
            self._print(one, self._builder.source(one))
            return
        self.personal = True
        then, otherwise = branches(code)
        look = chosen_look(one)
        marks = self._marks
        put_instead(
            one,
            [
                marks.opening("if", If(condition, (), ())),
                *self._pieces(then.pieces, look),
                marks.instruction("otherwise"),
                *self._pieces(otherwise.pieces, look),
                marks.instruction("end"),
            ],
        )
        self.put(fields_of(one, then, otherwise))

    def _quote(self, one: Field) -> None:
        code = read_code(one)
        if self._builder.format(one, code) != Format() or not code.arguments:
            self._print(one, self._builder.source(one))
            return
        pieces = [piece for argument in code.arguments for piece in argument.pieces]
        put_instead(one, list(self._pieces(pieces, chosen_look(one))))
        self.put(fields_of(one, *code.arguments))

    def _pieces(self, pieces: list[Piece], look: Element | None) -> Iterator[Element]:
        """The pieces of a branch as content of a paragraph."""
        for piece in pieces:
            match piece:
                case Words(text, run):
                    yield text_run(text, run.find(RUN_LOOK) if look is None else look)
                case Inner(_, elements):
                    yield from elements
                case _:
                    if piece.element.tag == TABLE:
                        code_to_text(piece.element)
                    yield piece.element

    def stays(self, one: Field) -> bool:
        """Whether a field stays one of Word's, as far as can be told from its kind."""
        if duty(one.instruction) in (Duty.FILLED, Duty.EVALUATED):
            return is_of_the_page(one)
        return not self._builder.is_reference(one)

    def _leave(self, one: Field) -> None:
        """It stays a field of Word, with what is inside it computed."""
        for inner in one.in_code:
            try:
                source = self._builder.source(inner)
            except StaysLive:
                self._leave(inner)
                continue
            self.personal = True
            mark = self._marks.text(Code(source))
            run = text_run(mark, look_of(inner), tag=CODE)
            put_instead(inner, [run])
        self.put(one.in_result)
        if one.instruction.kind == "NUMPAGES":
            count_section(one, self._marks)

    def _unlink(self, one: Field) -> None:
        """The last result takes the place of the field."""
        kept = {*one.result}
        for run in one.runs:
            if run not in kept:
                remove(run)
        self.put(one.in_result)

    def _erase(self, one: Field) -> None:
        """The field is gone, and its paragraph with it where nothing else is in it."""
        paragraph = paragraph_of(one.begin)
        put_instead(one, [])
        if paragraph is None or any(e.tag == RUN for e in paragraph.iter()):
            return
        container = paragraph.getparent()
        in_body = container is not None and container.tag == w("body")
        if in_body and paragraph.find(f"{w('pPr')}/{w('sectPr')}") is None:
            remove(paragraph)

    def _replace(self, one: Field, node: Node) -> None:
        self.personal = self.personal or not (isinstance(node, Print) and is_common(node.source))
        run = etree.Element(RUN)
        look = look_of(one)
        if look is not None:
            run.append(deepcopy(look))
        run.append(self._marks.element(node))
        put_instead(one, [run])
