"""Whether a postal code and a town belong together, by a table of them.

Compared without case, accents, punctuation, `CEDEX` and numbers of districts, `ST` for
`SAINT`. A code that the table does not have (firms and CEDEX have codes of their own)
says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from outreach.errors import Text
from outreach.model.text import fold

_CEDEX = re.compile(r"\bcedex\b.*")
_WORDS = {"st": "saint", "ste": "sainte", "s": "sur"}
_DISTRICT = re.compile(r"\b\d+(?:er|e|eme)?\b|\barrondissement\b")


def town_key(town: str) -> str:
    """What makes two spellings of a town the same: `ST-ÉTIENNE Cedex 1` → `saint etienne`."""
    bare = _CEDEX.sub("", fold(town))
    words = re.sub(r"[^a-z0-9]+", " ", _DISTRICT.sub(" ", bare)).split()
    return " ".join(_WORDS.get(word, word) for word in words)


class Postcodes:
    """The towns of every postal code."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._towns: dict[str, dict[str, str]] = {}
        for code, town in pairs:
            self._towns.setdefault(code, {}).setdefault(town_key(town), town)

    def __len__(self) -> int:
        """How many codes there are."""
        return len(self._towns)

    def misfit(self, code: str, town: str) -> Text | None:
        """Why the two do not go together; None when they do, or when nobody knows."""
        known = self._towns.get(code)
        if known is None or _among(town_key(town), known):
            return None
        names = list(dict.fromkeys(known.values()))
        shown = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
        return Text(
            "the postal code {code} is not that of this town, but of {towns}",
            code=code,
            towns=shown,
        )


def _among(key: str, known: Mapping[str, str]) -> bool:
    """The town is there, its words joined or apart (`Mont Dore` and `Montdore`)."""
    if not key or key in known:
        return True
    squeezed = key.replace(" ", "")
    return any(squeezed == name.replace(" ", "") for name in known)
