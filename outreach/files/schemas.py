"""The JSON Schemas of the files people write, so that editors complete and check them.

A schema accepts at least all that the reader accepts; what depends on several keys,
or on the calendar, only the reader refuses.
"""

from __future__ import annotations

from typing import Any, Literal

from outreach.files.campaign_shape import CampaignShape
from outreach.files.settings_shape import SettingsShape
from outreach.files.shapes import Shape

_SHAPES: dict[str, type[Shape]] = {"campaign": CampaignShape, "settings": SettingsShape}


def json_schema(kind: Literal["campaign", "settings"]) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of campaign files or of `outreach.yaml`."""
    found = _tidy(_SHAPES[kind].model_json_schema(by_alias=True))
    assert isinstance(found, dict)
    title = f"outreach: {'a campaign' if kind == 'campaign' else 'settings'}"
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | found | {"title": title}


def _tidy(node: object) -> object:
    """Without what pydantic adds for Python: nulls, titles, defaults that are only "absent"."""
    if isinstance(node, list):
        return [_tidy(item) for item in node]
    if not isinstance(node, dict):
        return node
    keys = {key: value for key, value in node.items() if not _is_noise(key, value)}
    ways = [way for way in keys.get("anyOf", []) if way != {"type": "null"}]
    if len(ways) == 1:
        del keys["anyOf"]
        keys = ways[0] | keys
    return {
        key: {name: _tidy(one) for name, one in value.items()}
        if key in ("properties", "$defs")
        else _tidy(value)
        for key, value in keys.items()
    }


def _is_noise(key: str, value: object) -> bool:
    return (key == "title" and isinstance(value, str)) or (
        key == "default" and value in (None, [], {}, "", False)
    )
