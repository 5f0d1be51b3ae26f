"""The doctor and the DNS: a real name server on loopback, the network is never asked."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from dns_server import BROKEN, SILENT, DnsServer

from outreach.model.finding import Finding
from outreach.model.settings import DkimKey, Sender, Settings
from outreach.runner.doctor_domains import domain_findings, is_reserved
from outreach.transports.domains import Domains

HOME = "broceliande.fr"
KEY = ed25519.Ed25519PrivateKey.generate()
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
PUBLIC = base64.b64encode(KEY.public_key().public_bytes_raw()).decode()
DKIM = f"s1._domainkey.{HOME}"
SPF = '"v=spf1 include:_spf.host.fr ~all"'
DMARC = '"v=DMARC1; p=none; rua=mailto:d@broceliande.fr"'

#: Everything in order.
ZONE: Mapping[str, Mapping[str, Sequence[str]]] = {
    HOME: {"MX": [f"100 b.{HOME}.", f"20 a.{HOME}."], "TXT": ['"hello"', SPF]},
    "_spf.host.fr": {"TXT": ['"v=spf1 ip4:192.0.2.0/24 -all"']},
    f"_dmarc.{HOME}": {"TXT": [DMARC]},
    # A long record stands in pieces; blanks between them mean nothing.
    DKIM: {"TXT": [f'"v=DKIM1; k=ed25519; " "p={PUBLIC[:20]}" "{PUBLIC[20:]}"']},
}


def workspace(*, address: str = f"marie@{HOME}", bounce: str | None = None) -> Settings:
    key = DkimKey(domain=HOME, selector="s1", key="file:key")
    sender = Sender(name="marie", display_name="Marie", address=address, bounce=bounce, dkim=(key,))
    return Settings(folder=Path(), senders={"marie": sender})


def looked_up(
    zone: Mapping[str, Mapping[str, Sequence[str]]],
    settings: Settings | None = None,
    pem: str = PEM,
) -> dict[str, Finding]:
    with DnsServer(zone) as server:
        domains = Domains(["127.0.0.1"], port=server.port, seconds=0.5)
        found = asyncio.run(domain_findings(settings or workspace(), domains, lambda _: pem))
    return {finding.name: finding for finding in found}


def test_a_domain_in_order_is_told_with_what_stands_there() -> None:
    found = looked_up(ZONE)

    assert {name: str(finding.message) for name, finding in found.items()} == {
        "dns.mx:broceliande.fr": "MX broceliande.fr: answers go to"
        " a.broceliande.fr, b.broceliande.fr",
        "dns.spf:broceliande.fr": "SPF broceliande.fr: v=spf1 include:_spf.host.fr ~all",
        "dns.dmarc:broceliande.fr": "DMARC broceliande.fr: p=none",
        "dns.dkim:s1._domainkey.broceliande.fr": "DKIM s1._domainkey.broceliande.fr: our key",
    }
    assert {finding.state for finding in found.values()} == {"ok"}
    assert {finding.hint for finding in found.values()} == {None}


WRONG = [
    ("mx", HOME, {"MX": ["0 ."], "TXT": [SPF]}, "error", "takes no mail"),
    ("mx", HOME, {"TXT": [SPF]}, "error", "takes no mail"),
    ("mx", HOME, {"A": ["192.0.2.1"], "TXT": [SPF]}, "ok", "the machine of that name"),
    ("spf", HOME, {"TXT": ['"v=spf10 no such version"']}, "warning", "no record"),
    ("spf", HOME, {"TXT": [SPF, '"v=spf1 -all"']}, "error", "2 records, so that none counts"),
    ("spf", HOME, {"TXT": ['"v=spf1 +all"']}, "warning", "lets anybody write"),
    ("spf", HOME, {"TXT": [f'"v=spf1 include:{HOME} ~all"']}, "error", "more than 10 look-ups"),
    ("dmarc", f"_dmarc.{HOME}", {}, "warning", "no record"),
    ("dmarc", f"_dmarc.{HOME}", {"TXT": [DMARC, '"v=DMARC1; p=none"']}, "warning", "2 records"),
    ("dmarc", f"_dmarc.{HOME}", {"TXT": ['"v=DMARC1; p=maybe"']}, "warning", "be understood"),
    ("dkim", DKIM, {}, "error", "no key is published"),
    ("dkim", DKIM, {"TXT": ['"v=DKIM1; p="']}, "error", "was withdrawn"),
    ("dkim", DKIM, {"TXT": ['"v=DKIM1; p=AAAA"']}, "error", "is not ours"),
    ("dkim", DKIM, {"TXT": [f'"v=DKIM1; t=y; p={PUBLIC}"']}, "warning", "as a test"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "name", "records", "state", "told"), WRONG)
def test_a_record_that_is_wrong_is_told_with_what_to_do(
    kind: str, name: str, records: Mapping[str, Sequence[str]], state: str, told: str
) -> None:
    found = looked_up({**ZONE, name: records})
    finding = found[f"dns.{kind}:{DKIM if kind == 'dkim' else HOME}"]

    assert finding.state == state
    assert told in str(finding.message)
    assert (finding.hint is None) == (state == "ok")
    others = {other.state for other in found.values() if other.name != finding.name}
    assert others <= ({"ok"} if kind in ("dmarc", "dkim") else {"ok", "warning", "error"})


def test_an_rsa_key_is_found_in_either_of_its_two_forms() -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    states = []
    for form in (PublicFormat.SubjectPublicKeyInfo, PublicFormat.PKCS1):
        public = base64.b64encode(key.public_key().public_bytes(Encoding.DER, form)).decode()
        zone = {**ZONE, DKIM: {"TXT": [f'"v=DKIM1; p={public[:200]}" "{public[200:]}"']}}
        states.append(looked_up(zone, pem=pem)[f"dns.dkim:{DKIM}"].state)

    assert states == ["ok", "ok"]


def test_a_subdomain_is_covered_by_the_dmarc_record_above_it() -> None:
    """And SPF is asked of the envelope's domain, DMARC of the one that readers see."""
    bounces = f"bounces.{HOME}"
    zone = {**ZONE, f"news.{HOME}": {"MX": ["1 mx.host.fr."]}, bounces: {"MX": ["1 mx.host.fr."]}}
    settings = workspace(address=f"marie@news.{HOME}", bounce=f"b+{{token}}@{bounces}")

    found = looked_up(zone, settings)

    assert sorted(found) == [
        "dns.dkim:s1._domainkey.broceliande.fr",
        "dns.dmarc:news.broceliande.fr",
        "dns.mx:bounces.broceliande.fr",
        "dns.mx:news.broceliande.fr",
        "dns.spf:bounces.broceliande.fr",
    ]
    assert str(found[f"dns.dmarc:news.{HOME}"].message) == "DMARC news.broceliande.fr: p=none"


def test_a_domain_that_does_not_exist_is_broken_and_told_once() -> None:
    found = looked_up({}).values()
    told = [f.state for f in found if str(f.message) == "the DNS knows no name broceliande.fr"]

    assert told == ["error"]


@pytest.mark.parametrize(
    ("records", "reason"),
    [(SILENT, "no answer within 0.5 s"), (BROKEN, "every name server failed")],
)
def test_a_name_server_that_does_not_answer_is_looked_at_and_not_waited_for(
    records: Mapping[str, Sequence[str]], reason: str
) -> None:
    finding = looked_up({**ZONE, HOME: records})[f"dns.mx:{HOME}"]

    assert finding.state == "warning"
    assert str(finding.message) == f"the DNS does not answer about broceliande.fr: {reason}"


def test_names_of_examples_are_never_asked() -> None:
    names = ["atelier.example", "example.com", "mail.example.org", "localhost", "a.test",
             "[127.0.0.1]", "nas.local"]  # fmt: skip
    assert [name for name in names if not is_reserved(name)] == []
    assert [name for name in ("atelier.fr", "example.fr", "test.fr") if is_reserved(name)] == []

    settings = workspace(address="marie@atelier.example")
    found = looked_up(ZONE, settings)

    assert str(found["dns:atelier.example"].message) == (
        "DNS atelier.example: not asked, such names belong to nobody"
    )
    assert sorted(found) == ["dns.dkim:s1._domainkey.broceliande.fr", "dns:atelier.example"]
