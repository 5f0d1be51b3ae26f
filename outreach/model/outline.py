"""A campaign by its words alone: how it, its steps and its stages are called."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outline:
    """What an expression may name of a campaign, launched or only written."""

    name: str
    steps: tuple[str, ...] = ()
    chain: tuple[str, ...] = ()
