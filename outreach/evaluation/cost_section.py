"""What a campaign cost, by step and by what was got for it, as a section of its report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from outreach.errors import Plural, Text
from outreach.evaluation.cost import Cost
from outreach.evaluation.document import Cell, Column, Number, Section, Share, Table, Unit
from outreach.evaluation.money import Money
from outreach.evaluation.steps_section import step_name
from outreach.model.stage import DEFAULT_CHAIN


def cost_section(found: Money, spent: Cost) -> Section:
    """The cost by step with its share of touches, then by what was got for it."""
    return Section(
        key="cost",
        title=Text("Cost"),
        tables=(_spent(found), _unit_costs(found, spent)),
        notes=tuple(_cost_notes(found)),
    )


def _spent(found: Money) -> Table:
    rows: list[Mapping[str, Cell]] = [
        {
            "what": step_name(one),
            "touches": one.touches,
            "minutes": one.minutes,
            "km": one.km,
            "cost": one.cost,
        }
        for one in found.steps
        if one.touches
    ]
    rows += [
        {"what": Text("fixed: {name}", name=name), "touches": None, "cost": cost}
        for name, cost in found.fixed_costs.items()
    ]
    return Table(
        key="spent",
        title=Text("What was spent"),
        columns=(
            Column("what", Text("for"), Unit.TEXT),
            Column("touches", Text("attempts"), Unit.COUNT, total="sum"),
            Column("minutes", Text("minutes"), Unit.NUMBER, total="sum"),
            Column("km", Text("km"), Unit.NUMBER, total="sum"),
            Column("cost", Text("cost"), Unit.MONEY, total="sum"),
        ),
        rows=tuple(rows),
    )


def _unit_costs(found: Money, spent: Cost) -> Table:
    counts, unit = found.counts, found.unit
    rows: list[tuple[Text, int, Number, Fraction | None]] = [
        (Text("attempt"), counts.touches, spent.touches, unit.per_touch),
        (Text("person contacted"), counts.contacts, spent.total, unit.per_contact),
        (Text("useful contact"), counts.useful_contacts, spent.total, unit.per_useful_contact),
        (Text("appointment accepted"), counts.appointments, spent.total, unit.per_appointment),
        (
            Text("appointment held"),
            counts.appointments_held,
            spent.total,
            unit.per_appointment_held,
        ),
        (Text("quote"), counts.quotes, spent.total, unit.per_quote),
        (Text("order"), counts.orders, spent.total, unit.per_order),
    ]
    rows += [
        (Text("person at: {stage}", stage=stage), people, spent.total, spent.per_stage.get(stage))
        for stage, people in found.stages.items()
        if stage not in DEFAULT_CHAIN
    ]
    return Table(
        key="unit_costs",
        title=Text("What one of each cost"),
        columns=(
            Column("what", Text("one"), Unit.TEXT),
            Column("count", Text("how many"), Unit.COUNT),
            Column("spent", Text("spent"), Unit.MONEY),
            Column("each", Text("cost of one"), Unit.MONEY, formula=Share("spent", "count")),
        ),
        rows=tuple(
            {"what": what, "count": count, "spent": amount, "each": each}
            for what, count, amount, each in rows
        ),
        basis=Text(
            "An attempt bears no fixed costs, all the others do. Useful: people who answered, were"
            " spoken with or met. Held: the person was met. Orders are counted, not people."
        ),
    )


def _cost_notes(found: Money) -> Iterator[Text]:
    if found.unpriced:
        yield Plural(
            "{count} attempt has no cost on record: it cost more than shown.",
            "{count} attempts have no cost on record: it cost more than shown.",
            found.unpriced,
        )
