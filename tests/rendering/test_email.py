"""The bytes of an e-mail: parsed back by the standard library, compared with what went in."""

from __future__ import annotations

import quopri
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_mail import CONTENT, ENVELOPE, MARIE, NAUGHTY, parsed, part, well_formed, written

from outreach.model.campaign import AudienceRule, Campaign
from outreach.model.contact import Contact
from outreach.model.field import Catalogue
from outreach.model.ids import ContactId
from outreach.model.settings import Organisation, Sender
from outreach.rendering.context import Values, values_for
from outreach.rendering.email import compose, content, render_parts
from outreach.rendering.envelope import Envelope, Letterhead
from outreach.rendering.jinja import Templates
from outreach.rendering.mime import AttachedFile, NotMail
from outreach.rendering.missing import MissingValues
from outreach.rendering.pieces import Constants, LeftOver

SAMPLES = Path(__file__).parents[2] / "templates"


def test_a_full_message_is_written_as_here() -> None:
    """Two parts, every header of the rules, in this order."""
    message = compose(ENVELOPE, CONTENT)
    assert message.content.decode("ascii") == (
        "From: Marie Le Goff <marie@atelier.example>\r\n"
        "To: Anne Le Goff <anne@b.example>\r\n"
        "Reply-To: contact@atelier.example\r\n"
        "Subject: Une place vous attend\r\n"
        "Date: Mon, 01 Mar 2027 08:30:00 +0000\r\n"
        "Message-ID: <abc@atelier.example>\r\n"
        "List-Id: Portes ouvertes <open-day.atelier.example>\r\n"
        "List-Unsubscribe: <https://atelier.example/u/t0ken>,\r\n"
        " <mailto:contact@atelier.example?subject=unsubscribe-t0ken>\r\n"
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
        "Feedback-ID: open-day:marie:email:atelier-example\r\n"
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/alternative; boundary="=_part_0"\r\n'
        "\r\n"
        "--=_part_0\r\n"
        'Content-Type: text/plain; charset="utf-8"\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n"
        "\r\n"
        "Bonjour d'Alen=C3=A7on\r\n"
        "\r\n"
        "--=_part_0\r\n"
        'Content-Type: text/html; charset="utf-8"\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n"
        "\r\n"
        "<html><head></head><body><p>Bonjour d'Alen=C3=A7on</p></body></html>\r\n"
        "--=_part_0--\r\n"
    )
    assert message.envelope_from == "bounce+b0unce@atelier.example"
    assert message.recipient == "anne@b.example"


def test_a_plain_message_with_accents_and_a_file_is_written_as_here() -> None:
    elan = Sender(name="élan", display_name="L'Élan, SARL", address="a@brocéliande.example")
    envelope = Envelope(
        Letterhead(sender=elan, campaign="Été 2027"),
        recipient="b@c.example",
        recipient_name='Jean "Jo" Bon, fils',
        message_id="<def@xn--brocliande-e7a.example>",
        date=datetime(2027, 3, 1, 8, 30, tzinfo=UTC),
        follows=("<aaa@atelier.example>", "<abc@atelier.example>"),
    )
    files = [AttachedFile("Plan d'été.pdf", b"%PDF-1.7", "application/pdf")]
    message = compose(envelope, written("Où ? À l'atelier", None, "Voilà.\n.\nFrom ici "), files)
    assert message.content.decode("ascii") == (
        "From: =?utf-8?b?TCfDiWxhbiwgU0FSTA==?= <a@xn--brocliande-e7a.example>\r\n"
        'To: "Jean \\"Jo\\" Bon, fils" <b@c.example>\r\n'
        "Subject: =?utf-8?b?T8O5ID8gw4AgbCdhdGVsaWVy?=\r\n"
        "Date: Mon, 01 Mar 2027 08:30:00 +0000\r\n"
        "Message-ID: <def@xn--brocliande-e7a.example>\r\n"
        "In-Reply-To: <abc@atelier.example>\r\n"
        "References: <aaa@atelier.example> <abc@atelier.example>\r\n"
        "List-Id: <ete-2027.xn--brocliande-e7a.example>\r\n"
        "Feedback-ID: ete-2027:elan:email:xn--brocliande-\r\n"
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="=_part_0"\r\n'
        "\r\n"
        "--=_part_0\r\n"
        'Content-Type: text/plain; charset="utf-8"\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n"
        "\r\n"
        "Voil=C3=A0.\r\n"
        "=2E\r\n"
        "From ici=20\r\n"
        "\r\n"
        "--=_part_0\r\n"
        "Content-Type: application/pdf\r\n"
        "Content-Transfer-Encoding: base64\r\n"
        "Content-Disposition: attachment;\r\n"
        " filename*=utf-8''Plan%20d%27%C3%A9t%C3%A9.pdf\r\n"
        "\r\n"
        "JVBERi0xLjc=\r\n"
        "\r\n"
        "--=_part_0--\r\n"
    )
    assert message.envelope_from == "a@xn--brocliande-e7a.example"
    (file,) = parsed(message).iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("Plan d'été.pdf", b"%PDF-1.7")


def test_the_same_input_gives_the_same_bytes() -> None:
    files = [AttachedFile("a.bin", bytes(range(256)) * 9)]
    assert compose(ENVELOPE, CONTENT, files) == compose(ENVELOPE, CONTENT, files)
    assert well_formed(compose(ENVELOPE, CONTENT, files))


@pytest.mark.parametrize(
    "name", ["a.pdf", "é" * 100 + ".pdf", 'a"b\\c.pdf', "a b  c.pdf", "日本" * 40, "x" * 100]
)
def test_the_name_of_a_file_comes_back(name: str) -> None:
    message = compose(ENVELOPE, CONTENT, [AttachedFile(name, b"1" * 200, "application/pdf")])
    (file,) = parsed(message).iter_attachments()
    assert file.get_filename() == name
    assert file.get_content() == b"1" * 200
    assert well_formed(message)
    assert part(message, "plain") == "Bonjour d'Alençon\n"


@pytest.mark.parametrize("left", ["{{ city }}", "{% if %}", "«Ville»", "}}"])
def test_a_placeholder_never_reaches_anybody(left: str) -> None:
    for subject, html, text in (
        (f"Bonjour {left}", "<p>x</p>", "x"),
        ("Bonjour", "<p>x</p>", f"Bonjour {left}"),
        ("Bonjour", f"<p>Bonjour {left}</p>", "x"),
        ("Bonjour", f'<a href="https://a.example/{left}">x</a>', None),
    ):
        with pytest.raises(LeftOver):
            compose(ENVELOPE, written(subject, html, text))


def test_french_quotes_and_braces_of_a_style_sheet_are_no_placeholders() -> None:
    html = "<style>@media print{p{color:red}}</style><p>« Bonjour » et « À bientôt »</p>"
    assert compose(ENVELOPE, written("« Bonjour »", html)).text == "« Bonjour » et « À bientôt »\n"


def test_styles_are_written_into_the_elements_and_media_queries_kept() -> None:
    html = "<style>p{color:red}@media (max-width:9px){p{color:blue!important}}</style><p>x</p>"
    message = compose(ENVELOPE, written("Objet", html))
    assert message.html is not None
    assert '<p style="color: red;">x</p>' in message.html
    assert "@media (max-width:9px)" in message.html


def test_a_style_sheet_elsewhere_is_never_fetched() -> None:
    html = '<link rel="stylesheet" href="http://127.0.0.1:9/x.css"><p>x</p>'
    assert compose(ENVELOPE, written("Objet", html)).text == "x\n"


def test_an_empty_message_or_half_a_character_is_an_error() -> None:
    for subject, html, text in (
        ("Objet", None, None), (" ", None, "x"), ("Objet", None, "a\ud83d"),
        ("Objet", "<p>a\ud83d</p>", None),
    ):  # fmt: skip
        with pytest.raises(NotMail):
            compose(ENVELOPE, written(subject, html, text))


def test_missing_values_of_subject_body_and_text_are_named_together() -> None:
    sources = {"a.html.j2": "{{ city }}", "a.txt.j2": "{{ phone }}"}
    templates = Templates(
        sources.__getitem__, fields=Catalogue().names, language="fr", locale="fr_FR", currency="EUR"
    )
    with pytest.raises(MissingValues) as caught:
        render_parts(
            templates,
            sample_values(),
            subject="{{ job_title }}",
            template="a.html.j2",
            text="a.txt.j2",
        )
    assert caught.value.names == ("job_title", "city", "phone")


@pytest.mark.parametrize(
    "name", ["open-day", "open-day-b", "open-day-en", "newsletter", "newsletter-en"]
)
def test_every_sample_makes_a_message_that_holds_for_hostile_values(name: str) -> None:
    language = "en" if name.endswith("-en") else "fr"
    templates = Templates(
        lambda path: (SAMPLES / path).read_text(encoding="utf-8"),
        fields=Catalogue().names, language=language, locale="fr_FR", currency="EUR",
    )  # fmt: skip
    for value in NAUGHTY:
        values = sample_values(last_name=value, city=value, civility="Mme", source=value)
        content = render_parts(
            templates, values, subject="{{ last_name }} !", template=f"emails/{name}.html.j2"
        )
        message = compose(replace(ENVELOPE, recipient_name=value), content)
        assert well_formed(message)
        assert " ".join(value.split()) in " ".join(message.text.split())
        assert "https://atelier.example/u/t0ken" in message.text
        assert message.html is not None
        assert len(message.html) < 20_000
        assert "<b>" not in message.html


def sample_values(**given: str) -> Values:
    return values_for(
        Contact(ContactId(7), given),
        Catalogue().names,
        organisation=Organisation(
            name="Atelier Brocéliande", address="3 rue du Four, 35000 Rennes"
        ),
        sender=MARIE,
        campaign=Campaign(name="open-day", audience=AudienceRule(where="true"), steps=()),
        today=date(2027, 3, 1),
        unsubscribe_url="https://atelier.example/u/t0ken",
    )


@given(values=st.lists(st.text(max_size=230), min_size=3, max_size=3))
def test_a_text_by_hand_reads_as_its_template_printed_it(values: list[str]) -> None:
    """Whatever the values hold: line ends, control characters, more than a line."""
    own = ["Bonjour ", ",\n\nvoici : ", ".\nÀ bientôt, "]
    chunks = [piece for pair in zip(own, values, strict=True) for piece in pair]
    printed = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", " ", "".join(chunks))
    expected = re.sub(r"\r\n?", "\n", printed).strip("\n") + "\n"
    try:
        body = content("s", html=None, text=chunks, constants=Constants(own)).text
    except (LeftOver, NotMail):
        assert re.search("[{}«\ufdd0\ufdd1]", expected)
        return

    assert body.text == expected
    wire = b"".join(body.wires)
    assert quopri.decodestring(wire).decode().replace("\r\n", "\n") == expected
    assert max(map(len, wire.split(b"\r\n"))) <= 76
