"""Values as XML: the content of a run, the code of a field."""

from __future__ import annotations

import re
from functools import lru_cache
from xml.sax.saxutils import escape

#: What XML 1.0 cannot hold (§2.2), and Unicode's noncharacters.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_LINE_END = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
#: What needs more than being copied; nearly all values hold none of it.
_SPECIAL = re.compile("[\x00-\x1f\x7f-\x9f&<>\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def run_text(text: str, prefix: str) -> str:
    """The content of a run: text, line breaks and tabs."""
    if not text:
        return ""
    if _SPECIAL.search(text) is None:
        return f'<{prefix}t xml:space="preserve">{text}</{prefix}t>'
    lines = _LINE_END.split(text)
    return f"<{prefix}br/>".join(_line_runs(_FORBIDDEN.sub("", line), prefix) for line in lines)


def code_text(text: str) -> str:
    """A value inside the code of a field: on one line, its quotes and backslashes escaped."""
    line = _FORBIDDEN.sub("", " ".join(text.split()))
    return escape(line.replace("\\", "\\\\").replace('"', '\\"'))


def begins_paragraph(xml: str, prefix: str) -> bool:
    """Whether a paragraph stands in some XML."""
    return _paragraph(prefix).search(xml) is not None


def _line_runs(line: str, prefix: str) -> str:
    pieces = (_text(piece, prefix) for piece in line.split("\t"))
    return f"<{prefix}tab/>".join(pieces)


def _text(text: str, prefix: str) -> str:
    if not text:
        return ""
    return f'<{prefix}t xml:space="preserve">{escape(text)}</{prefix}t>'


@lru_cache(maxsize=16)
def _paragraph(prefix: str) -> re.Pattern[str]:
    return re.compile(rf"<{re.escape(prefix)}p[\s/>]")
