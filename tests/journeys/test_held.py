"""A held message waits for what it lacks, and keeps nobody else waiting."""

from __future__ import annotations

from smtp_servers import SmtpServer
from workspaces import Workspace, mail

MONDAY = "2027-03-01T09:00"
LATER = "2027-03-01T10:00"
HELD = "held.html.j2"


def start(
    workspace: Workspace, name: str, people: list[tuple[str, str]], sender: str = "marie"
) -> None:
    """A campaign to these people of a town of its own; the mail names the first name."""
    rows = ((who, f"Name-{who}", f"{who}@mail.example", name, first) for who, first in people)
    workspace.people(rows, header="Ref;Last name;E-mail;City;First name")
    workspace.write(f"templates/{HELD}", "<p>Dear {{ first_name }},</p>\n")
    workspace.campaign(name, where=f'city = "{name}"', steps=mail(template=HELD))
    if sender != "marie":
        path = workspace.folder / f"campaigns/{name}.yaml"
        path.write_text(path.read_text("utf-8").replace("sender: marie", f"sender: {sender}"))
    workspace.launch(name, now=MONDAY)


def renamed(workspace: Workspace) -> None:
    """The sender of the settings is called otherwise from now on."""
    path = workspace.folder / "outreach.yaml"
    path.write_text(path.read_text("utf-8").replace("  marie:", "  marion:"), "utf-8")


def test_a_held_message_of_a_renamed_sender_stays_held_and_the_others_leave(
    workspace: Workspace,
) -> None:
    """Its sender has a new name: the campaign of another sender goes on."""
    with SmtpServer() as server:
        workspace.settings(server.port)
        start(workspace, "Rennes", [("anne", "")])
        assert workspace.ok("run", now=MONDAY, code=4)["held"] == 1
        renamed(workspace)
        start(workspace, "Vitre", [("zoe", "Zoé")], sender="marion")

        done = workspace.ok("run", now=LATER, code=4)

    assert (done["sent"], done["held"]) == (1, 1)
    assert server.recipients == ["zoe@mail.example"]


def test_what_is_mended_leaves_however_many_are_held(workspace: Workspace) -> None:
    """More than are looked at together: each is mended by its own person's value."""
    people = [(f"p{number:04}", "") for number in range(1, 1003)]
    with SmtpServer() as server:
        workspace.settings(server.port)
        start(workspace, "Rennes", people)
        assert workspace.ok("run", now=MONDAY, code=4)["held"] == 1002
        mended = [("p0001", "Anne"), ("p0700", "Yves"), ("p1002", "Zoé")]
        rows = ((who, f"Name-{who}", f"{who}@mail.example", "Rennes", first)
                for who, first in mended)  # fmt: skip
        workspace.people(rows, header="Ref;Last name;E-mail;City;First name")

        done = workspace.ok("run", now=LATER, code=4)

    assert (done["sent"], done["held"]) == (3, 999)
    assert sorted(server.recipients) == [f"{who}@mail.example" for who, _ in mended]
