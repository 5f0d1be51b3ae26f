"""What an SMTP reply means for one message to one person.

Pure. The reply code decides the class, the enhanced code (RFC 3463) the reason; the
text is only kept for the reader, and read where a server gives no enhanced code.
"""

from __future__ import annotations

import re
from enum import Enum

from outreach.model.delivery import Deferred, Refused

#: Enhanced codes that say "this address does not exist" (RFC 3463, RFC 7505).
#: Not 5.1.0, 5.1.7, 5.1.8 (about the sender), never 5.2.x (full) or 5.7.x (our fault).
DEAD_ADDRESS = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"})

_ENHANCED = re.compile(r"^([245]\.\d{1,3}\.\d{1,3})\b")

#: Replies to RCPT with one of these codes and no enhanced code are read.
_ADDRESS_CODES = frozenset({550, 551, 553})
_UNKNOWN_USER = re.compile(
    r"unknown (user|recipient|mailbox|address)|no such (user|recipient|mailbox|address|person)"
    r"|(user|recipient|mailbox|address|account)\b.{0,60}"
    r"\b(unknown|not found|does ?n[o']t exist|does not exist|inconnue?|n'existe pas)"
    r"|(utilisateur|destinataire|adresse|compte)\b.{0,60}\b(inconnue?|n'existe pas)",
    re.IGNORECASE,
)

#: Longer replies are cut: they go into the ledger, once per message.
_LONGEST = 500


class Stage(Enum):
    """How far a transaction had come when the server answered."""

    MAIL = "MAIL FROM"
    RCPT = "RCPT TO"
    DATA = "DATA"
    BODY = "the message"


def written(code: int, text: str) -> str:
    """A reply as one line of clean text: `550 5.1.1 no such user`."""
    clean = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return f"{code} {' '.join(clean.split())}".strip()[:_LONGEST]


def enhanced_code(text: str) -> str | None:
    """The `5.1.1` at the beginning of a reply's text, if there is one."""
    found = _ENHANCED.match(text)
    return found[1] if found else None


def judge(stage: Stage, code: int, text: str) -> Deferred | Refused:
    """What a reply that is not an acceptance means.

    A 421 at MAIL FROM is about the connection and says nothing of the person, so it does
    not count towards giving up. Codes outside of 4yz and 5yz are protocol errors of the
    server: not now.
    """
    reply = written(code, text)
    if 500 <= code <= 599:
        return Refused(reply, dead_address=_is_dead(stage, code, text))
    return Deferred(reply, counts=not (code == 421 and stage is Stage.MAIL))


def _is_dead(stage: Stage, code: int, text: str) -> bool:
    if stage is Stage.MAIL:
        return False
    enhanced = enhanced_code(text)
    if enhanced:
        return enhanced in DEAD_ADDRESS
    plain = stage is Stage.RCPT and code in _ADDRESS_CODES
    return plain and _UNKNOWN_USER.search(text) is not None
