"""A campaign through a real Postfix, as root: every message into a mailbox, once, as it left.

One in twenty is refused at RCPT in the middle of pipelined conversations. Beside it, the same
number of messages from `smtp-source` (Postfix's own test sender, eight connections) to the same
server: what is slow here is Postfix, which writes every message to its disk.

    python benchmarks/postfix.py [PEOPLE]
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from servers.base import NotHere, which
from servers.mail import PEOPLE, MailSystem, mail_system
from workspaces import PROGRAM, Workspace

CONNECTIONS = 8
#: Every so many people nobody is there.
REFUSED = 20
_NAMED = re.compile(rb"^Message-ID: (<\S+>)$", re.MULTILINE)
_FOR = re.compile(rb"^X-Original-To: (\S+)$", re.MULTILINE)
_BODY = b"Paragraph after paragraph, until there are five kilobytes of them. " * 75


def main(people: int = 5_000) -> None:
    try:
        with mail_system() as servers, tempfile.TemporaryDirectory(prefix="outreach-") as folder:
            os.chdir(folder)
            ours = campaign(Workspace(Path(folder)), servers, people)
            print(f"outreach     {people:>7} people {ours:>7.1f} s {people / ours:>7.0f} a second")
            count(servers, people)
            theirs = smtp_source(servers, people)
            print(
                f"smtp-source  {people:>7} mails  {theirs:>7.1f} s {people / theirs:>7.0f} a second"
            )
            print(f"ratio {theirs / ours:.2f}")
            os.chdir("/")
    except NotHere as error:
        print(error)


def address(number: int) -> str:
    kind = "gone" if number % REFUSED == 0 else "p"
    return f"{kind}{number}@{PEOPLE}"


def campaign(workspace: Workspace, servers: MailSystem, people: int) -> float:
    """Seconds of `run`, start-up and every commit included."""
    workspace.write("templates/mail.html.j2", b"<p>Dear {{ last_name }}</p><p>" + _BODY + b"</p>\n")
    workspace.settings(servers.mx, connections=CONNECTIONS)
    workspace.people((n, f"Name-{n}", address(n), "Rennes") for n in range(people))
    workspace.campaign("spring")
    workspace.launch("spring")
    begun = time.monotonic()
    done = subprocess.run([*PROGRAM, "run", "--json"], capture_output=True, text=True, check=False)
    seconds = time.monotonic() - begun
    print({key: value for key, value in json.loads(done.stdout).items() if value})
    # Postfix hangs up at the twentieth error: whoever is cut off by that comes again later.
    for hours in (1, 3):
        later = datetime.now() + timedelta(hours=hours)
        workspace.ok("run", now=later.isoformat(timespec="seconds"))
    gone = len(range(0, people, REFUSED))
    assert workspace.by_state("spring") == {"sent": people - gone, "refused": gone}
    return seconds


def count(servers: MailSystem, people: int) -> None:
    """Each of the others has one message in the mailbox, and no message lies there twice."""
    wanted = {address(n) for n in range(people) if n % REFUSED}
    end = time.monotonic() + 300
    while len(found := list(servers.mail.glob("*/*/new/*"))) < len(wanted):
        assert time.monotonic() < end, f"{len(found)} of {len(wanted)} arrived"
        time.sleep(0.2)
    contents = [path.read_bytes() for path in found]
    names = Counter(match[1] for one in contents if (match := _NAMED.search(one)))
    got = Counter(match[1].decode() for one in contents if (match := _FOR.search(one)))
    assert set(names.values()) == {1}
    assert got == dict.fromkeys(wanted, 1)
    print(f"{len(contents)} in mailboxes, none twice, {people - len(wanted)} refused")


def smtp_source(servers: MailSystem, people: int) -> float:
    begun = time.monotonic()
    subprocess.run(
        [which("smtp-source") or "", "-d", "-s", str(CONNECTIONS), "-m", str(people), "-l", "5000",
         "-f", "marie@atelier.example", "-t", f"p1@{PEOPLE}", f"127.0.0.1:{servers.mx}"],
        check=True,
    )  # fmt: skip
    return time.monotonic() - begun


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
