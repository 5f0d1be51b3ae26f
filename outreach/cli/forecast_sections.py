"""The forecast as sections: by month, the stock it comes from, how wrong it was."""

from __future__ import annotations

from collections.abc import Mapping

from outreach.cli.effort_words import plain
from outreach.errors import Plural, Text
from outreach.evaluation.document import Cell, Column, Plot, Section, Table, Unit
from outreach.language import Amount, Percent
from outreach.planning.forecast import Expected
from outreach.runner.forecasting import BACK_MONTHS, Outlook


def sections(outlook: Outlook, currency: str) -> list[Section]:
    """What is to come, of whom, and how far to trust it."""
    return [_months(outlook, currency), _stock(outlook), _back_test(outlook)]


def _months(outlook: Outlook, currency: str) -> Section:
    ahead = outlook.forecast
    rows: list[Mapping[str, Cell]] = [
        {
            "from": one.start,
            "orders": one.orders.value,
            "low": int(one.orders.low),
            "high": int(one.orders.high),
            "revenue": _whole(one.revenue),
            "cash": _whole(one.cash),
            "cash_low": None if one.cash is None else int(one.cash.low),
            "cash_high": None if one.cash is None else int(one.cash.high),
        }
        for one in ahead.months
    ]
    columns: tuple[Column, ...] = (
        Column("from", Text("month from"), Unit.DATE),
        Column("orders", Text("orders"), Unit.NUMBER, total="sum"),
        Column("low", Text("at least"), Unit.COUNT),
        Column("high", Text("at most"), Unit.COUNT),
        Column("revenue", Text("revenue"), Unit.COUNT, total="sum"),
        Column("cash", Text("cash"), Unit.COUNT, total="sum"),
        Column("cash_low", Text("at least"), Unit.COUNT),
        Column("cash_high", Text("at most"), Unit.COUNT),
    )
    if outlook.money.average is None:
        columns = columns[:4]
    title = Text("Orders by month") if len(columns) == 4 else Text("Orders and cash by month")
    table = Table("months", title, columns, tuple(rows))
    plot = Plot(
        "intervals",
        Text("Orders, with their range"),
        table,
        "from",
        ("orders",),
        low="low",
        high="high",
    )
    return Section(
        "forecast", title, lead=_lead(outlook, currency), tables=(table,), plots=(plot,),
        notes=_notes(outlook),
    )  # fmt: skip


def _whole(one: Expected | None) -> int | None:
    return None if one is None else round(one.value)


def _lead(outlook: Outlook, currency: str) -> tuple[Text, ...]:
    total, money = outlook.forecast.orders, outlook.money
    found = [
        Text(
            "{orders} orders are to be expected, {low} to {high} in 19 of 20 cases.",
            orders=plain(total.value, 2),
            low=plain(total.low, 0),
            high=plain(total.high, 0),
        )
    ]
    if money.average is None:
        found.append(Text("What an order brings is not known yet: give it, --average-deal 20000."))
    else:
        found.append(
            Text(
                "An order brings {amount} on average, paid {days} days later.",
                amount=Amount(money.average, currency),
                days=money.payment_days,
            )
        )
    if not sum(outlook.forecast.flow.people):
        found.append(Text("No prospect stands along the chain: nobody was contacted yet."))
    return tuple(found)


def _notes(outlook: Outlook) -> tuple[Text, ...]:
    due = sum(one.due for one in outlook.forecast.months)
    notes = [Text("An expectation, not rounded; orders of present customers are not in it.")]
    if due and outlook.money.average is not None:
        notes.append(Text("Cash includes what was already ordered and is not yet due."))
    return tuple(notes)


def _stock(outlook: Outlook) -> Section:
    flow = outlook.forecast.flow
    rows: list[Mapping[str, Cell]] = [
        {
            "stage": state.title,
            "people": flow.people[place],
            "age": flow.ages[place],
            "orders": float(flow.stock[place].sum()),
            "weight": flow.share(place),
            "default": state.conversion,
        }
        for place, state in enumerate(flow.states)
    ]
    columns = (
        Column("stage", Text("stage"), Unit.TEXT),
        Column("people", Text("prospects"), Unit.COUNT, total="sum"),
        Column("age", Text("median days there"), Unit.DAYS),
        Column("orders", Text("orders"), Unit.NUMBER, total="sum"),
        Column("weight", Text("weight of your history"), Unit.RATE),
        Column("default", Text("sources: order in the end"), Unit.RATE),
    )
    table = Table("stock", Text("The prospects it comes from"), columns, tuple(rows))
    shares = ", ".join(f"{float(one * 100):g}" for one in outlook.delays)
    notes = [
        Plural(
            "The rates were measured on {count} order.",
            "The rates were measured on {count} orders.",
            flow.orders,
        ),
        Text(
            "The sources' part of the orders comes as {shares} %: the first month, the next,"
            " the rest of a year.",
            shares=shares,
        ),
    ]
    if outlook.forecast.from_new:
        orders = plain(outlook.forecast.from_new, 2)
        notes.append(Text("{orders} orders of prospects still to be contacted.", orders=orders))
    return Section("stock", table.title, tables=(table,), notes=tuple(notes))


def _back_test(outlook: Outlook) -> Section:
    found = outlook.back_test
    title = Text("How wrong it was")
    if not found.tried:
        lead = Text("There is no past long enough yet to make a forecast of it again.")
        return Section("back_test", title, lead=(lead,))
    rows: list[Mapping[str, Cell]] = [
        {
            "on": one.on,
            "forecast": plain(one.orders.value, 2),
            "low": int(one.orders.low),
            "high": int(one.orders.high),
            "came": one.came,
            "error": plain(one.error, 2),
            "others": one.of_others,
        }
        for one in found.tried
    ]
    columns = (
        Column("on", Text("made on"), Unit.DATE),
        Column("forecast", Text("forecast"), Unit.NUMBER),
        Column("low", Text("at least"), Unit.COUNT),
        Column("high", Text("at most"), Unit.COUNT),
        Column("came", Text("came"), Unit.COUNT),
        Column("error", Text("error"), Unit.NUMBER),
        Column("others", Text("orders of people not known then"), Unit.COUNT),
    )
    months = min(BACK_MONTHS, len(outlook.forecast.months))
    basis = Text("orders of the {months} months after each day, with what was known then",
                 months=months)  # fmt: skip
    table = Table("back_test", title, columns, tuple(rows), basis)
    return Section("back_test", title, tables=(table,), notes=_judged(outlook))


def _judged(outlook: Outlook) -> tuple[Text, ...]:
    found = outlook.back_test
    notes = [
        Text(
            "{within} of {count} ranges held what came; the mean error was {error} orders.",
            within=found.within,
            count=len(found.tried),
            error=plain(found.mean_error or 0.0, 1),
        )
    ]
    if found.bias is not None:
        words = (
            Text("On the whole it said {share} too much.", share=Percent(abs(found.bias)))
            if found.bias > 0
            else Text("On the whole it said {share} too little.", share=Percent(abs(found.bias)))
        )
        notes.append(words if abs(found.bias) >= 0.0005 else Text("On the whole it was right."))
    return tuple(notes)
