"""Who is in, who is out and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Arm(StrEnum):
    """What a matched person is to a campaign, frozen at launch."""

    ENROLLED = "enrolled"
    #: Never contacted, followed all the same.
    CONTROL = "control"
    EXCLUDED = "excluded"


class Exclusion(StrEnum):
    """Why a matched person is left out (CONTRACT, "Words"). The first that applies is kept."""

    SUPPRESSED = "suppressed"
    OPTED_OUT = "opted_out"
    BOUNCED = "bounced"
    NO_ADDRESS = "no_address"
    INVALID_ADDRESS = "invalid_address"
    SAME_ADDRESS = "same_address"
    OTHER_CAMPAIGN = "other_campaign"
    PRESSURE = "pressure"
    NOT_PERMITTED = "not_permitted"
    ONE_PER = "one_per"


@dataclass(frozen=True, slots=True)
class AudienceCount:
    """`matched ≥ selected = control + enrolled`; `excluded` by reason.

    `matched` people fit the expression; of those, `excluded` are left out by a
    reason; `selected` remain after the limit.
    """

    matched: int
    selected: int
    control: int
    enrolled: int
    excluded: Mapping[Exclusion, int]
