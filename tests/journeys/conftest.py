"""What the stories share: an empty workspace with a sender, and the folder one stands in."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from postgres import PostgresServer
from workspaces import Workspace

from outreach.store.engine import Database
from outreach.store.opening import open_database


@pytest.fixture(scope="module", autouse=True)
def collected() -> Iterator[None]:
    """What the hundreds of commands of a file left in cycles goes when it ends."""
    yield
    gc.collect()


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    return Workspace(tmp_path)


@pytest.fixture(params=["sqlite", "postgresql"])
def base(request: pytest.FixtureRequest, workspace: Workspace) -> Iterator[Database]:
    """The workspace's store, once on each database."""
    if request.param == "sqlite":
        opened = open_database("sqlite:///data/outreach.db", folder=workspace.folder)
        yield opened
        opened.engine.dispose()
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    with server.laid_database() as url:
        workspace.settings(more=f"store: {url}\n")
        opened = open_database(url, folder=workspace.folder)
        yield opened
        opened.engine.dispose()
