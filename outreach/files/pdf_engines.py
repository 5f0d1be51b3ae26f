"""The two ways of having LibreOffice at work: kept running, or called for each document.

Kept is what counts; it needs a Python with the module `uno`, and a script that this Python
runs (pdf_worker.py). A LibreOffice that is called is right too, but takes about a second more.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

from outreach.errors import OutreachError, Text
from outreach.files.pdf_finding import Found, plain_environment

#: How LibreOffice writes a PDF. Pictures stay as they are in the letter (a logo would become a
#: JPEG); nothing to fill in; blank pages that only make the next one a right-hand page are left
#: out: a letter bundle would be full of them.
_OPTIONS: Mapping[str, bool] = {
    "ExportBookmarksToPDFDestination": True,
    "UseLosslessCompression": True,
    "IsSkipEmptyPages": True,
    "ExportFormFields": False,
    "ExportBookmarks": False,
    "ExportNotes": False,
}
#: Nothing a document names is fetched, none of its macros run, nobody is asked anything.
_PROFILE = """\
<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop \
oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop \
oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Misc"><prop \
oor:name="FirstRun" oor:op="fuse"><value>false</value></prop></item>
</oor:items>
"""
#: Documents after which it is started anew: what it holds in memory grows.
_DOCUMENTS = 300
#: Seconds for it to go when it is asked to; then it is killed.
_GOING = 8
#: Seconds for it to start; a fresh profile on a busy machine.
_START = 120
_WORKER = Path(__file__).with_name("pdf_worker.py")
_ON_POSIX = os.name == "posix"


class OfficeFailed(OutreachError):
    """LibreOffice did not make the PDF of a document."""

    def __init__(self, reason: Text) -> None:
        super().__init__(
            Text("LibreOffice could not make the PDF: {reason}", reason=reason),
            hint=Text("open the .docx in LibreOffice and see whether it shows it"),
        )


class CannotStart(OutreachError):
    """LibreOffice is there and does not start: nothing can be made by it."""

    def __init__(self) -> None:
        super().__init__(
            Text("LibreOffice does not start"),
            hint=Text("see what it says: soffice --headless --version"),
        )


class Engine(Protocol):
    """One way of having LibreOffice at work."""

    def started(self) -> Path:
        """Where it takes and leaves documents: a folder that goes with it."""

    def convert(self, source: Path, target: Path, seconds: float) -> None:
        """Make `target` of `source`. Raises `OfficeFailed`."""

    def close(self) -> None:
        """End it."""


class Kept:
    """A LibreOffice that stays, behind the script `pdf_worker.py`."""

    def __init__(self, soffice: Path, python: Path) -> None:
        self._command = [str(python), str(_WORKER), str(soffice)]
        self._end: weakref.finalize[..., Any] | None = None
        self._process: subprocess.Popen[str] | None = None
        #: The worker and LibreOffice, each with its children.
        self._groups: list[int] = []
        self._profile = Path()
        self._done = 0

    def started(self) -> Path:
        if self._done >= _DOCUMENTS:
            self.close()
        if self._process is None:
            self._start()
        return self._profile

    def convert(self, source: Path, target: Path, seconds: float) -> None:
        assert self._process is not None, "started"
        self._done += 1
        order = {"source": str(source), "target": str(target), "options": dict(_OPTIONS)}
        answer = self._ask(self._process, order, seconds)
        if "error" in answer:
            raise OfficeFailed(Text("{message}", message=answer["error"]))

    def close(self) -> None:
        if self._end is not None:
            self._end()
        self._process, self._end, self._done = None, None, 0

    def _start(self) -> None:
        started: list[subprocess.Popen[str]] = []
        self._groups = []
        profile = self._profile = Path(tempfile.mkdtemp(prefix="outreach-office-"))
        # Also when the program ends, or is interrupted in the middle of this, without closing it.
        self._end = weakref.finalize(self, _end, started, self._groups, profile)
        _furnish(profile)
        process = subprocess.Popen(
            [*self._command, str(profile)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(profile),
            encoding="utf-8",
            start_new_session=True,  # a Ctrl-C on the terminal is ours to answer
        )
        started.append(process)
        self._groups.append(process.pid)
        self._process = process
        try:
            self._groups.append(self._ask(process, None, _START)["office"])
            self._ask(process, None, _START)
        except OfficeFailed:
            raise CannotStart from None

    def _ask(
        self, process: subprocess.Popen[str], order: Mapping[str, Any] | None, seconds: float
    ) -> dict[str, Any]:
        """Its answer to an order. Whatever keeps it from answering ends it."""
        assert process.stdin is not None
        assert process.stdout is not None
        late = threading.Event()

        def too_late() -> None:
            late.set()
            _kill(self._groups)

        timer = threading.Timer(seconds, too_late)
        timer.start()
        try:
            if order is not None:
                process.stdin.write(json.dumps(order) + "\n")
                process.stdin.flush()
            answer: dict[str, Any] = json.loads(process.stdout.readline())
        except (OSError, ValueError):
            self.close()
            raise OfficeFailed(_why(late, seconds)) from None
        except BaseException:
            self.close()
            raise
        finally:
            timer.cancel()
        return answer


class Called:
    """A LibreOffice that is started for each document, always with the same profile."""

    def __init__(self, found: Found) -> None:
        self._soffice = found.soffice
        self._profile = Path(tempfile.mkdtemp(prefix="outreach-office-"))
        self._end = weakref.finalize(self, shutil.rmtree, self._profile, ignore_errors=True)
        _furnish(self._profile)

    def started(self) -> Path:
        return self._profile

    def convert(self, source: Path, target: Path, seconds: float) -> None:
        options = {name: {"type": "boolean", "value": value} for name, value in _OPTIONS.items()}
        command = [
            str(self._soffice),
            f"-env:UserInstallation={self._profile.as_uri()}",
            "--headless",
            "--norestore",
            "--infilter=MS Word 2007 XML",
            "--convert-to",
            f"pdf:writer_pdf_Export:{json.dumps(options)}",
            "--outdir",
            str(target.parent),
            str(source),
        ]
        with _process(command, _environment(self._profile)) as process:
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                raise OfficeFailed(_took_too_long(seconds)) from None
        if process.returncode:
            raise OfficeFailed(Text("it ended before it was done"))

    def close(self) -> None:
        self._end()


@contextmanager
def _process(command: list[str], env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is ended with the block, with its children."""
    process = subprocess.Popen(
        command,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            _kill([process.pid])
            process.wait()


def _furnish(profile: Path) -> None:
    """The settings that a new profile begins with."""
    (profile / "user").mkdir()
    (profile / "user" / "registrymodifications.xcu").write_text(_PROFILE, encoding="utf-8")


def _environment(profile: Path) -> dict[str, str]:
    """LibreOffice's temporary files lie in its profile, and go with it."""
    return {**plain_environment(), **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(profile))}


def _end(started: list[subprocess.Popen[str]], groups: list[int], profile: Path) -> None:
    """End the worker, by the end of its orders, and LibreOffice with it."""
    for process in started:
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        with suppress(subprocess.TimeoutExpired):
            process.wait(_GOING)
        _kill(groups)
        process.wait()
    shutil.rmtree(profile, ignore_errors=True)


def _kill(groups: list[int]) -> None:
    """End processes with their children: `soffice` is a launcher, LibreOffice its child."""
    for group in groups:
        if _ON_POSIX:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(group, signal.SIGKILL)
        else:
            command = ["taskkill", "/F", "/T", "/PID", str(group)]
            subprocess.run(command, capture_output=True, check=False)


def _why(late: threading.Event, seconds: float) -> Text:
    return _took_too_long(seconds) if late.is_set() else Text("it ended before it was done")


def _took_too_long(seconds: float) -> Text:
    return Text("it was not done after {seconds} seconds", seconds=round(seconds))
