"""The plan as a calendar file: read back by the library that programs use, with stable UIDs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from icalendar import Calendar

from outreach.files.ics import BrokenCalendar, Entry, calendar_bytes, checked_calendar

ENTRY = Entry(
    uid="action-1@store.outreach", title="Portes ouvertes; « oui », à l'école",
    start=date(2027, 3, 1), end=date(2027, 4, 15),
    made_at=datetime(2027, 1, 4, 9, tzinfo=UTC), text="offer: a tour\nfor Marie",
    categories=("conquest",),
)  # fmt: skip


def test_an_entry_comes_back_with_whole_days_the_last_one_included() -> None:
    (event,) = Calendar.from_ical(calendar_bytes("Plan", [ENTRY])).walk("VEVENT")
    assert event["summary"] == "Portes ouvertes; « oui », à l'école"
    assert event["uid"] == "action-1@store.outreach"
    assert event.decoded("dtstart") == date(2027, 3, 1)
    assert event.decoded("dtend") == date(2027, 4, 16)
    assert event.decoded("dtstamp") == datetime(2027, 1, 4, 9, tzinfo=UTC)
    assert event["description"] == "offer: a tour\nfor Marie"


def test_the_same_plan_gives_the_same_bytes() -> None:
    assert calendar_bytes("Plan", [ENTRY]) == calendar_bytes("Plan", [ENTRY])


def test_no_line_is_longer_than_75_octets() -> None:
    """RFC 5545 §3.1."""
    lines = calendar_bytes("Plan", [ENTRY]).split(b"\r\n")
    assert max(map(len, lines)) <= 75


def test_what_does_not_read_back_as_it_was_written_is_refused(tmp_path: Path) -> None:
    """A carriage return becomes a line feed on the way."""
    with pytest.raises(BrokenCalendar):
        checked_calendar(tmp_path / "plan.ics", "Plan", [replace(ENTRY, uid="a\rb")])


def test_an_empty_plan_is_a_calendar_too(tmp_path: Path) -> None:
    content = checked_calendar(tmp_path / "plan.ics", "Plan", [])
    assert content.startswith(b"BEGIN:VCALENDAR")
