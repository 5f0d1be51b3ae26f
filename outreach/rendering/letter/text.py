"""A finished letter as plain text: what a preview shows on a terminal."""

from __future__ import annotations

import io


def letter_text(content: bytes) -> str:
    """The paragraphs of the body, in order, tables too; one line each."""
    from docx import Document
    from docx.table import Table
    from docx.text.paragraph import Paragraph

    lines: list[str] = []
    for block in Document(io.BytesIO(content)).iter_inner_content():
        if isinstance(block, Paragraph):
            lines.append(block.text.rstrip())
        elif isinstance(block, Table):
            lines += ["  ".join(cell.text for cell in row.cells).rstrip() for row in block.rows]
    text = "\n".join(lines)
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text.strip() + "\n"
