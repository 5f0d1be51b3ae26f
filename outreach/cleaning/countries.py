"""Countries as people write them → their code (ISO 3166, two letters)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache

from outreach.model.text import fold

#: Languages in which the names of countries are known.
_LANGUAGES = ("fr", "en", "de", "es", "it", "nl", "pt")

#: What is written beside the names in those languages.
_ALSO = {
    "france": "FR", "fr": "FR",
    "usa": "US", "u.s.a": "US", "etats unis": "US", "united states of america": "US",
    "uk": "GB", "england": "GB", "angleterre": "GB", "grande-bretagne": "GB", "great britain": "GB",
    "scotland": "GB", "ecosse": "GB", "wales": "GB", "fra": "FR", "bel": "BE", "che": "CH",
    "deu": "DE", "lux": "LU", "esp": "ES", "ita": "IT", "gbr": "GB", "france metropolitaine": "FR",
    "pays bas": "NL", "holland": "NL", "hollande": "NL",
}  # fmt: skip


@lru_cache(maxsize=1024)
def country_code(text: str) -> str | None:
    """`Belgique`, `belgium`, `BE` → `BE`; None when the country is not known."""
    name = fold(text).strip(" .")
    if name in _ALSO:
        return _ALSO[name]
    if len(name) == 2 and name.isalpha():
        code = name.upper()
        return {"UK": "GB"}.get(code, code if code in _names().values() else None)
    return _names().get(name)


def country_name(code: str, language: str) -> str:
    """`BE` in French: `Belgique`."""
    from babel import Locale

    return str(Locale(language).territories.get(code, code))


@cache
def _names() -> Mapping[str, str]:
    from babel import Locale

    names: dict[str, str] = {}
    for language in _LANGUAGES:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha():
                names.setdefault(fold(name), code)
    return names
