"""Whose turn it is: within every limit over any window, and nobody held up by another's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import cycle, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paper_book import DAY, HOUR, MINUTE, NOON, SECOND, PaperBook, email

from outreach.errors import Text
from outreach.model.delivery import DueEmail
from outreach.model.ids import CampaignId
from outreach.model.providers import PROVIDERS, provider_of_domain
from outreach.model.settings import Limits
from outreach.runner.turns import Turns
from outreach.scheduling.rules import Rules, default_provider_limits

WINDOWS = (("per_second", SECOND), ("per_minute", MINUTE), ("per_hour", HOUR), ("per_day", DAY))


def turns(book: PaperBook | None = None, **limits: object) -> Turns:
    """The turns of one sender with these limits."""
    return Turns(Rules(senders={"marie": Limits(**limits)}), book or PaperBook())  # type: ignore[arg-type]


def leave(those: Turns, now: datetime, room: int = 1000) -> list[str]:
    """The domains to which something leaves now, without delay."""
    departure = those.leave(now, {"marie": room, "paul": room}, 10_000)
    those.left([one.delivery.id for one in departure.emails], now)
    return [one.address_domain for one in departure.emails]


def run_dry(
    those: Turns, book: PaperBook, now: datetime, *, senders: Sequence[str] = ("marie",),
    until: datetime | None = None, room: int = 3,
) -> tuple[list[tuple[datetime, DueEmail]], datetime]:  # fmt: skip
    """Everything that leaves by the clock of the turns themselves; when it ended."""
    left: list[tuple[datetime, DueEmail]] = []
    while until is None or now < until:
        departure = those.leave(now, dict.fromkeys(senders, room), 10_000)
        left += [(now, one) for one in departure.emails]
        book.sent += [(now, one) for one in departure.emails]
        those.left([one.delivery.id for one in departure.emails], now)
        if departure.emails:
            continue
        if departure.wake is None:
            break
        assert departure.wake > now, "a wait of nothing is a busy loop"
        assert departure.why is not None
        now = departure.wake
    return left, now


def most_in_any_window(instants: Sequence[datetime], window: timedelta) -> int:
    """The fullest half-open window of that length: it begins with one of the messages."""
    instants = sorted(instants)
    best = last = 0
    for first, start in enumerate(instants):
        while last < len(instants) and instants[last] - start < window:
            last += 1
        best = max(best, last - first)
    return best


def holds(left: Sequence[tuple[datetime, DueEmail]], rules: Rules) -> None:
    """No key, in no window, has more than its limit."""
    by_key: dict[tuple[str, object], list[datetime]] = defaultdict(list)
    for at, one in left:
        by_key["sender", one.sender].append(at)
        by_key["campaign", one.delivery.campaign].append(at)
        by_key["domain", (one.sender, one.address_domain)].append(at)
        if provider := provider_of_domain(one.address_domain):
            by_key["provider", provider].append(at)
    for (kind, name), instants in by_key.items():
        limits = _limits_of(rules, kind, name)
        for key, window in WINDOWS:
            allowed = getattr(limits, key)
            if allowed is not None:
                assert most_in_any_window(instants, window) <= max(1, allowed), (kind, name, key)
        if limits.gap:
            pauses = [after - at for at, after in pairwise(instants)]
            assert min(pauses, default=DAY) >= timedelta(seconds=limits.gap[0])


def _limits_of(rules: Rules, kind: str, name: object) -> Limits:
    if kind == "domain":
        assert isinstance(name, tuple)
        per_domain = rules.senders.get(name[0], Limits()).per_domain_per_minute
        return Limits(per_minute=per_domain)
    table: Mapping[object, Limits] = {
        "sender": rules.senders,
        "campaign": rules.campaigns,
        "provider": rules.providers,
    }[kind]  # type: ignore[assignment]
    return table.get(name, Limits())  # fmt: skip


# --- never more than allowed ---------------------------------------------------------------------

speeds = st.none() | st.integers(1, 40) | st.sampled_from([0.5, 100, 250])
counts = st.none() | st.integers(1, 60)
limits_of_anything = st.builds(
    Limits, per_second=speeds, per_minute=speeds, per_hour=counts, per_day=counts
)
limits_of_a_sender = st.builds(
    Limits,
    per_second=speeds,
    per_minute=speeds,
    per_hour=counts,
    per_day=counts,
    per_domain_per_minute=speeds,
    gap=st.none() | st.just((1.0, 5.0)),
)
DOMAINS = ("orange.fr", "wanadoo.fr", "gmail.com", "atelier.example", "free.fr")


@settings(max_examples=120, deadline=None)
@given(
    senders=st.fixed_dictionaries({"marie": limits_of_a_sender, "paul": limits_of_a_sender}),
    campaigns=st.dictionaries(st.sampled_from([CampaignId(1), CampaignId(2)]), limits_of_a_sender),
    providers=st.fixed_dictionaries({}, optional={"orange": limits_of_anything,
                                                  "google": limits_of_anything}),
    emails=st.lists(
        st.tuples(st.sampled_from(DOMAINS), st.sampled_from(["marie", "paul"]), st.integers(1, 2)),
        max_size=150,
    ),
    lives=st.lists(
        st.tuples(st.floats(0.0001, 10) | st.floats(0.0001, 4000), st.booleans(), st.booleans()),
        min_size=1,
        max_size=8,
    ),
    room=st.integers(1, 20),
)  # fmt: skip
def test_no_window_ever_holds_more_than_any_key_allows(
    senders: dict[str, Limits], campaigns: dict[CampaignId, Limits], providers: dict[str, Limits],
    emails: list[tuple[str, str, int]], lives: list[tuple[float, bool, bool]],
    room: int,
) -> None:  # fmt: skip
    """Over several runs, some of which die without a word; and everything leaves in the end."""
    rules = Rules(senders=senders, campaigns=campaigns, providers=providers, seed="s")
    book = PaperBook()
    waiting = [email(domain, sender=who, campaign=which) for domain, who, which in emails]
    left: list[tuple[datetime, DueEmail]] = []
    now = NOON
    for life, dies, idle in [*lives, (None, False, False)]:
        those = Turns(rules, book)
        those.add(waiting[: len(waiting) // 3] if idle else waiting)
        until = None if life is None else now + timedelta(seconds=life)
        more, now = run_dry(those, book, now, senders=list(senders), until=until, room=room)
        left += more
        gone = {one.delivery.id for _, one in left}
        waiting = [one for one in waiting if one.delivery.id not in gone]
        if not dies:
            those.rest()

    assert not waiting
    assert len({one.delivery.id for _, one in left}) == len(emails) == len(left)
    holds(left, rules)


@settings(max_examples=80, deadline=None)
@given(
    senders=st.fixed_dictionaries({"marie": limits_of_a_sender, "paul": limits_of_a_sender}),
    campaigns=st.dictionaries(st.just(CampaignId(1)), limits_of_a_sender),
    providers=st.fixed_dictionaries({}, optional={"orange": limits_of_anything}),
    emails=st.lists(
        st.tuples(st.sampled_from(DOMAINS), st.sampled_from(["marie", "paul"]), st.integers(1, 2)),
        min_size=1,
        max_size=60,
    ),
    delays=st.lists(st.floats(0, 3) | st.sampled_from([0.0, 0.02]) | st.floats(0, 400), min_size=1),
    room=st.integers(1, 20),
)
def test_no_window_holds_more_on_the_wire_however_late_each_message_leaves(
    senders: dict[str, Limits], campaigns: dict[CampaignId, Limits], providers: dict[str, Limits],
    emails: list[tuple[str, str, int]], delays: list[float], room: int,
) -> None:  # fmt: skip
    """A connection is opened first, a server is slow: each is late by a time of its own."""
    rules = Rules(senders=senders, campaigns=campaigns, providers=providers, seed="s")
    those, late = Turns(rules, PaperBook()), cycle(timedelta(seconds=one) for one in delays)
    those.add(email(domain, sender=who, campaign=which) for domain, who, which in emails)
    left: list[tuple[datetime, DueEmail]] = []
    away: list[tuple[datetime, DueEmail]] = []
    now = NOON
    while True:
        departure = those.leave(now, dict.fromkeys(senders, room), 10_000)
        away += [(now + next(late), one) for one in departure.emails]
        away.sort(key=lambda one: one[0])
        wakes = [at for at, _ in away[:1]]
        if departure.wake is not None and not departure.emails:
            wakes.append(departure.wake)
        if not wakes:
            break
        now = min(wakes)
        while away and away[0][0] <= now:
            left.append(away.pop(0))
            those.left([left[-1][1].delivery.id], now)

    assert len(left) == len(emails)
    holds(left, rules)


@settings(max_examples=250, deadline=None)
@given(
    limits=st.builds(Limits, per_minute=st.integers(1, 8) | st.just(0.7))
    | st.builds(Limits, per_second=st.integers(1, 5))
    | st.builds(Limits, per_minute=st.integers(30, 400), per_second=st.none() | st.integers(2, 9))
    | st.builds(Limits, per_minute=st.none() | st.integers(5, 30), gap=st.just((5.0, 20.0))),
    whose=st.sampled_from(["sender", "campaign", "provider", "domain"]),
    lives=st.lists(
        st.tuples(
            st.floats(0, 90) | st.floats(0, 2),
            st.sampled_from(["dies", "lands"]),
            st.sampled_from([0.0, 0.0, 2.0, 50.0]),
            st.sampled_from([0, 0, 1, 7, 50]),
            st.sampled_from([0.0, 0.5, 2.0, 20.0]),
        ),
        min_size=1,
        max_size=5,
    ),
)
def test_no_window_holds_more_where_messages_are_late_and_runs_die(
    limits: Limits, whose: str, lives: list[tuple[float, str, float, int, float]]
) -> None:
    """One run after the other: killed with messages on their way, or after all of them have left.

    Of each: for how many seconds it lives, how late its messages are, every how many seconds
    a server lets go of all that waits, and how long after it the next one begins.
    """
    rules = _rules_of(whose, limits)
    book, now = PaperBook(), NOON
    waiting = [email("orange.fr") for _ in range(25)]
    for life, ends, late, together, pause in [*lives, (None, "lands", 0.0, 0, 0.0)]:
        those, until = Turns(rules, book), None if life is None else now + timedelta(seconds=life)
        those.add(waiting)
        away, now = run_late(those, book, now, late, until=until, together=together)
        if ends == "lands":
            while away:
                now, one = away.pop(0)
                book.sent.append((now, one))
                those.left([one.delivery.id], now)
            those.rest()
        gone = {one.delivery.id for _, one in book.sent}
        waiting = [one for one in waiting if one.delivery.id not in gone]
        now += timedelta(seconds=pause)

    assert not waiting
    assert len(book.sent) == 25
    holds(book.sent, rules)


def _rules_of(whose: str, limits: Limits) -> Rules:
    match whose:
        case "campaign":
            return Rules(campaigns={CampaignId(1): limits}, seed="s")
        case "provider":
            return Rules(providers={"orange": replace(limits, gap=None)}, seed="s")
        case "domain":
            domain = Limits(per_domain_per_minute=limits.per_minute)
            return Rules(senders={"marie": domain}, seed="s")
    return Rules(senders={"marie": limits}, seed="s")


def run_late(
    those: Turns, book: PaperBook, now: datetime, late: float, *,
    until: datetime | None, together: int,
) -> tuple[list[tuple[datetime, DueEmail]], datetime]:  # fmt: skip
    """What is under way when time is up, in the order in which it would leave; and when that is.

    As `runner/flight.py` does it: while anything is under way, the lines are looked at again
    within a quarter of a second.
    """
    away: list[tuple[datetime, DueEmail]] = []
    while until is None or now < until:
        departure = those.leave(now, {"marie": 16}, 10_000)
        leaves = _put_off(now + timedelta(seconds=late), together)
        away += [(leaves, one) for one in departure.emails]
        away.sort(key=lambda one: one[0])
        wakes = [away[0][0], now + SECOND / 4] if away else []
        if departure.wake is not None and not departure.emails:
            wakes.append(departure.wake)
        if not wakes:
            break
        now = min([*wakes, until or DAY + now])
        while away and away[0][0] <= now:
            at, one = away.pop(0)
            book.sent.append((at, one))
            those.left([one.delivery.id], now)
    return away, now


def _put_off(instant: datetime, seconds: int) -> datetime:
    """To the next full so many seconds."""
    rest = (instant - NOON) % timedelta(seconds=seconds) if seconds else timedelta(0)
    return instant + timedelta(seconds=seconds) - rest if rest else instant


@pytest.mark.parametrize(("ends", "opens"), [("lands", 110), ("dies", 133)])
def test_what_left_late_is_in_the_window_of_the_next_run(ends: str, opens: int) -> None:
    """Two a minute, let through at once and half a minute later: both leave after 50 seconds.

    What a run that died left open: 51.5 seconds, as much again for how late the first was, and
    a slot.
    """
    book = PaperBook()
    first = turns(book, per_minute=2)
    both = [email(), email()]
    first.add(both)
    for quarter in range(201):
        first.leave(NOON + quarter * SECOND / 4, {"marie": 9}, 9)
    first.left([one.delivery.id for one in both], NOON + 50 * SECOND)
    if ends == "lands":
        first.rest()

    second = turns(book, per_minute=2)
    second.add([email(), email()])
    left, _ = run_dry(second, book, NOON + 51 * SECOND)
    assert [(at - NOON).total_seconds() for at, _ in left] == [opens, opens + 30]


def test_what_a_run_that_died_left_open_is_kept_by_one_that_dies_right_after() -> None:
    """The second one writes to somebody else, a moment later, and dies too."""
    book = PaperBook()
    late = email("a.example")
    for at, one in ((NOON, late), (NOON + 41 * SECOND, email("b.example"))):
        those = turns(book, per_domain_per_minute=2)
        those.add([one])
        those.leave(at, {"marie": 9}, 9)
        if one is late:
            for second in range(1, 41):
                those.leave(NOON + second * SECOND, {"marie": 9}, 9)

    third = turns(book, per_domain_per_minute=2)
    third.add([email("a.example")])
    assert leave(third, NOON + 44 * SECOND) == []
    # Known until 41.5, 41.5 seconds late, and a slot of 30.
    assert leave(third, NOON + 112 * SECOND) == []
    assert leave(third, NOON + 113 * SECOND) == ["a.example"]


@pytest.mark.parametrize("late", [0.005, 0.05, 0.3])
def test_a_pace_is_slower_by_what_a_message_is_late_and_no_more(late: float) -> None:
    """Ten a second, each on its way for `late` seconds: a second lasts that much longer."""
    those, now = turns(per_second=10), NOON
    those.add(email() for _ in range(201))
    away: list[tuple[datetime, DueEmail]] = []
    left = []
    while those.ids or away:
        departure = those.leave(now, {"marie": 16 - len(away)}, 100)
        away += [(now + timedelta(seconds=late), one) for one in departure.emails]
        now = min([at for at, _ in away[:1]] + [departure.wake or now + DAY])
        while away and away[0][0] <= now:
            left.append(now)
            those.left([away.pop(0)[1].delivery.id], now)

    seconds = (left[-1] - left[0]).total_seconds()
    assert 20 <= seconds <= 20 * (1 + late) + 0.1


@pytest.mark.parametrize(
    ("limits", "window"),
    [
        (Limits(per_second=3), SECOND),
        (Limits(per_second=500), SECOND),
        (Limits(per_minute=60), MINUTE),
        (Limits(per_minute=7), MINUTE),
        (Limits(per_hour=100), HOUR),
        (Limits(per_day=2000, per_minute=600), DAY),
        (Limits(per_domain_per_minute=24), MINUTE),
    ],
)
def test_in_the_long_run_a_limit_is_used_to_95_of_100(limits: Limits, window: timedelta) -> None:
    book = PaperBook()
    those = Turns({"marie": limits}, book)
    allowed = next(
        n for n in (limits.per_day, limits.per_hour, limits.per_second, limits.per_minute,
                    limits.per_domain_per_minute) if n is not None
    )  # fmt: skip
    windows = 4 if window == DAY else 10
    those.add(email() for _ in range(int(allowed * windows) + 1))
    left, _ = run_dry(those, book, NOON)

    assert len(left) == int(allowed * windows) + 1
    assert len(left) >= 0.95 * allowed * ((left[-1][0] - NOON) / window)


def test_a_slow_provider_is_used_in_full_while_the_others_go_on() -> None:
    rules = Rules(providers={"orange": Limits(per_minute=20)})
    book = PaperBook()
    those = Turns(rules, book)
    those.add(email("orange.fr" if n % 2 else f"d{n}.example") for n in range(400))

    first = leave(those, NOON)
    assert (first.count("orange.fr"), len(first)) == (1, 201)
    rest, end = run_dry(those, book, NOON)
    assert len(rest) == 199
    assert end - NOON == 199 * timedelta(seconds=3)


# --- nobody is held up by another ----------------------------------------------------------------


def test_a_provider_counts_over_all_its_domains_and_all_senders() -> None:
    those = Turns(Rules(providers={"orange": Limits(per_minute=1)}), PaperBook())
    those.add([email("orange.fr"), email("wanadoo.fr"), email("orange.fr", sender="paul"),
               email("free.fr")])  # fmt: skip

    departure = those.leave(NOON, {"marie": 9, "paul": 9}, 9)
    those.left([one.delivery.id for one in departure.emails], NOON)
    assert [one.address_domain for one in departure.emails] == ["orange.fr", "free.fr"]
    assert departure.wake == NOON + MINUTE
    assert str(departure.why) == "Orange takes 1 a minute"
    assert departure.hungry == ("marie", "paul")


def test_a_closed_domain_waits_and_the_others_leave() -> None:
    book = PaperBook()
    those = turns(book)
    those.add([email("a.example"), email("b.example"), email("a.example")])
    those.close("marie", "a.example", NOON + HOUR, Text("421 too fast"), NOON)

    departure = those.leave(NOON, {"marie": 9}, 9)
    assert [one.address_domain for one in departure.emails] == ["b.example"]
    assert (departure.wake, str(departure.why)) == (NOON + HOUR, "421 too fast")
    assert leave(those, NOON + HOUR) == ["a.example"]  # one first, to see
    those.open("marie", "a.example", NOON + HOUR)
    assert leave(those, NOON + HOUR + 30 * SECOND) == ["a.example"]


def test_a_closed_provider_is_closed_for_all_its_domains_and_for_that_sender_alone() -> None:
    those = turns()
    those.close("marie", "google", NOON + HOUR, Text("4.7.28"), NOON)
    those.add([email("gmail.com"), email("googlemail.com"), email("gmail.com", sender="paul")])

    departure = those.leave(NOON, {"marie": 9, "paul": 9}, 9)
    assert [one.sender for one in departure.emails] == ["paul"]


def test_what_a_run_closed_the_next_one_leaves_alone() -> None:
    book = PaperBook()
    reason = Text("{who} asked for silence", who="Orange")
    turns(book).close("marie", "orange", NOON + HOUR, reason, NOON)

    later = turns(book)
    later.add([email("wanadoo.fr"), email("free.fr")])
    departure = later.leave(NOON + MINUTE, {"marie": 9}, 9)
    assert [one.address_domain for one in departure.emails] == ["free.fr"]
    assert (departure.wake, str(departure.why)) == (NOON + HOUR, "Orange asked for silence")


def test_a_silence_by_a_clock_that_was_ahead_lasts_as_long_as_was_asked_for() -> None:
    """An hour, asked for "in a week": by the right clock it is an hour from now, and no longer."""
    book, week = PaperBook(), 7 * DAY
    reason = Text("{who} asked for silence", who="Orange")
    turns(book).close("marie", "orange", NOON + week + HOUR, reason, NOON + week)

    for at in (NOON, NOON + 30 * MINUTE):
        right = turns(book)
        right.add([email("wanadoo.fr")])
        departure = right.leave(at, {"marie": 9}, 9)
        assert (departure.emails, departure.wake) == ([], NOON + HOUR)
        assert [one.until for one in right.silences(at)] == [NOON + HOUR]
    assert leave(right, NOON + HOUR) == ["wanadoo.fr"]


def test_a_domain_that_asks_for_silence_while_all_wait_has_it() -> None:
    """They waited before one gate; now one of them has a gate of its own."""
    those = turns()
    those.close("marie", None, NOON + 5 * SECOND, Text("to nobody"), NOON)
    those.add(email(domain) for domain in ("a.example", "b.example", "b.example", "c.example"))
    assert leave(those, NOON) == []
    assert leave(those, NOON + 5 * SECOND) == ["a.example"]
    later = NOON + 7 * SECOND
    those.close("marie", "b.example", later + HOUR, Text("b.example wants an hour"), later)
    those.open("marie", None, later)

    assert leave(those, NOON + MINUTE) == ["c.example"]
    assert leave(those, later + HOUR) == ["b.example"]


def test_the_silence_of_one_domain_holds_up_none_it_waited_with() -> None:
    those = turns()
    those.close("marie", None, NOON + 5 * SECOND, Text("to nobody"), NOON)
    those.add(email(domain) for domain in ("a.example", "b.example", "a.example", "c.example"))
    assert leave(those, NOON) == []
    those.close("marie", "a.example", NOON + HOUR, Text("a.example wants an hour"), NOON)
    assert leave(those, NOON + 5 * SECOND) == ["b.example"]
    those.open("marie", None, NOON + 6 * SECOND)

    assert leave(those, NOON + MINUTE) == ["c.example"]
    assert leave(those, NOON + HOUR) == ["a.example"]


def test_a_domain_closed_while_it_waits_is_not_let_go() -> None:
    those = turns(per_domain_per_minute=1)
    those.add([email("a.example"), email("a.example")])
    assert leave(those, NOON) == ["a.example"]
    those.close("marie", "a.example", NOON + HOUR, Text("later"), NOON)

    assert leave(those, NOON + MINUTE) == []
    assert leave(those, NOON + HOUR) == ["a.example"]


def test_a_crowd_before_one_gate_is_let_go_so_that_others_can_be_looked_at() -> None:
    those = turns()
    those.close("marie", "orange", NOON + HOUR, Text("later"), NOON)
    those.add(email("orange.fr") for _ in range(1000))
    those.add([email("free.fr")])

    departure = those.leave(NOON, {"marie": 9}, 9)
    assert [one.address_domain for one in departure.emails] == ["free.fr"]
    assert (departure.crowded, len(those.ids)) == ({"marie": 750}, 250)


def test_a_campaign_at_its_limit_leaves_the_sender_to_the_other() -> None:
    rules = Rules(campaigns={CampaignId(1): Limits(per_day=1)}, names={CampaignId(1): "spring"})
    those = Turns(rules, PaperBook())
    those.add([email("a.example"), email("b.example"), email("c.example", campaign=2)])

    departure = those.leave(NOON, {"marie": 9}, 9)
    assert [one.address_domain for one in departure.emails] == ["a.example", "c.example"]
    assert departure.wake == NOON + DAY
    assert str(departure.why) == "the day's limit of the campaign spring is reached"


# --- order ---------------------------------------------------------------------------------------


def test_follow_ups_leave_before_new_people_when_there_is_room_for_few() -> None:
    those = turns(per_day=2)
    those.add([email("new.example", later=True, due=NOON - DAY), email("first.example"),
               email("second.example")])  # fmt: skip

    assert leave(those, NOON) == ["first.example", "second.example"]


def test_nothing_leaves_after_its_window_has_closed() -> None:
    """What was looked at in the morning and could not leave is let go, to be looked at anew."""
    those = turns(per_minute=1)
    those.add(email(closes_at=NOON + 2 * MINUTE) for _ in range(5))
    those.add([email("open.example")])

    assert leave(those, NOON) == ["example.org"]
    assert leave(those, NOON + MINUTE) == ["example.org"]
    closed = those.leave(NOON + 2 * MINUTE, {"marie": 9}, 9)
    assert [one.address_domain for one in closed.emails] == ["open.example"]
    assert (closed.lapsed, len(those.ids)) == ({"marie": 3}, 0)


def test_first_come_first_served_within_a_domain() -> None:
    those = turns(per_domain_per_minute=60)
    emails = [email("a.example") for _ in range(5)]
    those.add(emails)
    left, _ = run_dry(those, PaperBook(), NOON)

    assert [one.delivery.id for _, one in left] == [one.delivery.id for one in emails]


def test_no_more_leaves_than_there_is_room_for() -> None:
    those = turns()
    those.add(email() for _ in range(10))

    assert len(those.leave(NOON, {"marie": 4}, 100).emails) == 4
    full = those.leave(NOON, {"marie": 100}, 5)
    assert (len(full.emails), full.wake, full.hungry) == (5, None, ())
    assert len(those.ids) == 1


# --- hours, days, the ramp -----------------------------------------------------------------------


def test_a_full_day_opens_when_its_oldest_message_is_a_day_old() -> None:
    book = PaperBook(sent=[(NOON - timedelta(hours=20), email()), (NOON - HOUR, email())])
    those = turns(book, per_day=3)
    those.add([email(), email()])

    departure = those.leave(NOON, {"marie": 9}, 9)
    assert (len(departure.emails), departure.wake) == (1, NOON + timedelta(hours=4))
    assert str(departure.why) == "the day's limit of marie is reached"


def test_what_was_handed_out_and_did_not_leave_takes_no_place_in_the_day() -> None:
    those = turns(per_day=1)
    those.add([email("a.example"), email("b.example")])
    first = those.leave(NOON, {"marie": 9}, 9).emails
    those.not_left(first)
    second = those.leave(NOON, {"marie": 9}, 9).emails
    those.not_left(second)
    those.add(second)

    assert [one.address_domain for one in (*first, *second)] == ["a.example", "b.example"]
    assert leave(those, NOON) == ["b.example"]
    assert leave(those, NOON) == []


def test_the_ramp_lets_50_60_and_72_go_on_its_first_days() -> None:
    book = PaperBook()
    those = turns(book, warm_up_start=50, warm_up_growth=Fraction(1, 5))
    those.add(email() for _ in range(182))

    assert len(leave(those, NOON)) == 50
    shut = those.leave(NOON, {"marie": 9}, 9)
    assert (shut.wake, str(shut.why)) == (NOON + DAY, "the warm-up allows 50 messages a day now")
    assert len(leave(those, NOON + DAY)) == 60
    assert len(leave(those, NOON + 2 * DAY)) == 72


# --- pauses --------------------------------------------------------------------------------------


def test_pauses_are_drawn_between_their_bounds_and_the_same_for_the_same_seed() -> None:
    rules = Rules(senders={"marie": Limits(gap=(40, 90))}, seed="store-1")

    def pauses(rules: Rules) -> list[float]:
        those = Turns(rules, PaperBook())
        those.add(email() for _ in range(30))
        left, _ = run_dry(those, PaperBook(), NOON)
        return [(after - at).total_seconds() for (at, _), (after, _) in pairwise(left)]

    drawn = pauses(rules)
    assert min(drawn) >= 40
    assert max(drawn) <= 90
    assert max(drawn) - min(drawn) > 25
    assert pauses(rules) == drawn
    assert pauses(Rules(senders=rules.senders, seed="store-2")) != drawn


@pytest.mark.parametrize(("died", "opens"), [(False, 60), (True, 63)])
def test_a_pause_is_kept_by_the_next_run(died: bool, opens: int) -> None:
    """A run that died cannot say when exactly it sent last: seconds are lost, no limit broken."""
    book = PaperBook()
    first = turns(book, gap=(60, 60))
    first.add([email()])
    assert leave(first, NOON) == ["example.org"]
    if not died:
        first.rest()

    second = turns(book, gap=(60, 60))
    second.add([email()])
    assert leave(second, NOON + 30 * SECOND) == []
    assert leave(second, NOON + (opens - 1) * SECOND) == []
    assert leave(second, NOON + opens * SECOND) == ["example.org"]


def test_a_run_that_ended_leaves_no_wait_to_the_next() -> None:
    book = PaperBook()
    first = turns(book, per_minute=60)
    first.add([email()])
    assert leave(first, NOON) == ["example.org"]
    first.rest()

    second = turns(book, per_minute=60)
    second.add([email()])
    assert leave(second, NOON + SECOND) == ["example.org"]


# --- what is kept --------------------------------------------------------------------------------


def test_a_fast_sender_writes_its_pace_once_a_second_and_not_for_every_message() -> None:
    book = PaperBook()
    those = turns(book, per_second=100, per_minute=6000)
    those.add(email() for _ in range(1000))
    _, end = run_dry(those, book, NOON)

    assert end - NOON > 9 * SECOND
    assert book.writes <= 12


def test_a_clock_that_was_set_back_keeps_nobody_waiting_longer_than_a_window() -> None:
    book = PaperBook()
    early = turns(book, per_minute=1)
    early.add([email()])
    assert leave(early, NOON + DAY) == ["example.org"]

    late = turns(book, per_minute=1)
    late.add([email()])
    assert leave(late, NOON) == []
    assert leave(late, NOON + MINUTE) == ["example.org"]


def test_thousands_of_parked_domains_are_looked_at_only_when_their_time_comes() -> None:
    """2,000 domains at one message a minute each: a leaving in which none is ripe looks at none."""
    those = turns(per_domain_per_minute=1)
    those.add(email(f"d{number % 2000}.example") for number in range(4000))
    assert len(leave(those, NOON, 10_000)) == 2000

    assert leave(those, NOON + MINUTE / 2, 10_000) == []
    assert len(leave(those, NOON + MINUTE, 10_000)) == 2000


def test_a_limit_holds_for_a_domain_whose_way_was_forgotten_among_thousands() -> None:
    """Two campaigns write to a domain that was served long ago, and thousands of others since."""
    those = turns(per_domain_per_minute=1)
    known = [f"known{number}.example" for number in range(10)]
    others = [f"other{number}.example" for number in range(4_500)]
    those.add(email(domain) for domain in known)
    assert leave(those, NOON) == known

    later = NOON + 5 * MINUTE
    those.add(email(domain, due=later) for domain in others)
    assert leave(those, later, room=10_000) == others
    for campaign in (1, 2):
        those.add(email(domain, campaign=campaign, due=later) for domain in known)
    assert leave(those, later) == known


def test_every_provider_has_a_cautious_limit_of_its_own() -> None:
    assert {key: limits.per_minute for key, limits in default_provider_limits().items()} == {
        "orange": 20, "google": 60, "microsoft": 30, "yahoo": 30, "sfr": 20, "free": 20,
        "laposte": 20, "apple": 20, "ovh": 60,
    }  # fmt: skip
    assert provider_of_domain("wanadoo.fr") == "orange"
    assert PROVIDERS["laposte"].name == "La Poste"
