"""Several machines on one PostgreSQL: what happens when the server forgets who sends."""

from __future__ import annotations

import json
from pathlib import Path

import psycopg
from postgres import PostgresServer
from smtp_servers import SmtpServer
from workspaces import Workspace, until

END_OF_THE_LOCK = """
    SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_database b ON b.oid = l.database
    WHERE l.locktype = 'advisory' AND b.datname = current_database()
"""


def test_a_run_that_lost_its_lock_ends_and_its_word_on_the_wire_counts(
    workspace: Workspace, tmp_path: Path, postgres: PostgresServer
) -> None:
    """Another machine calls the live claims unknown; the run that made them knows better."""
    with postgres.fresh_database() as url, SmtpServer(delay=0.6) as server:
        workspace.settings(server.port, connections=2, more=f"store: {url}\n")
        people = workspace.townspeople(12)
        workspace.campaign("spring")
        workspace.launch("spring")
        other = tmp_path / "other" / "outreach.yaml"
        other.parent.mkdir()
        other.write_text((workspace.folder / "outreach.yaml").read_text())
        run = workspace.start("run", "--json")
        until(lambda: server.received, run)

        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute(END_OF_THE_LOCK)
        doubt = workspace.run("settle", "--json", "--config", str(other)).json["still_unknown"]
        out, err = run.communicate(timeout=30)

        assert doubt >= 2
        assert run.returncode == 1, (out, err)
        (error,) = json.loads(out)["errors"]
        assert "let go of the lock of this run" in error["message"]
        assert "Traceback" not in err
        states = workspace.by_state("spring")
        assert states["sent"] == len(server.received)
        server.delay = 0
        workspace.run("settle", "--not-sent", "all")
        workspace.ok("run")
        assert sorted(server.recipients) == people
