"""What a check finds in an e-mail without sending it: links, pictures, what looks like junk."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sample_mail import CONTENT, ENVELOPE

from outreach.model.message import Message, Plain
from outreach.rendering.email import compose
from outreach.rendering.inspection_links import Fault, link_faults, picture_faults
from outreach.rendering.inspection_mail import (
    message_faults,
    subject_faults,
    unsubscribe_faults,
)
from outreach.rendering.mail_source import VALUE, Link, MailSource, Picture, holdings


def saying(message: Message, html: str | None) -> Message:
    """The message with another page."""
    return replace(message, body=Plain(message.text, html))


def said(faults: list[Fault]) -> list[str]:
    assert all(str(hint) for _, hint in faults)
    return [str(what) for what, _ in faults]


@pytest.mark.parametrize(
    ("target", "words", "expected"),
    [
        ("", "x", "a link leads nowhere"),
        ("#", "x", "a link leads nowhere"),
        ("#top", "x", "a link leads nowhere"),
        ("page.html", "x", "the link 'page.html' has no https://"),
        ("www.atelier.fr", "x", "the link 'www.atelier.fr' has no https://"),
        ("htps://a.fr", "x", "the link 'htps://a.fr' cannot be followed"),
        ("javascript:x()", "x", "the link 'javascript:x()' cannot be followed"),
        ("https://", "x", "the link 'https://' is not filled in"),
        ("https://…", "x", "the link 'https://…' is not filled in"),
        ("https://www.example.com/a", "x", "the link 'https://www.example.com/a' is not filled in"),
        ("https://a.fr/un plan", "x", "the link 'https://a.fr/un plan' is not filled in"),
        ("https://[::1", "x", "the link 'https://[::1' is not filled in"),
        ("http://localhost:8000/", "x",
         "the link 'http://localhost:8000/' is known on your own network only"),
        ("http://192.168.1.4/p", "x",
         "the link 'http://192.168.1.4/p' is known on your own network only"),
        ("mailto:marie", "x", "the link 'mailto:marie' has no valid e-mail address"),
        ("mailto:a@b.fr,@c.fr", "x", "the link 'mailto:a@b.fr,@c.fr' has no valid e-mail address"),
        ("https://bit.ly/3x", "x", "the link 'https://bit.ly/3x' is a shortened one"),
        ("https://evil.fr/a", "www.banque.fr", "the link shows www.banque.fr and leads to evil.fr"),
        ("https://evil.fr", "https://banque.fr/x", "the link shows banque.fr and leads to evil.fr"),
    ],
)  # fmt: skip
def test_a_link_that_does_not_lead_where_it_should_is_named(
    target: str, words: str, expected: str
) -> None:
    assert said(list(link_faults(Link(target, words, 1)))) == [expected]


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("https://atelier.fr/plan?a=1", "Le plan"),
        ("https://www.atelier.fr", "atelier.fr"),
        ("https://boutique.atelier.fr/x", "www.atelier.fr"),
        ("https://atelier.fr/x", "M. Dupont"),
        (VALUE, "x"),
        (f"https://{VALUE}/x", "atelier.fr"),
        (f"https://atelier.fr/{VALUE}", "x"),
        ("mailto:contact@atelier.fr?subject=Oui%2C%20merci", "x"),
        (f"mailto:{VALUE}?subject=Oui", "contact@atelier.fr"),
        ("tel:+33299000000", "02 99 00 00 00"),
    ],
)
def test_a_good_link_is_passed_over(target: str, words: str) -> None:
    assert said(list(link_faults(Link(target, words, 1)))) == []


@pytest.mark.parametrize(
    ("source", "alt", "expected"),
    [
        ("images/a.png", None, "the picture 'images/a.png' has no words in its place"),
        ("", "a", "a picture has no file"),
        ("data:image/png;base64,AA", "a", "a picture stands in the HTML itself (data:)"),
        (f"images/{VALUE}.png", "a",
         "the picture 'images/{{…}}.png' depends on a value and would not be found"),
        ("logo.svg", "a", "the picture 'logo.svg' is not shown by every mail program"),
        ("http://localhost/a.png", "a",
         "the link 'http://localhost/a.png' is known on your own network only"),
    ],
)  # fmt: skip
def test_a_picture_that_would_not_be_seen_is_named(
    source: str, alt: str | None, expected: str
) -> None:
    assert said(list(picture_faults(Picture(source, alt, 1)))) == [expected]


def test_a_good_picture_is_passed_over() -> None:
    """Without words where it only decorates; a person's own where it is linked."""
    for source in ("images/a.png", "https://a.fr/a.jpg?x=1", VALUE, f"https://a.fr/{VALUE}.png"):
        assert said(list(picture_faults(Picture(source, "", 1)))) == []


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("OFFRE EXCEPTIONNELLE", ["the subject is in capitals"]),
        (f"{VALUE}, GRATUIT AUJOURD'HUI", ["the subject is in capitals"]),
        ("Vite !! Venez !", ["the subject has several exclamation marks"]),
        ("Re: notre rendez-vous", ["the subject begins with Re: and answers nothing"]),
        ("TR : votre devis", ["the subject begins with TR: and answers nothing"]),
        ("FW: ACHETEZ VITE!!", ["the subject is in capitals",
                                "the subject has several exclamation marks",
                                "the subject begins with FW: and answers nothing"]),
        ("Portes ouvertes le 20 mars !", []),
        ("RDV SNCF ?", []),
        ("Référence : votre devis", []),
    ],
)  # fmt: skip
def test_a_subject_that_looks_like_junk_is_named(subject: str, expected: list[str]) -> None:
    assert said(list(subject_faults(subject, first=True))) == expected


def test_a_message_that_continues_another_may_say_so() -> None:
    assert said(list(subject_faults("Re: notre rendez-vous", first=False))) == []


def test_a_way_out_must_be_written() -> None:
    no_link = ["the message has no link to unsubscribe"]
    assert said(list(unsubscribe_faults(frozenset({"city"}), "<p>Bonjour</p>"))) == no_link
    assert said(list(unsubscribe_faults(frozenset({"unsubscribe_url"}), ""))) == []
    assert said(list(unsubscribe_faults(frozenset(), "Pour vous désinscrire, répondez STOP"))) == []


def test_a_page_above_100_kb_is_cut_off_by_gmail() -> None:
    message = compose(ENVELOPE, CONTENT)
    large = saying(message, "<p>" + "é" * 50_000 + "</p>")
    assert said(list(message_faults(large))) == ["the HTML of the message has 100 KB"]
    assert said(list(message_faults(saying(message, "é" * 50_000)))) == []


def test_a_page_that_is_a_picture_is_named() -> None:
    message = compose(ENVELOPE, CONTENT)
    picture = '<style>p { color: red }</style><img src="https://a.fr/a.png" alt="Tout y est">'
    expected = ["the message is hardly more than a picture"]
    assert said(list(message_faults(saying(message, picture)))) == expected
    assert said(list(message_faults(saying(message, picture + "mot " * 20)))) == []
    assert said(list(message_faults(saying(message, None)))) == []


def test_links_and_pictures_are_found_with_their_lines() -> None:
    html = f'<p>\n<a\n href="https://a.fr">Le <b>plan</b>\n</a><img src="{VALUE}"></p>'
    held = holdings(MailSource("a.html.j2", html, markdown=False))
    assert held.links == (Link("https://a.fr", "Le plan", 2),)
    assert held.pictures == (Picture(VALUE, None, 4),)


def test_so_they_are_in_markdown() -> None:
    source = (
        "# Titre\n\nun\n[deux **mots**](https://a.fr) et\n<a href='b'>c</a> ![Logo](l.png)\n\n"
        "<table><tr>\n<td background='f.png'></table>\n"
    )
    held = holdings(MailSource("a.md.j2", source, markdown=True))
    assert held.links == (Link("https://a.fr", "deux mots", 4), Link("b", "c", 5))
    assert held.pictures == (Picture("l.png", "Logo", 5), Picture("f.png", "", 8))
