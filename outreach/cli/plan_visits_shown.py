"""How the plan of visits is told on the terminal, section by section."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from outreach.application import Application
from outreach.cli.document import show_section
from outreach.cli.output import say
from outreach.cli.plan_losses import section as loss_section
from outreach.errors import Plural, Text
from outreach.evaluation.document import Cell, Column, Figure, Section, Table, Unit
from outreach.planning.habits import Origin
from outreach.runner.plan_visits import Known, OfArea, VisitPlan
from outreach.runner.visits_calendar import Written, without_anybody

Rows = tuple[Mapping[str, Cell], ...]

_ORIGINS = {
    Origin.GIVEN: Text("given"),
    Origin.HISTORY: Text("your own history"),
    Origin.DEFAULT: Text("the sources' default"),
}
_CLASSES: Mapping[str, Text] = {
    "3": Text("big and easy to win"),
    "2": Text("big, or easy to win"),
    "1": Text("neither"),
}
_STAGES: Mapping[str, Text] = {
    "new": Text("new"),
    "developing": Text("developing"),
    "mature": Text("mature"),
    "declining": Text("declining"),
    "episodic": Text("episodic"),
    "lost": Text("lost"),
}


# --- as sections ------------------------------------------------------------------------------


def print_plan(parts: Application, plan: VisitPlan, written: Sequence[Written]) -> None:
    """The plan on the terminal, part by part."""
    say(parts, Text("Visits from {since} to {until}", since=plan.asked.since,
                    until=plan.asked.until))  # fmt: skip
    for make in _SECTIONS:
        found = make(parts, plan)
        if found is not None:
            show_section(parts, found)
    if written:
        show_section(parts, _campaigns(plan, written))


def _time(parts: Application, plan: VisitPlan) -> Section:
    columns = (
        Column(key="who", title=Text("who"), unit=Unit.TEXT),
        Column(key="weeks", title=Text("weeks"), unit=Unit.NUMBER),
        Column(key="days", title=Text("days"), unit=Unit.NUMBER),
        Column(key="holidays", title=Text("holidays"), unit=Unit.NUMBER),
        Column(key="per_day", title=Text("visits a day"), unit=Unit.NUMBER),
        Column(key="visits", title=Text("visits"), unit=Unit.COUNT, total="sum"),
    )
    team = parts.settings.team
    rows: Rows = tuple(
        {
            "who": team[one.who].name if one.who else Text("one seller"),
            "weeks": one.capacity.weeks,
            "days": one.capacity.days,
            "holidays": one.time.holidays_lost,
            "per_day": one.time.visits_per_day,
            "visits": one.capacity.visits,
        }
        for one in plan.team
    )
    title = Text("Time for visits")
    basis = Text("days: weeks worked × days a week − public holidays in them")
    table = Table(key="time", title=title, columns=columns, rows=rows, basis=basis)
    return Section(key="time", title=title, tables=(table,))


def _needs(parts: Application, plan: VisitPlan) -> Section | None:
    if not plan.needs:
        return None
    columns = (
        Column(key="who", title=Text("who"), unit=Unit.TEXT),
        Column(key="people", title=Text("persons"), unit=Unit.COUNT, total="sum"),
        Column(key="each", title=Text("visits each"), unit=Unit.COUNT),
        Column(key="visits", title=Text("visits"), unit=Unit.COUNT, total="sum"),
    )
    rows: Rows = tuple(
        {"who": one.name, "people": one.people, "each": one.each, "visits": one.visits}
        for one in plan.needs
    )
    title, found = Text("Visits needed"), plan.sellers
    table = Table(key="needs", title=title, columns=columns, rows=rows)
    notes: tuple[Text, ...] = (Text("no time for visits: nobody can make them"),)
    if found is not None:
        notes = (
            Plural("{visits} ÷ {capacity} = {exact} → {count} seller, {each} visits each",
                   "{visits} ÷ {capacity} = {exact} → {count} sellers, {each} visits each",
                   found.whole, visits=Decimal(found.visits),
                   capacity=Decimal(plan.team[0].capacity.visits),
                   exact=_hundredths(found.exact), each=Decimal(found.each_whole)),
        )  # fmt: skip
    return Section(key="needs", title=title, tables=(table,), notes=notes)


def _share(parts: Application, plan: VisitPlan) -> Section | None:
    title = Text("Prospects first")
    missing = _missing(plan)
    rows: list[Mapping[str, Cell]] = [
        _row(Text("customers now"), plan.current.value, Unit.COUNT, _ORIGINS[plan.current.origin])
    ]
    if plan.retention:
        rows += _who_stay(plan.retention)
    if plan.moved.start:
        rows.append(_row(Text("not lost, by life stage"), plan.moved.retention, Unit.RATE,
                         Text("as in the portfolio: of {count} customers a year ago",
                              count=plan.moved.start)))  # fmt: skip
    if plan.visits_per_customer:
        known = plan.visits_per_customer
        rows.append(_row(Text("visits for a new customer"), known.value, Unit.NUMBER,
                         _origin(known)))  # fmt: skip
    if share := plan.prospecting:
        rows += [
            _row(Text("customers wanted"), plan.asked.target or 0, Unit.COUNT, Text("given")),
            _row(Text("new customers"), share.new_customers, Unit.COUNT,
                 Text("wanted − who stay = {exact}", exact=_hundredths(share.asked))),
            _row(Text("visits for prospects"), share.visits, Unit.COUNT,
                 Text("new customers × visits for one")),
            _row(Text("share of all visits"), share.share, Unit.RATE, Text("÷ visits")),
            _row(Text("left for customers"), share.left, Unit.COUNT, Text("the rest")),
        ]  # fmt: skip
        if share.beyond:
            missing.append(
                Plural("{count} visit has no time: more sellers, or fewer customers wanted",
                       "{count} visits have no time: more sellers, or fewer customers wanted",
                       share.beyond)
            )  # fmt: skip
    columns = (
        Column(key="what", title=Text("figure"), unit=Unit.TEXT),
        Column(key="value", title=Text("value"), unit=Unit.NUMBER),
        Column(key="how", title=Text("how it is counted"), unit=Unit.TEXT),
    )
    table = Table(key="share", title=title, columns=columns, rows=tuple(rows))
    return Section(key="share", title=title, tables=(table,), notes=tuple(missing))


def _who_stay(known: Known) -> list[Mapping[str, Cell]]:
    """As it was given; else who ordered again, which is not who is lost: that is said beside."""
    if known.origin is not Origin.HISTORY:
        return [
            _row(Text("who stay"), known.value, Unit.RATE, _origin(known)),
            _row(Text("who leave (volatility)"), 1 - known.value, Unit.RATE,
                 Text("of the customers at the start")),
        ]  # fmt: skip
    return [
        _row(Text("who ordered again"), known.value, Unit.RATE,
             Text("in the last 12 months, of {count} who did in the 12 before", count=known.of)),
        _row(Text("who did not (volatility)"), 1 - known.value, Unit.RATE,
             Text("of the same; they are counted as leaving")),
    ]  # fmt: skip


def _missing(plan: VisitPlan) -> list[Text]:
    """What the share of the prospects cannot be told without."""
    found = []
    if plan.retention is None:
        found.append(Text("how many customers stay is not known: --retention 90%"))
    if plan.visits_per_customer is None:
        found.append(Text("what wins a customer is not known: --visits-per-customer 6"))
    if plan.asked.target is None:
        found.append(Text("say how many customers are wanted: --target 130"))
    return found


def _row(what: Text, value: Fraction | int | None, unit: Unit, how: Text) -> Mapping[str, Cell]:
    return {"what": what, "value": Figure(value, unit), "how": how}


def _origin(one: Known) -> Text:
    if one.origin is Origin.HISTORY:
        return Text("your own history ({count})", count=one.of)
    return _ORIGINS[one.origin]


def _hundredths(number: Fraction) -> Decimal:
    """To two digits: a sentence writes a decimal as its reader does."""
    return Decimal(str(round(float(number), 2)))


def _losses(parts: Application, plan: VisitPlan) -> Section | None:
    return loss_section(plan.losses) if plan.losses else None


def _areas(parts: Application, plan: VisitPlan) -> Section | None:
    if not plan.areas:
        return None
    columns = (
        Column(key="name", title=Text("area"), unit=Unit.TEXT),
        Column(key="weight", title=Text("weight"), unit=Unit.NUMBER, total="sum"),
        Column(key="penetration", title=Text("penetration"), unit=Unit.RATE),
        Column(key="prospects", title=Text("prospects"), unit=Unit.COUNT, total="sum"),
        Column(key="customers", title=Text("customers"), unit=Unit.COUNT, total="sum"),
        Column(key="share", title=Text("prospecting"), unit=Unit.RATE),
    )
    rows: Rows = tuple(_area(one) for one in plan.areas)
    title = Text("Visits by area")
    basis = Text("visits of prospects by weight, of customers by their number")
    table = Table(key="areas", title=title, columns=columns, rows=rows, basis=basis)
    notes = tuple(
        Text("{name}: the firm is absent, it is all prospecting", name=one.surveyed.area.name)
        for one in plan.areas if one.surveyed.absent
    )  # fmt: skip
    return Section(key="areas", title=title, tables=(table,), notes=notes)


def _area(one: OfArea) -> Mapping[str, Cell]:
    return {
        "name": one.surveyed.area.name,
        "weight": one.surveyed.weight,
        "penetration": one.surveyed.penetration,
        "prospects": one.prospects,
        "customers": one.customers,
        "share": one.prospecting_share,
    }


def _classes(parts: Application, plan: VisitPlan) -> Section | None:
    if not plan.classes or not plan.for_prospects:
        return None
    return _spread(
        Text("Prospects by potential and ease"), "classes",
        [(_CLASSES[one.name], one.weight, one.people, one.visits) for one in plan.classes],
    )  # fmt: skip


def _stages(parts: Application, plan: VisitPlan) -> Section | None:
    if not plan.stages:
        return None
    return _spread(
        Text("What is left, by the customers' life stage"), "stages",
        [(_STAGES[one.name], one.weight, one.people, one.visits) for one in plan.stages],
    )  # fmt: skip


def _spread(title: Text, key: str, found: Sequence[tuple[Text, int, int, int]]) -> Section:
    columns = (
        Column(key="who", title=Text("who"), unit=Unit.TEXT),
        Column(key="weight", title=Text("weight"), unit=Unit.COUNT),
        Column(key="people", title=Text("persons"), unit=Unit.COUNT, total="sum"),
        Column(key="visits", title=Text("visits"), unit=Unit.COUNT, total="sum"),
    )
    rows: Rows = tuple(
        {"who": who, "weight": weight, "people": people, "visits": visits}
        for who, weight, people, visits in found
    )
    table = Table(key=key, title=title, columns=columns, rows=rows)
    return Section(key=key, title=title, tables=(table,))


def _types(parts: Application, plan: VisitPlan) -> Section | None:
    if not plan.types:
        return None
    columns = (
        Column(key="type", title=Text("type"), unit=Unit.TEXT),
        Column(key="prospects", title=Text("prospects"), unit=Unit.COUNT),
        Column(key="references", title=Text("references"), unit=Unit.COUNT),
    )
    rows: Rows = tuple(
        {"type": name or "–", "prospects": one.prospects, "references": one.customers}
        for name, one in plan.types.items()
    )
    title = Text("Prospects by type")
    basis = Text("references: customers of the same type, to be named to prospects")
    table = Table(key="types", title=title, columns=columns, rows=rows, basis=basis)
    return Section(key="types", title=title, tables=(table,))


def _campaigns(plan: VisitPlan, written: Sequence[Written]) -> Section:
    columns = (
        Column(key="name", title=Text("campaign"), unit=Unit.TEXT),
        Column(key="people", title=Text("persons"), unit=Unit.COUNT, total="sum"),
        Column(key="week", title=Text("a week"), unit=Unit.COUNT),
        Column(key="action", title=Text("action"), unit=Unit.TEXT),
    )
    rows: Rows = tuple(
        {"name": one.round.name, "people": one.round.people, "week": one.round.per_week,
         "action": str(one.action)}
        for one in written
    )  # fmt: skip
    title = Text("Written into the calendar")
    table = Table(key="campaigns", title=title, columns=columns, rows=rows)
    first = written[0].round.name
    notes = [
        Text("Look at the days: outreach preview {name} --calendar", name=first),
        Text("Let the visits begin: outreach launch {name}", name=first),
    ]
    if nobody := without_anybody(plan, [one.round for one in written]):
        notes.append(
            Plural("{count} visit for prospects finds nobody on file: outreach plan sources",
                   "{count} visits for prospects find nobody on file: outreach plan sources",
                   nobody)
        )  # fmt: skip
    return Section(key="campaigns", title=title, tables=(table,), notes=tuple(notes))


_SECTIONS: tuple[Callable[[Application, VisitPlan], Section | None], ...] = (
    _time, _needs, _share, _losses, _areas, _classes, _stages, _types,
)  # fmt: skip
