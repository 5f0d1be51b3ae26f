"""A mail system of two Postfix: what a sender submits to, and where recipients are served.

    outreach ──STARTTLS, AUTH──▶ relay ──▶ MX (postgrey; at a second door OpenDKIM) ──▶ a Maildir

People of mail.example, as the MX sees them:

    p001@ … p999@   delivered
    full@           552 5.2.2        blocked@    550 5.7.1
    grey…@          450 4.2.0 until postgrey has waited, then delivered
    anybody else    550 5.1.1
"""

from __future__ import annotations

import email
import email.policy
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

from certificates import self_signed
from dns_server import DnsServer
from servers.base import MAILBOX_OWNER, NotHere, free_port, lacking, short_folder, wait_for
from servers.beside import Dovecot, OpenDkim, Postgrey
from servers.postfix import Postfix

#: Programs, and the packages of Debian that bring them (tools/servers.sh installs these).
NEEDED = {
    "postfix": "postfix", "dovecot": "dovecot-imapd", "postgrey": "postgrey",
    "opendkim": "opendkim",
}  # fmt: skip

#: The domain of the recipients, that of the senders, and the name of their server.
PEOPLE, SENDERS, MX = "mail.example", "atelier.example", "mx.mail.example"

#: In both, no pause after an error (`smtpd_error_sleep_time`), which would only make tests slow;
#: the end of a conversation with twenty errors, 421, stays as it is.
_RELAY = """\
smtpd_error_sleep_time = 0
virtual_mailbox_domains = {senders}
virtual_mailbox_maps = regexp:{base}/senders
transport_maps = inline:{{ {{{people}=smtp:[127.0.0.1]:{mx}}} }}
default_transport = error:5.1.2 unknown domain
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_tls_security_level = encrypt
smtpd_tls_cert_file = {base}/server.pem
smtpd_tls_key_file = {base}/server.key
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = private/auth
"""

_MX = """\
virtual_mailbox_domains = {people}
virtual_mailbox_maps = regexp:{base}/people
smtpd_restriction_classes = greylist
greylist = check_policy_service inet:127.0.0.1:{grey}
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
smtpd_recipient_restrictions = check_recipient_access regexp:{base}/answers,
  reject_unlisted_recipient, permit
smtpd_error_sleep_time = 0
"""

#: Where OpenDKIM judges: one conversation at a time. Debian's (2.11.0~beta2) reads its resolver's
#: configuration anew for each message, by a parser of libunbound that is not made for threads, and
#: two messages at once end the process. When it does not answer, the message is put off, so that
#: a test never looks at one that nobody has judged.
_JUDGED = """\
127.0.0.1:{port} inet n - n - 1 smtpd
  -o smtpd_milters=inet:127.0.0.1:{milter}
  -o milter_default_action=tempfail
"""

_ANSWERS = """\
/^full@/ 552 5.2.2 Mailbox full
/^blocked@/ 550 5.7.1 Blocked by policy
/^grey/ greylist
"""


@dataclass(frozen=True, slots=True)
class MailSystem:
    """The running whole."""

    relay: int
    mx: int
    #: Another port of the MX: what comes in there is judged by OpenDKIM, one message at a time.
    judged: int
    #: The certificate of the relay: the only one to trust.
    ca_file: Path
    mail: Path
    #: The zone of the name server that OpenDKIM asks: a test adds its keys.
    zone: dict[str, Mapping[str, list[str]]] = field(default_factory=dict)

    @property
    def relay_log(self) -> Path:
        return self.mail.parent / "out" / "mail.log"

    def delivered(self, *, to: str) -> list[bytes]:
        """What lies in the mailboxes for an address, as it lies there (lines end in LF)."""
        mark = f"\nX-Original-To: {to}\n".encode()
        found = [path.read_bytes() for path in sorted(self.mail.glob("*/*/new/*"))]
        return [content for content in found if mark in b"\n" + content]

    def wait_for(self, count: int, *, to: str) -> list[bytes]:
        """So many messages for an address: queues take a moment."""
        wait_for(lambda: len(self.delivered(to=to)) >= count, self.mail.parent / "mx" / "mail.log")
        return self.delivered(to=to)


def headers(content: bytes) -> EmailMessage:
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


@contextmanager
def mail_system() -> Iterator[MailSystem]:
    """Started for as long as the block lasts. Raises `NotHere` with what is missing."""
    reason = lacking(NEEDED)
    if reason:
        raise NotHere(reason)
    zone: dict[str, Mapping[str, list[str]]] = {}
    with short_folder("outreach-mail-") as base, ExitStack() as running:
        mail = base / "boxes"
        for domain in (SENDERS, PEOPLE):
            (mail / domain).mkdir(parents=True)
            shutil.chown(mail / domain, MAILBOX_OWNER, MAILBOX_OWNER)
        self_signed(base)
        (base / "senders").write_text(f"/@{SENDERS}$/ {SENDERS}/all/\n")
        (base / "people").write_text(f"/^(p[0-9]+|full|blocked|grey.*)@/ {PEOPLE}/all/\n")
        (base / "answers").write_text(_ANSWERS)

        names = running.enter_context(DnsServer(zone))
        grey = Postgrey(base / "grey")
        judge = OpenDkim(base / "dkim", names.port, MX)
        judged = free_port()
        mx = Postfix(
            base / "mx", free_port(), MX, mail,
            _MX.format(base=base, people=PEOPLE, grey=grey.port),
            _JUDGED.format(port=judged, milter=judge.port),
        )  # fmt: skip
        relay = Postfix(
            base / "out", free_port(), f"out.{SENDERS}", mail,
            _RELAY.format(base=base, senders=SENDERS, people=PEOPLE, mx=mx.port),
        )  # fmt: skip
        passwords = Dovecot(base / "auth", base / "out" / "queue" / "private" / "auth")
        for server in (grey, judge, mx, relay, passwords):
            running.callback(server.stop)
        # Postfix looks over its folders for two seconds: both at once.
        with ThreadPoolExecutor() as side_by_side:
            list(side_by_side.map(lambda server: server.start(), (mx, relay, grey, judge)))
        passwords.start()
        yield MailSystem(relay.port, mx.port, judged, base / "server.pem", mail, zone)
