"""Mailboxes of people who said no: the three forms, and what is nobody's no."""

from __future__ import annotations

import mailbox
from email.message import EmailMessage
from pathlib import Path

import pytest

from outreach.files.opt_outs import NoMessages, is_mailbox, opt_outs_of

TOKEN = "ofatnbuj3wv5h2q7yz4k6m2d5e"


def _message(sender: str, subject: str = "STOP", **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["Subject"] = sender, subject
    message["Date"] = "Tue, 16 Feb 2027 10:00:00 +0100"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content("Non merci.\n")
    return message


@pytest.fixture(params=["mbox", "maildir", "eml", "no ending"])
def box(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    message = _message("Léa <Lea@lys.example>", f"unsubscribe-{TOKEN.upper()}")
    if request.param == "maildir":
        mailbox.Maildir(tmp_path / "box").add(message)
        return tmp_path / "box"
    if request.param == "eml":
        (tmp_path / "stop.eml").write_bytes(message.as_bytes())
        return tmp_path / "stop.eml"
    path = tmp_path / ("stop.mbox" if request.param == "mbox" else "Inbox")
    written = mailbox.mbox(path)
    written.add(message)
    written.flush()
    return path


def test_each_form_tells_who_when_and_the_token_of_our_own_link(box: Path) -> None:
    assert is_mailbox(box)
    (found,) = opt_outs_of(box)

    assert (found.number, found.address, found.token) == (1, "Lea@lys.example", TOKEN)
    assert found.at is not None
    assert found.at.isoformat() == "2027-02-16T10:00:00+01:00"
    assert not found.automatic


@pytest.mark.parametrize(
    "message",
    [
        _message("lea@lys.example", Auto_Submitted="auto-replied (vacation)"),
        _message("lea@lys.example", Return_Path="<>"),
        _message("MAILER-DAEMON@lys.example"),
        _message("no-reply@lys.example"),
    ],
)
def test_what_a_machine_wrote_is_nobodys_no(message: EmailMessage, tmp_path: Path) -> None:
    (tmp_path / "one.eml").write_bytes(message.as_bytes())

    assert opt_outs_of(tmp_path / "one.eml")[0].automatic


def test_a_token_that_was_folded_over_two_lines_is_read(tmp_path: Path) -> None:
    raw = f"From: lea@lys.example\nSubject: Re: unsubscribe-{TOKEN[:12]}\n {TOKEN[12:]}\n\nx\n"
    (tmp_path / "one.eml").write_text(raw)

    assert opt_outs_of(tmp_path / "one.eml")[0].token == TOKEN


def test_a_list_of_addresses_is_no_mailbox_and_an_empty_one_is_told(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("lea@lys.example\n")
    (tmp_path / "empty.mbox").write_bytes(b"")

    assert not is_mailbox(tmp_path / "list.csv")
    with pytest.raises(NoMessages):
        opt_outs_of(tmp_path / "empty.mbox")
