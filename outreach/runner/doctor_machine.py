"""The doctor's look at this machine: LibreOffice, fonts, Python, SQLite."""

from __future__ import annotations

import platform
import sqlite3
from collections.abc import Iterator

from outreach import __version__
from outreach.errors import Text
from outreach.files.pdf_finding import Found, NoOffice, find_office, missing_fonts
from outreach.model.finding import Area, Finding, Health, finding_of

#: The store asks new rows for their number (RETURNING).
_SQLITE = (3, 35, 0)


def machine_findings() -> Iterator[Finding]:
    yield Finding("python", Area.MACHINE, Health.OK, Text(
        "outreach {version} on Python {python}",
        version=__version__, python=platform.python_version()))  # fmt: skip
    yield _sqlite()
    try:
        found = find_office()
    except NoOffice as lacking:
        yield finding_of(lacking, "libreoffice", Area.MACHINE, Health.WARNING)
        return
    yield _office(found)
    if packages := missing_fonts():
        message = Text("fonts: without these, lines and pages break elsewhere than in Word")
        hint = Text("install them: apt-get install {packages}", packages=" ".join(packages))
        yield Finding("fonts", Area.MACHINE, Health.WARNING, message, hint)
    else:
        message = Text("fonts: those that stand for Word's are there")
        yield Finding("fonts", Area.MACHINE, Health.OK, message)


def _sqlite() -> Finding:
    name, version = "sqlite", sqlite3.sqlite_version
    if sqlite3.sqlite_version_info >= _SQLITE:
        return Finding(name, Area.MACHINE, Health.OK, Text("SQLite {version}", version=version))
    message = Text("SQLite {version} is too old", version=version)
    hint = Text("3.35 or later is needed: install a newer Python")
    return Finding(name, Area.MACHINE, Health.ERROR, message, hint)


def _office(found: Found) -> Finding:
    name = "libreoffice"
    version = " ".join(found.version().split()[:2])
    if not version:
        message = Text("LibreOffice: {path} does not answer", path=str(found.soffice))
        hint = Text("PDF files need it: start it once by hand, or install it again")
        return Finding(name, Area.MACHINE, Health.WARNING, message, hint)
    if found.python is None:
        message = Text("{version}: started anew for every few letters, which is slow",
                       version=version)  # fmt: skip
        hint = Text("with python3-uno it is kept running: apt-get install python3-uno")
        return Finding(name, Area.MACHINE, Health.WARNING, message, hint)
    message = Text("{version}: makes PDF files, kept running", version=version)
    return Finding(name, Area.MACHINE, Health.OK, message)
