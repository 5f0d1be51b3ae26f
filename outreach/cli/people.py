"""`contacts add | set | note | tag | company | companies`: people by hand, and their firms."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from outreach.application import Application
from outreach.cli.door import Command
from outreach.cli.output import notice, say, show, show_rows, table
from outreach.cli.values import label, written
from outreach.errors import OutreachError, Plural, Text, WrongUsage
from outreach.runner.naming import AmbiguousPerson, UnknownPerson

if TYPE_CHECKING:
    from collections.abc import Sequence

    from outreach.model.contact import Contact, Draft
    from outreach.store.companies import Company

#: Companies shown to a person who states no limit.
SHOWN = 20


class NoCompany(OutreachError):
    def __init__(self, who: str) -> None:
        super().__init__(
            Text("{who!r} belongs to no company that is known", who=who),
            hint=Text("say which: outreach contacts set {who} company=NAME", who=who),
        )


@click.command(cls=Command)
@click.argument("words", nargs=-1, required=True, metavar="FIELD=VALUE…")
@click.option("--force", is_flag=True, help="Add even if somebody on file has the same address.")
@click.pass_obj
def add(parts: Application, words: tuple[str, ...], force: bool) -> None:
    """Add one contact: its fields, cleaned as the cells of a file are."""
    draft = _typed(parts, words)
    if not any(value is not None for value in draft.values.values()):
        raise WrongUsage(Text("nothing is said about the contact"))
    number = parts.store.people.add(_without_empty(draft), force=force, now=parts.now())
    contact = parts.store.contacts.get(number)
    _tell_cleaned(parts, draft)
    show(
        parts,
        {"id": contact.id, **contact.values, "tags": sorted(contact.tags)},
        [Text("{name} is on file as #{id}", name=contact.name, id=contact.id)],
    )


@click.command(name="set", cls=Command)
@click.argument("who")
@click.argument("words", nargs=-1, required=True, metavar="FIELD=VALUE…")
@click.pass_obj
def set_(parts: Application, who: str, words: tuple[str, ...]) -> None:
    """Change fields of WHO; FIELD= empties one."""
    contact = parts.person(who)
    draft = _typed(parts, words)
    if draft.tags or any(word.startswith("tags=") for word in words):
        raise WrongUsage(
            Text("tags are not set but put on and taken off"),
            hint=Text("write: outreach contacts tag {who} TAG…", who=who),
        )
    changed = parts.store.people.set(contact.id, draft, now=parts.now())
    _tell_cleaned(parts, draft)
    rows = {name: {"before": old, "after": new} for name, (old, new) in changed.items()}
    lines = [
        Text("{name}: {old} → {new}", name=label(parts, name), old=_word(parts, name, old),
             new=_word(parts, name, new))
        for name, (old, new) in changed.items()
    ]  # fmt: skip
    show(parts, {"id": contact.id, "changed": rows}, lines or [Text("nothing changed")])


@click.command(cls=Command)
@click.argument("who")
@click.argument("text")
@click.option("--by", "author", metavar="NAME", help="Who notes it: a key of the team, or a name.")
@click.pass_obj
def note(parts: Application, who: str, text: str, author: str | None) -> None:
    """Note TEXT about WHO; it stands in their history."""
    contact = parts.person(who)
    if not text.strip():
        raise WrongUsage(Text("the note is empty"))
    parts.store.people.note(contact.id, text.strip(), author=author, now=parts.now())
    show(
        parts,
        {"id": contact.id, "note": text.strip()},
        [Text("noted about {name}", name=contact.name)],
    )


@click.command(cls=Command)
@click.argument("words", nargs=-1, required=True, metavar="[WHO] TAG…")
@click.option("--where", metavar="EXPR", help="Everyone whom EXPR selects, instead of WHO.")
@click.option("--remove", is_flag=True, help="Take the tags off.")
@click.option("--dry-run", is_flag=True, help="Count the people, change nothing.")
@click.pass_obj
def tag(
    parts: Application, words: tuple[str, ...], where: str | None, remove: bool, dry_run: bool
) -> None:
    """Put tags on WHO, or on everyone whom --where selects."""
    from outreach.runner.people import tags_typed

    tags = tags_typed(words if where is not None else words[1:])
    if where is not None:
        people = [one.id for one in parts.store.contacts.matching(parts.select(where))]
    else:
        people = [parts.person(words[0]).id]
    act = parts.store.people.untag if remove else parts.store.people.tag
    changed = 0 if dry_run else act(people, tags, now=parts.now())
    data = {"contacts": len(people), "changed": changed, "tags": tags}
    chosen = Plural("{count} contact chosen", "{count} contacts chosen", len(people))
    done = Plural("{count} changed", "{count} changed", changed)
    show(parts, data | ({"dry_run": True} if dry_run else {}), [chosen, done])


@click.command(cls=Command)
@click.argument("who")
@click.pass_obj
def company(parts: Application, who: str) -> None:
    """The company of WHO (a person or a firm) with all its people."""
    found = parts.store.contacts.find(who)
    if not found:
        raise UnknownPerson(who)
    firms = parts.store.companies.of([one.id for one in found])
    if not firms:
        raise NoCompany(who)
    if len(firms) > 1:
        raise AmbiguousPerson(who, found)
    (firm,) = parts.store.companies.named(firms)
    show(parts, {"company": _as_json(firm)}, lambda: _print_companies(parts, [firm]))


@click.command(cls=Command)
@click.argument("expression", required=False, metavar="[EXPR]")
@click.option("--limit", type=click.IntRange(min=0), metavar="N",
              help="How many to show; 0 shows all.")  # fmt: skip
@click.pass_obj
def companies(parts: Application, expression: str | None, limit: int | None) -> None:
    """List companies with their people, or those of them whom EXPR selects."""
    condition = parts.select(expression)
    found = parts.store.companies.matching(condition)
    if parts.options.json:
        rows = islice(found, limit or None)
        click.echo('{"companies": [', nl=False)
        show_rows(map(_as_json, rows))
        click.echo("]}")
        return
    limit = SHOWN if limit is None else limit
    shown = list(islice(found, limit or None))
    _print_companies(parts, shown)
    more = parts.store.companies.count(condition) - len(shown) if len(shown) == limit else 0
    if more:
        say(parts, Plural("and {count} more (--limit 0 shows all)",
                          "and {count} more (--limit 0 shows all)", more))  # fmt: skip


# --- showing ----------------------------------------------------------------------------------


def _typed(parts: Application, words: tuple[str, ...]) -> Draft:
    from outreach.runner.people import as_typed

    return as_typed(words, parts.database.catalogue, parts.settings)


def _without_empty(draft: Draft) -> Draft:
    from outreach.model.contact import Draft

    values = {name: value for name, value in draft.values.items() if value is not None}
    return Draft(draft.line, values, draft.tags, draft.set_aside)


def _tell_cleaned(parts: Application, draft: Draft) -> None:
    """What was typed and is stored in another form, on stderr."""
    for aside in draft.set_aside:
        value = _word(parts, aside.field, draft.values.get(aside.field))
        line = Text("{field}: {written!r} is kept as {value!r}", field=label(parts, aside.field),
                    written=aside.original, value=value)  # fmt: skip
        if aside.reason or value != aside.original:
            notice(parts, aside.reason or line)


def _word(parts: Application, name: str, value: Any) -> str:
    return written(parts, name, value) or "–"


def _as_json(firm: Company) -> dict[str, Any]:
    people = [
        {"id": p.id, "name": p.name, "email": p.text("email"), "job_title": p.text("job_title")}
        for p in firm.people
    ]
    return {"id": firm.id, "name": firm.name, "siren": firm.siren, "domain": firm.domain,
            "contacts": people}  # fmt: skip


def _print_companies(parts: Application, firms: Sequence[Company]) -> None:
    if not firms:
        say(parts, Text("no company"))
        return
    headers = [Text("Company"), Text("Id"), Text("Name"), Text("E-mail")]
    rows = []
    for firm in firms:
        for index, person in enumerate(firm.people):
            name = firm.name if index == 0 else ""
            rows.append([name, str(person.id), *_person(person)])
    table(parts, headers, rows, right=[1])


def _person(contact: Contact) -> list[str]:
    return [contact.name, contact.text("email") or ""]
