"""Several steps to come for one person at once: what he is touched by and who has him is known."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st
from one_by_one import OneByOne, Person

from outreach.model.campaign import After, AudienceRule, Campaign, Channel, Step, Unit
from outreach.model.pressure import Pressure
from outreach.model.settings import Limits, TeamMember
from outreach.scheduling.ahead import look_ahead, look_on
from outreach.scheduling.calendar import Calendar
from outreach.scheduling.foreseen import Ahead, Bounds, Kind, Planned, Waits
from outreach.scheduling.levelling import Taken, minutes_of

FRANCE = Calendar("FR", ZoneInfo("Europe/Paris"))
#: Monday, 9 o'clock in Rennes.
MONDAY = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)
THREE_DAYS = Pressure(min_days_between_touches=3)


def mail(name: str, after: str | None = None, days: int = 0) -> Step:
    return Step(
        name=name,
        channel=Channel.EMAIL,
        after=After(after, days, Unit.DAYS) if after else None,
    )


def call(name: str, after: str, days: int) -> Step:
    return Step(name=name, channel=Channel.CALL, after=After(after, days, Unit.DAYS))


def campaign(*steps: Step) -> Campaign:
    return Campaign(name="spring", audience=AudienceRule(where="true"), steps=steps, sender="marie")


def look(of: Campaign, count: int, **bounds: Any) -> Ahead:
    bounds = {"sender": lambda step: Limits(), **bounds}
    everything = Kind(frozenset(step.name for step in of.steps))
    return look_ahead(of, {everything: count}, bounds=Bounds(**bounds), calendar=FRANCE, now=MONDAY)


def days(ahead: Ahead) -> list[tuple[str, str, int]]:
    return [(one.day.isoformat()[5:], one.step, one.count) for one in ahead.days]


def of_day(day: int, hour: int = 0) -> datetime:
    return FRANCE.midnight(date(2027, 3, day)) + timedelta(hours=hour)


BRANCHES = campaign(mail("m1"), call("c1", "m1", 2), mail("m2", "m1", 3), mail("m3", "c1", 2))


def test_of_two_branches_the_e_mail_of_a_day_goes_first_and_the_call_waits() -> None:
    """In peace until Thu 4: m2; the call on Sun 7; m3, two days later, on Wed 10."""
    assert days(look(BRANCHES, 4, pressure=THREE_DAYS)) == [
        ("03-01", "m1", 4), ("03-04", "m2", 4), ("03-07", "c1", 4), ("03-10", "m3", 4),
    ]  # fmt: skip


def test_whose_e_mail_may_not_leave_today_is_called_and_gets_it_later() -> None:
    """Four of six get m2 on Thu 4, the two others are called; the four are called on Sun 7.

    m3, two days after each call, on Sun 7 and on Wed 10; these two wait for m2 until then, and one
    day more, as the four m3 of the 10th are all that leave on a day with m2.
    """
    ahead = look(
        campaign(mail("m1"), call("c1", "m1", 3), mail("m2", "m1", 3), mail("m3", "c1", 2)),
        6, pressure=THREE_DAYS, sender=lambda step: Limits(per_day=4 if step.name == "m2" else 9),
    )  # fmt: skip

    # The limit of a sender counts all that it sends: six m1 on Monday are within nine.
    assert days(ahead) == [
        ("03-01", "m1", 6),
        ("03-04", "c1", 2),
        ("03-04", "m2", 4),
        ("03-07", "c1", 4),
        ("03-07", "m3", 2),
        ("03-10", "m3", 4),
        ("03-11", "m2", 2),
    ]


def test_a_call_that_a_full_day_put_off_waits_again_where_a_letter_came_between() -> None:
    """Two calls a day: c1 for two of four on Tue 2, for two on Wed 3, the day of the letter."""
    letter = Step(name="letter", channel=Channel.LETTER, after=After("m1", 2, Unit.DAYS))
    start = Step(name="m1", channel=Channel.EMAIL)
    team = {"ana": TeamMember(key="ana", name="Ana", calls_per_day=2)}
    one_day = Pressure(min_days_between_touches=1)
    ahead = look(campaign(start, call("c1", "m1", 1), letter), 4, team=team, pressure=one_day)

    assert days(ahead) == [
        ("03-01", "m1", 4),
        ("03-02", "c1", 2),
        ("03-03", "letter", 4),
        ("03-04", "c1", 2),
    ]
    # They fell due on Tuesday, and the two that stood on Wednesday once more on Thursday.
    assert ahead.fall_due == {(date(2027, 3, 2), "c1"): 2, (date(2027, 3, 4), "c1"): 2}


def test_whoever_called_first_has_the_calls_of_the_other_branch_too() -> None:
    """Ana calls two a day, Bob one. Of the second calls each has those of his own people."""
    team = {
        "ana": TeamMember(key="ana", name="Ana", calls_per_day=2),
        "bob": TeamMember(key="bob", name="Bob", calls_per_day=1),
    }
    ahead = look(campaign(mail("m1"), call("c1", "m1", 1), call("c2", "m1", 2)), 3, team=team)

    assert [(one.day.day, one.step, one.members) for one in ahead.days if one.members] == [
        (2, "c1", (("ana", 2), ("bob", 1))),
        (3, "c2", (("ana", 2), ("bob", 1))),
    ]


def test_what_waits_of_a_launched_campaign_is_one_person_s_on_all_branches() -> None:
    """One call a day. A call stands on Thu 4, and m2 is due that day: the call waits until Mon 8.

    The place on Thursday is free again: somebody else's call of that day has it. But a call that
    was promised for Thursday stays there, and takes the place.
    """
    of = campaign(mail("m1"), mail("m2", "m1", 3), call("c1", "m1", 3))
    _, m2, c1 = of.steps
    kind = Kind(frozenset({"m1", "m2", "c1"}), owner="ana", touched=(date(2027, 3, 1),))
    team = {"ana": TeamMember(key="ana", name="Ana", calls_per_day=1)}
    taken = (Taken("ana", date(2027, 3, 4), Channel.CALL, minutes_of(c1)),)

    def coming(*, promised: bool) -> list[tuple[str, str, int]]:
        stands = Waits(of_day(4), c1, "ana", fixed=promised)
        planned = [
            Planned(kind, 1, (Waits(of_day(4, 9), m2), stands)),
            Planned(kind, 1, (Waits(of_day(4), c1),)),
        ]
        bounds = Bounds(sender=lambda step: Limits(), team=team, taken=taken, pressure=THREE_DAYS)
        return days(look_on(of, planned, bounds=bounds, calendar=FRANCE, now=MONDAY))

    assert coming(promised=False) == [("03-04", "m2", 1), ("03-04", "c1", 1), ("03-08", "c1", 1)]
    assert coming(promised=True) == [("03-04", "m2", 1), ("03-04", "c1", 1), ("03-05", "c1", 1)]


#: Four calls are to come for people who part on full days and meet again.
FOUR_CALLS = campaign(
    mail("s0"), call("s1", "s0", 1), call("s2", "s0", 3), call("s3", "s1", 1), call("s4", "s0", 1)
)
THREE_A_MONTH = Pressure(most_touches_per_month=3)


def test_a_call_of_today_is_one_touch_when_another_is_handed_out() -> None:
    """One call a day for two people, each in reach of three steps in thirty days.

    s1 on Tue 2: the first one may have s4, too, handed out with it, for Thu 4. The other one's s1
    comes on Wed 3, and his s4 on Fri 5; s2 and s3 thirty days after s0 and s1. So do the runs.
    """
    ana = {"ana": TeamMember(key="ana", name="Ana", calls_per_day=1)}
    assert days(look(FOUR_CALLS, 2, team=ana, pressure=THREE_A_MONTH)) == [
        ("03-01", "s0", 2),
        ("03-02", "s1", 1),
        ("03-03", "s1", 1),
        ("03-04", "s4", 1),
        ("03-05", "s4", 1),
        ("03-31", "s2", 1),
        ("04-01", "s2", 1),
        ("04-02", "s3", 1),
        ("04-05", "s3", 1),
    ]


def test_people_who_parted_keep_their_order_wherever_they_waited() -> None:
    """Two calls a day for three people: s2 is due on Thu 4, and Thu and Fri are full.

    As in a run the first two have Mon 8, though the third one was queued before them, and he has
    Tue 9. On Mon 8 the two have had their four touches: they wait until Wed 31, thirty days on.
    """
    ana = {"ana": TeamMember(key="ana", name="Ana", calls_per_day=2)}
    four = Pressure(most_touches_per_month=4)
    assert days(look(FOUR_CALLS, 3, team=ana, pressure=four)) == [
        ("03-01", "s0", 3),
        ("03-02", "s1", 2),
        ("03-03", "s1", 1),
        ("03-03", "s4", 1),
        ("03-04", "s4", 2),
        ("03-05", "s3", 2),
        ("03-09", "s2", 1),
        ("03-31", "s2", 2),
        ("04-01", "s3", 1),
    ]


#: Two e-mails fall due within hours of each other: a later one has what is left of the day.
PACED = campaign(
    mail("s0"), mail("s1", "s0", 3), call("s2", "s0", 3),
    Step(name="s3", channel=Channel.EMAIL, after=After("s0", 80, Unit.HOURS)),
)  # fmt: skip


# --- against a look at every single person --------------------------------------------------------

#: Hours of which no two different sums are the same: no two e-mails are due at one instant.
HOURS = (1, 2, 4, 8)


@st.composite
def campaigns(draw: st.DrawFn) -> Campaign:
    """An e-mail or a letter, and up to five steps that follow any earlier one."""
    opening = draw(st.sampled_from([Channel.EMAIL, Channel.LETTER]))
    steps = [Step(name="s0", channel=opening)]
    hours = list(HOURS)
    for number in range(1, draw(st.integers(2, 6))):
        channels = [Channel.CALL, Channel.CALL, Channel.LETTER, *([Channel.EMAIL] if hours else [])]
        channel = draw(st.sampled_from(channels))
        later = draw(st.integers(1, 4))
        waits_for = draw(st.sampled_from(steps)).name
        after = After(waits_for, later, Unit.DAYS)
        if channel is Channel.EMAIL:
            after = After(waits_for, 24 * later + hours.pop(), Unit.HOURS)
        last = draw(st.none() | st.integers(3, 20).map(lambda n: date(2027, 3, n)))
        steps.append(Step(name=f"s{number}", channel=channel, after=after, not_after=last))
    return campaign(*steps)


PRESSURES = st.none() | st.builds(
    Pressure,
    min_days_between_touches=st.none() | st.integers(1, 4),
    most_touches_per_month=st.none() | st.integers(2, 5),
    channels=st.sampled_from([(), ("email", "call"), ("email", "letter"), ("call",)]),
)
#: With one member nobody need choose; with two no e-mail is kept from anybody by a limit.
TEAMS = st.sampled_from([{}, {"ana": 1}, {"ana": 2}, {"ana": 3}, {"ana": 2, "bob": 1}])


@settings(max_examples=150, deadline=None)
@example(FOUR_CALLS, [3, 1], 0, THREE_A_MONTH, {"ana": 2}, None, None)
@example(FOUR_CALLS, [3], 5, Pressure(most_touches_per_month=4), {"ana": 2}, None, None)
@example(PACED, [6], 9, THREE_DAYS, {}, None, 1 / 256)
@given(
    of=campaigns(),
    counts=st.lists(st.integers(1, 6), min_size=1, max_size=2),
    lacks=st.integers(0, 6),
    pressure=PRESSURES,
    team=TEAMS,
    per_day=st.none() | st.integers(1, 4),
    per_minute=st.none() | st.sampled_from([1 / 1024, 1 / 512, 1 / 256]),
)
def test_kinds_of_people_have_the_days_that_each_of_them_would_have(
    of: Campaign,
    counts: list[int],
    lacks: int,
    pressure: Pressure | None,
    team: dict[str, int],
    per_day: int | None,
    per_minute: float | None,
) -> None:
    """The second kind has no address for one of the steps.

    Of people who are alike, those who parted on one day go in their old order on a later one,
    however each of them waited for it: with four calls, the last of three is not called first. An
    e-mail every 1024, 512 or 256 minutes: one, two or five on a day from midnight on.
    """
    every = frozenset(step.name for step in of.steps)
    kinds = [Kind(every), Kind(every - {f"s{lacks}"})][: len(counts)]
    if len(kinds) == 2 and kinds[0] == kinds[1]:
        kinds, counts = kinds[:1], [sum(counts)]
    per_day, per_minute = (per_day, per_minute) if len(team) < 2 else (None, None)
    members = {key: TeamMember(key=key, name=key, calls_per_day=n) for key, n in team.items()}
    limits = Limits(per_day=per_day, per_minute=per_minute)
    bounds = Bounds(sender=lambda step: limits, team=members, pressure=pressure)
    people = dict(zip(kinds, counts, strict=True))
    looked = look_ahead(of, people, bounds=bounds, calendar=FRANCE, now=MONDAY)
    pause = timedelta(minutes=1 / per_minute) if per_minute else None
    slow = OneByOne(of, FRANCE, MONDAY, per_day, pause, pressure, team)
    slow.play([Person(kind.steps) for kind, count in people.items() for _ in range(count)])

    assert {(one.day, one.step): one.count for one in looked.days} == dict(slow.done)
    assert dict(looked.too_late) == dict(slow.too_late)
    assert dict(looked.passed_over) == dict(slow.passed_over)
