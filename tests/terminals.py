"""A terminal of a test: a command under a pseudo-terminal, answered as a person would."""

from __future__ import annotations

import contextlib
import os
import pty
import selectors
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from workspaces import PROGRAM


class Terminal:
    """One command on a plain terminal of 80 columns."""

    def __init__(self, folder: Path, *words: str) -> None:
        self._end, theirs = pty.openpty()
        environment = {**os.environ, "PYTHONUTF8": "1", "COLUMNS": "80", "NO_COLOR": "1"}
        self.process = subprocess.Popen(
            [*PROGRAM, *words], cwd=folder, env=environment,
            stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        )  # fmt: skip
        os.close(theirs)
        # Not select(): it knows no descriptor above 1,023, and a long run of tests has them.
        self._ready = selectors.DefaultSelector()
        self._ready.register(self._end, selectors.EVENT_READ)
        #: Everything that stood on the screen.
        self.screen = ""

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:  # fmt: skip
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._ready.close()
        with contextlib.suppress(OSError):
            os.close(self._end)

    def until(self, text: str) -> str:
        """Wait until a text stands behind what was read before; what came."""
        begin, end = len(self.screen), time.monotonic() + 60
        while text not in self.screen[begin:]:
            if not self._more(end):
                raise AssertionError(f"{text!r} never came:\n{self.screen}")
        return self.screen[begin:]

    def type(self, *lines: str) -> None:
        for line in lines:
            os.write(self._end, f"{line}\n".encode())

    def answer(self, *pairs: tuple[str, str]) -> None:
        """Wait for each question, and answer it."""
        for question, line in pairs:
            self.until(question)
            self.type(line)

    def interrupt(self) -> None:
        """Ctrl-C."""
        self.process.send_signal(signal.SIGINT)

    def hang_up(self) -> None:
        """The window is closed."""
        self.process.send_signal(signal.SIGHUP)

    def close(self) -> int:
        """Wait for the end of the command; its exit code."""
        end = time.monotonic() + 60
        while self._more(end):
            pass
        return self.process.wait(timeout=30)

    def _more(self, end: float) -> bool:
        """Read what has come; False at the end of the command."""
        while time.monotonic() < end:
            if self._ready.select(timeout=0.1):
                try:
                    piece = os.read(self._end, 65_536)
                except OSError:  # Linux: the other side is gone
                    return False
                self.screen += piece.decode(errors="replace").replace("\r\n", "\n")
                return bool(piece)
            if self.process.poll() is not None:
                return False
        return False


def transcript(terminal: Terminal, command: Sequence[str]) -> str:
    """What a reader of the test sees: the command, and all that followed."""
    return f"$ outreach {' '.join(command)}\n{terminal.screen}"
