"""`outreach plan sample`: how many people an experiment needs before it can tell anything."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import click

from outreach.application import Application
from outreach.cli import output
from outreach.cli.door import Command
from outreach.cli.numbers import Amount, Rate
from outreach.errors import Text, WrongUsage
from outreach.language import Percent

if TYPE_CHECKING:
    from outreach.evaluation.document import Section
    from outreach.evaluation.sample_size import Design


class NoSuchRate(WrongUsage):
    """A rate or a difference of rates that cannot be."""


@click.command("sample", cls=Command)
@click.option("--rate", type=Rate(), help="What is expected without it; else from your history.")
@click.option("--lift", type=Rate(), help="The difference to be seen: 1% is from 5% to 6%.")
@click.option(
    "--arms",
    type=click.IntRange(min=2),
    default=2,
    show_default=True,
    help="Groups, the one compared with included.",
)
@click.option(
    "--power",
    type=Rate(),
    default="80%",
    show_default=True,
    help="How often a difference that is there is found.",
)
@click.option(
    "--confidence",
    type=Rate(),
    default="95%",
    show_default=True,
    help="How often nothing is found where there is nothing.",
)
@click.option(
    "--people",
    type=click.IntRange(min=1),
    metavar="N",
    help="So many in each group: what could they tell?",
)
@click.option("--money", type=Amount(), help="A difference of money per head to be seen.")
@click.option("--spread", type=Amount(), help="With --money: the standard deviation of one head.")
@click.pass_obj
def plan_sample(
    parts: Application,
    rate: Fraction | None,
    lift: Fraction | None,
    arms: int,
    power: Fraction,
    confidence: Fraction,
    people: int | None,
    money: Fraction | None,
    spread: Fraction | None,
) -> None:
    """How many people each group needs before anything can be told.

    Counted for three ways of judging: looked at once and never before, looked at as often as
    one likes with a day of decision named in the campaign, and looked at without such a day.
    """  # fmt: skip
    from outreach.evaluation.sample_size import Design, comparisons_of

    _refuse(rate=rate, lift=lift, power=power, confidence=confidence, money=money, spread=spread)
    if lift is None and people is None and money is None:
        raise WrongUsage(
            Text("say what is to be seen: --lift, --money with --spread, or --people"),
            hint=Text("for example: outreach plan sample --rate 5% --lift 1%"),
        )
    origin = Text("given")
    if rate is None and (lift is not None or people is not None):
        rate, origin = _own_rate(parts)
    design = Design(
        base=rate or Fraction(0),
        lift=lift or Fraction(0),
        comparisons=comparisons_of(arms),
        power=float(power),
        alpha=1 - float(confidence),
    )
    if lift is not None and not 0 <= design.other <= 1:
        raise NoSuchRate(Text("{rate} and {lift} together are no rate", rate=Percent(design.base),
                              lift=Percent(design.lift)))  # fmt: skip
    rows = [
        _row(design, rule, arms, wants_lift=lift is not None, people=people, money=money,
             spread=spread)
        for rule in _rules()
    ]  # fmt: skip
    data = _data(design, arms, rows, confidence, power)
    output.show(parts, data, lambda: _print(parts, design, arms, rows, origin))


def _refuse(*, money: Fraction | None, spread: Fraction | None, **rates: Fraction | None) -> None:
    for name in ("rate", "power", "confidence"):
        given = rates[name]
        if given is not None and not 0 < given < 1:
            raise NoSuchRate(
                Text("--{option} lies between 0 and 100%", option=name),
                hint=Text("write it 5% or 0.05"),
            )
    if rates["lift"] is not None and rates["lift"] == 0:
        raise NoSuchRate(Text("no number of people tells a difference of 0"))
    if (money is None) != (spread is None):
        raise WrongUsage(
            Text("--money and --spread go together"),
            hint=Text("the standard deviation of what one person brings, zeros included"),
        )
    if money is not None and spread is not None and (money == 0 or spread <= 0):
        raise NoSuchRate(Text("no number of people tells a difference of 0"))


def _own_rate(parts: Application) -> tuple[Fraction, Text]:
    """Orders per person contacted, by the firm's own history, else by the sources."""
    from outreach.planning.habits import Origin
    from outreach.runner.season import expected

    outlook, habits = expected(parts.store, parts.settings.planning, 1)
    own = habits.accessibility.origin is not Origin.DEFAULT
    return outlook.deals, (Text("your own history") if own else Text("the sources' default"))


def _rules() -> list[Any]:
    from outreach.evaluation.sample_size import Rule

    return list(Rule)


def _row(
    design: Design,
    rule: Any,
    arms: int,
    *,
    wants_lift: bool,
    people: int | None,
    money: Fraction | None,
    spread: Fraction | None,
) -> dict[str, Any]:
    from outreach.evaluation.sample_size import (
        people_needed,
        people_needed_for_money,
        smallest_rise,
    )

    needed = people_needed(design, rule) if wants_lift else None
    row: dict[str, Any] = {"rule": rule.value, "per_group": needed,
                           "total": None if needed is None else needed * arms}  # fmt: skip
    if money is not None and spread is not None:
        row["per_group_money"] = people_needed_for_money(money, spread, design, rule)
    if people is not None:
        row["detectable"] = smallest_rise(
            float(design.base),
            people=(people, people),
            comparisons=design.comparisons,
            rule=rule,
            alpha=design.alpha,
            power=design.power,
        )
    return row


def _data(
    design: Design, arms: int, rows: list[dict[str, Any]], confidence: Fraction, power: Fraction
) -> dict[str, Any]:
    once = rows[0]
    return {
        "rate": design.base,
        "lift": design.lift,
        "arms": arms,
        "comparisons": design.comparisons,
        "power": power,
        "confidence": confidence,
        "per_group": once["per_group"],
        "total": once["total"],
        "rules": rows,
    }


# --- as text ----------------------------------------------------------------------------------


def _print(
    parts: Application, design: Design, arms: int, rows: list[dict[str, Any]], origin: Text
) -> None:
    from outreach.cli.document import show_section

    show_section(parts, _section(design, arms, rows, origin))


def _section(design: Design, arms: int, rows: list[dict[str, Any]], origin: Text) -> Section:
    from outreach.evaluation.document import Column, Section, Table, Unit

    columns = [Column("rule", Text("judged"), Unit.TEXT)]
    if rows[0]["per_group"] is not None:
        columns += [Column("per_group", Text("people in each group"), Unit.COUNT),
                    Column("total", Text("in all"), Unit.COUNT)]  # fmt: skip
    if "per_group_money" in rows[0]:
        columns.append(Column("per_group_money", Text("each group, for money"), Unit.COUNT))
    if "detectable" in rows[0]:
        columns.append(Column("detectable", Text("smallest rise seen"), Unit.RATE))
    table = Table(
        key="sample",
        title=Text("People needed"),
        columns=tuple(columns),
        rows=tuple({**row, "rule": _WAYS[row["rule"]]} for row in rows),
        basis=Text(
            "{power} of the differences of that size are found; {confidence} of the campaigns"
            " that change nothing find nothing.",
            power=Percent(design.power),
            confidence=Percent(1 - design.alpha),
        ),
    )
    return Section(
        key="sample",
        title=Text("How many people it takes"),
        lead=tuple(_lead(design, arms, origin)),
        tables=(table,),
        notes=(
            Text("Rates by the score test (Fleiss), money by the normal formula, two-sided."),
            Text(
                "The day of decision is `objective: {by: …}` of the campaign; looks before it"
                " cost a fifth of what may be found by chance."
            ),
        ),
    )


_WAYS = {
    "once": Text("at one look, on a day fixed in advance"),
    "day_of_decision": Text("at any looks, decided on a day named in advance"),
    "any_look": Text("at any looks, without such a day"),
}


def _lead(design: Design, arms: int, origin: Text) -> list[Text]:
    told: list[Text] = []
    if design.lift:
        told.append(
            Text(
                "To tell {rate} ({origin}) from {other}, in {arms} groups:",
                rate=Percent(design.base),
                origin=origin,
                other=Percent(design.other),
                arms=arms,
            )
        )
    elif design.base:
        told.append(Text("Over a rate of {rate} ({origin}), in {arms} groups:",
                         rate=Percent(design.base), origin=origin, arms=arms))  # fmt: skip
    if design.comparisons > 1:
        told.append(
            Text(
                "{count} comparisons share what may be found by chance: each group against one.",
                count=Decimal(design.comparisons),
            )
        )
    return told
