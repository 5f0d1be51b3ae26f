"""What the doctor finds: one thing that was looked at, how it is, what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from outreach.errors import OutreachError, Text


class Health(StrEnum):
    OK = "ok"
    #: It works, or may work; somebody should look at it.
    WARNING = "warning"
    #: Something of the program cannot work as it is.
    ERROR = "error"
    #: It was not looked at, and the message says why.
    SKIPPED = "skipped"


class Area(StrEnum):
    """What a finding is about: they are told area by area, in this order."""

    SETTINGS = "settings"
    STORE = "store"
    SENDING = "sending"
    DOMAINS = "domains"
    MACHINE = "machine"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's."""

    #: What programs know it by: `smtp:marie`, `dns.spf:atelier.example`. Never translated.
    name: str
    area: Area
    state: Health
    #: Names what was looked at, so that it can be read alone.
    message: Text
    hint: Text | None = None


def finding_of(
    error: OutreachError, name: str, area: Area, state: Health = Health.ERROR
) -> Finding:
    """An error as a finding; its place stands before what it says."""
    message = error.what
    if error.where and str(error.where):
        message = Text("{place}: {what}", place=str(error.where), what=error.what)
    return Finding(name, area, state, message, error.hint)
