"""What tells a test from the real thing: the subject, a header, and to whom it goes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from outreach.rendering.email import Content
from outreach.rendering.envelope import Envelope


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialMark:
    """One message of a test."""

    #: The address of whoever tests.
    to: str
    #: `spring/mail`, or `spring/mail/B` where a step is written in several ways.
    name: str
    #: Before the subject: `[Test]`, `[Test B]`.
    prefix: str

    def envelope(self, envelope: Envelope) -> Envelope:
        """To the tester alone: the person's name is not in it."""
        letterhead = replace(envelope.letterhead, test=self.name)
        return replace(envelope, letterhead=letterhead, recipient=self.to, recipient_name=None)

    def content(self, content: Content) -> Content:
        return replace(content, subject=f"{self.prefix} {content.subject}")
