"""Acceptance of issue line 4.9: cron's command over several campaigns, and what `deploy/` ships."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
from conftest import missing
from smtp_servers import HANG_UP, SmtpServer
from workspaces import Result, Workspace, mail, until

MONDAY = "2027-03-01T09:00"
DEPLOY = Path(__file__).parents[2] / "deploy"
PROGRAM = Path(sys.executable).with_name("outreach")
ASIDE = "alongside: true\n"


def in_french(workspace: Workspace) -> None:
    path = workspace.folder / "outreach.yaml"
    path.write_text(path.read_text().replace("locale: en_GB", "locale: fr_FR"))


def files_beside_the_base(workspace: Workspace) -> Mapping[str, bytes]:
    """Every file of the workspace but the base, which is compared by its content, log and lock."""
    return {
        str(path.relative_to(workspace.folder)): path.read_bytes()
        for path in sorted(workspace.folder.rglob("*"))
        if path.is_file() and not path.name.startswith(("outreach.db", "outreach.lo"))
    }


def test_one_command_does_what_is_due_of_all_campaigns_and_only_that(
    workspace: Workspace,
) -> None:
    """Two of e-mails by two senders, letters, calls; one not begun, one paused, one stopped."""
    rows = [
        (f"{city[0]}{number}", f"Name-{number}", f"{city[0]}{number}@mail.example".lower(),
         city, "35000", f"{number} rue du Four", "02 99 00 00 0" + str(number))
        for city, count in (("Rennes", 4), ("Nantes", 3), ("Brest", 2), ("Lyon", 1))
        for number in range(1, count + 1)
    ]  # fmt: skip
    workspace.people(rows, "Ref;Last name;E-mail;City;Postal code;Street;Phone")
    workspace.write("templates/calls/guide.yaml", "title: Guide\nintroduction: Hello\n")
    workspace.campaign("mail-rennes", head=ASIDE)
    workspace.campaign("mail-nantes", 'city = "Nantes"', head=ASIDE)
    nantes = workspace.folder / "campaigns" / "mail-nantes.yaml"
    nantes.write_text(nantes.read_text().replace("sender: marie", "sender: paul"))
    workspace.campaign(
        "post", 'city = "Brest"', head=ASIDE,
        steps="  - {step: letter, channel: letter, template: letter.docx}\n",
    )  # fmt: skip
    workspace.campaign(
        "phone", 'city = "Lyon"', head=ASIDE,
        steps="  - {step: call, channel: call, guide: calls/guide.yaml}\n",
    )  # fmt: skip
    workspace.campaign("next-month", head=ASIDE + "start: 2027-04-01\n")
    workspace.campaign("held-back", head=ASIDE)
    workspace.campaign("ended", head=ASIDE)
    with SmtpServer() as server:
        paul = (
            "  paul:\n    from: Paul Rey <paul@atelier.example>\n"
            f"    smtp: {{host: 127.0.0.1, port: {server.port}, security: none}}\n"
        )
        workspace.settings(server.port, more=paul)
        for name in ("mail-rennes", "mail-nantes", "post", "phone", "next-month", "held-back",
                     "ended"):  # fmt: skip
            workspace.launch(name, now=MONDAY)
        workspace.ok("pause", "held-back")
        workspace.ok("stop", "ended", "--yes")

        stored, files = workspace.stored(), files_beside_the_base(workspace)
        would = workspace.ok("run", "--dry-run", now=MONDAY)["would"]
        in_words = workspace.run("run", "--dry-run", now=MONDAY)
        assert (would["sent"], in_words.code) == (7, 0)
        assert workspace.stored() == stored
        assert sorted(files_beside_the_base(workspace)) == sorted(files)
        assert files_beside_the_base(workspace) == files
        assert server.connections == 0

        first = workspace.ok("run", "mail-nantes", now=MONDAY)
        assert (first["sent"], first["letters"]) == (3, 0)
        assert server.reverse_paths == ["paul@atelier.example"] * 3
        assert workspace.ok("run", "--limit", "1", now=MONDAY)["sent"] == 1
        done = workspace.ok("run", now=MONDAY)
        assert (done["sent"], done["tasks"]) == (3, 1)
        # Whatever a limit of e-mails is, letters are printed once.
        printed = list((workspace.folder / "data" / "outbox" / "letters").rglob("*bundle*.docx"))
        assert len(printed) == 1, printed
        again = workspace.ok("run", now=MONDAY)
        assert (again["sent"], again["not_before"]) == (0, "2027-04-01T00:00:00+02:00")
        assert list((workspace.folder / "data" / "outbox").rglob("*bundle*.docx")) == printed
        wrong = workspace.run("run", "mail-renes", now=MONDAY)
        assert (wrong.code, "mail-rennes" in wrong.err) == (2, True)
    assert Counter(server.reverse_paths) == {"paul@atelier.example": 3, "marie@atelier.example": 4}
    assert len(set(server.recipients)) == 7


def test_a_campaign_that_cannot_go_on_stops_no_other_and_the_end_says_both(
    workspace: Workspace,
) -> None:
    workspace.townspeople(3)
    workspace.write("templates/other.html.j2", "<p>Hello {{ last_name }}.</p>\n")
    workspace.campaign("good", head=ASIDE)
    workspace.campaign("changed", head=ASIDE, steps=mail(template="other.html.j2"))
    with SmtpServer() as server:
        workspace.settings(server.port)
        workspace.launch("changed", now=MONDAY)
        workspace.launch("good", now=MONDAY)
        workspace.write("templates/other.html.j2", "<p>Good day {{ last_name }}.</p>\n")
        done = workspace.run("run", now=MONDAY)
    assert (done.code, len(server.received)) == (1, 3)
    assert done.out.startswith("3 sent, ")
    assert "changed" in done.err
    assert "launch changed --confirm-change" in done.err


def test_a_run_in_french_is_one_line_in_french(workspace: Workspace) -> None:
    """The same numbers in the same order as in English, one line however long it is."""
    people = workspace.townspeople(130)
    workspace.campaign("spring")
    workspace.launch("spring", now=MONDAY)
    with SmtpServer({"RCPT": "450 4.2.0 greylisted"}, only_for=people[0]) as server:
        workspace.settings(server.port)
        in_french(workspace)
        done = workspace.run("run", "--limit", "11", now=MONDAY)
    assert (done.code, done.err) == (0, "")
    line, *rest = done.out.splitlines()
    expected = "envoyés 10, différés 1, refusés 0, incertains 0, retenus 0, omis 0 ; restants 119"
    assert line.replace("\N{NO-BREAK SPACE}", " ") == expected
    assert not re.search(r"\b(sent|deferred|refused|held|skipped|remaining|Next)\b", done.out)
    assert len(rest) <= 1
    # Times as French people write them; a wrong one is told as it was typed.
    for time in ("9h30", "14:30", "23h"):
        assert workspace.run("run", "--limit", "0", "--until", time).code == 0, time
    for time in ("25:00", "14h75", "9:"):
        wrong = workspace.run("run", "--until", time)
        assert (wrong.code, f"'{time}'" in wrong.err) == (2, True), wrong
    assert workspace.by_state("spring") == {"sent": 10, "due": 120}


# --- deploy/ --------------------------------------------------------------------------------------


def as_cron(command: str, home: Path, **more: str) -> Result:
    """What cron does: sh, a short PATH, the home folder, no language and nothing else."""
    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd=home, capture_output=True, timeout=60,
        env={"PATH": "/usr/bin:/bin", "HOME": str(home), "SHELL": "/bin/sh", **more},
    )  # fmt: skip
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


def the_line(workspace: Workspace) -> str:
    """The command of the crontab that is shipped, with the two paths changed as it asks."""
    (line,) = (one for one in (DEPLOY / "crontab").read_text().splitlines() if "run" in one
               and not one.startswith("#"))  # fmt: skip
    assert line.startswith("*/5 * * * * ")
    command = line.removeprefix("*/5 * * * * ")
    for shipped, here in (
        ("/usr/local/bin/outreach", PROGRAM),
        ("/srv/outreach/outreach.yaml", workspace.folder / "outreach.yaml"),
    ):
        assert shipped in command
        command = command.replace(shipped, str(here))
    return command


def test_the_line_of_cron_mails_somebody_only_when_somebody_is_needed(
    workspace: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """In French, with a password in a file, somebody held, one run at a time, then a doubt."""
    home = tmp_path_factory.mktemp("home")
    people = workspace.townspeople(4)
    workspace.ok("contacts", "set", people[0], "first_name=Éléonore", "last_name=")
    workspace.write("password", "secret\n")
    (workspace.folder / "password").chmod(0o600)
    workspace.campaign("spring")
    workspace.launch("spring")
    line = the_line(workspace)
    with SmtpServer(login=("marie", "secret"), holds=True) as server:
        workspace.settings(
            server.port, connections=1, smtp=", user: marie, password: file:password"
        )
        in_french(workspace)
        first = workspace.start("run", "--json")
        until(lambda: server.open_now, first)
        assert as_cron(line, home) == Result(5, "", "")
        assert (first.poll(), server.received) == (None, [])
        server.holds = False
        first.communicate(timeout=60)
        told = as_cron(line, home)
        assert (told.code, len(server.received)) == (4, 3)
        assert "retenus 1," in told.out
        assert "\nLes messages retenus" in told.out or "\nHeld messages" in told.out
        # What it names then tells what is missing, and to whom.
        assert "outreach status CAMPAIGN" in " ".join(told.out.split())
        status = as_cron(line.replace("run --quiet", "status spring"), home)
        assert people[0] in status.out
        assert "last_name" in status.out
        workspace.ok("contacts", "set", people[0], "last_name=Évain")
        assert as_cron(line, home) == Result(0, "", "")
    assert sorted(server.recipients) == people
    assert list(home.iterdir()) == []

    workspace.campaign("doubtful", head=ASIDE)
    workspace.launch("doubtful", "--pilot", "1")
    with SmtpServer({"BODY": HANG_UP}, login=("marie", "secret")) as server:
        workspace.settings(server.port, smtp=", user: marie, password: file:password")
        told = as_cron(line, home)
    assert (told.code, "outreach settle" in told.out + told.err) == (6, True)
    numbers = (workspace.folder / "data" / "outreach.log").read_text()
    assert numbers.count(" run ") >= 5, numbers


def unit(kind: str, name: str, workspace: Workspace, target: Path) -> Path:
    """A unit as shipped, with the lines changed that it says to change."""
    text = (DEPLOY / kind / name).read_text()
    text = text.replace("/srv/outreach", str(workspace.folder)).replace(
        "%h/outreach", str(workspace.folder)
    )
    text = text.replace("/usr/local/bin/outreach", str(PROGRAM))
    text = text.replace("%h/.local/bin/outreach", str(PROGRAM)).replace(
        "User=outreach", "User=root"
    )
    path = target / name
    path.write_text(text)
    return path


def setting(path: Path, key: str) -> str:
    (found,) = re.findall(rf"^{key}=(.*)$", path.read_text(), re.MULTILINE)
    return str(found)


def test_the_service_is_stopped_finishes_the_wire_and_is_started_again(
    workspace: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """`systemctl stop` is SIGTERM, and 130 a success; without a language, as systemd starts it."""
    folder, home = tmp_path_factory.mktemp("units"), tmp_path_factory.mktemp("home")
    service = unit("system", "outreach.service", workspace, folder)
    people = workspace.townspeople(6)
    workspace.campaign("spring")
    workspace.launch("spring")
    with SmtpServer(delay=0.3) as server:
        workspace.settings(server.port, connections=1)
        started = subprocess.Popen(
            ["/bin/sh", "-c", f"exec {setting(service, 'ExecStart')}"],
            cwd=setting(service, "WorkingDirectory"), stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, env={"PATH": "/usr/bin:/bin", "HOME": str(home)},
        )  # fmt: skip
        until(lambda: server.received, started)
        started.send_signal(signal.SIGTERM)
        out, err = started.communicate(timeout=30)
        assert (started.returncode, "Traceback" in out + err) == (130, False)
        fine = set(setting(service, "SuccessExitStatus").split())
        assert ("130" in fine, fine & {"1", "4", "6"}) == (True, set())
        kept = len(server.received)
        assert workspace.by_state("spring") == {"sent": kept, "due": 6 - kept}
        server.delay = 0
        again = as_cron(setting(service, "ExecStart"), Path(setting(service, "WorkingDirectory")))
        assert again.code == 0, again
    assert sorted(server.recipients) == people


@pytest.mark.parametrize("kind", ["system", "user"])
def test_systemd_has_nothing_to_say_of_the_units_and_starts_every_five_minutes(
    workspace: Workspace, tmp_path_factory: pytest.TempPathFactory, kind: str
) -> None:
    if shutil.which("systemd-analyze") is None:
        missing("systemd-analyze is not here")
    folder, home = tmp_path_factory.mktemp(kind), tmp_path_factory.mktemp("home")
    service, timer = (
        unit(kind, f"outreach.{end}", workspace, folder) for end in ("service", "timer")
    )
    verified = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *(["--user"] if kind == "user" else []),
         str(service), str(timer)],
        capture_output=True, text=True, timeout=60,
        env={"PATH": "/usr/bin:/bin", "HOME": str(home), "XDG_RUNTIME_DIR": str(home)},
    )  # fmt: skip
    ours = [line for line in verified.stderr.splitlines() if "outreach" in line]
    assert (verified.returncode, ours) == (0, []), verified.stderr
    when = subprocess.run(
        ["systemd-analyze", "calendar", "--iterations=3", setting(timer, "OnCalendar")],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    minutes = re.findall(r"\d\d:(\d\d):00 [A-Z]", when.stdout)
    assert when.returncode == 0
    assert {int(minute) % 5 for minute in minutes} == {0}, when.stdout
