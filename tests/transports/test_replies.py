"""What a refusal says about the address, and what it does not say."""

from __future__ import annotations

import pytest

from outreach.model.delivery import Deferred, Refused
from outreach.transports.replies import Stage, judge, written


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (550, "5.1.1 <a@example.org>: Recipient address rejected: User unknown"),
        (550, "5.1.2 domain not found"),
        (553, "5.1.3 bad syntax"),
        (551, "5.1.6 moved"),
        (556, "5.1.10 null MX"),
        (550, "No such user here"),
        (550, "unknown user"),
        (550, "The account that you tried to reach does not exist"),
        (550, "Recipient not found"),
        (553, "Adresse inconnue"),
    ],
)
def test_these_mean_that_the_address_is_dead(code: int, text: str) -> None:
    assert judge(Stage.RCPT, code, text) == Refused(f"{code} {text}", dead_address=True)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (550, "5.7.1 rejected by policy, user unknown to our reputation system"),
        (550, "5.7.27 SPF failed"),
        (550, "5.1.0 MailFrom domain is listed in Spamhaus"),
        (552, "5.2.2 mailbox full"),
        (554, "5.3.4 too big"),
        (503, "5.5.1 bad sequence"),
        (550, "5.2.1 mailbox disabled"),
        (550, "mailbox unavailable"),
        (554, "unknown user"),
        (550, "Rejected, see https://example.org/blocked"),
    ],
)
def test_these_refuse_the_message_and_leave_the_address_alone(code: int, text: str) -> None:
    assert judge(Stage.RCPT, code, text) == Refused(f"{code} {text}", dead_address=False)


def test_nothing_said_at_mail_from_is_about_the_recipient() -> None:
    assert judge(Stage.MAIL, 550, "5.1.1 user unknown") == Refused("550 5.1.1 user unknown")


def test_after_the_body_only_an_enhanced_code_makes_an_address_dead() -> None:
    assert judge(Stage.BODY, 550, "5.1.1 gone") == Refused("550 5.1.1 gone", dead_address=True)
    assert judge(Stage.BODY, 550, "no such user") == Refused("550 no such user")


def test_a_421_at_mail_from_does_not_count_towards_giving_up() -> None:
    assert judge(Stage.MAIL, 421, "4.3.2 closing") == Deferred("421 4.3.2 closing", counts=False)
    assert judge(Stage.RCPT, 421, "4.7.0 slow down") == Deferred("421 4.7.0 slow down")


def test_a_reply_is_kept_as_one_clean_line() -> None:
    assert (
        written(550, "5.7.1 one\n5.7.1 two\udce9")
        == "550 5.7.1 one 5.7.1 two\N{REPLACEMENT CHARACTER}"
    )
    assert len(written(550, "x" * 5000)) == 500
