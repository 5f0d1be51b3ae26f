"""Before the launch: whether the groups can tell anything, and whether their strata can be."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from outreach.errors import Text, did_you_mean
from outreach.files.campaigns import CampaignFile
from outreach.language import Percent
from outreach.model.campaign import Campaign
from outreach.model.planning import Planning
from outreach.runner.findings import Note, Problem, error
from outreach.runner.launch import Chosen, stratifiable
from outreach.store.store import Store

#: A stratum should hold a person or two of each group; with fewer it sorts nothing.
_EACH = 2


def strata_problems(file: CampaignFile, store: Store) -> Iterator[Problem]:
    """Fields of `stratify` that the base does not have, or by which nobody stays sorted."""
    catalogue = store.database.catalogue
    for name in file.campaign.audience.stratify:
        if stratifiable(catalogue, name) is not None:
            continue
        where = file.locate(("audience", "stratify"))
        if name in catalogue:
            what = Text("people cannot be sorted by {field!r}: it changes by the day", field=name)
            yield error(what, where, Text("take a field that stays, such as city or kind"))
            continue
        what = Text("the contact base has no field {name!r}", name=name)
        hint = did_you_mean(name, catalogue.names) or Text("see: outreach contacts fields")
        yield error(what, where, hint)


def experiment_notes(
    campaign: Campaign, chosen: Chosen, store: Store, planning: Planning
) -> Iterator[Note]:
    """A word where the groups are too small to tell anything, or their strata too fine."""
    from outreach.evaluation.sample_size import comparisons_in, smallest_pair
    from outreach.runner.season import expected

    count = chosen.count
    pair = smallest_pair(campaign, enrolled=count.enrolled, control=count.control)
    if pair is None or not min(pair):
        return
    if chosen.adding:
        return
    outlook, _ = expected(store, planning, 1)
    yield from _too_small(campaign, pair, comparisons_in(campaign), outlook.deals)
    yield from _too_fine(campaign, chosen)


def _too_small(
    campaign: Campaign, pair: tuple[int, int], comparisons: int, base: Fraction
) -> Iterator[Note]:
    """Nothing less than a doubling of what is expected, `base`, would show."""
    from outreach.evaluation.sample_size import Design, Rule, people_needed, smallest_rise

    day = bool(campaign.objective and campaign.objective.by)
    rule = Rule.DAY if day else Rule.ANY_LOOK
    if not 0 < base < Fraction(1, 2):
        return
    rise = smallest_rise(float(base), people=pair, comparisons=comparisons, rule=rule)
    if rise is not None and rise <= base:
        return
    needed = people_needed(Design(base=base, lift=base, comparisons=comparisons), rule)
    if rise is None:
        what = Text(
            "The groups compared ({one} and {other} people) are too small to tell anything:"
            " where {rate} order, even a difference of all of them would not show",
            one=pair[1],
            other=pair[0],
            rate=Percent(base),
        )
    else:
        what = Text(
            "The groups compared ({one} and {other} people) are small: where {rate} order, only"
            " a rise of {points} points or more would show 4 times out of 5",
            one=pair[1],
            other=pair[0],
            rate=Percent(base),
            points=Decimal(str(round(rise * 100, 1))),
        )
    yield Note(
        what,
        Text(
            "a doubling takes about {count} people in each group:"
            " outreach plan sample --rate {rate} --lift {rate}",
            count=Decimal(needed or 0),
            rate=str(Percent(base)),
        ),
    )


def _too_fine(campaign: Campaign, chosen: Chosen) -> Iterator[Note]:
    strata = {one.stratum for one in chosen.members if one.stratum is not None}
    groups = [1 + bool(campaign.audience.control)] + [len(one.variants) for one in campaign.steps]
    if not strata or chosen.count.selected >= len(strata) * max(groups) * _EACH:
        return
    yield Note(
        Text(
            "`stratify` sorts {people} people into {count} strata: too fine to give each group"
            " its share of them",
            people=chosen.count.selected,
            count=len(strata),
        ),
        Text("sort by fewer fields, or by ones with fewer values"),
    )
