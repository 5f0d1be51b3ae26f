"""Whether the lot was drawn as it should have been: shares of the groups, and who is in them.

Shares by Pearson's χ² against those that were meant (sample-ratio mismatch: R. Kohavi and
others, *Trustworthy Online Controlled Experiments*, 2020, ch. 21); who is in them by χ² of
kind, source and stratum, each as it was when the lot was drawn: a list that fills in a source
afterwards is no fault of the lot. A mismatch is no finding about the campaign: it says that the
groups were made in another way than by the lot, and that nothing may be read from them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from outreach.evaluation.comparison import names_of
from outreach.evaluation.correction import holm
from outreach.model.audience import Arm
from outreach.model.campaign import Campaign
from outreach.model.experiment import Cell, ExperimentTally
from outreach.model.value import value

#: Shares further from what was meant than chance makes them once in a thousand are an alarm.
SHARES_ALARM = 0.001
#: The traits are several, and told together: Holm's p of each below this is an alarm.
TRAITS_ALARM = 0.01
#: Traits so rare that fewer people are expected in a group are counted together.
_EXPECTED = 5


@value(kw_only=True)
class Balance:
    """One check: of the shares of groups (`trait` is None), or of one trait in them."""

    #: The step whose variants they are; None: enrolled and control.
    step: str | None
    trait: str | None
    #: People per group, by its name.
    people: Mapping[str, int]
    #: Of shares: what was meant, as fractions of 1.
    meant: Mapping[str, Fraction]
    chi_square: float
    freedom: int
    p: float
    alarm: bool
    #: Of a trait: the value whose share differs most between two groups, and by how much.
    furthest: str | None = None
    gap: Fraction | None = None


def balance(
    tally: ExperimentTally, campaign: Campaign, *, elsewhere: bool = False
) -> tuple[Balance, ...]:
    """Every check that the groups of a campaign allow.

    `elsewhere`: another program made the groups, and nobody knows the shares that were meant.
    """
    groupings = _groupings(tally, campaign)
    shares = [
        found
        for step, _, meant, counts in groupings
        if meant and not elsewhere and (found := _shares(step, counts, meant)) is not None
    ]
    traits = [
        found
        for step, named, _, counts in groupings
        for trait, read in _TRAITS.items()
        if (found := _trait(step, trait, tally.cells, named, read, counts)) is not None
    ]
    return (*shares, *_alarmed(traits))


def unfair(checks: Sequence[Balance], step: str | None) -> bool:
    """Whether the groups of a step, or enrolled and control, were made by more than the lot."""
    return any(one.alarm and one.trait is None and one.step == step for one in checks)


#: Names the group a cell belongs to; None: none of these.
Named = Callable[[Cell], str | None]

_TRAITS: Mapping[str, Callable[[Cell], str | None]] = {
    "kind": lambda cell: cell.kind,
    "source": lambda cell: cell.origin,
    "stratum": lambda cell: cell.stratum,
}


def _groupings(
    tally: ExperimentTally, campaign: Campaign
) -> list[tuple[str | None, Named, dict[str, Fraction], dict[str, int]]]:
    """Arms, then the variants of each step: how cells are named, shares meant, people."""
    share = campaign.audience.control
    meant = {Arm.ENROLLED.value: 1 - share, Arm.CONTROL.value: share} if share else {}
    found: list[tuple[str | None, Named, dict[str, Fraction], dict[str, int]]] = []
    counts = _counts(tally.cells, _arm_of, meant)
    if counts.get(Arm.CONTROL.value):
        found.append((None, _arm_of, meant, counts))
    for place, step in enumerate(tally.steps):
        names = names_of(campaign, step)
        equal = {name: Fraction(1, len(names)) for name in names}

        def named(cell: Cell, place: int = place) -> str | None:
            return cell.variants[place] if cell.arm is Arm.ENROLLED else None

        counts = _counts(tally.cells, named, equal)
        found.append((step, named, equal if set(counts) == set(names) else {}, counts))
    return found


def _arm_of(cell: Cell) -> str | None:
    return cell.arm.value


def _counts(cells: Sequence[Cell], named: Named, meant: Mapping[str, Fraction]) -> dict[str, int]:
    counts = dict.fromkeys(meant, 0)
    for cell in cells:
        if (name := named(cell)) is not None:
            counts[name] = counts.get(name, 0) + cell.people
    return counts


def _shares(
    step: str | None, counts: Mapping[str, int], meant: Mapping[str, Fraction]
) -> Balance | None:
    people = sum(counts.values())
    if len(counts) < 2 or not people:
        return None
    chi = sum(float((counts[n] - s * people) ** 2 / (s * people)) for n, s in meant.items())
    p = _survival(chi, len(meant) - 1)
    return Balance(
        step=step,
        trait=None,
        people=counts,
        meant=meant,
        chi_square=chi,
        freedom=len(meant) - 1,
        p=p,
        alarm=p < SHARES_ALARM,
    )


def _trait(
    step: str | None,
    trait: str,
    cells: Sequence[Cell],
    named: Named,
    read: Callable[[Cell], str | None],
    groups: Mapping[str, int],
) -> Balance | None:
    """Pearson's χ² of a table of groups and values; None where all people are alike."""
    table: dict[str, dict[str, int]] = {}
    for cell in cells:
        if (name := named(cell)) is not None:
            row = table.setdefault(read(cell) or "", {})
            row[name] = row.get(name, 0) + cell.people
    groups = {name: people for name, people in groups.items() if people}
    rows = _with_the_rare_together(list(table.items()), groups)
    if len(rows) < 2 or len(groups) < 2:
        return None
    people = sum(groups.values())
    chi = 0.0
    for _, row in rows:
        total = sum(row.values())
        for name, size in groups.items():
            expected = total * size / people
            chi += (row.get(name, 0) - expected) ** 2 / expected
    freedom = (len(rows) - 1) * (len(groups) - 1)
    furthest, gap = max(((key, _gap(row, groups)) for key, row in rows), key=lambda one: one[1])
    return Balance(
        step=step,
        trait=trait,
        people=dict(groups),
        meant={},
        chi_square=chi,
        freedom=freedom,
        p=_survival(chi, freedom),
        alarm=False,
        furthest=furthest,
        gap=gap,
    )


#: The name under which rare values are counted together: no value of a person's.
OTHERS = "\N{HORIZONTAL ELLIPSIS}"


def _with_the_rare_together(
    rows: list[tuple[str, dict[str, int]]], groups: Mapping[str, int]
) -> list[tuple[str, dict[str, int]]]:
    """The rows in which every group may expect a few people; the rest as one row."""
    people, smallest = sum(groups.values()), min(groups.values(), default=0)
    kept: list[tuple[str, dict[str, int]]] = []
    rare: dict[str, int] = {}
    for key, row in sorted(rows):
        if sum(row.values()) * smallest >= _EXPECTED * people:
            kept.append((key, row))
            continue
        for name, count in row.items():
            rare[name] = rare.get(name, 0) + count
    if rare and sum(rare.values()) * smallest >= _EXPECTED * people:
        kept.append((OTHERS, rare))
    return kept


def _gap(row: Mapping[str, int], groups: Mapping[str, int]) -> Fraction:
    """Between the group in which the value is most and the one in which it is least common."""
    shares = [Fraction(row.get(name, 0), size) for name, size in groups.items()]
    return max(shares) - min(shares)


def _alarmed(found: Sequence[Balance]) -> list[Balance]:
    from dataclasses import replace

    adjusted = holm([one.p for one in found])
    return [replace(one, alarm=p < TRAITS_ALARM) for one, p in zip(found, adjusted, strict=True)]


def _survival(chi_square: float, freedom: int) -> float:
    from scipy.special import chdtrc

    return float(chdtrc(freedom, chi_square))
