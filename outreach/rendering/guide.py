"""The guide of a call or a visit: what to say, in the order of a call, with this person's values.

How a guide is written stands in `guide_shape`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from outreach.model.message import Guide, Objection
from outreach.rendering.guide_shape import (
    ARGUMENT_PARTS,
    OBJECTION_PARTS,
    SECTIONS,
    BadGuide,
    Place,
    sentences,
    walk,
)
from outreach.rendering.missing import MissingValues

__all__ = ["SECTIONS", "BadGuide", "Place", "make_guide", "sentences", "walk"]

#: Parts that are words of the program's, not sentences to be filled.
_WORDS = ("kind",)
#: Of an objection: what is prepared, in the order of CRAC.
_TREATMENT = ("question", "reformulation", "answer", "proof", "check")


def make_guide(guide: object, fill: Callable[[str], str]) -> Guide:
    """The guide of one call; `fill` puts the person's values into a sentence.

    Raises `BadGuide`, and `MissingValues` with every name that a sentence lacks.
    """
    filled: dict[Place, str] = {}
    missing: list[str] = []
    for place, sentence in sentences(guide):
        try:
            filled[place] = sentence if place[-1] in _WORDS else fill(sentence)
        except MissingValues as error:
            missing.extend(error.names)
    if missing:
        raise MissingValues(missing)
    blocks = []
    for key in SECTIONS:
        lines = tuple(_lines(key, filled))
        if lines:
            blocks.append((key, lines))
    return Guide(
        filled[("title",)],
        tuple(blocks),
        objective=filled.get(("objective", "kind")),
        objections=tuple(_objections(filled)),
    )


def _lines(key: str, filled: Mapping[Place, str]) -> Iterator[str]:
    """A section as lines to be read aloud; an argument or an objection is one line."""
    if key == "objective":
        whole = (filled.get(place) for place in ((key,), (key, "say"), (key, "fallback")))
        yield from filter(None, whole)
        return
    if (key,) in filled:
        yield filled[(key,)]
    for number in _numbers(key, filled):
        if (key, number) in filled:
            yield filled[(key, number)]
        elif key == "arguments":
            yield _argument({name: filled.get((key, number, name), "") for name in ARGUMENT_PARTS})
    if key == "objections":
        yield from (_objection(one) for one in _objections(filled))


def _numbers(key: str, filled: Mapping[Place, str]) -> list[int]:
    """The places of a section's items, from 0."""
    return sorted({int(place[1]) for place in filled if place[0] == key and len(place) > 1})


def _argument(parts: Mapping[str, str]) -> str:
    said = " ".join(filter(None, (parts["feature"], parts["advantage"], parts["proof"])))
    return f"[{parts['appeal']}] {said}" if parts["appeal"] else said


def _objections(filled: Mapping[Place, str]) -> Iterator[Objection]:
    for number in _numbers("objections", filled):
        parts = {name: filled.get(("objections", number, name)) for name in OBJECTION_PARTS}
        said = tuple(text for name in _TREATMENT if (text := parts[name]))
        yield Objection(heard=parts["heard"] or "", kind=parts["kind"], treatment=said)


def _objection(one: Objection) -> str:
    return f"« {one.heard} » {' → '.join(one.treatment)}".rstrip()
