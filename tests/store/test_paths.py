"""Paths along the chain, counted by SQL and by a naive fold in Python over the same events."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert

from outreach.model.asked import Asked, CreditRule, Dimension
from outreach.model.ids import CampaignId
from outreach.model.path import PathTally
from outreach.model.stage import DEFAULT_CHAIN
from outreach.store import schema
from outreach.store.chain_tallies import Counted
from outreach.store.engine import Database
from outreach.store.tallies import Tallies

PARIS = ZoneInfo("Europe/Paris")
START = datetime(2027, 3, 15, tzinfo=PARIS)
NOW = datetime(2027, 6, 1, 12, tzinfo=UTC)
ONE, TWO = CampaignId(1), CampaignId(2)
STEPS = {
    10: ("letter", "letter"),
    11: ("mail", "email"),
    20: ("letter", "letter"),
    21: ("visit", "visit"),
}
STAGES = ("contacted", "replied", "appointment", "quote", "order", "met", "refused")


@dataclass(frozen=True)
class Told:
    """One event, as the oracle reads it."""

    id: int
    campaign: int
    contact: int
    kind: str
    at: datetime
    stage: str | None = None
    step: int | None = None
    channel: str | None = None
    author: str | None = None
    amount: int | None = None
    margin: int | None = None
    corrects: int | None = None

    @property
    def wall(self) -> int:
        """Seconds on the wall."""
        naive = self.at.astimezone(PARIS).replace(tzinfo=UTC)
        return int(naive.timestamp())


@dataclass(frozen=True)
class Member:
    campaign: int
    contact: int
    arm: str
    kind: str | None
    wave: int


@dataclass(frozen=True)
class Base:
    members: tuple[Member, ...]
    events: tuple[Told, ...]
    sources: dict[int, str | None]


def drawn(seed: int, people: int = 40) -> Base:
    """Random courses over six weeks around the change of the clocks, with slips taken back."""
    rng = random.Random(seed)
    members = [
        Member(k, who, rng.choice(["enrolled"] * 5 + ["control", "excluded"]),
               rng.choice(["suspect", "prospect", "customer", None]), rng.choice([1, 1, 2]))
        for who in range(1, people + 1) for k in (1, 2) if rng.random() < 0.7
    ]  # fmt: skip
    events: list[Told] = []

    def when() -> datetime:
        day = START + timedelta(days=rng.randrange(45))
        if rng.random() < 0.4:
            return day.replace(tzinfo=PARIS)
        return day + timedelta(seconds=rng.randrange(86_400))

    for one in members:
        for _ in range(rng.randrange(4)):
            step = rng.choice([one.campaign * 10, one.campaign * 10 + 1, None])
            channel = STEPS[step][1] if step else rng.choice(["call", "visit"])
            events.append(Told(len(events) + 1, one.campaign, one.contact, "touched", when(),
                               rng.choice([None, None, "no_answer", "done"]), step, channel,
                               rng.choice([None, "marie", "paul"])))  # fmt: skip
        for stage in rng.sample(STAGES, rng.randrange(4)):
            money = (rng.randrange(1000), rng.choice([None, rng.randrange(300)]))
            amount, margin = money if stage in ("quote", "order") else (None, None)
            by = rng.choice([None, "marie"])
            events.append(Told(len(events) + 1, one.campaign, one.contact, "reached", when(), stage,
                               author=by, amount=amount, margin=margin))  # fmt: skip
    for one in rng.sample(events, len(events) // 10):
        events.append(replace(one, id=len(events) + 1, kind="corrected", stage=None, amount=None,
                              margin=None, corrects=one.id))  # fmt: skip
    sources = {who: rng.choice(["fair", "web", None]) for who in range(1, people + 1)}
    return Base(tuple(members), tuple(events), sources)


def laid(database: Database, base: Base) -> None:
    """The same base in the store."""
    with database.writing() as connection:
        for k in (1, 2):
            connection.execute(insert(schema.campaign).values(
                id=k, name=f"c{k}", state="running", definition="", fingerprint="", salt="",
                launched_at=START, matched=0, selected=0))  # fmt: skip
        for id_, (name, channel) in STEPS.items():
            connection.execute(
                insert(schema.step).values(
                    id=id_, campaign_id=id_ // 10, name=name, channel=channel, position=id_ % 10
                )
            )
        for who, source in base.sources.items():
            connection.execute(
                insert(schema.contact).values(
                    id=who, source=source, created_at=START, updated_at=START
                )
            )
        for one in base.members:
            connection.execute(insert(schema.enrolment).values(
                campaign_id=one.campaign, contact_id=one.contact, arm=one.arm, kind=one.kind,
                wave=one.wave, enrolled_at=START))  # fmt: skip
        for told in base.events:
            connection.execute(insert(schema.event).values(
                id=told.id, at=told.at, recorded_at=told.at, kind=told.kind,
                contact_id=told.contact, campaign_id=told.campaign, step_id=told.step,
                channel=told.channel, stage=told.stage, author=told.author,
                amount_minor=told.amount, margin_minor=told.margin,
                corrects=told.corrects))  # fmt: skip


# --- the oracle --------------------------------------------------------------------------------

DAY = 86_400


class Person:
    """One person in one campaign, or in all of them."""

    def __init__(self, events: Iterable[Told], since: datetime | None = None) -> None:
        """What was before `since` is remembered (attempts) and not counted."""
        here = [e for e in events if since is None or e.at >= since]
        self.attempts = [e for e in events if e.kind == "touched" and e.stage != "done"]
        self.touches = [e for e in here if e in self.attempts]
        self.reached = [e for e in here if e.kind == "reached"]
        self.orders = [e for e in self.reached if e.stage == "order"]
        #: In a period whoever a touch of it got through to was contacted, first time or not.
        self.contacted = since is not None and any(e.stage is None for e in self.touches)

    def at(self, stage: str) -> int | None:
        return min((e.wall for e in self.reached if e.stage == stage), default=None)

    @property
    def first_touch(self) -> int | None:
        touched = min((e.wall for e in self.attempts), default=None)
        return touched if touched is not None else self.at("contacted")

    @property
    def rank(self) -> int | None:
        places = [n for n, s in enumerate(DEFAULT_CHAIN) if self.at(s) is not None]
        return max([*places, 0] if self.contacted else places, default=None)

    def before(self, stage: str) -> list[Told]:
        """Attempts made by then; a midnight is a day without an hour, whose touches count."""
        at = self.at(stage)
        assert at is not None
        end = at + DAY - 1 if at % DAY == 0 else at
        return sorted((e for e in self.attempts if e.wall <= end), key=lambda e: e.wall)


def standing(base: Base, asked: Asked) -> list[Told]:
    gone = {e.corrects for e in base.events}
    return [
        e for e in base.events
        if e.kind != "corrected" and e.id not in gone
        and (asked.until is None or e.at < asked.until)
    ]  # fmt: skip


def people_of(base: Base, campaigns: Sequence[int], asked: Asked) -> dict[int, Person]:
    """The enrolled; of several campaigns what was done in those where they are enrolled."""
    enrolled = {(m.campaign, m.contact) for m in base.members
                if m.arm == "enrolled" and m.campaign in campaigns}  # fmt: skip
    events: dict[int, list[Told]] = {contact: [] for _, contact in enrolled}
    for told in standing(base, asked):
        if (told.campaign, told.contact) in enrolled:
            events[told.contact].append(told)
    return {contact: Person(told, asked.since) for contact, told in events.items()}


def times(people: Iterable[Person]) -> dict[tuple[str, str], tuple[list[int], int, int]]:
    people = list(people)
    last = len(DEFAULT_CHAIN) - 1
    pairs = [(n, n + 1) for n in range(last)] + [(0, last)]
    found = {}
    for i, j in pairs:
        took, not_yet, unknown = [], 0, 0
        for one in people:
            start, end = one.at(DEFAULT_CHAIN[i]), one.at(DEFAULT_CHAIN[j])
            came = one.rank is not None and one.rank >= j
            if start is not None and end is not None and end // DAY >= start // DAY:
                took.append(max(0, end - start))
            elif came:
                unknown += 1
            elif start is not None:
                not_yet += 1
        found[DEFAULT_CHAIN[i], DEFAULT_CHAIN[j]] = (sorted(took), not_yet, unknown)
    return found


def wall(at: datetime) -> int:
    return int(at.astimezone(PARIS).replace(tzinfo=UTC).timestamp())


def cohorts(people: Iterable[Person], asked: Asked) -> dict[date, list[int]]:
    """Of a period: the weeks of those first touched in it, as it stood on its last day."""
    last = NOW if asked.until is None else asked.until - timedelta(seconds=1)
    now, at_once = wall(last) // DAY, asked.at_once
    found: dict[date, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for one in people:
        if one.first_touch is None or (asked.since and one.first_touch < wall(asked.since)):
            continue
        day = date(1970, 1, 1) + timedelta(days=one.first_touch // DAY)
        row = found[day - timedelta(days=day.weekday())]
        row[0] += 1
        order = one.at("order")
        if order is None:
            row[3] += now - one.first_touch // DAY < at_once
        else:
            row[1 if order // DAY - one.first_touch // DAY <= at_once else 2] += 1
    return dict(found)


def yields(people: Iterable[Person]) -> dict[int, tuple[int, int]]:
    contacts, orders = Counter[int](), Counter[int]()
    for one in people:
        if one.at("order") is not None:
            n = len(one.before("order"))
            contacts[n] += 1
            orders[n] += 1
        elif one.touches:
            contacts[len(one.attempts)] += 1
    return {n: (contacts[n], orders[n]) for n in contacts}


def credit_of(one: Person, stage: str, rule: CreditRule) -> list[tuple[Told | None, Fraction]]:
    got = [e for e in one.before(stage) if e.stage is None]
    if not got:
        return [(None, Fraction(1))]
    if rule is CreditRule.EVEN:
        return [(e, Fraction(1, len(got))) for e in got]
    return [(got[-1] if rule is CreditRule.LAST else got[0], Fraction(1))]


def earned(
    people: Iterable[Person], rule: CreditRule, *, by_channel: bool
) -> dict[tuple[str, str | None, str | None], Fraction]:
    found: dict[tuple[str, str | None, str | None], Fraction] = defaultdict(Fraction)
    for one in people:
        for stage in DEFAULT_CHAIN[1:]:
            if one.at(stage) is None:
                continue
            for told, part in credit_of(one, stage, rule):
                step = STEPS[told.step][0] if told and told.step and not by_channel else None
                found[stage, step, told.channel if told else None] += part
    return dict(found)


# --- SQL against it ----------------------------------------------------------------------------


@pytest.fixture
def tallies(database: Database) -> Tallies:
    database.zone = PARIS
    return Tallies(database)


def counted(tallies: Tallies, asked: Asked) -> dict[int, Counted]:
    """Campaign → counts; 0 for both together."""
    found = tallies.chains({ONE: DEFAULT_CHAIN, TWO: DEFAULT_CHAIN}, asked, now=NOW)
    assert found.together is not None
    return {1: found.campaigns[ONE], 2: found.campaigns[TWO], 0: found.together}


def check_counts(found: Counted, people: dict[int, Person]) -> None:
    furthest = Counter(DEFAULT_CHAIN[p.rank] for p in people.values() if p.rank is not None)
    assert found.tally.enrolled.people == len(people)
    assert found.tally.enrolled.furthest == furthest
    orders = [e for p in people.values() for e in p.orders]
    assert found.tally.orders.orders == len(orders)
    assert found.tally.orders.revenue * 100 == sum(e.amount or 0 for e in orders)
    assert found.tally.orders.without_margin == sum(e.margin is None for e in orders)
    path = found.path
    assert path.touch_count == sum(len(p.touches) for p in people.values())
    assert path.touched == sum(bool(p.touches) for p in people.values())
    assert path.visits == sum(e.channel == "visit" for p in people.values() for e in p.touches)
    assert path.met == sum(p.at("met") is not None for p in people.values())
    assert path.orders_without_meeting == sum(
        bool(p.orders) and p.at("met") is None and p.at("appointment") is None
        for p in people.values()
    )


def check_path(path: PathTally, people: dict[int, Person], asked: Asked, *, both: bool) -> None:
    for one in path.times:
        took, not_yet, unknown = times(people.values())[one.start, one.end]
        assert (one.arrived, one.not_yet, one.unknown) == (len(took), not_yet, unknown)
        assert one.seconds == {place: took[place] for place in one.seconds}
        assert bool(one.seconds) == bool(took)
    assert {c.week: [c.contacts, c.at_once, c.later, c.too_early] for c in path.cohorts} == cohorts(
        people.values(), asked
    )
    assert {y.touches: (y.contacts, y.orders) for y in path.yields} == yields(people.values())
    assert {(c.stage, c.step, c.channel): c.people for c in path.credits} == earned(
        people.values(), asked.rule, by_channel=both
    )


@pytest.mark.parametrize("rule", list(CreditRule))
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_sql_counts_what_a_fold_in_python_counts(
    database: Database, tallies: Tallies, seed: int, rule: CreditRule
) -> None:
    base = drawn(seed)
    laid(database, base)
    asked = Asked(rule=rule, at_once=5)
    for campaign, found in counted(tallies, asked).items():
        people = people_of(base, [campaign] if campaign else [1, 2], asked)
        check_counts(found, people)
        check_path(found.path, people, asked, both=not campaign)


def test_a_period_is_a_fold_over_its_events(database: Database, tallies: Tallies) -> None:
    base = drawn(4)
    laid(database, base)
    asked = Asked(since=START + timedelta(days=7), until=START + timedelta(days=30), at_once=3)
    for campaign, found in counted(tallies, asked).items():
        people = people_of(base, [campaign] if campaign else [1, 2], asked)
        check_counts(found, people)
        check_path(found.path, people, asked, both=not campaign)


def test_what_people_are_divides_them(database: Database, tallies: Tallies) -> None:
    base = drawn(5)
    laid(database, base)
    asked = Asked(by=(Dimension.SOURCE, Dimension.KIND, Dimension.WAVE))
    found = counted(tallies, asked)[1].path.by
    people = people_of(base, [1], asked)
    members = {m.contact: m for m in base.members if m.campaign == 1}
    keys: dict[Dimension, Any] = {
        Dimension.SOURCE: lambda who: base.sources[who],
        Dimension.KIND: lambda who: members[who].kind,
        Dimension.WAVE: lambda who: str(members[who].wave),
    }
    for dimension, key in keys.items():
        expected: dict[str | None, Counter[str | None]] = defaultdict(Counter)
        for who, one in people.items():
            stage = None if one.rank is None else DEFAULT_CHAIN[one.rank]
            expected[key(who)][stage] += 1
        assert {g.key: (g.arm.people, g.arm.furthest) for g in found[dimension]} == {
            each: (stages.total(), {s: n for s, n in stages.items() if s is not None})
            for each, stages in expected.items()
        }


def test_what_was_done_by_step_and_by_month(database: Database, tallies: Tallies) -> None:
    base = drawn(6)
    laid(database, base)
    asked = Asked(by=(Dimension.STEP, Dimension.MONTH))
    found = counted(tallies, asked)[1].path.by
    people = people_of(base, [1], asked)
    steps: dict[str | None, Counter[int | None]] = defaultdict(Counter)
    months: dict[str | None, Counter[int | None]] = defaultdict(Counter)
    for one in people.values():
        by_step: dict[str | None, list[Told]] = defaultdict(list)
        by_month: dict[str, list[Told]] = defaultdict(list)
        for touch in one.touches:
            by_step[STEPS[touch.step][0] if touch.step else None].append(touch)
        for told in [*one.touches, *(e for e in one.reached if e.stage in DEFAULT_CHAIN)]:
            by_month[told.at.astimezone(PARIS).strftime("%Y-%m")].append(told)
        for step, touches in by_step.items():
            since = min((e.wall for e in touches if e.stage is None), default=None)
            rank = None
            if since is not None:
                later = [0] + [n for n, s in enumerate(DEFAULT_CHAIN) if n and
                               (one.at(s) or 0) // DAY >= since // DAY]  # fmt: skip
                rank = max(later)
            steps[step][rank] += 1
        for month, told_then in by_month.items():
            ranks = [DEFAULT_CHAIN.index(e.stage) for e in told_then
                     if e.kind == "reached" and e.stage]  # fmt: skip
            ranks += [0 for e in told_then if e.kind == "touched" and e.stage is None]
            months[month][max(ranks, default=None)] += 1
    for dimension, expected in ((Dimension.STEP, steps), (Dimension.MONTH, months)):
        assert {g.key: (g.arm.people, g.arm.furthest) for g in found[dimension]} == {
            key: (
                ranks.total(),
                {DEFAULT_CHAIN[rank]: n for rank, n in ranks.items() if rank is not None},
            )
            for key, ranks in expected.items()
        }
