"""The people of a fair, whom the stories about law and privacy are about."""

from __future__ import annotations

from workspaces import Workspace

PEOPLE = [
    ("1", "Martin", "lea.martin@menuiserie.example", "Menuiserie", "0261919301"),
    ("2", "Durand", "paul.durand@gmail.com", "", "0261919302"),
    ("3", "Petit", "jean.petit@gmail.com", "", "0261919303"),
]


def at_the_fair(workspace: Workspace) -> Workspace:
    """A professional and two private people."""
    header = "Ref;Last name;E-mail;Company;Phone;City;Source"
    workspace.people([(*row, "Rennes", "Salon 2026") for row in PEOPLE], header)
    return workspace


def configure(workspace: Workspace, port: int = 9, more: str = "") -> None:
    """Other settings, on the same store."""
    lines = (workspace.folder / "outreach.yaml").read_text().splitlines()
    store = "".join(f"{line}\n" for line in lines if line.startswith("store:"))
    workspace.settings(port, more=store + more)


def strict(workspace: Workspace) -> None:
    configure(
        workspace, more="compliance: strict\nunsubscribe_url: 'https://a.example/u/{token}'\n"
    )
    text = (workspace.folder / "outreach.yaml").read_text()
    with_page = text.replace('35000 Rennes"}', "35000 Rennes\", privacy_url: 'https://a.example'}")
    workspace.write("outreach.yaml", with_page)


def told(workspace: Workspace, body: str = "<p>Dear {{ last_name }}.</p>") -> None:
    page = f"{body}<p>{{{{ data_notice }}}} <a href='{{{{ unsubscribe_url }}}}'>no</a></p>\n"
    workspace.write("templates/mail.html.j2", page)
