"""A preview as files, to be opened with the programs that people read with."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from email import message_from_bytes
from pathlib import Path

from outreach.errors import OutreachError, Text
from outreach.files.bundles import whole_file
from outreach.files.pdf_engines import CannotStart, OfficeFailed
from outreach.files.pdf_finding import NoOffice
from outreach.model.message import Message
from outreach.rendering.letter.naming import letter_name
from outreach.runner.preview import Page, Preview


class PageFiles:
    """Writes the pages of a preview into a folder."""

    def __init__(self, preview: Preview, out: Path) -> None:
        self._preview = preview
        self._out = out
        #: Why letters lie there without their PDF, each reason once.
        self.no_pdf: list[Text] = []
        self._office_missing = False

    def write(self, page: Page) -> tuple[Path, ...]:
        """The .eml, .html and .txt of an e-mail, the .docx and .pdf of a letter."""
        if page.message:
            html = {".html": whole_page(page.message).encode()} if page.message.html else {}
            mail = {".eml": page.message.content, ".txt": page.message.text.encode(), **html}
            return self._write(f"{page.step}-{page.contact.id}", mail)
        if page.letter:
            letter = {".docx": page.letter, **self._pdf(page)}
            return self._write(f"{page.step}-{_letter_stem(page)}", letter)
        return ()

    def _pdf(self, page: Page) -> Mapping[str, bytes]:
        """Nothing where LibreOffice cannot make it; where it is missing it is asked only once."""
        if self._office_missing:
            return {}
        try:
            return {".pdf": self._preview.pdf(page)}
        except (NoOffice, CannotStart, OfficeFailed) as error:
            self._office_missing = not isinstance(error, OfficeFailed)
            self.no_pdf.append(_in_words(error))
            return {}

    def _write(self, stem: str, contents: Mapping[str, bytes]) -> tuple[Path, ...]:
        written = []
        for ending, content in contents.items():
            path = self._out / f"{stem}{ending}"
            with whole_file(path) as write:
                write(content)
            written.append(path)
        return tuple(written)


def whole_page(message: Message) -> str:
    """The HTML of a message with its own pictures in it: a browser cannot look into a .eml."""
    page = message.html or ""
    if "cid:" not in page:
        return page
    for part in message_from_bytes(message.content).walk():
        name = (part["Content-ID"] or "").strip("<> ")
        content = part.get_payload(decode=True)
        if name and isinstance(content, bytes):
            data = base64.b64encode(content).decode("ascii")
            page = page.replace(f"cid:{name}", f"data:{part.get_content_type()};base64,{data}")
    return page


def _letter_stem(page: Page) -> str:
    contact = page.contact
    name = letter_name(
        contact.text("postal_code"),
        contact.text("last_name") or contact.text("company"),
        contact.text("first_name"),
        contact.id,
    )
    return name.removesuffix(".docx")


def _in_words(error: OutreachError) -> Text:
    if error.hint is None:
        return error.what
    return Text("{what}: {hint}", what=error.what, hint=error.hint)
