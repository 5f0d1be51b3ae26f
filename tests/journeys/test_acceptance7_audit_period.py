"""Audit of issue 7, line 6.1: whom a week, a month or a seller got through to.

A person contacted is whom a message, a letter, a call or a visit reached: in a period those
whom one reached then, though the first was long before, and of a seller those whom he reached.
Objectives and the report agree.
"""

from __future__ import annotations

from typing import Any

import pytest
from workspaces import Workspace

from outreach.store.engine import Database

EVENING = "2027-03-31T18:00"
WEEK = ("--from", "2027-03-08", "--to", "2027-03-14")


@pytest.fixture
def firm(workspace: Workspace, base: Database) -> Workspace:
    """Letters to a–e on 1 March; calls a week later: a, b and c are reached, d is not, nobody
    calls e. a replies, c orders; on 6 April b is called once more, in vain."""
    settings = workspace.folder / "outreach.yaml"
    settings.write_text(settings.read_text() + "team: {paul: {name: Paul}}\n")
    workspace.people(
        ((f"{x}", f"N{x}", f"{n} rue du Four", "35000", "Rennes", f"02 99 00 00 0{n}", "prospect")
         for n, x in enumerate("abcde", 1)),
        "Ref;Last name;Street;Postal code;City;Phone;Type",
    )  # fmt: skip
    workspace.campaign(
        "mix", head="stop_on: [opted_out]\n",
        steps="  - {step: letter, channel: letter, template: letter.docx}\n"
              "  - {step: call, channel: call, after: letter + 7 days}\n",
    )  # fmt: skip
    workspace.launch("mix", now="2027-03-01T09:00")
    workspace.ok("letters", "mix", now="2027-03-01T09:10")
    workspace.ok("letters", "posted", "mix", "--on", "2027-03-01", now="2027-03-01T17:00")
    workspace.write("facts.csv", """\
contact,stage,campaign,channel,on,by,amount
a,spoken,mix,call,2027-03-09T10:00,paul,
a,replied,mix,,2027-03-10T10:00,paul,
b,refused,mix,call,2027-03-09T10:10,paul,
c,call_back,mix,call,2027-03-09T10:20,paul,
c,order,mix,,2027-03-12,paul,100
d,no_answer,mix,call,2027-03-09T10:30,paul,
b,no_answer,mix,call,2027-04-06T10:30,paul,
""")  # fmt: skip
    told = workspace.ok("record", "--from", "facts.csv", now="2027-04-30T18:00")
    assert told["rejected"] == 0
    return workspace


def people_of(part: Any) -> list[int]:
    return [link["contacts"] for link in part["chain"]]


def test_a_week_contacted_whom_it_reached_though_not_for_the_first_time(firm: Workspace) -> None:
    """a, b and c were reached in the second week: 3 contacted, of whom a replied and c ordered."""
    found = firm.ok("report", "mix", *WEEK, now="2027-04-30T18:00")
    assert (found["contacted"], found["touch_count"], found["touched"]) == (3, 4, 4)
    assert people_of(found) == [3, 2, 1, 1, 1]
    assert found["ratios"]["interested_rate"] == pytest.approx(2 / 3)
    # The letters were what first reached them: no days are told from before the week.
    (whole,) = [one for one in found["times"] if (one["from"], one["to"]) == ("contacted", "order")]
    assert (whole["contacts"], whole["median_days"]) == (0, None)
    nothing = firm.ok("report", "mix", "--from", "2027-04-01", now="2027-04-30T18:00")
    assert (nothing["contacted"], nothing["touch_count"]) == (0, 1)


def test_the_rows_of_weeks_months_and_sellers_tell_the_same(firm: Workspace) -> None:
    words = ("--by", "week", "--by", "month", "--by", "seller", "--by", "source")
    found = firm.ok("report", "mix", *words, now="2027-04-30T18:00")
    by = {dimension: {row["key"]: people_of(row) for row in rows}
          for dimension, rows in found["by"].items()}  # fmt: skip
    assert by["week"] == {"2027-03-01": [5, 0, 0, 0, 0], "2027-03-08": [3, 2, 1, 1, 1],
                          "2027-04-05": [0, 0, 0, 0, 0]}  # fmt: skip
    assert by["month"] == {"2027-03": [5, 2, 1, 1, 1], "2027-04": [0, 0, 0, 0, 0]}
    assert by["seller"]["paul"] == [3, 2, 1, 1, 1]
    part = firm.ok("report", "mix", *WEEK, "--by", "source", now="2027-04-30T18:00")
    assert [people_of(row) for row in part["by"]["source"]] == [[3, 2, 1, 1, 1]]


def test_an_objective_and_campaigns_together_count_them_alike(firm: Workspace) -> None:
    firm.ok("plan", "objectives", "add", "Contact 4 people", "--metric", "contacted", "--target",
            "4", "--start", "2027-03-08", "--by", "2027-03-14", now="2027-03-07")  # fmt: skip
    firm.ok("plan", "objectives", "add", "Contact 5 people", "--metric", "contacted", "--target",
            "5", "--start", "2027-03-08", "--by", "2027-03-14", "--campaign", "mix",
            now="2027-03-07")  # fmt: skip
    goals = firm.ok("plan", "objectives", now="2027-03-14T20:00")["objectives"]
    assert [goal["now"]["realised"] for goal in goals] == [3, 3]
    firm.campaign("more", 'external_id = "e"', steps="  - {step: tell, channel: call}\n",
                  head="alongside: true\n")  # fmt: skip
    firm.launch("more", now="2027-03-08T09:00")
    firm.ok("record", "e", "spoken", "--campaign", "more", "--channel", "call", "--on",
            "2027-03-09T11:00", now="2027-04-30T18:00")  # fmt: skip
    both = firm.ok("report", "mix", "more", *WEEK, now="2027-04-30T18:00")
    assert (both["together"]["contacted"], both["together"]["touch_count"]) == (4, 5)
    assert [one["contacted"] for one in both["campaigns"]] == [3, 1]
