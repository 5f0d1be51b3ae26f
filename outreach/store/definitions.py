"""The definition of a campaign as JSON and back: what was launched stays, whatever the file says.

It is read again by every run. pydantic, which could do it, takes 8 MB of memory; here the
declarations of the model say what each value is. Nothing is checked: only we write it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from datetime import date, time
from functools import cache
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from outreach.model.campaign import Campaign


def as_json(definition: Campaign) -> str:
    """Dates, amounts and shares are words: `2027-03-20`, `0.50`, `1/10`."""
    return json.dumps(asdict(definition), default=str, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> Campaign:
    """The definition that `as_json` wrote, by this version or by an earlier one.

    What it does not name is as the model has it by itself.
    """
    definition: Campaign = _read(Campaign, json.loads(text))
    return definition


def _read(kind: Any, said: Any) -> Any:
    """A value of a type, as JSON has it."""
    parts, origin = get_args(kind), get_origin(kind)
    if NoneType in parts:
        (kind,) = (part for part in parts if part is not NoneType)
        return None if said is None else _read(kind, said)
    if origin is tuple:
        kinds = [parts[0]] * len(said) if parts[-1] is Ellipsis else parts
        return tuple([_read(one, value) for one, value in zip(kinds, said, strict=True)])
    if origin is Mapping:
        return {_read(parts[0], key): _read(parts[1], value) for key, value in said.items()}
    if fields := _fields(kind):
        return kind(**{name: _read(fields[name], said[name]) for name in fields if name in said})
    return kind.fromisoformat(said) if kind in (date, time) else kind(said)


@cache
def _fields(kind: Any) -> dict[str, Any]:
    """The fields of a dataclass, with their types; what is none has none."""
    return get_type_hints(kind) if is_dataclass(kind) else {}
