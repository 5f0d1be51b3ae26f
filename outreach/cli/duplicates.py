"""`contacts duplicates`: who is on file twice, and what is done about it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from outreach.application import Application
from outreach.cli.door import Command
from outreach.cli.output import notice, on_terminal, say, show, table, wrap
from outreach.cli.values import label, shown
from outreach.errors import Plural, Text, WrongUsage
from outreach.model.contact import Contact
from outreach.model.field import Origin
from outreach.model.ids import ContactId

if TYPE_CHECKING:
    from outreach.cleaning.likeness.finding import Findings, Likeness
    from outreach.runner.duplicates import Answer, Reviewed
    from outreach.store.merging import Merged

#: Groups and pairs shown to a person; `--json` has all of them.
SHOWN = 20


class TooMuchAtOnce(WrongUsage):
    def __init__(self, first: str, second: str) -> None:
        super().__init__(
            Text("{first} and {second} do not go together", first=first, second=second),
            hint=Text("give them one after the other"),
        )


@click.command(cls=Command)
@click.argument("expression", required=False, metavar="[EXPR]")
@click.option("--threshold", type=click.FloatRange(0.5, 1, max_open=True), metavar="X",
              help="How likely two must be one, to be grouped: 0.5 to 1.")  # fmt: skip
@click.option("--merge", is_flag=True, help="Make one contact of each group; --undo takes it back.")
@click.option(
    "--review", is_flag=True, help="Ask about one pair after the other; answers are kept."
)
@click.option("--undo", is_flag=True, help="Take back what was merged last.")
@click.pass_obj
def duplicates(
    parts: Application, expression: str | None, threshold: float | None, merge: bool,
    review: bool, undo: bool,
) -> None:  # fmt: skip
    """Find the same person or firm on file twice, among those that EXPR selects or all."""
    if undo:
        _refuse(("--undo", True), ("--merge", merge), ("--review", review))
        _undo(parts)
        return
    if parts.options.json:
        _refuse(("--review", review), ("--json", True))
    from outreach.cleaning.likeness.finding import THRESHOLD
    from outreach.runner.duplicates import find

    limit = THRESHOLD if threshold is None else threshold
    condition = parts.select(expression)
    found = find(parts.store, condition, threshold=limit)
    merged = None
    if merge:
        from outreach.runner.duplicates import merge_groups

        merged = merge_groups(parts.store, found, now=parts.now())
    if review:
        _review(parts, found, merged)
    else:
        show(parts, _as_json(parts, found, merged), lambda: _print(parts, found, merged))


def _refuse(*options: tuple[str, bool]) -> None:
    given = [name for name, is_given in options if is_given]
    if len(given) > 1:
        raise TooMuchAtOnce(given[0], given[1])


def _undo(parts: Application) -> None:
    back = parts.store.duplicates.undo(now=parts.now())
    line = Plural(
        "{count} contact is on its own again", "{count} contacts are on their own again", len(back)
    )
    show(parts, {"undone": len(back), "contacts": back}, [line])


# --- showing ----------------------------------------------------------------------------------


def _as_json(parts: Application, found: Findings, merged: Merged | None) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "groups": [list(group) for group in found.groups],
        "pairs": [_pair_json(parts, pair) for pair in found.pairs],
        "doubtful": [_pair_json(parts, pair) for pair in found.doubtful],
    }
    if merged is not None:
        answer |= {"merged": len(merged.gone), "busy": list(merged.busy)}
    return answer


def _pair_json(parts: Application, pair: Likeness) -> dict[str, Any]:
    reasons = [parts.language.say(reason) for reason in pair.reasons]
    return {"a": pair.a, "b": pair.b, "score": pair.score, "reasons": reasons}


def _print(parts: Application, found: Findings, merged: Merged | None) -> None:
    if merged is not None:
        _print_merged(parts, merged)
    else:
        _print_groups(parts, found)
    if found.doubtful:
        say(parts, Plural("{count} pair to be decided by hand:",
                          "{count} pairs to be decided by hand:", len(found.doubtful)))  # fmt: skip
        _print_pairs(parts, found.doubtful)
    if merged is None and found.groups:
        say(parts, Text("make one of each group: outreach contacts duplicates --merge"))
    if found.doubtful:
        say(parts, Text("decide the pairs: outreach contacts duplicates --review"))


def _print_groups(parts: Application, found: Findings) -> None:
    if not found.groups:
        say(parts, Text("No duplicates are sure enough to be merged."))
        return
    say(parts, Plural("{count} group of contacts that are likely one:",
                      "{count} groups of contacts that are likely one:",
                      len(found.groups)))  # fmt: skip
    shown = found.groups[:SHOWN]
    people = _people(parts, [number for group in shown for number in group])
    why = {(pair.a, pair.b): pair for pair in found.pairs}
    for group in shown:
        for place, number in enumerate(group):
            line = _line(parts, people, number)
            wrap(line, first="- " if not place else "  ", rest="    ")
        best = [why[group[0], other] for other in group[1:] if (group[0], other) in why]
        if best:
            wrap(_reasons(parts, max(best, key=lambda pair: pair.score)), first="    ", rest="    ")
    _print_more(parts, len(found.groups) - len(shown))


def _print_pairs(parts: Application, pairs: Sequence[Likeness]) -> None:
    shown = pairs[:SHOWN]
    people = _people(parts, [number for pair in shown for number in (pair.a, pair.b)])
    for pair in shown:
        wrap(_line(parts, people, pair.a), first="- ", rest="    ")
        wrap(_line(parts, people, pair.b), first="  ", rest="    ")
        wrap(_reasons(parts, pair), first="    ", rest="    ")
    _print_more(parts, len(pairs) - len(shown))


def _print_more(parts: Application, left: int) -> None:
    if left > 0:
        say(parts, Plural("and {count} more (--json shows all)",
                          "and {count} more (--json shows all)", left))  # fmt: skip


def _print_merged(parts: Application, merged: Merged) -> None:
    say(parts, Plural("{count} contact was merged into another",
                      "{count} contacts were merged into others", len(merged.gone)))  # fmt: skip
    if merged.gone:
        say(parts, Text("take it back: outreach contacts duplicates --undo"))
    _print_busy(parts, merged.busy)


def _print_busy(parts: Application, busy: Sequence[ContactId]) -> None:
    if busy:
        named = ", ".join(f"#{number}" for number in busy[:SHOWN])
        say(parts, Text("left as they are, for a campaign goes on with them: {contacts}",
                        contacts=named))  # fmt: skip


def _people(parts: Application, numbers: Sequence[int]) -> dict[ContactId, Contact]:
    return parts.store.contacts.get_many([ContactId(number) for number in numbers])


def _line(parts: Application, people: dict[ContactId, Contact], number: int) -> str:
    contact = people[ContactId(number)]
    told = (shown(parts, contact, n) for n in ("street", "postal_code", "city", "email", "phone"))
    firm = contact.text("company")
    names = [contact.name, firm if firm != contact.name else None, *told]
    return f"#{number} " + ", ".join(name for name in names if name)


def _reasons(parts: Application, pair: Likeness) -> str:
    reasons = ", ".join(parts.language.say(reason) for reason in pair.reasons)
    return f"{100 * pair.score:.0f} %: {reasons}"


# --- asking -----------------------------------------------------------------------------------


def _review(parts: Application, found: Findings, merged: Merged | None) -> None:
    from outreach.runner.duplicates import review

    if merged is not None:
        _print_merged(parts, merged)
        found = _rest(found, merged)
    asked = _Asked(parts, len(found.pairs) + len(found.doubtful))
    done = review(parts.store, found, asked.about, now=parts.now())
    _print_reviewed(parts, done)


def _rest(found: Findings, merged: Merged) -> Findings:
    """What is left to be asked once the groups are merged: the doubtful pairs that still stand."""
    from outreach.cleaning.likeness.finding import Findings

    standing = [pair for pair in found.doubtful if not {pair.a, pair.b} & set(merged.gone)]
    return Findings((), (), tuple(standing))


def _print_reviewed(parts: Application, done: Reviewed) -> None:
    say(parts, Text("{same} the same, {different} different, {later} left for later",
                    same=done.same, different=done.different, later=done.later))  # fmt: skip
    _print_busy(parts, done.busy)


@dataclass(slots=True)
class _Asked:
    """One question after the other, on a terminal by key, else by line."""

    parts: Application
    total: int
    count: int = 0

    def about(self, one: ContactId, other: ContactId, pair: Likeness) -> Answer:
        from outreach.runner.duplicates import Answer

        self.count += 1
        people = _people(self.parts, [one, other])
        say(self.parts, f"\n{self.count}/{self.total}  {_reasons(self.parts, pair)}")
        headers = [Text("Field"), Text("#{id}", id=one), Text("#{id}", id=other)]
        table(self.parts, headers, self._rows(people[one], people[other]))
        question = Text("s the same, d different, l later, q stop")
        answers = {"s": Answer.SAME, "d": Answer.DIFFERENT, "l": Answer.LATER, "q": Answer.STOP}
        while True:
            notice(self.parts, question)
            key = _key()
            if key is None:
                return Answer.STOP
            if key in answers:
                return answers[key]

    def _rows(self, one: Contact, other: Contact) -> Iterator[list[str]]:
        for field in self.parts.database.catalogue:
            left, right = (shown(self.parts, person, field.name) for person in (one, other))
            if field.origin is not Origin.DERIVED and (left or right):
                yield [label(self.parts, field.name), left, right]


def _key() -> str | None:
    """The answer: a key on a terminal, the first letter of a line elsewhere; None at the end."""
    if on_terminal():
        return click.getchar().lower()
    line = sys.stdin.readline()
    return line.strip().lower()[:1] if line else None
