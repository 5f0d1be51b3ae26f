"""Acceptance of issue line 5.10: any stage, by anyone, on any channel; corrections, tables, undo.

1 March 2027 is a Monday. Also checklist line 36, reasons for not buying.
"""

from __future__ import annotations

import csv
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select
from workspaces import Workspace, until

from outreach.model.ids import ContactId
from outreach.model.settings import Settings
from outreach.runner.record import Fact, record
from outreach.store import schema
from outreach.store.engine import Database
from outreach.store.store import Store

MONDAY = "2027-03-01T09:00"
TUESDAY = "2027-03-02T10:00"
WEDNESDAY = "2027-03-03T10:00"
HEADER = "Ref;First name;Last name;E-mail;Phone;City"
CALL = "  - {step: call, channel: call, cost: 2}\n"
VISIT = "  - {step: visit, channel: visit, after: call + 5 working days}\n"
TEAM = "team: {marie: {name: Marie Le Goff}, yann: {name: Yann Morvan}}\n"


def people(workspace: Workspace, *names: str) -> None:
    workspace.people(
        [
            (name, "Anne", name.title(), f"{name}@{name}.example", f"02230000{n:02}", "Rennes")
            for n, name in enumerate(names)
        ],
        HEADER,
    )


def exported(workspace: Workspace) -> list[dict[str, str]]:
    workspace.ok("events", "export", "events.csv")
    with (workspace.folder / "events.csv").open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines, delimiter=";"))


def picture(workspace: Workspace, *names: str) -> Any:
    """What can be seen of people beside their history: record, what comes next, the day's list."""
    seen = []
    for name in names:
        record = workspace.ok("contacts", "show", name)
        record.pop("events")
        story = workspace.ok("why", name, now=WEDNESDAY)
        seen.append(
            (record, story["next"], story["promises"], [c["next"] for c in story["campaigns"]])
        )
    return seen, workspace.ok("calls", now=WEDNESDAY), workspace.ok("today", now=WEDNESDAY)


def test_any_stage_by_anyone_on_any_channel_with_date_amount_margin_reason(
    workspace: Workspace,
) -> None:
    """A chain of the firm's own words; the report counts what was recorded: 3 people in,
    contacted 3, tasting 2, order 1; revenue 1,200.50, margin 400."""
    people(workspace, "adam", "bach", "cohn")
    workspace.settings(more=TEAM)
    workspace.campaign(
        "spring", steps=CALL, head="chain: [contacted, tasting, order]\nstop_on: [order]\n"
    )
    workspace.launch("spring", now=MONDAY)
    done = workspace.ok(
        "record", "adam", "tasting", "--by", "yann", "--channel", "visit", "--on",
        "2027-03-02T08:30", "--minutes", "45", "--km", "12", "--note", "liked it", now=TUESDAY,
    )  # fmt: skip
    assert (done["stage"], done["campaign"], done["channel"]) == ("tasting", "spring", "visit")
    workspace.ok(
        "record", "Anne Adam", "order", "--amount", "1200.50", "--margin", "400", "--by", "Marie",
        now=WEDNESDAY,
    )  # fmt: skip
    workspace.ok("record", "bach@bach.example", "tasting", "--channel", "letter", now=TUESDAY)
    workspace.ok("record", "cohn", "contacted", "--channel", "email", now=TUESDAY)
    lost = workspace.run("record", "bach", "refused", "--reason", "too dear", "--now", TUESDAY)
    assert lost.code == 0
    reasonless = workspace.run("record", "cohn", "lost", "--now", TUESDAY)
    assert (reasonless.code, "--reason" in reasonless.err) == (0, True)
    report = workspace.ok("report", "spring", now=WEDNESDAY)
    assert [(one["stage"], one["contacts"]) for one in report["chain"]] == [
        ("contacted", 3), ("tasting", 2), ("order", 1),
    ]  # fmt: skip
    assert (report["orders"], report["revenue"], report["margin"]) == (1, 1200.5, 400)
    rows = {(row["external_id"], row["stage"]): row for row in exported(workspace) if row["stage"]}
    tasting, order = rows["adam", "tasting"], rows["adam", "order"]
    assert (tasting["author"], tasting["channel"], tasting["note"]) == ("yann", "visit", "liked it")
    assert tasting["at"] == "2027-03-02T08:30:00+01:00"
    assert (order["author"], order["amount"], order["margin"]) == ("marie", "1200.50", "400.00")
    assert '"reason": "too dear"' in rows["bach", "refused"]["data"]
    assert "too dear" in workspace.run("why", "bach", "--now", WEDNESDAY).out


def test_what_cannot_be_recorded_says_what_and_what_to_do_and_changes_nothing(
    workspace: Workspace,
) -> None:
    people(workspace, "adam")
    workspace.settings(more=TEAM)
    workspace.campaign("spring", steps=CALL)
    workspace.launch("spring", now=MONDAY)
    before = workspace.stored()
    wrong = {
        ("adam", "ordr"): "did you mean 'order'?",
        ("adma", "order"): "adma",
        ("adam", "order", "--amount", "twelve"): "twelve",
        ("adam", "order", "--amount", "-5"): "-5",
        ("adam", "order", "--margin", "much"): "much",
        ("adam", "met", "--on", "2027-02-30"): "2027-02-30",
        ("adam", "met", "--on", "2027-03-03"): "3 Mar 2027",
        ("adam", "met", "--by", "mary"): "did you mean 'marie'?",
        ("adam", "met", "--channel", "fax"): "fax",
        ("adam", "met", "--campaign", "sprong"): "did you mean 'spring'?",
        ("adam", "latent"): "--back-on",
        ("adam", "call_back", "--back-on", "2027-02-01"): "2027",
        ("adam", "met", "--minutes", "-3"): "-3",
        ("adam",): "STAGE",
    }
    for words, said in wrong.items():
        done = workspace.run("record", *words, "--now", TUESDAY)
        assert (done.code in (1, 2), said in done.err) == (True, True), (words, done)
    assert workspace.stored() == before


def test_a_table_is_tried_recorded_once_and_taken_back_to_what_was(workspace: Workspace) -> None:
    """Six rows: four facts of three people, a stage that is none, a person who is none."""
    people(workspace, "adam", "bach", "cohn")
    workspace.settings(more=TEAM)
    workspace.campaign("spring", steps=CALL + VISIT)
    workspace.launch("spring", now=MONDAY)
    names = ("adam", "bach", "cohn")
    before = picture(workspace, *names)
    workspace.write(
        "facts.csv",
        "contact,stage,campaign,on,amount,margin,by,note\n"
        'adam@adam.example,met,spring,2027-03-02,,,yann,"by phone, twice"\n'
        "adam@adam.example,order,spring,02/03/2027,1200.5,400,marie,\n"
        "bach,opted_out,,2027-03-02,,,,\n"
        "Anne Cohn,refused,spring,2027-03-02,,,,\n"
        "cohn,ordr,,2027-03-02,,,,\n"
        "nobody@x.example,replied,,2027-03-02,,,,\n",
    )
    stored = workspace.stored()
    tried = workspace.ok("record", "--from", "facts.csv", "--dry-run", now=WEDNESDAY, code=4)
    assert workspace.stored() == stored
    done = workspace.ok("record", "--from", "facts.csv", now=WEDNESDAY, code=4)
    keys = ("recorded", "unchanged", "rejected")
    assert [tuple(one[key] for key in keys) for one in (tried, done)] == [(4, 0, 2), (4, 0, 2)]
    rejects = (workspace.folder / done["rejects_file"]).read_text("utf-8-sig")
    assert "did you mean 'order'" in rejects
    assert "nobody@x.example" in rejects
    # The rejects, mended, are a table again; the first table read twice adds nothing.
    mended = rejects.replace("ordr", "order").replace("nobody@x.example", "cohn@cohn.example")
    workspace.write("mended.csv", mended)
    again = workspace.ok("record", "--from", "facts.csv", now=WEDNESDAY, code=4)
    assert tuple(again[key] for key in keys) == (0, 4, 2)
    more = workspace.ok("record", "--from", "mended.csv", now=WEDNESDAY)
    assert tuple(more[key] for key in keys) == (2, 0, 0)
    assert workspace.ok("contacts", "count", 'kind = "customer"')["count"] == 2
    for _ in range(2):
        workspace.ok("undo", "--yes", now=WEDNESDAY)
    assert picture(workspace, *names) == before
    # Nothing was deleted: each fact stands in the export with the correction that took it back.
    facts = [row for row in exported(workspace) if row["stage"] in {"met", "order", "opted_out"}]
    assert len(facts) == 4
    assert all(row["corrected_by"] for row in facts)
    # Taken back is taken back: the same table can be recorded again.
    assert workspace.ok("record", "--from", "facts.csv", now=WEDNESDAY, code=4)["recorded"] == 4


def test_an_earlier_recording_is_taken_back_by_its_number_and_not_twice(
    workspace: Workspace,
) -> None:
    """The reply goes, the order that came after it stays: the chain ends by the order still."""
    people(workspace, "adam")
    workspace.campaign("spring", steps=CALL + VISIT)
    workspace.launch("spring", now=MONDAY)
    reply = workspace.ok("record", "adam", "replied", now=TUESDAY)["number"]
    workspace.ok("record", "adam", "order", "--amount", "10", now=WEDNESDAY)
    workspace.ok("undo", str(reply), "--yes", now=WEDNESDAY)
    adam = workspace.ok("contacts", "show", "adam")
    assert (adam["last_reply_on"], adam["kind"], adam["order_count"]) == (None, "customer", 1)
    assert workspace.next_of("adam")["step"] is None
    twice = workspace.run("undo", str(reply), "--yes", "--now", WEDNESDAY)
    assert twice.code in (1, 2)
    workspace.ok("undo", "--yes", now=WEDNESDAY)
    assert workspace.next_of("adam")["step"] == "call"
    nothing = workspace.run("undo", "--yes", "--now", WEDNESDAY)
    assert nothing.code in (0, 1, 2)
    assert "Traceback" not in nothing.err


def test_undo_puts_a_levelled_call_back_on_its_day_with_its_seller_tries_and_cost(
    workspace: Workspace,
) -> None:
    """One call a day each: Marie and Yann share four people out over two days. A try in vain
    costs two euros; a talk is recorded and taken back: day, seller, tries and cost stand again."""
    names = ("adam", "bach", "cohn", "duru")
    people(workspace, *names)
    team = (
        "team: {marie: {name: Marie Le Goff, calls_per_day: 1}, "
        "yann: {name: Yann Morvan, calls_per_day: 1}}\n"
    )
    workspace.settings(more=team)
    workspace.campaign("spring", steps=CALL + VISIT)
    workspace.launch("spring", now=MONDAY)
    workspace.ok("run", now=MONDAY)
    workspace.ok("record", "adam", "no_answer", "--note", "voice mail", now=MONDAY)
    workspace.ok("run", now=TUESDAY)
    before, cost = picture(workspace, *names), workspace.ok("report", "spring")["cost"]
    assert sorted({one["by"] for _, one, _, _ in before[0]}) == ["marie", "yann"]
    for who in names:
        workspace.ok("record", who, "met", now=WEDNESDAY)
    for _ in names:
        workspace.ok("undo", "--yes", now=WEDNESDAY)
    assert picture(workspace, *names) == before
    assert workspace.ok("report", "spring")["cost"] == cost


def test_two_who_record_the_same_person_at_once_are_both_kept_and_counted(
    base: Database, workspace: Workspace
) -> None:
    """Four orders of 100 at the same instant by four processes: 4 orders, 400, one customer."""
    people(workspace, "adam")
    workspace.campaign("spring", steps=CALL + VISIT)
    workspace.launch("spring")
    started = [workspace.start("record", "adam", "order", "--amount", "100") for _ in range(4)]
    for one in started:
        out, err = one.communicate(timeout=60)
        assert one.returncode == 0, (out, err)
    adam = workspace.ok("contacts", "show", "adam")
    assert (adam["order_count"], adam["revenue"], adam["kind"]) == (4, 400, "customer")
    kinds = [event["kind"] for event in adam["events"]]
    # Suspect, prospect, customer, each once; the call is cancelled, the visit not planned yet.
    assert (kinds.count("became"), kinds.count("cancelled")) == (2, 1)
    for _ in range(4):
        workspace.ok("undo", "--yes")
    adam = workspace.ok("contacts", "show", "adam")
    assert (adam["order_count"], adam["revenue"], adam["kind"]) == (0, 0, "suspect")
    assert workspace.by_state("spring") == {"due": 1}


def test_who_records_while_another_does_sees_what_that_one_has_written(
    base: Database, workspace: Workspace
) -> None:
    """Two sellers say "met" of one call at once: the first has made it, the second was told of it.

    So the call stays made when the second word is taken back, and is due again after the first.
    """
    people(workspace, "adam")
    workspace.campaign("spring", steps=CALL + VISIT)
    workspace.launch("spring")
    store = Store(base)
    (launched,) = store.campaigns.all()
    fact = Fact(
        contact=store.contacts.get_many([ContactId(1)])[ContactId(1)],
        stage="met",
        at=datetime.now(UTC),
        campaign=launched,
    )
    settings = Settings(folder=workspace.folder)

    def write_down(where: Store) -> None:
        record(where, fact, settings=settings, now=fact.at)

    with ThreadPoolExecutor() as another:
        with store.together() as held:
            write_down(held)
            second = another.submit(write_down, store)
            time.sleep(1)
            assert not second.done()
        second.result(timeout=60)
    assert workspace.by_state("spring") == {"sent": 1, "due": 1}
    workspace.ok("undo", "--yes")
    assert workspace.by_state("spring") == {"sent": 1, "due": 1}
    assert workspace.ok("contacts", "show", "adam")["touch_count"] == 1
    workspace.ok("undo", "--yes")
    assert workspace.by_state("spring") == {"due": 1, "cancelled": 1}


def test_an_undo_that_was_killed_goes_on_when_it_is_called_again(
    base: Database, workspace: Workspace
) -> None:
    """A table of 8,000 orders is taken back page by page; killed after the first page, its number
    still names the rest, and then nobody has ordered."""
    count = 8000
    workspace.people(
        ((f"p{n}", "Anne", f"N{n}", f"p{n}@mail.example", "", "Rennes") for n in range(count)),
        HEADER,
    )
    lines = [f"p{n}@mail.example,order,2027-03-02,100" for n in range(count)]
    workspace.write("facts.csv", "\n".join(["contact,stage,on,amount", *lines]) + "\n")
    assert workspace.ok("record", "--from", "facts.csv", now=WEDNESDAY)["recorded"] == count
    (listed,) = workspace.ok("undo", "--list", now=WEDNESDAY)["recordings"]
    assert listed["together"] == count

    def taken_back() -> int:
        orders = select(func.count()).where(schema.event.c.kind == "corrected")
        with base.reading() as connection:
            return int(connection.execute(orders).scalar_one())

    undo = workspace.start("undo", "--yes", "--now", WEDNESDAY)
    until(taken_back, undo)
    undo.kill()
    undo.communicate()
    left = workspace.ok("contacts", "count", "order_count > 0")["count"]
    assert 0 < left < count
    rest = workspace.ok("undo", str(listed["number"]), "--yes", now=WEDNESDAY)
    assert rest["recordings"] == left
    assert workspace.ok("contacts", "count", "order_count > 0 or revenue > 0")["count"] == 0
    assert workspace.run("undo", "--yes", "--now", WEDNESDAY).code == 1
