"""Fields become sources: what is computed for each person (sources.py).

A field inside another one is read first, and stands in it as a source of its own. Where a
field cannot be computed here, it is said why (`FieldError`) or that Word must do it, page
by page (`StaysLive`).
"""

from __future__ import annotations

from outreach.errors import Text
from outreach.model.text import fold
from outreach.rendering.letter.address_block import (
    MAPPED,
)
from outreach.rendering.letter.address_fields import mapped_field, read_block
from outreach.rendering.letter.comparing import OPERATORS
from outreach.rendering.letter.duties import OF_THE_PAGE, Duty, duty
from outreach.rendering.letter.field_context import (
    FieldError,
    StaysLive,
    Surroundings,
    require_one_place,
)
from outreach.rendering.letter.fields import TEXT, Field
from outreach.rendering.letter.formats import LOOKS, Format, form_of
from outreach.rendering.letter.formula_fields import read_calculation
from outreach.rendering.letter.pieces import (
    Argument,
    Code,
    CodeSwitch,
    Inner,
    Piece,
    formula_pieces,
    read_code,
)
from outreach.rendering.letter.sources import (
    Choice,
    Condition,
    FieldValue,
    Formatted,
    Joined,
    Literal,
    Moment,
    RecordNumber,
    Remembered,
    Source,
    Truth,
)

COMPARING = frozenset({"IF", "COMPARE", "SKIPIF", "NEXTIF"})
#: Switches that say nothing here: mapped and vertical names, calendars, prompts asked once.
_SILENT = frozenset("mvlosh!")


class Builder:
    """Reads fields of one template as sources."""

    def __init__(self, around: Surroundings) -> None:
        self.around = around

    def source(self, one: Field) -> Source:
        """What a field is worth. Raises `FieldError` and `StaysLive`."""
        kind = one.instruction.kind
        require_one_place(one)
        if one.is_locked and duty(one.instruction) is not Duty.FILLED:
            return Literal(_result_text(one))
        match kind:
            case "MERGEFIELD":
                return self.merge_field(one)
            case "IF":
                return self._if(one)
            case "COMPARE":
                code = read_code(one, comparing=True)
                return self.formatted(one, code, Truth(self.condition(one, code)))
            case "DATE" | "TIME":
                return self._moment(one, kind)
            case "MERGEREC" | "MERGESEQ":
                return self.formatted(one, read_code(one), RecordNumber(kind == "MERGESEQ"))
            case "FILLIN":
                return self._answer(one, read_code(one))
            case "QUOTE":
                return self._quote(one)
            case "ADDRESSBLOCK" | "GREETINGLINE":
                return read_block(kind, read_code(one), self.around.mapped, self.around.names)
            case "DOCPROPERTY" | "DOCVARIABLE":
                return self.property_of(one) or Literal(_result_text(one))
        return self._other(one, kind)

    def _other(self, one: Field, kind: str) -> Source:
        if kind.startswith("="):
            return self._formula(one)
        if self.is_reference(one):
            return self._reference(one)
        named = _reference_name(one)
        if named and fold(named) in self.around.bookmarks:
            return self.formatted(one, read_code(one), self.around.bookmarks[fold(named)])
        match duty(one.instruction):
            case Duty.REFUSED:
                raise FieldError(
                    Text("the field {field} is not supported yet", field=one.instruction.text)
                )
            case Duty.LIVE if kind in OF_THE_PAGE:
                raise StaysLive
            case Duty.EVALUATED:
                raise FieldError(
                    Text("the field {inner} cannot stand inside the code of another field",
                         inner=one.instruction.text)
                )  # fmt: skip
        return Literal(_result_text(one))

    # --- values of the contact -----------------------------------------------------------------

    def merge_field(self, one: Field) -> Source:
        """The value a merge field prints, written by its switches."""
        code = read_code(one)
        name = one.instruction.name
        if one.in_code:
            raise FieldError(
                Text("the field {inner} inside the code of {field} is not supported yet",
                     inner=one.in_code[0].instruction.text, field="MERGEFIELD")
            )  # fmt: skip
        if not name:
            raise FieldError(Text("a merge field has no name"))
        return self.formatted(one, code, FieldValue(self._named(one, name, code)))

    def _named(self, one: Field, name: str, code: Code) -> str:
        around = self.around
        if code.switch("m") is not None or name in MAPPED:
            mapped = mapped_field(name, around.mapped, around.names)
            if mapped is not None:
                return mapped
        return around.names.find(name, around.scope(one))

    # --- conditions, formulas ------------------------------------------------------------------

    def condition(self, one: Field, code: Code) -> Condition:
        """What IF, COMPARE, SKIPIF and NEXTIF ask."""
        if code.operator not in OPERATORS or code.operator_at > 1:
            raise FieldError(
                Text("the field {field} needs two values and = <> < <= > or >= between them",
                     field=_shown(one)),
                Text("put texts of several words in quotes"),
            )  # fmt: skip
        left = code.arguments[0] if code.operator_at else Argument()
        right = code.arguments[code.operator_at : code.operator_at + 1]
        return Condition(self.text(left), code.operator, self.text(right[0] if right else None))

    def _if(self, one: Field) -> Source:
        code = read_code(one, comparing=True)
        then, otherwise = branches(code)
        choice = Choice(self.condition(one, code), self.text(then), self.text(otherwise))
        return self.formatted(one, code, choice)

    def _formula(self, one: Field) -> Source:
        argument, code = formula_pieces(one)
        return self.formatted(one, code, read_calculation(argument, self.around, self.source))

    # --- what has been said before --------------------------------------------------------------

    def is_reference(self, one: Field) -> bool:
        """REF, or a bare name, of something that SET or ASK has stored."""
        return fold(_reference_name(one)) in self.around.stored

    def _reference(self, one: Field) -> Source:
        return self.formatted(one, read_code(one), Remembered(fold(_reference_name(one))))

    def assigned(self, one: Field) -> tuple[str, Source]:
        """The name that SET or ASK stores something under, and what."""
        code = read_code(one)
        if not code.arguments or not code.arguments[0].text.strip():
            raise FieldError(Text("the field {field} names no bookmark", field=_shown(one)))
        name = fold(code.arguments[0].text.strip())
        if one.instruction.kind == "SET":
            return name, self.joined(code.arguments[1:])
        return name, self._answer(one, code, key=code.arguments[0].text.strip())

    def _answer(self, one: Field, code: Code, key: str | None = None) -> Source:
        """What ASK and FILLIN are answered with: by the campaign, else by their default."""
        prompts = code.arguments if key is None else code.arguments[1:]
        prompt = " ".join(_prompt(argument) for argument in prompts)
        for name in (key, prompt):
            if name is not None and fold(name.strip()) in self.around.answers:
                answer = Literal(self.around.answers[fold(name.strip())])
                return self.formatted(one, code, answer)
        default = code.switch("d")
        if default is not None:
            return self.formatted(one, code, self.text(default))
        if self.around.must_answer:
            raise FieldError(
                Text(
                    "the letter asks “{prompt}”, and nothing answers", prompt=prompt or key or "?"
                ),
                Text(
                    "write in the letter's step: {line}",
                    line=f'answers: {{"{key or prompt}": "…"}}',
                ),
            )
        return Literal("")

    def property_of(self, one: Field) -> Source | None:
        """A property or a variable of the document; None where the last result says it."""
        known = one.instruction.kind in ("DOCPROPERTY", "DOCVARIABLE")
        if not known or not one.in_one_paragraph:
            return None
        code = read_code(one)
        name = " ".join(argument.text for argument in code.arguments)
        value = self.around.properties.get(fold(name))
        return None if value is None else self.formatted(one, code, Literal(value))

    def _moment(self, one: Field, kind: str) -> Source:
        code = read_code(one)
        picture = code.switch("@")
        form = self.format(one, code)
        if picture is not None:
            return Formatted(Moment(with_time=True), form)
        if kind == "TIME":
            return Formatted(Moment(with_time=True), Format("HH:mm", None, form.forms))
        return Formatted(Moment(with_time=False), form)

    def _quote(self, one: Field) -> Source:
        code = read_code(one)
        return self.formatted(one, code, self.joined(code.arguments))

    # --- text and switches ---------------------------------------------------------------------

    def text(self, argument: Argument | None) -> Source:
        """An argument as a text (a value, where it is one field and nothing else)."""
        return self._pieces(argument.pieces if argument else [])

    def joined(self, arguments: tuple[Argument, ...]) -> Source:
        if len(arguments) == 1:
            return self.text(arguments[0])
        texts = [self.text(argument) for argument in arguments]
        return Joined(tuple(part for text in texts for part in (Literal(" "), text))[1:])

    def _pieces(self, pieces: list[Piece]) -> Source:
        parts = tuple(
            self.source(piece.field) if isinstance(piece, Inner) else Literal(piece.text)
            for piece in pieces
        )
        if all(isinstance(part, Literal) for part in parts):
            return Literal("".join(part.text for part in parts if isinstance(part, Literal)))
        return parts[0] if len(parts) == 1 else Joined(parts)

    def formatted(self, one: Field, code: Code, source: Source, *, keeping: bool = False) -> Source:
        """A source as its field's switches write it."""
        form = self.format(one, code)
        before, after = code.switch("b"), code.switch("f")
        plain = form == Format() and before is None and after is None
        if plain:
            return source
        return Formatted(source, form, before.text if before else "", after.text if after else "")

    def format(self, one: Field, code: Code) -> Format:
        """What the pictures and `\\*` switches of a field ask for."""
        pictures: dict[str, str] = {}
        forms: list[str] = []
        for switch in code.switches:
            argument = switch.argument.text if switch.argument else None
            if switch.name in "@#" and argument is not None:
                pictures[switch.name] = argument
            elif switch.name == "*" and argument and form_of(argument):
                forms.append(form_of(argument) or "")
            elif not _is_known(switch):
                raise FieldError(
                    Text("the switch \\{switch} of the field {field} is not supported yet",
                         switch=f"{switch.name} {argument or ''}".strip(), field=_shown(one))
                )  # fmt: skip
        return Format(pictures.get("@"), pictures.get("#"), tuple(forms))


def branches(code: Code) -> tuple[Argument, Argument]:
    """The two texts of an IF; the second may be missing."""
    rest = code.arguments[code.operator_at + 1 :]
    return (
        rest[0] if rest else Argument(),
        rest[1] if len(rest) > 1 else Argument(),
    )


def _is_known(switch: CodeSwitch) -> bool:
    if switch.name == "*":
        return switch.argument is not None and switch.argument.text.lower() in LOOKS
    return switch.name in _SILENT or (switch.argument is not None and switch.name in "bfdce")


def _answers(prompt: str) -> str:
    """The line of a campaign that answers a prompt."""
    return f'answers: {{"{prompt}": "…"}}'


def _shown(one: Field) -> str:
    """The code of a field as it is told, with those inside it."""
    return one.instruction.text + "".join(f" {{{_shown(inner)}}}" for inner in one.in_code)


def _prompt(argument: Argument) -> str:
    return "".join(
        piece.field.instruction.name if isinstance(piece, Inner) else piece.text
        for piece in argument.pieces
    )


def _reference_name(one: Field) -> str:
    instruction = one.instruction
    if instruction.kind == "REF":
        return instruction.arguments[0] if instruction.arguments else ""
    is_bare = duty(instruction) is Duty.UNKNOWN
    return instruction.kind if is_bare else ""


def _result_text(one: Field) -> str:
    return "".join(t.text or "" for run in one.result for t in run.iterchildren(TEXT))
