"""Who is thought the same, who is not, and what is said about it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from outreach.cleaning.headers import standard_field
from outreach.cleaning.likeness.base import Base, Person
from outreach.cleaning.likeness.calling import called
from outreach.cleaning.likeness.finding import Findings, Likeness, find_duplicates
from outreach.cleaning.likeness.forms import digits, firm_words, sound, street_form
from outreach.cleaning.likeness.grouping import connected, groups
from outreach.model.text import fold

#: Field names of the short rows below.
FIELDS = ("first_name", "last_name", "street", "postal_code", "city", "email")


def person(
    number: int, *cells: str, phone: str = "", own: tuple[str, ...] = (), **more: str
) -> Person:
    """A person written as `first, last, street, postal code, city, e-mail`; the rest by name."""
    values = {**dict(zip(FIELDS, cells, strict=False)), **more}
    folded = {name: fold(value) or None for name, value in values.items()}
    return Person(number, folded, [phone] if phone else [], [cell or None for cell in own])


def crowd() -> Iterator[Person]:
    """Sixty strangers, so that rare and common values can be told apart."""
    towns = ("Rennes", "Nantes", "Brest", "Quimper", "Vannes")
    for n in range(60):
        yield person(
            1000 + n, f"Prenom{n:02}{'abcdef'[n % 6]}", f"{'bcdfgh'[n % 6]}or{n:02}ain",
            f"{n + 1} rue {'klmnp'[n % 5]}a{n:02}que", f"{35000 + n}", towns[n % 5],
            phone=f"+3329985{n:04}",
        )  # fmt: skip


def find(*people: Person, own: tuple[str, ...] = (), **options: float) -> Findings:
    everybody = [*people, *crowd()] if not own else people
    return find_duplicates(Base.of(everybody, own), **options)


def together(*people: Person) -> bool:
    return find(*people).groups == ((1, 2),)


def only_pair(findings: Findings) -> Likeness:
    (pair,) = (*findings.pairs, *findings.doubtful)
    return pair


HOME = ("14 rue des Lilas", "35000", "Rennes")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Hélène", "Tanguy", *HOME), ("Helene", "TANGUI", *HOME)),
        (("Hélène", "Tanguy", *HOME), ("Tanguy", "Hélène", *HOME)),
        (("Hélène", "Tanguy", *HOME), ("H.", "Tanguy", *HOME)),
        (("Hélène", "Tanguy", *HOME), ("Hélène", "Tanguy", "14, r. des Lilas", "35000", "RENNES")),
        (("Hélène", "Tanguy", *HOME), ("Hélène", "Tanguy", "14 rue des Lials", "35000", "Renes")),
        (("Jean-Pierre", "Tanguy", *HOME), ("J.-P.", "Tanguy", *HOME)),
        (("Jean-Pierre", "Tanguy", *HOME), ("JP", "Tanguy", *HOME)),
        (("Hélène", "Tanguy", *HOME), ("Mme Hélène", "Tanguy", *HOME)),
        (("Hélène", "Morvan", *HOME), ("", "MORVAN Hélène", *HOME)),
        (("Mathieu", "Tanguy", *HOME), ("Matthieu", "Tanguy", *HOME)),
    ],
    ids=["typo", "swapped", "initial", "street abbreviated", "slips in street and town",
         "two initials", "two letters", "civility", "in one cell", "two spellings"],
)  # fmt: skip
def test_one_person_written_in_two_ways_is_one(
    one: tuple[str, ...], other: tuple[str, ...]
) -> None:
    assert together(person(1, *one), person(2, *other))


def test_a_person_who_moved_is_known_by_the_phone() -> None:
    moved = ("Hélène", "Tanguy", "3 quai Duguay", "29200", "Brest")
    pair = only_pair(find(
        person(1, "Hélène", "Tanguy", *HOME, phone="+33299000000"),
        person(2, *moved, phone="+33299000000"),
    ))  # fmt: skip

    assert [str(reason) for reason in pair.reasons] == [
        "same name", "same phone", "but another street address", "but another town"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Hélène", "Tanguy", *HOME), ("Marc", "Tanguy", *HOME)),
        (("Tanguy", "Hélène", *HOME), ("Marc", "Tanguy", *HOME)),
        (("Marie", "Tanguy", *HOME), ("Marie-Claude", "Tanguy", *HOME)),
        (("Hélène", "Tanguy", *HOME), ("Hélène", "Tanguy", "9 quai Sud", "29200", "Brest")),
        (("Hélène", "Tanguy", *HOME), ("Hugo", "Pennec", *HOME)),
        (("André", "Tanguy", *HOME), ("Andrée", "Tanguy", *HOME)),
        (("Julie", "Tanguy", *HOME), ("Julien", "Tanguy", *HOME)),
        (("Mathieu", "Tanguy", *HOME), ("Mathis", "Tanguy", *HOME)),
        (("Pierre", "Tanguy", *HOME), ("Pierre", "Tanguy fils", *HOME)),
        (("Thomas", "Durand", *HOME), ("Thomas", "Durand", "9 quai Sud", "35200", "Rennes")),
    ],
    ids=["brother", "brother, names swapped", "half a first name", "namesake", "flat-mate",
         "man and wife", "sister", "brother of a like name", "son", "namesake in town"],
)  # fmt: skip
def test_people_who_share_a_name_or_a_home_stay_apart(
    one: tuple[str, ...], other: tuple[str, ...]
) -> None:
    shared = "+33299000000" if one[2] == other[2] else ""
    found = find(person(1, *one, phone=shared), person(2, *other, phone=shared))

    assert found.groups == ()


def test_a_family_of_one_mailbox_and_phone_stays_apart() -> None:
    family = [
        person(number, first, "Tanguy", *HOME, "tanguy@orange.fr", phone="+33299000000")
        for number, first in enumerate(("Hélène", "Marc", "Louise", "Arthur"), 1)
    ]

    assert find(*family).groups == ()


def test_mister_and_misses_of_the_same_initial_are_two() -> None:
    found = find(
        person(1, "C.", "Tanguy", *HOME, civility="Mme"),
        person(2, "Charles", "Tanguy", *HOME, civility="M."),
    )

    assert found.groups == ()


def test_mister_and_misses_who_share_an_initial_are_two() -> None:
    found = find(
        person(1, "C.", "Tanguy", *HOME, civility="M."),
        person(2, "C.", "Tanguy", *HOME, civility="Mme"),
    )

    assert found.groups == ()


def test_numbers_one_digit_apart_do_not_prove_a_name() -> None:
    found = find(
        person(1, "Thomas", "Durand", *HOME, phone="+33655000001"),
        person(2, "Thomas", "Durand", "9 quai Sud", "35200", "Rennes", phone="+33655000002"),
    )

    assert found.groups == ()


def test_the_same_mailbox_name_at_another_provider_is_a_hint() -> None:
    found = find(
        person(1, "Gwenola", "Quéméneur", *HOME, "gwenola.quemeneur@orange.fr"),
        person(2, "Gwenola", "Quemeneur", "9 quai Sud", "29200", "Brest",
               "gwenola.quemeneur@laposte.net"),
    )  # fmt: skip

    assert found.groups == ()
    assert [(pair.a, pair.b) for pair in found.doubtful] == [(1, 2)]


def test_two_firms_of_one_building_are_asked_about_and_not_merged() -> None:
    found = find(
        firm(1, "Cabinet Leduc Expertise", "1 parvis Nord", email="contact@leduc.example"),
        firm(2, "Cabinet Lenoir Avocats", "1 parvis Nord", email="contact@lenoir.example"),
    )

    assert found.groups == ()


def test_a_siren_alone_speaks_for_the_firm() -> None:
    found = find(
        firm(1, "Menuiserie Kerloc", "2 avenue de la Gare", siret="73282932000074"),
        firm(2, "Kerloc Menuiserie", "2 av de la Gare", siret="732829320"),
        firm(3, "Menuiserie Morvan", "7 quai Sud", siret="732829320"),
        firm(4, "Menuiserie Morvan", "7 quai Sud", siret="552100554"),
    )

    assert found.groups == ((1, 2),)
    assert "same SIREN" in [str(reason) for reason in found.pairs[0].reasons]


def firm(number: int, name: str, street: str, town: str = "Rennes", **more: str) -> Person:
    phone = more.pop("phone", "")
    return person(number, company=name, street=street, postal_code="35000", city=town,
                  phone=phone, **more)  # fmt: skip


def test_a_firm_is_known_whatever_its_legal_form_and_abbreviations() -> None:
    assert together(
        firm(1, "SARL Menuiserie St Martin", "2 av. de la Gare"),
        firm(2, "Menuiserie Saint-Martin", "2 avenue de la Gare"),
    )


def test_two_sites_of_a_firm_stay_two_and_are_asked_about() -> None:
    found = find(
        firm(1, "Menuiserie Kerloc", "2 avenue de la Gare", phone="+33299000000"),
        firm(2, "Menuiserie Kerloc", "45 rue Victor Hugo", phone="+33299000000"),
    )

    assert found.groups == ()
    assert [(pair.a, pair.b) for pair in found.doubtful] == [(1, 2)]
    assert "but another street address" in [str(r) for r in found.doubtful[0].reasons]


def test_two_mailboxes_of_one_domain_speak_for_one_firm() -> None:
    found = find(
        firm(1, "Menuiserie Kerloc", "2 avenue de la Gare", email="contact@kerloc.example"),
        firm(2, "Kerloc", "2 av. de la Gare", email="yann@kerloc.example"),
        firm(3, "Garage Morvan", "9 quai Sud", email="morvan@orange.fr"),
        firm(4, "Boulangerie Riou", "7 quai Sud", email="riou@orange.fr"),
    )

    assert found.groups == ((1, 2),)
    assert "same mail domain" in [str(reason) for reason in found.pairs[0].reasons]


def test_one_siret_is_one_site_and_one_siren_says_so() -> None:
    same = find(
        firm(1, "Kerloc", "2 avenue de la Gare", siret="73282932000074"),
        firm(2, "Menuiserie Kerloc SARL", "2 av de la Gare", siret="73282932000074"),
    )
    sister = find(
        firm(1, "Menuiserie Kerloc", "2 avenue de la Gare", siret="73282932000074"),
        firm(2, "Menuiserie Kerloc", "2 avenue de la Gare", siret="73282932000082"),
    )

    assert "same SIRET" in [str(reason) for reason in only_pair(same).reasons]
    assert "same SIREN" in [str(reason) for reason in only_pair(sister).reasons]


def test_whoever_is_named_beside_a_firm_is_not_the_firm() -> None:
    found = find(
        firm(1, "Menuiserie Kerloc", "2 avenue de la Gare", phone="+33299000000"),
        firm(2, "Menuiserie Kerloc", "2 avenue de la Gare", phone="+33299000000",
             first_name="Hélène", last_name="Tanguy"),
    )  # fmt: skip

    assert found.groups == ()


def test_a_field_of_ones_own_counts_by_what_the_base_shows_it_is_worth() -> None:
    """A badge number that doubles share is proof; a row number, and a colour, are none."""
    people = [
        person(n, f"Prenom{n:03}", f"Nom{n % 40:03}ec", own=(str(n), "rouge", f"B{7000 + n * 37}"))
        for n in range(1, 101)
    ]
    doubles = [
        person(200 + n, f"Prenom{n:03}", f"Nom{n % 40:03}ek",
               own=(str(200 + n), "rouge", f"B{7000 + n * 37}"))
        for n in range(1, 31)
    ]  # fmt: skip

    found = find(*people, *doubles, own=("row", "colour", "badge"))

    assert found.groups == tuple((n, 200 + n) for n in range(1, 31))
    assert [str(reason) for reason in found.pairs[0].reasons][1:] == ["same colour", "same badge"]


def test_a_pair_that_somebody_called_different_is_not_proposed_again() -> None:
    one, other = person(1, "Hélène", "Tanguy", *HOME), person(2, "Helene", "Tangui", *HOME)
    base = Base.of([one, other, *crowd()])

    found = find_duplicates(base, apart=[(2, 1)])

    assert (found.groups, found.pairs, found.doubtful) == ((), (), ())


def test_reasons_say_how_alike_names_are() -> None:
    pair = only_pair(find(
        person(1, "Hélène", "Tanguy", *HOME, phone="+33299000000"),
        person(2, "Hélène", "Tangui", *HOME, phone="+33299000000"),
    ))  # fmt: skip

    assert [str(reason) for reason in pair.reasons] == [
        "names 96 % alike", "same street address", "same town", "same phone"
    ]  # fmt: skip
    assert pair.score > 0.99


def test_an_empty_base_and_a_base_of_one_have_no_doubles() -> None:
    assert find_duplicates(Base.of([])).groups == ()
    assert find_duplicates(Base.of([person(1, "Zoé", "Petit")])).groups == ()


def test_groups_do_not_chain_over_somebody_who_is_alike_to_both() -> None:
    bits = {(0, 1): 5.0, (1, 2): 5.0, (0, 2): -9.0}

    assert groups(bits, threshold=3) == [[0, 1]]
    assert groups(bits | {(0, 2): -2.0}, threshold=3) == [[0, 1, 2]]
    assert groups({(0, 1): 9.0}, threshold=3, apart=frozenset({(0, 1)})) == []
    assert connected([(3, 1), (1, 2), (5, 6)]) == [[1, 2, 3], [5, 6]]


def test_forms() -> None:
    assert street_form("12 bis, rue de la Gare") == ("12", "gare", "")
    assert street_form("27 W. 79th St") == ("27", "79", "w")
    assert street_form("3 St Martin's Lane") == ("3", "saint martins", "")
    assert firm_words("Garage de l'Étoile") == ("garage", "etoile")
    assert called("Mme Brigitte", "Caron") == ("brigitte", "caron", "")
    assert called("", "Jean-Pierre Le Goff") == ("jean pierre", "le goff", "")
    assert called("", "Le Roy") == ("", "le roy", "")
    assert called("Pierre", "Lacombe Fils") == ("pierre", "lacombe", "fils")
    assert firm_words("SARL Ets St-Gobain Svcs") == ("saint", "gobain", "services")
    assert digits("+33 2 99 85 38 02") == digits("02.99.85.38.02")
    assert sound("harrington") == sound("harington")


def test_the_headers_of_english_lists_of_people_are_known() -> None:
    headers = ("given_name", "surname", "address_1", "address_2", "suburb", "postcode")

    assert [standard_field(header) for header in headers] == [
        "first_name", "last_name", "street", "street2", "city", "postal_code"
    ]  # fmt: skip


def test_searching_needs_no_store() -> None:
    code = "import outreach.cleaning.likeness.finding, sys; sys.exit('sqlalchemy' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
