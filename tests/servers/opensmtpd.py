"""OpenSMTPD, a second family of servers: other words in its refusals than Postfix's.

Its paths and its two users are compiled in. It gets a mount namespace of its own in which
they lie below one folder, so nothing outside is changed; that needs the right to mount. The
package cannot be installed beside Postfix: tools/servers.sh unpacks it into .venv/opensmtpd.

    anne@smtpd.example   delivered        anybody else   550
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from servers.base import (
    MAILBOX_OWNER,
    NotHere,
    answers,
    begin,
    end,
    free_port,
    short_folder,
    wait_for,
)

UNPACKED = Path(__file__).resolve().parents[2] / ".venv" / "opensmtpd"
DOMAIN = "smtpd.example"
_USERS = ("opensmtpd", "opensmtpq")

#: What is put over the host's paths, and only for this process and its children.
_MOUNTED = {
    "libexec": "/usr/libexec", "spool": "/var/spool", "lib": "/var/lib", "run": "/run",
    "passwd": "/etc/passwd", "group": "/etc/group",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class OpenSmtpd:
    port: int
    mailbox: Path
    log: Path

    def delivered(self, count: int) -> list[bytes]:
        """What lies in anne's mailbox, once there are so many."""
        wait_for(lambda: len(list(self.mailbox.glob("new/*"))) >= count, self.log)
        return [path.read_bytes() for path in sorted(self.mailbox.glob("new/*"))]


def may_mount() -> bool:
    """Whether this machine lets us have mounts of our own: containers often do not."""
    command = ["unshare", "--mount", "--propagation", "private", "mount", "--bind", "/tmp", "/mnt"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@contextmanager
def opensmtpd() -> Iterator[OpenSmtpd]:
    """Running for as long as the block lasts. Raises `NotHere` with what is missing."""
    program = UNPACKED / "usr" / "sbin" / "smtpd"
    if not program.is_file():
        raise NotHere("OpenSMTPD is not unpacked: make servers, as root")
    if os.geteuid() != 0:
        raise NotHere("OpenSMTPD is started as root: sudo make test")
    with short_folder("outreach-smtpd-") as base:
        port, mailbox = free_port(), base / "mail" / "anne"
        _prepare(base, port, mailbox)
        mounts = "\n".join(f"mount --bind {base}/{ours} {on}" for ours, on in _MOUNTED.items())
        start = f"{mounts}\nexec {base}/smtpd -d -f {base}/smtpd.conf"
        process = begin(
            ["unshare", "--mount", "--propagation", "private", "sh", "-euc", start], base / "log"
        )
        try:
            wait_for(lambda: answers(port), base / "log", seconds=10)
            yield OpenSmtpd(port, mailbox, base / "log")
        finally:
            end(process)


def _prepare(base: Path, port: int, mailbox: Path) -> None:
    for folder in ("libexec", "spool", "lib/opensmtpd/empty", "run"):
        (base / folder).mkdir(parents=True)
    (base / "lib" / "opensmtpd").chmod(0o711)
    mailbox.mkdir(parents=True)
    shutil.chown(mailbox, MAILBOX_OWNER, MAILBOX_OWNER)
    shutil.copy2(UNPACKED / "usr" / "sbin" / "smtpd", base / "smtpd")
    shutil.copytree(UNPACKED / "usr" / "libexec" / "opensmtpd", base / "libexec" / "opensmtpd")
    accounts = Path("/etc/passwd").read_text()
    groups = Path("/etc/group").read_text()
    for number, user in enumerate(_USERS, start=5101):
        accounts += f"{user}:x:{number}:{number}::/var/lib/opensmtpd/empty:/usr/sbin/nologin\n"
        groups += f"{user}:x:{number}:\n"
    (base / "passwd").write_text(accounts)
    (base / "group").write_text(groups)
    (base / "smtpd.conf").write_text(
        f'table users {{ "anne" = "{MAILBOX_OWNER}:{MAILBOX_OWNER}:{mailbox}" }}\n'
        f"listen on 127.0.0.1 port {port} hostname mx.{DOMAIN}\n"
        f'action deliver maildir "{mailbox}" userbase <users>\n'
        f'match from any for domain "{DOMAIN}" action deliver\n'
    )
