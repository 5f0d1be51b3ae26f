"""How a stored number is read: as people of the workspace's country dial it.

Numbers are kept, compared and exported as E.164 (`values.phone_cleaner`); a person, a letter
and a call guide get `02 61 91 00 01`, or `+44 20 7946 0018` for a number of elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from outreach.model.contact import Contact

#: Where a number dialled in France may really lie: its country code is another one.
ALSO: Mapping[str, tuple[str, ...]] = {"FR": ("RE", "GP", "MQ", "GF", "YT")}

#: The standard fields that hold numbers.
PHONES = ("phone", "mobile")

_E164 = re.compile(r"\+[1-9]\d{3,14}")
#: Numbers of mainland France in pairs (ARCEP's plan), which need no library; 08 has rules
#: of its own.
_FRENCH = re.compile(r"\+33([1-79])(\d\d)(\d\d)(\d\d)(\d\d)")


def as_dialled(number: str, country: str) -> str:
    """The number as it is read in `country` (ISO 3166, two letters).

    What is no E.164 number stays as it is.
    """
    if country == "FR" and (pairs := _FRENCH.fullmatch(number)):
        return f"0{' '.join(pairs.groups())}"
    return _formatted(number, country) if _E164.fullmatch(number) else number


def with_dialled_phones(contact: Contact, country: str) -> Contact:
    """The contact as people read it; what is stored and compared stays E.164."""
    read = dialled_phones(contact, country)
    return Contact(contact.id, {**contact.values, **read}, contact.tags) if read else contact


def dialled_phones(contact: Contact, country: str) -> dict[str, str]:
    """The numbers of a contact as people read them, by their fields."""
    values = contact.values
    return {name: as_dialled(str(values[name]), country) for name in PHONES if values.get(name)}


@lru_cache(maxsize=4096)
def _formatted(number: str, country: str) -> str:
    import phonenumbers
    from phonenumbers import PhoneNumberFormat

    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    region = phonenumbers.region_code_for_number(parsed)
    home = region in (country, *ALSO.get(country, ()))
    form = PhoneNumberFormat.NATIONAL if home else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, form)
