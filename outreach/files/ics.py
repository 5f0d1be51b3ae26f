"""The plan as a calendar file (RFC 5545): an entry of whole days for each action and dated step.

An entry keeps its UID whenever the plan is written again, so that a calendar that reads it
again moves entries and doubles none. What is to be written is read back first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from outreach.errors import Location, OutreachError, Text
from outreach.files.plain_text import shown

#: Who wrote it (RFC 5545 §3.7.3).
_PRODUCT = "-//outreach//plan//EN"


class BrokenCalendar(OutreachError):
    """What was written could not be read back: nothing was kept."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            Text("the calendar could not be read back as it was written"),
            where=Location(shown(path)),
            hint=Text("look for unusual characters in the names of the actions"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Whole days of a calendar, from `start` to `end`, both included."""

    uid: str
    title: str
    start: date
    end: date
    #: Of the action: when it was written down.
    made_at: datetime
    text: str = ""
    categories: tuple[str, ...] = ()
    done: bool = False


def checked_calendar(path: Path, name: str, entries: Sequence[Entry]) -> bytes:
    """What the file at `path` shall hold. Raises `BrokenCalendar` where it does not read back."""
    content = calendar_bytes(name, entries)
    if [entry.uid for entry in entries] != list(uids_in(content)):
        raise BrokenCalendar(path)
    return content


def calendar_bytes(name: str, entries: Sequence[Entry]) -> bytes:
    """The file's content."""
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    for entry in entries:
        calendar.add_component(_event(entry))
    content: bytes = calendar.to_ical()
    return content


def uids_in(content: bytes) -> Iterator[str]:
    """The entries of a calendar file, by their UIDs, in their order."""
    from icalendar import Calendar

    for event in Calendar.from_ical(content).walk("VEVENT"):
        yield str(event["uid"])


def _event(entry: Entry) -> Any:
    from icalendar import Event

    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", entry.made_at)
    event.add("summary", entry.title)
    event.add("dtstart", entry.start)
    # The end of whole days is the day after (RFC 5545 §3.6.1).
    event.add("dtend", entry.end + timedelta(days=1))
    if entry.text:
        event.add("description", entry.text)
    if entry.categories:
        event.add("categories", list(entry.categories))
    event.add("status", "CONFIRMED" if entry.done else "TENTATIVE")
    # It takes nobody's time by itself: the days stay free for appointments.
    event.add("transp", "TRANSPARENT")
    return event
