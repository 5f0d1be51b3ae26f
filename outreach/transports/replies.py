"""What an SMTP reply means for one message, for the person, and for everybody behind him.

Pure. The reply code decides the class (4yz later, 5yz no), the enhanced code (RFC 3463)
the reason; the words are read where a server gives no enhanced code, where a code is
known to be used for opposite things, and for the pause that a server asks for.

Only an answer of the kind 5.1.x says that an address is dead. 5.7.x is about us (policy,
authentication, reputation), 5.2.2 a full mailbox, 5.3.4 a size, 5.5.x our protocol, 5.6.x
our content: none of them is held against the person.
"""

from __future__ import annotations

import re
from datetime import timedelta
from enum import Enum

from outreach.model.delivery import Deferred, Refused, Scope
from outreach.transports import phrases
from outreach.transports.phrases import asked_wait, plain

#: Enhanced codes that say "this address does not exist" (RFC 3463, RFC 7505).
#: Not 5.1.7, 5.1.8 (about the sender), nor 5.2.1 (disabled, often for a time).
_DEAD_ADDRESS = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"})
#: The same with words that say so: servers use these for other things as well.
_DEAD_IN_WORDS = frozenset({"5.1.0", "5.0.0", "5.4.1", "5.4.4"})

#: About our authentication, our IP or our pace: Gmail 7.23–7.32 and 7.40, Microsoft 7.5xx–7.7xx.
_OURS = re.compile(r"[45]\.7\.(2[3-9]|3[0-2]|40|5\d\d|6\d\d|7\d\d)$")
#: Gmail's "unusual rate" and Microsoft's throttling.
_RATE_CODES = frozenset({"4.7.28", "5.7.28", "4.7.500", "4.7.650"})
#: Allowances of the mailbox we submit through: Gmail, Microsoft 365.
_QUOTA_CODES = frozenset({"5.4.5", "5.1.90", "5.7.705", "5.7.708"})
#: About our address: RFC 3463 X.1.7 and X.1.8, Microsoft's "send as" and Postfix's login map.
_SENDER_CODES = frozenset({"5.1.7", "5.1.8", "4.1.7", "4.1.8", "5.7.60", "5.7.54", "5.2.252"})
#: A full mailbox, a mailbox that gets too much from everybody, a message that is too big.
_NEVER_US = frozenset({"5.2.1", "4.2.1", "5.2.2", "4.2.2", "5.3.4"})
#: Mailboxes and groups of Microsoft 365 that take mail from few.
_RESTRICTED_CODES = re.compile(r"5\.7\.1[23]\d$")

_ENHANCED = re.compile(r"^#?([245]\.\d{1,3}\.\d{1,3})\b|\(#([245]\.\d{1,3}\.\d{1,3})\)")

#: Replies to RCPT with one of these codes and no enhanced code are read.
_ADDRESS_CODES = frozenset({550, 551, 553})
#: Replies to MAIL with one of these codes are about who we are, not about the message.
_SENDER_REPLIES = frozenset({550, 551, 553, 554})

#: How long a daily allowance is waited for at first; the breaker doubles it.
_DAY_QUOTA = timedelta(hours=1)

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
    clean = text
    if not text.isascii():
        clean = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    if not clean.isprintable():
        clean = "".join([one if one.isprintable() else " " for one in clean])
    return f"{code} {' '.join(clean.split())}".strip()[:_LONGEST]


def enhanced_code(text: str) -> str | None:
    """The `5.1.1` at the beginning of a reply's text, or in qmail's `(#5.1.1)`; None without."""
    found = _ENHANCED.search(text)
    return (found[1] or found[2]) if found else None


def judge(stage: Stage, code: int, text: str) -> Deferred | Refused:
    """What a reply that is not an acceptance means, and whom it is about.

    Codes outside of 4yz and 5yz are protocol errors of the server: not now.
    """
    words, enhanced = plain(text), enhanced_code(text)
    if 500 <= code <= 599:
        return _refused(stage, code, enhanced, words, written(code, text))
    return _deferred(stage, code, enhanced, words, written(code, text))


# --- no ------------------------------------------------------------------------------------------


def _refused(stage: Stage, code: int, enhanced: str | None, words: str, reply: str) -> Refused:
    scope = _about_us(stage, enhanced, words)
    if scope is not None:
        return Refused(reply, scope=scope, wait=_silence(scope, words))
    if stage is Stage.MAIL:
        ours = code in _SENDER_REPLIES and not (enhanced or "").startswith(("5.3", "5.5", "5.6"))
        return Refused(reply, scope=Scope.SENDER if ours else Scope.PERSON)
    if _is_dead(stage, code, enhanced, words):
        return Refused(reply, dead_address=True)
    return Refused(reply, scope=Scope.POLICY if _is_policy(enhanced, words) else Scope.PERSON)


def _is_dead(stage: Stage, code: int, enhanced: str | None, words: str) -> bool:
    if _reason(words) == 416:
        return True
    nobody = phrases.UNKNOWN_USER.search(words) is not None
    if enhanced in _DEAD_ADDRESS:
        return True
    if enhanced in _DEAD_IN_WORDS:
        if enhanced == "5.4.1":  # Microsoft 365, where the directory does not know the person
            return "recipient address rejected: access denied" in words
        rejected = enhanced == "5.1.0" and "address rejected" in words
        return nobody or rejected or phrases.NO_DOMAIN.search(words) is not None
    if enhanced:
        return False
    yahoo = words.startswith("delivery error: dd ")  # said after the message, with 554
    return nobody and (yahoo or (stage is Stage.RCPT and code in _ADDRESS_CODES))


def _is_policy(enhanced: str | None, words: str) -> bool:
    """Refused for policy, and nobody can tell whose."""
    if _reason(words) == 506:
        return True
    if enhanced and enhanced.startswith("5.7."):
        # SFR says 5.7.1 to unknown people: no address is called dead for it, no alarm is given.
        person = phrases.RESTRICTED.search(words) or phrases.UNKNOWN_USER.search(words)
        return not (_RESTRICTED_CODES.match(enhanced) or person)
    return enhanced is None and phrases.POLICY.search(words) is not None


# --- later ---------------------------------------------------------------------------------------


def _deferred(stage: Stage, code: int, enhanced: str | None, words: str, reply: str) -> Deferred:
    at_mail = stage is Stage.MAIL
    if phrases.GREYLISTED.search(words):
        return Deferred(reply, asked_wait(words), greylisted=True)
    scope = _about_us(stage, enhanced, words)
    if scope is not None:
        # What is about the mailbox or the whole server says nothing of the person.
        ours = scope in (Scope.SENDER, Scope.CONNECTION) and (at_mail or scope is Scope.SENDER)
        return Deferred(reply, _silence(scope, words), counts=not ours, scope=scope)
    if code == 421:
        return Deferred(reply, asked_wait(words), counts=not at_mail, scope=Scope.CONNECTION)
    vague = (enhanced or "").startswith("4.7.") and enhanced != "4.7.1"
    scope = Scope.POLICY if vague else Scope.PERSON
    return Deferred(reply, asked_wait(words), scope=scope)


# --- about us ------------------------------------------------------------------------------------


def _about_us(stage: Stage, enhanced: str | None, words: str) -> Scope | None:
    """Whom an answer is about that is not about the person; None when it is, or may be."""
    if enhanced in _NEVER_US and _reason(words) is None:
        return None
    if enhanced in _DEAD_ADDRESS and not (
        phrases.REPUTATION.search(words) or phrases.RATE.search(words)
    ):
        return None
    if _is_restricted(enhanced, words):
        return None
    if enhanced in _QUOTA_CODES or phrases.QUOTA.search(words):
        return Scope.SENDER
    if phrases.CONNECTIONS.search(words):
        return Scope.CONNECTION
    if enhanced in _RATE_CODES or phrases.RATE.search(words):
        return Scope.SENDER if stage is Stage.MAIL else Scope.GROUP
    if _is_reputation(enhanced, words):
        return Scope.SENDER if stage is Stage.MAIL else Scope.GROUP
    if enhanced in _SENDER_CODES or phrases.RIGHTS.search(words):
        return Scope.SENDER
    return None


def _is_restricted(enhanced: str | None, words: str) -> bool:
    told = enhanced is not None and _RESTRICTED_CODES.match(enhanced) is not None
    return told or phrases.RESTRICTED.search(words) is not None


def _is_reputation(enhanced: str | None, words: str) -> bool:
    if enhanced and _OURS.match(enhanced):
        return True
    reason = _reason(words)
    if reason is not None and (reason // 100 in (1, 6) or reason in (405, 505, 999)):
        return True
    # A code of the kind 5.1.x, 5.2.x … with such words is one of those that contradict themselves.
    return phrases.REPUTATION.search(words) is not None


def _reason(words: str) -> int | None:
    """The number of Orange's and La Poste's own reasons: 1xx our address, 416 nobody there."""
    found = phrases.FRENCH_REASON.search(words)
    return int(found[1]) if found else None


def _silence(scope: Scope, words: str) -> timedelta | None:
    """How long to be silent, where the server says so or its rule is known."""
    asked = asked_wait(words)
    if asked is None and scope is Scope.SENDER and phrases.DAILY.search(words):
        return _DAY_QUOTA
    return asked
