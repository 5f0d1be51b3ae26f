"""Named selections: kept when they can be understood, deleted when nobody needs them, explained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from outreach.errors import OutreachError, Plural, Text, WrongUsage, did_you_mean
from outreach.model.campaign import CampaignState
from outreach.model.contact import Contact
from outreach.model.field import FieldType
from outreach.model.settings import Settings
from outreach.model.text import fold
from outreach.segmentation.checking import segments_in, understand
from outreach.segmentation.cost import Slow, compared_fields, slow_parts
from outreach.segmentation.errors import ExpressionError
from outreach.segmentation.tree import (
    Comparison,
    Condition,
    FieldValue,
    Given,
    HasTag,
    OneOf,
    Operator,
    parts_of,
    type_of,
)
from outreach.segmentation.vocabulary import Vocabulary
from outreach.segmentation.words import in_words, noun
from outreach.store.conditions import compile_condition
from outreach.store.patience import QueryTooSlow
from outreach.store.store import Store

#: People shown by `explain`.
SHOWN = 10


class NoSuchSegment(WrongUsage):
    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(
            Text("there is no segment {name!r}", name=name),
            hint=did_you_mean(name, known) or Text("all segments: outreach segment list"),
        )


class SegmentInUse(OutreachError):
    def __init__(self, name: str, users: Sequence[Text]) -> None:
        said = users[0]
        for user in users[1:]:
            said = Text("{first}, {second}", first=said, second=user)
        super().__init__(
            Text("the segment {name!r} is used by: {users}", name=name, users=said),
            hint=Text("change these first, or save the segment anew under its name"),
        )


class SegmentBreaks(OutreachError):
    def __init__(self, name: str, error: ExpressionError) -> None:
        super().__init__(
            Text("the segment {name!r} could no longer be used: {problem}", name=name,
                 problem=error.what),
            hint=error.hint,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Near:
    """A typed value that nobody has, and the nearest that somebody has."""

    #: The field as it is called, or None for a tag.
    field: Text | str
    name: str
    value: str
    near: str
    count: int


@dataclass(frozen=True, slots=True)
class Explanation:
    expression: str
    words: Text
    #: None: it could not be counted within the time a question may take.
    count: int | None
    contacts: Sequence[Contact]
    slow: Sequence[Slow]
    near: Sequence[Near]


# --- one segment ----------------------------------------------------------------------------


def named(name: str, segments: Mapping[str, str]) -> str:
    """The segment of that name, however it is cased. Raises `NoSuchSegment`."""
    for known in segments:
        if fold(known) == fold(name.strip()):
            return known
    raise NoSuchSegment(name, list(segments))


def save_segment(
    store: Store, vocabulary: Vocabulary, name: str, expression: str, *, now: datetime
) -> str:
    """Keep an expression under a name; the name as it is kept comes back.

    Raises `ExpressionError` (a segment that uses itself among them, with the way round), and
    `SegmentBreaks` when a segment that uses this one could not be understood any more.
    """
    name = " ".join(name.split())
    if not name or not name.isprintable():
        raise WrongUsage(
            Text("{name!r} is no name for a segment", name=name),
            hint=Text('for example: outreach segment save loyal "order_count > 1"'),
        )
    name = next((known for known in vocabulary.segments if fold(known) == fold(name)), name)
    words = replace(vocabulary, segments={**vocabulary.segments, name: expression})
    condition = understand(expression, words, as_segment=name)
    for other, text in vocabulary.segments.items():
        if other != name and fold(name) in segments_in(text):
            try:
                understand(text, words, as_segment=other)
            except ExpressionError as error:
                raise SegmentBreaks(other, error) from error
    store.segments.save(name, expression, fast=compared_fields(condition), now=now)
    return name


def delete_segment(store: Store, name: str) -> str:
    """Forget a segment. Raises `NoSuchSegment`, or `SegmentInUse` with who uses it."""
    segments = store.segments.all()
    name = named(name, segments)
    users = [
        Text("the segment {name!r}", name=other)
        for other, text in segments.items()
        if other != name and _uses(text, name)
    ]
    for campaign in store.campaigns.all():
        if campaign.state not in (CampaignState.RUNNING, CampaignState.PAUSED):
            continue
        rule = campaign.definition
        texts = [rule.audience.where, *(step.when for step in rule.steps)]
        if any(_uses(text, name) for text in texts if text):
            users.append(Text("the campaign {name!r}", name=campaign.name))
    if users:
        raise SegmentInUse(name, users)
    store.segments.delete(name)
    return name


def _uses(text: str, name: str) -> bool:
    try:
        return fold(name) in segments_in(text)
    except ExpressionError:
        return False


# --- explaining -----------------------------------------------------------------------------


def explain(
    store: Store, vocabulary: Vocabulary, text: str, settings: Settings, *, now: datetime
) -> Explanation:
    """What an expression, or the segment of that name, selects. Raises `ExpressionError`."""
    name = next((n for n in vocabulary.segments if fold(n) == fold(text.strip())), None)
    expression = vocabulary.segments[name] if name else text
    condition = understand(expression, vocabulary, as_segment=name)
    selection = compile_condition(
        condition, store.database,
        today=now.astimezone(settings.zone).date(), now=now, zone=settings.zone,
    )  # fmt: skip
    try:
        count = store.contacts.count(selection)
        people = list(store.contacts.matching(selection, limit=SHOWN)) if count else []
    except QueryTooSlow:  # why it is slow is what was asked
        count, people = None, []
    return Explanation(
        expression=expression,
        words=in_words(condition),
        count=count,
        contacts=people,
        slow=slow_parts(condition, store.segments.indexed_columns()),
        near=_near(store, condition) if count == 0 else (),
    )


def count_of(
    store: Store, vocabulary: Vocabulary, name: str, settings: Settings, *, now: datetime
) -> int | None:
    """How many people a segment selects now; None when it cannot be understood any more."""
    try:
        condition = understand(vocabulary.segments[name], vocabulary, as_segment=name)
    except ExpressionError:
        return None
    day = now.astimezone(settings.zone).date()
    return store.contacts.count(
        compile_condition(condition, store.database, today=day, now=now, zone=settings.zone)
    )


def _near(store: Store, condition: Condition) -> list[Near]:
    """For each typed text that nobody has, the nearest that somebody has."""
    found = []
    for part in _leaves(condition):
        if isinstance(part, HasTag):
            near = store.segments.near_tag(part.tag)
            if near:
                found.append(Near(Text("tag"), "tag", part.written, near.value, near.count))
            continue
        for term, given in _texts(part):
            near = store.segments.near_value(term.field, str(given.value))
            if near:
                field = term.field
                found.append(Near(noun(field), field.name, given.written, near.value, near.count))
    return found


def _leaves(condition: Condition) -> list[Condition]:
    parts = parts_of(condition)
    return [leaf for part in parts for leaf in _leaves(part)] if parts else [condition]


def _texts(part: Condition) -> list[tuple[FieldValue, Given]]:
    """The texts that fields are compared with."""
    match part:
        case Comparison(Operator.EQUAL, FieldValue() as term, Given() as given):
            pairs = [(term, given)]
        case Comparison(Operator.EQUAL, Given() as given, FieldValue() as term):
            pairs = [(term, given)]
        case OneOf(FieldValue() as term, choices):
            pairs = [(term, choice) for choice in choices if isinstance(choice, Given)]
        case _:
            pairs = []
    return [
        (term, given)
        for term, given in pairs
        if type_of(term) is FieldType.TEXT and term.field.name != "life_stage"
    ]


def how_many_have(near: Near) -> Text:
    """`no contact has city “renes”; “Rennes” has 3,712`."""
    return Plural(
        "no contact has {field} “{value}”; “{near}” has {count}",
        "no contact has {field} “{value}”; “{near}” has {count}",
        near.count, field=near.field, value=near.value, near=near.near,
    )  # fmt: skip
