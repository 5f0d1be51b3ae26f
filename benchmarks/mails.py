"""What it costs to make an e-mail, beside `EmailMessage` of the standard library.

Both make the same message, text and HTML as alternatives, from the same finished texts and
the same header values, for one person after the other; CPU time per message, medians of
rounds in turn (A B A B …). Before anything is timed, each pair of messages is decoded and
compared. Ours starts earlier: from what the template printed for the person, so that writing
styles into elements, deriving the text and filling both in is within its time; `EmailMessage`
is handed both finished. Goal: ≤ 1/10.

    python benchmarks/mails.py [ROUNDS]
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage

from people import people

from outreach.model.campaign import AudienceRule, Campaign
from outreach.model.contact import Contact
from outreach.model.field import Catalogue
from outreach.model.ids import ContactId
from outreach.model.settings import Organisation, Sender
from outreach.rendering.context import Values, values_for
from outreach.rendering.email import Content, compose, content, render_parts
from outreach.rendering.envelope import Envelope, unsubscribe_by
from outreach.rendering.jinja import Templates

#: People per round.
CROWD = 50

SENDER = Sender(
    name="marie",
    display_name="Élise Le Goff",
    address="marie@atelier.example",
    reply_to="contact@atelier.example",
    bounce="bounce+{token}@atelier.example",
)
STYLE = """<style>
  .page { background-color: #f3eee4; font: 16px/1.6 Helvetica, Arial, sans-serif; }
  .content p { margin: 0 0 18px; color: #2b2a27; }
  .content a { color: #a04420; text-decoration: none; }
  @media only screen and (max-width: 620px) { .content { padding: 26px 22px 6px !important; } }
</style>"""
GREETING = """<p>{{ salutation(contact) }},</p>
<p>Le temps d'une journée, nous ouvrons l'atelier. {% if city %}Vous venez {{ city|de }}&nbsp;?
{% endif %}Nous serons heureux de vous accueillir, {{ first_name }}.</p>
"""
PARAGRAPH = """<p>Quatorze marches en châtaignier, un limon courbe et pas une vis apparente&nbsp;:
l'escalier de la maison Kermarec a demandé six semaines. Le plus délicat&nbsp;? La première marche,
taillée dans un seul plateau. <a href="https://atelier.example/chantiers/escalier">En voir plus</a>
</p>
"""
FOOTER = """<p>{{ sender.name }}<br>{{ organisation.name }}, {{ organisation.address }}<br>
<a href="{{ unsubscribe_url }}">Ne plus recevoir nos messages</a></p>"""

#: How many paragraphs make so many bytes on the wire, text and HTML together.
SIZES = {"5 KB": 4, "30 KB": 38}


def template(paragraphs: int) -> str:
    middle = PARAGRAPH * paragraphs
    return (
        f"<html><head>{STYLE}</head><body class=page><div class=content>\n"
        f"{GREETING}{middle}{FOOTER}\n</div></body></html>\n"
    )


def templates(paragraphs: int) -> Templates:
    return Templates(
        {"mail.html.j2": template(paragraphs)}.__getitem__,
        fields=Catalogue().names,
        language="fr",
        locale="fr_FR",
        currency="EUR",
    )


def crowd(count: int) -> Iterable[tuple[Envelope, Values]]:
    """People, each with the envelope of a message."""
    for number, row in enumerate(people(count)):
        given = {
            "civility": row[1], "first_name": row[2], "last_name": row[3], "city": row[9],
        }  # fmt: skip
        out = unsubscribe_by(SENDER, f"t0ken{number:020}", "https://atelier.example/u/{token}")
        yield (
            Envelope(
                sender=SENDER,
                recipient=f"p{number}@mail.example",
                recipient_name=f"{row[2]} {row[3]}",
                message_id=f"<m{number:024}@atelier.example>",
                date=datetime(2027, 3, 1, 8, 30, number % 60, tzinfo=UTC),
                campaign="open-day",
                list_name="Atelier Brocéliande",
                unsubscribe=out,
                bounce_token=f"b{number:024}",
            ),
            values_for(
                Contact(ContactId(number + 1), given),
                Catalogue().names,
                organisation=Organisation(
                    name="Atelier Brocéliande", address="3 rue du Four, 35000 Rennes"
                ),
                sender=SENDER,
                campaign=Campaign(name="open-day", audience=AudienceRule(where="true"), steps=()),
                today=date(2027, 3, 1),
                unsubscribe_url=out.link,
            ),
        )


def subject_for(values: Values) -> str:
    return f"{values.names['first_name']}, une journée à l'atelier vous attend"


def by_email_message(envelope: Envelope, subject: str, text: str, html: str) -> bytes:
    """The same message by the standard library, headers given as people know them."""
    message = EmailMessage(policy=policy.SMTP)
    local, _, domain = SENDER.address.partition("@")
    message["From"] = Address(SENDER.display_name, local, domain)
    local, _, domain = envelope.recipient.partition("@")
    message["To"] = Address(envelope.recipient_name or "", local, domain)
    message["Reply-To"] = SENDER.reply_to
    message["Subject"] = subject
    message["Date"] = envelope.date
    message["Message-ID"] = envelope.message_id
    message["List-Id"] = f"{envelope.list_name} <open-day.atelier.example>"
    out = envelope.unsubscribe
    assert out is not None
    message["List-Unsubscribe"] = f"<{out.url}>, <{out.mailto}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["Feedback-ID"] = "open-day:marie:email:atelier-example"
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    return message.as_bytes()


def decoded(raw: bytes) -> list[object]:
    """Header values and texts, as a reader gets them."""
    message = message_from_bytes(raw, policy=policy.default)
    left_out = {"content-type", "content-transfer-encoding", "mime-version"}
    headers = {
        name.lower(): " ".join(str(value).split())
        for name, value in message.items()
        if name.lower() not in left_out
    }
    parts = [
        (part.get_content_type(), part.get_content().replace("\r\n", "\n").rstrip("\n"))
        for part in message.walk()
        if not part.is_multipart()
    ]
    return [headers, parts]


def seconds(work: Callable[[], object]) -> float:
    """CPU seconds of one call."""
    start = time.process_time()
    work()
    return time.process_time() - start


def compare(size: str, paragraphs: int, rounds: int) -> None:
    kit = templates(paragraphs)
    everybody = list(crowd(CROWD))
    printed = [kit.pieces("mail.html.j2", values) for _, values in everybody]
    subjects = [subject_for(values) for _, values in everybody]

    def finished(number: int) -> Content:
        pieces, known = printed[number], kit.constants
        return content(subjects[number], html=pieces, text=None, constants=known)

    texts = [(made.text.text, made.html.text) for n in range(CROWD) if (made := finished(n)).html]

    def ours() -> list[bytes]:
        return [compose(e, finished(n)).content for n, (e, _) in enumerate(everybody)]

    def theirs() -> list[bytes]:
        return [
            by_email_message(envelope, subjects[n], *texts[n])
            for n, (envelope, _) in enumerate(everybody)
        ]

    def whole() -> list[bytes]:
        return [
            compose(
                replace(envelope, message_id=envelope.message_id),
                render_parts(kit, values, subject=subject_for(values), template="mail.html.j2"),
            ).content
            for envelope, values in everybody
        ]

    for mine, other in zip(ours(), theirs(), strict=True):
        assert decoded(mine) == decoded(other)
    assert [len(one) for one in whole()] == [len(one) for one in ours()]
    times = [(seconds(ours), seconds(theirs), seconds(whole)) for _ in range(rounds)]
    mine, other, all_of_it = (
        statistics.median(one) / CROWD * 1e6 for one in zip(*times, strict=True)
    )
    ratio = statistics.median(one[0] / one[1] for one in times)
    wide = statistics.median(one[2] / one[1] for one in times)
    wire = len(ours()[0])
    print(
        f"{size:<6} {wire:7,} bytes {mine:8.0f} µs {other:8.0f} µs   1/{1 / ratio:4.1f}"
        f" {all_of_it:8.0f} µs   1/{1 / wide:4.1f}"
    )


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    head = ("outreach", "EmailMessage", "ratio", "with Jinja", "ratio")
    print(" " * 20 + "{:>11} {:>12} {:>7} {:>11} {:>8}".format(*head))
    for size, paragraphs in SIZES.items():
        compare(size, paragraphs, rounds)


if __name__ == "__main__":
    main()
