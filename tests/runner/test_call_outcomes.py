"""Outcomes of calls and visits, as they are typed, ticked and written into a table."""

from __future__ import annotations

import pytest

from outreach.model.campaign import Channel
from outreach.runner.call_outcomes import UnknownOutcome, outcomes, read_outcome
from outreach.runner.facts import known_words

CALLS = outcomes(Channel.CALL)
FRENCH = {"no answer": "pas de réponse", "call back on…": "rappeler le…"}


def say(text: object) -> str:
    return FRENCH.get(str(text), str(text))


@pytest.mark.parametrize(
    ("typed", "stage"),
    [
        ("1", "spoken"), ("reached", "spoken"), ("joint", "spoken"), ("Reached, nothing decided",
        "spoken"), ("no_answer", "no_answer"), ("No answer", "no_answer"), (" 2. ", "no_answer"),
        ("PAS DE REPONSE", "no_answer"), ("call back on", "call_back"), ("rappeler le",
        "call_back"), ("rdv", "appointment"), ("Refusé", "refused"), ("opted_out", "opted_out"),
        ("devis", "quote"),
    ],
)  # fmt: skip
def test_a_key_a_word_of_ours_or_the_readers_own_word_names_it(typed: str, stage: str) -> None:
    assert read_outcome(typed, CALLS, say).stage == stage


def test_what_is_none_of_them_is_told_with_all_of_them() -> None:
    with pytest.raises(UnknownOutcome, match="4 rappeler le"):
        read_outcome("maybe", CALLS, say)


def test_a_campaign_without_orders_offers_none() -> None:
    keys = [one.key for one in outcomes(Channel.CALL, ("contacted", "replied"))]
    assert keys == ["1", "2", "3", "4", "6", "7"]


def test_nobody_is_met_on_the_telephone_and_no_visit_has_a_wrong_number() -> None:
    visits = [one.stage for one in outcomes(Channel.VISIT)]
    assert visits == [
        "met", "no_answer", "call_back", "appointment", "refused", "opted_out", "quote", "order",
    ]  # fmt: skip
    assert "met" not in [one.stage for one in CALLS]


@pytest.mark.parametrize("channel", list(Channel))
def test_every_outcome_is_something_that_can_be_recorded(channel: Channel) -> None:
    assert {one.stage for one in outcomes(channel)} <= set(known_words(None))
