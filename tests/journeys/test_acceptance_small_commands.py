"""Acceptance of issue line 2.16: a small command loads nothing that it does not use."""

from __future__ import annotations

import subprocess
import sys

import pytest
from workspaces import Workspace

HEAVY = {
    "numpy", "pandas", "rapidfuzz", "lxml", "docx", "phonenumbers", "stdnum", "holidays",
    "email_validator", "css_inline", "alembic", "aiosmtplib", "openpyxl", "babel.dates",
}  # fmt: skip

PROBE = """
import sys
from outreach.cli import main
try:
    main(sys.argv[1:])
except SystemExit as done:
    assert not done.code
sys.exit(" ".join(sorted(set({heavy!r}) & set(sys.modules))) or None)
"""


@pytest.mark.parametrize(
    "words",
    [("--help",), ("contacts", "--help"), ("contacts", "count"),
     ("contacts", "list", 'city = "Rennes"', "--json"), ("segment", "list")],
    ids=" ".join,
)  # fmt: skip
def test_a_small_command_loads_no_heavy_module(
    workspace: Workspace, words: tuple[str, ...]
) -> None:
    workspace.townspeople(1)
    probe = PROBE.format(heavy=HEAVY)

    done = subprocess.run(
        [sys.executable, "-c", probe, *words], cwd=workspace.folder, capture_output=True, text=True
    )

    assert done.stderr == ""
    assert done.returncode == 0
