"""Expressions of Jinja in a letter, computed for one person.

They are those of the e-mails: the same sandbox, the same filters, the same strictness. What
is printed is escaped where it is written into the letter (writing.py), once; `|e` and `|safe`
therefore change nothing here, and filters that make HTML do not exist.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from jinja2 import TemplateError, TemplateNotFound, Undefined

from outreach.errors import OutreachError, Text
from outreach.model.field import Value
from outreach.rendering.context import MissingValue, given
from outreach.rendering.context import Values as Names
from outreach.rendering.environment import Loader, StrictEnvironment, strict_environment
from outreach.rendering.missing import MissingValues
from outreach.rendering.words import Words

if TYPE_CHECKING:
    from outreach.rendering.letter.evaluating import Items, Values

#: Filters that make HTML or JSON, which a letter would print as such.
_OF_HTML = ("tojson", "urlize", "xmlattr", "forceescape", "pprint")
#: Escaping is not theirs here.
_ESCAPING = ("e", "escape", "safe")
#: What a mistake in an expression raises while it is computed, beside `MissingValue`.
_FAILURES = (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError,
             RecursionError)  # fmt: skip
#: How the template of a loop hands over its items.
_KEEP = "_keep"


class Kind(Enum):
    """What a name in an expression means."""

    FIELD = "a contact field"
    CONTACT = "the contact as a whole"
    ITEM = "the item of a loop"
    LIST = "a list"
    LOOP = "where a loop stands"
    TODAY = "the day of the run"
    ORGANISATION = "whose letter it is"
    STORED = "a name that {% set %} gives a value to"


@dataclass(frozen=True, slots=True)
class Named:
    """A name of an expression: `key` is what it is called among a person's values."""

    name: str
    kind: Kind
    key: str = ""
    #: What is asked of it behind a point, and the key of that.
    parts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression, with all that it names. It sees nothing else."""

    text: str
    names: tuple[Named, ...]
    #: The contact fields without which it cannot be printed.
    required: tuple[str, ...]
    #: The ISO code of amounts of money (ISO 4217).
    currency: str
    #: It is the head of a loop (`o in orders if o.amount > 5`) and worth the items.
    is_loop: bool = False


class ExpressionFailure(OutreachError):
    """An expression that reads well failed for one person's values."""


class Surrounding(Protocol):
    """What an expression needs of the letter around it (evaluating.py)."""

    values: Values
    locale: str
    now: datetime
    remembered: dict[str, Value]
    forgotten: dict[str, tuple[str, ...]]
    #: The place of the innermost loop, from 0, and how many items it has.
    loop: tuple[int, int]

    def scalar(self, name: str) -> Value: ...


@lru_cache(maxsize=8)
def letter_environment(locale: str, currency: str) -> StrictEnvironment:
    """The environment of the e-mails in one locale, without what only they need."""
    language = "fr" if locale.startswith("fr") else "en"
    environment = strict_environment(Loader(_nothing, language), Words(language, locale, currency))
    environment.autoescape = False
    for name in _OF_HTML:
        environment.filters.pop(name, None)
    environment.filters.update(dict.fromkeys(_ESCAPING, _as_it_is))
    return environment


def loop_source(head: str) -> str:
    """A template that hands over the items of a loop; `head` is what stands behind `for`."""
    variable = head.split(None, 1)[0]
    return f"{{% for {head} %}}{{% if {_KEEP}({variable}) %}}{{% endif %}}{{% endfor %}}"


def written(expression: Expression, around: Surrounding) -> str:
    """What it prints; nothing where a value is missing."""
    try:
        return _printed(expression, around, _context(expression, around))
    except MissingValue:
        return ""


def lacking(expression: Expression, around: Surrounding) -> tuple[str, ...]:
    """The names it prints or computes with and that have no value."""
    context = _context(expression, around)
    try:
        _printed(expression, around, context)
    except MissingValue as first:
        noted: list[str] = []
        try:
            _printed(expression, around, Names(context).noting(noted).names)
        except MissingValue as missing:
            noted.append(missing.name)
        except ExpressionFailure:
            pass  # what an empty value breaks is no news: the names found so far are
        return tuple(dict.fromkeys(noted)) or (first.name,)
    return ()


def value_of(expression: Expression, around: Surrounding) -> Value:
    """What it is worth for other fields; None where a value is missing."""
    try:
        value = _computed(expression, around, _context(expression, around))
    except MissingValue:
        return None
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, Undefined):
        return None
    if value is None or isinstance(value, str | int | Decimal | date):
        return value
    return str(value)


def holds(expression: Expression, around: Surrounding) -> bool:
    """Whether it is true, or a loop has items. Raises `MissingValues`."""
    if expression.is_loop:
        return bool(items(expression, around))
    try:
        return bool(_computed(expression, around, _context(expression, around)))
    except MissingValue as missing:
        raise MissingValues((missing.name,)) from None


def items(expression: Expression, around: Surrounding) -> Items:
    """The items that a loop goes through. Raises `MissingValues`."""
    kept: list[Any] = []
    context = {**_context(expression, around), _KEEP: kept.append}
    template = _loop(expression.text, around.locale, expression.currency)
    try:
        template.render(context)
    except MissingValue as missing:
        raise MissingValues((missing.name,)) from None
    except _FAILURES as error:
        raise _failure(expression, error) from error
    if not all(isinstance(one, dict) for one in kept):
        raise ExpressionFailure(
            Text("“{text}” goes through something else than a list", text=expression.text)
        )
    return [{k: None if isinstance(v, Undefined) else v for k, v in one.items()} for one in kept]


def _printed(expression: Expression, around: Surrounding, context: Mapping[str, object]) -> str:
    value = _computed(expression, around, context)
    finalize = letter_environment(around.locale, expression.currency).finalize
    try:
        return str(finalize(value) if finalize else value)
    except _FAILURES as error:
        raise _failure(expression, error) from error


def _computed(expression: Expression, around: Surrounding, context: Mapping[str, object]) -> object:
    compiled = _compiled(expression.text, around.locale, expression.currency)
    try:
        return compiled(**context)
    except _FAILURES as error:
        raise _failure(expression, error) from error


@lru_cache(maxsize=1024)
def _compiled(text: str, locale: str, currency: str) -> Any:
    environment = letter_environment(locale, currency)
    return environment.compile_expression(text, undefined_to_none=False)


@lru_cache(maxsize=256)
def _loop(text: str, locale: str, currency: str) -> Any:
    return letter_environment(locale, currency).from_string(loop_source(text))


def _failure(expression: Expression, error: Exception) -> ExpressionFailure:
    return ExpressionFailure(
        Text("“{text}” cannot be computed: {reason}", text=expression.text, reason=str(error))
    )


# --- what an expression sees ---------------------------------------------------------------------


def _context(expression: Expression, around: Surrounding) -> dict[str, object]:
    return {named.name: _seen(named, around) for named in expression.names}


def _seen(named: Named, around: Surrounding) -> object:
    match named.kind:
        case Kind.FIELD:
            return given(named.key, around.scalar(named.key))
        case Kind.CONTACT:
            person = {key: around.scalar(key) for key in around.values if "." not in key}
            asked = {part: given(key, around.scalar(key)) for part, key in named.parts}
            return {**{key: value for key, value in person.items() if value is not None}, **asked}
        case Kind.ITEM | Kind.ORGANISATION:
            return dict(_parts(named, around))
        case Kind.LIST:
            return [
                {key: given(f"{named.key}.{key}", value) for key, value in one.items()}
                for one in _items(around, named.key)
            ]
        case Kind.LOOP:
            return _place(*around.loop)
        case Kind.TODAY:
            return around.now.date()
        case Kind.STORED:
            value = around.remembered.get(named.key)
            names = around.forgotten.get(named.key) or (named.name,)
            return given(names[0], value)


def _parts(named: Named, around: Surrounding) -> Iterator[tuple[str, object]]:
    """What stands under `orders.` or `organisation.`, and what is asked for by other names."""
    prefix = f"{named.key}."
    for key in around.values:
        if key.startswith(prefix):
            yield key.removeprefix(prefix), given(key, around.scalar(key))
    for part, key in named.parts:
        yield part, given(key, around.scalar(key))


def _items(around: Surrounding, key: str) -> Sequence[Mapping[str, object]]:
    found = around.values.get(key)
    return found if isinstance(found, list | tuple) else ()


def _place(index: int, length: int) -> Mapping[str, object]:
    """Jinja's `loop`, as far as it is about the place in it."""
    return {
        "index": index + 1,
        "index0": index,
        "revindex": length - index,
        "revindex0": length - index - 1,
        "first": index == 0,
        "last": index == length - 1,
        "length": length,
    }


def _as_it_is(value: object) -> object:
    return value


def _nothing(name: str) -> str:
    raise TemplateNotFound(name)
