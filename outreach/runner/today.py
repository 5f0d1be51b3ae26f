"""`today`: what the day asks of the team — steps, promises, latent people, inbound requests.

Whatever stands here stays here until somebody has done it: nobody is dropped silently (B0).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from secrets import token_hex
from typing import TypeVar

from outreach.errors import OutreachError, Text, did_you_mean
from outreach.model.campaign import Channel
from outreach.model.change import Change
from outreach.model.contact import Interest
from outreach.model.delivery import DeliveryState
from outreach.model.event import Event, EventKind
from outreach.model.follow_up import FollowUpDone, FollowUpKind
from outreach.model.ids import CampaignId, FollowUpId
from outreach.model.network import InquiryAnswered, InterestSet, Thanked
from outreach.runner.record import together
from outreach.store.by_hand import HandWork
from outreach.store.campaigns import Launched
from outreach.store.follow_ups import Latent, Promise, Waiting
from outreach.store.store import Store
from outreach.store.workload import load, stuck

#: Steps of campaigns that are due → what of them is not to be done after all.
NotMeant = Callable[[Collection[tuple[CampaignId, str]]], Iterable[HandWork]]

#: What somebody has to do with his own hands.
HANDS = (Channel.CALL, Channel.VISIT, Channel.TASK, Channel.LETTER)


class NoSuchPromise(OutreachError):
    def __init__(self, number: int) -> None:
        super().__init__(
            Text("there is no promise {number}", number=number),
            hint=Text("the numbers stand before the promises: outreach today"),
        )


class NobodyOfTheTeam(OutreachError):
    def __init__(self, seller: str, team: Collection[str]) -> None:
        super().__init__(
            Text("there is nobody {key!r} in the team", key=seller),
            hint=did_you_mean(seller, team)
            or Text("the team stands in outreach.yaml: {names}", names=", ".join(team)),
        )


@dataclass(frozen=True, slots=True)
class Amount:
    """How much is due on one channel."""

    count: int = 0
    #: Of these, due before today.
    late: int = 0
    #: Letters that lie printed and wait for the post.
    printed: int = 0

    def __add__(self, other: Amount) -> Amount:
        return Amount(
            self.count + other.count, self.late + other.late, self.printed + other.printed
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """The day of the team, or of one seller."""

    day: date
    seller: str | None
    #: Seller (None: nobody's) → channel → how much.
    shares: Mapping[str | None, Mapping[Channel, Amount]]
    #: Promised for today.
    follow_ups: tuple[Promise, ...]
    #: Promised for a day that has passed.
    slipped: tuple[Promise, ...]
    latent: tuple[Latent, ...]
    inquiries: tuple[Waiting, ...]
    #: Messages that wait for somebody: held, unknown.
    stuck: Mapping[DeliveryState, int]
    #: Of one seller's day: how many of these things are nobody's.
    nobodys: int = 0

    def due(self, channel: Channel) -> Amount:
        """How much is due on a channel, whoever is to do it."""
        return sum((share.get(channel, Amount()) for share in self.shares.values()), Amount())

    @property
    def promised(self) -> int:
        """Everything but the steps of campaigns."""
        return sum(map(len, (self.follow_ups, self.slipped, self.latent, self.inquiries)))


def today(
    store: Store,
    campaigns: Sequence[Launched],
    *,
    day: date,
    begins: datetime,
    ends: datetime,
    seller: str | None = None,
    team: Collection[str] = (),
    not_meant: NotMeant = lambda steps: (),
) -> Today:
    """The day `day`, from `begins` to `ends`. Raises `NobodyOfTheTeam`.

    `not_meant` is asked which work of these steps is due and not to be done after all.
    """
    latent = store.follow_ups.latent(until=day)
    inquiries = store.follow_ups.unanswered()
    told = {FollowUpKind.COME_BACK: {one.who.id for one in latent},
            FollowUpKind.ANSWER: {one.who.id for one in inquiries}}  # fmt: skip
    promises = [
        one
        for one in store.follow_ups.open(until=day)
        if one.who.id not in told.get(one.follow_up.kind, ())
    ]
    whole = Today(
        day=day,
        seller=None,
        shares=_shares(store, campaigns, begins, ends, not_meant),
        follow_ups=tuple(one for one in promises if one.follow_up.due_on == day),
        slipped=tuple(one for one in promises if one.follow_up.due_on < day),
        latent=tuple(latent),
        inquiries=tuple(inquiries),
        stuck=stuck(store.database),
    )
    return whole if seller is None else _of(whole, seller, team)


def keep(
    store: Store,
    numbers: Sequence[int],
    *,
    author: str | None,
    now: datetime,
    batch: Mapping[str, object] | None = None,
) -> list[Promise]:
    """These promises were kept; all of them, or none. Raises `NoSuchPromise`.

    It is one recording, however many, or part of the one of `batch`: `undo` opens them again.
    """
    with store.together() as held:
        held.recordings.take_turn()
        found = _with_those_kept_too(held, held.follow_ups.find(numbers))
        known = {one.follow_up.id for one in found}
        for number in numbers:
            if number not in known:
                raise NoSuchPromise(number)
        open_ = [one for one in found if one.follow_up.done_at is None]
        if batch is None:
            batch = together(held) if len(open_) > 1 else {}
        day = held.database.day_of(now)
        changes = [_kept(one, author, day, now, batch) for one in open_]
        held.deliveries.write(Change.joined(changes))
    return found


def owner_of(one: Promise | Latent | Waiting) -> str | None:
    """Who is to see to it; None where nobody was named."""
    return one.owner


# --- whose it is ----------------------------------------------------------------------------------


def _shares(
    store: Store,
    campaigns: Sequence[Launched],
    begins: datetime,
    ends: datetime,
    not_meant: NotMeant,
) -> dict[str | None, dict[Channel, Amount]]:
    by_step = {
        (campaign.id, step.name): step.by
        for campaign in campaigns
        for step in campaign.definition.steps
    }
    known: set[CampaignId] = {campaign.id for campaign in campaigns}
    loads = load(store.database, day_start=begins, day_end=ends, channels=HANDS)
    due = [one for one in loads if one.campaign in known]
    shares: dict[str | None, dict[Channel, Amount]] = {}
    for one in due:
        seller = one.assignee or by_step.get((one.campaign, one.step)) or one.owner
        _add(shares, seller, one.channel, Amount(one.count, one.late, one.printed))
    # What lies printed is posted, whatever its condition has become.
    for work in not_meant({(one.campaign, one.step) for one in due if not one.printed}):
        delivery = work.delivery
        named = by_step.get((delivery.campaign, delivery.step))
        less = Amount(-1, -1 if delivery.due_at < begins else 0)
        _add(shares, work.assignee or named or work.owner, delivery.channel, less)
    return {
        seller: some
        for seller, share in shares.items()
        if (some := {channel: amount for channel, amount in share.items() if amount.count})
    }


def _add(
    shares: dict[str | None, dict[Channel, Amount]],
    seller: str | None,
    channel: Channel,
    more: Amount,
) -> None:
    share = shares.setdefault(seller, {})
    share[channel] = share.get(channel, Amount()) + more


_Item = TypeVar("_Item", Promise, Latent, Waiting)


def _of(whole: Today, seller: str, team: Collection[str]) -> Today:
    """One seller's part of the day: what is his, and what is nobody's, as in `calls --for`."""
    lists: tuple[Sequence[Promise | Latent | Waiting], ...] = (
        whole.follow_ups, whole.slipped, whole.latent, whole.inquiries,
    )  # fmt: skip
    owners = {owner_of(one) for items in lists for one in items} | set(whole.shares)
    if seller not in team and seller not in owners:
        raise NobodyOfTheTeam(seller, team or sorted(filter(None, owners)))
    steps = sum(amount.count for amount in whole.shares.get(None, {}).values())

    def mine(items: tuple[_Item, ...]) -> tuple[_Item, ...]:
        return tuple(one for one in items if owner_of(one) in (seller, None))

    return replace(
        whole,
        seller=seller,
        shares={who: share for who, share in whole.shares.items() if who in (seller, None)},
        follow_ups=mine(whole.follow_ups),
        slipped=mine(whole.slipped),
        latent=mine(whole.latent),
        inquiries=mine(whole.inquiries),
        nobodys=steps + sum(owner_of(one) is None for items in lists for one in items),
    )


#: Whoever was answered, or thanked, was so for all that he had asked, or recommended, until then.
_FOR_ALL = (FollowUpKind.ANSWER, FollowUpKind.THANK)


def _with_those_kept_too(store: Store, found: list[Promise]) -> list[Promise]:
    """And the other promises to the same person that are kept by it."""
    whole = {one.follow_up.id: one for one in found}
    for promise in found:
        one = promise.follow_up
        if one.kind in _FOR_ALL and one.done_at is None:
            for other in store.follow_ups.of_contact(one.contact):
                if other.follow_up.kind is one.kind and other.follow_up.done_at is None:
                    whole.setdefault(other.follow_up.id, other)
    return list(whole.values())


# --- what follows from a kept promise -------------------------------------------------------------


def _kept(
    promise: Promise, author: str | None, day: date, now: datetime, batch: Mapping[str, object]
) -> Change:
    one = promise.follow_up
    assert one.id is not None
    event = Event(
        kind=EventKind.NOTED,
        contact=one.contact,
        at=now,
        recorded_at=now,
        campaign=one.campaign,
        author=author or promise.owner,
        note=one.note,
        data={
            "recording": token_hex(6),
            **batch,
            "kept": one.kind.value,
            "follow_up": int(one.id),
        },
    )
    kept = Change(events=(event,), kept=(FollowUpDone(FollowUpId(one.id), now),))
    match one.kind:
        case FollowUpKind.ANSWER:
            return kept + Change(answered=(InquiryAnswered(contact=one.contact, at=now),))
        case FollowUpKind.THANK:
            return kept + Change(thanked=(Thanked(referrer=one.contact, on=day),))
        case FollowUpKind.COME_BACK:
            return kept + _come_back_to(promise, day)
        case _:
            return kept


def _come_back_to(promise: Promise, day: date) -> Change:
    """We came back to him: he has no date any more, until his answer is recorded."""
    if promise.latent_until is None or promise.latent_until > day:
        return Change()
    undated = InterestSet(
        contact=promise.follow_up.contact,
        interest=Interest.LATENT,
        reason=promise.interest_reason,
    )
    return Change(interests=(undated,))
