"""Merge fields become slots: one run in the typeface that Word would choose, the value in it.

The typeface: `\\* MERGEFORMAT` keeps that of the last result, otherwise the first letter of
the field's code decides (ECMA-376 Part 1, 17.16.4.3.3), as it does in Word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import deepcopy

from lxml import etree

from outreach.errors import DefinitionError, Location, OutreachError, Text, did_you_mean
from outreach.rendering.letter.fields import RUN, RUN_LOOK, Element, Field, remove, w
from outreach.rendering.letter.formats import CASES, Format
from outreach.rendering.letter.instructions import Instruction
from outreach.rendering.letter.marks import Marks
from outreach.rendering.letter.program import Either, Slot, Today
from outreach.rendering.letter.reading import Duty, duty

#: How the caller's base calls a merge field; None where it has no such field.
Resolve = Callable[[str], str | None]


class Names:
    """Merge-field names against the contact base: exact, by case, by `_` for a blank."""

    def __init__(self, resolve: Resolve, known: Iterable[str], template: str) -> None:
        self._resolve = resolve
        self._known = tuple(known)
        self._template = template
        self._found: dict[str, str | None] = {}

    def find(self, name: str) -> str:
        """The contact field of a merge field; unknown names are collected for `errors`."""
        if name not in self._found:
            self._found[name] = self._look_up(name)
        return self._found[name] or name

    def knows(self, name: str) -> bool:
        """Whether a name that is no merge field is one of the contact base."""
        return self._look_up(name) is not None

    @property
    def fields(self) -> tuple[str, ...]:
        """The contact fields that were found, each once."""
        return tuple(dict.fromkeys(field for field in self._found.values() if field))

    @property
    def errors(self) -> list[OutreachError]:
        return [
            DefinitionError(
                Text("the contact base has no field {name!r}", name=name),
                where=Location(self._template),
                hint=did_you_mean(name, self._known) or Text("see: outreach contacts fields"),
            )
            for name, field in self._found.items()
            if field is None
        ]

    def _look_up(self, name: str) -> str | None:
        words = name.replace("_", " ").split()
        for spelling in (name, name.casefold(), "_".join(words), " ".join(words), "-".join(words)):
            if spelling and (found := self._resolve(spelling)) is not None:
                return found
        return None


def put_slots(fields: Iterable[Field], names: Names, marks: Marks, prefix: str) -> None:
    """Put marks in the place of the fields that are filled or frozen, at any depth of results."""
    for field in fields:
        instruction = field.instruction
        match duty(instruction):
            case Duty.FILLED:
                _replace(field, marks.element(_slot(instruction, names, prefix)))
            case Duty.FROZEN:
                _replace(field, marks.element(Today(prefix, _format(instruction, "long"))))
            case _:
                put_slots(field.in_result, names, marks, prefix)
                if instruction.kind == "NUMPAGES":
                    _count_section(field, marks)


def _slot(instruction: Instruction, names: Names, prefix: str) -> Slot:
    texts = {s.name: s.argument or "" for s in instruction.switches if s.name in "bf"}
    return Slot(
        names.find(instruction.name),
        prefix,
        _format(instruction, None),
        before=texts.get("b", ""),
        after=texts.get("f", ""),
        optional=bool(texts),
    )


def _format(instruction: Instruction, picture: str | None) -> Format:
    cases: list[str] = []
    for switch in instruction.switches:
        if switch.name == "@":
            picture = switch.argument
        elif switch.name == "*" and (switch.argument or "").lower() in CASES:
            cases.append((switch.argument or "").lower())
    return Format(None if picture == "long" else picture, tuple(cases))


def _replace(field: Field, mark: Element) -> None:
    run = etree.Element(RUN)
    look = _look(field)
    if look is not None:
        run.append(deepcopy(look))
    run.append(mark)
    field.begin.addprevious(run)
    _release_binding(run)
    for old in field.runs:
        remove(old)


def _look(field: Field) -> Element | None:
    looks = {(s.argument or "").lower() for s in field.instruction.switches if s.name == "*"}
    keyword = next((run for run in field.code if _has_text(run)), field.begin)
    if "mergeformat" in looks and "charformat" not in looks:
        shown = next((run for run in field.result if run.find(w("t")) is not None), keyword)
        return shown.find(RUN_LOOK)
    return keyword.find(RUN_LOOK)


def _has_text(run: Element) -> bool:
    return bool("".join(map(str, run.itertext())).strip())


def _release_binding(run: Element) -> None:
    """A content control bound to data would be overwritten by Word when it opens the letter."""
    for control in run.iterancestors(w("sdt")):
        properties = control.find(w("sdtPr"))
        if properties is not None:
            for name in ("dataBinding", "showingPlcHdr"):
                for element in properties.findall(w(name)):
                    remove(element)


def _count_section(field: Field, marks: Marks) -> None:
    """In a bundle the pages of one letter are those of its section."""
    for code in (code for run in field.code for code in run.iter(w("instrText"))):
        text = code.text or ""
        start = text.upper().find("NUMPAGES")
        if start >= 0:
            pages = marks.text(Either("NUMPAGES", ("SECTIONPAGES",)))
            code.text = text[:start] + pages + text[start + len("NUMPAGES") :]
