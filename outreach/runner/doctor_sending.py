"""The doctor's look at the mail servers: each is greeted and logged in to; nothing is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from outreach.errors import OutreachError, Text, WrongUsage
from outreach.files.secrets import SecretMissing
from outreach.model.finding import Area, Finding, Health, finding_of
from outreach.model.settings import Sender, Server, Settings
from outreach.transports import ServerDown
from outreach.transports.greeting import Greeting

Greet = Callable[[Sender, Server], Awaitable[Greeting]]


async def sending_findings(settings: Settings, greet: Greet) -> list[Finding]:
    """A finding per server of each sender, fallbacks too, all asked at the same time."""
    visits = [
        _visit(sender, server, number, greet)
        for sender in settings.senders.values()
        for number, server in enumerate(sender.servers, start=1)
    ]
    bare = [_bare(sender) for sender in settings.senders.values() if not sender.servers]
    return [*await asyncio.gather(*visits), *bare]


async def _visit(sender: Sender, server: Server, number: int, greet: Greet) -> Finding:
    name = f"smtp:{sender.name}" if number == 1 else f"smtp:{sender.name}:{number}"
    try:
        greeting = await greet(sender, server)
    except SecretMissing:
        message = Text("{place}: not asked, because a secret is missing",
                       place=_place(sender, server))  # fmt: skip
        return Finding(name, Area.SENDING, Health.SKIPPED, message)
    except WrongUsage as rehearsal:
        return finding_of(rehearsal, name, Area.SENDING, Health.SKIPPED)
    except ServerDown as down:
        message = Text("{place}: {what}", place=sender.name, what=down.what)
        hint = Text("check `host:` and `port:` of {sender} in outreach.yaml, the network, and"
                    " whether that server is started", sender=sender.name)  # fmt: skip
        return Finding(name, Area.SENDING, Health.ERROR, message, hint)
    except OutreachError as error:
        message = Text("{place}: {what}", place=sender.name, what=error.what)
        return Finding(name, Area.SENDING, Health.ERROR, message, error.hint)
    return Finding(name, Area.SENDING, Health.OK, _told(sender, server, greeting))


def _bare(sender: Sender) -> Finding:
    message = Text("{sender}: no mail server is written", sender=sender.name)
    hint = Text("for e-mails write `smtp:` under this sender in outreach.yaml")
    return Finding(f"smtp:{sender.name}", Area.SENDING, Health.WARNING, message, hint)


def _place(sender: Sender, server: Server) -> str:
    return f"{sender.name}, {server.host}:{server.port}"


def _told(sender: Sender, server: Server, greeting: Greeting) -> Text:
    private = greeting.encryption or Text("in clear on this machine")
    login = Text("login accepted") if greeting.logged_in else Text("no login asked for")
    return Text("{place}: answers, {private}, {login}",
                place=_place(sender, server), private=private, login=login)  # fmt: skip
