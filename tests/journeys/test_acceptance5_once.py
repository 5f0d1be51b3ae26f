"""Acceptance of issue 5, lines 4.1, 4.2 and 4.3: exactly once, whatever happens beside a run.

Not the chaos of kills (`test_chaos.py`): what other people and other processes do between the
death of a run and the next one, or while one sends.
"""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from postgres import PostgresServer
from smtp_servers import HANG_UP, SmtpServer
from workspaces import Workspace, mail, until

from outreach.store.engine import Database

MONDAY = "2027-03-01T09:00"
TUESDAY = "2027-03-02T09:00"
REMINDED = mail() + mail("reminder", "after: mail + 5 days")


def killed(workspace: Workspace, people: int = 20, *, steps: str = "") -> tuple[list[str], ...]:
    """Everybody, and who had got a mail when the run was killed; two more were on the wire."""
    everybody = workspace.townspeople(people)
    workspace.campaign("spring", steps=steps)
    workspace.launch("spring")
    with SmtpServer(delay=0.2) as server:
        workspace.settings(server.port, connections=2)
        run = workspace.start("run")
        until(lambda: len(server.received) >= 4, run)
        time.sleep(0.1)
        run.kill()
        run.communicate()
        until(lambda: server.open_now == 0)
        return everybody, list(server.recipients)


def doubtful(workspace: Workspace, people: int, *, steps: str = "", head: str = "") -> list[str]:
    """So many messages that the server kept without a word, on Monday; the addresses."""
    everybody = workspace.townspeople(people)
    workspace.campaign("spring", steps=steps, head=head)
    workspace.launch("spring", now=MONDAY)
    with SmtpServer({"BODY": HANG_UP}) as server:
        workspace.settings(server.port)
        assert workspace.ok("run", now=MONDAY, code=6)["unknown"] == people
    return everybody


def claimed(workspace: Workspace) -> list[str]:
    """Whom the run that was killed had promised a message."""
    with closing(sqlite3.connect(workspace.folder / "data" / "outreach.db")) as base:
        rows = base.execute(
            "SELECT email FROM delivery JOIN contact ON contact.id = contact_id"
            " WHERE delivery.state = 'claimed'"
        ).fetchall()
    return [who for (who,) in rows]


def in_doubt(workspace: Workspace) -> set[str]:
    return {row["email"] for row in workspace.run("settle", "--json").json["unknown"]}


def run_to_the_end(workspace: Workspace, before: list[str], everybody: list[str]) -> set[str]:
    """One more run: nobody twice, nobody forgotten; who is in doubt."""
    with SmtpServer() as server:
        workspace.settings(server.port)
        done = workspace.run("run", "--json")
        doubt = in_doubt(workspace)
        assert done.code == (6 if doubt else 0), done
    got = Counter([*before, *server.recipients])
    assert max(got.values()) == 1
    assert set(everybody) == set(got) | doubt
    assert not [path for path in flights(workspace) if "of" in path.suffix]
    return doubt


def flights(workspace: Workspace) -> list[Path]:
    return list((workspace.folder / "data" / "flight").iterdir())


# --- the chain ends while a message is in doubt ---------------------------------------------------


def test_who_replied_while_in_doubt_gets_nothing_more_whatever_is_said(
    workspace: Workspace,
) -> None:
    """Said not to have been sent, it is cancelled with its reason; nothing stays due for ever."""
    one, two, three = doubtful(workspace, 3, steps=REMINDED)
    workspace.ok("record", one, "replied", now=TUESDAY)
    workspace.ok("record", two, "replied", now=TUESDAY)
    workspace.ok("settle", "--not-sent", one, "--not-sent", three, now=TUESDAY, code=6)
    workspace.ok("settle", "--sent", two, now=TUESDAY)
    assert workspace.by_state("spring") == {"cancelled": 1, "sent": 1, "due": 1}
    story = workspace.ok("why", one)["campaigns"][0]
    assert (story["past"][-1]["kind"], story["next"]["reason"]) == ("cancelled", "replied")

    with SmtpServer() as server:
        workspace.settings(server.port)
        first = workspace.ok("run", now="2027-03-03T09:00")
        assert (first["sent"], first["skipped"], first["remaining"]) == (1, 0, 0)
        assert first["not_before"] == "2027-03-08T09:00:00+01:00"
        workspace.ok("run", now="2027-03-08T09:00")
    assert server.recipients == [three, three]
    assert workspace.ok("status", "spring")["state"] == "finished"


def test_a_campaign_stopped_after_a_kill_or_in_doubt_leaves_nothing_due(
    workspace: Workspace,
) -> None:
    """Neither what the dead run had claimed and not begun, nor what is said not to be sent."""
    everybody, got = killed(workspace, 12)
    assert len(claimed(workspace)) > 2
    replied = claimed(workspace)[-1]
    workspace.ok("record", replied, "replied")
    workspace.ok("stop", "spring", "--yes")

    assert run_to_the_end_stopped(workspace) == 2
    states = workspace.by_state("spring")
    assert states == {"sent": len(got), "unknown": 2, "cancelled": 12 - len(got) - 2}
    assert workspace.ok("settle", "--not-sent", "all")["not_sent"] == 2
    assert workspace.by_state("spring") == {"sent": len(got), "cancelled": 12 - len(got)}
    assert len(everybody) == 12


def run_to_the_end_stopped(workspace: Workspace) -> int:
    with SmtpServer() as server:
        workspace.settings(server.port)
        unknown: int = workspace.ok("run", code=6)["unknown"]
        assert server.received == []
    return unknown


def test_a_message_deferred_after_its_chain_ended_is_not_tried_again(workspace: Workspace) -> None:
    one, two = workspace.townspeople(2)
    workspace.campaign("spring")
    workspace.launch("spring")
    with SmtpServer({"BODY_LOST": "451 4.3.0 later"}, delay=1) as server:
        workspace.settings(server.port)
        run = workspace.start("run", "--json")
        until(lambda: server.open_now == 2, run)
        time.sleep(0.3)
        workspace.ok("record", one, "replied")
        out, err = run.communicate(timeout=30)
    assert json.loads(out)["deferred"] == 2, err
    assert workspace.by_state("spring") == {"cancelled": 1, "due": 1}
    assert workspace.next_of(one)["reason"] == "replied"
    assert "tried again" in workspace.next_of(two)["what"]


def test_the_follow_up_of_a_doubt_waits_for_the_word_and_counts_from_the_day_it_left(
    workspace: Workspace,
) -> None:
    """Sent: five days after Monday, long over. Not sent: five days after it really left."""
    one, two, three = doubtful(workspace, 3, steps=REMINDED)
    april = "2027-04-01T09:00"
    with SmtpServer() as server:
        workspace.settings(server.port)
        assert workspace.ok("run", now=april, code=6)["sent"] == 0
        assert "nobody knows" in workspace.next_of(three)["what"]
        assert "Nobody knows whether 3 messages arrived" in workspace.run("status").out
        workspace.ok("settle", "--sent", one, "--not-sent", two, now=april, code=6)
        assert workspace.next_of(one)["at"][:10] == "2027-03-06"
        assert workspace.ok("run", now=april, code=6)["sent"] == 2
        assert Counter(server.recipients) == {one: 1, two: 1}
        assert workspace.next_of(two)["at"] == "2027-04-06T09:00:00+02:00"
        assert workspace.ok("run", now="2027-04-06T09:00", code=6)["sent"] == 1
    assert server.recipients[-1] == two


def test_a_doubt_settled_after_the_last_day_does_not_leave(workspace: Workspace) -> None:
    (one,) = doubtful(workspace, 1, head="not_after: 2027-03-02\n")
    workspace.ok("settle", "--not-sent", one, now="2027-03-05T09:00")
    with SmtpServer() as server:
        workspace.settings(server.port)
        assert workspace.ok("run", now="2027-03-05T09:00")["skipped"] == 1
        assert workspace.ok("run", now="2027-03-06T09:00")["skipped"] == 0
    assert server.received == []
    assert workspace.ok("status", "spring")["state"] == "finished"
    assert "last day has passed" in workspace.run("why", one).out


# --- between the death and the next run -----------------------------------------------------------


def test_files_deleted_after_a_kill_hide_no_doubt_and_lose_nobody(workspace: Workspace) -> None:
    """Without the campaign's file it goes on as launched; without its template it stops, and says
    the doubt first (6), then what is to be mended (1)."""
    everybody, got = killed(workspace)
    campaign = workspace.folder / "campaigns" / "spring.yaml"
    template = workspace.folder / "templates" / "mail.html.j2"
    written, text = campaign.read_text(), template.read_text()
    template.unlink()
    missing = workspace.run("run")
    assert (missing.code, "no template 'mail.html.j2'" in missing.err) == (6, True)
    assert len(in_doubt(workspace)) == 2
    workspace.ok("settle", "--not-sent", "all")
    assert workspace.run("run").code == 1

    template.write_text(text)
    campaign.unlink()
    assert run_to_the_end(workspace, got, everybody) == set()
    assert workspace.by_state("spring") == {"sent": 20}
    campaign.write_text(written)


def test_a_garbled_journal_and_folders_beside_it_make_doubt_and_no_trouble(
    workspace: Workspace,
) -> None:
    everybody, got = killed(workspace)
    promised = set(claimed(workspace))
    (journal,) = flights(workspace)
    good = journal.read_bytes()
    journal.write_bytes(b"\x00\xff" * 300)
    (journal.parent / "old").mkdir()
    (journal.parent / ".DS_Store").write_bytes(b"\x00\x01")

    assert run_to_the_end(workspace, got, everybody) == promised
    # Who had it when the run was killed, before that was written down, has it: by word.
    for who in sorted(promised & set(got)):
        workspace.ok("settle", "--sent", who, code=6 if in_doubt(workspace) - {who} else 0)
    # The journal comes back from a backup of the folder: it is of a run that is done with.
    workspace.ok("settle", "--not-sent", "all")
    journal.write_bytes(good)
    assert run_to_the_end(workspace, got, sorted(promised | set(got))) == set()
    assert workspace.by_state("spring") == {"sent": 20}


def test_a_recovery_that_is_killed_again_and_again_adds_no_doubt(workspace: Workspace) -> None:
    everybody, got = killed(workspace)
    for seconds in (0.4, 0.6, 0.8):
        again = workspace.start("run")
        time.sleep(seconds)
        again.kill()
        again.communicate()
    assert len(run_to_the_end(workspace, got, everybody)) == 2


def test_a_clock_that_was_wrong_holds_nothing_back_for_years(workspace: Workspace) -> None:
    """Three left "in 2030"; put right, the clock makes nobody wait for 2030."""
    workspace.townspeople(6)
    workspace.campaign("spring")
    workspace.launch("spring", now=MONDAY)
    with SmtpServer() as server:
        workspace.settings(server.port, limits="{per_hour: 3, per_day: 4, gap: 40-90}")
        for at in ("09:00", "09:05", "09:10"):
            assert workspace.ok("run", "--limit", "1", now=f"2030-03-01T{at}")["sent"] == 1
        workspace.ok("run", now=MONDAY)
        for at in ("09:10", "09:20", "09:30"):
            workspace.ok("run", "--limit", "1", now=f"2027-03-01T{at}")
    assert sorted(server.recipients) == [f"p{number:03}@mail.example" for number in range(1, 7)]


def test_what_a_clock_that_was_ahead_has_deferred_is_tried_again_once_it_is_right(
    base: Database, workspace: Workspace
) -> None:
    """Three days ahead: so is the Date; the follow-up that is planned for later stays there."""
    settings = (workspace.folder / "outreach.yaml").read_text()
    store = "".join(line + "\n" for line in settings.splitlines() if line.startswith("store:"))
    one, two = workspace.townspeople(2)
    workspace.campaign("spring", steps=mail() + mail("again", "after: mail + 30 days"))
    with SmtpServer({"RCPT": "450 4.2.0 greylisted"}, only_for=two) as server:
        workspace.settings(server.port, more=store)
        workspace.launch("spring", now=MONDAY)
        assert workspace.ok("run", "--limit", "1", now=MONDAY)["sent"] == 1
        late = workspace.ok("run", now="2027-03-04T09:00")
        assert late["deferred"] == 1
        server.faults.clear()
        assert workspace.next_of(two)["at"][:10] == "2027-03-04"
        done = workspace.ok("run", now="2027-03-01T10:00")
    assert (done["sent"], server.recipients) == (1, [one, two])
    assert b"Date: Mon, 01 Mar 2027 10:00:00 +0100\r\n" in server.received[1][1]
    assert workspace.next_of(one)["at"][:10] == "2027-03-31"


def test_a_doubt_is_settled_by_a_clock_that_was_set_back(workspace: Workspace) -> None:
    one, two = doubtful(workspace, 2, steps=REMINDED)
    earlier = "2027-02-20T09:00"
    with SmtpServer() as server:
        workspace.settings(server.port)
        assert workspace.ok("run", now=earlier, code=6)["sent"] == 0
        ids = {row["email"]: row for row in workspace.ok("settle", code=6)["unknown"]}
        workspace.ok("settle", "--sent", one, "--not-sent", two, now=earlier)
        assert workspace.next_of(one)["at"][:10] == "2027-03-06"
        assert workspace.ok("run", now=earlier)["sent"] == 1
    ((who, content),) = server.received
    assert who == two
    assert f"Message-ID: {ids[two]['message_id']}\r\n".encode() in content
    assert b"Date: Mon, 01 Mar 2027 09:00:00 +0100\r\n" in content


# --- while a run sends ----------------------------------------------------------------------------


def test_what_is_changed_while_a_run_sends_holds_for_whoever_is_still_to_come(
    workspace: Workspace,
) -> None:
    workspace.townspeople(10)
    workspace.campaign("spring")
    workspace.launch("spring")
    with SmtpServer() as server:
        workspace.settings(server.port, connections=1, limits="{per_second: 5}")
        run = workspace.start("run", "--json")
        until(lambda: server.received, run)
        *_, moved, nameless, opposed, replied = sorted(
            {f"p{number:03}@mail.example" for number in range(1, 11)} - set(server.recipients)
        )
        workspace.ok("suppress", "add", opposed)
        workspace.ok("record", replied, "replied")
        workspace.ok("contacts", "set", moved, "email=new@other.example")
        workspace.ok("contacts", "set", nameless, "last_name=")
        workspace.ok("store", "backup", "copy.db")
        before = len(server.received)
        out, err = run.communicate(timeout=60)
    assert before < 6, "the machine was too slow to try anything"
    assert (run.returncode, json.loads(out)["held"]) == (4, 1), err
    assert len(server.recipients) == len(set(server.recipients)) == 7
    assert "new@other.example" in server.recipients
    assert not {opposed, replied, moved, nameless} & set(server.recipients)
    assert workspace.by_state("spring") == {"sent": 7, "held": 1, "cancelled": 2}


def test_two_workspaces_that_share_one_base_never_run_together(
    workspace: Workspace, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor may one settle what the other is just sending."""
    people = workspace.townspeople(8)
    workspace.campaign("spring")
    workspace.launch("spring")
    base = workspace.folder / "data" / "outreach.db"
    other = Workspace(tmp_path_factory.mktemp("other"))
    shutil.copytree(workspace.folder / "campaigns", other.folder / "campaigns")
    with SmtpServer(holds=True) as server:
        workspace.settings(server.port, connections=2)
        other.settings(server.port, more=f"store: sqlite:///{base}\n")
        run = workspace.start("run")
        until(lambda: server.open_now, run)
        monkeypatch.chdir(other.folder)
        for words in (("run",), ("settle", "--not-sent", "all")):
            refused = other.run(*words, "--json")
            assert (refused.code, f"process {run.pid}" in refused.out) == (5, True), refused
        server.holds = False
        run.communicate(timeout=60)
    assert run.returncode == 0
    assert sorted(server.recipients) == people


def test_a_base_that_somebody_else_locks_for_a_moment_is_waited_for(workspace: Workspace) -> None:
    people = workspace.townspeople(12)
    workspace.campaign("spring")
    workspace.launch("spring")
    with SmtpServer(delay=0.1) as server:
        workspace.settings(server.port, connections=2)
        run = workspace.start("run")
        until(lambda: len(server.received) >= 2, run)
        with closing(
            sqlite3.connect(workspace.folder / "data" / "outreach.db", isolation_level=None)
        ) as somebody:
            somebody.execute("BEGIN IMMEDIATE")
            time.sleep(1)
        out, err = run.communicate(timeout=30)
    assert run.returncode == 0, (out, err)
    assert sorted(server.recipients) == people


def test_people_are_imported_into_postgresql_while_a_run_sends(
    workspace: Workspace, postgres: PostgresServer
) -> None:
    """The lock of a run is not the turn that imports take; it lasts as long as the run."""
    with postgres.fresh_database() as url:
        with SmtpServer(delay=2) as server:
            workspace.settings(server.port, connections=1, more=f"store: {url}\n")
            workspace.townspeople(1)
            workspace.campaign("spring")
            workspace.launch("spring")
            run = workspace.start("run")
            until(lambda: server.open_now, run)
            workspace.ok("contacts", "import", "people.csv")
            before = len(server.received)
            run.communicate(timeout=30)
        assert (before, run.returncode, len(server.received)) == (0, 0, 1)


# --- how it ends ----------------------------------------------------------------------------------


def test_130_comes_before_6_and_6_before_4(workspace: Workspace) -> None:
    everybody = workspace.townspeople(7)
    workspace.campaign("spring")
    workspace.launch("spring")
    workspace.ok("contacts", "set", everybody[0], "last_name=")
    with SmtpServer({"BODY": HANG_UP}, times=1, delay=0.2) as server:
        workspace.settings(server.port, connections=1)
        run = workspace.start("run", "--json")
        until(lambda: len(server.received) >= 2, run)
        run.send_signal(signal.SIGINT)
        out, err = run.communicate(timeout=30)
        ended = json.loads(out)
        assert (run.returncode, ended["unknown"], ended["held"]) == (130, 1, 1), err
        server.delay = 0
        assert workspace.ok("run", code=6)["held"] == 1
        workspace.ok("settle", "--sent", "all")
        assert workspace.ok("run", code=4)["held"] == 1
    assert max(Counter(server.recipients).values()) == 1


def test_a_closed_terminal_finishes_the_wire_as_ctrl_c_does(workspace: Workspace) -> None:
    workspace.townspeople(80)
    workspace.campaign("spring")
    workspace.launch("spring")
    with SmtpServer(delay=0.3) as server:
        workspace.settings(server.port, connections=2)
        run: subprocess.Popen[str] = workspace.start("run")
        until(lambda: len(server.received) >= 2, run)
        run.send_signal(signal.SIGHUP)
        run.communicate(timeout=30)
        assert run.returncode == 130
    sent = len(server.received)
    assert workspace.by_state("spring") == {"sent": sent, "due": 80 - sent}
    assert flights(workspace) == []
