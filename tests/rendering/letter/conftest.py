"""A contact base of a few fields, and one way to merge a document with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest
from word import Bundle, Compile, Merge

from outreach.model.field import Value
from outreach.rendering.letter.bundle import BundleWriter
from outreach.rendering.letter.compiling import compile_template
from outreach.rendering.letter.filling import fill
from outreach.rendering.letter.program import Program
from outreach.rendering.letter.reading import read_template

FIELDS = ("civility", "first_name", "last_name", "company", "street", "street2", "city",
          "last_order_on", "revenue", "external_id")  # fmt: skip
TODAY = date(2027, 3, 1)


def resolve(name: str) -> str | None:
    """As the base does: by name, whatever the case."""
    return name.casefold() if name.casefold() in FIELDS else None


def compiled(content: bytes) -> Program:
    return compile_template(read_template(content, "letter.docx"), resolve, FIELDS)


@pytest.fixture
def program() -> Compile:
    return compiled


@pytest.fixture
def merged() -> Merge:
    """A document merged for one person, French unless said otherwise."""

    def one(content: bytes, locale: str = "fr_FR", **values: Value) -> bytes:
        return fill(compiled(content), values, locale=locale, today=TODAY)

    return one


@pytest.fixture
def bundle() -> Bundle:
    """A document merged for several people into one."""

    def bundled(content: bytes, people: list[Mapping[str, Value]]) -> bytes:
        writer = BundleWriter(compiled(content), locale="fr_FR", today=TODAY)
        return b"".join([*(writer.add(person) for person in people), writer.finish()])

    return bundled
