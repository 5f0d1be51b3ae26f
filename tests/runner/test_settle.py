"""A refusal in a log is judged as the same answer to a run is."""

from __future__ import annotations

import pytest

from outreach.files.server_logs import Trace
from outreach.model.delivery import Deferred, Refused, Scope
from outreach.runner.settle import Settlement, counted, outcome_of


def refused(said: str, code: str = "") -> Trace:
    return Trace("<a@b.example>", arrived=False, said=said, code=code)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("550 5.1.0 user unknown", "5.1.0"),
        ("550 no such user here", ""),
        ("host mx.b[192.0.2.1] said: 550 5.1.1 <a@b>: User unknown (in reply to RCPT TO command)",
         "5.1.1"),
        ('unknown user: "anne"', "5.1.1"),
        ("Name service error for name=b.example type=A: Host not found", "5.4.4"),
    ],
)  # fmt: skip
def test_a_log_calls_an_address_dead_where_an_answer_would(said: str, code: str) -> None:
    outcome = outcome_of(refused(said, code))

    assert isinstance(outcome, Refused)
    assert outcome.dead_address


@pytest.mark.parametrize(
    ("said", "code", "scope"),
    [
        ("550 5.1.1 blocked using zen.spamhaus.org", "5.1.1", Scope.GROUP),
        ("550 5.7.26 unauthenticated, SPF DKIM", "5.7.26", Scope.GROUP),
        ("said: 550 5.7.26 not from you (in reply to MAIL FROM command)", "5.7.26", Scope.SENDER),
    ],
)
def test_what_is_about_us_refuses_nobody(said: str, code: str, scope: Scope) -> None:
    """The message is due again: no person is written off for our fault."""
    outcome = outcome_of(refused(said, code))

    assert outcome == Deferred(said, counts=False, scope=scope)
    assert counted(outcome) == Settlement(not_sent=1)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("SMTP error from remote mail server after end of data: 552 5.2.2 mailbox full", "5.2.2"),
        ("connect to b.example[192.0.2.1]:25: Connection refused", "4.4.1"),
    ],
)
def test_other_refusals_end_the_message_and_leave_the_address_alone(said: str, code: str) -> None:
    """A server that gives back what it tried for days has refused it."""
    outcome = outcome_of(refused(said, code))

    assert isinstance(outcome, Refused)
    assert not outcome.dead_address
