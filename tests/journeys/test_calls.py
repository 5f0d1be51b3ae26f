"""Calls, from the morning's list to their outcomes: on a terminal, from a pipe, by two sellers."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from terminals import Terminal
from workspaces import Workspace

from outreach.store.engine import Database

MONDAY = "2027-03-01T10:30"
HEADER = "Ref;First name;Last name;Phone;Mobile;Company;City"
GUIDE = """\
title: "Calling {{ last_name }}"
introduction: ["Good morning, Atelier here. Could I speak to {{ first_name }}?"]
reach: ["When would be a better time?"]
reason: ["You got our letter."]
objective: {kind: appointment, say: A visit of the workshop., fallback: A call back.}
questions: ["What do you build?"]
arguments: [{appeal: money, feature: The quote is free., proof: It says so.}]
objections:
  - {heard: Too dear., kind: founded, question: "Than what?", answer: It lasts.}
  - {heard: No time., kind: pretext, question: "Today, or at all?"}
positive_ending: ["Thank you, and see you on the day."]
negative_ending: ["May I call again?"]
notes: ["Their own words."]
"""
TEAM = "team: {marie: {name: Marie Le Goff}, yann: {name: Yann Morvan}}\n"
COSTS = "costs: {minute: 0.60, km: 0.50}\n"
VISIT = "  - {step: visit, channel: visit, after: call + 2 working days, minutes: 30}\n"


@pytest.fixture
def spring(workspace: Workspace) -> Workspace:
    """Four people of firms who are to be called, and visited two working days later."""
    workspace.settings(more=TEAM + COSTS)
    workspace.write("templates/calls/spring.yaml", GUIDE)
    workspace.people(
        [
            ("a", "Anne", "Adam", "0299000001", "0612345678", "Adam SA", "Rennes"),
            ("b", "Bruno", "Bois", "0299000002", "", "Bois SA", "Rennes"),
            ("c", "Carole", "Caire", "0299000003", "", "Caire SA", "Rennes"),
            ("d", "Denis", "Dubois", "0299000004", "", "Dubois SA", "Rennes"),
        ],
        HEADER,
    )
    call = "  - {step: call, channel: call, guide: calls/spring.yaml, minutes: 4}\n"
    workspace.campaign("spring", steps=call + VISIT)
    workspace.launch("spring", now=MONDAY)
    return workspace


def names(calls: list[Any]) -> list[str]:
    return [call["name"].split()[0] for call in calls]


def next_calls(workspace: Workspace, answers: str, *words: str, now: str = MONDAY) -> Any:
    """`calls next` with answers from a pipe; its JSON answer."""
    import json

    done = subprocess.run(
        [sys.executable, "-m", "outreach", "calls", "next", *words, "--json", "--now", now],
        cwd=workspace.folder, input=answers, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done
    return json.loads(done.stdout)


def story(workspace: Workspace, who: str, now: str = MONDAY) -> list[str]:
    (found,) = workspace.ok("why", who, now=now)["campaigns"]
    return [line["what"] for line in found["past"]]


# --- the list ---------------------------------------------------------------------------------


def test_the_list_says_what_one_must_know(spring: Workspace) -> None:
    spring.ok("contacts", "note", "a", "likes oak", now=MONDAY)
    first = spring.ok("calls", now=MONDAY)["calls"][0]
    assert (first["name"], first["number"], first["other_number"]) == (
        "Anne Adam", "+33299000001", "+33612345678",
    )  # fmt: skip
    assert (first["attempts"], first["most_attempts"], first["objective"]) == (0, 3, "appointment")
    assert first["legal"] == {
        "allowed": True, "reason": None, "rule": None, "rule_since": None, "source": None,
        "from": None,
    }  # fmt: skip
    assert first["history"] == ["1 Mar 2027  –  likes oak"]
    assert [block["title"] for block in first["guide"]] == [
        "introduction", "reach", "reason", "objective", "questions", "arguments", "objections",
        "positive_ending", "negative_ending", "notes",
    ]  # fmt: skip
    assert first["guide"][0]["lines"] == ["Good morning, Atelier here. Could I speak to Anne?"]


def test_a_list_is_somebodys_and_of_a_day(spring: Workspace) -> None:
    next_calls(spring, "4\ntomorrow\n\n\n", "--for", "marie", "--limit", "1")
    assert names(spring.ok("calls", now=MONDAY)["calls"]) == ["Bruno", "Carole", "Denis"]
    tomorrow = spring.ok("calls", "--day", "tomorrow", now=MONDAY)["calls"]
    assert [(call["name"], call["by"]) for call in tomorrow] == [("Anne Adam", "marie")]
    assert spring.ok("calls", "--day", "tomorrow", "--for", "yann", now=MONDAY)["calls"] == []
    assert names(spring.ok("calls", now="2027-03-02T10:30")["calls"])[-1] == "Anne"


def test_nobody_of_the_team_has_no_list(spring: Workspace) -> None:
    done = spring.run("calls", "--for", "mari", "--json")
    assert (done.code, done.errors[0]["hint"]) == (1, "did you mean 'marie'?")


def test_a_private_person_is_called_at_the_hours_of_the_law(workspace: Workspace) -> None:
    """Art. D.223-9: on working days from 10 to 13 and from 14 to 20; the consent is on record."""
    workspace.people([("a", "Anne", "Adam", "0299000001", "", "", "Rennes")], HEADER)
    workspace.settings(more="policy: {people: consumers}\n")
    workspace.campaign("spring", steps="  - {step: call, channel: call}\n")
    workspace.launch("spring", now="2026-03-02T09:00")
    early = workspace.ok("calls", now="2026-03-02T09:00")["calls"][0]["legal"]
    assert (early["allowed"], early["rule"]) == (False, "phone-consumer-hours")
    assert early["from"] == "2026-03-02T10:00:00+01:00"
    assert early["rule_since"] == "2023-03-01"
    assert workspace.ok("calls", now="2026-03-02T10:00")["calls"][0]["legal"]["allowed"]
    saturday = workspace.ok("calls", now="2026-03-07T11:00")["calls"][0]["legal"]
    assert saturday["from"] == "2026-03-09T10:00:00+01:00"


def test_since_august_2026_a_private_person_has_to_have_consented(workspace: Workspace) -> None:
    workspace.people([("a", "Anne", "Adam", "0299000001", "", "", "Rennes")], HEADER)
    workspace.campaign("spring", steps="  - {step: call, channel: call}\n")
    workspace.launch("spring", now=MONDAY)
    said = workspace.ok("calls", now=MONDAY)["calls"][0]["legal"]
    assert (said["allowed"], said["rule"]) == (False, "phone-consumer-consent")
    assert said["rule_since"] == "2026-08-11"


# --- a guided call ----------------------------------------------------------------------------


def test_a_guided_call_on_a_terminal(spring: Workspace) -> None:
    """The guide is read, an objection is looked up, the outcome is recorded with its day."""
    with Terminal(spring.folder, "calls", "next", "--for", "marie", "--now", MONDAY) as terminal:
        shown = terminal.until("Outcome: ")
        assert "── 1 · Anne Adam · 02 99 00 00 01 · spring/call" in shown
        assert "Reach the right person" in shown
        assert "Objective (an appointment)" in shown
        assert "Thank you, and see you" not in shown
        terminal.type("o1")
        assert "founded: answer on that very point" in terminal.until("Outcome: ")
        terminal.type("5")
        assert "Thank you, and see you on the day." in terminal.until("Appointment on: ")
        terminal.type("thu 14:30")
        terminal.answer(("Minutes [4]: ", "6"), ("Note: ", "wants oak"))
        assert "recorded: appointment on 4 Mar 2027, 14:30" in terminal.until("Outcome: ")
        terminal.type("q")
        assert terminal.close() == 0
    assert "1 outcome recorded" in terminal.screen
    assert "3 still wait" in terminal.screen
    assert all(len(line) <= 80 for line in terminal.screen.splitlines())
    assert "appointment – 14:30 – wants oak" in story(spring, "a")
    (promised,) = spring.ok("today", now="2027-03-04T08:00")["today"]["follow_ups"]
    assert (promised["name"], promised["note"]) == (
        "Anne Adam", "appointment – 14:30 – wants oak",
    )  # fmt: skip


def test_objections_that_were_met_are_counted_and_those_overcome(spring: Workspace) -> None:
    """o1 met three times: looked up before an appointment (twice: once counted), before a mere
    talk, and given as the reason; o2 once. One of three is 33.33 %."""
    assert spring.ok("calls", "objections", now=MONDAY)["objections"] == []
    answers = "o1\no1\n5\nthu\n\n\n" + "o1\no2\n1\n\n\n" + "6\no1\n\n\n\n" + "1\n\n\nq\n"
    next_calls(spring, answers)
    assert spring.ok("calls", "objections", "spring", now=MONDAY)["objections"] == [
        {"objection": "Too dear.", "met": 3, "overcome": 1, "rate": 1 / 3},
        {"objection": "No time.", "met": 1, "overcome": 0, "rate": 0},
    ]
    shown = spring.run("calls", "objections", now=MONDAY).out
    assert "Too dear." in shown
    assert "33.33%" in shown
    # What is taken back was not met.
    first = spring.ok("undo", "--list")["recordings"][-1]
    assert (first["stage"], first["contact"]) == ("appointment", 1)
    spring.ok("undo", str(first["number"]), "--yes", now=MONDAY)
    [dear, _] = spring.ok("calls", "objections", now=MONDAY)["objections"]
    assert (dear["met"], dear["overcome"]) == (2, 0)


def test_what_the_call_took_is_what_it_cost(spring: Workspace) -> None:
    """6 minutes at 0.60 are 3.60; those nobody timed are the step's 4 minutes, 2.40."""
    next_calls(spring, "1\n6\n\n2\n\n\nq\n")
    assert spring.ok("report", "spring", now=MONDAY)["cost"]["total"] == 6


def test_ctrl_c_before_the_outcome_gives_the_call_back(spring: Workspace) -> None:
    with Terminal(spring.folder, "calls", "next", "--now", MONDAY) as terminal:
        terminal.answer(("Outcome: ", "2"), ("Minutes", ""), ("Note: ", ""))
        terminal.answer(("Outcome: ", "n prefers mornings"))
        terminal.until("Outcome: ")
        terminal.interrupt()
        assert terminal.close() == 130
    assert "1 outcome was recorded and is kept" in terminal.screen
    waiting = spring.ok("calls", now=MONDAY)["calls"]
    assert names(waiting) == ["Bruno", "Carole", "Denis"]
    assert not any(call["held"] for call in waiting)
    assert waiting[0]["history"] == ["1 Mar 2027  –  prefers mornings"]


def test_ctrl_c_behind_the_outcome_keeps_it(spring: Workspace) -> None:
    with Terminal(spring.folder, "calls", "next", "--now", MONDAY) as terminal:
        terminal.answer(("Outcome: ", "4"), ("Call back on: ", "thu"))
        terminal.until("Minutes")
        terminal.interrupt()
        assert terminal.close() == 130
    assert spring.next_of("a")["at"] == "2027-03-04T00:00:00+01:00"


def test_a_window_that_is_closed_gives_the_call_back(spring: Workspace) -> None:
    with Terminal(spring.folder, "calls", "next", "--now", MONDAY) as terminal:
        terminal.until("Outcome: ")
        assert spring.ok("calls", now=MONDAY)["calls"][0]["held"]
        terminal.hang_up()
        terminal.close()
    assert not spring.ok("calls", now=MONDAY)["calls"][0]["held"]


def test_two_sellers_at_once_never_get_the_same_call(spring: Workspace) -> None:
    with (
        Terminal(spring.folder, "calls", "next", "--for", "marie", "--now", MONDAY) as marie,
        Terminal(spring.folder, "calls", "next", "--for", "yann", "--now", MONDAY) as yann,
    ):
        for pair in ({"Anne", "Bruno"}, {"Carole", "Denis"}):
            shown = [marie.until("Outcome: "), yann.until("Outcome: ")]
            assert {name for one in shown for name in pair if f"· {name} " in one} == pair
            for terminal in (marie, yann):
                terminal.type("2")
                terminal.answer(("Minutes", ""), ("Note: ", ""))
        assert (marie.close(), yann.close()) == (0, 0)
    for who in "abcd":
        assert story(spring, who).count("no answer") == 1


def test_answers_may_come_from_a_pipe(spring: Workspace) -> None:
    done = next_calls(spring, "s\nhaving lunch\n1\n\n\n6\no2\n\n\n\n")
    assert [(one["name"], one["outcome"], one["reason"]) for one in done["recorded"]] == [
        ("Bruno Bois", "spoken", None),
        ("Carole Caire", "refused", "No time."),
    ]
    assert (done["later"], done["left"]) == (1, 2)


# --- what follows -----------------------------------------------------------------------------


def test_after_three_tries_in_vain_the_next_channel_has_its_turn(spring: Workspace) -> None:
    """Monday, Tuesday, Wednesday in vain: the visit is due two working days later, on Friday."""
    for day in ("01", "02", "03"):
        now = f"2027-03-{day}T10:30"
        done = next_calls(spring, "2\n\n\n2\n\n\n2\n\n\n2\n\n\n", now=now)
        assert [one["again"] is None for one in done["recorded"]] == [day == "03"] * 4
    assert done["recorded"][0]["next"]["step"] == "visit"
    assert spring.next_of("a")["at"] == "2027-03-05T00:00:00+01:00"
    assert "call was skipped: no answer (no_answer)" in story(spring, "a", "2027-03-03T11:00")


def test_a_step_may_ask_for_fewer_tries(workspace: Workspace) -> None:
    workspace.people([("a", "Anne", "Adam", "0299000001", "", "Adam SA", "Rennes")], HEADER)
    call = "  - {step: call, channel: call, attempts: 1}\n"
    workspace.campaign("spring", steps=call + VISIT)
    workspace.launch("spring", now=MONDAY)
    assert next_calls(workspace, "2\n\n\n")["recorded"][0]["next"]["step"] == "visit"


def test_a_call_back_that_was_asked_for_is_no_try_in_vain(spring: Workspace) -> None:
    for day in ("01", "02", "03", "04"):
        next_calls(spring, "4\n+1\n\n\n" * 4, now=f"2027-03-{day}T10:30")
    calls = spring.ok("calls", "--day", "+1", now="2027-03-04T11:00")["calls"]
    assert [call["attempts"] for call in calls] == [0, 0, 0, 0]


def test_a_wrong_number_is_taken_off_and_the_other_one_is_tried(spring: Workspace) -> None:
    next_calls(spring, "3\n\n\nq\n")
    anne = spring.ok("contacts", "show", "a", now=MONDAY)
    assert (anne["phone"], anne["mobile"]) == (None, "+33612345678")
    (call,) = spring.ok("calls", "--day", "tomorrow", now=MONDAY)["calls"]
    assert (call["number"], call["attempts"]) == ("+33612345678", 1)
    assert "wrong number – 02 99 00 00 01" in story(spring, "a")


def test_who_has_no_other_number_is_visited_instead(spring: Workspace) -> None:
    done = next_calls(spring, "s\n3\n\n\nq\n")
    assert done["recorded"][0]["next"]["step"] == "visit"
    assert "call was skipped: no address for this channel (no_address)" in story(spring, "b")


def test_who_asks_to_be_left_alone_is_on_every_channel(spring: Workspace) -> None:
    next_calls(spring, "7\n\n\nq\n")
    assert names(spring.ok("calls", now=MONDAY)["calls"]) == ["Bruno", "Carole", "Denis"]
    assert spring.next_of("a")["reason"] == "opted_out"


def test_a_refusal_says_why_and_when_we_come_back(spring: Workspace) -> None:
    """+3m from 1 March is 1 June: the person is latent until then."""
    next_calls(spring, "6\ntoo dear\n+3m\n\nsaid it twice\nq\n")
    (latent,) = spring.ok("today", now="2027-06-01T09:00")["today"]["latent"]
    assert (latent["name"], latent["until"], latent["reason"]) == (
        "Anne Adam", "2027-06-01", "too dear",
    )  # fmt: skip


def test_a_refusal_needs_its_reason_and_a_call_back_its_day(spring: Workspace) -> None:
    with Terminal(spring.folder, "calls", "next", "--now", MONDAY) as terminal:
        terminal.answer(("Outcome: ", "6"), ("Why, in their words", ""))
        assert "a refusal has its reason" in terminal.until("Why, in their words")
        terminal.type("o1")
        terminal.answer(("May we come back", ""), ("Minutes", "x"))
        assert "'x' is no amount" in terminal.until("Minutes")
        terminal.type("2")
        terminal.answer(("Note: ", ""), ("Outcome: ", "4"), ("Call back on: ", ""))
        assert "is no day" in terminal.until("Call back on: ")
        terminal.type("tomorrow")
        terminal.answer(("Minutes", ""), ("Note: ", ""), ("Outcome: ", "q"))
        assert terminal.close() == 0


def test_a_promise_beside_campaigns_is_a_call_too(workspace: Workspace) -> None:
    workspace.settings(more=TEAM)
    workspace.people([("a", "Anne", "Adam", "0299000001", "", "Adam SA", "Rennes")], HEADER)
    workspace.ok("record", "a", "call_back", "--back-on", "2027-03-04", "--by", "marie",
                 "--note", "about the stairs", now=MONDAY)  # fmt: skip
    assert workspace.ok("calls", now=MONDAY)["calls"] == []
    (call,) = workspace.ok("calls", now="2027-03-04T10:30")["calls"]
    assert (call["name"], call["campaign"], call["by"], call["note"]) == (
        "Anne Adam", None, "marie", "about the stairs",
    )  # fmt: skip
    done = next_calls(workspace, "1\n\n\n", "--for", "marie", now="2027-03-04T10:30")
    assert done["recorded"][0]["outcome"] == "spoken"
    assert workspace.ok("calls", now="2027-03-04T11:00")["calls"] == []


# --- strict, both databases, guides -------------------------------------------------------------


def test_strict_offers_no_call_at_a_forbidden_hour(workspace: Workspace) -> None:
    workspace.people([("a", "Anne", "Adam", "0299000001", "", "", "Rennes")], HEADER)
    workspace.settings(more="policy: {people: consumers}\n")
    workspace.campaign("spring", steps="  - {step: call, channel: call}\n")
    workspace.launch("spring", now="2026-03-02T09:00")
    warned = next_calls(workspace, "q\n", now="2026-03-02T09:00")
    assert (warned["left"], warned["not_now"]) == (1, 0)
    workspace.settings(more="policy: {people: consumers}\ncompliance: strict\n")
    barred = next_calls(workspace, "", now="2026-03-02T09:00")
    assert (barred["left"], barred["not_now"]) == (0, 1)


def test_the_same_on_both_databases(workspace: Workspace, base: Database) -> None:
    workspace.people([("a", "Anne", "Adam", "0299000001", "", "Adam SA", "Rennes")], HEADER)
    workspace.campaign("spring", steps="  - {step: call, channel: call}\n" + VISIT)
    workspace.launch("spring", now=MONDAY)
    done = next_calls(workspace, "2\n\nnobody\n")
    assert done["recorded"][0]["again"] == "2027-03-02T00:00:00+01:00"
    (call,) = workspace.ok("calls", now="2027-03-02T10:00")["calls"]
    assert call["history"] == ["1 Mar 2027  spring  call · no answer · nobody"]


def test_a_guide_is_checked_with_its_line_and_column(spring: Workspace) -> None:
    spring.write(
        "templates/calls/spring.yaml",
        "title: A call\nintroducton: [x]\nintroduction: ['Hello {{ frist_name }}.']\n"
        "objections:\n  - {heard: No., kind: pretense, answer: Yes.}\n",
    )
    found = spring.ok("check", "spring", now=MONDAY, code=1)["problems"]
    told = [(one["file"], one["line"], one["column"], one["hint"]) for one in found
            if one["severity"] == "error"]  # fmt: skip
    assert told == [
        ("templates/calls/spring.yaml", 2, 1, "did you mean 'introduction'?"),
        ("templates/calls/spring.yaml", 3, 16, "did you mean 'first_name'?"),
        ("templates/calls/spring.yaml", 5, 24, "did you mean 'pretext'?"),
    ]
