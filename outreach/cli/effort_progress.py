"""The plan of an effort: planned against realised, what it takes to catch up, is it SMART."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from outreach.cli.effort_words import STEP, STEPS, exact_of, plain
from outreach.errors import Text
from outreach.evaluation.document import Cell, Column, Figure, Section, Table, Unit
from outreach.language import Amount, Percent
from outreach.planning.checkpoints import CatchUp
from outreach.runner.effort_asked import Plan, Progress

_CRITERIA: Mapping[str, Text] = {
    "specific": Text("specific"),
    "measurable": Text("measurable"),
    "achievable": Text("achievable"),
    "realistic": Text("realistic"),
    "timed": Text("timed"),
}


def progress_section(plan: Plan, currency: str) -> Section | None:
    """Planned against realised by checkpoint, the work behind it, and how to catch up."""
    progress = plan.progress
    if progress is None:
        return None
    money = plan.asked.goal is not None and plan.asked.goal.revenue is not None
    tables = [_comparisons(progress, money=money)]
    if progress.catch_up is not None:
        tables.append(_work(plan, progress))
    lead = tuple(_catching_up(progress, currency if money else None))
    return Section("progress", Text("Planned and realised"), tables=tuple(tables), notes=lead)


def smart_section(plan: Plan) -> Section | None:
    """The five letters, each with what is missing."""
    if not plan.smart:
        return None
    answers = {True: Text("yes"), False: Text("no"), None: Text("cannot be told")}
    rows: list[Mapping[str, Cell]] = [
        {
            "criterion": _CRITERIA[one.criterion.value],
            "met": answers[one.met],
            "said": one.said,
        }
        for one in plan.smart
    ]
    columns = (
        Column("criterion", Text("SMART"), Unit.TEXT),
        Column("met", Text("answer"), Unit.TEXT),
        Column("said", Text("why"), Unit.TEXT),
    )
    table = Table("smart", Text("Is the goal SMART?"), columns, tuple(rows))
    return Section("smart", table.title, tables=(table,))


def _comparisons(progress: Progress, *, money: bool) -> Table:
    unit = Unit.MONEY if money else Unit.COUNT
    rows: list[Mapping[str, Cell]] = [
        {
            "on": one.on,
            "expected": one.expected,
            "realised": one.realised,
            "variance": one.variance,
            "achievement": one.achievement,
        }
        for one in progress.comparisons
    ]
    columns = (
        Column("on", Text("on"), Unit.DATE),
        Column("expected", Text("planned"), unit),
        Column("realised", Text("realised"), unit),
        Column("variance", Text("variance"), unit),
        Column("achievement", Text("achieved"), Unit.RATE),
    )
    return Table("checkpoints", Text("By checkpoint"), columns, tuple(rows))


def _work(plan: Plan, progress: Progress) -> Table:
    """The steps of the whole effort, as far as they should be done, and what was done."""
    work = progress.work
    done: Mapping[str, Fraction] = {
        "deals": Fraction(work.orders),
        "proposals": Fraction(work.quotes),
        "active_prospects": Fraction(work.actives),
        "prospects": Fraction(work.contacted),
        "touches": Fraction(work.touches),
        "hours": Fraction(work.minutes) / 60,
    }
    left = progress.catch_up
    weeks = left.weeks_left if left else Fraction(0)
    rows: list[Mapping[str, Cell]] = []
    for name, count in done.items():
        planned = exact_of(plan.effort, name) * progress.elapsed
        still = exact_of(progress.remaining, name) if progress.remaining else None
        weekly = still / weeks if still is not None and weeks else None
        unit = Unit.HOURS if name == "hours" else Unit.COUNT
        rows.append(
            {
                "step": STEPS[name],
                "planned": Figure(_digit(planned), unit),
                "done": Figure(_digit(count), unit),
                "left": Figure(_digit(still), unit),
                "weekly": Figure(_digit(weekly), unit),
            }
        )
    columns = (
        STEP,
        Column("planned", Text("planned by now"), Unit.COUNT),
        Column("done", Text("done"), Unit.COUNT),
        Column("left", Text("still needed"), Unit.COUNT),
        Column("weekly", Text("each week"), Unit.COUNT),
    )
    basis = Text(
        "done: with people who were no customers before the start; still needed: less the inbound"
        " prospects that the time left should bring"
    )
    return Table("work", Text("The work behind it"), columns, tuple(rows), basis)


def _digit(value: Fraction | None) -> Fraction | None:
    return None if value is None else Fraction(round(value * 10), 10)


def _catching_up(progress: Progress, currency: str | None) -> list[Text]:
    left = progress.catch_up
    if left is None:
        return [Text("It has not begun yet.")]
    found = [_left(left, currency)]
    if left.remaining and left.needed_pace is not None:
        more = left.needed_pace / left.planned_pace - 1 if left.planned_pace else None
        found.append(
            Text(
                "To catch up: {needed} a week, {planned} was planned ({more} more).",
                needed=_said(left.needed_pace, currency),
                planned=_said(left.planned_pace, currency),
                more=Percent(more) if more is not None else "–",
            )
            if more is None or more > 0
            else Text("{needed} a week is enough from now on.",
                      needed=_said(left.needed_pace, currency))
        )  # fmt: skip
    if left.remaining and left.reached_on is None:
        found.append(Text("At the pace so far it is never reached."))
    elif left.remaining:
        found.append(Text("At the pace so far it is reached on {day}.", day=left.reached_on))
    return found


def _left(left: CatchUp, currency: str | None) -> Text:
    if not left.remaining:
        return Text("The goal is reached.")
    return Text(
        "{remaining} remain, and {weeks} weeks.",
        remaining=_said(left.remaining, currency),
        weeks=plain(left.weeks_left),
    )


def _said(value: Fraction, currency: str | None) -> object:
    return plain(value, 2) if currency is None else Amount(value, currency)
