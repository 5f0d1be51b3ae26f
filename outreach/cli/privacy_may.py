"""`privacy may`, `privacy rules`: whether somebody may be contacted, and by which rules."""

from __future__ import annotations

from typing import Any

import click

from outreach.application import Application
from outreach.cli.door import Command
from outreach.cli.output import say, show, wrap
from outreach.cli.privacy import NOT_ADVICE
from outreach.compliance.permission import Verdict
from outreach.compliance.rules import RULES
from outreach.errors import Text
from outreach.model.campaign import Channel

_ANSWERS = {
    Verdict.ALLOW: Text("allowed"),
    Verdict.DENY: Text("not allowed"),
    Verdict.NEEDS_INFO: Text("something is not on record"),
}


@click.command(cls=Command)
@click.argument("who")
@click.option("--campaign", metavar="CAMPAIGN", help="For this campaign: its purpose and sector.")
@click.pass_obj
def may(parts: Application, who: str, campaign: str | None) -> None:
    """Whether WHO may be contacted now, channel by channel, with each rule that speaks against."""
    from outreach.runner.call_rules import of_person_at

    contact = parts.person(who)
    definition = parts.campaign_file(campaign).campaign if campaign else None
    store, settings, now = parts.store, parts.settings, parts.now()
    answers = of_person_at(store, settings, contact, campaign=definition, now=now)
    rows = [
        {
            "channel": channel.value,
            "verdict": decision.verdict.value,
            "rules": [
                {
                    "id": ruling.id,
                    "text": parts.language.say(ruling.text),
                    "since": ruling.since,
                    "source": parts.language.say(ruling.source),
                    "effect": ruling.effect.value,
                }
                for ruling in decision.findings
            ],
        }
        for channel, decision in answers.items()
    ]
    strict = parts.settings.compliance.value
    data = {"id": contact.id, "name": contact.name, "compliance": strict, "channels": rows}
    show(parts, data, lambda: _print(parts, contact.name, answers))


def _print(parts: Application, name: str, answers: Any) -> None:
    from outreach.runner.wording import CHANNELS, ruling_text

    speak = parts.language.say
    say(parts, name)
    for channel, decision in answers.items():
        said = Text(
            "  {channel}: {answer}", channel=CHANNELS[channel], answer=_ANSWERS[decision.verdict]
        )
        say(parts, said)
        for ruling in decision.findings:
            wrap(speak(ruling_text(ruling)), first="    • ", rest="      ")
    say(parts, NOT_ADVICE)


@click.command(cls=Command)
@click.option("--channel", type=click.Choice([c.value for c in Channel]), help="Only this one.")
@click.pass_obj
def rules(parts: Application, channel: str | None) -> None:
    """The rules that are asked: what each asks, since when it stands, where it is written."""
    chosen = [rule for rule in RULES if channel is None or Channel(channel) in rule.channels]
    today = parts.today()
    rows = [
        {
            "id": rule.id,
            "text": parts.language.say(rule.text),
            "since": rule.since,
            "until": rule.until,
            "source": parts.language.say(rule.source),
            "effect": rule.effect.value,
            "channels": sorted(rule.channels),
            "countries": sorted(rule.countries) if rule.countries else None,
            "in_force": rule.holds_on(today),
        }
        for rule in chosen
    ]
    show(parts, {"rules": rows}, lambda: _print_rules(parts, rows))


def _print_rules(parts: Application, rows: list[dict[str, Any]]) -> None:
    speak = parts.language.say
    for row in rows:
        since: Text = Text("since {day}", day=row["since"])
        if row["until"]:
            since = Text("from {since} to {until}", since=row["since"], until=row["until"])
        wrap(f"{row['text']} ({', '.join(row['channels'])})", first="• ", rest="  ")
        wrap(f"{row['source']}, {speak(since)} · {row['id']}", first="    ", rest="    ")
    say(parts, NOT_ADVICE)
