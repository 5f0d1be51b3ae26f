"""What every test may ask for: a clean machine, real data, real stores."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from postgres import PostgresServer, no_postgres, start_postgres
from privileges import like_anybody
from servers.base import NotHere
from servers.mail import MailSystem, mail_system

from outreach.files.pdf_finding import Found, NoOffice, find_office
from outreach.files.pdf_office import Office
from outreach.store.engine import Database
from outreach.store.opening import open_database

IN_CI = os.environ.get("CI") == "true"


def pytest_configure(config: pytest.Config) -> None:
    """English and no workspace of the machine's, whatever shell the tests are started from."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "OUTREACH_CONFIG", "XDG_CONFIG_HOME"):
        os.environ.pop(name, None)
    os.environ["LC_ALL"] = "C.UTF-8"


def missing(reason: str) -> None:
    """What a machine lacks is a skip on a desk and a failure in CI."""
    if IN_CI:
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Real files made by others, outside the project."""
    folder = os.environ.get("OUTREACH_TEST_DATA")
    if not folder or not Path(folder).is_dir():
        missing("set OUTREACH_TEST_DATA to the folder of real data to run this test")
    assert folder is not None
    return Path(folder)


@pytest.fixture
def now() -> datetime:
    return datetime(2027, 3, 1, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """One PostgreSQL server for the whole run."""
    server = start_postgres()
    if server is None:
        missing(no_postgres())
    assert server is not None
    yield server
    server.stop()


@pytest.fixture(scope="session")
def mail_servers() -> Iterator[MailSystem]:
    """Postfix, Dovecot, postgrey and OpenDKIM for the whole run, started when first needed."""
    with ExitStack() as running:
        try:
            system = running.enter_context(mail_system())
        except NotHere as error:
            missing(str(error))
        yield system


@pytest.fixture(scope="session")
def libreoffice() -> Found:
    """The LibreOffice of this machine, with a Python that can drive it."""
    try:
        found = find_office()
    except NoOffice as error:
        missing(str(error))
    if found.python is None:
        missing("no Python has the module uno: apt-get install python3-uno")
    return found


@pytest.fixture(scope="session")
def office(libreoffice: Found) -> Iterator[Office]:
    """One LibreOffice for the whole run, started when the first letter needs it."""
    with Office(libreoffice) as running:
        yield running


@pytest.fixture
def no_root() -> Iterator[None]:
    """Permissions of files hold in this test, even for root."""
    with ExitStack() as held:
        try:
            held.enter_context(like_anybody())
        except PermissionError as refused:
            pytest.skip(f"root may write everywhere, and {refused}")
        yield


@pytest.fixture
def open_store(tmp_path: Path) -> Iterator[Callable[..., Database]]:
    """Opens stores, in the folder of the test unless said otherwise; lets go of them at its end."""
    with ExitStack() as opened:

        def one(
            url: str = "sqlite:///store.db", *, folder: Path = tmp_path, to_upgrade: bool = False
        ) -> Database:
            database = open_database(url, folder=folder, to_upgrade=to_upgrade)
            opened.callback(database.engine.dispose)
            return database

        yield one


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A fresh store, once on each database."""
    if request.param == "sqlite":
        opened = open_database("sqlite:///store.db", folder=tmp_path)
        yield opened
        opened.engine.dispose()
    else:
        server: PostgresServer = request.getfixturevalue("postgres")
        with server.laid_database() as url:
            opened = open_database(url, folder=tmp_path)
            yield opened
            opened.engine.dispose()
