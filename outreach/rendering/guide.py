"""The guide of a call or a visit: what to say, in the order of a call, with this person's values.

A guide is a mapping: `title` and `introduction` are needed, the rest may be absent. The
sections follow S4's guide (domain note B15): reach the right person, give the reason, state
the objective, qualify, argue (CAP, tagged SONCAS), treat objections (CRAC), end well.

    title: one sentence
    introduction, reason, questions, positive_ending, negative_ending, notes: sentences
    objective: one sentence
    arguments:  {appeal, feature, advantage, proof}
    objections: {heard, kind: pretext | founded, question, answer}

Its YAML is read elsewhere (`files/`); plain mappings, lists and text arrive here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from outreach.errors import OutreachError, Text, did_you_mean
from outreach.model.message import Guide
from outreach.rendering.missing import MissingValues

#: The sections in the order of a call, and how a reader calls them.
SECTIONS: Mapping[str, Text] = {
    "introduction": Text("Introduction"),
    "reason": Text("Reason for the call"),
    "objective": Text("Objective"),
    "questions": Text("Questions"),
    "arguments": Text("Arguments"),
    "objections": Text("Objections"),
    "positive_ending": Text("If it goes well"),
    "negative_ending": Text("If it does not"),
    "notes": Text("To note afterwards"),
}

_NEEDED = ("title", "introduction")
_SINGLE = ("title", "objective")
_MAPPINGS: Mapping[str, tuple[str, ...]] = {
    "arguments": ("appeal", "feature", "advantage", "proof"),
    "objections": ("heard", "kind", "question", "answer"),
}
_KINDS = ("pretext", "founded")

Place = tuple[str | int, ...]


class BadGuide(OutreachError):
    """A guide is not written as a guide. `path` leads to the place in the file."""

    def __init__(self, path: Place, what: Text, hint: Text | None = None) -> None:
        super().__init__(what, hint=hint)
        self.path = path


def sentences(guide: object) -> Iterator[tuple[Place, str]]:
    """Every sentence of a guide with its place. Raises `BadGuide` where it is none."""
    if not isinstance(guide, Mapping):
        raise BadGuide((), Text("a guide is a mapping that begins with `title:`"))
    for key in guide:
        if key != "title" and key not in SECTIONS:
            what = Text("a guide has no section {name!r}", name=str(key))
            raise BadGuide((str(key),), what, did_you_mean(str(key), ("title", *SECTIONS)))
    for key in _NEEDED:
        if not guide.get(key):
            raise BadGuide((), Text("the guide lacks {name!r}", name=key))
    for key in ("title", *SECTIONS):
        if key in guide:
            yield from _section(key, guide[key])


def _section(key: str, value: object) -> Iterator[tuple[Place, str]]:
    if isinstance(value, str):
        yield (key,), value
        return
    if key in _SINGLE or not isinstance(value, Sequence):
        raise BadGuide((key,), Text("{name!r} is one sentence", name=key))
    for number, item in enumerate(value):
        place: Place = (key, number)
        if key in _MAPPINGS:
            yield from _mapping(key, item, place)
        elif isinstance(item, str):
            yield place, item
        else:
            raise BadGuide(place, Text("{name!r} is a list of sentences", name=key))


def _mapping(key: str, item: object, place: Place) -> Iterator[tuple[Place, str]]:
    known = _MAPPINGS[key]
    if not isinstance(item, Mapping):
        names = ", ".join(known)
        raise BadGuide(
            place, Text("each of {name!r} is a mapping of {names}", name=key, names=names)
        )
    for name, text in item.items():
        if name not in known:
            what = Text("{name!r} is not part of {section!r}", name=str(name), section=key)
            raise BadGuide((*place, str(name)), what, did_you_mean(str(name), known))
        if name == "kind" and text not in _KINDS:
            raise BadGuide((*place, name), Text("an objection is a pretext or founded"))
        if not isinstance(text, str):
            raise BadGuide((*place, str(name)), Text("{name!r} is one sentence", name=str(name)))
        yield (*place, str(name)), text


def make_guide(guide: object, fill: Callable[[str], str]) -> Guide:
    """The guide of one call; `fill` puts the person's values into a sentence.

    Raises `BadGuide`, and `MissingValues` with every name that a sentence lacks.
    """
    filled: dict[Place, str] = {}
    missing: list[str] = []
    for place, sentence in sentences(guide):
        try:
            filled[place] = fill(sentence)
        except MissingValues as error:
            missing.extend(error.names)
    if missing:
        raise MissingValues(missing)
    blocks = []
    for key in SECTIONS:
        lines = tuple(_lines(key, filled))
        if lines:
            blocks.append((key, lines))
    return Guide(filled[("title",)], tuple(blocks))


def _lines(key: str, filled: Mapping[Place, str]) -> Iterator[str]:
    """A section as lines to be read aloud; an argument or an objection is one line."""
    if (key,) in filled:
        yield filled[(key,)]
    numbers = sorted({place[1] for place in filled if place[0] == key and len(place) > 1}, key=int)
    for number in numbers:
        if (key, number) in filled:
            yield filled[(key, number)]
        elif key == "arguments":
            yield _argument({name: filled.get((key, number, name), "") for name in _MAPPINGS[key]})
        else:
            yield _objection({name: filled.get((key, number, name), "") for name in _MAPPINGS[key]})


def _argument(parts: Mapping[str, str]) -> str:
    said = " ".join(filter(None, (parts["feature"], parts["advantage"], parts["proof"])))
    return f"[{parts['appeal']}] {said}" if parts["appeal"] else said


def _objection(parts: Mapping[str, str]) -> str:
    said = " → ".join(filter(None, (parts["question"], parts["answer"])))
    return f"« {parts['heard']} » {said}".rstrip()
