"""E-mails before they leave: in Markdown, with pictures, and what a check warns of."""

from __future__ import annotations

import struct
import zlib
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from workspaces import Workspace, mail

LAYOUT = """\
<html><body>
<img src="images/logo.png" alt="Atelier">
{% block content %}{% endblock %}
<p><a href="{{ unsubscribe_url }}">Unsubscribe</a></p>
</body></html>
"""
NEWS = """\
---
layout: emails/layout.html.j2
---
{% from "snippets/button.html.j2" import button %}
Dear **{{ last_name }}**,

the workshop opens its doors on Saturday, from ten to six, for everybody who likes wood:

- from {{ city }}
- [our page](https://atelier.example/news)

{{ button("Come & see", "https://atelier.example/day") }}
"""
BUTTON = """\
{% macro button(words, link) %}
<table><tr><td><a href="{{ link }}">{{ words }}</a></td></tr></table>
{% endmacro %}
"""


def png(width: int = 1) -> bytes:
    """A picture of one colour."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)

    rows = (b"\0" + b"\xb4\x53\x2a" * width) * width
    head = struct.pack(">IIBBBBB", width, width, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


@pytest.fixture
def news(workspace: Workspace) -> Workspace:
    """Two people of Rennes, and a message in Markdown with a picture in its layout."""
    workspace.townspeople(2)
    workspace.settings(more='unsubscribe_url: "https://atelier.example/u/{token}"\n')
    workspace.write("templates/emails/layout.html.j2", LAYOUT)
    workspace.write("templates/emails/news.md.j2", NEWS)
    workspace.write("templates/snippets/button.html.j2", BUTTON)
    workspace.write("templates/images/logo.png", png())
    workspace.campaign("news", steps=mail(template="emails/news.md.j2"))
    return workspace


def found(workspace: Workspace, name: str, code: int = 0) -> list[tuple[str, str]]:
    """Place and words of what a check says of the templates and the campaign's e-mails."""
    problems = workspace.ok("check", name, code=code)["problems"]
    return [
        (f"{one['file']}:{one['line']}", one["message"])
        for one in problems
        if one["file"] and one["hint"]
    ]


def test_markdown_with_a_picture_is_seen_before_it_leaves(news: Workspace) -> None:
    """`check` has nothing against it; `preview` writes the very message, its picture within."""
    assert found(news, "news") == []
    shown = news.ok("preview", "news", "--who", "p001@mail.example", "--out", "seen")
    (page,) = (news.folder / "seen").glob("mail-*.html")
    (eml,) = (news.folder / "seen").glob("mail-*.eml")
    assert "data:image/png;base64,iVBOR" in page.read_text()
    message = message_from_bytes(eml.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    kinds = [part.get_content_type() for part in message.walk()]
    assert kinds == [
        "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png",
    ]  # fmt: skip
    html = message.get_body(("html",))
    assert html is not None
    assert "<p>Dear <strong>Name-p001</strong>,</p>" in html.get_content()
    assert "<li>from Rennes</li>" in html.get_content()
    assert '<td><a href="https://atelier.example/day">Come &amp; see</a></td>' in html.get_content()
    text = message.get_body(("plain",))
    assert text is not None
    said = text.get_content().replace("\r\n", "\n")
    assert said.startswith("Dear Name-p001,\n\nthe workshop opens")
    assert "  * from Rennes\n  * our page <https://atelier.example/news>\n" in said
    assert shown


def test_a_picture_that_changed_since_the_launch_stops_the_run(news: Workspace) -> None:
    """The picture is part of what was confirmed."""
    news.launch("news")
    news.write("templates/images/logo.png", png(2))
    stopped = news.ok("run", "news", code=1)
    assert "changed since it was launched" in stopped["errors"][0]["message"]


def test_a_picture_that_is_not_there_stops_the_launch(news: Workspace) -> None:
    (news.folder / "templates/images/logo.png").unlink()
    expected = ("templates/emails/layout.html.j2:2", "there is no picture 'images/logo.png'")
    assert expected in found(news, "news", 1)
    assert news.run("launch", "news", "--confirm", "2").code == 1


def test_what_looks_like_junk_is_told_with_file_and_line(news: Workspace) -> None:
    news.write("templates/images/logo.png", b"\x89PNG" + bytes(1_100_000))
    news.write(
        "templates/emails/bad.html.j2",
        '<p>Dear {{ last_name }}</p>\n<p><a href="#">Here</a>\n'
        '<a href="https://bit.ly/x">And here</a>\n<a href="news.html">there</a></p>\n'
        '<a href="https://evil.example/a">www.bank.example</a>\n'
        '<p><img src="images/logo.png"></p>\n',
    )
    news.campaign(
        "bad",
        steps='  - {step: mail, channel: email, subject: "RE: BUY TODAY!!", '
        "template: emails/bad.html.j2}\n",
    )
    at = "templates/emails/bad.html.j2"
    subject = "campaigns/bad.yaml:7"
    assert found(news, "bad") == [
        (subject, "the subject is in capitals"),
        (subject, "the subject has several exclamation marks"),
        (subject, "the subject begins with RE: and answers nothing"),
        (f"{at}:2", "a link leads nowhere"),
        (f"{at}:3", "the link 'https://bit.ly/x' is a shortened one"),
        (f"{at}:4", "the link 'news.html' has no https://"),
        (f"{at}:5", "the link shows www.bank.example and leads to evil.example"),
        (f"{at}:6", "the picture 'images/logo.png' has no words in its place"),
        (f"{at}:6", "the picture 'images/logo.png' has 1,100 KB"),
        (f"{at}:None", "the message has no link to unsubscribe"),
        (subject, "the message is hardly more than a picture"),
    ]


def test_a_page_that_gmail_would_cut_off_is_told_before_it_leaves(news: Workspace) -> None:
    news.write("templates/emails/news.md.j2", NEWS + "\n" + "A long story. " * 8000)
    ((place, message),) = found(news, "news")
    assert message == "the HTML of the message has 112 KB"
    assert place.startswith("campaigns/news.yaml:")


def test_a_mistake_in_markdown_is_told_with_its_line(news: Workspace) -> None:
    news.write("templates/emails/news.md.j2", "---\ntitel: News\n---\n\nDear {{ last_nme }}\n")
    assert found(news, "news", 1)[:2] == [
        ("templates/emails/news.md.j2:5", "nobody has a value named 'last_nme'"),
        ("templates/emails/news.md.j2:2",
         "the layout has no block 'titel': its text would never be shown"),
    ]  # fmt: skip
