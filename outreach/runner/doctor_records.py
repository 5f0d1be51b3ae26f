"""What the doctor thinks of DNS records. Asks nothing.

Sources: RFC 5321 §5.1 and 7505 (MX), 7208 (SPF), 6376 and 8463 (DKIM), 9989 (DMARC), and what
Gmail, Yahoo, Microsoft, Orange and La Poste ask of whoever writes to many.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from outreach.errors import Text
from outreach.model.finding import Health
from outreach.runner.doctor_spf import MOST_LOOKUPS

#: Hosts that are named; the others are only more of the same.
_NAMED = 2


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a record is, and what to do about it."""

    state: Health
    message: Text
    hint: Text | None = None


def mx_verdict(domain: str, hosts: Sequence[str], *, itself: bool) -> Verdict:
    """`itself`: there is no MX, and the name is a machine's own."""
    if any(hosts):
        message = Text("MX {domain}: answers go to {hosts}", domain=domain,
                       hosts=", ".join(hosts[:_NAMED]))  # fmt: skip
        return Verdict(Health.OK, message)
    if itself:
        message = Text("MX {domain}: none, mail goes to the machine of that name", domain=domain)
        return Verdict(Health.OK, message)
    message = Text("MX {domain}: it takes no mail, answers and bounces are lost", domain=domain)
    hint = Text("add an MX record, or write another address: `reply_to:`, `bounce:`")
    return Verdict(Health.ERROR, message, hint)


def spf_verdict(domain: str, records: Sequence[str], *, lookups: int) -> Verdict:
    """`records`: the TXT records of the domain that are SPF; `lookups`: what the one costs."""
    if not records:
        message = Text("SPF {domain}: no record", domain=domain)
        hint = Text("many servers refuse mail without one; your mail host says which to add")
        return Verdict(Health.WARNING, message, hint)
    if len(records) > 1:
        message = Text("SPF {domain}: {count} records, so that none counts", domain=domain,
                       count=len(records))  # fmt: skip
        return Verdict(Health.ERROR, message, Text("put them into one record (RFC 7208 §4.5)"))
    if lookups > MOST_LOOKUPS:
        message = Text("SPF {domain}: more than {most} look-ups, so that it does not count",
                       domain=domain, most=MOST_LOOKUPS)  # fmt: skip
        return Verdict(Health.ERROR, message, Text("take out an `include:` that is not needed"))
    if {"+all", "all"} & set(records[0].lower().split()):
        message = Text("SPF {domain}: `+all` lets anybody write in your name", domain=domain)
        return Verdict(Health.WARNING, message, Text("end it with `~all` or `-all`"))
    return Verdict(Health.OK, Text("SPF {domain}: {record}", domain=domain, record=records[0]))


def dmarc_verdict(domain: str, records: Sequence[str]) -> Verdict:
    """`records`: those at the domain or the nearest one above that has any."""
    if not records:
        message = Text("DMARC {domain}: no record", domain=domain)
        hint = Text(
            "Gmail, Yahoo and Microsoft ask bulk senders for one; to begin with, a TXT record"
            " at _dmarc.{domain}: v=DMARC1; p=none",
            domain=domain,
        )
        return Verdict(Health.WARNING, message, hint)
    if len(records) > 1:
        message = Text("DMARC {domain}: {count} records, so that none counts", domain=domain,
                       count=len(records))  # fmt: skip
        return Verdict(Health.WARNING, message, Text("leave one of them"))
    policy = tags(records[0]).get("p", "").lower()
    if policy not in ("none", "quarantine", "reject"):
        message = Text("DMARC {domain}: its policy `p=` cannot be understood", domain=domain)
        hint = Text("write p=none, p=quarantine or p=reject")
        return Verdict(Health.WARNING, message, hint)
    return Verdict(Health.OK, Text("DMARC {domain}: p={policy}", domain=domain, policy=policy))


def dkim_verdict(name: str, records: Sequence[str], ours: Collection[str]) -> Verdict:
    """`name`: where the key stands; `ours`: what may stand behind `p=` there."""
    told = Text("DKIM {name}", name=name)
    publish = Text("publish the public half of the key there, or take `dkim:` out: a signature"
                   " that fails is worse than none")  # fmt: skip
    keys = [tags(record) for record in records if "p" in tags(record)]
    if not keys:
        return Verdict(Health.ERROR, Text("{what}: no key is published", what=told), publish)
    published = keys[0]["p"]
    if not published:
        return Verdict(Health.ERROR, Text("{what}: the key was withdrawn", what=told), publish)
    if published not in ours:
        message = Text("{what}: the key published there is not ours", what=told)
        return Verdict(Health.ERROR, message, publish)
    if "y" in keys[0].get("t", "").split(":"):
        message = Text("{what}: our key, marked as a test (`t=y`)", what=told)
        hint = Text("receivers may ignore it: take `t=y` out of the record")
        return Verdict(Health.WARNING, message, hint)
    return Verdict(Health.OK, Text("{what}: our key", what=told))


def no_dkim(domain: str) -> Verdict:
    """A sender that does not sign: its server may, which only a message tells."""
    message = Text("DKIM {domain}: not signed here; perhaps by the mail server", domain=domain)
    hint = Text("look for DKIM-Signature in a test: outreach test CAMPAIGN --to ADDRESS")
    return Verdict(Health.SKIPPED, message, hint)


def tags(record: str) -> Mapping[str, str]:
    """`k=v; …` as DKIM and DMARC write it (RFC 6376 §3.2); blanks mean nothing in it."""
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip().lower(): "".join(value.split()) for name, _, value in pairs if name}
