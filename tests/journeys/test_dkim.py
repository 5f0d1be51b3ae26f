"""What leaves is signed with every key of the sender; dkimpy, an independent verifier, says so."""

from __future__ import annotations

import base64

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from smtp_servers import SmtpServer
from workspaces import Workspace

RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ED = ed25519.Ed25519PrivateKey.generate()
BOTH = """\
    dkim:
      - {domain: atelier.example, selector: s1, key: file:rsa.pem}
      - {domain: atelier.example, selector: s2, key: file:ed.pem}
"""
Key = rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey


def pem(private: Key) -> bytes:
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def published(name: bytes, timeout: int = 5) -> bytes:
    """The DNS of the test: the public halves under their names, nothing else."""
    if name.rstrip(b".") == b"s1._domainkey.atelier.example":
        public = RSA.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
    assert name.rstrip(b".") == b"s2._domainkey.atelier.example"
    public = ED.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return b"v=DKIM1; k=ed25519; p=" + base64.b64encode(public)


def launched(workspace: Workspace, people: int, port: int, keys: str = BOTH) -> None:
    workspace.settings(port, more=keys)
    workspace.write("rsa.pem", pem(RSA))
    workspace.write("ed.pem", pem(ED))
    workspace.write("plan.pdf", b"%PDF-1.4\n%%EOF\n")
    workspace.write(
        "templates/mail.html.j2",
        "<p>Chère {{ last_name }},</p>\n<p>.une ligne qui commence par un point  </p>\n\n\n",
    )
    workspace.townspeople(people)
    workspace.campaign(
        "spring",
        steps="  - {step: mail, channel: email, subject: 'Été à {{ city }}',"
        " template: mail.html.j2, attachments: [plan.pdf]}\n",
    )
    workspace.launch("spring")


def test_each_message_carries_a_good_signature_of_each_key(workspace: Workspace) -> None:
    with SmtpServer() as server:
        launched(workspace, 3, server.port)
        assert workspace.ok("run")["sent"] == 3
    for _, content in server.received:
        assert content.count(b"DKIM-Signature:") == 2
        for index, algorithm in enumerate((b"rsa-sha256", b"ed25519-sha256")):
            verifier = dkim.DKIM(content)
            assert verifier.verify(idx=index, dnsfunc=published)
            fields = verifier.signature_fields
            assert fields[b"a"] == algorithm
            assert (fields[b"c"], fields[b"d"]) == (b"relaxed/relaxed", b"atelier.example")
            assert b"l" not in fields
            names = fields[b"h"].replace(b"\r\n", b"").replace(b" ", b"").split(b":")
            for once_more in (b"from", b"to", b"subject", b"date", b"message-id", b"reply-to",
                              b"list-unsubscribe", b"list-unsubscribe-post"):  # fmt: skip
                present = sum(
                    line.lower().startswith(once_more + b":")
                    for line in content.partition(b"\r\n\r\n")[0].split(b"\r\n")
                )
                assert names.count(once_more) == present + 1, once_more
            assert {b"mime-version", b"content-type"} <= set(names)


def test_a_message_that_was_changed_on_its_way_is_not_good(workspace: Workspace) -> None:
    with SmtpServer() as server:
        launched(workspace, 1, server.port)
        workspace.ok("run")
    ((_, content),) = server.received
    for old, new in ((b"\r\nTo:", b"\r\nReply-To: thief@c.example\r\nTo:"), (b"Date:", b"Date: x")):
        changed = content.replace(old, new, 1)
        assert changed != content
        assert not dkim.DKIM(changed).verify(idx=1, dnsfunc=published)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "the secret file"),
        (b"no key\n", "cannot be read"),
        (pem(ec.generate_private_key(ec.SECP256R1())), "of a kind that mail servers refuse"),
        (pem(rsa.generate_private_key(public_exponent=65537, key_size=1024))[:400],
         "cannot be read"),
    ],
    ids=["missing", "no key", "elliptic curve", "cut"],
)  # fmt: skip
def test_a_key_that_cannot_sign_stops_the_campaign_and_is_named(
    workspace: Workspace, content: bytes | None, words: str
) -> None:
    """Nobody is held for it: once the key is mended, everything leaves."""
    with SmtpServer() as server:
        launched(workspace, 2, server.port)
        key = workspace.folder / "rsa.pem"
        key.unlink()
        if content is not None:
            key.write_bytes(content)
        stopped = workspace.run("run")
        assert (stopped.code, words in stopped.err) == (1, True)
        assert workspace.by_state("spring") == {"due": 2}
        key.write_bytes(pem(RSA))
        assert workspace.ok("run")["sent"] == 2


def test_a_key_of_1024_bits_signs_and_the_doctor_warns_of_it(workspace: Workspace) -> None:
    """RFC 8301 §3.2: verifiers accept it, signers should not use it."""
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    with SmtpServer() as server:
        launched(workspace, 1, server.port)
        workspace.write("rsa.pem", pem(short))
        assert workspace.ok("run")["sent"] == 1
        found = workspace.run("doctor", "--offline", "--json").json["checks"]
    (finding,) = [one for one in found if one["name"] == "dkim:s1.atelier.example"]
    assert (finding["state"], "2048 bits" in finding["message"]) == ("warning", True)
