"""A table of facts that gives no day is known again; stages and days are typed as people say them.

1 March 2027 is a Monday.
"""

from __future__ import annotations

import pytest
from workspaces import Workspace

MONDAY = "2027-03-01T09:00"
TUESDAY = "2027-03-02T10:00"
TUESDAY_EVENING = "2027-03-02T18:00"
WEDNESDAY = "2027-03-03T10:00"
HEADER = "Ref;First name;Last name;E-mail;Phone;City"
CALL = "  - {step: call, channel: call}\n"


def people(workspace: Workspace, *names: str) -> None:
    workspace.people(
        [
            (name, "Anne", name.title(), f"{name}@{name}.example", f"02230000{n:02}", "Rennes")
            for n, name in enumerate(names)
        ],
        HEADER,
    )


def counts(answer: dict[str, int]) -> tuple[int, int, int, int]:
    return answer["recorded"], answer["unchanged"], answer["again"], answer["rejected"]


def facts(workspace: Workspace, who: str) -> list[tuple[str, str]]:
    """What was recorded of somebody: the day, and the stage."""
    events = workspace.ok("contacts", "show", who)["events"]
    return [(one["at"][:10], one["stage"]) for one in events if one["kind"] == "reached"]


@pytest.mark.usefixtures("base")
def test_a_table_without_days_is_recorded_once_a_day_and_says_so_on_a_later_day(
    workspace: Workspace,
) -> None:
    """Wednesday's may be new facts that look the same: what is told is not dropped."""
    people(workspace, "adam", "bach")
    workspace.write("facts.csv", "contact,stage,note\nadam,replied,yes\nbach,replied,\n")
    read = ("record", "--from", "facts.csv")
    assert counts(workspace.ok(*read, now=TUESDAY)) == (2, 0, 0, 0)
    assert counts(workspace.ok(*read, now=TUESDAY_EVENING)) == (0, 2, 0, 0)
    assert counts(workspace.ok(*read, now=WEDNESDAY)) == (2, 0, 2, 0)
    assert facts(workspace, "adam") == [("2027-03-02", "replied"), ("2027-03-03", "replied")]


def test_what_was_taken_back_is_recorded_when_the_table_is_read_again(
    workspace: Workspace,
) -> None:
    people(workspace, "adam")
    workspace.write("facts.csv", "contact,stage\nadam,replied\n")
    workspace.ok("record", "--from", "facts.csv", now=TUESDAY)
    workspace.ok("undo", "--yes", now=TUESDAY)
    assert counts(workspace.ok("record", "--from", "facts.csv", now=TUESDAY)) == (1, 0, 0, 0)


def test_a_table_that_grew_tells_its_new_rows_that_day_and_says_what_it_told_twice_later(
    workspace: Workspace,
) -> None:
    """On the day itself the old row is the same fact; on a later day it may be a new one."""
    people(workspace, "adam", "bach", "cohn")
    workspace.write("facts.csv", "contact,stage\nadam,no_answer\n")
    workspace.ok("record", "--from", "facts.csv", now=TUESDAY)
    workspace.write("facts.csv", "contact,stage\nadam,no_answer\nbach,no_answer\n")
    grown = workspace.ok("record", "--from", "facts.csv", now=TUESDAY_EVENING)
    assert counts(grown) == (1, 1, 0, 0)
    workspace.write("facts.csv", "contact,stage\nadam,no_answer\ncohn,no_answer\n")
    rehearsed = workspace.run("record", "--from", "facts.csv", "--dry-run", "--now", WEDNESDAY)
    assert "1 row without a day was recorded from a table on an earlier day, too" in rehearsed.err
    later = workspace.ok("record", "--from", "facts.csv", now=WEDNESDAY)
    assert counts(later) == (2, 0, 1, 0)
    assert facts(workspace, "adam") == [("2027-03-02", "no_answer"), ("2027-03-03", "no_answer")]


def test_rows_that_say_yesterday_are_of_the_day_before_the_reading(
    workspace: Workspace,
) -> None:
    people(workspace, "adam", "bach")
    workspace.write("facts.csv", "contact,stage,on\nadam,met,hier\nbach,met,yesterday 14:30\n")
    assert counts(workspace.ok("record", "--from", "facts.csv", now=TUESDAY)) == (2, 0, 0, 0)
    assert counts(workspace.ok("record", "--from", "facts.csv", now=TUESDAY)) == (0, 2, 0, 0)
    assert facts(workspace, "adam") == facts(workspace, "bach") == [("2027-03-01", "met")]
    assert counts(workspace.ok("record", "--from", "facts.csv", now=WEDNESDAY)) == (2, 0, 2, 0)


@pytest.mark.usefixtures("base")
def test_calls_that_nobody_planned_are_known_again_without_their_day(workspace: Workspace) -> None:
    """Called twice in vain on one day: two rows that say the same are two calls, once."""
    people(workspace, "adam")
    workspace.write("calls.csv", "contact,outcome\nadam,no_answer\nadam,no_answer\n")
    read = ("calls", "report", "--from", "calls.csv")
    first, second, third = (workspace.ok(*read, now=at) for at in (TUESDAY, TUESDAY, WEDNESDAY))
    assert (first["recorded"], first["unchanged"]) == (2, 0)
    assert (second["recorded"], second["unchanged"]) == (0, 2)
    assert (third["recorded"], third["unchanged"], third["again"]) == (2, 0, 2)
    later = workspace.run(*read, "--dry-run", "--now", "2027-03-04T10:00")
    assert "2 rows without a day were recorded from a table on an earlier day, too" in later.err


@pytest.mark.parametrize(
    ("typed", "stage"),
    [
        ("commande", "order"), ("Devis", "quote"), ("rendez-vous", "appointment"),
        ("RDV", "appointment"), ("refusé", "refused"), ("Pas de réponse", "no_answer"),
        ("no answer", "no_answer"), ("npai", "returned"), ("faux numéro", "wrong_number"),
        ("rencontré", "met"), ("désinscrit", "opted_out"),
    ],
)  # fmt: skip
def test_a_stage_is_understood_in_french_at_every_entry(
    workspace: Workspace, typed: str, stage: str
) -> None:
    people(workspace, "adam", "bach")
    assert workspace.ok("record", "adam", typed, now=TUESDAY)["stage"] == stage
    workspace.write("facts.csv", f"contact,stage\nbach,{typed}\n")
    assert counts(workspace.ok("record", "--from", "facts.csv", now=TUESDAY)) == (1, 0, 0, 0)
    assert facts(workspace, "bach") == [("2027-03-02", stage)]
    assert workspace.ok("contacts", "count", f'reached("{typed}")')["count"] == 2


def test_a_stage_of_the_campaigns_own_chain_keeps_its_word(workspace: Workspace) -> None:
    """This firm's `devis` is a stage of its own; in no campaign the same word is our quote."""
    people(workspace, "adam", "bach")
    head = "chain: [contacted, dégustation, devis, order]\nstop_on: [order]\n"
    workspace.campaign("spring", steps=CALL, head=head)
    workspace.launch("spring", now=MONDAY)
    workspace.people([("cohn", "Cohn", "cohn@cohn.example", "Nantes")])
    assert workspace.ok("record", "adam", "Devis", now=TUESDAY)["stage"] == "devis"
    assert workspace.ok("record", "adam", "degustation", now=TUESDAY)["stage"] == "dégustation"
    assert workspace.ok("record", "cohn", "devis", now=TUESDAY)["stage"] == "quote"
    workspace.write("facts.csv", "contact,stage\nbach,devis\nbach,commande\nbach,dégustation\n")
    assert counts(workspace.ok("record", "--from", "facts.csv", now=TUESDAY)) == (3, 0, 0, 0)
    assert [stage for _, stage in facts(workspace, "bach")] == ["devis", "order", "dégustation"]


def test_a_slip_in_a_french_stage_is_told_with_the_word_that_was_meant(
    workspace: Workspace,
) -> None:
    people(workspace, "adam")
    done = workspace.run("record", "adam", "comande", "--now", TUESDAY)
    assert (done.code, "did you mean 'commande'?" in done.err) == (2, True)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("hier", "2027-03-02"), ("Yesterday", "2027-03-02"), ("avant-hier", "2027-03-01"),
        ("aujourd’hui", "2027-03-03"), ("today 09:30", "2027-03-03"),
    ],
)  # fmt: skip
def test_the_day_of_a_fact_is_typed_as_it_is_said(
    workspace: Workspace, typed: str, day: str
) -> None:
    people(workspace, "adam")
    done = workspace.ok("record", "adam", "met", "--on", typed, now=WEDNESDAY)
    assert done["at"][:10] == day


def test_the_day_agreed_on_counts_from_the_day_it_was_said(workspace: Workspace) -> None:
    """Said on Monday 1 March: tomorrow is Tuesday, in ten days Thursday the 11th."""
    people(workspace, "adam")
    words = ("record", "adam", "call_back", "--on", "2027-03-01", "--back-on")
    days = [workspace.ok(*words, day, now=WEDNESDAY)["back_on"] for day in ("demain", "+10", "thu")]
    assert days == ["2027-03-02", "2027-03-11", "2027-03-04"]


def test_tomorrow_is_no_day_of_a_fact_and_yesterday_none_to_put_off_to(
    workspace: Workspace,
) -> None:
    people(workspace, "adam")
    workspace.campaign("spring", steps="  - {step: gift, channel: task}\n")
    workspace.launch("spring", now=MONDAY)
    workspace.ok("run", now=MONDAY)
    early = workspace.run("record", "adam", "met", "--on", "demain", "--now", WEDNESDAY)
    assert (early.code, "4 Mar 2027 is still to come" in early.err) == (1, True)
    late = workspace.run("tasks", "later", "adam", "--to", "hier", "--now", WEDNESDAY)
    assert (late.code, "2 Mar 2027 has passed" in late.err) == (2, True)


def test_the_pretended_instant_itself_may_be_tomorrow(workspace: Workspace) -> None:
    people(workspace, "adam")
    today = workspace.ok("record", "adam", "met")["at"][:10]
    tomorrow = workspace.ok("record", "adam", "met", now="demain 09:00")["at"]
    assert (tomorrow[:10] > today, tomorrow[11:16]) == (True, "09:00")
