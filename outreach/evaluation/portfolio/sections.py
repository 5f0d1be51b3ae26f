"""The review as a document: the prospects, who the customers are and what to do, then why."""

from __future__ import annotations

from fractions import Fraction

from outreach.errors import Plural, Text
from outreach.evaluation.document import Column, Document, Plot, Section, Share, Table, Unit
from outreach.evaluation.portfolio.loyalty import Basket
from outreach.evaluation.portfolio.review import Portfolio, plain
from outreach.evaluation.portfolio.sections_classes import classes_section, scores_section
from outreach.evaluation.portfolio.sections_prospects import (
    lasting,
    loudness,
    prospects_section,
    warnings,
)
from outreach.evaluation.portfolio.sections_worth import worth_section
from outreach.evaluation.portfolio.wording import ACTIONS_AT, REASONS, STAGES, VERDICTS
from outreach.model.contact import LifeStage


def document(found: Portfolio) -> Document:
    """The whole review, in the order in which it is read."""
    sections = [
        prospects_section(found),
        stages_section(found),
        actions_section(found),
        loyalty_section(found),
        classes_section(found),
        scores_section(found),
        worth_section(found),
        Section(key="notes", title=Text("Good to know"), notes=found.notes),
    ]
    return Document(
        title=Text("Portfolio on {day}", day=found.on),
        subtitle=Text("compared with {day}", day=found.since),
        headline=(
            stock_line(found),
            *warnings(found),
            verdict_line(found),
            *_too_few(found),
        ),
        sections=tuple(one for one in sections if one.tables or one.lead or one.notes),
    )


def stock_line(found: Portfolio) -> Text:
    """The first line of all: how many prospects there are."""
    one = found.prospects
    return Text(
        "Prospects in portfolio: {stock} ({new} new since {day}, {won} became customers)",
        stock=one.stock,
        new=one.new,
        won=one.conversions,
        day=found.tally.months[0].start,
    )


def verdict_line(found: Portfolio) -> Text:
    return Text(
        "Verdict on the customers: {verdict}: {reason}",
        verdict=VERDICTS[found.verdict],
        reason=REASONS[found.reason],
    )


def _too_few(found: Portfolio) -> tuple[Text, ...]:
    if found.needed is None or not found.needed.short:
        return ()
    return (
        Text(
            "{loudness}: too few customers{since}",
            loudness=loudness(found.short),
            since=lasting(found.short),
        ),
    )


# --- life stages ----------------------------------------------------------------------------------


def stages_section(found: Portfolio) -> Section:
    table = _stage_table(found)
    return Section(
        key="stages",
        title=Text("Customers by life stage"),
        lead=tuple(_stage_lead(found)),
        tables=(table,),
        plots=(Plot("bars", Text("Customers by life stage"), table, "stage", ("customers",)),),
    )


def _stage_table(found: Portfolio) -> Table:
    revenue = dict.fromkeys(LifeStage, 0)
    for row in found.tally.stages:
        revenue[LifeStage(row.stage)] += row.revenue
    base, per_unit = found.shape.base, found.tally.per_unit
    return Table(
        key="portfolio_stages",
        title=Text("Customers by life stage"),
        columns=(
            Column("stage", Text("stage"), Unit.TEXT),
            Column("customers", Text("customers"), Unit.COUNT, total="sum"),
            Column("share", Text("share"), Unit.RATE),
            Column("before", Text("before"), Unit.COUNT, total="sum"),
            Column("revenue", Text("turnover of 12 months"), Unit.MONEY, total="sum"),
        ),
        rows=tuple(
            {
                "stage": STAGES[stage],
                "customers": count,
                "share": Fraction(count, base) if base and stage is not LifeStage.LOST else None,
                "before": found.shape_before.counts[stage],
                "revenue": Fraction(revenue[stage], per_unit),
            }
            for stage, count in found.shape.counts.items()
        ),
        basis=Text("shares of the {count} customers who are not lost", count=base),
    )


def _stage_lead(found: Portfolio) -> list[Text]:
    now, before = found.shape, found.shape_before
    lines: list[Text] = []
    if found.decline_grew and now.declining_share is not None:
        lines.append(
            Text(
                "The share of those who decline grew: {now} %, {before} % before (of the customers"
                " who are not lost).",
                now=plain(now.declining_share * 100),
                before=plain((before.declining_share or Fraction(0)) * 100),
            )
        )
    if found.needed is not None:
        one = found.needed
        lines.append(
            Text(
                "A turnover of {turnover} takes {needed} customers ({basket} × {frequency} orders"
                " a year); {have} ordered in the last twelve months: short of {short}.",
                turnover=plain(one.turnover),
                needed=one.needed,
                basket=plain(found.basket.used or Fraction(0)),
                frequency=plain(found.basket.frequency_used or Fraction(0)),
                have=one.have,
                short=one.short,
            )
        )
    return lines


# --- loyalty --------------------------------------------------------------------------------------


def loyalty_section(found: Portfolio) -> Section:
    moved, one = found.movement, found.basket
    rows = (
        (Text("average basket"), one.measured, Unit.MONEY, Text("turnover ÷ receipts")),
        *_items(one),
        (Text("orders a year"), one.orders_per_year, Unit.NUMBER,
         Text("orders ÷ customers who ordered")),
        (Text("repeat rate"), found.repeat_rate, Unit.RATE,
         Text("two orders or more ÷ customers with an order")),
        (Text("retention"), moved.retention, Unit.RATE,
         Text("(end {end} − new {new} − back again {back}) ÷ start {start}", end=moved.end,
              new=moved.new, back=moved.reactivated, start=moved.start)),
        (Text("attrition"), moved.attrition, Unit.RATE,
         Text("lost {lost} ÷ customers at the start {start}", lost=moved.lost,
              start=moved.start)),
        (Text("a customer stays"), found.life_months, Unit.NUMBER,
         Text("months: 1 ÷ attrition of a month")),
    )  # fmt: skip
    return Section(
        key="loyalty",
        title=Text("Basket and loyalty"),
        tables=(_figures("portfolio_loyalty", Text("Basket and loyalty"), rows), *_areas(found)),
    )


def _items(one: Basket) -> tuple[tuple[Text, Fraction | None, Unit, Text], ...]:
    """Nothing where no receipt tells: most firms do not count articles."""
    if one.items_per_order is None:
        return ()
    basis = Plural("articles ÷ receipts, of {count} receipt that tells",
                   "articles ÷ receipts, of {count} receipts that tell",
                   one.orders_with_items)  # fmt: skip
    return ((Text("articles per receipt"), one.items_per_order, Unit.NUMBER, basis),)


def _figures(
    key: str, title: Text, rows: tuple[tuple[Text, Fraction | None, Unit, Text], ...]
) -> Table:
    from outreach.evaluation.document import Figure

    return Table(
        key=key,
        title=title,
        columns=(
            Column("name", Text("figure"), Unit.TEXT),
            Column("value", Text("value"), Unit.NUMBER),
            Column("how", Text("how"), Unit.TEXT),
        ),
        rows=tuple(
            {"name": name, "value": Figure(value, unit), "how": how}
            for name, value, unit, how in rows
        ),
    )


def _areas(found: Portfolio) -> tuple[Table, ...]:
    if not found.penetration:
        return ()
    return (
        Table(
            key="portfolio_penetration",
            title=Text("Penetration"),
            columns=(
                Column("area", Text("area"), Unit.TEXT),
                Column("customers", Text("customers"), Unit.COUNT),
                Column("potential", Text("potential customers"), Unit.COUNT),
                Column("rate", Text("penetration"), Unit.RATE, Share("customers", "potential")),
            ),
            rows=tuple(
                {
                    "area": one.area or Text("the whole market"),
                    "customers": one.customers,
                    "potential": one.potential,
                    "rate": one.rate,
                }
                for one in found.penetration
            ),
            basis=Text("penetration: customers who are not lost ÷ customers there could be"),
        ),
    )


# --- actions --------------------------------------------------------------------------------------


def actions_section(found: Portfolio) -> Section:
    table = Table(
        key="portfolio_actions",
        title=Text("What to do"),
        columns=(
            Column("when", Text("when"), Unit.TEXT),
            Column("what", Text("what"), Unit.TEXT),
            Column("contacts", Text("people"), Unit.COUNT),
        ),
        rows=tuple(
            {"when": ACTIONS_AT[one.when], "what": one.what, "contacts": one.contacts}
            for one in found.actions
        ),
    )
    advice = Text("No call without something to offer and a precise objective.")
    return Section(
        key="actions",
        title=Text("What to do"),
        tables=(table,) if table.rows else (),
        notes=(advice,) if table.rows else (),
    )
