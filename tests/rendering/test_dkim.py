"""Our signatures, judged by dkimpy, an independent verifier."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.rendering.dkim import BadKey, SigningKey, load_key, sign

#: In the past: the verifier refuses signatures from the future.
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ED = ed25519.Ed25519PrivateKey.generate()
MESSAGE = (
    b"From: Marie Le Goff <marie@atelier.example>\r\nTo: a@b.example\r\n"
    b"Subject:  Une   place\r\n vous attend\r\nDate: Mon, 01 Mar 2027 09:00:00 +0000\r\n"
    b"Message-ID: <x@atelier.example>\r\nList-Unsubscribe: <https://atelier.example/u/x>\r\n"
    b"MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n"
    b"Bonjour  \r\n\r\n d'Alen=C3=A7on\t \r\n\r\n\r\n"
)


def pem(
    private: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey,
) -> bytes:
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


KEYS = (
    load_key(pem(RSA), domain="atelier.example", selector="s1"),
    load_key(pem(ED), domain="atelier.example", selector="s2"),
)


def record(name: bytes, timeout: int = 5) -> bytes:
    """The DNS of the test: the public halves of the two keys."""
    if name.startswith(b"s1."):
        public = RSA.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
    public = ED.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return b"v=DKIM1; k=ed25519; p=" + base64.b64encode(public)


def verified(content: bytes, index: int = 0) -> bool:
    try:
        return bool(dkim.DKIM(content).verify(idx=index, dnsfunc=record))
    except dkim.ValidationError:  # how it says that the body was changed
        return False


def test_both_signatures_of_a_message_are_good() -> None:
    signed = sign(MESSAGE, KEYS, at=NOON)
    assert signed.endswith(MESSAGE)
    assert b" t=1772366400;" in signed
    assert verified(signed, 0)
    assert verified(signed, 1)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(" \tab.é", max_size=12), max_size=8))
def test_any_body_is_signed_as_the_verifier_reads_it(lines: list[str]) -> None:
    head = MESSAGE.partition(b"\r\n\r\n")[0]
    body = "\r\n".join(lines).encode() + b"\r\n"
    assert verified(sign(head + b"\r\n\r\n" + body, KEYS[1:], at=NOON))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Une   place", b"Deux places"),
        (b"Bonjour", b"Bonsoir"),
        (b"/u/x", b"/u/y"),
        (b"To: a@b.example\r\n", b"To: a@b.example\r\nTo: c@d.example\r\n"),
        (b"MIME-Version", b"Reply-To: thief@c.example\r\nMIME-Version"),
        (b"MIME-Version", b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nMIME-Version"),
    ],
)
def test_a_change_or_an_added_header_breaks_the_signature(old: bytes, new: bytes) -> None:
    signed = sign(MESSAGE, KEYS[1:], at=NOON)
    assert not verified(signed.replace(old, new, 1))


def test_spaces_that_servers_squeeze_do_not_break_it() -> None:
    signed = sign(MESSAGE, KEYS[:1], at=NOON)
    assert verified(signed.replace(b"Une   place\r\n vous", b"Une place vous", 1))


def test_signing_twice_gives_the_same_bytes_in_short_lines() -> None:
    signed = sign(MESSAGE, KEYS, at=NOON)
    assert signed == sign(MESSAGE, KEYS, at=NOON)
    assert max(map(len, signed.split(b"\r\n"))) <= 100


@pytest.mark.parametrize("content", [b"no key", pem(ec.generate_private_key(ec.SECP256R1())), b""])
def test_a_file_that_holds_no_usable_key_is_named(content: bytes) -> None:
    with pytest.raises(BadKey, match=r"the DKIM key s1 of atelier\.example"):
        load_key(content, domain="atelier.example", selector="s1")


def test_a_key_knows_its_algorithm() -> None:
    assert [key.algorithm for key in KEYS] == [b"rsa-sha256", b"ed25519-sha256"]
    assert isinstance(KEYS[0], SigningKey)
