"""A letter to an address that the post brought back never leaves: calendar and status say so.

March 2027: the 1st is a Monday.
"""

from __future__ import annotations

import pytest
from workspaces import Workspace

STEPS = (
    "  - {step: one, channel: letter, template: letter.docx}\n"
    "  - {step: two, channel: letter, template: letter.docx, after: one + 10 days}\n"
    "  - {step: c1, channel: call, after: two + 5 days}\n"
)


@pytest.fixture
def posted(workspace: Workspace) -> Workspace:
    """`one` was posted to three people on Tue 2; on Fri 5 it came back from p2."""
    workspace.people(
        (
            (f"p{n}", f"N{n}", f"p{n}@mail.example", f"02 99 01 02 {n:02}", "1 rue", "35000",
             "Rennes")
            for n in range(1, 4)
        ),
        header="Ref;Last name;E-mail;Phone;Street;Postal code;City",
    )  # fmt: skip
    workspace.campaign("spring", steps=STEPS)
    workspace.launch("spring", now="2027-03-01T09:00")
    workspace.ok("letters", "spring", now="2027-03-01T10:00")
    workspace.ok("letters", "posted", "spring", now="2027-03-02T10:00")
    workspace.ok("record", "p2", "returned", "--channel", "letter", now="2027-03-05T10:00")
    return workspace


def test_the_calendar_of_a_campaign_under_way_passes_over_what_would_come_back(
    posted: Workspace,
) -> None:
    """`two` leaves on Fri 12 for two of them; the call comes for all three, on Wed 17."""
    seen = posted.ok("preview", "spring", "--calendar", now="2027-03-05T10:30")
    assert [(one["date"][5:], one["step"], one["count"]) for one in seen["calendar"]] == [
        ("03-12", "two", 2),
        ("03-17", "c1", 3),
    ]
    assert (seen["cut_off"], seen["passed_over"]) == ({"two": 1}, {})
    told = posted.run("preview", "spring", "--calendar", now="2027-03-05T10:30").out
    assert "1 person cannot be reached by two (it came back, or is opposed)" in told


def test_so_do_the_runs(posted: Workspace) -> None:
    posted.ok("run", now="2027-03-12T08:00")
    posted.ok("letters", "posted", "spring", now="2027-03-12T10:00")
    seen = posted.ok("preview", "spring", "--calendar", now="2027-03-12T11:00")
    assert [(one["date"][5:], one["step"], one["count"]) for one in seen["left"]] == [
        ("03-02", "one", 3),
        ("03-12", "two", 2),
    ]
    assert [(one["date"][5:], one["step"], one["count"]) for one in seen["calendar"]] == [
        ("03-17", "c1", 3),
    ]


def test_the_status_of_the_campaign_says_whose_letter_will_not_leave(posted: Workspace) -> None:
    (why,) = posted.ok("status", "spring", now="2027-03-05T10:30")["in_the_way"]
    assert (why["state"], why["code"], why["count"]) == ("due", "invalid_address", 1)
    told = posted.run("status", "spring", now="2027-03-05T10:30").out
    assert "1  to be passed over, p2@mail.example: address cannot be used" in told


def test_with_a_new_address_it_leaves(posted: Workspace) -> None:
    posted.ok("contacts", "set", "p2", "street=2 rue du Port", now="2027-03-06T10:00")
    seen = posted.ok("preview", "spring", "--calendar", now="2027-03-06T10:30")
    assert seen["calendar"][0]["count"] == 3
    assert posted.ok("status", "spring", now="2027-03-06T10:30")["in_the_way"] == []


def test_whom_a_letter_cannot_reach_is_left_out_of_the_calendar_of_a_preview(
    workspace: Workspace,
) -> None:
    """A letter of old came back from p2, p3 opposes letters: both are in, for their e-mail."""
    workspace.people(
        ((f"p{n}", f"N{n}", f"p{n}@mail.example", "35000", "Rennes") for n in range(1, 4)),
        header="Ref;Last name;E-mail;Postal code;City",
    )
    workspace.ok("record", "p2", "returned", "--channel", "letter", now="2027-02-20T10:00")
    workspace.ok("suppress", "add", "p3@mail.example", "--channel", "post")
    steps = (
        "  - {step: m1, channel: email, subject: Hello, template: mail.html.j2}\n"
        "  - {step: l1, channel: letter, template: letter.docx, after: m1 + 3 days}\n"
    )
    workspace.campaign("spring", steps=steps)
    seen = workspace.ok("preview", "spring", "--calendar", now="2027-03-01T09:00")
    assert [(one["date"][5:], one["step"], one["count"]) for one in seen["calendar"]] == [
        ("03-01", "m1", 3),
        ("03-04", "l1", 1),
    ]
    assert seen["cut_off"] == {"l1": 2}
