"""A condition said in words: "people whose city is Rennes or Nantes, and who …".

Pure. Every phrase is a `Text`, so that it is said in the reader's language. A phrase
begins so that "people " fits before it, and its denial is a phrase of its own: no
double negation, no brackets but where `and` and `or` are mixed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import assert_never

from outreach.errors import Plural, Text
from outreach.model.field import Field, FieldType, Origin
from outreach.segmentation.tree import (
    Always,
    And,
    Arithmetic,
    Comparison,
    Condition,
    ContactedWithin,
    DaysAgo,
    DaysSince,
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
    Reached,
    Received,
    Term,
    Wild,
    type_of,
)


def in_words(condition: Condition) -> Text:
    """Whom the condition selects, as a phrase."""
    if condition == Always(True):
        return Text("everybody")
    if condition == Always(False):
        return Text("nobody")
    return Text("people {phrase}", phrase=_said(condition, True))


def _said(condition: Condition, positive: bool) -> Text:
    match condition:
        case Not(part):
            return _said(part, not positive)
        case And(parts) | Or(parts):
            return _joined(condition, parts, positive)
        case Always(value):
            return Text("whoever they are") if value is positive else Text("who do not exist")
        case Comparison(sign, left, right):
            return _comparison(sign, left, right, positive)
        case OneOf(term, choices):
            return _is(term, _listed([_value(choice) for choice in choices]), positive)
        case Like(term, pattern, written):
            return _like(term, pattern, written, positive)
        case Missing(term):
            return (
                Text("whose {field} is not known", field=_value(term))
                if positive
                else Text("whose {field} is known", field=_value(term))
            )
        case _:
            return _lived(condition, positive)


# --- together ------------------------------------------------------------------------------


def _joined(whole: And | Or, parts: Sequence[Condition], positive: bool) -> Text:
    """`not (a and b)` is said as "not a, or not b"."""
    between = _between(parts)
    if isinstance(whole, And) and between is not None:
        return _range(between, positive)
    together = isinstance(whole, And) is positive
    phrases = [_bracketed(part, together, positive) for part in parts]
    said = phrases[0]
    for phrase in phrases[1:]:
        said = (
            Text("{first}, and {second}", first=said, second=phrase)
            if together
            else Text("{first}, or {second}", first=said, second=phrase)
        )
    return said


def _bracketed(part: Condition, together: bool, positive: bool) -> Text:
    inner, sign = part, positive
    while isinstance(inner, Not):
        inner, sign = inner.part, not sign
    said = _said(part, positive)
    mixed = isinstance(inner, And | Or) and (isinstance(inner, And) is sign) is not together
    if mixed and not (isinstance(inner, And) and _between(inner.parts)):
        return Text("({phrase})", phrase=said)
    return said


def _between(parts: Sequence[Condition]) -> tuple[Term, Term, Term] | None:
    """The value and the bounds of `between`, which is kept as two comparisons."""
    match list(parts):
        case [
            Comparison(Operator.AT_LEAST, value, low),
            Comparison(Operator.AT_MOST, same, high),
        ] if value == same:
            return value, low, high
        case _:
            return None


def _range(parts: tuple[Term, Term, Term], positive: bool) -> Text:
    value, low, high = (_value(part) for part in parts)
    if positive:
        return Text("whose {field} is between {low} and {high}", field=value, low=low, high=high)
    return Text("whose {field} is not between {low} and {high}", field=value, low=low, high=high)


def _listed(values: Sequence[Text | str]) -> Text | str:
    said = values[0]
    for value in values[1:]:
        said = Text("{first} or {second}", first=said, second=value)
    return said


# --- one condition --------------------------------------------------------------------------


def _comparison(sign: Operator, left: Term, right: Term, positive: bool) -> Text:
    if isinstance(left, Given | DaysAgo) and not isinstance(right, Given | DaysAgo):
        left, right, sign = right, left, sign.turned
    if sign is Operator.EQUAL:
        if isinstance(right, Given) and isinstance(right.value, bool):
            return _yes_or_no(left, right.value, positive)
        return _is(left, _value(right), positive)
    # "not less than" also holds of who has no value: it is no "at least".
    field, value = _value(left), _value(right)
    moments = type_of(left) in (FieldType.DATE, FieldType.DATETIME)
    said = (_EARLIER_LATER if moments else _LESS_MORE)[sign]
    phrase = Text(said.msgid, field=field, value=value)
    return phrase if positive else Text("of whom it is not true: {phrase}", phrase=phrase)


_LESS_MORE: dict[Operator, Text] = {
    Operator.LESS: Text("whose {field} is below {value}"),
    Operator.AT_MOST: Text("whose {field} is at most {value}"),
    Operator.MORE: Text("whose {field} is above {value}"),
    Operator.AT_LEAST: Text("whose {field} is at least {value}"),
}
_EARLIER_LATER: dict[Operator, Text] = {
    Operator.LESS: Text("whose {field} is before {value}"),
    Operator.AT_MOST: Text("whose {field} is not after {value}"),
    Operator.MORE: Text("whose {field} is after {value}"),
    Operator.AT_LEAST: Text("whose {field} is not before {value}"),
}


def _yes_or_no(term: Term, wanted: bool, positive: bool) -> Text:
    answer = Text("yes") if wanted else Text("no")
    return _is(term, answer, positive)


def _is(term: Term, value: Text | str, positive: bool) -> Text:
    if positive:
        return Text("whose {field} is {value}", field=_value(term), value=value)
    return Text("whose {field} is not {value}", field=_value(term), value=value)


def _like(term: Term, pattern: Sequence[str | Wild], written: str, positive: bool) -> Text:
    field = _value(term)
    piece = written.strip("%")
    match list(pattern):
        case [Wild.ANY, str(), Wild.ANY]:
            return (
                Text("whose {field} contains “{text}”", field=field, text=piece)
                if positive
                else Text("whose {field} does not contain “{text}”", field=field, text=piece)
            )
        case [str(), Wild.ANY]:
            return (
                Text("whose {field} begins with “{text}”", field=field, text=piece)
                if positive
                else Text("whose {field} does not begin with “{text}”", field=field, text=piece)
            )
        case _:
            return (
                Text("whose {field} looks like “{text}”", field=field, text=written)
                if positive
                else Text("whose {field} does not look like “{text}”", field=field, text=written)
            )


def _lived(condition: HasTag | Received | Reached | ContactedWithin | Fact, positive: bool) -> Text:
    match condition:
        case HasTag(folded, written):
            tag = written or folded
            if positive:
                return Text("who carry the tag {tag}", tag=tag)
            return Text("who do not carry the tag {tag}", tag=tag)
        case ContactedWithin(days):
            if positive:
                return Plural("whom we contacted in the last {count} day",
                              "whom we contacted in the last {count} days", days)  # fmt: skip
            return Plural("whom we did not contact in the last {count} day",
                          "whom we did not contact in the last {count} days", days)  # fmt: skip
        case Received(campaign, step):
            what = Text("{campaign} (step {step})", campaign=campaign, step=step)
            name = what if step else campaign
            if positive:
                return Text("who received {campaign}", campaign=name)
            return Text("who did not receive {campaign}", campaign=name)
        case Reached(stage, campaign):
            where = Text("{stage} in {campaign}", stage=stage, campaign=campaign)
            return _reached(where if campaign else stage, positive)
        case Fact(stage):
            return _reached(stage, positive)
        case _:
            assert_never(condition)


def _reached(stage: Text | str, positive: bool) -> Text:
    if positive:
        return Text("who reached the stage {stage}", stage=stage)
    return Text("who did not reach the stage {stage}", stage=stage)


def noun(field: Field) -> Text | str:
    """How a field is called within a sentence; a field of the user's keeps its label."""
    if field.origin is Origin.USER:
        return field.label or field.name
    return Text(lowered(field.label))


def lowered(label: str) -> str:
    """`City` → `city`; `SIRET` stays (French adds the article: `la ville`)."""
    return label if label.isupper() else label[:1].lower() + label[1:]


# --- values ---------------------------------------------------------------------------------


def _value(term: Term) -> Text | str:
    match term:
        case FieldValue(field):
            return noun(field)
        case Given(value, written):
            return written if isinstance(value, str) else _given(value)
        case DaysAgo(0):
            return Text("today")
        case DaysAgo(days) if days > 0:
            return Plural("the day {count} day ago", "the day {count} days ago", days)
        case DaysAgo(days):
            return Plural("the day in {count} day", "the day in {count} days", -days)
        case DaysSince(of):
            return Text("number of days since {field}", field=_value(of))
        case Arithmetic(sign, left, right):
            return Text(
                "({left} {sign} {right})",
                left=_value(left),
                sign={"*": "×", "/": "÷"}.get(sign.value, sign.value),
                right=_value(right),
            )
        case _:
            assert_never(term)


def _given(value: str | Decimal | bool | date | datetime) -> Text:
    if isinstance(value, bool):
        return Text("yes") if value else Text("no")
    return Text("{value}", value=value)
