"""Launching: who is in, who is out and why.

The same function answers the dry run and the launch (`runner/starting.py`): what was shown is
what is done.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from outreach.compliance.permission import Ruling
from outreach.errors import OutreachError, Text
from outreach.model.audience import Arm, AudienceCount, Exclusion
from outreach.model.campaign import Campaign, Channel, OnePer
from outreach.model.field import Catalogue, Field
from outreach.model.ids import CampaignId, ContactId
from outreach.model.settings import Settings
from outreach.runner.allocation import Strata, control_drawn, variants_drawn
from outreach.runner.collecting import few_collections
from outreach.runner.drawing import Lots, drawn_order, shared_out
from outreach.runner.permission import Lacks, Permission, Permissions, lacks_of
from outreach.store.audience import Candidate, Question, candidates
from outreach.store.campaigns import Launched
from outreach.store.experiment_tallies import Drawn
from outreach.store.freezing import Member
from outreach.store.store import Store
from outreach.store.writers import writers_of

if TYPE_CHECKING:
    from outreach.store.conditions import Selection


class EmptyAudience(OutreachError):
    def __init__(self, name: str, count: AudienceCount) -> None:
        out = sum(count.excluded.values())
        super().__init__(
            Text(
                "campaign {name!r} has nobody to write to: {matched} match, {out} are left out",
                name=name,
                matched=count.matched,
                out=out,
            ),
            hint=Text("see who and why: outreach check {name}", name=name),
        )


@dataclass(frozen=True, slots=True)
class Chosen:
    """Everyone matched, in or out, and the counts."""

    members: tuple[Member, ...]
    count: AudienceCount
    #: What the law asks for and the selected lack.
    legal: Lacks = field(default_factory=Lacks)
    #: Only those who would come in beside the people of a launched campaign.
    adding: bool = False

    def lots(self, salt: str) -> Lots:
        """Which variant everybody gets."""
        return Lots(salt, {one.contact: dict(one.variants) for one in self.members if one.variants})


@few_collections()
def choose(
    store: Store,
    definition: Campaign,
    condition: Selection | None,
    *,
    settings: Settings,
    now: datetime,
    pilot: int | None = None,
    extending: Launched | None = None,
    adding: bool = False,
) -> Chosen:
    """Who would be enrolled now, who would be control, who is left out and why.

    `adding`: only those who would come in beside the people of `extending`, all of whom stay.
    """
    today = now.astimezone(settings.zone).date()
    channels = frozenset(step.channel for step in definition.steps)
    permissions = Permissions(settings, definition, channels, now)
    catalogue = store.database.catalogue
    strata = [found for name in definition.audience.stratify
              if (found := stratifiable(catalogue, name))]  # fmt: skip
    question = Question(
        permission=permissions,
        kept_since=permissions.kept_since,
        channels=frozenset(step.channel for step in definition.following(None)),
        pressure=settings.pressure,
        day=max(today, definition.start or today),
        alongside=definition.alongside,
        beside=_beside(store),
        campaign=extending.id if extending else None,
        with_members=adding,
        strata=strata,
    )
    already = store.campaigns.members(extending.id) if extending else {}
    people = _in_order(candidates(store.database, condition, question), definition.name, already)
    kept, excluded = _apart(people, definition, already)
    selected = kept[: _limit(definition.audience.limit, pilot)]
    writers = _writers(store, selected, definition, extending)
    before = store.experiments.drawn(extending.id) if extending and strata else Drawn()
    members = [*_arms(selected, definition, already, writers, before), *excluded]
    if adding:
        people, selected = _new(people, already), _new(selected, already)
        members = [member for member in members if member.contact not in already]
    control = sum(member.arm is Arm.CONTROL for member in members)
    reasons = Counter(member.reason for member in excluded if member.reason)
    count = AudienceCount(
        matched=len(people),
        selected=len(selected),
        control=control,
        enrolled=len(selected) - control,
        excluded={reason: reasons[reason] for reason in Exclusion if reasons[reason]},
    )
    legal = lacks_of((person.permission for person in selected), excluded)
    return Chosen(tuple(members), count, legal, adding)


def _in_order(
    people: Iterable[Candidate], salt: str, already: Collection[ContactId]
) -> list[Candidate]:
    """The stable order: those who are in already, then by the draw."""
    found = list(people)
    numbers = [person.id for person in found]
    ordered = [found[place] for place in drawn_order(salt, "order", numbers)]
    return sorted(ordered, key=lambda person: person.id not in already) if already else ordered


def stratifiable(catalogue: Catalogue, name: str) -> Field | None:
    """The field of that name by which people may be sorted: one that stands in the base."""
    found = catalogue.find(name)
    return None if found is None or found.name == "life_stage" else found


def _new(people: Iterable[Candidate], already: Collection[ContactId]) -> list[Candidate]:
    return [person for person in people if person.id not in already]


def _beside(store: Store) -> list[CampaignId]:
    """The campaigns that say they run alongside others: they claim nobody for themselves."""
    return [one.id for one in store.campaigns.all() if one.definition.alongside]


def _limit(limit: int | None, pilot: int | None) -> int | None:
    given = [number for number in (limit, pilot) if number is not None]
    return min(given) if given else None


def _apart(
    people: Iterable[Candidate],
    definition: Campaign,
    already: Collection[ContactId],
) -> tuple[list[Candidate], list[Member]]:
    """Those who stay, and those left out, each with the first reason that applies."""
    one_per = definition.audience.one_per
    opening = {step.channel for step in definition.following(None)}
    kept: list[Candidate] = []
    excluded: list[Member] = []
    mailboxes: set[str] = set()
    groups: set[str] = set()
    refused = _Refused(opening)
    for person in people:
        group = None if one_per is OnePer.PERSON else _group(person, one_per)
        reason = rule = None
        if person.id not in already:
            reason = person.reason
            rule = refused[person.permission] if reason is None else None
            reason = Exclusion.NOT_PERMITTED if rule else reason
        if reason is None and person.mailbox in mailboxes:
            reason = Exclusion.SAME_ADDRESS
        if reason is None and group in groups:
            reason = Exclusion.ONE_PER
        if reason is not None:
            excluded.append(
                Member(
                    contact=person.id,
                    arm=Arm.EXCLUDED,
                    kind=person.kind,
                    reason=reason,
                    rule=rule.id if rule else None,
                )
            )
            continue
        kept.append(person)
        if person.mailbox:
            mailboxes.add(person.mailbox)
        if group:
            groups.add(group)
    return kept, excluded


class _Refused(dict[Permission, Ruling | None]):
    """The rule that keeps people out, asked once of each of the few cases there are."""

    def __init__(self, opening: Collection[Channel]) -> None:
        super().__init__()
        self._opening = opening

    def __missing__(self, case: Permission) -> Ruling | None:
        found = self[case] = case.refused(self._opening)
        return found


def _group(person: Candidate, one_per: OnePer) -> str | None:
    if one_per is OnePer.HOUSEHOLD:
        return person.household
    return person.company if one_per is OnePer.COMPANY else None


def _writers(
    store: Store,
    selected: Sequence[Candidate],
    definition: Campaign,
    extending: Launched | None,
) -> Mapping[ContactId, str]:
    """Who of several senders has written to whom already: he goes on."""
    if not definition.senders:
        return {}
    return writers_of(
        store.database,
        [person.id for person in selected],
        definition.senders,
        campaign=extending.id if extending else None,
    )


def _arms(
    selected: Sequence[Candidate],
    definition: Campaign,
    already: Mapping[ContactId, Arm],
    writers: Mapping[ContactId, str],
    before: Drawn,
) -> Iterator[Member]:
    """Control is the nearest whole share, drawn apart from the order; nobody changes his arm."""
    strata = Strata()
    for contact, stratum in before.strata.items():
        strata.know(contact, stratum)
    if definition.audience.stratify:
        for person in selected:
            strata.put(person.id, person.traits)
    control = control_drawn(
        [person.id for person in selected],
        strata.of,
        share=definition.audience.control,
        salt=definition.name,
        already={contact for contact, arm in already.items() if arm is Arm.CONTROL},
        settled=already,
    )
    enrolled = [person.id for person in selected if person.id not in control]
    senders = shared_out(enrolled, definition.senders, writers)
    variants = _variants(definition, enrolled, strata, before)
    numbers = [person.id for person in selected]
    # In the order of the base: what is written for neighbours then lies on the same pages.
    for rank in sorted(range(len(numbers)), key=numbers.__getitem__):
        number = numbers[rank]
        yield Member(
            contact=number,
            arm=Arm.CONTROL if number in control else Arm.ENROLLED,
            kind=selected[rank].kind,
            rank=rank,
            sender=senders.get(number),
            stratum=strata.of.get(number),
            variants=tuple(
                [(step, drawn[number]) for step, drawn in variants.items() if number in drawn]
            )
            if variants
            else (),
        )


def _variants(
    definition: Campaign, enrolled: Sequence[ContactId], strata: Strata, before: Drawn
) -> dict[str, dict[ContactId, str]]:
    """What is drawn within strata of the steps that open the chain: who comes further is not
    known yet, and draws alone.
    """
    if not definition.audience.stratify:
        return {}
    return {
        step.name: variants_drawn(
            enrolled,
            strata.of,
            step=step.name,
            names=[variant.name for variant in step.variants],
            salt=definition.name,
            already=before.variants.get(step.name, {}),
        )
        for step in definition.following(None)
        if step.variants
    }  # fmt: skip
