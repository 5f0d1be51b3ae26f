"""The plan of visits into the calendar: campaigns of visits, week by week, and their actions.

A campaign for each area's prospects and one for the customers: so many people a week begin, the
runner gives each a day and a seller within what the team's days hold, and whoever may not be
visited is left out, as in every campaign. Each is written into the action plan too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, count
from math import ceil
from pathlib import Path

from outreach.errors import OutreachError, Text, WrongUsage
from outreach.files.campaign_copies import check_new, write_campaign
from outreach.files.campaigns import written_campaigns
from outreach.model.plan import Action, Theme
from outreach.model.settings import Settings
from outreach.model.text import fold
from outreach.runner.plan_visits import VisitPlan
from outreach.store.store import Store

#: Who is no customer, neither by an order nor as he is on file; and who still is one.
PROSPECTS = 'order_count = 0 and kind != "customer"'
CUSTOMERS = 'life_stage in ("new", "developing", "mature", "declining")'
#: What their campaign is called; an area of that name gets a number.
_CUSTOMERS = "customers"
_NO_WORD = re.compile(r"[^a-z0-9]+")
#: Of an area's name in a campaign's, which has 80 characters with the year and a number.
_LONGEST = 60


class NothingToPlan(OutreachError):
    def __init__(self) -> None:
        super().__init__(
            Text("the plan has no visit for anybody on file: nothing was written"),
            hint=Text("see: outreach plan areas; say how many customers: --target 130"),
        )


class NoOffer(WrongUsage):
    def __init__(self) -> None:
        super().__init__(
            Text("visits without something to offer are not planned"),
            hint=Text('say what is offered: --offer "a guided tour"'),
        )


class PlannedAlready(WrongUsage):
    """The names are made from the year and the areas: a second plan of a year makes them again."""

    def __init__(self, name: str) -> None:
        super().__init__(
            Text("the visits of {name!r} are planned already", name=name),
            hint=Text("to plan them anew, delete the campaign files that were not launched, and "
                      "their actions: outreach plan actions remove; go on with a launched one: "
                      "outreach campaign renew {name}", name=name),
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One campaign of visits: whom, how many in all and a week, what it is to bring."""

    name: str
    title: str
    where: str
    people: int
    per_week: int
    orders: int
    theme: Theme
    start: date
    last: date
    #: Who visits, where one of the team was named.
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Written:
    round: Round
    path: Path
    action: int


def rounds(store: Store, plan: VisitPlan, *, title: str, now: datetime) -> list[Round]:
    """The campaigns that the plan asks for, in what is left of the period; `title` heads them."""
    today = store.database.day_of(now)
    start = max(plan.asked.since, today)
    weeks = max(1, ceil(((plan.asked.until - start).days + 1) / 7))
    weeks = min(weeks, max(1, int(plan.team[0].capacity.weeks)))
    year = plan.asked.since.year
    found = []
    for name, where, visits, orders, theme in _groups(store, plan):
        if visits:
            found.append(
                Round(
                    name=f"visits-{year}-{name}",
                    title=f"{title} {year}: {name}",
                    where=where,
                    people=visits,
                    per_week=ceil(visits / weeks),
                    orders=orders,
                    theme=theme,
                    start=start,
                    last=plan.asked.until,
                    by=plan.team[0].who if len(plan.asked.sellers) == 1 else None,
                )
            )
    return found


def _groups(store: Store, plan: VisitPlan) -> Iterator[tuple[str, str, int, int, Theme]]:
    """Name, expression, people, orders hoped for; no more people than there are."""
    names = {_CUSTOMERS}
    if plan.areas:
        for one in plan.areas:
            area = one.surveyed.area
            people = min(one.prospects, one.surveyed.group.prospects)
            where = f"({area.expression}) and {PROSPECTS}"
            yield _free(_slug(area.name), names), where, people, _won(plan, people), Theme.CONQUEST
    elif plan.for_prospects:
        everybody = store.contacts.count() - sum(one.people for one in plan.stages)
        people = min(plan.for_prospects, everybody)
        yield "prospects", PROSPECTS, people, _won(plan, people), Theme.CONQUEST
    people = min(plan.for_customers, sum(one.people for one in plan.stages if one.weight))
    yield _CUSTOMERS, CUSTOMERS, people, 0, Theme.LOYALTY


def _won(plan: VisitPlan, people: int) -> int:
    """Customers that so many visits win, upwards."""
    known = plan.visits_per_customer
    return ceil(people / known.value) if known and known.value else 0


def without_anybody(plan: VisitPlan, found: Sequence[Round]) -> int:
    """Visits for prospects who are not on file yet."""
    planned = sum(one.people for one in found if one.theme is Theme.CONQUEST)
    return max(0, plan.for_prospects - planned)


def into_calendar(
    store: Store,
    settings: Settings,
    found: Sequence[Round],
    *,
    offer: str | None,
    objective: str | None,
    project: str,
    owner: str | None,
    now: datetime,
) -> list[Written]:
    """Write the campaigns and their actions: all of them, or none.

    Raises `NoOffer`, `NothingToPlan`, `PlannedAlready`, `FileThere`.
    """
    if offer is None:
        raise NoOffer
    if not found:
        raise NothingToPlan
    taken = written_campaigns(settings)
    files = [(settings.campaigns / f"{one.name}.yaml", campaign_text(one, offer=offer))
             for one in found]  # fmt: skip
    for one, (path, text) in zip(found, files, strict=True):
        if one.name in taken or store.shelf.find(one.name) is not None:
            raise PlannedAlready(one.name)
        check_new(path, text)
    for path, text in files:
        write_campaign(path, text)
    numbers = store.actions.add([
        Action(
            name=one.title, project=project, objective=objective, campaign=one.name,
            theme=one.theme, offer=offer, owner=owner, starts_on=one.start, ends_on=one.last,
            created_at=now,
        )
        for one in found
    ])  # fmt: skip
    return [
        Written(one, path, number)
        for one, (path, _), number in zip(found, files, numbers, strict=True)
    ]


def campaign_text(one: Round, *, offer: str) -> str:
    """The campaign file, as somebody would write it."""
    lines = [
        f"campaign: {one.name}",
        f"title: {_quoted(one.title)}",
        f"offer: {_quoted(offer)}",
        *([f"objective: {{orders: {one.orders}, by: {one.last}}}"] if one.orders else []),
        "audience:",
        f"  where: {_quoted(one.where)}",
        f"  limit: {one.people}",
        f"start: {one.start}",
        f"not_after: {one.last}",
        f"waves: {{size: {one.per_week}, every: 1 week}}",
        "steps:",
        f"  - {{step: visit, channel: visit{f', by: {one.by}' if one.by else ''}}}",
    ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A double-quoted scalar: YAML reads the escapes of JSON."""
    return json.dumps(text, ensure_ascii=False)


def _free(slug: str, taken: set[str]) -> str:
    """The slug, or with a number where another area has it already; taken from now on."""
    numbered = (f"{slug}-{number}" for number in count(2))
    found = next(one for one in chain([slug], numbered) if one not in taken)
    taken.add(found)
    return found


def _slug(name: str) -> str:
    """What a campaign's name may hold of an area's; long ones are cut, `_free` numbers them."""
    return _NO_WORD.sub("-", fold(name)).strip("-")[:_LONGEST].rstrip("-") or "area"
