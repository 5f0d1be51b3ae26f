"""What came of printing: a bundle in the outbox."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from outreach.files.pdf import Failed
from outreach.model.contact import Contact
from outreach.runner.labels import Addressed


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """One bundle in the outbox."""

    campaign: str
    step: str
    folder: Path
    letters: int
    #: Letters that lack a value and wait for it.
    held: int
    #: People whom the template itself leaves out (SKIPIF).
    skipped: int = 0
    #: Those whose letter could not be made into a PDF: it lies there as .docx alone.
    failed: tuple[Failed[Contact], ...] = ()
    #: Labels and envelopes beside the bundle.
    addressed: tuple[Addressed, ...] = ()
