"""Acceptance of issue lines 3.3 and 3.4: letters sorted for the post, labels, envelopes, PDF."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from docx import Document
from pypdf import PdfReader
from smtp_servers import SmtpServer
from word import W, complex_field, docx, lines, merge, opened, paragraph, real_faults, run
from workspaces import Workspace, mail, until

from outreach.files.pdf_finding import Found

NOON = "2027-03-15T12:00"
HEADER = "Réf;Civilité;Prénom;Nom;Courriel;Adresse;Code postal;Ville;Pays"
#: Not in the order of the post; each line as it stands on the envelope is in `ORDER`.
PEOPLE = [
    "7;Herr;Jan;Berger;g@mail.example;Hauptstraße 5;10115;Berlin;Allemagne",
    "5;Mme;Marie;Hoarau;e@mail.example;2 rue Dodu;97400;Saint-Denis;",
    "1;Mme;Anaïs;Le Goff;a@mail.example;12 rue de l'Église;35000;Rennes;",
    "3;M.;Ange;Rossi;c@mail.example;8 cours Paoli;20200;Bastia;",
    "4;Mme;Livia;Paoli;d@mail.example;5 cours Napoléon;20000;Ajaccio;",
    "2;M.;Éric;Noël;b@mail.example;7 rue du Port;06000;Nice;",
    "6;M.;Luc;Peeters;f@mail.example;Rue Neuve 12;1000;Bruxelles;Belgique",
    "8;M.;Yann;Kerjean;h@mail.example;1 place Bouvet;35400;Saint-Malo;",
]
#: Corsica between the Var and the Vaucluse, overseas behind the mainland, abroad last.
ORDER = ["Noël", "Paoli", "Rossi", "Le Goff", "Kerjean", "Hoarau", "Berger", "Peeters"]
LETTER = "  - {step: letter, channel: letter, template: letter.docx}\n"
MM = 1440 / 25.4
#: The formats of the issue and one of the user's: width, height in mm, rows, columns.
FORMATS = {
    "99.1x38.1": (99.1, 38.1, 7, 2),
    "70x37": (70, 37, 8, 3),
    "105x57": (105, 57, 5, 2),
    "80x50,5x2,20x10,5x2": (80, 50, 5, 2),
}


@pytest.fixture
def town(workspace: Workspace) -> Workspace:
    """Eight people; a letter of two pages with their number."""
    workspace.write("people.csv", "\n".join([HEADER, *PEOPLE]) + "\n")
    assert workspace.ok("contacts", "import", "people.csv")["created"] == 8
    second = '<w:r><w:br w:type="page"/></w:r>'
    pages = run("page ") + complex_field(" PAGE ") + run("/") + complex_field(" NUMPAGES ")
    body = paragraph(run("Bonjour "), merge("NOM")) + paragraph(second, pages)
    workspace.write("templates/letter.docx", docx(body))
    return workspace


@pytest.fixture
def campaign(town: Workspace) -> Workspace:
    town.campaign("fair", "postal_code is not null", head="language: fr\n", steps=LETTER)
    town.launch("fair", now=NOON)
    return town


def cells(path: Path) -> list[str]:
    """The second word of the first line of each label, or nothing: `M. Éric Noël`."""
    rows = (row for table in Document(str(path)).tables for row in table.rows)
    return [cell.text.split("\n")[0] for row in rows for cell in row.cells]


def places(path: Path, number: int = 0) -> dict[str, tuple[float, float]]:
    """Where texts stand on a page: mm from its left and its top."""
    page = PdfReader(path).pages[number]
    height = float(page.mediabox.height)
    found: dict[str, tuple[float, float]] = {}

    def note(text: str, _cm: object, matrix: list[float], *_rest: object) -> None:
        if text.strip():
            x, y = matrix[4] / 72 * 25.4, (height - matrix[5]) / 72 * 25.4
            found.setdefault(text.strip(), (round(x), round(y)))

    page.extract_text(visitor_text=note)
    return found


@pytest.mark.parametrize("name", FORMATS)
def test_a_sheet_of_labels_has_the_measures_on_the_box(town: Workspace, name: str) -> None:
    """3.3: exact rows on A4, the labels that are gone left blank, the order of the post."""
    width, height, rows, columns = FORMATS[name]
    done = town.ok("contacts", "labels", "sheet.docx", "--format", name, "--skip", "2")
    assert (done["addresses"], done["too_long"]) == (8, [])
    root = opened((town.folder / "sheet.docx").read_bytes())
    (size,) = {(e.get(f"{{{W}}}w"), e.get(f"{{{W}}}h")) for e in root.iter(f"{{{W}}}pgSz")}
    assert size == ("11906", "16838")
    heights = [
        (e.get(f"{{{W}}}val"), e.get(f"{{{W}}}hRule")) for e in root.iter(f"{{{W}}}trHeight")
    ]
    labels = [(int(value or 0), rule) for value, rule in heights if int(value or 0) > 300]
    assert len(labels) % rows == 0
    # Where the labels fill the page, the paragraph that Word wants behind a table takes up to
    # a quarter of a millimetre of the last row: no label lies lower for it.
    assert all(rule == "exact" for _, rule in labels)
    assert all(abs(value - height * MM) <= 1 for value, _ in labels[:-1])
    assert 0 <= height * MM - labels[-1][0] + 1 <= 15
    (table,) = list(root.iter(f"{{{W}}}tbl"))[:1]
    widths = [int(e.get(f"{{{W}}}w") or 0) for e in table.iter(f"{{{W}}}gridCol")]
    assert sum(abs(one - width * MM) <= 1 for one in widths) == columns
    assert faults_of(town.folder / "sheet.docx") == []
    found = [text for text in cells(town.folder / "sheet.docx") if text]
    assert [name for text, name in zip(found, ORDER, strict=True) if name not in text] == []
    assert cells(town.folder / "sheet.docx")[0] == ""


def faults_of(path: Path) -> list[str]:
    return real_faults(path.read_bytes(), path.parent)


def test_labels_and_envelopes_lie_on_paper_where_they_should(
    town: Workspace, libreoffice: Found
) -> None:
    """3.3: as PDF, each label within its own; the address in the window of the envelope."""
    town.ok("contacts", "labels", "sheet.pdf", "--format", "70x37", "--skip", "1")
    reader = PdfReader(town.folder / "sheet.pdf")
    assert len(reader.pages) == 1
    found = places(town.folder / "sheet.pdf")
    # 8 rows of 37 mm on 297 mm: half a millimetre above the first.
    for number, line in enumerate(
        ["06000 NICE", "20000 AJACCIO", "20200 BASTIA", "35000 RENNES"], 1
    ):
        x, y = found[line]
        assert 70 * (number % 3) < x < 70 * (number % 3) + 25, (line, x)
        assert 37 * (number // 3) < y < 37 * (number // 3 + 1), (line, y)

    for size, (width, height) in {"DL": (220, 110), "C4": (324, 229)}.items():
        done = town.ok("contacts", "labels", "post.pdf", "--envelopes", size)
        assert (done["addresses"], done["pages"]) == (8, 8)
        page = PdfReader(town.folder / "post.pdf").pages[0]
        measured = [round(float(one) / 72 * 25.4) for one in page.mediabox[2:]]
        assert measured == [width, height]
        found = places(town.folder / "post.pdf")
        ours, theirs = found["Atelier"], found["06000 NICE"]
        assert ours[0] < 25
        assert ours[1] < 25
        assert theirs[0] > width * 0.4
        assert height * 0.4 < theirs[1] < height - 20  # the post's own codes are printed below


def test_the_print_file_is_in_the_order_of_the_post_with_a_page_before_each_group(
    campaign: Workspace, libreoffice: Found
) -> None:
    """3.3, 3.4: combined .docx and PDF, page numbers anew for each, the same order beside."""
    done = campaign.ok("letters", "fair", "--out", "post", "--pdf", "--labels", "99,1x38,1",
                       "--envelopes", "c5", "--separators", "department", now=NOON)  # fmt: skip
    (batch,) = done["bundles"]
    assert (done["letters"], done["held"], batch["no_pdf"]) == (8, 0, [])
    folder = campaign.folder / "post"
    groups = ["06", "2A", "2B", "35", "974", "Allemagne", "Belgique"]
    pages = [page.extract_text().split("\n") for page in PdfReader(folder / "bundle.pdf").pages]
    assert [page[0] for page in pages if page[0] in groups] == groups
    assert pages[:3] == [["06", "1 lettre"], ["Bonjour Noël"], ["page 2/2"]]
    assert pages[9] == ["35", "2 lettres"]
    assert [page[0][8:] for page in pages if "Bonjour" in page[0]] == ORDER
    assert pages.count(["page 2/2"]) == 8
    bundle = folder / "bundle.docx"
    assert [line[8:] for line in lines(bundle.read_bytes()) if "Bonjour" in line] == ORDER
    assert faults_of(bundle) == []
    sections = list(opened(bundle.read_bytes()).iter(f"{{{W}}}sectPr"))
    assert len(sections) == 8 + len(groups)
    for name in ("labels", "envelopes"):
        assert faults_of(folder / f"{name}.docx") == []
        printed = " ".join(p.extract_text() for p in PdfReader(folder / f"{name}.pdf").pages)
        found = [printed.index(name) for name in ORDER]
        assert found == sorted(found)
    alone = PdfReader(folder / "97400-hoarau-marie-2.pdf").pages
    assert [page.extract_text() for page in alone] == ["Bonjour Hoarau", "page 2/2"]


def test_printing_says_which_file_to_print_and_names_what_is_left_of_an_earlier_one(
    campaign: Workspace,
) -> None:
    """3.3: nobody posts yesterday's letter to somebody who has opted out since."""
    first = campaign.run("letters", "fair", "--out", "post", "--labels", "70x37", now=NOON)
    told = " ".join(first.out.split())
    assert "to print: post/bundle.docx" in told
    assert "outreach letters posted fair" in told
    assert "earlier" not in told
    campaign.ok("suppress", "add", "c@mail.example")
    again = campaign.ok("letters", "fair", "--out", "post", now=NOON)
    (batch,) = again["bundles"]
    assert (again["letters"], batch["print"]) == (7, ["post/bundle.docx"])
    assert batch["older"] == ["post/20200-rossi-ange-4.docx", "post/labels.docx"]
    told = " ".join(campaign.run("letters", "fair", "--out", "post", now=NOON).out.split())
    assert "2 files of an earlier printing lie there too, not part of this one" in told
    assert "20200-rossi-ange-4.docx, labels.docx" in told


def test_the_help_of_letters_shows_what_printing_can_be_told(workspace: Workspace) -> None:
    """3.3, 3.4: `letters` prints when it is called bare, so its help says how."""
    shown = workspace.run("letters", "--help")
    assert shown.code == 0
    for word in ("--pdf", "--labels", "--envelopes", "--separators", "--out", "posted"):
        assert word in shown.out, word
    assert shown.out.count("--json") == 1


# --- LibreOffice that fails ------------------------------------------------------------------


def offices(parent: int) -> list[int]:
    """The LibreOffices that a process has started, however far below it."""
    asked = subprocess.run(["ps", "-eo", "pid=,ppid=,comm="], capture_output=True, text=True)
    rows = [line.split(None, 2) for line in asked.stdout.splitlines()]
    below, found = {parent}, []
    for _ in range(5):
        below |= {int(pid) for pid, ppid, _name in rows if int(ppid) in below}
    found += [int(pid) for pid, _ppid, name in rows if int(pid) in below and name == "soffice.bin"]
    return found


@contextmanager
def killer(times: int) -> Iterator[list[int]]:
    """Kills the LibreOffices below this process as they come; those it has killed."""
    killed: list[int] = []
    end = threading.Event()

    def hunt() -> None:
        while not end.wait(0.05) and len(killed) < times:
            for pid in set(offices(os.getpid())) - set(killed):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    killed.append(pid)

    thread = threading.Thread(target=hunt)
    thread.start()
    try:
        yield killed
    finally:
        end.set()
        thread.join()


def test_a_libreoffice_that_is_killed_costs_no_letter(
    campaign: Workspace, libreoffice: Found, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """3.4: killed in the middle of the bundle, it is started anew and makes them all."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    process = campaign.start("letters", "fair", "--pdf", "--out", "post", "--now", NOON, "--json")
    until(lambda: list(temporary.glob("outreach-office-*/letter.docx")), process)
    for pid in offices(process.pid):
        os.kill(pid, signal.SIGKILL)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    pages = [page.extract_text() for page in PdfReader("post/bundle.pdf").pages]
    assert pages == [one for name in ORDER for one in (f"Bonjour {name}", "page 2/2")]
    assert len(list((campaign.folder / "post").glob("*.pdf"))) == 9
    assert list(temporary.iterdir()) == []


def test_a_libreoffice_that_dies_each_time_holds_the_mails_that_need_it(
    town: Workspace, libreoffice: Found
) -> None:
    """3.4, 3.7: `attachments: [{letter:, as: pdf}]`; the mails go when it is well again."""
    town.campaign("voucher", steps=mail(more="attachments: [{letter: letter.docx, as: pdf}]"))
    town.launch("voucher", now=NOON)
    with SmtpServer() as server:
        town.settings(server.port)
        with killer(9) as killed:
            done = town.run("run", "--now", NOON, "--json")
        assert killed
        assert "Traceback" not in done.err
        assert (done.code, done.json["held"]) == (4, 1)
        assert "LibreOffice" in town.run("why", "a@mail.example").out
        assert server.received == []
        assert town.ok("run", now=NOON)["sent"] == 1
        assert b"application/pdf" in server.received[0][1]


def test_ctrl_c_while_libreoffice_hangs_leaves_nothing(
    campaign: Workspace, libreoffice: Found, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """3.4: no process, no profile, no half file; the letters can be printed again."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    process = campaign.start("letters", "fair", "--pdf", "--out", "post", "--now", NOON)
    until(lambda: offices(process.pid), process)
    hanging = offices(process.pid)
    for pid in hanging:
        os.kill(pid, signal.SIGSTOP)
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 130
    until(lambda: not set(hanging) & set(living()))
    assert list(temporary.iterdir()) == []
    assert [p.name for p in (campaign.folder / "post").iterdir() if p.suffix == ".part"] == []
    assert campaign.ok("letters", "fair", "--out", "again", now=NOON)["letters"] == 8


def living() -> list[int]:
    asked = subprocess.run(["ps", "-eo", "pid=,stat="], capture_output=True, text=True)
    rows = [line.split() for line in asked.stdout.splitlines()]
    return [int(pid) for pid, state in rows if not state.startswith("Z")]
