"""What a check finds: problems with their place, and whether they stop a launch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from outreach.errors import DefinitionError, Location, OutreachError, Problems, Text
from outreach.model.settings import Compliance
from outreach.runner.launch import Chosen
from outreach.runner.letter_facts import LetterFacts


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and whether it stops a launch."""

    severity: Severity
    error: OutreachError
    #: A lack that the law or the mailbox providers would mind.
    legal: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """Nothing is wrong with it; whoever meant otherwise reads what to write."""

    what: Text
    hint: Text


@dataclass(frozen=True, slots=True)
class Checked:
    """The problems of a campaign and, where its expression reads well, its audience."""

    problems: tuple[Problem, ...]
    chosen: Chosen | None
    #: What its letters print, for those that can be read.
    letters: tuple[LetterFacts, ...] = ()

    def stopping(self, compliance: Compliance) -> list[OutreachError]:
        """What must be mended before the launch."""
        strict = compliance is Compliance.STRICT
        return [
            problem.error
            for problem in self.problems
            if problem.severity is Severity.ERROR or (strict and problem.legal)
        ]

    def under(self, compliance: Compliance) -> Checked:
        """As it is told: what stops the launch is an error, also where only strictness asks it."""
        if compliance is not Compliance.STRICT:
            return self
        told = (replace(p, severity=Severity.ERROR) if p.legal else p for p in self.problems)
        return replace(self, problems=tuple(told))


def error(what: Text, where: Location | None, hint: Text | None) -> Problem:
    """What stops a launch."""
    return Problem(Severity.ERROR, DefinitionError(what, where=where, hint=hint))


def warning(
    what: Text, where: Location | None, hint: Text | None, *, legal: bool = False
) -> Problem:
    """What one may want to know, or what the law would ask for."""
    return Problem(Severity.WARNING, DefinitionError(what, where=where, hint=hint), legal)


def errors_of(caught: OutreachError) -> list[Problem]:
    """Each of the errors that something raised at once."""
    every = caught.errors if isinstance(caught, Problems) else (caught,)
    return [Problem(Severity.ERROR, one) for one in every]
