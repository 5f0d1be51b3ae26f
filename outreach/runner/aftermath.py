"""What a recorded fact means beside the campaign: promises, interest, inquiries, referrals.

Pure of the store: it is decided from what is known. Nobody is left without a next date: who
is to be called back, come back to, answered or thanked is so on a day.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime

from outreach.model.campaign import Unit
from outreach.model.change import Change
from outreach.model.contact import Interest
from outreach.model.event import Event, EventKind
from outreach.model.follow_up import FollowUp, FollowUpDone, FollowUpKind
from outreach.model.ids import FollowUpId
from outreach.model.network import Inquiry, InquiryAnswered, InterestSet, Referral, Thanked
from outreach.model.stage import ANSWERS, INTERESTS
from outreach.runner.by_hand import answered as call_answered
from outreach.runner.facts import Fact
from outreach.scheduling.calendar import Calendar
from outreach.store.known import ACTIVE_BY, Known

#: We spoke or wrote with each other: who was to be called back or come back to, was.
_SPOKEN = frozenset(
    {"replied", "appointment", "quote", "order", "spoken", "met", "call_back", "refused", "lost",
     "inbound", *INTERESTS}
)  # fmt: skip
#: Whoever asks to be left alone is owed nothing but that.
_OVER = frozenset({"opted_out", "complained"})
_KEPT_BY: Mapping[FollowUpKind, Collection[str]] = {
    FollowUpKind.CALL_BACK: _SPOKEN | _OVER,
    FollowUpKind.COME_BACK: _SPOKEN | _OVER,
    FollowUpKind.ANSWER: {*ANSWERS, *_OVER},
    FollowUpKind.ASK_REFERRAL: {"asked", "recommended", *_OVER},
    FollowUpKind.THANK: {"thanked", *_OVER},
    FollowUpKind.PROMISE: _OVER,
}


def beside(
    fact: Fact, known: Known, calendar: Calendar, now: datetime
) -> tuple[Change, dict[str, object]]:
    """The change, and what its event keeps so that the promises can be taken back."""
    promises = _promises(fact, known, calendar, now)
    kept = _kept(fact, known, calendar)
    change = (
        Change(follow_ups=promises, kept=tuple(FollowUpDone(one, fact.at) for one in kept))
        + _interest(fact, known)
        + _inquiry(fact)
        + _network(fact, calendar, now)
    )
    data: dict[str, object] = {}
    if promises:
        data["promised"] = [
            [one.contact, one.kind.value, one.due_on.isoformat()] for one in promises
        ]
    if kept:
        data["kept"] = list(kept)
    return change, data


# --- promises ---------------------------------------------------------------------------------


def _promises(fact: Fact, known: Known, calendar: Calendar, now: datetime) -> tuple[FollowUp, ...]:
    day = calendar.day_of(fact.at)
    soon = calendar.add(max(day, calendar.day_of(now)), 1, Unit.WORKING_DAYS)
    match fact.stage:
        case "call_back" if call_answered(fact, known, calendar, now) is None:
            return (_promise(fact, FollowUpKind.CALL_BACK, fact.back_on or soon, now),)
        case "latent":
            assert fact.back_on is not None
            return (_promise(fact, FollowUpKind.COME_BACK, fact.back_on, now),)
        case "promised":
            assert fact.back_on is not None
            return (_promise(fact, FollowUpKind.PROMISE, fact.back_on, now),)
        case "replied" | "appointment" | "quote" if fact.back_on is not None:
            return (_promise(fact, FollowUpKind.PROMISE, fact.back_on, now),)
        case "inbound":
            # Whoever comes by himself is answered first of all: the same day.
            answer = _promise(fact, FollowUpKind.ANSWER, day, now)
            return (answer, *_thanks(fact, soon, now))
        case "recommended":
            return (_promise(fact, FollowUpKind.THANK, soon, now),)
        case _:
            return ()


def _thanks(fact: Fact, day: date, now: datetime) -> tuple[FollowUp, ...]:
    if fact.referrer is None:
        return ()
    thank = FollowUp(
        contact=fact.referrer.id,
        kind=FollowUpKind.THANK,
        due_on=day,
        created_at=now,
        owner=fact.author,
        note=fact.contact.name,
    )
    return (thank,)


def _promise(fact: Fact, kind: FollowUpKind, day: date, now: datetime) -> FollowUp:
    return FollowUp(
        contact=fact.contact.id,
        kind=kind,
        due_on=day,
        created_at=now,
        campaign=fact.campaign.id if fact.campaign else None,
        owner=fact.author,
        note=" – ".join(filter(None, (fact.promised, fact.note or fact.reason))) or None,
    )


def _kept(fact: Fact, known: Known, calendar: Calendar) -> tuple[FollowUpId, ...]:
    """The open promises that the fact keeps; one made after its day is still to be kept."""
    day = calendar.day_of(fact.at)
    return tuple(
        one.id
        for one in known.promises
        if one.id is not None
        and fact.stage in _KEPT_BY[one.kind]
        and calendar.day_of(one.created_at) <= day
    )


# --- interest, inquiries, recommendations -----------------------------------------------------


def _interest(fact: Fact, known: Known) -> Change:
    """What he thinks of the offer, where nothing later is known of it."""
    if known.interest_at is not None and known.interest_at > fact.at:
        return Change()
    if fact.stage in INTERESTS:
        one = InterestSet(
            contact=fact.contact.id,
            interest=Interest(fact.stage),
            reason=fact.reason,
            until=fact.back_on,
        )
    elif fact.stage in ACTIVE_BY:
        one = InterestSet(contact=fact.contact.id, interest=Interest.ACTIVE)
    else:
        return Change()
    return Change(interests=(one,))


def _inquiry(fact: Fact) -> Change:
    if fact.stage in ANSWERS:
        done = InquiryAnswered(contact=fact.contact.id, at=fact.at, quality=fact.quality)
        return Change(answered=(done,))
    if fact.stage != "inbound":
        return Change()
    asked = Inquiry(
        contact=fact.contact.id,
        at=fact.at,
        campaign=fact.campaign.id if fact.campaign else None,
        origin=fact.origin or ("recommendation" if fact.referrer else None),
        subject=fact.note,
    )
    return Change(inquiries=(asked,))


def _network(fact: Fact, calendar: Calendar, now: datetime) -> Change:
    """Who recommended us to whom. It is told of the one who did, too."""
    if fact.stage == "thanked":
        return Change(thanked=(Thanked(referrer=fact.contact.id, on=calendar.day_of(fact.at)),))
    if fact.stage == "recommended":
        brought = Referral(
            referrer=fact.contact.id,
            referred=fact.referred.id if fact.referred else None,
            at=fact.at,
            fee=fact.fee,
            note=fact.note,
        )
        return Change(referrals=(brought,))
    if fact.referrer is None:
        return Change()
    told = Event(
        kind=EventKind.REACHED,
        contact=fact.referrer.id,
        at=fact.at,
        recorded_at=now,
        stage="recommended",
        author=fact.author,
        note=fact.contact.name,
        data={"referred": fact.contact.id},
    )
    named = Referral(referrer=fact.referrer.id, referred=fact.contact.id, at=fact.at)
    return Change(events=(told,), referrals=(named,))
