"""What campaign files call things, read without judging them: names, steps, chains.

An expression may speak of a campaign that is written and not launched yet, and of one
whose file has a mistake elsewhere.
"""

from __future__ import annotations

from outreach.errors import OutreachError
from outreach.files.campaigns import campaign_files, written_name
from outreach.files.plain_text import read_text, shown
from outreach.files.source import parse_source
from outreach.model.outline import Outline
from outreach.model.settings import Settings


def outlines(settings: Settings) -> list[Outline]:
    """Every campaign that the workspace has a file of, by file."""
    found = []
    for path in campaign_files(settings):
        name = written_name(path)
        try:
            plain = parse_source(read_text(path), shown(path), repeated=[]).plain
        except OutreachError:
            plain = None
        said = plain if isinstance(plain, dict) else {}
        steps = [step.get("step") for step in _all(said.get("steps")) if isinstance(step, dict)]
        found.append(Outline(name, _words(steps), _words(_all(said.get("chain")))))
    return found


def _all(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _words(values: list[object]) -> tuple[str, ...]:
    return tuple(value.strip() for value in values if isinstance(value, str))
