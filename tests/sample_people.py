"""People with all that makes their e-mails differ, and the sample templates of the project."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

from outreach.model.campaign import AudienceRule, Campaign
from outreach.model.contact import Contact
from outreach.model.field import Catalogue, Value
from outreach.model.ids import ContactId
from outreach.model.settings import Organisation, Sender
from outreach.rendering.context import Values, values_for
from outreach.rendering.jinja import Templates

SAMPLES = Path(__file__).parents[1] / "templates"

#: The sample e-mails, by the names of their files.
NAMED = ("open-day", "open-day-b", "open-day-en", "newsletter", "newsletter-en", "reminder",
         "reminder-en")  # fmt: skip

PEOPLE: tuple[Mapping[str, Value], ...] = (
    {"last_name": "Le Goff", "civility": "Mme", "city": "Rennes", "email": "a@b.example"},
    {
        "last_name": "O'Neil & <Fils>", "civility": "M.", "city": "Alençon", "vip": True,
        "email": "o'neil@b.example", "website": "https://oneil.example/?a=1&copy=2",
        "company": "L'\"Été\", SARL", "source": "salon 2026",
    },
    {
        "last_name": "  Zoë  ", "city": "\u00a0Le Mans", "email": "zoe@b.example",
        "website": "www.zoe.example", "company": "a  b\u00a0c", "order_count": 3,
        "first_order_on": date(2021, 5, 3), "last_order_on": date(2026, 12, 24), "source": " ",
    },
    {
        "last_name": "Müller-Ÿ" * 12, "city": "Saint-Rémy-en-Bouzemont-Saint-Genest-et-Isson",
        "email": "m@b.example", "company": "ligne une\nligne deux\n\nligne quatre", "vip": False,
        "order_count": 1, "last_order_on": date(2026, 12, 24), "source": "x" * 90,
        "amount": Decimal("1234.5"), "website": "mailto:m@b.example",
    },
    {
        "last_name": "- 1) * mot", "city": "&nbsp;", "email": "a@b.example", "vip": True,
        "company": "&lt;b&gt; &amp;amp;", "website": "https://a.example/" + "y" * 100,
    },
    {"last_name": "Rennes", "city": "Rennes", "email": "Rennes", "company": "Rennes"},
    {"last_name": "日本語👩‍👩‍👧ﷺ", "city": "مدينة", "email": "a@b.example", "company": "\u200b"},
)  # fmt: skip

MARIE = Sender(
    name="marie",
    display_name="Marie Le Goff",
    address="marie@atelier.example",
    reply_to="contact@atelier.example",
    bounce="bounce+{token}@atelier.example",
)


def template_of(name: str) -> str:
    """The path of a sample e-mail; the reminders are written in Markdown."""
    return f"emails/{name}.{'md' if name.startswith('reminder') else 'html'}.j2"


def sample_templates(name: str) -> Templates:
    """The templates of the project as the sample of that name uses them."""
    return Templates(
        lambda path: (SAMPLES / path).read_text(encoding="utf-8"),
        fields=Catalogue().names,
        language="en" if name.endswith("-en") else "fr",
        locale="fr_FR",
        currency="EUR",
    )


def values_of(given: Mapping[str, Value]) -> Values:
    """What the templates see of somebody who has these values and no others."""
    return values_for(
        Contact(ContactId(7), given),
        (*Catalogue().names, "vip", "amount", "website"),
        organisation=Organisation(
            name="Atelier Brocéliande", address="3 rue du Four, 35000 Rennes"
        ),
        sender=MARIE,
        campaign=Campaign(name="open-day", audience=AudienceRule(where="true"), steps=()),
        today=date(2027, 3, 1),
        unsubscribe_url="https://atelier.example/u/t0ken",
    )
