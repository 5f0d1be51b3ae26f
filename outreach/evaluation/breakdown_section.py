"""The chain of each step, channel, seller, …, as sections of the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from outreach.errors import Text
from outreach.evaluation.breakdown import Part
from outreach.evaluation.document import Cell, Column, Plot, Section, Share, Table, Unit
from outreach.evaluation.stage_words import stage_word
from outreach.model.asked import Dimension

_DIMENSIONS = {
    Dimension.STEP: Text("Chain by step"),
    Dimension.CHANNEL: Text("Chain by channel"),
    Dimension.SEGMENT: Text("Chain by segment"),
    Dimension.SELLER: Text("Chain by seller"),
    Dimension.SOURCE: Text("Chain by source"),
    Dimension.KIND: Text("Chain by kind at launch"),
    Dimension.WAVE: Text("Chain by wave"),
    Dimension.WEEK: Text("Chain by week"),
    Dimension.MONTH: Text("Chain by month"),
}
_OVERLAP = {
    Dimension.STEP: Text("Who got the step, and how far they came from then on."),
    Dimension.CHANNEL: Text("Who was reached by it, and how far they came from then on."),
    Dimension.SEGMENT: Text("Segments as they select now; a person may be in several."),
    Dimension.SELLER: Text("By who did it, else by whose person it is; several may have a part."),
    Dimension.WEEK: Text("What happened in that week; a person may be in several."),
    Dimension.MONTH: Text("What happened in that month; a person may be in several."),
}
_DIMENSION_WORDS = {
    Dimension.STEP: Text("step"),
    Dimension.CHANNEL: Text("channel"),
    Dimension.SEGMENT: Text("segment"),
    Dimension.SELLER: Text("seller"),
    Dimension.SOURCE: Text("source"),
    Dimension.KIND: Text("kind"),
    Dimension.WAVE: Text("wave"),
    Dimension.WEEK: Text("week of"),
    Dimension.MONTH: Text("month"),
}


def part_section(dimension: Dimension, parts: Sequence[Part]) -> Section | None:
    """A row per step, channel, …: its people, and each stage as a share of the first."""
    if not parts:
        return None
    stages = [link.stage for link in parts[0].chain]
    columns = [
        Column("key", Text("{dimension}", dimension=_DIMENSION_WORDS[dimension]), Unit.TEXT),
        Column("enrolled", Text("people"), Unit.COUNT),
        *(Column(f"at_{stage}", stage_word(stage), Unit.COUNT) for stage in stages),
        Column(
            "rate", Text("last of first"), Unit.RATE, Share(f"at_{stages[-1]}", f"at_{stages[0]}")
        ),
        Column("low", Text("at least"), Unit.RATE),
        Column("high", Text("at most"), Unit.RATE),
    ]
    table = Table(
        key=f"by_{dimension.value}",
        title=_DIMENSIONS[dimension],
        columns=tuple(columns),
        rows=tuple(_part(one) for one in parts),
        basis=_OVERLAP.get(dimension, Text("Everyone is in one row.")),
    )
    plot = Plot("bars", _DIMENSIONS[dimension], table, "key", (f"at_{stages[-1]}",))
    return Section(
        key=f"by_{dimension.value}",
        title=_DIMENSIONS[dimension],
        tables=(table,),
        plots=(plot,),
    )


def _part(one: Part) -> Mapping[str, Cell]:
    last = one.chain[-1]
    counts: dict[str, Cell] = {f"at_{link.stage}": link.contacts for link in one.chain}
    return {
        "key": one.key if one.key is not None else Text("not known"),
        "enrolled": one.enrolled,
        **counts,
        "rate": last.from_first,
        "low": last.interval.low if last.interval else None,
        "high": last.interval.high if last.interval else None,
    }
