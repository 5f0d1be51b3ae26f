"""Acceptance of issue lines 1.7, 1.9 and 1.11: at most once, whatever the server or the user do."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections import Counter

import pytest
from postgres import PostgresServer
from smtp_servers import HANG_UP, SmtpServer
from workspaces import PROGRAM, Result, Workspace, letter, mail, until

MONDAY = "2027-03-01T09:00"


@pytest.fixture
def spring(workspace: Workspace) -> Workspace:
    workspace.townspeople(6)
    workspace.campaign("spring")
    workspace.launch("spring", now=MONDAY)
    return workspace


def outside(workspace: Workspace, *words: str) -> Result:
    """The command as a shell starts it."""
    done = subprocess.run(
        [*PROGRAM, *words], cwd=workspace.folder, capture_output=True, text=True,
        env={**os.environ, "PYTHONUTF8": "1"},
    )  # fmt: skip
    return Result(done.returncode, done.stdout, done.stderr)


def test_a_server_that_hangs_up_after_data_leaves_a_doubt_that_words_settle(
    spring: Workspace,
) -> None:
    """1.6, 1.7, 1.11: unknown is never re-sent by itself; settled by word; exit 6."""
    with SmtpServer({"BODY": HANG_UP}, only_for="p001", times=1) as server:
        spring.settings(server.port)
        ran = spring.ok("run", now=MONDAY, code=6)
        assert (ran["sent"], ran["unknown"]) == (5, 1)
        assert spring.run("run", "--now", MONDAY, "--json").code in (0, 6)
        assert Counter(server.recipients)["p001@mail.example"] == 1
        first = next(content for who, content in server.received if "p001" in who)

        doubt = spring.ok("settle", "spring", now=MONDAY, code=6)["unknown"]
        assert len(doubt) == 1
        told = spring.run("settle", "--now", MONDAY)
        assert "--sent" in told.out
        assert "--not-sent" in told.out
        assert "nobody knows" in spring.run("why", "p001").out
        wrong = spring.run("settle", "spring", "--sent", "p002@mail.example", "--json")
        assert wrong.code in (1, 2), wrong

        spring.ok("settle", "spring", "--not-sent", "p001@mail.example", now=MONDAY)
        again = spring.ok("run", now="2027-03-01T10:00")
        assert (again["sent"], again["unknown"]) == (1, 0)
        second = [content for who, content in server.received if "p001" in who][1]
    assert first == second
    assert Counter(server.recipients) == {
        "p001@mail.example": 2, **{f"p00{i}@mail.example": 1 for i in range(2, 7)}
    }  # fmt: skip


def test_a_doubt_settled_as_sent_counts_as_sent(spring: Workspace) -> None:
    """1.6: `settle --sent`."""
    with SmtpServer({"BODY": HANG_UP}, only_for="p001", times=1) as server:
        spring.settings(server.port)
        spring.ok("run", now=MONDAY, code=6)
        assert spring.ok("settle", "--sent", "p001@mail.example", now=MONDAY)["settled"] == 1
        assert spring.ok("run", now=MONDAY)["sent"] == 0
        assert len(server.received) == 6
    assert spring.by_state("spring") == {"sent": 6}
    assert spring.ok("report", "spring", now=MONDAY)["chain"][0]["contacts"] == 6


@pytest.mark.parametrize(
    ("faults", "expected", "code"),
    [
        ({"RCPT": "550 5.1.1 no such user"}, {"sent": 5, "refused": 1}, 0),
        ({"RCPT": "450 4.2.1 later please"}, {"sent": 5, "deferred": 1}, 0),
        ({"BODY_LOST": "554 5.7.1 looks like spam"}, {"sent": 5, "refused": 1}, 0),
        ({"BODY_LOST": "451 4.3.0 try again"}, {"sent": 5, "deferred": 1}, 0),
        ({"DATA": "452 4.3.1 full"}, {"sent": 5, "deferred": 1}, 0),
    ],
    ids=["550", "450", "554-after-data", "451-after-data", "452"],
)
def test_what_the_server_answers_to_one_message(
    spring: Workspace, faults: dict[str, str], expected: dict[str, int], code: int
) -> None:
    """1.11: a server that answers 4xx, 5xx: a lone refusal is not 4; nothing sent twice."""
    with SmtpServer(faults, only_for="p003", times=1) as server:
        spring.settings(server.port)
        ran = spring.ok("run", now=MONDAY, code=code)
        assert {key: ran[key] for key in expected} == expected
        assert ran["unknown"] == 0
        later = spring.ok("run", now="2027-03-01T15:00")
        assert later["sent"] == expected.get("deferred", 0)
    assert set(Counter(server.recipients).values()) == {1}
    if "refused" in expected:
        assert "550" in spring.run("why", "p003").out or "554" in spring.run("why", "p003").out


def test_a_server_that_is_down_or_refuses_the_password(
    spring: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """1.11: exit 1, the server is named, a next step; all messages stay due."""
    down = spring.run("run", "--now", MONDAY, "--json")
    assert down.code == 1
    assert "127.0.0.1" in down.out
    assert spring.by_state("spring") == {"due": 6}
    told = spring.run("run", "--now", MONDAY)
    assert "127.0.0.1" in told.err + told.out
    monkeypatch.setenv("P", "wrong-password")
    with SmtpServer(login=("marie", "right")) as server:
        spring.settings(server.port, smtp=", user: marie, password: env:P")
        refused = spring.run("run", "--now", "2027-03-01T10:00", "--json")
        assert refused.code == 1
        assert "wrong-password" not in refused.out + refused.err
        assert server.received == []
        assert spring.by_state("spring") == {"due": 6}
        monkeypatch.setenv("P", "right")
        assert spring.ok("run", now="2027-03-01T11:00")["sent"] == 6


def test_two_runs_at_once(spring: Workspace) -> None:
    """1.7: the second exits 5 and every message leaves once."""
    with SmtpServer(holds=True) as server:
        spring.settings(server.port, connections=1)
        first = spring.start("run", "--now", MONDAY, "--json")
        until(lambda: server.open_now, first)
        second = outside(spring, "run", "--now", MONDAY, "--json")
        assert (first.poll(), server.received) == (None, [])
        server.holds = False
        out, err = first.communicate(timeout=60)
    assert (second.code, bool(second.errors[0]["hint"])) == (5, True), second
    assert first.returncode == 0, err
    assert json.loads(out)["sent"] == 6
    assert len(server.recipients) == len(set(server.recipients)) == 6


def test_ctrl_c_finishes_what_is_on_the_wire_and_the_next_run_goes_on(spring: Workspace) -> None:
    """1.11: Ctrl-C during `run`: 130, nothing lost, nothing sent twice."""
    with SmtpServer(delay=0.4) as server:
        spring.settings(server.port, connections=1)
        run = spring.start("run", "--now", MONDAY, "--json")
        until(lambda: len(server.received) >= 2, run)
        run.send_signal(signal.SIGINT)
        out, err = run.communicate(timeout=60)
        assert run.returncode == 130, (out, err)
        assert "Traceback" not in err
        answer = json.loads(out)
        assert answer["sent"] == len(server.received)
        assert answer["remaining"] == 6 - len(server.received)
        assert spring.ok("run", now=MONDAY)["sent"] == answer["remaining"]
    assert len(server.recipients) == len(set(server.recipients)) == 6


def test_limits_dry_run_and_until(spring: Workspace) -> None:
    """1.7: the sender's limits are respected; --limit, --until, --dry-run."""
    with SmtpServer() as server:
        spring.settings(server.port, limits="{per_day: 4}")
        assert spring.ok("run", "--dry-run", now=MONDAY)["sent"] == 0
        assert spring.ok("run", "--until", "08:00", now=MONDAY)["sent"] == 0
        assert spring.ok("run", "--limit", "1", now=MONDAY)["sent"] == 1
        capped = spring.ok("run", now=MONDAY)
        assert (capped["sent"], capped["remaining"]) == (3, 2)
        assert capped["not_before"].startswith("2027-03-0")
        assert spring.ok("run", now="2027-03-02T09:30")["sent"] == 2
    assert len(set(server.recipients)) == 6


def test_a_window_and_holidays_hold_e_mails_back(workspace: Workspace) -> None:
    """CONTRACT: `window`: days, hours, holidays: skip (Easter Monday 2027 is 29 March)."""
    workspace.townspeople(1)
    workspace.campaign(
        "spring",
        head='window: {days: mon-fri, hours: "09:00-12:00, 14:00-18:00",'
        " holidays: skip}\nstart: 2027-03-27\n",
    )
    workspace.launch("spring", now="2027-03-26T09:00")
    with SmtpServer() as server:
        workspace.settings(server.port)
        for now, following in (
            ("2027-03-27T10:00", "2027-03-30T09:00:00+02:00"),
            ("2027-03-29T10:00", "2027-03-30T09:00:00+02:00"),
            ("2027-03-30T12:30", "2027-03-30T14:00:00+02:00"),
        ):
            ran = workspace.ok("run", now=now)
            assert (ran["sent"], ran["not_before"]) == (0, following), now
        assert workspace.ok("run", now="2027-03-30T14:00")["sent"] == 1


def test_now_is_refused_with_a_real_mail_server(spring: Workspace) -> None:
    """CONTRACT: `--now` is refused when a real (non-loopback) SMTP server would be used."""
    spring.settings(587, host="smtp.mail.example", security="starttls")
    done = spring.run("run", "--now", MONDAY, "--json")
    assert done.code in (1, 2)
    assert "--now" in done.errors[0]["message"]
    assert spring.by_state("spring") == {"due": 6}


COMMANDS = [
    ["contacts", "count"], ["contacts", "list"], ["contacts", "fields"],
    ["contacts", "show", "p001"],
    ["contacts", "export", "out.csv"], ["contacts", "import", "people.csv"], ["check", "spring"],
    ["preview", "spring"], ["launch", "spring", "--dry-run"], ["run", "--dry-run"], ["status"],
    ["status", "spring"], ["letters"], ["letters", "spring"], ["letters", "posted", "spring"],
    ["calls"], ["settle"], ["record", "p001", "replied"], ["record", "--from", "none.csv"],
    ["why", "p001"], ["report"], ["report", "spring"], ["plan", "effort", "--deals", "3"],
    ["suppress", "list"], ["suppress", "add", "z@z.example"],
    ["schema", "campaign"], ["init", "new"], ["check", "none"], ["frobnicate"],
    ["status", "--what"],
]  # fmt: skip


def test_json_is_one_object_before_and_after_every_command(spring: Workspace) -> None:
    """CONTRACT: `--json` (any command, before or after its name): exactly one JSON object."""
    for words in COMMANDS:
        for line in (["--json", *words], [*words, "--json"], [words[0], "--json", *words[1:]]):
            done = spring.run(*line, "--now", MONDAY)
            answer = json.loads(done.out)
            assert isinstance(answer, dict), line
            assert done.code in (0, 1, 2), (line, done)
            assert ("errors" in answer) == (done.code != 0), (line, done)


def test_the_installed_command_answers_as_a_shell_sees_it(spring: Workspace) -> None:
    """stdout holds the object alone, errors go to stderr, in a process of its own."""
    done = outside(spring, "--json", "status")
    assert (done.code, list(done.json), done.err) == (0, ["campaigns"], "")
    wrong = outside(spring, "contacts", "list", 'citty = "x"')
    assert (wrong.code, wrong.out) == (1, "")
    assert "did you mean 'city'?" in wrong.err
    assert outside(spring, "--version").out.startswith("outreach")


def test_postgresql_holds_the_same_season(workspace: Workspace, postgres: PostgresServer) -> None:
    """1.9: PostgreSQL as the store, through the command line."""
    with postgres.fresh_database() as url, SmtpServer() as server:
        workspace.settings(server.port, more=f"store: {url}\n")
        workspace.write(
            "p.csv",
            "Réf;Nom;E-mail;Ville;Adresse;Code postal;Tags;Date de commande;CA\n"
            "1;Étienne;e@x.example;Besançon;1 rue A;25000;vip;03/04/2026;10,5\n"
            "2;Muller;m@x.example;BESANCON;2 rue B;25001;;;\n"
            "3;Zola;z@x.example;Nantes;;;;2026-05-06;-3\n",
        )
        assert workspace.ok("contacts", "import", "p.csv")["created"] == 3
        assert workspace.ok("contacts", "import", "p.csv")["unchanged"] == 3
        for expression, count in (
            ('city = "besancon"', 2), ('not has_tag("VIP")', 2), ("ca < 0 or ca > 10", 2),
            ('date_de_commande != "2026-04-03"', 2), ("ca / 0 = 1", 0), ('last_name like "é%"', 1),
            ('`Code postal` in ("25000", "25001")', 2),
        ):  # fmt: skip
            assert workspace.ok("contacts", "count", expression) == {"count": count}, expression
        workspace.write("templates/l.docx", letter("last_name"))
        workspace.campaign(
            "spring", where="true",
            steps="  - {step: l, channel: letter, template: l.docx, cost: 2}\n"
            + mail("m", "after: l + 1 day"),
        )  # fmt: skip
        launched = workspace.launch("spring", now=MONDAY)
        assert (launched["enrolled"], launched["excluded"]) == (2, {"no_address": 1})
        assert workspace.ok("run", now=MONDAY)["letters"] == 2
        assert workspace.ok("letters", "posted", "spring", now=MONDAY)["posted"] == 2
        assert workspace.ok("run", now="2027-03-03T09:00")["sent"] == 2
        assert workspace.ok("run", now="2027-03-03T09:00")["sent"] == 0
        workspace.ok("record", "1", "order", "--amount", "99.90", "--margin", "50",
                     now="2027-03-04T09:00")  # fmt: skip
        report = workspace.ok("report", "spring", now="2027-03-05T09:00")
        assert (report["orders"], report["revenue"], report["profit"]) == (1, 99.9, 46)
        assert [s["contacts"] for s in report["chain"]] == [2, 1, 1, 1, 1]
        assert workspace.ok("contacts", "count", 'kind = "customer"') == {"count": 1}
        assert not (workspace.folder / "data/outreach.db").exists()
    assert sorted(server.recipients) == ["e@x.example", "m@x.example"]


def test_a_store_that_cannot_be_reached(workspace: Workspace) -> None:
    """1.11: exit 1 and a next step, not a traceback."""
    workspace.settings(more="store: postgresql://nobody@127.0.0.1:9/none\n")
    done = workspace.run("status", "--json")
    assert (done.code, bool(done.errors[0]["message"])) == (1, True)
    assert "Traceback" not in done.err
