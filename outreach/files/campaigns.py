"""Campaign files: `campaigns/*.yaml` → `model.Campaign`, or every error with its place.

Checked here: what the file alone can tell. Whether the sender, the templates and the
fields of the expressions exist is asked by the runner, which finds their places
through `CampaignFile.locate`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from outreach.errors import (
    DefinitionError,
    Location,
    OutreachError,
    Problems,
    Text,
    WrongUsage,
    did_you_mean,
)
from outreach.files.campaign_rules import contradictions
from outreach.files.campaign_shape import AudienceShape, CampaignShape
from outreach.files.legal_shape import legal_of
from outreach.files.limits_shape import limits
from outreach.files.plain_text import read_text, shown
from outreach.files.shapes import fitted, in_order
from outreach.files.source import Marked, Path_, parse_source
from outreach.files.step_shape import MergedAttachmentShape, StepShape
from outreach.model.campaign import (
    DEFAULT_TRACKS,
    Attachment,
    AudienceRule,
    Campaign,
    Channel,
    Objective,
    OnePer,
    Step,
    Track,
    Variant,
    Waves,
    Window,
)
from outreach.model.settings import Settings
from outreach.model.stage import DEFAULT_CHAIN, DEFAULT_STOP, FACTS


@dataclass(frozen=True, slots=True)
class CampaignFile:
    """A campaign, the file it came from, and where in it everything stands."""

    campaign: Campaign
    path: Path
    text: str
    #: The place of a value: `locate(("steps", 1, "template"))`.
    locate: Callable[[Path_], Location]


class UnknownCampaign(WrongUsage):
    """No campaign file has that name."""

    def __init__(self, name: str, known: list[str]) -> None:
        hint = did_you_mean(name, known)
        if hint is None and known:
            hint = Text("there are: {names}", names=", ".join(sorted(set(known))))
        super().__init__(
            Text("there is no campaign {name!r}", name=name),
            hint=hint or Text("campaigns are the files campaigns/*.yaml of the workspace"),
        )


class TwiceDefined(WrongUsage):
    """Several files define a campaign of that name."""

    def __init__(self, name: str, files: list[Path]) -> None:
        listed = ", ".join(shown(path) for path in files)
        super().__init__(
            Text("several files define the campaign {name!r}: {files}", name=name, files=listed),
            hint=Text("give one of them another name, or name the file"),
        )


class BrokenCampaign(Problems):
    """The errors of a campaign file, and the file as far as it can be read."""

    def __init__(self, errors: Iterable[OutreachError], marked: Marked) -> None:
        super().__init__(errors)
        self.marked = marked


def read_campaign(path: Path) -> CampaignFile:
    """The campaign of a file. Raises `Problems`, or `UnreadableFile` when it is no text."""
    return parse_campaign(read_text(path), path)


def parse_campaign(text: str, path: Path) -> CampaignFile:
    """The campaign that `text` defines; `path` is only for its errors. Raises `Problems`."""
    repeated: list[OutreachError] = []
    marked = parse_source(text, shown(path), repeated=repeated)
    shape, errors = fitted(CampaignShape, marked)
    errors += repeated
    if isinstance(marked.plain, dict):
        errors += [
            DefinitionError(what, where=marked.location(place), hint=hint)
            for place, what, hint in contradictions(marked.plain)
        ]
    if errors or shape is None:
        raise BrokenCampaign(in_order(errors).errors, marked)
    return CampaignFile(_campaign(shape), path, text, marked.location)


def campaign_files(settings: Settings) -> list[Path]:
    """The campaign files of a workspace, by name."""
    files = settings.campaigns.glob("*.y*ml")
    return sorted(p for p in files if p.suffix in (".yaml", ".yml") and p.name[0] != ".")


def find_campaign(name: str, settings: Settings) -> CampaignFile:
    """The campaign of that name, or in that file (from here, the workspace or `campaigns/`).

    Raises `UnknownCampaign`, or what is wrong in the file.
    """
    if name.endswith((".yaml", ".yml")) or "/" in name or "\\" in name:
        for folder in (Path(), settings.folder, settings.campaigns):
            if (folder / name).is_file():
                return _in_force(folder / name, settings)
        raise UnknownCampaign(name, [str(path) for path in campaign_files(settings)])
    files = campaign_files(settings)
    names = {path: written_name(path) for path in files}
    named = [path for path in files if names[path] == name]
    found = named or [path for path in files if path.stem == name]
    if not found:
        raise UnknownCampaign(name, written_campaigns(settings))
    if len(found) > 1:
        raise TwiceDefined(name, found)
    return _in_force(found[0], settings)


def _in_force(path: Path, settings: Settings) -> CampaignFile:
    file = read_campaign(path)
    return replace(file, campaign=in_the_post(file.campaign, settings.delivery_days))


def written_campaigns(settings: Settings) -> list[str]:
    """What the campaign files of a workspace can be called by, read without the rest of them."""
    files = campaign_files(settings)
    return list(dict.fromkeys(name for path in files for name in (written_name(path), path.stem)))


def written_name(path: Path) -> str:
    """The name that a campaign file gives itself, read without the rest of it."""
    try:
        found = re.search(r"^campaign:[ \t]*([^#\r\n]*)", read_text(path), re.MULTILINE)
    except OutreachError:
        return path.stem
    return found[1].strip(" \t\"'") if found else path.stem


# --- shape → noun ------------------------------------------------------------------------


def _campaign(shape: CampaignShape) -> Campaign:
    chain = shape.chain or DEFAULT_CHAIN
    stop_on = shape.stop_on
    if stop_on is None:
        stop_on = tuple(word for word in DEFAULT_STOP if word in chain or word in FACTS)
    return Campaign(
        name=shape.campaign,
        title=shape.title or "",
        offer=shape.offer,
        sender=shape.sender[0] if shape.sender else None,
        senders=shape.sender if shape.sender and len(shape.sender) > 1 else (),
        language=shape.language,
        chain=chain,
        stop_on=stop_on,
        objective=Objective(**dict(shape.objective)) if shape.objective else None,
        budget=shape.budget,
        margin_per_order=shape.margin_per_order,
        fixed_costs=shape.fixed_costs,
        audience=_audience(shape.audience),
        steps=_steps(shape),
        window=_window(shape),
        limits=limits(shape.limits) if shape.limits else None,
        start=shape.start,
        not_after=shape.not_after,
        alongside=shape.alongside,
        renews=shape.renews,
        priority=shape.priority,
        legal=legal_of(shape.legal),
        tracks=_tracks(shape, chain),
        waves=Waves(shape.waves.size, *shape.waves.every) if shape.waves else None,
        repeat=shape.repeat,
    )


def _tracks(shape: CampaignShape, chain: Sequence[str]) -> dict[Track, tuple[str, ...]]:
    """What opens the tracks that have steps: as it is said, else by the words the chain knows."""
    given = {track: getattr(shape.tracks, track.value, None) for track in Track}
    return {
        track: given[track] or tuple(word for word in usual if word in chain or word in FACTS)
        for track, usual in DEFAULT_TRACKS.items()
        if any(step.track == track.value for step in shape.steps)
    }


def _audience(shape: AudienceShape) -> AudienceRule:
    return AudienceRule(
        where=shape.where,
        limit=shape.limit,
        control=shape.control or Fraction(0),
        stratify=shape.stratify,
        one_per=OnePer(shape.one_per or OnePer.PERSON),
    )


def _window(shape: CampaignShape) -> Window:
    if shape.window is None:
        return Window()
    return Window(shape.window.days, shape.window.hours, shape.window.holidays == "skip")


def _steps(shape: CampaignShape) -> tuple[Step, ...]:
    names = {step.step for step in shape.steps}
    return tuple(_step(step, names) for step in shape.steps)


def _step(shape: StepShape, names: Collection[str]) -> Step:
    """A step: its keys are named as the noun's fields are, but for these seven."""
    values = dict(shape)
    after = values.pop("after")
    if after is not None and after.step not in names:
        after = replace(after, fact=True)
    variants, attachments = values.pop("variants", {}), values.pop("attachments", ())
    return Step(
        name=values.pop("step"),
        channel=Channel(values.pop("channel")),
        after=after,
        track=Track(values.pop("track") or Track.MAIN),
        variants=tuple(Variant(name, **dict(way)) for name, way in variants.items()),
        attachments=tuple(_attachment(one) for one in attachments),
        answers=tuple(values.pop("answers", {}).items()),
        **values,
    )


def in_the_post(campaign: Campaign, usual: int) -> Campaign:
    """The campaign with the delivery days of its letters put in force.

    Each letter is under way as long as it says itself, else as `usual`; what waits for it
    is counted from its arrival.
    """
    days = {
        step.name: usual if step.delivery_days is None else step.delivery_days
        for step in campaign.steps
        if step.channel is Channel.LETTER
    }
    steps = tuple(
        replace(step, after=replace(step.after, in_post=days.get(step.waits_for or "", 0)))
        if step.after
        else step
        for step in campaign.steps
    )
    return replace(campaign, steps=steps)


def _attachment(shape: str | MergedAttachmentShape) -> Attachment:
    if isinstance(shape, str):
        return Attachment(path=shape)
    return Attachment(
        letter=shape.letter, as_pdf=shape.as_ == "pdf", answers=tuple(shape.answers.items())
    )
