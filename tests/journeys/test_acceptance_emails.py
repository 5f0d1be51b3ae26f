"""Acceptance of issue lines 3.6 and 3.7: what an e-mail says, to whom, and what goes with it.

Templates and people as a French office writes them; the words are read from what arrived.
"""

from __future__ import annotations

import re
import shutil
import struct
import zlib
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import unescape
from pathlib import Path

import mailparser
import pytest
from smtp_servers import SmtpServer
from workspaces import Workspace, letter, mail

from outreach.files.pdf_finding import Found

MONDAY = "2027-03-01T09:00"
ALL = "external_id is not null"
PAGE = 'unsubscribe_url: "https://atelier.example/u/{token}"\n'
HEADER = "Ref;Civilité;Prénom;Nom;E-mail;Ville;Langue;Dernier achat;Montant"
PEOPLE = [
    ("a", "Mme", "Soazig", "Le Goff", "Alençon", "", "1234,5"),
    ("b", "Monsieur", "Pierre", "D'Ornano", "Le Mans", "fr", "-3,5"),
    ("c", "Mr", "John", "Smith", "London", "Anglais", "1234,5"),
    ("d", "", "Camille", "Durand", "Les Ulis", "", "0"),
    ("e", "Me", "Anne", "de La Tour", "Hyères", "", "1000000"),
    ("f", "Pr", "Luc", "Éon", "Houilles", "", "12"),
    ("g", "Dr", "أحمد", "עברי", "L'Haÿ-les-Roses", "", "12"),
    ("h", "M.", "😀", "Zed", "LE HAVRE", "", "12"),
    ("i", "Mlle", "Zoé", "Œuvrard", "Eu", "", "12"),
    ("n", "M.", "Noé", "Sansmontant", "Rennes", "", ""),
]
LAYOUT = """\
<html><head><style>
p { color: #123456; } .big { font-size: 20px; }
@media (max-width: 600px) { .big { font-size: 12px !important; } }
@media (prefers-color-scheme: dark) { p { color: #eeeeee !important; } }
</style></head><body>
{% block content %}{% endblock %}
{% include "snippets/foot.html.j2" %}
</body></html>
"""
FOOT = '<p class="big"><a href="{{ unsubscribe_url }}">{{ external_id }}, assez !</a></p>\n'
WORDS = """\
{% extends "emails/base.html.j2" %}
{% from "snippets/button.html.j2" import button %}
{% block content %}
<p>[{{ salutation(contact) }}]</p><p>[{{ contact|dear }}]</p><p>[{{ city|de }}]</p>
<p>[{{ dernier_achat|date }}]</p><p>[{{ montant|money }}]</p><p>[{{ montant|number }}]</p>
<p>[{{ job_title|default("rien") }}]</p><p>[{{ "été à"|upper_first }}]</p>
{{ button("Voir & lire", "https://atelier.example/?a=1&b=" ~ external_id) }}
{% endblock %}
"""
BUTTON = '{% macro button(words, link) %}<p><a href="{{ link }}">{{ words }}</a></p>{% endmacro %}'


def french(workspace: Workspace, port: int = 9, more: str = PAGE) -> None:
    workspace.settings(port, more=more)
    path = workspace.folder / "outreach.yaml"
    path.write_text(path.read_text().replace("locale: en_GB", "locale: fr_FR"))


def arrive(workspace: Workspace, name: str, code: int = 0) -> dict[str, bytes]:
    """What a launch and a run bring to each person, by the part before the @."""
    with SmtpServer() as server:
        french(workspace, server.port)
        workspace.launch(name, now=MONDAY)
        workspace.ok("run", name, now=MONDAY, code=code)
    return {who.partition("@")[0]: raw for who, raw in server.received}


def read(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def body(raw: bytes, kind: str) -> str:
    part = read(raw).get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def bracketed(text: str) -> list[str]:
    return re.findall(r"\[([^\]]*)\]", text)


def png(width: int = 1) -> bytes:
    """A picture of one colour."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content
            + struct.pack(">I", zlib.crc32(kind + content))
        )  # fmt: skip

    head = struct.pack(">IIBBBBB", width, width, 8, 2, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\xb4\x53\x2a" * width) * width)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        [chunk(b"IHDR", head), chunk(b"IDAT", rows), chunk(b"IEND", b"")]
    )


@pytest.fixture
def office(workspace: Workspace) -> Workspace:
    """Ten people of all kinds, a base layout, snippets."""
    french(workspace)
    workspace.people(
        [
            (ref, civility, first, last, f"{ref}@mail.example", city, language, "01/03/2027", due)
            for ref, civility, first, last, city, language, due in PEOPLE
        ],
        HEADER,
    )
    workspace.write("templates/emails/base.html.j2", LAYOUT)
    workspace.write("templates/emails/words.html.j2", WORDS)
    workspace.write("templates/snippets/foot.html.j2", FOOT)
    workspace.write("templates/snippets/button.html.j2", BUTTON)
    return workspace


def test_everybody_is_addressed_as_his_language_does_and_who_lacks_a_value_is_named(
    office: Workspace,
) -> None:
    """3.6: layout, snippets, filters, civility, elision, two languages in one campaign; 3.7: CSS
    in the elements, media queries kept, the text made from the HTML with its links."""
    office.campaign("spring", ALL, steps=mail(template="emails/words.html.j2"))
    (lack,) = [p for p in office.ok("check", "spring")["problems"] if p["file"]]
    assert (lack["severity"], lack["file"], lack["line"], lack["message"]) == (
        "warning", "campaigns/spring.yaml", 7,
        "il manque à 1 personne une valeur que l'étape 'mail' imprime (montant)",
    )  # fmt: skip
    got = arrive(office, "spring", code=4)

    assert set(got) == set("abcdefghi")
    held = office.run("why", "n").out
    assert "montant" in held
    assert "manque" in held

    day, nothing = "1 mars 2027", ["rien", "Été à"]
    expected = {
        "a": ["Madame Le Goff", "Chère Madame", "d'Alençon", day, "1 234,50 €", "1 234,5"],
        "b": ["Monsieur D'Ornano", "Cher Monsieur", "du Mans", day, "-3,50 €", "-3,5"],
        "c": ["Dear Mr Smith", "Dear Sir", "of London", "1 March 2027", "€1,234.50", "1,234.5"],
        "d": ["Madame, Monsieur", "Madame, Monsieur", "des Ulis", day, "0,00 €", "0"],
        "e": ["Maître de La Tour", "Cher Maître", "d'Hyères", day, "1 000 000,00 €", "1 000 000"],
        "f": ["Professeur Éon", "Cher Professeur", "de Houilles", day, "12,00 €", "12"],
        "g": ["Docteur עברי", "Cher Docteur", "de L'Haÿ-les-Roses", day, "12,00 €", "12"],
        "h": ["Monsieur Zed", "Cher Monsieur", "du HAVRE", day, "12,00 €", "12"],
        "i": ["Madame Œuvrard", "Chère Madame", "d'Eu", day, "12,00 €", "12"],
    }
    for who, words in expected.items():
        for kind in ("html", "plain"):
            said = bracketed(unescape(body(got[who], kind)))
            said = [one.replace("\u00a0", " ").replace("\u202f", " ") for one in said]
            assert said == words + nothing, (who, kind)
        assert "Voir & lire <https://atelier.example/?a=1&b=" + who in body(got[who], "plain")
        assert f'href="https://atelier.example/?a=1&amp;b={who}"' in body(got[who], "html")

    html, text = body(got["a"], "html"), body(got["a"], "plain")
    assert re.search(r'<p class="big" style="[^"]*color: #123456;?[^"]*"', html)
    assert re.search(r'<p class="big" style="[^"]*font-size: 20px', html)
    assert "@media (max-width: 600px)" in html
    assert "@media (prefers-color-scheme: dark)" in html
    assert re.search(r"a, assez ! <https://atelier\.example/u/[a-z2-7]+>", text)
    assert "{" not in text
    assert "font-size" not in text
    parsed = mailparser.parse_from_bytes(got["g"])
    assert "עברי" in parsed.text_plain[0]
    assert "עברי" in parsed.text_html[0]


def test_a_template_is_strict_and_shut_in(office: Workspace) -> None:
    """3.6: what nobody has, what does not exist and what leaves the sandbox is told with its
    file, line and a near word before anything starts; nothing is printed empty."""
    wrong = {
        "{{ frist_name }}": "first_name", "{{ city|uper_first }}": "upper_first",
        "{% include 'snippets/fot.html.j2' %}": "fot", "{% if city %}": "",
        "{% include '../outreach.yaml' %}": "outreach.yaml",
    }  # fmt: skip
    office.campaign("spring", ALL, steps=mail(template="emails/x.html.j2"))
    for source, near in wrong.items():
        office.write("templates/emails/x.html.j2", f"<p>Bonjour</p>\n{source}\n")
        errors = [p for p in office.ok("check", "spring", code=1)["problems"]
                  if p["severity"] == "error"]  # fmt: skip
        assert errors[0]["file"] == "templates/emails/x.html.j2", source
        assert errors[0]["line"] in (2, 3), errors
        assert near in errors[0]["message"] + (errors[0]["hint"] or ""), errors
        assert office.run("launch", "spring", "--confirm", "10").code == 1
    for source in ("{{ ''.__class__.__mro__ }}", "{% for i in range(10**9) %}x{% endfor %}"):
        office.write("templates/emails/x.html.j2", f"<p>Bonjour</p>\n{source}\n")
        shown = office.run("preview", "spring", "--who", "a", "--json")
        assert shown.code in (1, 4), (source, shown)
        assert "class 'object'" not in shown.out


EVIL = '<b>Dupont</b> & "Fils" *x* [y](http://evil.example) # z'


def test_a_value_is_text_in_html_in_text_and_in_markdown(office: Workspace) -> None:
    """3.6: autoescaped; no value becomes a tag, a link, a title or emphasis."""
    office.ok("contacts", "set", "a", f"company={EVIL}")
    office.write(
        "templates/emails/a.html.j2", '<p title="{{ company }}">{{ company }}</p>{{ external_id }}'
    )
    office.write(
        "templates/emails/b.md.j2",
        "---\nlayout: emails/base.html.j2\n---\n# Bonjour {{ last_name }}\n\n{{ company }}\n\n"
        "- **gras** {{ company }}\n- [le site](https://atelier.example/{{ external_id }})\n",
    )
    office.campaign(
        "spring", 'external_id = "a"',
        steps=mail("one", template="emails/a.html.j2")
        + mail("two", "after: one", template="emails/b.md.j2"),
    )  # fmt: skip
    with SmtpServer() as server:
        french(office, server.port)
        office.launch("spring", now=MONDAY)
        office.ok("run", now=MONDAY)
        office.ok("run", now="2027-03-02T09:00")
    html, markdown = (body(raw, "html") for _, raw in server.received)
    for page in (html, markdown):
        assert EVIL in unescape(page)
        assert "<b>" not in page
        assert "<em" not in page
        assert 'href="http://evil' not in page
    assert re.search(r"<h1[^>]*>Bonjour Le Goff</h1>", markdown)
    assert "gras</strong>" in markdown
    assert re.search(r'<a [^>]*href="https://atelier\.example/a"', markdown)
    assert "@media" in markdown
    text = body(server.received[1][1], "plain")
    assert f"\n{EVIL}\n" in text
    assert "le site <https://atelier.example/a>" in text
    assert "**" not in text


def test_pictures_and_files_of_all_and_of_one(office: Workspace, libreoffice: Found) -> None:
    """3.7: a picture by CID, one linked; a file for all, one per person, the letter as PDF."""
    office.write("templates/images/logo été.png", png())
    office.write("plan d'accès.pdf", b"%PDF-1.4 plan")
    office.write("devis/a.pdf", b"%PDF-1.4 a")
    office.write("templates/bon.docx", letter("last_name", "city"))
    office.write(
        "templates/emails/p.html.j2",
        '<p>{{ last_name }}<img src="images/logo été.png" alt="Logo">'
        '<img src="https://atelier.example/x.png" alt="X"></p>',
    )
    files = (
        'attachments: ["plan d\'accès.pdf", "devis/{{ external_id }}.pdf", '
        "{letter: bon.docx, as: pdf}, {letter: bon.docx}]"
    )
    office.campaign(
        "spring", 'external_id in ("a", "b")', steps=mail(more=files, template="emails/p.html.j2")
    )
    got = arrive(office, "spring", code=4)
    assert set(got) == {"a"}
    assert "devis/b.pdf" in office.run("why", "b").out

    message = read(got["a"])
    attached = {part.get_filename(): part for part in message.iter_attachments()}
    assert list(attached) == ["plan d'accès.pdf", "a.pdf", "bon.pdf", "bon.docx"]
    assert attached["plan d'accès.pdf"].get_content() == b"%PDF-1.4 plan"
    assert attached["a.pdf"].get_content() == b"%PDF-1.4 a"
    assert attached["bon.pdf"].get_content().startswith(b"%PDF")
    assert attached["bon.pdf"].get_content_type() == "application/pdf"
    assert {p.get_content_disposition() for p in attached.values()} == {"attachment"}
    other = mailparser.parse_from_bytes(got["a"])
    assert {one["filename"] for one in other.attachments} >= set(attached)

    (picture,) = [part for part in message.walk() if part.get_content_type() == "image/png"]
    cid = str(picture["Content-ID"]).strip("<>")
    assert f'src="cid:{cid}"' in body(got["a"], "html")
    assert 'src="https://atelier.example/x.png"' in body(got["a"], "html")
    assert picture.get_content() == png()
    kinds = [part.get_content_type() for part in message.walk() if part.is_multipart()]
    assert kinds == ["multipart/mixed", "multipart/alternative", "multipart/related"]


def test_a_path_made_from_a_value_stays_in_the_workspace(office: Workspace) -> None:
    """3.7: whoever writes `../../etc/passwd` into a form gets no file of ours."""
    outside = office.folder.parent / "secret.pdf"
    outside.write_bytes(b"secret")
    for ref, value in {"a": "../secret", "b": str(outside.with_suffix("")), "c": "x"}.items():
        office.ok("contacts", "set", ref, f"job_title={value}")
    (office.folder / "devis").mkdir()
    (office.folder / "devis" / "x.pdf").symlink_to(outside)
    office.write("templates/emails/t.html.j2", "<p>{{ last_name }}</p>")
    office.campaign(
        "spring", 'external_id in ("a", "b")',
        steps=mail(more='attachments: ["{{ job_title }}.pdf"]', template="emails/t.html.j2"),
    )  # fmt: skip
    office.campaign(
        "other", 'external_id = "c"',
        steps=mail(more='attachments: ["devis/{{ job_title }}.pdf"]', template="emails/t.html.j2"),
    )  # fmt: skip
    assert arrive(office, "spring", code=4) == {}
    for raw in arrive(office, "other", code=4).values():
        assert b"c2VjcmV0" not in raw
    outside.unlink()


def test_check_warns_of_what_clips_breaks_or_looks_like_spam(office: Workspace) -> None:
    """3.7: over 100 KB, no alt text, broken links, spam-prone mistakes; each with its place."""
    office.write("templates/images/a.png", png())
    office.write(
        "templates/emails/bad.html.j2",
        "<p>Bonjour {{ last_name }}</p>\n"
        '<img src="images/a.png">\n'
        '<a href="">vide</a>\n'
        '<a href="http://localhost/x">local</a>\n'
        '<a href="www.atelier.example">sans schéma</a>\n'
        '<a href="mailto:contact(at)atelier.example">mal écrit</a>\n'
        '<a href="https://evil.example/">https://www.banque.example</a>\n'
        '<a href="https://tinyurl.com/abc">court</a>\n' + "<p>Une longue histoire.</p>" * 5000,
    )
    office.campaign(
        "spring", ALL,
        steps='  - {step: mail, channel: email, subject: "GAGNEZ DE L\'ARGENT !!!", '
        "template: emails/bad.html.j2}\n",
    )  # fmt: skip
    found = office.ok("check", "spring")["problems"]
    assert {one["severity"] for one in found} == {"warning"}
    lines = {one["line"] for one in found if one["file"] == "templates/emails/bad.html.j2"}
    assert lines >= {2, 3, 4, 5, 6, 7, 8}
    assert all(one["hint"] for one in found)
    said = " | ".join(one["message"] for one in found)
    assert "KB" in said or "Ko" in said
    for word in ("capitales", "exclamation", "désinscri|désabonn|unsubscribe"):
        assert re.search(word, said), (word, said)


def test_check_tries_the_message_before_everybodys_is_held(office: Workspace) -> None:
    """3.6, 3.7: a filter that fits nobody's value, a subject that comes out empty."""
    office.write("templates/emails/t.html.j2", "<p>x</p>\n<p>{{ last_name|date }}</p>")
    office.campaign("spring", ALL, steps=mail(template="emails/t.html.j2"))
    said = {(p["file"], p["line"], p["message"]) for p in office.ok("check", "spring")["problems"]}
    assert any((file, line) == ("templates/emails/t.html.j2", 2) for file, line, _ in said), said
    shown = office.run("check", "spring").out
    assert "t.html.j2:2" in shown


def test_a_template_of_others_arrives_whole(office: Workspace, real_data: Path) -> None:
    """3.7: the responsive HTML e-mail of leemunroe, as it is but for a name in it."""
    source = real_data / "email-templates" / "leemunroe" / "email.html"
    target = office.folder / "templates" / "emails" / "their.html.j2"
    shutil.copy(source, target)
    target.chmod(0o644)
    target.write_text(target.read_text().replace("Hi there", "Bonjour {{ last_name }}"))
    office.campaign(
        "spring", 'external_id in ("a", "i")', steps=mail(template="emails/their.html.j2")
    )
    got = arrive(office, "spring")
    html, text = body(got["i"], "html"), body(got["i"], "plain")
    assert "Bonjour Œuvrard" in html
    assert "Bonjour Œuvrard" in text
    assert "Le Goff" not in html + text
    assert "@media" in html
    assert html.count("style=") > 20
    links = set(re.findall(r'href="(https?://[^"]+)"', source.read_text()))
    assert links
    assert all(unescape(link) in text for link in links)
    # A paragraph is one line, which mail programs wrap (on the wire: test_acceptance_mail_bytes).
    paragraph = next(line for line in text.splitlines() if line.startswith("Sometimes"))
    assert paragraph.endswith("This is it.")
