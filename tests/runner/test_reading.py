"""Of each person only what the e-mails name is fetched: they are the same as if all had been."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from workspaces import Workspace, mail

from outreach.application import Application
from outreach.model.campaign import Channel
from outreach.model.delivery import Delivery
from outreach.model.ids import CampaignId
from outreach.model.message import Message
from outreach.runner import reading, recipes
from outreach.runner.compose import Mailroom

HEADER = "Ref;Last name;First name;E-mail;City;Phone;Tarif;Tags"
PEOPLE = (
    ("anne", "Le Goff", "Anne", "0261910001", "B", "vip"),
    ("oger", "Oger", "", "0261910002", "C", ""),
)
LAYOUT = "<html><body>{{ contact.phone }} {% block content %}{% endblock %}</body></html>"
#: Each template, and whether it can be told beforehand what it reads.
TEMPLATES = {
    "name.html.j2": ("<p>{{ first_name | default('') }} {{ last_name }}</p>", True),
    "own.html.j2": ("<p>{{ last_name }}: {{ tarif }}, {{ contact.phone }}</p>", True),
    "stage.html.j2": ("<p>{{ life_stage | default('?') }} {{ revenue }}</p>", True),
    "source.html.j2": ("<p>{{ data_notice | default('') }}{{ tags | join(' ') }}</p>", True),
    "all.html.j2": (
        "{% for name in contact %}{% if contact[name] %}<p>{{ name }} {{ contact[name] }}</p>"
        "{% endif %}{% endfor %}",
        False,
    ),
    "plain.md": ("# {{ company | default('') }}\n\n{{ city }}, {{ last_name }}\n", True),
    "part.html.j2": ("{% include 'name.html.j2' %}<p>{{ city }}</p>", True),
}


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.chdir(tmp_path)
    made = Workspace(tmp_path)
    towns = range(len(TEMPLATES))
    rows = (
        (f"{n}{who}", last, first, f"{who}{n}@mail.example", f"Town {n}", phone, tariff, tags)
        for n in towns
        for who, last, first, phone, tariff, tags in PEOPLE
    )
    made.people(rows, HEADER)
    made.write("templates/emails/layout.html.j2", LAYOUT)
    for n, (name, (source, _)) in enumerate(TEMPLATES.items()):
        made.ok("record", f"anne{n}@mail.example", "order", "--amount", "120")
        made.write(f"templates/{name}", source)
        made.campaign(f"c{n}", f'city = "Town {n}"', steps=mail(template=name))
    for n in towns:
        made.launch(f"c{n}")
    return made


def composed(parts: Application, now: datetime) -> list[bytes]:
    """The due e-mails, made together."""
    campaigns = {one.id: one for one in parts.store.campaigns.all()}
    room = Mailroom(parts.store, parts.settings, secret=str, now=lambda: now, campaigns=campaigns)
    due = parts.store.deliveries.due(now=now, channels=(Channel.EMAIL,))
    groups: dict[CampaignId, list[Delivery]] = {}
    for one in due:
        groups.setdefault(one.delivery.campaign, []).append(one.delivery)
    made = []
    for deliveries in groups.values():
        room.prepare(deliveries)
        for delivery in deliveries:
            message = room(delivery)
            assert isinstance(message, Message), message
            made.append(message.content)
    return made


def test_messages_are_the_same_as_if_everything_was_fetched(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = Application()
    now = parts.now()
    some = composed(parts, now)
    monkeypatch.setattr(reading, "fields_of", lambda *_: None)
    monkeypatch.setattr(recipes, "fields_of", lambda *_: None)

    assert some == composed(parts, now)
    assert len(some) == 2 * len(TEMPLATES)


def test_what_no_template_names_is_not_fetched(workspace: Workspace) -> None:
    parts = Application()
    for number, (name, (_, told)) in enumerate(TEMPLATES.items()):
        launched = parts.launched(f"c{number}")
        room = Mailroom(
            parts.store,
            parts.settings,
            secret=str,
            now=parts.now,
            campaigns={launched.id: launched},
        )
        fields = reading.fields_of(launched.definition.steps[0], [room.templates("en")])
        assert (fields is not None) == told, name
        assert fields is None or ("life_stage" in fields) == (name == "stage.html.j2")
