"""`preview --calendar`: the dated plan, its warnings, its cost and what it may bring."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from outreach.application import Application
from outreach.cli.output import say, show, table
from outreach.cli.preview_foreseen import USED, Foreseen, as_json, foresee
from outreach.errors import Plural, Text
from outreach.language import Percent
from outreach.model.campaign import Campaign, CampaignState
from outreach.model.money import to_decimal
from outreach.planning.expectation import Expectation
from outreach.planning.habits import Coefficient, Habits, Origin
from outreach.runner.ahead import Going, passed_over, waiting_for_people
from outreach.runner.preview import Preview
from outreach.runner.season import Price
from outreach.runner.wording import CHANNELS
from outreach.scheduling.foreseen import Leaving
from outreach.store.campaigns import Launched


def show_calendar(parts: Application, seen: Preview) -> None:
    """As a table, or as JSON."""
    foreseen = foresee(parts, seen)
    show(parts, as_json(parts, seen, foreseen), lambda: _print(parts, seen, foreseen))


def _print(parts: Application, seen: Preview, foreseen: Foreseen) -> None:
    if foreseen.going and foreseen.launched:
        _under_way(parts, seen, foreseen, foreseen.going, foreseen.launched)
    else:
        print_days(parts, foreseen.campaign, foreseen.looked.days, seen.only)
        _lines(parts, passed_over(foreseen.looked))
        _at_most(parts, foreseen.campaign)
    if foreseen.looked.until is not None:
        say(
            parts,
            Text(
                "It repeats without an end: shown up to {day}, and so is what it costs.",
                day=foreseen.looked.until,
            ),
        )
    if foreseen.warnings:
        say(parts)
        _lines(parts, foreseen.warnings)
    say(parts)
    print_cost(parts, foreseen.price)
    print_outlook(parts, foreseen.outlook, foreseen.habits)


def _under_way(
    parts: Application, seen: Preview, foreseen: Foreseen, going: Going, launched: Launched
) -> None:
    """Of a launched campaign: what has left, what is planned, and what waits for people."""
    if going.left:
        say(parts, Text("Has left:"))
        print_days(parts, foreseen.campaign, going.left, seen.only)
        say(parts)
    if going.planned.days:
        say(parts, Text("Is planned, from now on:"))
        print_days(parts, foreseen.campaign, going.planned.days, seen.only)
    else:
        say(parts, Text("Nothing more is planned."))
    _lines(parts, [*passed_over(going.planned), *waiting_for_people(going.stuck)])
    if launched.state is CampaignState.PAUSED:
        say(parts, Text("The campaign is paused: nothing of it leaves until outreach resume."))
    if launched.pilot:
        say(parts, Text("It was launched for the first few; the others come with outreach launch."))
    if going.planned.days:
        _at_most(parts, foreseen.campaign)


def print_days(
    parts: Application, campaign: Campaign, days: Sequence[Leaving], only: str | None
) -> None:
    """The days as a table; whose the calls are, where there is a team."""
    words = {s.name: parts.language.say(CHANNELS[s.channel]) for s in campaign.steps}
    shown = [one for one in days if only in (None, one.step)]
    headers = [Text("Day"), Text("Step"), Text("Channel"), Text("Number")]
    rows = [
        [parts.language.write(one.day), one.step, words[one.step], parts.language.count(one.count)]
        for one in shown
    ]
    if any(one.members for one in shown):
        headers.append(Text("Who"))
        for row, one in zip(rows, shown, strict=True):
            row.append(", ".join(f"{member} {count}" for member, count in one.members))
    table(parts, headers, rows, right=[3])


def _lines(parts: Application, lines: Sequence[Text]) -> None:
    for line in lines:
        say(parts, line)


def _at_most(parts: Application, campaign: Campaign) -> None:
    if any(step.when for step in campaign.steps) or campaign.stop_on:
        say(parts, Text("At most: whoever answers or does not fit a condition drops out."))


def print_cost(parts: Application, cost: Price) -> None:
    pieces = [
        Text("{step} {amount}", step=step, amount=_money(parts, amount))
        for step, amount in cost.steps.items()
        if amount
    ]
    if cost.fixed:
        pieces.append(Text("fixed {amount}", amount=_money(parts, cost.fixed)))
    if cost.spent:
        pieces.append(Text("spent already {amount}", amount=_money(parts, cost.spent)))
    told = " + ".join(parts.language.say(piece) for piece in pieces)
    total = _money(parts, cost.total)
    if told:
        say(parts, Text("It costs at most {total}: {pieces}.", total=total, pieces=told))
    else:
        say(parts, Text("It costs nothing that the settings or the campaign state."))
    if cost.beyond:
        say(
            parts,
            Text(
                "That is {amount} beyond the budget of {budget}.",
                amount=_money(parts, cost.beyond),
                budget=_money(parts, cost.budget or Decimal(0)),
            ),
        )
    even = cost.break_even
    if even.orders is not None and even.minimum_response is not None:
        say(
            parts,
            Text(
                "It pays from {orders} on, {response} of {people}.",
                orders=Plural("{count} order", "{count} orders", even.orders),
                response=Percent(even.minimum_response),
                people=Plural("{count} person enrolled", "{count} people enrolled", cost.people),
            ),
        )


def print_outlook(parts: Application, outlook: Expectation, habits: Habits) -> None:
    say(
        parts,
        Text(
            "Of {contacted} people it may bring: active prospects {actives}, proposals"
            " {proposals}, deals {deals}.",
            contacted=outlook.contacted,
            actives=_figure(parts, outlook.active_prospects),
            proposals=_figure(parts, outlook.proposals),
            deals=_figure(parts, outlook.deals),
        ),
    )
    if outlook.revenue is not None:
        amount = _money(parts, to_decimal(outlook.revenue))
        say(parts, Text("That is a revenue of {amount}.", amount=amount))
    for origin, figures in _by_origin(parts, habits):
        say(parts, Text("{origin}: {figures}", origin=_ORIGINS[origin], figures=figures))


def _by_origin(parts: Application, used: Habits) -> Iterator[tuple[Origin, str]]:
    """Which figures come from where."""
    for origin in Origin:
        figures = []
        for name, text in USED.items():
            figure: Coefficient | None = getattr(used, name)
            if figure is not None and figure.origin is origin:
                value = _value(parts, name, figure.value)
                figures.append(f"{parts.language.say(text)} {value}")
        if figures:
            yield origin, ", ".join(figures)


_ORIGINS = {
    Origin.GIVEN: Text("Given"),
    Origin.HISTORY: Text("From your own history"),
    Origin.DEFAULT: Text("For want of a history, what the sources observed"),
}


def _value(parts: Application, name: str, value: Fraction) -> str:
    if name == "accessibility":
        return parts.language.percent(float(value), digits=1)
    if name == "average_deal":
        return _money(parts, to_decimal(value))
    return _figure(parts, value)


def _figure(parts: Application, value: Fraction) -> str:
    return parts.language.write(round(to_decimal(value), 1).normalize() + 0)


def _money(parts: Application, amount: Decimal) -> str:
    return parts.language.money(amount, parts.settings.currency)
