"""What the law asks of a campaign and of the people it selects: warnings, with rule and source.

None of it stops a launch under `compliance: warn`. Under `strict` people whom a rule speaks
against are left out one by one, and what the messages themselves lack stops it. Not legal
advice: a reading of public texts, with their sources.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from outreach.compliance.permission import Ruling
from outreach.compliance.policy import departures
from outreach.compliance.rules import BY_ID, Question
from outreach.errors import Plural, Text
from outreach.files.campaigns import CampaignFile
from outreach.model.campaign import Channel
from outreach.model.legal import Purpose
from outreach.runner.compose import Mailroom
from outreach.runner.findings import Problem, warning
from outreach.runner.informing import informs
from outreach.runner.launch import Chosen
from outreach.runner.wording import CHANNELS, rule_text

NOT_ADVICE = Text("not legal advice: read the source, or ask somebody who knows the law")


class PermissionCheck:
    """What the law asks of one campaign."""

    def __init__(self, file: CampaignFile, mailroom: Mailroom) -> None:
        self._campaign = file.campaign
        self._mailroom = mailroom
        self._settings = mailroom.settings

    def problems(self, chosen: Chosen) -> Iterator[Problem]:
        """Of the people first, then of the campaign, then what the firm has stated."""
        yield from self._of_people(chosen)
        if self._campaign.legal.purpose is Purpose.PROSPECTING:
            yield from self._notice(chosen)
            yield from self._interest(chosen)
        for said in departures(self._settings.policy):
            what = Text("your policy ({file}): {what}", file="outreach.yaml", what=said)
            yield warning(what, None, NOT_ADVICE)

    def _of_people(self, chosen: Chosen) -> Iterator[Problem]:
        found = sorted(chosen.legal.found.items(), key=lambda entry: entry[0].id)
        for ruling, (count, channels) in found:
            what = Plural(
                "{channels}, {count} person: {rule}",
                "{channels}, {count} people: {rule}",
                count,
                channels=listed([CHANNELS[channel] for channel in channels]),
                rule=rule_text(ruling.id),
            )
            yield warning(what, None, _advice(ruling))
        for rule, count in sorted(chosen.legal.barred.items()):
            what = Plural(
                "{count} person is left out: {rule}",
                "{count} people are left out: {rule}",
                count,
                rule=rule_text(rule),
            )
            yield warning(what, None, Text("`compliance: strict` is set in outreach.yaml"))

    def _notice(self, chosen: Chosen) -> Iterator[Problem]:
        """The first message tells who we are and where the data comes from."""
        if not chosen.legal.uninformed:
            return
        for step in self._campaign.steps:
            opens = step.after is None and step.channel in (Channel.EMAIL, Channel.LETTER)
            if not opens or informs(step, self._campaign, self._mailroom):
                continue
            rule = BY_ID["notice"]
            what = Plural(
                "{step} is the first message to {count} person, and does not say where the data"
                " comes from ({source})",
                "{step} is the first message to {count} people, and does not say where the data"
                " comes from ({source})",
                chosen.legal.uninformed,
                step=step.name,
                source=rule.source,
            )
            hint = Text("write {{ data_notice }} at its end: it is filled in for each person")
            if step.channel is Channel.LETTER:
                hint = Text("write «data_notice» at its end: it is filled in for each person")
            yield warning(what, None, hint, legal=True)

    def _interest(self, chosen: Chosen) -> Iterator[Problem]:
        written = any(step.channel is Channel.EMAIL for step in self._campaign.steps)
        if written and chosen.legal.professionals and not self._campaign.legal.interest:
            yield warning(
                Plural(
                    "{count} person is written to as a professional, and nothing says what the"
                    " offer has to do with that work (GDPR art. 6(1)(f), CNIL)",
                    "{count} people are written to as professionals, and nothing says what the"
                    " offer has to do with their work (GDPR art. 6(1)(f), CNIL)",
                    chosen.legal.professionals,
                ),
                None,
                Text("write it in a line: `legal: {interest: …}`; it is kept with the campaign"),
            )


def listed(texts: Sequence[Text]) -> Text:
    """Several things as one text: `letter, e-mail`."""
    told = texts[0]
    for text in texts[1:]:
        told = Text("{first}, {rest}", first=told, rest=text)
    return told


def _advice(ruling: Ruling) -> Text | None:
    """What can be done about it."""
    question = BY_ID[ruling.id].question
    if question in (Question.BASIS, Question.COUNTRY, Question.SECTOR):
        return Text(
            "record what they said and its proof: outreach privacy consent WHO (not legal advice)"
        )
    if question is Question.RETENTION:
        return Text("see who they are: outreach privacy purge")
    if question is Question.SOURCE:
        return Text("say where a list comes from: outreach contacts import FILE --source NAME")
    return NOT_ADVICE
