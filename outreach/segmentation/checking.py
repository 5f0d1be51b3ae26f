"""From text to a condition that makes sense: names exist, types fit, segments are put in."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import assert_never

from outreach.errors import Location, Text, did_you_mean
from outreach.model.field import FieldType
from outreach.model.text import fold
from outreach.segmentation.closed import ClosedWords
from outreach.segmentation.errors import ExpressionError, Source
from outreach.segmentation.functions import CONDITIONS, TERMS
from outreach.segmentation.history import History
from outreach.segmentation.parsing import parse
from outreach.segmentation.syntax import Call, Digits, Name, Null, Operation, Quoted, Raw, Truth
from outreach.segmentation.tree import (
    Always,
    And,
    Comparison,
    Condition,
    ContactedWithin,
    Fact,
    FieldValue,
    Given,
    HasTag,
    Like,
    Missing,
    Not,
    OneOf,
    Operator,
    Or,
    Wild,
    size_of,
    type_of,
)
from outreach.segmentation.values import Values
from outreach.segmentation.vocabulary import (
    TYPE_WORDS,
    Vocabulary,
    unknown_function,
)

__all__ = ["ExpressionError", "Vocabulary", "understand"]

#: Most `%` in one pattern: databases try each against every character.
MAX_WILDCARDS = 8
#: Most conditions, segments put in; SQLite takes 1000 levels of expression.
MAX_CONDITIONS = 700
#: Deepest nesting, segments put in.
MAX_NESTING = 60
#: Longest chain of segments that use one another.
MAX_SEGMENTS = 16


def understand(
    text: str,
    vocabulary: Vocabulary,
    *,
    where: Location | None = None,
    as_segment: str | None = None,
) -> Condition:
    """The condition that a text means.

    `where` is the place of its first character in a file, if it comes from one. `as_segment`
    is the segment that is to mean it, which must not be used in it. Raises
    `ExpressionError`, with the place, the spot and a hint.
    """
    return _understand(Source(text, where), vocabulary, _Trail((as_segment,) if as_segment else ()))


def segments_in(text: str) -> frozenset[str]:
    """The folded names of the segments that an expression uses itself, not through others."""
    found: set[str] = set()
    waiting: list[Raw] = [parse(Source(text))]
    while waiting:
        raw = waiting.pop()
        match raw:
            case Call(name, (Quoted(segment),)) if name.lower() == "in_segment":
                found.add(fold(segment.strip()))
            case Call(_, arguments):
                waiting.extend(arguments)
            case Operation(_, operands):
                waiting.extend(operands)
            case _:
                pass
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class _Trail:
    """The segments we are in, and those already understood."""

    names: tuple[str, ...] = ()
    known: dict[str, Condition] = field(default_factory=dict)


def _understand(source: Source, vocabulary: Vocabulary, trail: _Trail) -> Condition:
    return _Reading(source, vocabulary, trail).whole(parse(source))


class _Reading:
    def __init__(self, source: Source, vocabulary: Vocabulary, trail: _Trail) -> None:
        self.source = source
        self.vocabulary = vocabulary
        self.trail = trail
        self.values = Values(source, vocabulary)
        self.words = ClosedWords(source, vocabulary)
        #: Conditions that segments brought in.
        self.brought = 0

    def whole(self, raw: Raw) -> Condition:
        condition = self.condition(raw)
        count, depth = size_of(condition)
        if count > MAX_CONDITIONS or depth > MAX_NESTING:
            raise self._too_long(raw)
        return condition

    def condition(self, raw: Raw) -> Condition:
        match raw:
            case Operation():
                return self._operation(raw)
            case Call():
                return self._call(raw)
            case Name():
                return self._word(raw)
            case Truth(value):
                return Always(value)
            case Quoted() | Digits() | Null():
                raise self._not_a_condition(raw)
            case _:
                assert_never(raw)

    def _not_a_condition(self, raw: Raw) -> ExpressionError:
        return self.source.error(
            Text("{text} is a value, not a condition", text=self.values.shown(raw)),
            raw.span,
            Text('compare it with a field: city = "Rennes"'),
        )

    def _word(self, name: Name) -> Condition:
        """A stage in `when`, or a field that holds yes or no."""
        stage = None if name.in_backticks else self.vocabulary.stage(name.text)
        if stage is not None:
            return Fact(stage)
        term = FieldValue(self.values.field(name))
        if type_of(term) is not FieldType.BOOLEAN:
            raise self.source.error(
                Text(
                    "{text} is {type}, not a condition",
                    text=name.text,
                    type=TYPE_WORDS[type_of(term)],
                ),
                name.span,
                Text("compare it, or write: {text} is not null", text=self.values.shown(name)),
            )
        return Comparison(Operator.EQUAL, term, Given(True))

    # --- operators -------------------------------------------------------------------------

    def _operation(self, raw: Operation) -> Condition:
        match raw.operator:
            case "and":
                return And(tuple(self.condition(operand) for operand in raw.operands))
            case "or":
                return Or(tuple(self.condition(operand) for operand in raw.operands))
            case "not":
                return Not(self.condition(raw.operands[0]))
            case "is_null":
                return Missing(self.values.term(raw.operands[0]))
            case "in":
                return self._in(raw)
            case "between":
                value, low, high = raw.operands
                at_least = self._compare(Operator.AT_LEAST, value, low)
                return And((at_least, self._compare(Operator.AT_MOST, value, high)))
            case "like":
                return self._like(raw)
            case "!=":
                return Not(self._compare(Operator.EQUAL, *raw.operands))
            case operator if operator in tuple(Operator):
                return self._compare(Operator(operator), *raw.operands)
            case _:
                raise self._not_a_condition(raw)

    def _compare(self, operator: Operator, left: Raw, right: Raw) -> Comparison:
        first, second = self.values.pair(left, right)
        if operator is not Operator.EQUAL and type_of(first) is FieldType.BOOLEAN:
            raise self.source.error(
                Text("yes and no have no order"), left.span, Text("write: = true, or = false")
            )
        if operator is Operator.EQUAL:
            first, second = (
                self.words.put(first, left, second),
                self.words.put(second, right, first),
            )
        return Comparison(operator, first, second)

    def _in(self, raw: Operation) -> Condition:
        value, *choices = raw.operands
        pairs = [self.values.pair(value, choice) for choice in choices]
        term = pairs[0][0]
        found = (
            self.words.put(pair[1], raw, term) for pair, raw in zip(pairs, choices, strict=True)
        )
        return OneOf(term, tuple(found))

    def _like(self, raw: Operation) -> Condition:
        value, pattern = raw.operands
        if not isinstance(pattern, Quoted):
            raise self.source.error(
                Text("after `like` stands a pattern in quotes"),
                pattern.span,
                Text('for example: city like "Saint%"'),
            )
        if pattern.text.count("%") > MAX_WILDCARDS:
            raise self.source.error(
                Text("a pattern has at most {count} times %", count=MAX_WILDCARDS), pattern.span
            )
        return Like(self.values.text(value), _pieces(pattern.text), pattern.text)

    # --- functions that say yes or no --------------------------------------------------------

    def _call(self, call: Call) -> Condition:
        name = call.name.lower()
        if name in TERMS:
            raise self._not_a_condition(call)
        if name not in CONDITIONS:
            raise unknown_function(self.source, call)
        self.values.count_arguments(call)
        match name:
            case "contains" | "starts_with":
                return self._text_match(name, call)
            case "has_tag":
                tag = self.values.named(call, call.arguments[0])
                return HasTag(fold(tag), tag)
            case "contacted_within":
                return ContactedWithin(self.values.days(call, call.arguments[0]))
            case "in_segment":
                return self._segment(call)
            case _:
                return self._history(name, call)

    def _text_match(self, name: str, call: Call) -> Condition:
        value, part = call.arguments
        term = self.values.text(value)
        written = self.values.quoted(call, part)
        piece = fold(written)
        pattern = (Wild.ANY, piece, Wild.ANY) if name == "contains" else (piece, Wild.ANY)
        return Like(term, pattern, written)

    def _history(self, name: str, call: Call) -> Condition:
        words = [self.values.named(call, argument) for argument in call.arguments]
        past = History(self.source, self.vocabulary)
        ask = past.received if name == "received" else past.reached
        return ask(call.arguments, words)

    # --- segments ----------------------------------------------------------------------------

    def _segment(self, call: Call) -> Condition:
        wanted = self.values.named(call, call.arguments[0])
        name = self.vocabulary.segment(wanted)
        if name is None:
            raise self.source.error(
                Text("there is no segment {name!r}", name=wanted),
                call.span,
                did_you_mean(wanted, self.vocabulary.segments)
                or Text("all segments: outreach segment list"),
            )
        if name in self.trail.names:
            way = " → ".join((*self.trail.names[self.trail.names.index(name) :], name))
            raise self.source.error(
                Text("the segment {name!r} contains itself: {way}", name=name, way=way), call.span
            )
        condition = self._put_in(name, call)
        self.brought += size_of(condition)[0]
        if self.brought > MAX_CONDITIONS:
            raise self._too_long(call)
        return condition

    def _put_in(self, name: str, call: Call) -> Condition:
        if name in self.trail.known:
            return self.trail.known[name]
        if len(self.trail.names) >= MAX_SEGMENTS:
            raise self._too_long(call)
        source = Source(self.vocabulary.segments[name])
        inner = _Trail((*self.trail.names, name), self.trail.known)
        try:
            condition = _understand(source, replace(self.vocabulary, stages=()), inner)
        except ExpressionError as error:
            raise self.source.error(
                Text("the segment {name!r} is wrong: {problem}", name=name, problem=error.what),
                call.span,
                error.hint,
            ) from error
        self.trail.known[name] = condition
        return condition

    def _too_long(self, raw: Raw) -> ExpressionError:
        return self.source.error(
            Text("the expression is too long, with the segments in it"), raw.span
        )


def _pieces(pattern: str) -> tuple[str | Wild, ...]:
    """`"Saint%"` → `("saint", ANY)`. Only % and _ are wildcards; a backslash is a backslash.

    Folded piece by piece, because folding can make a % of its full-width twin.
    """
    pieces: list[str | Wild] = []
    plain = ""
    for char in pattern:
        if char in ("%", "_"):
            pieces += [fold(plain), Wild(char)] if plain else [Wild(char)]
            plain = ""
        else:
            plain += char
    return (*pieces, fold(plain)) if plain else tuple(pieces)
