"""What mailboxes and the logs of mail servers say of messages."""

from __future__ import annotations

import bz2
import gzip
import os
from pathlib import Path

import pytest

from outreach.files.evidence import NoEvidence, read_evidence

A, B, C, D = (f"<{name}@atelier.example>" for name in "abcd")
OURS = (A, B, C, D)

POSTFIX = """\
Mar  1 09:00:01 mx postfix/smtpd[10]: 4Qx1: client=desk.atelier.example[192.0.2.7]
Mar  1 09:00:01 mx postfix/cleanup[11]: 4Qx1: message-id=<a@atelier.example>
Mar  1 09:00:01 mx postfix/qmgr[12]: 4Qx1: from=<marie@atelier.example>, size=5120, nrcpt=1 (queue active)
Mar  1 09:00:01 mx postfix/cleanup[11]: 4Qx2: message-id=<b@atelier.example>
Mar  1 09:00:01 mx postfix/cleanup[11]: 4Qx9: message-id=<other@firm.example>
Mar  1 09:00:02 mx postfix/qmgr[12]: 4Qx2: from=<marie@atelier.example>, size=5120, nrcpt=1 (queue active)
Mar  1 09:00:02 mx postfix/smtp[13]: 4Qx1: to=<p1@mail.example>, relay=mx.mail.example[192.0.2.9]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 9F)
Mar  1 09:00:02 mx postfix/qmgr[12]: 4Qx1: removed
Mar  1 09:00:03 mx postfix/smtp[13]: 4Qx2: to=<p2@mail.example>, relay=mx.mail.example[192.0.2.9]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (host mx.mail.example[192.0.2.9] said: 550 5.1.1 no such user (in reply to RCPT TO command))
Mar  1 09:00:03 mx postfix/qmgr[12]: 4Qx2: removed
Mar  1 09:00:04 mx postfix/cleanup[11]: 4Qx3: message-id=<c@atelier.example>
Mar  1 09:00:04 mx postfix/smtpd[10]: lost connection after DATA (1024 bytes) from desk[192.0.2.7]
Mar  1 09:00:05 mx postfix/cleanup[11]: 4Qx4: message-id=<d@atelier.example>
Mar  1 09:00:05 mx postfix/qmgr[12]: 4Qx4: from=<marie@atelier.example>, size=5120, nrcpt=1 (queue active)
Mar  1 09:00:06 mx postfix/smtp[13]: 4Qx4: to=<p4@mail.example>, relay=none, delay=30, delays=0/0/30/0, dsn=4.4.1, status=deferred (connect to mx.mail.example: Connection timed out)
"""  # noqa: E501


def told(*paths: Path, senders: dict[str, str] | None = None) -> dict[str, tuple[bool, str]]:
    """Message-ID → whether it arrived, and the code of its refusal."""
    found = read_evidence(paths, OURS, senders=senders).traces
    return {name: (trace.arrived, trace.code) for name, trace in found.items()}


def log(folder: Path, text: str, name: str = "mail.log") -> Path:
    (folder / name).write_text(text)
    return folder / name


def test_postfix_has_what_it_queued_and_says_what_came_of_it(tmp_path: Path) -> None:
    """C was named and then lost with its connection: it was never in the queue."""
    assert told(log(tmp_path, POSTFIX)) == {A: (True, ""), B: (False, "5.1.1"), D: (True, "")}


def test_a_short_queue_id_of_postfix_is_used_again(tmp_path: Path) -> None:
    again = """\
Mar  1 10:00:00 mx postfix/cleanup[11]: 4Qx1: message-id=<other@firm.example>
Mar  1 10:00:01 mx postfix/smtp[13]: 4Qx1: to=<x@mail.example>, dsn=5.1.1, status=bounced (no)
"""
    assert told(log(tmp_path, POSTFIX + again))[A] == (True, "")


def test_the_last_word_of_postfix_counts(tmp_path: Path) -> None:
    """Handed to a filter on the same machine, queued again, refused further on; then expired."""
    lines = """\
Mar  1 09:00:00 mx postfix/cleanup[1]: 5A: message-id=<a@atelier.example>
Mar  1 09:00:01 mx postfix/smtp[2]: 5A: to=<p@m.example>, dsn=2.0.0, status=sent (250 queued as 5B)
Mar  1 09:00:01 mx postfix/cleanup[1]: 5B: message-id=<a@atelier.example>
Mar  1 09:00:02 mx postfix/smtp[2]: 5B: to=<p@m.example>, dsn=5.7.1, status=bounced (550 5.7.1 no)
Mar  1 09:00:03 mx postfix/cleanup[1]: 5C: message-id=<b@atelier.example>
Mar  6 09:00:03 mx postfix/qmgr[1]: 5C: from=<m@a.example>, status=expired, returned to sender
Mar  1 09:00:03 mx postfix/cleanup[1]: 5D: message-id=<c@atelier.example>
Mar  1 09:00:03 mx postfix/cleanup[1]: 5D: milter-reject: END-OF-MESSAGE from d[1]: 5.7.1 virus; x
"""
    assert told(log(tmp_path, lines)) == {
        A: (False, "5.7.1"), B: (False, ""), C: (False, "5.7.1"),
    }  # fmt: skip


def test_exim_says_it_by_its_own_id(tmp_path: Path) -> None:
    lines = """\
2027-03-01 09:00:01 1tXabc-000000001AB-2CdE <= m@a.example H=d [192.0.2.7] P=esmtp S=5120 id=a@atelier.example
2027-03-01 09:00:02 1tXabc-000000001AB-2CdE => p1@mail.example R=dnslookup T=remote_smtp C="250 OK"
2027-03-01 09:00:02 1tXabc-000000001AB-2CdE Completed
2027-03-01 09:00:01 +0100 [77] 1tXabd-00001A-Xy <= m@a.example H=d [192.0.2.7] id=b@atelier.example
2027-03-01 09:00:03 +0100 [77] 1tXabd-00001A-Xy ** p2@m.example R=r T=t: SMTP error: 550 5.1.1 no such user
2027-03-01 09:00:04 1tXabe-00001A-Xy <= m@a.example H=d [192.0.2.7] id=c@atelier.example
2027-03-01 09:00:05 1tXabe-00001A-Xy == p3@mail.example R=dnslookup defer (110): Connection timed out
"""  # noqa: E501
    assert told(log(tmp_path, lines)) == {A: (True, ""), B: (False, "5.1.1"), C: (True, "")}


def test_opensmtpd_is_read_by_the_envelope_sender(tmp_path: Path) -> None:
    """Samples as version 6.6 and later write them."""
    lines = """\
Mar  1 09:00:01 mx smtpd[3]: f274cf34 smtp message msgid=78e5c402 size=1118 nrcpt=1 proto=ESMTP
Mar  1 09:00:01 mx smtpd[3]: f274cf34 smtp envelope evpid=78e5c402920bcc4f from=<bounce+t1@atelier.example> to=<p@m.example>
Mar  1 09:00:02 mx smtpd[3]: f274cf35 mta delivery evpid=78e5c402920bcc4f from=<bounce+t1@atelier.example> to=<p@m.example> rcpt=<-> source="192.0.2.1" relay="192.0.2.9 (mx)" delay=1s result="PermFail" stat="550 5.1.1 no such user"
Mar  1 09:00:03 mx smtpd[3]: f274cf36 smtp envelope evpid=11e5c402920bcc4f from=<BOUNCE+t2@atelier.example> to=<p@m.example>
"""  # noqa: E501
    path = log(tmp_path, lines)
    senders = {"bounce+t1@atelier.example": A, "bounce+t2@atelier.example": B}
    assert told(path, senders=senders) == {A: (False, "5.1.1"), B: (True, "")}
    assert told(path) == {}
    assert read_evidence([path], OURS).nameless


def test_any_other_log_is_understood_by_its_words_when_they_agree(tmp_path: Path) -> None:
    lines = """\
2027-03-01T09:00:01 <a@atelier.example> delivered
{"message_id": "<b@atelier.example>", "status": "rejected", "reply": "550 5.1.1 no"}
2027-03-01T09:00:01 <c@atelier.example> not delivered
2027-03-01T09:00:01 <d@atelier.example> DKIM check failed, accepted
2027-03-01T09:00:01 <x@atelier.example> delivered
"""
    assert told(log(tmp_path, lines)) == {A: (True, ""), B: (False, "5.1.1")}


@pytest.mark.parametrize("kind", ["gzip", "bzip2", "utf-16", "latin-1"])
def test_logs_come_packed_and_in_any_encoding(tmp_path: Path, kind: str) -> None:
    text = "Mär 1 <a@atelier.example> delivered\r\n"
    content = {
        "gzip": gzip.compress(text.encode()),
        "bzip2": bz2.compress(text.encode()),
        "utf-16": text.encode("utf-16"),
        "latin-1": text.encode("latin-1"),
    }[kind]
    (tmp_path / "log").write_bytes(content)
    assert told(tmp_path / "log") == {A: (True, "")}


def test_rotated_logs_are_joined_in_the_order_they_were_written(tmp_path: Path) -> None:
    first, second = POSTFIX[: POSTFIX.index("Mar  1 09:00:02")], POSTFIX[len(POSTFIX) // 3 :]
    new, old = log(tmp_path, second, "mail.log"), log(tmp_path, first, "mail.log.1")
    os.utime(old, (1000, 1000))
    os.utime(new, (2000, 2000))
    assert told(new, old)[A] == (True, "")


def mail(name: str, folded: bool = False) -> str:
    blank = "\n " if folded else " "
    return (
        f"From: m@a.example\nMessage-ID:{blank}{name}\nSubject: x\n\nMessage-ID: {D}\n\nFrom me\n"
    )


def test_what_lies_in_a_mailbox_has_left(tmp_path: Path) -> None:
    """A Maildir with a folder in it, .eml files, an mbox; never what a message quotes."""
    for place, name in (("cur/1:2,S", A), (".Sent/new/2", B), ("tmp/3", C)):
        (tmp_path / "Maildir" / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "Maildir" / place).write_text(mail(name))
    (tmp_path / "saved" / "2027").mkdir(parents=True)
    (tmp_path / "saved" / "2027" / "one.EML").write_bytes(mail(C).replace("\n", "\r\n").encode())
    begin = "From m@a.example Mon Mar  1 09:00:00 2027\n"
    box = f"{begin}{mail(A)}\n{begin}{mail(C, folded=True)}"
    (tmp_path / "Sent").write_text(box)

    assert set(told(tmp_path / "Maildir")) == {A, B}
    assert set(told(tmp_path / "saved")) == {C}
    assert set(told(tmp_path / "Sent")) == {A, C}
    assert read_evidence([tmp_path / "Sent", tmp_path / "Maildir"], OURS).messages == 4


def test_what_is_neither_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "cut.gz").write_bytes(gzip.compress(b"x" * 1000)[:20])
    for name in ("empty", "missing", "cut.gz"):
        with pytest.raises(NoEvidence, match=name):
            told(tmp_path / name)
