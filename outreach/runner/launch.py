"""Launching: who is in, who is out and why, frozen; the first steps planned.

The same function answers the dry run and the launch: what was shown is what is done.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from outreach.errors import OutreachError, Text
from outreach.model.audience import Arm, AudienceCount, Exclusion
from outreach.model.campaign import Campaign, CampaignState, OnePer, Step
from outreach.model.change import Planned
from outreach.model.ids import CampaignId, ContactId, StepId
from outreach.model.settings import Settings
from outreach.runner.drawing import draw, nearest_whole, shared_out, variant_for
from outreach.scheduling.calendar import Calendar
from outreach.scheduling.sequence import first_due
from outreach.store.audience import Candidate, Question, candidates
from outreach.store.campaigns import Launched
from outreach.store.freezing import Member
from outreach.store.store import Store
from outreach.store.writers import writers_of

if TYPE_CHECKING:
    from outreach.store.conditions import Selection


#: Numbers that the store gives when it freezes the audience.
NOT_YET = CampaignId(0)
NO_STEP_YET = StepId(0)


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


class AlreadyLaunched(OutreachError):
    def __init__(self, name: str) -> None:
        super().__init__(
            Text("campaign {name!r} was launched already", name=name),
            hint=Text("see how far it is: outreach status {name}", name=name),
        )


class WrongNumber(OutreachError):
    def __init__(self, confirmed: int, enrolled: int) -> None:
        super().__init__(
            Text(
                "{confirmed} people were confirmed, but {enrolled} would be enrolled",
                confirmed=confirmed,
                enrolled=enrolled,
            ),
            hint=Text("look at them again, then: --confirm {enrolled}", enrolled=enrolled),
        )


@dataclass(frozen=True, slots=True)
class Chosen:
    """Everyone matched, in or out, and the counts."""

    members: tuple[Member, ...]
    count: AudienceCount


def choose(
    store: Store,
    definition: Campaign,
    condition: Selection | None,
    *,
    settings: Settings,
    now: datetime,
    pilot: int | None = None,
    extending: Launched | None = None,
) -> Chosen:
    """Who would be enrolled now, who would be control, who is left out and why."""
    question = Question(
        channels=frozenset(step.channel for step in definition.following(None)),
        rested_before=_rested_before(settings, now),
        alongside=definition.alongside,
        campaign=extending.id if extending else None,
    )
    already = store.campaigns.members(extending.id) if extending else {}
    people = list(candidates(store.database, condition, question))
    people.sort(key=lambda p: (p.id not in already, draw(definition.name, "order", p.id), p.id))
    kept, excluded = _apart(people, definition.audience.one_per, already)
    selected = kept[: _limit(definition.audience.limit, pilot)]
    writers = _writers(store, selected, definition, extending)
    members = [*_arms(selected, definition, already, writers), *excluded]
    control = sum(member.arm is Arm.CONTROL for member in members)
    reasons = Counter(member.reason for member in excluded if member.reason)
    count = AudienceCount(
        matched=len(people),
        selected=len(selected),
        control=control,
        enrolled=len(selected) - control,
        excluded={reason: reasons[reason] for reason in Exclusion if reasons[reason]},
    )
    return Chosen(tuple(members), count)


def _rested_before(settings: Settings, now: datetime) -> date | None:
    if settings.pressure_days is None:
        return None
    return now.astimezone(settings.zone).date() - timedelta(days=settings.pressure_days)


def _limit(limit: int | None, pilot: int | None) -> int | None:
    given = [number for number in (limit, pilot) if number is not None]
    return min(given) if given else None


def _apart(
    people: Iterable[Candidate], one_per: OnePer, already: Collection[ContactId]
) -> tuple[list[Candidate], list[Member]]:
    """Those who stay, and those left out, each with the first reason that applies."""
    kept: list[Candidate] = []
    excluded: list[Member] = []
    mailboxes: set[str] = set()
    groups: set[str] = set()
    for person in people:
        group = _group(person, one_per)
        reason = None if person.id in already else person.reason
        if reason is None and person.mailbox in mailboxes:
            reason = Exclusion.SAME_ADDRESS
        if reason is None and group in groups:
            reason = Exclusion.ONE_PER
        if reason is not None:
            excluded.append(
                Member(contact=person.id, arm=Arm.EXCLUDED, kind=person.kind, reason=reason)
            )
            continue
        kept.append(person)
        mailboxes |= {person.mailbox} if person.mailbox else set()
        groups |= {group} if group else set()
    return kept, excluded


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
) -> Iterator[Member]:
    """Control is the nearest whole share, drawn apart from the order; nobody changes his arm."""
    control = {contact for contact, arm in already.items() if arm is Arm.CONTROL}
    wanted = nearest_whole(definition.audience.control, len(selected)) - len(control)
    by_draw = sorted(
        (person for person in selected if person.id not in already),
        key=lambda person: (draw(definition.name, "control", person.id), person.id),
    )
    control |= {person.id for person in by_draw[: max(0, wanted)]}
    enrolled = [person.id for person in selected if person.id not in control]
    senders = shared_out(enrolled, definition.senders, writers)
    # In the order of the base: what is written for neighbours then lies on the same pages.
    for rank in sorted(range(len(selected)), key=lambda rank: selected[rank].id):
        person = selected[rank]
        arm = Arm.CONTROL if person.id in control else Arm.ENROLLED
        yield Member(
            contact=person.id,
            arm=arm,
            kind=person.kind,
            rank=rank,
            sender=senders.get(person.id),
        )


# --- really -----------------------------------------------------------------------------------


def launch(
    store: Store,
    definition: Campaign,
    chosen: Chosen,
    *,
    file: str,
    fingerprint: str,
    settings: Settings,
    now: datetime,
    confirmed: int | None,
    pilot: bool = False,
    extending: Launched | None = None,
) -> CampaignId:
    """Freeze `chosen` and plan the first steps, in one transaction.

    Raises `EmptyAudience` and `WrongNumber`; nothing is written then.
    """
    count = chosen.count
    if count.enrolled == 0:
        raise EmptyAudience(definition.name, count)
    if confirmed is not None and confirmed != count.enrolled:
        raise WrongNumber(confirmed, count.enrolled)
    calendar = Calendar(settings.country, settings.zone, settings.region)
    members = _with_first_steps(chosen.members, definition, calendar, now)
    if extending is not None:
        already = store.campaigns.members(extending.id)
        more = (member for member in members if member.contact not in already)
        store.campaigns.extend(
            extending, more, matched=count.matched, selected=count.selected, now=now
        )
        return extending.id
    return store.campaigns.launch(
        definition,
        members,
        file=file,
        fingerprint=fingerprint,
        matched=count.matched,
        selected=count.selected,
        pilot=pilot,
        now=now,
    )


def _with_first_steps(
    members: Iterable[Member], definition: Campaign, calendar: Calendar, now: datetime
) -> Iterator[Member]:
    opening = [
        (step, first_due(step, start=definition.start, now=now, calendar=calendar))
        for step in definition.following(None)
    ]
    for member in members:
        if member.arm is not Arm.ENROLLED:
            yield member
            continue
        first = tuple(
            (step.name, planned(definition, step, member.contact, due_at, sender=member.sender))
            for step, due_at in opening
        )
        yield replace(member, first=first)


def planned(
    definition: Campaign,
    step: Step,
    contact: ContactId,
    due_at: datetime,
    campaign: CampaignId = NOT_YET,
    step_id: StepId = NO_STEP_YET,
    sender: str | None = None,
) -> Planned:
    """A delivery to come: its variant drawn, its sender and its doer named.

    `sender` is who writes to this person where the campaign has several; None: the ledger
    knows from the launch.
    """
    names = [variant.name for variant in step.variants]
    return Planned(
        campaign=campaign,
        step=step_id,
        contact=contact,
        channel=step.channel,
        due_at=due_at,
        variant=variant_for(definition.name, step.name, contact, names),
        sender=step.sender or sender or (None if definition.senders else definition.sender),
        assignee=step.by,
    )


def may_launch_again(launched: Launched | None, name: str) -> Launched | None:
    """A campaign launched as a pilot may be launched again for the rest; nothing else may."""
    if launched is None:
        return None
    if launched.state in (CampaignState.RUNNING, CampaignState.PAUSED) and launched.pilot:
        return launched
    raise AlreadyLaunched(name)
