"""Every table of the plan, of the report and of the portfolio fits a screen of 80 columns."""

from __future__ import annotations

import pytest
from workspaces import Workspace

NOW = "2027-06-01T09:00"
#: 70 letters without a place to break, and none but the first a capital.
LONG = "Salon" + "professionnel" * 5
NAME = f"s{'a' * 69}"
VIEWS = (
    ("plan", "actions"), ("plan", "actions", "show", "1"), ("plan", "areas"),
    ("plan", "losses"), ("plan", "objectives"), ("plan", "objectives", "show", LONG),
    ("plan", "sources"), ("plan", "forecast"),
    ("plan", "effort", "--deals", "3"), ("plan", "vision"),
    ("plan", "sample", "--rate", "5%", "--lift", "2%"),
    ("plan", "visits", "--visits-per-day", "3", "--target", "20", "--need", f"{NAME}:4"),
    ("plan", "visits", "--target", "20", "--for", "marie"),
    ("report",), ("report", NAME), ("portfolio",), ("status",), ("status", NAME), ("today",),
    *(("report", NAME, "--by", one) for one in ("segment", "source", "seller", "step", "channel")),
    ("report", NAME, "--from", "2027-03-03", "--rule", "even"),
    ("plan", "effort", "--deals", "3", "--by", "2027-12-31", "--campaign", NAME, "--name", LONG,
     "--owner", LONG),
    ("plan", "visits", "--visits-per-day", "3", "--target", "9", "--retention", "90%",
     "--visits-per-customer", "4", "--into-calendar", "--offer", LONG),
    ("plan", "areas", "edit", LONG, "--weight", "2"),
    ("plan", "objectives", "edit", LONG, "--owner", LONG),
    ("plan", "actions", "edit", LONG, "--owner", LONG),
    ("campaign", "list"), ("segment", "list"),
)  # fmt: skip


@pytest.fixture
def wide(workspace: Workspace) -> Workspace:
    """A campaign, a segment, an area, a source, a person, an objective of 70 letters each."""
    assert (len(LONG), len(NAME)) == (70, 70)
    workspace.settings(more=f"team:\n  marie: {{name: {LONG}, visits_per_day: 4}}\n")
    rows = [f"p{n};{LONG if n < 3 else 'N'};p{n}@mail.example;Rennes;{LONG};{LONG};029900000{n}"
            for n in range(8)]  # fmt: skip
    workspace.write(
        "p.csv", "Ref;Last name;E-mail;City;Company;Customer type;Phone\n" + "\n".join(rows)
    )
    workspace.ok("contacts", "import", "p.csv", "--source", LONG, now="2027-01-04T09:00")
    workspace.ok("segment", "save", NAME, 'city = "Rennes"')
    steps = (
        "  - {step: call, channel: call}\n  - {step: task, channel: task, after: call + 1 days}\n"
    )
    workspace.campaign(NAME, steps=steps, head=(
        f"title: {LONG}\nobjective: {{orders: 3, by: 2027-12-31}}\nbudget: 50\n"
        f"fixed_costs: {{{LONG}: 50}}\n"
    ), audience="  control: 10%\n")  # fmt: skip
    workspace.launch(NAME, now="2027-03-01T09:00")
    more = ("--campaign", NAME, "--by", LONG)
    workspace.ok("record", "p0", "order", "--amount", "300", *more, now="2027-03-05T09:00")
    workspace.ok("record", "p1", "appointment", "--channel", "call", *more, now="2027-03-05T09:00")
    for words in (
        ("areas", "add", LONG, 'city = "Rennes"', "--potential", "50"),
        ("losses", "add", "p0", "--on", "2027-09-30", "--revenue", "30000", "--cause", LONG,
         "--owner", LONG),
        ("objectives", "add", LONG, "--metric", "orders", "--target", "10", "--start",
         "2027-03-01", "--by", "2027-12-31", "--owner", LONG),
        ("sources", "add", f"{LONG[:-1]}x", "--cost", "100"),
        ("actions", "add", LONG, "--project", LONG, "--owner", LONG, "--campaign", NAME),
        ("vision", LONG),
    ):  # fmt: skip
        workspace.ok("plan", *words, now=NOW)
    return workspace


@pytest.mark.parametrize("language", ["en", "fr"])
def test_names_of_70_letters_stay_within_80_columns(wide: Workspace, language: str) -> None:
    if language == "fr":
        settings = (wide.folder / "outreach.yaml").read_text(encoding="utf-8")
        wide.write("outreach.yaml", settings.replace("en_GB", "fr_FR"))
    found = {}
    for words in VIEWS:
        told = wide.run(*words, now=NOW)
        assert told.code == 0, (words, told)
        found[words] = [line for line in told.out.splitlines() if len(line) > 80]
    assert {words: lines for words, lines in found.items() if lines} == {}
