"""The pace as the server sees it: by the real clock, counted when the messages come in."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

import pytest
from smtp_servers import SmtpServer
from workspaces import Workspace

#: The command, with two processes however few messages there are.
TWO_PROCESSES = """
from outreach.runner import mailing
mailing.processes_for = lambda due, senders: 2
from outreach.cli import main
main()
"""
linux = pytest.mark.skipif(sys.platform != "linux", reason="several processes: Linux only")


def fullest_second(instants: Sequence[float]) -> int:
    """The most in any second from one of them on, its end not included."""
    return max(sum(one <= other < one + 1 for other in instants) for one in instants)


@pytest.mark.parametrize("program", ["outreach", pytest.param(TWO_PROCESSES, marks=linux)],
                         ids=["one process", "two processes"])  # fmt: skip
def test_no_second_holds_more_than_allowed_though_connections_take_half_a_second(
    workspace: Workspace, program: str
) -> None:
    """What piles up before connections that are being opened does not leave at once then."""
    workspace.townspeople(13)
    workspace.campaign("spring")
    workspace.launch("spring")
    with SmtpServer(greets_after=0.5) as server:
        workspace.settings(server.port, connections=8, limits="{per_second: 5}")
        if program == "outreach":
            workspace.ok("run")
        else:
            command = [sys.executable, "-c", program, "run", "--json"]
            subprocess.run(command, cwd=workspace.folder, check=True, capture_output=True)
        assert len(server.received) == 13
        assert fullest_second(sorted(server.arrivals)) <= 5
