"""The dossier of one person as files: JSON for programs, a text for people."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from outreach.application import Application
from outreach.cli.output import WIDTH, json_text
from outreach.cli.privacy_words import Words
from outreach.errors import Location, OutreachError, Text
from outreach.language import LOCALES, Language, one_of_ours
from outreach.runner.privacy import Dossier

#: Twins and marks of ours that repeat a value in another form.
_REPEATED = ("_folded", "_print")

#: Columns that repeat others or link rows of ours: in the JSON, not in the text.
_OURS = frozenset(
    {"id", "company_id", "email_domain", "household", "import_id", "merged_into",
     "margin_minor", "extra", "data", "before"}
)  # fmt: skip

#: What each part of the dossier is called.
_PARTS = {
    "records": Text("Who you are, as we have it"),
    "tags": Text("Labels we gave you"),
    "set_aside": Text("What we read and could not use, or wrote in a cleaner form"),
    "sources": Text("Where your data comes from"),
    "imports": Text("The files it was read from"),
    "consents": Text("On what ground we may contact you"),
    "suppressions": Text("What you, or we, have forbidden"),
    "campaigns": Text("Campaigns you were chosen for, or left out of"),
    "messages": Text("What we sent you, or wanted to"),
    "promises": Text("What we promised you"),
    "losses": Text("Turnover we expect to lose with you"),
    "inquiries": Text("What you asked us"),
    "recommendations": Text("Recommendations"),
    "events": Text("What happened, day by day"),
    "requests": Text("What you asked about your data"),
}

#: Columns that are no fields of the contact base.
_COLUMNS = {
    "at": Text("when"),
    "recorded_at": Text("noted"),
    "kind": Text("kind"),
    "stage": Text("stage"),
    "channel": Text("channel"),
    "note": Text("note"),
    "author": Text("by"),
    "tag": Text("label"),
    "amount_minor": Text("amount"),
    "yearly_revenue_minor": Text("a year"),
    "expected_on": Text("on"),
    "cause": Text("cause"),
    "revenue_minor": Text("orders, in all"),
    "order_count": Text("orders"),
    "touch_count": Text("times we contacted you"),
    "name": Text("name"),
    "title": Text("title"),
    "campaign": Text("campaign"),
    "step": Text("step"),
    "state": Text("state"),
    "due_at": Text("due"),
    "settled_at": Text("done"),
    "address": Text("address"),
    "detail": Text("what came of it"),
    "arm": Text("taken in as"),
    "reason": Text("reason"),
    "enrolled_at": Text("chosen"),
    "stopped_at": Text("ended"),
    "stop_reason": Text("ended by"),
    "file": Text("file"),
    "started_at": Text("read"),
    "field": Text("field"),
    "original": Text("as written"),
    "origin": Text("origin"),
    "licence": Text("licence"),
    "obtained_on": Text("obtained"),
    "purpose": Text("purpose"),
    "basis": Text("ground"),
    "given_at": Text("given on"),
    "evidence": Text("proof"),
    "withdrawn_at": Text("withdrawn"),
    "scope": Text("what is forbidden"),
    "key": Text("about"),
    "value": Text("value"),
    "removed_at": Text("taken back"),
    "received_at": Text("received"),
    "answered_at": Text("answered"),
    "created_at": Text("in the base since"),
    "updated_at": Text("last changed"),
    "last_active_at": Text("last own act"),
    "informed_at": Text("told about the data"),
    "due_on": Text("due"),
    "done_at": Text("done"),
}


class NotWritten(OutreachError):
    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            Text("the file cannot be written: {reason}", reason=reason),
            where=Location(str(path)),
            hint=Text("say where it may be written: --out DIR"),
        )


def as_json(parts: Application, found: Dossier) -> str:
    """Everything, in a form that programs read (GDPR art. 20)."""
    return json_text(_data(parts, found), indent=2)


def _data(parts: Application, found: Dossier) -> dict[str, Any]:
    organisation = parts.settings.organisation
    return {
        "made_at": parts.now(),
        "controller": {
            "name": organisation.name,
            "address": organisation.address,
            "privacy_url": organisation.privacy_url,
        },
        "kept_until": found.kept_until,
        **{name: [_row(parts, row) for row in rows] for name, rows in found.held.items()},
    }


def as_text(parts: Application, found: Dossier) -> str:
    """The same for people, in the person's language where he has one of ours."""
    spoken = one_of_ours(found.contact.text("language"))
    language = Language(LOCALES[spoken]) if spoken else parts.language
    lines = (piece for line in _lines(parts, found, language) for piece in _within(line))
    return "\n".join(lines) + "\n"


def _within(line: str) -> list[str]:
    """A line in pieces that a sheet of paper and a terminal have room for."""
    return textwrap.wrap(line, WIDTH, subsequent_indent="    ", break_on_hyphens=False) or [line]


def _lines(parts: Application, found: Dossier, language: Language) -> Iterator[str]:
    speak, organisation = language.say, parts.settings.organisation
    words = Words(parts, language)
    yield speak(Text("What we hold about {name}", name=found.contact.name))
    yield "=" * 72
    yield speak(
        Text(
            "{firm} holds this data to tell you about its offers (GDPR art. 6(1)(f), or your"
            " consent).",
            firm=", ".join(filter(None, (organisation.name, organisation.address))) or "–",
        )
    )
    until = Text("Without a sign from you it is deleted after {day}.", day=found.kept_until)
    yield speak(until)
    yield speak(
        Text(
            "You may have it corrected, erased, or given to somebody else, object to being"
            " contacted, and complain to the data protection authority (in France: cnil.fr)."
        )
    )
    for name, rows in found.held.items():
        if rows:
            yield ""
            yield speak(_PARTS[name])
            yield "-" * 72
            for row in rows:
                yield from _entry(name, _row(parts, row), words)


def _entry(part: str, row: dict[str, Any], words: Words) -> Iterator[str]:
    """One row: its cells behind each other, or one under the other where they are many."""
    if part == "events":
        yield f"  {words.event(row)}"
        return
    cells = [
        words.language.say(Text("{label}: {value}", label=_label(name, words), value=said))
        for name, value in row.items()
        if value not in (None, "", [], {}, 0) and name not in _OURS
        if (said := words.cell(part, name, value, row))
    ]
    if len(cells) > 9:
        yield from (f"  {cell}" for cell in cells)
    else:
        yield f"  {' · '.join(cells)}"


def _label(name: str, words: Words) -> str:
    return words.language.say(_COLUMNS[name]) if name in _COLUMNS else words.label(name)


def _row(parts: Application, row: dict[str, Any]) -> dict[str, Any]:
    """A row with instants in our zone, without twins of values."""
    zone = parts.settings.zone
    return {
        name.removeprefix("f_"): value.astimezone(zone) if isinstance(value, datetime) else value
        for name, value in row.items()
        if not name.endswith(_REPEATED)
    }


def write_private(path: Path, text: str) -> Path:
    """Write a file that nobody but its owner reads. Raises `NotWritten`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise NotWritten(path, error.strerror or str(error)) from None
    return path
