"""A whole season played by its own runs before it begins: it is what the calendar foretold."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from workspaces import Workspace, mail

from outreach.store.engine import Database

#: Easter is three weeks off.
MONDAY = "2027-03-08T09:00"
HEADER = "Ref;Last name;E-mail;Phone;City;Postal code"
OFFICE = 'window: {days: mon-fri, hours: "09:00-12:00, 14:00-18:00", holidays: skip}\n'
CHANNELS = {
    "letter": "channel: letter, template: letter.docx",
    "email": 'channel: email, subject: "For {{ last_name }}", template: mail.html.j2',
    "call": "channel: call, minutes: 10",
    "visit": "channel: visit, minutes: 45",
    "task": "channel: task",
}
UNITS = ("days", "working days", "weeks")


def people(workspace: Workspace, count: int, *, chance: Random | None = None) -> None:
    """Some without an e-mail, a phone or a postal code where `chance` decides."""

    def some(value: str) -> str:
        return "" if chance and chance.random() < 0.2 else value

    workspace.people(
        (
            (f"p{n}", f"N{n}", some(f"p{n}@mail.example"), some(f"02 99 01 02 {n:02}"), "Rennes",
             some("35000"))
            for n in range(count)
        ),
        header=HEADER,
    )  # fmt: skip


def store_line(base: Database) -> str:
    if base.is_sqlite:
        return ""
    return f"store: {base.engine.url.render_as_string(hide_password=False)}\n"


def rows(answer: Any) -> list[tuple[str, str, int, dict[str, int]]]:
    return [(r["date"], r["step"], r["count"], r["by"]) for r in answer["calendar"]]


def steps_by(chance: Random, *, in_line: bool) -> str:
    """Two to five steps, each after one before it; the first opens the chain."""
    lines = []
    for number in range(chance.randint(2, 5)):
        channel = chance.choice(list(CHANNELS))
        keys = [f"step: s{number}", CHANNELS[channel]]
        if number:
            before = number - 1 if in_line else chance.randrange(number)
            keys.append(f"after: s{before} + {chance.randint(0, 4)} {chance.choice(UNITS)}")
        if chance.random() < 0.2 and channel in ("letter", "email"):
            keys.append(f"not_after: 2027-03-{chance.randint(12, 31)}")
        lines.append(f"  - {{{', '.join(keys)}}}\n")
    return "".join(lines)


def settings_by(chance: Random) -> tuple[str, str]:
    """The limits of the sender, and further lines of the settings."""
    ana = f"calls_per_day: {chance.randint(1, 4)}, visits_per_day: {chance.randint(1, 3)}"
    ben = chance.choice(
        ["calls_per_day: 2", "hours_per_week: 2", "days: mon-wed, calls_per_day: 3"]
    )
    team = f"team:\n  ana: {{name: Ana, {ana}}}\n  ben: {{name: Ben, {ben}}}\n"
    rest = chance.choice(
        ["", "", f"pressure: {{min_days_between_touches: {chance.randint(2, 9)}}}\n"]
    )
    limits = chance.choice(["{}", f"{{per_day: {chance.randint(2, 6)}}}"])
    return limits, chance.choice([team, team, ""]) + rest


@pytest.mark.parametrize("seed", range(6))
def test_what_the_calendar_says_is_what_the_runs_of_the_season_do(
    workspace: Workspace, seed: int
) -> None:
    """Chains, teams, limits and pressures drawn at random: day by day, by whom.

    Whose turn comes first among people who go different ways is not told by a count: where
    somebody lacks an address, nothing is limited. Nor does a branch know whom another one
    touched, and whose people they became: with a team or a pressure, the chain is a line.
    """
    chance = Random(seed)
    limits, more = settings_by(chance)
    limited = limits != "{}" or "team" in more
    people(workspace, 11, chance=None if limited else chance)
    workspace.settings(limits=limits, more=more)
    head = chance.choice(["", OFFICE]) + chance.choice(["", "waves: {size: 4, every: 3 days}\n"])
    workspace.campaign("spring", head=head, steps=steps_by(chance, in_line=bool(more)))
    foretold = workspace.ok("preview", "spring", "--calendar", now=MONDAY)
    played = workspace.ok("preview", "spring", "--season", now=MONDAY)

    assert rows(played) == rows(foretold)
    assert played["cost"] == foretold["cost"]
    assert played["expected"] == foretold["expected"]


def test_a_season_is_played_on_either_store_and_nothing_of_it_is_kept(
    workspace: Workspace, base: Database
) -> None:
    """Letters on Monday, three mails a day from Wednesday, calls two working days later."""
    people(workspace, 5)
    workspace.settings(
        limits="{per_day: 3}",
        more="team: {ana: {name: Ana, calls_per_day: 2}}\n"
        "costs: {minute: 0.50, stamp: 2}\n" + store_line(base),
    )
    steps = (
        "  - {step: letter, channel: letter, template: letter.docx}\n"
        + mail("mail", "after: letter + 2 days")
        + "  - {step: call, channel: call, after: mail + 2 working days}\n"
    )
    workspace.campaign("spring", head=OFFICE + "fixed_costs: {design: 20}\n", steps=steps)
    played = workspace.ok("preview", "spring", "--season", "--out", "mails", now=MONDAY)

    assert rows(played) == [
        ("2027-03-08", "letter", 5, {}),
        ("2027-03-10", "mail", 3, {}),
        ("2027-03-11", "mail", 2, {}),
        ("2027-03-12", "call", 2, {"ana": 2}),
        ("2027-03-15", "call", 2, {"ana": 2}),
        ("2027-03-16", "call", 1, {"ana": 1}),
    ]
    assert played["received"] == 5
    assert len(list((workspace.folder / "mails").glob("*.eml"))) == 5
    # Five letters at 2, five calls of 2 minutes at 0.50, and the design.
    assert played["cost"]["total"] == 35
    assert played["ended"].startswith("2027-03-16")
    assert workspace.ok("status")["campaigns"] == []
    assert workspace.ok("contacts", "count")["count"] == 5


def test_a_season_tells_what_would_be_held_and_by_name(workspace: Workspace) -> None:
    workspace.people(
        [("p1", "Un", "p1@mail.example", "Rennes"), ("p2", "", "p2@mail.example", "Rennes")]
    )
    workspace.campaign("spring", steps=mail("mail") + mail("two", "after: mail + 1 days"))
    played = workspace.ok("preview", "spring", "--season", now=MONDAY, code=4)
    shown = workspace.run("preview", "spring", "--season", now=MONDAY)

    assert rows(played) == [("2027-03-08", "mail", 1, {}), ("2027-03-09", "two", 1, {})]
    assert played["stuck"] == [{"step": "mail", "state": "held", "count": 1}]
    assert "1 of mail is held for what it lacks" in shown.out
    assert max(map(len, shown.out.splitlines())) <= 80


def test_a_season_under_way_is_played_on_from_where_it_stands(workspace: Workspace) -> None:
    """Launched on Monday, two calls made; the rest is played from Wednesday on."""
    people(workspace, 5)
    workspace.settings(more="team: {ana: {name: Ana, calls_per_day: 2}}\n")
    workspace.campaign("spring", steps="  - {step: call, channel: call}\n")
    workspace.launch("spring", now=MONDAY)
    workspace.ok("run", now=MONDAY)
    for one in workspace.ok("calls", "spring", now=MONDAY)["calls"]:
        workspace.ok("record", f"p{one['contact'] - 1}", "spoken", now=MONDAY)
    foretold = workspace.ok("preview", "spring", "--calendar", now="2027-03-10T09:00")
    played = workspace.ok("preview", "spring", "--season", now="2027-03-10T09:00")

    assert [row[:3] for row in rows(foretold)] == [
        ("2027-03-10", "call", 2), ("2027-03-11", "call", 1),
    ]  # fmt: skip
    assert [row[:3] for row in rows(played)] == [
        ("2027-03-08", "call", 2), ("2027-03-10", "call", 2), ("2027-03-11", "call", 1),
    ]  # fmt: skip
