"""The values in an expression: names become fields, texts dates where dates are meant."""

from __future__ import annotations

from decimal import Decimal
from typing import assert_never

from outreach.errors import Text
from outreach.model.field import Field, FieldType
from outreach.model.text import fold
from outreach.segmentation.dates import example_date, read_date, read_instant
from outreach.segmentation.errors import ExpressionError, Source, Span
from outreach.segmentation.functions import ARGUMENTS, CONDITIONS, EXAMPLES, TERMS
from outreach.segmentation.syntax import Call, Digits, Name, Null, Operation, Quoted, Raw, Truth
from outreach.segmentation.tree import (
    Arithmetic,
    DaysAgo,
    DaysSince,
    FieldValue,
    Given,
    Sign,
    Term,
    fields_of,
    type_of,
)
from outreach.segmentation.vocabulary import (
    TYPE_WORDS,
    Vocabulary,
    unknown_function,
    unknown_name,
    unquoted,
)

#: Most operators of arithmetic in one comparison: exact fractions grow with each.
MAX_ARITHMETIC = 20
#: Farthest day that `days_ago` may name, a century either way.
MAX_DAYS = 36500

_DAYS = (FieldType.DATE, FieldType.DATETIME)


class Values:
    """Reads the values of one expression."""

    def __init__(self, source: Source, vocabulary: Vocabulary) -> None:
        self.source = source
        self.vocabulary = vocabulary

    # --- two values that are compared ------------------------------------------------------

    def pair(self, left: Raw, right: Raw) -> tuple[Term, Term]:
        """Two values of types that can be compared. Raises `ExpressionError`."""
        first, second = self._beside(left, right), self._beside(right, left)
        first, second = self._fit(first, left, second), self._fit(second, right, first)
        span = Span(min(left.span.start, right.span.start), max(left.span.end, right.span.end))
        if not _comparable(first, second):
            raise self._mismatch((left, first), (right, second), span)
        if _operators(first) + _operators(second) > MAX_ARITHMETIC:
            raise self.source.error(Text("there is too much arithmetic in this comparison"), span)
        return first, second

    def _beside(self, raw: Raw, other: Raw) -> Term:
        """A word that is no field, beside a field of text, is a text without its quotes."""
        if isinstance(raw, Name) and not self._find(raw) and isinstance(other, Name):
            field = self._find(other)
            if field and field.type is FieldType.TEXT and not raw.in_backticks:
                raise unquoted(self.source, raw)
        return self.term(raw)

    def _fit(self, term: Term, raw: Raw, other: Term) -> Term:
        """A quoted text is a date where it is compared with one."""
        if not isinstance(raw, Quoted) or type_of(other) not in _DAYS:
            return term
        day = read_date(raw.text, self.vocabulary.locale)
        instant = read_instant(raw.text) if type_of(other) is FieldType.DATETIME else None
        if day is None and instant is None:
            raise self.source.error(
                Text("{text!r} is not a date", text=raw.text),
                raw.span,
                Text(
                    'dates are written "2027-01-31" or "{example}", or days_ago(90)',
                    example=example_date(self.vocabulary.locale),
                ),
            )
        value = day or instant
        assert value is not None
        return Given(value)

    def _mismatch(
        self, left: tuple[Raw, Term], right: tuple[Raw, Term], span: Span
    ) -> ExpressionError:
        types = {type_of(left[1]), type_of(right[1])}
        what = Text(
            "{left} is {left_type} and {right} is {right_type}: they cannot be compared",
            left=self.shown(left[0]),
            left_type=TYPE_WORDS[type_of(left[1])],
            right=self.shown(right[0]),
            right_type=TYPE_WORDS[type_of(right[1])],
        )
        return self.source.error(what, span, self._mending(types, left[0], right[0]))

    def _mending(self, types: set[FieldType], left: Raw, right: Raw) -> Text | None:
        if types == {FieldType.TEXT, FieldType.NUMBER}:
            for raw in (left, right):
                if isinstance(raw, Digits):
                    return Text('text stands in quotes: "{text}"', text=self.shown(raw))
                if isinstance(raw, Quoted):
                    return Text("numbers stand without quotes: 12.50")
        if FieldType.BOOLEAN in types:
            return Text("yes and no are written true and false")
        if types & set(_DAYS) and types != set(_DAYS):
            return Text('dates are written "2027-01-31", today() or days_ago(30)')
        return None

    # --- one value -------------------------------------------------------------------------

    def term(self, raw: Raw) -> Term:
        match raw:
            case Name():
                return FieldValue(self.field(raw))
            case Quoted(text):
                return Given(fold(text), text)
            case Digits(number):
                return Given(number)
            case Truth(value):
                return Given(value)
            case Null(span):
                raise self.source.error(
                    Text("nothing can be compared with null"),
                    span,
                    Text("write: is null, or is not null"),
                )
            case Call():
                return self._call(raw)
            case Operation():
                return self._operation(raw)
            case _:
                assert_never(raw)

    def text(self, raw: Raw) -> Term:
        """A value that must be text."""
        term = self.term(raw)
        if type_of(term) is not FieldType.TEXT:
            raise self._wrong_type(raw, term, FieldType.TEXT)
        return term

    def field(self, name: Name) -> Field:
        """The field of that name or label. Raises `ExpressionError` when there is none."""
        field = self._find(name)
        if field is None:
            raise unknown_name(self.source, name, self.vocabulary)
        return field

    def shown(self, raw: Raw) -> str:
        """What was written there, shortened."""
        text = self.source.text[raw.span.start : raw.span.end]
        return text if len(text) <= 40 else f"{text[:39]}…"

    def _find(self, name: Name) -> Field | None:
        catalogue = self.vocabulary.catalogue
        return catalogue.labelled(name.text) if name.in_backticks else catalogue.find(name.text)

    def _operation(self, raw: Operation) -> Term:
        if raw.operator == "negative":
            value = self._number(raw.operands[0])
            if isinstance(value, Given) and isinstance(value.value, Decimal):
                return Given(value.value.copy_negate())
            return Arithmetic(Sign.MINUS, Given(Decimal(0)), value)
        if raw.operator in tuple(Sign):
            left, right = (self._number(operand) for operand in raw.operands)
            return Arithmetic(Sign(raw.operator), left, right)
        raise self.source.error(
            Text("{text} is a condition: it cannot be compared", text=self.shown(raw)),
            raw.span,
            Text("join conditions with and / or"),
        )

    def _number(self, raw: Raw) -> Term:
        term = self.term(raw)
        if type_of(term) is not FieldType.NUMBER:
            raise self._wrong_type(raw, term, FieldType.NUMBER)
        return term

    def _wrong_type(self, raw: Raw, term: Term, wanted: FieldType) -> ExpressionError:
        days = wanted is FieldType.NUMBER and type_of(term) in _DAYS
        return self.source.error(
            Text(
                "{text} is {type}; here stands {wanted}",
                text=self.shown(raw),
                type=TYPE_WORDS[type_of(term)],
                wanted=TYPE_WORDS[wanted],
            ),
            raw.span,
            Text("days are counted with days_ago(30) and days_since(last_order_on)")
            if days
            else None,
        )

    # --- functions that give a value -------------------------------------------------------

    def _call(self, call: Call) -> Term:
        name = call.name.lower()
        if name in CONDITIONS:
            raise self.source.error(
                Text("{name}(…) says yes or no: it cannot be compared", name=name),
                call.span,
                Text("write: {name}(…), or: not {name}(…)", name=name),
            )
        if name not in TERMS:
            raise unknown_function(self.source, call)
        self.count_arguments(call)
        match name:
            case "today":
                return DaysAgo(0)
            case "days_ago":
                return DaysAgo(self.days(call, call.arguments[0], at_least=-MAX_DAYS))
            case "lower":  # every comparison ignores case: nothing is left to do
                return self.text(call.arguments[0])
            case _:
                return self._days_since(call.arguments[0])

    def _days_since(self, raw: Raw) -> Term:
        term = self.term(raw)
        if isinstance(term, FieldValue) and type_of(term) in _DAYS:
            return DaysSince(term)
        raise self.source.error(
            Text("days_since needs a field that holds a date"),
            raw.span,
            Text("for example: {example}", example=EXAMPLES["days_since"]),
        )

    def count_arguments(self, call: Call) -> None:
        """Raises `ExpressionError` when the function takes fewer or more."""
        name = call.name.lower()
        least, most = ARGUMENTS[name]
        if not least <= len(call.arguments) <= most:
            raise self.source.error(
                Text("{name} is not written like that", name=name),
                call.span,
                Text("for example: {example}", example=EXAMPLES[name]),
            )

    def days(self, call: Call, raw: Raw, *, at_least: int = 0) -> int:
        """A whole number of days, typed."""
        term = self.term(raw)
        if isinstance(term, Given) and isinstance(term.value, Decimal):
            whole = term.value == term.value.to_integral_value()
            if whole and at_least <= term.value <= MAX_DAYS:
                return int(term.value)
        raise self.source.error(
            Text("{name} needs a number of days", name=call.name.lower()),
            raw.span,
            Text("for example: {example}", example=EXAMPLES[call.name.lower()]),
        )

    def quoted(self, call: Call, raw: Raw) -> str:
        """Any text between quotes."""
        if isinstance(raw, Quoted):
            return raw.text
        raise self._needs_text(call, raw)

    def named(self, call: Call, raw: Raw) -> str:
        """A name between quotes, hence not empty."""
        name = self.quoted(call, raw).strip()
        if not name:
            raise self._needs_text(call, raw)
        return name

    def _needs_text(self, call: Call, raw: Raw) -> ExpressionError:
        name = call.name.lower()
        return self.source.error(
            Text("{name} needs a text in quotes", name=name),
            raw.span,
            Text("for example: {example}", example=EXAMPLES[name]),
        )


def _comparable(left: Term, right: Term) -> bool:
    types = {type_of(left), type_of(right)}
    if types == set(_DAYS):
        # A field of dates beside one of instants would need the zone in each row.
        day = left if type_of(left) is FieldType.DATE else right
        return not any(fields_of(day))
    return len(types) == 1


def _operators(term: Term) -> int:
    if isinstance(term, Arithmetic):
        return 1 + _operators(term.left) + _operators(term.right)
    return 0
