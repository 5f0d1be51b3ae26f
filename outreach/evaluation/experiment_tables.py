"""The tables of the comparison of groups."""

from __future__ import annotations

from fractions import Fraction

from outreach.errors import Plural, Text
from outreach.evaluation.balance import Balance
from outreach.evaluation.comparison import Group
from outreach.evaluation.document import Cell, Column, Share, Table, Unit
from outreach.evaluation.experiment import Experiment, Lift, PartLift
from outreach.evaluation.experiment_words import (
    FINDINGS,
    TRAITS,
    counted,
    group_name,
    outcome,
    p_text,
    pair_name,
)
from outreach.evaluation.per_head import PerHead


def groups(found: Experiment) -> Table:
    return Table(
        key="groups",
        title=Text("Groups"),
        columns=(
            Column("group", Text("group"), Unit.TEXT),
            Column("contacts", Text("people"), Unit.COUNT),
            Column("reached", outcome(found.outcome), Unit.COUNT),
            Column("rate", Text("rate"), Unit.RATE, formula=Share("reached", "contacts")),
            Column("low", Text("at least"), Unit.RATE),
            Column("high", Text("at most"), Unit.RATE),
            Column("revenue", Text("revenue"), Unit.MONEY),
            Column("per_contact", Text("per head"), Unit.MONEY,
                   formula=Share("revenue", "contacts")),
        ),
        rows=tuple(_group_row(one) for one in found.groups),
        basis=Text("Rates and money are of all people of the group; 95 % sure by Wilson."),
    )  # fmt: skip


def _group_row(group: Group) -> dict[str, Cell]:
    interval = group.interval
    return {
        "group": group_name(group.name, group.step),
        "contacts": group.people,
        "reached": group.sample.did,
        "rate": Fraction(group.sample.did, group.people),
        "low": interval.low if interval else None,
        "high": interval.high if interval else None,
        "revenue": group.revenue.total,
        "per_contact": group.revenue.mean,
    }


def differences(found: Experiment) -> Table:
    return Table(
        key="differences",
        title=Text("Differences of rates: {stage}", stage=outcome(found.outcome)),
        columns=(
            Column("groups", Text("groups"), Unit.TEXT),
            Column("difference", Text("difference"), Unit.RATE),
            Column("low", Text("at least"), Unit.RATE),
            Column("high", Text("at most"), Unit.RATE),
            Column("p", Text("p, one look"), Unit.TEXT),
            Column("p_looks", Text("p, any look"), Unit.TEXT),
            Column("finding", Text("finding"), Unit.TEXT),
        ),
        rows=tuple(
            {
                "groups": pair_name(lift.pair),
                "difference": lift.compared.difference,
                "low": lift.compared.interval.low,
                "high": lift.compared.interval.high,
                "p": p_text(lift.p_adjusted),
                "p_looks": p_text(lift.p_looks_adjusted),
                "finding": FINDINGS[lift.finding],
            }
            for lift in found.lifts
        ),
        basis=Plural(
            "{count} comparison; the finding goes by the p that holds at any look.",
            "{count} comparisons, corrected for it; the finding goes by the p that holds at any"
            " look.",
            len(found.lifts),
        ),
    )


def lifts(found: Experiment) -> Table:
    revenue = [one for one in found.heads if one.measure == "revenue"]
    return Table(
        key="lift",
        title=Text("What the first group has more than it would have had at the other's rate"),
        columns=(
            Column("groups", Text("groups"), Unit.TEXT),
            Column("contacts", Text("people"), Unit.NUMBER),
            Column("orders", Text("orders"), Unit.NUMBER),
            Column("revenue", Text("revenue"), Unit.MONEY),
            Column("difference", Text("per head"), Unit.MONEY),
            Column("low", Text("at least"), Unit.MONEY),
            Column("high", Text("at most"), Unit.MONEY),
            Column("p", Text("p, one look"), Unit.TEXT),
        ),
        rows=tuple(_lift_row(lift, head) for lift, head in zip(found.lifts, revenue, strict=True)),
        basis=Text(
            "Per head: revenue ÷ all people of a group. The interval is drawn anew from the"
            " groups (bootstrap), 95 % sure; p by Welch, corrected."
        ),
    )


def _lift_row(lift: Lift, head: PerHead) -> dict[str, Cell]:
    interval = head.bootstrap or head.interval
    return {
        "groups": pair_name(lift.pair),
        "contacts": lift.contacts,
        "orders": lift.orders,
        "revenue": lift.revenue,
        "difference": head.difference,
        "low": interval.low if interval else None,
        "high": interval.high if interval else None,
        "p": p_text(head.p_adjusted),
    }


def parts(found: Experiment) -> Table:
    several = len({one.by for one in found.parts}) > 1
    among = Text("among") if several else TRAITS[found.parts[0].by]
    return Table(
        key="parts",
        title=Text("The same among parts of the people"),
        columns=(
            Column("part", among, Unit.TEXT),
            Column("groups", Text("groups"), Unit.TEXT),
            Column("contacts", Text("people"), Unit.COUNT),
            Column("difference", Text("difference"), Unit.RATE),
            Column("low", Text("at least"), Unit.RATE),
            Column("high", Text("at most"), Unit.RATE),
            Column("p", Text("p, any look"), Unit.TEXT),
        ),
        rows=tuple(_part_row(one, several=several) for one in found.parts),
        basis=Text("p corrected for all lines of one breakdown; people: both groups together."),
    )


def _part_row(one: PartLift, *, several: bool) -> dict[str, Cell]:
    pair = one.compared.pair
    return {
        "part": _part_name(one, several=several),
        "groups": pair_name(pair),
        "contacts": pair.one.people + pair.other.people,
        "difference": one.compared.difference,
        "low": one.compared.interval.low,
        "high": one.compared.interval.high,
        "p": p_text(one.p_looks_adjusted),
    }


def parts_lifts(found: Experiment) -> Table:
    """The lift in people, orders and money among every part."""
    several = len({one.by for one in found.parts}) > 1
    among = Text("among") if several else TRAITS[found.parts[0].by]
    return Table(
        key="parts_lifts",
        title=Text("What that comes to among the same parts"),
        columns=(
            Column("part", among, Unit.TEXT),
            Column("groups", Text("groups"), Unit.TEXT),
            Column("contacts", Text("people"), Unit.NUMBER),
            Column("orders", Text("orders"), Unit.NUMBER),
            Column("revenue", Text("revenue"), Unit.MONEY),
        ),
        rows=tuple(_part_lift_row(one, several=several) for one in found.parts),
        basis=Text("People of the outcome, orders and revenue more than at the other's rate."),
    )


def _part_lift_row(one: PartLift, *, several: bool) -> dict[str, Cell]:
    contacts, orders, revenue = one.more
    return {
        "part": _part_name(one, several=several),
        "groups": pair_name(one.compared.pair),
        "contacts": contacts,
        "orders": orders,
        "revenue": revenue,
    }


def _part_name(one: PartLift, *, several: bool) -> Text | str:
    name = one.key or "–"
    return Text("{trait}: {value}", trait=TRAITS[one.by], value=name) if several else name


def balance(found: Experiment) -> Table:
    return Table(
        key="balance",
        title=Text("Was the lot fair?"),
        columns=(
            Column("groups", Text("groups"), Unit.TEXT),
            Column("check", Text("check"), Unit.TEXT),
            Column("chi_square", Text("χ²"), Unit.NUMBER),
            Column("freedom", Text("degrees"), Unit.COUNT),
            Column("p", Text("p"), Unit.TEXT),
            Column("finding", Text("finding"), Unit.TEXT),
        ),
        rows=tuple(_balance_row(one) for one in found.balance),
        basis=Text(
            "Shares against those meant: an alarm below p 0.001. Who is in the groups: an alarm"
            " below p 0.01, corrected."
        ),
    )


def _balance_row(check: Balance) -> dict[str, Cell]:
    return {
        "groups": counted(check.people),
        "check": TRAITS[check.trait] if check.trait else Text("shares"),
        "chi_square": check.chi_square,
        "freedom": check.freedom,
        "p": p_text(check.p),
        "finding": Text("not by the lot alone") if check.alarm else Text("as the lot falls"),
    }
