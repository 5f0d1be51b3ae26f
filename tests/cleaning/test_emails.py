"""E-mail addresses in cells as people fill them: taken where one reading is possible only."""

from __future__ import annotations

import pytest

from outreach.cleaning.emails import email


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("marie@lys.example (perso)", "marie@lys.example"),
        ("[bureau] marie@lys.example", "marie@lys.example"),
        ("Perso : marie@lys.example", "marie@lys.example"),
        ("marie@lys.example - absente le mardi", "marie@lys.example"),
        ("MAILTO:marie@lys.example", "marie@lys.example"),
        ("Marie <mailto:marie@lys.example>", "marie@lys.example"),
        ("marie @ lys . co . example", "marie@lys.co.example"),
        ("marie@lys.example.", "marie@lys.example"),
        ("'marie@lys.example'", "marie@lys.example"),
        ("marie＠lys.example", "marie@lys.example"),
        ("marie@lys.example; MARIE@LYS.example", "marie@lys.example"),
        ("M. marie@lys.example", None),
        ("a b@lys.example", None),
        ("a@b@lys.example", None),
        ("@", None),
        ("x@" * 3000, None),
    ],
)
def test_what_stands_around_an_address(written: str, address: str | None) -> None:
    assert email(written).value == address


def test_of_several_the_first_is_taken_and_the_others_are_told() -> None:
    clean = email("a@lys.example ; Bob <b@lys.example> / c@lys.example")

    assert clean.value == "a@lys.example"
    assert str(clean.reason) == (
        "several addresses in one cell: the first one was taken, not b@lys.example, c@lys.example"
    )


def test_an_address_that_only_looks_latin_is_refused() -> None:
    """The `а` of `mаrie` is Cyrillic."""
    clean = email("m\u0430rie@lys.example")

    assert clean.value is None
    assert str(clean.reason) == "mixes letters of several alphabets that look alike"
    assert email("иван@пример.example").value == "иван@пример.example"
