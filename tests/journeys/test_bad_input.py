"""What people get wrong: everything at once, with its place and a next step, nothing lost."""

from __future__ import annotations

import quopri
import sqlite3
from typing import Any

import pytest
from smtp_servers import SmtpServer
from workspaces import Result, Workspace, letter, mail

MONDAY = "2027-03-01T09:00"


def places(answer: list[Any]) -> list[tuple[str | None, int | None, int | None]]:
    return [(row["file"], row["line"], row["column"]) for row in answer]


def test_every_error_of_a_campaign_file_is_told_at_once_with_its_place(
    workspace: Workspace,
) -> None:
    """A misspelt key and a circle, an unknown field, sender and template: five errors."""
    workspace.townspeople(2)
    workspace.write(
        "campaigns/broken.yaml",
        """\
campaign: broken
offr: A guided tour
sender: mari
audience:
  where: citty = "Rennes"
steps:
  - {step: a, channel: email, after: b + 1 days, subject: S, template: male.html.j2}
  - {step: b, channel: email, after: a + 1 days, subject: S, template: mail.html.j2}
""",
    )
    problems = workspace.ok("check", "broken", code=1)["problems"]

    file = "campaigns/broken.yaml"
    errors = [row for row in problems if row["severity"] == "error"]
    assert places(errors) == [
        (file, 2, 1), (file, 3, 9), (file, 5, 10), (file, 7, 38), (file, 7, 72),
    ]  # fmt: skip
    assert [row["hint"] for row in errors] == [
        "did you mean 'offer'?",
        "did you mean 'marie'?",
        "did you mean 'city'?",
        "a chain begins with a step that has no `after`",
        "did you mean 'mail.html.j2'?",
    ]
    launch = workspace.run("launch", "broken", "--confirm", "2", "--json")
    assert (launch.code, places(launch.errors)) == (1, places(errors))
    in_words = workspace.run("launch", "broken", "--confirm", "2")
    assert "campaigns/broken.yaml:5:10: the contact base has no field 'citty'" in in_words.err
    assert workspace.ok("status") == {"campaigns": []}


def test_every_error_of_templates_and_guides_is_told_at_once(workspace: Workspace) -> None:
    workspace.townspeople(2)
    workspace.write("templates/syntax.html.j2", "<p>\n{% if city %}\n{{ city }\n")
    workspace.write("templates/names.html.j2", "<p>\n{{ frist_name }}</p>")
    workspace.write("templates/no.docx", b"not a zip")
    workspace.write("templates/unknown.docx", letter("Frist_name"))
    workspace.write("templates/guide.yaml", "titel: A call\n")
    workspace.campaign(
        "parts",
        steps="""\
  - {step: a, channel: email, subject: "{{ lst_name }}", template: syntax.html.j2}
  - {step: b, channel: email, subject: S, template: names.html.j2, when: not repplied}
  - {step: c, channel: letter, template: no.docx}
  - {step: d, channel: letter, template: unknown.docx}
  - {step: e, channel: call, guide: guide.yaml}
  - {step: f, channel: call, guide: gide.yaml}
""",
    )
    problems = workspace.ok("check", "parts", code=1)["problems"]

    errors = {row["message"]: row for row in problems if row["severity"] == "error"}
    found = {message: (row["file"], row["line"]) for message, row in errors.items()}
    assert found["the template cannot be read: unexpected '}'"] == ("templates/syntax.html.j2", 3)
    assert found["nobody has a value named 'lst_name'"] == ("campaigns/parts.yaml", 7)
    assert found["nobody has a value named 'frist_name'"] == ("templates/names.html.j2", 2)
    assert found["the contact base has no field 'repplied'"] == ("campaigns/parts.yaml", 8)
    assert found["a guide has no section 'titel'"] == ("templates/guide.yaml", 1)
    assert found["there is no template 'gide.yaml'"] == ("campaigns/parts.yaml", 12)
    assert found["this is no Word document (.docx)"] == ("templates/no.docx", None)
    assert "templates/unknown.docx" in {file for file, _ in found.values()}
    launch = workspace.run("launch", "parts", "--confirm", "2", "--json")
    assert {row["message"] for row in launch.errors} == set(errors)
    assert workspace.run("preview", "parts", "--who", "p001").code in (1, 4)
    assert workspace.ok("status") == {"campaigns": []}


def test_an_expression_that_cannot_be_read_is_pointed_at(workspace: Workspace) -> None:
    done = workspace.run("contacts", "count", "city = 'Rennes' and (")
    assert done.code == 1
    assert "city = 'Rennes' and (\n                    ^" in done.err
    assert workspace.run("contacts", "count", "citty = 'Rennes'", "--json").errors[0]["hint"] == (
        "did you mean 'city'?"
    )


@pytest.mark.parametrize(
    ("text", "line", "column", "hint"),
    [
        ("cuntry: FR\n", 1, 1, "did you mean 'country'?"),
        ("locale: en_GB\nstore: [x\n", 2, 8, None),
        ("locale: en_GB\nsenders:\n  m: {from: nobody}\n", 3, 13, "write it like"),
        ("senders:\n  m:\n    from: m@x.example\n    smtp: {host: 127.0.0.1, port: 25,"
         " security: none, user: m, password: secret}\n", 4, None, "env:"),
    ],
)  # fmt: skip
def test_broken_settings_stop_every_command_with_their_place(
    workspace: Workspace, text: str, line: int, column: int | None, hint: str | None
) -> None:
    workspace.write("outreach.yaml", text)
    for words in (["status"], ["run"], ["contacts", "count"], ["check", "x"]):
        done = workspace.run(*words, "--json")
        assert done.code == 1, words
        rows = done.json["problems"] if words[0] == "check" else done.errors
        assert (rows[0]["file"], rows[0]["line"]) == ("outreach.yaml", line)
        assert column in (None, rows[0]["column"])
        assert hint is None or hint in rows[0]["hint"]
    assert not (workspace.folder / "data").exists()


def test_no_settings_at_all_say_how_to_begin(workspace: Workspace) -> None:
    (workspace.folder / "outreach.yaml").unlink()
    done = workspace.run("status", "--json")
    assert done.code == 1
    assert "outreach init" in str(done.errors[0]["hint"])


# --- words that mean nothing -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["lanch", "x"], "did you mean 'launch'?"),
        (["launch"], "CAMPAIGN"),
        (["launch", "spring", "--confrim", "3"], "--confirm"),
        (["launch", "sprung"], "did you mean 'spring'?"),
        (["launch", "spring", "--confirm", "three"], "--confirm"),
        (["run", "--limit", "-1"], "--limit"),
        (["run", "--now", "someday"], "someday"),
        (["why", "Nobody At All"], "Nobody At All"),
        (["why", "Twin"], "may be 2 people"),
        (["record", "Twin", "replied"], "may be 2 people"),
        (["record", "p001", "repplied"], "did you mean 'replied'?"),
        (["record", "p001", "replied", "--amount", "5"], "an amount belongs to"),
        (["record", "p001"], "outreach record WHO STAGE"),
        (["preview", "spring", "--step", "male"], "did you mean 'mail'?"),
    ],
)
def test_a_word_that_means_nothing_is_told_and_exits_with_2(
    workspace: Workspace, words: list[str], told: str
) -> None:
    workspace.people(
        [("p001", "Alone", "p001@mail.example", "Rennes"),
         ("t1", "Twin", "t1@mail.example", "Rennes"), ("t2", "Twin", "t2@mail.example", "Rennes")]
    )  # fmt: skip
    workspace.campaign("spring")
    in_words = workspace.run(*words)
    under_json = workspace.run("--json", *words)

    assert (in_words.code, in_words.out) == (2, "")
    assert told in in_words.err
    (error,) = under_json.errors
    assert (under_json.code, under_json.err) == (2, "")
    assert told in f"{error['message']} {error['hint']}"


def test_a_campaign_that_was_never_launched_exits_with_1(workspace: Workspace) -> None:
    workspace.campaign("spring")
    for words in (
        ["status", "spring"],
        ["run", "spring"],
        ["report", "spring"],
        ["letters", "spring"],
    ):
        done = workspace.run(*words, "--json")
        assert (done.code, "outreach launch spring" in done.errors[0]["hint"]) == (1, True)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("sprng", "did you mean 'spring'?"),
        ("sumer", "did you mean 'summer'?"),
        ("xyz", "there are: spring, summer"),
    ],
)
def test_a_campaign_that_exists_nowhere_is_no_campaign_to_be_started(
    workspace: Workspace, name: str, hint: str
) -> None:
    """`spring` is launched and its file is gone, `summer` is only written."""
    workspace.people([("p1", "Alone", "p1@mail.example", "Rennes")])
    workspace.campaign("spring")
    workspace.launch("spring")
    (workspace.folder / "campaigns" / "spring.yaml").unlink()
    workspace.campaign("summer")
    for command in ("status", "report", "run", "letters"):
        done = workspace.run(command, name, "--json")
        (error,) = done.errors
        assert (done.code, error["message"]) == (2, f"there is no campaign '{name}'")
        assert error["hint"] == hint


@pytest.mark.parametrize("sign", ["-", "--", ""])
@pytest.mark.parametrize(
    "words",
    ["contacts count", "contacts list --limit", "contacts import", "status", "why", "run --until",
     "record a", "segment explain", "suppress add", "launch", ""],
)  # fmt: skip
def test_a_word_of_a_hundred_kilobytes_is_not_said_again_whole(
    workspace: Workspace, words: str, sign: str
) -> None:
    done = workspace.run(*words.split(), sign + "x" * 100_000)
    assert done.code in (1, 2)
    assert len(done.out + done.err) < 2500


# --- people who lack a value -------------------------------------------------------------------


def test_a_person_who_lacks_a_value_is_held_by_name_until_it_is_mended(
    workspace: Workspace,
) -> None:
    people = workspace.townspeople(3)
    workspace.people([("x", "", "x@mail.example", "Rennes")])
    workspace.campaign("held")
    workspace.launch("held", now=MONDAY)
    with SmtpServer() as server:
        workspace.settings(server.port)
        done = workspace.ok("run", now=MONDAY, code=4)
        assert (done["sent"], done["held"], done["remaining"]) == (3, 1, 0)
        assert sorted(server.recipients) == people
        assert workspace.by_state("held") == {"sent": 3, "held": 1}
        assert "last_name" in workspace.next_of("x")["what"]
        again = workspace.ok("run", now="2027-03-01T10:00", code=4)
        assert (again["sent"], again["held"]) == (0, 1)

        workspace.write("mend.csv", "Ref;Last name;E-mail\nx;Xavier;x@mail.example\n")
        assert workspace.ok("contacts", "import", "mend.csv", "--on-match", "fill")["updated"] == 1
        assert workspace.ok("run", now="2027-03-02T09:00")["sent"] == 1
        assert server.recipients[-1] == "x@mail.example"
        assert quopri.decodestring(server.received[-1][1]).count(b"Dear Xavier") == 2


def test_a_letter_that_lacks_a_value_is_held_and_printed_once_it_is_mended(
    workspace: Workspace,
) -> None:
    header = "Ref;Last name;Company;Postal code;City"
    workspace.people([("a", "A", "", "35000", "Rennes"), ("b", "", "Bois SA", "35000", "Rennes")],
                     header)  # fmt: skip
    workspace.campaign("post", steps="  - {step: letter, channel: letter, template: letter.docx}\n")
    workspace.launch("post", now=MONDAY)

    done = workspace.ok("run", now=MONDAY, code=4)
    assert (done["letters"], done["held"]) == (1, 1)
    assert workspace.by_state("post") == {"due": 1, "held": 1}
    workspace.write("mend.csv", f"{header}\nb;Boisseau;Bois SA;35000;Rennes\n")
    workspace.ok("contacts", "import", "mend.csv")
    assert workspace.ok("run", now="2027-03-02T09:00")["letters"] == 2
    assert workspace.ok("letters", "posted", "post", now="2027-03-02T17:00")["posted"] == 2


# --- templates that change ---------------------------------------------------------------------


def test_a_template_that_changed_stops_the_run_until_it_is_confirmed(workspace: Workspace) -> None:
    workspace.townspeople(2)
    workspace.campaign("change")
    workspace.launch("change", now=MONDAY)
    workspace.write("templates/mail.html.j2", "<p>Dear Madam or Sir {{ last_name }}.</p>")
    with SmtpServer() as server:
        workspace.settings(server.port)
        stopped = workspace.ok("run", now=MONDAY, code=1)
        assert stopped["sent"] == 0
        assert "--confirm-change" in stopped["errors"][0]["hint"]
        assert server.received == []

        assert workspace.ok("launch", "change", "--confirm-change")["confirmed"] is True
        assert workspace.ok("run", now=MONDAY)["sent"] == 2
        assert all(b"Madam or Sir" in content for _, content in server.received)


def test_a_template_that_is_gone_stops_its_campaign_and_no_other(workspace: Workspace) -> None:
    workspace.townspeople(2)
    workspace.write("templates/other.html.j2", "<p>Dear {{ last_name }}.</p>")
    workspace.campaign("gone", head="alongside: true\n")
    workspace.campaign(
        "stays", head="alongside: true\n",
        steps=mail(template="other.html.j2"),
    )  # fmt: skip
    workspace.launch("gone", now=MONDAY)
    workspace.launch("stays", now=MONDAY)
    (workspace.folder / "templates/mail.html.j2").unlink()
    with SmtpServer() as server:
        workspace.settings(server.port)
        done = workspace.ok("run", now=MONDAY, code=1)

    assert done["sent"] == 2
    assert "mail.html.j2" in done["errors"][0]["message"]
    assert workspace.by_state("gone") == {"due": 2}


# --- the store ---------------------------------------------------------------------------------


def test_a_store_that_is_newer_than_the_program_is_left_alone(workspace: Workspace) -> None:
    workspace.townspeople(2)
    base = workspace.folder / "data" / "outreach.db"
    with sqlite3.connect(base) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    before = workspace.stored()

    for words in (["contacts", "count"], ["run"], ["status"]):
        done: Result = workspace.run(*words, "--json")
        assert done.code == 1
        assert done.errors[0]["hint"]
    assert workspace.stored() == before


def test_a_store_that_is_no_database_is_told(workspace: Workspace) -> None:
    workspace.write("data/outreach.db", b"This is a letter, not a database. " * 200)
    done = workspace.run("contacts", "count", "--json")
    assert (done.code, "outreach.db" in done.errors[0]["message"]) == (1, True)
