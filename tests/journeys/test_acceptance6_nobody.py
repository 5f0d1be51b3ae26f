"""Acceptance of issue line 5.9: nobody is dropped silently. Forty people, one in each state that a
prospect can be in (notes/domain B0, B2; checklist 27–50, 69–71, 104, 113), before and after their
campaigns end. Whoever has a next date, a pool or an archived reason is not adrift; everybody else
is, since the day and for the reason worked out here by hand.

Monday is 1 March 2027; whoever is nowhere came on file on 15 February.
"""

from __future__ import annotations

from typing import Any

import pytest
from smtp_servers import SmtpServer
from workspaces import Workspace, mail

ON_FILE = "2027-02-15T09:00"
MONDAY, TUESDAY, FRIDAY = "2027-03-01T09:00", "2027-03-02T09:00", "2027-03-05T09:00"
#: The campaign of calls is stopped then.
STOP = "2027-03-09T09:00"

TEAM = """\
team:
  marie: {name: Marie Le Goff, calls_per_day: 60}
  yann: {name: Yann Morvan, calls_per_day: 60}
"""
#: Calls in Rennes: a second one five days later, a visit two days after a meeting.
SPRING = """\
  - {step: call, channel: call, by: marie}
  - {step: again, channel: call, by: yann, after: call + 5 days}
  - {step: visit, channel: visit, by: yann, track: positive, after: met + 2 days}
"""
RENNES = ("anne", "bruno", "cecile", "denis", "elise", "gael", "jean", "karim", "lea", "marc",
          "nora", "omar", "paul", "quentin", "rose", "simon", "tania", "ugo", "vera", "william",
          "xavier", "zoe")  # fmt: skip
#: What is said of them on Monday: contact, stage, reason, back_on, amount.
SAID = """\
contact;stage;reason;back_on;amount
anne;replied;;;
bruno;appointment;;;
cecile;quote;;;900
denis;order;;;500
elise;arid;has a joiner;;
gael;latent;roof first;2027-09-01;
jean;active;;;
karim;refused;price;;
lea;refused;;;
marc;lost;dearer;;
nora;opted_out;;;
omar;call_back;;2027-03-05;
paul;no_answer;;;
quentin;wrong_number;;;
rose;met;;;
simon;spoken;;;
tania;bounced;;;
ugo;complained;;;
vera;returned;;;
william;promised;;2027-03-05;
xavier;call_back;;;
inb;inbound;;;
cust;order;;;100
"""
#: Adrift on Monday evening: since that day, but for who never was anywhere.
ON_MONDAY = {
    "Anne": "replied",
    "Bruno": "appointment",
    "Denis": "order",
    "Tania": "bounced",
    "Dead": "bounced",
    "Fine": "over",
    "Noaddr": "left_out",
    "Cust": "order",
    "Enrolled": "over",
    "Control": "control",
    "First wave": "over",
    "New": "new",
    "Erase": "new",
    "Merge": "new",
}
#: And when the campaign of calls is stopped, since that day: whose call or visit was to come.
ON_STOP = {
    "Cecile": "quote",
    "Jean": "active",
    "Karim": "refused",
    "Lea": "refused",
    "Marc": "lost",
    "Omar": "call_back",
    "Paul": "over",
    "Quentin": "wrong_number",
    "Rose": "met",
    "Simon": "spoken",
    "Vera": "returned",
    "Xavier": "call_back",
    "Zoe": "over",
}


@pytest.fixture
def forty(workspace: Workspace) -> Any:
    """Forty people and seven campaigns on Monday, after the first run and the first answers."""
    with SmtpServer({"RCPT": "550 5.1.1 no such user"}, only_for="dead") as server:
        workspace.settings(server.port, more=TEAM)
        _people(workspace)
        _campaigns(workspace)
        workspace.ok("run", now=MONDAY, code=4)
        workspace.write("said.csv", SAID)
        told = workspace.ok("record", "--from", "said.csv", now=MONDAY)
        assert told["recorded"] == SAID.count("\n") - 1
        workspace.ok("suppress", "add", "supp@mail.example", now=MONDAY)
        workspace.ok("pause", "paused", now=MONDAY)
        yield workspace


def _people(workspace: Workspace) -> None:
    lines = ["Ref;Last name;E-mail;City;Phone;Word"]
    for number, name in enumerate(RENNES, 10):
        phone = f"02 99 00 00 {number}"
        lines.append(f"{name};{name.capitalize()};{name}@mail.example;Rennes;{phone};")
    for name in ("dead", "held", "fine"):
        word = "" if name == "held" else "x"
        lines.append(f"{name};{name.capitalize()};{name}@mail.example;Brest;;{word}")
    lines.append("noaddr;Noaddr;;Brest;;x")
    towns = {"tour1": "Tours", "tour2": "Tours", "metz": "Metz", "paused": "Pau",
             "plan": "Vannes", "lille1": "Lille", "lille2": "Lille"}  # fmt: skip
    for name, town in towns.items():
        lines.append(f"{name};{name.capitalize()};{name}@mail.example;{town};;x")
    for name in ("new", "erase", "merge", "inb", "cust", "supp"):
        lines.append(f"{name};{name.capitalize()};{name}@mail.example;Nantes;;")
    assert len(lines) == 1 + 22 + 4 + 7 + 6
    workspace.write("people.csv", "\n".join(lines) + "\n")
    workspace.ok("contacts", "import", "people.csv", now=ON_FILE)


def _campaigns(workspace: Workspace) -> None:
    workspace.write("templates/word.html.j2", "<p>Dear {{ last_name }}, {{ word }}.</p>\n")
    worded = mail(template="word.html.j2")
    workspace.campaign("spring", steps=SPRING)
    workspace.campaign("brest", 'city = "Brest"', steps=worded)
    workspace.campaign("tours", 'city = "Tours"', head="waves: {size: 1, every: 1 week}\n")
    workspace.campaign("metz", 'city = "Metz"', head='repeat: "0 9 * * mon"\n')
    workspace.campaign(
        "paused", 'city = "Pau"', steps="  - {step: todo, channel: task, by: marie}\n"
    )
    workspace.campaign("lille", 'city = "Lille"', audience="  control: 50%\n")
    for name in ("spring", "brest", "tours", "metz", "paused", "lille"):
        workspace.launch(name, now=MONDAY)
    # Written and not launched: the pool of whoever it would take.
    workspace.campaign("vannes", 'city = "Vannes"', head="not_after: 2027-06-30\n")


def adrift(workspace: Workspace, now: str, *words: str) -> dict[str, tuple[str, str]]:
    """Name → reason and day since, of everybody who is adrift; chance says who of two is control,
    and who of two is of the first wave."""
    answer = workspace.ok("contacts", "adrift", *words, now=now)
    assert answer["count"] == len(answer["adrift"]) == sum(answer["reasons"].values())
    found = {row["name"]: (row["reason"], row["since"][:10]) for row in answer["adrift"]}
    drawn = {"Tour1": "First wave", "Tour2": "First wave"}
    for name in ("Lille1", "Lille2"):
        drawn[name] = "Control" if found.get(name, "?")[0] == "control" else "Enrolled"
    assert len(found) == len({drawn.get(name, name) for name in found})
    return {drawn.get(name, name): reason for name, reason in found.items()}


def on_monday() -> dict[str, tuple[str, str]]:
    nowhere = ("New", "Erase", "Merge")
    return {
        name: (reason, "2027-02-15" if name in nowhere else "2027-03-01")
        for name, reason in ON_MONDAY.items()
    }


def coming(workspace: Workspace, who: str, now: str) -> tuple[str | None, str | None]:
    """The step that comes next of all, and its day."""
    found = workspace.ok("why", who, now=now)["next"]
    return found["step"], found["at"] and found["at"][:10]


def test_forty_people_have_a_date_a_pool_a_reason_or_are_adrift_and_told_why(
    forty: Workspace,
) -> None:
    """On Monday; on Tuesday nothing has changed; when their campaign is stopped, who was waiting
    for a step of it has nothing any more."""
    assert adrift(forty, MONDAY) == on_monday()
    held = {
        # Dated by the chain: at once, five days after the call, two after the meeting.
        "zoe": ("call", "2027-03-01"),
        "simon": ("again", "2027-03-06"),
        "karim": ("again", "2027-03-06"),
        "rose": ("visit", "2027-03-03"),
        # Asked for: on Friday; in vain: the next working day.
        "omar": ("call", "2027-03-05"),
        "paul": ("call", "2027-03-02"),
        # A wave later, and the next firing of a repeat.
        "metz": ("mail", "2027-03-08"),
        # Beside campaigns: latent until September.
        "gael": (None, "2027-09-01"),
    }
    for who, expected in held.items():
        assert coming(forty, who, MONDAY) == expected, who
    second = {coming(forty, who, MONDAY) for who in ("tour1", "tour2")}
    assert ("mail", "2027-03-08") in second

    forty.ok("run", now=TUESDAY, code=4)
    assert adrift(forty, TUESDAY) == on_monday()

    forty.ok("stop", "spring", "--yes", now=STOP)
    stopped = {name: (reason, "2027-03-09") for name, reason in ON_STOP.items()}
    assert adrift(forty, STOP) == on_monday() | stopped


def test_who_was_adrift_is_not_once_somebody_decides_and_is_again_when_it_is_undone(
    forty: Workspace,
) -> None:
    """A day to come back, a reason, an opposition, an erasure, a campaign; and taken back."""
    forty.ok("record", "bruno", "promised", "--back-on", "2027-03-08", now=TUESDAY)
    forty.ok("record", "anne", "arid", "--reason", "only curious", now=TUESDAY)
    forty.ok("record", "dead", "opted_out", now=TUESDAY)
    forty.ok("contacts", "erase", "erase", "--confirm", now=TUESDAY)
    forty.ok("suppress", "remove", "supp@mail.example", now=TUESDAY)
    forty.ok("contacts", "set", "tania", "email=new.tania@mail.example", now=TUESDAY)
    forty.campaign("nantes", 'last_name in ("New", "Merge")')
    left = {name: found for name, found in on_monday().items()
            if name not in ("Bruno", "Anne", "Dead", "Erase", "New", "Merge")}  # fmt: skip
    left |= {"Supp": ("new", "2027-02-15"), "Tania": ("over", "2027-03-01")}
    assert adrift(forty, TUESDAY) == left

    # The campaign's last day passes, the promise is kept, the word taken back.
    forty.campaign("nantes", 'last_name in ("New", "Merge")', head="not_after: 2027-03-03\n")
    slipped = forty.ok("today", now="2027-03-10T09:00")["today"]["slipped"]
    assert [(one["name"], one["due_on"]) for one in slipped] == [
        ("William", "2027-03-05"), ("Bruno", "2027-03-08"),
    ]  # fmt: skip
    forty.ok("today", "--done", str(slipped[1]["n"]), now=FRIDAY)
    said = forty.ok("undo", "--list", now=FRIDAY)["recordings"]
    number = next(one["number"] for one in said if one["stage"] == "arid" and not one["file"])
    forty.ok("undo", str(number), "--yes", now=FRIDAY)
    found = adrift(forty, FRIDAY)
    assert found["Bruno"] == ("appointment", "2027-03-05")
    assert found["Anne"][0] == "replied"
    assert found["New"] == found["Merge"] == ("new", "2027-02-15")


def test_what_is_said_of_them_fits_the_terminal_and_an_answer_lets_go_of_who_asked(
    forty: Workspace,
) -> None:
    """`adrift` with the number of each reason, and `why` of ten, in English and in French; ticking
    off the promise to answer is an answer, too (checklist 113)."""
    text = forty.run("contacts", "adrift", "--limit", "3", "--now", MONDAY).out
    assert "and 11 more (--limit 0 shows all)\n" in text
    assert "\n      3  never in a campaign\n" in text
    assert text.endswith("14 people are adrift.\n")
    assert forty.ok("contacts", "adrift", "--count", now=MONDAY) == {"count": 14}

    told = {
        "anne": "Adrift since 1 Mar 2027: replied, and nothing follows",
        "dead": "Adrift since 1 Mar 2027: the e-mail address is dead",
        "elise": "not interested for good (has a joiner)",
        "gael": "not now, later (roof first)",
        "held": "word",
        "inb": "answer an inbound request",
        "nora": "GDPR art. 21",
        "plan": "vannes",
        "rose": "visit",
        "tour1": "tours",
    }
    for who, part in told.items():
        shown = forty.run("why", who, "--now", MONDAY).out
        assert part in shown, (who, shown)
        assert max(map(len, shown.splitlines())) <= 80
    settings = forty.folder / "outreach.yaml"
    french = settings.read_text(encoding="utf-8").replace("en_GB", "fr_FR")
    settings.write_text(french, encoding="utf-8")
    for who in told:
        shown = forty.run("why", who, "--now", MONDAY).out
        assert "1er mars 2027" in shown or "15 févr. 2027" in shown
        assert max(map(len, shown.splitlines())) <= 80

    (waiting,) = forty.ok("today", now=FRIDAY)["today"]["inquiries"]
    assert (waiting["name"], waiting["days"]) == ("Inb", 4)
    forty.ok("today", "--done", str(waiting["n"]), now=FRIDAY)
    (request,) = forty.ok("why", "inb", now=FRIDAY)["inquiries"]
    assert request["answered_at"].startswith("2027-03-05")
    assert adrift(forty, FRIDAY, 'last_name = "Inb"') == {"Inb": ("inbound", "2027-03-05")}


def test_today_counts_the_calls_that_calls_lists(workspace: Workspace) -> None:
    """Two of four said no answer is wanted: their condition is false before any run has seen it."""
    workspace.settings(more=TEAM)
    rows = [(name, name.capitalize(), f"{name}@mail.example", "Rennes", f"02 99 00 00 {n}", "asked")
            for n, name in enumerate(("anne", "bruno", "cecile", "denis"), 10)]  # fmt: skip
    workspace.people(rows, header="Ref;Last name;E-mail;City;Phone;Wish")
    workspace.campaign("spring", steps="  - {step: call, channel: call, by: marie,"
                       " when: wish != 'peace', not_after: 2027-03-05}\n")  # fmt: skip
    workspace.launch("spring", now=MONDAY)
    assert workspace.ok("today", now=MONDAY)["today"]["calls"] == 4
    for name in ("anne", "denis"):
        workspace.ok("contacts", "set", name, "wish=peace", now=MONDAY)
    day = workspace.ok("today", now=TUESDAY)["today"]
    assert (day["calls"], day["late"]["calls"]) == (2, 2)
    assert [one["seller"] for one in day["people"]] == ["marie"]
    listed = workspace.ok("calls", now=TUESDAY)["calls"]
    assert [one["name"] for one in listed] == ["Bruno", "Cecile"]
    # Its last day has passed: no call any more, and today says the same.
    assert workspace.ok("calls", now="2027-03-08T09:00")["calls"] == []
    assert workspace.ok("today", now="2027-03-08T09:00")["today"]["calls"] == 0
