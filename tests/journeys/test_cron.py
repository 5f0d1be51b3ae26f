"""`run` as cron and systemd start it: quiet, alone, catching up, and rehearsed by itself."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from conftest import missing
from smtp_servers import HANG_UP, SmtpServer
from workspaces import PROGRAM, Workspace, mail, until

from outreach.store.engine import Database

DEPLOY = Path(__file__).parents[2] / "deploy"
MONDAY, NEXT_MONDAY = "2027-03-01T09:00", "2027-03-08T09:00"


def launched(
    workspace: Workspace, people: int, *, steps: str = "", now: str | None = None
) -> list[str]:
    addresses = workspace.townspeople(people)
    workspace.campaign("spring", steps=steps)
    workspace.launch("spring", now=now)
    return addresses


# --- a dry run --------------------------------------------------------------------------------


def test_a_dry_run_is_the_run_itself_and_writes_nothing(workspace: Workspace) -> None:
    """Of four, one lacks a name, one is not meant, one has opposed: the same in both."""
    rows = [("a", "Roy", "a@mail.example", "Rennes"), ("b", "", "b@mail.example", "Rennes"),
            ("c", "Petit", "c@mail.example", "Rennes"),
            ("d", "Morel", "d@mail.example", "Rennes")]  # fmt: skip
    workspace.people(rows)
    workspace.campaign("spring", steps=mail(more="when: 'external_id != \"c\"'"))
    workspace.launch("spring")
    workspace.ok("suppress", "add", "d@mail.example")
    with SmtpServer() as server:
        workspace.settings(server.port)
        before = workspace.stored()
        dry = workspace.ok("run", "--dry-run")
        assert workspace.stored() == before
        assert server.received == []

        assert dry["would"] == {"sent": 1, "held": 1, "skipped": 1, "remaining": 0}
        rows_ = {row["email"]: (row["does"], row["reason"]) for row in dry["messages"]}
        assert rows_ == {
            "a@mail.example": ("leaves", None),
            "b@mail.example": ("held", "it lacks last_name"),
            "c@mail.example": ("skipped", "its condition is not met (when)"),
        }
        assert (dry["sent"], dry["held"], dry["dry_run"]) == (0, 0, True)

        real = workspace.ok("run", code=4)
        assert (real["sent"], real["held"], real["skipped"]) == (1, 1, 1)


def test_a_dry_run_keeps_to_the_limits_and_says_when_the_next_leaves(
    workspace: Workspace,
) -> None:
    """Two an hour: two now, and the third in an hour; the real run agrees."""
    launched(workspace, 5, now=MONDAY)
    with SmtpServer() as server:
        workspace.settings(server.port, limits="{per_hour: 2}")
        dry = workspace.ok("run", "--dry-run", now=MONDAY)
        real = workspace.ok("run", now=MONDAY)
    assert (dry["would"]["sent"], dry["would"]["remaining"]) == (2, 3)
    assert (real["sent"], real["remaining"]) == (2, 3)
    assert dry["not_before"] == real["not_before"] == "2027-03-01T10:00:00+01:00"


def test_a_dry_run_in_words(workspace: Workspace) -> None:
    launched(workspace, 30, now=MONDAY)
    told = workspace.run("run", "--dry-run", "--limit", "25", now=MONDAY)
    assert told.code == 0
    lines = told.out.splitlines()
    assert lines[0] == "25 e-mails would leave"
    assert lines[1].split() == ["09:00:00", lines[1].split()[1], "spring/mail"]
    assert "  … and 5 more" in lines
    assert "5 e-mails that are due would wait" in lines
    assert lines[-1] == "Nothing was done."
    assert max(map(len, lines)) <= 80


def test_a_dry_run_keeps_nothing_on_either_database(workspace: Workspace, base: Database) -> None:
    launched(workspace, 3)
    dry = workspace.ok("run", "--dry-run")
    assert dry["would"] == {"sent": 3, "held": 0, "skipped": 0, "remaining": 0}
    assert workspace.by_state("spring") == {"due": 3}
    assert workspace.ok("run", "--limit", "0")["remaining"] == 3
    assert workspace.ok("store", "confirm")["doubt"] is None


def test_a_dry_run_leaves_what_a_dead_run_left_alone(workspace: Workspace) -> None:
    """Nothing is decided about what was on the wire: the next run does that."""
    launched(workspace, 3)
    with SmtpServer({"BODY": HANG_UP}, times=1) as server:
        workspace.settings(server.port)
        workspace.ok("run", code=6)
        assert workspace.ok("run", "--dry-run")["unknown"] == 1
    assert workspace.by_state("spring")["unknown"] == 1


# --- after a week off -------------------------------------------------------------------------


def test_after_a_week_off_what_is_due_leaves_at_the_pace_and_follows_from_then(
    workspace: Workspace,
) -> None:
    """A follow-up after five days is counted from the day it left, not from when it was due."""
    steps = mail() + mail("reminder", "after: mail + 5 days")
    people = launched(workspace, 4, steps=steps, now=MONDAY)
    with SmtpServer() as server:
        workspace.settings(server.port, limits="{per_hour: 3}")
        told = workspace.run("run", now=NEXT_MONDAY)
        assert (told.code, len(server.received)) == (0, 3)
        assert "4 e-mails are late, due since" in told.err
        assert "Next: " in told.out
    first = server.recipients[0]
    assert first in people
    assert workspace.next_of(first)["at"][:10] == "2027-03-13"


def test_a_campaign_that_starts_after_its_last_day_sends_nothing_and_says_why(
    workspace: Workspace,
) -> None:
    """Launched too late: run and its rehearsal pass everybody over, with the reason."""
    workspace.townspeople(2)
    workspace.campaign("spring", head="not_after: 2027-03-05\n")
    workspace.launch("spring", now=NEXT_MONDAY)
    dry = workspace.ok("run", "--dry-run", now=NEXT_MONDAY)
    assert [row["reason"] for row in dry["messages"]] == [
        "its last day has passed (not_after)"
    ] * 2  # fmt: skip
    done = workspace.ok("run", now=NEXT_MONDAY)
    assert (done["sent"], done["skipped"]) == (0, 2)
    assert workspace.ok("status", "spring")["state"] == "finished"


# --- what cron sees ---------------------------------------------------------------------------


def test_one_line_says_it_and_the_log_keeps_it(workspace: Workspace) -> None:
    launched(workspace, 2)
    with SmtpServer() as server:
        workspace.settings(server.port)
        told = workspace.run("run")
    assert told.out == (
        "2 sent, 0 deferred, 0 refused, 0 unknown, 0 held, 0 skipped; 0 remaining\n"
    )
    log = (workspace.folder / "data" / "outreach.log").read_text()
    assert " run: sent=2 deferred=0 refused=0 unknown=0 held=0 skipped=0 " in log


def test_a_quiet_run_speaks_only_when_somebody_is_needed(workspace: Workspace) -> None:
    launched(workspace, 2)
    with SmtpServer({"BODY": HANG_UP}, only_for="p002") as server:
        workspace.settings(server.port)
        silent = workspace.run("run", "--quiet", "--limit", "0", now=NEXT_MONDAY)
        loud = workspace.run("run", "-q", now=NEXT_MONDAY)
    assert (silent.code, silent.out, silent.err) == (0, "", "")
    assert (loud.code, "outreach settle" in loud.out) == (6, True)


def cron_environment(home: Path) -> dict[str, str]:
    """What cron gives a command."""
    return {"HOME": str(home), "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh", "LOGNAME": "marie"}


@pytest.fixture
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program as it is installed: one executable file, found by its whole path."""
    path = tmp_path_factory.mktemp("bin") / "outreach"
    path.write_text(f'#!/bin/sh\nexec {" ".join(PROGRAM)} "$@"\n')
    path.chmod(0o755)
    return path


def test_the_line_of_the_crontab_sends_and_is_silent(workspace: Workspace, program: Path) -> None:
    people = launched(workspace, 3)
    (line,) = [
        line for line in (DEPLOY / "crontab").read_text().splitlines() if line.startswith("*")
    ]
    command = line.split(maxsplit=5)[5]
    command = command.replace("/usr/local/bin/outreach", str(program), 1)
    command = command.replace("/srv/outreach", str(workspace.folder))
    with SmtpServer() as server:
        workspace.settings(server.port)
        for _ in range(2):
            done = subprocess.run(
                ["/bin/sh", "-c", command], cwd="/", env=cron_environment(workspace.folder),
                stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert sorted(server.recipients) == people


# --- systemd ----------------------------------------------------------------------------------


def unit(kind: str, name: str) -> dict[str, str]:
    """The keys of a unit that stand in it once."""
    lines = (DEPLOY / kind / name).read_text().splitlines()
    pairs = (line.partition("=") for line in lines if not line.startswith("#"))
    return {key: value for key, _, value in pairs if value}


@pytest.mark.parametrize("kind", ["system", "user"])
def test_systemd_understands_the_units(kind: str, program: Path, tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        missing("systemd-analyze is not installed")
    for name in ("outreach.service", "outreach.timer"):
        text = (DEPLOY / kind / name).read_text()
        for path in ("/usr/local/bin/outreach", "%h/.local/bin/outreach"):
            text = text.replace(f"ExecStart={path}", f"ExecStart={program}")
        (tmp_path / name).write_text(text)
    words = ["--user"] if kind == "user" else []
    for name in ("outreach.service", "outreach.timer"):
        done = subprocess.run(
            ["systemd-analyze", *words, "verify", tmp_path / name],
            env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("kind", ["system", "user"])
def test_the_service_sends_and_ends_as_it_says_when_it_is_stopped(
    workspace: Workspace, program: Path, kind: str
) -> None:
    """SIGTERM in the middle: what is on the wire is finished, the rest is sent by the next."""
    people = launched(workspace, 12)
    service = unit(kind, "outreach.service")
    words = service["ExecStart"].split()[1:]
    assert (service["Type"], service["KillMode"]) == ("oneshot", "mixed")
    with SmtpServer(delay=0.3) as server:
        workspace.settings(server.port, connections=2)
        started = subprocess.Popen(
            [program, *words], cwd=workspace.folder, env=cron_environment(workspace.folder),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        until(lambda: server.received, started)
        started.send_signal(signal.SIGTERM)
        started.communicate(timeout=30)
        assert str(started.returncode) in service["SuccessExitStatus"].split()
        assert 0 < len(server.received) < 12
        assert "unknown" not in workspace.by_state("spring")
        workspace.ok("run")
    assert sorted(server.recipients) == people
