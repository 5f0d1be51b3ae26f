"""Pictures that travel in an e-mail: `<img src="images/logo.png">`, `![Logo](images/logo.png)`.

A path without a scheme names a file below `templates/`; it goes with the message once, and the
page refers to it as `cid:` (RFC 2392). What begins with `https:` stays where it is. Only what
the template says itself is looked at: no value of a person names a file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from html import unescape
from urllib.parse import unquote

_NAMED = re.compile(r"""((?:\s|^)(?:src|background)\s*=\s*(["']))([^"'<>]+)(?=\2)""", re.IGNORECASE)
_ELSEWHERE = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//|/|#|\?")


def local_picture(source: str) -> str | None:
    """The path below `templates/` that a `src` names; None where it names something else."""
    path = unquote(unescape(source)).strip()
    return None if not path or _ELSEWHERE.match(path) else path.removeprefix("./")


def content_id(path: str) -> str:
    """What the page calls the picture; the same in every message, without the brackets."""
    return f"{sha256(path.encode()).hexdigest()[:20]}@outreach.invalid"


def names_picture(text: str) -> bool:
    """Whether a text of a template shows a picture of ours."""
    return bool(_located(text)[1])


def embedding(pieces: Iterable[str], constants: set[str]) -> tuple[list[str], tuple[str, ...]]:
    """The pieces of a page with `cid:` for its own pictures, and the paths of these, each once.

    `constants` are the texts of the templates; what is changed of them is added.
    """
    page: list[str] = []
    paths: dict[str, None] = {}
    for piece in pieces:
        if piece in constants:
            located, named = _located(piece)
            if named:
                constants.add(located)
                paths.update(dict.fromkeys(named))
            piece = located
        page.append(piece)
    return page, tuple(paths)


@lru_cache(maxsize=4096)
def _located(piece: str) -> tuple[str, tuple[str, ...]]:
    paths: list[str] = []

    def located(source: re.Match[str]) -> str:
        path = local_picture(source[3])
        if path is None:
            return source[0]
        paths.append(path)
        return f"{source[1]}cid:{content_id(path)}"

    return _NAMED.sub(located, piece), tuple(paths)
