"""Issue 4, line 3.10: a campaign seen before it leaves, by thirty people made to be awkward."""

from __future__ import annotations

import os
import signal
import subprocess
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from email import policy
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest
from word import docx, fields, merge, paragraph, run
from workspaces import PROGRAM, Workspace, until

from outreach.files.pdf_finding import Found

#: A Monday. Five days after it is a Saturday; the window opens again on Monday the 8th.
MONDAY = "2027-03-01T10:00"

HEADER = "Ref;Civility;First name;Last name;E-mail;Phone;Address;CP;City;Language;Budget"
LONG = ("M.", "Jean-Christophe Marie-Emmanuel", "de La Rochefoucauld-Montbazon de Kergariou")
STEPS = """\
  - {step: letter, channel: letter, template: letter.docx}
  - step: mail
    channel: email
    after: letter + 5 days
    variants:
      a: {subject: "{{ first_name }}, a quote?", template: mail.html.j2}
      b: {subject: "{{ first_name }} in {{ city }}", template: b.html.j2}
  - {step: call, channel: call, after: mail + 3 working days, when: not replied, guide: call.yaml}
window: {days: mon-fri, hours: "09:00-12:00, 14:00-18:00"}
"""
MAIL = """\
<p>{{ salutation(contact) }},</p>
{% if budget %}<p>For {{ budget }}.</p>{% else %}<p>Tell us your budget.</p>{% endif %}
<p>{{ first_name }}, we are in {{ city }}{% if source %} ({{ source }}){% endif %}.</p>
<p><a href="{{ unsubscribe_url }}">No more</a></p>
"""


def person(number: int, **other: str) -> list[str]:
    values = {
        "Ref": f"p{number}", "Civility": "Mme", "First name": f"Anne{number:02}",
        "Last name": f"Le Goff {number:02}", "E-mail": f"p{number}@mail.example",
        "Phone": f"02990000{number:02}", "Address": f"{number} rue du Four", "CP": "35000",
        "City": "Rennes", "Language": "fr", "Budget": "12",
    }  # fmt: skip
    return list((values | other).values())


@pytest.fixture
def thirty(workspace: Workspace) -> Workspace:
    awkward = {
        4: {"Budget": ""},
        6: {"Civility": "", "First name": ""},
        8: {"E-mail": ""},
        10: {"Phone": ""},
        12: {"Address": "", "CP": "", "City": ""},
        27: dict(zip(("Civility", "First name", "Last name"), LONG, strict=True)),
        28: {"Language": "en", "City": "Bristol", "CP": "BS1 4DJ", "Last name": "O'Brien <b>&"},
    }
    workspace.people([person(n, **awkward.get(n, {})) for n in range(1, 31)], HEADER)
    workspace.write("templates/mail.html.j2", MAIL)
    workspace.write("templates/b.html.j2", "<p>{{ salutation(contact) }} {{ source or '' }}</p>")
    near = fields('{IF {MERGEFIELD City} = "Rennes" "You are near." "You are far."}')
    name = paragraph(merge("Civility"), run(" "), merge("Last name"))
    workspace.write("templates/letter.docx", docx(name + near))
    workspace.write("templates/call.yaml", "title: A call\nintroduction: ['Good morning.']\n")
    workspace.campaign("spring", "budget is not null or budget is null", steps=STEPS,
                    head="language: fr\n")  # fmt: skip
    return workspace


def french(workspace: Workspace) -> None:
    settings = workspace.folder / "outreach.yaml"
    settings.write_text(settings.read_text().replace("en_GB", "fr_FR"))


def test_the_sample_shows_everything_that_can_happen_and_says_nothing_untrue(
    thirty: Workspace,
) -> None:
    """Every variant, both ways of each condition, the gaps; few people; nothing is written."""
    before, files = thirty.stored(), set((thirty.folder / "data").iterdir())

    shown = thirty.ok("preview", "spring", now=MONDAY, code=4)

    reasons = {one["name"]: one["reasons"] for one in shown["people"]}
    told = [reason for of in reasons.values() for reason in of]
    assert set(told) >= {
        "variant a of mail",
        "variant b of mail",
        "takes “if budget” in mail.html.j2, line 2",
        "takes “else” in mail.html.j2, line 2",
        '“city = "Rennes"” is true in letter.docx',
        '“city = "Rennes"” is not true in letter.docx',
        "is written to in another language: en",
        "has no address for mail: it is passed over",
        "has no address for call: it is passed over",
        "lacks first_name: mail would be held",
        "the longest name",
    }
    assert max(Counter(told).values()) == 1
    assert "the longest name" in reasons[" ".join(LONG[1:])]
    # Nobody has a source: whoever has no address either must not be said to have one.
    assert not [reason for reason in told if "Source" in reason]
    assert len(shown["people"]) <= 12
    assert (shown["enrolled"], len(shown["steps"])) == (29, 3 * len(shown["people"]))
    assert thirty.stored() == before
    assert set((thirty.folder / "data").iterdir()) - files == set()


def test_each_step_has_the_day_on_which_the_calendar_counts_it(thirty: Workspace) -> None:
    """1 March, a letter; Saturday the 6th waits for Monday the 8th; three working days.

    Whose e-mail is passed over waits for no window: three working days after the 6th.
    """
    shown = thirty.ok("preview", "spring", "--who", "p1", "--who", "p8", now=MONDAY)
    days = [(one["contact"], one["step"], one["date"][:10]) for one in shown["steps"]]
    first, eighth = dict.fromkeys(contact for contact, _, _ in days)
    assert days == [
        (first, "letter", "2027-03-01"),
        (first, "mail", "2027-03-08"),
        (first, "call", "2027-03-11"),
        (eighth, "letter", "2027-03-01"),
        (eighth, "mail", "2027-03-06"),
        (eighth, "call", "2027-03-10"),
    ]
    shown = thirty.ok("preview", "spring", "--calendar", now=MONDAY)
    assert [(one["date"], one["step"], one["count"]) for one in shown["calendar"]] == [
        ("2027-03-01", "letter", 29),
        ("2027-03-08", "mail", 28),
        ("2027-03-10", "call", 1),
        ("2027-03-11", "call", 27),
    ]


def test_files_are_what_would_leave(thirty: Workspace, libreoffice: Found) -> None:
    shown = thirty.ok("preview", "spring", "--who", "p27", "--out", "look", now=MONDAY)

    found = {Path(name).suffix: Path(name) for of in shown["steps"] for name in of["files"]}
    assert set(found) == {".docx", ".pdf", ".eml", ".html", ".txt"}
    mail = BytesParser(policy=policy.default).parsebytes(found[".eml"].read_bytes())
    assert mail["To"].addresses[0].addr_spec == "p27@mail.example"
    assert mail["To"].addresses[0].display_name == " ".join(LONG[1:])
    assert mail["Date"].datetime.date() == date(2027, 3, 8)
    assert mail["Subject"] == next(o["subject"] for o in shown["steps"] if o["step"] == "mail")
    assert f"Monsieur {LONG[2]}" in found[".html"].read_text()
    assert f"Monsieur {LONG[2]}" in " ".join(found[".txt"].read_text().split())
    with zipfile.ZipFile(found[".docx"]) as letter:
        assert LONG[2] in letter.read("word/document.xml").decode()
    assert found[".pdf"].read_bytes().startswith(b"%PDF-")


def test_what_comes_with_an_e_mail_is_named_and_a_visit_is_told_too(thirty: Workspace) -> None:
    steps = (
        '  - {step: word, channel: email, subject: "Hello", template: b.html.j2,\n'
        "     attachments: [people.csv, {letter: letter.docx}]}\n"
        "  - {step: visit, channel: visit, after: word + 2 days}\n"
    )
    thirty.campaign("word", steps=steps)
    shown = thirty.ok("preview", "word", "--who", "p1")["steps"]
    assert [one["attached"] for one in shown] == [["people.csv", "letter.docx"], []]
    lines = thirty.run("preview", "word", "--who", "p1").out.splitlines()
    assert "Attached: people.csv, letter.docx" in lines
    assert "Somebody does this by hand." in lines


def drawn(workspace: Workspace, variant: str) -> list[str]:
    """The people with plain values who get that variant."""
    plain = [f"p{number}" for number in (1, 2, 3, 5, 7, 9, 11, 13, 14, 15)]
    named = [word for one in plain for word in ("--who", one)]
    steps: list[Any] = workspace.ok("preview", "spring", "--step", "mail", *named)["steps"]
    return [who for who, one in zip(plain, steps, strict=True) if one["variant"] == variant]


def test_a_difference_tells_what_differs_and_not_what_always_does(thirty: Workspace) -> None:
    """Nothing of Message-IDs, boundaries and ways out: no two messages share those."""
    first, second = drawn(thirty, "a")[:2]
    words = ("preview", "spring", "--diff", first, second, "--step", "mail")
    found = {one["part"]: one["lines"] for one in thirty.ok(*words)["differences"]}

    assert set(found) == {"subject", "text", "html", "headers"}
    changed = [line for line in found["headers"] if line[0] in "-+"]
    assert [line[:5] for line in changed] == ["- To:", "+ To:"]
    assert not [line for line in found["text"] if line[0] in "-+" and "unsubscribe" in line]
    in_words = thirty.run(*words).out
    assert "<p>" not in in_words
    assert "the HTML of mail differs too" in in_words


def test_the_terminal_holds_eighty_columns_and_says_at_its_end_what_is_held(
    thirty: Workspace,
) -> None:
    done = thirty.run("preview", "spring", "--who", "p6", "--who", "p27", now=MONDAY)
    assert done.code == 4
    assert done.out.splitlines()[-1] == "mail would be held for 1 of the people shown: Le Goff 06"

    french(thirty)
    for words in ((), ("--calendar",), ("--diff", "p1", "p27"), ("--who", "p27")):
        lines = thirty.run("preview", "spring", *words, now=MONDAY).out.splitlines()
        too_long = [line for line in lines if len(line) > 80 and "unsubscribe-" not in line]
        assert too_long == []


@contextmanager
def terminal(workspace: Workspace, *words: str) -> Iterator[Callable[[], str]]:
    """A command on a terminal of its own until Ctrl-C; what it has said there so far."""
    ours, its = os.openpty()
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    environment["PATH"] = f"{workspace.folder / 'bin'}:{environment['PATH']}"
    process = subprocess.Popen(
        [*PROGRAM, *words], cwd=workspace.folder, env=environment, stdin=its, stdout=its, stderr=its
    )
    os.close(its)
    try:
        yield lambda: os.read(ours, 4096).decode()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 130
    finally:
        process.kill()
        process.wait()
        os.close(ours)


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="this system has no terminals of that kind")
def test_on_a_terminal_the_browser_gets_the_address_by_a_file_nobody_else_reads(
    thirty: Workspace,
) -> None:
    """What programs are started with is seen by every user of the machine."""
    opened = thirty.folder / "opened"
    opener = thirty.write(
        "bin/xdg-open",
        '#!/bin/sh\npage="${1#file://}"\n'
        f'{{ echo "$1"; stat -c %a "$(dirname "$page")"; cat "$page"; }} > {opened}.new\n'
        f"mv {opened}.new {opened}\n",
    )
    opener.chmod(0o755)
    with terminal(thirty, "preview", "spring", "--who", "p1", "--web") as said:
        until(opened.exists)
        address = next(word for word in said().split() if word.startswith("http://127.0.0.1:"))
    started, mode, content = opened.read_text().split("\n", 2)
    assert address.split("/")[3] not in started
    assert mode == "700"
    assert f"url={address}" in content
    assert not Path(started.removeprefix("file://")).exists()
