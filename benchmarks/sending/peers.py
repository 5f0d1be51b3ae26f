"""Other senders of the same mail to the same people, each as a command to be timed.

What does not come with the project is installed once below `~/.cache/outreach-benchmarks`:
mailmerge in an environment of its own (its package has the name of docx-mailmerge2's),
nodemailer and nunjucks by npm.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import venv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sending.by_aiosmtplib import ORGANISATION
from sending.mail import ADDRESS, SENDER, SUBJECT, TEXT, html
from sending.sink import Missing, program
from sending.workspace import CACHE

HERE = Path(__file__).parent
MAILMERGE, NODE_MODULES = "mailmerge==2.3.0", ("nodemailer@^7", "nunjucks@^3.2")

Command = Callable[[int, Path], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Peer:
    """A sender: its name, its command for a port and a CSV of people, its share of them."""

    name: str
    command: Command
    #: One in so many of our people: the slower a sender, the fewer it gets.
    one_in: int


def peers(folder: Path, size: str) -> list[Peer]:
    """Those that are here or can be had; what is missing is said."""
    _templates(folder, size)
    found: list[Peer] = []
    for name, prepare, one_in in (
        ("aiosmtplib, EmailMessage, 16 conn.", _aiosmtplib, 10),
        ("nodemailer, nunjucks, pool of 16", _nodemailer, 5),
        ("mailmerge (connection a message)", _mailmerge, 20),
    ):
        try:
            found.append(Peer(name, prepare(folder, size), one_in))
        except Missing as missing:
            print(f"  {name}: {missing}")
    return found


def ready_bytes(folder: Path, message: bytes, connections: int) -> Command:
    """aiosmtplib's `sendmail` with a message that is ready."""
    ready = folder / "ready.eml"
    ready.write_bytes(message)

    def command(port: int, people: Path) -> Sequence[str]:
        return (sys.executable, str(HERE / "by_aiosmtplib.py"), str(port), str(people),
                "--connections", str(connections), "--bytes", str(ready))  # fmt: skip

    return command


def _templates(folder: Path, size: str) -> None:
    for name, text in (("subject.txt", SUBJECT), ("mail.txt", TEXT), ("mail.html", html(size))):
        (folder / name).write_text(text, "utf-8")


def _aiosmtplib(folder: Path, size: str) -> Command:
    def command(port: int, people: Path) -> Sequence[str]:
        return (sys.executable, str(HERE / "by_aiosmtplib.py"), str(port), str(people),
                "--templates", str(folder))  # fmt: skip

    return command


def _nodemailer(folder: Path, size: str) -> Command:
    node, npm = program("node", "nodejs"), program("npm", "npm")
    modules = CACHE / "node"
    if not (modules / "node_modules" / "nunjucks").exists():
        modules.mkdir(parents=True, exist_ok=True)
        (modules / "package.json").write_text("{}")
        _install((npm, "install", "--no-audit", "--no-fund", "--silent", *NODE_MODULES), modules)

    def command(port: int, people: Path) -> Sequence[str]:
        rows = people.with_suffix(".json")
        with people.open(encoding="utf-8", newline="") as file:
            rows.write_text(json.dumps(list(csv.DictReader(file))), "utf-8")
        return (node, str(HERE / "by_nodemailer.mjs"), str(port), str(rows), str(folder),
                str(modules))  # fmt: skip

    return command


def _mailmerge(folder: Path, size: str) -> Command:
    place = CACHE / "mailmerge"
    tool = place / "bin" / "mailmerge"
    if not tool.exists():
        venv.create(place, with_pip=True, clear=True)
        _install((str(place / "bin" / "pip"), "install", "--quiet", MAILMERGE), place)
    template, server = folder / "mailmerge.txt", folder / "mailmerge.conf"
    template.write_text(_as_mailmerge(size), "utf-8")

    def command(port: int, people: Path) -> Sequence[str]:
        server.write_text(f"[smtp_server]\nhost = 127.0.0.1\nport = {port}\n")
        return (str(tool), "--no-dry-run", "--no-limit", "--template", str(template),
                "--database", str(people), "--config", str(server), "--output-format", "text",
                )  # fmt: skip

    return command


def _as_mailmerge(size: str) -> str:
    """Headers and both bodies in one template; mailmerge knows only the columns of the CSV."""
    said = {"sender.name": SENDER, "sender.address": ADDRESS,
            "organisation.name": ORGANISATION["name"],
            "organisation.address": ORGANISATION["address"]}  # fmt: skip
    lines = (
        "TO: {{email}}", f"SUBJECT: {SUBJECT}", f"FROM: {SENDER} <{ADDRESS}>",
        "LIST-UNSUBSCRIBE: <{{unsubscribe_url}}>", "MIME-Version: 1.0",
        'Content-Type: multipart/alternative; boundary="boundary"', "",
        "--boundary", "Content-Type: text/plain; charset=utf-8", "", TEXT,
        "--boundary", "Content-Type: text/html; charset=utf-8", "", html(size), "--boundary--", "",
    )  # fmt: skip
    text = "\n".join(lines)
    for name, value in said.items():
        text = text.replace("{{ " + name + " }}", value)
    return text


def _install(command: Sequence[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise Missing(f"{' '.join(command)} failed: {done.stderr.strip()[-300:]}")
