"""Calls and visits on paper: the sheets, the table filled in, and visits with their way."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

import pytest
from docx import Document
from terminals import Terminal
from workspaces import Workspace

MONDAY = "2027-03-01T10:30"
EVENING = "2027-03-01T18:00"
HEADER = "Ref;First name;Last name;Phone;Company;Street;Postal code;City"
STEPS = """\
  - {step: call, channel: call, guide: calls/spring.yaml, minutes: 4}
  - {step: visit, channel: visit, after: call + 2 working days, minutes: 30, by: yann}
"""
GUIDE = """\
title: "Calling {{ last_name }}"
introduction: ["Good morning. Could I speak to {{ first_name }}?"]
objections: [{heard: Too dear., kind: founded, question: "Than what?", answer: It lasts.}]
"""


@pytest.fixture
def spring(workspace: Workspace) -> Workspace:
    workspace.settings(
        more="team: {marie: {name: Marie Le Goff}, yann: {name: Yann Morvan}}\n"
        "costs: {minute: 0.60, km: 0.50}\n"
    )
    workspace.write("templates/calls/spring.yaml", GUIDE)
    workspace.people(
        [(ref, name, f"{name}son", f"029900000{n}", f"{name} SA", f"{n} rue du Four", "35000",
          "Rennes")
         for n, (ref, name) in enumerate([("a", "Anne"), ("b", "Bruno"), ("c", "Carole")], 1)],
        HEADER,
    )  # fmt: skip
    workspace.campaign("spring", steps=STEPS)
    workspace.launch("spring", now=MONDAY)
    return workspace


def table(file: str) -> list[dict[str, str]]:
    text = Path(file).read_text(encoding="utf-8-sig")
    return list(csv.DictReader(StringIO(text), delimiter=";"))


def filled(workspace: Workspace, file: str, *answers: dict[str, str]) -> str:
    """The table with its first rows filled in, as a file."""
    rows = table(file)
    for row, answer in zip(rows, answers, strict=False):
        row.update(answer)
    out = StringIO()
    writer = csv.DictWriter(out, rows[0], delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    return str(workspace.write("filled.csv", out.getvalue()))


def test_a_sheet_for_each_call_and_a_table_for_their_outcomes(spring: Workspace) -> None:
    made = spring.ok("calls", "sheets", "--out", "paper", now=MONDAY)
    assert (made["sheets"], made["files"]) == (3, ["paper/calls-2027-03-01.docx"])
    said = [one.text for one in Document(made["files"][0]).paragraphs if one.text]
    assert said[:4] == [
        "Call sheet · spring / call\tn° 1",
        "Anne Anneson",
        "Introduction",
        "Good morning. Could I speak to Anne?",
    ]
    assert "1. « Too dear. » (founded: answer on that very point)" in said
    rows = table(made["table"])
    assert [(row["ref"], row["name"], row["try"], row["outcome"]) for row in rows] == [
        ("1", "Anne Anneson", "1", ""),
        ("2", "Bruno Brunoson", "1", ""),
        ("3", "Carole Caroleson", "1", ""),
    ]


def test_the_table_comes_back_and_changes_nothing_the_second_time(spring: Workspace) -> None:
    made = spring.ok("calls", "sheets", "--out", "paper", now=MONDAY)
    file = filled(
        spring, made["table"],
        {"outcome": "5", "on": "2027-03-01T11:00", "back_on": "2027-03-04", "minutes": "6"},
        {"outcome": "no answer"},
    )  # fmt: skip
    tried = spring.ok("calls", "report", "--from", file, "--dry-run", now=EVENING)
    assert (tried["recorded"], tried["blank"], tried["dry_run"]) == (2, 1, True)
    assert len(spring.ok("calls", now=EVENING)["calls"]) == 3

    done = spring.ok("calls", "report", "--from", file, now=EVENING)
    assert (done["read"], done["recorded"], done["unchanged"], done["blank"]) == (3, 2, 0, 1)
    assert [(one["outcome"], one["at"]) for one in done["rows"]] == [
        ("appointment", "2027-03-01T11:00:00+01:00"),
        ("no_answer", "2027-03-01T18:00:00+01:00"),
    ]
    again = spring.ok("calls", "report", file, now="2027-03-02T09:00")
    assert (again["recorded"], again["unchanged"]) == (0, 2)
    (story,) = spring.ok("why", "b", now="2027-03-02T09:00")["campaigns"]
    assert sum(line["what"] == "no answer" for line in story["past"]) == 1


def test_rows_that_cannot_be_recorded_come_back_with_their_reason(spring: Workspace) -> None:
    made = spring.ok("calls", "sheets", "--out", "paper", now=MONDAY)
    file = filled(
        spring, made["table"],
        {"outcome": "6"},
        {"outcome": "1", "on": "2027-03-09"},
        {"outcome": "perhaps", "ref": "77"},
    )  # fmt: skip
    done = spring.ok("calls", "report", "--from", file, now=EVENING, code=4)
    assert (done["recorded"], done["rejected"]) == (0, 3)
    assert [(one["line"], one["message"]) for one in done["errors"]] == [
        (2, "a refusal needs its reason"),
        (3, "9 Mar 2027 has not come yet"),
        (4, "no sheet has the number 77"),
    ]
    # Mended, the file of rejected rows is read as it is.
    rows = table(done["rejects_file"])
    assert [row["outreach_line"] for row in rows] == ["2", "3", "4"]
    mended = filled(spring, done["rejects_file"], {"reason": "too dear"}, {"on": "2027-03-01"},
                    {"outcome": "no_answer", "ref": "3"})  # fmt: skip
    assert spring.ok("calls", "report", "--from", mended, now=EVENING)["recorded"] == 3


def test_a_table_of_something_else_is_refused(spring: Workspace) -> None:
    spring.write("other.csv", "contact;outcom\na;1\n")
    done = spring.run("calls", "report", "--from", "other.csv", "--json", now=EVENING)
    assert done.code == 1
    assert done.errors[0]["message"] == "the columns outcom are none of a report"
    assert done.errors[0]["hint"] == "did you mean 'outcome'?"


def test_of_two_heads_for_one_column_only_one_may_say_something(spring: Workspace) -> None:
    """Of two different days one would be lost: the row comes back, the other is recorded."""
    rows = "1;4;2027-03-04;2027-03-05\n2;4;;2027-03-05\n"
    spring.write("twice.csv", f"ref;outcome;back_on;Come back on\n{rows}")
    done = spring.ok("calls", "report", "--from", "twice.csv", now=EVENING, code=4)
    assert (done["recorded"], done["rejected"]) == (1, 1)
    assert done["errors"][0]["message"] == "the field 'back_on' stands twice"


def test_a_visit_is_reported_with_its_way_and_what_it_cost(spring: Workspace) -> None:
    """45 minutes at 0.60 and 38 km at 0.50 are 27 + 19 = 46; the call before cost 2.40."""
    call = "ref;outcome\n1;1\n"
    spring.ok("calls", "report", "--from", str(spring.write("a.csv", call)), now=MONDAY)
    (visit,) = spring.ok("visits", "--day", "2027-03-03", now=MONDAY)["visits"]
    assert (visit["name"], visit["by"], visit["address"]) == (
        "Anne Anneson", "yann", "1 rue du Four, 35000 Rennes",
    )  # fmt: skip
    report = "ref;outcome;back_on;minutes;km\n4;come back on;+7;45;38\n"
    file = str(spring.write("b.csv", report))
    done = spring.ok("visits", "report", "--from", file, "--for", "yann", now="2027-03-03T17:00")
    assert (done["rows"][0]["again"], done["rows"][0]["km"]) == ("2027-03-10T00:00:00+01:00", 38)
    cost = spring.ok("report", "spring", now="2027-03-03T18:00")["cost"]
    assert cost["total"] == 48.4


def test_a_sheet_of_calls_is_no_report_of_visits(spring: Workspace) -> None:
    file = str(spring.write("a.csv", "ref;outcome\n1;1\n"))
    done = spring.ok("visits", "report", "--from", file, now=MONDAY, code=4)
    assert done["errors"][0]["message"] == "the sheet 1 is of another kind"


def test_a_call_that_nobody_had_planned_is_reported_all_the_same(workspace: Workspace) -> None:
    workspace.people([("a", "Anne", "Anneson", "0299000001", "Anne SA", "", "", "Rennes")], HEADER)
    file = str(workspace.write("a.csv", "contact;outcome;note\na;1;about a staircase\n"))
    done = workspace.ok("calls", "report", "--from", file, now=MONDAY)
    assert (done["recorded"], done["rows"][0]["campaign"]) == (1, None)
    beside = workspace.ok("why", "a", now=MONDAY)
    assert "about a staircase" in str(beside)


def test_sheets_as_pdf(spring: Workspace, libreoffice: object) -> None:
    import pikepdf

    made = spring.ok("calls", "sheets", "--out", "paper", "--pdf", now=MONDAY)
    assert made["files"] == ["paper/calls-2027-03-01.docx", "paper/calls-2027-03-01.pdf"]
    with pikepdf.open(made["files"][1]) as pdf:
        assert len(pdf.pages) == 3


# --- objections noted on paper ----------------------------------------------------------------

THREE = """\
title: "Calling {{ last_name }}"
introduction: ["Good morning."]
objections:
  - {heard: "Too dear, and no time.", kind: founded, question: "For what?", answer: It lasts.}
  - {heard: No time., kind: pretext, question: "Today?", answer: Ten minutes.}
  - {heard: "{{ company }} has that.", kind: pretext, question: "Since?", answer: Good.}
"""


def counted(workspace: Workspace, *words: str) -> list[tuple[str, int, int]]:
    found = workspace.ok("calls", "objections", *words, now=EVENING)["objections"]
    return [(one["objection"], one["met"], one["overcome"]) for one in found]


def test_objections_noted_on_paper_are_counted_as_those_of_a_guided_call(spring: Workspace) -> None:
    """By number, by the words of the guide (a comma is one of theirs), and as the reason."""
    spring.write("templates/calls/spring.yaml", THREE)
    made = spring.ok("calls", "sheets", "--out", "paper", now=MONDAY)
    cells = [
        cell.text
        for grid in Document(made["files"][0]).tables
        for row in grid.rows
        for cell in row.cells
    ]
    assert "Objections heard (their numbers)" in cells
    rows = table(made["table"])
    assert list(rows[0])[10:13] == ["reason", "objections", "note"]
    file = filled(
        spring, made["table"],
        {"outcome": "5", "back_on": "2027-03-04", "objections": "1, o2 3"},
        {"outcome": "1", "objections": "too dear, and NO time"},
        {"outcome": "6", "reason": "o2", "objections": "no time; 3"},
    )  # fmt: skip
    assert spring.ok("calls", "report", file, now=EVENING)["recorded"] == 3

    assert counted(spring, "spring") == [
        ("No time.", 2, 1),
        ("Too dear, and no time.", 2, 1),
        ("Anne SA has that.", 1, 1),
        ("Carole SA has that.", 1, 0),
    ]
    (refused,) = spring.ok("why", "c", now=EVENING)["campaigns"]
    assert "refused – No time." in [line["what"] for line in refused["past"]]
    # Read again, nothing is counted twice; another campaign met none of them.
    assert spring.ok("calls", "report", file, now=EVENING)["unchanged"] == 3
    assert len(counted(spring)) == 4
    spring.campaign("autumn", steps=STEPS, head="alongside: true\n")
    spring.launch("autumn", now=EVENING)
    assert counted(spring, "autumn") == []


def test_an_objection_that_the_guide_does_not_have_comes_back_with_those_it_has(
    spring: Workspace,
) -> None:
    made = spring.ok("calls", "sheets", "--out", "paper", now=MONDAY)
    file = filled(
        spring, made["table"],
        {"outcome": "1", "objections": "2"},
        {"outcome": "1", "objections": "too deer"},
        {"outcome": "6", "reason": "already served"},
    )  # fmt: skip
    done = spring.ok("calls", "report", file, now=EVENING, code=4)
    assert (done["recorded"], done["rejected"]) == (1, 2)
    assert [(one["line"], one["message"]) for one in done["errors"]] == [
        (2, "'2' is no objection of the guide"),
        (3, "'too deer' is no objection of the guide"),
    ]
    # A reason in other words is a reason, and no objection of the guide.
    assert counted(spring) == []


def test_a_call_without_a_guide_has_no_objections_to_number(workspace: Workspace) -> None:
    workspace.people([("a", "Anne", "Anneson", "0299000001", "Anne SA", "", "", "Rennes")], HEADER)
    file = str(workspace.write("a.csv", "contact;outcome;objections\na;1;1\n"))
    done = workspace.ok("calls", "report", "--from", file, now=MONDAY, code=4)
    assert done["errors"][0]["message"] == "the guide of this call has no objections: '1' is none"


def test_a_reason_in_the_words_of_the_guide_is_that_objection_in_a_guided_call_too(
    spring: Workspace,
) -> None:
    with Terminal(spring.folder, "calls", "next", "--now", MONDAY) as terminal:
        terminal.answer(("Outcome: ", "6"), ("Why, in their words", "TOO DEAR"))
        terminal.answer(("May we come back", ""), ("Minutes", ""), ("Note: ", ""))
        terminal.answer(("Outcome: ", "q"))
        assert terminal.close() == 0
    assert counted(spring) == [("Too dear.", 1, 0)]


def test_a_guide_that_cannot_be_read_says_what_is_wrong_in_it(spring: Workspace) -> None:
    spring.write("templates/calls/spring.yaml", "introduction: {what: is this?}\n")
    shown = spring.run("calls", now=MONDAY).out
    assert "the guide: templates/calls/spring.yaml:1:15: the bracket that opens here" in shown
    file = str(spring.write("a.csv", "ref;outcome;objections\n1;1;1\n"))
    done = spring.ok("calls", "report", "--from", file, now=EVENING, code=4)
    assert "the bracket that opens here" in done["errors"][0]["message"]
