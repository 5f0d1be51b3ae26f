"""Tokens and Message-IDs: nobody can make one up, each is the same every time."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.rendering.tokens import message_ids, read_token, token, tokens

SECRET = b"a secret of the workspace"


def test_a_token_is_the_same_every_time_and_written_out_here() -> None:
    assert token(SECRET, "u", 12, 345678) == "ougm5davxb47xwanzfijr4t3ogdq"


def test_a_token_is_short_and_survives_a_change_of_case() -> None:
    text = token(SECRET, "b", 1_999_999, 1_999_999)
    assert len(text) == 31
    assert text.isalnum()
    assert text == text.lower()
    assert read_token(SECRET, text.upper()) == ("b", (1_999_999, 1_999_999))


@given(
    kind=st.sampled_from("bux"),
    numbers=st.lists(st.integers(0, 2**40), max_size=3),
    secret=st.binary(),
)
def test_what_was_put_in_comes_out(kind: str, numbers: list[int], secret: bytes) -> None:
    assert read_token(secret, token(secret, kind, *numbers)) == (kind, tuple(numbers))


@pytest.mark.parametrize("count", [0, 1, 255, 256, 257, 600])
def test_tokens_made_together_are_those_made_alone(count: int) -> None:
    numbers = [(number % 3, 7 ** (number % 23)) for number in range(count)]
    assert tokens(SECRET, "u", numbers) == [token(SECRET, "u", *both) for both in numbers]


def test_a_token_is_base32_as_the_standard_library_writes_it() -> None:
    """Long ones, which are not written together, too."""
    for number in (0, 1, 2**20, 2**60, 2**90):
        text = token(SECRET, "u", number)
        raw = base64.b32decode(text.upper() + "=" * (-len(text) % 8))
        assert base64.b32encode(raw).decode().rstrip("=").lower() == text


def test_a_token_with_any_letter_changed_is_refused() -> None:
    text = token(SECRET, "u", 7, 9)
    assert read_token(SECRET, text) == ("u", (7, 9))
    for place, letter in enumerate(text):
        forged = text[:place] + ("a" if letter != "a" else "b") + text[place + 1 :]
        read = read_token(SECRET, forged)
        assert read is None or read == ("u", (7, 9))  # the last letter holds spare bits
    assert read_token(b"another secret", text) is None


@given(st.text())
def test_anything_else_is_refused_without_an_error(text: str) -> None:
    assert read_token(SECRET, text) is None


def test_a_message_id_names_one_delivery_and_no_other() -> None:
    def made(campaign: str, step: str, occurrence: int = 1, contact: int = 7) -> str:
        each = [(occurrence, contact)]
        return message_ids(SECRET, campaign, step, each, domain="atelier.example")[0]

    assert made("open-day", "mail") == "<hvxb42e4jm72fsrnpcttumnn6i@atelier.example>"
    others = {made("open", "day-mail"), made("open-day", "mail", 2), made("open-day", "mail", 1, 8)}
    assert len({made("open-day", "mail"), *others}) == 4
