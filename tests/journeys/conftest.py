"""What the stories share: an empty workspace with a sender, and the folder one stands in."""

from __future__ import annotations

from pathlib import Path

import pytest
from workspaces import Workspace


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    return Workspace(tmp_path)
