"""Acceptance of issue line 4.3: copies, a campaign that starts late, a run that is interrupted."""

from __future__ import annotations

import json
import shutil
import signal
from collections import Counter
from collections.abc import Callable

import psycopg
import pytest
from postgres import PostgresServer
from smtp_servers import SmtpServer
from workspaces import Workspace, until

MONDAY, TUESDAY, WEDNESDAY, THURSDAY = (f"2027-03-0{day}T10:00" for day in (1, 2, 3, 4))


def sent_folder(workspace: Workspace, server: SmtpServer) -> str:
    """What the server took, as the files that a mail program exports."""
    for number, (_, content) in enumerate(server.received):
        workspace.write(f"sent/{number}.eml", content)
    return "sent"


def put_back_by_hand(workspace: Workspace) -> Callable[[], None]:
    """`cp data/outreach.db monday.db`, and on another day the other way round."""
    base = workspace.folder / "data" / "outreach.db"
    shutil.copy(base, workspace.folder / "monday.db")
    return lambda: shutil.copy(workspace.folder / "monday.db", base)


def restored(workspace: Workspace) -> Callable[[], None]:
    """`store backup`, and on another day `store restore`."""
    workspace.ok("store", "backup", "monday.db")
    return lambda: workspace.ok("store", "restore", "monday.db", "--confirm", "6")


def copied_into_another_folder(workspace: Workspace) -> Callable[[], None]:
    """The file of the base alone, in the data folder of another workspace."""
    base = workspace.folder / "data" / "outreach.db"
    (workspace.folder / "elsewhere").mkdir()
    copy = workspace.folder / "elsewhere" / "outreach.db"
    shutil.copy(base, copy)
    settings = workspace.folder / "outreach.yaml"
    return lambda: settings.write_text(f"{settings.read_text()}store: sqlite:///{copy}\n")


def whole_folder_put_back(workspace: Workspace) -> Callable[[], None]:
    """`rm -r data; cp -r monday data`: the new file may get the number (inode) of the old one.

    Where the disk gives the number again, it is made to.
    """
    data = workspace.folder / "data"
    shutil.copytree(data, workspace.folder / "monday")

    def put_back() -> None:
        number = (data / "outreach.db").stat().st_ino
        shutil.rmtree(data)
        data.mkdir()
        files = (data / f"new-{count}" for count in range(50))
        for file in files:
            file.touch()
            if file.stat().st_ino == number:
                file.rename(data / "outreach.db")
                break
        shutil.copytree(workspace.folder / "monday", data, dirs_exist_ok=True)

    return put_back


@pytest.mark.parametrize(
    "copied",
    [put_back_by_hand, restored, copied_into_another_folder, whole_folder_put_back],
)
def test_the_base_of_monday_sends_nothing_on_wednesday_before_somebody_said_so(
    workspace: Workspace, copied: Callable[[Workspace], Callable[[], None]]
) -> None:
    """Two leave a day; those of Tuesday are unknown to Monday's base, and found in Sent."""
    people = workspace.townspeople(6)
    workspace.campaign("spring")
    workspace.launch("spring", now=MONDAY)
    with SmtpServer() as server:
        workspace.settings(server.port, limits="{per_day: 2}")
        assert workspace.ok("run", now=MONDAY)["sent"] == 2
        put_back = copied(workspace)
        assert workspace.ok("run", now=TUESDAY)["sent"] == 2
        put_back()

        before = server.connections
        for words in (["run"], ["run", "spring", "--limit", "1"], ["run", "--quiet"], ["run"]):
            refused = workspace.run(*words, now=WEDNESDAY)
            assert refused.code == 1, (words, refused)
            assert "outreach store confirm" in refused.err, (words, refused)
        (error,) = workspace.run("run", "--json", now=WEDNESDAY).errors
        assert "outreach store confirm" in error["hint"]
        for words in (["status"], ["status", "spring"]):
            assert "outreach store confirm" in workspace.run(*words, now=WEDNESDAY).err
        findings = workspace.run("doctor", "--offline", "--json", now=WEDNESDAY)
        assert (findings.code, "outreach store confirm" in findings.out) == (1, True)
        workspace.ok("store", "confirm", "--dry-run", now=WEDNESDAY)
        would = workspace.ok("run", "--dry-run", now=WEDNESDAY)["would"]
        assert (would["sent"], workspace.run("run", now=WEDNESDAY).code) == (2, 1)
        assert workspace.by_state("spring") == {"sent": 2, "due": 4}
        assert (server.connections, len(server.received)) == (before, 4)

        workspace.ok("store", "confirm", "--from", sent_folder(workspace, server), now=WEDNESDAY)
        assert workspace.by_state("spring") == {"sent": 4, "due": 2}
        assert workspace.ok("run", now=WEDNESDAY)["sent"] == 2
        assert workspace.ok("run", now=THURSDAY)["remaining"] == 0
    assert sorted(server.recipients) == people


def test_a_postgresql_base_that_was_copied_asks_too(
    workspace: Workspace, postgres: PostgresServer
) -> None:
    """`CREATE DATABASE … TEMPLATE …` is how one is copied; the first one goes on as before."""
    people = workspace.townspeople(3)
    workspace.campaign("spring")
    with (
        postgres.fresh_database() as url,
        postgres.fresh_database() as copy,
        SmtpServer() as server,
    ):
        name, other = (one.partition("?")[0].rsplit("/", 1)[1] for one in (url, copy))
        workspace.settings(server.port, limits="{per_day: 1}", more=f"store: {url}\n")
        workspace.townspeople(3)
        workspace.launch("spring", now=MONDAY)
        assert workspace.ok("run", now=MONDAY)["sent"] == 1
        with psycopg.connect(postgres.admin_url, autocommit=True) as admin:
            admin.execute(f'DROP DATABASE "{other}"')
            admin.execute(f'CREATE DATABASE "{other}" TEMPLATE "{name}"')
        workspace.settings(server.port, limits="{}", more=f"store: {copy}\n")
        refused = workspace.run("run", now=TUESDAY)
        assert (refused.code, len(server.received)) == (1, 1)
        assert "outreach store confirm" in refused.err
        workspace.settings(server.port, limits="{per_day: 1}", more=f"store: {url}\n")
        assert workspace.ok("run", now=TUESDAY)["sent"] == 1
        workspace.settings(server.port, limits="{}", more=f"store: {copy}\n")
        assert workspace.run("run", now=WEDNESDAY).code == 1
        workspace.ok("store", "confirm", "--from", sent_folder(workspace, server), now=WEDNESDAY)
        assert workspace.ok("run", now=WEDNESDAY)["sent"] == 1
    assert sorted(server.recipients) == people


def test_a_backup_made_while_a_run_sends_is_put_back_and_knows_its_doubt(
    workspace: Workspace,
) -> None:
    """What was on the wire when the copy was made is found in Sent, like all that left later."""
    people = workspace.townspeople(10)
    workspace.campaign("spring")
    workspace.launch("spring")
    with SmtpServer(delay=0.2) as server:
        workspace.settings(server.port, connections=2)
        run = workspace.start("run")
        until(lambda: len(server.received) >= 2, run)
        workspace.ok("store", "backup", "copy.db")
        at_the_copy = len(server.received)
        run.communicate(timeout=30)
        assert (run.returncode, at_the_copy < 10) == (0, True)
        workspace.ok("store", "restore", "copy.db", "--confirm", "10")
        assert workspace.run("run").code == 1
        workspace.ok("store", "confirm", "--from", sent_folder(workspace, server))
        done = workspace.ok("run")
        assert (done["sent"], done["unknown"], done["remaining"]) == (0, 0, 0)
        assert workspace.by_state("spring") == {"sent": 10}
    assert sorted(server.recipients) == people


# --- too late -------------------------------------------------------------------------------------


def test_a_campaign_that_starts_late_sends_on_its_last_day_and_never_after(
    workspace: Workspace,
) -> None:
    """`not_after` is a day, all of it by the clock of Paris; those left over are told why."""
    people = workspace.townspeople(5)
    head = "alongside: true\nstart: 2027-03-08\nnot_after: 2027-03-10\n"
    for name in ("missed", "last", "midnight", "busy"):
        workspace.campaign(name, head=head)
    with SmtpServer({"RCPT": "451 4.3.2 later"}, times=1, only_for="p003") as server:
        workspace.settings(server.port)
        for name in ("missed", "last", "midnight", "busy"):
            workspace.launch(name, now=MONDAY)
        # Not before its first day, whoever asks.
        early = workspace.ok("run", now="2027-03-07T23:59")
        assert (early["sent"], early["not_before"]) == (0, "2027-03-08T00:00:00+01:00")

        assert workspace.ok("run", "busy", now="2027-03-10T20:00")["deferred"] == 1
        assert workspace.ok("run", "last", now="2027-03-10T23:59:30")["sent"] == 5
        # Two a minute: at 23:59:10 and 23:59:40; the next would be tomorrow.
        workspace.settings(server.port, limits="{per_minute: 2}")
        workspace.ok("run", "midnight", now="2027-03-10T23:59:10")
        assert workspace.by_state("midnight").get("sent", 0) <= 2
        workspace.settings(server.port)
        before = len(server.received)
        for day in ("11", "12"):
            assert workspace.ok("run", now=f"2027-03-{day}T09:00")["sent"] == 0
        assert len(server.received) == before
        assert workspace.by_state("missed") == {"skipped": 5}
        assert workspace.by_state("busy") == {"sent": 4, "skipped": 1}
        assert workspace.by_state("last") == {"sent": 5}
        midnight = workspace.by_state("midnight")
        assert midnight == {"sent": midnight["sent"], "skipped": 5 - midnight["sent"]}
        for name in ("missed", "busy", "last", "midnight"):
            told = workspace.ok("status", name, now="2027-03-12T09:00")
            assert told["state"] == "finished", name
        why = workspace.run("why", people[2], "missed", now="2027-03-12T09:00").out
        assert "last day" in why, why


# --- interrupted ----------------------------------------------------------------------------------


@pytest.mark.parametrize("how", [(signal.SIGTERM,), (signal.SIGINT, signal.SIGINT)])
def test_an_interrupted_run_finishes_the_wire_and_gives_back_the_rest(
    workspace: Workspace, how: tuple[signal.Signals, ...]
) -> None:
    """systemd says SIGTERM once, somebody impatient presses Ctrl-C twice: nobody twice or lost."""
    people = workspace.townspeople(16)
    workspace.campaign("spring")
    workspace.launch("spring")
    with SmtpServer(delay=0.25) as server:
        workspace.settings(server.port, connections=2)
        run = workspace.start("run", "--json")
        until(lambda: len(server.received) >= 2, run)
        for one in how:
            run.send_signal(one)
            until(lambda: True)
        out, err = run.communicate(timeout=30)
        assert run.returncode == 130, (out, err)
        assert "Traceback" not in err
        until(lambda: server.open_now == 0)
        told, kept = json.loads(out), len(server.received)
        assert kept < 16
        states = workspace.by_state("spring")
        assert set(states) <= {"sent", "due", "unknown"}
        assert states["due"] == told["remaining"] == 16 - states["sent"] - states.get("unknown", 0)
        if how == (signal.SIGTERM,):
            assert states == {"sent": kept, "due": 16 - kept}
        server.delay = 0
        doubt = workspace.run("run", "--json").code == 6
        assert doubt == ("unknown" in states)
    assert max(Counter(server.recipients).values()) == 1
    if not doubt:
        assert sorted(server.recipients) == people
