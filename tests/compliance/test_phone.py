"""When private people may be called: art. D.223-9 of the Code de la consommation, in tables."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from outreach.compliance.nature import Nature
from outreach.compliance.phone import may_call_at, next_call
from outreach.model.policy import ConsumerCalls, Policy

PARIS, REUNION = ZoneInfo("Europe/Paris"), ZoneInfo("Indian/Reunion")

#: A Thursday; the Friday after it is taken for a public holiday.
THURSDAY, FRIDAY = date(2026, 10, 8), date(2026, 10, 9)


def is_holiday(day: date) -> bool:
    return day == FRIDAY


def against(
    at: datetime,
    attempts: list[datetime] | None = None,
    *,
    nature: Nature = Nature.CONSUMER,
    zone: ZoneInfo = PARIS,
    refused_at: datetime | None = None,
    country: str = "FR",
    policy: Policy | None = None,
) -> list[str]:
    found = may_call_at(
        nature, at, attempts or [], zone, is_holiday=is_holiday, refused_at=refused_at,
        country=country, policy=policy,
    )  # fmt: skip
    return [ruling.id for ruling in found.findings]


@pytest.mark.parametrize(
    ("clock", "allowed"),
    [
        ("09:59", False), ("10:00", True), ("12:59", True), ("13:00", False), ("13:59", False),
        ("14:00", True), ("19:59", True), ("20:00", False),
    ],
)  # fmt: skip
def test_private_people_are_called_from_10_to_13_and_from_14_to_20(
    clock: str, allowed: bool
) -> None:
    at = datetime.fromisoformat(f"2026-10-08T{clock}").replace(tzinfo=PARIS)

    assert against(at) == ([] if allowed else ["phone-consumer-hours"])
    assert against(at, nature=Nature.PROFESSIONAL) == []


@pytest.mark.parametrize(
    ("day", "allowed"),
    [("2026-10-08", True), ("2026-10-09", False), ("2026-10-10", False), ("2026-10-11", False)],
)
def test_not_on_weekends_nor_on_public_holidays(day: str, allowed: bool) -> None:
    at = datetime.fromisoformat(f"{day}T11:00").replace(tzinfo=PARIS)

    assert against(at) == ([] if allowed else ["phone-consumer-hours"])


def test_the_hour_is_that_of_who_is_called() -> None:
    """11:00 in Paris (summer time) is 13:00 in La Réunion, where the pause begins."""
    at = datetime(2026, 10, 8, 11, tzinfo=PARIS)

    assert against(at) == []
    assert against(at, zone=REUNION) == ["phone-consumer-hours"]


def test_the_hours_hold_from_march_2023_on() -> None:
    night = datetime(2023, 2, 28, 21, tzinfo=PARIS)

    assert against(night) == []
    assert against(night + timedelta(days=1)) == ["phone-consumer-hours"]


def test_the_hours_are_those_of_french_law() -> None:
    assert against(datetime(2026, 10, 8, 8, tzinfo=PARIS), country="BE") == []


def test_four_calls_in_thirty_days_are_the_most() -> None:
    at = datetime(2026, 10, 8, 11, tzinfo=PARIS)
    days = [at - timedelta(days=number) for number in (1, 5, 12, 30)]

    assert against(at, days) == []
    assert against(at, [*days[:3], at - timedelta(days=29)]) == ["phone-consumer-attempts"]
    assert against(at, [*days[:3], at + timedelta(days=1)]) == []


def test_after_a_refusal_sixty_days_are_silent() -> None:
    at = datetime(2026, 10, 8, 11, tzinfo=PARIS)

    assert against(at, refused_at=at - timedelta(days=59)) == ["phone-consumer-rest"]
    assert against(at, refused_at=at - timedelta(days=60)) == []


def test_a_firm_may_state_hours_of_its_own() -> None:
    policy = Policy(consumer_calls=ConsumerCalls(attempts=1, days=(5,), holidays=True))

    assert against(datetime(2026, 10, 10, 11, tzinfo=PARIS), policy=policy) == []
    assert against(datetime(2026, 10, 8, 11, tzinfo=PARIS), policy=policy) == [
        "phone-consumer-hours"
    ]


@pytest.mark.parametrize(
    ("at", "then"),
    [
        ("2026-10-08T11:00", "2026-10-08T11:00"),
        ("2026-10-08T09:00", "2026-10-08T10:00"),
        ("2026-10-08T13:30", "2026-10-08T14:00"),
        # The holiday and the weekend are left out.
        ("2026-10-08T20:30", "2026-10-12T10:00"),
    ],
)
def test_the_next_call_is_at_the_next_permitted_hour(at: str, then: str) -> None:
    found = next_call(
        Nature.CONSUMER,
        datetime.fromisoformat(at).replace(tzinfo=PARIS),
        [],
        PARIS,
        is_holiday=is_holiday,
    )

    assert found == datetime.fromisoformat(then).replace(tzinfo=PARIS)


def test_the_next_call_waits_for_a_refusal_to_be_old_enough() -> None:
    at = datetime(2026, 10, 8, 11, tzinfo=PARIS)
    found = next_call(
        Nature.CONSUMER, at, [], PARIS, is_holiday=is_holiday, refused_at=at - timedelta(days=58)
    )

    # 60 days after it is a Saturday.
    assert found == datetime(2026, 10, 12, 10, tzinfo=PARIS)
