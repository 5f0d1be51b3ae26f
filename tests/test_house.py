"""The house keeps its promises: rooms, helps, words, languages."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest

from outreach.cli import COMMANDS, main
from outreach.errors import Text
from outreach.model.audience import Exclusion
from outreach.model.delivery import DeliveryState
from outreach.model.event import EventKind

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def every_command() -> list[tuple[str, click.Command]]:
    """Every command a user can type, groups and their verbs."""
    context = main.make_context("outreach", ["demo"], resilient_parsing=True)
    found: list[tuple[str, click.Command]] = []
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command is not None
        found.append((name, command))
        if isinstance(command, click.Group):
            found += [(f"{name} {verb}", inner) for verb, inner in command.commands.items()]
    return found


COMMANDS_TYPED = every_command()


def test_the_rooms_keep_their_import_contracts() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports")]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert answer.returncode == 0, answer.stdout


def test_every_room_is_on_the_map() -> None:
    import outreach

    rooms = [p.name for p in (ROOT / "outreach").iterdir() if (p / "__init__.py").is_file()]
    assert outreach.__doc__ is not None
    assert [room for room in rooms if f"{room}/" not in outreach.__doc__] == []


def test_no_room_is_empty() -> None:
    packages = [path.parent for path in (ROOT / "outreach").rglob("__init__.py")]
    empty = [p for p in packages if not [f for f in p.rglob("*.py") if f.name != "__init__.py"]]
    assert [p for p in empty if p.name != "versions"] == []


@pytest.mark.parametrize(("name", "command"), COMMANDS_TYPED, ids=lambda value: str(value))
def test_every_command_and_option_has_help(name: str, command: click.Command) -> None:
    assert command.help, f"outreach {name} has no help"
    for option in command.params:
        if isinstance(option, click.Option) and not option.hidden:
            assert option.help, f"outreach {name} {option.opts[0]} has no help"


@pytest.mark.parametrize("name", [name for name, _ in COMMANDS_TYPED if name != "letters print"])
def test_every_command_stands_in_the_readme(name: str) -> None:
    assert f"outreach {name}" in README


def _commands_in(readme: str) -> set[str]:
    """The commands that a README names, of all that can be typed."""
    names = [name for name, _ in COMMANDS_TYPED]
    return {name for name in names if f"outreach {name}" in readme}


def test_the_french_readme_names_the_same_commands() -> None:
    """Each can be reached from the other."""
    french = (ROOT / "README.fr.md").read_text(encoding="utf-8")
    assert _commands_in(french) == _commands_in(README)
    assert "(README.fr.md)" in README
    assert "(README.md)" in french


@pytest.mark.parametrize("kind", [*EventKind, *DeliveryState, *Exclusion], ids=str)
def test_every_word_of_the_ledger_stands_in_the_glossary(kind: str) -> None:
    glossary = README.split("## Glossary", 1)[1]
    assert f"`{kind}`" in glossary


def test_every_sentence_has_its_french_and_the_compiled_catalogue_is_current() -> None:
    command = [sys.executable, "tools/catalogue.py", "--check"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert answer.returncode == 0, answer.stdout[-2000:]


def test_the_short_help_is_one_line_of_80() -> None:
    lines = [line for commands in COMMANDS.values() for _, line in commands.values()]
    assert [line for line in lines if len(str(Text(line))) > 76] == []


def test_no_file_of_the_project_names_a_path_of_a_machine() -> None:
    suspicious = "/" + "work" + "/"
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split()
    texts = [p for p in tracked if p.endswith((".py", ".md", ".yaml", ".toml", ".j2", ".sh"))]
    found = [p for p in texts if suspicious in (ROOT / p).read_text(encoding="utf-8")]
    assert found == []
