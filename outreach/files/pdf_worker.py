"""Keeps one LibreOffice running and hands it documents: run as a script, never imported.

It is run by a Python that has LibreOffice's `uno` module (the system's, or LibreOffice's
own), which is hardly ever the one outreach runs in: so it uses nothing but the standard
library and `uno`, down to Python 3.8. files/pdf_engines.py starts it and talks to it.

    python pdf_worker.py SOFFICE PROFILE

Each line of its input is a JSON object `{"source": PATH, "target": PATH, "options": {…}}`;
for each it answers one line: `{}` when the PDF is there, else `{"error": REASON}`. The first
lines it writes, `{"office": PID}` and `{"ready": true}`, say who LibreOffice is and that it
listens. When its input ends, however
the process at the other end died, it takes LibreOffice with it.
"""

import importlib
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
import uuid
from contextlib import suppress
from typing import Any

#: Seconds for LibreOffice to answer after its start; a fresh profile takes about 3.
PATIENCE = 90

#: Seconds for it to go when it is asked to.
GOING = 3

#: LibreOffice's module, when this is run.
uno: Any = None


def main(soffice: str, profile: str) -> None:
    kept = Kept(soffice, profile)
    threading.Thread(target=kept.listen, daemon=True).start()
    try:
        kept.serve()
    finally:
        kept.leave()


class Kept:
    """One LibreOffice with the profile of its own."""

    def __init__(self, soffice: str, profile: str) -> None:
        self.profile = profile
        self.name = f"outreach{uuid.uuid4().hex}"
        self.orders: queue.Queue[str] = queue.Queue()
        self.desktop: Any = None
        self.leaving = threading.Lock()
        self.office = subprocess.Popen(
            [
                soffice,
                f"-env:UserInstallation={uno.systemPathToFileUrl(profile)}",
                "--headless",
                "--norestore",
                "--nologo",
                "--nodefault",
                "--nofirststartwizard",
                f"--accept=pipe,name={self.name};urp;StarOffice.ComponentContext",
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def listen(self) -> None:
        """Take the orders as they come, also while LibreOffice is at work: to notice their end."""
        for line in sys.stdin:
            self.orders.put(line)
        self.leave()

    def serve(self) -> None:
        """Do what is ordered. Raises when LibreOffice does not start, or dies."""
        _answer({"office": self.office.pid})
        self.desktop = _desktop(self.name, self.office)
        _answer({"ready": True})
        while True:
            order = json.loads(self.orders.get())
            try:
                _convert(self.desktop, order["source"], order["target"], order["options"])
            except Exception as error:  # whatever it raises is told, not interpreted here
                self.desktop.getFrames()  # raises in its turn where LibreOffice died
                _answer({"error": str(error).strip() or type(error).__name__})
            else:
                _answer({})

    def leave(self) -> None:
        """End LibreOffice and ourselves; nothing of it stays."""
        self.leaving.acquire()
        if self.desktop is not None:  # asked to go, it removes its sockets in /tmp
            threading.Thread(target=self.desktop.terminate, daemon=True).start()
            with suppress(subprocess.TimeoutExpired):
                self.office.wait(GOING)
        self._kill()
        shutil.rmtree(self.profile, ignore_errors=True)
        os._exit(0)

    def _kill(self) -> None:
        """Its whole group: `soffice` is a launcher, LibreOffice its child."""
        if os.name == "posix":
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.office.pid, signal.SIGKILL)
        else:
            subprocess.call(["taskkill", "/F", "/T", "/PID", str(self.office.pid)])
        self.office.wait()


def _desktop(name: str, office: "subprocess.Popen[bytes]") -> Any:
    """LibreOffice's desktop, as soon as it listens."""
    local = uno.getComponentContext()
    create = local.ServiceManager.createInstanceWithContext
    resolver = create("com.sun.star.bridge.UnoUrlResolver", local)
    address = f"uno:pipe,name={name};urp;StarOffice.ComponentContext"
    end = time.monotonic() + PATIENCE
    while True:
        try:
            context = resolver.resolve(address)
            break
        except Exception:  # com.sun.star.connection.NoConnectException: not there yet
            if office.poll() is not None or time.monotonic() > end:
                sys.exit("LibreOffice does not start")
            time.sleep(0.05)
    manager = context.ServiceManager
    return manager.createInstanceWithContext("com.sun.star.frame.Desktop", context)


def _convert(desktop: Any, source: str, target: str, options: Any) -> None:
    word = {"FilterName": "MS Word 2007 XML"}  # nothing else is taken for a letter
    hidden = {"Hidden": True, "ReadOnly": True, "UpdateDocMode": 0, "MacroExecutionMode": 0}
    url = uno.systemPathToFileUrl(source)
    document = desktop.loadComponentFromURL(url, "_blank", 0, _properties({**word, **hidden}))
    if document is None:
        raise ValueError("LibreOffice cannot read it")
    try:
        data = uno.Any("[]com.sun.star.beans.PropertyValue", _properties(options))
        export = {"FilterName": "writer_pdf_Export", "FilterData": data}
        document.storeToURL(uno.systemPathToFileUrl(target), _properties(export))
    finally:
        document.close(True)


def _properties(values: Any) -> Any:
    found = []
    for name, value in values.items():
        one = uno.createUnoStruct("com.sun.star.beans.PropertyValue")
        one.Name, one.Value = name, value
        found.append(one)
    return tuple(found)


def _answer(what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    uno = importlib.import_module("uno")
    main(*sys.argv[1:])
