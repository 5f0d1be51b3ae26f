"""A real browser, and a workspace to look at with it."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread

import pytest
from browsing import Elsewhere, served
from conftest import missing
from playwright.sync_api import Browser, sync_playwright
from word import docx, merge, paragraph, run
from workspaces import Workspace

_NAMES = ("chromium", "chromium-browser", "google-chrome")

#: An e-mail that would tell elsewhere that it is read, if it were let.
MAIL = """\
<html><head>
<link rel="stylesheet" href="https://elsewhere.example/style.css">
<link rel="preconnect" href="https://elsewhere.example">
<meta http-equiv="refresh" content="0;url=https://elsewhere.example/away">
<style>body { background: url(https://elsewhere.example/ground.png); }
@media (max-width: 500px) { .wide { display: none !important } }</style>
</head><body>
<p>Dear {{ first_name }},</p>
<p class="wide">This is for wide screens.</p>
<p><a id="out" href="https://elsewhere.example/link">A link</a></p>
<img alt="Our workshop" src="https://elsewhere.example/pixel.png">
</body></html>
"""

#: The people by name, so that their places are known: 0, 1, 2.
EVERYBODY = ("spring", "--who", "Dupré", "--who", "Blanc", "--who", "Caro")

STEPS = """\
  - {step: letter, channel: letter, template: letter.docx}
  - step: mail
    channel: email
    after: letter + 5 days
    subject: "For {{ last_name }}"
    template: mail.html.j2
  - {step: call, channel: call, after: mail + 2 working days, guide: call.yaml}
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The Chromium of this machine.

    Per module, for Playwright keeps an event loop running: no test beside can run its own.
    """
    found = [path for name in _NAMES if (path := shutil.which(name))]
    if not found:
        missing("Chromium is needed: apt-get install chromium")
    # Its own sandbox does not work for root, as whom containers run.
    arguments = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found[0], args=arguments)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def elsewhere() -> Iterator[Elsewhere]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        found = Elsewhere(listening.getsockname()[1])

        def count() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    found.connections += 1
                    connection.close()

        Thread(target=count, daemon=True).start()
        yield found


def made(folder: Path, elsewhere: Elsewhere) -> Workspace:
    """Three people and three steps; Blanc has no first name, which the e-mail prints."""
    workspace = Workspace(folder)
    workspace.people(
        [("a", "Anne", "Dupré", "a@mail.example", "0299000001", "35000", "Rennes"),
         ("b", "", "Blanc", "b@mail.example", "0299000002", "35000", "Rennes"),
         ("c", "Cyril", "Caro", "", "0299000003", "35000", "Rennes")],
        "Ref;First name;Last name;E-mail;Phone;CP;City",
    )  # fmt: skip
    mail = MAIL.replace("https://elsewhere.example", elsewhere.address)
    workspace.write("templates/mail.html.j2", mail)
    body = paragraph(run("A letter for "), merge("last_name"))
    page_break = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'
    workspace.write("templates/letter.docx", docx(body + page_break + paragraph(run("Page two"))))
    guide = 'title: "A call for {{ last_name }}"\nintroduction: ["Good morning."]\n'
    workspace.write("templates/call.yaml", guide)
    workspace.campaign("spring", steps=STEPS)
    return workspace


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, elsewhere: Elsewhere) -> Workspace:
    """A workspace of the test's own."""
    monkeypatch.chdir(tmp_path)
    return made(tmp_path, elsewhere)


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory, elsewhere: Elsewhere) -> Iterator[str]:
    """Where the preview of Dupré, Blanc and Caro is served, for all who only look."""
    folder = tmp_path_factory.mktemp("web")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        workspace = made(folder, elsewhere)
    with served(workspace, *EVERYBODY) as address:
        yield address
