"""What stands late on a day on which nobody works is done on the next working day.

March 2027: Thu 4, Sun 7, Mon 8. Without a team nothing is placed; with one, what was promised
for a day stays on it.
"""

from __future__ import annotations

from typing import Any

import pytest
from workspaces import Workspace

THURSDAY = "2027-03-04T09:00"
SUNDAY = "2027-03-07T10:00"
TEAM = "team: {ana: {name: Ana, calls_per_day: 2}}\n"


def rows(found: Any) -> list[tuple[str, str, int]]:
    return [(one["date"][5:], one["step"], one["count"]) for one in found]


@pytest.fixture
def late(workspace: Workspace, request: pytest.FixtureRequest) -> Workspace:
    """Two calls of Thu 4; p1 asked for Fri 5 then, and nobody called anybody on Fri 5."""
    workspace.settings(more=request.param)
    workspace.people(
        ((f"p{n}", f"N{n}", f"02 99 01 02 {n:02}") for n in (1, 2)), header="Ref;Last name;Phone"
    )
    steps = "  - {step: c1, channel: call}\n  - {step: c2, channel: call, after: c1 + 3 days}\n"
    workspace.campaign("spring", where="last_name = 'N1' OR last_name = 'N2'", steps=steps)
    workspace.launch("spring", now=THURSDAY)
    workspace.ok("run", now="2027-03-04T09:30")
    workspace.ok("record", "p1", "call_back", "--channel", "call", "--back-on", "2027-03-05",
                 now="2027-03-04T10:00")  # fmt: skip
    return workspace


@pytest.mark.parametrize("late", ["", TEAM], ids=["nobody", "team"], indirect=True)
def test_the_calendar_of_a_sunday_shows_late_calls_on_monday(late: Workspace) -> None:
    """c1 of both on Mon 8, c2 three days later: on Thu 11."""
    expected = [("03-08", "c1", 2), ("03-11", "c2", 2)]
    seen = late.ok("preview", "spring", "--calendar", now=SUNDAY)
    assert rows(seen["calendar"]) == expected
    season = late.ok("preview", "spring", "--season", now=SUNDAY)
    assert rows(season["calendar"]) == expected


@pytest.mark.parametrize("late", [TEAM], ids=["team"], indirect=True)
def test_late_calls_take_the_place_of_others_on_monday(late: Workspace) -> None:
    """Two calls a day: those of another campaign, due on Mon 8, stand on Tue 9."""
    late.people(
        ((f"q{n}", f"M{n}", f"02 99 01 03 {n:02}") for n in (1, 2)), header="Ref;Last name;Phone"
    )
    steps = "  - {step: c1, channel: call}\n"
    late.campaign("autumn", steps=steps, where="last_name = 'M1' OR last_name = 'M2'")
    seen = late.ok("preview", "autumn", "--calendar", now=SUNDAY)
    assert rows(seen["calendar"]) == [("03-09", "c1", 2)]


@pytest.mark.parametrize("late", ["", TEAM], ids=["nobody", "team"], indirect=True)
def test_a_call_back_that_was_promised_for_a_sunday_stands_there(late: Workspace) -> None:
    late.ok("record", "p1", "call_back", "--channel", "call", "--back-on", "2027-03-07",
            now="2027-03-05T10:00")  # fmt: skip
    seen = late.ok("preview", "spring", "--calendar", now=SUNDAY)
    assert rows(seen["calendar"])[:2] == [("03-07", "c1", 1), ("03-08", "c1", 1)]
