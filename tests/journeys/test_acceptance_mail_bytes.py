"""Acceptance of issue lines 3.8 and 3.9: what a mail server gets, byte by byte.

Every message goes through `launch` and `run` to a server on loopback (or `preview --out`) and is
read back by the standard library and by mail-parser, which share no code for headers.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from html import unescape
from pathlib import Path

import mailparser
import pytest
from smtp_servers import SmtpServer
from workspaces import Workspace, mail

from outreach.rendering.tokens import read_token
from outreach.store.engine import Database

MONDAY = "2027-03-01T09:00"
PAGE = "https://desabonnement.atelier.example/prospection/adieu/" + "x" * 60 + "/{token}"
FROM = 'Marie "la Rousse" Le Goff, Atelier d\'Été'
NAME = "Anne-Élise d'Hérouville-Saint-Clair de la Ferté, « Lili » (mère)"
LONG = "Portes ouvertes : venez découvrir l'atelier, nos châtaigniers et notre œuvre. " * 3
ONCE = [
    "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "List-Id", "List-Unsubscribe",
    "List-Unsubscribe-Post", "Feedback-ID", "MIME-Version", "Content-Type",
]  # fmt: skip


def atelier(workspace: Workspace, port: int = 9, *, more: str = "", sender: str = "") -> None:
    """A French firm whose people have quotes in their names."""
    workspace.write(
        "outreach.yaml",
        f"""\
organisation: {{name: Atelier Brocéliande, address: "3 rue du Four, 35000 Rennes"}}
locale: fr_FR
timezone: Europe/Paris
senders:
  marie:
    from: '"Marie \\"la Rousse\\" Le Goff, Atelier d''Été" <marie@atelier.example>'
    smtp: {{host: 127.0.0.1, port: {port}, security: none, connections: 1}}
{sender}{more}""",
    )


def read(raw: bytes) -> EmailMessage:
    """As the standard library reads it."""
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def words(raw: bytes, header: str) -> str:
    """A header decoded by RFC 2047 alone; `policy.default` of 3.11 adds blanks between words."""
    value = re.sub(r"\r?\n", "", str(message_from_bytes(raw)[header]))
    return str(make_header(decode_header(value)))


def body(raw: bytes, kind: str) -> str:
    part = read(raw).get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def decoded(part: EmailMessage) -> bytes:
    """The bytes of a part without its transfer encoding, LF at the end of lines."""
    content = part.get_payload(decode=True)
    return content.replace(b"\r\n", b"\n") if isinstance(content, bytes) else b""


def well_formed(raw: bytes) -> None:
    """Seven bits, CRLF only, no line over 76 but those that hold a link, none over 998."""
    assert raw.isascii()
    assert raw.endswith(b"\r\n")
    bare = raw.replace(b"\r\n", b"")
    assert b"\r" not in bare
    assert b"\n" not in bare
    head, _, rest = raw.partition(b"\r\n\r\n")
    for line in head.split(b"\r\n"):
        assert len(line) <= (998 if b"<https:" in line or b"<mailto:" in line else 76), line
    assert max(len(line) for line in rest.split(b"\r\n")) <= 76
    assert not [d for part in message_from_bytes(raw).walk() for d in part.defects]


def sent(workspace: Workspace, server: SmtpServer, now: str = MONDAY) -> dict[str, bytes]:
    """What a run brought to each person."""
    before = len(server.received)
    workspace.ok("run", now=now)
    return dict(server.received[before:])


@pytest.fixture
def two_people(workspace: Workspace) -> Workspace:
    workspace.people(
        [("a", "Anne", f'"{NAME}"', "anne@mail.example", "Alençon"),
         ("b", "Bob", "Le Goff", "bob@xn--bcher-kva.example", "Rennes")],
        "Ref;Prénom;Nom;E-mail;Ville",
    )  # fmt: skip
    workspace.write(
        "templates/mail.html.j2",
        "<p>Cher {{ last_name }} {{ city|de }},</p>\n<p>été "
        + "mot " * 400
        + '<a href="{{ unsubscribe_url }}">adieu</a></p>\n',
    )
    return workspace


def test_every_header_of_the_rules_stands_there_once_and_reads_back(two_people: Workspace) -> None:
    """3.8: RFC 5322, 2047, 2369, 8058, 2919; VERP; the follow-up is threaded."""
    head = (
        '  - {{step: {0}, channel: email, subject: "{1}{{{{ last_name }}}}", template: '
        "mail.html.j2{2}}}\n"
    )
    steps = head.format("one", LONG, "") + head.format("two", "", ", after: one + 1 days")
    two_people.campaign("spring", "external_id is not null", steps=steps)
    own = '    reply_to: contact@atelier.example\n    bounce: "retour+{token}@b.atelier.example"\n'
    with SmtpServer() as server:
        atelier(two_people, server.port, sender=own, more=f'unsubscribe_url: "{PAGE}"\n')
        two_people.launch("spring", now=MONDAY)
        first = sent(two_people, server)
        second = sent(two_people, server, "2027-03-02T09:00")
        paths = list(server.reverse_paths)

    for raw in (*first.values(), *second.values()):
        well_formed(raw)
        names = [name for name, _ in message_from_bytes(raw).items()]
        assert [names.count(name) for name in ONCE] == [1] * len(ONCE), names
        assert {"Bcc", "Cc", "Precedence", "Auto-Submitted", "Return-Path"}.isdisjoint(names)
        assert {p.get("Content-Transfer-Encoding") for p in read(raw).walk()} <= {
            None, "quoted-printable", "base64",
        }  # fmt: skip

    raw = first["anne@mail.example"]
    message, other = read(raw), mailparser.parse_from_bytes(raw)
    assert words(raw, "From") == f"{FROM} <marie@atelier.example>"
    assert message["From"].addresses[0].addr_spec == "marie@atelier.example"
    assert [address for _, address in other.from_] == ["marie@atelier.example"]
    assert [address for _, address in other.to] == ["anne@mail.example"]
    assert f"Anne {NAME}" in words(raw, "To").replace("\\", "")
    assert words(raw, "Subject") == LONG + NAME
    assert other.subject == LONG + NAME
    assert parsedate_to_datetime(str(message["Date"])) == datetime(
        2027, 3, 1, 9, tzinfo=timezone(timedelta(hours=1))
    )
    assert str(message["Reply-To"]) == "contact@atelier.example"

    ids = [str(read(raw)["Message-ID"]) for raw in (*first.values(), *second.values())]
    assert len(set(ids)) == 4
    for one in ids:
        assert re.fullmatch(r"<[A-Za-z0-9._-]+@atelier\.example>", one)
        assert len(one) <= 70

    pages = {}
    for who, raw in first.items():
        found = re.search(
            rb"\r\nList-Unsubscribe: <(" + re.escape(PAGE.split("{")[0]).encode() + rb"[a-z2-7]+)>,"
            rb"\r\n <mailto:contact@atelier\.example\?subject=[!-=?-~]+>\r\n", raw,
        )  # fmt: skip
        assert found, raw[:1500]
        pages[who] = found[1].decode()
        assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw
        assert pages[who] in body(raw, "plain")
        assert pages[who] in body(raw, "html")
    assert len(set(pages.values())) == 2

    streams = {str(read(raw)["List-Id"]) for raw in (*first.values(), *second.values())}
    assert len(streams) == 1
    assert streams.pop().endswith("<spring.atelier.example>")
    loops = {str(read(raw)["Feedback-ID"]) for raw in first.values()}
    assert len(loops) == 1
    parts = loops.pop().split(":")
    assert len(parts) == 4
    assert 5 <= len(parts[3]) <= 15

    assert len(set(paths)) == 4
    for path in paths:
        assert re.fullmatch(r"retour\+[a-z2-7]+@b\.atelier\.example", path)
        assert len(path.split("@")[0]) <= 64

    for who, raw in second.items():
        assert read(raw)["In-Reply-To"] == read(first[who])["Message-ID"]
        assert read(raw)["References"] == read(first[who])["Message-ID"]
        assert read(first[who])["In-Reply-To"] is None

    assert other.text_plain[0].replace("\r\n", "\n") == body(first["anne@mail.example"], "plain")
    assert other.text_html[0].replace("\r\n", "\n") == body(first["anne@mail.example"], "html")
    shown = unescape(body(first["anne@mail.example"], "html"))
    assert f"<p>Cher {NAME} d'Alençon,</p>" in shown


def test_without_a_page_the_way_out_is_an_answer_and_no_click_is_promised(
    two_people: Workspace,
) -> None:
    """3.8: `mailto:` alone, to the sender's own address; its own address takes the failures."""
    two_people.campaign("spring", "external_id is not null")
    with SmtpServer() as server:
        atelier(two_people, server.port)
        two_people.launch("spring", now=MONDAY)
        raw = sent(two_people, server)["anne@mail.example"]
        assert set(server.reverse_paths) == {"marie@atelier.example"}
    assert re.search(rb"\r\nList-Unsubscribe:\s<mailto:marie@atelier\.example\?", raw)
    assert b"One-Click" not in raw
    assert b"Reply-To:" not in raw


CONTROLS = ["\r\n", "\n", "\r", "\x0b", "\x1b", "\x85", "\u2028", "\u202e", "\u2066"]
FORGED = "{0}Bcc: thief@evil.example{0}{0}<b>Forged"


def test_nothing_a_person_is_called_forges_a_header(workspace: Workspace) -> None:
    """3.8: each control sign in every field that a header, a file name or a body shows."""
    fields = ["first_name", "last_name", "company", "job_title", "street", "city", "civility"]
    lines = ["Ref;Prénom;Nom;Société;Fonction;Rue;Ville;Civilité;E-mail"]
    for number, sign in enumerate(CONTROLS):
        evil = '"x' + FORGED.format(sign).replace('"', '""') + '"'
        lines.append(";".join([f"p{number}", *[evil] * len(fields), f"p{number}@mail.example"]))
    workspace.write("people.csv", ("\n".join(lines) + "\n").encode())
    workspace.run("contacts", "import", "people.csv", "--json")
    for number, sign in enumerate(CONTROLS[:3]):
        workspace.run(
            "contacts", "set", f"p{number}@mail.example", "last_name=y" + FORGED.format(sign)
        )
    shown = " ".join("{{ " + name + "|default('-') }}" for name in fields)
    workspace.write("templates/mail.html.j2", f"<p>{shown}</p>")
    workspace.write("plan.txt", "plan")
    workspace.campaign(
        "spring",
        "true",
        steps=f'  - {{step: mail, channel: email, subject: "S {shown}", template: mail.html.j2, '
        "attachments: [plan.txt]}\n",
    )
    count = workspace.ok("contacts", "count")["count"]
    assert count >= 7
    with SmtpServer() as server:
        atelier(workspace, server.port)
        workspace.launch("spring", now=MONDAY)
        done = workspace.run("run", "--now", MONDAY, "--json")
        assert done.code in (0, 4), done
        assert done.json["sent"] + done.json["held"] + done.json["refused"] == count
        assert done.json["sent"] >= 5
    for _, raw in server.received:
        well_formed(raw)
        message = message_from_bytes(raw)
        assert {name.lower() for name in message} <= {
            *(name.lower() for name in ONCE),
        }  # fmt: skip
        assert "thief" not in str(mailparser.parse_from_bytes(raw).bcc)
        for header in ("To", "Subject"):
            assert not re.search(
                r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", words(raw, header)
            )
        assert "<b>" not in body(raw, "html")


LF, CRLF = "\\nBcc: thief@evil.example", "\\r\\nBcc: thief@evil.example"
WRITTEN = [
    ("organisation", CRLF), ("from", LF), ("reply_to", LF), ("bounce", LF), ("unsubscribe", LF),
    ("title", CRLF), ("title", "\\0"), ("title", "\\u202e"), ("subject", LF), ("campaign", LF),
]  # fmt: skip


def test_nothing_written_in_the_files_forges_a_header(two_people: Workspace) -> None:
    """3.8: an error with its place before anybody is enrolled, not a message held for everybody."""
    for place, sign in WRITTEN:
        bad = {place: sign}.get
        own = f'    reply_to: "c@atelier.example{bad("reply_to", "")}"\n'
        own += f'    bounce: "b+{{token}}@atelier.example{bad("bounce", "")}"\n'
        page = f'"https://atelier.example/u/{{token}}{bad("unsubscribe", "")}"'
        atelier(two_people, sender=own, more=f"unsubscribe_url: {page}\n")
        settings = (two_people.folder / "outreach.yaml").read_text()
        firm = f'name: "Atelier{bad("organisation", "")}"'
        settings = settings.replace("name: Atelier Brocéliande", firm)
        if place == "from":
            settings = "\n".join(
                f'    from: "Marie{sign} <m@atelier.example>"' if "from:" in line else line
                for line in settings.splitlines()
            )
        two_people.write("outreach.yaml", settings)
        two_people.write(
            "campaigns/spring.yaml",
            f'campaign: "spring{bad("campaign", "")}"\ntitle: "Printemps{bad("title", "")}"\n'
            "offer: x\nsender: marie\naudience: {where: external_id is not null}\nsteps:\n"
            "  - {step: mail, channel: email, template: mail.html.j2, "
            f'subject: "{{{{ campaign.title }}}}{bad("subject", "")}"}}\n',
        )
        shown = two_people.run("launch", "campaigns/spring.yaml", "--confirm", "2", "--json")
        assert shown.code == 1, (place, shown)
        (error,) = shown.errors
        written = ("title", "subject", "campaign")
        assert error["file"] == ("campaigns/spring.yaml" if place in written else "outreach.yaml")
        assert error["line"], (place, error)


def test_addresses_of_the_whole_world(workspace: Workspace) -> None:
    """3.8: a domain in A-labels; accents before the @ only where the server offers SMTPUTF8."""
    workspace.people(
        [("a", "Anne", "anne@bücher.example"), ("e", "Élise", "élise@mail.example")],
        "Ref;Nom;E-mail",
    )
    workspace.write("templates/mail.html.j2", "<p>Chère {{ last_name }}</p>")
    workspace.campaign("spring", "external_id is not null", head="")
    workspace.campaign("again", "external_id is not null", head="alongside: true\n")
    with SmtpServer() as plain:
        atelier(workspace, plain.port)
        workspace.launch("spring", now=MONDAY)
        done = workspace.run("run", "--now", MONDAY, "--json")
        assert plain.recipients == ["anne@xn--bcher-kva.example"]
        assert done.json["sent"] == 1
        assert done.json["unknown"] == 0
        well_formed(plain.received[0][1])
        told = workspace.run("why", "e", "--now", MONDAY).out
        assert "SMTPUTF8" in told or "accent" in told, told
    with SmtpServer(utf8=True) as modern:
        atelier(workspace, modern.port)
        workspace.launch("again", now=MONDAY)
        workspace.run("run", "again", "--now", MONDAY, "--json")
    by = dict(zip(modern.recipients, modern.options, strict=True))
    assert "SMTPUTF8" in by["élise@mail.example"]
    assert "SMTPUTF8" not in by["anne@xn--bcher-kva.example"]
    content = dict(modern.received)["élise@mail.example"].decode()
    assert re.search(r"\r\nTo: =\?utf-8\?[^ ]+\?= <élise@mail\.example>\r\n", content)


def test_a_firm_with_accents_everywhere_writes_in_ascii(two_people: Workspace) -> None:
    """3.8: IDN of the sender, of the bounce address and of the page to unsubscribe; a campaign
    whose name has accents and blanks."""
    two_people.write(
        "campaigns/été.yaml",
        "campaign: été à Vélizy\noffer: x\nsender: marie\naudience: {where: external_id = 'a'}\n"
        "steps:\n" + mail(),
    )
    with SmtpServer() as server:
        atelier(
            two_people,
            server.port,
            sender='    bounce: "r+{token}@bücher.example"\n',
            more='unsubscribe_url: "https://bücher.example/été?qui={token}"\n',
        )
        path = two_people.folder / "outreach.yaml"
        path.write_text(
            path.read_text().replace("<marie@atelier.example>", "<marie@bücher.example>")
        )
        two_people.launch("été à Vélizy", now=MONDAY)
        raw = sent(two_people, server)["anne@mail.example"]
    well_formed(raw)
    message = read(raw)
    assert message["From"].addresses[0].addr_spec == "marie@xn--bcher-kva.example"
    assert re.fullmatch(r"r\+[a-z2-7]+@xn--bcher-kva\.example", server.reverse_paths[0])
    assert str(message["Message-ID"]).endswith("@xn--bcher-kva.example>")
    assert re.search(rb"<https://xn--bcher-kva\.example/%C3%A9t%C3%A9\?qui=[a-z2-7]+>,\r\n", raw)
    assert re.fullmatch(r".*<[a-z0-9.-]+\.xn--bcher-kva\.example>", words(raw, "List-Id"))
    assert str(message["Feedback-ID"]).count(":") == 3

    for bad in ("http://atelier.example/{token}", "https://atelier.example/<{token}>"):
        atelier(two_people, more=f'unsubscribe_url: "{bad}"\n')
        (error,) = two_people.run("run", "--json").errors
        assert (error["file"], error["line"]) == ("outreach.yaml", 8)


def test_a_preview_is_the_message_itself_but_its_way_out_is_nobodys(
    two_people: Workspace, open_store: Callable[..., Database]
) -> None:
    """3.9, 3.10: header for header and part for part what leaves; whoever opens the link of a
    preview says no in nobody's name: the token is not of the kind that opts somebody out."""
    two_people.campaign("spring", "external_id is not null")
    page = 'unsubscribe_url: "https://atelier.example/u/{token}"\n'
    with SmtpServer() as server:
        atelier(two_people, server.port, more=page)
        before = two_people.ok("preview", "spring", "--who", "a", "--out", "early", now=MONDAY)
        two_people.launch("spring", now=MONDAY)
        two_people.ok("preview", "spring", "--who", "a", "--out", "late", now=MONDAY)
        raw = sent(two_people, server)["anne@mail.example"]
    assert before["steps"]
    secret = open_store("sqlite:///data/outreach.db").secret
    for folder in ("early", "late"):
        (file,) = Path(folder).glob("*.eml")
        seen = file.read_bytes()
        tokens = set(re.findall(r"atelier\.example/u/([a-z2-7]+)", body(seen, "html")))
        tokens |= set(
            re.findall(r"atelier\.example/u/([a-z2-7]+)", words(seen, "List-Unsubscribe"))
        )
        tokens |= set(re.findall(r"unsubscribe-([a-z2-7]+)", words(seen, "List-Unsubscribe")))
        kinds = {(read_token(secret, token) or ("none",))[0] for token in tokens}
        assert tokens
        assert "u" not in kinds
        for header in ("From", "To", "Subject", "List-Id", "Feedback-ID", "Date"):
            assert words(seen, header) == words(raw, header), header
        for kind in ("plain", "html"):
            assert re.sub("/u/[a-z2-7]+", "", re.sub(r"\s+", " ", body(seen, kind))) == re.sub(
                "/u/[a-z2-7]+", "", re.sub(r"\s+", " ", body(raw, kind))
            )


def test_the_fast_path_says_what_the_standard_library_would(two_people: Workspace) -> None:
    """3.9: the oracle; an `EmailMessage` of the same texts decodes to the same parts."""
    two_people.write("dossiers/été.txt", "é\n" * 100)
    two_people.campaign(
        "spring", "external_id is not null", steps=mail(more='attachments: ["dossiers/été.txt"]')
    )
    with SmtpServer() as server:
        atelier(two_people, server.port)
        two_people.launch("spring", now=MONDAY)
        raw = sent(two_people, server)["anne@mail.example"]
    oracle = EmailMessage(policy=policy.SMTP)
    for header in ("To", "From", "Subject"):
        oracle[header] = str(read(raw)[header])
    oracle.set_content(body(raw, "plain"))
    oracle.add_alternative(body(raw, "html"), subtype="html")
    oracle.add_attachment(("é\n" * 100).encode(), maintype="text", subtype="plain",
                          filename="été.txt")  # fmt: skip
    twin = bytes(oracle)
    shapes = [
        [
            (part.get_content_type(), part.get_filename(), decoded(part).rstrip(b"\n"))
            for part in read(one).walk()
        ]
        for one in (raw, twin)
    ]
    assert shapes[0] == shapes[1]
    assert mailparser.parse_from_bytes(raw).attachments[0]["filename"] == "été.txt"
