"""The user's guide does what it says: every command of it is run, in its order, on its day."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from smtp_servers import SmtpServer
from workspaces import invoked

ROOT = Path(__file__).resolve().parents[2]
GUIDES = ("guide.fr.md", "guide.md")

#: `<!-- 2027-02-15T09:00 -->`: the day on which what follows is typed.
_DAY = re.compile(r"<!-- (\d{4}-\d\d-\d\dT\d\d:\d\d) -->")
#: `<!-- code 0 4 -->`: how the commands of the next block may end.
_CODES = re.compile(r"<!-- code ([\d ]+) -->")


@dataclass(frozen=True, slots=True)
class Typed:
    """A line of the guide as somebody types it."""

    words: tuple[str, ...]
    now: str
    codes: tuple[int, ...]


def typed_in(guide: str) -> Iterator[Typed]:
    """The commands of a guide, in their order."""
    now, codes, inside = "", (0,), False
    for line in (ROOT / "docs" / guide).read_text(encoding="utf-8").splitlines():
        if found := _DAY.fullmatch(line):
            now = found[1]
        elif found := _CODES.fullmatch(line):
            codes = tuple(map(int, found[1].split()))
        elif line.startswith("```"):
            inside = not inside and line == "```console"
            codes = codes if inside else (0,)
        elif inside and line.startswith("$ "):
            yield Typed(tuple(shlex.split(line[2:])), now, codes)


def test_both_guides_show_the_same_commands() -> None:
    french, english = (list(typed_in(guide)) for guide in GUIDES)
    assert french == english
    assert len(french) > 40


def test_every_command_of_the_guide_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Typed one after another in a new workspace, with the sample contacts and a mail server."""
    monkeypatch.chdir(tmp_path)
    with SmtpServer() as server:
        for line in typed_in("guide.fr.md"):
            program, *words = line.words
            if program == "cd":
                monkeypatch.chdir(words[0])
                settings = Path("outreach.yaml")
                text = settings.read_text(encoding="utf-8")
                settings.write_text(text.replace("2525", str(server.port)), encoding="utf-8")
                shutil.copy(ROOT / "samples" / "contacts.csv", "contacts.csv")
                continue
            done = invoked([*words, "--now", line.now])
            assert done.exit_code in line.codes, (line, done.output, done.stderr)
    assert len(server.received) > 80


def test_the_guides_keep_their_lines_short_enough_to_type() -> None:
    for guide in GUIDES:
        for line in typed_in(guide):
            assert len(shlex.join(line.words)) <= 120, line
