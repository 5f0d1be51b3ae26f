"""`outreach plan`: how much prospecting a goal asks for."""

from __future__ import annotations

import re
from dataclasses import fields
from decimal import Decimal
from fractions import Fraction
from typing import Any

import click

from outreach.application import Application
from outreach.cli import output
from outreach.cli.door import Group
from outreach.errors import Text, WrongUsage
from outreach.planning.effort import Effort, Goal, Quantity, Rounding, effort
from outreach.planning.habits import Coefficient, Coefficients, Habits, Origin, habits, measured


class BadNumber(WrongUsage):
    def __init__(self, option: str, text: str, hint: Text) -> None:
        super().__init__(
            Text("{option} takes a number, not {text!r}", option=option, text=text), hint=hint
        )


class Amount(click.ParamType[Fraction]):
    """A number as people write it: `60000`, `60 000`, `2,5`."""

    name = "number"
    hint = Text("write it like 60000 or 2.5")

    def convert(self, value: Any, param: click.Parameter | None, _ctx: Any) -> Fraction:
        if isinstance(value, Fraction):
            return value
        found = read_number(value)
        if found is None:
            raise BadNumber(param.opts[0] if param else "", value, self.hint)
        return found


class Rate(Amount):
    """A share as people write it: `6%`, `6,5 %`, `0.06`."""

    name = "rate"
    hint = Text("write it 6% or 0.06")

    def convert(self, value: Any, param: click.Parameter | None, ctx: Any) -> Fraction:
        if isinstance(value, str) and value.rstrip().endswith("%"):
            return super().convert(value.rstrip()[:-1], param, ctx) / 100
        return super().convert(value, param, ctx)


def read_number(text: str) -> Fraction | None:
    """The number that was typed, exact; None where it is none or may be two things.

    `60,000` is sixty thousand to one reader and sixty to another: it is not guessed.
    """
    digits = re.sub(r"[\s\u00a0\u202f_]", "", text)
    if not re.fullmatch(r"[-+]?\d+([.,]\d*)?", digits) or re.fullmatch(
        r"[-+]?[1-9]\d*,\d{3}", digits
    ):
        return None
    return Fraction(Decimal(digits.replace(",", ".")))


@click.group(cls=Group)
def plan() -> None:
    """How much to do for a goal."""


@plan.command("effort")
@click.option("--revenue", type=Amount(), help="The goal: revenue from new customers.")
@click.option("--deals", type=click.IntRange(min=0), help="The goal: a number of deals.")
@click.option("--average-deal", type=Amount(), help="What one deal brings.")
@click.option("--proposals-per-deal", type=Amount(), help="Proposals made for one deal.")
@click.option("--compensation", type=Amount(), help="Active prospects for one proposal.")
@click.option("--inbound", type=Amount(), help="Active prospects who come by themselves.")
@click.option("--accessibility", type=Rate(), help="Share of prospects who become active.")
@click.option("--touches", type=Amount(), help="Attempts for one prospect.")
@click.option("--minutes", type=Amount(), help="Minutes for one attempt.")
@click.option(
    "--rounding",
    type=click.Choice([mode.value for mode in Rounding]),
    default=Rounding.UP.value,
    show_default=True,
    help="Whole people upwards, not at all, or downwards.",
)
@click.pass_obj
def plan_effort(
    parts: Application,
    /,
    revenue: Fraction | None,
    deals: int | None,
    rounding: str,
    **given: Fraction | None,
) -> None:
    """From a goal to prospects, touches and hours.

    What is not given comes from the history of this contact base, else from what the
    sources observed; the answer says which.
    """
    goal = Goal(revenue=revenue, deals=deals)
    chains = {one.id: one.definition.chain for one in parts.store.campaigns.all()}
    history = measured(parts.store.tallies.habits(chains))
    used = habits(Coefficients(**given), history)
    result = effort(goal, used, Rounding(rounding))
    output.show(
        parts,
        _as_json(result, used, rounding),
        lambda: _print(parts, goal, result, used),
    )


def _as_json(result: Effort, used: Habits, rounding: str) -> dict[str, Any]:
    steps: dict[str, Any] = {}
    for step in fields(result):
        quantity: Quantity = getattr(result, step.name)
        steps[step.name] = {"exact": quantity.exact, "rounded": quantity.rounded}
    figures: dict[str, Any] = {}
    for field in fields(used):
        figure: Coefficient | None = getattr(used, field.name)
        if figure is not None:
            figures[field.name] = {"value": figure.value, "origin": figure.origin.value}
    return {**steps, "rounding": rounding, "coefficients": figures}


# --- as text ----------------------------------------------------------------------------------


def _print(parts: Application, goal: Goal, result: Effort, used: Habits) -> None:
    say = parts.language.say
    if goal.revenue is not None:
        amount = parts.language.money(_decimal(goal.revenue), parts.settings.currency)
        output.say(parts, Text("Goal: {amount} from new customers", amount=amount))
    output.say(parts)
    rows = [
        (say(name), _number(parts, quantity.exact), _number(parts, quantity.rounded), say(formula))
        for name, quantity, formula in _steps(goal, result)
    ]
    headers = (Text("step"), Text("exact"), Text("rounded"), Text("how"))
    output.table(parts, headers, rows, right=(1, 2))
    output.say(parts)
    rows_used = [
        (say(name), _figure(parts, figure, name), say(_ORIGINS[figure.origin]))
        for name, figure in _figures(used)
    ]
    output.table(parts, (Text("figure"), Text("value"), Text("from")), rows_used, right=(1,))


def _steps(goal: Goal, result: Effort) -> list[tuple[Text, Quantity, Text]]:
    """Each step with its formula in words."""
    deals = Text("as given") if goal.deals is not None else Text("goal ÷ average deal")
    return [
        (Text("deals"), result.deals, deals),
        (Text("proposals"), result.proposals, Text("deals × proposals per deal")),
        (
            Text("active prospects"),
            result.active_prospects,
            Text("proposals × compensation"),
        ),
        (Text("still to find"), result.to_find, Text("active prospects − inbound")),
        (Text("prospects to contact"), result.prospects, Text("still to find ÷ accessibility")),
        (Text("touches"), result.touches, Text("prospects × touches per prospect")),
        (Text("hours"), result.hours, Text("touches × minutes per touch ÷ 60")),
    ]


_ACCESSIBILITY = Text("accessibility")
_AVERAGE_DEAL = Text("average deal")
_ORIGINS = {
    Origin.GIVEN: Text("given"),
    Origin.HISTORY: Text("your own history"),
    Origin.DEFAULT: Text("the sources' default"),
}


def _figures(used: Habits) -> list[tuple[Text, Coefficient]]:
    figures = [
        (_AVERAGE_DEAL, used.average_deal),
        (Text("proposals per deal"), used.proposals_per_deal),
        (Text("compensation (actives per proposal)"), used.compensation),
        (Text("inbound active prospects"), used.inbound),
        (_ACCESSIBILITY, used.accessibility),
        (Text("touches per prospect"), used.touches),
        (Text("minutes per touch"), used.minutes),
    ]
    return [(name, figure) for name, figure in figures if figure is not None]


def _figure(parts: Application, figure: Coefficient, name: Text) -> str:
    if name is _ACCESSIBILITY:
        return parts.language.percent(float(figure.value), digits=2)
    if name is _AVERAGE_DEAL:
        return parts.language.money(_decimal(figure.value), parts.settings.currency)
    return _number(parts, figure.value)


def _number(parts: Application, value: Fraction) -> str:
    return parts.language.write(round(_decimal(value), 3))


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / value.denominator
