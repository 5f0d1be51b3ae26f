"""`outreach plan forecast`: orders and cash by month, and how wrong past forecasts were."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import click

from outreach.application import Application
from outreach.cli import output
from outreach.cli.door import Command
from outreach.cli.effort_values import DelaysType
from outreach.cli.numbers import Amount, Rate
from outreach.cli.plan_values import day_of
from outreach.errors import Text, WrongUsage
from outreach.planning.habits import Coefficients
from outreach.runner.forecasting import AskedAhead, look_ahead


@click.command("forecast", cls=Command)
@click.option(
    "--months",
    type=click.IntRange(1, 36),
    default=12,
    show_default=True,
    help="How many months ahead.",
)
@click.option("--on", metavar="DATE", help="As of that day; else today.")
@click.option("--average-deal", type=Amount(), help="What one order brings.")
@click.option(
    "--payment-days",
    type=click.IntRange(0, 366),
    help="Days from an order to its money; else the settings', else 30.",
)
@click.option(
    "--delays",
    type=DelaysType(),
    metavar="N,N,…",
    help="Of 100 orders, in the first month, the next, the rest of a year: 50,30,20.",
)
@click.option(
    "--new",
    "new_per_month",
    type=Amount(),
    default="0",
    help="Prospects to be contacted each month, beside those known.",
)
@click.option("--proposals-per-deal", type=Amount(), help="Proposals made for one deal.")
@click.option("--compensation", type=Amount(), help="Active prospects for one proposal.")
@click.option("--accessibility", type=Rate(), help="Share of prospects who become active.")
@click.option(
    "--weight",
    type=Amount(),
    help="How much the sources weigh beside your history: 1 as stated, 0 nothing.",
)
@click.option(
    "--tries",
    type=click.IntRange(0, 24),
    default=6,
    show_default=True,
    help="Forecasts of past days to make again, beside what came; 0 none.",
)
@click.pass_obj
def plan_forecast(parts: Application, /, **given: Any) -> None:
    """Orders and cash by month from the prospects there are, and how wrong it was before.

    People who were contacted, replied, met us or got a quote order with a probability and a
    delay that this contact base shows, weighed against what the sources observed.
    """  # fmt: skip
    from outreach.cli.document import show_section
    from outreach.cli.forecast_json import as_json
    from outreach.cli.forecast_sections import sections

    asked = _asked(parts, given)
    outlook = look_ahead(parts.store, parts.settings, asked, now=parts.now())

    def lines() -> None:
        for section in sections(outlook, parts.settings.currency):
            show_section(parts, section)

    output.show(parts, as_json(outlook), lines)


def _asked(parts: Application, given: dict[str, Any]) -> AskedAhead:
    names = ("proposals_per_deal", "compensation", "accessibility")
    stated = {name: given[name] for name in names}
    _check(given, stated)
    on = day_of(parts, given["on"]) or parts.today()
    if on > parts.today():
        raise WrongUsage(
            Text("{day} is still to come", day=on),
            hint=Text("a forecast is made of a day that is known: today, or a past one"),
        )
    return AskedAhead(
        on=on,
        months=given["months"],
        average_deal=given["average_deal"],
        payment_days=given["payment_days"],
        delays=given["delays"] or (),
        weight=given["weight"],
        given=Coefficients(**stated),
        new_per_month=given["new_per_month"],
        tries=given["tries"],
    )


def _check(given: dict[str, Any], stated: dict[str, Fraction | None]) -> None:
    if any(value is not None and value <= 0 for value in stated.values()):
        raise WrongUsage(Text("proposals per deal, compensation and accessibility are above 0"))
    if (stated["accessibility"] or 0) > 1:
        raise WrongUsage(
            Text("the accessibility is a share of the prospects, between 0 and 100 %"),
            hint=Text("write it 6% or 0.06"),
        )
    if min((given[name] or 0) for name in ("average_deal", "new_per_month", "weight")) < 0:
        raise WrongUsage(Text("amounts, numbers of people and weights are not below 0"))
