"""Verbs that are imported when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

import click


class LazyCommands(dict[str, click.Command]):
    """The verbs of a noun; those of other modules are imported when they are asked for.

    `elsewhere` maps a verb to `module:function` in this room.
    """

    def __init__(self, here: Mapping[str, click.Command], elsewhere: Mapping[str, str]) -> None:
        super().__init__(here)
        self.elsewhere = dict(elsewhere)

    def _load(self, name: str) -> None:
        if name in self.elsewhere:
            module, function = self.elsewhere.pop(name).split(":")
            self[name] = getattr(import_module(f"outreach.cli.{module}"), function)

    def _load_all(self) -> None:
        for name in list(self.elsewhere):
            self._load(name)

    def __iter__(self) -> Iterator[str]:
        return iter([*super().__iter__(), *self.elsewhere])

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or name in self.elsewhere

    def get(self, name: str, default: Any = None) -> Any:
        self._load(name)
        return super().get(name, default)

    def __getitem__(self, name: str) -> click.Command:
        self._load(name)
        return super().__getitem__(name)

    def items(self) -> Any:
        self._load_all()
        return super().items()

    def values(self) -> Any:
        self._load_all()
        return super().values()
