"""A recording is taken back after something else has happened: a merge, a firing, a change."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from smtp_servers import SmtpServer
from workspaces import Workspace, mail

from outreach.model.settings import Settings
from outreach.runner.undo import TakenBackAlready, find, undo
from outreach.store.engine import Database
from outreach.store.store import Store

pytestmark = pytest.mark.usefixtures("base")

HEADER = "Ref;First name;Last name;E-mail;Phone;Street;Postal code;City"


def people(workspace: Workspace, *names: str, phone: str = "") -> None:
    workspace.people(
        [(name, "Anne" if phone else f"Anne-{name}", "Adam" if phone else f"Adam-{name}",
          f"{name}@mail.example", phone or f"029900000{number}", f"{number} rue Haute", 35000,
          "Rennes")
         for number, name in enumerate(names, 1)],
        HEADER,
    )  # fmt: skip


def step(name: str, channel: str, *keys: str) -> str:
    return f"  - {{{', '.join([f'step: {name}', f'channel: {channel}', *keys])}}}\n"


@pytest.fixture
def server(workspace: Workspace) -> Iterator[SmtpServer]:
    """A mail server, named in the settings beside the store they have."""
    with SmtpServer() as found:
        settings = (workspace.folder / "outreach.yaml").read_text()
        workspace.write("outreach.yaml", settings.replace("port: 9,", f"port: {found.port},"))
        yield found


def one_campaign(workspace: Workspace, *steps: str, head: str = "") -> None:
    workspace.campaign("one", steps="".join(steps), head=head)
    workspace.launch("one", now="2027-03-01T08:00")
    workspace.ok("run", now="2027-03-01T09:00")


def test_after_a_merge_one_person_goes_on_once(workspace: Workspace, server: SmtpServer) -> None:
    people(workspace, "a", "b", phone="0299000001")
    one_campaign(workspace, mail("mail"), mail("mail2", "after: mail + 2 days"))
    workspace.ok("record", "a", "replied", now="2027-03-02T09:00")
    workspace.ok("contacts", "duplicates", "--merge", now="2027-03-02T10:00")
    undone = workspace.ok("undo", "--yes", now="2027-03-02T11:00")
    assert (undone["going_on"], undone["steps"]) == (1, 1)
    assert workspace.ok("run", now="2027-03-04T09:30")["sent"] == 1
    assert len(server.received) == 3


def test_what_the_record_that_went_was_promised_is_forgotten_too(workspace: Workspace) -> None:
    people(workspace, "a", "b", phone="0299000001")
    for minute in range(4):
        workspace.ok("record", "b", "asked", now=f"2027-03-01T10:0{minute}")
    workspace.ok("record", "a", "promised", "--back-on", "2027-03-10", now="2027-03-01T11:00")
    workspace.ok("record", "a", "inbound", "--origin", "web", now="2027-03-01T11:01")
    workspace.ok("contacts", "duplicates", "--merge", now="2027-03-01T12:00")
    assert "Anne Adam" in workspace.run("today", now="2027-03-10T09:00").out
    workspace.ok("undo", "--yes", now="2027-03-02T09:01")
    workspace.ok("undo", "--yes", now="2027-03-02T09:02")
    assert "Anne Adam" not in workspace.run("today", now="2027-03-10T09:00").out


def test_a_recommendation_of_a_record_that_went_is_forgotten_too(workspace: Workspace) -> None:
    """a and b are one person, who sent c to us; the merge gives b's recommendation to a."""
    people(workspace, "a", "b", phone="0299000001")
    workspace.people([("c", "Carl", "Cohn", "c@mail.example", "0299000009", "9 rue Haute", 35000,
                       "Rennes")], HEADER)  # fmt: skip
    for who in "ab":
        workspace.ok("record", "c", "inbound", "--referrer", who, now="2027-03-01T10:00")
    workspace.ok("contacts", "duplicates", "--merge", now="2027-03-01T12:00")
    for left in (1, 0):
        workspace.ok("undo", "--yes", now="2027-03-02T09:00")
        assert len(workspace.ok("referrals", now="2027-03-02T10:00")["referrals"]) == left
        thanks = workspace.ok("today", now="2027-03-05T10:00")["today"]["slipped"]
        assert [one["kind"] for one in thanks if one["kind"] == "thank"] == ["thank"] * left


def test_another_undo_leaves_a_person_on_the_track_he_is_on(
    workspace: Workspace, server: SmtpServer
) -> None:
    people(workspace, "a")
    one_campaign(
        workspace, mail("mail"), mail("m2", "after: mail + 30 days"),
        mail("pv", "track: positive, after: replied + 9 days"),
        mail("ng", "track: negative, after: refused + 20 days"),
    )  # fmt: skip
    workspace.ok("record", "a", "replied", "--on", "2027-03-04", now="2027-03-05T09:00")
    workspace.ok("record", "a", "refused", "--on", "2027-03-03", now="2027-03-05T09:10")
    before = workspace.by_state("one"), workspace.next_of("a")
    workspace.ok("record", "a", "asked", now="2027-03-05T10:00")
    undone = workspace.ok("undo", "--yes", now="2027-03-05T10:01")
    assert (undone["going_on"], undone["steps"]) == (0, 0)
    assert (workspace.by_state("one"), workspace.next_of("a")) == before
    assert before[0]["due"] == 1


REPEAT = 'repeat: "0 9 * * mon"\n'


def test_whoever_goes_on_in_a_repeated_campaign_gets_the_firings_to_come(
    workspace: Workspace, server: SmtpServer
) -> None:
    people(workspace, "a", "b")
    one_campaign(workspace, mail("mail"), head=REPEAT)
    workspace.ok("record", "a", "replied", now="2027-03-02T10:00")
    for day in ("08", "15"):
        assert workspace.ok("run", now=f"2027-03-{day}T09:00")["sent"] == 1
    workspace.ok("undo", "--yes", now="2027-03-16T10:00")
    sent = [workspace.ok("run", now=f"2027-03-{day}T10:00")["sent"] for day in (16, 22, 29)]
    assert sent == [0, 2, 2]


def test_of_several_firings_that_were_missed_one_comes(
    workspace: Workspace, server: SmtpServer
) -> None:
    people(workspace, "a", "b")
    hours = 'window: {days: mon-fri, hours: "09:00-12:00", holidays: skip}\n'
    one_campaign(workspace, mail("mail"), head=REPEAT + hours)
    workspace.ok("run", now="2027-03-08T14:00")
    workspace.ok("record", "a", "replied", now="2027-03-08T15:00")
    workspace.ok("run", now="2027-03-09T09:00")
    workspace.ok("run", now="2027-03-15T09:00")
    workspace.ok("undo", "--yes", now="2027-03-16T10:00")
    assert workspace.ok("run", now="2027-03-16T10:05")["sent"] == 1


PAPER = step("letter", "letter", "template: letter.docx")


def test_a_letter_taken_out_of_the_pile_is_printed_again(workspace: Workspace) -> None:
    people(workspace, "a", "b")
    one_campaign(workspace, PAPER)
    workspace.ok("record", "a", "replied", now="2027-03-01T12:00")
    workspace.ok("letters", "posted", "one", now="2027-03-01T17:00")
    workspace.ok("undo", "--yes", now="2027-03-02T09:00")
    done = workspace.run("letters", "posted", "one", now="2027-03-02T09:05")
    assert (done.code, workspace.by_state("one")) == (1, {"due": 1, "sent": 1})
    assert "1 letter of one lies in" in workspace.run("run", now="2027-03-02T09:10").out
    workspace.ok("letters", "posted", "one", now="2027-03-02T17:00")
    assert workspace.by_state("one") == {"sent": 2}


def test_a_letter_kept_back_is_in_the_next_bundle(workspace: Workspace) -> None:
    people(workspace, "a", "b")
    one_campaign(workspace, PAPER)
    workspace.ok("letters", "posted", "one", "--except", "a", now="2027-03-01T17:00")
    assert "1 letter of one lies in" in workspace.run("run", now="2027-03-02T09:10").out


def test_a_step_of_a_track_is_counted_from_the_answer_that_stands(
    workspace: Workspace, server: SmtpServer
) -> None:
    people(workspace, "a")
    steps = [
        mail("mail"),
        mail("m2", "after: mail + 30 days"),
        step("pv", "call", "track: positive"),
    ]
    one_campaign(workspace, *steps)
    workspace.ok("record", "a", "replied", now="2027-03-02T09:00")
    workspace.ok("undo", "--yes", now="2027-03-02T10:00")
    workspace.ok("record", "a", "replied", now="2027-03-20T09:00")
    workspace.campaign(
        "one", steps="".join([*steps, mail("pm", "track: positive, after: replied + 10 days")])
    )
    changed = workspace.run("launch", "one", "--confirm-change", now="2027-03-21T09:00")
    assert "1 delivery comes in, 30 Mar 2027" in changed.out


def test_what_comes_again_in_a_changed_campaign_has_its_new_day(
    workspace: Workspace, server: SmtpServer
) -> None:
    people(workspace, "a", "b")
    one_campaign(workspace, mail("mail"), mail("m2", "after: mail + 5 days"))
    workspace.ok("record", "a", "replied", now="2027-03-02T09:00")
    workspace.campaign("one", steps=mail("mail") + mail("m2", "after: mail + 20 days"))
    workspace.ok("launch", "one", "--confirm-change", now="2027-03-02T10:00")
    workspace.ok("undo", "--yes", now="2027-03-02T11:00")
    assert workspace.next_of("a") == workspace.next_of("b")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("start: 2027-03-10\n", "start: 2027-03-20\n"),
        ("waves: {size: 1, every: 5 days}\n", "waves: {size: 1, every: 20 days}\n"),
    ],
    ids=["start", "waves"],
)
def test_what_opens_the_chain_has_its_new_day_too(
    workspace: Workspace, server: SmtpServer, before: str, after: str
) -> None:
    """Two people in two waves, or one day for both: who answers and is undone has the new day."""
    people(workspace, "a", "b")
    one_campaign(workspace, mail("mail"), head=before)
    second = [who for who in "ab" if workspace.next_of(who)["step"] == "mail"][-1]
    old = workspace.next_of(second)
    workspace.ok("record", second, "replied", now="2027-03-02T09:00")
    workspace.campaign("one", steps=mail("mail"), head=after)
    workspace.ok("launch", "one", "--confirm-change", now="2027-03-02T10:00")
    workspace.ok("undo", "--yes", now="2027-03-02T11:00")
    new = workspace.next_of(second)
    assert new != old
    assert "2027-03-2" in str(new)


def test_what_a_fact_dates_has_its_new_day_too(workspace: Workspace, server: SmtpServer) -> None:
    people(workspace, "a", "b")
    tracked = "track: positive, after: replied + {} days"
    one_campaign(workspace, mail("mail"), mail("pm", tracked.format(10)))
    for who in "ab":
        workspace.ok("record", who, "replied", now="2027-03-02T09:00")
    workspace.ok("record", "a", "order", now="2027-03-03T09:00")
    workspace.campaign("one", steps=mail("mail") + mail("pm", tracked.format(20)))
    workspace.ok("launch", "one", "--confirm-change", now="2027-03-03T10:00")
    workspace.ok("undo", "--yes", now="2027-03-03T11:00")
    assert "2027-03-22" in str(workspace.next_of("a"))
    assert workspace.next_of("a") == workspace.next_of("b")


def test_a_step_put_in_meanwhile_comes_to_who_goes_on(
    workspace: Workspace, server: SmtpServer
) -> None:
    people(workspace, "a", "b")
    tracked = "track: positive, after: replied + {} days"
    one_campaign(workspace, mail("mail"), mail("pm", tracked.format(10)))
    for who in "ab":
        workspace.ok("record", who, "replied", now="2027-03-02T09:00")
    workspace.ok("record", "a", "order", now="2027-03-03T09:00")
    steps = [mail("mail"), mail("pm", tracked.format(10)), mail("pn", tracked.format(4))]
    workspace.campaign("one", steps="".join(steps))
    workspace.ok("launch", "one", "--confirm-change", now="2027-03-03T10:00")
    undone = workspace.ok("undo", "--yes", now="2027-03-03T11:00")
    assert (undone["going_on"], undone["steps"]) == (1, 2)
    assert "2027-03-06" in str(workspace.next_of("a"))
    assert workspace.next_of("a") == workspace.next_of("b")


def test_one_recording_is_taken_back_once(workspace: Workspace, base: Database) -> None:
    """Two asked for it; one waited at the question while the other said yes."""
    people(workspace, "a")
    one_campaign(workspace, step("call", "call"))
    for hour in (10, 11):
        workspace.ok("record", "a", "no_answer", now=f"2027-03-01T{hour}:00")
    store, settings = Store(base), Settings(folder=Path())
    asked = find(store, None)
    workspace.ok("undo", "--yes", now="2027-03-02T09:00")
    with pytest.raises(TakenBackAlready):
        undo(store, asked, settings=settings, now=datetime(2027, 3, 2, 9, tzinfo=UTC))
    assert len(workspace.ok("undo", "--list")["recordings"]) == 1


def test_nothing_comes_again_in_a_campaign_that_was_stopped_for_good(
    workspace: Workspace,
) -> None:
    people(workspace, "a", "b")
    one_campaign(workspace, step("call", "call"))
    workspace.ok("record", "a", "replied", now="2027-03-01T10:00")
    workspace.ok("stop", "one", "--yes", now="2027-03-01T11:00")
    undone = workspace.ok("undo", "--yes", now="2027-03-01T12:05")
    assert (undone["going_on"], undone["steps"]) == (0, 0)
    assert workspace.by_state("one") == {"cancelled": 2}


def test_what_is_said_to_the_network_is_undone_by_the_number_it_is_told_with(
    workspace: Workspace,
) -> None:
    """`referrals ask`, `add` and `thank` name their recording, as `record` does."""
    workspace.people([("a", "Adam", "a@mail.example", "Rennes")])
    now = "2027-03-01T09:00"
    for words in (("ask", "a", "--on", "2027-03-08"), ("add", "a"), ("thank", "a")):
        told = workspace.run("referrals", *words, now=now)
        number = told.out.split("Recorded as no. ")[1].split(";")[0]
        assert workspace.ok("undo", "--list", now=now)["recordings"][0]["number"] == int(number)
        workspace.ok("undo", number, "--yes", now=now)
    assert workspace.ok("why", "a", now=now)["promises"] == []
