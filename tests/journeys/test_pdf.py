"""Letters as PDF: the print bundle, and letters attached to e-mails."""

from __future__ import annotations

import email
import signal
from email.message import Message
from pathlib import Path

import pytest
from printing import texts
from smtp_servers import SmtpServer
from word import complex_field, docx, merge, paragraph, run
from workspaces import Workspace, mail, until

from outreach.files import pdf_finding
from outreach.files.pdf_finding import Found

MONDAY = "2027-03-01T09:00"
HEADER = "Ref;Last name;E-mail;Postal code;City"
LETTER = "  - {step: letter, channel: letter, template: letter.docx}\n"
ATTACHED = "attachments: [{letter: voucher.docx, as: pdf}]"


@pytest.fixture
def breton(workspace: Workspace, libreoffice: Found) -> Workspace:
    """Three people of Rennes, not in the order of their post codes, and a letter of two pages."""
    workspace.people(
        [
            ("a", "Argoat", "a@mail.example", "35700", "Rennes"),
            ("b", "Bihan", "b@mail.example", "35000", "Rennes"),
            ("c", "Cadic", "c@mail.example", "35200", "Rennes"),
        ],
        HEADER,
    )
    second = '<w:r><w:br w:type="page"/></w:r>'
    pages = run("Page ") + complex_field(" PAGE ") + run("/") + complex_field(" NUMPAGES ")
    body = paragraph(run("Dear "), merge("last_name")) + paragraph(second, pages)
    workspace.write("templates/letter.docx", docx(body))
    workspace.write("templates/voucher.docx", docx(paragraph(run("For "), merge("last_name"))))
    return workspace


def test_letters_as_pdf_one_each_and_one_to_print_in_the_order_of_the_post(
    breton: Workspace,
) -> None:
    breton.campaign("spring", steps=LETTER)
    breton.launch("spring", now=MONDAY)
    done = breton.ok("letters", "spring", "--pdf", "--out", "post", now=MONDAY)
    assert done["letters"] == 3
    assert done["bundles"][0]["no_pdf"] == []
    folder = breton.folder / "post"
    names = ["35000-bihan-2", "35200-cadic-3", "35700-argoat-1", "bundle"]
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        f"{name}.{ending}" for name in names for ending in ("docx", "pdf")
    )
    assert texts((folder / "bundle.pdf").read_bytes()) == [
        "Dear Bihan", "Page 2/2", "Dear Cadic", "Page 2/2", "Dear Argoat", "Page 2/2",
    ]  # fmt: skip
    assert texts((folder / "35200-cadic-3.pdf").read_bytes()) == ["Dear Cadic", "Page 2/2"]


def test_both_sides_of_the_paper_are_for_the_print_file(breton: Workspace) -> None:
    breton.write("templates/letter.docx", docx(paragraph(run("Dear "), merge("last_name"))))
    breton.campaign("spring", steps=LETTER)
    breton.launch("spring", now=MONDAY)
    breton.ok("letters", "spring", "--pdf", "--two-sided", "--out", "post", now=MONDAY)
    printed = texts((breton.folder / "post" / "bundle.pdf").read_bytes())
    assert printed == ["Dear Bihan", "", "Dear Cadic", "", "Dear Argoat", ""]
    refused = breton.run("letters", "spring", "--two-sided")
    assert (refused.code, "--two-sided is for" in refused.err) == (2, True)


def test_a_merged_letter_goes_with_an_e_mail_as_pdf(breton: Workspace) -> None:
    breton.campaign("spring", steps=mail(more=ATTACHED))
    assert not [
        p for p in breton.ok("check", "spring")["problems"] if "LibreOffice" in p["message"]
    ]
    breton.launch("spring", now=MONDAY)
    with SmtpServer() as server:
        breton.settings(server.port)
        assert breton.ok("run", now=MONDAY)["sent"] == 3
    got = {}
    for _, content in server.received:
        message = email.message_from_bytes(content)
        (voucher,) = [one for one in message.walk() if one.get_filename()]
        assert voucher.get_filename() == "voucher.pdf"
        assert voucher.get_content_type() == "application/pdf"
        got[message["To"].split()[0]] = texts(_content(voucher))
    assert got == {"Argoat": ["For Argoat"], "Bihan": ["For Bihan"], "Cadic": ["For Cadic"]}


def test_the_same_e_mail_has_the_same_bytes_when_it_is_made_again(breton: Workspace) -> None:
    breton.campaign("spring", steps=mail(more=ATTACHED))
    made = []
    for place in ("one", "two"):
        breton.ok("preview", "spring", "--who", "b", "--out", place, now=MONDAY)
        (path,) = (breton.folder / place).glob("*.eml")
        made.append(path.read_bytes())
    assert made[0] == made[1]


def test_without_libreoffice_the_letters_are_left_alone_and_the_e_mails_held(
    breton: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    breton.campaign("spring", steps=mail(more=ATTACHED))
    breton.launch("spring", now=MONDAY)
    with SmtpServer() as server, monkeypatch.context() as elsewhere:
        elsewhere.setenv("PATH", str(breton.folder))
        elsewhere.setattr(pdf_finding, "_USUAL_PLACES", ())
        (problem,) = [
            p for p in breton.ok("check", "spring")["problems"] if "LibreOffice" in p["message"]
        ]
        assert problem["severity"] == "warning"
        assert "apt-get install" in problem["hint"]
        refused = breton.run("letters", "spring", "--pdf")
        assert refused.code == 1
        assert "apt-get install libreoffice-writer-nogui" in refused.err
        breton.settings(server.port)
        assert breton.ok("run", now=MONDAY, code=4)["held"] == 3
        elsewhere.undo()
        assert breton.ok("run", now=MONDAY)["sent"] == 3


def test_ctrl_c_leaves_no_libreoffice_and_no_half_file(
    breton: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    breton.campaign("spring", steps=LETTER)
    breton.launch("spring", now=MONDAY)
    monkeypatch.setenv("TMPDIR", str(temporary))
    process = breton.start("letters", "spring", "--pdf", "--out", "post", "--now", MONDAY)
    until(lambda: list(temporary.glob("outreach-office-*/user/*")), process)
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 130
    assert list(temporary.iterdir()) == []
    left = [p.name for p in (breton.folder / "post").iterdir() if p.suffix not in (".docx", ".pdf")]
    assert left == []
    assert breton.ok("letters", "spring", "--pdf", "--out", "again", now=MONDAY)["letters"] == 3


def _content(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content
