"""What was recorded of a call or a visit, and what follows: as sentences and as JSON."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

from outreach.application import Application
from outreach.errors import Text
from outreach.runner.call_session import Concluded
from outreach.runner.coming_next import Next
from outreach.runner.facts import Fact
from outreach.runner.wording import stage_text


def in_spite(fact: Fact, follows: Next, zone: tzinfo) -> list[Text]:
    """That a no ends nothing by itself: what comes all the same, and how it is ended."""
    day = follows.at.astimezone(zone).date() if follows.at else None
    comes = (
        Text("This does not end the chain: {what}, on {day}.", what=follows.what, day=day)
        if day
        else Text("This does not end the chain: {what}.", what=follows.what)
    )
    who = fact.contact.text("email") or str(fact.contact.id)
    for_one = Text("To end it for this person: outreach record {who} arid --reason …", who=who)
    for_all = Text(
        "To end it for everybody: write {stage} into stop_on of the campaign, then: outreach "
        "launch {campaign} --confirm-change",
        stage=fact.stage,
        campaign=fact.campaign.name if fact.campaign else "–",
    )
    return [comes, for_one, for_all]


def told(done: Concluded) -> list[Text]:
    """What was recorded, and what follows, as sentences."""
    answer = done.answer
    outcome = stage_text(answer.outcome.stage)
    lines = [Text("recorded: {outcome}", outcome=outcome)]
    if answer.day is not None and answer.outcome.then == "latent":
        lines[0] = Text("recorded: {outcome}; we come back to them on {day}", outcome=outcome,
                        day=answer.day.day)  # fmt: skip
    elif answer.day is not None:
        clock = f", {answer.day.clock:%H:%M}" if answer.day.clock else ""
        lines[0] = Text("recorded: {outcome} on {day}{clock}", outcome=outcome,
                        day=answer.day.day, clock=clock)  # fmt: skip
    if done.again is not None:
        day = done.again.due_at.astimezone(done.zone).date()
        lines.append(Text("again on {day}: try {n} of {most}", day=day, n=done.again.attempts + 1,
                          most=done.call.most))  # fmt: skip
    elif done.next is not None and done.next.step is not None and done.recorded.in_spite:
        lines += in_spite(done.recorded.fact, done.next, done.zone)
    elif done.next is not None and done.next.at is not None:
        lines.append(Text("{what}: {when}", what=done.next.what,
                          when=done.next.at.astimezone(done.zone).date()))  # fmt: skip
    elif done.next is not None:
        lines.append(done.next.what)
    return lines


def as_row(parts: Application, done: Concluded) -> dict[str, Any]:
    """One outcome, for `--json`."""
    call, answer = done.call, done.answer
    follows = done.next
    return {
        "contact": call.contact.id,
        "name": call.contact.name,
        "campaign": call.campaign,
        "step": call.step,
        "outcome": answer.outcome.stage,
        "at": done.recorded.fact.at.astimezone(parts.settings.zone),
        "on": answer.day.day if answer.day else None,
        "reason": answer.reason,
        "note": answer.whole_note,
        "amount": answer.amount,
        "minutes": answer.minutes,
        "km": answer.km,
        "again": done.again.due_at.astimezone(done.zone) if done.again else None,
        "next": {
            "step": follows.step,
            "at": follows.at.astimezone(done.zone) if follows.at else None,
            "what": parts.language.say(follows.what),
        } if follows else None,
    }  # fmt: skip
