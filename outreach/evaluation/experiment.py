"""Groups of a campaign compared: what may be said, how sure, what it takes to say more.

All comparisons of one campaign are judged together: Holm's correction holds over every line
of the table, so that taking its findings for real errs in any of them at most 5 times in 100,
however often one looks (`sequential`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

from outreach.evaluation.balance import OTHERS, Balance, balance, unfair
from outreach.evaluation.comparison import (
    Compared,
    Finding,
    Group,
    Pair,
    arm,
    compared,
    is_main,
    outcome_of,
    pairs,
    variants,
)
from outreach.evaluation.correction import holm
from outreach.evaluation.heads import Heads
from outreach.evaluation.per_head import PerHead, per_head
from outreach.evaluation.power import more_people
from outreach.evaluation.sample_size import Rule, smallest_rise
from outreach.evaluation.sequential import ALPHA, critical, judged
from outreach.model.audience import Arm
from outreach.model.campaign import Campaign
from outreach.model.experiment import Cell, ExperimentTally
from outreach.model.value import value

#: Parts of a breakdown that stand for themselves.
_PARTS = 12


@value
class Looks:
    """How the looks of a campaign are judged (`sequential`)."""

    #: The day named in advance; None: every look is judged alike.
    day: date | None = None
    #: Whether it is over: what had happened by then decides.
    over: bool = False


@value(kw_only=True)
class Lift:
    """One group against another: the difference of their rates and what it comes to.

    The lifts are what the group has more than it would have had at the other one's rate, of
    all its people: `contacts` who came to the outcome, orders, money.
    """

    compared: Compared
    outcome: str
    #: Holm, over the comparisons of the table; of `compared.p`.
    p_adjusted: float
    #: Valid however often one looks; the second one corrected by Holm too: what is judged by.
    p_looks: float
    p_looks_adjusted: float
    finding: Finding
    contacts: Fraction
    orders: Fraction
    revenue: Fraction
    #: Where nothing can be told: how many more people in this group and in the other would be
    #: likely to tell, if what was seen is true; None: no number worth telling.
    more: tuple[int, int] | None = None
    #: The smallest rise over the other group's rate that these people tell 4 times out of 5.
    detectable: float | None = None

    @property
    def pair(self) -> Pair:
        return self.compared.pair


@value(kw_only=True)
class PartLift:
    """The same comparison among some of the people only."""

    #: `stratum`, `kind`, `source` or `segment`, and which one.
    by: str
    key: str | None
    compared: Compared
    p_adjusted: float
    p_looks_adjusted: float
    finding: Finding

    @property
    def more(self) -> tuple[Fraction, Fraction, Fraction]:
        """People of the outcome, orders, money: the lifts of `Lift` among these people."""
        return _more(self.compared)


@value(kw_only=True)
class Experiment:
    """Everything the groups of a campaign tell."""

    outcome: str
    groups: tuple[Group, ...]
    lifts: tuple[Lift, ...]
    heads: tuple[PerHead, ...]
    parts: tuple[PartLift, ...]
    balance: tuple[Balance, ...]
    looks: Looks
    #: The rest of the report speaks of a part of the time, and this does not.
    whole: bool = False

    @property
    def against_control(self) -> Finding | None:
        """What all enrolled people against control show; None where there is no control."""
        found = (one for one in self.lifts if one.pair.step is None and one.pair.one.step is None)
        return next((one.finding for one in found), None)


def experiment(
    tally: ExperimentTally,
    campaign: Campaign,
    *,
    looks: Looks | None = None,
    at_day: ExperimentTally | None = None,
    parts: Mapping[str, Mapping[str | None, ExperimentTally]] | None = None,
    seed: int = 1,
    elsewhere: bool = False,
    whole: bool = False,
) -> Experiment:
    """The groups of a campaign compared.

    `at_day`: the same people with what had happened by the end of the day of decision. `parts`:
    some of the people, by what they are (`kind`) and which (`customer`). `seed`: of the draws.
    `elsewhere`: another program made the groups. `whole`: it is asked beside a part of the time.
    """
    looks = looks or Looks()
    found = pairs(tally, campaign)
    decided = None
    if at_day is not None:
        decided = {_name(pair): compared(pair) for pair in pairs(at_day, campaign)}
    chain, checks = tally.chain, balance(tally, campaign, elsewhere=elsewhere)
    lifts = _lifts(found, outcome_of(chain), looks, decided)
    return Experiment(
        outcome=outcome_of(chain),
        groups=_groups(tally, campaign),
        lifts=tuple(_if_fair(lift, checks) for lift in lifts),
        heads=per_head(found, day=looks.day is not None, seed=seed),
        parts=_parts(campaign, parts or {}, looks),
        balance=checks,
        looks=looks,
        whole=whole,
    )


def parts_by(
    tally: ExperimentTally, read: Callable[[Cell], str | None]
) -> dict[str | None, ExperimentTally]:
    """The people apart by what `read` says of them, the nameless last.

    Of very many parts the largest stand for themselves and the others together.
    """
    people: Counter[str | None] = Counter()
    for cell in tally.cells:
        people[read(cell)] += cell.people
    large = {key for key, _ in people.most_common(_PARTS)} if len(people) > _PARTS else set(people)
    cells: dict[str | None, list[Cell]] = {}
    for cell in tally.cells:
        key = read(cell)
        cells.setdefault(key if key in large else OTHERS, []).append(cell)
    keys = sorted(cells, key=lambda key: (key is None, key == OTHERS, key or ""))
    return {
        key: ExperimentTally(chain=tally.chain, steps=tally.steps, cells=tuple(cells[key]))
        for key in keys
    }


def _groups(tally: ExperimentTally, campaign: Campaign) -> tuple[Group, ...]:
    arms = [arm(tally, Arm.CONTROL), arm(tally, Arm.ENROLLED)]
    drawn = [one for several in variants(tally, campaign).values() for one in several]
    return tuple(one for one in (*arms, *drawn) if one.people)


def _if_fair(lift: Lift, checks: Sequence[Balance]) -> Lift:
    """Nothing is said of groups that were not made by the lot, whatever their figures."""
    against_control = lift.pair.other.step is None
    if unfair(checks, lift.pair.one.step) or (against_control and unfair(checks, None)):
        return replace(lift, finding=Finding.NOT_BY_LOT, more=None)
    return lift


def _name(pair: Pair) -> tuple[str, str, str | None, str | None]:
    return (pair.one.name, pair.other.name, pair.one.step, pair.step)


# --- people -----------------------------------------------------------------------------------


def _lifts(
    found: Sequence[Pair],
    outcome: str,
    looks: Looks,
    decided: Mapping[tuple[str, str, str | None, str | None], Compared] | None,
) -> tuple[Lift, ...]:
    all_of = [compared(pair) for pair in found]
    judges = [(decided or {}).get(_name(one.pair), one) for one in all_of]
    p_looks = [_judged(one, looks) for one in judges]
    adjusted, looked = holm([one.p for one in all_of]), holm(p_looks)
    return tuple(
        _lift(one, judge, outcome, looks, len(found), ps)
        for one, judge, ps in zip(
            all_of, judges, zip(adjusted, p_looks, looked, strict=True), strict=True
        )
    )


def _judged(one: Compared, looks: Looks) -> float:
    once = one.p if looks.over else None
    return judged(one.p_anytime, once, day=looks.day is not None)


def _lift(
    one: Compared,
    judge: Compared,
    outcome: str,
    looks: Looks,
    comparisons: int,
    ps: tuple[float, float, float],
) -> Lift:
    finding = _finding(judge.difference, ps[2])
    contacts, orders, revenue = _more(one)
    lift = Lift(
        compared=one,
        outcome=outcome,
        p_adjusted=ps[0],
        p_looks=ps[1],
        p_looks_adjusted=ps[2],
        finding=finding,
        contacts=contacts,
        orders=orders,
        revenue=revenue,
    )
    return _what_it_takes(lift, looks, comparisons) if finding is Finding.CANNOT_TELL else lift


def _finding(difference: Fraction, p: float) -> Finding:
    if p >= ALPHA or not difference:
        return Finding.CANNOT_TELL
    return Finding.BETTER if difference > 0 else Finding.WORSE


def _more(one: Compared) -> tuple[Fraction, Fraction, Fraction]:
    """People of the outcome, orders and money that the group has more than at the other's rate."""
    pair, people = one.pair, one.pair.one.people
    return (
        one.difference * people,
        _more_per_head(pair.one.orders, pair.other.orders) * people,
        _more_per_head(pair.one.revenue, pair.other.revenue) * people,
    )


def _more_per_head(one: Heads, other: Heads) -> Fraction:
    return (one.mean or Fraction(0)) - (other.mean or Fraction(0))


def _what_it_takes(lift: Lift, looks: Looks, comparisons: int) -> Lift:
    one, other = lift.pair.one.sample, lift.pair.other.sample
    day, information = looks.day is not None, lift.compared.information

    def with_more(multiple: float) -> float:
        return critical(information * multiple, comparisons, day=day)

    return replace(
        lift,
        more=more_people(one, other, z=with_more),
        detectable=smallest_rise(
            other.rate,
            people=(other.people, one.people),
            comparisons=comparisons,
            rule=Rule.DAY if day else Rule.ANY_LOOK,
        ),
    )


# --- some of the people -----------------------------------------------------------------------


def _parts(
    campaign: Campaign,
    parts: Mapping[str, Mapping[str | None, ExperimentTally]],
    looks: Looks,
) -> tuple[PartLift, ...]:
    """The main pairs among every part, all of a breakdown corrected together."""
    told: list[PartLift] = []
    for by, several in parts.items():
        rows = [
            (key, compared(pair))
            for key, tally in several.items()
            for pair in pairs(tally, campaign)
            if is_main(pair)
        ]
        adjusted = holm([one.p for _, one in rows])
        # There is no day of decision for what was not asked in advance: looks alone judge.
        looked = holm([judged(one.p_anytime, day=looks.day is not None) for _, one in rows])
        told += [
            PartLift(
                by=by,
                key=key,
                compared=one,
                p_adjusted=p,
                p_looks_adjusted=q,
                finding=_finding(one.difference, q),
            )
            for (key, one), p, q in zip(rows, adjusted, looked, strict=True)
        ]
    return tuple(told)
