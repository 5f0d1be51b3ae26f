"""The shape of a call guide: its sections, what may stand in each, and everything that is wrong.

The sections follow S4's guide (domain note B15), in the order of a call:

    title              one sentence
    introduction       sentences: the presentation, who calls and from which firm
    reach              sentences: reach the right person; what to ask who answers instead
    reason             sentences: why we call
    objective          one sentence, or {kind: appointment | presentation, say, fallback}
    questions          sentences: open questions, to qualify
    arguments          {appeal, feature, advantage, proof}: the motive (SONCAS), then CAP
    objections         {heard, kind: pretext | founded, question, reformulation, answer, proof,
                       check}: dig, reformulate, argue, check (CRAC)
    positive_ending    sentences: restate what is agreed, leave our details, thank
    negative_ending    sentences: stay courteous, keep a later call possible
    notes              sentences: what to write down afterwards

`title` and `introduction` are needed, the rest may be absent. The YAML is read elsewhere
(`files/`); plain mappings, lists and text arrive here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from outreach.errors import OutreachError, Text, did_you_mean
from outreach.model.text import fold

#: The sections in the order of a call, and how a reader calls them.
SECTIONS: Mapping[str, Text] = {
    "introduction": Text("Introduction"),
    "reach": Text("Reach the right person"),
    "reason": Text("Reason for the call"),
    "objective": Text("Objective"),
    "questions": Text("Questions"),
    "arguments": Text("Arguments"),
    "objections": Text("Objections"),
    "positive_ending": Text("If it goes well"),
    "negative_ending": Text("If it does not"),
    "notes": Text("To note afterwards"),
}

#: What a call may be for (S4): a meeting, or showing a product.
OBJECTIVES: Mapping[str, Text] = {
    "appointment": Text("an appointment"),
    "presentation": Text("a presentation"),
}

#: The two kinds of objections (S4), and what each asks for.
KINDS: Mapping[str, Text] = {
    "pretext": Text("a pretext: look for the real reason"),
    "founded": Text("founded: answer on that very point"),
}

_NEEDED = ("title", "introduction")
#: The parts of a mapping, and those that are sentences to be said.
OBJECTIVE_PARTS = ("kind", "say", "fallback")
ARGUMENT_PARTS = ("appeal", "feature", "advantage", "proof")
OBJECTION_PARTS = ("heard", "kind", "question", "reformulation", "answer", "proof", "check")
_MAPPINGS: Mapping[str, tuple[str, ...]] = {
    "arguments": ARGUMENT_PARTS,
    "objections": OBJECTION_PARTS,
}

#: The motives people buy for (SONCAS, 1993), in English and in French; the seventh came later.
_MOTIVES = (
    ("security", "sécurité"),
    ("pride", "orgueil"),
    ("novelty", "nouveauté"),
    ("comfort", "confort"),
    ("money", "argent"),
    ("sympathy", "sympathie"),
    ("environment", "environnement"),
)
_MOTIVE_WORDS = frozenset(fold(word) for pair in _MOTIVES for word in pair)

Place = tuple[str | int, ...]
#: A sentence of a guide, and where it stands.
Placed = tuple[Place, str]


class BadGuide(OutreachError):
    """A guide is not written as a guide. `path` leads to the place in the file."""

    def __init__(
        self, path: Place, what: Text, hint: Text | None = None, *, key: bool = False
    ) -> None:
        super().__init__(what, hint=hint)
        self.path = path
        #: The key at the end of the path is meant, not its value.
        self.key = key


def sentences(guide: object) -> Iterator[Placed]:
    """Every sentence of a guide with its place. Raises `BadGuide` where it is none."""
    for found in walk(guide):
        if isinstance(found, BadGuide):
            raise found
        yield found


def walk(guide: object) -> Iterator[Placed | BadGuide]:
    """Every sentence of a guide with its place, and everything that is wrong with its shape."""
    if not isinstance(guide, Mapping):
        yield BadGuide((), Text("a guide is a mapping that begins with `title:`"))
        return
    for key in guide:
        if key != "title" and key not in SECTIONS:
            what = Text("a guide has no section {name!r}", name=str(key))
            hint = did_you_mean(str(key), ("title", *SECTIONS))
            names = Text("its sections are: {names}", names=", ".join(SECTIONS))
            yield BadGuide((str(key),), what, hint or names, key=True)
    for key in _NEEDED:
        if not guide.get(key):
            yield BadGuide((), Text("the guide lacks {name!r}", name=key))
    for key in ("title", *SECTIONS):
        if key in guide:
            yield from _section(key, guide[key])


def _section(key: str, value: object) -> Iterator[Placed | BadGuide]:
    if isinstance(value, str):
        yield (key,), value
    elif key == "objective" and isinstance(value, Mapping):
        yield from _objective(value)
    elif key == "objective":
        what = Text("{name!r} is one sentence, or {{kind, say, fallback}}", name=key)
        yield BadGuide((key,), what)
    elif key == "title" or not isinstance(value, Sequence):
        yield BadGuide((key,), Text("{name!r} is one sentence", name=key))
    else:
        for number, item in enumerate(value):
            yield from _item(key, item, (key, number))


def _item(key: str, item: object, place: Place) -> Iterator[Placed | BadGuide]:
    if key in _MAPPINGS:
        yield from _mapping(key, item, place)
    elif isinstance(item, str):
        yield place, item
    else:
        hint = Text("put a sentence with a colon in quotes") if isinstance(item, Mapping) else None
        yield BadGuide(place, Text("{name!r} is a list of sentences", name=key), hint)


def _objective(value: Mapping[object, object]) -> Iterator[Placed | BadGuide]:
    yield from _parts("objective", value, ("objective",), OBJECTIVE_PARTS)
    if "say" not in value:
        yield BadGuide(("objective",), Text("the objective lacks {name!r}", name="say"))


def _mapping(key: str, item: object, place: Place) -> Iterator[Placed | BadGuide]:
    known = _MAPPINGS[key]
    if not isinstance(item, Mapping):
        names = ", ".join(known)
        what = Text("each of {name!r} is a mapping of {names}", name=key, names=names)
        yield BadGuide(place, what)
        return
    yield from _parts(key, item, place, known)
    if key == "objections":
        yield from _untreated(item, place)


def _untreated(item: Mapping[object, object], place: Place) -> Iterator[BadGuide]:
    """S4: each objection is treated, none is dodged."""
    if not item.get("heard"):
        hint = Text("write `heard:` in the words of who raises it")
        yield BadGuide(place, Text("this objection does not say what is heard"), hint)
    if not item.get("question") and not item.get("answer"):
        hint = Text("write a `question:` that digs, or an `answer:`")
        yield BadGuide(place, Text("nothing is prepared for this objection"), hint)


def _parts(
    section: str, item: Mapping[object, object], place: Place, known: Sequence[str]
) -> Iterator[Placed | BadGuide]:
    for name, text in item.items():
        here = (*place, str(name))
        if name not in known:
            what = Text("{name!r} is not part of {section!r}", name=str(name), section=section)
            names = Text("its parts are: {names}", names=", ".join(known))
            yield BadGuide(here, what, did_you_mean(str(name), known) or names, key=True)
        elif not isinstance(text, str):
            yield BadGuide(here, Text("{name!r} is one sentence", name=str(name)))
        elif wrong := _wrong_word(section, str(name), text):
            yield BadGuide(here, *wrong)
        else:
            yield here, text


def _wrong_word(section: str, name: str, text: str) -> tuple[Text, Text | None] | None:
    """A word of a closed list that is none of them."""
    if section == "objections" and name == "kind" and text not in KINDS:
        return Text("an objection is a pretext or founded"), did_you_mean(text, KINDS)
    if section == "objective" and name == "kind" and text not in OBJECTIVES:
        what = Text("a call is for an appointment or a presentation")
        return what, did_you_mean(text, OBJECTIVES)
    if name == "appeal" and fold(text) not in _MOTIVE_WORDS:
        words = ", ".join(f"{english}/{french}" for english, french in _MOTIVES)
        what = Text("{text!r} is no motive people buy for (SONCAS)", text=text)
        known = [word for pair in _MOTIVES for word in pair]
        return what, did_you_mean(text.lower(), known) or Text("known: {words}", words=words)
    return None
