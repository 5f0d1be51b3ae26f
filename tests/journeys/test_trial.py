"""`test CAMPAIGN --to ME`: the whole chain to one address, now; nobody's chain moves."""

from __future__ import annotations

import email
import re
from collections.abc import Callable
from email import policy
from email.message import EmailMessage

import pytest
from smtp_servers import SmtpServer
from workspaces import Workspace, mail

from outreach.files.pdf_finding import NoOffice, find_office
from outreach.rendering.tokens import read_token
from outreach.store.engine import Database

ME = "me@atelier.example"
NOW = "2027-03-01T09:00"
CHAIN = """\
  - {step: letter, channel: letter, template: letter.docx}
  - step: mail
    channel: email
    after: letter + 3 days
    subject: "For {{ last_name }}"
    template: mail.html.j2
    variants:
      A: {subject: "Été {{ last_name }}"}
      B: {subject: "Hiver {{ last_name }}"}
  - {step: again, channel: email, after: mail + 9 days, subject: Again, template: mail.html.j2,
     when: not replied}
  - {step: call, channel: call, guide: call.yaml, after: mail + 1 days}
"""
GUIDE = 'title: Call {{ last_name }}\nintroduction: ["Good morning {{ last_name }}."]\n'


@pytest.fixture
def chain(workspace: Workspace) -> Workspace:
    workspace.people(
        [("a", "Le Goff", "a@mail.example", "0299000001", "35000", "Rennes"),
         ("b", "Nobody", "b@mail.example", "", "35000", "")],
        "Ref;Last name;E-mail;Phone;Postal code;City",
    )  # fmt: skip
    workspace.write("templates/call.yaml", GUIDE)
    workspace.campaign("spring", steps=CHAIN)
    return workspace


def at(workspace: Workspace, server: SmtpServer, more: str = "", limits: str = "{}") -> None:
    workspace.settings(server.port, limits=limits, more=more)


def read(server: SmtpServer) -> list[EmailMessage]:
    """What the server took, parsed by the standard library."""
    found = [email.message_from_bytes(raw, policy=policy.default) for _, raw in server.received]
    assert all(isinstance(one, EmailMessage) for one in found)
    return [one for one in found if isinstance(one, EmailMessage)]


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def test_every_step_comes_in_its_order_marked_as_a_test_and_nothing_is_written_down(
    chain: Workspace,
) -> None:
    """Both variants, the letter attached, the guide to be read; dates and conditions are passed."""
    before = chain.stored()
    with SmtpServer() as server:
        at(chain, server, "unsubscribe_url: https://atelier.example/u/{token}\n")
        done = chain.ok("test", "spring", "--to", ME)
    letter, a, b, again, call = read(server)

    assert server.recipients == [ME] * 5
    assert [(one["step"], one["variant"], one["outcome"]) for one in done["steps"]] == [
        ("letter", None, "sent"), ("mail", "A", "sent"), ("mail", "B", "sent"),
        ("again", None, "sent"), ("call", None, "sent"),
    ]  # fmt: skip
    assert (done["sent"], done["to"], done["name"]) == (5, ME, "Le Goff")
    assert [one["Subject"] for one in (letter, a, b, again, call)] == [
        "[Test] Letter: letter", "[Test A] Été Le Goff", "[Test B] Hiver Le Goff",
        "[Test] Again", "[Test] Call: call",
    ]  # fmt: skip
    assert [one["X-Outreach-Test"] for one in (letter, a, b, again, call)] == [
        "spring/letter", "spring/mail/A", "spring/mail/B", "spring/again", "spring/call",
    ]  # fmt: skip
    assert {str(one["To"]) for one in read(server)} == {ME}
    assert text_of(a) == "Dear Le Goff, from Rennes.\n"
    assert again["In-Reply-To"] == a["Message-ID"]
    assert "last_name: Le Goff" in text_of(letter)
    names = [part.get_filename() for part in letter.iter_attachments()]
    try:
        find_office()
        assert names == ["35000-le-goff-1.docx", "35000-le-goff-1.pdf"]
    except NoOffice:
        assert names == ["35000-le-goff-1.docx"]
    assert "02 99 00 00 01" in text_of(call)
    assert "Introduction\n- Good morning Le Goff.\n" in text_of(call)
    assert chain.stored() == before


def test_the_way_out_in_a_test_says_no_in_nobodys_name(
    chain: Workspace, open_store: Callable[..., Database]
) -> None:
    """The token in its links is of a kind of its own: `u` is the one that opts somebody out."""
    with SmtpServer() as server:
        at(chain, server, "unsubscribe_url: https://atelier.example/u/{token}\n")
        chain.ok("test", "spring", "--to", ME, "--step", "again")
    (message,) = read(server)
    found = re.search(r"/u/([a-z2-7]+)>", str(message["List-Unsubscribe"]))
    assert found
    base = open_store("sqlite:///data/outreach.db")
    read_back = read_token(base.secret, found[1])
    assert read_back is not None
    assert read_back[0] == "t"


def test_a_test_of_a_launched_campaign_leaves_the_real_message_its_own_id(
    chain: Workspace,
) -> None:
    """Two tests and the real one are three messages: a mailbox shows a Message-ID once."""
    chain.campaign("spring", where='last_name = "Le Goff"', steps=mail())
    chain.launch("spring")
    chain.ok("suppress", "add", ME)
    with SmtpServer() as server:
        at(chain, server)
        chain.ok("test", "spring", "--to", ME)
        chain.ok("test", "spring", "--to", ME)
        assert chain.by_state("spring") == {"due": 1}
        assert chain.ok("run")["sent"] == 1
    assert server.recipients == [ME, ME, "a@mail.example"]
    assert len({str(one["Message-ID"]) for one in read(server)}) == 3


def test_a_message_that_would_be_held_is_told_by_name_and_the_rest_arrives(
    chain: Workspace,
) -> None:
    with SmtpServer() as server:
        at(chain, server)
        done = chain.ok("test", "spring", "--to", ME, "--who", "b", code=4)
        shown = chain.run("test", "spring", "--to", ME, "--who", "b")
    held = [one for one in done["steps"] if one["outcome"] == "held"]
    assert [(one["step"], one["message"]) for one in held] == [
        ("letter", "the value of city is missing"), ("mail", "the value of city is missing"),
        ("mail", "the value of city is missing"), ("again", "the value of city is missing"),
    ]  # fmt: skip
    assert [one["Subject"] for one in read(server)] == ["[Test] Call: call"] * 2
    assert shown.code == 4
    assert "would be held: the value of city is missing" in shown.out
    assert all(len(line) <= 80 for line in shown.out.splitlines())


def test_a_refusal_is_told_with_the_servers_words(chain: Workspace) -> None:
    """The tester's address is not called dead: nothing of a test is written down."""
    before = chain.stored()
    with SmtpServer({"RCPT": "550 5.1.1 no such user"}) as server:
        at(chain, server)
        done = chain.ok("test", "spring", "--to", ME, "--step", "mail", code=1)
    assert [one["outcome"] for one in done["steps"]] == ["refused", "refused"]
    assert "550 5.1.1 no such user" in done["steps"][0]["message"]
    assert chain.stored() == before


def test_a_server_that_is_down_is_told_once(chain: Workspace) -> None:
    with SmtpServer() as server:
        at(chain, server)
    done = chain.ok("test", "spring", "--to", ME, code=1)
    assert {one["outcome"] for one in done["steps"]} == {"not_sent"}
    assert len(done["errors"]) == 1


def test_the_limits_of_the_sender_hold_for_a_test_too(chain: Workspace) -> None:
    """Two an hour: the third step is told when it may leave."""
    with SmtpServer() as server:
        at(chain, server, limits="{per_hour: 2}")
        done = chain.ok("test", "spring", "--to", ME, code=1, now=NOW)
    assert [one["outcome"] for one in done["steps"]] == ["sent"] * 2 + ["not_sent"] * 3
    assert len(done["errors"]) == 1


def test_a_test_leaves_the_pauses_of_the_sender_and_comes_to_its_end(chain: Workspace) -> None:
    """A pause begins when the message before has left: the next one is waited for, and leaves."""
    with SmtpServer() as server:
        at(chain, server, limits="{gap: 5-10, per_minute: 10}")
        done = chain.ok("test", "spring", "--to", ME, now=NOW)
    assert [one["outcome"] for one in done["steps"]].count("failed") == 0
    assert len(server.received) >= 4


@pytest.mark.parametrize(
    "words",
    [
        ["test", "spring"],
        ["test", "spring", "--to", "me"],
        ["test", "spring", "--to", "a@x.example, b@x.example"],
        ["test", "spring", "--to", ME, "--step", "maill"],
        ["test", "spring", "--to", ME, "--who", "Nobody at all"],
    ],
)
def test_what_cannot_be_answered_is_wrong_usage_and_nothing_leaves(
    chain: Workspace, words: list[str]
) -> None:
    with SmtpServer() as server:
        at(chain, server)
        done = chain.run(*words, "--json")
    assert (done.code, len(done.errors), server.received) == (2, 1, [])


def test_a_letter_alone_is_sent_by_the_only_sender_there_is(workspace: Workspace) -> None:
    """In French: what stands around the letter is in the workspace's language."""
    workspace.people(
        [("a", "Le Goff", "35000", "Rennes")], "Réf;Nom;Code postal;Ville"
    )  # fmt: skip
    workspace.write(
        "campaigns/été.yaml",
        "campaign: été\noffer: Visite\naudience: {where: 'city = \"Rennes\"'}\nsteps:\n"
        "  - {step: lettre, channel: letter, template: letter.docx}\n",
    )
    with SmtpServer() as server:
        at(workspace, server)
        settings = workspace.folder / "outreach.yaml"
        settings.write_text(settings.read_text().replace("en_GB", "fr_FR"))
        assert workspace.ok("test", "été", "--to", ME)["sent"] == 1
    (message,) = read(server)
    assert (message["Subject"], message["X-Outreach-Test"]) == ("[Test] Lettre: lettre",
                                                                "été/lettre")  # fmt: skip
    assert "last_name: Le Goff" in text_of(message)


def test_what_is_wrong_with_a_template_is_told_with_its_place(chain: Workspace) -> None:
    chain.write("templates/mail.html.j2", "<p>Dear {{ lst_name }}</p>\n")
    with SmtpServer() as server:
        at(chain, server)
        done = chain.ok("test", "spring", "--to", ME, "--who", "a", "--step", "again", code=1)
    assert [one["outcome"] for one in done["steps"]] == ["failed"]
    (error,) = done["errors"]
    assert error["file"] == "templates/mail.html.j2"
    assert "lst_name" in error["message"]
