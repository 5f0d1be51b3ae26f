"""From templates and values to the bytes of one e-mail.

`render_parts` fills subject, HTML and text in; `compose` builds the message. Same input,
same bytes: the date is given, and nothing in them depends on chance.
Signing comes after (`dkim`), sending elsewhere. The wire form is ASCII with CRLF, but for
a recipient's address that is not: quoted-printable for text, so that no server ever
re-encodes (and breaks a signature).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from outreach.errors import Location, Text
from outreach.model.message import Message
from outreach.model.value import value
from outreach.rendering.context import Values
from outreach.rendering.envelope import Envelope, envelope_from, head
from outreach.rendering.environment import escapes
from outreach.rendering.headers import LONGEST_SUBJECT, recipient_address, safe
from outreach.rendering.jinja import Templates
from outreach.rendering.mime import AttachedFile, NotMail, entity
from outreach.rendering.missing import MissingValues
from outreach.rendering.pictures import embedding
from outreach.rendering.pieces import Constants, refuse_left_over
from outreach.rendering.quoted import Body
from outreach.rendering.shapes import page, written


@value
class Content:
    """What one person reads. Without `html` the message is plain text."""

    subject: str
    text: Body
    html: Body | None = None
    #: Paths below `templates/` of the pictures that the page shows from within the message.
    pictures: tuple[str, ...] = ()


@value
class _Read:
    """A content as one reads it."""

    _content: Content

    @property
    def text(self) -> str:
        return self._content.text.text

    @property
    def html(self) -> str | None:
        return self._content.html.text if self._content.html else None


def render_parts(
    templates: Templates,
    values: Values,
    *,
    subject: str,
    template: str,
    text: str | None = None,
    subject_at: Location | None = None,
) -> Content:
    """Subject, body and hand-written text of a step for one person.

    `template` is HTML or text by its name, `text` names the text that goes with HTML.
    Raises `MissingValues` with every missing name of all of them.
    """
    missing: list[str] = []
    line, body, by_hand = "", list[str](), None
    try:
        line = templates.render_text(subject, values, where=subject_at)
    except MissingValues as error:
        missing += error.names
    try:
        body = templates.pieces(template, values)
    except MissingValues as error:
        missing += error.names
    try:
        by_hand = templates.pieces(text, values) if text else None
    except MissingValues as error:
        missing += error.names
    if missing:
        raise MissingValues(missing)
    if escapes(template):
        page: Iterable[str] = body
        pictures: tuple[str, ...] = ()
        if templates.pictured:
            page, pictures = embedding(body, templates.constants)
        written = content(line, html=page, text=by_hand, constants=templates.constants)
        return replace(written, pictures=pictures) if pictures else written
    return content(line, html=None, text=body)


def content(
    subject: str,
    *,
    html: Iterable[str] | None,
    text: Iterable[str] | None,
    constants: Constants | None = None,
) -> Content:
    """Finished bodies of what templates printed: styles in the elements, and a text.

    `html` and `text` come in pieces; those of the templates themselves are in `constants`.
    """
    if html is None and text is None:
        raise NotMail(Text("the message has neither text nor HTML"))
    constants = Constants() if constants is None else constants
    if html is None:
        assert text is not None
        return Content(subject, written(list(text), constants))
    # The page first: most values of the text are in it, and known by then.
    shown, derived = page(html, constants)
    by_hand = None if text is None else written(list(text), constants)
    return Content(subject, by_hand or derived, shown)


def compose(envelope: Envelope, content: Content, files: Iterable[AttachedFile] = ()) -> Message:
    """The finished message. Raises an `OutreachError` that names what cannot be sent."""
    subject = safe("subject", content.subject, LONGEST_SUBJECT)
    if not subject:
        raise NotMail(Text("the subject is empty"))
    refuse_left_over("subject", subject)
    html = content.html
    parts = entity(
        content.text.wires,
        html.wires if html else None,
        tuple(files),
    )
    recipient = recipient_address("to", envelope.recipient)
    return Message(
        envelope_from=envelope_from(envelope),
        recipient=recipient,
        message_id=envelope.message_id,
        subject=subject,
        body=_Read(content),
        content=b"".join((head(envelope, recipient, subject), *parts)),
    )
