"""Several processes send together: killed in every way, nothing is doubled and nobody forgotten."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from smtp_servers import SmtpServer
from workspaces import Workspace, until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="several processes: Linux only")

#: The command, with so many processes however few messages there are.
COMMAND = """
from outreach.runner import mailing
mailing.processes_for = lambda due, senders: {processes}
from outreach.cli import main
main()
"""


def start(
    workspace: Workspace,
    server: SmtpServer,
    people: int,
    connections: int = 8,
    processes: int = 2,
) -> Run:
    addresses = workspace.townspeople(people)
    workspace.campaign("spring")
    workspace.launch("spring")
    workspace.settings(server.port, connections=connections)
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND.format(processes=processes), "run", "--json"],
        cwd=workspace.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    return Run(process, addresses)


class Run:
    def __init__(self, process: subprocess.Popen[str], people: list[str]) -> None:
        self.process = process
        self.people = people

    @property
    def workers(self) -> list[int]:
        process = self.process.pid
        return [
            int(pid) for pid in Path(f"/proc/{process}/task/{process}/children").read_text().split()
        ]

    def under_way(self, server: SmtpServer) -> None:
        until(lambda: len(server.received) >= 12 and server.open_now >= 6, self.process)


def finished(workspace: Workspace, run: Run, before: list[str]) -> int:
    """A later run sends the rest: everybody got one mail, or is in doubt; how many are."""
    with SmtpServer() as server:
        workspace.settings(server.port)
        done = workspace.run("run", "--json")
        states = workspace.by_state("spring")
        doubt = states.get("unknown", 0)
        assert done.code == (6 if doubt else 0), done
        assert sum(states.values()) == len(run.people) == states.get("sent", 0) + doubt
        got = sorted(before + server.recipients)
    assert len(got) == len(set(got))
    in_doubt = {row["email"] for row in workspace.run("settle", "--json").json["unknown"]}
    assert set(run.people) - set(got) <= in_doubt
    assert not list((workspace.folder / "data" / "flight").iterdir())
    return doubt


def test_two_processes_send_everything_once_and_leave_no_journal(workspace: Workspace) -> None:
    with SmtpServer() as server:
        run = start(workspace, server, 60)
        out, err = run.process.communicate(timeout=60)
        assert (run.process.returncode, json.loads(out)["sent"]) == (0, 60), err
    assert sorted(server.recipients) == run.people
    assert not list((workspace.folder / "data" / "flight").iterdir())


def test_a_worker_killed_leaves_at_most_its_wire_in_doubt_and_the_others_go_on(
    workspace: Workspace,
) -> None:
    with SmtpServer(delay=0.2) as server:
        run = start(workspace, server, 80)
        run.under_way(server)
        os.kill(run.workers[0], signal.SIGKILL)
        out, err = run.process.communicate(timeout=60)
        done = json.loads(out)
    assert "stopped unexpectedly" in done["errors"][0]["message"], err
    assert done["unknown"] <= 4
    assert done["sent"] + done["unknown"] == 80
    assert finished(workspace, run, list(server.recipients)) == done["unknown"]


def test_a_dispatcher_killed_leaves_nothing_in_doubt(workspace: Workspace) -> None:
    """Its workers finish what is on the wire; until they have, no other run begins."""
    with SmtpServer(delay=0.3) as server:
        run = start(workspace, server, 80)
        run.under_way(server)
        workers = run.workers
        run.process.kill()
        run.process.communicate(timeout=30)
        until(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers))
    assert finished(workspace, run, list(server.recipients)) == 0


def test_all_of_them_killed_leave_one_message_for_each_connection_in_doubt(
    workspace: Workspace,
) -> None:
    with SmtpServer(delay=0.2) as server:
        run = start(workspace, server, 80)
        run.under_way(server)
        os.killpg(run.process.pid, signal.SIGKILL)
        run.process.communicate(timeout=30)
        until(lambda: server.open_now == 0)
    assert finished(workspace, run, list(server.recipients)) <= 8


def test_ctrl_c_in_a_terminal_reaches_all_and_finishes_the_wire(workspace: Workspace) -> None:
    with SmtpServer(delay=0.2) as server:
        run = start(workspace, server, 80)
        run.under_way(server)
        os.killpg(run.process.pid, signal.SIGINT)
        _, err = run.process.communicate(timeout=30)
        assert run.process.returncode == 130, err
    states = workspace.by_state("spring")
    assert states == {"due": 80 - len(server.received), "sent": len(server.received)}
    assert finished(workspace, run, list(server.recipients)) == 0


def test_without_its_journals_everything_a_dead_run_had_claimed_is_in_doubt(
    workspace: Workspace,
) -> None:
    """As after a power loss: nothing proves that a message had not left."""
    with SmtpServer(delay=0.2) as server:
        run = start(workspace, server, 80)
        run.under_way(server)
        os.killpg(run.process.pid, signal.SIGKILL)
        run.process.communicate(timeout=30)
        until(lambda: server.open_now == 0)
    for path in (workspace.folder / "data" / "flight").iterdir():
        path.unlink()
    claimed = workspace.by_state("spring")["claimed"]
    assert finished(workspace, run, list(server.recipients)) == claimed


def test_a_server_that_is_down_is_told_by_the_workers_too(workspace: Workspace) -> None:
    with SmtpServer() as server:
        pass
    run = start(workspace, server, 20)
    out, err = run.process.communicate(timeout=60)
    done = json.loads(out)
    assert (run.process.returncode, done["sent"], done["remaining"]) == (1, 0, 20), err
    assert f"127.0.0.1:{server.port}" in done["errors"][0]["message"]
    assert workspace.by_state("spring") == {"due": 20}


@pytest.mark.parametrize("processes", [1, 2])
def test_a_second_ctrl_c_waits_for_no_answer_and_gives_back_the_rest(
    workspace: Workspace, processes: int
) -> None:
    """What is on the wire then is in doubt and told; nothing stays claimed."""
    with SmtpServer(delay=4) as server:
        run = start(workspace, server, 40, connections=4, processes=processes)
        until(lambda: server.open_now == 4, run.process)
        until(lambda: len(server.received) >= 2, run.process)
        for _ in range(2):
            os.kill(run.process.pid, signal.SIGINT)
            time.sleep(0.3)
        out, err = run.process.communicate(timeout=3)

    assert run.process.returncode == 130, (out, err)
    told, states = json.loads(out), workspace.by_state("spring")
    assert set(states) <= {"sent", "due", "unknown"}
    assert states["unknown"] == told["unknown"] > 0
    assert states["due"] == told["remaining"] == 40 - states.get("sent", 0) - states["unknown"]
