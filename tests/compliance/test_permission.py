"""May we: each rule on the day before it holds and on its first day, for whom it speaks of."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from outreach.compliance.nature import Nature, nature_of
from outreach.compliance.permission import (
    Facts,
    Judge,
    Person,
    Verdict,
    may_contact,
)
from outreach.compliance.policy import departures
from outreach.compliance.rules import BY_ID, RULES, Effect
from outreach.model.campaign import Channel
from outreach.model.legal import Basis, Purpose, Sector
from outreach.model.policy import ConsumerCalls, People, Policy

PARIS = ZoneInfo("Europe/Paris")

#: Nothing speaks against a letter to him: informed, of a known source, silent not for long.
KNOWN = Person(
    email="paul.durand@gmail.com",
    domain="gmail.com",
    sourced=True,
    informed=True,
    last_act_on=date(2026, 1, 15),
)
FIRM = replace(KNOWN, email="p.durand@menuiserie.example", domain="menuiserie.example", firm=True)
FACTS = Facts(zone=PARIS)


def on(day: date) -> datetime:
    return datetime.combine(day, time(11), PARIS)


def rules_against(
    person: Person,
    channel: Channel,
    day: date = date(2026, 11, 22),
    *,
    purpose: Purpose = Purpose.PROSPECTING,
    facts: Facts = FACTS,
) -> list[str]:
    found = may_contact(person, channel, purpose, on(day), facts)
    return [ruling.id for ruling in found.findings]


def given(*grounds: tuple[Channel | None, Basis]) -> Person:
    return replace(
        KNOWN,
        grounds=frozenset((channel, Purpose.PROSPECTING, basis) for channel, basis in grounds),
    )


# --- each rule, on the day before and on its first day -----------------------------------------


@pytest.mark.parametrize(
    ("rule", "person", "channel", "facts"),
    [
        ("opposition", replace(FIRM, opposed=frozenset(Channel)), Channel.EMAIL, FACTS),
        ("erased", replace(FIRM, erased=True), Channel.LETTER, FACTS),
        (
            "sector-ban",
            KNOWN,
            Channel.EMAIL,
            replace(FACTS, sector=Sector.ENERGY_RENOVATION),
        ),
        ("email-consumer-consent", KNOWN, Channel.EMAIL, FACTS),
        ("email-consent-abroad", replace(FIRM, country="DE"), Channel.EMAIL, FACTS),
        ("email-consumer-consent-eu", replace(KNOWN, country="IE"), Channel.EMAIL, FACTS),
        ("phone-consumer-bloctel", KNOWN, Channel.CALL, FACTS),
        ("phone-consumer-consent", KNOWN, Channel.CALL, FACTS),
        ("phone-abroad", replace(KNOWN, country="BE"), Channel.CALL, FACTS),
        ("retention", replace(FIRM, last_act_on=date(1999, 1, 1)), Channel.LETTER, FACTS),
        ("notice", replace(FIRM, informed=False), Channel.LETTER, FACTS),
        ("source", replace(FIRM, sourced=False), Channel.EMAIL, FACTS),
    ],
)
def test_a_rule_speaks_from_its_first_day_on(
    rule: str, person: Person, channel: Channel, facts: Facts
) -> None:
    since = BY_ID[rule].since
    person = person if rule == "retention" else replace(person, last_act_on=since)

    assert rule not in rules_against(person, channel, date.fromordinal(since.toordinal() - 1),
                                     facts=facts)  # fmt: skip
    assert rule in rules_against(person, channel, since, facts=facts)


def test_consumers_are_called_with_consent_alone_from_11_august_2026() -> None:
    """Loi 2025-594, art. 13; until the day before, Bloctel had to be asked."""
    assert rules_against(KNOWN, Channel.CALL, date(2026, 8, 10)) == ["phone-consumer-bloctel"]
    assert rules_against(KNOWN, Channel.CALL, date(2026, 8, 11)) == ["phone-consumer-consent"]


def test_professionals_are_called_without_consent_before_and_after() -> None:
    for day in (date(2026, 8, 10), date(2026, 8, 11)):
        assert rules_against(FIRM, Channel.CALL, day) == []


def test_every_rule_has_a_name_of_its_own_a_source_and_dates_in_order() -> None:
    assert len(BY_ID) == len(RULES)
    for rule in RULES:
        assert rule.source
        assert str(rule.text)
        assert rule.until is None or rule.since < rule.until


# --- grounds -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("grounds", "email", "call"),
    [
        ([], ["email-consumer-consent"], ["phone-consumer-consent"]),
        ([(Channel.EMAIL, Basis.CONSENT)], [], ["phone-consumer-consent"]),
        ([(Channel.CALL, Basis.CONSENT)], ["email-consumer-consent"], []),
        ([(None, Basis.CONSENT)], [], []),
        ([(Channel.EMAIL, Basis.SOFT_OPTIN)], [], ["phone-consumer-consent"]),
        ([(None, Basis.CONTRACT)], ["email-consumer-consent"], []),
        (
            [(None, Basis.LEGITIMATE_INTEREST)],
            ["email-consumer-consent"],
            ["phone-consumer-consent"],
        ),
    ],
)
def test_a_ground_meets_the_rules_of_its_channel(
    grounds: list[tuple[Channel | None, Basis]], email: list[str], call: list[str]
) -> None:
    person = given(*grounds)

    assert rules_against(person, Channel.EMAIL) == email
    assert rules_against(person, Channel.CALL) == call


def test_a_consent_for_service_is_none_for_prospecting() -> None:
    person = replace(KNOWN, grounds=frozenset({(Channel.EMAIL, Purpose.SERVICE, Basis.CONSENT)}))

    assert rules_against(person, Channel.EMAIL) == ["email-consumer-consent"]


def test_what_a_contract_needs_is_sent_without_consent_but_not_against_an_opposition() -> None:
    service = Purpose.SERVICE
    opposed = replace(KNOWN, opposed=frozenset({Channel.EMAIL}))

    assert rules_against(KNOWN, Channel.EMAIL, purpose=service) == []
    assert rules_against(opposed, Channel.EMAIL, purpose=service) == ["opposition"]


def test_soft_opt_in_of_customers_is_the_firms_own_statement() -> None:
    customer = replace(KNOWN, customer=True)
    stated = replace(FACTS, policy=Policy(customers_told=True))

    assert rules_against(customer, Channel.EMAIL) == ["email-consumer-consent"]
    assert rules_against(customer, Channel.EMAIL, facts=stated) == []
    assert rules_against(KNOWN, Channel.EMAIL, facts=stated) == ["email-consumer-consent"]


def test_a_letter_asks_for_no_consent() -> None:
    assert rules_against(KNOWN, Channel.LETTER) == []


# --- as whom somebody is addressed ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("email", "registered", "nature"),
    [
        ("marie@atelier.example", False, Nature.PROFESSIONAL),
        ("contact@atelier.example", False, Nature.COMPANY),
        ("service-clients@atelier.example", False, Nature.COMPANY),
        ("info2@atelier.example", False, Nature.COMPANY),
        ("contact@gmail.com", False, Nature.CONSUMER),
        ("marie.contact@atelier.example", False, Nature.PROFESSIONAL),
        ("atelier.brod@orange.fr", False, Nature.CONSUMER),
        ("atelier.brod@orange.fr", True, Nature.PROFESSIONAL),
    ],
)
def test_an_address_tells_a_firm_a_professional_and_a_private_person_apart(
    email: str, registered: bool, nature: Nature
) -> None:
    found = nature_of(
        Channel.EMAIL,
        email=email,
        domain=email.partition("@")[2],
        firm=True,
        registered=registered,
        function=False,
    )

    assert found is nature


def test_on_paper_and_by_phone_a_firm_or_a_function_makes_a_professional() -> None:
    for firm, function, nature in (
        (False, False, Nature.CONSUMER),
        (True, False, Nature.PROFESSIONAL),
        (False, True, Nature.PROFESSIONAL),
    ):
        assert nature is nature_of(Channel.CALL, firm=firm, registered=False, function=function)


def test_a_firms_address_needs_no_consent_and_no_notice_but_honours_an_opposition() -> None:
    firm = Person(email="contact@atelier.example", domain="atelier.example", firm=True)

    assert rules_against(firm, Channel.EMAIL) == []
    assert rules_against(replace(firm, opposed=frozenset(Channel)), Channel.EMAIL) == ["opposition"]


def test_a_policy_may_say_whom_the_base_holds() -> None:
    professionals = replace(FACTS, policy=Policy(people=People.PROFESSIONALS))
    consumers = replace(FACTS, policy=Policy(people=People.CONSUMERS))

    assert rules_against(KNOWN, Channel.EMAIL, facts=professionals) == []
    assert rules_against(FIRM, Channel.EMAIL, facts=consumers) == ["email-consumer-consent"]


# --- opposition, retention, notice ---------------------------------------------------------


def test_an_opposition_to_one_channel_leaves_the_others() -> None:
    person = replace(FIRM, opposed=frozenset({Channel.CALL}))

    assert rules_against(person, Channel.CALL) == ["opposition"]
    assert rules_against(person, Channel.EMAIL) == []


@pytest.mark.parametrize(
    ("last_act_on", "years", "kept"),
    [
        (date(2023, 11, 22), 3, True),
        (date(2023, 11, 21), 3, False),
        (date(2021, 11, 22), 5, True),
        (date(2021, 11, 21), 5, False),
    ],
)
def test_data_is_kept_for_years_after_the_last_own_act(
    last_act_on: date, years: int, kept: bool
) -> None:
    person = replace(FIRM, last_act_on=last_act_on)
    facts = replace(FACTS, policy=Policy(retention_years=years))

    assert rules_against(person, Channel.LETTER, facts=facts) == ([] if kept else ["retention"])


def test_a_message_that_tells_where_the_data_comes_from_needs_nobody_informed_before() -> None:
    new = replace(FIRM, informed=False)

    assert rules_against(new, Channel.EMAIL) == ["notice"]
    assert rules_against(new, Channel.EMAIL, facts=replace(FACTS, informs=True)) == []


# --- the decision ----------------------------------------------------------------------


def test_the_verdict_is_deny_needs_info_or_allow() -> None:
    when = on(date(2026, 11, 22))

    def verdict(person: Person) -> Verdict:
        return may_contact(person, Channel.EMAIL, Purpose.PROSPECTING, when, FACTS).verdict

    assert verdict(FIRM) is Verdict.ALLOW
    assert verdict(replace(FIRM, sourced=False)) is Verdict.NEEDS_INFO
    assert verdict(KNOWN) is Verdict.DENY


def test_a_refusal_names_the_rule_its_date_and_its_source() -> None:
    found = may_contact(
        KNOWN, Channel.CALL, Purpose.PROSPECTING, on(date(2026, 11, 22)), FACTS
    ).findings[0]

    assert found.id == "phone-consumer-consent"
    assert found.since == date(2026, 8, 11)
    assert str(found.source) == "Code de la consommation art. L.223-1 (loi 2025-594 art. 13)"
    assert found.effect is Effect.FORBIDS


def test_only_strictness_refuses_for_a_lack_an_opposition_always_does() -> None:
    lack = may_contact(KNOWN, Channel.EMAIL, Purpose.PROSPECTING, on(date(2026, 11, 22)), FACTS)
    opposed = replace(FIRM, opposed=frozenset(Channel))
    no = may_contact(opposed, Channel.EMAIL, Purpose.PROSPECTING, on(date(2026, 11, 22)), FACTS)

    assert lack.refused(strict=False) is None
    strictly, always = lack.refused(strict=True), no.refused(strict=False)
    assert strictly is not None
    assert strictly.id == "email-consumer-consent"
    assert always is not None
    assert always.id == "opposition"


def test_the_day_is_that_of_the_workspace() -> None:
    """At 22:30 UTC of the 10th it is the 11th of August in Paris."""
    late = datetime(2026, 8, 10, 22, 30, tzinfo=UTC)
    found = may_contact(KNOWN, Channel.CALL, Purpose.PROSPECTING, late, FACTS)

    assert [ruling.id for ruling in found.findings] == ["phone-consumer-consent"]


def test_one_judge_decides_the_same_case_once() -> None:
    judge = Judge(Channel.EMAIL, Purpose.PROSPECTING, on(date(2026, 11, 22)), FACTS)

    assert judge(KNOWN) is judge(replace(KNOWN, email="autre@gmail.com"))
    assert judge(KNOWN) is not judge(FIRM)


def test_what_a_firm_states_of_its_own_is_told() -> None:
    assert list(departures(Policy())) == []
    stated = Policy(
        retention_years=5,
        people=People.PROFESSIONALS,
        customers_told=True,
        consumer_calls=ConsumerCalls(attempts=8, rest=30, holidays=True, days=(0, 1)),
    )
    assert [str(text) for text in departures(stated)] == [
        "prospects are kept for 5 years after their last act, not 3",
        "everybody is taken for a professional",
        "customers are written to without recorded consent (soft opt-in is stated)",
        "private people are called at hours of your own",
        "private people are called on public holidays",
        "private people are called 8 times in 30 days, not 4 in 30",
        "private people who refused are left alone for 30 days, not 60",
    ]
