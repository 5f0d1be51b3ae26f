"""The notice of the first contact, filled in with who we are (`compliance/notices.py`)."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from outreach.compliance.notices import Controller, notice
from outreach.model.settings import Sender, Settings

#: What a template names to carry the notice.
NOTICE = "data_notice"


def noticing(settings: Settings, sender: Sender | None, language: str) -> Callable[[str], str]:
    """The notice for somebody whose data comes from a source, told once for each source."""
    organisation = settings.organisation
    controller = Controller(
        name=organisation.name or (sender.display_name if sender else ""),
        address=organisation.address,
        contact=(sender.reply_to or sender.address) if sender else "",
        privacy_url=organisation.privacy_url,
        years=settings.policy.retention_years,
    )
    return lru_cache(maxsize=1024)(lambda source: notice(language, source, controller))
