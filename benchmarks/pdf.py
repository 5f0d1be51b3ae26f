"""Letters as PDF: fifty at a time through one LibreOffice beside a call of `soffice` per file.

The sample letter (a page: logo, tables, list, footer with the number of pages) for made-up
people. Ours is everything from the values to the files: merging, converting, cutting, one
PDF per person and one print file. The other is `soffice --convert-to pdf` on a merged
letter, with a profile that has been used before; a sample of them is timed.

Checked as it goes: every letter is in its place in the print file, and the text of each
sampled page is that of the single conversion.

    python benchmarks/pdf.py [--letters N] [--calls N] [--keep FOLDER]

Goal: at least 40 times as many letters a second as by single calls.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from itertools import islice
from pathlib import Path

from people import Row, people
from pypdf import PdfReader

from outreach.cleaning.headers import standard_field
from outreach.files.pdf import Press, each, joined, letter_pdf
from outreach.files.pdf_finding import find_office
from outreach.files.pdf_office import Office
from outreach.model.field import Value
from outreach.rendering.letter.bundle import BundleWriter
from outreach.rendering.letter.compiling import compile_template
from outreach.rendering.letter.ends import cuttable
from outreach.rendering.letter.filling import fill
from outreach.rendering.letter.reading import read_template

TEMPLATE = Path(__file__).parent.parent / "templates" / "letters" / "open-day.docx"
NAMES = ("external_id", "civility", "first_name", "last_name", "company", "email", "phone",
         "street", "postal_code", "city")  # fmt: skip
TODAY = date(2027, 3, 1)


class Letters:
    """The sample letter, merged for a person or for several."""

    def __init__(self) -> None:
        template = read_template(TEMPLATE.read_bytes(), TEMPLATE.name)
        self.program = compile_template(template, standard_field, NAMES)
        found = cuttable(self.program)
        assert found is not None
        self.cut = found

    def values(self, row: Row) -> dict[str, Value]:
        return dict(zip(NAMES, row, strict=False))

    def alone(self, row: Row) -> bytes:
        return fill(self.program, self.values(row), locale="fr_FR", today=TODAY)

    def together(self, rows: Sequence[Row]) -> bytes:
        bundle = BundleWriter(self.cut.program, locale="fr_FR", today=TODAY)
        return b"".join([*(bundle.add(self.values(row)) for row in rows), bundle.finish()])


def printed(office: Office, letters: Letters, rows: Sequence[Row], folder: Path) -> float:
    """Seconds for all of it: a file per person, and the print file."""
    folder.mkdir()
    press = Press(
        office,
        alone=letters.alone,
        together=letters.together,
        same_length=letters.cut.same_length,
    )
    start = time.perf_counter()
    sheets = list(press.print(rows))
    for number, (_, content) in enumerate(pdf for one in sheets for pdf in each(one)):
        (folder / f"{number:06}.pdf").write_bytes(content)
    (folder / "bundle.pdf").write_bytes(joined(sheets))
    return time.perf_counter() - start


def called(soffice: Path, letter: bytes, folder: Path, name: str) -> float:
    """Seconds of one call for one file."""
    source = folder / f"{name}.docx"
    source.write_bytes(letter)
    profile = (folder / "profile").as_uri()
    command = [str(soffice), f"-env:UserInstallation={profile}", "--headless",
               "--convert-to", "pdf", "--outdir", str(folder), str(source)]  # fmt: skip
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def text(path: Path) -> list[str]:
    return [page.extract_text() for page in PdfReader(path).pages]


def check_order(rows: Sequence[Row], bundle: Path) -> None:
    """The print file has a page for each, and each page names its person."""
    pages = text(bundle)
    assert len(pages) == len(rows), (len(pages), len(rows))
    for row, page in zip(rows, pages, strict=True):
        assert f"{row[2]} {row[3]}" in page, (row, page)


def main() -> None:
    read = argparse.ArgumentParser(description="Letters as PDF.")
    read.add_argument("--letters", type=int, default=200)
    read.add_argument("--calls", type=int, default=5)
    read.add_argument("--keep", type=Path, help="where the PDF are left to be looked at")
    given = read.parse_args()
    letters, found = Letters(), find_office()
    rows = list(islice((row for row in people(given.letters * 4) if all(row[1:10])), given.letters))
    with tempfile.TemporaryDirectory() as name, Office(found) as office:
        folder = Path(name)
        began = time.perf_counter()
        letter_pdf(office, letters.alone(rows[0]))
        print(f"{found.version()}, started in {time.perf_counter() - began:.1f} s")
        called(found.soffice, letters.alone(rows[0]), folder, "warm")
        seconds: list[float] = []

        def call() -> None:
            letter = letters.alone(rows[len(seconds)])
            seconds.append(called(found.soffice, letter, folder, f"{len(seconds):06}"))

        # Half of them before and half after: what else this machine does changes meanwhile.
        while len(seconds) < given.calls // 2:
            call()
        whole = printed(office, letters, rows, folder / "ours")
        while len(seconds) < given.calls:
            call()
        single = statistics.median(seconds)
        began = time.perf_counter()
        for row in rows[:20]:
            letter_pdf(office, letters.alone(row))
        kept = (time.perf_counter() - began) / len(rows[:20])
        check_order(rows, folder / "ours" / "bundle.pdf")
        for number in range(len(seconds)):
            ours, theirs = (place / f"{number:06}.pdf" for place in (folder / "ours", folder))
            assert text(ours) == text(theirs), number
        print(f"{'':<44} {'letters/s':>10} {'ratio':>8}")
        print(f"{'one call of soffice per letter':<44} {1 / single:10.2f}")
        print(f"{'kept running, letter by letter (attachments)':<44} {1 / kept:10.2f} "
              f"{single / kept:6.1f} ×")  # fmt: skip
        print(f"{'fifty at a time, cut into files, print file':<44} {len(rows) / whole:10.2f} "
              f"{single * len(rows) / whole:6.1f} ×")  # fmt: skip
        if given.keep:
            shutil.copytree(folder / "ours", given.keep, dirs_exist_ok=True)


if __name__ == "__main__":
    main()
