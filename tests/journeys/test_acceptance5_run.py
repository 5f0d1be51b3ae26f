"""Acceptance of issue line 4.9: `run`, the one command of cron, and what a terminal sees of it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections import Counter
from collections.abc import Callable

from smtp_servers import SmtpServer
from workspaces import PROGRAM, Workspace, mail, until

MONDAY = "2027-03-01T09:00"
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]")
SUMMARY = re.compile(
    r"\d+ sent, \d+ deferred, \d+ refused, \d+ unknown, \d+ held, \d+ skipped; \d+ remaining"
)


def readable(terminal: int) -> bool:
    """Whether there is something to read within a tenth of a second."""
    poll = select.poll()
    poll.register(terminal, select.POLLIN)
    return bool(poll.poll(100))


def in_a_terminal(
    workspace: Workspace, *words: str, ctrl_c: Callable[[str], bool] | None = None
) -> tuple[int, list[str]]:
    """The command in a terminal of 80 columns: its exit code, and every line it ever showed."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    environment = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES", "CI")}
    process = subprocess.Popen(
        [*PROGRAM, *words], cwd=workspace.folder, stdin=slave, stdout=slave, stderr=slave,
        env={**environment, "TERM": "xterm", "PYTHONUTF8": "1"}, start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )  # fmt: skip
    os.close(slave)
    shown, end = b"", time.monotonic() + 30
    while time.monotonic() < end:
        if readable(master):
            try:
                news = os.read(master, 65536)
            except OSError:
                break
            shown += news
        if ctrl_c and ctrl_c(CONTROL.sub("", shown.decode(errors="ignore"))):
            os.write(master, b"\x03")
            ctrl_c = None
    os.close(master)
    code = process.wait(timeout=30)
    # What the terminal itself echoes of the key is not the program's.
    lines = re.split(r"[\r\n]+", CONTROL.sub("", shown.decode()).replace("^C", ""))
    return code, [line for line in lines if line.strip()]


def test_a_terminal_of_eighty_columns_sees_a_bar_and_then_one_line(workspace: Workspace) -> None:
    """How many of how many, how fast, how long still; nothing of it is left behind or wraps."""
    workspace.townspeople(12)
    workspace.campaign("spring")
    workspace.launch("spring")
    with SmtpServer() as server:
        workspace.settings(server.port, limits="{per_second: 6}")
        code, lines = in_a_terminal(workspace, "run")
    assert (code, len(server.received)) == (0, 12)
    assert max(map(len, lines)) <= 80, lines
    bars = [line for line in lines if "/12" in line]
    assert bars, lines
    assert any(re.search(r"\d+(/s|/min)", line.replace("/12", "")) for line in bars), bars
    assert any(re.search(r"\d:\d\d", line) for line in bars), bars
    assert [line for line in lines if SUMMARY.search(line)] == [lines[-1]]
    assert lines[-1].startswith("12 sent, ")


def test_the_bar_says_why_it_waits_and_ctrl_c_ends_the_wait_with_130(
    workspace: Workspace,
) -> None:
    """Two a minute: after the first the run stays, as the next may leave within a minute.

    However long the reason is, the numbers beside it stay whole.
    """
    name = "marie-claire-du-service-commercial"
    workspace.townspeople(3)
    workspace.campaign("spring")
    files = [workspace.folder / "outreach.yaml", workspace.folder / "campaigns/spring.yaml"]

    def renamed() -> None:
        for path in files:
            path.write_text(path.read_text().replace("  marie:", f"  {name}:"))
            path.write_text(path.read_text().replace("sender: marie\n", f"sender: {name}\n"))

    renamed()
    workspace.launch("spring")
    with SmtpServer() as server:
        workspace.settings(server.port, limits="{per_minute: 2}")
        renamed()
        code, lines = in_a_terminal(workspace, "run", ctrl_c=lambda shown: "waits until" in shown)
        assert (code, len(server.received)) == (130, 1)
        waits = [line for line in lines if "waits until" in line]
        assert any(f"{name} sends" in line for line in waits), waits
        assert all(" 1/3 " in line for line in waits), waits
        assert max(map(len, lines)) <= 80, [line for line in lines if len(line) > 80]
        assert any(SUMMARY.search(line) and "1 sent" in line for line in lines), lines
        assert not any("Traceback" in line for line in lines)
        assert workspace.by_state("spring") == {"sent": 1, "due": 2}
        # Elsewhere than in a terminal there is no bar, and the answer is one line.
        quiet = workspace.run("run", "--limit", "0")
    assert quiet.err == ""
    assert SUMMARY.fullmatch(quiet.out.splitlines()[0])


def test_a_dry_run_names_whom_the_run_then_serves_in_that_order_and_at_that_time(
    workspace: Workspace,
) -> None:
    """With --limit, with --until, with a limit of the sender: what is told is what happens."""
    workspace.townspeople(9)
    workspace.campaign("spring")
    workspace.launch("spring", now=MONDAY)
    with SmtpServer() as server:
        workspace.settings(server.port, connections=1, limits="{per_minute: 4}")
        for words in (["--limit", "2"], ["--until", "2027-03-01T09:01"], []):
            now = "2027-03-01T09:00:00" if words else "2027-03-01T09:05:00"
            if words == ["--until", "2027-03-01T09:01"]:
                now = "2027-03-01T09:00:30"
            before = len(server.received)
            dry = workspace.ok("run", *words, "--dry-run", now=now)
            assert len(server.received) == before
            done = workspace.ok("run", *words, now=now)
            promised = [row["email"] for row in dry["messages"] if row["does"] == "leaves"]
            assert server.recipients[before:] == promised, words
            assert dry["would"]["sent"] == done["sent"]
            assert dry["would"]["remaining"] == done["remaining"]
            assert dry["not_before"] == done["not_before"]
            for row in dry["messages"]:
                assert "2027-03-01T09:0" in row["at"]
        sent = len(server.received)
    assert sent == 9
    assert set(Counter(server.recipients).values()) == {1}


def test_until_is_a_time_of_the_clock_or_an_instant_and_nothing_begins_after_it(
    workspace: Workspace,
) -> None:
    workspace.townspeople(10)
    workspace.campaign("spring")
    workspace.launch("spring", now=MONDAY)
    with SmtpServer() as server:
        workspace.settings(server.port, limits="{per_minute: 2}")
        # At 09:00:00, :30, 09:01:00, :30; none at 09:02 or later.
        assert workspace.ok("run", "--until", "09:02", now=MONDAY)["sent"] == 4
        wrong = workspace.run("run", "--until", "tea time", "--json")
        assert (wrong.code, "tea time" in wrong.out) == (2, True)
        none = workspace.run("run", "--limit", "-3", "--json")
        assert none.code == 2
        one = workspace.ok("run", "--until", "2027-03-02T09:01", "--limit", "1",
                           now="2027-03-02T09:00")  # fmt: skip
        assert (one["sent"], one["remaining"]) == (1, 5)
    assert len(server.received) == 5


def test_after_three_weeks_off_nothing_rushes_out_at_once(workspace: Workspace) -> None:
    """A mail, a reminder after 2 days, a last one after 3 more: one at a time, counted anew."""
    steps = mail() + mail("reminder", "after: mail + 2 days")
    steps += mail("last", "after: reminder + 3 days")
    workspace.townspeople(6)
    workspace.campaign("spring", steps=steps, head="not_after: 2027-03-26\n")
    workspace.launch("spring", now=MONDAY)
    with SmtpServer() as server:
        workspace.settings(server.port, limits="{per_day: 4}")
        told = workspace.run("run", "--now", "2027-03-22T09:00")
        assert (told.code, len(server.received)) == (0, 4)
        assert "late" in told.err
        assert workspace.ok("run", now="2027-03-22T12:00")["sent"] == 0
        # The 23rd: the two who were left. The 24th: the reminders of the first four (first).
        assert workspace.ok("run", now="2027-03-23T09:00:01")["sent"] == 2
        assert workspace.ok("run", now="2027-03-24T09:00:02")["sent"] == 4
        assert workspace.ok("run", now="2027-03-25T09:00:03")["sent"] == 2
        # The last one would fall on the 27th, after `not_after`: it never leaves.
        for day in ("27", "28", "29", "30"):
            assert workspace.ok("run", now=f"2027-03-{day}T10:00")["sent"] == 0
    assert set(Counter(server.recipients).values()) == {2}
    assert workspace.ok("status", "spring", now="2027-03-30T10:00")["state"] == "finished"


def test_the_second_of_two_runs_says_who_is_at_work_and_leaves_everything_to_it(
    workspace: Workspace,
) -> None:
    """Exit 5, a dry run and every other command go on beside it; afterwards all is sent once."""
    workspace.townspeople(8)
    workspace.campaign("spring")
    workspace.launch("spring")
    with SmtpServer(delay=0.25) as server:
        workspace.settings(server.port, connections=1)
        first = workspace.start("run")
        until(lambda: server.received, first)
        second = workspace.run("run")
        assert (second.code, second.out) == (5, "")
        assert second.err
        quiet = workspace.run("run", "--quiet")
        assert (quiet.code, quiet.out, quiet.err) == (5, "", "")
        assert workspace.run("status").code == 0
        assert workspace.run("run", "--dry-run").code in (0, 5)
        out, err = first.communicate(timeout=60)
    assert first.returncode == 0, err
    assert SUMMARY.fullmatch(out.strip())
    assert len(set(server.recipients)) == len(server.recipients) == 8
