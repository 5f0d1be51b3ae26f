"""Text that went through Windows-1252 on its way is mended; any other is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.cleaning.twice_encoded import mended


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("MÃ©dÃ©ric", "Médéric"),
        ("lâ€™Ã©cole", "l’école"),
        ("Ã€ lâ€™Å“uvre", "À l’œuvre"),
        ("12Â\xa0â‚¬", "12\xa0€"),
        ("\xc3\x89vry", "Évry"),
        ("MÃƒÂ©dÃƒÂ©ric", "Médéric"),
    ],
)
def test_what_was_encoded_twice_is_read_as_it_was_meant(written: str, meant: str) -> None:
    assert mended(written) == meant


@pytest.mark.parametrize(
    "text",
    ["Médéric", "«\xa0été\xa0»", "SÃO PAULO", "Ângela", "Åsa", "CHÂTEAU", "pâté", "漢字", "L’Haÿ"],
)
def test_what_was_written_so_stays(text: str) -> None:
    assert mended(text) == text


@given(st.text(alphabet="éèêëàâäçùûüôöîïœÉÈÀÇÔÎŒ «»’–°abc 123"))
def test_any_french_text_comes_back(text: str) -> None:
    """But for a capital Â before a sign, which French does not write."""
    twice = "".join(
        chr(byte) if byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else bytes([byte]).decode("cp1252")
        for byte in text.encode()
    )

    assert mended(twice) == text
