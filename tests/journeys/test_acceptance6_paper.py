"""Acceptance of issue line 5.12: printed for the post, posted, brought back, answered by coupon."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from docx import Document
from workspaces import Workspace, letter

HEADER = "Ref;Civilité;First name;Last name;E-mail;Street;CP;City;Country"
#: In the order of the post: by postal code, Corsica between 19 and 21, overseas, then abroad.
PEOPLE = [
    ("p5", "Mme", "Ève", "Saint-Denis", "p5@x.example", "5 rue E", "97400", "Saint-Denis", "FR"),
    ("p3", "M.", "Carlo", "Ajaccio", "p3@x.example", "3 rue C", "20000", "Ajaccio", "FR"),
    ("p1", "Mme", "Anne", "Bourg", "p1@x.example", "1 rue A", "01000", "Bourg-en-Bresse", "FR"),
    ("p6", "M.", "Franz", "Liège", "p6@x.example", "6 rue F", "4000", "Liège", "BE"),
    ("p4", "M.", "Denis", "Rennes", "p4@x.example", "4 rue D", "35000", "Rennes", "FR"),
    ("p2", "Mme", "Béa", "Tulle", "p2@x.example", "2 rue B", "19000", "Tulle", "FR"),
]
ORDER = ["Bourg", "Tulle", "Ajaccio", "Rennes", "Saint-Denis", "Liège"]
STEPS = """\
  - {step: letter, channel: letter, template: letter.docx, cost: 1.50}
  - {step: mail, channel: email, after: letter + 5 working days, subject: Hello, template: mail.html.j2}
  - {step: second, channel: letter, after: mail + 5 days, template: letter.docx, cost: 2}
"""  # noqa: E501
CODE = re.compile(r"\b[0-9A-Z]+-[0-9A-Z]+-[0-9A-Z]{3}\b")


def words(path: Path) -> str:
    return "\n".join(paragraph.text for paragraph in Document(str(path)).paragraphs)


@pytest.fixture
def fair(workspace: Workspace) -> Workspace:
    """Six letters printed on Monday 1 March 2027."""
    workspace.people(PEOPLE, HEADER)
    workspace.write("templates/letter.docx", letter("last_name", "city", "Code_réponse"))
    workspace.campaign("fair", "true", steps=STEPS)
    workspace.launch("fair", now="2027-03-01T09:00")
    made = workspace.ok("letters", "fair", "--out", "out", now="2027-03-01T10:00")
    assert made["letters"] == 6
    return workspace


def bundle(workspace: Workspace, folder: str = "out") -> str:
    (path,) = (p for p in (workspace.folder / folder).rglob("*.docx") if "bundle" in p.name)
    return words(path)


def codes(workspace: Workspace, folder: str = "out") -> dict[str, str]:
    """Last name → the code printed beneath it in the bundle."""
    found = re.findall(r"last_name: (.+)\n.*\nCode_réponse: (\S+)", bundle(workspace, folder))
    assert all(CODE.fullmatch(code) for _, code in found)
    return dict(found)


def refs(answer: Any) -> list[str]:
    return sorted(one["name"] for one in answer)


def test_the_bundle_lies_as_the_post_wants_it_and_the_clock_starts_when_it_goes(
    fair: Workspace,
) -> None:
    printed = re.findall(r"last_name: (.+)", bundle(fair))
    assert printed == ORDER
    assert len(set(codes(fair).values())) == 6
    # Nothing was posted: nobody was contacted, nothing was spent, no mail has a day.
    before = fair.ok("report", "fair", now="2027-03-03T09:00")
    assert (before["chain"][0]["contacts"], before["cost"]["total"]) == (0, 0)
    assert fair.ok("run", now="2027-03-15T09:00")["sent"] == 0
    # Two lie on the desk still; the others went on Tuesday.
    posted = fair.ok(
        "letters", "posted", "fair", "--on", "2027-03-02", "--except", "p3@x.example",
        "--except", "p6", now="2027-03-03T09:00",
    )  # fmt: skip
    assert (posted["posted"], posted["on"]) == (4, "2027-03-02")
    assert refs(posted["kept_back"]) == ["Carlo Ajaccio", "Franz Liège"]
    after = fair.ok("report", "fair", now="2027-03-03T09:00")
    assert (after["chain"][0]["contacts"], after["cost"]["total"]) == (4, 6)
    # Five working days after Tuesday the 2nd: Tuesday the 9th.
    assert fair.ok("why", "p1", now="2027-03-03T09:00")["campaigns"][0]["next"]["at"].startswith(
        "2027-03-09"
    )
    # The two of them are printed again, in their order, with the codes they had.
    again = fair.ok("letters", "fair", "--out", "later", now="2027-03-04T10:00")
    assert again["letters"] == 2
    had = codes(fair)
    assert codes(fair, "later") == {name: had[name] for name in ("Ajaccio", "Liège")}
    assert list(codes(fair, "later")) == ["Ajaccio", "Liège"]
    fair.ok("letters", "posted", "fair", "--on", "2027-03-04", now="2027-03-04T18:00")
    assert fair.ok("report", "fair", now="2027-03-04T19:00")["cost"]["total"] == 9
    refused = fair.run("letters", "posted", "fair", "--on", "2027-03-02", now="2027-03-04T19:00")
    assert refused.code == 1
    assert "no printed letters" in refused.err


def test_what_the_post_brings_back_marks_the_address_and_ends_no_chain(fair: Workspace) -> None:
    """Codes from a text, a column of a CSV and of a workbook; names; a wrong one is told."""
    fair.ok("letters", "posted", "fair", "--on", "2027-03-02", now="2027-03-02T18:00")
    had = codes(fair)
    table = (
        f"Date;Code réponse;Motif\n08/03/2027;{had['Bourg']};NPAI\n"
        f"08/03/2027;{had['Tulle'].lower()};PND\n;1-1-ZZZ;PND\n"
    )
    fair.write("npai.csv", table.encode("cp1252"))
    told = fair.ok("letters", "returned", "--from", "npai.csv", now="2027-03-08T09:00", code=4)
    assert (told["recorded"], told["unchanged"], told["rejected"]) == (2, 0, 1)
    assert told["errors"][0]["line"] == 4
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["Retours de la semaine"], [], ["Motif", "Code"], ["PND", had["Rennes"]],
                ["NPAI", had["Bourg"]]):  # fmt: skip
        sheet.append(row)
    book.save("npai.xlsx")
    told = fair.ok("letters", "returned", "--from", "npai.xlsx", now="2027-03-08T09:00")
    assert (told["recorded"], told["unchanged"], told["rejected"]) == (1, 1, 0)
    fair.write("scan.txt", f"{had['Ajaccio']}\r\n\r\np6@x.example\r\n")
    dry = fair.ok("letters", "returned", "--from", "scan.txt", "--dry-run", now="2027-03-08T09:00")
    assert dry["recorded"] == 2
    told = fair.ok("letters", "returned", "--from", "scan.txt", now="2027-03-08T09:00")
    assert (told["recorded"], told["unchanged"]) == (2, 0)
    # Six were posted and paid for; five came back.
    report = fair.ok("report", "fair", now="2027-03-08T10:00")
    assert (report["chain"][0]["contacts"], report["cost"]["total"]) == (6, 9)
    # The e-mail of the 9th goes to everybody all the same.
    ahead = fair.run("run", "--dry-run", now="2027-03-09T09:00")
    assert "6 e-mails would leave" in ahead.out
    # The next campaign on paper takes the one whose address is alive, until another is mended.
    fair.campaign("autumn", "true", steps=STEPS, head="alongside: true\n")
    shown = fair.ok("launch", "autumn", "--dry-run", now="2027-03-10T09:00")
    assert (shown["enrolled"], shown["excluded"]) == (1, {"invalid_address": 5})
    fair.ok("contacts", "set", "p1", "street=9 rue Neuve", now="2027-03-10T09:00")
    assert fair.ok("launch", "autumn", "--dry-run", now="2027-03-10T09:00")["enrolled"] == 2
    assert "post came back" in fair.run("why", "p2", now="2027-03-10T09:00").out


def test_a_returned_letter_that_was_told_by_mistake_is_taken_back(fair: Workspace) -> None:
    fair.ok("letters", "posted", "fair", "--on", "2027-03-02", now="2027-03-02T18:00")
    fair.ok("letters", "returned", "p1", "--campaign", "fair", now="2027-03-08T09:00")
    fair.campaign("autumn", "true", steps=STEPS, head="alongside: true\n")
    assert fair.ok("launch", "autumn", "--dry-run", now="2027-03-08T10:00")["enrolled"] == 5
    fair.ok("undo", "--yes", now="2027-03-08T11:00")
    assert fair.ok("launch", "autumn", "--dry-run", now="2027-03-08T12:00")["enrolled"] == 6


def test_a_coupon_that_comes_back_is_recorded_for_the_person_and_the_campaign(
    fair: Workspace,
) -> None:
    """One code by hand, several in a table, one with a slip of the fingers."""
    fair.ok("letters", "posted", "fair", "--on", "2027-03-02", now="2027-03-02T18:00")
    had = codes(fair)
    done = fair.ok(
        "record", had["Rennes"].replace("-", " ").lower(), "appointment", "--on", "2027-03-05",
        "--note", "coupon", now="2027-03-06T09:00",
    )  # fmt: skip
    assert (done["campaign"], done["stopped"]) == ("fair", True)
    fair.write(
        "coupons.csv",
        f"contact;stage;on\n{had['Tulle']};replied;05/03/2027\n{had['Bourg']};order;05/03/2027\n"
        f"{had['Ajaccio'][:-1]}!;replied;05/03/2027\n",
    )
    told = fair.ok("record", "--from", "coupons.csv", now="2027-03-06T10:00", code=4)
    assert (told["recorded"], told["rejected"]) == (2, 1)
    report = fair.ok("report", "fair", now="2027-03-06T11:00")
    assert [link["contacts"] for link in report["chain"]] == [6, 3, 2, 1, 1]
    assert "3 e-mails would leave" in fair.run("run", "--dry-run", now="2027-03-09T09:00").out


def test_who_answered_while_the_letters_lay_there_is_taken_out_of_the_pile(
    fair: Workspace,
) -> None:
    fair.ok("record", "p4", "replied", "--campaign", "fair", now="2027-03-02T08:00")
    fair.ok("suppress", "add", "p2@x.example", now="2027-03-02T08:00")
    posted = fair.ok("letters", "posted", "fair", now="2027-03-02T18:00")
    assert posted["posted"] == 4
    assert refs(posted["withdrawn"]) == ["Béa Tulle", "Denis Rennes"]
    assert fair.ok("report", "fair", now="2027-03-03T09:00")["cost"]["total"] == 6


def test_the_sample_letters_bear_a_code_to_answer_with(
    tmp_path: Path, workspace: Workspace
) -> None:
    """A new workspace can print a coupon without opening Word."""
    workspace.ok("init", "atelier")
    for name in ("open-day.docx", "open-day-en.docx"):
        (path,) = Path("atelier/templates").rglob(name)
        with zipfile.ZipFile(path) as archive:
            text = archive.read("word/document.xml").decode()
        assert "Code_réponse" in text or "reply_code" in text
