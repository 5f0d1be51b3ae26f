"""What a letter's file is called: it sorts by postal code and tells whom it is for."""

from __future__ import annotations

import re

from outreach.model.text import fold


def letter_name(
    postal_code: str | None, addressee: str | None, first_name: str | None, contact_id: int
) -> str:
    """`letter_name("35000", "Le Goff", "Marie", 12)` → `35000-le-goff-marie-12.docx`.

    `addressee` is the last name, or the company where there is none. Letters, digits and
    hyphens of ASCII only, at most 80 characters; the id makes it unique.
    """
    words = (_slug(part)[:24] for part in (postal_code, addressee, first_name))
    return "-".join([*filter(None, words), str(contact_id)]) + ".docx"


def _slug(text: str | None) -> str:
    plain = fold(text or "").encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
