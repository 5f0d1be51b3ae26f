"""Acceptance of issue line 4.10: two signatures, judged by dkimpy, over what really leaves."""

from __future__ import annotations

import base64

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from smtp_servers import SmtpServer
from workspaces import Workspace

#: In the past: a signature of tomorrow (`t=`) is none to a verifier.
MONDAY = "2026-03-02T09:00"
KEYS = {
    "rsa": rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "ed": ed25519.Ed25519PrivateKey.generate(),
}
#: deliverability.md 1.3 and signing-and-bounces.md 2: once more than present.
OVERSIGNED = [
    "from", "to", "subject", "date", "message-id", "reply-to", "list-unsubscribe",
    "list-unsubscribe-post",
]  # fmt: skip
SIGNED = ["mime-version", "content-type", "list-id", "feedback-id", "in-reply-to", "references"]


def dns(name: bytes, timeout: int = 5) -> bytes:
    selector = name.split(b".")[0]
    assert name.rstrip(b".") == selector + b"._domainkey.atelier.example"
    if selector == b"rsa":
        public = KEYS["rsa"].public_key().public_bytes(
            Encoding.DER, PublicFormat.SubjectPublicKeyInfo
        )  # fmt: skip
    else:
        public = KEYS["ed"].public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    kind = b"rsa" if selector == b"rsa" else b"ed25519"
    return b"v=DKIM1; k=" + kind + b"; p=" + base64.b64encode(public)


def judged(content: bytes) -> list[bool]:
    """What dkimpy says of the first and of the second signature."""
    return [_verified(content, index) for index in (0, 1)]


def _verified(content: bytes, index: int) -> bool:
    try:
        return bool(dkim.DKIM(content).verify(idx=index, dnsfunc=dns))
    except dkim.DKIMException:
        return False


@pytest.fixture
def signing(workspace: Workspace) -> Workspace:
    for name, key in KEYS.items():
        workspace.write(
            f"keys/{name}.pem",
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        )
    workspace.write(
        "templates/mail.html.j2",
        b"<p>Ch\xc3\xa8re {{ last_name }},\r\n</p>\r<p>un  blanc \t \n"
        b".un point\n..deux\r\n</p>" + b"<p>" + b"mot " * 400 + b"</p>\n\n\r\n\r",
    )
    workspace.write("templates/mail.txt.j2", b"Bonjour {{ last_name }}\r\n.\r\nfin  \r\n\r\n\n")
    workspace.townspeople(3)
    return workspace


def dkim_settings(workspace: Workspace, port: int) -> None:
    workspace.settings(
        port,
        more="    dkim:\n"
        + "".join(
            f"      - {{domain: atelier.example, selector: {name}, key: file:keys/{name}.pem}}\n"
            for name in KEYS
        )
        + "    reply_to: contact@atelier.example\n"
        '    bounce: "bounce+{token}@atelier.example"\n'
        'unsubscribe_url: "https://atelier.example/u/{token}"\n',
    )


def test_what_leaves_in_a_conversation_of_two_campaign_steps_is_signed_by_both_keys(
    signing: Workspace,
) -> None:
    """CR, LF and CR LF mixed in the templates, dots, blanks at line ends; a reply in a thread."""
    with SmtpServer() as server:
        dkim_settings(signing, server.port)
        signing.campaign(
            "spring",
            steps="  - {step: mail, channel: email, subject: 'Été à {{ city }}',"
            " template: mail.html.j2, text: mail.txt.j2}\n"
            "  - {step: again, channel: email, subject: 'Encore', template: mail.html.j2,"
            " after: mail + 2 days}\n",
        )
        signing.launch("spring", now=MONDAY)
        assert signing.ok("run", now=MONDAY)["sent"] == 3
        assert signing.ok("run", now="2026-03-05T09:00")["sent"] == 3
    for _, content in server.received:
        assert content.replace(b"\r\n", b"").count(b"\n") == 0
        assert content.replace(b"\r\n", b"").count(b"\r") == 0
        assert judged(content) == [True, True]
        # Nobody may add a header that the signature says there is none, or one, of.
        for more in (b"From: other@evil.example", b"Subject: other", b"Reply-To: x@evil.example",
                     b"List-Unsubscribe: <https://evil.example>"):  # fmt: skip
            assert judged(more + b"\r\n" + content) == [False, False], more
        assert judged(content.replace(b"Bonjour", b"Bonsoir") + b"x\r\n") == [False, False]
        head = content.partition(b"\r\n\r\n")[0].decode().lower()
        present = {line.partition(":")[0] for line in head.split("\r\n") if line[:1] not in " \t"}
        algorithms = set()
        for index in (0, 1):
            verifier = dkim.DKIM(content)
            verifier.verify(idx=index, dnsfunc=dns)
            fields = verifier.signature_fields
            algorithms.add(fields[b"a"])
            names = b"".join(fields[b"h"].lower().split()).decode().split(":")
            for name in OVERSIGNED:
                there = 1 if name in present else 0
                assert names.count(name) == there + 1, name
            for name in SIGNED:
                assert (name in names) == (name in present), name
            assert "list-unsubscribe-post" in present
            assert fields[b"d"] == b"atelier.example"
            assert b"l" not in fields
            assert b"/" in fields[b"c"]
            assert set(fields[b"c"].split(b"/")) == {b"relaxed"}
        assert algorithms == {b"rsa-sha256", b"ed25519-sha256"}


def test_a_message_that_is_tried_again_is_signed_again_and_is_the_same(signing: Workspace) -> None:
    """The server had it and deferred it: the second copy has the same Message-ID and is good."""
    with SmtpServer({"BODY": "451 4.3.0 later"}, only_for="p001", times=1) as server:
        dkim_settings(signing, server.port)
        signing.campaign("spring")
        signing.launch("spring", now=MONDAY)
        assert signing.ok("run", now=MONDAY)["deferred"] == 1
        assert signing.ok("run", now="2026-03-02T12:00")["sent"] == 1
    first, second = (content for who, content in server.received if "p001" in who)
    assert judged(first) == judged(second) == [True, True]
    unsigned = [content[content.index(b"From:") :] for content in (first, second)]
    assert unsigned[0] == unsigned[1]
    assert b"Message-ID:" in unsigned[0]
    assert b"Date: Mon, 02 Mar 2026 09:00:00 +0100" in unsigned[0]


@pytest.mark.parametrize("broken", ["missing", "garbage", "public"])
def test_a_key_that_is_none_stops_the_launch_or_the_run_and_is_named(
    signing: Workspace, broken: str
) -> None:
    path = signing.folder / "keys/ed.pem"
    if broken == "missing":
        path.unlink()
    elif broken == "garbage":
        path.write_text("not a key\n")
    else:
        path.write_bytes(
            KEYS["ed"].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        )
    with SmtpServer() as server:
        dkim_settings(signing, server.port)
        signing.campaign("spring")
        shown = signing.run("launch", "spring", "--confirm", "3", "--json")
        done = signing.run("run", "--json")
        assert 1 in (shown.code, done.code)
        assert "ed.pem" in shown.out + done.out or "key ed of atelier.example" in done.out
        assert "Traceback" not in shown.err + done.err
        assert server.received == []
