"""DKIM signatures (RFC 6376, RFC 8463): the last thing done to a message.

relaxed/relaxed, never `l=`. Headers that a forger would love to add are signed once more
than they are present (RFC 6376 §5.4.2), so that a second one breaks the signature. The
body is hashed once for all keys; loading a key costs 30 ms, so a key is loaded once.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from outreach.errors import DefinitionError, Text

#: Signed where they are present, in this order.
_SIGNED = (
    b"from", b"to", b"cc", b"subject", b"date", b"message-id", b"reply-to", b"mime-version",
    b"content-type", b"content-transfer-encoding", b"list-id", b"list-unsubscribe",
    b"list-unsubscribe-post", b"feedback-id", b"in-reply-to", b"references",
)  # fmt: skip
_OVERSIGNED = frozenset({
    b"from", b"to", b"subject", b"date", b"message-id", b"reply-to", b"list-unsubscribe",
    b"list-unsubscribe-post",
})  # fmt: skip

#: RFC 8301 §3.2: verifiers must not accept less; signers should not use less than the second.
_LEAST_BITS, _GOOD_BITS = 1024, 2048

_header_ends = re.compile(rb"\r\n(?![ \t])").split


class BadKey(DefinitionError):
    """A DKIM key cannot be used for signing."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A loaded key and where its public half stands: `selector._domainkey.domain`."""

    domain: str
    selector: str
    private: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey

    @property
    def algorithm(self) -> bytes:
        return b"rsa-sha256" if isinstance(self.private, rsa.RSAPrivateKey) else b"ed25519-sha256"

    @property
    def is_short(self) -> bool:
        """Whether it is shorter than a key should be today."""
        private = self.private
        return isinstance(private, rsa.RSAPrivateKey) and private.key_size < _GOOD_BITS

    def sign(self, data: bytes) -> bytes:
        if isinstance(self.private, rsa.RSAPrivateKey):
            return self.private.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return self.private.sign(hashlib.sha256(data).digest())  # RFC 8463 §3 signs the hash


def load_key(pem: bytes, *, domain: str, selector: str) -> SigningKey:
    """The private key of a PEM file, RSA or Ed25519, without a passphrase."""
    try:
        private = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        what = Text(
            "the DKIM key {selector} of {domain} cannot be read", selector=selector, domain=domain
        )
        hint = Text("a private key in PEM form without a passphrase is needed")
        raise BadKey(what, hint=hint) from error
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return SigningKey(domain, selector, private)
    if isinstance(private, rsa.RSAPrivateKey) and private.key_size >= _LEAST_BITS:
        return SigningKey(domain, selector, private)
    what = Text("the DKIM key {selector} of {domain} is of a kind that mail servers refuse",
                selector=selector, domain=domain)  # fmt: skip
    raise BadKey(what, hint=Text("make an RSA key of 2048 bits, or an Ed25519 key"))


def public_forms(key: SigningKey) -> tuple[str, ...]:
    """What may stand behind `p=` in the DNS for this key, in base64.

    RSA in the form of RFC 5280, or bare as RFC 6376 §3.6.1 says and some publish it; the 32
    bytes of an Ed25519 key (RFC 8463 §4.2).
    """
    public = key.private.public_key()
    if isinstance(public, rsa.RSAPublicKey):
        forms = (PublicFormat.SubjectPublicKeyInfo, PublicFormat.PKCS1)
        found = [public.public_bytes(Encoding.DER, form) for form in forms]
    else:
        found = [public.public_bytes(Encoding.Raw, PublicFormat.Raw)]
    return tuple(base64.b64encode(one).decode("ascii") for one in found)


def sign(content: bytes, keys: Sequence[SigningKey], *, at: datetime) -> bytes:
    """The message with one DKIM-Signature per key above it; `content` is CRLF throughout.

    Ed25519 signatures do not depend on chance, nor do these of RSA (PKCS #1 v1.5).
    """
    head, _, body = content.partition(b"\r\n\r\n")
    names, headers = _signed_headers(head)
    digest = _body_hash(body)
    signatures = (_signature(key, names, headers, digest, at) for key in keys)
    return b"".join((*signatures, content))


def _squeezed(data: bytes) -> bytes:
    """Each run of blanks as one blank; at a tenth of the cost of a regular expression."""
    data = data.replace(b"\t", b" ")
    while b"  " in data:
        data = data.replace(b"  ", b" ")
    return data


def _body_hash(body: bytes) -> bytes:
    """RFC 6376 §3.4.4: runs of blanks are one, blanks and empty lines at the end are none."""
    body = _squeezed(body).replace(b" \r\n", b"\r\n").rstrip(b"\r\n")
    return base64.b64encode(hashlib.sha256(body + b"\r\n" if body else b"").digest())


def _signed_headers(head: bytes) -> tuple[list[bytes], bytes]:
    """The names for `h=` and the headers themselves in relaxed form (RFC 6376 §3.4.2)."""
    present: dict[bytes, list[bytes]] = {}
    for line in _header_ends(head):
        name, _, value = line.partition(b":")
        value = _squeezed(value.replace(b"\r\n", b"")).strip(b" ")
        present.setdefault(name.strip().lower(), []).append(value)
    names: list[bytes] = []
    data = b""
    for name in _SIGNED:
        for value in reversed(present.get(name, [])):  # of several, the last comes first
            data += name + b":" + value + b"\r\n"
            names.append(name)
        if name in _OVERSIGNED:
            names.append(name)
    return names, data


def _signature(
    key: SigningKey, names: list[bytes], headers: bytes, body_hash: bytes, at: datetime
) -> bytes:
    listed = b":\r\n  ".join(b":".join(names[i : i + 5]) for i in range(0, len(names), 5))
    tags = b" v=1; a=%s; c=relaxed/relaxed; d=%s; s=%s; t=%d;\r\n bh=%s;\r\n h=%s;\r\n b=" % (
        key.algorithm,
        key.domain.encode("ascii"),
        key.selector.encode("ascii"),
        int(at.timestamp()),
        body_hash,
        listed,
    )
    relaxed = _squeezed(tags.replace(b"\r\n", b"")).strip(b" ")
    signature = base64.b64encode(key.sign(headers + b"dkim-signature:" + relaxed))
    folded = b"\r\n  ".join(signature[i : i + 72] for i in range(0, len(signature), 72))
    return b"DKIM-Signature:" + tags + folded + b"\r\n"
