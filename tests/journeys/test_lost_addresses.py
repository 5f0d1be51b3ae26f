"""A letter whose address loses a part after the launch waits for it, by name."""

from __future__ import annotations

import pytest
from workspaces import Workspace, letter, mail

pytestmark = pytest.mark.usefixtures("base")

LETTER = "  - {{step: {}, channel: letter, template: plain.docx{}}}\n"
HEADER = "Ref;Last name;E-mail;Street;Postal code;City"
MONDAY = "2027-03-01T09:00"


@pytest.fixture
def two(workspace: Workspace) -> Workspace:
    """Two people; the template prints no town: nothing but the address asks for one."""
    workspace.write("templates/plain.docx", letter("last_name"))
    workspace.people(
        [("a", "Adam", "a@mail.example", "1 rue Haute", "35000", "Rennes"),
         ("b", "Blum", "b@mail.example", "2 rue Haute", "35000", "Rennes")],
        HEADER,
    )  # fmt: skip
    return workspace


@pytest.mark.parametrize("command", ["run", "letters"])
def test_a_town_that_vanished_holds_the_letter_until_it_is_back(
    two: Workspace, command: str
) -> None:
    steps = LETTER.format("paper", "") + mail("mail", "after: paper + 3 days")
    two.campaign("post", 'last_name != ""', steps=steps)
    two.launch("post", now=MONDAY)
    two.ok("contacts", "set", "a", "city=", now=MONDAY)
    done = two.ok(command, now=MONDAY, code=4)
    assert (done["held"], done["skipped"], done["letters"]) == (1, 0, 1)
    assert "city" in two.run("why", "a", "--now", MONDAY).out
    assert two.next_of("a")["step"] == "paper"
    # A second look tells nothing new, and nothing of it leaves.
    two.ok("run", now="2027-03-02T09:00", code=4)
    held = [one for one in two.ok("why", "a")["campaigns"][0]["past"] if one["kind"] == "held"]
    assert len(held) == 1

    two.ok("contacts", "set", "a", "city=Nantes", now="2027-03-02T10:00")
    done = two.ok("run", now="2027-03-02T11:00")
    assert (done["held"], two.by_state("post")) == (0, {"due": 2})
    assert two.ok("letters", "posted", "post", now="2027-03-02T12:00")["posted"] == 2


def test_of_a_later_letter_a_part_is_waited_for_and_nothing_at_all_is_passed_over(
    two: Workspace,
) -> None:
    task = "  - {step: file, channel: task}\n"
    two.campaign("post", 'last_name != ""', steps=task + LETTER.format("paper", ", after: file"))
    two.launch("post", now=MONDAY)
    two.ok("contacts", "set", "a", "city=", now=MONDAY)
    two.ok("contacts", "set", "b", "city=", "postal_code=", "street=", now=MONDAY)
    two.ok("tasks", "done", "a", "b", now=MONDAY)
    done = two.ok("letters", now="2027-03-02T09:00", code=4)
    assert (done["held"], done["skipped"]) == (1, 1)
    assert "no address" in two.run("why", "b", "--now", "2027-03-02T09:00").out
