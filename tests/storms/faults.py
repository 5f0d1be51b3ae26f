"""What goes wrong for whom, decided by a seed alone: not by the order in which people come."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """What the receiver does to one try of one message, or to one connection."""

    NONE = "none"
    #: The connection is cut: instead of the answer to RCPT, to DATA, …
    CUT_AT_RCPT = "cut at RCPT"
    CUT_AT_DATA = "cut at DATA"
    #: … in the body, …
    CUT_IN_BODY = "cut in the body"
    #: … after the final dot, the message thrown away, or kept.
    CUT_AND_LOST = "cut after the dot, lost"
    CUT_AND_KEPT = "cut after the dot, kept"
    #: The answer comes late.
    SLOW = "slow"
    #: 421 and the end of the connection, in place of the answer to …
    BUSY_AT_RCPT = "421 at RCPT"
    BUSY_AT_DATA = "421 at DATA"
    BUSY_AT_END = "421 at the end"
    LATER_AT_RCPT = "450 at RCPT"
    LATER_AT_DATA = "451 at DATA"
    LATER_AT_END = "452 at the end"
    NEVER_AT_RCPT = "550 at RCPT"
    NEVER_AT_DATA = "554 at DATA"
    NEVER_AT_END = "554 at the end"
    #: About us, not about them.
    FULL_AT_RCPT = "452 over quota at RCPT"
    RATED_AT_RCPT = "450 4.7.28 at RCPT"
    RATED_AT_END = "421 4.7.28 at the end"
    UNTRUSTED_AT_END = "550 5.7.26 at the end"
    #: Connections alone.
    BUSY_AT_GREETING = "421 as greeting"
    CUT_AT_EHLO = "cut at EHLO"
    BUSY_AT_MAIL = "421 at MAIL"
    LATER_AT_MAIL = "451 at MAIL"
    CUT_AT_MAIL = "cut at MAIL"


#: Tries of a message, out of 1,000: two in three go well, an answer for good is rare.
MESSAGE_FAULTS: Mapping[Fault, int] = {
    Fault.CUT_AT_RCPT: 20, Fault.CUT_AT_DATA: 20, Fault.CUT_IN_BODY: 15, Fault.CUT_AND_LOST: 15,
    Fault.CUT_AND_KEPT: 15, Fault.SLOW: 40, Fault.BUSY_AT_RCPT: 15, Fault.BUSY_AT_DATA: 10,
    Fault.BUSY_AT_END: 10, Fault.LATER_AT_RCPT: 30, Fault.LATER_AT_DATA: 15,
    Fault.LATER_AT_END: 20, Fault.NEVER_AT_RCPT: 20, Fault.NEVER_AT_DATA: 5,
    Fault.NEVER_AT_END: 10, Fault.FULL_AT_RCPT: 10, Fault.RATED_AT_RCPT: 10,
    Fault.RATED_AT_END: 10, Fault.UNTRUSTED_AT_END: 5,
}  # fmt: skip

#: Connections, out of 1,000.
CONNECTION_FAULTS: Mapping[Fault, int] = {
    Fault.BUSY_AT_GREETING: 15, Fault.CUT_AT_EHLO: 15, Fault.BUSY_AT_MAIL: 50,
    Fault.LATER_AT_MAIL: 40, Fault.CUT_AT_MAIL: 50,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Script:
    """The faults of one storm."""

    seed: int

    def for_message(self, recipient: str, attempt: int) -> Fault:
        return self._drawn(MESSAGE_FAULTS, f"{recipient} {attempt}")

    def for_connection(self, number: int) -> tuple[Fault, int]:
        """The fault, and at which of its messages one at MAIL happens."""
        fault = self._drawn(CONNECTION_FAULTS, f"connection {number}")
        return fault, self._dice(f"turn {number}").randint(1, 12)

    def offers_pipelining(self, number: int) -> bool:
        """Three connections out of four."""
        return self._dice(f"pipelining {number}").random() < 0.75

    def takes_data_without_recipients(self, recipient: str, attempt: int) -> bool:
        """354 although the only recipient was refused, as some servers do (RFC 2920 §3.1)."""
        return self._dice(f"lenient {recipient} {attempt}").random() < 0.5

    def slowness(self, recipient: str) -> float:
        """How late a late answer comes, in seconds."""
        return self._dice(f"slow {recipient}").uniform(0.05, 0.3)

    def _drawn(self, table: Mapping[Fault, int], about: str) -> Fault:
        number = self._dice(about).randrange(1000)
        for fault, share in table.items():
            if number < share:
                return fault
            number -= share
        return Fault.NONE

    def _dice(self, about: str) -> random.Random:
        return random.Random(f"{self.seed} {about}")
