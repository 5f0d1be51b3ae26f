"""The file of a next wave: what changes in it, and that nothing else does."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from outreach.files.campaign_renewal import Moved, NextWave, renewed
from outreach.files.campaigns import parse_campaign

HERE = Path("spring.yaml")
WEEK = timedelta(weeks=1)
HEAD = "campaign: spring   # its name\noffer: A tour\nsender: marie\n"
STEPS = "steps:\n  - {step: call, channel: call}\n"
NOT_AGAIN = 'not received("spring")'


def wave(**more: object) -> NextWave:
    return NextWave(name="spring-2", before="spring", **more)  # type: ignore[arg-type]


def where_of(written: str) -> str:
    """The expression of the next wave of a campaign whose `where` is written like that."""
    text = f"{HEAD}audience:\n  where: {written}\n  limit: 9\n{STEPS}"
    made, _ = renewed(text, HERE, wave(also=NOT_AGAIN))
    campaign = parse_campaign(made, HERE).campaign
    assert campaign.audience.limit == 9
    return campaign.audience.where


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ('city = "Rennes"', 'city = "Rennes" and not received("spring")'),
        (
            'city = "Rennes" or city = "Brest"   # near us',
            '(city = "Rennes" or city = "Brest") and not received("spring")',
        ),
        ("'city = \"L''Isle\"'", 'city = "L\'Isle" and not received("spring")'),
        ('"city = \'Rennes\'"', "city = 'Rennes' and not received('spring')"),
        ("true", 'not received("spring")'),
        ("|\n    city = \"Rennes\"\n    and true",
         'city = "Rennes" and true and not received("spring")'),
        (">-\n    city =\n    \"Rennes\"", 'city = "Rennes" and not received("spring")'),
        ("city =\n    \"Rennes\"", 'city = "Rennes" and not received("spring")'),
    ],
)  # fmt: skip
def test_more_is_asked_in_whatever_style_it_was_written(written: str, asked: str) -> None:
    assert where_of(written) == asked


def test_every_day_in_force_is_moved_and_those_in_comments_stay() -> None:
    text = (
        f"{HEAD}start: 2027-03-01   # not 2027-02-01\nnot_after: '2027-04-30'\n"
        "objective:\n  by: 2027-06-30\n  checkpoints:\n    - 2027-04-30\n    - 2027-05-31\n"
        "audience: {where: true}\n"
        "steps:\n  - {step: call, channel: call, not_after: 2027-03-31}\n"
    )
    made, moved = renewed(text, HERE, wave(moved=WEEK))
    changed = text.replace("campaign: spring   #", "campaign: spring-2 #").replace(
        "start: 2027-03-01", "start: 2027-03-08"
    )
    changed = changed.replace("'2027-04-30'", "'2027-05-07'").replace(
        "by: 2027-06-30", "by: 2027-07-07"
    )
    changed = changed.replace("- 2027-04-30", "- 2027-05-07").replace(
        "- 2027-05-31", "- 2027-06-07"
    )
    changed = changed.replace("not_after: 2027-03-31", "not_after: 2027-04-07")
    assert made == changed.replace("# its name\n", "# its name\nrenews: spring\n")
    assert moved[0] == Moved("start", date(2027, 3, 1), date(2027, 3, 8))
    assert [one.key for one in moved] == [
        "start", "not_after", "objective.by", "objective.checkpoints", "objective.checkpoints",
        "steps.call.not_after",
    ]  # fmt: skip


def test_a_first_day_is_written_where_there_was_none() -> None:
    text = f"{HEAD}audience: {{where: true}}\n{STEPS}"
    made, _ = renewed(text, HERE, wave(start=date(2027, 9, 6)))
    assert "renews: spring\nstart: 2027-09-06\n" in made


def test_what_it_renewed_itself_is_replaced_and_lessons_are_comments() -> None:
    text = f"{HEAD}renews: winter\naudience: {{where: true}}\n{STEPS}"
    made, _ = renewed(text, HERE, wave(learned=["What came of it: renew it.", "- " + "so " * 60]))
    assert "renews: winter" not in made
    assert "renews: spring\n# What came of it: renew it.\n# - so so" in made
    assert parse_campaign(made, HERE).campaign.renews == "spring"


def test_the_lines_of_a_windows_file_end_as_they_did() -> None:
    text = f"{HEAD}start: 2027-03-01\naudience: {{where: true}}\n{STEPS}".replace("\n", "\r\n")
    made, _ = renewed(text, HERE, wave(moved=WEEK, also=NOT_AGAIN))
    assert made.count("\n") == made.count("\r\n")
    assert "start: 2027-03-08\r\n" in made
