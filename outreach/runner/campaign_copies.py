"""A campaign made from another: the same again under another name.

The next wave of one: `renewing.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from outreach.errors import OutreachError, Text, WrongUsage
from outreach.files.campaign_copies import cloned, next_name, write_campaign
from outreach.files.campaigns import CampaignFile, written_campaigns
from outreach.model.campaign import CampaignState
from outreach.model.settings import Settings
from outreach.store.shelf import Shelved
from outreach.store.store import Store


class NameInUse(WrongUsage):
    def __init__(self, name: str) -> None:
        super().__init__(
            Text("there is a campaign {name!r} already", name=name),
            hint=Text("choose another name; see: outreach campaign list"),
        )


class NotAName(WrongUsage):
    def __init__(self, name: str) -> None:
        super().__init__(
            Text("{name!r} cannot be the name of a campaign and of its file", name=name),
            hint=Text("a name is written like open-day-2"),
        )


class StillRunning(OutreachError):
    def __init__(self, name: str, state: CampaignState) -> None:
        super().__init__(
            Text("campaign {name!r} is not over: it would go on unseen", name=name)
            if state is CampaignState.RUNNING
            else Text("campaign {name!r} is only paused: its people wait for the next step",
                      name=name),
            hint=Text("end it first: outreach stop {name}", name=name),
        )  # fmt: skip


class OnlyWritten(OutreachError):
    def __init__(self, name: str, path: Path) -> None:
        super().__init__(
            Text("campaign {name!r} was never launched: there is nothing but its file", name=name),
            hint=Text("delete the file: {path}", path=str(path)),
        )


@dataclass(frozen=True, slots=True)
class Copied:
    """A new campaign file."""

    name: str
    path: Path
    #: What it was made from.
    source: Path


def clone(file: CampaignFile, name: str, *, store: Store, settings: Settings) -> Copied:
    """Write the campaign again under another name; the templates are shared.

    Raises `NameInUse`, `NotAName`, and what writing a file may.
    """
    path = place_for(name, store, settings)
    write_campaign(path, cloned(file.text, file.path, name=name))
    return Copied(name, path, file.path)


def only_written(file: CampaignFile, store: Store) -> Shelved:
    """The campaign of a file as the store knows it. Raises `OnlyWritten`."""
    found = store.shelf.find(file.campaign.name)
    if found is None:
        raise OnlyWritten(file.campaign.name, file.path)
    return found


def may_be_deleted(found: Shelved) -> None:
    """Raise `StillRunning` where people still wait for something."""
    if found.state in (CampaignState.RUNNING, CampaignState.PAUSED):
        raise StillRunning(found.name, found.state)


def free_name(name: str, store: Store, settings: Settings) -> str:
    """The next number that nobody has."""
    name = next_name(name)
    while _taken(name, store, settings):
        name = next_name(name)
    return name


def place_for(name: str, store: Store, settings: Settings) -> Path:
    if not name.replace("-", "").replace("_", "").replace(".", "").isalnum() or name[0] in ".-":
        raise NotAName(name)
    if _taken(name, store, settings):
        raise NameInUse(name)
    return settings.campaigns / f"{name}.yaml"


def _taken(name: str, store: Store, settings: Settings) -> bool:
    """Written, launched, or deleted: the history of a deleted one bears its name."""
    if name in written_campaigns(settings):
        return True
    return store.shelf.find(name) is not None
