"""What goes with an e-mail of one person: files as they are, and letters merged for him."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path, PurePosixPath

from outreach.files.pdf import Converted
from outreach.files.pdf_office import Office
from outreach.model.campaign import Attachment, Step
from outreach.model.contact import Contact
from outreach.rendering.context import Values
from outreach.rendering.jinja import Templates
from outreach.rendering.mime import AttachedFile
from outreach.runner.attached import FilesToAttach, mime_of
from outreach.runner.merging import Merging


class Enclosures:
    """The attachments of the steps of one workspace."""

    def __init__(self, folder: Path, merging: Merging, office: Office) -> None:
        self._files = FilesToAttach(folder)
        self._merging = merging
        self._pdf = Converted(office)

    def of(
        self,
        step: Step,
        contact: Contact,
        templates: Templates,
        values: Values,
        *,
        today: datetime,
        locale: str,
    ) -> list[AttachedFile]:
        """All that a step sends one person. Raises what merging and reading raise."""
        return [
            self._letter(attachment, contact, today, locale)
            if attachment.letter
            else self._files.file(templates.render_text(attachment.path or "", values))
            for attachment in step.attachments
        ]

    def _letter(
        self, attachment: Attachment, contact: Contact, today: datetime, locale: str
    ) -> AttachedFile:
        name = PurePosixPath(attachment.letter or "")
        content = self._merging.merge(
            str(name), contact, locale=locale, today=today, answers=attachment.answers
        )
        if attachment.as_pdf:
            name, content = name.with_suffix(".pdf"), self._pdf(content)
        return AttachedFile(name.name, content, mime_of(name.name))
