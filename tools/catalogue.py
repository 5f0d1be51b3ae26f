"""The French catalogue: collect every English sentence, keep the translations, compile.

    python tools/catalogue.py           write outreach.po and outreach.mo anew
    python tools/catalogue.py --check   say what is missing; exit 1 when something is

Sentences are the literal first arguments of `Text(…)`, the first two of `Plural(…)`, and the
help of every command and option. Translations that no sentence needs any more are dropped.
"""

from __future__ import annotations

import ast
import inspect
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

if TYPE_CHECKING:
    from babel.messages.catalog import Message

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "outreach"
PO = PACKAGE / "locale" / "fr" / "LC_MESSAGES" / "outreach.po"
MO = PO.with_suffix(".mo")

MessageId = str | tuple[str, str]


def sentences() -> dict[MessageId, list[tuple[str, int]]]:
    """Every sentence a person may read, with the places it stands at."""
    found: dict[MessageId, list[tuple[str, int]]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        for message, line in _in_code(path):
            found.setdefault(message, []).append((str(path.relative_to(ROOT)), line))
    for message in (*_in_help(), *_field_labels()):
        found.setdefault(message, [])
    return found


def _in_code(path: Path) -> Iterator[tuple[MessageId, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        wanted = {"Text": 1, "Plural": 2}.get(node.func.id, 0)
        words = [a.value for a in node.args[:wanted] if isinstance(a, ast.Constant)]
        if wanted and len(words) == wanted and all(isinstance(word, str) for word in words):
            yield (str(words[0]) if wanted == 1 else (str(words[0]), str(words[1]))), node.lineno


def _field_labels() -> Iterator[str]:
    """How fields are called where people see them."""
    from outreach.model.field import DERIVED, STANDARD
    from outreach.segmentation.words import lowered

    for field in (*STANDARD, *DERIVED):
        yield field.label
        yield lowered(field.label)


def _in_help() -> Iterator[str]:
    """Topics, one-line helps, and the help of every command and option."""
    from outreach.cli import main

    context = main.make_context("outreach", ["demo"], resilient_parsing=True)
    yield main.help or ""
    yield from (option.help or "" for option in main.params if isinstance(option, click.Option))
    for topic, commands in main.table.items():
        yield topic
        yield from (line for _, line in commands.values())
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command is not None
        yield from _help_of(command, context)


def _help_of(command: click.Command, parent: click.Context) -> Iterator[str]:
    if command.help:
        yield inspect.cleandoc(command.help)
    context = click.Context(command, info_name=command.name, parent=parent)
    for option in command.get_params(context):
        if isinstance(option, click.Option) and option.help:
            yield option.help
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from _help_of(inner, context)


def renewed() -> Catalog:
    """The catalogue as it should be: today's sentences with the translations there are."""
    with PO.open("rb") as file:
        old = read_po(file, locale="fr")
    known = {message.id: message.string for message in old if message.id}
    new = Catalog(
        locale="fr", project="outreach", fuzzy=False, header_comment="# Le français d'outreach."
    )
    for message, places in sorted(sentences().items(), key=lambda item: str(item[0])):
        # Lines move with every change; the file is enough to find a sentence.
        files = sorted({file for file, _ in places})
        new.add(message, known.get(message, ""), locations=[(file, 0) for file in files])
    new.creation_date = new.revision_date = old.creation_date
    return new


def written(catalogue: Catalog) -> tuple[bytes, bytes]:
    """The bytes of the .po and of the .mo."""
    po, mo = io.BytesIO(), io.BytesIO()
    write_po(po, catalogue, width=100, include_lineno=False, sort_output=False)
    write_mo(mo, catalogue)
    return po.getvalue(), mo.getvalue()


def untranslated(catalogue: Catalog) -> list[Message]:
    """Sentences without French."""
    return [message for message in catalogue if message.id and not _full(message)]


def _full(message: Message) -> bool:
    strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return all(strings)


def main() -> int:
    sys.path.insert(0, str(ROOT))
    PO.parent.mkdir(parents=True, exist_ok=True)
    if not PO.exists():
        PO.write_bytes(written(Catalog(locale="fr"))[0])
    catalogue = renewed()
    missing = untranslated(catalogue)
    po, mo = written(catalogue)
    if "--check" not in sys.argv:
        PO.write_bytes(po)
        MO.write_bytes(mo)
    for message in missing:
        print("no French:", message.id)
    stale = PO.read_bytes() != po or MO.read_bytes() != mo
    print(f"{len(catalogue)} sentences, {len(missing)} without French")
    return 1 if missing or stale else 0


if __name__ == "__main__":
    sys.exit(main())
