"""Letters written with Jinja's tags, through the commands: orders, variants, places, check."""

from __future__ import annotations

from pathlib import Path

import pytest
from word import docx, fields, lines, opened, paragraph, run
from workspaces import Workspace

MONDAY = "2027-03-01T09:00"
NAMES = ("Argoat", "Bihan", "Cadic")
LETTER = "  - {step: letter, channel: letter, template: letter.docx}\n"
BOTH = ("  - {step: letter, channel: letter, template: unused.docx,\n"
        "     variants: {a: {template: a.docx}, b: {template: b.docx}}}\n")  # fmt: skip


@pytest.fixture
def town(workspace: Workspace) -> Workspace:
    workspace.people(
        ((name.lower(), name, f"{name.lower()}@mail.example", "35000", "Rennes") for name in NAMES),
        "Ref;Last name;E-mail;Postal code;City",
    )
    return workspace


def write(workspace: Workspace, name: str, *texts: str, table: str = "") -> None:
    body = table + "".join(paragraph(run(text)) for text in texts)
    workspace.write(f"templates/{name}", docx(body))


def order(workspace: Workspace, who: str, amount: str, at: str) -> None:
    workspace.ok("record", f"{who}@mail.example", "order", "--amount", amount, now=at)


def cells(path: Path) -> list[str]:
    return [
        " ".join("".join(t.text or "" for t in cell.iter("{*}t")) for cell in row.iter("{*}tc"))
        for row in opened(path.read_bytes()).iter("{*}tr")
    ]


def texts_of(folder: Path) -> dict[str, list[str]]:
    return {path.name: lines(path.read_bytes()) for path in sorted(folder.glob("*.docx"))}


def row(*texts: str) -> str:
    inner = "".join(f"<w:tc><w:tcPr/>{paragraph(run(text))}</w:tc>" for text in texts)
    return f"<w:tr>{inner}</w:tr>"


def test_the_orders_of_a_customer_are_rows_of_his_letter(town: Workspace) -> None:
    """A person without orders keeps the head of the table."""
    order(town, "argoat", "1234.50", "2026-12-01T23:30")
    order(town, "argoat", "20", "2027-01-15T10:00")
    order(town, "bihan", "5", "2027-01-16T10:00")
    each = row("{{ o.on|date('dd/MM') }}", "{{ o.amount|money }}")
    loop = row("{%tr for o in orders %}") + each + row("{%tr endfor %}")
    merged = fields('{MERGEFIELD commandes.Montant \\# "0,00"}')
    rows = row("Date", "Amount") + loop + f"<w:tr><w:tc><w:tcPr/>{merged}</w:tc></w:tr>"
    total = "{% if orders %}Total {{ orders|sum(attribute='amount')|money }}{% endif %}"
    grid = "<w:tblGrid><w:gridCol/><w:gridCol/></w:tblGrid>"
    write(town, "letter.docx", "Dear {{ last_name }},", total,
          table=f"<w:tbl><w:tblPr/>{grid}{rows}</w:tbl>")  # fmt: skip
    town.campaign("spring", steps=LETTER)
    (letter,) = town.ok("check", "spring", now=MONDAY)["letters"]
    (field,) = letter["fields"]
    assert (field["written"], field["field"], field["lacking"]) == ("last_name", "last_name", 0)
    assert field["sample"] in NAMES
    town.launch("spring", now=MONDAY)
    town.ok("letters", "spring", "--out", "post", now=MONDAY)
    post = town.folder / "post"
    assert cells(post / "35000-argoat-1.docx") == [
        "Date Amount", "01/12 €1,234.50", "15/01 €20.00", "1234.50", "20.00",
    ]  # fmt: skip
    assert cells(post / "35000-cadic-3.docx") == ["Date Amount"]
    assert "Total €1,254.50" in lines((post / "35000-argoat-1.docx").read_bytes())
    whole = lines((post / "bundle.docx").read_bytes())
    assert [line for line in whole if line.startswith("Dear")] == [f"Dear {n}," for n in NAMES]


def test_each_variant_is_printed_from_its_own_template(town: Workspace) -> None:
    """A bundle per template; the numbers of letters go on from one to the next."""
    town.people(
        ((f"m{n}", f"Morvan{n}", f"m{n}@mail.example", "35000", "Rennes") for n in range(7)),
        "Ref;Last name;E-mail;Postal code;City",
    )
    number = fields("{MERGEREC}/{MERGESEQ}")
    for name in ("a", "b"):
        body = paragraph(run(f"{name.upper()} {{{{ last_name }}}}")) + number
        town.write(f"templates/{name}.docx", docx(body))
    write(town, "unused.docx", "{{ last_name }}")
    town.campaign("spring", steps=BOTH)
    checked = town.ok("check", "spring", now=MONDAY)
    assert [one["template"] for one in checked["letters"]] == ["a.docx", "b.docx"]
    write(town, "b.docx", "B {{ last_name }}", "{{ first_name }}")
    lacking = [one["held"] for one in town.ok("check", "spring", now=MONDAY)["letters"]]
    town.write("templates/b.docx", docx(body))
    town.launch("spring", now=MONDAY)
    assert town.ok("letters", "spring", "--out", "post", now=MONDAY)["letters"] == 10
    found = texts_of(town.folder / "post")
    bundles = [*found.pop("bundle-a.docx"), *found.pop("bundle-b.docx")]
    single = sorted(found.values(), key=lambda text: int(text[1].partition("/")[0]))
    assert [text[1] for text in single] == [f"{n}/{n}" for n in range(1, 11)]
    assert bundles == [text for one in single for text in one]
    letters = "".join(text[0][0] for text in single)
    assert "AB" in letters
    assert lacking == [0, letters.count("B")], "only those who get it lack what it prints"
    assert letters == "".join(sorted(letters))
    (own,) = (text[0] for text in single if text[0].endswith("Argoat"))
    shown = town.run("preview", "spring", "--who", "argoat@mail.example", now=MONDAY)
    assert own in shown.out


def test_what_is_wrong_with_a_tag_is_told_by_check_with_the_text_beside_it(town: Workspace) -> None:
    write(town, "letter.docx", "Dear {{ last_nam }},", "{% include 'x' %}",
          "Amount {{ last_name|mony }}", "{% if city %}open")  # fmt: skip
    town.campaign("spring", steps=LETTER)
    told = town.run("check", "spring", now=MONDAY)
    assert told.code != 0
    for words in (
        "the contact base has no field 'last_nam'",
        "did you mean 'last_name'?",
        "{% include 'x' %} is not supported in a letter",
        "there is no filter 'mony'",
        "{% if city %} has no counterpart",
        "it stands at “{% if city %}open”",
    ):
        assert words in told.out + told.err


def test_who_lacks_a_value_is_held_by_its_name(town: Workspace) -> None:
    town.people(
        [("dolo", "", "dolo@mail.example", "35000", "Rennes")],
        "Ref;Last name;E-mail;Postal code;City",
    )
    write(town, "letter.docx", "Dear {{ last_name }},")
    town.campaign("spring", steps=LETTER)
    (letter,) = town.ok("check", "spring", now=MONDAY)["letters"]
    assert letter["held"] == 1
    town.launch("spring", now=MONDAY)
    done = town.ok("letters", "spring", "--out", "post", now=MONDAY, code=4)
    assert (done["letters"], done["held"]) == (3, 1)
    assert "last_name" in town.run("why", "dolo@mail.example", now=MONDAY).out


def test_an_email_prints_orders_and_answers_the_prompts_of_its_letter(town: Workspace) -> None:
    order(town, "argoat", "20", "2027-01-15T10:00")
    town.write("templates/letter.docx", docx(fields('{FILLIN "Which day?"}')))
    town.write(
        "templates/mail.html.j2",
        "<p>{{ last_name }}: {% for o in orders %}{{ o.on|date }} {{ o.amount|money }}"
        "{% else %}nothing{% endfor %}</p><p>{{ unsubscribe_url|default('-') }}</p>",
    )
    steps = ("  - {{step: mail, channel: email, subject: Hello, template: mail.html.j2,\n"
             "     attachments: [{{letter: letter.docx{answers}}}]}}\n")  # fmt: skip
    town.campaign("spring", steps=steps.format(answers=""))
    assert "nothing answers" in town.run("check", "spring", now=MONDAY).out
    town.campaign("spring", steps=steps.format(answers=", answers: {'which day?': Friday}"))
    for who, text in (("argoat", "Argoat: 15 January 2027 €20.00"), ("bihan", "Bihan: nothing")):
        shown = town.run(
            "preview", "spring", "--who", f"{who}@mail.example", "--out", who, now=MONDAY
        )
        assert text in shown.out, shown.out + shown.err
