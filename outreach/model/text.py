"""Text as people compare it: without case, without accents.

`fold` is the one definition: the store keeps a folded twin beside every column of
text that is compared (written by Python, so SQLite and PostgreSQL agree), and
the expression language folds its literals the same way.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

#: Letters that Unicode does not decompose but that people type as two or as one.
_LETTERS = str.maketrans(
    {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i",
     "’": "'", "ʼ": "'", "‘": "'", "\u00a0": " ", "\u202f": " ", "\u2011": "-"}
)  # fmt: skip


def fold(text: str) -> str:
    """`"Besançon"` → `"besancon"`, `"Sœur"` → `"soeur"`, `"d’Alençon"` → `"d'alencon"`.

    Idempotent: folding twice is folding once.
    """
    return text.lower() if text.isascii() else _fold_unicode(text)


@lru_cache(maxsize=65536)
def _fold_unicode(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.translate(_LETTERS)).casefold()
    bare = "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_LETTERS)
    return unicodedata.normalize("NFKD", bare)


def letters_of(text: str) -> str:
    """Letters and digits alone, folded: `Jean-Pierre` and `jean pierre` are `jeanpierre`."""
    return "".join(char for char in fold(text) if char.isalnum())


def shown(path: object) -> str:
    """A file's name as it can be written down: bytes of it that are not UTF-8 become U+FFFD."""
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
