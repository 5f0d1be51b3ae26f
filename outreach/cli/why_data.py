"""The story of a person as JSON."""

from __future__ import annotations

from typing import Any

from outreach.application import Application
from outreach.runner.next_step import Next
from outreach.runner.refusals import Refusal
from outreach.runner.why import Line, Story, Why
from outreach.store.follow_ups import Promise
from outreach.store.ties import Recommendation, Request


def story_data(parts: Application, found: Why) -> dict[str, Any]:
    """The answer of `why` as one object."""
    state = found.state
    return {
        "contact": found.contact.id,
        "name": found.contact.name,
        "kind": found.contact.text("kind"),
        "life_stage": found.contact.text("life_stage"),
        "owner": state.owner,
        "interest": state.interest,
        "interest_reason": state.interest_reason,
        "interest_until": state.interest_until,
        "campaigns": [_story_data(parts, story) for story in found.stories],
        "beside": _rows(parts, found.beside),
        "forbidden": {channel.value: reason for channel, reason in found.forbidden},
        "rules": [_rule_data(parts, one) for one in found.refusals],
        "promises": [_promise_data(parts, one) for one in found.promises],
        "inquiries": [_request_data(parts, one) for one in found.requests],
        "referrals": [_referral_data(parts, one) for one in found.recommendations],
        "adrift": _adrift_data(parts, found),
        "next": _next_data(parts, found.next),
    }


def _story_data(parts: Application, story: Story) -> dict[str, Any]:
    return {
        "campaign": story.campaign,
        "deleted": story.deleted,
        "arm": story.arm.value,
        "reason": story.reason,
        "sender": story.sender,
        "owner": story.owner,
        "wave": story.wave,
        "track": story.track.value,
        "past": _rows(parts, story.past),
        "next": _next_data(parts, story.next),
    }


def _next_data(parts: Application, coming: Next) -> dict[str, Any]:
    return {
        "step": coming.step,
        "at": coming.at.astimezone(parts.settings.zone) if coming.at else None,
        "by": coming.by,
        "reason": coming.reason,
        "rule": coming.rule,
        "what": parts.language.say(coming.what),
    }


def _rows(parts: Application, lines: tuple[Line, ...]) -> list[dict[str, Any]]:
    return [
        {
            "at": line.at.astimezone(parts.settings.zone),
            "kind": line.kind,
            "stage": line.stage,
            "reason": line.reason,
            "author": line.author,
            "corrected": line.corrected,
            "record": line.record,
            "what": parts.language.say(line.what),
        }
        for line in lines
    ]


def _rule_data(parts: Application, one: Refusal) -> dict[str, Any]:
    return {
        "rule": one.rule,
        "channels": [channel.value for channel in one.channels],
        "what": parts.language.say(one.what),
        "source": parts.language.say(one.source),
        "since": one.since,
        "on": one.on,
        "binding": one.binding,
    }


def _promise_data(parts: Application, one: Promise) -> dict[str, Any]:
    follow_up = one.follow_up
    return {
        "n": follow_up.id,
        "kind": follow_up.kind.value,
        "due_on": follow_up.due_on,
        "done_at": follow_up.done_at and follow_up.done_at.astimezone(parts.settings.zone),
        "owner": one.owner,
        "campaign": one.campaign,
        "note": follow_up.note,
    }


def _request_data(parts: Application, one: Request) -> dict[str, Any]:
    zone = parts.settings.zone
    return {
        "at": one.at.astimezone(zone),
        "origin": one.origin,
        "subject": one.subject,
        "answered_at": one.answered_at and one.answered_at.astimezone(zone),
        "quality": one.quality,
        "note": one.note,
    }


def _referral_data(parts: Application, one: Recommendation) -> dict[str, Any]:
    return {
        "recommended": "by" if one.came_by_it else "to",
        "contact": one.other,
        "name": one.name,
        "at": one.at.astimezone(parts.settings.zone),
        "asked_on": one.asked_on,
        "thanked_on": one.thanked_on,
        "became": one.became,
        "note": one.note,
    }


def _adrift_data(parts: Application, found: Why) -> dict[str, Any] | None:
    if found.adrift is None:
        return None
    from outreach.cli.adrift import row

    return row(parts, found.adrift)
