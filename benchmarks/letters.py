"""Letters as .docx: ours beside docx-mailmerge2 and docxtpl, one file each and all in one.

The letter is built here: a page with a logo, twelve merge fields in fourteen places of the
body and one in the header, a table of 5 × 3, a numbered list; about 37 KB. All three get
the same people, fifty in turn (all in one: everybody, in turn, several times); printed
are medians, and medians of the ratios turn by turn, by the clock and by the processor's time
(which a busy disk, shared by all three, does not change). Ours is compiled once
before, as in a run. docxtpl gets the same letter with Jinja tags for the fields.

Checked as it goes: the three print the same text for everybody, and our document of all
letters is valid (openxml-audit) where docx-mailmerge2's faults are counted.

Memory is the peak of a process of its own that writes everything, per person and together,
as `outreach letters` does, for few people and for many.

    python benchmarks/letters.py [--full] [--people N] [--rounds N]

Goals: one file each ≥ 10 × docx-mailmerge2 and ≥ 20 × docxtpl; all in one ≥ 4 ×
docx-mailmerge2's; memory flat in the number of people.
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Sequence
from datetime import date
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

from lxml import etree
from people import people

from outreach.rendering.letter.bundle import COMFORTABLE, BundleWriter
from outreach.rendering.letter.compiling import compile_template
from outreach.rendering.letter.filling import fill
from outreach.rendering.letter.program import Program
from outreach.rendering.letter.reading import read_template

TODAY = date(2027, 3, 1)
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

#: Twelve fields; the first two stand twice in the body.
FIELDS = ("civilite", "nom", "prenom", "societe", "adresse", "code_postal", "ville", "telephone",
          "date_rdv", "conseiller", "reference", "montant")  # fmt: skip

#: Between the points of the list.
SENTENCE = "Comptez une demi-heure : nous montrons les essences, les assemblages et les finitions."
#: Parts of python-docx's empty document that a letter of today does not have.
UNUSED = {"docProps/thumbnail.jpeg", "word/stylesWithEffects.xml"}
#: Styles that the letter uses, and theirs.
STYLES = {"Normal", "ListNumber", "TableGrid", "TableNormal", "Header", "HeaderChar",
          "DefaultParagraphFont", "NoList"}  # fmt: skip

Values = dict[str, str]
#: What is to be written, for some of the people, into a folder or a file.
Work = Callable[[Sequence[Values], Path], None]
#: Seconds by the clock and on a processor.
Times = tuple[float, float]
#: How a template names a field.
Written = Callable[[str], str]


# --- the letter --------------------------------------------------------------------------------


def merge_field(name: str) -> str:
    """As Word writes it."""
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve">'
        f' MERGEFIELD {name} </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        f'<w:r><w:t>«{name}»</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def jinja_tag(name: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{{{{ {name} }}}}</w:t></w:r>'


def letter(written: Written) -> bytes:
    """The template: a document of python-docx, its styles cut down to what Word would save."""
    from docx import Document

    document = Document()
    document.styles["Normal"].paragraph_format.space_after = 0
    document.add_picture(BytesIO(noise()), width=720_000)
    document.sections[0].header.paragraphs[0].text = "Dossier @reference"
    for text in ("@civilite @prenom @nom", "@societe", "@adresse", "@code_postal @ville", ""):
        document.add_paragraph(text)
    document.add_paragraph("@civilite @nom, votre rendez-vous du @date_rdv")
    document.add_paragraph(
        "Nous avons le plaisir de vous accueillir à l'atelier avec @conseiller, qui vous appellera "
        "la veille au @telephone. Votre devis s'élève à @montant, pose comprise."
    )
    for number in range(6):
        document.add_paragraph(f"Étape {number + 1} de la visite", style="List Number")
        document.add_paragraph(SENTENCE)
    table = document.add_table(rows=5, cols=3, style="Table Grid")
    for row, cells in enumerate(table.rows):
        for column, cell in enumerate(cells.cells):
            cell.text = f"Atelier {row + 1}, {column + 1}"
    document.add_paragraph("Avec nos salutations les meilleures (dossier @reference)")
    out = BytesIO()
    document.save(out)
    return with_fields(out.getvalue(), written)


def noise() -> bytes:
    """A logo of some kilobytes: a PNG whose grey pixels do not compress."""
    side, draw = 152, random.Random(4)
    rows = b"".join(b"\0" + draw.randbytes(side) for _ in range(side))
    chunks = ((b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)),
              (b"IDAT", zlib.compress(rows)), (b"IEND", b""))  # fmt: skip
    written = (
        struct.pack(">I", len(content)) + kind + content
        + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in chunks
    )  # fmt: skip
    return b"\x89PNG\r\n\x1a\n" + b"".join(written)


def with_fields(content: bytes, written: Written) -> bytes:
    """`@name` as a field; what only old versions of Word ask for is left out."""
    out = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(content)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            part = old.read(name)
            if name in UNUSED:
                continue
            if name.endswith(".rels") or name == "[Content_Types].xml":
                part = without_unused(part)
            if name.startswith(("word/document", "word/header")):
                part = filled_in(part, written)
            if name == "word/styles.xml":
                part = fewer_styles(part)
            new.writestr(name, part)
    return out.getvalue()


def without_unused(part: bytes) -> bytes:
    """Relationships and content types of what is still there."""
    root = etree.fromstring(part)
    unused = {name.rpartition("/")[2] for name in UNUSED}
    for one in list(root):
        target = one.get("Target") or one.get("PartName") or ""
        if target.rpartition("/")[2] in unused:
            root.remove(one)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def fewer_styles(part: bytes) -> bytes:
    """About as many styles as Word writes into a letter: 28 KB of them."""
    root = etree.fromstring(part)
    for one in list(root.iter(f"{{{W}}}style"))[::-1]:
        if one.get(f"{{{W}}}styleId") not in STYLES and len(etree.tostring(root)) > 28_000:
            root.remove(one)
    left = {one.get(f"{{{W}}}styleId") for one in root.iter(f"{{{W}}}style")}
    for one in list(root.iter(f"{{{W}}}link", f"{{{W}}}next", f"{{{W}}}basedOn")):
        if one.get(f"{{{W}}}val") not in left:
            one.getparent().remove(one)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def filled_in(part: bytes, written: Written) -> bytes:
    """Fields for the names, and the ids of revisions that Word puts everywhere."""
    root = etree.fromstring(part)
    for run in list(root.iter(f"{{{W}}}r")):
        text = "".join(t.text or "" for t in run.iter(f"{{{W}}}t"))
        if "@" not in text:
            continue
        for piece in text_and_fields(text):
            new = written(piece[1:]) if piece[0] == "@" else (
                f'<w:r><w:t xml:space="preserve">{piece}</w:t></w:r>'
            )  # fmt: skip
            for element in etree.fromstring(f'<x xmlns:w="{W}">{new}</x>'):
                run.addprevious(element)
        run.getparent().remove(run)
    for element in root.iter(f"{{{W}}}p", f"{{{W}}}r"):
        element.set(f"{{{W}}}rsidR", "004B7A1C")
        if element.tag.endswith("}p"):
            element.set(f"{{{W}}}rsidRDefault", "00A35E0D")
            element.set(f"{{{W}}}rsidP", "00C41F2B")
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def text_and_fields(text: str) -> list[str]:
    pieces = [text]
    for name in sorted(FIELDS, key=len, reverse=True):
        pieces = [
            part
            for piece in pieces
            for part in (piece.replace(f"@{name}", f"\0@{name}\0").split("\0")
                         if piece[:1] != "@" or piece[1:] not in FIELDS else [piece])
        ]  # fmt: skip
    return [piece for piece in pieces if piece]


def crowd(count: int) -> list[Values]:
    rows = islice((row for row in people(count * 4 + 40) if all(row[1:10])), count)
    return [
        dict(zip(FIELDS, (row[1], row[3], row[2], row[4], row[7], row[8], row[9], row[6],
                          f"{n % 27 + 1} mars 2027", "Marie Le Goff", f"D-{n:05}",
                          f"{n % 90 + 10} 450,00 €"), strict=True))
        for n, row in enumerate(rows)
    ]  # fmt: skip


# --- the three ---------------------------------------------------------------------------------


def compiled() -> Program:
    return compile_template(read_template(letter(merge_field), "letter.docx"), lambda name: name)


def ours_each(program: Program) -> Work:
    def work(rows: Sequence[Values], folder: Path) -> None:
        for number, row in enumerate(rows):
            content = fill(program, row, locale="fr_FR", today=TODAY)
            (folder / f"{number:06}.docx").write_bytes(content)

    return work


def ours_together(program: Program) -> Work:
    def work(rows: Sequence[Values], path: Path) -> None:
        bundle = BundleWriter(program, locale="fr_FR", today=TODAY)
        with path.open("wb") as out:
            for row in rows:
                out.write(bundle.add(row))
            out.write(bundle.finish())

    return work


def mailmerge_each(template: bytes) -> Work:
    from mailmerge import MailMerge

    def work(rows: Sequence[Values], folder: Path) -> None:
        for number, row in enumerate(rows):
            with MailMerge(BytesIO(template)) as document:
                document.merge(**row)
                document.write(str(folder / f"{number:06}.docx"))

    return work


def mailmerge_together(template: bytes) -> Work:
    from mailmerge import MailMerge

    def work(rows: Sequence[Values], path: Path) -> None:
        with MailMerge(BytesIO(template)) as document:
            document.merge_templates(list(rows), separator="nextPage_section")
            document.write(str(path))

    return work


def docxtpl_each(template: bytes) -> Work:
    from docxtpl import DocxTemplate

    def work(rows: Sequence[Values], folder: Path) -> None:
        for number, row in enumerate(rows):
            document = DocxTemplate(BytesIO(template))
            document.render(row, autoescape=True)
            document.save(str(folder / f"{number:06}.docx"))

    return work


# --- checks ------------------------------------------------------------------------------------


def text_of(path: Path, part: str) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.startswith(f"word/{part}")]
        roots = [etree.fromstring(archive.read(name)) for name in sorted(names)]
    texts = ("".join(t.text or "" for t in p.iter(f"{{{W}}}t"))
             for root in roots for p in root.iter(f"{{{W}}}p"))  # fmt: skip
    return [text for text in texts if text]


def check_same(folders: Sequence[Path]) -> None:
    for paths in zip(*(sorted(folder.iterdir()) for folder in folders), strict=True):
        for part in ("document", "header"):
            first, *others = (text_of(path, part) for path in paths)
            assert all(other == first for other in others), paths


def faults(path: Path) -> int:
    from openxml_audit import OpenXmlValidator

    return len(OpenXmlValidator().validate(str(path)).errors)


# --- measuring ---------------------------------------------------------------------------------


def seconds(work: Work, rows: Sequence[Values], to: Path) -> Times:
    """By the clock, and of this process's time on a processor (the system's for it included)."""
    clock, processor = time.perf_counter(), time.process_time()
    work(rows, to)
    return time.perf_counter() - clock, time.process_time() - processor


def race(
    works: dict[str, Work], slices: Sequence[Sequence[Values]], target: Callable[[str], Path]
) -> dict[str, list[Times]]:
    """Seconds per letter of each, for each slice of the people in turn; a few before to warm up."""
    for name, work in works.items():
        work(slices[0][:5], target(name))
    times: dict[str, list[Times]] = {name: [] for name in works}
    for rows in slices:
        for name, work in works.items():
            clock, processor = seconds(work, rows, target(name))
            times[name].append((clock / len(rows), processor / len(rows)))
    return times


def table(title: str, times: dict[str, list[Times]]) -> None:
    ours = next(iter(times.values()))
    print(f"{title:<34} {'letters/s':>10} {'ours is':>9} {'by CPU':>9}")
    for name, taken in times.items():
        speed = 1 / statistics.median(clock for clock, _ in taken)
        ratios = [
            statistics.median(one[by] / mine[by] for one, mine in zip(taken, ours, strict=True))
            for by in (0, 1)
        ]
        shown = "".join(f" {ratio:7.1f} ×" for ratio in ratios) if taken is not ours else ""
        print(f"  {name:<32} {speed:10,.0f}{shown}")


def peak(count: int) -> float:
    """MB that a process of its own needs at most for so many people."""
    done = subprocess.run([sys.executable, __file__, "--memory-of", str(count)],
                          check=True, capture_output=True, text=True)  # fmt: skip
    return float(done.stdout)


def write_all(count: int) -> None:
    """Every letter, and bundles of as many as Word likes to open; print the peak in MB."""
    program, kinds = compiled(), crowd(100)
    with tempfile.TemporaryDirectory() as name:
        for number in range(0, count, COMFORTABLE):
            part = [kinds[n % 100] for n in range(number, min(number + COMFORTABLE, count))]
            folder = Path(name) / str(number)
            folder.mkdir()
            ours_each(program)(part, folder)
            ours_together(program)(part, folder / "bundle.docx")
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def compare(count: int, rounds: int) -> None:
    rows, merging, tagged = crowd(count), letter(merge_field), letter(jinja_tag)
    start = time.perf_counter()
    program = compiled()
    took = (time.perf_counter() - start) * 1000
    print(f"{count:,} people, a letter of {len(merging) / 1000:.1f} KB, compiled in {took:.0f} ms")
    slices = [rows[n : n + 50] for n in range(0, count, 50)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)

        def into(who: str) -> Path:
            (folder / who).mkdir(exist_ok=True)
            return folder / who

        each = {
            "outreach": ours_each(program),
            "docx-mailmerge2": mailmerge_each(merging),
            "docxtpl": docxtpl_each(tagged),
        }
        times = race(each, slices, into)
        check_same([folder / who for who in each])
        table("one file each", times)
        together = {
            "outreach": ours_together(program),
            "docx-mailmerge2 merge_templates": mailmerge_together(merging),
        }
        table("all in one", race(together, [rows] * rounds, lambda who: folder / f"{who}.docx"))
        (folder / "template.docx").write_bytes(merging)
        found = {"the template": faults(folder / "template.docx")}
        for who, work in together.items():
            work(rows[:20], folder / "few.docx")
            found[who] = faults(folder / "few.docx")
        counts = ", ".join(f"{who} {number}" for who, number in found.items())
        print(f"  faults that openxml-audit finds, with 20 people: {counts}")


def main() -> None:
    read = argparse.ArgumentParser(description="Letters as .docx.")
    read.add_argument("--full", action="store_true", help="the size of the goals: 1,000 people")
    read.add_argument("--people", type=int)
    read.add_argument("--rounds", type=int, default=3, help="of all in one")
    read.add_argument("--memory-of", type=int, help=argparse.SUPPRESS)
    given: Any = read.parse_args()
    if given.memory_of:
        write_all(given.memory_of)
        return
    few, many = 200, 5000 if given.full else 2000
    # First of all: on Linux a process begins with the peak of the one that starts it.
    small, large = peak(few), peak(many)
    compare(given.people or (1000 if given.full else 200), given.rounds)
    print(f"peak memory: {small:.0f} MB with {few:,} people, {large:.0f} MB with {many:,}")


if __name__ == "__main__":
    main()
