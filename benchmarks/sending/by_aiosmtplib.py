"""The same mail by aiosmtplib, as one would write it: so many connections, one loop.

    python by_aiosmtplib.py PORT PEOPLE.csv --connections N (--templates FOLDER | --bytes FILE)

With templates, Jinja fills them in and `EmailMessage` is built for each person and handed to
`send_message`. With bytes, they are ready, the same for everybody, and go through `sendmail`.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
from collections.abc import Awaitable, Callable, Iterator
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.utils import localtime, make_msgid
from pathlib import Path

from aiosmtplib import SMTP

Person = dict[str, str]
Send = Callable[[SMTP, Person], Awaitable[object]]

SENDER = {"name": "Élise Le Goff", "address": "elise@atelier.example"}
ORGANISATION = {"name": "Atelier Brocéliande", "address": "3 rue du Four, 35000 Rennes"}


def composed(folder: Path) -> Send:
    """Each message built by `EmailMessage` of the standard library."""
    from jinja2 import Environment, FileSystemLoader, select_autoescape

    kit = Environment(
        loader=FileSystemLoader(folder), autoescape=select_autoescape(["html"]),
        keep_trailing_newline=True,
    )  # fmt: skip
    kit.globals.update(sender=SENDER, organisation=ORGANISATION)
    subject, text, html = (kit.get_template(n) for n in ("subject.txt", "mail.txt", "mail.html"))

    async def send(client: SMTP, person: Person) -> None:
        message = EmailMessage(policy=WIRE)
        local, _, domain = SENDER["address"].partition("@")
        message["From"] = Address(SENDER["name"], local, domain)
        local, _, domain = person["email"].partition("@")
        name = f"{person['first_name']} {person['last_name']}"
        message["To"] = Address(name, local, domain)
        message["Subject"] = subject.render(person)
        message["Date"] = localtime()
        message["Message-ID"] = make_msgid(domain="atelier.example")
        message["List-Unsubscribe"] = f"<{person['unsubscribe_url']}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message.set_content(text.render(person), cte="quoted-printable")
        message.add_alternative(html.render(person), subtype="html", cte="quoted-printable")
        await client.send_message(message)

    return send


def ready(file: Path) -> Send:
    """The same bytes to everybody."""
    content = file.read_bytes()

    async def send(client: SMTP, person: Person) -> None:
        await client.sendmail(SENDER["address"], [person["email"]], content)

    return send


async def worker(port: int, people: Iterator[Person], send: Send) -> None:
    async with SMTP(hostname="127.0.0.1", port=port, use_tls=False, start_tls=False) as client:
        for person in people:
            await send(client, person)


async def everybody(port: int, people: Iterator[Person], send: Send, connections: int) -> None:
    await asyncio.gather(*(worker(port, people, send) for _ in range(connections)))


def event_loop() -> asyncio.AbstractEventLoop:
    """uvloop's where it is installed."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def main() -> None:
    read = argparse.ArgumentParser(description="The same mail by aiosmtplib.")
    read.add_argument("port", type=int)
    read.add_argument("people", type=Path)
    read.add_argument("--connections", type=int, default=16)
    read.add_argument("--templates", type=Path)
    read.add_argument("--bytes", type=Path)
    given = read.parse_args()
    send = ready(given.bytes) if given.bytes else composed(given.templates)
    with given.people.open(encoding="utf-8", newline="") as file:
        people: Iterator[Person] = iter(csv.DictReader(file))
        with asyncio.Runner(loop_factory=event_loop) as runner:
            runner.run(everybody(given.port, people, send, given.connections))


if __name__ == "__main__":
    main()
