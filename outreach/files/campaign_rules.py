"""What no single key of a campaign file can tell: names, waits, stages and dates that clash.

Read from the plain tree, not from validated shapes, so that these mistakes are told
together with those of single keys, from whatever of the file can be read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from outreach.errors import Text, did_you_mean
from outreach.files.campaign_tracks import track_contradictions
from outreach.files.plain import Contradiction, is_map, word, words
from outreach.files.source import Path_, Plain
from outreach.files.values import Unreadable, read_after, read_date
from outreach.model.channels import CHANNELS, Channel
from outreach.model.stage import DEFAULT_CHAIN, FACTS, OTHERS
from outreach.scheduling.sequence import circle

#: What a step of a channel cannot do without, itself or in each of its variants.
_CALLED = {Channel.EMAIL.value: Text("an email step"), Channel.LETTER.value: Text("a letter step")}
_NEEDED = {channel.value: kind.needed for channel, kind in CHANNELS.items()}


def contradictions(file: Mapping[str, Plain]) -> Iterator[Contradiction]:
    """What does not go together in a campaign file."""
    found = file.get("steps")
    steps = {n: s for n, s in enumerate(found if isinstance(found, list) else []) if is_map(s)}
    yield from _step_names(steps)
    yield from _waits(steps)
    yield from track_contradictions(file, steps)
    yield from _lacks(steps)
    yield from _stages(file)
    yield from _dates(file, steps)


def _step_names(steps: Mapping[int, Plain]) -> Iterator[Contradiction]:
    seen: set[str] = set()
    for number, step in steps.items():
        name = word(step, "step")
        if name in seen:
            yield ("steps", number, "step"), Text("two steps are called {name!r}", name=name), None
        elif name:
            seen.add(name)


def _waits(steps: Mapping[int, Plain]) -> Iterator[Contradiction]:
    """Steps that wait for one that is not there, or for each other."""
    names = {name: number for number, step in steps.items() if (name := word(step, "step"))}
    waits: dict[str, str | None] = {}
    for name, number in names.items():
        try:
            waits[name] = read_after(word(steps[number], "after") or "").step
        except Unreadable:
            waits[name] = None
    for name, other in waits.items():
        # What is no step may be a fact of the step's track: `track_contradictions` asks.
        if other and other not in names and word(steps[names[name]], "track") in (None, "main"):
            hint = _fact_in_main(other) or did_you_mean(other, names)
            what = Text("no step is called {name!r}", name=other)
            yield ("steps", names[name], "after"), what, hint
    if found := circle({name: other if other in names else None for name, other in waits.items()}):
        path = " → ".join(found)
        what = Text("these steps wait for each other: {path}", path=path)
        hint = Text("a chain begins with a step that has no `after`")
        if hides := next((name for name in found if name in (*DEFAULT_CHAIN, *FACTS)), None):
            hint = Text("{name!r} is a fact too: give the step another name", name=hides)
        yield ("steps", names[found[0]], "after"), what, hint


def _fact_in_main(name: str) -> Text | None:
    if name not in (*DEFAULT_CHAIN, *FACTS):
        return None
    return Text("only steps of a track wait for a fact: write `track: positive` or negative")


def _lacks(steps: Mapping[int, Plain]) -> Iterator[Contradiction]:
    """E-mails and letters without what they are made of."""
    for number, step in steps.items():
        assert isinstance(step, dict)
        channel = word(step, "channel") or ""
        variants = step.get("variants")
        ways = list(variants.values()) if isinstance(variants, dict) else []
        for key in _NEEDED.get(channel, ()):
            if key in step or (ways and all(isinstance(w, dict) and key in w for w in ways)):
                continue
            called = _CALLED.get(channel, Text("a step"))
            what = Text("{what} needs the key {key!r}", what=called, key=key)
            yield ("steps", number), what, None


def _stages(file: Mapping[str, Plain]) -> Iterator[Contradiction]:
    chain = words(file["chain"]) if "chain" in file else list(DEFAULT_CHAIN)
    if chain and chain[0] != "contacted":
        what = Text("a chain begins with `contacted`, not {stage!r}", stage=chain[0])
        yield ("chain", 0), what, None
    for number, stage in enumerate(chain):
        if stage in chain[:number]:
            yield ("chain", number), Text("the stage {stage!r} stands twice", stage=stage), None
    known = {*chain, *FACTS, *OTHERS}
    for number, fact in enumerate(words(file.get("stop_on"))):
        if fact not in known:
            what = Text("{word!r} is neither a stage of the chain nor a known fact", word=fact)
            hint = did_you_mean(fact, known) or Text(
                "known are: {words}", words=", ".join((*chain, *FACTS, *OTHERS))
            )
            yield ("stop_on", number), what, hint


def _dates(file: Mapping[str, Plain], steps: Mapping[int, Plain]) -> Iterator[Contradiction]:
    """Ends that lie before the beginning."""
    objective = file.get("objective")
    ends: list[tuple[Path_, str | None]] = [
        (("not_after",), word(dict(file), "not_after")),
        (("objective", "by"), word(objective, "by") if objective else None),
    ]
    ends += [(("steps", n, "not_after"), word(step, "not_after")) for n, step in steps.items()]
    try:
        start = read_date(word(dict(file), "start") or "")
    except Unreadable:
        return
    for path, text in ends:
        try:
            if text and read_date(text) < start:
                yield path, Text("this is before the start, {start}", start=start), None
        except Unreadable:
            continue
