"""Contact pressure over all campaigns and channels: stated in the settings, or not in force."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from smtp_servers import SmtpServer
from workspaces import Workspace, mail

from outreach.store.engine import Database

MONDAY = "2027-03-01T09:00"
WEEK = "pressure: {min_days_between_touches: 7}\n"
BESIDE = "alongside: true\n"
CALL = "  - {step: call, channel: call}\n"


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer() as running:
        yield running


def people(workspace: Workspace, count: int) -> None:
    workspace.people(
        (
            (f"p{n}", f"N{n}", f"p{n}@mail.example", f"02 99 01 02 0{n}", "Rennes", "35000")
            for n in range(1, count + 1)
        ),
        header="Ref;Last name;E-mail;Phone;City;Postal code",
    )


def store_line(base: Database) -> str:
    if base.is_sqlite:
        return ""
    return f"store: {base.engine.url.render_as_string(hide_password=False)}\n"


def next_in(workspace: Workspace, who: str, campaign: str, now: str) -> Any:
    (story,) = workspace.ok("why", who, campaign, now=now)["campaigns"]
    return story["next"]


def test_the_second_campaign_waits_for_a_week_and_why_says_so(
    workspace: Workspace, base: Database, server: SmtpServer
) -> None:
    """Both launched on Monday for the same two people: the second mail leaves a week later."""
    people(workspace, 2)
    workspace.campaign("spring", head=BESIDE)
    workspace.campaign("autumn", head=BESIDE)
    workspace.settings(server.port, more=WEEK + store_line(base))
    workspace.launch("spring", now=MONDAY)
    workspace.launch("autumn", now=MONDAY)
    first = workspace.ok("run", now=MONDAY)
    told = next_in(workspace, "p1", "autumn", "2027-03-03T09:00")
    said = workspace.run("why", "p1", "autumn", now="2027-03-03T09:00").out
    again = [workspace.ok("run", now=f"2027-03-0{day}T09:00")["sent"] for day in (2, 3, 7, 8)]

    # Whether the first mail really left is known on Tuesday: it is looked at again then.
    assert (first["sent"], first["skipped"], first["remaining"]) == (2, 0, 0)
    assert first["not_before"] == "2027-03-02T09:00:00+01:00"
    assert told["reason"] == "pressure"
    assert told["at"][:10] == "2027-03-08"
    assert "left in peace until" in " ".join(said.split())
    assert again == [0, 0, 0, 2]
    assert sorted(server.recipients) == [f"p{n}@mail.example" for n in (1, 1, 2, 2)]


def test_no_limit_is_in_force_that_nobody_stated(workspace: Workspace, server: SmtpServer) -> None:
    people(workspace, 2)
    for name in ("spring", "autumn"):
        workspace.campaign(name, head=BESIDE)
    workspace.settings(server.port)
    for name in ("spring", "autumn"):
        workspace.launch(name, now=MONDAY)

    assert workspace.ok("run", now=MONDAY)["sent"] == 4


@pytest.mark.parametrize("weighty", ["spring", "autumn"])
def test_of_two_campaigns_the_one_of_more_weight_goes_first(
    workspace: Workspace, server: SmtpServer, weighty: str
) -> None:
    people(workspace, 3)
    for name in ("spring", "autumn"):
        weight = "priority: 5\n" if name == weighty else ""
        workspace.campaign(name, head=BESIDE + weight)
    workspace.settings(server.port, more=WEEK)
    for name in ("spring", "autumn"):
        workspace.launch(name, now=MONDAY)
    workspace.ok("run", now=MONDAY)

    other = "autumn" if weighty == "spring" else "spring"
    assert workspace.by_state(weighty) == {"sent": 3}
    assert workspace.by_state(other) == {"due": 3}


def test_a_letter_and_a_call_wait_as_mails_do(workspace: Workspace, server: SmtpServer) -> None:
    """A mail on Monday; the letter of the one and the call of the other campaign a week on."""
    people(workspace, 2)
    workspace.campaign("spring", head=BESIDE)
    workspace.campaign(
        "paper", head=BESIDE, steps="  - {step: letter, channel: letter, template: letter.docx}\n"
    )
    workspace.campaign("phone", head=BESIDE, steps=CALL)
    workspace.settings(server.port, more=WEEK + "team: {ana: {name: Ana, calls_per_day: 9}}\n")
    workspace.launch("paper", now=MONDAY)
    workspace.launch("phone", now=MONDAY)
    workspace.launch("spring", now=MONDAY)
    workspace.ok("run", "spring", now=MONDAY)
    tuesday = workspace.ok("run", now="2027-03-02T09:00")
    calls = workspace.ok("calls", "phone", now="2027-03-02T09:00")["calls"]
    monday = workspace.ok("run", now="2027-03-08T09:00")
    after = workspace.ok("calls", "phone", now="2027-03-08T09:00")["calls"]

    assert (tuesday["letters"], tuesday["tasks"], calls) == (0, 0, [])
    assert tuesday["not_before"] == "2027-03-08T09:00:00+01:00"
    assert (monday["letters"], monday["tasks"]) == (2, 2)
    assert [one["by"] for one in after] == ["ana", "ana"]


def test_a_month_counts_thirty_days_and_only_the_channels_that_are_named(
    workspace: Workspace, server: SmtpServer
) -> None:
    """Two mails in any 30 days; calls do not count: the third mail on 31 March."""
    people(workspace, 1)
    pressure = "pressure: {most_touches_per_month: 2, channels: [email]}\n"
    workspace.settings(server.port, more=pressure)
    for name in ("one", "two", "three"):
        workspace.campaign(name, head=BESIDE)
    workspace.campaign("phone", head=BESIDE, steps=CALL)
    for name in ("one", "two", "phone"):
        workspace.launch(name, now=MONDAY)
    workspace.ok("run", now=MONDAY)
    # On Monday he got two: a third campaign leaves him out, one by telephone does not.
    workspace.people([("q", "Q", "q@mail.example", "Rennes")])
    third = workspace.ok("launch", "three", "--dry-run", now="2027-03-30T09:00")
    allowed = workspace.ok("launch", "three", "--dry-run", now="2027-03-31T09:00")

    assert third["excluded"] == {"pressure": 1}
    assert allowed["excluded"] == {}
    assert workspace.by_state("phone") == {"due": 1}


def test_who_was_touched_within_the_week_is_left_out_on_the_channels_that_count(
    workspace: Workspace, server: SmtpServer
) -> None:
    people(workspace, 2)
    workspace.settings(server.port, more=WEEK)
    workspace.campaign("spring", head=BESIDE, audience="  limit: 1\n")
    workspace.campaign("autumn", head=BESIDE)
    later = workspace.write(
        "campaigns/later.yaml",
        (workspace.folder / "campaigns/autumn.yaml").read_text()
        .replace("campaign: autumn", "campaign: later\nstart: 2027-03-08"),
    )  # fmt: skip
    assert later.exists()
    workspace.launch("spring", now=MONDAY)
    workspace.ok("run", now=MONDAY)

    def left_out(campaign: str) -> Any:
        return workspace.ok("launch", campaign, "--dry-run", now="2027-03-03T09:00")["excluded"]

    assert left_out("autumn") == {"pressure": 1}
    # What begins when the week is over leaves nobody out.
    assert left_out("later") == {}
    workspace.settings(
        server.port, more="pressure: {min_days_between_touches: 7, channels: call}\n"
    )
    assert left_out("autumn") == {}


def test_a_person_runs_in_one_campaign_at_a_time_but_for_those_that_run_alongside(
    workspace: Workspace, server: SmtpServer
) -> None:
    people(workspace, 2)
    workspace.settings(server.port)
    chain = mail("one") + mail("two", "after: one + 9 days")
    workspace.campaign("news", head=BESIDE, steps=chain)
    workspace.campaign("spring", steps=chain)
    workspace.campaign("autumn", steps=chain)
    workspace.launch("news", now=MONDAY)
    # A newsletter that runs beside everything claims nobody.
    assert workspace.launch("spring", now=MONDAY)["enrolled"] == 2
    refused = workspace.run("launch", "autumn", "--confirm", "2", "--json", now=MONDAY)
    assert refused.errors[0]["message"].endswith("2 match, 2 are left out")
    assert "in another unfinished campaign" in workspace.run("check", "autumn", now=MONDAY).out
    workspace.ok("stop", "spring", "--yes", now=MONDAY)
    assert workspace.launch("autumn", now=MONDAY)["enrolled"] == 2


def test_a_pressure_that_states_nothing_and_an_unknown_channel_are_errors(
    workspace: Workspace,
) -> None:
    workspace.settings(more="pressure: {channels: [email, phone]}\n")
    errors = workspace.run("contacts", "count", "--json").errors

    assert [error["message"] for error in errors] == [
        "`pressure` states no limit",
        "'phone' is not a channel",
    ]
    assert errors[0]["line"] == 11
