"""Two workspaces on one contact base: what one does to it while the other one sends."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from smtp_servers import SmtpServer
from workspaces import Workspace, until


def test_a_base_is_not_put_back_while_another_workspace_sends_from_it(
    workspace: Workspace, tmp_path: Path
) -> None:
    """And since when the other one runs is told by the workspace's clock, not the machine's."""
    workspace.townspeople(20)
    workspace.campaign("spring")
    workspace.launch("spring")
    base = workspace.folder / "data" / "outreach.db"
    workspace.ok("store", "backup", "copy.db")
    other = tmp_path / "other"
    other.mkdir()
    settings = other / "outreach.yaml"
    with SmtpServer(delay=0.3) as server:
        workspace.settings(server.port, connections=1)
        text = (workspace.folder / "outreach.yaml").read_text()
        text = text.replace("Europe/Paris", "Pacific/Auckland")
        settings.write_text(f"store: sqlite:///{base}\n{text}")
        begun = datetime.now(ZoneInfo("Pacific/Auckland"))
        sending = workspace.start("run")
        until(lambda: server.received, sending)
        refused = workspace.run(
            "store", "restore", "copy.db", "--confirm", "20", "--config", str(settings)
        )
        assert (refused.code, sending.poll()) == (5, None), refused.err
        soon = begun + timedelta(seconds=20)
        assert any(f", {one:%H:%M}" in refused.err for one in (begun, soon)), refused.err
        sending.communicate(timeout=30)
    assert workspace.by_state("spring") == {"sent": 20}
    again = workspace.run(
        "store", "restore", "copy.db", "--confirm", "20", "--config", str(settings)
    )
    assert again.code == 0
