"""The portfolio: the store counts, the evaluation judges, and this brings them together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING

from outreach.errors import OutreachError, Text, WrongUsage, did_you_mean
from outreach.evaluation.portfolio.classes import bounds, cuts
from outreach.evaluation.portfolio.loyalty import Movement, movement
from outreach.evaluation.portfolio.review import Portfolio, review
from outreach.model.portfolio import Monetary, PortfolioRules
from outreach.model.text import fold
from outreach.model.words import LIFE_STAGES
from outreach.store.portfolio_days import months_before

if TYPE_CHECKING:
    from outreach.model.spending import Loyalty
    from outreach.store.conditions import Selection
    from outreach.store.store import Store

#: The models are fitted to so many customers at most.
_MOST = 20_000
#: Months that are counted, however few are shown: they tell how long something has been short.
_COUNTED = 12
#: Months that retention and attrition are of, where nobody asks for others.
YEAR = 12
#: How far back a review looks: ten years.
LONGEST = 120

#: The word that takes a stage set by hand back.
COMPUTED = "computed"


class DayToCome(WrongUsage):
    def __init__(self, on: date) -> None:
        super().__init__(
            Text("{day} is to come: the portfolio is known up to today", day=on),
            hint=Text("what may come is told by: outreach plan forecast"),
        )


class UnknownStage(WrongUsage):
    def __init__(self, word: str) -> None:
        known = sorted({*LIFE_STAGES.values(), COMPUTED})
        super().__init__(
            Text("{word!r} is no life stage", word=word),
            hint=did_you_mean(word, known) or Text("one of: {words}", words=", ".join(known)),
        )


def reviewed(
    store: Store,
    rules: PortfolioRules,
    select: Callable[[str], Selection | None],
    *,
    on: date,
    today: date,
    months: int,
) -> Portfolio:
    """The review as of the end of a day, compared with that day so many months before.

    `select` makes a condition of an area's expression; an area whose expression says nothing
    any more (a field is gone) is left out, and told. Raises `DayToCome`.
    """
    if on > today:
        raise DayToCome(on)
    areas: list[tuple[str, int | None, Selection]] = []
    lacking: list[Text] = []
    for name, expression, potential in store.portfolio.areas():
        try:
            condition = select(expression)
        except OutreachError as error:
            lacking.append(Text("area {name} is left out: {why}", name=name, why=error.what))
            continue
        if condition is not None:
            areas.append((name, potential, condition))
    tally = store.portfolio.count(
        on=on,
        since=months_before(on, months),
        months=max(months, _COUNTED),
        average=rules.monetary is Monetary.AVERAGE,
        cuts=partial(cuts, classes=rules.classes),
        bounds=partial(bounds, a=rules.a, b=rules.b),
        areas=areas,
        most=_MOST,
    )
    found = review(tally, rules, months=months)
    return replace(found, notes=(*found.notes, *lacking))


def moved_in_a_year(store: Store, *, on: date) -> Movement:
    """Who stayed and who was lost in the twelve months up to the end of a day.

    The only retention and attrition there are: reports and plans of visits ask for them here.
    A customer is lost by the life stage he has reached, not by the calendar.
    """
    return movement(store.portfolio.stages(on=on, since=months_before(on, YEAR)))


def moved_and_bought(store: Store, *, on: date, until: datetime) -> tuple[Movement, Loyalty]:
    """The same, and what was bought in these months, up to an instant of that day."""
    stages, bought = store.portfolio.year(on=on, since=months_before(on, YEAR), until=until)
    return movement(stages), bought


def stage_named(word: str) -> str | None:
    """The life stage that a word means, in English or French; None: computed again.

    Raises `UnknownStage`.
    """
    if fold(word) in (COMPUTED, "calcule", "-"):
        return None
    stage = LIFE_STAGES.get(fold(word))
    if stage is None:
        raise UnknownStage(word)
    return stage
