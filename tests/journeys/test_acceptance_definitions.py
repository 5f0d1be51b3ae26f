"""Acceptance of issue lines 1.3 and 1.11: every mistake at once, with its place and a next step."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from workspaces import PROGRAM, Workspace, mail

PROBLEM_KEYS = {"severity", "file", "line", "column", "message", "hint"}

WRONG = """\
campaign: wrong
titel: Oops
sender: mary
chain: [contacted, replied]
chain: [contacted]
audience:
  where: citty = "Rennes"
  limit: many
  control: 130%
steps:
  - step: a
    channel: emial
  - step: b
    channel: letter
    template: letters/none.docx
  - step: c
    channel: call
    guide: calls/none.yaml
    after: b + 5 dayz
  - step: d
    channel: call
    guide: x.yaml
    after: e + 1 day
  - step: e
    channel: call
    guid: x.yaml
    after: d + 1 week
  - step: f
    channel: email
    subject: "{{ first_name }"
    template: broken.html.j2
  - step: g
    channel: email
    subject: "{{ frist_name }}"
    template: unknown.html.j2
stop_on: [replied, repplied]
window: {days: mon-fry, hours: "9-"}
start: 2027-13-45
"""


def problems(workspace: Workspace, name: str, code: int = 1) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = workspace.ok("check", name, code=code)["problems"]
    assert all(set(one) == PROBLEM_KEYS for one in found)
    return found


def test_every_mistake_of_a_campaign_is_told_at_once(workspace: Workspace) -> None:
    """1.3, 1.11: a typo in a key, an unknown field, a missing template, a cycle in `after`."""
    workspace.write("campaigns/wrong.yaml", WRONG)
    workspace.write("templates/x.yaml", 'introduction: ["Hello."]\n')
    found = problems(workspace, "wrong")
    places = {
        (one["line"], one["column"]): one
        for one in found if one["file"] == "campaigns/wrong.yaml"
    }  # fmt: skip
    for line, column, hint in (
        (2, 1, "'title'"), (3, 9, "'marie'"), (5, 1, ""), (7, 10, "'city'"), (8, 10, ""),
        (9, 12, ""), (12, 14, "'email'"), (15, 15, ""), (18, 12, ""), (19, 12, "'days'"),
        (23, 12, ""), (26, 5, "'guide'"), (36, 20, "'replied'"), (37, 16, "'fri"), (38, 8, ""),
    ):  # fmt: skip
        assert (line, column) in places, sorted(places)
        assert hint in (places[line, column]["hint"] or ""), places[line, column]
        assert places[line, column]["severity"] == "error"
    told = workspace.run("check", "wrong")
    assert told.code == 1
    assert "campaigns/wrong.yaml:2:1" in told.out
    launched = workspace.run("launch", "wrong", "--confirm", "1", "--json")
    assert launched.code == 1
    assert len(launched.errors) >= 15
    assert workspace.ok("status") == {"campaigns": []}


@pytest.mark.parametrize(
    ("template", "line", "hint"),
    [
        ("<p>fine</p>\n<p>{{ last_name }</p>\n", 2, ""),
        ("<p>fine</p>\n\n{% if last_name %}no end\n", 3, ""),
        ("<p>fine</p>\n<p>{{ lastname }}</p>\n", 2, "'last_name'"),
        ("<p>{{ last_name | uper }}</p>\n", 1, "'upper'"),
        ("{% include 'nowhere.html' %}\n", 1, ""),
    ],
    ids=["syntax", "unclosed", "undefined", "filter", "include"],
)
def test_a_template_with_a_mistake_stops_the_launch_and_shows_where(
    workspace: Workspace, template: str, line: int, hint: str
) -> None:
    """1.11: a template with a syntax error or an undefined name; strict and sandboxed."""
    workspace.townspeople(1)
    workspace.write("templates/mail.html.j2", template)
    workspace.campaign("spring")
    found = [one for one in problems(workspace, "spring") if one["severity"] == "error"]
    assert found, "nothing was told"
    assert found[0]["file"].endswith("mail.html.j2")
    assert found[0]["line"] in (line, line + 1)
    assert hint in (found[0]["hint"] or "")
    assert workspace.run("launch", "spring", "--confirm", "1").code == 1


def test_a_template_reaches_nothing_of_the_program(workspace: Workspace) -> None:
    """1.6: the sandbox: such a message is held, it never leaves."""
    workspace.townspeople(1)
    workspace.write("templates/mail.html.j2", "<p>{{ last_name.__class__.__mro__ }}</p>\n")
    workspace.campaign("spring")
    shown = workspace.ok("preview", "spring", code=4)
    assert shown["steps"][0]["problem"]
    assert "class 'str'" not in json.dumps(shown)


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04 cut off", None])
def test_a_word_file_that_is_not_one(workspace: Workspace, content: bytes | None) -> None:
    """1.11: a .docx that is not one, or is not there."""
    people = "1;Blanc;a@x.example;3 rue du Four;35000;Rennes\n"
    workspace.write("p.csv", f"Ref;Nom;E-mail;Adresse;Code postal;Ville\n{people}")
    workspace.ok("contacts", "import", "p.csv")
    if content is None:
        (workspace.folder / "templates/letter.docx").unlink()
    else:
        workspace.write("templates/letter.docx", content)
    workspace.campaign(
        "spring", steps="  - {step: letter, channel: letter, template: letter.docx}\n"
    )
    found = [one for one in problems(workspace, "spring") if one["severity"] == "error"]
    assert len(found) == 1
    assert found[0]["message"]
    assert workspace.run("launch", "spring", "--confirm", "1").code == 1


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("campaign: x\nsteps: [\n  - a: {\n", 3),
        ("campaign: x\n\tsteps: 3\n", 2),
        ("", 1),
        ("- a\n- b\n", 1),
        ("just words\n", 1),
        ("campaign: é\n".encode("cp1252"), 1),
        ("campaign: &a [*a]\n", 1),
    ],
)
def test_what_is_no_campaign_file_says_where(
    workspace: Workspace, content: str | bytes, line: int
) -> None:
    """1.11: an error has its line and the exit code is 1, never 3."""
    workspace.write("campaigns/x.yaml", content)
    found = problems(workspace, "x")
    assert found[0]["line"] == line
    assert found[0]["column"] >= 1


def test_no_and_times_and_dates_stay_what_was_typed(workspace: Workspace) -> None:
    """CONTRACT: `no`, `09:00` and dates mean what was typed."""
    workspace.people([("1", "No", "no@x.example", "no"), ("2", "Of", "of@x.example", "off")])
    workspace.campaign(
        "no", where='city = "no"', head="title: no\nstart: 2027-03-01\n"
        'window: {days: mon-fri, hours: 09:00-12:00}\n'
    )  # fmt: skip
    assert not [p for p in problems(workspace, "no", 0) if p["severity"] == "error"]
    assert workspace.ok("launch", "no", "--dry-run")["enrolled"] == 1


def test_every_mistake_of_the_settings_is_told_at_once(workspace: Workspace) -> None:
    """1.3: settings with all their errors; a password in clear is refused and never shown."""
    workspace.write(
        "outreach.yaml",
        "store: sqlite:///data/x.db\nlocale: xx_YY\ntimezone: Europe/Pariss\nfoo: 1\n"
        "locale: fr_FR\nsenders:\n  marie:\n    from: nope\n"
        "    smtp: {host: smtp.example.org, port: 25, security: none, user: u, password: hunter2}\n"
        "    limits: {per_minut: 3}\n",
    )
    done = workspace.run("status", "--json")
    assert done.code == 1
    places = {(error["line"], error["column"]) for error in done.errors}
    assert places == {(2, 9), (3, 11), (4, 1), (5, 1), (8, 11), (9, 56), (9, 81), (10, 14)}
    assert "hunter2" not in done.out + workspace.run("status").err


def test_the_settings_are_found_upward_by_option_and_by_environment(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """CONTRACT: `--config FILE`, `$OUTREACH_CONFIG`, `./outreach.yaml` and upward."""
    workspace.townspeople(2)
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert workspace.ok("contacts", "count") == {"count": 2}
    elsewhere = tmp_path.parent / f"{tmp_path.name}-elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    settings = str(tmp_path / "outreach.yaml")
    assert workspace.ok("--config", settings, "contacts", "count") == {"count": 2}
    assert workspace.ok("contacts", "count", "--config", settings) == {"count": 2}
    lost = workspace.run("contacts", "count", "--json")
    assert lost.code == 1
    assert "outreach init" in lost.errors[0]["hint"]
    monkeypatch.setenv("OUTREACH_CONFIG", settings)
    assert workspace.ok("contacts", "count") == {"count": 2}


def test_the_json_schemas_accept_the_samples_and_refuse_a_typo(tmp_path: Path) -> None:
    """1.3: `init` makes a workspace that its own schemas and `check` accept; never overwrites."""

    def command(*words: str, code: int = 0) -> str:
        done = subprocess.run([*PROGRAM, *words], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == code, done
        return done.stdout

    made = json.loads(command("init", "ws", "--json"))
    assert isinstance(made, dict)
    (tmp_path / "ws/outreach.yaml").write_text("# mine\n" + (tmp_path / "ws/outreach.yaml")
                                               .read_text("utf-8"), "utf-8")  # fmt: skip
    command("init", "ws")
    assert (tmp_path / "ws/outreach.yaml").read_text("utf-8").startswith("# mine\n")

    for word, files in (
        ("settings", [tmp_path / "ws/outreach.yaml"]),
        ("campaign", sorted((tmp_path / "ws/campaigns").glob("*.yaml"))),
    ):
        schema = json.loads(command("schema", word))
        assert schema == json.loads(command("--json", "schema", word))
        validator = jsonschema.Draft202012Validator(schema)
        validator.check_schema(schema)
        assert files
        for file in files:
            plain = yaml.load(file.read_text("utf-8"), yaml.BaseLoader)
            assert not list(validator.iter_errors(plain)), file
            assert list(validator.iter_errors({**plain, "titel": "x"}))


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("chekc", 2), ("check", 2), ("check spring --jsno", 2), ("plan effort", 2),
        ("plan effort --revenue abc", 2), ("schema nothing", 2), ("record", 2),
        ("suppress add", 2), ("--now someday status", 2), ("launch spring --confirm x", 2),
        ("check nothing", 2), ("contacts", 0), ("", 0),
    ],
)  # fmt: skip
def test_wrong_usage_is_2_and_one_object_under_json(
    workspace: Workspace, words: str, code: int
) -> None:
    """CONTRACT: exit codes; an error under `--json` is `{"errors": [...]}`."""
    done = workspace.run(*words.split())
    assert done.code in (code, 2), done
    if code == 2:
        assert done.out == ""
        in_json = workspace.run(*words.split(), "--json")
        assert in_json.code == 2
        assert in_json.errors[0]["message"]


def test_what_an_unlaunched_or_unknown_campaign_is_told(workspace: Workspace) -> None:
    """A command on a campaign that does not exist says so with a next step."""
    workspace.campaign("spring")
    for words in (["status", "sprin"], ["report", "sprin"], ["letters", "sprin"],
                  ["calls", "sprin"], ["settle", "sprin"], ["run", "sprin"], ["check", "sprin"],
                  ["preview", "sprin"], ["launch", "sprin"], ["why", "x", "sprin"],
                  ["letters", "posted", "sprin"]):  # fmt: skip
        done = workspace.run(*words, "--json")
        assert done.code in (1, 2), done
        assert done.errors[0]["hint"], words


def test_a_campaign_is_named_by_its_file_too(workspace: Workspace) -> None:
    """CONTRACT: name or path of a YAML file."""
    workspace.townspeople(1)
    workspace.campaign("spring")
    problems(workspace, "campaigns/spring.yaml", 0)
    assert workspace.ok("launch", "campaigns/spring.yaml", "--dry-run")["campaign"] == "spring"


def test_a_campaign_that_may_start_has_only_warnings(workspace: Workspace) -> None:
    """CONTRACT: no offer is a warning; `compliance: strict` makes lacks errors."""
    workspace.townspeople(1)
    workspace.write("campaigns/bare.yaml", "campaign: bare\nsender: marie\naudience:\n"
                    f'  where: city = "rennes"\nsteps:\n{mail()}')  # fmt: skip
    found = problems(workspace, "bare", 0)
    assert {one["severity"] for one in found} == {"warning"}
    assert any("offer" in one["message"] + (one["hint"] or "") for one in found)
    workspace.settings(more="compliance: strict\n")
    strict = problems(workspace, "bare", 1)
    assert "error" in {one["severity"] for one in strict}
    assert workspace.run("launch", "bare", "--confirm", "1").code == 1
    workspace.settings()
    nobody = workspace.run("check", "bare")
    assert "outreach launch bare" in nobody.out
    workspace.campaign("empty", where='city = "Brest"')
    assert any(one["severity"] == "error" for one in problems(workspace, "empty", 1))


def test_a_store_newer_than_the_program_is_left_alone(workspace: Workspace) -> None:
    """1.11: a store that is newer than the program: exit 1, a next step, nothing touched."""
    import sqlite3

    workspace.townspeople(2)
    path = workspace.folder / "data/outreach.db"
    base = sqlite3.connect(path)
    base.execute("update alembic_version set version_num = '9999_from_the_future'")
    base.commit()
    base.close()
    before = path.read_bytes()
    for words in (["contacts", "count"], ["run"], ["status"], ["contacts", "import", "people.csv"]):
        done = workspace.run(*words, "--json")
        assert (done.code, bool(done.errors[0]["hint"])) == (1, True), done
    assert path.read_bytes() == before
    path.write_bytes(b"this is no database at all" * 100)
    done = workspace.run("status", "--json")
    assert (done.code, bool(done.errors[0]["message"])) == (1, True)
