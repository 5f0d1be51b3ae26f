"""Who makes which call or visit on which day: the team's days are filled, never overfilled."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from outreach.model.campaign import Channel, Step
from outreach.model.settings import TeamMember
from outreach.scheduling.calendar import Calendar
from outreach.scheduling.levelling import Book, Place, Taken, Work, seller_of

FRANCE = Calendar("FR", ZoneInfo("Europe/Paris"))
TUESDAY = date(2027, 3, 16)
#: Easter Monday is the 29th.
EASTER = date(2027, 3, 25)

MARIE = TeamMember(key="marie", name="Marie", calls_per_day=25)
YANN = TeamMember(key="yann", name="Yann", calls_per_day=15)
CALL = Work(Channel.CALL, Decimal(2))


def book(*team: TeamMember) -> Book:
    return Book({member.key: member for member in team}, FRANCE)


def by_day(places: list[Place]) -> dict[tuple[str, str | None], int]:
    found: Counter[tuple[str, str | None]] = Counter()
    for one in places:
        found[one.day.isoformat()[5:], one.member] += one.count
    return dict(found)


def test_two_hundred_calls_of_a_tuesday_take_a_week_of_two_sellers() -> None:
    """40 a day: Tuesday to Friday, and Monday after the weekend."""
    placed = by_day(book(MARIE, YANN).place(CALL, TUESDAY, 200))

    days = ("03-16", "03-17", "03-18", "03-19", "03-22")
    assert placed == {
        (day, member): count
        for day in days
        for member, count in (("marie", 25), ("yann", 15))
    }  # fmt: skip


def test_a_day_that_is_not_full_is_shared_out_by_what_each_day_holds() -> None:
    """Half a day of work is half a day for each: 25 and 15 hold 8 as 5 and 3."""
    assert by_day(book(MARIE, YANN).place(CALL, TUESDAY, 8)) == {
        ("03-16", "marie"): 5,
        ("03-16", "yann"): 3,
    }


def test_nobody_works_at_weekends_on_holidays_or_on_a_day_off() -> None:
    """Thursday, then Tuesday after Easter; who works on Mondays begins a week later."""
    assert by_day(book(YANN).place(CALL, EASTER, 40)) == {
        ("03-25", "yann"): 15, ("03-26", "yann"): 15, ("03-30", "yann"): 10,
    }  # fmt: skip
    mondays = TeamMember(key="ana", name="Ana", calls_per_day=10, days=(0,))
    assert by_day(book(mondays).place(CALL, EASTER, 12)) == {
        ("04-05", "ana"): 10, ("04-12", "ana"): 2,
    }  # fmt: skip


def test_without_a_team_or_a_number_nothing_is_moved() -> None:
    assert book().place(CALL, date(2027, 3, 14), 500) == [Place(date(2027, 3, 14), None, 500)]
    free = TeamMember(key="ana", name="Ana")
    assert by_day(book(free).place(CALL, TUESDAY, 500)) == {("03-16", "ana"): 500}


def test_a_person_keeps_his_seller_though_the_other_one_has_room() -> None:
    days = book(MARIE, YANN)
    his = Work(Channel.CALL, Decimal(2), "yann")

    assert by_day(days.place(his, TUESDAY, 20)) == {("03-16", "yann"): 15, ("03-17", "yann"): 5}
    assert by_day(days.place(CALL, TUESDAY, 27)) == {("03-16", "marie"): 25, ("03-17", "marie"): 2}


def test_who_states_no_visits_makes_none_where_others_state_theirs() -> None:
    seller = TeamMember(key="luc", name="Luc", visits_per_day=3)
    visit = Work(Channel.VISIT, Decimal(0))

    assert by_day(book(MARIE, seller).place(visit, TUESDAY, 5)) == {
        ("03-16", "luc"): 3,
        ("03-17", "luc"): 2,
    }


def test_hours_of_a_week_hold_calls_and_visits_together() -> None:
    """Two hours a week: a visit of 90 minutes leaves room for three calls of ten; then Monday."""
    ana = TeamMember(key="ana", name="Ana", hours_per_week=Decimal(2))
    days = book(ana)

    days.place(Work(Channel.VISIT, Decimal(90)), TUESDAY)
    placed = days.place(Work(Channel.CALL, Decimal(10)), TUESDAY, 5)

    assert by_day(placed) == {("03-16", "ana"): 3, ("03-22", "ana"): 2}
    # A visit that takes longer than a week has hours is made all the same, in a week of its own.
    long = days.place(Work(Channel.VISIT, Decimal(300)), TUESDAY)
    assert by_day(long) == {("03-30", "ana"): 1}


def test_what_stands_in_a_day_already_takes_its_room() -> None:
    days = book(YANN)
    days.take([Taken("yann", TUESDAY, Channel.CALL, Decimal(2), 12)])

    assert by_day(days.place(CALL, TUESDAY, 5)) == {("03-16", "yann"): 3, ("03-17", "yann"): 2}


def test_a_later_day_that_is_filled_first_leaves_the_days_before_it_free() -> None:
    days = book(YANN)
    days.place(CALL, TUESDAY, 15)
    days.place(CALL, TUESDAY + timedelta(days=7), 15)

    assert by_day(days.place(CALL, TUESDAY + timedelta(days=1), 1)) == {("03-17", "yann"): 1}
    assert by_day(days.place(CALL, TUESDAY, 15)) == {("03-17", "yann"): 14, ("03-18", "yann"): 1}


def test_a_seller_is_who_the_step_names_else_the_first_owner_who_does_such_work() -> None:
    luc = TeamMember(key="luc", name="Luc", visits_per_day=3)
    team = {"marie": MARIE, "luc": luc}
    call = Step(name="call", channel=Channel.CALL)

    assert seller_of(team, call, "luc", "marie") == "marie"
    assert seller_of(team, call, None, None) is None
    assert seller_of(team, call, "gone") is None
    assert seller_of(team, Step(name="call", channel=Channel.CALL, by="gone"), "marie") == "gone"


members = st.builds(
    TeamMember,
    key=st.sampled_from(["a", "b", "c"]),
    name=st.just("x"),
    calls_per_day=st.one_of(st.none(), st.integers(1, 9)),
    visits_per_day=st.one_of(st.none(), st.integers(1, 4)),
    hours_per_week=st.one_of(st.none(), st.integers(1, 10).map(Decimal)),
    days=st.sampled_from([(), (0, 1), (2,), (1, 3, 4)]),
)
works = st.builds(
    Work,
    st.sampled_from([Channel.CALL, Channel.VISIT, Channel.TASK]),
    st.sampled_from([Decimal(0), Decimal(2), Decimal(45)]),
    st.sampled_from([None, None, "a"]),
)
orders = st.lists(st.tuples(works, st.integers(0, 20), st.integers(1, 12)), max_size=12)


@given(st.lists(members, min_size=1, max_size=3, unique_by=lambda one: one.key), orders)
def test_all_is_placed_never_before_its_day_never_on_a_day_off_never_beyond_a_day(
    team: list[TeamMember], asked: list[tuple[Work, int, int]]
) -> None:
    days = book(*team)
    known = {member.key: member for member in team}
    calls: Counter[tuple[str, date, Channel]] = Counter()
    minutes: Counter[tuple[str, date]] = Counter()
    for work, later, count in asked:
        day = TUESDAY + timedelta(days=later)
        places = days.place(work, day, count)

        assert sum(one.count for one in places) == count
        assert all(one.day >= day for one in places)
        for one in places:
            if one.member in known:
                calls[one.member, one.day, work.channel] += one.count
                monday = one.day - timedelta(days=one.day.weekday())
                minutes[one.member, monday] += int(work.minutes) * one.count
                assert FRANCE.is_working_day(one.day)
                assert one.day.weekday() in (known[one.member].days or range(5))
    for (member, _, channel), count in calls.items():
        most = known[member].calls_per_day if channel is Channel.CALL else None
        most = known[member].visits_per_day if channel is Channel.VISIT else most
        assert most is None or count <= most
    for (member, _), spent in minutes.items():
        hours = known[member].hours_per_week
        assert hours is None or spent <= hours * 60


@given(st.integers(0, 60), st.integers(0, 60))
def test_so_many_at_once_stand_where_they_stand_one_by_one(first: int, second: int) -> None:
    """A calendar counts people, a run places them: both fill the same days."""
    together, singly = book(MARIE, YANN), book(MARIE, YANN)
    counted: Counter[tuple[str, str | None]] = Counter()
    for day, count in ((TUESDAY, first), (TUESDAY + timedelta(days=1), second)):
        counted.update(by_day(together.place(CALL, day, count)) if count else {})
        for _ in range(count):
            counted.subtract(by_day(singly.place(CALL, day)))
    assert not any(counted.values())
