"""What stands beside Postfix: Dovecot for passwords, postgrey, OpenDKIM as a verifier."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen

from servers.base import answers, begin, call, end_at_once, end_pid, free_port, wait_for, which

PASSWORD = "correct-horse"


@dataclass(slots=True)
class Dovecot:
    """Answers one question, on a socket: may this user log in? The password is `PASSWORD`."""

    base: Path
    #: Where Postfix asks: `smtpd_sasl_path` of its instance.
    socket: Path
    _process: Popen[bytes] | None = None

    def start(self) -> None:
        self.base.mkdir(parents=True)
        (self.base / "dovecot.conf").write_text(
            f"base_dir = {self.base}/run\nstate_dir = {self.base}/run\n"
            f"instance_name = {self.base.parent.name}\nlog_path = {self.base}/dovecot.log\n"
            "protocols =\nlisten = 127.0.0.1\nssl = no\n"
            "disable_plaintext_auth = no\nauth_mechanisms = plain login\n"
            "auth_failure_delay = 0\n"
            f"passdb {{\n  driver = static\n  args = password={PASSWORD}\n}}\n"
            "userdb {\n  driver = static\n  args = uid=5000 gid=5000 home=/nonexistent\n}\n"
            f"service auth {{\n  unix_listener {self.socket} {{\n    mode = 0660\n"
            "    user = postfix\n    group = postfix\n  }\n}\n"
            # No waits after a wrong password.
            "service anvil {\n  chroot =\n"
            "  unix_listener anvil-auth-penalty {\n    mode = 0\n  }\n}\n"
        )
        log = self.base / "start.log"
        self._process = begin([which("dovecot") or "", "-F", "-c", self.base / "dovecot.conf"], log)
        wait_for(self.socket.exists, log)

    def stop(self) -> None:
        end_at_once(self._process)


@dataclass(frozen=True, slots=True)
class Postgrey:
    """Greylisting: the first try of a stranger is put off by `delay` seconds."""

    base: Path
    delay: int = 1
    port: int = field(default_factory=free_port)

    def start(self) -> None:
        self.base.mkdir(parents=True)
        shutil.chown(self.base, "postgrey", "postgrey")
        log = self.base / "log"
        call(
            [which("postgrey") or "", f"--inet=127.0.0.1:{self.port}", f"--delay={self.delay}",
             f"--dbdir={self.base}", f"--pidfile={self.base}/pid", "--daemonize"],
            log,
        )  # fmt: skip
        wait_for(lambda: answers(self.port), log)

    def stop(self) -> None:
        end_pid(self.base / "pid")


@dataclass(slots=True)
class OpenDkim:
    """A milter that checks every signature and writes `Authentication-Results`."""

    base: Path
    #: The name server on loopback that knows the keys.
    dns: int
    name: str
    port: int = field(default_factory=free_port)
    _process: Popen[bytes] | None = None

    def start(self) -> None:
        self.base.mkdir(parents=True)
        (self.base / "opendkim.conf").write_text(
            f"Syslog no\nMode v\nSocket inet:{self.port}@127.0.0.1\nUserID nobody\n"
            f"ResolverConfiguration {self.base}/unbound.conf\n"
            f"AlwaysAddARHeader yes\nAuthservID {self.name}\n"
        )
        # Debian's OpenDKIM asks through libunbound, which otherwise never asks localhost.
        (self.base / "unbound.conf").write_text(
            "server:\n  do-not-query-localhost: no\n"
            f'forward-zone:\n  name: "."\n  forward-addr: 127.0.0.1@{self.dns}\n'
        )
        log = self.base / "log"
        self._process = begin(
            [which("opendkim") or "", "-f", "-x", self.base / "opendkim.conf"], log
        )
        wait_for(lambda: answers(self.port), log)

    def stop(self) -> None:
        end_at_once(self._process)
