"""A Postfix of its own below one folder, on loopback, without DNS and without systemd."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from servers.base import MAILBOX_OWNER, answers, call, end_pid, wait_for, which

#: Never touches the packaged instance: queue, data and log are its own; next hops come from
#: `transport_maps`, never from DNS.
_MAIN = """\
compatibility_level = 3.6
queue_directory = {base}/queue
data_directory = {base}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
maillog_file = {base}/mail.log
maillog_file_prefixes = {base}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = {name}
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
alias_database =
local_recipient_maps =
smtp_dns_support_level = disabled
smtp_host_lookup = native
smtputf8_enable = yes
recipient_delimiter = +
append_dot_mydomain = no
virtual_mailbox_base = {mail}
virtual_uid_maps = static:{owner}
virtual_gid_maps = static:{owner}
virtual_minimum_uid = 100
biff = no
{more}
"""

_SERVICES = """\
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
lmtp unix - - n - - lmtp
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True, slots=True)
class Postfix:
    """One instance: `start()`, use `port`, `stop()`."""

    base: Path
    port: int
    #: Its name in the greeting and in what it writes into headers.
    name: str
    #: Where the mailboxes of every instance lie.
    mail: Path
    #: Further lines of main.cf.
    more: str
    #: Further lines of master.cf: other doors than `port`.
    doors: str = ""

    @property
    def log(self) -> Path:
        return self.base / "mail.log"

    def start(self) -> None:
        for folder in ("conf", "queue", "data"):
            (self.base / folder).mkdir(parents=True, exist_ok=True)
        self.base.chmod(0o755)
        call(["chown", "postfix", self.base / "data"], self._started)
        settings = _MAIN.format(
            base=self.base, mail=self.mail, name=self.name, owner=MAILBOX_OWNER, more=self.more
        )
        (self.base / "conf" / "main.cf").write_text(settings)
        door = f"127.0.0.1:{self.port} inet n - n - - smtpd\n"
        (self.base / "conf" / "master.cf").write_text(door + self.doors + _SERVICES)
        call([which("postfix") or "", "-c", self.base / "conf", "start"], self._started)
        wait_for(lambda: answers(self.port), self._started)

    def stop(self) -> None:
        end_pid(self.base / "queue" / "pid" / "master.pid")

    @property
    def _started(self) -> Path:
        return self.base.with_suffix(".log")
