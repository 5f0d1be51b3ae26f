"""Acceptance of issue lines 1.6 and 1.8: one season, from the audience to the profit."""

from __future__ import annotations

import email
import math
import zipfile
from collections import Counter
from email import policy
from email.message import EmailMessage
from pathlib import Path

import docx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph
from smtp_servers import SmtpServer
from word import faults
from workspaces import Workspace, mail

LAUNCH = "2027-03-01T09:00"
POSTED = "2027-03-02"
MAILS = "2027-03-08T09:00"
CALLS = "2027-03-17T09:00"

STEPS = """\
  - {step: letter, channel: letter, template: lettre.docx, cost: 1.20}
  - step: mail
    channel: email
    after: letter + 5 days
    subject: "{{ first_name }}, bonjour"
    template: m.html.j2
    attachments: [plan.pdf, "devis/{{ external_id }}.pdf"]
    variants: {a: {}, b: {subject: "B {{ first_name }}", template: mb.html.j2}}
  - {step: call, channel: call, after: mail + 7 working days, when: not replied, guide: guide.yaml, cost: 2}
"""  # noqa: E501


def merge_field(paragraph: Paragraph, *pieces: str) -> None:
    """A complex field whose instruction is split over several runs, as Word leaves it."""

    def mark(kind: str) -> None:
        element = OxmlElement("w:fldChar")
        element.set(qn("w:fldCharType"), kind)
        paragraph.add_run()._r.append(element)

    mark("begin")
    for piece in pieces:
        element = OxmlElement("w:instrText")
        element.set(qn("xml:space"), "preserve")
        element.text = piece
        paragraph.add_run()._r.append(element)
    mark("separate")
    paragraph.add_run("«as Word last showed it»").bold = True
    mark("end")


def write_letter(path: Path) -> None:
    document = docx.Document()
    section = document.sections[0]
    section.header.paragraphs[0].add_run("Ref ")
    merge_field(section.header.paragraphs[0], " MERGEFIELD Réf ")
    merge_field(section.footer.paragraphs[0], " MERGE", 'FIELD "Ville" \\* Upper ')
    greeting = document.add_paragraph("Cher ")
    merge_field(greeting, " MERGEFIELD ", "Pré", "nom \\* MERGEFORMAT ")
    greeting.add_run(" ")
    merge_field(greeting, " MERGEFIELD last_name ")
    greeting.add_run(",")
    merge_field(document.add_paragraph(), " MERGEFIELD street2 ")
    merge_field(document.add_paragraph("Code "), " MERGEFIELD Code_postal ")
    document.add_paragraph("Fin")
    document.save(str(path))


@pytest.fixture
def season(workspace: Workspace) -> Workspace:
    """Forty people who can be written to, two who cannot; a letter, an e-mail, a call."""
    rows = ["Réf;Civilité;Prénom;Nom;E-mail;Téléphone;Adresse;Complément;Code postal;Ville;CA"]
    rows += [
        f"r{i};{'Mme' if i % 2 else 'M.'};Prénom{i};Nom{i} & Cie;p{i}@x.example;02990000{i:02};"
        f"{i} rue du Four;{'Bât A' if i == 3 else ''};{35041 - i};Rennes;{i * 100},5"
        for i in range(1, 41)
    ]
    rows += [
        "n1;M.;Sans;Adresse;n1@x.example;;;;;Rennes;1",
        "n2;M.;Loin;Tain;;;1 rue X;;69000;Lyon;",
    ]
    workspace.write("p.csv", "\n".join(rows) + "\n")
    assert workspace.ok("contacts", "import", "p.csv")["created"] == 42
    workspace.write("plan.pdf", b"%PDF-1.4 plan")
    for i in range(1, 41):
        workspace.write(f"devis/r{i}.pdf", f"%PDF devis r{i}".encode())
    write_letter(workspace.folder / "templates/lettre.docx")
    workspace.write(
        "templates/guide.yaml",
        'title: "Appel de {{ last_name }}"\nintroduction: '
        '["Bonjour {{ civility }} {{ last_name }}."]\nquestions: ["Un projet à {{ city }} ?"]\n',
    )
    workspace.write(
        "templates/m.html.j2",
        '<p>Bonjour {{ first_name }} {{ last_name }}, <a href="https://x.example/y">lien</a>.</p>'
        "<p>{{ today | date }}</p>\n",
    )
    workspace.write("templates/mb.html.j2", "<p>Variante B {{ first_name }}</p>\n")
    workspace.campaign(
        "spring", steps=STEPS, audience="  control: 10%\n",
        head="title: Printemps\nbudget: 500\nfixed_costs: {design: 100}\n",
    )  # fmt: skip
    return workspace


def parsed(content: bytes) -> EmailMessage:
    message = email.message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def words_of(path: Path) -> str:
    """All text of a document: body, headers, footers."""
    document = docx.Document(str(path))
    texts = [p.text for p in document.paragraphs]
    for section in document.sections:
        texts += [p.text for p in (*section.header.paragraphs, *section.footer.paragraphs)]
    return "\n".join(texts)


def test_the_audience_is_frozen_with_reasons_and_a_control_group(season: Workspace) -> None:
    """1.6, 1.7: matched, selected = control + enrolled; --confirm N; membership is frozen."""
    season.ok("suppress", "add", "p40@x.example")
    shown = season.ok("launch", "spring", "--dry-run", now=LAUNCH)
    assert shown == {
        "campaign": "spring", "matched": 41, "selected": 39, "control": 4, "enrolled": 35,
        "excluded": {"no_address": 1, "suppressed": 1},
    }  # fmt: skip
    assert season.ok("status") == {"campaigns": []}
    for words in ([], ["--confirm", "39"]):
        wrong = season.run("launch", "spring", *words, "--json", "--now", LAUNCH)
        assert (wrong.code, len(wrong.errors)) == (1, 1)
        assert "35" in str(wrong.errors)
    assert season.ok("launch", "spring", "--confirm", "35", now=LAUNCH) == shown
    twice = season.run("launch", "spring", "--confirm", "35", "--now", LAUNCH, "--json")
    assert twice.code == 1, twice

    season.people([("new", "New", "new@x.example", "Rennes")])
    assert season.ok("status", "spring", now=LAUNCH)["enrolled"] == 35
    status = season.ok("status", "spring", now=LAUNCH)
    assert {"campaign", "state", "enrolled", "by_state", "next_at"} <= set(status)
    assert set(status["by_state"]) == {
        "due", "claimed", "sent", "refused", "unknown", "held", "skipped", "cancelled"
    }  # fmt: skip
    assert "suppressed" in season.run("why", "r40", "spring").out
    assert "no_address" in season.run("why", "n1", "spring").out


def test_the_same_people_are_drawn_again_in_another_base(season: Workspace, tmp_path: Path) -> None:
    """1.6: control group and variants by a stable hash; `limit` and `one_per` hold."""
    season.campaign(
        "few", where="true", audience="  limit: 10\n  control: 20%\n  one_per: household\n",
        steps=mail(),
    )  # fmt: skip
    shown = season.ok("launch", "few", "--dry-run", now=LAUNCH)
    assert (shown["selected"], shown["control"], shown["enrolled"]) == (10, 2, 8)
    assert shown["matched"] == 42
    assert season.ok("launch", "few", "--dry-run", now=LAUNCH) == shown
    pilot = season.launch("few", "--pilot", "3", now=LAUNCH)
    assert pilot["enrolled"] + pilot["control"] == 3
    rest = season.launch("few", now=LAUNCH)
    assert (rest["enrolled"], rest["control"]) == (8, 2)
    assert season.ok("status", "few", now=LAUNCH)["enrolled"] == 8


def test_a_whole_season(season: Workspace) -> None:
    """1.6, 1.7, 1.8: letters, posting, e-mails, calls, outcomes and what they cost and brought."""
    season.launch("spring", now=LAUNCH)

    # Letters: one .docx per person and one bundle, sorted by postal code.
    ran = season.ok("run", now=LAUNCH)
    assert set(ran) >= {"sent", "deferred", "refused", "unknown", "held", "skipped", "letters",
                        "tasks", "remaining", "not_before"}  # fmt: skip
    assert (ran["letters"], ran["sent"], ran["held"]) == (36, 0, 0)
    (folder,) = (season.folder / "data/outbox/letters/spring").iterdir()
    letters = sorted(folder.glob("3*.docx"))
    assert len(letters) == 36
    bundle = folder / "bundle.docx"
    known = faults((season.folder / "templates/lettre.docx").read_bytes(), season.folder)
    assert faults(bundle.read_bytes(), season.folder) == known  # python-docx's own blemishes
    text = words_of(bundle)
    assert text.count("Fin") == 36
    assert text.count("Ref r") == 36
    assert text.count("RENNES") == 36
    codes = [line[5:] for line in text.splitlines() if line.startswith("Code 3")]
    assert codes == sorted(codes)
    assert len(codes) == 36
    for mark in ("«", "MERGEFIELD", "{{"):
        assert mark not in text
    xml = zipfile.ZipFile(bundle).read("word/document.xml").decode()
    assert "MERGEFIELD" not in xml
    (one,) = folder.glob("*r3-*.docx") if list(folder.glob("*r3-*.docx")) else folder.glob("35038*")
    single = docx.Document(str(one))
    assert [p.text for p in single.paragraphs] == [
        "Cher Prénom3 Nom3 & Cie,", "Bât A", "Code 35038", "Fin"
    ] or "Bât A" in words_of(one)  # fmt: skip
    (other,) = folder.glob("35039*")
    assert "" not in [p.text for p in docx.Document(str(other)).paragraphs]

    # Nothing else moves before the post; then the chain's clock starts at posting.
    assert season.ok("run", now="2027-03-20T09:00")["sent"] == 0
    posted = season.ok("letters", "posted", "spring", "--on", POSTED, now="2027-03-03T09:00")
    assert posted["posted"] == 36
    season.ok("record", "r7", "replied", now="2027-03-04T09:00")
    season.ok("suppress", "add", "p8@x.example", now="2027-03-04T09:00")
    people = {p["external_id"]: p for p in season.ok("contacts", "list", 'received("spring")',
                                                     now=MAILS)["contacts"]}  # fmt: skip
    assert len(people) == 36
    expected = {f"p{key[1:]}@x.example" for key in people} - {"p7@x.example", "p8@x.example"}
    with SmtpServer() as server:
        season.settings(server.port)
        early = season.ok("run", now="2027-03-06T20:00")
        assert (early["sent"], early["not_before"]) == (0, "2027-03-07T00:00:00+01:00")
        first = season.ok("run", now=MAILS)
        again = season.ok("run", now=MAILS)
    assert (first["sent"], again["sent"]) == (len(expected), 0)
    assert Counter(server.recipients) == dict.fromkeys(expected, 1)

    messages = {recipient: parsed(content) for recipient, content in server.received}
    for recipient, message in messages.items():
        number = recipient.split("@")[0][1:]
        variant_b = message["Subject"].startswith("B ")
        subject = f"B Prénom{number}" if variant_b else f"Prénom{number}, bonjour"
        assert message["Subject"] == subject
        body = message.get_body(("plain",))
        html = message.get_body(("html",))
        assert body is not None
        assert html is not None
        if variant_b:
            assert f"Variante B Prénom{number}" in body.get_content()
        else:
            assert f"Bonjour Prénom{number} Nom{number} & Cie, lien" in body.get_content()
            assert f"Nom{number} &amp; Cie" in html.get_content()
            assert "https://x.example/y" in body.get_content()
        files = {part.get_filename(): part.get_content() for part in message.iter_attachments()}
        assert files == {"plan.pdf": b"%PDF-1.4 plan",
                         f"r{number}.pdf": f"%PDF devis r{number}".encode()}  # fmt: skip
    ids = [message["Message-ID"] for message in messages.values()]
    assert len(set(ids)) == len(ids)
    arms = Counter(message["Subject"].startswith("B ") for message in messages.values())
    assert min(arms.values()) >= 8

    # Calls: the number, the history, the guide filled in; a call recorded is done.
    assert season.ok("run", now=CALLS)["tasks"] == len(expected)
    due = season.ok("calls", now=CALLS)["calls"]
    assert len(due) == len(expected)
    call = next(one for one in due if one["number"].endswith("000009") or one is due[-1])
    assert call["guide"][0]["lines"][0].startswith("Bonjour M")
    assert "Un projet à Rennes ?" in str(call["guide"])
    told = season.run("calls", "--limit", "1", "--now", CALLS).out
    assert "outreach record" in told
    assert max(map(len, told.splitlines())) <= 80
    enrolled = sorted(key for key in people if key not in ("r7", "r8"))
    silent, meeting, buyer, rich = enrolled[:4]
    season.ok("record", silent, "no_answer", now=CALLS)
    season.ok("record", meeting, "appointment", now=CALLS)
    season.ok("record", buyer, "order", "--amount", "1000", "--margin", "300", now=CALLS)
    season.ok("record", rich, "order", "--amount", "500.50", "--margin", "100", now=CALLS)
    left = season.ok("calls", now="2027-03-18T09:00")["calls"]
    names = {one["contact"] for one in left}
    for done in (meeting, buyer, rich):
        assert people[done]["id"] not in names

    # The report.
    report = season.ok("report", "spring", now="2027-03-20T09:00")
    assert set(report) >= {
        "campaign", "enrolled", "control", "chain", "ratios", "cost", "orders", "revenue",
        "margin", "profit", "roi", "break_even_orders", "cac_gross", "cac_net", "variants", "lift",
    }  # fmt: skip
    assert [(s["stage"], s["contacts"]) for s in report["chain"]] == [
        ("contacted", 36), ("replied", 4), ("appointment", 3), ("quote", 2), ("order", 2)
    ]  # fmt: skip
    for stage in report["chain"]:
        assert set(stage) == {"stage", "contacts", "from_previous", "from_first", "low", "high"}
    assert report["chain"][1]["from_previous"] == pytest.approx(4 / 36)
    calls = report["cost"]["total"] - 36 * 1.20 - 100
    assert calls / 2 in (pytest.approx(1), pytest.approx(2), pytest.approx(3), pytest.approx(4))
    assert set(report["ratios"]) == {
        "prospecting_share", "prospect_coverage", "interested_rate", "success_rate"
    }  # fmt: skip
    assert report["ratios"]["prospecting_share"] == 1
    assert report["ratios"]["success_rate"] == pytest.approx(2 / 36)
    total = report["cost"]["total"]
    assert (report["orders"], report["revenue"], report["margin"]) == (2, 1500.5, 400)
    assert report["profit"] == pytest.approx(400 - total)
    assert report["roi"] == pytest.approx((400 - total) / total)
    assert report["break_even_orders"] == math.ceil(total / 200)
    assert report["cac_gross"] == pytest.approx(total / 2)
    assert report["cac_net"] == pytest.approx((total - 400) / 2)
    assert report["cost"]["per_contact"] == pytest.approx(total / 36)
    assert report["cost"]["per_stage"]["order"] == pytest.approx(total / 2)
    assert [v["variant"] for v in report["variants"]] == ["a", "b"]
    assert sum(v["enrolled"] for v in report["variants"]) == 36
    for lift in report["lift"]:
        assert set(lift) >= {"arm", "outcome", "difference", "low", "high", "p"}
    several = season.ok("report", now="2027-03-20T09:00")
    assert list(several) == ["campaigns", "together", "customers", "period"]
    for words in (["report", "spring"], ["report"], ["status"], ["status", "spring"],
                  ["why", "r7"], ["why", "r8"], ["contacts", "show", buyer], ["letters", "spring"],
                  ["run"], ["suppress", "list"], ["settle"], ["check", "spring"],
                  ["preview", "spring", "--who", "r3"]):  # fmt: skip
        done = season.run(*words, "--now", "2027-03-20T09:00")
        assert done.code in (0, 4), done
        wide = [line for line in done.out.splitlines() if len(line) > 80 and "/" not in line]
        assert not wide, (words, wide)


def test_where_and_when_choose_people_and_steps(season: Workspace) -> None:
    """1.5, 1.6: `when` speaks of this person in this campaign; facts are plain words."""
    season.campaign(
        "calls", where="ca > 3500 and starts_with(first_name, 'prenom')",
        steps="  - {step: one, channel: call, guide: guide.yaml}\n"
        "  - {step: two, channel: call, guide: guide.yaml, after: one + 1 day,\n"
        "     when: no_answer and not refused}\n"
        "  - {step: three, channel: call, guide: guide.yaml, after: one + 2 days,\n"
        '     when: "ca >= 3800 and not appointment"}\n',
    )  # fmt: skip
    assert season.launch("calls", now=LAUNCH)["enrolled"] == 6
    assert season.ok("run", now=LAUNCH)["tasks"] == 6
    season.ok("record", "r36", "no_answer", now=LAUNCH)
    season.ok("record", "r37", "met", now=LAUNCH)
    season.ok("record", "r38", "met", now=LAUNCH)
    season.ok("record", "r39", "refused", now=LAUNCH)
    season.ok("record", "r40", "appointment", now=LAUNCH)
    later = "2027-03-08T09:00"
    season.ok("run", now=later)
    calls = {(one["contact"], one["step"]) for one in season.ok("calls", now=later)["calls"]}
    number = {key: season.ok("contacts", "show", key)["id"] for key in
              ("r35", "r36", "r37", "r38", "r39", "r40")}  # fmt: skip
    assert (number["r35"], "one") in calls
    assert (number["r37"], "two") not in calls
    assert (number["r37"], "three") not in calls
    assert (number["r38"], "three") in calls
    assert not {one for one in calls if one[0] in (number["r40"],)}


def test_dates_and_amounts_are_typed_as_the_locale_writes_them(season: Workspace) -> None:
    """1.6: `record`, from the command and from a French spreadsheet, reads French dates."""
    season.campaign("mails", steps=mail())
    season.launch("mails", now=LAUNCH)
    season.write("o.csv", "contact;stage;on;amount\nr1;order;18/03/2027;12 000,50\n")
    season.ok("record", "--from", "o.csv", now="2027-03-20")
    season.ok(
        "record", "r2", "order", "--on", "05/03/2027", "--amount", "1 000,25", now="2027-03-20"
    )
    for who, day, amount in (("r1", "2027-03-18", 12000.5), ("r2", "2027-03-05", 1000.25)):
        shown = season.ok("contacts", "show", who)
        assert (shown["last_order_on"], shown["revenue"]) == (day, amount)
    wrong = season.run("record", "r3", "order", "--on", "31/31/2027", "--json")
    assert wrong.code == 2
    assert wrong.errors[0]["hint"]


def test_a_changed_template_stops_the_run_until_it_is_confirmed(season: Workspace) -> None:
    """CONTRACT: a template that changed since launch stops `run` until --confirm-change."""
    season.campaign("mails", steps=mail())
    season.launch("mails", now=LAUNCH)
    season.write("templates/mail.html.j2", "<p>Changed {{ last_name }}</p>\n")
    with SmtpServer() as server:
        season.settings(server.port)
        stopped = season.ok("run", now=LAUNCH, code=1)
        assert server.received == []
        assert "--confirm-change" in stopped["errors"][0]["hint"]
        season.ok("launch", "mails", "--confirm-change", now=LAUNCH)
        assert season.ok("run", now=LAUNCH)["sent"] == 41
    assert b"Changed" in server.received[0][1]


def test_a_missing_value_holds_one_message_and_leaves_once_it_is_there(season: Workspace) -> None:
    """CONTRACT: `held`: a named value is missing, due again once it is mended; exit 4."""
    season.write("templates/mail.html.j2", "<p>{{ ca }}, {{ job_title | default('sir') }}</p>\n")
    season.campaign("mails", where='external_id in ("n1", "r1", "n2")',
                    steps=mail().replace("For {{ last_name }}", "x"))  # fmt: skip
    season.write("q.csv", "Réf;E-mail\nn2;n2@x.example\n")
    season.ok("contacts", "import", "q.csv")
    season.launch("mails", now=LAUNCH)
    with SmtpServer() as server:
        season.settings(server.port)
        ran = season.ok("run", now=LAUNCH, code=4)
        assert (ran["sent"], ran["held"]) == (2, 1)
        told = season.run("run", "--now", LAUNCH)
        assert told.code == 4
        assert "outreach why" in told.out + told.err
        assert "ca" in season.run("why", "n2", "mails").out
        season.write("q.csv", "Réf;E-mail;CA\nn2;n2@x.example;12\n")
        season.ok("contacts", "import", "q.csv")
        assert season.ok("run", now=LAUNCH)["sent"] == 1
    assert sorted(server.recipients) == ["n1@x.example", "n2@x.example", "p1@x.example"]


def test_suppression_by_every_key(season: Workspace) -> None:
    """1.6: excluded at selection and again at the claim; removal keeps the history."""
    season.write("list.txt", "p1@x.example\n@y.example\n02 99 00 00 05\n")
    added = season.ok("suppress", "import", "list.txt")
    assert added["added"] == 3
    season.campaign("mails", steps=mail())
    shown = season.ok("launch", "mails", "--dry-run", now=LAUNCH)
    assert shown["excluded"]["suppressed"] >= 1
    season.launch("mails", now=LAUNCH)
    season.ok("suppress", "add", "@x.example", now=LAUNCH)
    with SmtpServer() as server:
        season.settings(server.port)
        ran = season.ok("run", now=LAUNCH)
        assert (ran["sent"], server.received) == (0, [])
    season.ok("suppress", "remove", "p1@x.example")
    listed = {row["value"] for row in season.ok("suppress", "list")["suppressions"]}
    assert "p1@x.example" not in listed
    assert "x.example" in listed
    assert season.run("suppress", "remove", "nobody@z.example").code in (0, 1)


def test_a_letter_names_a_field_that_does_not_exist(season: Workspace) -> None:
    """1.11: a merge field nobody knows is an error of `check`, with the fields there are."""
    document = docx.Document()
    merge_field(document.add_paragraph("Cher "), " MERGEFIELD Prenon ")
    document.save(str(season.folder / "templates/lettre.docx"))
    (error,) = [p for p in season.ok("check", "spring", code=1)["problems"]
                if p["severity"] == "error"]  # fmt: skip
    assert "Prenon" in error["message"]
    assert "lettre.docx" in error["file"]
    assert error["hint"]
