"""How a YAML shape is checked: pydantic finds what is wrong, the words and places are ours.

A `Shape` is a frozen pydantic model of one mapping; `fitted` validates a marked tree
with it and returns the shape, or every error with file, line and column. The same
shapes give the JSON Schemas (`files/schemas.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    PlainValidator,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)

from outreach.errors import DefinitionError, Location, OutreachError, Problems, Text, did_you_mean
from outreach.files.source import Marked, Path_
from outreach.files.values import (
    Unreadable,
    read_date,
    read_flag,
    read_line,
    read_money,
    read_name,
    read_number,
    read_share,
    read_text,
    read_whole,
    read_word,
)

S = TypeVar("S", bound="Shape")


class Shape(BaseModel):
    """One mapping of a file of ours: its keys, and nothing beside them."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    #: What errors call it: "a campaign", "an email step".
    called: ClassVar[Text]

    @model_validator(mode="before")
    @classmethod
    def _remember(cls, data: object, info: ValidationInfo) -> object:
        """Note which shape read which mapping, so that an unknown key meets the known ones."""
        if isinstance(info.context, dict):
            info.context[id(data)] = cls
        return data

    @classmethod
    def known_keys(cls) -> tuple[str, ...]:
        return tuple(field.alias or name for name, field in cls.model_fields.items())

    @classmethod
    def unknown(cls, key: str) -> tuple[Text, Text | None]:
        """What to say of a key that this shape does not have, and the hint."""
        what = Text("{what} has no key {key!r}", what=cls.called, key=key)
        return what, did_you_mean(key, cls.known_keys())


def fitted(shape: type[S], marked: Marked) -> tuple[S | None, list[OutreachError]]:
    """The shape that a file's tree has, or None and every error in it, in no order."""
    readers: dict[int, type[Shape]] = {}
    try:
        return shape.model_validate(marked.plain, context=readers), []
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        told = [one for one in found if not _is_echo(dict(one), marked)]
        return None, [_worded(dict(one), marked, readers, shape) for one in told]


def said_in(shape: Shape | None) -> dict[str, Any]:
    """The keys that a mapping states; the noun knows what holds for the others."""
    return {key: value for key, value in shape or () if value is not None}


def in_order(errors: list[OutreachError]) -> Problems:
    """Errors in the order in which a reader of the file meets them."""

    def place(error: OutreachError) -> tuple[int, int]:
        where = error.where or Location()
        return where.line or 0, where.column or 0

    return Problems(sorted(errors, key=place))


def _is_echo(error: Mapping[str, Any], marked: Marked) -> bool:
    """A list that pydantic finds too short only because its items are wrong, and told so."""
    return error["type"] == "too_short" and marked.at(error["loc"]) != []


def _worded(
    error: Mapping[str, Any], marked: Marked, readers: Mapping[int, type[Shape]], root: type[Shape]
) -> DefinitionError:
    """One of pydantic's errors with a place and words of ours."""
    path: Path_ = error["loc"]
    match error["type"]:
        case "extra_forbidden":
            reader = readers.get(id(marked.at(path[:-1])), root)
            what, hint = reader.unknown(str(path[-1]))
            return DefinitionError(what, where=marked.key_location(path), hint=hint)
        case "missing":
            reader = readers.get(id(marked.at(path[:-1])), root)
            what = Text("{what} needs the key {key!r}", what=reader.called, key=path[-1])
            return DefinitionError(what, where=marked.location(path[:-1]))
        case "value_error" if isinstance(error["ctx"]["error"], Unreadable):
            cause: Unreadable = error["ctx"]["error"]
            if path and path[-1] == "[key]":
                where = marked.key_location(path[:-1])
            else:
                where = marked.location(path)
            return DefinitionError(cause.what, where=where, hint=cause.hint)
        case "union_tag_not_found":
            what = Text("a step needs the key {key!r}", key="channel")
            hint = Text("one of: {words}", words=", ".join(_tags(error)))
            return DefinitionError(what, where=marked.location(path), hint=hint)
        case "union_tag_invalid":
            tag = str(error["ctx"]["tag"])
            hint = did_you_mean(tag, _tags(error)) or Text(
                "one of: {words}", words=", ".join(_tags(error))
            )
            what = Text("{tag!r} is not a channel", tag=tag)
            return DefinitionError(what, where=marked.location((*path, "channel")), hint=hint)
        case "tuple_type":
            what = Text("a list is expected here")
            hint = Text("write it in brackets: [a, b], or one item a line after '- '")
            return DefinitionError(what, where=marked.location(path), hint=hint)
        case "model_type" | "dict_type" | "model_attributes_type":
            what = Text("keys with their values are expected here")
            hint = Text("write them as `key: value`, indented")
            return DefinitionError(what, where=marked.location(path), hint=hint)
        case "too_short":
            return DefinitionError(Text("this list is empty"), where=marked.location(path))
        case other:
            raise AssertionError(f"pydantic says {other!r}, for which there are no words")


def _tags(error: Mapping[str, Any]) -> list[str]:
    """The channels that pydantic expected, which it gives as one text."""
    if "expected_tags" in error["ctx"]:
        return [tag.strip(" '") for tag in str(error["ctx"]["expected_tags"]).split(",")]
    return ["email", "letter", "call", "visit", "task"]


# --- the kinds of values -----------------------------------------------------------------


def _one(value: object, read: Callable[[str], Any]) -> Any:
    if not isinstance(value, str):
        kind = Text("a list") if isinstance(value, list) else Text("keys")
        raise Unreadable(Text("one value is expected here, not {kind}", kind=kind))
    read_text(value)  # every empty value is told in the same words
    return read(value)


def scalar(read: Callable[[str], Any]) -> PlainValidator:
    """A validator for one value, read from its text."""

    def validate(value: object) -> Any:
        return _one(value, read)

    return PlainValidator(validate)


def listed(read: Callable[[str], Any]) -> PlainValidator:
    """A validator for values that may be written `a, b` or as a list."""

    def validate(value: object) -> Any:
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return _one(",".join(value), read)
        return _one(value, read)

    return PlainValidator(validate)


def one_of(*known: str) -> PlainValidator:
    """A validator for one of a few words."""

    def read(text: str) -> str:
        if text.strip() in known:
            return text.strip()
        hint = did_you_mean(text.strip().lower(), known)
        raise Unreadable(
            Text("{text!r} is not known here", text=text.strip()),
            hint or Text("one of: {words}", words=", ".join(known)),
        )

    return scalar(read)


def schema(*kinds: str, **more: object) -> WithJsonSchema:
    """What the JSON Schema says of a value. Numbers may come as text (`10%`, `60 000`)."""
    return WithJsonSchema({"type": list(kinds) if len(kinds) > 1 else kinds[0], **more})


def choice(*known: str) -> WithJsonSchema:
    return WithJsonSchema({"enum": list(known)})


PlainText = Annotated[str, scalar(read_text), schema("string", "number")]
LineText = Annotated[str, scalar(read_line), schema("string", "number")]
Name = Annotated[str, scalar(read_name), schema("string", "number")]
Word = Annotated[str, scalar(read_word), schema("string")]
Count = Annotated[
    int, scalar(lambda text: read_whole(text, least=1)), schema("integer", "string", minimum=1)
]
Whole = Annotated[int, scalar(read_whole), schema("integer", "string", minimum=0)]
Number = Annotated[Decimal, scalar(read_number), schema("number", "string", minimum=0)]
Money = Annotated[Decimal, scalar(read_money), schema("number", "string", minimum=0)]
Share = Annotated[
    Fraction, scalar(read_share), schema("number", "string", minimum=0, exclusiveMaximum=1)
]
Flag = Annotated[bool, scalar(read_flag), schema("boolean", "string")]

#: No `type`: some YAML readers make a date of it before the schema is asked.
Date = Annotated[
    date,
    scalar(read_date),
    WithJsonSchema(
        {
            "format": "date",
            "pattern": r"^\d{4}-\d{2}-\d{2}$",
            "not": {"type": ["number", "boolean", "array", "object", "null"]},
        }
    ),
]
