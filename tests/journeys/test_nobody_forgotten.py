"""Nobody is dropped silently: `today`, `contacts adrift`, `why`, on days worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest
from workspaces import Workspace

TEAM = """\
team:
  marie: {name: Marie Le Goff, calls_per_day: 25}
  yann: {name: Yann Morvan, calls_per_day: 15}
"""
CALL = "  - {step: call, channel: call, by: marie}\n"
#: Monday 1 March 2027 and the working days after it, in the zone of Paris.
MONDAY, TUESDAY, FRIDAY = "2027-03-01T09:00", "2027-03-02T09:00", "2027-03-05T09:00"
NEXT_MONDAY = "2027-03-08T09:00"


def people(workspace: Workspace, *names: str, city: str = "Rennes") -> None:
    """Each with a telephone number and an address."""
    workspace.people(
        ((name, name.capitalize(), f"{name}@mail.example", city, f"02 99 00 00 {number:02}")
         for number, name in enumerate(names, 10)),
        header="Ref;Last name;E-mail;City;Phone",
    )  # fmt: skip


def day(workspace: Workspace, now: str, *words: str) -> Any:
    return workspace.ok("today", *words, now=now)["today"]


@pytest.fixture
def calling(workspace: Workspace) -> Workspace:
    """Six people who are to be called on Monday, by Marie unless they are Yann's."""
    workspace.settings(more=TEAM)
    people(workspace, "anne", "bruno", "cecile", "denis", "elise", "fabrice")
    workspace.campaign("spring", steps=CALL)
    workspace.launch("spring", now=MONDAY)
    workspace.run("run", "--quiet", "--now", MONDAY)
    return workspace


def names(rows: list[Any]) -> list[str]:
    return [row["name"] for row in rows]


# --- a season, by hand ------------------------------------------------------------------------


def test_a_week_of_calls_promises_and_latent_people(calling: Workspace) -> None:
    """Six calls on Monday. Anne: call back on Friday. Bruno: latent until Monday after.
    Cecile: refused for good. Denis: an appointment, a quote promised for Tuesday."""
    said = calling.ok
    assert day(calling, MONDAY)["calls"] == 6
    said("record", "anne", "call_back", "--back-on", "2027-03-05", "--by", "marie", now=MONDAY)
    said("record", "bruno", "latent", "--back-on", "2027-03-08", "--reason", "roof first",
         now=MONDAY)  # fmt: skip
    said("record", "cecile", "arid", "--reason", "has a joiner", now=MONDAY)
    said("record", "denis", "appointment", now=MONDAY)
    said("record", "denis", "promised", "--back-on", "2027-03-02", "--note", "send the plan",
         "--by", "yann", now=MONDAY)  # fmt: skip

    monday = day(calling, MONDAY)
    assert (monday["calls"], monday["follow_ups"], monday["slipped"]) == (2, [], [])
    tuesday = day(calling, TUESDAY)
    assert names(tuesday["follow_ups"]) == ["Denis"]
    assert tuesday["follow_ups"][0]["note"] == "send the plan"
    assert tuesday["late"]["calls"] == 2
    friday = day(calling, FRIDAY)
    assert names(friday["slipped"]) == ["Denis"]
    assert friday["calls"] == 3
    later = day(calling, NEXT_MONDAY)
    assert [(row["name"], row["until"], row["reason"]) for row in later["latent"]] == [
        ("Bruno", "2027-03-08", "roof first")
    ]
    assert day(calling, NEXT_MONDAY, "--for", "marie")["slipped"] == []
    assert names(day(calling, NEXT_MONDAY, "--for", "yann")["slipped"]) == ["Denis"]

    number = str(later["slipped"][0]["n"])
    done = said("today", "--done", number, "--for", "yann", now=NEXT_MONDAY)
    assert names(done["done"]) == ["Denis"]
    assert day(calling, NEXT_MONDAY)["slipped"] == []
    assert "done: promised – send the plan" in calling.run("why", "denis").out


def test_somebody_who_came_by_himself_waits_until_he_is_answered(workspace: Workspace) -> None:
    """Asked on Monday, still there on Friday for the fourth day, gone once he is answered."""
    people(workspace, "anne", city="Nantes")
    workspace.ok("record", "anne", "inbound", "--origin", "web", "--note", "stairs", now=MONDAY)

    (waiting,) = day(workspace, FRIDAY)["inquiries"]
    assert (waiting["name"], waiting["origin"], waiting["days"]) == ("Anne", "web", 4)
    workspace.ok("record", "anne", "answered", "--quality", "4", now=FRIDAY)
    assert day(workspace, FRIDAY)["inquiries"] == []


def test_today_says_when_there_is_nothing_and_refuses_who_is_not_there(
    calling: Workspace,
) -> None:
    assert "6  calls" in calling.run("today", "--now", MONDAY).out
    calling.ok("stop", "spring", "--yes", now=MONDAY)
    assert "Nothing is due today." in calling.run("today", "--now", MONDAY).out
    done = calling.run("today", "--for", "mary", "--now", MONDAY)
    assert done.code == 1
    assert "did you mean 'marie'?" in done.err
    assert calling.run("today", "--done", "7").code == 1


# --- who is adrift ----------------------------------------------------------------------------


def adrift(workspace: Workspace, now: str, *words: str) -> dict[str, str]:
    answer = workspace.ok("contacts", "adrift", *words, now=now)
    assert answer["count"] >= len(answer["adrift"])
    return {row["name"]: row["reason"] for row in answer["adrift"]}


def test_whoever_nothing_holds_is_adrift_and_told_why(calling: Workspace) -> None:
    """Six in the campaign, one in a town nobody writes to; then answers, and the campaign's end."""
    people(calling, "gael", city="Nantes")
    assert adrift(calling, MONDAY) == {"Gael": "new"}
    calling.ok("record", "anne", "replied", now=MONDAY)
    calling.ok("record", "bruno", "latent", "--back-on", "2027-06-01", now=MONDAY)
    calling.ok("record", "cecile", "arid", "--reason", "has a joiner", now=MONDAY)
    calling.ok("record", "denis", "opted_out", now=MONDAY)
    calling.ok("record", "elise", "promised", "--back-on", "2027-03-05", now=MONDAY)
    assert adrift(calling, TUESDAY) == {"Anne": "replied", "Gael": "new"}
    calling.ok("stop", "spring", "--yes", now=TUESDAY)
    assert adrift(calling, TUESDAY) == {"Anne": "replied", "Fabrice": "over", "Gael": "new"}

    text = calling.run("contacts", "adrift", "--limit", "1", "--now", TUESDAY).out
    assert "Anne  anne@mail.example\n  since 1 Mar 2027: replied, and nothing follows\n" in text
    assert text.endswith(
        "and 2 more (--limit 0 shows all)\n"
        "      1  replied\n      1  no answer\n      1  never in a campaign\n"
        "3 people are adrift.\n"
    )
    assert adrift(calling, TUESDAY, 'city = "Nantes"') == {"Gael": "new"}
    assert calling.ok("contacts", "adrift", "--count", now=TUESDAY) == {"count": 3}


def test_a_campaign_that_is_written_holds_whom_it_would_take(calling: Workspace) -> None:
    """Until its last day; one with an error in its file holds nobody and is told of."""
    people(calling, "gael", "hugo", city="Nantes")
    calling.campaign("autumn", 'city = "Nantes"', head="not_after: 2027-03-03\n")
    assert adrift(calling, MONDAY) == {}
    assert adrift(calling, FRIDAY) == {"Gael": "new", "Hugo": "new"}
    calling.campaign("broken", 'citty = "Nantes"')
    done = calling.run("contacts", "adrift", "--now", FRIDAY)
    assert done.out.endswith("2 people are adrift.\n")
    assert "broken.yaml is left aside, as it has errors" in done.err


# --- why, for five people ---------------------------------------------------------------------


def story(workspace: Workspace, who: str, now: str) -> tuple[Any, str]:
    """What `why` answers, and what it shows."""
    shown = workspace.run("why", who, "--now", now)
    assert shown.code == 0
    assert max(map(len, shown.out.splitlines())) <= 80
    return workspace.ok("why", who, now=now), shown.out


def test_why_of_somebody_to_be_called_again(calling: Workspace) -> None:
    """No answer on Monday: Marie tries again, the next working day, and both know it."""
    calling.ok("record", "anne", "no_answer", "--by", "marie", now=MONDAY)
    found, shown = story(calling, "anne", MONDAY)
    assert (found["next"]["step"], found["next"]["by"]) == ("call", "marie")
    assert found["next"]["at"].startswith("2027-03-02")
    assert "call: to be tried again, after 1 in vain (no answer)" in shown
    assert "(Marie Le Goff)" in shown


def test_why_of_a_latent_prospect(calling: Workspace) -> None:
    calling.ok("record", "bruno", "latent", "--back-on", "2027-09-01", "--reason", "roof first",
               now=MONDAY)  # fmt: skip
    found, shown = story(calling, "bruno", TUESDAY)
    assert (found["interest"], found["interest_until"]) == ("latent", "2027-09-01")
    assert found["next"]["at"].startswith("2027-09-01")
    assert found["adrift"] is None
    assert "roof first" in shown


def test_why_of_somebody_who_asked_to_be_left_alone(calling: Workspace) -> None:
    """The rule, its article, and the day of his word."""
    calling.ok("record", "denis", "opted_out", now=MONDAY)
    found, shown = story(calling, "denis", TUESDAY)
    (rule,) = [one for one in found["rules"] if one["rule"] == "opposition"]
    assert (rule["on"], rule["binding"]) == ("2027-03-01", True)
    assert rule["channels"] == ["email", "letter", "call", "visit", "task"]
    assert found["next"]["reason"] == "suppressed"
    assert "GDPR art. 21" in shown


def test_why_of_an_inbound_prospect_whom_a_customer_sent(calling: Workspace) -> None:
    people(calling, "gael", city="Nantes")
    calling.ok("record", "gael", "inbound", "--referrer", "elise", "--note", "stairs", now=MONDAY)
    found, shown = story(calling, "gael", MONDAY)
    (request,), (referral,) = found["inquiries"], found["referrals"]
    assert (request["subject"], request["answered_at"]) == ("stairs", None)
    assert (referral["recommended"], referral["name"]) == ("by", "Elise")
    assert found["next"]["reason"] == "answer"
    assert "was recommended by Elise" in shown
    of_the_referrer, _ = story(calling, "elise", MONDAY)
    assert [one["kind"] for one in of_the_referrer["promises"]] == ["thank"]
    assert of_the_referrer["referrals"][0]["name"] == "Gael"


def test_why_of_somebody_adrift_says_since_when_and_what_to_do(calling: Workspace) -> None:
    people(calling, "gael", city="Nantes")
    calling.ok("record", "fabrice", "replied", now=MONDAY)
    found, shown = story(calling, "fabrice", TUESDAY)
    assert found["adrift"]["reason"] == "replied"
    assert "Adrift since 1 Mar 2027: replied, and nothing follows" in shown
    assert "outreach record fabrice@mail.example appointment" in shown
    found, shown = story(calling, "gael", TUESDAY)
    assert found["adrift"]["reason"] == "new"
    assert "in no campaign: nothing comes" in shown


def test_why_waits_for_the_pressure_and_says_until_when(workspace: Workspace) -> None:
    """Called on Monday, seven days between touches: the second call waits for the 8th."""
    workspace.settings(more=TEAM + "pressure: {min_days_between_touches: 7}\n")
    people(workspace, "anne")
    steps = CALL + "  - {step: again, channel: call, by: yann, after: call + 1 day}\n"
    workspace.campaign("spring", steps=steps, head="stop_on: [order]\n")
    workspace.launch("spring", now=MONDAY)
    workspace.ok("record", "anne", "met", now=MONDAY)
    found, shown = story(workspace, "anne", TUESDAY)
    assert (found["next"]["step"], found["next"]["by"]) == ("again", "yann")
    assert found["next"]["at"].startswith("2027-03-08")
    assert found["next"]["reason"] == "pressure"
    assert "left in peace until 8 Mar 2027" in shown
