"""The words of the law that the program speaks: grounds, purposes, sectors."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Basis(StrEnum):
    """Why the law lets us write to somebody, or call him."""

    #: He said yes, to this channel and this purpose, and it can be proved (GDPR art. 7).
    CONSENT = "consent"
    #: A customer, told at the sale, who could refuse then and can in each message
    #: (CPCE art. L.34-5, fourth paragraph).
    SOFT_OPTIN = "soft_optin"
    #: Ours, weighed against his (GDPR art. 6(1)(f)): professionals, and letters.
    LEGITIMATE_INTEREST = "legitimate_interest"
    #: A contract with him that is running (GDPR art. 6(1)(b)).
    CONTRACT = "contract"


class Purpose(StrEnum):
    """What a message is for."""

    #: Promotion of goods or services, directly or not.
    PROSPECTING = "prospecting"
    #: What a running contract or a request of the person needs: no promotion in it.
    SERVICE = "service"


class Sector(StrEnum):
    """Trades with a ban of their own (loi 2025-594); nobody need state another one."""

    ENERGY_RENOVATION = "energy_renovation"
    #: Of homes, to age or handicap.
    HOME_ADAPTATION = "home_adaptation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Legal:
    """`legal:` of a campaign: what it says about its own ground."""

    purpose: Purpose = Purpose.PROSPECTING
    sector: Sector | None = None
    #: Why the offer concerns these people in their profession: our interest, weighed
    #: against theirs (GDPR art. 6(1)(f)). Kept with the launched campaign.
    interest: str | None = None
