"""What a person records, on any channel, one by one or from a file, and takes back again."""

from __future__ import annotations

import pytest
from workspaces import Workspace

CAMPAIGN = """
campaign: spring
offer: A visit
audience: {where: 'city = "Rennes"'}
steps:
  - step: call
    channel: call
  - step: visit
    channel: visit
    after: call + 3 working days
stop_on: [replied, order, opted_out, colleague]
"""

PEOPLE = """email,first_name,last_name,company,city,phone
anne@firm.example,Anne,Le Goff,Firm,Rennes,0223000001
paul@firm.example,Paul,Martin,Firm,Rennes,0223000002
zoe@cadiou.example,Zoé,Cadiou,,Rennes,0223000003
"""


@pytest.fixture
def spring(workspace: Workspace) -> Workspace:
    """Three people of Rennes, two of one firm, in a campaign of a call and a visit."""
    workspace.write("people.csv", PEOPLE)
    workspace.write("campaigns/spring.yaml", CAMPAIGN)
    workspace.ok("contacts", "import", "people.csv")
    workspace.ok("launch", "spring", "--confirm", "3", now="2027-03-02T08:00")
    return workspace


def states(workspace: Workspace) -> dict[str, int]:
    by_state: dict[str, int] = workspace.ok("status", "spring")["by_state"]
    return {state: count for state, count in by_state.items() if count}


def test_a_reply_ends_the_chain_of_a_colleague_and_undo_lets_both_go_on(spring: Workspace) -> None:
    recorded = spring.ok("record", "anne@firm.example", "replied", now="2027-03-03T10:00")
    assert recorded["stopped"] is True
    assert states(spring) == {"due": 1, "cancelled": 2}
    undone = spring.ok("undo", "--yes", now="2027-03-03T11:00")
    assert (undone["number"], undone["going_on"], undone["steps"]) == (recorded["number"], 2, 2)
    assert states(spring) == {"due": 3}


def test_undo_asks_where_nobody_said_yes_and_changes_nothing(spring: Workspace) -> None:
    spring.ok("record", "zoe@cadiou.example", "replied", now="2027-03-03T10:00")
    spring.ok("undo", now="2027-03-03T11:00", code=1)
    assert spring.ok("undo", "--dry-run", now="2027-03-03T11:00")["steps"] == 1
    assert states(spring) == {"due": 2, "cancelled": 1}


def test_a_call_recorded_late_dates_the_visit_from_the_day_it_was_made(spring: Workspace) -> None:
    spring.ok("record", "zoe@cadiou.example", "met", "--on", "2027-03-03", now="2027-03-09T10:00")
    told = spring.ok("why", "zoe@cadiou.example", now="2027-03-09T10:00")
    assert str(told).count("2027-03-08") >= 1, told


def test_a_latent_prospect_has_his_day_and_an_arid_one_his_reason(spring: Workspace) -> None:
    refused = spring.run("record", "zoe@cadiou.example", "latent", "--json")
    assert refused.code == 2
    assert "2027-09-01" in refused.out
    spring.ok(
        "record", "zoe@cadiou.example", "latent", "--back-on", "2027-09-01",
        now="2027-03-03T10:00",
    )  # fmt: skip
    assert spring.ok("contacts", "count", 'interest = "latent"')["count"] == 1
    spring.ok(
        "record", "zoe@cadiou.example", "arid", "--reason", "bound elsewhere",
        now="2027-03-04T10:00",
    )  # fmt: skip
    assert spring.ok("contacts", "count", 'interest = "arid"')["count"] == 1
    spring.ok("undo", "--yes", now="2027-03-04T11:00")
    assert spring.ok("contacts", "count", 'interest = "latent"')["count"] == 1


def test_an_inquiry_tells_origin_referrer_speed_and_quality(spring: Workspace) -> None:
    spring.ok(
        "record", "zoe@cadiou.example", "inbound", "--origin", "web", "--referrer",
        "anne@firm.example", now="2027-03-03T10:00",
    )  # fmt: skip
    assert spring.ok("inquiries", "--open")["open"] == 1
    spring.ok("record", "zoe@cadiou.example", "answered", "--quality", "4", now="2027-03-03T12:30")
    [asked] = spring.ok("inquiries")["inquiries"]
    assert (asked["origin"], asked["hours"], asked["quality"]) == ("web", 2.5, 4)
    spring.ok("record", "zoe@cadiou.example", "order", "--amount", "900", now="2027-03-05T10:00")
    brought = spring.ok("referrals")
    assert (brought["orders"], brought["revenue"]) == (1, 900)
    assert brought["referrals"][0]["referrer"]["name"] == "Anne Le Goff"
    assert brought["referrals"][0]["thanked_on"] is None
    spring.ok("referrals", "thank", "anne@firm.example", now="2027-03-06T10:00")
    assert spring.ok("referrals")["referrals"][0]["thanked_on"] == "2027-03-06"


def test_a_rehearsed_season_reaches_a_year_ahead_of_the_clock_and_no_further(
    workspace: Workspace,
) -> None:
    """A slip of the year is refused, though a campaign was once launched ahead of the clock."""
    workspace.campaign("later")
    (person,) = workspace.townspeople(1)
    clock = {"now": "2027-03-01T10:00"}
    assert workspace.run("record", person, "replied", "--on", "2027-03-02", **clock).code == 1
    workspace.launch("later", now="2027-06-01T09:00")
    workspace.ok("record", person, "replied", "--on", "2028-05-31", **clock)
    refused = workspace.run("record", person, "order", "--on", "2207-03-02", **clock)
    assert refused.code == 1
    assert "2207" in refused.err


def test_a_file_is_rehearsed_recorded_and_taken_back_whole(spring: Workspace) -> None:
    spring.write(
        "facts.csv",
        "contact;stage;on;amount;reason;channel\n"
        "anne@firm.example;met;2027-03-03;;;call\n"
        "anne@firm.example;order;2027-03-04;1 200,50;;\n"
        "paul@firm.example;refused;2027-03-04;;too dear;\n"
        "zoe@cadiou.example;ordr;2027-03-04;;;\n"
        "nobody@x.example;replied;2027-03-04;;;\n",
    )
    tried = spring.ok("record", "--from", "facts.csv", "--dry-run", now="2027-03-05", code=4)
    assert (tried["recorded"], tried["rejected"], tried["rejects_file"]) == (3, 2, None)
    assert states(spring) == {"due": 3}
    done = spring.ok("record", "--from", "facts.csv", now="2027-03-05", code=4)
    assert (done["recorded"], done["unchanged"], done["rejected"]) == (3, 0, 2)
    assert "nobody@x.example" in (spring.folder / done["rejects_file"]).read_text("utf-8-sig")
    again = spring.ok("record", "--from", "facts.csv", now="2027-03-05", code=4)
    assert (again["recorded"], again["unchanged"]) == (0, 3)
    [listed] = spring.ok("undo", "--list")["recordings"]
    assert listed["together"] == 3
    undone = spring.ok("undo", "--yes", now="2027-03-05")
    assert undone["recordings"] == 3
    assert states(spring)["due"] == 3
    assert spring.ok("contacts", "count", "order_count > 0 or touch_count > 0")["count"] == 0


def test_an_undo_of_a_number_that_is_none_says_where_to_look(spring: Workspace) -> None:
    refused = spring.run("undo", "4711", "--json")
    assert refused.code == 2
    assert "--list" in refused.out


def test_a_file_of_facts_may_have_its_heads_in_french_and_says_which_is_wrong(
    workspace: Workspace,
) -> None:
    settings = workspace.folder / "outreach.yaml"
    settings.write_text(settings.read_text().replace("en_GB", "fr_FR"))
    workspace.people([("a", "Adam", "a@mail.example", "Rennes")])
    rows = "\ufeffContact;Étape;Le;Montant\r\na;order;01/03/2027;1 250,50\r\n"
    file = str(workspace.write("faits.csv", rows))
    assert workspace.ok("record", "--from", file, now="2027-03-02T09:00")["recorded"] == 1
    assert workspace.ok("contacts", "show", "a")["revenue"] == 1250.5
    workspace.write("une.csv", "contact;stage;mont\na;order;1\n")
    workspace.write("manque.csv", "contact;note\na;x\n")
    wrong = [workspace.run("record", "--from", f"{name}.csv", "--json").errors[0]["message"]
             for name in ("une", "manque")]  # fmt: skip
    assert ["mont" in wrong[0], "contact" in wrong[0]] == [True, False]
    assert "'stage'" in wrong[1]


def test_a_file_with_two_headings_for_one_column_is_refused(spring: Workspace) -> None:
    """In French `Montant` is `amount`: of the two cells one would be lost, here 300 of 500."""
    settings = spring.folder / "outreach.yaml"
    settings.write_text(settings.read_text().replace("en_GB", "fr_FR"))
    rows = "anne@firm.example;order;300;\npaul@firm.example;order;;200\n"
    told = ("record", "--from", "facts.csv")
    spring.write("facts.csv", "contact;stage;amount;Montant\n" + rows)
    (fault,) = spring.ok(*told, now="2027-03-03T10:00", code=1)["errors"]
    assert "'amount'" in fault["message"]
    assert (fault["file"], fault["line"]) == ("facts.csv", 1)
    assert "amount, Montant" in fault["hint"]
    assert spring.ok("report", "spring", now="2027-03-04T10:00")["orders"] == 0
