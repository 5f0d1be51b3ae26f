"""A message leaves at most once, and nobody is forgotten: killed runs, two runs, Ctrl-C."""

from __future__ import annotations

import email
import re
import signal
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest
from smtp_servers import HANG_UP, SILENCE, SmtpServer
from workspaces import Workspace, mail, until

from outreach.model.delivery import DeliveryState, Sent
from outreach.runner.journals import journals_of
from outreach.store.engine import Database
from outreach.store.flight_journal import boot_id
from outreach.store.store import Store


def launched(workspace: Workspace, people: int) -> list[str]:
    addresses = workspace.townspeople(people)
    workspace.campaign("spring")
    workspace.launch("spring")
    return addresses


def test_run_again_sends_nothing_again(workspace: Workspace) -> None:
    people = launched(workspace, 30)
    with SmtpServer() as server:
        workspace.settings(server.port)
        assert workspace.ok("run")["sent"] == 30
        for _ in range(2):
            assert workspace.ok("run") == {
                "sent": 0, "deferred": 0, "refused": 0, "unknown": 0, "held": 0, "skipped": 0,
                "letters": 0, "tasks": 0, "remaining": 0, "not_before": None,
            }  # fmt: skip
    assert sorted(server.recipients) == people
    assert workspace.ok("status", "spring")["state"] == "finished"


def test_a_dry_run_says_what_is_due_and_does_nothing(workspace: Workspace) -> None:
    launched(workspace, 3)
    with SmtpServer() as server:
        workspace.settings(server.port)
        dry = workspace.ok("run", "--dry-run")
        assert (dry["remaining"], dry["sent"]) == (3, 0)
        assert workspace.ok("run", "spring", "--limit", "2")["remaining"] == 1
        assert len(server.received) == 2


def test_a_second_run_at_the_same_time_is_refused(workspace: Workspace) -> None:
    people = launched(workspace, 6)
    with SmtpServer(holds=True) as server:
        workspace.settings(server.port, connections=2)
        first = workspace.start("run")
        until(lambda: server.connections, first)

        second = workspace.run("run", "--json")
        in_words = workspace.run("settle")

        assert second.code == 5
        assert f"process {first.pid}" in second.errors[0]["message"]
        assert in_words.code == 5
        server.holds = False
        first.communicate(timeout=60)
    assert first.returncode == 0
    assert sorted(server.recipients) == people


def test_after_a_kill_what_was_on_the_wire_is_settled_by_word_and_the_rest_is_sent(
    workspace: Workspace,
) -> None:
    """The server keeps p003's mail and never says so; the others of the four get lost."""
    people = launched(workspace, 20)
    silent = people[2]
    with SmtpServer({"BODY": SILENCE}, only_for=silent, delay=0.5) as server:
        workspace.settings(server.port, connections=4)
        killed = workspace.start("run")
        until(lambda: silent in server.recipients and server.open_now == 4, killed)
        killed.send_signal(signal.SIGKILL)
        killed.communicate()
        until(lambda: server.open_now == 0)
    before = list(server.recipients)

    with SmtpServer() as healthy:
        workspace.settings(healthy.port)
        assert workspace.by_state("spring")["claimed"] > 4
        workspace.ok("run", code=6)
        doubt = workspace.by_state("spring")["unknown"]
        assert 1 <= doubt <= 4
        assert workspace.by_state("spring") == {"sent": 20 - doubt, "unknown": doubt}
        listed = workspace.ok("settle", code=6)["unknown"]
        unknown = {row["email"]: row for row in listed}
        assert silent in unknown
        assert not set(unknown) & set(healthy.recipients)
        assert workspace.ok("run", code=6)["sent"] == 0

        arrived = [who for who in unknown if who in before]
        lost = [who for who in unknown if who not in before]
        words = [word for who in arrived for word in ("--sent", who)]
        words += [word for who in lost for word in ("--not-sent", who)]
        assert workspace.ok("settle", *words) == {
            "settled": len(unknown), "sent": len(arrived), "not_sent": len(lost), "refused": 0,
            "still_unknown": 0, "unknown": [],
        }  # fmt: skip
        assert workspace.ok("run")["sent"] == len(lost)

        for address, content in healthy.received:
            if address in lost:
                message = email.message_from_bytes(content)
                assert message["Message-ID"] == unknown[address]["message_id"]
                sent = parsedate_to_datetime(message["Date"])
                told = datetime.fromisoformat(unknown[address]["date"])
                assert sent == told.replace(microsecond=0)
    assert sorted(before + healthy.recipients) == people
    assert workspace.by_state("spring") == {"sent": 20}


def test_a_message_said_not_sent_leaves_again_as_the_same_message(workspace: Workspace) -> None:
    """The server kept it, the person says it did not come: both copies are one message."""
    (who,) = launched(workspace, 1)
    with SmtpServer({"BODY": HANG_UP}, times=1) as server:
        workspace.settings(server.port)
        assert workspace.ok("run", now="2027-03-01T09:00", code=6)["unknown"] == 1
        assert workspace.ok("run", now="2027-03-02T09:00", code=6)["sent"] == 0
        settled = workspace.run("settle", "--not-sent", who, now="2027-03-02T09:00")
        assert (settled.code, "1 message is settled" in settled.out) == (0, True)
        assert workspace.ok("run", now="2027-03-03T09:00")["sent"] == 1

    (_, first), (_, second) = server.received
    assert re.search(rb"^Message-ID: <.+@.*atelier\.example>\r\n", first, re.MULTILINE)
    assert first == second
    assert b"Date: Mon, 01 Mar 2027 09:00:00 +0100\r\n" in second


def test_what_nobody_doubts_cannot_be_settled(workspace: Workspace) -> None:
    (who,) = launched(workspace, 1)
    assert workspace.ok("settle")["settled"] == 0
    assert workspace.run("settle", "--sent", who).code == 2
    assert workspace.by_state("spring") == {"due": 1}


def test_a_doubt_is_settled_once_however_often_the_person_is_named(workspace: Workspace) -> None:
    one, two = launched(workspace, 2)
    with SmtpServer({"BODY": HANG_UP}) as server:
        workspace.settings(server.port)
        workspace.ok("run", code=6)

    both = workspace.run("settle", "--sent", one, "--not-sent", one)
    half = workspace.run("settle", "--sent", one, "--not-sent", "nobody@mail.example")
    assert (both.code, half.code) == (2, 2)
    assert workspace.by_state("spring") == {"unknown": 2}

    done = workspace.ok("settle", "--sent", one, "--sent", "p001", code=6)
    assert (done["settled"], [row["email"] for row in done["unknown"]]) == (1, [two])
    assert workspace.ok("report", "spring")["touches"][0]["touches"] == 1


@pytest.mark.parametrize("signal_sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_finishes_the_wire_and_the_next_sends_the_rest(
    workspace: Workspace, signal_sent: signal.Signals
) -> None:
    people = launched(workspace, 12)
    with SmtpServer(delay=0.4) as server:
        workspace.settings(server.port, connections=2)
        process = workspace.start("run", "--json")
        until(lambda: len(server.received) >= 2, process)
        process.send_signal(signal_sent)
        out, err = process.communicate(timeout=30)
        assert process.returncode == 130, err
        assert workspace.by_state("spring") == {"due": 12 - len(server.received),
                                                "sent": len(server.received)}  # fmt: skip
        assert f'"sent": {len(server.received)},' in out
        assert 2 <= len(server.received) < 12
        workspace.settings(server.port, connections=8)
        workspace.ok("run")
    assert sorted(server.recipients) == people


def test_a_run_that_waits_for_its_pace_is_interrupted_at_once(workspace: Workspace) -> None:
    launched(workspace, 5)
    with SmtpServer() as server:
        workspace.settings(server.port, limits="{per_minute: 2}")
        process = workspace.start("run")
        until(lambda: server.received, process)
        process.send_signal(signal.SIGINT)
        try:
            out, _ = process.communicate(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    assert process.returncode == 130
    assert "nothing is lost and nothing is sent twice; outreach run goes on from here" in " ".join(
        out.split()
    )
    assert workspace.by_state("spring") == {"due": 4, "sent": 1}


def test_what_a_dead_run_had_sent_is_dated_by_the_day_it_left(
    workspace: Workspace, open_store: Callable[..., Database]
) -> None:
    """Killed on Friday, found on Monday: the day's limit is Monday's own, five days end on
    Wednesday."""
    workspace.townspeople(2)
    steps = mail() + mail("reminder", "after: mail + 5 days")
    workspace.campaign("spring", steps=steps)
    workspace.launch("spring", now="2027-03-05T09:00")
    friday = datetime(2027, 3, 5, 16, tzinfo=UTC)
    store = Store(open_store("sqlite:///data/outreach.db"))
    run = store.runs.start(now=friday, host="here", pid=1, boot=boot_id())
    one, _ = store.deliveries.in_state(DeliveryState.DUE)
    store.deliveries.claim({one.id: "<1@atelier.example>"}, run=run, now=friday)
    (journal,) = journals_of(store, run, workspace.folder / "data" / "flight").begin(1)
    journal.record((), (one.id,))
    journal.record([(one.id, Sent("250 ok"))], ())
    store.database.engine.dispose()

    with SmtpServer() as server:
        workspace.settings(server.port, limits="{per_day: 1}")
        assert workspace.ok("run", now="2027-03-08T09:00")["sent"] == 1
    story = workspace.ok("why", "p001@mail.example")["campaigns"][0]
    assert story["past"][-1]["at"] == "2027-03-05T17:00:00+01:00"
    assert story["next"]["at"] == "2027-03-10T17:00:00+01:00"
