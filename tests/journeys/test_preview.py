"""Looking at a campaign before anything leaves: a sample, the calendar, two people side by side."""

from __future__ import annotations

from pathlib import Path

import pytest
from word import docx, fields, merge, paragraph, run
from workspaces import Workspace

from outreach.files.pdf_finding import Found

MONDAY = "2027-03-01T09:00"

HEADER = "Ref;Civility;First name;Last name;E-mail;Phone;CP;City;Language"
PEOPLE = [
    ("a", "Mme", "Anne", "Dupré", "a@mail.example", "0299000001", "35000", "Rennes", "fr"),
    ("b", "", "", "Blanc", "b@mail.example", "0299000002", "35000", "Rennes", "fr"),
    ("c", "M.", "Cyril", "Caro", "", "0299000003", "44000", "Nantes", "fr"),
    ("d", "Mr", "Dan", "Drew", "d@mail.example", "0299000004", "35000", "Rennes", "en"),
    ("e", "Mme", "Ève", "Le Goff de Kergariou", "e@mail.example", "0299000005", "35000",
     "Rennes", "fr"),
    ("f", "M.", "Fañch", "", "f@mail.example", "0299000006", "35000", "Rennes", "fr"),
    ("g", "M.", "Gil", "Gris", "g@mail.example", "0299000007", "35000", "Rennes", "fr"),
]  # fmt: skip

MAIL = (
    "<p>{% if first_name %}Dear {{ first_name }}{% else %}Good day{% endif %}</p>\n"
    "<p>We come to {{ city }}.</p>\n"
)
STEPS = """\
  - {step: letter, channel: letter, template: letter.docx}
  - step: mail
    channel: email
    after: letter + 5 days
    subject: "For {{ last_name }}"
    template: mail.html.j2
    variants: {a: {}, b: {subject: "Again for {{ last_name }}"}}
  - {step: call, channel: call, after: mail + 2 working days, guide: call.yaml}
"""


@pytest.fixture
def spring(workspace: Workspace) -> Workspace:
    workspace.people(PEOPLE, HEADER)
    workspace.write("templates/mail.html.j2", MAIL)
    body = paragraph(run("For "), merge("first_name"), run(" of "), merge("city"))
    choice = fields('{IF {MERGEFIELD city} = "Rennes" "You are near." "You are far."}')
    workspace.write("templates/letter.docx", docx(paragraph(merge("civility")) + body + choice))
    workspace.write("templates/call.yaml", "title: A call\nintroduction: ['Good morning.']\n")
    workspace.campaign("spring", 'city in ("Rennes", "Nantes")', steps=STEPS)
    return workspace


def reasons(shown: object) -> dict[str, list[str]]:
    assert isinstance(shown, dict)
    return {person["name"]: person["reasons"] for person in shown["people"]}


def test_without_a_name_it_shows_people_who_tell_most_and_why_they(spring: Workspace) -> None:
    before = spring.stored()
    shown = spring.ok("preview", "spring", now=MONDAY, code=4)

    told = {reason for of in reasons(shown).values() for reason in of}
    assert told >= {
        "the first of the audience",
        "the longest name",
        "variant a of mail",
        "variant b of mail",
        "lacks last_name: mail would be held",
        "has no address for mail: it is passed over",
        "takes “else” in mail.html.j2, line 1",
        "takes “if first_name” in mail.html.j2, line 1",
        "is written to in another language: fr",
        '“city = "Rennes"” is true in letter.docx',
        '“city = "Rennes"” is not true in letter.docx',
        "has no value for Civility",
    }
    assert "Le Goff de Kergariou" in " ".join(reasons(shown))
    assert (shown["enrolled"], shown["looked_at"]) == (7, 7)
    assert len(shown["steps"]) == 3 * len(shown["people"])
    assert spring.stored() == before


def test_the_first_name_that_a_letter_prints_holds_it_by_name(spring: Workspace) -> None:
    shown = spring.ok("preview", "spring", "--who", "b", "--step", "letter", code=4)
    assert "first_name" in shown["steps"][0]["problem"]


def test_several_people_can_be_asked_for_and_who_is_outside_is_told(spring: Workspace) -> None:
    spring.people([("z", "", "Zoé", "Zola", "z@mail.example", "", "75001", "Paris", "")], HEADER)
    spring.ok("suppress", "add", "g@mail.example")

    shown = spring.ok("preview", "spring", "--who", "a", "--who", "g", "--who", "z")

    assert [(one["name"], one["outside"]) for one in shown["people"]] == [
        ("Anne Dupré", None),
        ("Gil Gris", "left out: on the suppression list (suppressed)"),
        ("Zoé Zola", "not in the audience of this campaign"),
    ]
    assert len(shown["steps"]) == 9


def test_who_has_no_address_would_be_passed_over_not_held(spring: Workspace) -> None:
    shown = spring.ok("preview", "spring", "--who", "c")
    assert [(s["step"], s["skipped"], s["problem"]) for s in shown["steps"]] == [
        ("letter", None, None),
        ("mail", "no address for this channel", None),
        ("call", None, None),
    ]


def test_the_calendar_counts_everybody_by_day(spring: Workspace) -> None:
    """Six have an address; nobody's e-mail is counted who has none."""
    shown = spring.ok("preview", "spring", "--calendar", now=MONDAY)
    assert [(d["date"], d["step"], d["count"]) for d in shown["calendar"]] == [
        ("2027-03-01", "letter", 7),
        ("2027-03-06", "mail", 6),
        ("2027-03-09", "call", 7),
    ]
    assert (shown["passed_over"], shown["too_late"]) == ({"mail": 1}, {})
    in_words = spring.run("preview", "spring", "--calendar", now=MONDAY).out
    assert "1 person has no address for mail" in in_words


def test_the_difference_of_two_people_step_by_step(spring: Workspace) -> None:
    shown = spring.ok("preview", "spring", "--diff", "a", "c", now=MONDAY)
    found = {(one["step"], one["part"]): one["lines"] for one in shown["differences"]}
    assert {"- For Anne of Rennes", "+ For Cyril of Nantes"} <= set(found["letter", "letter"])
    assert {"- You are near.", "+ You are far."} <= set(found["letter", "letter"])
    assert found["mail", "problem"] == ["+ no address for this channel"]
    assert spring.ok("preview", "spring", "--diff", "a", "a")["differences"] == []
    assert "Nothing differs." in spring.run("preview", "spring", "--diff", "a", "a").out


def test_headers_and_text_differ_where_they_do(spring: Workspace) -> None:
    shown = spring.ok("preview", "spring", "--diff", "a", "g", "--step", "mail", now=MONDAY)
    found = {one["part"]: one["lines"] for one in shown["differences"]}
    assert {"- Dear Anne", "+ Dear Gil"} <= set(found["text"])
    assert any(line.startswith("- To: Anne Dupr") for line in found["headers"])
    assert not any(line.startswith(("- From", "+ From")) for line in found["headers"])


def test_letters_lie_there_as_pdf_too(spring: Workspace, libreoffice: Found) -> None:
    shown = spring.ok("preview", "spring", "--who", "a", "--step", "letter", "--out", "look")
    files = [Path(name) for name in shown["steps"][0]["files"]]
    assert [path.suffix for path in files] == [".docx", ".pdf"]
    assert files[1].read_bytes().startswith(b"%PDF-")


def test_without_libreoffice_the_letter_is_there_and_the_reason_is_told(
    spring: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(spring.folder))
    done = spring.run("preview", "spring", "--who", "a", "--who", "g", "--out", "look")
    assert done.code == 0
    assert done.err.count("LibreOffice") == 1
    assert len(list((spring.folder / "look").glob("*.docx"))) == 2


def test_two_ways_to_look_at_once_are_refused(spring: Workspace) -> None:
    for words, told in (
        (["--calendar", "--web"], "--calendar, --web do not go together"),
        (["--web", "--out", "look"], "--web, --out do not go together"),
        (["--who", "a", "--diff", "a", "b"], "--diff, --who do not go together"),
    ):
        done = spring.run("preview", "spring", *words)
        assert done.code == 2
        assert told in done.err


@pytest.mark.parametrize(
    ("head", "told"),
    [("sender: maria", "maria"), ("title: Spring", "has no sender")],
)
def test_a_sender_that_is_not_there_is_told_on_the_page(
    spring: Workspace, head: str, told: str
) -> None:
    path = spring.folder / "campaigns/spring.yaml"
    path.write_text(path.read_text().replace("sender: marie", head))
    shown = spring.ok("preview", "spring", "--who", "a", code=4)
    assert [told in (step["problem"] or "") for step in shown["steps"]] == [False, True, False]


def test_nobody_to_write_to_is_an_error(spring: Workspace) -> None:
    spring.campaign("empty", 'city = "Nulle-Part"')
    assert spring.run("preview", "empty").code == 1
    assert spring.run("preview", "empty", "--calendar").code == 1
