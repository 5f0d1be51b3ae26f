"""`outreach doctor`: what a person sees who asks whether everything is there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from smtp_servers import SILENCE, SmtpServer
from workspaces import Workspace

from outreach.model.settings import Security, Server
from outreach.store.engine import Database
from outreach.transports import ServerDown
from outreach.transports.greeting import greet

LOGIN = ", user: marie, password: env:MARIE_PASSWORD"
PASSWORD = "s3cret-of-marie"


def checks(workspace: Workspace, *words: str, code: int = 0, now: str | None = None) -> Any:
    """name → the check, each with exactly the four keys of the contract."""
    answer = workspace.ok("doctor", *words, code=code, now=now)
    assert list(answer) == ["checks"]
    for check in answer["checks"]:
        assert list(check) == ["name", "state", "message", "hint"]
        assert check["state"] in ("ok", "warning", "error", "skipped")
        assert check["hint"] or check["state"] in ("ok", "skipped") or check["name"] == "lock"
    found = {check["name"]: check for check in answer["checks"]}
    assert len(found) == len(answer["checks"])
    return found


def test_with_everything_there_nothing_is_broken_and_nothing_was_sent(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MARIE_PASSWORD", PASSWORD)
    workspace.write("campaigns/one.yaml", "campaign: one\n")
    workspace.townspeople(2)
    with SmtpServer(login=("marie", PASSWORD)) as server:
        workspace.settings(server.port, smtp=LOGIN)
        found = checks(workspace)
        shown = workspace.run("doctor")

    assert [name for name, check in found.items() if check["state"] == "error"] == []
    assert found["settings"]["message"] == f"settings: {workspace.folder}/outreach.yaml"
    assert found["campaigns"]["message"].startswith("campaigns: 1 file in ")
    assert found["secret:env:MARIE_PASSWORD"]["state"] == "ok"
    assert found["store.revision"]["state"] == "ok"
    assert found["store.integrity"]["message"] == "its file: whole (SQLite's quick check)"
    assert found["disk"]["message"].startswith("disk: ")
    assert found["clock"]["state"] == "ok"
    assert found["timezone"]["message"].endswith("in Europe/Paris")
    assert found["smtp:marie"]["message"] == (
        f"marie, 127.0.0.1:{server.port}: answers, in clear on this machine, login accepted"
    )
    assert found["dns:atelier.example"]["state"] == "skipped"
    assert found["python"]["state"] == found["sqlite"]["state"] == "ok"
    assert "libreoffice" in found
    assert server.received == []
    assert server.connections == 2
    assert server.open_now == 0
    assert shown.code == 0
    assert PASSWORD not in shown.out + shown.err + str(found)


@pytest.mark.parametrize(
    ("password", "state", "told"),
    [
        ("wrong", "error", "refuses the login: 535"),
        ("", "skipped", "not asked, because a secret is missing"),
    ],
)
def test_a_login_that_fails_is_told_without_the_password(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, password: str, state: str, told: str
) -> None:
    monkeypatch.setenv("MARIE_PASSWORD", password)
    with SmtpServer(login=("marie", PASSWORD)) as server:
        workspace.settings(server.port, smtp=LOGIN)
        found = checks(workspace, code=1)

    assert found["smtp:marie"]["state"] == state
    assert told in found["smtp:marie"]["message"]
    missing = found["secret:env:MARIE_PASSWORD"]
    assert missing["state"] == ("ok" if password else "error")
    assert server.received == []


def test_a_dead_port_is_told_at_once_and_only_when_asked(workspace: Workspace) -> None:
    with SmtpServer() as server:
        workspace.settings(server.port)
    found = checks(workspace, code=1)
    assert found["smtp:marie"]["state"] == "error"
    assert f"127.0.0.1:{server.port} cannot be reached" in found["smtp:marie"]["message"]

    offline = checks(workspace, "--offline")
    assert offline["smtp"]["message"] == "mail servers: not asked, because of --offline"
    assert offline["dns"]["state"] == offline["smtp"]["state"] == "skipped"
    assert "smtp:marie" not in offline


def test_each_fallback_is_greeted(workspace: Workspace) -> None:
    with SmtpServer() as first, SmtpServer({"EHLO": "550 go away"}) as second:
        workspace.settings(first.port)
        lines = (workspace.folder / "outreach.yaml").read_text()
        one = f"{{host: 127.0.0.1, port: {first.port}, security: none, connections: 4}}"
        two = one.replace(str(first.port), str(second.port))
        workspace.write("outreach.yaml", lines.replace(one, f"[{one}, {two}]"))
        found = checks(workspace, code=1)

    assert (found["smtp:marie"]["state"], found["smtp:marie:2"]["state"]) == ("ok", "error")


async def _greeted(port: int) -> None:
    server = Server(host="127.0.0.1", port=port, security=Security.NONE)
    await greet(server, str, seconds=0.2)


def test_a_server_that_says_nothing_is_not_waited_for() -> None:
    import asyncio

    with SmtpServer({"GREETING": SILENCE}) as server, pytest.raises(ServerDown):
        asyncio.run(_greeted(server.port))


def test_a_rehearsal_greets_no_real_server(workspace: Workspace) -> None:
    workspace.settings(host="smtp.atelier.example", security="tls")
    found = checks(workspace, now="2027-03-01T09:00")
    assert found["smtp:marie"]["state"] == "skipped"
    assert "--now cannot be used" in found["smtp:marie"]["message"]


def test_broken_settings_are_told_with_all_their_errors_and_the_machine_is_looked_at(
    workspace: Workspace,
) -> None:
    workspace.write("outreach.yaml", "locale: fr_FR\ncontry: FR\ntimezone: Europe/Pari\n")

    answer = workspace.ok("doctor", code=1)["checks"]

    told = [check["message"] for check in answer if check["name"] == "settings"]
    assert len(told) == 2
    assert "outreach.yaml:2:1" in told[0]
    assert "outreach.yaml:3:11" in told[1]
    assert [check["state"] for check in answer if check["name"] == "store"] == ["skipped"]
    assert "python" in [check["name"] for check in answer]


def test_without_a_workspace_it_says_how_to_make_one(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (workspace.folder / "outreach.yaml").unlink()
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    found = checks(workspace, code=1)
    assert found["settings"]["hint"] == "make a workspace with: outreach init DIR"


def test_a_missing_folder_and_an_open_secret_are_looked_at(workspace: Workspace) -> None:
    secret = workspace.write("password", PASSWORD)
    secret.chmod(0o644)
    with SmtpServer(login=("marie", PASSWORD)) as server:
        workspace.settings(server.port, smtp=", user: marie, password: file:password")
        found = checks(workspace)
        secret.chmod(0o600)
        closed = checks(workspace)

    assert found["campaigns"]["state"] == "warning"
    assert found["templates"]["state"] == "ok"
    assert found["secret:file:password"]["hint"] == "take that right away: chmod 600 password"
    assert closed["secret:file:password"]["state"] == "ok"


def test_a_dkim_key_that_cannot_sign_is_broken(workspace: Workspace) -> None:
    workspace.write("key.pem", "no key").chmod(0o600)
    lines = (workspace.folder / "outreach.yaml").read_text()
    dkim = "    dkim: {domain: atelier.example, selector: s1, key: file:key.pem}\n"
    workspace.write("outreach.yaml", lines + dkim)

    found = checks(workspace, "--offline", code=1)

    assert found["secret:file:key.pem"]["state"] == "ok"
    assert found["dkim:s1.atelier.example"]["state"] == "error"


HOLDER = """
import sys, time
from pathlib import Path
from outreach.runner.lock import hold
with hold(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_run_under_way_is_named_and_does_not_mind(workspace: Workspace) -> None:
    data = workspace.folder / "data"
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(data)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        found = checks(workspace, "--offline")
    finally:
        process.kill()
        process.communicate()

    assert found["lock"]["state"] == "warning"
    assert f"process {process.pid}, since " in found["lock"]["message"]
    assert checks(workspace, "--offline")["lock"]["message"] == "lock: no run is under way here"


def test_a_store_that_is_not_there_is_not_made(workspace: Workspace) -> None:
    assert checks(workspace, "--offline")["store"]["state"] == "skipped"
    assert not (workspace.folder / "data").exists()


def test_a_file_that_is_no_store_is_broken_and_left_as_it_is(workspace: Workspace) -> None:
    path = workspace.write("data/outreach.db", b"no database at all" * 100)
    found = checks(workspace, "--offline", code=1)
    assert found["store"]["state"] == "error"
    assert path.read_bytes() == b"no database at all" * 100


def test_a_database_server_that_is_down_is_broken_and_its_password_stays_secret(
    workspace: Workspace,
) -> None:
    workspace.settings(more=f"store: postgresql://marie:{PASSWORD}@127.0.0.1:1/base\n")
    shown = workspace.run("doctor", "--offline")
    assert shown.code == 1
    assert "broken" in shown.out
    assert PASSWORD not in shown.out + shown.err


def test_either_database_is_looked_at(workspace: Workspace, base: Database) -> None:
    found = checks(workspace, "--offline")
    assert found["store"]["state"] == "ok"
    assert ("store.integrity" in found) == base.is_sqlite
    assert ("PostgreSQL 1" in found["store"]["message"]) == (not base.is_sqlite)

    with base.alone():
        held = checks(workspace, "--offline")
    assert ("store.lock" in held) == (not base.is_sqlite)


def test_a_clock_before_the_newest_event_is_told(workspace: Workspace) -> None:
    workspace.townspeople(1)
    assert checks(workspace, "--offline")["clock"]["state"] == "ok"
    found = checks(workspace, "--offline", now="2020-01-01T09:00")
    assert found["clock"]["state"] == "warning"
    assert "the newest event was written on" in found["clock"]["message"]


def test_the_listing_keeps_to_eighty_columns_and_puts_hints_under_what_they_are_about(
    workspace: Workspace,
) -> None:
    with SmtpServer() as server:
        pass
    workspace.settings(server.port)
    shown = workspace.run("doctor")

    assert shown.code == 1
    lines = shown.out.splitlines()
    headings = [line for line in lines if line and not line.startswith(" ")]
    assert headings[:-1] == [
        "Settings", "Contact base", "Mail servers", "Domains of the senders", "This machine",
    ]  # fmt: skip
    assert "  not checked  contact base: not there yet, made by the first import" in lines
    assert "               → check `host:` and `port:` of marie in outreach.yaml, the" in lines
    assert headings[-1].startswith("1 thing is broken, ")
    assert [line for line in lines if len(line) > 80 and str(workspace.folder) not in line] == []


def test_a_french_workspace_is_told_everything_in_french(workspace: Workspace) -> None:
    lines = (workspace.folder / "outreach.yaml").read_text()
    english = checks(workspace, "--offline")
    workspace.write("outreach.yaml", lines.replace("en_GB", "fr_FR"))
    french = checks(workspace, "--offline")

    # The same in both languages: the name of a program and its version.
    said = {name: (check["message"], check["hint"]) for name, check in english.items()}
    same = [name for name, check in french.items() if said[name][0] == check["message"]]
    assert same == ["sqlite"]
    assert [n for n, check in french.items() if check["hint"] and said[n][1] == check["hint"]] == []

    shown = workspace.run("doctor", "--offline").out.splitlines()
    assert [line for line in shown if len(line) > 80 and str(workspace.folder) not in line] == []
    words = ("Settings", "Contact base", "This machine", "not checked")
    assert [line for line in shown for word in words if word in line] == []
