"""What can be said of a campaign file that cannot be understood as a whole.

A misspelt key must not hide an unknown field: whatever else is wrong in the file is told
in the same reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from outreach.errors import DefinitionError, Location, OutreachError, Problems, Text, did_you_mean
from outreach.files.campaigns import BrokenCampaign
from outreach.files.shapes import in_order
from outreach.files.source import Path_
from outreach.files.templates import MissingTemplate
from outreach.runner.compose import Mailroom
from outreach.runner.vocabulary import words_of
from outreach.segmentation.checking import understand

#: The keys of a step that name a file below `templates/`.
_FILES = ("template", "text", "guide")


class UnknownSender(DefinitionError):
    def __init__(self, key: str, known: Iterable[str], where: Location) -> None:
        names = ", ".join(known) or "–"
        super().__init__(
            Text("there is no sender {sender!r} in the settings", sender=key),
            where=where,
            hint=did_you_mean(key, known) or Text("known: {names}", names=names),
        )


def every_problem(broken: BrokenCampaign, mailroom: Mailroom) -> Problems:
    """The errors of the file, and those of what it names: senders, templates, fields."""
    return in_order([*broken.errors, *_others(broken, mailroom)])


def _others(broken: BrokenCampaign, mailroom: Mailroom) -> Iterator[OutreachError]:
    yield from _sender(("sender",), broken, mailroom)
    yield from _audience(broken, mailroom)
    steps = _at(broken, ("steps",))
    for number in range(len(steps) if isinstance(steps, list) else 0):
        yield from _sender(("steps", number, "sender"), broken, mailroom)
        for key in _FILES:
            path: Path_ = ("steps", number, key)
            name = _at(broken, path)
            try:
                if isinstance(name, str):
                    mailroom.folder.path(name, where=broken.marked.location(path))
            except MissingTemplate as error:
                yield error


def _sender(path: Path_, broken: BrokenCampaign, mailroom: Mailroom) -> Iterator[OutreachError]:
    written = _at(broken, path)
    known = mailroom.settings.senders
    for key in written if isinstance(written, list) else [written]:
        if isinstance(key, str) and key not in known:
            yield UnknownSender(key, known, broken.marked.location(path))


def _audience(broken: BrokenCampaign, mailroom: Mailroom) -> Iterator[OutreachError]:
    path: Path_ = ("audience", "where")
    text = _at(broken, path)
    if not isinstance(text, str):
        return
    vocabulary = words_of(mailroom.store, mailroom.settings)
    try:
        understand(text, vocabulary, where=broken.marked.location(path))
    except Problems as problems:
        yield from problems.errors
    except OutreachError as error:
        yield error


def _at(broken: BrokenCampaign, path: Path_) -> object:
    """What stands in the file at exactly that path; None where there is nothing."""
    value: object = broken.marked.plain
    for part in path:
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and isinstance(part, int):
            value = value[part]
        else:
            return None
    return value
