"""`letters print` keeps back what a run keeps back: e-mails of the day go first.

March 2027: the 1st is a Monday. m2 and the letter l1 are due on Thu 4, three days of rest.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from smtp_servers import SmtpServer
from workspaces import Workspace, mail

THREE_DAYS = "pressure: {min_days_between_touches: 3}\n"
LETTER = "  - {step: l1, channel: letter, after: m1 + 3 days, template: letter.docx}\n"
THURSDAY = "2027-03-04T08:00"


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer() as running:
        yield running


@pytest.fixture
def spring(workspace: Workspace, server: SmtpServer) -> Workspace:
    """Three people got m1 on Monday."""
    workspace.people(
        ((f"p{n}", f"N{n}", f"p{n}@mail.example", "1 rue", "35000", "Rennes") for n in range(1, 4)),
        header="Ref;Last name;E-mail;Street;Postal code;City",
    )
    workspace.settings(server.port, more=THREE_DAYS)
    steps = mail("m1") + mail("m2", "after: m1 + 3 days") + LETTER
    workspace.campaign("spring", steps=steps)
    workspace.launch("spring", now="2027-03-01T09:00")
    workspace.ok("run", now="2027-03-01T09:30")
    return workspace


def test_before_the_run_of_the_day_no_letter_overtakes_its_email(spring: Workspace) -> None:
    """m2 is due at 9:30: at eight nothing is printed. The run sends m2, and l1 has Sun 7."""
    printed = spring.ok("letters", "spring", now=THURSDAY)
    assert (printed["letters"], printed["waiting"]) == (0, 3)
    told = spring.run("letters", "spring", now=THURSDAY).out
    assert "3 letters wait: their people were contacted lately, or get an e-mail first" in told
    assert spring.ok("run", now="2027-03-04T10:00")["sent"] == 3
    assert spring.ok("letters", "spring", now="2027-03-04T11:00")["letters"] == 0
    assert spring.ok("letters", "spring", now="2027-03-07T11:00")["letters"] == 3


def test_letters_of_those_whose_email_the_limits_keep_back_are_printed(
    spring: Workspace, server: SmtpServer
) -> None:
    """Two e-mails a day: m2 leaves to two on Thu 4, the letter of the third one comes that day."""
    spring.settings(server.port, limits="{per_day: 2}", more=THREE_DAYS)
    printed = spring.ok("letters", "spring", now=THURSDAY)
    assert (printed["letters"], printed["waiting"]) == (1, 2)
    assert spring.ok("run", now="2027-03-04T10:00")["sent"] == 2


def test_emails_of_another_campaign_go_first_too(spring: Workspace) -> None:
    """A letter of `autumn` is due on Thu 4, as m2 of `spring` is."""
    letter = "  - {step: l9, channel: letter, template: letter.docx}\n"
    spring.campaign("autumn", head="alongside: true\n", steps=letter)
    spring.launch("autumn", now="2027-03-04T07:00")
    printed = spring.ok("letters", "autumn", now=THURSDAY)
    assert (printed["letters"], printed["waiting"]) == (0, 3)


def test_without_a_way_out_for_emails_letters_are_printed(spring: Workspace) -> None:
    settings = (spring.folder / "outreach.yaml").read_text()
    spring.write("outreach.yaml", settings.replace("    smtp:", "    #smtp:"))
    assert spring.ok("letters", "spring", now="2027-03-04T11:00")["letters"] == 3


def test_a_letter_that_has_waited_for_a_day_comes_next_and_was_not_tried(
    spring: Workspace, server: SmtpServer
) -> None:
    """One e-mail an hour, one run on Thu 4: m2 might have left to p2 and p3, l1 has Fri 5."""
    spring.settings(server.port, limits="{per_hour: 1}", more=THREE_DAYS)
    assert spring.ok("run", now="2027-03-04T10:00")["letters"] == 0
    told = spring.run("why", "p3", "spring", now="2027-03-04T11:00").out
    assert "tried again" not in told
    assert "waited" not in told
    assert spring.ok("letters", "spring", now="2027-03-05T08:00")["letters"] == 2
