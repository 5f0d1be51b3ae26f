"""Languages as people write them → their code (ISO 639-1, two letters)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache

from outreach.cleaning.clean import Clean
from outreach.model.text import fold

#: Languages in which the names of languages are known.
_LANGUAGES = ("fr", "en", "de", "es", "it", "nl", "pt")

_CODE = re.compile(r"([a-z]{2})(?:[-_][a-z0-9]{2,8})*")

#: Codes of three letters (ISO 639-2) and what is written beside the names.
_ALSO = {
    "fra": "fr", "fre": "fr", "franc": "fr", "francophone": "fr", "eng": "en", "engl": "en",
    "anglophone": "en", "deu": "de", "ger": "de", "spa": "es", "ita": "it", "nld": "nl",
    "por": "pt", "flamand": "nl",
}  # fmt: skip


def language(text: str) -> Clean:
    """`Anglais`, `English`, `en-GB` → `en`; what nobody knows stays as written, on one line."""
    return Clean(language_code(text) or text.replace("\n", " "))


@lru_cache(maxsize=1024)
def language_code(text: str) -> str | None:
    """The code of a language; None when it is not known."""
    name = fold(text).strip(" .")
    if code := _CODE.fullmatch(name):
        return code[1]
    return _ALSO.get(name) or _names().get(name)


@cache
def _names() -> Mapping[str, str]:
    from babel import Locale

    names: dict[str, str] = {}
    for language in _LANGUAGES:
        for code, name in Locale(language).languages.items():
            if len(code) == 2:
                names.setdefault(fold(name), code)
    return names
