"""How a stored number is read by people of the workspace's country."""

from __future__ import annotations

import pytest

from outreach.cleaning.phones import as_dialled, with_dialled_phones
from outreach.cleaning.values import phone_cleaner
from outreach.model.contact import Contact
from outreach.model.ids import ContactId


@pytest.mark.parametrize(
    ("number", "country", "read"),
    [
        ("+33261910001", "FR", "02 61 91 00 01"),
        ("+33639980001", "FR", "06 39 98 00 01"),
        # ARCEP's 08 numbers are grouped otherwise; the island's are dialled with their 0.
        ("+33800123456", "FR", "0 800 12 34 56"),
        ("+262262123456", "FR", "0262 12 34 56"),
        ("+442079460018", "FR", "+44 20 7946 0018"),
        ("+33261910001", "GB", "+33 2 61 91 00 01"),
        ("+442079460018", "GB", "020 7946 0018"),
    ],
)
def test_a_number_is_read_as_it_is_dialled_and_cleaned_back_into_itself(
    number: str, country: str, read: str
) -> None:
    assert as_dialled(number, country) == read
    assert phone_cleaner(country)(read).value == number


@pytest.mark.parametrize("text", ["", "on request", "+999", "02 61 91 00 01"])
def test_what_is_no_stored_number_stays_as_it_is(text: str) -> None:
    assert as_dialled(text, "FR") == text


def test_only_the_phones_of_a_contact_are_written_otherwise() -> None:
    stored = {"phone": "+33261910001", "mobile": None, "external_id": "+33261910001"}

    read = with_dialled_phones(Contact(ContactId(1), stored), "FR")

    assert read.values == stored | {"phone": "02 61 91 00 01"}
    assert stored["phone"] == "+33261910001"
