"""Opens the door: a server on the loopback, at a free port, until Ctrl-C."""

from __future__ import annotations

import secrets
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from outreach.language import Language
from outreach.model.contact import Contact
from outreach.runner.preview import Preview
from outreach.runner.sampling import Sample
from outreach.web.app import pages_of
from outreach.web.guard import Guard
from outreach.web.look import Look

_LOOPBACK = "127.0.0.1"

#: Seconds in which requests under way may end when the server is told to stop.
_GRACE = 2


def serve(
    preview: Preview,
    sample: Sample,
    *,
    language: Language,
    find: Callable[[str], Contact],
    ready: Callable[[str], None],
) -> None:
    """Show the preview until Ctrl-C, which goes on as KeyboardInterrupt.

    `find` is asked for people by name; `ready` hears the address once it can be opened.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listening:
        listening.bind((_LOOPBACK, 0))
        listening.listen()
        port = listening.getsockname()[1]
        token = secrets.token_urlsafe(18)
        look = Look(preview, sample, language, find)
        app = Guard(
            pages_of(look, prefix=f"/{token}"),
            token=token,
            hosts=(f"{_LOOPBACK}:{port}", f"localhost:{port}"),
        )
        ready(f"http://{_LOOPBACK}:{port}/{token}/")
        config = uvicorn.Config(
            app, log_config=None, log_level="critical", access_log=False, lifespan="off",
            server_header=False, timeout_graceful_shutdown=_GRACE,
        )  # fmt: skip
        with _terminated_as_interrupted():
            uvicorn.Server(config).run(sockets=[listening])


@contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    """SIGTERM ends it as Ctrl-C does, so that LibreOffice is ended too."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
