"""Two contact bases in one folder, the real one and one to try things on: they share nothing."""

from __future__ import annotations

from collections import Counter

import pytest
from smtp_servers import SmtpServer
from workspaces import Workspace, until

#: Connections of the sender: so many messages may be in doubt after a kill.
WIRE = 2


def use(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, base: str, port: int) -> None:
    """From now on commands work on that base, in the same data folder."""
    name = f"{base}.yaml"
    workspace.settings(port, connections=WIRE, more=f"store: sqlite:///data/{base}.db\n")
    (workspace.folder / "outreach.yaml").rename(workspace.folder / name)
    monkeypatch.setenv("OUTREACH_CONFIG", name)


def killed(workspace: Workspace, server: SmtpServer) -> None:
    """A run that dies with messages on the wire."""
    before = len(server.received)
    run = workspace.start("run")
    until(lambda: len(server.received) >= before + 3, run)
    run.kill()
    run.communicate()
    until(lambda: server.open_now == 0)


def test_two_bases_whose_runs_died_do_not_take_each_others_word(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same runs and deliveries by number: each base knows its own wire, and only that."""
    bases = ("real", "trial")
    with SmtpServer(delay=0.25) as server:
        for base in bases:
            use(workspace, monkeypatch, base, server.port)
            people = [f"{base}{number}@mail.example" for number in range(14)]
            workspace.people((who, f"Name-{who}", who, "Rennes") for who in people)
            if base == "real":
                workspace.campaign("spring")
            workspace.launch("spring")
            killed(workspace, server)
        server.delay = 0
        for base in bases:
            use(workspace, monkeypatch, base, server.port)
            workspace.run("run")
            states = workspace.by_state("spring")
            doubt = states.pop("unknown", 0)
            assert (states, doubt <= WIRE) == ({"sent": 14 - doubt}, True)
            got = Counter(who for who in server.recipients if who.startswith(base))
            assert max(got.values()) == 1
            assert len(got) >= 14 - doubt
