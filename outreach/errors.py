"""What can go wrong and what to do about it, as values.

An `OutreachError` is something the reader can act on. It carries what happened,
where, and the next step as `Text`: sentences with their values, not yet in a
language. The doors (`cli`, `web`) choose French or English and the exit code.
Everything else that is raised is a bug of ours: nobody catches it.

    OutreachError                  exit 1: something the user can mend
    ├── DefinitionError            a settings, campaign, template or data file is wrong
    ├── Problems                   several of them, found in one reading
    ├── WrongUsage                 exit 2: the command was asked in a way it cannot answer
    ├── PartlyDone                 exit 4: the rest was done
    ├── AlreadyRunning             exit 5: another run holds the lock
    ├── OutcomeUnknown             exit 6: messages whose fate nobody knows
    ├── Interrupted                exit 130: somebody pressed Ctrl-C; what is kept is said
    └── StoreError                 the contact base cannot be used as it is
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """What a command tells the shell (CONTRACT, "Exit codes")."""

    DONE = 0
    MENDABLE = 1
    USAGE = 2
    BUG = 3
    PARTLY_DONE = 4
    LOCKED = 5
    UNKNOWN_OUTCOME = 6
    INTERRUPTED = 130


class Text:
    """A sentence for a person, not yet in a language.

    `Text("{count} rows were read", count=3)`: the English sentence is the key of
    the catalogue, the values are put in after translation. `str()` is English.
    """

    __slots__ = ("msgid", "values")

    def __init__(self, msgid: str, /, **values: object) -> None:
        self.msgid = msgid
        self.values: Mapping[str, object] = values

    def __str__(self) -> str:
        return self.msgid.format_map(self.values) if self.values else self.msgid

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))


class Plural(Text):
    """A sentence that depends on a count: `Plural("{count} row", "{count} rows", 3)`."""

    __slots__ = ("count", "plural")

    def __init__(self, one: str, many: str, count: int, /, **values: object) -> None:
        super().__init__(one, count=count, **values)
        self.plural = many
        self.count = count

    def __str__(self) -> str:
        msgid = self.msgid if self.count == 1 else self.plural
        return msgid.format_map(self.values)


@dataclass(frozen=True, slots=True)
class Location:
    """A place in something a person wrote. Lines and columns count from 1."""

    file: str | None = None
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        parts = [self.file, self.line, self.column]
        return ":".join(str(part) for part in parts if part is not None)


class OutreachError(Exception):
    """Something the reader can act on: what happened, where, what to do next."""

    exit_code: ClassVar[ExitCode] = ExitCode.MENDABLE

    def __init__(
        self, what: Text, *, where: Location | None = None, hint: Text | None = None
    ) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint

    def __reduce__(self) -> tuple[object, ...]:
        """As it is, from one process to another: a subclass is made from other arguments."""
        return _made_again, (type(self), self.args, self.__dict__)

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where and str(self.where) else ""
        advice = f"\n  {self.hint}" if self.hint else ""
        return f"{place}{self.what}{advice}"


def _made_again(
    kind: type[OutreachError], args: tuple[object, ...], values: dict[str, object]
) -> OutreachError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(values)
    return error


class DefinitionError(OutreachError):
    """A settings, campaign, template or data file says something that cannot be."""


class Problems(OutreachError):
    """Several errors found in one reading, all told at once."""

    def __init__(self, errors: Iterable[OutreachError]) -> None:
        self.errors: Sequence[OutreachError] = tuple(errors)
        super().__init__(_first_of(self.errors))

    def __str__(self) -> str:
        return "\n".join(str(error) for error in self.errors)


def _first_of(errors: Sequence[OutreachError]) -> Text:
    """Where there is room for one sentence only: the first problem and its place."""
    if not errors:
        return Plural("{count} problem", "{count} problems", 0)
    first, more = errors[0], len(errors) - 1
    what = first.what
    if first.where and str(first.where):
        what = Text("{place}: {what}", place=first.where, what=what)
    if more:
        return Plural("{what} … and {count} more problem", "{what} … and {count} more problems",
                      more, what=what)  # fmt: skip
    return what


class WrongUsage(OutreachError):
    """The command was asked in a way that has no single answer."""

    exit_code = ExitCode.USAGE


class PartlyDone(OutreachError):
    """Some of it could not be done; the rest was, and is kept."""

    exit_code = ExitCode.PARTLY_DONE


class AlreadyRunning(OutreachError):
    """Another run holds the lock of this workspace."""

    exit_code = ExitCode.LOCKED


class OutcomeUnknown(OutreachError):
    """Some messages were on the wire when a run ended: nobody knows whether they arrived."""

    exit_code = ExitCode.UNKNOWN_OUTCOME


class Interrupted(OutreachError):
    """Somebody pressed Ctrl-C: the hint says what is kept and how it is finished."""

    exit_code = ExitCode.INTERRUPTED

    def __init__(self, hint: Text | None = None) -> None:
        super().__init__(Text("interrupted"), hint=hint)


class StoreError(OutreachError):
    """The contact base cannot be opened or used as it is."""


def did_you_mean(name: str, known: Iterable[str]) -> Text | None:
    """A hint naming the known word nearest to `name`, or None when none is near."""
    near = get_close_matches(name, sorted(set(known)), n=1, cutoff=0.6)
    return Text("did you mean {name!r}?", name=near[0]) if near else None
