"""Where LibreOffice is on this machine, and the Python that can drive it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from outreach.errors import OutreachError, Text

#: Where installers put it when it is not on the PATH.
_USUAL_PLACES = (
    "/usr/lib/libreoffice/program/soffice",
    "/usr/lib64/libreoffice/program/soffice",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    r"C:\Program Files\LibreOffice\program\soffice.exe",
)
#: What Word's own fonts are replaced by, with the same widths: without them lines and pages
#: break elsewhere than in Word. Cambria, Calibri; Arial and Times New Roman; Debian's packages.
FONTS: Mapping[str, str] = {
    "Carlito": "fonts-crosextra-carlito",
    "Caladea": "fonts-crosextra-caladea",
    "Liberation Sans": "fonts-liberation",
}
#: Seconds for a program to answer a simple question.
_ANSWER = 30
#: A virtual environment's own variables would lead another Python astray.
_NOT_FOR_OTHERS = frozenset({"PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__"})


class NoOffice(OutreachError):
    """LibreOffice is not installed."""

    def __init__(self) -> None:
        super().__init__(
            Text("PDF files are made by LibreOffice, and it is not on this machine"),
            hint=Text(
                "install it: apt-get install libreoffice-writer-nogui python3-uno, or from"
                " libreoffice.org; the letters can be had as .docx without it"
            ),
        )


@dataclass(frozen=True, slots=True)
class Found:
    """The LibreOffice of this machine."""

    soffice: Path
    #: A Python with the module `uno`; without one LibreOffice is started anew for each chunk.
    python: Path | None

    def version(self) -> str:
        """Its own words: `LibreOffice 7.4.7.2 …`; empty when it does not answer."""
        return _said(str(self.soffice), "--version").strip()


def find_office() -> Found:
    """The LibreOffice to use. Raises `NoOffice`."""
    places = (shutil.which("soffice"), shutil.which("libreoffice"), *_USUAL_PLACES)
    for place in places:
        if place and Path(place).is_file():
            return _found(Path(place))
    raise NoOffice


def missing_fonts() -> tuple[str, ...]:
    """The packages of fonts that this machine lacks; none where that cannot be asked."""
    listed = _said("fc-list", ":", "family") if shutil.which("fc-list") else ""
    if not listed:
        return ()
    return tuple(package for family, package in FONTS.items() if family not in listed)


def plain_environment() -> dict[str, str]:
    """The environment for a Python that is not ours."""
    return {key: value for key, value in os.environ.items() if key not in _NOT_FOR_OTHERS}


@cache
def _found(soffice: Path) -> Found:
    knowing = (python for python in _pythons(soffice.resolve().parent) if _knows_uno(python))
    return Found(soffice, next(knowing, None))


def _pythons(program: Path) -> Iterator[Path]:
    """LibreOffice's own Python, then the machine's."""
    own = ("python", "python.exe", "python3", "../Resources/python")
    names = (*(program / name for name in own), Path("/usr/bin/python3"))
    found = (shutil.which(name) for name in ("python3", "python"))
    for python in (*names, *map(Path, filter(None, found)), Path(sys.executable)):
        if python.is_file():
            yield python


def _knows_uno(python: Path) -> bool:
    return _said(str(python), "-c", "import uno; print('uno')").strip() == "uno"


def _said(*command: str) -> str:
    """What a program prints; nothing when it fails."""
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            env=plain_environment(),
            timeout=_ANSWER,
            check=True,
            encoding="utf-8",
            errors="replace",
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout
