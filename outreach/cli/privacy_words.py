"""What the cells of a dossier say to the person it is about: our own words, in his language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

from outreach.application import Application
from outreach.cleaning.phones import as_dialled
from outreach.errors import Text
from outreach.language import Language
from outreach.model.audience import Arm
from outreach.model.campaign import Channel
from outreach.model.delivery import DeliveryState
from outreach.model.legal import Basis, Purpose
from outreach.model.money import from_minor
from outreach.model.source import ListOrigin
from outreach.model.suppression import SuppressionKey, SuppressionScope
from outreach.runner.happened import happened
from outreach.runner.wording import (
    BASES,
    CHANNELS,
    LIST_ORIGINS,
    REQUESTS,
    SCOPES,
    follow_up_text,
    interest_text,
    kind_text,
    meaning_of,
    stage_text,
)

_STATES: Mapping[str, Text] = {
    DeliveryState.DUE: Text("planned"),
    DeliveryState.CLAIMED: Text("on its way"),
    DeliveryState.SENT: Text("sent, posted or done"),
    DeliveryState.REFUSED: Text("refused by the server"),
    DeliveryState.UNKNOWN: Text("nobody knows whether it arrived"),
    DeliveryState.HELD: Text("held: a value is missing"),
    DeliveryState.SKIPPED: Text("skipped"),
    DeliveryState.CANCELLED: Text("will not happen"),
}

_ARMS: Mapping[str, Text] = {
    Arm.ENROLLED: Text("chosen"),
    Arm.CONTROL: Text("in the control group: never contacted"),
    Arm.EXCLUDED: Text("left out"),
}

_PURPOSES: Mapping[str, Text] = {
    Purpose.PROSPECTING: Text("our offers"),
    Purpose.SERVICE: Text("the service of a running contract"),
}

_KEYS: Mapping[str, Text] = {
    SuppressionKey.EMAIL: Text("the e-mail address"),
    SuppressionKey.PHONE: Text("the telephone number"),
    SuppressionKey.DOMAIN: Text("the domain"),
    SuppressionKey.CONTACT: Text("the person"),
}


def _channel(word: str) -> Text:
    return Text("every channel") if word == "all" else CHANNELS[Channel(word)]


#: How the words of a column are said; by part of the dossier where one column has two meanings.
_SAID: Mapping[str, Callable[[str], Text]] = {
    "channel": _channel,
    "state": lambda word: _STATES[word],
    "stage": stage_text,
    "interest": interest_text,
    "arm": lambda word: _ARMS[word],
    "reason": meaning_of,
    "stop_reason": meaning_of,
    "detail": lambda word: Text("posted") if word == "posted" else meaning_of(word),
    "basis": lambda word: BASES[Basis(word)],
    "purpose": lambda word: _PURPOSES[word],
    "scope": lambda word: SCOPES[SuppressionScope(word)],
    "key": lambda word: _KEYS[word],
    "records.kind": kind_text,
    "promises.kind": follow_up_text,
    "requests.kind": lambda word: REQUESTS[word],
    "sources.origin": lambda word: LIST_ORIGINS[ListOrigin(word)],
}

_NUMBERS = frozenset({"phone", "mobile"})


class Words:
    """Says the cells of one dossier."""

    def __init__(self, parts: Application, language: Language) -> None:
        self._settings = parts.settings
        self._catalogue = parts.database.catalogue
        self.language = language

    def cell(self, part: str, name: str, value: Any, row: Mapping[str, Any]) -> str | None:
        """A cell as its reader calls it; None where only programs want it."""
        if isinstance(value, datetime | date):
            return self.language.write(value)
        if name.endswith("_minor"):
            currency = self._settings.currency
            return self.language.money(from_minor(int(value), currency), currency)
        number = name in _NUMBERS or (name == "value" and row.get("key") == SuppressionKey.PHONE)
        if number:
            return as_dialled(str(value), self._settings.country)
        if name == "value" and row.get("key") == SuppressionKey.CONTACT:
            return None
        if name == "field":
            return self.label(str(value))
        said = _SAID.get(f"{part}.{name}") or _SAID.get(name)
        return self.language.say(said(str(value))) if said else str(value)

    def label(self, name: str) -> str:
        """A field of the contact base, as it is called there."""
        field = self._catalogue.find(name)
        if field and field.label:
            return self.language.say(Text(field.label))
        return name.replace("_", " ")

    def event(self, row: Mapping[str, Any]) -> str:
        """What happened, in a sentence."""
        told = self.language.say(happened(SimpleNamespace(**row), self._catalogue))
        when = self.language.write(row["at"])
        money = row.get("amount_minor")
        more = [self.cell("events", "amount_minor", money, row)] if money else []
        more += [row[name] for name in ("campaign_name", "author") if row.get(name)]
        return " · ".join([when, " ".join(told.split()), *filter(None, more)])
