"""Several campaigns together: distinct people, never the sum of the campaigns' rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from outreach.errors import Text
from outreach.evaluation.chain import Link, chain
from outreach.evaluation.chain_section import chain_section
from outreach.evaluation.document import Section
from outreach.evaluation.json_numbers import as_float
from outreach.evaluation.paths import Paths, paths
from outreach.evaluation.paths_json import link_json, paths_json
from outreach.evaluation.paths_section import path_sections
from outreach.evaluation.ratios import Ratios, ratios
from outreach.evaluation.report import Report
from outreach.model.path import PathTally
from outreach.model.tally import CampaignTally


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """What campaigns came to as one: whoever was in two of them is one person."""

    enrolled: int
    control: int
    chain: tuple[Link, ...]
    ratios: Ratios
    paths: Paths
    tally: CampaignTally
    #: What each of them cost, added up: a touch and a fixed cost are of one campaign.
    cost: Decimal
    #: The profits that are known, added up; None where no campaign's is.
    profit: Decimal | None
    #: How many campaigns have one that is not known.
    without_profit: int


def together_of(tally: CampaignTally, path: PathTally, reports: Sequence[Report]) -> Together:
    profits = [one.result.profit for one in reports if one.result.profit is not None]
    return Together(
        enrolled=tally.enrolled.people,
        control=tally.control.people,
        chain=chain(tally.enrolled, tally.chain),
        ratios=ratios(tally),
        paths=paths(tally, path),
        tally=tally,
        cost=sum((one.cost.total for one in reports), Decimal(0)),
        profit=sum(profits, Decimal(0)) if profits else None,
        without_profit=len(reports) - len(profits),
    )


def together_json(found: Together) -> dict[str, object]:
    """The keys of one campaign's report that make sense of several."""
    orders = found.tally.orders
    return {
        "enrolled": found.enrolled,
        "control": found.control,
        "chain": [link_json(link) for link in found.chain],
        **paths_json(found.paths),
        "cost": {"total": float(found.cost)},
        "orders": orders.orders,
        "revenue": float(orders.revenue),
        "margin": None if orders.without_margin else float(orders.margin),
        # As in the line "total" of the page: of the campaigns whose profit is known.
        "profit": as_float(found.profit),
        "campaigns_without_profit": found.without_profit,
    }


def together_sections(found: Together) -> tuple[Section, ...]:
    """The chain of everybody in these campaigns, and what is known of its course."""
    chain_of_all = replace(
        chain_section(found.chain, found.paths),
        key="together",
        title=Text("All these campaigns together (each person once)"),
    )
    return (chain_of_all, *path_sections(found.paths))
