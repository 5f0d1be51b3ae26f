"""Acceptance of issue line 5.3: what ends a chain, for whom, and facts that are told late.

1 March 2027 is a Monday; offices are in Paris (+01:00 in March). Every chain here is a call on the
day of the launch and a visit five working days after it, so the visit of a call made on Monday
falls on Monday the 8th.
"""

from __future__ import annotations

from typing import Any

from workspaces import Workspace

MONDAY = "2027-03-01T09:00"
TUESDAY = "2027-03-02T10:00"
WEDNESDAY = "2027-03-03T10:00"
HEADER = "Ref;First name;Last name;Company;E-mail;Phone;City"
CALL = "  - {step: call, channel: call}\n"
VISIT = "  - {step: visit, channel: visit, after: call + 5 working days}\n"


def row(ref: str, last: str, number: int, company: str = "", email: str = "") -> tuple[str, ...]:
    address = email or f"{ref}@{ref}.example"
    return (ref, "Anne", last, company, address, f"02230000{number:02}", "Rennes")


def chain(workspace: Workspace, rows: list[tuple[str, ...]], head: str = "") -> None:
    """Everybody in one campaign of a call and a visit, launched on Monday."""
    workspace.people(rows, HEADER)
    workspace.campaign("spring", steps=CALL + VISIT, head=head)
    workspace.launch("spring", now=MONDAY)


def coming(workspace: Workspace, who: str, now: str = WEDNESDAY) -> Any:
    """The step that comes next for a person in the only campaign, or why nothing comes."""
    (story,) = workspace.ok("why", who, now=now)["campaigns"]
    return story["next"]["step"] or story["next"]["reason"]


def going_on(workspace: Workspace, *people: str, now: str = WEDNESDAY) -> list[str]:
    return [who for who in people if coming(workspace, who, now) in {"call", "visit"}]


def test_every_fact_of_the_default_ends_the_chain_on_whatever_channel_and_others_go_on(
    workspace: Workspace,
) -> None:
    """Seven people: five are stopped by the five words of `stop_on`, a refusal and a mere talk
    stop nobody: their call is done, and five working days after Tuesday the 2nd is the 9th."""
    names = ["adam", "bach", "cohn", "duru", "egal", "faye", "gros"]
    chain(workspace, [row(name, name.title(), n) for n, name in enumerate(names)])
    facts = [
        ("adam", "replied", "letter"), ("bach", "appointment", "call"), ("cohn", "order", "visit"),
        ("duru", "opted_out", "call"), ("egal", "bounced", "email"), ("faye", "refused", "call"),
    ]  # fmt: skip
    said = {
        who: workspace.ok("record", who, stage, "--channel", channel, now=TUESDAY)["stopped"]
        for who, stage, channel in facts
    }
    assert said == {
        "adam": True, "bach": True, "cohn": True, "duru": True, "egal": True, "faye": False,
    }  # fmt: skip
    workspace.ok("record", "gros", "met", "--channel", "call", now=TUESDAY)
    assert going_on(workspace, *names) == ["faye", "gros"]
    for who in ("faye", "gros"):
        assert workspace.next_of(who)["at"] == "2027-03-09T00:00:00+01:00"
    # A dead address is no opposition, a word is: another campaign takes the one, not the other.
    workspace.ok("stop", "spring", "--yes", now=TUESDAY)
    workspace.campaign("summer", steps=CALL)
    summer = workspace.launch("summer", now=TUESDAY)
    assert (summer["enrolled"], summer["excluded"]) == (6, {"opted_out": 1})


def test_a_campaign_that_names_its_own_stops_is_ended_by_those_alone(workspace: Workspace) -> None:
    """`stop_on: [order]`: a reply goes on; an opposition ends the chain though nobody named it."""
    chain(workspace, [row("adam", "Adam", 1), row("bach", "Bach", 2)], "stop_on: [order]\n")
    assert not workspace.ok("record", "adam", "replied", now=TUESDAY)["stopped"]
    assert going_on(workspace, "adam", "bach") == ["adam", "bach"]
    assert workspace.ok("record", "adam", "order", "--amount", "10", now=TUESDAY)["stopped"]
    assert workspace.ok("record", "bach", "opted_out", now=TUESDAY)["stopped"]
    assert going_on(workspace, "adam", "bach") == []


def test_a_colleague_of_the_same_firm_ends_the_chain_where_the_campaign_says_so(
    workspace: Workspace,
) -> None:
    """One firm however it is written; nobody of another firm, and nobody without one."""
    rows = [
        row("adam", "Adam", 1, "Menuiserie Élan", "adam@elan.example"),
        row("bach", "Bach", 2, "MENUISERIE ELAN", "bach@elan.example"),
        row("cohn", "Cohn", 3, "Toitures Rey"),
        row("duru", "Duru", 4),
        row("egal", "Egal", 5),
    ]  # fmt: skip
    chain(workspace, rows, "stop_on: [appointment, opted_out, colleague]\n")
    everybody = ("adam", "bach", "cohn", "duru", "egal")
    workspace.ok("record", "adam", "replied", now=TUESDAY)
    assert going_on(workspace, *everybody) == list(everybody)
    workspace.ok("record", "adam", "appointment", now=TUESDAY)
    workspace.ok("record", "duru", "appointment", now=TUESDAY)
    assert going_on(workspace, *everybody) == ["cohn", "egal"]
    assert coming(workspace, "bach") == "colleague"
    assert "colleague" in workspace.run("why", "bach", "--now", WEDNESDAY).out
    # The appointment was a mistake of the pen: both go on, the call where it stood.
    first = workspace.ok("undo", "--list", now=WEDNESDAY)["recordings"][1]
    assert (first["stage"], first["contact"]) == ("appointment", 1)
    workspace.ok("undo", str(first["number"]), "--yes", now=WEDNESDAY)
    assert going_on(workspace, *everybody) == ["adam", "bach", "cohn", "egal"]


def test_a_person_under_two_addresses_is_one_person_and_a_namesake_is_another(
    workspace: Workspace,
) -> None:
    """Same name and same number; the namesake has his own. Not now, said once, holds for both."""
    rows = [
        ("a1", "Zoé", "Cadiou", "", "zoe@work.example", "0223000001", "Rennes"),
        ("a2", "Zoe", "CADIOU", "", "zoe.cadiou@home.example", "0223000001", "Rennes"),
        ("a3", "Zoé", "Cadiou", "", "zoe@else.example", "0223000099", "Rennes"),
    ]
    chain(workspace, rows)
    workspace.ok("record", "a2", "replied", now=TUESDAY)
    assert going_on(workspace, "a1", "a2", "a3") == ["a3"]
    workspace.ok("undo", "--yes", now=TUESDAY)
    assert going_on(workspace, "a1", "a2", "a3") == ["a1", "a2", "a3"]
    workspace.ok(
        "record", "a1", "latent", "--back-on", "2027-09-01", "--reason", "roof", now=TUESDAY,
    )  # fmt: skip
    assert going_on(workspace, "a1", "a2", "a3") == ["a3"]
    workspace.ok("undo", "--yes", now=TUESDAY)
    workspace.ok("record", "a1", "opted_out", now=TUESDAY)
    assert going_on(workspace, "a1", "a2", "a3") == ["a3"]


def test_facts_told_late_count_from_their_day(workspace: Workspace) -> None:
    """Told on Friday the 12th: a talk of Wednesday the 3rd dates the visit (the 10th); a reply of
    the 3rd ends a chain; one of January is before the campaign and neither ends nor credits it;
    an opposition of January forbids all the same."""
    names = ["adam", "bach", "cohn", "duru"]
    chain(workspace, [row(name, name.title(), n) for n, name in enumerate(names)])
    friday = "2027-03-12T10:00"
    talk = workspace.ok("record", "adam", "met", "--on", "2027-03-03T11:00", now=friday)
    assert (talk["campaign"], talk["at"]) == ("spring", "2027-03-03T11:00:00+01:00")
    assert workspace.ok("record", "bach", "replied", "--on", "2027-03-03", now=friday)["stopped"]
    before = workspace.ok("record", "cohn", "replied", "--on", "2027-01-08", now=friday)
    assert (before["campaign"], before["stopped"]) == (None, False)
    workspace.ok("record", "duru", "opted_out", "--on", "2027-01-08", now=friday)
    assert going_on(workspace, *names, now=friday) == ["adam", "cohn"]
    assert workspace.next_of("adam")["at"] == "2027-03-10T00:00:00+01:00"
    duru = workspace.ok("suppress", "list")["suppressions"][0]
    assert duru["at"][:10] == "2027-01-08"
    # The first order is the one that came first, whenever it was told.
    workspace.ok("record", "cohn", "order", "--amount", "300", "--on", "2027-03-11", now=friday)
    workspace.ok("record", "cohn", "order", "--amount", "200", "--on", "2027-03-05", now=friday)
    cohn = workspace.ok("contacts", "show", "cohn")
    assert (cohn["first_order_on"], cohn["last_order_on"]) == ("2027-03-05", "2027-03-11")
    assert (cohn["order_count"], cohn["revenue"]) == (2, 500)


def test_what_has_not_happened_yet_is_not_recorded(workspace: Workspace) -> None:
    """Later today may be a slip of the clock, tomorrow is none; the plan for it is `--back-on`."""
    chain(workspace, [row("adam", "Adam", 1)])
    before = workspace.stored()
    refused = workspace.run("record", "adam", "met", "--on", "2027-03-03", "--now", TUESDAY)
    assert refused.code == 1
    assert "3 Mar 2027" in refused.err
    assert "--back-on" in refused.err
    assert workspace.stored() == before
    workspace.write("facts.csv", "contact;stage;on\nadam;met;03/03/2027\nadam;met;02/03/2027\n")
    half = workspace.ok("record", "--from", "facts.csv", now=TUESDAY, code=4)
    assert (half["recorded"], half["rejected"]) == (1, 1)
    assert "3 Mar 2027" in (workspace.folder / half["rejects_file"]).read_text("utf-8-sig")
    for words in (["referrals", "add", "adam"], ["referrals", "thank", "adam"]):
        late = workspace.run(*words, "--on", "2027-03-03", "--now", TUESDAY)
        assert (late.code, "3 Mar 2027" in late.err) == (1, True)
