"""Calls on their day: levelled, promised, put off; and what a no said on the phone forbids.

March 2027: Mondays are the 1st, 8th, 15th, 22nd, 29th.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest
from smtp_servers import SmtpServer
from workspaces import Workspace

from outreach.model.ids import CampaignId
from outreach.store.engine import Database
from outreach.store.placing import Placed
from outreach.store.store import Store

HEADER = "Ref;First name;Last name;E-mail;Phone;Street;Postal code;City"
CALL = "  - {step: call, channel: call}\n"
ONE_A_DAY = "team: {marie: {name: Marie, calls_per_day: 1}}\n"
A_WEEK = "pressure: {min_days_between_touches: 7}\n"


def people(workspace: Workspace, *refs: str) -> None:
    workspace.people(
        [
            (ref, "Anne", ref.upper(), f"{ref}@mail.example", f"02 99 00 00 {n:02}", f"{n} rue",
             35000, "Rennes")
            for n, ref in enumerate(refs, 1)
        ],
        HEADER,
    )  # fmt: skip


def ask(workspace: Workspace, query: str) -> list[Any]:
    with closing(sqlite3.connect(workspace.folder / "data/outreach.db")) as connection:
        return connection.execute(query).fetchall()


def due_days(workspace: Workspace) -> dict[str, str]:
    """The day (UTC) of each step that is due, by its person."""
    rows = ask(
        workspace,
        "SELECT c.external_id, d.due_at FROM delivery d JOIN contact c ON c.id = d.contact_id "
        "WHERE d.state = 'due'",
    )
    return {who: at[:10] for who, at in rows}


@pytest.fixture
def levelled(workspace: Workspace) -> Workspace:
    """Two calls of Monday the 1st, one a day: b's stands on Tuesday."""
    workspace.settings(more=ONE_A_DAY)
    people(workspace, "a", "b")
    workspace.campaign("one", steps=CALL)
    workspace.launch("one", now="2027-03-01T09:00")
    workspace.ok("run", now="2027-03-01T09:05")
    assert due_days(workspace) == {"a": "2027-03-01", "b": "2027-03-01"}  # 23:00 UTC: the 2nd
    return workspace


# --- a call that was placed on a later day ------------------------------------------------------


@pytest.mark.parametrize("stage", ["spoken", "met", "refused"])
def test_a_call_placed_on_tomorrow_is_done_by_todays_word_with_or_without_a_channel(
    levelled: Workspace, stage: str
) -> None:
    said = levelled.ok("record", "b", stage, now="2027-03-01T10:00")
    assert said["call_done"] is True
    calls = levelled.ok("calls", now="2027-03-02T10:30")["calls"]
    assert [call["name"] for call in calls] == ["Anne A"]
    # It is the step's touch, at the step's cost, not one beside all steps.
    touches = "SELECT count(*) FROM event WHERE kind = 'touched' AND step_id IS NOT NULL"
    assert ask(levelled, touches) == [(1,)]


def test_a_call_placed_on_tomorrow_and_tried_in_vain_today_counts_as_tried(
    levelled: Workspace,
) -> None:
    levelled.ok("record", "b", "no_answer", "--channel", "call", now="2027-03-01T10:00")
    tried = "SELECT attempts, detail FROM delivery WHERE contact_id = 2"
    assert ask(levelled, tried) == [(1, "no_answer")]


def test_a_call_of_next_week_that_nobody_was_given_is_not_done_by_a_word_without_a_channel(
    workspace: Workspace,
) -> None:
    workspace.settings(more=ONE_A_DAY)
    people(workspace, "a")
    workspace.campaign("one", steps=CALL, head="start: 2027-03-08\n")
    workspace.launch("one", now="2027-03-01T09:00")
    workspace.ok("run", now="2027-03-01T09:05")
    assert workspace.ok("record", "a", "spoken", now="2027-03-01T10:00")["call_done"] is False


# --- a call back that was promised for a day ----------------------------------------------------


def test_a_call_back_promised_for_a_day_stays_on_it_however_full_it_is(
    levelled: Workspace,
) -> None:
    levelled.ok("record", "a", "call_back", "--back-on", "2027-03-25", now="2027-03-01T10:31")
    levelled.ok("run", now="2027-03-25T08:00")
    calls = levelled.ok("calls", "--for", "marie", now="2027-03-25T10:30")["calls"]
    assert [call["name"] for call in calls] == ["Anne A"]
    assert due_days(levelled)["a"] == "2027-03-24"  # 23:00 UTC: the 25th


def test_a_call_back_promised_for_a_day_is_not_put_off_by_the_pressure(
    workspace: Workspace,
) -> None:
    """He asked for it himself: the week of rest after the talk of the 2nd does not hold it."""
    workspace.settings(more=ONE_A_DAY + A_WEEK)
    people(workspace, "a")
    workspace.campaign("one", steps=CALL)
    workspace.launch("one", now="2027-03-01T09:00")
    workspace.ok("run", now="2027-03-01T09:05")
    workspace.ok("record", "a", "call_back", "--back-on", "2027-03-04", now="2027-03-02T10:31")
    workspace.ok("run", now="2027-03-04T08:00")
    assert len(workspace.ok("calls", now="2027-03-04T10:30")["calls"]) == 1
    (story,) = workspace.ok("why", "a", now="2027-03-04T08:30")["campaigns"]
    assert (story["next"]["at"][:10], story["next"]["reason"]) == ("2027-03-04", None)


def test_a_day_promised_while_a_run_levels_is_kept(
    workspace: Workspace, open_store: Callable[..., Database]
) -> None:
    """What the run read of the call is out of date when it writes: the promise stands."""
    workspace.settings(more="team: {marie: {name: Marie, calls_per_day: 2}}\n")
    people(workspace, "a", "b")
    workspace.campaign("one", steps=CALL)
    workspace.launch("one", now="2027-03-01T09:00")
    store = Store(open_store("sqlite:///data/outreach.db"))
    morning = datetime(2027, 3, 1, 9, 30, tzinfo=UTC)
    night = datetime(2027, 3, 1, 23, tzinfo=UTC)
    read = store.placing.to_place([CampaignId(1)], before=night, now=morning)
    workspace.ok("record", "a", "call_back", "--back-on", "2027-03-25", now="2027-03-01T10:31")
    store.placing.place(
        [
            Placed(id=one.id, campaign=one.campaign, contact=one.contact, assignee="marie",
                   due_at=one.due_at, was_due=one.due_at)
            for one in read
        ]
    )  # fmt: skip
    assert due_days(workspace) == {"a": "2027-03-24", "b": "2027-03-01"}


# --- a letter that lies in the pile -------------------------------------------------------------


def test_a_letter_that_is_printed_keeps_an_e_mail_of_the_same_day_back(
    workspace: Workspace,
) -> None:
    """Printed and posted on Monday the 1st: with a week of rest the mail leaves on the 8th."""
    people(workspace, "a")
    workspace.campaign(
        "paper", steps="  - {step: letter, channel: letter, template: letter.docx}\n"
    )
    workspace.campaign("mailing", head="alongside: true\n")
    with SmtpServer() as server:
        workspace.settings(server.port, more=A_WEEK)
        workspace.launch("paper", now="2027-03-01T09:00")
        workspace.ok("letters", "paper", now="2027-03-01T09:10")
        workspace.launch("mailing", now="2027-03-01T09:20")
        assert workspace.ok("run", now="2027-03-01T09:30")["sent"] == 0
        workspace.ok("letters", "posted", "paper", now="2027-03-01T17:00")
        assert workspace.ok("run", now="2027-03-07T09:30")["sent"] == 0
        assert workspace.ok("run", now="2027-03-08T09:30")["sent"] == 1


def test_a_letter_that_is_printed_does_not_keep_itself_back(workspace: Workspace) -> None:
    people(workspace, "a")
    workspace.settings(more=A_WEEK)
    workspace.campaign(
        "paper", steps="  - {step: letter, channel: letter, template: letter.docx}\n"
    )
    workspace.launch("paper", now="2027-03-01T09:00")
    assert workspace.ok("run", now="2027-03-01T09:10")["letters"] == 1
    workspace.ok("run", now="2027-03-02T09:10")
    assert workspace.ok("letters", "posted", "paper", now="2027-03-02T17:00")["posted"] == 1


# --- a no that was said on the phone ------------------------------------------------------------


@pytest.fixture
def consenting(workspace: Workspace) -> Workspace:
    workspace.settings()
    people(workspace, "a")
    workspace.campaign("one", steps=CALL)
    workspace.ok("privacy", "consent", "a", "--channel", "call", "--evidence", "form",
                 now="2027-03-01T08:00")  # fmt: skip
    workspace.launch("one", now="2027-03-01T09:00")
    return workspace


def register(workspace: Workspace) -> list[tuple[str, str]]:
    return [(one["kind"], one["note"]) for one in workspace.ok("privacy", "requests")["requests"]]


CONSENTS = "SELECT withdrawn_at IS NOT NULL FROM consent"


def test_a_no_recorded_of_a_call_forbids_the_number_ends_consents_and_is_a_request(
    consenting: Workspace,
) -> None:
    no = ("record", "a", "opted_out", "--channel", "call", "--note", "never again")
    consenting.ok(*no, now="2027-03-01T10:30")
    keys = sorted(ask(consenting, "SELECT key, scope FROM suppression"))
    assert keys == [("contact", "all"), ("email", "all"), ("phone", "all")]
    assert register(consenting) == [("opposition", "all: never again")]
    assert ask(consenting, CONSENTS) == [(1,)]


def test_undo_takes_the_whole_of_a_no_back(consenting: Workspace) -> None:
    consenting.ok("record", "a", "opted_out", "--channel", "call", now="2027-03-01T10:30")
    consenting.ok("undo", "--yes", now="2027-03-01T10:40")
    assert ask(consenting, "SELECT count(*) FROM suppression WHERE removed_at IS NULL") == [(0,)]
    assert register(consenting) == []
    assert ask(consenting, CONSENTS) == [(0,)]


def test_an_opposition_and_its_undo_are_one_act_too(consenting: Workspace) -> None:
    consenting.ok("privacy", "oppose", "a", "--note", "by letter", now="2027-03-01T10:30")
    assert register(consenting) == [("opposition", "all: by letter")]
    assert ask(consenting, CONSENTS) == [(1,)]
    consenting.ok("undo", "--yes", now="2027-03-01T10:40")
    assert ask(consenting, "SELECT count(*) FROM suppression WHERE removed_at IS NULL") == [(0,)]
    assert register(consenting) == []
    assert ask(consenting, CONSENTS) == [(0,)]


def test_noes_of_a_file_are_requests_once_however_often_it_is_read(consenting: Workspace) -> None:
    consenting.write("no.csv", "contact,stage,on,channel\na,opted_out,2027-03-01,call\n")
    for _ in range(2):
        consenting.ok("record", "--from", "no.csv", now="2027-03-01T10:30")
    assert register(consenting) == [("opposition", "all")]
    assert ask(consenting, CONSENTS) == [(1,)]


# --- what is said of work that is done ----------------------------------------------------------


@pytest.mark.parametrize(
    ("channel", "words", "said"),
    [
        ("call", ["spoken"], "The call that was due is done."),
        ("visit", ["met"], "The visit that was due is done."),
        ("task", ["done"], "The task that was due is done."),
    ],
)
def test_what_is_done_is_called_by_its_name(
    workspace: Workspace, channel: str, words: list[str], said: str
) -> None:
    people(workspace, "a")
    workspace.settings()
    workspace.campaign("one", steps=f"  - {{step: it, channel: {channel}}}\n")
    workspace.launch("one", now="2027-03-01T09:00")
    assert said in workspace.run("record", "a", *words, now="2027-03-01T10:00").out
