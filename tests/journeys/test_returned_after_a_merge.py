"""Post that came back, of somebody who has two records: whose address is marked."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from workspaces import Workspace

from outreach.model.ids import CampaignId, ContactId
from outreach.runner.reply_codes import code_of
from outreach.store import schema
from outreach.store.engine import Database

LETTER = "  - {step: paper, channel: letter, template: letter.docx}\n"
HEADER = "Ref;First name;Last name;Phone;Street;Postal code;City"
MONDAY = "2027-03-01T09:00"


def marks(base: Database) -> dict[int, Any]:
    """Whose post came back, by the number of the record."""
    c = schema.contact.c
    with base.reading() as connection:
        rows = connection.execute(select(c.id, c.post_returned_at)).all()
    return {number: at for number, at in rows if at is not None}


def merged(workspace: Workspace, *streets: str) -> int:
    """One person under two records, a letter posted to each; the record that stays."""
    workspace.people(
        [(f"r{n}", "Anne", "Adam", "0299000001", street, "35000" if street else "",
          "Rennes" if street else "") for n, street in enumerate(streets)],
        HEADER,
    )  # fmt: skip
    workspace.campaign("post", 'last_name = "Adam"', steps=LETTER)
    workspace.launch("post", now=MONDAY)
    workspace.ok("letters", now=MONDAY)
    workspace.ok("letters", "posted", "post", now=MONDAY)
    [group] = workspace.ok("contacts", "duplicates", "--merge", now="2027-03-02T09:00")["groups"]
    return int(group[0])


@pytest.mark.parametrize("streets", [("1 rue Haute", "2 rue Basse"), ("1 rue Haute",) * 2])
def test_a_letter_to_the_old_record_marks_the_address_where_it_is_the_same(
    workspace: Workspace, base: Database, streets: tuple[str, str]
) -> None:
    kept = merged(workspace, *streets)
    old = code_of(ContactId(3 - kept), CampaignId(1), base.fingerprint)
    told = workspace.ok("letters", "returned", old, now="2027-03-08T09:00")
    assert told["recorded"] == 1
    same = streets[0] == streets[1]
    assert list(marks(base)) == ([kept] if same else [])
    # Taken back and told of the address he has: that one is marked, whatever came before.
    workspace.ok("undo", "--yes", now="2027-03-08T10:00")
    assert marks(base) == {}
    workspace.ok("letters", "returned", str(kept), now="2027-03-08T11:00")
    assert list(marks(base)) == [kept]


def test_no_undo_marks_him_for_what_came_back_from_where_he_is_not(
    workspace: Workspace, base: Database
) -> None:
    """Two came back of the old address, told before the merge; one is taken back after it."""
    workspace.people(
        [("r0", "Anne", "Adam", "0299000001", "1 rue Haute", "35000", "Rennes"),
         ("r1", "Anne", "Adam", "0299000001", "2 rue Basse", "35000", "Rennes")],
        HEADER,
    )  # fmt: skip
    workspace.ok("record", "r1", "returned", now="2027-03-01T09:00")
    workspace.ok("record", "r1", "returned", now="2027-03-02T09:00")
    workspace.ok("record", "r0", "replied", now="2027-03-02T09:00")
    workspace.ok("record", "r0", "met", now="2027-03-02T09:00")
    workspace.ok("contacts", "duplicates", "--merge", now="2027-03-03T09:00")
    assert list(marks(base)) == [2]
    recordings = workspace.ok("undo", "--list")["recordings"]
    second = next(one["number"] for one in recordings if one["stage"] == "returned")
    workspace.ok("undo", str(second), "--yes", now="2027-03-04T09:00")
    assert list(marks(base)) == [2]


def test_an_address_that_is_filled_in_comes_with_what_it_suffered(
    workspace: Workspace, base: Database
) -> None:
    workspace.people(
        [("r0", "Anne", "Adam", "0299000001", "", "", ""),
         ("r1", "Anne", "Adam", "0299000001", "2 rue Basse", "35000", "Rennes")],
        HEADER,
    )  # fmt: skip
    workspace.ok("record", "r1", "returned", now="2027-03-01T09:00")
    workspace.ok("record", "r0", "replied", now="2027-03-02T09:00")
    workspace.ok("record", "r0", "met", now="2027-03-02T09:00")
    workspace.ok("contacts", "duplicates", "--merge", now="2027-03-03T09:00")
    assert sorted(marks(base)) == [1, 2]
