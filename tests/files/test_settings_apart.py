"""The settings, read by a process that ends."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from outreach.errors import OutreachError
from outreach.files.settings import read_settings
from outreach.files.settings_apart import read_settings_apart

WRITTEN = """\
locale: fr_FR
timezone: Europe/Paris
organisation: {name: Atelier Brocéliande}
senders:
  marie:
    from: Marie Le Goff <marie@atelier.example>
    smtp: {host: 127.0.0.1, port: 2525, security: none}
    limits: {per_minute: 30}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "outreach.yaml"
    made.write_text(WRITTEN, encoding="utf-8")
    return made


def test_they_are_what_they_are_when_read_here(file: Path) -> None:
    assert read_settings_apart(file) == read_settings(file)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere they are read here")
def test_what_it_takes_to_read_them_is_not_loaded(file: Path) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from outreach.files.settings_apart import read_settings_apart\n"
        f"read_settings_apart(Path({str(file)!r}))\n"
        "sys.exit(' '.join(sorted({'pydantic', 'yaml'} & set(sys.modules))) or None)"
    )
    done = subprocess.run((sys.executable, "-c", program), capture_output=True, text=True)

    assert (done.returncode, done.stderr) == (0, "")


def test_mistakes_are_told_with_their_places(file: Path) -> None:
    file.write_text(WRITTEN + "colour: red\n", encoding="utf-8")

    with pytest.raises(OutreachError) as here:
        read_settings(file)
    with pytest.raises(OutreachError) as apart:
        read_settings_apart(file)

    assert str(apart.value) == str(here.value)
    assert "colour" in str(apart.value)
