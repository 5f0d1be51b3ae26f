"""The message put together from prepared pieces, and the same by `EmailMessage`: they decode alike.

Where the standard library is known to be wrong (see `headers`), the values here keep clear of it.
"""

from __future__ import annotations

import quopri
from collections.abc import Sequence
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_mail import ENVELOPE, display_name, parsed, part, well_formed, written
from sample_people import NAMED, PEOPLE, sample_templates, template_of, values_of
from slow_mail import slow_message

from outreach.rendering import mime
from outreach.rendering.email import compose, render_parts
from outreach.rendering.mime import AttachedFile
from outreach.rendering.quoted import Body, between, laid_out

FILES = (
    AttachedFile("plan.pdf", b"%PDF-1.7\n" + bytes(range(256)) * 40, "application/pdf"),
    AttachedFile("Plan d'accès à l'été 2027 – « atelier ».pdf", b"x" * 57, "application/pdf"),
    AttachedFile("é" * 80 + ".bin", b""),
    AttachedFile('a "b" \\c;d.txt', b"\r\n.\r\n" * 9, "application/octet-stream"),
)
FOLLOWED = replace(ENVELOPE, follows=("<aaa@atelier.example>", "<bbb@atelier.example>"))


def decoded(raw: bytes) -> list[object]:
    """What a reader gets of a message: headers, and each part with its type, name, content."""
    message: EmailMessage = message_from_bytes(raw, policy=policy.default)
    assert not message.defects
    kept = [name for name in message if not name.lower().startswith(("content", "mime"))]
    headers: list[object] = [(name, " ".join(str(message[name]).split())) for name in sorted(kept)]
    return headers + [_part(one) for one in message.walk()]


def _part(part: EmailMessage) -> object:
    if part.is_multipart():
        return part.get_content_type()
    content = part.get_content()
    if isinstance(content, str):
        content = content.replace("\r\n", "\n").rstrip("\n")
    disposition = part.get_content_disposition()
    return part.get_content_type(), disposition, part.get_filename(), content


@pytest.mark.parametrize("files", [(), FILES[:1], FILES], ids=["none", "one", "four"])
@pytest.mark.parametrize("name", NAMED)
def test_the_samples_decode_as_the_standard_library_would_write_them(
    name: str, files: Sequence[AttachedFile]
) -> None:
    templates = sample_templates(name)
    for person in PEOPLE:
        values = values_of(person)
        content = render_parts(
            templates, values, subject="Une place à l'atelier", template=template_of(name)
        )
        message = compose(FOLLOWED, content, files)
        twin = slow_message(
            FOLLOWED, subject=message.subject, text=message.text, html=message.html, files=files
        )
        assert well_formed(message)
        assert decoded(message.content) == decoded(twin)


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("Anne Le Goff", "Une place vous attend"),
        ('Jean "Jo" Bon, fils', "mot " * 60),
        ("Zoë Müller-Ÿ", "Élève de l'école d'été à Évreux, 35 € la journée " * 4),
        ("日本語テスト", "日本語" * 30),
        ("", "x"),
    ],
)
def test_names_and_subjects_decode_as_the_standard_library_would_write_them(
    name: str, subject: str
) -> None:
    message = compose(
        replace(ENVELOPE, recipient_name=name), written(subject.strip(), None, "Voilà.\n")
    )
    twin = slow_message(
        replace(ENVELOPE, recipient_name=name),
        subject=subject.strip(),
        text="Voilà.\n",
        html=None,
    )
    other = replace(message, content=twin)
    assert well_formed(message)
    assert display_name(message, "To") == display_name(other, "To") == name
    assert parsed(message)["Subject"] == subject.strip()
    # In a long subject `EmailMessage` of 3.11 loses blanks between encoded words.
    assert "".join(parsed(other)["Subject"].split()) == "".join(subject.split())


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=12),
            st.sampled_from([".", "\n", " ", "=", "é" * 30, "x" * 75, "x" * 76, "x" * 200, " \n"]),
        ),
        max_size=12,
    )
)
def test_any_pieces_joined_are_the_whole(pieces: list[str]) -> None:
    """Wherever a body is cut: the text comes back, no line passes 76, no blank ends a line."""
    values = [piece for piece in pieces[1::2] if "\n" not in piece]
    parts: list[str | int] = list(pieces[::2])
    parts[1:1] = range(len(values))
    body = Body(laid_out(parts), values, [between(one) for one in values])
    wire = b"".join(body.wires)
    lines = wire.split(b"\r\n")
    assert all(len(line) <= 76 and not line.endswith((b" ", b"\t")) for line in lines)
    whole = b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + wire
    part: EmailMessage = message_from_bytes(whole, policy=policy.default)
    raw = part.get_payload(decode=True)
    assert isinstance(raw, bytes)
    assert raw.decode().replace("\r\n", "\n") == body.text
    assert body.text == "".join(values[one] if isinstance(one, int) else one for one in parts)


@pytest.mark.parametrize("blank", [" ", "\t"])
@pytest.mark.parametrize("count", range(68, 80))
def test_a_blank_at_the_end_of_a_line_takes_its_three_columns(count: int, blank: str) -> None:
    """`binascii.b2a_qp` of Python 3.11 writes lines of 77 and 78 columns here."""
    for text in ("x" * count + blank + "\n", "x" * count + "é" + blank + "\nx"):
        wire = b"".join(Body(laid_out([text])).wires)
        assert max(map(len, wire.split(b"\r\n"))) <= 76
        assert quopri.decodestring(wire).decode().replace("\r\n", "\n") == text


def test_a_file_for_everybody_is_encoded_once() -> None:
    mime._file.cache_clear()
    for number in range(20):
        compose(
            replace(ENVELOPE, message_id=f"<{number}@atelier.example>"),
            written("Objet", None, "x"),
            FILES[:1],
        )
    assert mime._file.cache_info().misses == 1


def test_parts_of_a_message_are_what_they_were() -> None:
    message = compose(ENVELOPE, written("Objet", "<p>é</p>", "é\n"), FILES)
    assert part(message, "plain") == "é\n"
    names = [one.get_filename() for one in parsed(message).iter_attachments()]
    assert names == [one.name for one in FILES]
    assert [one.get_content() for one in parsed(message).iter_attachments()] == [
        one.content for one in FILES
    ]
