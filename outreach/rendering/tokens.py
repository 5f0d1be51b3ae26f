"""What stands for a person where a person may not be named: tokens and Message-IDs.

A token goes into a bounce address and an unsubscribe link. It says what it is for and
which numbers it means, and carries 96 bits of keyed BLAKE2b (RFC 7693), so that nobody can
make one up. Lower-case base32: mail servers may change the case of a local part, and digits that
look like letters are not in it. A kind and two ids below two million make 31 characters:
the link stays under the 78 columns and the local part under the 64 octets that break
software (RFC 5321 §4.5.3.1.1).
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Iterable, Iterator
from functools import lru_cache
from hashlib import blake2b

#: Bytes of the authentication code that a token keeps.
_MAC = 12
#: Bytes of the code in a Message-ID: 128 bits, no two deliveries ever share one.
_ID = 16

_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
#: Letters that are written at once: of a token with two small numbers, or of a Message-ID.
_WIDTH = 32
#: For each byte the letter of its five bits.
_BY_FIVE_BITS = bytes(ord(_LETTERS[byte & 31]) for byte in range(256))


def _halvings() -> Iterator[tuple[int, int, int]]:
    """How groups of five bits come to stand in bytes of their own: each group of bits is cut in
    two, and the upper half moved up. Yields the masks of the upper and lower halves, and how far.
    """
    lane, bits = 8 * _WIDTH, 5 * _WIDTH
    while bits > 5:
        low = sum(((1 << bits // 2) - 1) << at for at in range(0, 8 * _WIDTH, lane))
        yield low << bits // 2, low, (lane - bits) // 2
        lane, bits = lane // 2, bits // 2


_HALVINGS = tuple(_halvings())


def token(secret: bytes, kind: str, *numbers: int) -> str:
    """A token of one ASCII letter of kind and some numbers ≥ 0; the same every time."""
    payload = _payload(kind, numbers)
    return _base32(payload + _mac(secret, payload))


def read_token(secret: bytes, text: str) -> tuple[str, tuple[int, ...]] | None:
    """The kind and the numbers of a token of ours in any case; None for anything else."""
    try:
        raw = base64.b32decode(text.upper() + "=" * (-len(text) % 8))
    except (binascii.Error, ValueError):
        return None
    payload, mac = raw[:-_MAC], raw[-_MAC:]
    if not payload or not hmac.compare_digest(mac, _mac(secret, payload)):
        return None
    return chr(payload[0]), tuple(_numbers(payload[1:]))


def message_id(
    secret: bytes, campaign: str, step: str, occurrence: int, contact: int, *, domain: str
) -> str:
    """`<base32@domain>`: the Message-ID of one delivery, the same on every attempt.

    `domain` is ASCII (A-labels). RFC 5322 §3.6.4.
    """
    named = "\0".join((campaign, step, str(occurrence), str(contact))).encode()
    digest = _code(secret, b"message-id\0" + named, _ID)
    return f"<{_base32(digest)}@{domain}>"


def _payload(kind: str, numbers: Iterable[int]) -> bytes:
    if len(kind) != 1 or not kind.isascii():
        raise ValueError(f"a kind is one ASCII letter, not {kind!r}")
    return b"".join([kind.encode(), *map(_varint, numbers)])


def _varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first; the high bit says that more follow (LEB128)."""
    if number < 0:
        raise ValueError("a token holds no negative number")
    out = []
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _numbers(data: bytes) -> Iterable[int]:
    number = shift = 0
    for byte in data:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield number
            number = shift = 0


def _mac(secret: bytes, payload: bytes) -> bytes:
    return _code(secret, b"token\0" + payload, _MAC)


def _code(secret: bytes, data: bytes, size: int) -> bytes:
    code = _keyed(secret, size).copy()
    code.update(data)
    return code.digest()


@lru_cache(maxsize=16)
def _keyed(secret: bytes, size: int) -> blake2b:
    """A code that has read the key only; BLAKE2b takes keys of up to 64 bytes."""
    return blake2b(key=secret[:64], digest_size=size)


def _base32(data: bytes) -> str:
    """RFC 4648 §6 in lower case and without padding; at half the cost of a loop over letters."""
    if len(data) > 5 * _WIDTH // 8:
        return base64.b32encode(data).decode("ascii").rstrip("=").lower()
    number = int.from_bytes(data) << 5 * _WIDTH - 8 * len(data)
    for upper, lower, far in _HALVINGS:
        number = (number & upper) << far | number & lower
    letters = number.to_bytes(_WIDTH).translate(_BY_FIVE_BITS).decode("ascii")
    return letters[: -(-8 * len(data) // 5)]
