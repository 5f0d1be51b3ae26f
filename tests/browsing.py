"""A preview served by the command itself, and a browser window that writes down what it asks."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, Page
from workspaces import Workspace


@contextmanager
def served(workspace: Workspace, *words: str) -> Iterator[str]:
    """The address of a preview as long as it is served; Ctrl-C ends it cleanly."""
    process = workspace.start("preview", *words, "--web", "--json")
    try:
        assert process.stdout is not None
        answer = json.loads(process.stdout.readline() or "{}")
        assert "url" in answer, (answer, process.communicate())
        address: str = answer["url"]
        yield address
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
        assert process.returncode == 130, err
        assert "Traceback" not in err
    finally:
        process.kill()
        process.wait()


@dataclass(slots=True)
class Elsewhere:
    """A server that mails must not reach: who so much as connects to it is counted."""

    port: int
    connections: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@dataclass(slots=True)
class Reader:
    """A browser window on a preview."""

    page: Page
    address: str
    #: What the browser complained of, beside what it kept a mail from loading.
    complaints: list[str] = field(default_factory=list)

    def hear(self, complaint: str) -> None:
        if "The action has been blocked." not in complaint and "404" not in complaint:
            self.complaints.append(complaint)

    def go(self, path: str = "") -> None:
        """To that page of the preview."""
        self.page.goto(self.address + path)
        self.page.wait_for_load_state("networkidle")

    def press(self, key: str) -> None:
        """A key that leads to another page."""
        with self.page.expect_navigation():
            self.page.keyboard.press(key)
        self.page.wait_for_load_state("networkidle")

    @property
    def path(self) -> str:
        """Where it is: `0/mail`."""
        return self.page.url.removeprefix(self.address)


@contextmanager
def reading(
    browser: Browser, address: str, *, width: int = 1440, dark: bool = False
) -> Iterator[Reader]:
    """A window of a fresh browser at that address."""
    context = browser.new_context(
        viewport={"width": width, "height": 1000}, color_scheme="dark" if dark else "light"
    )
    reader = Reader(context.new_page(), address)
    reader.page.on("console", lambda message: reader.hear(message.text))
    reader.page.on("pageerror", lambda error: reader.hear(str(error)))
    reader.go()
    yield reader
    context.close()
