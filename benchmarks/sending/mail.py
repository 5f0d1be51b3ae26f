"""The e-mail that everybody sends: an invitation with a text beside it, in two lengths.

It is written in what Jinja and nunjucks both understand, so that every sender fills in the
same template: an `if`, a loop, and some 25 values printed, of the person and of the workshop.
Styles stand in the elements, as a program for newsletters writes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from re import sub

#: The columns of the contact base that the mail prints.
FIELDS = ("external_id", "civility", "first_name", "last_name", "company", "email", "street",
          "postal_code", "city", "kind")  # fmt: skip

SENDER, ADDRESS = "Élise Le Goff", "elise@atelier.example"
SUBJECT = "{{ first_name }}, une journée à l'atelier vous attend le 20 mars"

_P = '<p style="margin:0 0 18px;color:#2b2a27;font:16px/1.6 Helvetica,Arial,sans-serif">'

_TOP = (
    """<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><title>Journée portes ouvertes</title></head>
<body style="margin:0;background-color:#f3eee4"><table role="presentation" width="100%"
 cellpadding="0" cellspacing="0"><tr><td align="center" style="padding:26px 22px 6px">
<h1 style="margin:0 0 22px;font:28px/1.2 Georgia,serif;color:#a04420">"""
    """Bienvenue, {{ first_name }}</h1>
"""
    + _P
    + """Bonjour {{ civility }} {{ last_name }},</p>
"""
    + _P
    + """Le temps d'une journée, nous ouvrons les portes de l'atelier.{% if company %} Toute
l'équipe de {{ company }} est la bienvenue, le matin comme l'après-midi, avec ses clients.
{% else %} Venez avec qui vous voulez, en famille ou entre voisins.{% endif %} Depuis
{{ city }} ({{ postal_code }}), comptez une petite heure.</p>
<ul style="margin:0 0 18px;padding:0 0 0 22px;font:16px/1.6 Helvetica,Arial,sans-serif">
{% for hour in ["10 heures", "14 heures", "16 heures"] %}<li style="margin:0 0 6px">
À {{ hour }} : une visite, des questions et un café</li>
{% endfor %}</ul>
"""
)

_MIDDLE = (
    _P
    + """Quatorze marches en châtaignier, un limon courbe et pas une vis apparente : l'escalier de
la maison Kermarec a demandé six semaines. Le plus délicat ? La première marche, taillée dans un
seul plateau, séché quatre ans sous le hangar. Rien ne se voit, tout se tient : les tenons sont
serrés à la clé, et l'huile laisse respirer le bois. Vous pourrez le toucher, le monter et le
redescendre, et poser toutes vos questions à ceux qui l'ont fait.
<a href="https://atelier.example/chantiers/escalier" style="color:#a04420">En voir plus</a></p>
"""
)

_END = (
    _P
    + """Votre invitation porte le numéro {{ external_id }} ; elle est faite pour vous et
pour ceux qui vivent avec vous, {{ street }} à {{ city }}. Montrez-la à l'entrée.</p>
"""
    + _P
    + """À bientôt,<br>{{ sender.name }}<br><a href="mailto:{{ sender.address }}">"""
    """{{ sender.address }}</a></p>
<p style="margin:18px 0;color:#777;font:12px/1.4 Helvetica,Arial,sans-serif">
{{ organisation.name }}, {{ organisation.address }}. Ce message est destiné à {{ email }}.
<a href="{{ unsubscribe_url }}" style="color:#777">Ne plus recevoir nos messages</a></p>
</td></tr></table></body></html>
"""
)

TEXT = """Bonjour {{ civility }} {{ last_name }},

Le temps d'une journée, nous ouvrons les portes de l'atelier.
{% if company %}Toute l'équipe de {{ company }} est la bienvenue.
{% else %}Venez avec qui vous voulez.
{% endif %}Depuis {{ city }}, comptez une petite heure.

Quatorze marches en châtaignier, un limon courbe et pas une vis apparente : l'escalier de la
maison Kermarec a demandé six semaines. Vous pourrez le toucher, le monter et le redescendre.

Votre invitation porte le numéro {{ external_id }}. Montrez-la à l'entrée.

À bientôt,
{{ sender.name }}

{{ organisation.name }}, au fond de la cour à droite, entrée libre, parking devant la gare
Ne plus recevoir nos messages : {{ unsubscribe_url }}
"""

#: How often the middle paragraph stands in the HTML.
SIZES = {"5 KB": 5, "30 KB": 45}


def html(size: str) -> str:
    """The HTML template: about 5.2 KB of UTF-8 when it is filled in, or about 30 KB."""
    return _TOP + _MIDDLE * SIZES[size] + _END


@dataclass(frozen=True, slots=True)
class Read:
    """What a person reads: the same whoever sends it."""

    recipient: str
    subject: str
    text: tuple[str, ...]
    html: tuple[str, ...]


def read(raw: bytes) -> Read:
    """A message decoded, in words: spaces, tags and the token in the link are left out."""
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    address: str = message["To"].addresses[0].addr_spec
    return Read(address, str(message["Subject"]), _words(message, "plain"), _words(message, "html"))


def _words(message: EmailMessage, kind: str) -> tuple[str, ...]:
    part = message.get_body((kind,))
    assert part is not None, f"no part {kind}"
    shown = sub(r"/u/[^\s\"<]+", "", sub(r"<[^>]*>", " ", part.get_content()))
    return tuple(shown.split())


def unsubscribe_url(person: Mapping[str, str]) -> str:
    """A link of the length that ours have, for senders that cannot make one."""
    return f"https://atelier.example/u/{person['external_id']:x<44}"
