"""What does not go together in the tracks, waves and repeats of a campaign file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from outreach.errors import Text, did_you_mean
from outreach.files.plain import Contradiction, word, words
from outreach.files.source import Plain
from outreach.files.values import Unreadable, read_after
from outreach.model.campaign import DEFAULT_TRACKS, OPENS_NOTHING, Track
from outreach.model.stage import DEFAULT_CHAIN, FACTS


def track_contradictions(
    file: Mapping[str, Plain], steps: Mapping[int, Plain]
) -> Iterator[Contradiction]:
    """Tracks nobody can come into, facts that open none or two, waits over tracks."""
    facts = _facts(file)
    yield from _openings(file, steps)
    yield from _stated(file, steps)
    yield from _both(file, facts)
    yield from _waits(steps, facts)
    if word(dict(file), "repeat") and "waves" in file:
        what = Text("`waves` and `repeat` do not go together")
        yield ("waves",), what, Text("a repeated campaign reaches everybody at each firing")


def _facts(file: Mapping[str, Plain]) -> dict[str, list[str]]:
    """Track → what opens it."""
    stated = file.get("tracks")
    chain = words(file["chain"]) if "chain" in file else list(DEFAULT_CHAIN)
    found: dict[str, list[str]] = {}
    for track, usual in DEFAULT_TRACKS.items():
        given = stated.get(track.value) if isinstance(stated, dict) else None
        known = [one for one in usual if one in chain or one in FACTS]
        found[track.value] = known if given is None else words(given)
    return found


def _track(step: Plain) -> str:
    return word(step, "track") or Track.MAIN.value


def _openings(file: Mapping[str, Plain], steps: Mapping[int, Plain]) -> Iterator[Contradiction]:
    """Somebody must begin: in the main track."""
    others = [track.value for track in DEFAULT_TRACKS]
    if steps and all(_track(step) in others for step in steps.values()):
        what = Text("no step is of the main track: nobody would begin")
        yield ("steps", next(iter(steps))), what, Text("write a step without `track`")


def _stated(file: Mapping[str, Plain], steps: Mapping[int, Plain]) -> Iterator[Contradiction]:
    """Words that are no facts, or that cannot open a track; tracks without steps."""
    stated = file.get("tracks")
    chain = words(file["chain"]) if "chain" in file else list(DEFAULT_CHAIN)
    known = [*chain, *FACTS]
    for track in stated if isinstance(stated, dict) else ():
        given = words(stated.get(track)) if isinstance(stated, dict) else []
        for number, fact in enumerate(given):
            place = ("tracks", track, number)
            if fact not in known:
                what = Text("{word!r} is neither a stage of the chain nor a known fact", word=fact)
                hint = did_you_mean(fact, known) or Text(
                    "known are: {words}", words=", ".join(known)
                )
                yield place, what, hint
            elif fact in OPENS_NOTHING:
                what = Text("{word!r} cannot open a track", word=fact)
                yield place, what, Text("it begins the chain, ends it, or asks for another call")
        if track in DEFAULT_TRACKS and all(_track(step) != track for step in steps.values()):
            what = Text("no step is of the {track} track", track=track)
            yield ("tracks", track), what, Text("write `track: {track}` in its steps", track=track)


def _both(file: Mapping[str, Plain], facts: Mapping[str, list[str]]) -> Iterator[Contradiction]:
    stated = file.get("tracks")
    negative = facts[Track.NEGATIVE.value]
    for number, fact in enumerate(facts[Track.POSITIVE.value]):
        if fact in negative and isinstance(stated, dict):
            what = Text("{word!r} opens both tracks", word=fact)
            place = ("positive", number) if "positive" in stated else ("negative",)
            yield ("tracks", *place), what, Text("leave it in one of them")


def _waits(steps: Mapping[int, Plain], facts: Mapping[str, list[str]]) -> Iterator[Contradiction]:
    """A step waits for one of its own track, or for a fact that opens it."""
    tracks = {name: _track(step) for step in steps.values() if (name := word(step, "step"))}
    for number, step in steps.items():
        mine = _track(step)
        try:
            waits = read_after(word(step, "after") or "").step
        except Unreadable:
            continue
        place = ("steps", number, "after")
        if waits in tracks:
            if tracks[waits] != mine:
                what = Text("{name!r} is a step of the {track} track", name=waits,
                            track=tracks[waits])  # fmt: skip
                yield place, what, Text("a step waits for one of its own track")
        elif mine in facts and waits not in facts[mine]:
            what = Text("{name!r} is no step, and opens no {track} track", name=waits, track=mine)
            near = did_you_mean(waits, (*tracks, *facts[mine]))
            words_ = ", ".join(facts[mine])
            yield place, what, near or Text("what opens it: {words}", words=words_)
