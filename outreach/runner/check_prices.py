"""Before the launch: whether what a step costs can be counted touch by touch.

A touch bears its cost in the smallest unit of the currency, as an order bears its amount: what
is less would be counted as nothing, or as half as much again, and no figure would show it.
"""

from __future__ import annotations

from collections.abc import Iterator

from outreach.errors import Text
from outreach.files.campaigns import CampaignFile
from outreach.model.money import from_minor, minor_digits, to_minor
from outreach.runner.findings import Problem, error


def price_problems(file: CampaignFile, currency: str) -> Iterator[Problem]:
    """The steps whose `cost:` has more digits than the currency."""
    for index, step in enumerate(file.campaign.steps):
        if step.cost is None or from_minor(to_minor(step.cost, currency), currency) == step.cost:
            continue
        yield error(
            Text(
                "step {step!r} cannot cost {cost} a time: {currency} has {digits} decimals",
                step=step.name,
                cost=f"{step.cost:f}",
                currency=currency,
                digits=minor_digits(currency),
            ),
            file.locate(("steps", index, "cost")),
            Text("write what all of them cost together under fixed_costs: {send: 20}"),
        )
