"""The words that an expression of a workspace may use, wherever it stands.

One place for the command line, the campaign files and the running campaigns. What takes
time to read is read when an expression speaks of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from outreach.model.outline import Outline
from outreach.segmentation.vocabulary import Told, Vocabulary

if TYPE_CHECKING:
    from outreach.model.campaign import Campaign
    from outreach.model.settings import Settings
    from outreach.store.store import Store


def words_of(
    store: Store,
    settings: Settings,
    *,
    stages: tuple[str, ...] = (),
    own: Campaign | None = None,
) -> Vocabulary:
    """The fields, segments, campaigns and stages that there are.

    `stages`: the plain words of `when`. `own`: the campaign whose file is being read, which
    may lie outside the workspace.
    """
    return Vocabulary(
        catalogue=store.database.catalogue,
        segments=store.segments.all(),
        stages=stages,
        locale=settings.locale,
        currency=settings.currency,
        told=(
            cache(lambda: _together([_outline(own)] if own else [])),
            cache(lambda: _launched(store)),
            cache(lambda: _written(settings)),
        ),
    )


def _outline(campaign: Campaign) -> Outline:
    return Outline(campaign.name, tuple(step.name for step in campaign.steps), campaign.chain)


def _launched(store: Store) -> Told:
    from outreach.store.outlines import launched_outlines

    return _together(launched_outlines(store.database))


def _written(settings: Settings) -> Told:
    """The files of the workspace: a campaign may be named before it is launched."""
    from outreach.files.outlines import outlines

    return _together(outlines(settings))


def _together(campaigns: Sequence[Outline]) -> Told:
    return Told(
        {one.name: one.steps for one in campaigns},
        frozenset(stage for one in campaigns for stage in one.chain),
    )
