"""The code on an answer coupon: who sent it back, and which campaign he answers.

A letter prints it with the field `reply_code` (`Code_réponse`): `1A-3-F7Q` is the person,
the campaign, and three signs that a slip of the fingers does not survive. It is derived from
the numbers of both and from the secret of the base: nothing is stored, the same letter printed
again bears the same code, and nobody can make up another person's.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from outreach.cleaning.headers import key_of
from outreach.errors import OutreachError, Text
from outreach.model.contact import Contact
from outreach.model.ids import CampaignId, ContactId
from outreach.rendering.letter.evaluating import Values
from outreach.store.store import Store

#: The field of a letter, and how else it may be written there.
REPLY_CODE = "reply_code"
_NAMES = frozenset(
    key_of(name)
    for name in (REPLY_CODE, "Code réponse", "Code de réponse", "Code coupon", "Coupon code",
                 "Coupon", "Response code")
)  # fmt: skip

#: Crockford's base 32: no I, L, O or U, which are read as other signs or spell words.
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans("OIL", "011")
_CHECK = 3
_WRITTEN = re.compile(r"([0-9A-Z]{1,13})[-./ ]([0-9A-Z]{1,13})[-./ ]([0-9A-Z]{3})")

#: The keyed fingerprint of the base: kind and value → a mark that nobody else can make.
Mark = Callable[[str, str], str]

#: Before a launch nobody is in a campaign: a preview prints codes of none.
NO_CAMPAIGN = CampaignId(0)


class CodeOfErased(OutreachError):
    """He was emptied on request since the letter was printed."""

    def __init__(self, code: str) -> None:
        super().__init__(
            Text("{code} is the code of a person who was erased since", code=code),
            hint=Text("nothing is recorded of them; the paper itself is to be destroyed"),
        )


@dataclass(frozen=True, slots=True)
class Coded:
    """What a code says."""

    contact: ContactId
    campaign: CampaignId


def is_reply_code(name: str) -> bool:
    """Whether a merge field of that name is the code."""
    return key_of(name) in _NAMES


def code_of(contact: ContactId, campaign: CampaignId, mark: Mark) -> str:
    """The code of a person in a campaign."""
    numbers = f"{_signs(contact)}-{_signs(campaign)}"
    return f"{numbers}-{_check(numbers, mark)}"


def read_code(text: str, mark: Mark) -> Coded | None:
    """What a typed or scanned code says; None: it is none, or has a slip in it."""
    found = _WRITTEN.fullmatch(text.strip().upper())
    if found is None:
        return None
    contact, campaign, check = (part.translate(_READ_AS) for part in found.groups())
    if any(sign not in _SIGNS for sign in contact + campaign + check):
        return None
    numbers = f"{contact.lstrip('0') or '0'}-{campaign.lstrip('0') or '0'}"
    if check != _check(numbers, mark):
        return None
    return Coded(ContactId(_number(contact)), CampaignId(_number(campaign)))


def coded(store: Store, text: str) -> tuple[Contact, CampaignId] | None:
    """The person whose code it is, as he is on file now, and the campaign he answers.

    Whoever was merged since answers as the one he is now. Raises `CodeOfErased`.
    """
    said = read_code(text, store.database.fingerprint)
    number = None if said is None else store.persons.now(said.contact)
    if said is None or number is None:
        return None
    if store.persons.is_erased(number):
        raise CodeOfErased(text.strip())
    return store.contacts.get(number), said.campaign


def with_code(
    values: Callable[[Contact], Values],
    campaign: CampaignId,
    mark: Mark,
) -> Callable[[Contact], Values]:
    """What a template sees of each person, with the code of that campaign."""
    return lambda contact: {
        **values(contact), REPLY_CODE: code_of(contact.id, campaign, mark)
    }  # fmt: skip


def _signs(number: int) -> str:
    signs = ""
    while number:
        number, rest = divmod(number, 32)
        signs = _SIGNS[rest] + signs
    return signs or "0"


def _number(signs: str) -> int:
    number = 0
    for sign in signs:
        number = number * 32 + _SIGNS.index(sign)
    return number


def _check(numbers: str, mark: Mark) -> str:
    """Three signs: one slip in 32,768 goes unseen."""
    secret = int(mark("reply_code", numbers), 16)
    return "".join(_SIGNS[secret >> 5 * place & 31] for place in range(_CHECK))
