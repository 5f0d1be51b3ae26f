"""Every sample e-mail with five hundred naughty values: refused in words, or whole when read.

Read back by the standard library and by mail-parser, which share no code for headers.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from email.message import EmailMessage

import mailparser
import pytest
from lxml.html import HTMLParser, document_fromstring
from naughty import NAUGHTY
from sample_mail import ENVELOPE, display_name, parsed, well_formed
from sample_people import NAMED, sample_templates, template_of, values_of

from outreach.errors import OutreachError
from outreach.model.message import Message
from outreach.rendering.email import compose, render_parts
from outreach.rendering.headers import TooLong, UnsafeHeader
from outreach.rendering.jinja import Templates
from outreach.rendering.mime import NotMail
from outreach.rendering.pieces import LeftOver

HEADERS = [
    "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "List-Id", "List-Unsubscribe",
    "List-Unsubscribe-Post", "Feedback-ID", "MIME-Version", "Content-Type",
]  # fmt: skip
#: Nothing else may stop a message, and each says why.
REFUSALS = (UnsafeHeader, TooLong, LeftOver, NotMail)


def made(templates: Templates, name: str, value: str, *, everywhere: bool) -> Message | None:
    """The message to somebody of that name, or None where it is refused with a sentence."""
    values = values_of({"last_name": value, "civility": "Mme", "city": "Rennes", "source": value})
    text = "emails/newsletter.txt.j2" if name == "newsletter" else None
    subject = "{{ last_name }} !" if everywhere else "Portes ouvertes"
    try:
        content = render_parts(
            templates, values, subject=subject, template=template_of(name), text=text
        )
        return compose(
            replace(ENVELOPE, recipient_name=value if everywhere else "Anne Le Goff"), content
        )
    except REFUSALS:
        return None


def read(part: EmailMessage) -> str:
    return str(part.get_content()).replace("\r\n", "\n")


def shown(text: str) -> str:
    """What can be seen: without controls, blanks drawn together."""
    seen = (" " if unicodedata.category(c) == "Cc" else c for c in text)
    return " ".join("".join(seen).split())


def words_of(html: str) -> str:
    root = document_fromstring(html.encode(), parser=HTMLParser(encoding="utf-8"))
    return shown("".join(map(str, root.find("body").itertext())))


@pytest.mark.parametrize("name", NAMED)
def test_no_value_breaks_a_sample(name: str) -> None:
    """In the body every value is sent but one that looks like a placeholder or is no text."""
    templates = sample_templates(name)
    assert len(NAUGHTY) >= 500
    refused = []
    for value in NAUGHTY:
        message = made(templates, name, value, everywhere=False)
        if message is None:
            refused.append(value)
            continue
        back = parsed(message)
        assert well_formed(message), ascii(value)
        assert not back.defects, ascii(value)
        assert back.keys() == HEADERS, ascii(value)
        kinds = [found.get_content_type() for found in back.walk()]
        assert kinds == ["multipart/alternative", "text/plain", "text/html"], ascii(value)
        text, html = (read(one) for one in back.iter_parts())
        assert text == message.text, ascii(value)
        assert html.rstrip("\n") == (message.html or "").rstrip("\n"), ascii(value)
        assert shown(value) in shown(text), ascii(value)
        assert shown(value) in words_of(html), ascii(value)
        assert "https://atelier.example/u/t0ken" in message.text
    assert [value for value in refused if not looks_unfilled(value)] == NO_TEXT


#: Halves of characters, and the two codes that we use inside.
NO_TEXT = ["a\ufdd0b", "a\ufdd1b", "a\ud800b", "a\udbffb", "a\udc00b", "a\udfffb"]


def looks_unfilled(value: str) -> bool:
    return re.search(r"\{\{|\}\}|\{%|%\}|«\w+»", value) is not None


def test_no_value_breaks_or_forges_a_header() -> None:
    """As name and subject: what could end a line or turn its reading is refused, by name."""
    templates = sample_templates("open-day")
    for value in NAUGHTY:
        message = made(templates, "open-day", value, everywhere=True)
        if message is None:
            assert must_be_refused(value), ascii(value)
            continue
        assert not must_be_refused(value), ascii(value)
        back = parsed(message)
        assert well_formed(message), ascii(value)
        assert back.keys() == HEADERS, ascii(value)
        name_there = value.strip(" \t\r\n")
        assert display_name(message, "To") == name_there, ascii(value)
        assert [to.addr_spec for to in back["To"].addresses] == ["anne@b.example"], ascii(value)
        assert str(back["Subject"]) == f"{value} !".strip(), ascii(value)
        second = mailparser.parse_from_bytes(message.content)
        assert second.to == [(name_there, "anne@b.example")], ascii(value)
        unfolded = re.sub(r"\r?\n(?=[ \t])", "", second.subject)
        assert unfolded == nfc(f"{value} !".strip()), ascii(value)
        assert [shown(text) for text in second.text_plain] == [shown(nfc(message.text))]
        assert [shown(text) for text in second.text_html] == [shown(nfc(message.html or ""))]


def nfc(text: str) -> str:
    """mail-parser composes what it reads."""
    return unicodedata.normalize("NFC", text)


def must_be_refused(value: str) -> bool:
    inside, subject = value.strip(" \t\r\n"), f"{value} !".strip(" \t\r\n")
    unsafe = "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
    too_long = len(inside) > 128
    return bool(
        re.search(unsafe, inside + subject) or too_long or looks_unfilled(value)
        or {"\ufdd0", "\ufdd1"} & set(value)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("a\r\nBcc: x@y.example", "subject holds a control character (U+000D)"),
        ("x" * 600, "subject has 600 characters; at most 500 are possible"),
        ("{{ city }}", "'{{' is left in the html"),
        ("a\ufdd0", "the message holds a code that stands for no character (U+FDD0)"),
        ("a\ud800", "holds half a character at position"),
    ],
)
def test_a_refusal_says_what_is_wrong(value: str, why: str) -> None:
    templates = sample_templates("open-day")

    def act() -> None:
        values = values_of({"last_name": value, "civility": "Mme"})
        content = render_parts(
            templates, values, subject="{{ last_name }}", template="emails/open-day.html.j2"
        )
        compose(ENVELOPE, content)

    with pytest.raises(OutreachError, match=re.escape(why)):
        act()
