"""Pictures in an e-mail: below `templates/` they travel with it, with https:// they stay there."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from sample_mail import ENVELOPE, parsed, well_formed, written

from outreach.rendering.email import compose
from outreach.rendering.mime import AttachedFile
from outreach.rendering.pictures import content_id, embedding, local_picture

LOGO = AttachedFile("logo.png", b"\x89PNG", "image/png", content_id("images/logo.png"))
PAGE = f'<p>Bonjour</p><img src="cid:{LOGO.content_id}" alt="">'


def test_a_path_without_a_scheme_is_a_file_below_templates() -> None:
    assert local_picture("images/logo.png") == "images/logo.png"
    assert local_picture("./images/un%20plan &amp; c.png") == "images/un plan & c.png"
    for elsewhere in ("https://a.example/l.png", "//a.example/l.png", "data:image/png;base64,A",
                      "cid:1@a", "/l.png", "", "#x"):  # fmt: skip
        assert local_picture(elsewhere) is None


def test_the_page_names_its_pictures_by_cid_and_each_travels_once() -> None:
    pieces = ["<img src='images/a.png'>", '<td background="b.jpg" class="x">', "Anne",
              '<img alt="" src="images/a.png"><img src="https://a.example/c.png">']  # fmt: skip
    constants = {*pieces} - {"Anne"}
    page, paths = embedding(pieces, constants)
    assert paths == ("images/a.png", "b.jpg")
    assert page == [
        f"<img src='cid:{content_id('images/a.png')}'>",
        f'<td background="cid:{content_id("b.jpg")}" class="x">',
        "Anne",
        f'<img alt="" src="cid:{content_id("images/a.png")}"><img src="https://a.example/c.png">',
    ]
    assert set(page) - {"Anne"} <= constants


def test_a_value_names_no_file() -> None:
    value = '<img src="letters/secret.docx">'
    assert embedding([value], set()) == ([value], ())


def test_the_id_of_a_picture_is_the_same_in_every_message() -> None:
    assert content_id("images/logo.png") == "706ff17a872243dc0aa5@outreach.invalid"


def _shape(part: EmailMessage) -> object:
    if not part.is_multipart():
        return part.get_content_type()
    return (part.get_content_subtype(), *(_shape(one) for one in part.iter_parts()))


def test_pictures_stand_beside_the_html_and_files_beside_the_message() -> None:
    """RFC 2387 within RFC 2046: mixed(alternative(text, related(html, picture)), file)."""
    plan = AttachedFile("plan.pdf", b"%PDF", "application/pdf")
    content = written("Sujet", PAGE, "Bonjour\n")
    both = compose(ENVELOPE, content, [plan, LOGO])
    related = ("related", "text/html", "image/png")
    alternative = ("alternative", "text/plain", related)
    assert _shape(parsed(both)) == ("mixed", alternative, "application/pdf")
    assert _shape(parsed(compose(ENVELOPE, content, [LOGO]))) == alternative
    assert well_formed(both)


def test_the_picture_is_found_by_the_name_that_the_html_has() -> None:
    message = parsed(compose(ENVELOPE, written("Sujet", PAGE, "Bonjour\n"), [LOGO]))
    picture = next(part for part in message.walk() if part.get_content_type() == "image/png")
    assert picture["Content-ID"] == f"<{LOGO.content_id}>"
    assert picture.get_content_disposition() == "inline"
    assert picture.get_payload(decode=True) == b"\x89PNG"
    page = message.get_body(("html",))
    assert page is not None
    assert f"cid:{LOGO.content_id}" in page.get_content()


def test_a_message_of_text_alone_shows_no_picture() -> None:
    message = parsed(compose(ENVELOPE, written("Sujet", None, "Bonjour\n"), []))
    assert message.get_content_type() == "text/plain"


@pytest.mark.parametrize("attribute", ['data-src="a.png"', 'srcset="a.png 2x"', 'alt="a.png"'])
def test_other_attributes_stay_as_they_are(attribute: str) -> None:
    piece = f"<img {attribute}>"
    assert embedding([piece], {piece}) == ([piece], ())
