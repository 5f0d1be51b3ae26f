"""The formats of ADDRESSBLOCK and GREETINGLINE."""

from __future__ import annotations

import pytest

from outreach.rendering.letter.address_block import (
    MAPPED,
    MAPPED_NAMES,
    default_address,
    default_greeting,
    read_address_format,
    read_greeting_format,
)

#: What Word writes into `\f` when one accepts its dialogue.
WORDS_OWN = (
    "<<_TITLE0_ >><<_FIRST0_>><< _LAST0_>><< _SUFFIX0_>>\r<<_COMPANY_\r>><<_STREET1_\r>>"
    "<<_STREET2_\r>><<_CITY_>><<, _STATE_>><< _POSTAL_>><<\r_COUNTRY_>>"
)
ZOE = {
    "_TITLE0_": "Mme",
    "_FIRST0_": "Zoé",
    "_LAST0_": "Le Goff",
    "_COMPANY_": "Société Armor",
    "_STREET1_": "3, rue du Port",
    "_POSTAL_": "29000",
    "_CITY_": "Quimper",
    "_COUNTRY_": "FRANCE",
}


def without(*names: str) -> dict[str, str]:
    return {name: "" if name in names else text for name, text in ZOE.items()}


def test_words_own_format_writes_an_address() -> None:
    assert read_address_format(WORDS_OWN).write(ZOE).split("\n") == [
        "Mme Zoé Le Goff", "Société Armor", "3, rue du Port", "Quimper 29000", "FRANCE"
    ]  # fmt: skip


def test_an_empty_group_takes_its_literals_and_its_line_with_it() -> None:
    parts = without("_TITLE0_", "_FIRST0_", "_COMPANY_", "_COUNTRY_")
    assert read_address_format(WORDS_OWN).write(parts).split("\n") == [
        "Le Goff", "3, rue du Port", "Quimper 29000"
    ]  # fmt: skip
    assert read_address_format(WORDS_OWN).write({}) == ""


def test_a_value_of_blanks_is_empty() -> None:
    assert read_address_format("<<M. _LAST0_>>").write({"_LAST0_": " \u00a0"}) == ""


@pytest.mark.parametrize(
    ("countries", "home", "country", "shown"),
    [
        ("0", "", "Suisse", False),
        ("1", "France", "FRANCE", True),
        ("2", "France", "FRANCE", False),
        ("2", "France", "Suisse", True),
        (None, "France", "France", False),
        (None, "", "France", True),
    ],
)
def test_the_country_is_printed_as_the_switches_say(
    countries: str | None, home: str, country: str, shown: bool
) -> None:
    address = read_address_format(WORDS_OWN, countries, home).write({**ZOE, "_COUNTRY_": country})
    assert (country in address.split("\n")) is shown


def test_a_pilcrow_or_a_line_break_divides_lines() -> None:
    assert read_address_format("<<_LAST0_>>¶<<_CITY_>>\n<<_POSTAL_>>").write(ZOE) == (
        "Le Goff\nQuimper\n29000"
    )


def test_addresses_without_a_format_are_written_as_the_country_does() -> None:
    name, street = "Mme Zoé Le Goff", "3, rue du Port"
    parts = {**without("_COUNTRY_"), "_STATE_": "ME"}
    french = ["Société Armor", name, street, "29000 Quimper"]
    assert default_address().write(parts).split("\n") == french
    assert default_address("FRANCE").write(parts).split("\n") == french
    american = [name, "Société Armor", street, "Quimper, ME 29000"]
    assert default_address("États-Unis").write(parts).split("\n") == american
    british = [name, "Société Armor", street, "Quimper", "29000"]
    assert default_address("GB").write(parts).split("\n") == british
    german = [name, "Société Armor", street, "29000 Quimper"]
    assert default_address("Allemagne").write(parts).split("\n") == german


def test_a_greeting_is_written_where_nothing_it_needs_is_missing() -> None:
    greeting = read_greeting_format("<<_BEFORE_ Cher >><<_TITLE0_>><< _LAST0_>><<_AFTER_ ,>>")
    assert greeting.names == ("_TITLE0_", "_LAST0_")
    assert greeting.write(ZOE, "Madame, Monsieur,") == "Cher Mme Le Goff,"
    assert greeting.write(without("_LAST0_"), "Madame, Monsieur,") == "Madame, Monsieur,"
    assert greeting.write(without("_FIRST0_"), "Madame, Monsieur,") == "Cher Mme Le Goff,"


def test_suffix_and_partner_may_be_missing() -> None:
    greeting = read_greeting_format("<<_TITLE0_>><< et _TITLE1_>><< _LAST0_>><< _SUFFIX0_>>")
    assert greeting.write(ZOE, "Madame, Monsieur,") == "Mme Le Goff"
    assert greeting.write({**ZOE, "_TITLE1_": "M."}, "") == "Mme et M. Le Goff"


def test_blanks_around_the_placeholders_are_not_doubled() -> None:
    """The format that Aspose's examples show."""
    spaced = read_greeting_format("<< _BEFORE_ Dear >><< _TITLE0_ >><< _LAST0_ >><< _AFTER_ ,>> ")
    assert spaced.write(ZOE, "") == "Dear Mme Le Goff,"


def test_short_placeholders_are_the_long_ones() -> None:
    greeting = read_greeting_format("<</g Dear >><</t0>><< /l0>><</x ,>>")
    assert greeting.write(ZOE, "") == "Dear Mme Le Goff,"


def test_a_greeting_without_a_format_is_that_of_the_language() -> None:
    french, otherwise = default_greeting("fr_FR")
    assert french.write(ZOE, otherwise) == "Madame,"
    assert french.write({"_TITLE0_": "M."}, otherwise) == "Monsieur,"
    assert french.write({}, otherwise) == "Madame, Monsieur,"
    english, otherwise = default_greeting("en_GB")
    assert english.write({"_TITLE0_": "Mr", "_LAST0_": "Hill"}, otherwise) == "Dear Mr Hill,"
    assert english.write({}, otherwise) == "Dear Sir or Madam,"


def test_every_field_behind_a_placeholder_is_one_of_the_contact_base() -> None:
    from outreach.model.field import STANDARD_NAMES

    assert set(MAPPED) <= set(MAPPED_NAMES.values())
    assert set(MAPPED.values()) <= set(STANDARD_NAMES)
