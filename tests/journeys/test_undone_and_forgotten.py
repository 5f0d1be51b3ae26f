"""What is taken back, what is forgotten, and what stays: erasures, merges, consents, doubles."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from smtp_servers import SmtpServer
from sqlalchemy import func, select
from workspaces import Workspace, mail

from outreach.model.ids import CampaignId, ContactId
from outreach.runner.reply_codes import code_of
from outreach.store import schema
from outreach.store.engine import Database

HEADER = "Ref;First name;Last name;E-mail;Phone;Street;Postal code;City"


def person(ref: str, name: str, number: int, **other: str) -> tuple[object, ...]:
    email, phone = other.get("email", f"{ref}@mail.example"), f"02990000{number:02}"
    return ref, "Anne", name, email, phone, f"{number} rue Haute", 35000, "Rennes"


@pytest.fixture
def two(workspace: Workspace, base: Database) -> Workspace:
    """Two people of Rennes, once on each database."""
    workspace.people([person("a", "Adam", 1), person("b", "Bois", 2)], HEADER)
    return workspace


@pytest.fixture
def mailing(workspace: Workspace, base: Database) -> Iterator[Workspace]:
    """One person who stands twice on file, written to under both names."""
    with SmtpServer() as server:
        text = (workspace.folder / "outreach.yaml").read_text()
        workspace.write("outreach.yaml", text.replace("port: 9", f"port: {server.port}"))
        workspace.people([person("a", "Adam", 1), person("b", "Adam", 1)], HEADER)
        workspace.campaign("one", steps=mail() + mail("again", "after: mail + 10 days"))
        workspace.launch("one", now="2027-03-01T09:00")
        workspace.ok("run", now="2027-03-01T09:00")
        yield workspace


def of_contacts(base: Database, *names: str) -> list[tuple[Any, ...]]:
    c = schema.contact.c
    with base.reading() as connection:
        rows = connection.execute(select(*(c[name] for name in names)).order_by(c.id))
        return [tuple(row) for row in rows]


# --- erased ------------------------------------------------------------------------------------


def test_no_undo_lifts_what_keeps_an_erased_person_forbidden(
    two: Workspace, base: Database
) -> None:
    number = two.ok("record", "a", "opted_out", now="2027-03-02T10:00")["number"]
    two.ok("privacy", "erase", "a", "--confirm", now="2027-03-03T10:00")

    two.ok("undo", "--yes", now="2027-03-04T10:00", code=1)
    two.ok("undo", str(number), "--yes", now="2027-03-04T10:00", code=2)

    s = schema.suppression.c
    with base.reading() as connection:
        lifted = connection.scalar(select(func.count()).where(s.removed_at.is_not(None)))
        traced = connection.scalar(select(func.count()).where(s.source.is_not(None)))
    assert (lifted, traced) == (0, 0)


def test_a_file_is_taken_back_though_one_of_it_was_erased(two: Workspace) -> None:
    two.write("f.csv", "contact,stage\na,replied\nb,replied\n")
    two.ok("record", "--from", "f.csv", now="2027-03-02T10:00")
    two.ok("privacy", "erase", "b", "--confirm", now="2027-03-03T10:00")

    (listed,) = two.ok("undo", "--list", now="2027-03-04T10:00")["recordings"]
    assert listed["together"] == 1
    assert two.ok("undo", "--yes", now="2027-03-04T10:00")["recordings"] == 1
    assert two.ok("undo", "--list", now="2027-03-04T10:00")["recordings"] == []


# --- merged ------------------------------------------------------------------------------------


def test_the_coupon_of_a_record_merged_since_is_the_answer_of_who_it_is_now(
    mailing: Workspace, base: Database
) -> None:
    codes = [code_of(ContactId(n), CampaignId(1), base.fingerprint) for n in (1, 2)]
    mailing.ok("contacts", "duplicates", "--merge", now="2027-03-02T10:00")
    (gone,) = [n for n, (into,) in enumerate(of_contacts(base, "merged_into")) if into]

    told = mailing.ok("record", codes[gone], "replied", now="2027-03-05T10:00")
    assert (told["contact"], told["campaign"], told["stopped"]) == (2 - gone, "one", True)

    back = mailing.ok("letters", "returned", codes[gone], now="2027-03-05T10:00")
    assert (back["recorded"], back["rejected"]) == (1, 0)


def test_the_coupon_of_somebody_erased_says_so(two: Workspace, base: Database) -> None:
    two.campaign("one")
    two.launch("one", now="2027-03-01T09:00")
    code = code_of(ContactId(1), CampaignId(1), base.fingerprint)
    two.ok("privacy", "erase", "a", "--confirm", now="2027-03-03T10:00")

    answer = two.run("record", code, "replied", now="2027-03-05T10:00")
    assert answer.code == 1
    assert "erased" in answer.err


# --- consents ----------------------------------------------------------------------------------


def test_a_consent_is_an_act_that_no_undo_forgets(two: Workspace, base: Database) -> None:
    two.ok("record", "a", "replied", "--on", "2023-01-01", now="2027-02-01T10:00")
    two.ok("privacy", "consent", "a", "--channel", "call", "--evidence", "form",
           now="2027-03-01T10:00")  # fmt: skip
    two.ok("record", "a", "asked", now="2027-03-02T10:00")
    two.ok("undo", "--yes", now="2027-03-02T11:00")

    first, _ = of_contacts(base, "last_active_at")
    assert first == (datetime(2027, 3, 1, 9, 0, tzinfo=UTC),)


def test_taking_back_a_past_campaign_forgets_no_consent(two: Workspace, base: Database) -> None:
    two.ok("privacy", "consent", "a", "--channel", "call", "--evidence", "form",
           now="2027-03-01T10:00")  # fmt: skip
    two.write("h.csv", "contact,sent on,stage,date\na,2027-02-02,replied,2027-02-03\n")
    two.ok("history", "import", "h.csv", "--campaign", "old", now="2027-03-02T10:00")
    assert of_contacts(base, "last_active_at")[0] == (datetime(2027, 3, 1, 9, tzinfo=UTC),)

    two.ok("history", "undo", "old", now="2027-03-02T11:00")
    assert of_contacts(base, "last_active_at")[0] == (datetime(2027, 3, 1, 9, tzinfo=UTC),)


def test_a_reply_told_late_comes_before_the_consent_of_the_same_day(
    two: Workspace, base: Database
) -> None:
    """The instant of the consent is written as every other: in one order with them."""
    two.ok("privacy", "consent", "a", "--channel", "call", "--evidence", "form",
           now="2027-03-03T10:00")  # fmt: skip
    two.ok("record", "a", "replied", now="2027-03-03T09:30")

    at = datetime(2027, 3, 3, 9, 0, tzinfo=UTC)
    assert of_contacts(base, "last_active_at", "informed_at")[0] == (at, at)


# --- requests ----------------------------------------------------------------------------------


def requests(base: Database) -> list[tuple[Any, ...]]:
    q = schema.inquiry.c
    with base.reading() as connection:
        return [tuple(r) for r in connection.execute(select(q.origin, q.answered_at, q.quality))]


def test_of_two_requests_of_a_day_one_is_taken_back(two: Workspace, base: Database) -> None:
    for origin in ("web", "fair", "fair"):
        two.ok("record", "a", "inbound", "--on", "2027-03-01", "--origin", origin,
               now="2027-03-02T10:00")  # fmt: skip
    two.ok("undo", "--yes", now="2027-03-02T11:00")
    assert [row[0] for row in requests(base)] == ["web", "fair"]


def test_an_answer_of_the_day_of_the_request_answers_it(two: Workspace, base: Database) -> None:
    """Told with its day alone, it would lie before the request."""
    two.ok("record", "a", "inbound", "--origin", "web", now="2027-03-01T15:00")
    two.ok("record", "a", "answered", "--on", "2027-03-01", "--quality", "4",
           now="2027-03-02T10:00")  # fmt: skip
    assert requests(base) == [("web", datetime(2027, 3, 1, 14, tzinfo=UTC), 4)]

    two.ok("undo", "--yes", now="2027-03-02T11:00")
    assert requests(base) == [("web", None, None)]


# --- tables ------------------------------------------------------------------------------------


def test_a_table_of_visits_that_is_read_twice_counts_once(two: Workspace, base: Database) -> None:
    """Also where one was called twice that day in vain."""
    table = "contact;outcome;on;minutes\n"
    two.write("r.csv", table + "a;met;2027-03-01;30\nb;no_answer;2027-03-01;5\n")
    two.write("more.csv", table + "b;no_answer;2027-03-01;5\n" * 2)

    def read(file: str, clock: str) -> tuple[int, int]:
        told = two.ok("visits", "report", file, now=f"2027-03-02T{clock}")
        return told["recorded"], told["unchanged"]

    assert read("r.csv", "10:00") == (2, 0)
    assert read("r.csv", "10:10") == (0, 2)
    assert read("more.csv", "10:20") == (1, 1)


# --- nonsense ----------------------------------------------------------------------------------


def test_the_sheet_of_a_record_merged_since_is_of_who_it_is_now(
    workspace: Workspace, base: Database
) -> None:
    workspace.people([person("a", "Adam", 1), person("b", "Adam", 1)], HEADER)
    workspace.campaign("one", steps="  - {step: visit, channel: visit}\n")
    workspace.launch("one", now="2027-03-01T09:00")
    workspace.ok("contacts", "duplicates", "--merge", now="2027-03-01T10:00")
    d, c = schema.delivery.c, schema.contact.c
    gone = select(d.id).join(schema.contact, c.id == d.contact_id)
    with base.reading() as connection:
        sheet = connection.scalars(gone.where(c.merged_into.is_not(None))).one()
    workspace.write("r.csv", f"ref;outcome;on\n{sheet};met;2027-03-02\n")

    assert workspace.ok("visits", "report", "r.csv", now="2027-03-03T10:00")["recorded"] == 1
    assert workspace.by_state("one") == {"sent": 1, "cancelled": 1}
    assert workspace.ok("visits", "report", "r.csv", now="2027-03-03T11:00")["unchanged"] == 1


@pytest.mark.parametrize(
    "words",
    [
        ("record", "a", "order", "--amount", "9" * 20),
        ("record", "a", "replied", "--on", "0001-01-01"),
        ("record", "a", "replied", "--on", "9999-12-31"),
        ("record", "a", "replied", "--on", "2029-01-01"),
        ("record", "a", "promised", "--back-on", "0001-01-01"),
        ("record", "a", "met", "--minutes", "-5"),
        ("record", "a", "met", "--km", "-5"),
        ("record", "a", "replied", "--note", "a\x00b"),
        ("record", "a", "replied", "--note", "caf\udce9"),
        ("undo", "9" * 20),
        ("today", "--done", "9" * 20),
    ],
)
def test_nonsense_gets_a_sentence_and_changes_nothing(
    two: Workspace, base: Database, words: tuple[str, ...]
) -> None:
    said = two.run(*words, now="2027-03-02T10:00")
    assert said.code in (1, 2), said
    assert two.ok("undo", "--list")["recordings"] == []


def test_nonsense_in_a_row_leaves_the_other_rows(two: Workspace) -> None:
    two.write("f.csv", f"contact,stage,on,amount\na,replied,0001-01-01,\na,order,,{'9' * 20}\n"
                       "b,replied,,\n")  # fmt: skip
    told = two.ok("record", "--from", "f.csv", now="2027-03-02T10:00", code=4)
    assert (told["recorded"], told["rejected"]) == (1, 2)
    two.write("v.csv", f"ref;outcome\n{'9' * 20};met\n")
    assert two.ok("visits", "report", "v.csv", code=4)["recorded"] == 0


def test_a_campaign_begins_in_a_year_that_has_a_next(workspace: Workspace) -> None:
    workspace.campaign("late", head="start: 9999-12-31\n")
    said = workspace.run("check", "late")
    assert said.code == 1
    assert "9999-12-31" in said.out + said.err


# --- credit ------------------------------------------------------------------------------------


def test_an_answer_goes_to_the_campaign_that_goes_on_writing(mailing: Workspace) -> None:
    """One that ran elsewhere has no chain to stop, though it wrote a day later."""
    mailing.write("h.csv", "contact,sent on,stage,date\nb,2027-03-02,contacted,2027-03-02\n")
    mailing.ok("history", "import", "h.csv", "--campaign", "old", now="2027-03-03T10:00")

    told = mailing.ok("record", "b", "replied", now="2027-03-03T10:30")
    assert (told["campaign"], told["stopped"]) == ("one", True)


def test_a_call_undone_is_dated_anew_by_a_change(two: Workspace, base: Database) -> None:
    """What was taken back does not make it one that was tried."""

    def steps(days: int) -> str:
        return mail() + f"  - {{step: call, channel: call, after: mail + {days} days}}\n"

    with SmtpServer() as server:
        text = (two.folder / "outreach.yaml").read_text()
        two.write("outreach.yaml", text.replace("port: 9", f"port: {server.port}"))
        two.campaign("one", steps=steps(2))
        two.launch("one", now="2027-03-01T09:00")
        two.ok("run", now="2027-03-01T09:00")
        two.ok("record", "a", "no_answer", "--campaign", "one", now="2027-03-04T10:00")
        two.ok("undo", "--yes", now="2027-03-04T10:30")
        two.campaign("one", steps=steps(7))
        two.ok("launch", "one", "--confirm-change", now="2027-03-04T11:00")
    d = schema.delivery.c
    with base.reading() as connection:
        due = connection.execute(select(d.due_at).where(d.state == "due").distinct()).all()
    assert len(due) == 1, json.dumps([str(row) for row in due])
