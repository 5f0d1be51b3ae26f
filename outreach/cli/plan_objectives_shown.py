"""How objectives are told: as JSON, as a table, one with its checks and checkpoints."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from outreach.application import Application
from outreach.cli.document import show_section
from outreach.cli.output import say
from outreach.errors import Text
from outreach.evaluation.document import Column, Figure, Section, Table, Unit
from outreach.model.money import to_decimal
from outreach.planning.checkpoints import Comparison
from outreach.planning.objective import Metric, Objective, ObjectiveKind, ScopeKind
from outreach.planning.smart import is_smart
from outreach.runner.plan_objectives import Standing

_KINDS = {
    ObjectiveKind.RESULT: Text("a result"),
    ObjectiveKind.MEANS: Text("means"),
    ObjectiveKind.QUALITATIVE: Text("a quality"),
}
_METRICS: Mapping[str, Text] = {
    Metric.REVENUE: Text("turnover"),
    Metric.NEW_REVENUE: Text("turnover with new customers"),
    Metric.MARGIN: Text("margin"),
    Metric.ORDERS: Text("orders"),
    Metric.NEW_CUSTOMERS: Text("new customers"),
    Metric.QUOTES: Text("quotes"),
    Metric.APPOINTMENTS: Text("appointments"),
    Metric.CONTACTED: Text("people contacted"),
    Metric.TOUCHES: Text("touches"),
    Metric.CALLS: Text("calls"),
    Metric.VISITS: Text("visits"),
    Metric.PROSPECT_VISITS: Text("visits to prospects"),
}
_IN_MONEY = (Metric.REVENUE, Metric.NEW_REVENUE, Metric.MARGIN)
_SCOPES: Mapping[ScopeKind, Callable[[str], Text]] = {
    ScopeKind.AREA: lambda name: Text("area {name}", name=name),
    ScopeKind.PRODUCT: lambda name: Text("product {name}", name=name),
    ScopeKind.SEGMENT: lambda name: Text("segment {name}", name=name),
    ScopeKind.CAMPAIGN: lambda name: Text("campaign {name}", name=name),
}


def list_data(parts: Application, found: Sequence[Standing]) -> dict[str, Any]:
    """For `--json`."""
    vision = parts.store.objectives.vision()
    return {
        "vision": vision.text if vision else None,
        "objectives": [as_row(parts, one) for one in found],
    }


def as_row(parts: Application, one: Standing) -> dict[str, Any]:
    """One objective for `--json`."""
    goal, speak = one.objective, parts.language.say
    ahead = one.ahead
    return {
        "name": goal.name,
        "kind": goal.kind.value,
        "metric": goal.metric,
        "unit": goal.unit,
        "baseline": goal.baseline,
        "target": goal.target,
        "start": goal.start,
        "by": goal.deadline,
        "owner": goal.owner,
        "scope": {"kind": goal.scope.kind.value, "name": goal.scope.name} if goal.scope else None,
        "note": goal.note,
        "counted": goal.measured is not None,
        "smart": is_smart(one.answers),
        "checks": [
            {"criterion": answer.criterion.value, "met": answer.met, "said": speak(answer.said)}
            for answer in one.answers
        ],
        "checkpoints": [_point(compared, goal) for compared in one.points],
        "now": _point(one.now, goal) if one.now else None,
        "ahead": {
            "remaining": ahead.remaining,
            "weeks_left": ahead.weeks_left,
            "planned_per_week": ahead.planned_pace,
            "per_week": ahead.pace,
            "needed_per_week": ahead.needed_pace,
            "reached_on": ahead.reached_on,
        } if ahead else None,
    }  # fmt: skip


def _point(one: Comparison, goal: Objective) -> dict[str, Any]:
    notes = [point.note for point in goal.checkpoints if point.on == one.on]
    return {
        "on": one.on,
        "expected": one.expected,
        "realised": one.realised,
        "variance": one.variance,
        "achievement": one.achievement,
        "note": notes[0] if notes else None,
    }


# --- as text ----------------------------------------------------------------------------------


def print_list(parts: Application, found: Sequence[Standing]) -> None:
    """A line each, with where it stands today."""
    vision = parts.store.objectives.vision()
    if vision:
        say(parts, Text("Vision: {text}", text=vision.text))
    if not found:
        say(parts, Text("No objective is written down: outreach plan objectives add NAME …"))
        return
    columns = (
        Column(key="name", title=Text("objective"), unit=Unit.TEXT),
        Column(key="target", title=Text("target"), unit=Unit.TEXT),
        Column(key="by", title=Text("deadline"), unit=Unit.DATE),
        Column(key="realised", title=Text("realised"), unit=Unit.NUMBER),
        Column(key="achievement", title=Text("of planned"), unit=Unit.RATE),
        Column(key="smart", title=Text("SMART"), unit=Unit.TEXT),
    )
    rows = [
        {
            "name": one.objective.name,
            "target": _amount(parts, one.objective, one.objective.target),
            "by": one.objective.deadline,
            "realised": Figure(one.now.realised if one.now else None, _unit(one.objective)),
            "achievement": one.now.achievement if one.now else None,
            "smart": Text("yes") if is_smart(one.answers) else Text("no"),
        }
        for one in found
    ]
    table = Table(
        key="objectives", title=Text("Objectives"), columns=columns, rows=tuple(rows),
        basis=Text("of planned: realised ÷ what was planned for today"),
    )  # fmt: skip
    show_section(parts, Section(key="objectives", title=Text("Objectives"), tables=(table,)))


def print_one(parts: Application, one: Standing) -> None:
    """One objective: what it says, the check, its checkpoints, what is left to do."""
    goal = one.objective
    say(parts, goal.name)
    for line in _about(parts, goal):
        say(parts, Text("  {line}", line=line))
    say(parts)
    say(parts, Text("SMART check"))
    for answer in one.answers:
        mark = {True: "✓", False: "✗", None: "?"}[answer.met]
        say(parts, Text("  {mark} {said}", mark=mark, said=answer.said))
    if one.points or one.now:
        _print_points(parts, one)
    if one.ahead and one.now:
        for line in _ahead(parts, one):
            say(parts, Text("  {line}", line=line))


def _about(parts: Application, goal: Objective) -> list[Text | str]:
    lines: list[Text | str] = [Text("kind: {kind}", kind=_KINDS[goal.kind])]
    if goal.target is not None:
        word = goal.metric or "–"
        amount, metric = _amount(parts, goal, goal.target), _METRICS.get(word, word)
        lines.append(Text("target: {amount} ({metric})", amount=amount, metric=metric))
    if goal.baseline is not None:
        lines.append(Text("at the start: {amount}", amount=_amount(parts, goal, goal.baseline)))
    if goal.start and goal.deadline:
        lines.append(Text("from {start} to {end}", start=goal.start, end=goal.deadline))
    if goal.scope:
        lines.append(_SCOPES[goal.scope.kind](goal.scope.name))
    if goal.owner:
        lines.append(Text("for {name}", name=_called(parts, goal.owner)))
    if goal.note:
        lines.append(goal.note)
    return lines


def _called(parts: Application, key: str) -> str:
    known = parts.settings.team.get(key)
    return known.name if known else key


def _print_points(parts: Application, one: Standing) -> None:
    unit = _unit(one.objective)
    columns = (
        Column(key="on", title=Text("end of"), unit=Unit.DATE),
        Column(key="expected", title=Text("planned"), unit=unit),
        Column(key="realised", title=Text("realised"), unit=unit),
        Column(key="variance", title=Text("variance"), unit=unit),
        Column(key="achievement", title=Text("of planned"), unit=Unit.RATE),
    )
    days = {point.on: point for point in (*one.points, *([one.now] if one.now else []))}
    rows = tuple(
        {
            "on": point.on,
            "expected": point.expected,
            "realised": point.realised,
            "variance": point.variance,
            "achievement": point.achievement,
        }
        for _, point in sorted(days.items())
    )
    title = Text("Planned and realised")
    table = Table(key="checkpoints", title=title, columns=columns, rows=rows)
    show_section(parts, Section(key="checkpoints", title=title, tables=(table,)))


def _ahead(parts: Application, one: Standing) -> list[Text]:
    ahead, goal = one.ahead, one.objective
    assert ahead is not None
    if not ahead.remaining:
        return [Text("It is reached.")]
    left = _amount(parts, goal, ahead.remaining)
    if ahead.needed_pace is None:
        return [Text("Its time is over; {left} are missing.", left=left)]
    lines = [
        Text(
            "{left} are left: {needed} a week, against {pace} so far.",
            left=left,
            needed=_amount(parts, goal, ahead.needed_pace),
            pace=_amount(parts, goal, ahead.pace),
        )
    ]
    if ahead.reached_on is not None:
        lines.append(Text("At the pace so far it is reached on {day}.", day=ahead.reached_on))
    return lines


def _amount(parts: Application, goal: Objective, value: Fraction | None) -> str:
    if value is None:
        return "–"
    if _unit(goal) is Unit.MONEY:
        return parts.language.money(to_decimal(value), parts.settings.currency)
    written = _short(parts, value)
    return f"{written} {goal.unit}" if goal.unit else written


def _unit(goal: Objective) -> Unit:
    """Money is written as money, unless the objective names a unit of its own."""
    return Unit.MONEY if goal.unit is None and goal.measured in _IN_MONEY else Unit.NUMBER


def _short(parts: Application, value: Fraction) -> str:
    rounded: Decimal = round(to_decimal(value), 2)
    return parts.language.write(rounded.normalize() + 0)
