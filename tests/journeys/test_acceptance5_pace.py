"""Acceptance of issue line 4.5: limits, per sender, domain, provider (MX) and campaign."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.utils import parsedate_to_datetime
from itertools import pairwise

import dns.resolver
import pytest
from dns_server import DnsServer
from smtp_servers import SmtpServer
from workspaces import Workspace, until

from outreach.store.engine import Database

#: A Monday; Paris is an hour ahead of UTC.
MONDAY = "2027-03-01T09:00"
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def left(server: SmtpServer) -> list[tuple[datetime, str]]:
    """When each message left by the pretended clock (its Date), and to whom, in that order."""
    return sorted(
        (parsedate_to_datetime(message_from_bytes(content)["Date"]), recipient)
        for recipient, content in server.received
    )


def fullest(instants: Sequence[datetime], length: timedelta) -> int:
    """The most in any window of that length, from one of them on, its end not included."""
    return max(sum(one <= other < one + length for other in instants) for one in instants)


def at(server: SmtpServer, domain: str = "") -> list[datetime]:
    return [instant for instant, recipient in left(server) if recipient.endswith(domain)]


def at_domains(workspace: Workspace, counts: Mapping[str, int]) -> None:
    """So many people of Rennes at each of these domains, in that order."""
    domains = [domain for domain, count in counts.items() for _ in range(count)]
    workspace.people(
        (f"p{n:04}", f"Name-{n}", f"p{n:04}@{domain}", "Rennes") for n, domain in enumerate(domains)
    )


def second_sender(port: int, limits: str = "{}") -> str:
    """Paul, beside Marie, in `more` of the settings."""
    return f"""\
  paul:
    from: Paul Roux <paul@atelier.example>
    smtp: {{host: 127.0.0.1, port: {port}, security: none}}
    limits: {limits}
"""


def test_any_minute_hour_and_day_of_a_sender_holds_no_more_than_allowed(
    base: Database, workspace: Workspace
) -> None:
    """Runs at awkward instants over two days; each span is used in full and never exceeded."""
    settings = (workspace.folder / "outreach.yaml").read_text()
    store = "".join(line + "\n" for line in settings.splitlines() if line.startswith("store:"))
    workspace.townspeople(100)
    workspace.campaign("spring")
    workspace.launch("spring", now=MONDAY)
    runs = [
        "2027-03-01T09:00:00", "2027-03-01T09:59:30", "2027-03-01T10:01:00", "2027-03-01T23:50:00",
        "2027-03-02T08:59:59", "2027-03-02T09:00:20", "2027-03-02T10:30:00",
    ]  # fmt: skip
    with SmtpServer() as server:
        limits = "{per_minute: 6, per_hour: 15, per_day: 40}"
        workspace.settings(server.port, limits=limits, more=store)
        first = workspace.ok("run", now=runs[0])
        assert (first["sent"], first["not_before"]) == (15, "2027-03-01T10:00:00+01:00")
        for now in runs[1:]:
            workspace.ok("run", now=now)
        instants = at(server)
        assert fullest(instants, MINUTE) == 6
        assert fullest(instants, HOUR) == 15
        assert fullest(instants, DAY) == 40
        assert len(set(server.recipients)) == len(instants)


def test_a_second_is_kept_by_the_clock_of_the_receiver(workspace: Workspace) -> None:
    """Ten a second over four connections, by the real clock: when the server has them."""
    workspace.townspeople(17)
    workspace.campaign("spring")
    workspace.launch("spring")
    with SmtpServer() as server:
        arrivals: list[datetime] = []
        received = server.received
        workspace.settings(server.port, limits="{per_second: 10}")
        process = workspace.start("run")
        while process.poll() is None:
            arrivals += [datetime.now()] * (len(received) - len(arrivals))
            time.sleep(0.001)
    assert process.returncode == 0
    assert len(arrivals) == 17
    assert fullest(arrivals, SECOND) <= 10
    assert arrivals[-1] - arrivals[0] >= 1.5 * SECOND


def test_fractions_and_an_uneven_rate_hold_too(workspace: Workspace) -> None:
    """Half a message a minute is one in two minutes; seven a minute is never eight."""
    workspace.townspeople(30)
    workspace.campaign("spring")
    workspace.launch("spring", now=MONDAY)
    with SmtpServer() as server:
        workspace.settings(server.port, limits="{per_minute: 0.5}")
        first = workspace.ok("run", now=MONDAY)
        assert (first["sent"], first["not_before"]) == (1, "2027-03-01T09:02:00+01:00")
        assert workspace.ok("run", now="2027-03-01T09:00:59")["sent"] == 0
        assert workspace.ok("run", now="2027-03-01T09:02:00")["sent"] == 1
        workspace.settings(server.port, limits="{per_minute: 7}")
        workspace.ok("run", now="2027-03-01T10:00:00")
        assert fullest(at(server), MINUTE) == 7
        assert len(server.received) == 30


def test_after_a_kill_the_day_of_the_sender_is_still_the_day(workspace: Workspace) -> None:
    """What died on the wire counts: the server never has more than ten of a day."""
    workspace.townspeople(30)
    workspace.campaign("spring")
    workspace.launch("spring", now=MONDAY)
    with SmtpServer(delay=0.05) as server:
        workspace.settings(server.port, connections=2, limits="{per_day: 10}")
        for minute, enough in ((0, 3), (1, 6)):
            process = workspace.start("run", "--now", f"2027-03-01T09:0{minute}")
            until(lambda enough=enough: len(server.received) >= enough, process)
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        after = workspace.run("run", "--json", "--now", "2027-03-01T09:05")
        assert after.code in (0, 6)
        day = len(server.received)
        doubt = workspace.by_state("spring").get("unknown", 0)
        assert 10 - doubt <= day <= 10
        assert fullest(at(server), DAY) <= 10
        again = workspace.run("run", "--json", "--now", "2027-03-01T23:00").json
        assert (again["sent"], len(server.received)) == (0, day)
        assert datetime.fromisoformat(again["not_before"]) >= datetime.fromisoformat(
            "2027-03-02T09:00:00+01:00"
        )
        workspace.run("run", "--now", "2027-03-02T09:10")
        assert fullest(at(server), DAY) <= 10
        assert set(Counter(server.recipients).values()) == {1}


def test_a_campaign_s_limit_counts_over_all_its_senders(
    workspace: Workspace,
) -> None:
    workspace.townspeople(30)
    workspace.campaign("spring", head="limits: {per_minute: 4, per_hour: 10, per_day: 16}\n")
    text = (workspace.folder / "campaigns/spring.yaml").read_text()
    workspace.write("campaigns/spring.yaml", text.replace("sender: marie", "sender: [marie, paul]"))
    with SmtpServer() as one, SmtpServer() as two:
        workspace.settings(one.port, more=second_sender(two.port))
        workspace.launch("spring", now=MONDAY)
        done = workspace.ok("run", now=MONDAY)
        assert (done["sent"], done["not_before"]) == (10, "2027-03-01T10:00:00+01:00")
        for now in ("2027-03-01T09:59:00", "2027-03-01T10:00:10", "2027-03-01T15:00"):
            workspace.ok("run", now=now)
        both = sorted(at(one) + at(two))
        assert one.received
        assert two.received
        assert [fullest(both, span) for span in (MINUTE, HOUR, DAY)] == [4, 10, 16]


def test_a_sender_s_limits_count_over_its_campaigns(workspace: Workspace) -> None:
    workspace.townspeople(10)
    for name in ("spring", "autumn"):
        workspace.campaign(name, head="alongside: true\n")
        workspace.launch(name, now=MONDAY)
    with SmtpServer() as server:
        workspace.settings(server.port, limits="{per_minute: 3, per_day: 12}")
        for now in (MONDAY, "2027-03-01T16:00", "2027-03-02T09:00:30"):
            workspace.ok("run", now=now)
        instants = at(server)
    assert [fullest(instants, span) for span in (MINUTE, DAY)] == [3, 12]
    assert set(Counter(server.recipients).values()) <= {1, 2}


def test_each_domain_has_its_own_minute_and_a_crowd_at_one_delays_no_other(
    workspace: Workspace,
) -> None:
    """1,100 people of one domain are first in the queue, more than a run looks at at once."""
    at_domains(workspace, {"crowd.example": 1100, "one.example": 3, "two.example": 1})
    workspace.campaign("spring")
    workspace.launch("spring", now=MONDAY)
    with SmtpServer() as server:
        workspace.settings(server.port, limits="{per_domain_per_minute: 2}")
        workspace.ok("run", "--until", "09:03", now=MONDAY)
        start = datetime.fromisoformat(MONDAY + "+01:00")
        assert at(server, "two.example") == [start]
        assert at(server, "one.example") == [start, start + 30 * SECOND, start + MINUTE]
        assert fullest(at(server, "crowd.example"), MINUTE) == 2
        assert len(at(server, "crowd.example")) == 6


def test_a_domain_that_the_server_closed_delays_no_other_and_stays_closed_over_runs(
    workspace: Workspace,
) -> None:
    at_domains(workspace, {"closed.example": 20, "open.example": 5})
    workspace.campaign("spring")
    workspace.launch("spring", now=MONDAY)
    says = {"RCPT": "450 4.7.28 our system has detected an unusual rate of mail, try later"}
    with SmtpServer(says, only_for="closed.example") as server:
        workspace.settings(server.port)
        done = workspace.ok("run", now=MONDAY, code=1)
        assert done["sent"] == 5
        assert "closed.example" in done["errors"][0]["message"]
        assert set(at(server, "open.example")) == {datetime.fromisoformat(MONDAY + "+01:00")}
        assert done["not_before"] >= "2027-03-01T09:10:00+01:00"
        server.faults = {}
        assert workspace.ok("run", now="2027-03-01T09:05")["sent"] == 0
        assert workspace.ok("run", now="2027-03-01T12:00")["sent"] == 20


def test_a_provider_is_all_its_domains_and_every_firm_whose_mail_it_receives(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name server says by MX that two firms are with Google, one with Microsoft, one alone.

    By the real clock: the DNS is asked in the first run and believed in the others.
    """
    zone = {
        "firm-a.example": {"MX": ["1 aspmx.l.google.com.", "5 alt1.aspmx.l.google.com."]},
        "firm-b.example": {"MX": ["1 smtp.google.com."]},
        "firm-c.example": {"MX": ["0 firm-c-example.mail.protection.outlook.com."]},
        "firm-d.example": {"MX": ["10 mx.firm-d.example."]},
    }
    at_domains(workspace, {
        "gmail.com": 1, "firm-a.example": 2, "firm-b.example": 1, "googlemail.com": 1,
        "hotmail.fr": 1, "firm-c.example": 1, "firm-d.example": 4,
    })  # fmt: skip
    workspace.campaign("spring")
    workspace.launch("spring")
    with DnsServer(zone) as names, SmtpServer() as server:

        def machine(resolver: dns.resolver.BaseResolver, *_: object) -> None:
            resolver.nameservers, resolver.port = ["127.0.0.1"], names.port

        monkeypatch.setattr(dns.resolver.BaseResolver, "read_resolv_conf", machine)
        limits = "provider_limits: {google: {per_hour: 3}, microsoft: {per_day: 1}}\n"
        workspace.settings(server.port, more=limits)
        for _ in range(2):
            workspace.ok("run")
            domains = Counter(recipient.partition("@")[2] for recipient in server.recipients)
            assert domains["firm-d.example"] == 4
            assert domains["hotmail.fr"] + domains["firm-c.example"] == 1
            assert len(server.received) == 8
        asked = sorted(names.asked)
        assert asked == sorted(f"MX firm-{name}.example" for name in "abcd")
        # What is known by now also holds for a rehearsal of the coming days.
        tomorrow = (datetime.now(UTC) + DAY + HOUR).isoformat()
        dry = workspace.ok("run", "--dry-run", now=tomorrow)
        assert (dry["would"]["sent"], dry["would"]["remaining"]) == (3, 0)


def test_a_provider_s_limit_holds_for_all_senders_together(workspace: Workspace) -> None:
    at_domains(workspace, {"orange.fr": 8, "wanadoo.fr": 8, "mail.example": 2})
    workspace.campaign("spring")
    text = (workspace.folder / "campaigns/spring.yaml").read_text()
    workspace.write("campaigns/spring.yaml", text.replace("sender: marie", "sender: [marie, paul]"))
    with SmtpServer() as server:
        limits = "provider_limits: {orange: {per_minute: 2, per_hour: 5, per_day: 9}}\n"
        workspace.settings(server.port, more=second_sender(server.port) + limits)
        workspace.launch("spring", now=MONDAY)
        for now in (MONDAY, "2027-03-01T10:00:00", "2027-03-01T12:00", "2027-03-02T09:00"):
            workspace.ok("run", now=now)
        orange = [i for i, who in left(server) if not who.endswith("mail.example")]
        assert [fullest(orange, span) for span in (MINUTE, HOUR, DAY)] == [2, 5, 9]
        assert len(at(server, "mail.example")) == 2


#: The README's table, a minute.
DEFAULTS = {
    "orange.fr": 20, "free.fr": 20, "sfr.fr": 20, "laposte.net": 20, "icloud.com": 20,
    "outlook.com": 30, "yahoo.fr": 30, "gmail.com": 60,
}  # fmt: skip


def test_providers_have_cautious_limits_from_the_first_day_unless_they_are_off(
    workspace: Workspace,
) -> None:
    """A dry run towards a mail server elsewhere tells when each would leave."""
    at_domains(workspace, dict.fromkeys(DEFAULTS, 4))
    workspace.campaign("spring")
    workspace.settings(25, host="192.0.2.1", security="tls")
    workspace.launch("spring")

    def pauses(more: str) -> dict[str, float]:
        workspace.settings(25, host="192.0.2.1", security="tls", more=more)
        rows: dict[str, list[datetime]] = {}
        for row in workspace.ok("run", "--dry-run")["messages"]:
            domain = row["email"].partition("@")[2]
            rows.setdefault(domain, []).append(datetime.fromisoformat(row["at"]))
        return {
            domain: min((b - a).total_seconds() for a, b in pairwise(sorted(instants)))
            for domain, instants in rows.items()
        }

    by_default = pauses("")
    assert {domain: round(60 / by_default[domain]) for domain in DEFAULTS} == DEFAULTS
    agreed = pauses("provider_limits: {orange: {per_minute: 40}}\n")
    assert round(60 / agreed["orange.fr"]) == 40
    assert round(60 / agreed["gmail.com"]) == 60
    assert max(pauses("provider_limits: off\n").values()) <= 1


def test_a_warm_up_grows_day_by_day_and_never_passes_the_limit(workspace: Workspace) -> None:
    """Ten, then a half more every day, at most 30: 10, 15, 22, 30, 30."""
    workspace.townspeople(120)
    workspace.campaign("spring")
    workspace.launch("spring", now=MONDAY)
    with SmtpServer() as server:
        workspace.settings(server.port, limits="{per_day: 30, warm_up: {start: 10, growth: 50%}}")
        for day in range(1, 6):
            for hour in ("09", "20"):
                workspace.ok("run", now=f"2027-03-0{day}T{hour}:0{day}")
    by_day = Counter(instant.date().day for instant in at(server))
    assert by_day == {1: 10, 2: 15, 3: 22, 4: 30, 5: 30}


def test_a_campaign_warms_up_too_and_a_plain_number_is_no_growth(workspace: Workspace) -> None:
    workspace.townspeople(16)
    warm_up = "limits: {warm_up: {start: 2, growth: 100%}}\n"
    workspace.campaign("spring", head=warm_up)
    workspace.launch("spring", now=MONDAY)
    with SmtpServer() as server:
        workspace.settings(server.port)
        sent = [workspace.ok("run", now=f"2027-03-0{day}T09:0{day}")["sent"] for day in (1, 2, 3)]
    assert sent == [2, 4, 8]

    workspace.campaign("autumn", head=warm_up.replace("100%", "20"))
    (error,) = workspace.run("check", "autumn", "--json").json["problems"]
    assert (error["line"], "10%" in error["hint"]) == (4, True)


def test_a_personal_sender_pauses_unevenly_also_between_runs(workspace: Workspace) -> None:
    """`gap: 20-50`: each pause within these bounds, over nine runs and one within the run."""
    workspace.townspeople(26)
    workspace.campaign("spring")
    workspace.launch("spring", now=MONDAY)
    with SmtpServer() as server:
        workspace.settings(server.port, limits="{gap: 20-50}")
        workspace.ok("run", "--limit", "20", now=MONDAY)
        last = at(server)[-1]
        for _ in range(6):
            workspace.ok("run", "--limit", "1", now=(last + SECOND).isoformat())
            last = at(server)[-1]
        instants = at(server)
    assert len(instants) == 26
    pauses = [(b - a).total_seconds() for a, b in pairwise(instants)]
    assert min(pauses) >= 19
    assert max(pauses) <= 51
    assert len(set(pauses)) >= 8
    assert fullest(instants, MINUTE) <= 3
