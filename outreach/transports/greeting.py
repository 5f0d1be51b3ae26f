"""Knock at a mail server's door: connect, EHLO, TLS, AUTH, QUIT. No message is begun."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from outreach.model.settings import Server
from outreach.transports import ServerDown
from outreach.transports.connecting import Connector
from outreach.transports.dialogue import Timeouts

#: Seconds from the first packet to the end of the login: somebody waits for the answer.
PATIENCE = 20.0


@dataclass(frozen=True, slots=True)
class Greeting:
    """How a server took us."""

    #: `TLSv1.3`; None in clear.
    encryption: str | None
    #: Whether a user name and a password were asked for and accepted.
    logged_in: bool


async def greet(
    server: Server, secrets: Callable[[str], str], *, seconds: float = PATIENCE
) -> Greeting:
    """Log in as a run would, once, and leave.

    Raises `ServerDown`, `LoginRefused` or `NotEncrypted`, and what `secrets` raises.
    """
    timeouts = Timeouts(connect=seconds, command=seconds)
    connector = Connector([server], secrets, timeouts=timeouts, tries=1, pause=0)
    try:
        async with asyncio.timeout(seconds):
            line = await connector.connect()
    except TimeoutError:
        place = f"{server.host}:{server.port}"
        raise ServerDown(place, f"no answer within {seconds:g} s") from None
    encryption = line.encryption
    await line.leave()
    return Greeting(encryption, server.user is not None)
