"""What the calendar of a campaign foresees, gathered, and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from outreach.application import Application
from outreach.errors import Text
from outreach.model.audience import Arm
from outreach.model.campaign import Campaign
from outreach.planning.expectation import Expectation
from outreach.planning.habits import Habits
from outreach.runner.ahead import Going, ahead, going_on
from outreach.runner.preview import Preview
from outreach.runner.season import Price, expected, price, warnings
from outreach.scheduling.foreseen import Ahead, Leaving
from outreach.store.campaigns import Launched

#: The figures an expectation is made of, as a reader calls them.
USED: dict[str, Text] = {
    "accessibility": Text("accessibility"),
    "compensation": Text("actives per proposal"),
    "proposals_per_deal": Text("proposals per deal"),
    "average_deal": Text("average deal"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """Everything the calendar says of a campaign."""

    campaign: Campaign
    launched: Launched | None
    going: Going | None
    looked: Ahead
    price: Price
    outlook: Expectation
    habits: Habits
    warnings: Sequence[Text]

    @property
    def left(self) -> tuple[Leaving, ...]:
        return self.going.left if self.going else ()


def foresee(parts: Application, seen: Preview) -> Foreseen:
    """Of a campaign that is launched: as the ledger has it; else as if it were launched now."""
    launched = parts.store.campaigns.look_up(seen.campaign.name)
    going = going_on(seen, launched) if launched else None
    looked = going.planned if going else ahead(seen)
    campaign = launched.definition if launched else seen.campaign
    left = going.left if going else ()
    people = _enrolled(parts, seen, launched)
    outlook, habits = expected(parts.store, parts.settings.planning, people)
    return Foreseen(
        campaign=campaign,
        launched=launched,
        going=going,
        looked=looked,
        price=price(campaign, looked, parts.settings.costs, left=left, people=people),
        outlook=outlook,
        habits=habits,
        warnings=warnings(campaign, parts.settings, looked),
    )


def _enrolled(parts: Application, seen: Preview, launched: Launched | None) -> int:
    if launched is not None:
        return parts.store.campaigns.arms(launched.id).get(Arm.ENROLLED, 0)
    chosen = seen.checked.chosen
    return chosen.count.enrolled if chosen else 0


# --- as JSON ----------------------------------------------------------------------------------


def as_json(parts: Application, seen: Preview, foreseen: Foreseen) -> dict[str, Any]:
    campaign, launched, looked = foreseen.campaign, foreseen.launched, foreseen.looked
    return {
        "campaign": seen.campaign.name,
        "state": launched.state.value if launched else None,
        "left": day_rows(campaign, foreseen.left, seen.only),
        "calendar": day_rows(campaign, looked.days, seen.only),
        "too_late": dict(looked.too_late),
        "passed_over": dict(looked.passed_over),
        "cut_off": dict(looked.cut_off),
        "unmet": dict(looked.unmet),
        "until": looked.until,
        "warnings": [parts.language.say(one) for one in foreseen.warnings],
        "cost": cost_data(foreseen.price),
        "expected": expected_data(foreseen.outlook, foreseen.habits),
    }


def day_rows(campaign: Campaign, days: Sequence[Leaving], only: str | None) -> list[dict[str, Any]]:
    channels = {step.name: step.channel.value for step in campaign.steps}
    return [
        {
            "date": one.day,
            "step": one.step,
            "channel": channels[one.step],
            "count": one.count,
            "by": dict(one.members),
        }
        for one in days
        if only in (None, one.step)
    ]


def cost_data(cost: Price) -> dict[str, Any]:
    return {
        "total": cost.total,
        "steps": dict(cost.steps),
        "fixed": cost.fixed,
        "spent": cost.spent,
        "budget": cost.budget,
        "break_even_orders": cost.break_even.orders,
        "minimum_response": cost.break_even.minimum_response,
    }


def expected_data(outlook: Expectation, habits: Habits) -> dict[str, Any]:
    used = {
        field.name: figure
        for field in fields(habits)
        if field.name in USED and (figure := getattr(habits, field.name)) is not None
    }
    return {
        **{field.name: getattr(outlook, field.name) for field in fields(outlook)},
        "coefficients": {
            name: {"value": figure.value, "origin": figure.origin.value}
            for name, figure in used.items()
        },
    }
