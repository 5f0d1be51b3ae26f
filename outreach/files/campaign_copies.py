"""A campaign file made from another one, word for word: comments, order and spaces stay.

Only the line of the name changes; the next wave of a campaign: `campaign_renewal.py`.
"""

from __future__ import annotations

import re
from pathlib import Path

from outreach.errors import Location, OutreachError, Text
from outreach.files.bundles import whole_file
from outreach.files.campaigns import parse_campaign
from outreach.files.plain_text import shown

_NAME_LINE = re.compile(
    r"^(campaign:[ \t]*)([^#\r\n]*?)([ \t]*(?:#[^\r\n]*)?)(?=\r?$)", re.MULTILINE
)
_NUMBERED = re.compile(r"(?P<stem>.*?)-(?P<number>\d{1,3})")


class FileThere(OutreachError):
    def __init__(self, path: Path) -> None:
        super().__init__(
            Text("there is a file of that name already"),
            where=Location(shown(path)),
            hint=Text("choose another name; nothing is overwritten"),
        )


class NotRenamed(OutreachError):
    """The file does not write its name on a line of its own."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            Text("the line campaign: NAME was not found"),
            where=Location(shown(path)),
            hint=Text("write the name on a line of its own: campaign: NAME"),
        )


def cloned(text: str, path: Path, *, name: str) -> str:
    """The text of a campaign file under another name. Raises `NotRenamed`."""
    found = _NAME_LINE.search(text)
    if found is None:
        raise NotRenamed(path)
    # A comment stays in its column where the new name leaves room for it.
    gap, comment = found[3][: len(found[3]) - len(found[3].lstrip())], found[3].lstrip()
    room = max(len(found[2]) + len(gap) - len(name), 1) if comment else 0
    line = f"{found[1] or 'campaign: '}{name}{' ' * room}{comment}"
    return text[: found.start()] + line + text[found.end() :]


def next_name(name: str) -> str:
    """`open-day` → `open-day-2` → `open-day-3`."""
    found = _NUMBERED.fullmatch(name)
    return f"{found['stem']}-{int(found['number']) + 1}" if found else f"{name}-2"


def check_new(path: Path, text: str) -> None:
    """A new campaign file that could be written there. Raises `FileThere`, `Problems`."""
    parse_campaign(text, path)
    if path.exists():
        raise FileThere(path)


def write_campaign(path: Path, text: str) -> None:
    """A new campaign file, read once before it is written. Raises `FileThere`, `Problems`."""
    check_new(path, text)
    with whole_file(path) as write:
        write(text.encode("utf-8"))
