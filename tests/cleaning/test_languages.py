"""The language of a person, as French and other offices write it."""

from __future__ import annotations

import pytest

from outreach.cleaning.languages import language


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Anglais", "en"), ("ENGLISH", "en"), ("en", "en"), ("en-GB", "en"), ("en_US", "en"),
        ("Engl.", "en"), ("Français", "fr"), ("francais", "fr"), ("FR", "fr"), ("fr_FR", "fr"),
        ("French", "fr"), ("Französisch", "fr"), ("Allemand", "de"), ("español", "es"),
        ("ne sait pas", "ne sait pas"), ("Bob\nBcc: x", "Bob Bcc: x"),
    ],
)  # fmt: skip
def test_a_language_is_kept_by_its_code(written: str, kept: str) -> None:
    """By it people are addressed and `language = "en"` selects; what is unknown stays."""
    assert language(written).value == kept
