"""What the words of an expression can mean: the fields, segments and stages there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from outreach.errors import Text, did_you_mean
from outreach.language import DEFAULT_LOCALE
from outreach.model.field import Catalogue, FieldType
from outreach.model.stage import DEFAULT_CHAIN, FACTS
from outreach.model.text import fold
from outreach.model.words import stage_meant
from outreach.segmentation.errors import ExpressionError, Source
from outreach.segmentation.functions import EXAMPLES, SYNONYMS
from outreach.segmentation.syntax import Call, Name


@dataclass(frozen=True, slots=True)
class Told:
    """What some campaigns can have made known: their steps by their names, and stages."""

    campaigns: Mapping[str, Sequence[str]] = field(default_factory=dict)
    stages: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Vocabulary:
    """The words that may be used, and how dates are typed.

    `segments` maps names to expressions. `stages` holds the chain and the facts, and is
    filled only for `when`, where they are plain words. Amounts are in `currency`.

    `told` gives what campaigns can have made known, the quickest to read first: asked in
    turn, and only where an expression speaks of campaigns or stages. Without any, every
    name of a campaign or a stage is taken.
    """

    catalogue: Catalogue
    segments: Mapping[str, str] = field(default_factory=dict)
    stages: tuple[str, ...] = ()
    locale: str = DEFAULT_LOCALE
    currency: str = "EUR"
    told: tuple[Callable[[], Told], ...] = ()

    def stage(self, word: str) -> str | None:
        """The stage or fact that a plain word of `when` means."""
        return _same(word, self.stages)

    def any_stage(self, word: str) -> str | None:
        """A stage as it stands in the events: of any campaign, or its French name."""
        found = _same(word, (*self.stages, *DEFAULT_CHAIN, *FACTS)) or next(
            (known for tell in self.told if (known := _same(word, tell().stages))), None
        )
        return found or stage_meant(word) or (None if self.told else word)

    def all_stages(self) -> list[str]:
        """Every stage and fact that there is, the usual ones first."""
        theirs = [stage for tell in self.told for stage in sorted(tell().stages)]
        return list(dict.fromkeys((*self.stages, *DEFAULT_CHAIN, *FACTS, *theirs)))

    def campaign(self, name: str) -> str | None:
        """A campaign as it is called, launched or only written."""
        found = (known for tell in self.told if (known := _same(name, tell().campaigns)))
        return next(found, None if self.told else name)

    def all_campaigns(self) -> list[str]:
        return list(dict.fromkeys(name for tell in self.told for name in tell().campaigns))

    def step(self, campaign: str, name: str) -> str | None:
        """A step of that campaign as it is called."""
        return _same(name, self.steps(campaign)) if self.told else name

    def steps(self, campaign: str) -> list[str]:
        """The steps of that campaign: as it was launched, and as it is written now."""
        return [step for tell in self.told for step in tell().campaigns.get(campaign, ())]

    def segment(self, name: str) -> str | None:
        return _same(name, self.segments)


def _same(word: str, known: Iterable[str]) -> str | None:
    names = tuple(known)
    if word in names:
        return word
    return next((name for name in names if fold(name) == fold(word)), None)


#: How an error calls the type of a value.
TYPE_WORDS: dict[FieldType, Text] = {
    FieldType.TEXT: Text("text"),
    FieldType.NUMBER: Text("a number"),
    FieldType.DATE: Text("a date"),
    FieldType.DATETIME: Text("a date with a time"),
    FieldType.BOOLEAN: Text("yes or no"),
}


def unknown_name(source: Source, name: Name, vocabulary: Vocabulary) -> ExpressionError:
    """No field is called that: perhaps another one, a stage, a function, a text."""
    words = [*vocabulary.catalogue.names, *vocabulary.stages, "has_tag"]
    words += [one.label for one in vocabulary.catalogue if one.label]
    if fold(name.text) in ("tag", "tags"):
        hint: Text | None = Text('tags are asked for with has_tag("vip")')
    elif _same(name.text, (*DEFAULT_CHAIN, *FACTS)):
        hint = Text('here a stage is written: reached("{stage}")', stage=fold(name.text))
    elif known := vocabulary.catalogue.labelled(name.text):
        hint = Text("did you mean {name!r}?", name=known.name)
    else:
        hint = did_you_mean(name.text, words) or Text(
            'text stands in quotes: "{text}"; all fields: outreach contacts fields', text=name.text
        )
    what = Text("the contact base has no field {name!r}", name=name.text)
    return source.error(what, name.span, hint)


def unquoted(source: Source, name: Name) -> ExpressionError:
    """A word where a text was meant: `city = Rennes`."""
    return source.error(
        Text("{word} is neither a field nor a value", word=name.text),
        name.span,
        Text('text stands in quotes: "{text}"', text=name.text),
    )


def unknown_function(source: Source, call: Call) -> ExpressionError:
    near = get_close_matches(call.name.lower(), [*EXAMPLES, *SYNONYMS], n=1, cutoff=0.7)
    hint = Text("the functions are: {names}", names=", ".join(EXAMPLES))
    if near:
        hint = Text("did you mean {name!r}?", name=SYNONYMS.get(near[0], near[0]))
    return source.error(Text("there is no function {name!r}", name=call.name), call.span, hint)
