"""A name server on loopback that knows what a test tells it, and nothing else."""

from __future__ import annotations

import socket
import threading
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

#: name → kind → records as a zone file writes them; a name with `SILENT` is never answered.
Zone = Mapping[str, Mapping[str, Sequence[str]]]
SILENT: Mapping[str, Sequence[str]] = {"SILENT": ()}
BROKEN: Mapping[str, Sequence[str]] = {"BROKEN": ()}


class DnsServer:
    """`with DnsServer({"a.fr": {"MX": ["10 mx.a.fr."]}}) as server:`; other names do not exist."""

    def __init__(self, zone: Zone) -> None:
        self.zone = zone
        #: What it was asked: `MX a.fr`.
        self.asked: list[str] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def __enter__(self) -> Self:
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._socket.sendto(b"", ("127.0.0.1", self.port))
        self._thread.join(10)
        self._socket.close()

    def _serve(self) -> None:
        while True:
            packet, client = self._socket.recvfrom(4096)
            if not packet:
                return
            answer = self._answer(dns.message.from_wire(packet))
            if answer:
                self._socket.sendto(answer.to_wire(), client)

    def _answer(self, query: dns.message.Message) -> dns.message.Message | None:
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        self.asked.append(f"{kind} {name}")
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        records = self.zone.get(name)
        if records is SILENT:
            return None
        if records is BROKEN:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif records is None:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif kind in records:
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *records[kind]))
        return answer
