"""How people went along the chain, as sections of the report."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from outreach.errors import Text
from outreach.evaluation.attribution import Credit
from outreach.evaluation.breakdown_section import part_section
from outreach.evaluation.chain_section import ratios_section
from outreach.evaluation.document import Cell, Column, Plot, Section, Share, Table, Unit
from outreach.evaluation.paths import Paths
from outreach.evaluation.stage_words import stage_word, touch_word
from outreach.model.asked import CreditRule

_RULES = {
    CreditRule.LAST: Text("Credited to the last touch that got through before it."),
    CreditRule.FIRST: Text("Credited to the first touch that got through before it."),
    CreditRule.EVEN: Text("Credited to every touch that got through before it, in equal parts."),
}


def path_sections(found: Paths) -> tuple[Section, ...]:
    """Ratios, times, cohorts, attempts, what earned it, and what was asked to be broken down."""
    sections = [ratios_section(found), times_section(found), cohorts_section(found),
                touches_section(found), attribution_section(found)]  # fmt: skip
    sections += [part_section(dimension, parts) for dimension, parts in found.by.items()]
    return tuple(one for one in sections if one is not None)


# --- time -------------------------------------------------------------------------------------


def times_section(found: Paths) -> Section | None:
    """None where nobody went on."""
    if not any(one.contacts or one.unknown for one in found.times):
        return None
    table = Table(
        key="times",
        title=Text("Days between stages"),
        columns=(
            Column("from", Text("from stage"), Unit.TEXT),
            Column("to", Text("to"), Unit.TEXT),
            Column("contacts", Text("people"), Unit.COUNT),
            Column("first_quartile", Text("quarter within"), Unit.DAYS),
            Column("median", Text("half within"), Unit.DAYS),
            Column("third_quartile", Text("three quarters within"), Unit.DAYS),
            Column("not_yet", Text("not yet"), Unit.COUNT),
            Column("unknown", _undated(found), Unit.COUNT),
        ),
        rows=tuple(
            {
                "from": stage_word(one.start),
                "to": stage_word(one.end),
                "contacts": one.contacts,
                "first_quartile": one.first_quartile,
                "median": one.median,
                "third_quartile": one.third_quartile,
                "not_yet": one.not_yet,
                "unknown": one.unknown,
            }
            for one in found.times
        ),
        basis=Text("Of those who came; who has not come yet has not failed."),
    )
    return Section(key="times", title=Text("Days between stages"), tables=(table,))


def _undated(found: Paths) -> Text:
    """Of whom no time can be told: of a period, also those who were there before it began."""
    if found.since is None:
        return Text("no dates")
    return Text("before {day}, or no dates", day=found.since)


def cohorts_section(found: Paths) -> Section | None:
    if not found.cohorts:
        return None
    everybody, outcome = found.everybody, stage_word(found.outcome)
    lead = Text(
        "{at_once} came to {stage} within {days} days of their first touch, {later} later,"
        " {not_yet} not yet.",
        at_once=everybody.at_once,
        stage=outcome,
        days=found.at_once,
        later=everybody.later,
        not_yet=everybody.not_yet,
    )
    table = Table(
        key="cohorts",
        title=Text("By week of the first touch"),
        columns=(
            Column("week", Text("week of"), Unit.DATE),
            Column("contacts", Text("people"), Unit.COUNT, total="sum"),
            Column("at_once", Text("at once"), Unit.COUNT, total="sum"),
            Column("later", Text("later"), Unit.COUNT, total="sum"),
            Column("not_yet", Text("not yet"), Unit.COUNT, total="sum"),
            _share("at_once_rate", Text("at once %"), "at_once"),
            _share("later_rate", Text("later %"), "later"),
            Column("too_early", Text("too early to tell"), Unit.COUNT, total="sum"),
        ),
        rows=tuple(
            {
                "week": one.week,
                "contacts": one.contacts,
                "at_once": one.at_once,
                "later": one.later,
                "not_yet": one.not_yet,
                "at_once_rate": one.at_once_rate,
                "later_rate": one.later_rate,
                "too_early": one.too_early,
            }
            for one in found.cohorts
        ),
        basis=Text("Shares of the people first touched in that week."),
    )
    plot = Plot("lines", Text("Share that came"), table, "week", ("at_once_rate", "later_rate"))
    return Section(
        key="cohorts",
        title=Text("By week of the first touch"),
        lead=(lead,),
        tables=(table,),
        plots=(plot,) if len(found.cohorts) > 1 else (),
    )


def _share(key: str, title: Text, over: str) -> Column:
    return Column(key, title, Unit.RATE, Share(over, "contacts"), Share(over, "contacts"))


# --- touches ----------------------------------------------------------------------------------


def touches_section(found: Paths) -> Section | None:
    if not found.yields:
        return None
    table = Table(
        key="touches_yield",
        title=Text("Yield by number of attempts"),
        columns=(
            Column("touches", Text("attempts"), Unit.COUNT),
            Column("contacts", Text("people"), Unit.COUNT, total="sum"),
            Column("orders", stage_word(found.outcome), Unit.COUNT, total="sum"),
            _share("rate", Text("of them"), "orders"),
            Column("low", Text("at least"), Unit.RATE),
            Column("high", Text("at most"), Unit.RATE),
            Column("at_least", Text("so many or more"), Unit.COUNT),
            Column("marginal", Text("this one brought"), Unit.RATE, Share("orders", "at_least")),
        ),
        rows=tuple(
            {
                "touches": one.touches,
                "contacts": one.contacts,
                "orders": one.orders,
                "rate": one.rate,
                "low": one.interval.low if one.interval else None,
                "high": one.interval.high if one.interval else None,
                "at_least": one.at_least,
                "marginal": one.marginal_rate,
            }
            for one in found.yields
        ),
        basis=Text("Attempts before it came, or in all; the last share is of those who got one."),
    )
    return Section(key="touches_yield", title=Text("Yield by number of attempts"), tables=(table,))


def attribution_section(found: Paths) -> Section | None:
    if not found.credits:
        return None
    stages = list(found.credits[0].people)
    money = any(one.revenue for one in found.credits)
    by_step = any(one.step is not None for one in found.credits)
    columns = [Column("touch", Text("touch"), Unit.TEXT)]
    columns += [
        Column(f"at_{stage}", stage_word(stage), Unit.NUMBER, total="sum") for stage in stages
    ]
    if money:
        columns.append(Column("revenue", Text("turnover"), Unit.MONEY, total="sum"))
    table = Table(
        key="attribution",
        title=Text("Which touch earned it"),
        columns=tuple(columns),
        rows=tuple(_earned(one, by_step=by_step) for one in found.credits),
        basis=Text("People at each stage. All orders of a person go with what earned the first."),
    )
    return Section(
        key="attribution",
        title=Text("Which touch earned it"),
        lead=(_RULES[found.rule],),
        tables=(table,),
    )


def _earned(one: Credit, *, by_step: bool) -> Mapping[str, Cell]:
    people: dict[str, Cell] = {f"at_{stage}": _whole(count) for stage, count in one.people.items()}
    touch = touch_word(one.step, one.channel)
    if by_step and one.step is None and one.channel is not None:
        touch = Text("{channel}, beside all steps", channel=touch)
    return {"touch": touch, **people, "revenue": one.revenue}


def _whole(count: Fraction) -> int | Fraction:
    return int(count) if count.denominator == 1 else count
