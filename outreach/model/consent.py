"""On what ground somebody may be contacted, and the proof of it (GDPR art. 6 and 7)."""

from __future__ import annotations

from datetime import datetime

from outreach.model.campaign import Channel
from outreach.model.ids import ContactId
from outreach.model.legal import Basis, Purpose
from outreach.model.value import value


@value(kw_only=True)
class Consent:
    """One ground, for one channel and purpose, with its proof; kept when it is withdrawn."""

    contact: ContactId
    #: None: every channel.
    channel: Channel | None
    purpose: Purpose
    basis: Basis
    given_at: datetime
    #: Form and version of its text, recording, number of the contract: what proves it.
    evidence: str | None = None
    withdrawn_at: datetime | None = None
    id: int | None = None
