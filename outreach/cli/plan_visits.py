"""`plan visits`: how many visits can be made, who needs them, how many are for prospects."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import click

from outreach.application import Application
from outreach.cli.day_list import seller_known
from outreach.cli.door import Command
from outreach.cli.numbers import Amount, Rate
from outreach.cli.output import show
from outreach.cli.plan_values import day_of, member
from outreach.errors import Text, WrongUsage


@click.command("visits", cls=Command)
@click.option("--year", type=click.IntRange(1900, 2200), help="A calendar year; else this one.")
@click.option("--from", "since", metavar="DATE", help="Another period: its first day.")
@click.option("--to", "until", metavar="DATE", help="And its last day.")
@click.option("--weeks", type=Amount(), help="Weeks of the period; a year has 52.")
@click.option("--leave", type=Amount(), default=Fraction(0), help="Weeks of leave.")
@click.option("--conventions", type=Amount(), default=Fraction(0), help="Weeks of conventions.")
@click.option("--training", type=Amount(), default=Fraction(0), help="Weeks of training.")
@click.option("--days", type=Amount(), help="Days a week on which visits are made.")
@click.option("--visits-per-day", type=Amount(), help="Visits a seller makes on such a day.")
@click.option("--holidays/--no-holidays", default=True, help="Take public holidays off.")
@click.option(
    "--for",
    "--by",
    "sellers",
    metavar="SELLER",
    multiple=True,
    help="Of the team; else all who make visits.",
)
@click.option(
    "--need",
    "needs",
    metavar="NxV|WHO:V",
    multiple=True,
    help="N people V times, or a segment or expression V times; several may be given.",
)
@click.option("--target", type=click.IntRange(0), metavar="N", help="Customers wanted at the end.")
@click.option(
    "--current",
    type=click.IntRange(0),
    metavar="N",
    help="Customers now; else who ordered in the last twelve months.",
)
@click.option("--retention", type=Rate(), help="Share of them who stay; else as last year.")
@click.option(
    "--visits-per-customer", type=Amount(), help="Visits that win a customer; else as last year."
)
@click.option("--average-deal", type=Amount(), help="What one deal brings, for losses.")
@click.option("--sales-delay", type=Amount(), metavar="DAYS", help="How long a sale takes.")
@click.option(
    "--into-calendar",
    is_flag=True,
    help="Write campaigns of visits week by week, and their actions.",
)
@click.option("--offer", metavar="TEXT", help="What these visits offer.")
@click.option("--objective", metavar="NAME", help="The objective they serve.")
@click.option("--owner", metavar="SELLER", help="Who answers for them.")
@click.pass_obj
def plan_visits(
    parts: Application,
    /,
    year: int | None,
    since: str | None,
    until: str | None,
    into_calendar: bool,
    offer: str | None,
    objective: str | None,
    owner: str | None,
    sellers: tuple[str, ...],
    needs: tuple[str, ...],
    **given: Any,
) -> None:
    """Visits of a period: time, needs, the share of prospects, areas, and what is left.

    Prospects come first, then the customers. What is not given comes from the settings' team
    and from the history of this contact base; the answer says which.
    """
    from outreach.cli.plan_visits_data import data_of
    from outreach.cli.plan_visits_shown import print_plan
    from outreach.runner.plan_visits import visit_plan
    from outreach.runner.visits_time import AskedVisits

    first, last = _period(parts, year, since, until)
    keys = tuple(key for one in sellers if (key := seller_known(parts, one)) is not None)
    asked = AskedVisits(
        since=first, until=last, sellers=tuple(dict.fromkeys(keys)), needs=needs, **given
    )
    words = parts.vocabulary()
    plan = visit_plan(parts.store, parts.settings, words, asked, now=parts.now())
    written: list[Any] = []
    if into_calendar:
        written = _write(parts, plan, offer=offer, objective=objective, owner=owner)
    show(parts, data_of(plan, written), lambda: print_plan(parts, plan, written))


def _write(
    parts: Application, plan: Any, *, offer: str | None, objective: str | None, owner: str | None
) -> list[Any]:
    from outreach.runner.plan_book import the_objective
    from outreach.runner.visits_calendar import into_calendar, rounds

    served = the_objective(parts.store, objective).name if objective else None
    title = parts.language.say(Text("Visits"))
    found = rounds(parts.store, plan, title=title, now=parts.now())
    return into_calendar(
        parts.store, parts.settings, found, offer=offer, objective=served,
        project=f"{title} {plan.asked.since.year}", owner=member(parts, owner), now=parts.now(),
    )  # fmt: skip


def _period(
    parts: Application, year: int | None, since: str | None, until: str | None
) -> tuple[date, date]:
    first, last = day_of(parts, since), day_of(parts, until)
    if (first is None) is not (last is None) or (year is not None and first is not None):
        raise WrongUsage(Text("say either --year, or both --from and --to"))
    if first is not None and last is not None:
        if last < first:
            raise WrongUsage(Text("it ends before it begins"))
        return first, last
    chosen = year or parts.today().year
    return date(chosen, 1, 1), date(chosen, 12, 31)
