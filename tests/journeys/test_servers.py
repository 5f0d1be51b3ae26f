"""Mail servers in trouble: nothing is lost, nothing is sent twice, the right word is said."""

from __future__ import annotations

import email
import socket
import time
from datetime import datetime
from email.utils import parsedate_to_datetime

import pytest
from smtp_servers import HANG_UP, SmtpServer
from workspaces import Workspace, mail

MONDAY = "2027-03-01T09:00"
LATER = "2027-03-01T12:00"


@pytest.fixture
def people(workspace: Workspace) -> list[str]:
    """Three people to whom a mail and, a day later, a call are due."""
    addresses = workspace.townspeople(3)
    workspace.campaign(
        "spring",
        steps=mail() + "  - {step: task, channel: task, after: mail + 1 days}\n",
    )
    workspace.launch("spring", now=MONDAY)
    return addresses


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_server_that_is_down_is_named_and_everything_stays_due(
    workspace: Workspace, people: list[str]
) -> None:
    port = free_port()
    workspace.settings(port)

    done = workspace.ok("run", now=MONDAY, code=1)

    assert (done["sent"], done["remaining"]) == (0, 3)
    (error,) = done["errors"]
    assert f"127.0.0.1:{port}" in error["message"]
    assert error["hint"]
    assert workspace.by_state("spring") == {"due": 3}
    with SmtpServer() as server:
        workspace.settings(server.port)
        assert workspace.ok("run", now=MONDAY)["sent"] == 3
    assert sorted(server.recipients) == people


def test_a_login_that_is_refused_is_named_and_everything_stays_due(
    workspace: Workspace, people: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The password comes from the environment and stands nowhere else."""
    monkeypatch.setenv("MAIL_PASSWORD", "wrong-secret")
    with SmtpServer(login=("marie", "right-secret")) as server:
        workspace.settings(server.port, smtp=", user: marie, password: env:MAIL_PASSWORD")
        refused = workspace.run("run", "--now", MONDAY)
        assert refused.code == 1
        assert "refuses the login: 535 5.7.8" in refused.err
        assert "wrong-secret" not in refused.out + refused.err
        assert workspace.by_state("spring") == {"due": 3}

        monkeypatch.setenv("MAIL_PASSWORD", "right-secret")
        assert workspace.ok("run", now=MONDAY)["sent"] == 3
        assert sorted(server.recipients) == people

    for file in workspace.folder.rglob("*"):
        assert not file.is_file() or b"right-secret" not in file.read_bytes()


def test_a_password_that_is_not_there_is_told_before_anything_leaves(
    workspace: Workspace, people: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MAIL_PASSWORD", raising=False)
    with SmtpServer(login=("marie", "x")) as server:
        workspace.settings(server.port, smtp=", user: marie, password: env:MAIL_PASSWORD")
        done = workspace.run("run", "--now", MONDAY)

    assert (done.code, "MAIL_PASSWORD" in done.err) == (1, True)
    assert (server.received, workspace.by_state("spring")) == ([], {"due": 3})


def test_a_deferred_message_waits_and_leaves_later(workspace: Workspace, people: list[str]) -> None:
    """A grey-listing server: 451 once for one of three."""
    with SmtpServer({"RCPT": "451 4.7.1 come back later"}, only_for="p002", times=1) as server:
        workspace.settings(server.port)
        done = workspace.ok("run", now=MONDAY)
        assert (done["sent"], done["deferred"], done["refused"]) == (2, 1, 0)
        wait = datetime.fromisoformat(done["not_before"]) - datetime.fromisoformat(
            f"{MONDAY}+01:00"
        )
        assert 6 * 60 <= wait.total_seconds() <= 9 * 60
        assert "451 4.7.1 come back later" in workspace.next_of(people[1])["what"]
        assert workspace.ok("run", now="2027-03-01T09:01")["sent"] == 0
        assert workspace.ok("run", now=LATER)["sent"] == 1
    assert sorted(server.recipients) == people


def test_a_message_deferred_for_days_is_given_up(workspace: Workspace, people: list[str]) -> None:
    with SmtpServer({"RCPT": "452 4.2.2 mailbox full"}, only_for="p002") as server:
        workspace.settings(server.port)
        for day in range(1, 6):
            for hour in range(0, 24, 4):
                workspace.ok("run", now=f"2027-03-{day:02}T{hour:02}:00")
                if day == 1 and hour == 8:
                    workspace.ok("run", now=MONDAY)
    (story,) = workspace.ok("why", people[1])["campaigns"]
    assert any("given up" in line["what"] for line in story["past"])
    assert workspace.by_state("spring")["refused"] == 1
    assert server.recipients.count(people[1]) == 0


def test_a_dead_address_is_refused_marked_and_ends_the_chain(
    workspace: Workspace, people: list[str]
) -> None:
    with SmtpServer({"RCPT": "550 5.1.1 no such user"}, only_for="p002") as server:
        workspace.settings(server.port)
        done = workspace.ok("run", now=MONDAY)

    assert (done["sent"], done["refused"], done["unknown"]) == (2, 1, 0)
    assert workspace.next_of(people[1])["what"] == "the chain ended: bounced"
    assert workspace.by_state("spring") == {"sent": 2, "refused": 1, "due": 2}
    workspace.campaign("later", head="alongside: true\n")
    assert workspace.ok("launch", "later", "--dry-run")["excluded"] == {"bounced": 1}
    report = workspace.ok("report", "spring")
    assert report["chain"][0]["contacts"] == 2


def test_a_refusal_by_policy_says_nothing_of_the_address_and_the_chain_goes_on(
    workspace: Workspace, people: list[str]
) -> None:
    with SmtpServer({"RCPT": "550 5.7.1 blocked"}, only_for="p002") as server:
        workspace.settings(server.port)
        done = workspace.ok("run", now=MONDAY)

    assert (done["sent"], done["refused"]) == (2, 1)
    assert workspace.next_of(people[1])["step"] == "task"
    workspace.campaign("later", head="alongside: true\n")
    assert workspace.ok("launch", "later", "--dry-run")["excluded"] == {}


def test_a_server_that_hangs_up_after_the_message_leaves_a_doubt(
    workspace: Workspace, people: list[str]
) -> None:
    with SmtpServer({"BODY": HANG_UP}, only_for="p002") as server:
        workspace.settings(server.port)
        done = workspace.ok("run", now=MONDAY, code=6)
        assert (done["sent"], done["unknown"]) == (2, 1)
        again = workspace.run("run", "--now", LATER)
        assert (again.code, "outreach settle" in again.out) == (6, True)
    assert sorted(server.recipients) == people
    assert "nobody knows whether it arrived" in workspace.next_of(people[1])["what"]


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA"])
def test_a_server_that_hangs_up_before_the_end_loses_nothing(
    workspace: Workspace, people: list[str], stage: str
) -> None:
    """The final dot had not left: no doubt, it is tried again."""
    with SmtpServer({stage: HANG_UP}, times=1) as server:
        workspace.settings(server.port, connections=1)
        workspace.run("run", "--now", MONDAY)
        assert "unknown" not in workspace.by_state("spring")
        workspace.ok("run", now=LATER)
    assert sorted(server.recipients) == people


# --- pace --------------------------------------------------------------------------------------


def test_the_limit_a_minute_is_kept_and_its_waits_are_skipped_in_a_rehearsal(
    workspace: Workspace,
) -> None:
    """Six at 2 a minute: 2.5 pretended minutes, no real ones."""
    workspace.townspeople(6)
    workspace.campaign("spring")
    workspace.launch("spring", now=MONDAY)
    with SmtpServer() as server:
        workspace.settings(server.port, limits="{per_minute: 2}")
        assert workspace.ok("run", now=MONDAY)["sent"] == 6
    # By the machine's clock they came in at once: 30 s apart is a minute and a half at least.
    assert server.arrivals[-1] - server.arrivals[0] < 90

    dates = [
        parsedate_to_datetime(email.message_from_bytes(content)["Date"]).isoformat()
        for _, content in server.received
    ]
    assert sorted(dates) == [
        "2027-03-01T09:00:00+01:00", "2027-03-01T09:00:30+01:00", "2027-03-01T09:01:00+01:00",
        "2027-03-01T09:01:30+01:00", "2027-03-01T09:02:00+01:00", "2027-03-01T09:02:30+01:00",
    ]  # fmt: skip


def test_the_limit_a_second_is_kept_in_truth(workspace: Workspace) -> None:
    workspace.townspeople(6)
    workspace.campaign("spring")
    workspace.launch("spring")
    with SmtpServer() as server:
        workspace.settings(server.port, limits="{per_second: 4}")
        begun = time.monotonic()
        assert workspace.ok("run")["sent"] == 6
        assert time.monotonic() - begun >= 5 / 4


def test_a_full_hour_ends_the_run_which_says_when_to_come_back(workspace: Workspace) -> None:
    workspace.townspeople(5)
    workspace.campaign("spring")
    workspace.launch("spring", now=MONDAY)
    with SmtpServer() as server:
        workspace.settings(server.port, limits="{per_hour: 3}")
        done = workspace.ok("run", now=MONDAY)
        assert (done["sent"], done["remaining"]) == (3, 2)
        assert done["not_before"] == "2027-03-01T10:00:00+01:00"
        assert workspace.ok("run", now="2027-03-01T09:30")["sent"] == 0
        assert workspace.ok("run", now="2027-03-01T10:01")["sent"] == 2


def test_a_pretended_time_and_a_real_server_do_not_go_together(workspace: Workspace) -> None:
    workspace.townspeople(2)
    workspace.campaign("spring")
    workspace.launch("spring", now=MONDAY)
    workspace.settings(587, host="smtp.example.org", security="starttls")

    done = workspace.run("run", "--now", MONDAY, "--json")

    assert done.code == 2
    assert "--now" in done.errors[0]["message"]
    assert workspace.by_state("spring") == {"due": 2}
