"""LibreOffice kept running: what hangs or dies is ended and started anew; nothing stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from printing import Template, people, texts
from word import docx, merge, paragraph

from outreach.files import pdf_engines, pdf_finding
from outreach.files.pdf_engines import CannotStart, OfficeFailed
from outreach.files.pdf_finding import Found, NoOffice, find_office, missing_fonts
from outreach.files.pdf_office import Office

LETTER = Template(docx(paragraph(merge("last_name")))).alone(people(1)[0])

pytestmark = pytest.mark.skipif(os.name != "posix", reason="looks at processes as POSIX has them")


def processes(folder: Path) -> list[tuple[int, str]]:
    """The programs whose profile lies in a folder: (process, its name)."""
    listed = subprocess.run(
        ["ps", "-ww", "-eo", "pid=,comm=,args="], capture_output=True, text=True, check=True
    )
    lines = (line.split(None, 2) for line in listed.stdout.splitlines())
    return [(int(pid), name) for pid, name, *args in lines if str(folder) in " ".join(args)]


def left(folder: Path) -> list[str]:
    """The processes and files that are still there after some seconds."""
    end = time.monotonic() + 20
    while True:
        names = [name for _, name in processes(folder)]
        found = [*names, *(name for _, _, files in os.walk(folder) for name in files)]
        if not found or time.monotonic() > end:
            return found
        time.sleep(0.05)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the profiles and documents of this test lie."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", None)
    return folder


@pytest.fixture
def running(libreoffice: Found, folder: Path) -> Iterator[Office]:
    """A LibreOffice that has made a letter."""
    with Office(libreoffice) as office:
        assert texts(office.convert(LETTER)) == ["Name-0"]
        yield office
    assert left(folder) == []


def only(folder: Path, name: str) -> int:
    (found,) = [pid for pid, called in processes(folder) if called == name]
    return found


def test_it_stays_from_one_letter_to_the_next(running: Office, folder: Path) -> None:
    before = only(folder, "soffice.bin")
    running.convert(LETTER)
    assert only(folder, "soffice.bin") == before


def test_one_that_hangs_is_ended_in_time_and_started_anew(running: Office, folder: Path) -> None:
    hanging = only(folder, "soffice.bin")
    os.kill(hanging, signal.SIGSTOP)
    running.patience = 3
    with pytest.raises(OfficeFailed, match="it was not done after 3 seconds"):
        running.convert(LETTER)
    assert hanging not in {pid for pid, _ in processes(folder)}
    running.patience = 60
    assert texts(running.convert(LETTER)) == ["Name-0"]


def test_one_that_dies_is_started_anew(running: Office, folder: Path) -> None:
    os.kill(only(folder, "soffice.bin"), signal.SIGKILL)
    with pytest.raises(OfficeFailed, match="it ended before it was done"):
        running.convert(LETTER)
    assert texts(running.convert(LETTER)) == ["Name-0"]


def test_it_is_started_anew_after_some_hundred_documents(
    running: Office, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf_engines, "_DOCUMENTS", 2)
    before = only(folder, "soffice.bin")
    running.convert(LETTER)
    assert only(folder, "soffice.bin") == before
    running.convert(LETTER)
    assert only(folder, "soffice.bin") != before


def test_a_letter_it_cannot_read_does_not_end_it(running: Office, folder: Path) -> None:
    before = only(folder, "soffice.bin")
    with pytest.raises(OfficeFailed):
        running.convert(LETTER[:900])
    assert texts(running.convert(LETTER)) == ["Name-0"]
    assert only(folder, "soffice.bin") == before


@pytest.mark.parametrize("busy", [True, False], ids=["busy", "idle"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_stays_when_the_program_is_ended(
    number: signal.Signals, busy: bool, libreoffice: Found, folder: Path
) -> None:
    """Not even after a SIGKILL, at which the program itself can do nothing any more."""
    program = (
        "import sys, time\nfrom outreach.files.pdf_office import Office\n"
        "office = Office()\nletter = sys.stdin.buffer.read()\n"
        "office.convert(letter); print('made', flush=True)\n"
        f"while True: {'office.convert(letter)' if busy else 'time.sleep(1)'}"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(LETTER)
        process.stdin.close()
        assert process.stdout.readline() == b"made\n"
        assert {"soffice.bin"} <= {name for _, name in processes(folder)}
        process.send_signal(number)
        process.wait(20)
    assert left(folder) == []


def test_a_libreoffice_that_does_not_start_is_told_at_once(
    libreoffice: Found, folder: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "soffice"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    with (
        Office(Found(broken, libreoffice.python)) as office,
        pytest.raises(CannotStart, match="LibreOffice does not start"),
    ):
        office.convert(LETTER)
    assert left(folder) == []


def test_without_libreoffice_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(pdf_finding, "_USUAL_PLACES", ())
    with pytest.raises(NoOffice, match="apt-get install libreoffice-writer-nogui python3-uno"):
        find_office()
    with pytest.raises(NoOffice), Office() as office:
        office.convert(LETTER)


def test_it_knows_its_version_and_the_fonts_that_are_missing(libreoffice: Found) -> None:
    assert libreoffice.version().startswith("LibreOffice ")
    assert set(missing_fonts()) <= set(pdf_finding.FONTS.values())
