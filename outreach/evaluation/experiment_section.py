"""The comparison of groups as a section of the report: figures, findings, how they were judged."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from outreach.errors import Plural, Text
from outreach.evaluation.balance import Balance
from outreach.evaluation.comparison import Finding, is_main
from outreach.evaluation.document import Plot, Section
from outreach.evaluation.experiment import Experiment, Lift
from outreach.evaluation.experiment_tables import (
    balance,
    differences,
    groups,
    lifts,
    parts,
    parts_lifts,
)
from outreach.evaluation.experiment_words import TRAITS, counted, outcome, p_text, pair_name


def experiment_section(found: Experiment | None) -> Section | None:
    """What the report shows of it; None where there is nothing to compare."""
    if found is None or not found.lifts:
        return None
    compared = groups(found)
    tables = [compared, differences(found), lifts(found)]
    if found.parts:
        tables += [parts(found), parts_lifts(found)]
    tables.append(balance(found))
    intervals = Plot(
        kind="intervals",
        title=Text("Rate of each group, 95 % sure"),
        table=compared,
        x="group",
        y=("rate",),
        low="low",
        high="high",
    )
    return Section(
        key="experiment",
        title=Text("Groups compared"),
        lead=tuple(_lead(found)),
        tables=tuple(one for one in tables if one.rows),
        plots=(intervals,),
        notes=tuple(_notes(found)),
    )


# --- sentences --------------------------------------------------------------------------------


def _lead(found: Experiment) -> Iterator[Text]:
    for check in found.balance:
        if check.alarm:
            yield _alarm(check)
    for lift in found.lifts:
        if lift.finding in (Finding.BETTER, Finding.WORSE):
            yield _told(lift)
    unclear = [lift for lift in found.lifts if lift.finding is Finding.CANNOT_TELL]
    if unclear and not any(one.sample.did for one in found.groups):
        yield Text("Nobody came as far as what is compared ({stage}): nothing can be told yet.",
                   stage=outcome(found.outcome))  # fmt: skip
        return
    for lift in unclear:
        if is_main(lift.pair):
            yield _cannot_tell(lift)


def _told(lift: Lift) -> Text:
    pair, more = pair_name(lift.pair), lift.contacts
    if lift.finding is Finding.BETTER and more > 0:
        return Text("{pair}: more than chance, {count} people more than at the other's rate",
                    pair=pair, count=_whole(more))  # fmt: skip
    if lift.finding is Finding.WORSE and more < 0:
        return Text("{pair}: more than chance, {count} people fewer than at the other's rate",
                    pair=pair, count=_whole(-more))  # fmt: skip
    # What came in after the day of decision turned it round; the decision stays.
    if lift.finding is Finding.BETTER:
        return Text("{pair}: better by more than chance on the day of decision", pair=pair)
    return Text("{pair}: worse by more than chance on the day of decision", pair=pair)


def _cannot_tell(lift: Lift) -> Text:
    if lift.more is None:
        seen = Text("{pair}: cannot tell yet, and no difference to speak of was seen",
                    pair=pair_name(lift.pair))  # fmt: skip
    elif lift.more == (0, 0):
        seen = Text(
            "{pair}: cannot tell yet, though there are people enough for a difference as seen",
            pair=pair_name(lift.pair),
        )
    elif max(lift.more) <= 1.1 * min(lift.more):
        seen = Text(
            "{pair}: cannot tell yet: about {more} more people in each group,"
            " if the difference is really as seen",
            pair=pair_name(lift.pair),
            more=Decimal(_rounded_up(max(lift.more))),
        )
    else:
        seen = Text(
            "{pair}: cannot tell yet: about {more} more people, and {others} more in the other"
            " group, if the difference is really as seen",
            pair=pair_name(lift.pair),
            more=Decimal(_rounded_up(lift.more[0])),
            others=Decimal(_rounded_up(lift.more[1])),
        )
    if lift.detectable is None:
        return Text("{sentence}.", sentence=seen)
    return Text(
        "{sentence}; the people there are tell a rise of {points} points or more 4 times out of 5.",
        sentence=seen,
        points=Decimal(str(round(lift.detectable * 100, 2 if lift.detectable < 0.01 else 1))),
    )


def _alarm(check: Balance) -> Text:
    if check.trait is None:
        return Text(
            "Careful: the groups are not of the size they were meant to be (p {p}):"
            " {groups}. Something beside the lot made them; their difference tells nothing.",
            p=p_text(check.p),
            groups=counted(check.people),
        )
    return Text(
        "Careful: the groups differ in their {trait} by more than the lot does (p {p}):"
        " {value} most of all. Their difference may come from that.",
        trait=TRAITS[check.trait],
        p=p_text(check.p),
        value=check.furthest or "–",
    )


def _notes(found: Experiment) -> Iterator[Text]:
    yield Text(
        "Everyone drawn into a group counts, reached or not. p and findings are corrected for"
        " all comparisons of a table (Holm); the 95 % interval beside a difference is that of"
        " one comparison looked at once (Newcombe; money: Welch)."
    )
    if found.whole:
        yield Text("Groups are compared from the launch on, whatever days are asked for.")
    looks = found.looks
    if looks.day is None:
        yield Text(
            "A look is any report of this campaign: they may be any number, findings hold at"
            " all of them together. With objective: {by: …} in its file, which names the day of"
            " decision in advance, fewer people would do."
        )
    elif looks.over:
        yield Text(
            "Decided by what had happened until the end of {day}, the day named in advance;"
            " later looks change nothing of it. Looks before it used a fifth of the 5 %.",
            day=looks.day,
        )
    else:
        yield Text(
            "A look is any report of this campaign: they may be any number. Before {day}, the"
            " day of decision, they share a fifth of the 5 %; the rest is for that day.",
            day=looks.day,
        )
    if found.parts:
        yield Plural(
            "{count} comparison among parts of the people: a hint at most, to be tried anew.",
            "{count} comparisons among parts of the people: hints at most, to be tried anew.",
            len(found.parts),
        )


# --- numbers ---------------------------------------------------------------------------------


def _whole(number: Fraction) -> Decimal:
    return Decimal(round(number))


def _rounded_up(people: int) -> int:
    """To two digits that mean something: nobody knows such a number better."""
    step = int(10 ** max(0, len(str(people)) - 2))
    return -(-people // step) * step
