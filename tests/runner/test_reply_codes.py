"""The code on an answer coupon: short, typed by hand, safe against slips."""

from __future__ import annotations

from hashlib import sha256

import pytest

from outreach.model.ids import CampaignId, ContactId
from outreach.runner.reply_codes import Coded, code_of, is_reply_code, read_code


def mark(kind: str, value: str) -> str:
    """Stands for the keyed fingerprint of a base."""
    return sha256(f"{kind}:{value}".encode()).hexdigest()[:32]


CODE = code_of(ContactId(42), CampaignId(3), mark)


def test_it_is_short_and_without_signs_that_look_alike() -> None:
    assert CODE.startswith("1A-3-")
    assert len(CODE) == 8
    assert not set(CODE) & set("ILOU")


@pytest.mark.parametrize(
    "typed",
    [CODE, CODE.lower(), CODE.replace("-", " "), f" {CODE} ", CODE.replace("1", "I"),
     CODE.replace("-", ".")],
)  # fmt: skip
def test_it_is_read_however_it_is_typed(typed: str) -> None:
    assert read_code(typed, mark) == Coded(ContactId(42), CampaignId(3))


def test_any_other_sign_in_its_place_makes_it_nobodys() -> None:
    signs = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    for place in (0, 1, 3, 5, 6, 7):
        slips = [CODE[:place] + s + CODE[place + 1 :] for s in signs if s != CODE[place]]
        assert [one for one in slips if read_code(one, mark)] == []


def test_names_and_addresses_are_no_codes() -> None:
    assert read_code("Marie Le Goff", mark) is None
    assert read_code("marie@atelier.example", mark) is None
    assert read_code("42", mark) is None


def test_a_letter_may_call_it_in_french() -> None:
    assert is_reply_code("Code_réponse")
    assert is_reply_code("reply_code")
    assert not is_reply_code("Code")
