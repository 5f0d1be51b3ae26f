"""The dashboard as a section of a report: what was wanted, what came of it, each checkpoint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from outreach.errors import Text
from outreach.evaluation.dashboard import Indicator, Standing, Trend
from outreach.evaluation.document import (
    Cell,
    Column,
    Figure,
    Number,
    Plot,
    Section,
    Share,
    Table,
    Unit,
)

_TRENDS: Mapping[Trend, Text] = {
    Trend.RISING: Text("rising"),
    Trend.STEADY: Text("steady"),
    Trend.FALLING: Text("falling"),
}


def dashboard_section(
    indicators: Sequence[Indicator],
    by: date | None = None,
    *,
    partial: bool = False,
    within: Mapping[str, Number | None] | None = None,
) -> Section | None:
    """None where the campaign wants nothing. `partial`: the report is of some days only.

    `within`: what came in these days alone, where they begin after the launch. It is not set
    beside the objective, which was wanted from the launch on (domain notes B5).
    """
    if not indicators:
        return None
    tables = [_lines(indicators, within)]
    plots = [Plot("funnel", Text("Share of the objective achieved"), tables[0], "indicator",
                  ("achievement",))]  # fmt: skip
    tables += [_points(one) for one in indicators if one.checkpoints]
    return Section(
        key="dashboard",
        title=Text("Objective by {day}", day=by) if by else Text("Objective"),
        tables=tuple(tables),
        plots=tuple(plots),
        notes=(
            *([Text("realised: since the launch, for so is what was wanted; up to the last day")]
              if partial else []),
            Text("trend: the last 28 days beside the 28 before"),
            *([Text("due at a checkpoint: an even pace from the launch to the last day")]
              if len(tables) > 1 else []),
        ),
    )  # fmt: skip


def _lines(indicators: Sequence[Indicator], within: Mapping[str, Number | None] | None) -> Table:
    these_days = (Column("in_period", Text("in these days"), Unit.NUMBER),)
    return Table(
        key="dashboard",
        title=Text("Objective, realised, variance"),
        columns=(
            Column("indicator", Text("indicator"), Unit.TEXT),
            *(these_days if within is not None else ()),
            Column("objective", Text("objective"), Unit.NUMBER),
            Column("realised", Text("realised"), Unit.NUMBER),
            Column("variance", Text("variance"), Unit.NUMBER),
            Column("variance_rate", Text("variance in %"), Unit.RATE,
                   formula=Share("variance", "objective")),
            Column("achievement", Text("achieved"), Unit.RATE,
                   formula=Share("realised", "objective")),
            Column("verdict", Text("verdict"), Unit.TEXT),
            Column("trend", Text("trend"), Unit.TEXT),
        ),
        rows=tuple(
            {
                "indicator": one.title,
                "in_period": Figure((within or {}).get(one.key), one.unit),
                **_cells(one.standing.objective, one.standing, one.unit),
                "trend": _TRENDS[one.trend] if one.trend else "–",
            }
            for one in indicators
        ),
    )  # fmt: skip


def _points(one: Indicator) -> Table:
    """The checkpoints of an indicator; of days to come only what is due."""
    return Table(
        key=f"checkpoints_{one.key}",
        title=Text("Checkpoints: {indicator}", indicator=one.title),
        columns=(
            Column("on", Text("by the evening of"), Unit.DATE),
            Column("objective", Text("due"), one.unit),
            Column("realised", Text("realised"), one.unit),
            Column("variance", Text("variance"), one.unit),
            Column("variance_rate", Text("variance in %"), Unit.RATE,
                   formula=Share("variance", "objective")),
            Column("achievement", Text("achieved"), Unit.RATE,
                   formula=Share("realised", "objective")),
            Column("verdict", Text("verdict"), Unit.TEXT),
        ),
        rows=tuple(
            {"on": each.on, **_cells(each.due, each.standing, one.unit)}
            for each in one.checkpoints
        ),
    )  # fmt: skip


def _cells(wanted: Number, one: Standing | None, unit: Unit) -> dict[str, Cell]:
    if one is None:
        return {"objective": Figure(wanted, unit), "verdict": Text("to come")}
    return {
        "objective": Figure(wanted, unit),
        "realised": Figure(one.realised, unit),
        "variance": Figure(one.variance, unit),
        "variance_rate": one.variance_rate,
        "achievement": one.achievement,
        "verdict": Text("favourable") if one.favourable else Text("unfavourable"),
    }
