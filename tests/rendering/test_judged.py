"""What a real spam filter says of our messages, with nobody else asked: rspamd, offline."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from conftest import missing
from naughty import NAUGHTY
from rspamd import Rspamd, Verdict, start_rspamd
from sample_mail import ENVELOPE, written
from sample_people import NAMED, PEOPLE, sample_templates, template_of, values_of

from outreach.errors import OutreachError
from outreach.model.message import Message
from outreach.rendering.email import compose, render_parts

#: What rspamd holds against any message of ours, whatever it says: a VERP address is not the
#: one in From; an odd number of links.
USUAL = {"FORGED_SENDER", "URI_COUNT_ODD", "MANY_INVISIBLE_PARTS"}
#: What it holds against words: a currency, a question, letters of two languages, a name such as
#: `undisclosed-recipients:;`, and ASCII that had to be encoded since it has no blank in 60 signs.
WORDS = {
    "SUBJECT_HAS_CURRENCY", "SUBJECT_ENDS_QUESTION", "R_MIXED_CHARSET", "R_UNDISC_RCPT",
    "MIME_HTML_ONLY", "SUBJ_EXCESS_BASE64", "SUBJ_EXCESS_QP", "TO_EXCESS_BASE64", "TO_EXCESS_QP",
}  # fmt: skip


@pytest.fixture(scope="module")
def rspamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rspamd]:
    server = start_rspamd(tmp_path_factory.mktemp("rspamd") / "base")
    if server is None:
        missing("no rspamd to judge with: install the package `rspamd`")
    assert server is not None
    yield server
    server.stop()


def sent_now(name: str, value: str, subject: str = "Pour {{ last_name }}") -> Message:
    values = values_of({"last_name": value, "civility": "Mme", "city": "Rennes", "source": value})
    content = render_parts(
        sample_templates(name), values, subject=subject, template=template_of(name)
    )
    now = datetime.now(UTC).replace(microsecond=0)
    return compose(replace(ENVELOPE, recipient_name=value, date=now), content)


def judged(rspamd: Rspamd, message: Message) -> Verdict:
    return rspamd.judge(message.content, sender=message.envelope_from, recipient=message.recipient)


def held_against(verdict: Verdict) -> set[str]:
    return {name for name, score in verdict.rules.items() if score > 0} - USUAL


@pytest.mark.parametrize("name", NAMED)
def test_nothing_is_wrong_with_a_sample(rspamd: Rspamd, name: str) -> None:
    for person in PEOPLE:
        last_name = str(person["last_name"]).strip()
        if len(last_name) < 40:
            verdict = judged(rspamd, sent_now(name, last_name))
            assert verdict.action == "no action", verdict
            assert held_against(verdict) <= {"R_MIXED_CHARSET"}, last_name


def test_nothing_is_wrong_with_the_form_of_a_message_whatever_it_says(rspamd: Rspamd) -> None:
    """Every naughty value as name, subject and text: some are what spam says, but no header,
    encoding or part is ever found at fault."""
    found: dict[str, str] = {}
    for value in NAUGHTY:
        try:
            message = sent_now("open-day", value)
        except OutreachError:
            continue
        found |= dict.fromkeys(held_against(judged(rspamd, message)), value)
    assert found.keys() <= WORDS, found


def test_what_is_wrong_would_be_found(rspamd: Rspamd) -> None:
    """The judge is awake: a message with two subjects and eight bits does not pass."""
    message = compose(replace(ENVELOPE, date=datetime.now(UTC)), written("Objet", None, "x"))
    broken = message.content.replace(b"Subject:", b"Subject: \xe9\r\nSubject:").replace(
        b"Message-ID: <abc@atelier.example>\r\n", b""
    )
    verdict = judged(rspamd, replace(message, content=broken))
    assert {"MULTIPLE_UNIQUE_HEADERS", "MISSING_MID"} <= set(verdict.rules)
