"""What people ask and write down every day: why, record, preview, status; as words and as JSON."""

from __future__ import annotations

import email
import subprocess
import sys
from email.header import decode_header, make_header
from pathlib import Path
from zipfile import ZipFile

import pytest
from smtp_servers import HANG_UP, SmtpServer
from workspaces import Workspace, mail

MONDAY = "2027-03-01T09:00"
HEADER = "Ref;Last name;E-mail;Phone;Postal code;City"
STEPS = (
    "  - {step: letter, channel: letter, template: letter.docx}\n"
    + mail(more="after: letter + 5 days")
    + "  - {step: call, channel: call, after: mail + 7 working days, guide: call.yaml}\n"
)


# --- JSON before and after ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [["contacts", "count"], ["status"], ["run"], ["suppress", "list"], ["letters"], ["calls"],
     ["settle"], ["why", "p001"], ["report"]],
)  # fmt: skip
def test_json_may_stand_before_and_after_the_command(
    workspace: Workspace, words: list[str]
) -> None:
    workspace.townspeople(1)
    before = workspace.run("--json", *words)
    between = workspace.run(words[0], "--json", *words[1:])
    after = workspace.run(*words, "--json")

    assert (before.code, before.err) == (0, "")
    assert isinstance(before.json, dict)
    assert before == between == after
    in_words = workspace.run(*words)
    assert (in_words.code, in_words.out[:1] != "{") == (0, True)


def test_now_and_the_settings_file_may_stand_before_the_command_too(workspace: Workspace) -> None:
    workspace.townspeople(1)
    workspace.campaign("spring")
    workspace.launch("spring", now=MONDAY)
    (workspace.folder / "outreach.yaml").rename(workspace.folder / "other.yaml")

    done = workspace.run("--config", "other.yaml", "--now", "2027-02-27", "--json", "run")

    assert done.code == 0
    assert done.json["not_before"] == "2027-03-01T09:00:00+01:00"
    assert workspace.run("run").code == 1


# --- why ---------------------------------------------------------------------------------------


def why(workspace: Workspace, who: str) -> str:
    """What `why` says of a person in words, for the reader."""
    done = workspace.run("why", who)
    assert done.code == 0
    return done.out


def test_why_has_an_answer_for_everybody(workspace: Workspace) -> None:
    """Enrolled, control, excluded, stopped, held, in doubt, and someone in no campaign."""
    workspace.townspeople(8)
    workspace.people([("gap", "", "gap@mail.example", "Rennes"), ("out", "Out", "", "Rennes"),
                      ("far", "Far", "far@mail.example", "Nantes")])  # fmt: skip
    workspace.campaign("spring", audience="  control: 20%\n")
    workspace.launch("spring", now=MONDAY)
    arms = {
        person["external_id"]: story["arm"]
        for person in workspace.ok("contacts", "list", 'city = "Rennes"')["contacts"]
        for story in workspace.ok("why", str(person["id"]))["campaigns"]
    }
    control = [who for who, arm in arms.items() if arm == "control"]
    enrolled = [who for who, arm in arms.items() if arm == "enrolled" and who != "gap"]
    assert (len(control), arms["out"]) == (2, "excluded")
    stopped, doubtful, sent = enrolled[:3]
    assert "mail comes next" in why(workspace, sent)
    workspace.ok("record", stopped, "replied", now=MONDAY)
    with SmtpServer({"BODY": HANG_UP}, only_for=doubtful) as server:
        workspace.settings(server.port)
        workspace.run("run", "--now", MONDAY)

    assert "every step is done" in why(workspace, sent)
    assert "in the control group" in why(workspace, control[0])
    out = "left out at the launch: no address for the first step (no_address)"
    assert out in why(workspace, "out")
    assert "the chain ended: replied" in why(workspace, stopped)
    assert "nobody knows whether it arrived" in why(workspace, doubtful)
    assert "in no campaign: nothing comes" in why(workspace, "far")
    if arms["gap"] == "enrolled":
        assert "mail is held: it lacks last_name" in why(workspace, "gap")
    assert workspace.run("why", "Nobody").code == 2
    assert workspace.run("why", sent, "autumn").code == 2
    everyone = workspace.ok("contacts", "list")["contacts"]
    for person in everyone:
        for story in workspace.ok("why", str(person["id"]))["campaigns"]:
            assert story["next"]["what"]


def test_people_are_named_by_address_reference_name_or_number(workspace: Workspace) -> None:
    workspace.people([("r7", "Le Goff", "Anne@Mail.example", "Rennes")])
    for who in ("anne@mail.example", "ANNE@MAIL.EXAMPLE", "r7", "le goff", "1", "#1"):
        assert workspace.ok("why", who)["contact"] == 1, who


def test_a_campaign_is_named_by_its_name_or_by_its_file(workspace: Workspace) -> None:
    people = workspace.townspeople(2)
    workspace.campaign("spring")
    path = "campaigns/spring.yaml"
    assert workspace.ok("check", path)["problems"] == workspace.ok("check", "spring")["problems"]
    assert workspace.launch(path, now=MONDAY)["campaign"] == "spring"
    workspace.ok("record", people[0], "replied", "--campaign", path, now=MONDAY)
    for words in (["status"], ["calls"], ["letters"], ["settle"], ["why", people[0]]):
        assert workspace.ok(*words, path) == workspace.ok(*words, "spring"), words
    with SmtpServer() as server:
        workspace.settings(server.port)
        assert workspace.ok("run", path, now=MONDAY)["sent"] == 1
    assert server.recipients == [people[1]]
    assert workspace.run("status", "campaigns/autumn.yaml").code == 2


def test_a_reader_who_leaves_early_is_no_mistake(workspace: Workspace) -> None:
    """`outreach contacts list --limit 0 | head -1`."""
    workspace.townspeople(300)
    words = f"{sys.executable} -m outreach contacts list --limit 0 --json"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", f"{words} | head -c 10; exit ${{PIPESTATUS[0]}}"],
        cwd=workspace.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, '{"contacts', "")


# --- record ------------------------------------------------------------------------------------


def test_good_rows_are_recorded_bad_ones_told_with_their_line_and_nothing_twice(
    workspace: Workspace,
) -> None:
    people = workspace.townspeople(4)
    workspace.people(
        [("t1", "Twin", "t1@mail.example", "X"), ("t2", "Twin", "t2@mail.example", "X")]
    )
    workspace.campaign("spring")
    workspace.launch("spring", now=MONDAY)
    workspace.write(
        "outcomes.csv",
        "contact,stage,campaign,on,amount,margin,by,note\n"
        f"{people[0]},replied,spring,2027-03-02,,,,\n"
        f"{people[1]},order,spring,2027-03-03,1 234.50,300,marie,by phone\n"
        f"{people[2]},repplied,spring,2027-03-02,,,,\n"
        "nobody@mail.example,replied,spring,2027-03-02,,,,\n"
        "Twin,replied,,2027-03-02,,,,\n"
        f"{people[3]},replied,autumn,2027-03-02,,,,\n"
        f"{people[3]},order,spring,2027-03-02,much,,,\n"
        f"{people[3]},replied,spring,31/31/2027,,,,\n"
        f"{people[3]},appointment,spring,2027-03-04,,,,\n",
    )

    first = workspace.ok("record", "--from", "outcomes.csv", now="2027-03-10", code=4)

    assert (first["recorded"], first["unchanged"], first["rejected"]) == (3, 0, 6)
    assert [(row["file"], row["line"]) for row in first["errors"]] == [
        ("outcomes.csv", line) for line in (4, 5, 6, 7, 8, 9)
    ]
    assert first["errors"][0]["hint"] == "did you mean 'replied'?"
    again = workspace.ok("record", "--from", "outcomes.csv", now="2027-03-11", code=4)
    assert (again["recorded"], again["unchanged"], again["rejected"]) == (0, 3, 6)

    report = workspace.ok("report", "spring")
    assert (report["orders"], report["revenue"], report["margin"]) == (1, 1234.5, 300)
    assert [link["contacts"] for link in report["chain"]] == [3, 3, 2, 1, 1]
    # Who was recorded is not written to any more; who was not, is.
    with SmtpServer() as server:
        workspace.settings(server.port)
        workspace.ok("run", now="2027-03-11T09:00")
    assert server.recipients == [people[2]]


def test_a_file_without_the_right_columns_records_nothing(workspace: Workspace) -> None:
    people = workspace.townspeople(1)
    workspace.write("outcomes.csv", f"contact,stgae\n{people[0]},replied\n")
    done = workspace.run("record", "--from", "outcomes.csv", "--json")
    assert (done.code, done.errors[0]["hint"]) == (1, "did you mean 'stage'?")
    assert (done.errors[0]["file"], done.errors[0]["line"]) == ("outcomes.csv", 1)
    assert workspace.run("record", "--from", "missing.csv").code == 1


def test_an_answer_is_credited_to_the_campaign_that_touched_last(workspace: Workspace) -> None:
    (who,) = workspace.townspeople(1)
    for name in ("first", "second"):
        workspace.campaign(name, head="alongside: true\n")
        workspace.launch(name, now=MONDAY)
    with SmtpServer() as server:
        workspace.settings(server.port)
        workspace.ok("run", "second", now="2027-03-02T09:00")
        workspace.ok("run", "first", now="2027-03-03T09:00")

    assert workspace.ok("record", who, "replied", now="2027-03-04")["campaign"] == "first"
    named = workspace.ok("record", who, "replied", "--campaign", "second", now="2027-03-04")
    assert named["campaign"] == "second"


def test_whoever_is_in_no_campaign_can_be_recorded_too_but_not_credited_to_one(
    workspace: Workspace,
) -> None:
    workspace.people([("far", "Far", "far@mail.example", "Nantes")])
    workspace.townspeople(1)
    workspace.campaign("spring")
    workspace.launch("spring", now=MONDAY)

    assert workspace.ok("record", "far", "order", "--amount", "20")["campaign"] is None
    done = workspace.run("record", "far", "order", "--campaign", "spring", "--json")
    assert (done.code, done.errors[0]["hint"]) == (1, "see: outreach why far@mail.example")
    assert workspace.ok("contacts", "show", "far")["order_count"] == 1


def test_a_person_who_orders_becomes_a_customer_and_counts_for_later_campaigns(
    workspace: Workspace,
) -> None:
    people = workspace.townspeople(2)
    workspace.campaign("spring")
    workspace.launch("spring", now=MONDAY)
    assert workspace.ok("contacts", "count", 'kind = "suspect"') == {"count": 2}
    with SmtpServer() as server:
        workspace.settings(server.port)
        workspace.ok("run", now=MONDAY)
    assert workspace.ok("contacts", "count", 'kind = "prospect"') == {"count": 2}
    workspace.ok("record", people[0], "order", "--amount", "99.90", now="2027-03-02")

    assert workspace.ok("contacts", "count", 'kind = "customer" and revenue = 99.90') == {
        "count": 1
    }
    assert workspace.ok("contacts", "count", 'reached("order", "spring")') == {"count": 1}
    assert workspace.ok("contacts", "count", 'received("spring")') == {"count": 2}


# --- preview -----------------------------------------------------------------------------------


@pytest.fixture
def chain(workspace: Workspace) -> Workspace:
    workspace.people(
        [("a", "Dupré", "a@mail.example", "0299000001", "35000", "Rennes"),
         ("b", "Blanc", "b@mail.example", "", "35000", "Rennes"),
         ("g", "", "g@mail.example", "", "35000", "Rennes")],
        HEADER,
    )  # fmt: skip
    guide = 'title: "Calling {{ last_name }}"\nintroduction: ["Good morning."]\n'
    workspace.write("templates/call.yaml", guide)
    workspace.campaign("spring", steps=STEPS)
    return workspace


def test_a_preview_shows_what_one_person_would_get_and_changes_nothing(chain: Workspace) -> None:
    before = chain.stored()

    shown = chain.ok("preview", "spring", "--who", "a", "--out", "look", now=MONDAY)

    assert [(s["step"], s["date"], s["name"]) for s in shown["steps"]] == [
        ("letter", "2027-03-01T09:00:00+01:00", "Dupré"),
        ("mail", "2027-03-06T09:00:00+01:00", "Dupré"),
        ("call", "2027-03-16T00:00:00+01:00", "Dupré"),
    ]
    mail = shown["steps"][1]
    assert (mail["subject"], mail["problem"]) == ("For Dupré", None)
    assert "Dear Dupré, from Rennes." in mail["text"]
    names = sorted(path.suffix for path in (chain.folder / "look").iterdir())
    assert [name for name in names if name != ".pdf"] == [".docx", ".eml", ".html", ".txt"]
    eml = next((chain.folder / "look").glob("*.eml"))
    message = email.message_from_bytes(eml.read_bytes())
    assert message["To"].endswith("<a@mail.example>")
    docx = next((chain.folder / "look").glob("*.docx"))
    assert "Dupré" in ZipFile(docx).read("word/document.xml").decode()
    assert chain.stored() == before
    assert chain.ok("status") == {"campaigns": []}


def test_a_preview_of_one_step_names_what_would_be_held(chain: Workspace) -> None:
    only = chain.ok("preview", "spring", "--who", "b", "--step", "mail")
    assert [step["step"] for step in only["steps"]] == ["mail"]
    lacking = chain.ok("preview", "spring", "--who", "g", "--step", "mail", code=4)
    assert "last_name" in lacking["steps"][0]["problem"]
    in_words = chain.run("preview", "spring", "--who", "b").out
    assert "Subject: For Blanc" in in_words
    assert "Good morning." in in_words


def test_what_the_preview_shows_is_what_leaves(chain: Workspace) -> None:
    """The same text, subject and recipient; nothing of a template's own language in it."""
    shown = chain.ok("preview", "spring", "--who", "a", "--out", "look", now=MONDAY)
    chain.ok("suppress", "add", "b@mail.example", "g@mail.example")
    chain.launch("spring", now=MONDAY)
    chain.ok("run", now=MONDAY)
    chain.ok("letters", "posted", "spring", "--on", "2027-03-01", now=MONDAY)
    with SmtpServer() as server:
        chain.settings(server.port)
        chain.ok("run", now="2027-03-06T09:00")

    ((_, content),) = server.received
    sent = email.message_from_bytes(content)
    eml = next(Path(name) for name in shown["steps"][1]["files"] if name.endswith(".eml"))
    kept = email.message_from_bytes(eml.read_bytes())
    assert str(make_header(decode_header(sent["Subject"]))) == "For Dupré"
    assert sent["Subject"] == kept["Subject"]
    assert sent["Message-ID"] == kept["Message-ID"]
    bodies = [
        [part.get_payload(decode=True) for part in message.walk() if not part.is_multipart()]
        for message in (sent, kept)
    ]
    assert "Dear Dupré, from Rennes.".encode() in bodies[0][0]
    assert not any(mark in content for mark in (b"{{", "«".encode(), b"MERGEFIELD"))
    assert len(bodies[0]) == len(bodies[1]) == 2


def test_a_launched_campaign_can_still_be_checked_and_previewed(chain: Workspace) -> None:
    """Its own people are not in "another unfinished campaign"."""
    chain.ok("suppress", "add", "g@mail.example")
    chain.launch("spring", now=MONDAY)

    checked = chain.ok("check", "spring", now=MONDAY)
    shown = chain.ok("preview", "spring", "--step", "letter", now=MONDAY)

    assert [row for row in checked["problems"] if row["severity"] == "error"] == []
    assert shown["steps"][0]["name"] in ("Dupré", "Blanc")


# --- status and letters ------------------------------------------------------------------------


def test_a_letter_printed_twice_lies_in_two_bundles_and_is_posted_once(chain: Workspace) -> None:
    chain.write("mend.csv", f"{HEADER}\ng;Gris;g@mail.example;;35000;Rennes\n")
    chain.ok("contacts", "import", "mend.csv")
    chain.launch("spring", now=MONDAY)
    assert chain.ok("run", now=MONDAY)["letters"] == 3
    assert chain.ok("run", now=MONDAY)["letters"] == 3
    outbox = chain.folder / "data/outbox/letters/spring"
    assert len(list(outbox.iterdir())) == 1
    assert chain.ok("letters", "spring", "--out", "again", now=MONDAY)["letters"] == 3
    assert (chain.folder / "again" / "bundle.docx").is_file()
    assert chain.ok("letters", "posted", "spring", now=MONDAY)["posted"] == 3
    nothing = chain.run("letters", "posted", "spring", "--now", MONDAY, "--json")
    assert (nothing.code, len(nothing.errors)) == (1, 1)
    status = chain.ok("status", "spring", now=MONDAY)
    assert (status["state"], status["enrolled"]) == ("running", 3)
    assert status["next_at"] == "2027-03-06T09:00:00+01:00"
    assert chain.by_state("spring") == {"due": 3, "sent": 3}


def test_what_became_of_a_campaign_in_words_is_80_columns_wide(chain: Workspace) -> None:
    chain.launch("spring", now=MONDAY)
    for words in (["status"], ["status", "spring"], ["report", "spring"], ["report"],
                  ["contacts", "list"], ["calls"], ["suppress", "list"]):  # fmt: skip
        done = chain.run(*words, "--now", MONDAY)
        assert done.code == 0, done
        assert done.out.strip()
        assert max(map(len, done.out.splitlines())) <= 80, (words, done.out)
