"""What the DNS says of a domain: the records that mail servers go by when we write to them.

It stands among the transports because those are the room that speaks to the network, and
because these answers decide, on the other side, what becomes of a message handed over.
Only asks; what an answer is worth is judged by `runner/doctor_dns.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from outreach.errors import OutreachError, Text

if TYPE_CHECKING:
    from dns.asyncresolver import Resolver
    from dns.resolver import Answer

#: Seconds for one question, over all name servers of this machine.
PATIENCE = 5.0


class NoSuchDomain(OutreachError):
    """The name does not exist (NXDOMAIN)."""

    def __init__(self, name: str) -> None:
        super().__init__(
            Text("the DNS knows no name {name}", name=name),
            hint=Text("check how it is written, and whether the domain is paid for"),
        )


class NoNameServer(OutreachError):
    """Nobody answered, or not to the question."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(
            Text("the DNS does not answer about {name}: {reason}", name=name, reason=reason),
            hint=Text("check the network and try again; without it: outreach doctor --offline"),
        )


class Domains:
    """Asks the name servers of this machine, or `servers` (addresses) at `port`."""

    def __init__(
        self, servers: Sequence[str] = (), *, port: int = 53, seconds: float = PATIENCE
    ) -> None:
        self._servers = list(servers)
        self._port = port
        self._seconds = seconds

    async def texts(self, name: str) -> tuple[str, ...]:
        """The TXT records, each in one piece. Raises `NoSuchDomain` or `NoNameServer`."""
        answer = await self._ask(name, "TXT")
        pieces = (b"".join(record.strings) for record in answer)
        return tuple(piece.decode("utf-8", "replace") for piece in pieces)

    async def mail_hosts(self, name: str) -> tuple[str, ...]:
        """The hosts of the MX records, the preferred first; `""` is the null MX of RFC 7505."""
        records = sorted(await self._ask(name, "MX"), key=lambda record: record.preference)
        return tuple(str(record.exchange).rstrip(".") for record in records)

    async def has_address(self, name: str) -> bool:
        """Whether the name itself is a machine: mail goes there without an MX (RFC 5321 §5.1)."""
        return any([len(await self._ask(name, kind)) for kind in ("A", "AAAA")])

    async def _ask(self, name: str, kind: str) -> Answer | tuple[()]:
        from dns.exception import DNSException, Timeout
        from dns.resolver import NXDOMAIN, NoNameservers

        try:
            answer = await self._resolver.resolve(
                name, kind, search=False, raise_on_no_answer=False
            )
        except NXDOMAIN:
            raise NoSuchDomain(name) from None
        except Timeout:
            raise NoNameServer(name, f"no answer within {self._seconds:g} s") from None
        except NoNameservers:
            raise NoNameServer(name, "every name server failed") from None
        except (DNSException, OSError) as error:
            raise NoNameServer(name, str(error)) from None
        return answer if answer.rrset is not None else ()

    @cached_property
    def _resolver(self) -> Resolver:
        from dns.asyncresolver import Resolver

        resolver = Resolver(configure=not self._servers)
        if self._servers:
            resolver.port = self._port
            resolver.nameservers = self._servers
        resolver.timeout = min(2.0, self._seconds)
        resolver.lifetime = self._seconds
        return resolver
