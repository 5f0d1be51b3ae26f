"""The chain and the ratios of prospecting, as sections of the report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from outreach.errors import Plural, Text
from outreach.evaluation.chain import Link
from outreach.evaluation.document import Cell, Column, Figure, Plot, Section, Share, Table, Unit
from outreach.evaluation.paths import Paths
from outreach.evaluation.ratios import Basis, Ratio
from outreach.evaluation.stage_words import stage_word

_RATIOS = {
    "prospecting_share": Text("prospecting share"),
    "prospect_coverage": Text("prospect coverage"),
    "interested_rate": Text("interested rate"),
    "success_rate": Text("success rate"),
    "revenue_per_visit": Text("turnover per visit"),
    "margin_per_visit": Text("margin per visit"),
    "visits_per_order": Text("visits per order"),
    "prospecting_effort": Text("prospecting effort"),
    "prospecting_yield": Text("yield of prospecting"),
    "conquest_rate": Text("conquest rate"),
    "conversion_rate": Text("conversion rate"),
    "average_order": Text("average order"),
    "margin_per_order": Text("margin per order"),
    "margin_rate": Text("margin rate"),
}
_MONEY = {"revenue_per_visit", "margin_per_visit", "average_order", "margin_per_order"}
_TITLES = {Basis.PER_CONTACT: Text("by contact"), Basis.PER_VISIT: Text("by visit")}


def chain_section(links: Sequence[Link], found: Paths) -> Section:
    """The chain itself, with what is on record of its meetings."""
    rows: list[Mapping[str, Cell]] = [
        {
            "stage": stage_word(link.stage),
            "contacts": link.contacts,
            "from_previous": link.from_previous,
            "from_first": link.from_first,
            "low": link.interval.low if link.interval and place else None,
            "high": link.interval.high if link.interval and place else None,
        }
        for place, link in enumerate(links)
    ]
    first = stage_word(links[0].stage)
    table = Table(
        key="chain",
        title=Text("The chain"),
        columns=(
            Column("stage", Text("stage"), Unit.TEXT),
            Column("contacts", Text("people"), Unit.COUNT),
            Column("from_previous", Text("of previous"), Unit.RATE,
                   formula=Share("contacts", "contacts", of="previous")),
            Column("from_first", Text("of {stage}", stage=first), Unit.RATE,
                   formula=Share("contacts", "contacts", of="first")),
            Column("low", Text("at least"), Unit.RATE),
            Column("high", Text("at most"), Unit.RATE),
        ),
        rows=tuple(rows),
        basis=Text("Distinct people who came that far or further; bounds 95 % sure."),
    )  # fmt: skip
    plot = Plot("funnel", Text("How far people came"), table, "stage", ("from_first",))
    return Section(
        key="chain",
        title=Text("The chain"),
        lead=(_attempts(found),),
        tables=(table,),
        plots=(plot,),
        notes=tuple(_recorded(found)),
    )


def _attempts(found: Paths) -> Text:
    return Plural(
        "{count} attempt on {people} people; {contacted} people were contacted.",
        "{count} attempts on {people} people; {contacted} people were contacted.",
        found.touch_count,
        people=found.touched,
        contacted=found.contacted,
    )


def _recorded(found: Paths) -> Iterator[Text]:
    if found.appointments or found.met:
        yield Text(
            "Meetings: {accepted} people accepted one, {held} were met.",
            accepted=found.appointments,
            held=found.met,
        )
    if found.orders_without_meeting and found.appointments + found.met:
        yield _without_meeting(found.orders_without_meeting, found.since)
    listed: Text | None = None
    for stage, people in found.unrecorded.items():
        one = Text("{stage} {count}", stage=stage_word(stage), count=people)
        listed = Text("{first}, {rest}", first=listed, rest=one) if listed else one
    if listed is not None and found.since is not None:
        yield Text("Counted by a later stage alone, this one reached before {day} or not on"
                   " record: {list}.", day=found.since, list=listed)  # fmt: skip
    elif listed is not None:
        yield Text("Counted by a later stage alone, this one not being on record: {list}.",
                   list=listed)  # fmt: skip


def _without_meeting(people: int, since: date | None) -> Text:
    """Of a period: the meeting may have been before it."""
    if since is not None:
        return Plural(
            "{count} person ordered whose meeting was before {day} or is not on record, and is"
            " counted all the same.",
            "{count} people ordered whose meeting was before {day} or is not on record, and are"
            " counted all the same.",
            people,
            day=since,
        )
    return Plural(
        "{count} person ordered with no meeting on record, and is counted all the same.",
        "{count} people ordered with no meeting on record, and are counted all the same.",
        people,
    )


# --- ratios -----------------------------------------------------------------------------------


def ratios_section(found: Paths) -> Section:
    """The four ratios on both bases; a seller's activity where there were visits."""
    bases = [Basis.PER_CONTACT]
    visits = any(one.whole for one in found.activity.values())
    if visits:
        bases.append(Basis.PER_VISIT)
    tables = [_ratio_table(basis.value, _TITLES[basis], found.ratios[basis]) for basis in bases]
    if visits:
        tables.append(_ratio_table("activity", Text("Sales activity"), found.activity))
    return Section(
        key="ratios",
        title=Text("Ratios"),
        tables=tuple(tables),
    )


def _ratio_table(key: str, title: Text, ratios: Mapping[str, Ratio]) -> Table:
    return Table(
        key=key,
        title=title,
        columns=(
            Column("ratio", Text("ratio"), Unit.TEXT),
            Column("value", Text("value"), Unit.RATE, formula=Share("part", "whole")),
            Column("part", Text("part"), Unit.NUMBER),
            Column("whole", Text("of"), Unit.NUMBER),
            Column("basis", Text("what of what"), Unit.TEXT),
        ),
        rows=tuple(
            {
                "ratio": _RATIOS[name],
                "value": Figure(one.value, _unit(name)),
                "part": one.part,
                "whole": one.whole,
                "basis": one.basis,
            }
            for name, one in ratios.items()
        ),
    )


def _unit(name: str) -> Unit:
    if name in _MONEY:
        return Unit.MONEY
    return Unit.NUMBER if name == "visits_per_order" else Unit.RATE
