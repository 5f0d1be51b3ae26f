"""Acceptance of issue line 4.7: what the answers of a server do to people, providers, campaigns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from smtp_servers import SmtpServer
from workspaces import Workspace, mail

MONDAY = "2027-03-01T09:00"
START = datetime.fromisoformat(f"{MONDAY}:00+01:00")


class Judge(SmtpServer):
    """Answers at RCPT by what stands in the address; counts who knocked, and with what."""

    def __init__(self, answers: Mapping[str, str], **more: Any) -> None:
        super().__init__(**more)
        self.answers = dict(answers)
        self.knocks: list[str] = []

    def fault(self, stage: str, argument: str = "") -> str | None:
        if stage != "RCPT":
            return super().fault(stage, argument)
        self.knocks.append(argument.partition("<")[2].partition(">")[0])
        return next((say for part, say in self.answers.items() if part in argument), None)


def launched(workspace: Workspace, addresses: list[str], steps: str = "", head: str = "") -> None:
    workspace.people(
        (f"c{n:03}", f"Name-{n}", address, "Rennes") for n, address in enumerate(addresses)
    )
    workspace.campaign("spring", steps=steps, head=head)
    workspace.launch("spring", now=MONDAY)


def at(minutes: float) -> str:
    """So many minutes after nine on Monday, as `--now` takes it."""
    return (START + timedelta(minutes=minutes)).isoformat()


#: (local part, answer, refused?, suppressed?), each at a domain of its own. Worked out from
#: deliverability.md 1.4: 5yz never again to this recipient; only 5.1.x-like words condemn the
#: address; 5.1.0 about our own domain, reputation and authentication are ours, nobody is refused.
TABLE = (
    ("gone", "550 5.1.1 The email account that you tried to reach does not exist", True, True),
    ("nullmx", "556 5.1.10 Recipient address has null MX", True, True),
    ("moved", "551 5.1.6 Recipient has moved, no forwarding address", True, True),
    ("domainless", "550 5.1.2 Bad destination system address", True, True),
    ("oldwords", "550 No such user here", True, True),
    ("full", "552 5.2.2 Mailbox full", True, False),
    ("big", "552 5.3.4 Message too big for system", True, False),
    ("protocol", "554 5.5.2 Syntax error", True, False),
    ("content", "554 5.6.0 Message content rejected", True, False),
    ("policy", "550 5.7.1 Delivery not authorized, message refused", True, False),
    ("listed", "550 5.1.0 MailFrom domain is listed in Spamhaus DBL", False, False),
    ("spf", "550 5.7.26 This message does not pass SPF and DKIM authentication checks", False,
     False),
    ("pace", "421 4.7.28 Unusual rate of unsolicited mail from your IP", False, False),
    ("busy", "450 4.2.1 Mailbox busy", False, False),
    ("unknown4", "450 4.1.1 User unknown in local recipient table, try again", False, False),
)  # fmt: skip


def test_the_code_decides_who_is_refused_whose_address_is_dead_and_who_is_asked_again(
    workspace: Workspace,
) -> None:
    """Fifteen answers at fifteen domains, then a follow-up: only the dead lose it."""
    steps = mail() + mail("reminder", "after: mail + 5 days")
    launched(workspace, [f"{name}@{name}.example" for name, *_ in TABLE], steps)
    with Judge({f"<{name}@": say for name, say, *_ in TABLE}) as server:
        workspace.settings(server.port, connections=1)
        first = workspace.ok("run", now=MONDAY, code=1)
        refused = [f"{n}@{n}.example" for n, _, no, _ in TABLE if no]
        assert (first["sent"], first["refused"], first["unknown"]) == (0, len(refused), 0)
        for name in ("listed", "spf", "pace"):
            assert any(f"{name}.example" in error["message"] for error in first["errors"]), name
        for name, say, *_ in TABLE[:10]:
            told = " ".join(workspace.run("why", f"{name}@{name}.example").out.split())
            assert say[:20] in told, told

        # Everybody is well on Tuesday: those who were asked to wait get it, nobody else.
        server.answers.clear()
        second = workspace.ok("run", now="2027-03-02T09:00")
        waited = [f"{n}@{n}.example" for n, _, no, _ in TABLE if not no]
        assert second["sent"] == len(waited)
        assert sorted(server.recipients) == sorted(waited)

        # The follow-up: the refused but living get it too (their first was passed over).
        for day in ("06", "07", "08"):
            workspace.ok("run", now=f"2027-03-{day}T10:00")
        dead = {f"{n}@{n}.example" for n, _, _, gone in TABLE if gone}
        copies = Counter(server.recipients)
    assert {who for who in copies if who in dead} == set()
    assert {who: copies[who] for who in waited} == dict.fromkeys(waited, 2)
    assert {who: copies[who] for who in refused if who not in dead} == dict.fromkeys(
        [who for who in refused if who not in dead], 1
    )
    workspace.campaign("later", head="alongside: true\n")
    later = workspace.ok("launch", "later", "--dry-run", now="2027-03-20T09:00")
    assert later["excluded"] == {"bounced": len(dead)}


def test_the_waits_grow_as_the_rfc_asks_and_end_after_two_days(workspace: Workspace) -> None:
    """7.5 min (greylisting: 5 to 10), 30 min, 1 h, 2 h, then 4 h, each ± 20 %; 48 h at most."""
    launched(workspace, ["busy@one.example", "fine@two.example"])
    workspace.settings(more='    bounce: "bounce+{token}@atelier.example"\n')
    tries: list[datetime] = []
    now = START
    with Judge({"busy@": "451 4.3.0 Temporary lookup failure"}) as server:
        settings = workspace.folder / "outreach.yaml"
        settings.write_text(settings.read_text().replace("port: 9,", f"port: {server.port},"))
        for _ in range(40):
            done = workspace.ok("run", now=now.isoformat())
            tries.append(now)
            if done["refused"]:
                break
            assert done["deferred"] == 1, done
            now = datetime.fromisoformat(done["not_before"])
        knocks = server.knocks.count("busy@one.example")
        assert len(set(server.reverse_paths)) == 1
    waits = [(later - earlier).total_seconds() / 60 for earlier, later in pairwise(tries)]
    for wait, usual in zip(waits, (7.5, 30, 60, 120, *[240] * 40), strict=False):
        assert usual * 0.8 - 0.1 <= wait <= usual * 1.2 + 0.1, waits
    assert knocks == len(tries)
    whole = (tries[-1] - tries[0]).total_seconds() / 3600
    assert 43 <= whole <= 53, whole
    assert workspace.by_state("spring") == {"sent": 1, "refused": 1}
    assert "4.3.0" in workspace.run("why", "busy@one.example").out
    workspace.campaign("later", head="alongside: true\n")
    assert workspace.ok("launch", "later", "--dry-run")["excluded"] == {}


def test_a_greylisted_message_comes_back_as_the_same_message_from_the_same_sender(
    workspace: Workspace,
) -> None:
    """RFC 6647: the same envelope sender, also with VERP; first again after 5 to 10 minutes."""
    launched(workspace, ["grey@one.example", "fine@two.example"])
    with Judge({"grey@": "451 4.7.1 Greylisting in action, please come back later"}) as server:
        workspace.settings(
            server.port, connections=1, more='    bounce: "bounce+{token}@atelier.example"\n'
        )
        first = workspace.ok("run", now=MONDAY)
        assert (first["sent"], first["deferred"], "errors" in first) == (1, 1, False)
        minutes = (datetime.fromisoformat(first["not_before"]) - START).total_seconds() / 60
        assert 5 <= minutes <= 10
        assert workspace.ok("run", now=at(minutes - 2))["sent"] == 0
        assert server.knocks.count("grey@one.example") == 1

        # Another try, kept but said to be deferred after the data: the bytes of both compared.
        server.answers.clear()
        server.faults["BODY"] = "451 4.7.1 Greylisting in action"
        server.only_for, server.times = "grey@", 1
        again = workspace.ok("run", now=first["not_before"])
        assert (again["sent"], again["deferred"]) == (0, 1)
        assert workspace.ok("run", now=again["not_before"])["sent"] == 1
        paths = server.reverse_paths
        contents = [content for who, content in server.received if who.startswith("grey@")]
    assert len(contents) == 2
    assert contents[0] == contents[1]
    assert paths[-1] == paths[-2] != paths[0]


def test_what_one_domain_of_a_group_says_silences_the_whole_group_and_nobody_else(
    workspace: Workspace,
) -> None:
    """Orange and Wanadoo are one provider, Gmail another, a firm's domain a third."""
    launched(
        workspace,
        [f"a{n}@{d}" for n in range(3)
         for d in ("orange.fr", "wanadoo.fr", "gmail.com", "mairie.example")],
    )  # fmt: skip
    refusal = "550 5.7.1 Service refused, your IP has a poor reputation (OFR_506)"
    with Judge({"orange.fr": refusal, "wanadoo.fr": refusal}) as server:
        workspace.settings(server.port, connections=1)
        done = workspace.ok("run", now=MONDAY, code=1)
        assert (done["sent"], done["refused"]) == (6, 0)
        (error,) = done["errors"]
        assert "poor reputation" in error["message"]
        french = [who for who in server.knocks if who.endswith((".fr",))]
        assert len(french) <= 2, french
        assert workspace.by_state("spring") == {"sent": 6, "due": 6}
        # `why`, `status` and later runs tell it too.
        waits = workspace.ok("why", "a2@wanadoo.fr", now=at(5))["campaigns"][0]["next"]
        assert waits["at"] == "2027-03-01T09:10:00+01:00"
        assert "asked for silence: 550 5.7.1 Service refused" in waits["what"]
        status = workspace.run("status", "spring", "--now", at(5)).out
        sentence = "Orange takes nothing from 'marie'; silence until 01/03/2027, 09:10"
        for told in (status, workspace.run("status", "--now", at(5)).out):
            assert sentence in " ".join(told.split())
            assert max(map(len, told.splitlines())) <= 80
        again = workspace.run("run", "--now", at(5))
        assert (again.code, again.err) == (0, "")
        assert "Next: 01/03/2027, 09:10 (the server asked for silence" in again.out
        assert workspace.ok("status", "spring", now=at(11))["silences"] == []

        # A campaign launched meanwhile for the same provider does not knock either.
        knocked = len(server.knocks)
        workspace.campaign("second", head="alongside: true\n")
        workspace.launch("second", now=at(2))
        during = workspace.ok("run", "second", now=at(3))
        assert during["sent"] == 6
        assert [who for who in server.knocks[knocked:] if who.endswith(".fr")] == []

        # After the silence: all of them, once.
        server.answers.clear()
        assert workspace.ok("run", now=at(30))["sent"] == 12
    assert set(Counter(server.recipients).values()) == {2}


def test_gmail_s_4_7_28_asks_for_ten_minutes_and_gets_them(workspace: Workspace) -> None:
    launched(workspace, [f"a{n}@gmail.com" for n in range(4)] + ["b@other.example"])
    slow = "421-4.7.28 Our system has detected an unusual rate of mail.\r\n421 4.7.28 gsmtp"
    with Judge({"gmail.com": slow}) as server:
        workspace.settings(server.port, connections=1)
        done = workspace.ok("run", now=MONDAY, code=1)
        assert (done["sent"], done["refused"], done["unknown"]) == (1, 0, 0)
        assert done["not_before"] == "2027-03-01T09:10:00+01:00"
        assert done["errors"][0]["message"].startswith("Google takes nothing from 'marie'")
        knocked = len(server.knocks)
        server.answers.clear()
        assert workspace.ok("run", now=at(8))["sent"] == 0
        assert len(server.knocks) == knocked
        assert workspace.ok("run", now=at(11))["sent"] == 4


def test_421_closes_and_waits_and_is_never_a_doubt(workspace: Workspace) -> None:
    """At the greeting, at RCPT, at DATA, after the final dot: nobody twice or lost."""
    launched(workspace, [f"a{n}@{n}.example" for n in range(8)])
    now = 0.0
    with SmtpServer() as server:
        workspace.settings(server.port, connections=1)
        for stage in ("GREETING", "RCPT", "DATA", "BODY_LOST"):
            server.faults, server.times = {stage: "421 4.3.2 closing, come back"}, 1
            done = workspace.ok("run", "--limit", "2", now=at(now))
            assert (done["refused"], done["unknown"]) == (0, 0), (stage, done)
            assert server.times == 0, stage
            now += 60
        server.faults = {}
        while workspace.by_state("spring") != {"sent": 8}:
            workspace.ok("run", now=at(now))
            now += 60
            assert now < 60 * 24
    assert len(server.recipients) == len(set(server.recipients)) == 8


def test_thirty_refusals_among_a_hundred_pause_this_campaign_alone(workspace: Workspace) -> None:
    """Two of three are refused as too big, never twenty in a row; the other campaign goes on."""
    addresses = [f"{'no' if n % 3 else 'ok'}{n:03}@{n}.example" for n in range(90)]
    launched(workspace, addresses)
    workspace.people([("z1", "Zed", "z1@z.example", "Nantes")])
    workspace.campaign("autumn", 'city = "Nantes"')
    workspace.launch("autumn", now=MONDAY)
    with Judge({"<no": "554 5.6.0 content not wanted here"}) as server:
        workspace.settings(server.port, connections=1)
        done = workspace.ok("run", now=MONDAY, code=1)
        assert 30 <= done["refused"] <= 32, done
        assert any("'spring' was paused" in error["message"] for error in done["errors"])
        assert workspace.by_state("autumn") == {"sent": 1}
        status = workspace.ok("status", "spring")
        assert status["state"] == "paused"
        assert "content not wanted" in status["reason"]
        assert "paused" in workspace.run("status").out.lower()
        left = status["by_state"]["due"]
        assert left + done["refused"] + done["sent"] - 1 == 90
        again = workspace.run("run", "--now", at(60))
        assert again.out.startswith("0 sent, ")
        assert "Paused since" in again.err
        assert "content not wanted" in again.err
        assert workspace.run("run", "--quiet", "--now", at(60)).err == ""

        # Taken up again, the old refusals do not pause it at once.
        workspace.ok("resume", "spring", now=at(61))
        server.answers.clear()
        assert workspace.ok("run", now=at(62))["sent"] == left
