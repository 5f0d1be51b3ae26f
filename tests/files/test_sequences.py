"""Tracks, waves, repeats and delivery days in a campaign file, and every mistake in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from outreach.errors import Problems
from outreach.files.campaigns import in_the_post, parse_campaign
from outreach.files.schemas import json_schema
from outreach.model.campaign import After, Campaign, Track, Unit, Waves

HEAD = "campaign: x\naudience: {where: 'true'}\n"
STEPS = """\
steps:
  - {step: mail, channel: email, subject: s, template: t}
  - {step: call, channel: call, after: mail + 3 days}
  - {step: visit, channel: visit, track: positive, after: replied + 2 days}
  - {step: offer, channel: task, track: positive, after: visit + 1 week}
  - {step: later, channel: task, track: negative}
"""


def parsed(text: str) -> Campaign:
    return parse_campaign(text, Path("c.yaml")).campaign


def mistakes(text: str) -> list[str]:
    with pytest.raises(Problems) as caught:
        parsed(text)
    return [
        f"{error.where.line}:{error.where.column}: {error.what}"
        + (f" ({error.hint})" if error.hint else "")
        for error in caught.value.errors
        if error.where
    ]


# --- what is read ---------------------------------------------------------------------------


def test_tracks_have_their_usual_facts_where_nothing_is_said() -> None:
    campaign = parsed(HEAD + STEPS)
    assert campaign.tracks == {
        Track.POSITIVE: ("replied", "appointment", "met"),
        Track.NEGATIVE: ("refused", "lost"),
    }
    assert [step.track.value for step in campaign.steps] == [
        "main", "main", "positive", "positive", "negative"
    ]  # fmt: skip
    assert campaign.step("visit").after == After("replied", 2, Unit.DAYS, fact=True)
    assert campaign.step("offer").after == After("visit", 1, Unit.WEEKS)
    assert [step.name for step in campaign.following(None)] == ["mail"]
    assert [step.name for step in campaign.opening(Track.NEGATIVE, "lost")] == ["later"]
    assert campaign.opening(Track.POSITIVE, "met") == ()


def test_a_chain_of_other_words_opens_tracks_by_those_it_knows() -> None:
    campaign = parsed(HEAD + "chain: [contacted, hooked, order]\n" + STEPS.replace(
        "after: replied + 2 days", "after: met"))  # fmt: skip
    assert campaign.tracks[Track.POSITIVE] == ("met",)


def test_a_campaign_without_such_steps_has_no_tracks() -> None:
    campaign = parsed(HEAD + "steps: [{step: a, channel: call}]\n")
    assert (campaign.tracks, campaign.waves, campaign.repeat) == ({}, None, None)
    assert campaign.opened_by("replied") is None


def test_what_opens_a_track_may_be_said() -> None:
    said = "tracks: {positive: [replied], negative: [returned]}\n"
    campaign = parsed(HEAD + said + STEPS)
    assert (campaign.opened_by("replied"), campaign.opened_by("returned")) == (
        Track.POSITIVE, Track.NEGATIVE
    )  # fmt: skip
    assert campaign.opened_by("met") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{size: 200, every: 1 week}", Waves(200, 1, Unit.WEEKS)),
        ("{size: '1 000', every: 3 jours ouvrés}", Waves(1000, 3, Unit.WORKING_DAYS)),
        ("{size: 5, every: 6h}", Waves(5, 6, Unit.HOURS)),
    ],
)
def test_waves_are_read(text: str, expected: Waves) -> None:
    assert parsed(HEAD + f"waves: {text}\n" + STEPS).waves == expected


def test_what_follows_a_letter_waits_for_its_delivery_days() -> None:
    """The letter's own go before those of the settings; a call has none."""
    steps = """\
steps:
  - {step: one, channel: letter, template: l.docx}
  - {step: two, channel: letter, template: l.docx, after: one, delivery_days: 1}
  - {step: three, channel: call, after: two + 2 days}
  - {step: four, channel: call, after: three}
"""
    campaign = in_the_post(parsed(HEAD + steps), 3)
    assert [step.after and step.after.in_post for step in campaign.steps] == [None, 3, 1, 0]


# --- mistakes -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            HEAD + "steps: [{step: a, channel: call, track: positive}]\n",
            "3:9: no step is of the main track: nobody would begin (write a step without `track`)",
        ),
        (
            HEAD + "steps: [{step: a, channel: call, track: postive}]\n",
            "3:41: 'postive' is not known here (did you mean 'positive'?)",
        ),
        (
            HEAD + "steps: [{step: a, channel: call}, {step: b, channel: call, after: replied}]\n",
            "3:67: no step is called 'replied' (only steps of a track wait for a fact: write"
            " `track: positive` or negative)",
        ),
        (
            HEAD + STEPS.replace("replied + 2", "refused + 2"),
            "6:59: 'refused' is no step, and opens no positive track (what opens it: replied,"
            " appointment, met)",
        ),
        (
            HEAD + STEPS.replace("visit + 1", "mail + 1"),
            "7:58: 'mail' is a step of the main track (a step waits for one of its own track)",
        ),
        (
            HEAD + "tracks: {positive: [repleid]}\n" + STEPS.replace("replied + 2 days", "repleid"),
            "3:21: 'repleid' is neither a stage of the chain nor a known fact"
            " (did you mean 'replied'?)",
        ),
        (
            HEAD + "tracks: {positive: [replied, order]}\n" + STEPS,
            "3:30: 'order' cannot open a track (it begins the chain, ends it, or asks for another"
            " call)",
        ),
        (
            HEAD + "tracks: {positive: [replied, refused]}\n" + STEPS,
            "3:30: 'refused' opens both tracks (leave it in one of them)",
        ),
        (
            HEAD + "tracks: {negative: [lost]}\nsteps: [{step: a, channel: call}]\n",
            "3:20: no step is of the negative track (write `track: negative` in its steps)",
        ),
        (
            HEAD + "tracks: {postive: [met]}\n" + STEPS,
            "3:10: tracks has no key 'postive' (did you mean 'positive'?)",
        ),
        (HEAD + "waves: {size: 0, every: 1 week}\n" + STEPS, "3:15: 0 is too small: at least 1"),
        (
            HEAD + "waves: {size: 5, every: often}\n" + STEPS,
            "3:25: 'often' is not a time to wait (write it like 1 week or 3 working days)",
        ),
        (HEAD + "waves: {size: 5, every: 0 days}\n" + STEPS, "3:25: '0 days' is no time at all"),
        (HEAD + "waves: {size: 5}\n" + STEPS, "3:8: waves needs the key 'every'"),
        (
            HEAD + "repeat: '0 9 30 2 *'\n" + STEPS,
            "3:9: '0 9 30 2 *' is no cron expression that ever fires (minute, hour, day of the"
            " month, month, day of the week: 0 9 * * mon is every Monday at 9:00)",
        ),
        (
            HEAD + "repeat: 0 9 * * mon\nwaves: {size: 5, every: 1 day}\n" + STEPS,
            "4:8: `waves` and `repeat` do not go together (a repeated campaign reaches everybody"
            " at each firing)",
        ),
        (
            HEAD + "steps:\n  - {step: met, channel: call, track: positive, after: met}\n"
            "  - {step: a, channel: call}\n",
            "4:56: these steps wait for each other: met → met ('met' is a fact too: give the step"
            " another name)",
        ),
        (
            HEAD + "steps: [{step: a, channel: call, delivery_days: 2}]\n",
            "3:34: a call step has no key 'delivery_days' (steps that have it: letter)",
        ),
    ],
)
def test_every_mistake_is_told_with_its_place_and_what_to_do(text: str, expected: str) -> None:
    assert mistakes(text) == [expected]


# --- the schema -------------------------------------------------------------------------------


def valid(text: str) -> list[str]:
    schema: dict[str, Any] = json_schema("campaign")
    validator = jsonschema.Draft202012Validator(schema)
    return [error.message for error in validator.iter_errors(yaml.safe_load(text))]


def test_the_schema_knows_every_key_of_a_sequence() -> None:
    said = "tracks: {positive: [replied]}\nwaves: {size: 5, every: 1 week}\n"
    assert valid(HEAD + said + STEPS) == []
    assert valid(HEAD + "repeat: 0 9 * * mon\n" + STEPS) == []
    assert valid(HEAD + STEPS.replace("track: negative", "track: neutral")) != []
    assert valid(HEAD + "waves: {size: 5}\n" + STEPS) != []
