"""The plan of an effort as sections: the steps, what was gone by, what if, who, when, how far."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from outreach.cli.effort_doing import doing_section, market_section
from outreach.cli.effort_json import figures
from outreach.cli.effort_progress import progress_section, smart_section
from outreach.cli.effort_words import NAMES, STEP, STEPS, UNITS, exact_of, plain
from outreach.errors import Text
from outreach.evaluation.document import Cell, Column, Figure, Section, Table, Unit
from outreach.language import Amount, Percent
from outreach.planning.blending import LEVEL, Blend
from outreach.planning.effort import Effort
from outreach.planning.habits import Coefficient, Origin
from outreach.planning.market import Market
from outreach.runner.effort_asked import Plan

_FIGURE = Column("figure", Text("figure"), Unit.TEXT)

_FORWARD: Mapping[str, Text] = {
    "proposals": Text("deals × proposals per deal"),
    "active_prospects": Text("proposals × compensation"),
    "to_find": Text("active prospects − inbound"),
    "prospects": Text("still to find ÷ accessibility"),
    "touches": Text("prospects × touches per prospect"),
    "hours": Text("touches × minutes per touch ÷ 60"),
}
_BACK: Mapping[str, Text] = {
    "touches": Text("hours × 60 ÷ minutes per touch"),
    "prospects": Text("touches ÷ touches per prospect"),
    "to_find": Text("prospects × accessibility"),
    "active_prospects": Text("found + inbound"),
    "proposals": Text("active prospects ÷ compensation"),
    "deals": Text("proposals ÷ proposals per deal"),
}


def sections(plan: Plan, market: Market | None, currency: str) -> list[Section]:
    """The whole answer, in the order in which one asks."""
    found = [_steps(plan, currency), _used(plan), _ranges(plan), _what_if(plan)]
    found += [doing_section(plan, currency), progress_section(plan, currency)]
    found += [smart_section(plan), market_section(market)]
    return [one for one in found if one is not None]


def _steps(plan: Plan, currency: str) -> Section:
    goal = plan.asked.goal
    back = goal is None
    hows = dict(_BACK if back else _FORWARD)
    if goal is not None:
        hows["deals"] = Text("goal ÷ average deal") if goal.deals is None else Text("as given")
    else:
        hows["hours"] = Text("given") if plan.asked.hours else Text("the weeks of these people")
    names = [name for name in STEPS if name != "revenue"]
    rows: list[Mapping[str, Cell]] = []
    for name in reversed(names) if back else names:
        quantity = getattr(plan.effort, name)
        title = Text("found") if back and name == "to_find" else STEPS[name]
        rows.append(
            {"step": title, "exact": quantity.exact, "rounded": quantity.rounded,
             "how": hows[name]}
        )  # fmt: skip
    table = Table(
        "effort",
        Text("What this time can bring") if back else Text("Effort"),
        (
            STEP,
            Column("exact", Text("exact"), Unit.COUNT),
            Column("rounded", Text("rounded"), Unit.COUNT),
            Column("how", Text("how"), Unit.TEXT),
        ),
        tuple(rows),
    )
    return Section("effort", table.title, lead=tuple(_lead(plan, currency)), tables=(table,))


def _lead(plan: Plan, currency: str) -> list[Text]:
    found = []
    money = None if plan.revenue is None else Amount(plan.revenue, currency)
    goal = plan.asked.goal
    if goal is not None and goal.revenue is not None:
        found.append(Text("Goal: {amount} from new customers", amount=money))
    elif goal is None and money is not None:
        found.append(Text("It may bring {amount}.", amount=money))
    return found


def _used(plan: Plan) -> Section:
    rows: list[Mapping[str, Cell]] = [
        {
            "figure": NAMES[name],
            "value": Figure(figure.value, UNITS.get(name, Unit.COUNT)),
            "from": _origin(figure),
        }
        for name, figure in figures(plan.habits)
    ]
    table = Table(
        "coefficients",
        Text("The figures used"),
        (
            _FIGURE,
            Column("value", Text("value"), Unit.NUMBER),
            Column("from", Text("from"), Unit.TEXT),
        ),
        tuple(rows),
    )
    weighed = _weighed(plan)
    return Section("coefficients", table.title, tables=(table, *weighed), notes=_notes(plan))


def _origin(figure: Coefficient) -> Text:
    match figure.origin:
        case Origin.GIVEN:
            return Text("given")
        case Origin.DEFAULT:
            return Text("the sources' default")
        case Origin.HISTORY:
            weighed = figure.blend is not None and figure.blend.share < 1
            return Text("your history, the sources") if weighed else Text("your own history")


def _weighed(plan: Plan) -> tuple[Table, ...]:
    """What each figure was weighed together from, where there is any history."""
    rows: list[Mapping[str, Cell]] = []
    for name, figure in figures(plan.habits):
        blend = figure.blend
        if blend is None or (not blend.seen.whole and blend.low is None):
            continue
        rows.append(_weights(name, blend))
    if not rows:
        return ()
    columns = (
        _FIGURE,
        Column("history", Text("yours"), Unit.NUMBER),
        Column("weight", Text("weight"), Unit.RATE),
        Column("default", Text("sources"), Unit.NUMBER),
        Column("low", Text("at least"), Unit.NUMBER),
        Column("high", Text("at most"), Unit.NUMBER),
    )
    title = Text("Your history, its weight, the sources' default, the range")
    return (Table("blending", title, columns, tuple(rows)),)


def _weights(name: str, blend: Blend) -> Mapping[str, Cell]:
    unit = UNITS.get(name, Unit.COUNT)
    return {
        "figure": NAMES[name],
        "history": Figure(blend.own, unit),
        "weight": blend.share,
        "default": Figure(blend.prior.default, unit),
        "low": Figure(_digits(blend.low), unit),
        "high": Figure(_digits(blend.high), unit),
    }


def _digits(value: float | None) -> Fraction | None:
    return None if value is None else Fraction(str(round(value, 4)))


def _notes(plan: Plan) -> tuple[Text, ...]:
    seen = any(figure.blend and figure.blend.seen.whole for _, figure in figures(plan.habits))
    if not seen or not _weight_of(plan):
        return ()
    return (
        Text(
            "Each default stands for observations of your own (accessibility: {count} prospects);"
            " without them: --weight 0.",
            count=plain(_weight_of(plan)),
        ),
    )


def _weight_of(plan: Plan) -> Fraction:
    blend = plan.habits.accessibility.blend
    return blend.prior.weight if blend else Fraction(0)


def _ranges(plan: Plan) -> Section | None:
    if not plan.ranges:
        return None
    rows: list[Mapping[str, Cell]] = [
        {
            "step": STEPS[name],
            "low": Figure(_rounded(low), _unit_of(name)),
            "high": Figure(_rounded(high), _unit_of(name)),
        }
        for name, (low, high) in plan.ranges.items()
        if high - low > 1e-9 * max(1.0, abs(high))
    ]
    columns = (
        STEP,
        Column("low", Text("at least"), Unit.COUNT),
        Column("high", Text("at most"), Unit.COUNT),
    )
    table = Table("ranges", Text("How far it may be from the truth"), columns, tuple(rows))
    note = Text("{share} % of what may be lies between, for what is not given.",
                share=int(LEVEL * 100))  # fmt: skip
    return Section("ranges", table.title, tables=(table,), notes=(note,))


def _unit_of(step: str) -> Unit:
    return {"hours": Unit.HOURS, "revenue": Unit.MONEY}.get(step, Unit.COUNT)


def _rounded(value: float) -> Fraction:
    return Fraction(str(round(value, 1)))


def _what_if(plan: Plan) -> Section | None:
    if not plan.what_if:
        return None
    columns = [STEP, Column("used", Text("as above"), Unit.COUNT)]
    for place, (change, _) in enumerate(plan.what_if):
        title = Text(
            "{figure} {value}",
            figure=NAMES[change.coefficient],
            value=_supposed(change.coefficient, change.value),
        )
        columns.append(Column(f"if_{place}", title, Unit.COUNT))

    def row(name: str) -> Mapping[str, Cell]:
        cells: dict[str, Cell] = {"step": STEPS[name], "used": _one_digit(plan.effort, name)}
        for place, (_, effort) in enumerate(plan.what_if):
            cells[f"if_{place}"] = _one_digit(effort, name)
        return cells

    table = Table(
        "what_if",
        Text("What if"),
        tuple(columns),
        tuple(row(name) for name in STEPS if name != "revenue"),
        Text("exact figures, never rounded on the way"),
    )
    return Section("what_if", table.title, tables=(table,))


def _one_digit(effort: Effort, name: str) -> Figure:
    exact = exact_of(effort, name)
    return Figure(_rounded(float(exact)), Unit.HOURS if exact.denominator != 1 else Unit.COUNT)


def _supposed(name: str, value: Fraction) -> object:
    return Percent(value) if UNITS.get(name) is Unit.RATE else plain(value, 2)
