"""An e-mail as a browser may show it."""

from __future__ import annotations

from email.message import EmailMessage

from outreach.web.mail import ReceivedMail, safe_html


def test_what_runs_loads_or_leads_away_is_left_out() -> None:
    html, remote = safe_html(
        '<head><script>x()</script><link rel="preconnect" href="https://e.example">'
        '<base href="https://e.example/"><meta http-equiv="Refresh" content="0;url=//e.example">'
        '</head><p>Hello</p><iframe src="https://e.example"></iframe>'
        '<form action="https://e.example"><b>kept</b></form>'
        '<img alt="A" src="http://e.example/a.png" srcset="http://e.example/b.png 2x">'
        '<td background="//e.example/c.png">cell</td>',
        {},
    )
    assert remote == ["http://e.example/a.png"]
    assert "e.example" not in html
    assert all(text in html for text in ("<p>Hello</p>", "<b>kept</b>", 'alt="A"', "cell"))


def test_pictures_that_come_along_are_shown() -> None:
    html, remote = safe_html('<img src="cid:logo@x">', {"logo@x": "data:image/png;base64,AA=="})
    assert 'src="data:image/png;base64,AA=="' in html
    assert remote == []


def test_a_message_is_read_back_from_its_bytes() -> None:
    message = EmailMessage()
    message["Subject"] = "Été à l'atelier"
    message.set_content("text")
    message.add_alternative('<p>Héllo <img src="cid:logo"></p>', subtype="html")
    html = message.get_payload(1)
    assert isinstance(html, EmailMessage)
    html.add_related(b"\x89PNG", "image", "png", cid="<logo>")
    message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="plan.pdf")

    mail = ReceivedMail(message.as_bytes())

    assert ("Subject", "Été à l'atelier") in mail.headers
    assert mail.html is not None
    assert "Héllo" in mail.html
    assert '<img src="data:image/png;base64,iVBORw==">' in mail.html
    assert [(one.name, one.type, one.size) for one in mail.attached] == [
        ("plan.pdf", "application/pdf", 8)
    ]


def test_a_text_alone_has_no_html() -> None:
    message = EmailMessage()
    message.set_content("text")
    assert ReceivedMail(message.as_bytes()).html is None
