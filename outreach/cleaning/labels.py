"""The labels of fields in every language we speak: `Commandes` and `Orders` are one field.

An expression means the same whoever reads it, so labels are understood in all languages and
not only in the workspace's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from outreach.cleaning.headers import key_of, standard_field
from outreach.errors import Text
from outreach.language import LANGUAGES, Language
from outreach.model.field import DERIVED, SCORED, STANDARD


def field_meant(words: str) -> str | None:
    """The name of the field that a column's heading, or a label in any language, means.

    Labels of derived fields are for asking: no column of a file fills such a field.
    """
    return standard_field(words) or _labels().get(key_of(words))


@cache
def _labels() -> Mapping[str, str]:
    """Label, by its letters and digits, → name of the field."""
    languages = [Language(code) for code in LANGUAGES]
    return {
        key_of(language.say(Text(field.label))): field.name
        for language in languages
        for field in (*STANDARD, *SCORED, *DERIVED)
    }
