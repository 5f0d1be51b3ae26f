"""`outreach init` and `outreach schema`, asked at the door."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from outreach.cli import main


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def code_of(*arguments: str) -> int:
    with pytest.raises(SystemExit) as leaving:
        main(list(arguments))
    return int(leaving.value.code or 0)


def test_init_makes_a_workspace_and_says_what_it_wrote(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert code_of("init", "ws", "--locale", "en_GB") == 0
    assert "written  ws/outreach.yaml" in capsys.readouterr().out
    assert "\nlocale: en_GB\n" in (tmp_path / "ws" / "outreach.yaml").read_text(encoding="utf-8")


def test_init_changes_nothing_in_a_workspace(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "outreach.yaml").write_text("locale: en_GB\n")
    assert code_of("init", ".") == 0
    assert capsys.readouterr().out == ". is a workspace already: nothing was changed\n"
    assert [path.name for path in tmp_path.iterdir()] == ["outreach.yaml"]


def test_init_under_json_lists_what_was_written_and_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "ws" / "templates" / "emails" / "layout.html.j2"
    kept.parent.mkdir(parents=True)
    kept.write_text("mine")
    assert code_of("--json", "init", "ws") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["folder"] == "ws"
    assert answer["kept"] == ["ws/templates/emails/layout.html.j2"]
    assert "ws/outreach.yaml" in answer["written"]


def test_init_refuses_a_locale_that_does_not_exist(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert code_of("init", "ws", "--locale", "french") == 1
    assert "'french' is not a locale" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("kind", "key"), [("campaign", "steps"), ("settings", "senders")])
def test_schema_prints_one_json_schema(
    kind: str, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert code_of("schema", kind) == 0
    schema = json.loads(capsys.readouterr().out)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert key in schema["properties"]
