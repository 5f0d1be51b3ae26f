"""What an expression asks of the past: `received(…)` and `reached(…)`, whose names must exist.

A misspelt campaign or stage would select nobody in silence, and its `not` everybody.
"""

from __future__ import annotations

from collections.abc import Sequence

from outreach.errors import Text, did_you_mean
from outreach.model.words import STAGES
from outreach.segmentation.errors import ExpressionError, Source
from outreach.segmentation.syntax import Raw
from outreach.segmentation.tree import Reached, Received
from outreach.segmentation.vocabulary import Vocabulary


class History:
    """The names of campaigns, steps and stages in one expression, as the events have them."""

    def __init__(self, source: Source, vocabulary: Vocabulary) -> None:
        self.source = source
        self.vocabulary = vocabulary

    def received(self, spots: Sequence[Raw], words: Sequence[str]) -> Received:
        """`received("campaign"[, "step"])`. Raises `ExpressionError` at the unknown name."""
        campaign = self._campaign(spots[0], words[0])
        if len(words) < 2:
            return Received(campaign)
        step = self.vocabulary.step(campaign, words[1])
        if step is None:
            raise self._unknown_step(spots[1], words[1], campaign)
        return Received(campaign, step)

    def reached(self, spots: Sequence[Raw], words: Sequence[str]) -> Reached:
        """`reached("stage"[, "campaign"])`. Raises `ExpressionError` at the unknown name."""
        stage = self.stage(spots[0], words[0])
        return Reached(stage, self._campaign(spots[1], words[1]) if words[1:] else None)

    def stage(self, spot: Raw, word: str) -> str:
        """A stage or a fact of any campaign. Raises `ExpressionError`."""
        found = self.vocabulary.any_stage(word)
        if found is not None:
            return found
        words = self.vocabulary.all_stages()
        raise self.source.error(
            Text("there is no stage {name!r}", name=word),
            spot.span,
            did_you_mean(word, (*words, *STAGES)) or Text("known: {words}", words=", ".join(words)),
        )

    def _campaign(self, spot: Raw, name: str) -> str:
        found = self.vocabulary.campaign(name)
        if found is not None:
            return found
        known = self.vocabulary.all_campaigns()
        hint = did_you_mean(name, known)
        if hint is None and known:
            hint = Text("there are: {names}", names=", ".join(sorted(known)))
        raise self.source.error(
            Text("there is no campaign {name!r}", name=name),
            spot.span,
            hint or Text("campaigns are the files campaigns/*.yaml of the workspace"),
        )

    def _unknown_step(self, spot: Raw, name: str, campaign: str) -> ExpressionError:
        known = self.vocabulary.steps(campaign)
        return self.source.error(
            Text("the campaign {campaign!r} has no step {name!r}", campaign=campaign, name=name),
            spot.span,
            did_you_mean(name, known) or Text("known: {words}", words=", ".join(known)),
        )
