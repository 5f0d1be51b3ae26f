"""The merge fields of one part, found in every shape Word writes them in.

A field is a run with `fldChar begin`, runs with its code (`instrText`, often split over
many), perhaps `separate` and runs with the last result, and `end`; or, for short, a
`fldSimple` element. Fields may stand inside one another, in the code or in the result.
`find_fields` brings a part to one form (one field character or piece of code per run,
no `fldSimple`) and reads it with one stack per story: a text box is a story of its own.
Reference: ECMA-376 Part 1, 17.16.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field

from lxml import etree

from outreach.rendering.letter.instructions import Instruction, read_instruction
from outreach.rendering.letter.package import W14, W

Element = etree._Element

XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


def w(name: str) -> str:
    """`w("p")` → the tag of a paragraph, with its namespace."""
    return f"{{{W}}}{name}"


def prefixed(root: Element) -> Element:
    """The same part, with a prefix for Word's namespace: attributes need one."""
    if any(prefix and uri == W for prefix, uri in root.nsmap.items()):
        return root
    named = {prefix: uri for prefix, uri in root.nsmap.items() if prefix}
    new = etree.Element(root.tag, nsmap={**named, "w": W})
    new.attrib.update(root.attrib)
    new.extend(list(root))
    return new


def prefix_of(root: Element) -> str:
    """The prefix of WordprocessingML in a part, with its colon: `w:`."""
    return next(f"{prefix}:" for prefix, uri in root.nsmap.items() if prefix and uri == W)


RUN, TEXT, RUN_LOOK, PARAGRAPH, BOX = w("r"), w("t"), w("rPr"), w("p"), w("txbxContent")
_CHAR, _CODE, _SIMPLE = w("fldChar"), w("instrText"), w("fldSimple")
#: Word nests fields 20 deep. Deeper ones are fields that lack their ends.
_DEEPEST = 50
#: Text that a reviewer has struck out: fields in it are not filled.
STRUCK = frozenset({w("del"), w("moveFrom")})
#: Notes of the author that must not reach a recipient.
_COMMENTS = frozenset({w("commentRangeStart"), w("commentRangeEnd"), w("commentReference")})


class BrokenField(Exception):
    """A field without its beginning or its end; `near` is the text around it."""

    def __init__(self, near: str) -> None:
        super().__init__(near)
        self.near = near


@dataclass(eq=False, slots=True)
class Field:
    """A field where it stands. The lists hold `w:r` elements in document order."""

    begin: Element
    runs: list[Element] = field(default_factory=list)
    code: list[Element] = field(default_factory=list)
    result: list[Element] = field(default_factory=list)
    in_code: list[Field] = field(default_factory=list)
    in_result: list[Field] = field(default_factory=list)
    has_result: bool = False
    #: The run between code and result; None where there is no result.
    separator: Element | None = None

    @property
    def instruction(self) -> Instruction:
        texts = (code.text or "" for run in self.code for code in run.iter(_CODE))
        return read_instruction("".join(texts))

    @property
    def is_locked(self) -> bool:
        """Its author wants the last result to stay as it is (Ctrl+F11 in Word)."""
        char = self.begin.find(_CHAR)
        return char is not None and char.get(w("fldLock")) in ("1", "true", "on")

    @property
    def in_one_paragraph(self) -> bool:
        return paragraph_of(self.begin) is paragraph_of(self.runs[-1])

    def everything_inside(self) -> Iterator[Field]:
        """This field and all those in its code and result."""
        yield self
        for inner in (*self.in_code, *self.in_result):
            yield from inner.everything_inside()


def find_fields(root: Element) -> list[Field]:
    """The outermost fields of a part in document order; the part is brought to one form.

    Raises `BrokenField`.
    """
    _tidy(root)
    for simple in list(root.iter(_SIMPLE)):
        _spell_out(simple)
    for run in list(root.iter(RUN)):
        _split(run)
    stories = [root, *root.iter(BOX)]
    return [found for story in stories for found in _fields_of(story)]


def paragraph_of(element: Element) -> Element | None:
    """The paragraph an element stands in."""
    return next(element.iterancestors(PARAGRAPH), None)


def text_of(paragraph: Element | None) -> str:
    """What a paragraph shows, on one line of at most 60 characters."""
    if paragraph is None:
        return ""
    text = " ".join("".join(t.text or "" for t in paragraph.iter(TEXT)).split())
    return text if len(text) <= 60 else text[:59] + "…"


def runs_of(story: Element) -> Iterator[Element]:
    """The runs of a story in document order, without those of text boxes and struck-out text."""
    for child in story:
        if child.tag == RUN:
            yield child
        elif child.tag not in STRUCK and child.tag != BOX:
            yield from runs_of(child)


def _fields_of(story: Element) -> list[Field]:
    stack: list[Field] = []
    outermost: list[Field] = []
    for run in runs_of(story):
        char = run.find(_CHAR)
        kind = char.get(w("fldCharType")) if char is not None else None
        if kind == "begin":
            stack.append(Field(run))
            if len(stack) > _DEEPEST:
                raise BrokenField(text_of(paragraph_of(run)))
        elif not stack and kind is not None:
            raise BrokenField(text_of(paragraph_of(run)))
        for one in stack:
            one.runs.append(run)
            if one.has_result:
                one.result.append(run)
        if kind == "end":
            _close(stack, outermost)
        elif kind == "separate":
            stack[-1].has_result = True
            stack[-1].separator = run
        elif stack and not stack[-1].has_result and run.find(_CODE) is not None:
            stack[-1].code.append(run)
    if stack:
        raise BrokenField(text_of(paragraph_of(stack[-1].begin)))
    return outermost


def _close(stack: list[Field], outermost: list[Field]) -> None:
    closed = stack.pop()
    if closed.result:
        closed.result.pop()  # the run of its own end
    if not stack:
        outermost.append(closed)
    elif stack[-1].has_result:
        stack[-1].in_result.append(closed)
    else:
        stack[-1].in_code.append(closed)


def _tidy(root: Element) -> None:
    """Take out what names a place in the template only: comments, `_GoBack`, paragraph ids."""
    went_back = {b.get(w("id")) for b in root.iter(w("bookmarkStart"))
                 if b.get(w("name")) == "_GoBack"}  # fmt: skip
    for element in list(root.iter()):
        for name in (f"{{{W14}}}paraId", f"{{{W14}}}textId"):
            element.attrib.pop(name, "")
        is_mark = element.tag in (w("bookmarkStart"), w("bookmarkEnd"))
        if element.tag in _COMMENTS or (is_mark and element.get(w("id")) in went_back):
            remove(element)


def remove(element: Element) -> None:
    """Take an element out of its parent."""
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _spell_out(simple: Element) -> None:
    """`<w:fldSimple w:instr="…">result</w:fldSimple>` as the same field in runs."""
    first = next(simple.iter(RUN), None)
    look = first.find(RUN_LOOK) if first is not None else None
    before = [
        _char("begin", look),
        _code(simple.get(w("instr"), ""), look),
        _char("separate", look),
    ]
    content = [child for child in simple if child.tag != w("fldData")]
    for element in (*before, *content, _char("end", look)):
        simple.addprevious(element)
    remove(simple)


def _char(kind: str, look: Element | None) -> Element:
    run = _run(look)
    etree.SubElement(run, _CHAR, {w("fldCharType"): kind})
    return run


def _code(text: str, look: Element | None) -> Element:
    run = _run(look)
    etree.SubElement(run, _CODE, {XML_SPACE: "preserve"}).text = text
    return run


def _run(look: Element | None) -> Element:
    run = etree.Element(RUN, nsmap={"w": W})
    if look is not None:
        run.append(deepcopy(look))
    return run


def _split(run: Element) -> None:
    """A run with a field character or code among other things becomes several runs."""
    content = [child for child in run if child.tag != RUN_LOOK]
    if len(content) < 2 or not any(child.tag in (_CHAR, _CODE) for child in content):
        return
    look = run.find(RUN_LOOK)
    for child in content:
        part = _run(look)
        part.append(child)
        run.addprevious(part)
    remove(run)
