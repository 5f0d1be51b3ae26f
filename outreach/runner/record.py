"""Recording what became of people: a reply, an appointment, an order, a returned letter.

One function decides everything that follows from one recorded fact, whoever records it and
however many: the stage of the chain, the call it closes, the chains it stops or opens, the
address it ends, the promises it makes and keeps (`runner/consequences.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from secrets import token_hex

from outreach.model.campaign import CampaignState, Channel, Track
from outreach.model.contact import Contact
from outreach.model.ids import CampaignId, ContactId, EventId
from outreach.model.settings import Settings
from outreach.model.stage import ALONE, OTHERS
from outreach.runner.consequences import Decided, Here, decide
from outreach.runner.facts import (
    AmountWithoutOrder,
    Fact,
    NotInCampaign,
    UnknownStage,
    check,
    check_place,
)
from outreach.runner.wrong_numbers import taken_off
from outreach.scheduling.calendar import Calendar
from outreach.store.campaigns import Launched
from outreach.store.known import Known, Other
from outreach.store.store import Store

#: States in which a chain may go on.
_GOING = (CampaignState.RUNNING, CampaignState.PAUSED)

__all__ = [
    "AmountWithoutOrder",
    "Fact",
    "NotInCampaign",
    "Recorded",
    "UnknownStage",
    "credited",
    "record",
    "together",
]


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was written down, and where it was credited."""

    fact: Fact
    #: The chain of the person in that campaign ended with it.
    stopped: bool
    #: A call, a visit or a task that was due is done by it.
    call_done: bool
    #: The track that it opened for the person.
    track: Track | None = None
    #: The number it is taken back by.
    number: EventId | None = None
    #: The channel of what is done by it.
    work: Channel = Channel.CALL
    #: It is a no, and the chain goes on as if it had not been said.
    in_spite: bool = False


def here(store: Store, settings: Settings, now: datetime) -> Here:
    """What the consequences of facts recorded now depend on."""
    return Here(
        settings=settings,
        calendar=Calendar.of(settings),
        campaigns={campaign.id: campaign for campaign in store.campaigns.all()},
        now=now,
    )


def record(
    store: Store,
    fact: Fact,
    *,
    settings: Settings,
    now: datetime,
    batch: Mapping[str, object] | None = None,
) -> Recorded:
    """Write down one fact and everything that follows from it, in one transaction.

    What is recorded with the same `batch` is taken back together. Raises `UnknownStage`,
    `NotInCampaign`, `AmountWithoutOrder` and what else `facts.check` finds wrong; nothing is
    written then.
    """
    around = here(store, settings, now)
    check(fact, around.calendar.day_of(fact.at), last_day(around))
    act = token_hex(6)
    with store.together() as held:
        held.recordings.take_turn()
        known = held.known.of([fact.contact.id]).get(fact.contact.id, Known())
        check_place(fact, known.places)
        fact = taken_off(held, fact, settings.country, now)
        others = others_of(held, [fact]).get(fact.contact.id, ())
        decided = decide(fact, known, others, around, act=act, batch=batch)
        held.deliveries.write(decided.change)
        number = held.recordings.number(fact.contact.id, act)
    return _recorded(fact, decided, number)


#: What is rehearsed ahead of the clock is over by then.
_SEASON = timedelta(days=366)


def last_day(around: Here) -> date:
    """The last day of which something can be told: today.

    Where a season is rehearsed (`--now`), campaigns were launched that are ahead of the clock:
    it does not tell what is still to come there. A year after the last of them is a slip.
    """
    day_of = around.calendar.day_of
    today = day_of(around.now)
    ahead = [day for one in around.campaigns.values() if (day := day_of(one.launched_at)) > today]
    return max(ahead) + _SEASON if ahead else today


def together(store: Store, **told: object) -> dict[str, object]:
    """What makes several facts one recording: from now on, in this transaction or in this run."""
    return {"batch": token_hex(6), "since": store.recordings.mark(), **told}


def _recorded(fact: Fact, decided: Decided, number: EventId | None) -> Recorded:
    return Recorded(
        fact, decided.stopped, decided.call_done, decided.track, number, decided.work,
        decided.in_spite,
    )  # fmt: skip


def others_of(store: Store, facts: Sequence[Fact]) -> dict[ContactId, tuple[Other, ...]]:
    """Who else is concerned; nobody is where a fact tells of an address or an attempt alone."""
    found: dict[ContactId, tuple[Other, ...]] = {}
    by_words: dict[frozenset[str], list[ContactId]] = {}
    for fact in facts:
        if fact.stage in ALONE:
            continue
        said = fact.campaign.definition.stop_on if fact.campaign else ()
        words = frozenset({"same", *(word for word in OTHERS if word in said)})
        by_words.setdefault(words, []).append(fact.contact.id)
    for words, people in by_words.items():
        found |= store.known.others(people, words)
    return found


# --- where it is credited ---------------------------------------------------------------------


def credited(store: Store, contact: Contact, at: datetime | None = None) -> Launched | None:
    """The campaign an answer is credited to when none is named: the last one that touched him.

    Among the campaigns he is enrolled in (or control of), and of what came before the answer,
    which may be recorded late; one told without an hour is of its whole day. Where none has
    touched him yet, the last one that he entered. None when there is none.
    """
    known = store.known.of([contact.id]).get(contact.id, Known())
    campaigns = {one.id: one for one in store.campaigns.all()}
    chosen = credit(known, store, at, campaigns)
    return None if chosen is None else campaigns.get(chosen)


def credit(
    known: Known, store: Store, at: datetime | None, campaigns: Mapping[CampaignId, Launched]
) -> CampaignId | None:
    """The same, of somebody who is known already.

    A campaign that ran elsewhere has no chain that could stop: whoever is written to here as
    well answers the one that goes on writing.
    """
    end = None if at is None else _end_of(at, store.database.zone)

    def before(instant: datetime) -> bool:
        return end is None or instant < end

    last: dict[CampaignId, datetime] = {}
    for campaign, instant in known.touches:
        if campaign in known.places and before(instant):
            last[campaign] = max(last.get(campaign, instant), instant)
    if not last:
        entered = {campaign: place.enrolled_at for campaign, place in known.places.items()}
        last = {campaign: at for campaign, at in entered.items() if before(at)}
    going = {one for one in last if one in campaigns and campaigns[one].state in _GOING}
    elsewhere = {one for one in last if one in campaigns and campaigns[one].elsewhere}
    if going - elsewhere:
        last = {one: at for one, at in last.items() if one not in elsewhere}
    return max(last, key=lambda campaign: (last[campaign], campaign)) if last else None


def _end_of(at: datetime, zone: tzinfo) -> datetime:
    """The end of the minute that was told; of the day, where no hour was."""
    told = at.astimezone(zone)
    if told.time() == time.min:
        return datetime.combine(told.date() + timedelta(days=1), time.min, zone)
    return at.replace(second=0, microsecond=0) + timedelta(minutes=1)
