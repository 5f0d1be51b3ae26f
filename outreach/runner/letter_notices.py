"""The notice that a letter on paper carries: for each reader, in his language."""

from __future__ import annotations

from collections.abc import Callable

from outreach.language import one_of_ours
from outreach.model.contact import Contact
from outreach.model.settings import Settings
from outreach.runner.notices import noticing


class LetterNotices:
    """What letters tell people of their data; each language is put together once."""

    def __init__(self, settings: Settings, own_language: str) -> None:
        self._settings = settings
        self._own_language = own_language
        self._known: dict[str, Callable[[str], str]] = {}

    def __call__(self, contact: Contact) -> str | None:
        """What a letter tells somebody of his data; None where no source is known."""
        language = one_of_ours(contact.text("language")) or self._own_language
        source = contact.text("source")
        if source is None:
            return None
        if language not in self._known:
            # A letter names where one may write to; which campaign's it is, it does not know.
            writer = next(iter(self._settings.senders.values()), None)
            self._known[language] = noticing(self._settings, writer, language)
        return self._known[language](source)
