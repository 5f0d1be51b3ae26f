"""What stands for a person in his message: in its links, and in the address bounces go to.

Each is a token (`rendering/tokens.py`), told apart by its letter: `u` says no to a campaign,
`b` names a delivery. In what nobody gets, a preview or a test, the tokens are nobody's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from outreach.model.delivery import Delivery
from outreach.model.ids import DeliveryId
from outreach.rendering.tokens import token, tokens

#: The kind of a token in the links of a test or a preview. Only `u` says no in a person's name;
#: `b` and `p` stand in bounce addresses.
NOBODY = "t"


class Marks(NamedTuple):
    """The tokens of one message."""

    #: In the links by which a person says no.
    way_out: str
    #: In the address that bounces go to.
    bounce: str


def marks_of(secret: bytes, deliveries: Sequence[Delivery]) -> Mapping[DeliveryId, Marks]:
    """The marks of deliveries, made together."""
    out = tokens(secret, "u", [(one.campaign, one.contact) for one in deliveries])
    back = tokens(secret, "b", [(one.id,) for one in deliveries])
    ids = [delivery.id for delivery in deliveries]
    return dict(zip(ids, map(Marks, out, back), strict=True))


def nobodys_marks(secret: bytes, bounce: str = "p") -> Marks:
    """Those of a preview or of a test: whoever follows its links says no in nobody's name."""
    return Marks(token(secret, NOBODY, 0, 0), token(secret, bounce, 0))
