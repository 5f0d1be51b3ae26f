"""Letters with Word's own fields: answers from the campaign, people left out, pictures."""

from __future__ import annotations

from pathlib import Path

import pytest
from word import docx, fields, lines, members
from workspaces import Workspace

MONDAY = "2027-03-01T09:00"
LETTER = "  - {{step: letter, channel: letter, template: letter.docx{more}}}\n"
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108020000009077"
    "53de0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


@pytest.fixture
def town(workspace: Workspace) -> Workspace:
    people = [("a", "Argoat"), ("b", "Bihan"), ("c", "Cadic")]
    workspace.people(
        ((ref, name, f"{ref}@mail.example", "35000", "Rennes") for ref, name in people),
        "Ref;Last name;E-mail;Postal code;City",
    )
    return workspace


def template(workspace: Workspace, text: str, more: str = "") -> None:
    workspace.write("templates/letter.docx", docx(fields(text)))
    workspace.campaign("spring", steps=LETTER.format(more=more))


def printed(workspace: Workspace) -> dict[str, list[str]]:
    folder = workspace.folder / "post"
    return {path.name: lines(path.read_bytes()) for path in sorted(folder.iterdir())}


def test_prompts_are_answered_by_the_campaign(town: Workspace) -> None:
    text = 'Dear {MERGEFIELD last_name}, {FILLIN "Which day?"} at {TIME \\@ HH:mm}'
    template(town, text, more=", answers: {'which day?': Friday}")
    town.launch("spring", now=MONDAY)
    town.ok("letters", "spring", "--out", "post", now=MONDAY)
    assert printed(town)["bundle.docx"] == [
        f"Dear {name}, Friday at 09:00" for name in ("Argoat", "Bihan", "Cadic")
    ]


def test_a_prompt_without_an_answer_is_told_by_check(town: Workspace) -> None:
    template(town, 'Dear {MERGEFIELD last_name}, {FILLIN "Which day?"}')
    told = town.run("check", "spring", now=MONDAY)
    assert told.code != 0
    assert "the letter asks “Which day?”, and nothing answers" in told.out + told.err


def test_whom_the_template_leaves_out_is_skipped_and_told_why(town: Workspace) -> None:
    template(town, '{SKIPIF {MERGEFIELD last_name} = "B*"}Dear {MERGEFIELD last_name}, {MERGESEQ}')
    town.launch("spring", now=MONDAY)
    done = town.ok("letters", "spring", "--out", "post", now=MONDAY)
    assert (done["letters"], done["skipped"], done["held"]) == (2, 1, 0)
    assert printed(town)["bundle.docx"] == ["Dear Argoat, 1", "Dear Cadic, 2"]
    assert printed(town)["35000-cadic-3.docx"] == ["Dear Cadic, 2"]
    why = " ".join(town.run("why", "b@mail.example", now=MONDAY).out.split())
    assert "letter was skipped: the letter's template leaves the person out (SKIPIF)" in why
    assert town.ok("letters", "spring", "--out", "again", now=MONDAY)["letters"] == 2


def test_a_formula_without_a_result_holds_its_letter_alone(town: Workspace) -> None:
    template(town, "Dear {MERGEFIELD last_name} {= 1 / {IF {MERGEFIELD last_name} = Bihan 0 2}}")
    town.launch("spring", now=MONDAY)
    done = town.ok("letters", "spring", "--out", "post", now=MONDAY, code=4)
    assert (done["letters"], done["held"]) == (2, 1)
    assert "divides by zero" in town.run("why", "b@mail.example", now=MONDAY).out


def test_pictures_come_from_the_templates_folder_and_from_nowhere_else(
    town: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside: Path = tmp_path_factory.mktemp("outside") / "Bihan.png"
    outside.write_bytes(PIXEL)
    town.write("templates/photos/Argoat.png", PIXEL)
    town.write("templates/photos/Cadic.png", PIXEL)
    (town.folder / "templates/photos/Bihan.png").symlink_to(outside)
    picture = 'INCLUDEPICTURE "photos\\\\{MERGEFIELD last_name}.png"'
    template(town, f"Dear {{MERGEFIELD last_name}} {{{picture}}}")
    town.launch("spring", now=MONDAY)
    done = town.ok("letters", "spring", "--out", "post", now=MONDAY, code=4)
    assert (done["letters"], done["held"]) == (2, 1)
    bundle = (town.folder / "post" / "bundle.docx").read_bytes()
    assert len([name for name in members(bundle) if "media" in name]) == 1
    assert "photos\\Bihan.png" in town.run("why", "b@mail.example", now=MONDAY).out
